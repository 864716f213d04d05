"""Verbs for silences, and for addresses that are refused again and again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, delete, func, insert, or_, select, update

from classifiers.finding import Kind
from monitor.delivery import Delivery
from monitor.model import Notification, Outcome
from monitor.store.database import Tx
from monitor.store.delivery_tables import refusal, silence
from monitor.store.statements import put
from monitor.store.tables import notification
from monitor.summary import Silence

CAME_BACK = "came back:"  # how the answer begins of a mail that was taken and refused later
RETURNS = timedelta(days=7)  # so long a mail may be on its way before it comes back: most servers try for five days


def add(tx: Tx, asked: Silence) -> Silence:
    """Begin a silence; whether it may be begun has been checked. Its id is ours to give."""
    values = {name: getattr(asked, name) for name in Silence.__slots__ if name != "id"}
    values["kind"] = str(asked.kind or "")
    return _silence(tx.execute(insert(silence).values(**values).returning(silence)).one())


def in_force(tx: Tx, now: datetime) -> list[Silence]:
    """By their end."""
    during = and_(silence.c.until > now, silence.c.begun_at <= now)
    return [_silence(row) for row in tx.execute(select(silence).where(during).order_by(silence.c.until, silence.c.id))]


def find(tx: Tx, ids: Collection[int]) -> dict[int, Silence]:
    return {row.id: _silence(row) for row in tx.execute(select(silence).where(silence.c.id.in_(ids)))}


def end(tx: Tx, id_: int, now: datetime) -> bool:
    """End a silence that is in force; what came during it is summed up now. False when it is not in force."""
    which = and_(silence.c.id == id_, silence.c.until > now)
    ended = tx.execute(update(silence).where(which).values(until=now)).rowcount == 1
    waits = and_(notification.c.state == str(Outcome.HELD), notification.c.silence_id == id_)
    if ended:
        tx.execute(update(notification).where(waits).values(next_attempt_at=now))
    return ended


def held_by(tx: Tx, id_: int) -> int:
    """How many records came during a silence that nobody has been told of yet."""
    waits = and_(notification.c.state == str(Outcome.HELD), notification.c.silence_id == id_)
    return int(tx.execute(select(func.count(func.distinct(notification.c.escalation_id))).where(waits)).scalar_one())


def _silence(row: Row[Any]) -> Silence:
    values = dict(row._mapping)
    return Silence(**(values | {"kind": Kind(row.kind) if row.kind else None}))


def refused(tx: Tx, sent: Notification, answer: str, rules: Delivery, now: datetime) -> bool:
    """Count that an address was refused for good; whether that makes it dead now."""
    row = tx.execute(select(refusal).where(refusal.c.address == sent.address)).first()
    times = row.times + 1 if row else 1
    dead = times >= rules.dead_after
    values = {"address": sent.address, "contact": sent.contact, "times": times, "answer": answer[:500]}
    values |= {"since": row.since if row else now, "dead_until": now + rules.dead_for if dead else None}
    put(tx, refusal, values)
    return times == rules.dead_after


def accepted(tx: Tx, address: str, now: datetime) -> None:
    """A server took a mail for an address: whatever was refused before is forgotten.

    Of a mail that came back only later: it had been taken too, often by a server that passes on whatever it is given.
    """
    settled = or_(refusal.c.dead_until <= now, and_(refusal.c.dead_until.is_(None), refusal.c.since <= now - RETURNS))
    forgotten = or_(refusal.c.answer.not_like(f"{CAME_BACK}%"), settled)
    tx.execute(delete(refusal).where(refusal.c.address == address, forgotten))


def is_dead(tx: Tx, address: str, now: datetime, longest: timedelta) -> bool:
    """Whether an address is not to be tried now; a time beyond ``longest`` is no memory, the clock was wrong."""
    until = tx.execute(select(refusal.c.dead_until).where(refusal.c.address == address)).scalar()
    return until is not None and now < until <= now + longest


def dead(tx: Tx) -> list[Row[Any]]:
    """Addresses that are dead, and whose they are: contact, times, since, dead_until, answer."""
    return list(tx.execute(select(refusal).where(refusal.c.dead_until.is_not(None)).order_by(refusal.c.since)))
