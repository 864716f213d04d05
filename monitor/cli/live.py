"""What the demo shows while it runs: one calm screen in a terminal, one line for each thing in a pipe."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import click
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.live import Live
from rich.text import Text

from classifiers.finding import Kind
from demo.scene import Judged, Scene
from monitor import daemon, proof
from monitor.cli import owned
from monitor.model import Escalation, Outcome, Severity
from monitor.settings import Settings
from monitor.store.views import Sent
from monitor.summary import PlatformHealth
from monitor.words import Words

WIDEST = 160  # columns that are used
WIDE = 110  # columns from which the rules are told beside the kinds
RULES = 36  # columns of kinds with their rules
ROOMY = 30  # rows from which sections stand apart
COLOURS = {Severity.URGENT: "bold red", Severity.SERIOUS: "yellow", Severity.ORDINARY: "blue"}
UNDER_WAY = {Outcome.HELD, Outcome.PENDING, Outcome.SENDING}
HEAD, QUIET, GOOD, BAD = "bold cyan", "dim", "green", "red"

HOLE = "…"  # where collectors take a name out of a title
Cell = tuple[str, int, str]  # text, columns it takes (0: what is left of the line), style
Show = Callable[[Scene, float], None]  # the scene, and seconds since the beginning


@dataclass(frozen=True, slots=True)
class Teller:
    """Puts what happened into words."""

    settings: Settings
    words: Words

    def platform(self, name: str) -> str:
        return self.settings.platforms[name].title

    def contact(self, name: str) -> str:
        return self.settings.contacts[name].title

    def kind(self, kind: Kind) -> str:
        return self.words.say(f"kinds.{kind}.name")

    def time(self, moment: datetime) -> str:
        return f"{moment.astimezone(self.settings.zone):%H:%M:%S}"

    def condition(self, health: PlatformHealth) -> str:
        now = daemon.clock()
        if proof.missing(health.proofs, now):
            return owned.state(health.proofs, self.words, now, self.settings)
        if health.error:
            error = self.words.error(health.error)
            return self.words.say("demo.trouble", error=error, n=health.failures) if health.failures > 1 else error
        return self.words.say("demo.well" if health.last_good_at else "demo.waiting")

    def verdict(self, judged: Judged, *, short: bool = False) -> str:
        """The kinds found, with what was seen unless ``short``; or that nothing is the matter."""
        if not judged.found:
            return self.words.say("demo.alone")
        kinds = dict.fromkeys(seen.kind for seen in judged.found)
        return self.words.join(self.kind(kind) + ("" if short else self._rules(kind, judged)) for kind in kinds)

    def _rules(self, kind: Kind, judged: Judged) -> str:
        names = dict.fromkeys(self.words.rule(kind, seen.rule) for seen in judged.found if seen.kind is kind)
        told = [name for name in names if name != self.kind(kind)]
        return self.words.say("marks.aside", text=self.words.join(told)) if told else ""

    def gist(self, judged: Judged) -> str:
        """Title and text, without titles that only say who wrote; a person in danger is not quoted."""
        if any(seen.kind is Kind.CRISIS for seen in judged.found):
            return self.words.say("demo.unquoted")
        item = judged.item
        title = "" if HOLE in item.title else item.title
        said = self.words.say("marks.colon").join(filter(None, (title, item.text)))
        mark = self.words.say("demo.edited") if item.versions > 1 else ""
        return mark + " ".join(said.split())

    def due(self, record: Escalation) -> str:
        return self.words.say("demo.due", span=self.words.span(record.deadline - record.opened_at))

    def told(self, record: Escalation, sent: Sequence[Sent]) -> str:
        """Who has been told of the record; each mail has its number in the subject."""
        names = (self.contact(each.contact) for each in sent if record.number in each.subject)
        return self.words.join(dict.fromkeys(names))

    def outcome(self, sent: Sent) -> str:
        """The demo's mails are files, which no server has accepted."""
        return self.words.say("demo.written" if sent.state is Outcome.SENT else f"outcomes.{sent.state}")


def news(before: Scene, now: Scene, teller: Teller) -> Iterator[str]:
    """One line for each thing that is in ``now`` and was not in ``before``."""
    say, conditions = teller.words.say, {health.name: _state(health) for health in before.platforms}
    for health in now.platforms:
        if _state(health) != conditions.get(health.name, (False, "")):
            yield _line(say("demo.platform"), teller.platform(health.name), teller.condition(health))
    for judged in now.judged[len(before.judged) :]:
        where = teller.platform(judged.item.platform)
        yield _line(say("demo.item"), where, teller.verdict(judged), teller.gist(judged))
    for record in now.records[len(before.records) :]:
        severity, where = say(f"severities.{record.severity}"), teller.platform(record.platform)
        yield _line(say("demo.record"), record.number, severity, teller.kind(record.kind), where, teller.due(record))
    told = {(sent.subject, sent.contact) for sent in before.sent if sent.state not in UNDER_WAY}
    for sent in now.sent:
        if sent.state not in UNDER_WAY and (sent.subject, sent.contact) not in told:
            yield _line(say("demo.mail"), teller.contact(sent.contact), teller.outcome(sent), sent.subject)


