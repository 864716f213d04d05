"""Verbs for records that are handed on from office to office: number, deadline and history stay."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, insert, select, update

from monitor.model import Escalation, State, Transition
from monitor.store import records
from monitor.store.database import Tx
from monitor.store.promise_tables import transfer
from monitor.store.tables import escalation
from monitor.summary import Transfer


def hand_on(tx: Tx, record: Escalation, given: Transfer, line: Transition, *, owner: str, again_at: datetime) -> bool:
    """Give an open record to another office, whose contact owns it from now on; False when it has moved meanwhile.

    Nobody there has acknowledged it: it is open again, and if nobody does by ``again_at`` the next step is due then.
    Of a record that nobody had acknowledged no step moves: handing it on gains no time.
    """
    values: dict[str, object] = {"owner": owner}
    if record.state is State.ACKNOWLEDGED:
        values |= {"state": str(State.OPEN), "acknowledged_at": None, "next_step_at": again_at}
    same = and_(escalation.c.id == record.id, escalation.c.state == str(record.state), records.IS_OPEN)
    if tx.execute(update(escalation).where(same).values(**values)).rowcount != 1:
        return False
    tx.execute(
        insert(transfer).values(
            escalation_id=record.id,
            at=given.at,
            from_unit=given.giver,
            to_unit=given.taker,
            from_owner=record.owner,
            to_owner=owner,
        )
    )
    records.note(tx, record.id, line)
    return True


def chain(tx: Tx, record: int) -> list[Transfer]:
    """How a record was handed on, first to last."""
    rows = tx.execute(select(transfer).where(transfer.c.escalation_id == record).order_by(transfer.c.id))
    return [Transfer(row.at, row.from_unit, row.to_unit) for row in rows]


def owners(tx: Tx, record: int) -> set[str]:
    """The contacts who owned a record before it was handed on."""
    return set(tx.execute(select(transfer.c.from_owner).where(transfer.c.escalation_id == record)).scalars())
