"""Verbs for the tasks of a record's playbook: ticking one off, and which are."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import and_, select

from monitor.model import Escalation, Transition
from monitor.playbook import Tick
from monitor.store import records
from monitor.store.database import Tx
from monitor.store.statements import add_new
from monitor.store.tables import escalation
from monitor.store.task_table import tick


def still_open(tx: Tx, record: Escalation) -> bool:
    """Whether nobody has closed the record since it was read; nobody can before this transaction ends."""
    same = and_(escalation.c.id == record.id, records.IS_OPEN)
    return tx.execute(select(escalation.c.id).where(same).with_for_update()).first() is not None


def put(tx: Tx, record: Escalation, task: str, line: Transition) -> bool:
    """Tick a task off, and say so in the record's history; False when it has been ticked off before."""
    values = {"escalation_id": record.id, "task": task, "at": line.at, "actor": line.actor}
    new = add_new(tx, tick, values)
    if new:
        records.note(tx, record.id, line)
    return new


def of(tx: Tx, record: int) -> list[Tick]:
    """Those of a record, in the order of time."""
    return of_all(tx, [record]).get(record, [])


def of_all(tx: Tx, ids: Collection[int]) -> dict[int, list[Tick]]:
    """Those of several records, each in the order of time."""
    found: dict[int, list[Tick]] = {}
    rows = tx.execute(select(tick).where(tick.c.escalation_id.in_(ids)).order_by(tick.c.at, tick.c.task))
    for row in rows:
        found.setdefault(row.escalation_id, []).append(Tick(row.task, row.at, row.actor))
    return found