def _state(health: PlatformHealth) -> tuple[bool, str]:
    """What makes a line: read or not, and the error, however often it came."""
    return health.last_good_at is not None, health.error


def _line(*parts: str) -> str:
    return "  ".join(parts)


def frame(scene: Scene, teller: Teller, elapsed: str, width: int, height: int) -> Text:
    """The whole screen. Every section keeps its place and its number of rows, so that nothing jumps."""
    say, width = teller.words.say, min(width, WIDEST) - 1
    gap = [""] if height >= ROOMY else []
    rest = height - 1 - 4 * (1 + len(gap)) - len(scene.platforms)
    records, mails = rest * 4 // 11, rest * 3 // 11
    sections = (
        (say("demo.platforms_head"), _platforms(scene, teller), len(scene.platforms)),
        (
            say("demo.items_head", n=sum(health.items for health in scene.platforms)),
            _items(scene, teller, width),
            rest - records - mails,
        ),
        (say("demo.records_head", n=len(scene.records)), _records(scene, teller), records),
        (say("demo.mails_head", n=len(scene.sent)), _mails(scene, teller), mails),
    )
    lines = [
        _row(
            [
                (say("demo.title", agency=teller.settings.agency), width - cell_len(elapsed) - 2, "bold"),
                (elapsed, 0, QUIET),
            ],
            width,
        )
    ]
    for head, rows, place in sections:
        lines += [Text(line) for line in gap]
        lines.append(Text(head, HEAD))
        shown = [_row(row, width) for row in rows[-place:]]
        lines += [*shown, *[Text("")] * (place - len(shown))]
    return Text("\n", no_wrap=True, overflow="crop").join(lines)


def _row(cells: Sequence[Cell], width: int) -> Text:
    line, left = Text(), width
    for text, wide, style in cells:
        told = fitted(text, wide or left)
        line.append(told, style)
        line.append("  ")
        left -= cell_len(told) + 2
    return line


def fitted(text: str, wide: int) -> str:
    """``text`` in exactly that many columns; what doesn't fit ends in two full stops, whose width nobody doubts."""
    if cell_len(text) > wide:
        text = set_cell_size(text, wide - 2).rstrip() + ".."
    return set_cell_size(text, wide)


def widest(texts: Iterable[str]) -> int:
    return max(map(cell_len, texts))


def _platforms(scene: Scene, teller: Teller) -> list[list[Cell]]:
    names = widest(platform.title for platform in teller.settings.platforms.values())
    return [
        [
            (health.title, names, ""),
            (teller.words.say("demo.new", n=health.items), 6, QUIET if not health.items else ""),
            (teller.condition(health), 0, BAD if health.error else GOOD if health.last_good_at else QUIET),
        ]
        for health in scene.platforms
    ]


def _items(scene: Scene, teller: Teller, width: int) -> list[list[Cell]]:
    names = widest(platform.title for platform in teller.settings.platforms.values())
    short = width < WIDE
    verdicts = widest(map(teller.kind, teller.settings.policies)) if short else RULES
    return [
        [
            (teller.time(judged.at), 8, QUIET),
            (teller.platform(judged.item.platform), names, ""),
            (teller.verdict(judged, short=short), verdicts, BAD if judged.found else GOOD),
            (teller.gist(judged), 0, ""),
        ]
        for judged in scene.judged
    ]


def _records(scene: Scene, teller: Teller) -> list[list[Cell]]:
    names = widest(platform.title for platform in teller.settings.platforms.values())
    severities = {severity: teller.words.say(f"severities.{severity}") for severity in Severity}
    return [
        [
            (record.number, 9, ""),
            (severities[record.severity], widest(severities.values()), COLOURS[record.severity]),
            (teller.kind(record.kind), widest(map(teller.kind, teller.settings.policies)), ""),
            (teller.platform(record.platform), names, ""),
            (teller.told(record, scene.sent), 0, QUIET),
        ]
        for record in scene.records
    ]


def _mails(scene: Scene, teller: Teller) -> list[list[Cell]]:
    names = widest(contact.title for contact in teller.settings.contacts.values())
    written = cell_len(teller.words.say("demo.written"))
    return [
        [
            (teller.time(sent.created_at), 8, QUIET),
            (teller.contact(sent.contact), names, ""),
            (teller.outcome(sent), written, GOOD if sent.state is Outcome.SENT else QUIET),
            (sent.subject, 0, ""),
        ]
        for sent in scene.sent
    ]


@contextmanager
def on_screen(teller: Teller, seconds: int, console: Console) -> Iterator[Show]:
    """Show each scene on a screen of its own, which goes away at the end."""
    say = teller.words.say
    with Live(console=console, screen=True, auto_refresh=False) as live:

        def show(scene: Scene, elapsed: float) -> None:
            clock = f"{say('demo.clock', elapsed=int(elapsed), seconds=seconds)}  {say('demo.stop')}"
            live.update(frame(scene, teller, clock, *console.size), refresh=True)

        yield show


@contextmanager
def in_lines(teller: Teller) -> Iterator[Show]:
    """Print each thing once, as it happens."""
    before = Scene()

    def show(scene: Scene, _elapsed: float) -> None:
        nonlocal before
        for line in news(before, scene, teller):
            click.echo(f"{teller.time(daemon.clock())}  {line}")
        before = scene

    yield show
