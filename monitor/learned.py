"""What routing has learned: how well, whether the new model replaces the present one, and the page on it. PURE."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import floor

from monitor import charts
from monitor.letter import Block, Context, Facts, Letter, Paragraph, Picture, Section, Table
from monitor.model import Severity
from monitor.words import Words

MIXED = 5  # pairs of topics that are told in words
Counts = Sequence[Sequence[int]]  # a row for each topic as labelled, a column for each as answered


class Verdict(StrEnum):
    """Whether the new model takes the place of the present one, and why."""

    NO_WORSE = "no_worse"  # on the same messages
    OTHER_TOPICS = "other_topics"  # nothing to compare
    WORSE = "worse"  # on the same messages
    GUESSING = "guessing"  # it is right no more often than who always names the most common topic

    @property
    def replaces(self) -> bool:
        return self in {Verdict.NO_WORSE, Verdict.OTHER_TOPICS}


class Present(StrEnum):
    """What the new model was compared with."""

    SHIPPED = "shipped"  # the model that comes with Huiyin
    OWN = "own"  # the agency's, which may have learned from some of the messages that it was asked about
    TRIAL = "trial"  # the agency's without the messages that it was asked about


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """Answers about messages that the asked model had not seen, each message once.

    ``compared`` are the counts of the present model and of the new one on the same messages, or None.
    """

    labels: tuple[str, ...]
    table: Counts
    alike: int  # near copies of others
    in_two: int  # the topic was among the first two
    sure: int  # answers called sure ...
    sure_right: int  # ... and right
    curve: Sequence[Sequence[float]]  # (share of the answers from the surest on, their accuracy)
    present: Present
    compared: tuple[Counts, Counts] | None = None

    @property
    def messages(self) -> int:
        return sum(map(sum, self.table))

    @property
    def accuracy(self) -> float:
        return sum(row[n] for n, row in enumerate(self.table)) / self.messages

    @property
    def verdict(self) -> Verdict:
        if self.accuracy <= max(map(sum, self.table)) / self.messages:
            return Verdict.GUESSING
        if self.compared is None:
            return Verdict.OTHER_TOPICS
        present, new = map(macro_f1, self.compared)
        return Verdict.NO_WORSE if new >= present else Verdict.WORSE


@dataclass(frozen=True, slots=True)
class Share:
    """Of one topic, in 0..1."""

    precision: float  # of the messages that were given it, how many have it
    recall: float  # of those that have it, how many were given it
    f1: float


def shares(table: Counts) -> list[Share]:
    """For each topic; 0 where it was never answered."""
    found = []
    for n, row in enumerate(table):
        hits, labelled, answered = row[n], sum(row), sum(each[n] for each in table)
        precision, recall = hits / max(1, answered), hits / max(1, labelled)
        found.append(Share(precision, recall, 2 * hits / max(1, labelled + answered)))
    return found


def macro_f1(table: Counts) -> float:
    """The mean of the F1 of the topics that occur."""
    found = [share.f1 for share, row in zip(shares(table), table, strict=True) if sum(row)]
    return sum(found) / len(found)


def page(learned: Learned, *, source: str, context: Context, words: Words) -> Letter:
    """The report, for those who decide whether messages are sent on by it."""
    shown = _Page(learned, words)
    titled = (
        ("outcome", (Paragraph(outcome(learned, words)),)),
        ("figures", (Facts(tuple(shown.figures())), Paragraph(words.say("learned.how")))),
        ("coverage", tuple(shown.coverage())),
        ("confusion", tuple(shown.confusion())),
        ("topics", (shown.topics(), Paragraph(words.say("learned.topics_note")))),
    )
    return Letter(
        subject=words.say("learned.subject", source=source),
        first=shown.first(),
        sections=tuple(Section(words.say(f"learned.{title}"), blocks) for title, blocks in titled),
        footer=words.say("learned.footer", agency=context.agency, moment=words.stamp(context.now, context.zone)),
        severity=None if learned.verdict.replaces else Severity.SERIOUS,
    )


def outcome(learned: Learned, words: Words) -> str:
    """Whether the new model is used now, and why, in plain words."""
    values = {}
    if learned.compared is not None:
        present, new = map(macro_f1, learned.compared)
        values = {"n": sum(map(sum, learned.compared[0])), "present": percent(present), "new": percent(new)}
    model = words.say(f"learned.model_{learned.present}")
    said = words.say(f"learned.verdict_{learned.verdict}", **values, model=model)
    caution = learned.verdict is Verdict.WORSE and learned.present is not Present.TRIAL
    return said + (words.say("learned.may_have_seen", model=model) if caution else "")


def _near(curve: Sequence[tuple[float, float]], share: float) -> tuple[float, float]:
    return min(curve, key=lambda point: abs(point[0] - share))


def _mixed(table: Counts) -> Iterator[tuple[int, int, int]]:
    """How many messages of one topic were taken for another, and the numbers of the two."""
    for row, counts in enumerate(table):
        yield from ((n, row, column) for column, n in enumerate(counts) if n and column != row)


def percent(share: float) -> str:
    return f"{share * 100:.1f}%"


@dataclass(frozen=True, slots=True)
class _Page:
    learned: Learned
    words: Words

    def first(self) -> str:
        learned, say = self.learned, self.words.say
        used = say("learned.used" if learned.verdict.replaces else "learned.not_used")
        right = percent(learned.accuracy)
        return say("learned.first", used=used, n=learned.messages, topics=len(learned.labels), right=right)

    def figures(self) -> Iterator[tuple[str, str]]:
        learned, say = self.learned, self.words.say
        n, sure = learned.messages, learned.sure
        yield say("learned.messages"), say("learned.messages_said", n=n, alike=learned.alike)
        yield say("learned.macro_f1"), percent(macro_f1(learned.table))
        yield say("learned.right"), percent(learned.accuracy)
        yield say("learned.in_two"), percent(learned.in_two / n)
        right = percent(learned.sure_right / max(1, sure))
        yield say("learned.sure"), say("learned.sure_said", share=percent(sure / n), right=right)

    def coverage(self) -> Iterator[Block]:
        learned, say = self.learned, self.words.say
        points = [(share, right) for share, right in learned.curve]
        least = min(0.9, floor(min(right for _, right in points) * 10) / 10)
        drawn = charts.Line(say("learned.axis_y"), points)
        title, share = say("learned.coverage"), learned.sure / learned.messages
        yield Picture(charts.lines(title, say("learned.axis_x"), [drawn], mark=share, least=least))
        asked = [_near(points, share) for share in (0.5, 0.8, 0.9, 1.0)]
        parts = [say("learned.point", share=f"{share:.0%}", right=percent(right)) for share, right in asked]
        yield Paragraph(say("marks.semicolon").join(parts))
        yield Paragraph(say("learned.coverage_note"))

    def confusion(self) -> Iterator[Block]:
        learned, say = self.learned, self.words.say
        names = [self.words.topic(label) for label in learned.labels]
        across, down = say("learned.answered"), say("learned.labelled")
        yield Picture(charts.confusion(say("learned.confusion"), across, down, names, learned.table))
        mixed = sorted(_mixed(learned.table), reverse=True)[:MIXED]
        parts = [say("learned.mistaken", n=n, label=names[row], answer=names[column]) for n, row, column in mixed]
        yield Paragraph(say("marks.semicolon").join(parts) or say("learned.no_mistakes"))
        yield Paragraph(say("learned.confusion_note"))

    def topics(self) -> Table:
        head = tuple(self.words.say(f"learned.{name}") for name in ("topic", "count", "precision", "recall", "f1"))
        rows = [
            (self.words.topic(label), str(sum(row)), percent(of.precision), percent(of.recall), percent(of.f1))
            for label, row, of in zip(self.learned.labels, self.learned.table, shares(self.learned.table), strict=True)
        ]
        return Table(head, tuple(rows), numbers=4)
