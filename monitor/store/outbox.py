"""Verbs for notifications: intent -> attempt -> outcome. A notification is written before it is sent."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, insert, or_, select, update

from monitor.chain import What
from monitor.errors import LeaseLostError
from monitor.model import Channel, Contact, Message, Notification, Outcome
from monitor.policy import PRIORITY_DIGEST, UNKNOWNS_ALLOWED, Settled
from monitor.store import chained, marks
from monitor.store.database import Tx
from monitor.store.statements import add_new, one_of
from monitor.store.tables import attempt, escalation, notification

MUTE = "mute:"  # keys of rings that say that mail can't be sent
IS_WAITING = one_of(notification.c.state, (str(Outcome.PENDING), str(Outcome.SENDING)))


@dataclass(frozen=True, slots=True)
class Claim:
    """A notification that this process alone may send until the lease ends."""

    notification: Notification
    attempt: int
    lease: str
    priority: int
    lapsed: bool  # nobody needs it any more


def intend(
    tx: Tx,
    *,
    key: str,
    contact: Contact,
    message: Message,
    record: int | None,
    priority: int,
    now: datetime,
    channel: Channel = Channel.MAIL,
    held_until: datetime | None = None,
) -> bool:
    """Write the intent; False when the same ``key`` was intended before. Lower ``priority`` goes first.

    With ``held_until`` it goes only once it has been let go (``held``), and is not looked at before.
    """
    addresses = {Channel.MAIL: contact.mail, Channel.RING: contact.phone, Channel.CHAT: contact.name}
    row = {
        "key": key,
        "escalation_id": record,
        "contact": contact.name,
        "channel": str(channel),
        "address": addresses[channel],
        "language": contact.language,
        "subject": message.subject,
        "text": message.text,
        "html": message.html,
        "message_id": f"<{secrets.token_hex(12)}@huiyin.invalid>",
        "priority": priority,
        "created_at": now,
        "state": str(Outcome.PENDING if held_until is None else Outcome.HELD),
        "next_attempt_at": held_until or now,
    }
    new = add_new(tx, notification, row)
    if new:
        _promise(tx, notification.c.key == key, What.INTENT)
    return new


def _promise(tx: Tx, chosen: ColumnElement[bool], what: What) -> None:
    chained.promise(tx, chained.of_notification(tx.execute(select(notification).where(chosen)).one(), what))


def exists(tx: Tx, key: str) -> bool:
    return tx.execute(select(notification.c.id).where(notification.c.key == key)).first() is not None


def reached(tx: Tx, record: int) -> list[str]:
    """The contacts whom anything about a record has reached, or may have."""
    on_its_way = notification.c.state.in_((str(Outcome.SENT), str(Outcome.SENDING), str(Outcome.UNKNOWN)))
    went = or_(on_its_way, notification.c.unknowns > 0)
    lists = select(notification.c.id).where(went)
    listed = and_(notification.c.state == str(Outcome.GATHERED), notification.c.gathered_in.in_(lists))
    query = select(notification.c.contact).where(notification.c.escalation_id == record, or_(went, listed))
    return list(dict.fromkeys(tx.execute(query.order_by(notification.c.id)).scalars()))


def claim(
    tx: Tx,
    now: datetime,
    until: datetime,
    channel: Channel = Channel.MAIL,
    *,
    least: int = PRIORITY_DIGEST,
    besides: Collection[str] = (),
) -> Claim | None:
    """The most urgent notification of a channel that is due, with a fresh attempt written; None when none is.

    Only what has priority ``least`` or goes before it, and nothing for the contacts ``besides``.

    An attempt that an earlier process left without outcome is closed first: unknown when DATA had
    begun, otherwise certainly not delivered.
    """
    new = and_(notification.c.created_at > now, notification.c.attempts == 0)  # the clock was set back
    ripe = or_(notification.c.next_attempt_at <= now, new)  # what failed once waits: else it would be tried without end
    due = and_(notification.c.state == str(Outcome.PENDING), ripe)
    ended = or_(notification.c.lease_until.is_(None), notification.c.lease_until <= now)
    left = and_(notification.c.state == str(Outcome.SENDING), ended)
    way = and_(notification.c.channel == str(channel), notification.c.priority <= least)
    query = select(notification).where(way, IS_WAITING, or_(due, left))
    if besides:
        query = query.where(notification.c.contact.not_in(besides))
    place = (notification.c.priority, notification.c.attempts, notification.c.next_attempt_at, notification.c.id)
    order = query.order_by(*place).limit(1)  # what nobody has tried first, then what was tried least
    row = tx.execute(order.with_for_update(skip_locked=True)).one_or_none()
    if row is None:
        return None
    unknowns = row.unknowns + _close_abandoned(tx, row, now)
    lease = secrets.token_hex(16)
    values = {"state": str(Outcome.SENDING), "lease": lease, "lease_until": until}
    counts = {"attempts": row.attempts + 1, "unknowns": unknowns}
    tx.execute(update(notification).where(notification.c.id == row.id).values(**values, **counts))
    started = insert(attempt).values(notification_id=row.id, started_at=now).returning(attempt.c.id)
    attempted = tx.execute(started).scalar_one()
    return Claim(_notification(row, **counts), attempted, lease, row.priority, _lapsed(tx, row))


def _lapsed(tx: Tx, row: Row[Any]) -> bool:
    """Whether nobody needs it any more: mail goes out again, or it is about a record, and something has happened since.

    Something newer waits for the same contact over the same channel, or the record has been closed since; and no
    telephone rings any more for what somebody has taken on.
    """
    if row.escalation_id is None:
        return row.key.startswith(MUTE) and marks.at(tx, marks.MUTE) is None
    same = and_(
        notification.c.escalation_id == row.escalation_id,
        notification.c.contact == row.contact,
        notification.c.channel == row.channel,
    )
    newer = and_(same, notification.c.id > row.id, notification.c.state != str(Outcome.HELD))
    if tx.execute(select(notification.c.id).where(newer).limit(1)).first() is not None:
        return True
    moved = select(escalation.c.closed_at, escalation.c.acknowledged_at).where(escalation.c.id == row.escalation_id)
    closed, taken = tx.execute(moved).one()
    ends = (closed, taken) if row.channel == Channel.RING else (closed,)
    return any(end is not None and end > row.created_at for end in ends)


def rewrite(tx: Tx, claimed: Claim, message: Message) -> None:
    """Give a claimed notification another text that quotes nothing, and the Message-ID of another mail.

    RFC 5322, 3.6.4: one Message-ID is one text. The refused one has been delivered to nobody.
    """
    values = {"subject": message.subject, "text": message.text, "html": message.html, "bare": True}
    message_id = claimed.notification.message_id.replace("@", ".bare@")
    chosen = notification.c.id == claimed.notification.id
    tx.execute(update(notification).where(chosen).values(**values, message_id=message_id))
    _promise(tx, chosen, What.REWRITTEN)


def _close_abandoned(tx: Tx, row: Row[Any], now: datetime) -> int:
    """Give attempts without outcome theirs; the number of those whose DATA had begun."""
    open_attempts = and_(attempt.c.notification_id == row.id, attempt.c.ended_at.is_(None))
    begun = tx.execute(select(func.count()).where(open_attempts, attempt.c.data_at.is_not(None))).scalar_one()
    values = {"ended_at": now, "answer": "the process ended during this attempt"}
    unsure = and_(open_attempts, attempt.c.data_at.is_not(None))
    for chosen, outcome in ((unsure, Outcome.UNKNOWN), (open_attempts, Outcome.PENDING)):
        _end(tx, chosen, {**values, "outcome": str(outcome)}, Outcome.SENDING)
    return int(begun)


def _end(tx: Tx, chosen: ColumnElement[bool], values: Mapping[str, Any], state: Outcome) -> None:
    """Write how attempts ended, and in the audit chain in which ``state`` that leaves the notification."""
    rows = tx.execute(update(attempt).where(chosen).values(values).returning(attempt)).all()
    chained.promise(tx, *(chained.of_attempt(row, str(state)) for row in rows))


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
    _end(tx, attempt.c.id == claimed.attempt, ended, after.state)


def by_message_id(tx: Tx, message_id: str) -> Notification | None:
    """The mail of ours that was sent with this Message-ID."""
    mail = and_(notification.c.message_id == message_id, notification.c.channel == str(Channel.MAIL))
    row = tx.execute(select(notification).where(mail).order_by(notification.c.id).limit(1)).one_or_none()
    return None if row is None else _notification(row, attempts=row.attempts, unknowns=row.unknowns)


def came_back(tx: Tx, message_id: str, answer: str, now: datetime) -> Notification | None:
    """Write that a mail which had been accepted was refused later; None for one not sent, or that came back before."""
    found = by_message_id(tx, message_id)
    if found is None:
        return None
    was = and_(notification.c.id == found.id, notification.c.state == str(Outcome.SENT))
    if tx.execute(update(notification).where(was).values(state=str(Outcome.REFUSED))).rowcount != 1:
        return None
    ended = {"started_at": now, "ended_at": now, "outcome": str(Outcome.REFUSED), "answer": answer[:500]}
    row = tx.execute(insert(attempt).values(notification_id=found.id, **ended).returning(attempt)).one()
    chained.promise(tx, chained.of_attempt(row, str(Outcome.REFUSED)))
    return found


def release(tx: Tx) -> None:
    """End every lease on notifications: the caller alone may work on this database."""
    sending = notification.c.state == str(Outcome.SENDING)
    tx.execute(update(notification).where(sending).values(lease=None, lease_until=None))


def may_have_gone(tx: Tx) -> int:
    """After a backup was restored: whatever waits may have been sent since, and says so; how many there are."""
    return tx.execute(update(notification).where(IS_WAITING, notification.c.unknowns == 0).values(unknowns=1)).rowcount


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
