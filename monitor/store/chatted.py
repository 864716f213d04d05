"""Verbs for what waits for the groups of chat programs, and what their robots were asked lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select

from monitor.delivery import Waiting, Why
from monitor.model import Channel, Outcome
from monitor.store.database import Tx
from monitor.store.held import AT_ONCE, records_of
from monitor.store.outbox import IS_WAITING
from monitor.store.tables import attempt, notification

IS_CHAT = notification.c.channel == str(Channel.CHAT)
_NOT_ASKED = (str(Outcome.GATHERED), str(Outcome.LAPSED))
_READY = and_(IS_CHAT, notification.c.state == str(Outcome.PENDING), notification.c.escalation_id.is_not(None))


def tried_since(tx: Tx, contact: str, since: datetime) -> int:
    """How often the robot of a group was asked since then."""
    asked = and_(attempt.c.started_at > since, attempt.c.outcome.not_in(_NOT_ASKED))
    this = and_(IS_CHAT, notification.c.contact == contact, asked)
    return tx.execute(select(func.count()).select_from(attempt).join(notification).where(this)).scalar_one()


def ready(tx: Tx, contact: str, now: datetime) -> int:
    """About how many records a group could be told now; of several posts about one the newest goes."""
    this = and_(_READY, notification.c.contact == contact, notification.c.next_attempt_at <= now)
    return tx.execute(select(func.count(func.distinct(notification.c.escalation_id))).where(this)).scalar_one()


def waiting(tx: Tx, contact: str, now: datetime) -> list[Waiting]:
    """What could go to it, most urgent first, but for what nobody needs any more; locked."""
    this = and_(_READY, notification.c.contact == contact, notification.c.next_attempt_at <= now)
    chosen = select(notification.c.id, notification.c.escalation_id).where(this)
    order = chosen.order_by(notification.c.priority, notification.c.id).limit(AT_ONCE)
    rows = tx.execute(order.with_for_update(skip_locked=True)).all()
    about = records_of(tx, {row.escalation_id for row in rows})
    found = [Waiting(id=row.id, why=Why.BURST, record=about[row.escalation_id]) for row in rows]
    return [each for each in found if each.record.closed_at is None]


@dataclass(frozen=True, slots=True)
class Backlog:
    """What a group has not got yet: how many, since when, and what its robot said last."""

    count: int
    since: datetime
    said: str


def backlog(tx: Tx, contact: str) -> Backlog | None:
    """None where nothing waits that has been tried."""
    this = and_(IS_CHAT, IS_WAITING, notification.c.contact == contact, notification.c.attempts > 0)
    count, since = tx.execute(select(func.count(), func.min(notification.c.created_at)).where(this)).one()
    if since is None:
        return None
    ended = select(attempt.c.answer).join(notification).where(this, attempt.c.ended_at.is_not(None))
    return Backlog(count, since, tx.execute(ended.order_by(attempt.c.id.desc()).limit(1)).scalar() or "")
