"""What a person does to a record, by whichever way: a command, a telephone call, a link in a mail."""

from __future__ import annotations

from enum import StrEnum

from monitor.model import Contact, Escalation, State, Transition
from monitor.store import duties, records
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
    if contact is not None and contact.mail:
        duties.confirm(tx, contact, line.at)
    return Moved.DONE
