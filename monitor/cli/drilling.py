"""``huiyin drill``: an exercise that goes the way of every record, and how long each part of one took."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from classifiers.finding import Kind
from monitor import daemon, policy, ticking
from monitor.calendar import nominal
from monitor.cli import named, wiring
from monitor.cli.playbooks import standing
from monitor.exercise import Course, Stage, is_drill, stages
from monitor.model import Contact, Escalation, Severity
from monitor.settings import Settings
from monitor.store import drills, duties, marks, records
from monitor.store.database import Tx
from monitor.words import Words

KINDS = tuple(str(kind) for kind in Kind)


@click.command()
@click.argument("kind", required=False, type=click.Choice(KINDS), metavar="[KIND]")
@click.option(
    "--report", metavar="NUMBER|KIND", help="看一次演练各环节用了多久 / how long each part of an exercise took"
)
@click.option("--yes", is_flag=True, help="不再询问 / don't ask")
@click.pass_obj
def drill(config: Path, kind: str | None, report: str | None, *, yes: bool) -> None:
    """演练：走真实流程，处处标明是演练；--report 看结果。/ An exercise, marked as one, through the real path."""
    with wiring.opened(config) as (settings, store, words):
        if (kind is None) == (report is None):
            raise click.UsageError(words.say("drilling.which"))
        if report is not None:
            with store.read() as tx:
                _print(_course(tx, _asked(tx, report, words), settings), settings, words)
            return
        chosen, now = Kind(kind or ""), daemon.clock()
        with store.read() as tx:
            if drills.goes_on(tx, chosen):
                raise click.ClickException(_goes_on(chosen, words))
            for line in _told(tx, chosen, settings, words, now):
                click.echo(line)
        if not yes:
            click.confirm(words.say("drilling.sure"), abort=True)
        with store.write() as tx:
            if not drills.begin(tx, chosen, daemon.clock()):
                raise click.ClickException(_goes_on(chosen, words))
        click.echo(words.say("drilling.begun", kind=chosen))


def _goes_on(kind: Kind, words: Words) -> str:
    return words.say("drilling.goes_on", kind=words.say(f"kinds.{kind}.name"))


def _told(tx: Tx, kind: Kind, settings: Settings, words: Words, now: datetime) -> Iterator[str]:
    """Whom an exercise of ``kind`` would tell, and when, by what is known today."""
    rules, plan = settings.policies[kind], duties.plan(tx, settings.contacts, now)
    live = marks.at(tx, marks.LIVE) is not None
    rings = settings.ring.way != "none" and rules.severity is Severity.URGENT
    yield words.say("drilling.will", kind=words.say(f"kinds.{kind}.name"))
    delays = tuple(step.after for step in rules.steps)
    for step, moment in zip(rules.steps, settings.calendar.steps(now, delays), strict=True):
        asked = [name for name in step.tell if live or name in policy.duty(rules)]
        names = [_name(person.contact, rings, words) for person in plan.people(asked, moment)]
        if asked:
            when = words.say("drilling.after", span=words.delay(step.after)) if nominal(step.after) else ""
            told = words.join(names) or words.say("drilling.nobody")
            yield f"  {when or words.say('drilling.now')}{words.say('marks.colon')}{told}"
    yield f"  {words.say('drilling.again', span=words.span(rules.repeat))}"
    if not live:
        yield words.say("drilling.trial")


def _name(contact: Contact, rings: bool, words: Words) -> str:
    beside = words.say("marks.aside", text=words.say("drilling.rings")) if rings and contact.phone else ""
    return contact.title + beside


def _asked(tx: Tx, asked: str, words: Words) -> Escalation:
    """The exercise of that number, or the last one of that kind."""
    if asked in KINDS:
        found = drills.latest(tx, Kind(asked))
        if found is None:
            raise click.ClickException(words.say("drilling.no_drill", kind=words.say(f"kinds.{asked}.name")))
        return found
    found = named.record(tx, asked, words)
    if not is_drill(found):
        raise click.ClickException(words.say("drilling.not_one", number=asked))
    return found


def _course(tx: Tx, record: Escalation, settings: Settings) -> Course:
    rules = settings.policies[record.kind]
    moments = settings.calendar.steps(record.opened_at, tuple(step.after for step in rules.steps))
    return Course(
        record=record,
        accepted=drills.accepted(tx, record.id),
        history=records.history(tx, record.id),
        tasks=standing(tx, record, settings),
        next_level_at=moments[1] if len(moments) > 1 else None,
        now=daemon.clock(),
    )


def _print(course: Course, settings: Settings, words: Words) -> None:
    record, found = course.record, list(stages(course))
    title = words.say(
        "drilling.title",
        number=record.number,
        kind=words.say(f"kinds.{record.kind}.name"),
        moment=words.moment(record.opened_at, course.now, settings.zone),
        state=words.say(f"states.{record.state}"),
    )
    shown = Table(title=escape(title), title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for key in ("stage", "at", "took", "allowed", "kept"):
        shown.add_column(words.say(f"drilling.{key}"), no_wrap=key in {"took", "allowed", "kept"})
    for stage in found:
        shown.add_row(*_row(stage, course, settings, words))
    timed = [each for each in found if each.allowed is not None]
    kept, late = (sum(each.kept is way for each in timed) for way in (True, False))
    console = Console(highlight=False)
    console.print(shown)
    console.print(
        words.say("drilling.sum", n=len(timed), kept=kept, late=late, running=len(timed) - kept - late), soft_wrap=True
    )


def _row(stage: Stage, course: Course, settings: Settings, words: Words) -> tuple[str, ...]:
    undone = words.say("drilling.never" if course.record.closed_at else "drilling.not_yet")
    at = f"{stage.at.astimezone(settings.zone):%H:%M:%S}" if stage.at else undone
    kept = {True: words.say("drilling.yes"), False: f"[red]{words.say('drilling.no')}[/]", None: ""}[stage.kept]
    return (
        escape(_named(stage, course, settings, words)),
        at,
        words.seconds(stage.took) if stage.took is not None else "",
        words.span(stage.allowed) if stage.allowed is not None else "",
        kept,
    )


def _named(stage: Stage, course: Course, settings: Settings, words: Words) -> str:
    if stage.what == "task":
        task = next(each.task for each in course.tasks if each.task.name == stage.about)
        return words.say("drilling.task", task=ticking.said(course.record.kind, task, words))
    contacts = (settings.contacts.get(name) for name in stage.about.split(", "))
    names = words.join(contact.title for contact in contacts if contact is not None)
    return words.say(f"drilling.{stage.what}", names=names)
