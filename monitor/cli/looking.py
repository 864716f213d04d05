"""What people look at: list, show, explain, digest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from classifiers.finding import Kind
from monitor import daemon, drilled, policy, telling
from monitor.cli import named, playbooks, wiring
from monitor.digest import due, week_of
from monitor.exercise import is_drill
from monitor.model import Escalation, Outcome, Severity, State, Transition
from monitor.settings import Settings, load
from monitor.store import records, views
from monitor.words import Words

COLOURS = {Severity.URGENT: "bold red", Severity.SERIOUS: "yellow", Severity.ORDINARY: "blue"}


@click.command("list")
@click.option("--all", "closed_too", is_flag=True, help="连已办结的 / closed ones too")
@click.pass_obj
def list_(config: Path, closed_too: bool) -> None:
    """列出记录，最急的在前。/ List records, the most pressing first."""
    with wiring.opened(config) as (settings, store, words):
        with store.read() as tx:
            found = views.open_records(tx, closed_too=closed_too)
        if not found:
            click.echo(words.say("terminal.none_open"))
            return
        title = "terminal.all_records" if closed_too else "terminal.open_records"
        Console().print(table(found, settings, words, daemon.clock(), words.count(title, len(found))))


def table(found: list[Escalation], settings: Settings, words: Words, now: datetime, title: str) -> Table:
    """Records as people scan them."""
    shown = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for key in ("number", "severity", "state", "kind", "platform", "subject", "deadline", "owner"):
        shown.add_column(words.say(f"terminal.{key}"), no_wrap=key in {"number", "severity", "state", "deadline"})
    for record in found:
        shown.add_row(
            record.number,
            _severity(record, words),
            words.say(f"states.{record.state}"),
            words.say(f"kinds.{record.kind}.name"),
            escape(_platform(settings, record, words)),
            escape(record.subject[:40]),
            left(record, words, now),
            escape(_duty(settings, record.owner)),
        )
    return shown


def _severity(record: Escalation, words: Words) -> str:
    """How urgent it is; of an exercise that it is one."""
    if is_drill(record):
        return f"[reverse]{words.say('marks.drill')}[/]"
    return f"[{COLOURS[record.severity]}]{words.say(f'severities.{record.severity}')}[/]"


def left(record: Escalation, words: Words, now: datetime) -> str:
    """How long there is until the deadline, or how late it is."""
    if record.state in {State.RESOLVED, State.DISMISSED}:
        return words.say("terminal.closed")
    if record.deadline > now:
        return words.say("terminal.left", span=words.span(record.deadline - now))
    return f"[red]{words.say('terminal.late', span=words.span(now - record.deadline))}[/]"


def _platform(settings: Settings, record: Escalation, words: Words) -> str:
    if is_drill(record):
        return words.say("marks.drill")
    platform = settings.platforms.get(record.platform)
    return platform.title if platform else record.platform


def _duty(settings: Settings, name: str) -> str:
    return settings.titles.get(name, name)


@click.command()
@click.argument("number")
@click.pass_obj
def show(config: Path, number: str) -> None:
    """看一条记录：看到了什么、通知了谁、经过。/ One record: what was seen, who was told, its history."""
    with wiring.opened(config) as (settings, store, words):
        with store.read() as tx:
            record = named.record(tx, number, words)
            seen, lines = records.seen(tx, record.id), records.history(tx, record.id)
            sent, done = views.sent(tx, record=record.id), playbooks.standing(tx, record, settings)
        now = daemon.clock()
        console = Console(highlight=False)
        console.print(table([record], settings, words, now, ""))
        where = words.locator(record.locator) or _platform(settings, record, words)
        console.print(f"{words.say('terminal.link')}  {escape(where)}", soft_wrap=True)
        for way in _where(record, settings, words):
            console.print(escape(way), soft_wrap=True)
        if record.waits_since is not None and record.kind is Kind.REPLY_OVERDUE and record.closed_at is None:
            since = words.moment(record.waits_since, now, settings.zone)
            waits = words.say("terminal.waits_since", moment=since, span=words.span(now - record.waits_since))
            console.print(f"{words.say('terminal.waits')}  {waits}", soft_wrap=True)
        console.print(f"\n[bold]{words.say('terminal.findings')}[/]")
        for each in seen:
            parts = (words.rule(each.kind, each.rule), f"{each.score:.0%}", each.excerpt, each.where)
            console.print(f"  {escape('  '.join(filter(None, parts)))}", soft_wrap=True)
        for each_line in playbooks.lines(record, done, settings, words, now):
            console.print(each_line, soft_wrap=True)
        console.print(f"\n[bold]{words.say('terminal.history')}[/]")
        for line in lines:
            console.print(f"  {_line(line, settings, words, now)}", soft_wrap=True)
        console.print(f"\n[bold]{words.say('terminal.told')}[/]")
        for each_sent in sent:
            console.print(f"  {_told(each_sent, settings, words, now)}", soft_wrap=True)
        if not sent:
            console.print(f"  {words.say('terminal.nobody')}")


def _where(record: Escalation, settings: Settings, words: Words) -> Iterator[str]:
    """What mails about danger say of the place and the way to the original; a bare one leads here."""
    platform = settings.platforms.get(record.platform)
    if is_drill(record):
        yield drilled.marked(record, words.say("drill.note"), words)
    if record.page_link:
        yield "  ".join(filter(None, (words.say("terminal.page"), record.page, record.page_link)))
    if record.place:
        yield f"{words.say('terminal.place')}  {record.place}"
    if record.topic:
        yield "  ".join(words.belongs(record.topic, settings.units))
    if record.telephone:
        yield words.say("terminal.telephone_left")
    if platform is not None and platform.at_night and record.kind in policy.IN_DANGER:
        yield f"{words.say('rescue.at_night')}  {platform.at_night}"


def _told(sent: views.Sent, settings: Settings, words: Words, now: datetime) -> str:
    """Who was told, which way, and how it went; what the other side said where it is not a yes."""
    parts = [
        words.moment(sent.created_at, now, settings.zone),
        words.say(f"terminal.by_{sent.channel}"),
        _duty(settings, sent.contact),
        words.say(f"outcomes.{sent.state}"),
    ]
    if sent.bare:
        parts.append(words.say("terminal.bare"))
    if sent.attempts > 1:
        parts.append(words.say("terminal.tried", n=sent.attempts))
    if sent.state not in {Outcome.SENT, Outcome.GATHERED, Outcome.LAPSED}:
        parts.append(sent.answer)
    return escape("  ".join(filter(None, parts)))


def _line(line: Transition, settings: Settings, words: Words, now: datetime) -> str:
    what = words.say(f"history.{line.what}") if f"history.{line.what}" in words else line.what
    when = words.moment(line.at, now, settings.zone)
    who = "" if line.actor == "system" else _duty(settings, line.actor)
    reason, colon, names = line.why.partition(": ")
    why = line.why
    if colon and f"terminal.reason_{reason}" in words:
        duties = words.join(_duty(settings, name) for name in names.split(", "))
        why = f"{words.say(f'terminal.reason_{reason}')}{words.say('marks.colon')}{duties}"
    elif line.what == "opened":
        why = ""
    return escape("  ".join(part for part in (when, what, who, why) if part))


@click.command()
@click.argument("words_or_id", metavar="TEXT|ID")
@click.pass_obj
def explain(config: Path, words_or_id: str) -> None:
    """为什么报了、为什么没报：按标题、内容、网址或编号查。/ Why an item opened a record, or none."""
    with wiring.opened(config) as (settings, store, words):
        with store.read() as tx:
            items = views.find_items(tx, words_or_id)
            found = {item.id: views.explain(tx, item_id=item.id) for item in items}
        if not items:
            raise click.ClickException(words.say("terminal.found_nothing", words=words_or_id))
        console = Console(highlight=False)
        now = daemon.clock()
        for item in items:
            console.print(f"[bold]#{item.id}  {escape(item.title or item.text[:60])}[/]", soft_wrap=True)
            console.print(f"  {escape(words.locator(item.link))}", soft_wrap=True)
            seen_at = words.moment(item.first_seen_at, now, settings.zone)
            console.print(
                f"  {words.say('terminal.first_seen')}  {seen_at}  {words.say('terminal.versions')} {item.versions}"
            )
            for each in found[item.id]:
                console.print(f"  - {_explained(each, words)}", soft_wrap=True)
            if not found[item.id]:
                judged = (
                    words.say("terminal.no_finding", at=seen_at)
                    if item.classified_by
                    else words.say("terminal.not_judged")
                )
                console.print(f"  - {judged}")


def _explained(each: views.Explained, words: Words) -> str:
    verdict = words.say("terminal.waiting")
    if each.verdict:
        verdict = words.say(f"terminal.verdict_{each.verdict}", number=each.number)
    kind = words.say(f"kinds.{each.seen.kind}.name")
    rule = words.rule(each.seen.kind, each.seen.rule)
    parts = (kind, rule, f"{each.seen.score:.0%}", each.seen.excerpt, each.seen.where, f"→ {verdict}")
    return escape("  ".join(filter(None, parts)))


@click.command()
@click.option("--preview", is_flag=True, required=True, help="只看不发 / look, send nothing")
@click.option("--this-week", is_flag=True, help="本周到现在 / this week so far (default: last week)")
@click.option("--contact", "name", help="给谁看的 / as this contact would get it")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="另存网页版 / save the web version too")
@click.pass_obj
def digest(config: Path, preview: bool, this_week: bool, name: str | None, html: Path | None) -> None:  # noqa: ARG001
    """看周报，不发送。/ Look at the weekly digest; nothing is sent."""
    settings = load(config)
    contact = settings.contacts.get(name or settings.digest.to[0])
    if contact is None:
        raise click.ClickException(f"--contact {name}: {', '.join(settings.contacts)}")
    now = daemon.clock()
    period = (
        week_of(now, settings.zone)
        if this_week
        else due(now, settings.zone, settings.digest.weekday, settings.digest.at)
    )
    house = wiring.house(settings)
    with closing(house.store):
        message = telling.digest(house, period, contact, now)
    click.echo(f"{message.subject}\n\n{message.text}")
    if html is not None:
        html.write_text(message.html, encoding="utf-8")
        click.echo(house.words[settings.language].say("terminal.preview_saved", path=html))
