"""Verbs for what the service sees of itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, delete, func, or_, select, update

from monitor.model import Channel, Outcome, Transition
from monitor.store import marks, records
from monitor.store.database import Tx
from monitor.store.duty_tables import unanswered
from monitor.store.outbox import IS_WAITING
from monitor.store.records import IS_OPEN
from monitor.store.statements import put
from monitor.store.tables import attempt, beat, cursor, escalation, mark, notification
from monitor.store.watchtable import measure

KEPT = timedelta(days=60)  # jumps, and what was free
JUMP = "jump:"
SHORT = "watch:space"  # collecting has stopped for want of room
UNSEEN = "watch:unseen"  # the monitoring does not hear of us


@dataclass(frozen=True, slots=True)
class Queue:
    """Mails that wait, the oldest of them, since when any has been due, and when one was last accepted.

    What is held back on purpose is not due: it has never been tried, and its hour has not come.
    """

    waiting: int
    oldest: datetime | None
    due: datetime | None
    sent: datetime | None


def queue(tx: Tx, now: datetime) -> Queue:
    mail = notification.c.channel == str(Channel.MAIL)
    waiting = select(func.count(), func.min(notification.c.created_at)).where(IS_WAITING, mail)
    count, oldest = tx.execute(waiting).one()
    untried = and_(IS_WAITING, mail, notification.c.attempts == 0, notification.c.next_attempt_at <= now)
    tried = (
        select(func.min(attempt.c.started_at))
        .join(notification, notification.c.id == attempt.c.notification_id)
        .where(IS_WAITING, mail)
    )
    begun = [tx.execute(select(func.min(notification.c.next_attempt_at)).where(untried)).scalar()]
    begun.append(tx.execute(tried).scalar())
    due = min((moment for moment in begun if moment is not None), default=None)
    newest = (
        select(attempt.c.ended_at)
        .join(notification, notification.c.id == attempt.c.notification_id)
        .where(attempt.c.outcome == str(Outcome.SENT), mail)
        .order_by(attempt.c.id.desc())
    )
    return Queue(count, oldest, due, tx.execute(newest.limit(1)).scalar())


def last_good(tx: Tx, platforms: Iterable[str]) -> datetime | None:
    """When any of these platforms was last read well."""
    return tx.execute(select(func.max(cursor.c.last_good_at)).where(cursor.c.platform.in_(list(platforms)))).scalar()


def broken(tx: Tx, platforms: Iterable[str]) -> int:
    """How many of these platforms were not read well the last time."""
    failing = and_(cursor.c.platform.in_(list(platforms)), cursor.c.error != "")
    return tx.execute(select(func.count()).where(failing)).scalar_one()


def is_collecting(tx: Tx) -> bool:
    """Whether there is room enough."""
    return marks.at(tx, SHORT) is None


def last_beat(tx: Tx) -> datetime | None:
    """When any stage last said that it lives."""
    return tx.execute(select(func.max(beat.c.at))).scalar()


def newest(tx: Tx) -> datetime | None:
    """The latest moment at which anything is said to have been done."""
    done = (beat.c.at, notification.c.created_at, cursor.c.checked_at, escalation.c.opened_at)
    moments = [tx.execute(select(func.max(column))).scalar() for column in done]
    return max((moment for moment in moments if moment is not None), default=None)


def note_jump(tx: Tx, jump: timedelta, now: datetime) -> None:
    """Remember that the clock was set by ``jump``; what is long ago is forgotten."""
    put(tx, mark, {"name": f"{JUMP}{now:%Y%m%dT%H%M%S}:{jump // timedelta(seconds=1)}", "at": now})
    tx.execute(delete(mark).where(mark.c.name.startswith(JUMP), mark.c.at < now - KEPT))


def jumps(tx: Tx, begin: datetime, end: datetime) -> list[tuple[datetime, timedelta]]:
    """When the clock was set between two moments, and by how much."""
    rows = tx.execute(
        select(mark.c.at, mark.c.name).where(mark.c.name.startswith(JUMP), mark.c.at >= begin, mark.c.at < end)
    )
    return sorted((row.at, timedelta(seconds=int(row.name.rsplit(":", 1)[1]))) for row in rows)


def set_back(tx: Tx, by: timedelta, now: datetime) -> int:
    """The clock has been set back ``by`` so much: what was to be done after some time must not wait longer for it.

    Steps of open records and the next tries of mails come forward; a deadline does where the record was opened in what
    is now the future, else it stays the hour that people were told. How many records were moved.
    """
    steps = select(escalation.c.id, escalation.c.next_step_at, escalation.c.deadline, escalation.c.opened_at)
    rows = tx.execute(steps.where(IS_OPEN)).all()
    for row in rows:
        values = {"next_step_at": row.next_step_at and row.next_step_at - by}
        if row.opened_at > now:
            values["deadline"] = row.deadline - by
            records.note(tx, row.id, Transition(now, "set_back", "system", row.deadline.isoformat()))
        tx.execute(update(escalation).where(escalation.c.id == row.id).values(**values))
    _forward(tx, by)
    return len(rows)


def _forward(tx: Tx, by: timedelta) -> None:
    """Mails that are tried again, and deputies who are told when nobody answers."""
    pending = and_(notification.c.state == str(Outcome.PENDING), notification.c.next_attempt_at.is_not(None))
    for row in tx.execute(select(notification.c.id, notification.c.next_attempt_at).where(pending)).all():
        sooner = update(notification).where(notification.c.id == row.id)
        tx.execute(sooner.values(next_attempt_at=row.next_attempt_at - by))
    for row in tx.execute(select(unanswered)).all():
        same = and_(unanswered.c.escalation_id == row.escalation_id, unanswered.c.contact == row.contact)
        tx.execute(update(unanswered).where(same).values(due_at=row.due_at - by))


def measured(tx: Tx, day: date, free: int) -> None:
    """Remember the least that was free on a day."""
    known = tx.execute(select(measure.c.free).where(measure.c.day == day.isoformat())).scalar()
    if known is None or free < known:
        put(tx, measure, {"day": day.isoformat(), "free": free})
    old = (day - KEPT).isoformat()
    tx.execute(delete(measure).where(or_(measure.c.day < old, measure.c.day > day.isoformat())))


def measures(tx: Tx) -> list[tuple[date, int]]:
    """What was free, by day."""
    return [(date.fromisoformat(row.day), row.free) for row in tx.execute(select(measure).order_by(measure.c.day))]
