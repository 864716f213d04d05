"""An evaluation as a Letter: one page that is printed and saved. PURE."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from classifiers.evaluating import Case, Counts, Figures
from classifiers.finding import Kind
from monitor import charts
from monitor.letter import Block, Context, Letter, Paragraph, Picture, Section, Table, clean
from monitor.model import Period, Severity
from monitor.summary import Tally
from monitor.weekly import spoken, tallied
from monitor.words import Words

STEPS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)  # thresholds that are listed; the picture has more
ERRORS = 100  # of a kind that are listed; the others are counted
MAX_TEXT = 60  # code points


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """``figures`` of the kinds that were expected or found, and how many that needed ``helped`` (sent, needed)."""

    cases: int
    unread: int
    figures: Sequence[Figures]
    helped: tuple[int, int]


def page(evaluation: Evaluation, *, source: str, context: Context, words: Words) -> Letter:
    """What ``source`` showed, for the people who set the thresholds."""
    shown = _Page(evaluation, words)
    return Letter(
        subject=words.say("evaluation.subject", source=source),
        first=shown.first(),
        sections=tuple(shown.sections()),
        footer=_footer(context, words),
        severity=Severity.ORDINARY,
    )


@dataclass(frozen=True, slots=True)
class Week:
    """What people said in a local week (``iso_week`` "2026-W48") by closing records."""

    iso_week: str
    tallies: tuple[Tally, ...]


def feedback(weeks: Sequence[Week], period: Period, context: Context, words: Words) -> Letter:
    """Precision in real life: by kind over the whole ``period``, and by week, newest first."""
    say, days = words.say, spoken(period, context.now, context.zone, words)
    whole = tuple(_whole(weeks))
    heads = tuple(say(f"digest.{name}") for name in ("kind", "resolved", "dismissed", "right"))
    rows = tuple(_of_week(week, each, words) for week in weeks for each in week.tallies)
    right, wrong = sum(each.right for each in whole), sum(each.wrong for each in whole)
    return Letter(
        subject=say("evaluation.feedback_subject", days=days),
        first=say("evaluation.feedback_first", days=days, right=right, wrong=wrong),
        sections=(
            Section(
                say("evaluation.feedback"),
                (
                    Table(heads, tuple(tallied(each, words) for each in whole), numbers=3),
                    Paragraph(say("evaluation.feedback_note")),
                ),
            ),
            Section(say("evaluation.feedback_weeks"), (Table(heads, rows, numbers=3),)),
        ),
        footer=_footer(context, words),
        severity=Severity.ORDINARY,
    )


def _whole(weeks: Sequence[Week]) -> Iterator[Tally]:
    for kind in Kind:
        mine = [each for week in weeks for each in week.tallies if each.kind is kind]
        if mine:
            yield Tally(kind=kind, right=sum(each.right for each in mine), wrong=sum(each.wrong for each in mine))


def _of_week(week: Week, tally: Tally, words: Words) -> tuple[str, ...]:
    year, _, number = week.iso_week.partition("-W")
    kind, *counts = tallied(tally, words)
    return kind + words.say("marks.aside", text=words.say("time.week", year=year, week=int(number))), *counts


def _footer(context: Context, words: Words) -> str:
    return words.say("evaluation.footer", agency=context.agency, moment=words.stamp(context.now, context.zone))


@dataclass(frozen=True, slots=True)
class _Page:
    evaluation: Evaluation
    words: Words

    def first(self) -> str:
        missed, false = (
            sum(getattr(each.counts, name) for each in self.evaluation.figures) for name in ("missed", "false")
        )
        return self.words.count("evaluation.first", self.evaluation.cases, missed=missed, false=false)

    def sections(self) -> Iterator[Section]:
        say = self.words.say
        if self.evaluation.figures:
            yield Section(say("evaluation.counts"), tuple(self.counts()))
            yield Section(say("evaluation.rates"), tuple(self.rates()))
        for each in self.evaluation.figures:
            name = say(f"kinds.{each.kind}.name")
            yield Section(say("evaluation.tried", kind=name), tuple(self.tried(each, name)))
            for title, cases in (("missed", each.missed), ("false", each.false)):
                if cases:
                    yield Section(say(f"evaluation.{title}", kind=name), tuple(self.errors(each.kind, cases)))

    def heads(self, *names: str) -> tuple[str, ...]:
        return tuple(self.words.say(f"evaluation.{name}") for name in names)

    def counts(self) -> Iterator[Block]:
        rows = tuple((self.kind(each), *_counted(each.counts)) for each in self.evaluation.figures)
        yield Table(self.heads("kind", "expected", "missed_count", "false_count", "per_thousand"), rows, numbers=4)
        sent, needed = self.evaluation.helped
        if needed:
            yield Paragraph(
                self.words.say("evaluation.helped", sent=sent, needed=needed, share=_percent(sent / needed))
            )
        if self.evaluation.unread:
            yield Paragraph(self.words.count("evaluation.unread", self.evaluation.unread))

    def rates(self) -> Iterator[Block]:
        rows = tuple((self.kind(each), *self.rated(each.counts)) for each in self.evaluation.figures)
        yield Table(self.heads("kind", "precision", "recall", "f1"), rows, numbers=3)
        yield Paragraph(self.words.say("evaluation.rates_note"))

    def kind(self, each: Figures) -> str:
        return self.words.say(f"kinds.{each.kind}.name")

    def rated(self, counts: Counts) -> tuple[str, ...]:
        ends = counts.interval()
        f1 = _percent(counts.f1)
        if ends:
            f1 = self.words.say("evaluation.interval", f1=f1, low=f"{ends[0] * 100:.0f}", high=f"{ends[1] * 100:.0f}")
        return _percent(counts.precision), _percent(counts.recall), f1

    def tried(self, each: Figures, name: str) -> Iterator[Block]:
        say = self.words.say
        drawn = tuple(
            charts.Line(
                say(f"evaluation.{rate}"),
                tuple(
                    (threshold, share)
                    for threshold, counts in each.tried
                    if (share := getattr(counts, rate)) is not None
                ),
            )
            for rate in ("precision", "recall")
        )
        title = say("evaluation.tried", kind=name)
        yield Picture(charts.lines(title, say("evaluation.threshold"), drawn, mark=each.threshold))
        rows = tuple(
            (f"{threshold:.1f}", *_counted(counts)[1:]) for threshold, counts in each.tried if threshold in STEPS
        )
        yield Table(self.heads("threshold", "missed_count", "false_count", "per_thousand"), rows, numbers=3)
        yield Paragraph(say("evaluation.tried_note", threshold=f"{each.threshold:g}"))

    def errors(self, kind: Kind, cases: Sequence[Case]) -> Iterator[Block]:
        rows = tuple(
            (clean(case.id, MAX_TEXT), clean(case.text, MAX_TEXT), self.sure(case, kind)) for case in cases[:ERRORS]
        )
        yield Table(self.heads("case", "text", "score"), rows, numbers=1)
        if len(cases) > ERRORS:
            yield Paragraph(self.words.count("evaluation.more", len(cases) - ERRORS))

    def sure(self, case: Case, kind: Kind) -> str:
        return f"{case.scores[kind]:.2f}" if kind in case.scores else self.words.say("evaluation.nothing")


def _counted(counts: Counts) -> tuple[str, str, str, str]:
    often = counts.per_thousand
    expected, missed, false = counts.found + counts.missed, counts.missed, counts.false
    return str(expected), str(missed), str(false), "–" if often is None else f"{often:.1f}"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"
