"""Verbs for mails that wait to be let go: who has some, what goes by itself, what is listed in another."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, update

from classifiers.finding import Kind
from monitor.delivery import HOUR, Hold, Lately, Listing, Waiting, Why
from monitor.model import Channel, Escalation, Outcome
from monitor.store import chained
from monitor.store.database import Tx
from monitor.store.delivery_tables import HELD_NOW
from monitor.store.records import IS_OPEN, RECORDS, as_record
from monitor.store.statements import one_of
from monitor.store.tables import attempt, escalation, finding, notification

AT_ONCE = 10_000  # of one contact in one transaction
_DOWN = one_of(escalation.c.kind, (str(Kind.SITE_DOWN),))


def next_contact(tx: Tx, now: datetime) -> str | None:
    """Who has had to wait longest of those for whom something is due."""
    query = select(notification.c.contact).where(HELD_NOW, _ripe(now)).order_by(notification.c.next_attempt_at)
    return tx.execute(query.limit(1)).scalar()


def _ripe(now: datetime) -> ColumnElement[bool]:
    return or_(notification.c.next_attempt_at <= now, notification.c.created_at > now)  # or the clock was set back


def waiting(tx: Tx, contact: str, now: datetime) -> list[Waiting]:
    """What waits for a contact and is due, and what only waited for others; locked."""
    found = and_(HELD_NOW, notification.c.contact == contact, or_(_ripe(now), notification.c.held == ""))
    chosen = select(notification.c.id, notification.c.held, notification.c.silence_id, notification.c.escalation_id)
    order = (notification.c.priority, notification.c.id)
    locked = chosen.where(found).order_by(*order).limit(AT_ONCE).with_for_update(skip_locked=True)
    rows = tx.execute(locked).all()
    about = records_of(tx, {row.escalation_id for row in rows})
    return [
        Waiting(id=row.id, why=Why(row.held or Why.BURST), record=about[row.escalation_id], silence=row.silence_id)
        for row in rows
    ]


def records_of(tx: Tx, ids: Iterable[int]) -> dict[int, Escalation]:
    return {row.id: as_record(row) for row in tx.execute(RECORDS.where(escalation.c.id.in_(sorted(ids))))}


def lately(tx: Tx, contact: str, now: datetime) -> Lately:
    """What has been let go to a contact within the hour."""
    within = and_(notification.c.contact == contact, notification.c.released_at > now - HOUR)
    told = and_(within, notification.c.released_at <= now)
    row = tx.execute(select(func.count(), func.min(notification.c.released_at)).where(told)).one()
    warned = select(notification.c.id).where(told, notification.c.held == str(Why.RATE), _IS_LIST)
    return Lately(row[0], row[1] + HOUR if row[1] else None, tx.execute(warned.limit(1)).first() is not None)


_IS_LIST = notification.c.escalation_id.is_(None)


def let_go(tx: Tx, ids: Iterable[int], now: datetime, *, counted: bool) -> None:
    """Let notifications go by themselves; what has lapsed is not counted, its claim will see that nobody needs it."""
    values = {"state": str(Outcome.PENDING), "next_attempt_at": now, "released_at": now if counted else None}
    tx.execute(update(notification).where(notification.c.id.in_(tuple(ids))).values(**values))


def list_in(tx: Tx, listing: Listing, key: str, now: datetime) -> None:
    """Say that the notification called ``key`` tells what the members of a list would have told."""
    which = notification.c.key == key
    tx.execute(update(notification).where(which).values(held=str(listing.why), released_at=now))
    id_ = tx.execute(select(notification.c.id).where(which)).scalar_one()
    ids, gathered = [each.id for each in listing.members], str(Outcome.GATHERED)
    which = notification.c.id.in_(ids)
    tx.execute(update(notification).where(which).values(state=gathered, gathered_in=id_))
    ended = {"started_at": now, "ended_at": now, "outcome": gathered, "answer": f"listed in {key}"}
    tx.execute(insert(attempt), [{"notification_id": each, **ended} for each in ids])
    written = select(attempt).where(attempt.c.notification_id.in_(ids), attempt.c.outcome == gathered)
    rows = tx.execute(written.order_by(attempt.c.id))
    chained.promise(tx, *(chained.of_attempt(row, gathered) for row in rows))


def hold(tx: Tx, ids: Iterable[int], hold: Hold) -> None:
    """Keep notifications back, and say why."""
    values = {"held": str(hold.why), "silence_id": hold.silence, "next_attempt_at": hold.until}
    tx.execute(update(notification).where(notification.c.id.in_(tuple(ids))).values(**values))


def listed(tx: Tx, notification_id: int) -> list[Escalation]:
    """The open records that a mail lists; none when it is no list."""
    about = select(notification.c.escalation_id).where(notification.c.gathered_in == notification_id)
    return [as_record(row) for row in tx.execute(RECORDS.where(IS_OPEN, escalation.c.id.in_(about)))]


def down(tx: Tx, share: str) -> list[tuple[str, int]]:
    """Platforms whose sites are down, and the records that say so; not those that only were too often (``share``)."""
    often = select(finding.c.id).where(finding.c.escalation_id == escalation.c.id, finding.c.rule == share)
    query = select(escalation.c.platform, escalation.c.id).where(_DOWN, IS_OPEN, ~often.exists())
    return [(platform, id_) for platform, id_ in tx.execute(query.order_by(escalation.c.id))]


def tried_since(tx: Tx, since: datetime, most: int) -> int:
    """How many mails were tried since then, counted up to ``most``."""
    began = (
        select(attempt.c.id)
        .join(notification)
        .where(
            attempt.c.started_at > since,
            attempt.c.outcome != str(Outcome.GATHERED),
            notification.c.channel == str(Channel.MAIL),
        )
    )
    return tx.execute(select(func.count()).select_from(began.limit(most).subquery())).scalar_one()
