"""What a person does to a record, by whichever way: a command, a telephone call, a link in a mail."""

from __future__ import annotations

from enum import StrEnum

from monitor.model import Contact, Escalation, State, Transition
from monitor.store import duties, records, ticks
from monitor.store.database import Tx

CLOSED = frozenset({State.RESOLVED, State.DISMISSED})


class Moved(StrEnum):
    """How it went."""

    DONE = "done"
    ALREADY = "already"  # it was so before, or is closed
    MEANWHILE = "meanwhile"  # somebody else moved it while this was asked for


def move(tx: Tx, record: Escalation, to: State, line: Transition, contact: Contact | None) -> Moved:
    """Acknowledge, resolve or dismiss. Who acts as a ``contact`` with an address is there: it is confirmed."""
    if record.state is to or record.state in CLOSED:
        return Moved.ALREADY
    if not records.move(tx, record, to, line):
        return Moved.MEANWHILE
    _confirm(tx, contact, line)
    return Moved.DONE


def tick(tx: Tx, record: Escalation, task: str, line: Transition, contact: Contact | None) -> Moved:
    """Tick a task of the record's playbook off. Twice is harmless; a record that is closed takes none any more."""
    if not ticks.still_open(tx, record):
        return Moved.MEANWHILE
    if not ticks.put(tx, record, task, line):
        return Moved.ALREADY
    _confirm(tx, contact, line)
    return Moved.DONE


def _confirm(tx: Tx, contact: Contact | None, line: Transition) -> None:
    if contact is not None and contact.mail:
        duties.confirm(tx, contact, line.at)
