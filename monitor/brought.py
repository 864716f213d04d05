"""What hangs on the items of a pass: files, links, letters, answers.

Stands beside the main path: ``collect`` calls it in the transaction that stores the pass.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from monitor import awaiting, door, masking
from monitor.house import House, each
from monitor.model import Collected, Entry, Platform, State, Transition
from monitor.store import answers, attached, letters, linked, precedents, records
from monitor.store.database import Tx


def note_leads(tx: Tx, house: House, platform: Platform, entries: list[Entry], now: datetime) -> None:
    """Remember the files that hang on the entries, and where their pages lead."""
    settings = house.settings
    if settings.attachments.read:
        attached.note(tx, platform.name, entries, now)
    if settings.links.check:
        linked.note(tx, platform.name, entries, now, watched=settings.platforms, most=settings.links.most)


def by_mail(tx: Tx, house: House, collected: Collected, entries: list[Entry], now: datetime) -> list[Entry]:
    """Who waits and who was answered by mail, as a board's listing would show it."""
    letters.keep(tx, collected.cursor.platform, entries)
    given = [answer for _, answer in each(partial(door.answer, house.key), collected.answers) if answer]
    return letters.listed(tx, collected.cursor.platform, given, collected.spots, now)


def note_answers(tx: Tx, house: House, collected: Collected, entries: list[Entry], now: datetime) -> None:
    """Remember who waits for an answer and how others were answered; a record of one that waits no longer closes."""
    name = collected.cursor.platform
    gone = [masking.identity(house.key, number) for number in collected.gone]
    platform = house.settings.platforms[name]
    stays = platform.kind == "exports"  # an old export may come after a new one
    entries, hollow = awaiting.answers_only(tx, name, entries)
    answers.note(tx, name, entries, gone, complete=collected.complete, now=now, stays=stays)
    awaiting.note_promises(tx, house, platform, entries, hollow=hollow, now=now)
    precedents.keep(tx, name, entries)
    if collected.trouble is None:
        answers.set_reach(tx, name, now)
    for record, what in answers.settled(tx, name):
        records.move(tx, record, State.RESOLVED, Transition(now, what, "system"))
