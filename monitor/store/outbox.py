"""Verbs for notifications: intent -> attempt -> outcome. A notification is written before it is sent."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, func, insert, or_, select, update

from monitor.errors import LeaseLostError
from monitor.model import Channel, Contact, Message, Notification, Outcome
from monitor.policy import UNKNOWNS_ALLOWED, Settled
from monitor.store.database import Tx
from monitor.store.statements import add_new, one_of
from monitor.store.tables import attempt, notification

IS_WAITING = one_of(notification.c.state, (str(Outcome.PENDING), str(Outcome.SENDING)))


@dataclass(frozen=True, slots=True)
class Claim:
    """A notification that this process alone may send until the lease ends."""

    notification: Notification
    attempt: int
    lease: str


def intend(
    tx: Tx, *, key: str, contact: Contact, message: Message, record: int | None, priority: int, now: datetime
) -> bool:
    """Write the intent; False when the same ``key`` was intended before. Lower ``priority`` goes first."""
    row = {
        "key": key,
        "escalation_id": record,
        "contact": contact.name,
        "address": contact.mail,
        "language": contact.language,
        "subject": message.subject,
        "text": message.text,
        "html": message.html,
        "message_id": f"<{secrets.token_hex(12)}@huiyin.invalid>",
        "priority": priority,
        "created_at": now,
        "state": str(Outcome.PENDING),
        "next_attempt_at": now,
    }
    return add_new(tx, notification, row)


def exists(tx: Tx, key: str) -> bool:
    return tx.execute(select(notification.c.id).where(notification.c.key == key)).first() is not None


def claim(tx: Tx, now: datetime, until: datetime) -> Claim | None:
    """The most urgent notification that is due, with a fresh attempt written; None when none is.

    An attempt that an earlier process left without outcome is closed first: unknown when DATA had
    begun, otherwise certainly not delivered.
    """
    ripe = or_(notification.c.next_attempt_at <= now, notification.c.created_at > now)  # or the clock was set back
    due = and_(notification.c.state == str(Outcome.PENDING), ripe)
    ended = or_(notification.c.lease_until.is_(None), notification.c.lease_until <= now)
    left = and_(notification.c.state == str(Outcome.SENDING), ended)
    query = select(notification).where(IS_WAITING, or_(due, left))
    order = query.order_by(notification.c.priority, notification.c.id).limit(1)
    row = tx.execute(order.with_for_update(skip_locked=True)).one_or_none()
    if row is None:
        return None
    unknowns = row.unknowns + _close_abandoned(tx, row, now)
    lease = secrets.token_hex(16)
    values = {"state": str(Outcome.SENDING), "lease": lease, "lease_until": until}
    counts = {"attempts": row.attempts + 1, "unknowns": unknowns}
    tx.execute(update(notification).where(notification.c.id == row.id).values(**values, **counts))
    started = insert(attempt).values(notification_id=row.id, started_at=now).returning(attempt.c.id)
    return Claim(_notification(row, **counts), tx.execute(started).scalar_one(), lease)


def _close_abandoned(tx: Tx, row: Row[Any], now: datetime) -> int:
    """Give attempts without outcome theirs; the number of those whose DATA had begun."""
    open_attempts = and_(attempt.c.notification_id == row.id, attempt.c.ended_at.is_(None))
    begun = tx.execute(select(func.count()).where(open_attempts, attempt.c.data_at.is_not(None))).scalar_one()
    values = {"ended_at": now, "answer": "the process ended during this attempt"}
    unsure = and_(open_attempts, attempt.c.data_at.is_not(None))
    tx.execute(update(attempt).where(unsure).values(**values, outcome=str(Outcome.UNKNOWN)))
    tx.execute(update(attempt).where(open_attempts).values(**values, outcome=str(Outcome.PENDING)))
    return int(begun)


def data_begins(tx: Tx, claimed: Claim, now: datetime) -> None:
    """From here on a drop may mean that it arrived.

    Raises LeaseLostError when somebody else has taken the notification: then nothing may be sent.
    """
    holds = and_(notification.c.id == claimed.notification.id, notification.c.lease == claimed.lease)
    if tx.execute(select(notification.c.id).where(holds)).first() is None:
        raise LeaseLostError
    tx.execute(update(attempt).where(attempt.c.id == claimed.attempt).values(data_at=now))


def settle(tx: Tx, claimed: Claim, *, attempt_outcome: Outcome, answer: str, after: Settled, now: datetime) -> None:
    """Write how the attempt ended and what becomes of the notification.

    Raises LeaseLostError when somebody else has taken the notification meanwhile.
    """
    unknown = attempt_outcome is Outcome.UNKNOWN and claimed.notification.unknowns < UNKNOWNS_ALLOWED
    changed = tx.execute(
        update(notification)
        .where(notification.c.id == claimed.notification.id, notification.c.lease == claimed.lease)
        .values(
            state=str(after.state),
            next_attempt_at=after.next_attempt_at,
            unknowns=claimed.notification.unknowns + unknown,
            lease=None,
            lease_until=None,
        )
    )
    if changed.rowcount != 1:
        raise LeaseLostError
    ended = {"ended_at": now, "outcome": str(attempt_outcome), "answer": answer[:500]}
    tx.execute(update(attempt).where(attempt.c.id == claimed.attempt).values(**ended))


def release(tx: Tx) -> None:
    """End every lease on notifications: the caller alone may work on this database."""
    sending = notification.c.state == str(Outcome.SENDING)
    tx.execute(update(notification).where(sending).values(lease=None, lease_until=None))


def _notification(row: Row[Any], *, attempts: int, unknowns: int) -> Notification:
    return Notification(
        id=row.id,
        key=row.key,
        contact=row.contact,
        address=row.address,
        language=row.language,
        channel=Channel(row.channel),
        bare=row.bare,
        message=Message(row.subject, row.text, row.html),
        message_id=row.message_id,
        attempts=attempts,
        unknowns=unknowns,
        repeat=unknowns > 0,
        escalation=row.escalation_id,
        created_at=row.created_at,
    )
