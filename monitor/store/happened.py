"""What happened, record by record and attempt by attempt, for the audit: read-only verbs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.engine import Row

from monitor.chain import kind
from monitor.store.database import Tx
from monitor.store.tables import attempt, escalation, notification, transition

AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Happening:
    """A transition of a record, or how an attempt to tell somebody ended (``tried``: over which channel, else "")."""

    at: datetime
    number: str  # of the record; "" for a digest and the like
    kind: str
    what: str
    who: str
    why: str
    tried: str = ""


def happened(tx: Tx, since: datetime | None, until: datetime | None) -> Iterator[Happening]:
    """Transitions in their order, then attempts in theirs, of the half-open span."""
    moves = select(transition, escalation.c.number, escalation.c.kind).join(escalation)
    for row in _within(tx, moves.order_by(transition.c.id), since, until):
        yield Happening(row.at, row.number, row.kind, row.what, row.actor, row.why)
    tried = (
        select(
            attempt.c.ended_at.label("at"), attempt.c.outcome, notification.c.contact, notification.c.channel,
            escalation.c.number, escalation.c.kind,
        )
        .join(notification, notification.c.id == attempt.c.notification_id)
        .join(escalation, escalation.c.id == notification.c.escalation_id, isouter=True)
        .where(attempt.c.ended_at.is_not(None))
    )  # fmt: skip
    for row in _within(tx, tried.order_by(attempt.c.id), since, until):
        yield Happening(row.at, row.number or "", row.kind or "", row.outcome, row.contact, "", row.channel)


def _within(
    tx: Tx, query: Select[tuple[object, ...]], since: datetime | None, until: datetime | None
) -> Iterator[Row[tuple[object, ...]]]:
    at = attempt.c.ended_at if attempt in query.columns_clause_froms else transition.c.at
    if since is not None:
        query = query.where(at >= since)
    if until is not None:
        query = query.where(at < until)
    yield from tx.execute(query.execution_options(yield_per=AT_ONCE))


def number_of(tx: Tx, what: str, row: int) -> str:
    """The number of the record that an entry of the chain belongs to; "" where there is none, or the row is gone."""
    numbers = select(escalation.c.number)
    of = {
        "transition": numbers.join(transition).where(transition.c.id == row),
        "notification": numbers.join(notification).where(notification.c.id == row),
        "attempt": numbers.join(notification).join(attempt).where(attempt.c.id == row),
    }
    query = of.get(kind(what))
    return "" if query is None else str(tx.execute(query).scalar() or "")
