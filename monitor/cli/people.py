"""Who is told, who is away, who is still there: ``huiyin who``, ``huiyin absence``, ``huiyin contact``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click
from rich.cells import cell_len

from classifiers.finding import Kind
from monitor import daemon, reaching, relief
from monitor.cli import wiring
from monitor.cli.days import FORMATS
from monitor.duty import Absence, Reach
from monitor.house import context
from monitor.letter import Context
from monitor.model import Contact, Policy, Step
from monitor.settings import Settings
from monitor.store import duties
from monitor.store.database import Tx
from monitor.words import Words

KINDS = tuple(str(kind) for kind in Kind)
WIDE = 18  # columns for a time
WHEN = click.DateTime(FORMATS)


@click.command()
@click.option(
    "--at", "when", type=WHEN, help='什么时候出事，如 "2026-11-28 22:00"，默认现在 / when it happens; default: now'
)
@click.option("--kind", "kinds", multiple=True, type=click.Choice(KINDS), metavar="KIND", help="哪一类 / of which kind")
@click.pass_obj
def who(config: Path, when: datetime | None, kinds: tuple[str, ...]) -> None:
    """那时出事会通知谁，为什么是他。/ Who would be told then, and why it is them."""
    with wiring.opened(config) as (settings, store, words), store.read() as tx:
        now = daemon.clock()
        at = when.replace(tzinfo=settings.zone) if when else now
        click.echo(words.say("duties.who", moment=words.stamp(at, settings.zone)))
        for alike, steps in _alike(settings, kinds).items():
            names = words.join(words.say(f"kinds.{kind}.name") for kind in alike)
            click.echo(f"\n{names}")
            for line in (line for step in steps for line in _told(tx, step, settings, words, at)):
                click.echo(line)
        for line in gaps(tx, settings, words, now):
            click.echo(f"\n{line}", err=True)


def _alike(settings: Settings, kinds: tuple[str, ...]) -> dict[tuple[Kind, ...], tuple[Step, ...]]:
    """The kinds of which the same people are told at the same times, together."""
    found: dict[tuple[Step, ...], tuple[Kind, ...]] = {}
    chosen: Iterator[Policy] = (each for kind, each in settings.policies.items() if not kinds or kind in kinds)
    for policy in chosen:
        found[policy.steps] = (*found.get(policy.steps, ()), policy.kind)
    return {alike: steps for steps, alike in found.items()}


def _told(tx: Tx, step: Step, settings: Settings, words: Words, at: datetime) -> Iterator[str]:
    moment = settings.calendar.after(at, step.after)
    plan, about = duties.plan(tx, settings.contacts, moment), context(settings, at)
    when = words.delay(step.after) if step.after else words.say("plan.at_once")
    for name in step.tell:
        for way in plan.ways(name, moment):
            yield f"  {when}{' ' * (WIDE - cell_len(when))}  {relief.in_short(way, about, words)}"
            when = ""
            for silent in plan.next_after(way.person, moment):
                yield f"  {' ' * WIDE}  {relief.in_short(silent, about, words)}"


def gaps(tx: Tx, settings: Settings, words: Words, now: datetime) -> Iterator[str]:
    """When in the next seven days nobody is there, a line each."""
    plan = duties.plan(tx, settings.contacts, now)
    empty = plan.gaps(reaching.relied_on(settings), now, now + relief.AHEAD)
    for pair in relief.spans(empty, context(settings, now), words):
        yield words.say("relief.gap_line", gap=words.say("marks.colon").join(pair))


@click.group()
def absence() -> None:
    """不在岗：谁什么时候不在，由谁代办。/ Absences: who is away when, and who stands in."""


@absence.command("add")
@click.argument("name")
@click.option("--from", "start", type=WHEN, required=True, help="从什么时候起 / from when on")
@click.option(
    "--to", "end", type=WHEN, required=True, help="到什么时候为止，那一刻起回来 / until when; back from that moment on"
)
@click.option("--deputy", default="", metavar="CONTACT", help="由谁代办，默认是配置里的 deputy / who stands in")
@click.pass_obj
def add_absence(config: Path, name: str, start: datetime, end: datetime, deputy: str) -> None:
    """登记一个联系人不在岗。/ Note that a contact is away."""
    with wiring.opened(config) as (settings, store, words):
        contact = _known(name, settings, words)
        if deputy:
            _known(deputy, settings, words)
        new = Absence(
            contact=name,
            start=start.replace(tzinfo=settings.zone),
            end=end.replace(tzinfo=settings.zone),
            deputy=deputy,
        )
        if not contact.mail:
            raise click.ClickException(words.say("duties.is_duty", name=contact.title))
        if new.start >= new.end or new.end <= daemon.clock():
            raise click.ClickException(words.say("duties.no_span"))
        if deputy == name:
            raise click.ClickException(words.say("duties.own_deputy"))
        with store.write() as tx:
            number = duties.add_absence(tx, new)
        about = context(settings, daemon.clock())
        click.echo(_absent(replace(new, id=number), settings, about, words))
        with store.read() as tx:
            for line in gaps(tx, settings, words, daemon.clock()):
                click.echo(line, err=True)


@absence.command("list")
@click.pass_obj
def list_absences(config: Path) -> None:
    """谁现在和以后不在岗。/ Who is away, now and later."""
    with wiring.opened(config) as (settings, store, words):
        now = daemon.clock()
        with store.read() as tx:
            found = duties.absences(tx, now)
        about = context(settings, now)
        for each in found:
            click.echo(_absent(each, settings, about, words))
        if not found:
            click.echo(words.say("duties.nobody_away"))


@absence.command("remove")
@click.argument("number", type=click.IntRange(1, 2**31 - 1))
@click.pass_obj
def remove_absence(config: Path, number: int) -> None:
    """取消一条不在岗，编号见 huiyin absence list。/ Remove one, by its number in the list."""
    with wiring.opened(config) as (_, store, words):
        with store.write() as tx:
            if not duties.remove_absence(tx, number):
                raise click.ClickException(words.say("duties.no_absence", number=number))
        click.echo(words.say("duties.absence_removed", number=number))


def _absent(one: Absence, settings: Settings, about: Context, words: Words) -> str:
    contact = settings.contacts.get(one.contact)
    deputy = one.deputy or (contact.deputy if contact else "")
    start, end = (words.moment(each, about.now, settings.zone) for each in (one.start, one.end))
    values = {"number": one.id, "name": about.title(one.contact), "start": start, "end": end}
    if not deputy:
        return words.say("duties.away_alone", **values)
    return words.say("duties.away", **values, deputy=about.title(deputy))


@click.group()
def contact() -> None:
    """联系人：谁还联系得上。/ Contacts: who can still be reached."""


@contact.command("list")
@click.pass_obj
def list_contacts(config: Path) -> None:
    """联系人、B角、现在由谁顶着、上次确认。/ Contacts, deputies, who stands for them now, last confirmed."""
    with wiring.opened(config) as (settings, store, words):
        now = daemon.clock()
        with store.read() as tx:
            plan, known = duties.plan(tx, settings.contacts, now), duties.reached(tx, settings.contacts, now)
        about = context(settings, now)
        confirmed = {each.contact: each for each in known}
        for name, one in settings.contacts.items():
            click.echo(f"{name}  {words.join(filter(None, _about(one, confirmed.get(name), about, words)))}")
            for way in (way for way in plan.ways(name, now) if len(way.hops) > 1 or not way.person):
                click.echo(f"  {relief.in_short(way, about, words)}")


def _about(one: Contact, known: Reach | None, about: Context, words: Words) -> Iterator[str]:
    yield one.title
    yield one.mail or words.say("duties.by_roster")
    if one.deputy:
        yield words.say("duties.deputy", name=about.title(one.deputy))
    if known is not None:
        span = words.span(about.now - known.confirmed_at)
        yield words.say("duties.asked" if known.asked_at else "duties.confirmed", span=span)


@contact.command("confirm")
@click.argument("name")
@click.pass_obj
def confirm_contact(config: Path, name: str) -> None:
    """记下：这个联系人还收得到通知。/ Note that a contact still gets what is sent."""
    with wiring.opened(config) as (settings, store, words):
        one = _known(name, settings, words)
        if not one.mail:
            raise click.ClickException(words.say("duties.is_duty", name=one.title))
        with store.write() as tx:
            duties.confirm(tx, one, daemon.clock())
        click.echo(words.say("duties.noted", name=one.title, address=one.mail))


def _known(name: str, settings: Settings, words: Words) -> Contact:
    if name not in settings.contacts:
        known = ", ".join(settings.contacts)
        raise click.ClickException(words.say("terminal.unknown_contact", name=name, known=known))
    return settings.contacts[name]
