"""The playbook of a record in the terminal: how it stands, and what is left of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from rich.markup import escape

from monitor import playbook, ticking
from monitor.acting import CLOSED
from monitor.model import Escalation
from monitor.playbook import Standing
from monitor.settings import Settings
from monitor.store import ticks
from monitor.store.database import Tx
from monitor.words import Words


def standing(tx: Tx, record: Escalation, settings: Settings) -> tuple[Standing, ...]:
    """How the playbook of a record stands."""
    tasks = settings.playbooks.get(record.kind, ())
    return playbook.standing(tasks, ticks.of(tx, record.id), record.opened_at)


def lines(
    record: Escalation, tasks: tuple[Standing, ...], settings: Settings, words: Words, now: datetime
) -> Iterator[str]:
    """The playbook as ``show`` prints it, one task in two lines; how to tick one off, while that can be done."""
    speaking = ticking.Said(tasks, now, settings.zone, words)
    if tasks:
        yield f"\n[bold]{words.say('tick.title')}[/]"
    for place, each in enumerate(tasks, start=1):
        yield f"  {place}  {each.task.name}  {escape(ticking.said(record.kind, each.task, words))}"
        if each.tick is not None:
            late = each.late(now)
            done = words.say(
                "tick.ticked_late" if late else "tick.ticked",
                moment=speaking.clock(each.tick.at),
                who=who(each.tick.actor, settings, words),
                span=words.span(late),
            )
            yield f"     {escape(done)}"
        elif record.state not in CLOSED:
            yield f"     {escape(words.say('tick.open', hour=speaking.hour(each)))}"
        else:
            yield f"     {words.say('tick.never')}"
    if record.state not in CLOSED and any(each.tick is None for each in tasks):
        yield f"  {words.say('tick.how', number=record.number)}"


def left(record: Escalation, tasks: tuple[Standing, ...], words: Words) -> str:
    """Which tasks are not ticked off; "" when all are."""
    still = [ticking.said(record.kind, each.task, words) for each in tasks if each.tick is None]
    return words.count("tick.left", len(still), tasks=words.say("marks.semicolon").join(still)) if still else ""


def who(name: str, settings: Settings, words: Words) -> str:
    """Who did it, by title."""
    contact = settings.contacts.get(name)
    return contact.title if contact else words.say("tick.operator") if name == "operator" else name
