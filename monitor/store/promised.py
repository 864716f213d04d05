"""Verbs for what messages are promised: when each becomes late, who is warned before, and which wait together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, func, or_, select, update

from classifiers.finding import Kind, Purpose
from classifiers.likeness import READ, Text
from classifiers.purpose import purpose
from monitor.model import Entry, Escalation
from monitor.policy import IN_DANGER
from monitor.store.database import Tx
from monitor.store.precedents import said
from monitor.store.promise_tables import promise
from monitor.store.records import IS_OPEN
from monitor.store.statements import put
from monitor.store.tables import WAITING, cursor, escalation, finding, item, version
from monitor.summary import Awaited

AT_ONCE = 500  # ids in one question
LATE_AT_ONCE = 200  # messages that become findings in one transaction
WARNED_AT_ONCE = 1_000  # messages in one warning; its mail lists the first of them
GIST = 80  # code points of a message without a title
HEADS = 300  # records with which a late message is compared, newest first

Moments = tuple[datetime, datetime | None]  # when a message becomes late, and when somebody is warned
_MISSING = or_(promise.c.due_at.is_(None), and_(promise.c.next_at.is_(None), item.c.overdue_at.is_(None)))
_UNANSWERED = and_(item.c.waits_since.is_not(None), item.c.replied_at.is_(None), item.c.withdrawn_at.is_(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A message whose answer is late: ``again``: it had been answered, and the answer has disappeared."""

    item: int
    platform: str
    gist: str  # its title, or how it begins
    due: datetime
    seen: datetime  # when it was first seen
    baselined_at: datetime | None  # of its platform
    again: bool


def answered(tx: Tx, platform: str, external_ids: Sequence[str]) -> set[str]:
    """Which of these messages count as answered."""
    query = select(item.c.external_id).where(item.c.platform == platform, item.c.replied_at.is_not(None))
    rows = (tx.execute(query.where(item.c.external_id.in_(some))) for some in _parts(external_ids))
    return {row.external_id for some in rows for row in some}


def keep(
    tx: Tx, platform: str, entries: Sequence[Entry], moments: Callable[[datetime, Purpose], Moments], now: datetime
) -> None:
    """Say of messages that wait when they become late, by ``moments`` of when their clock began and what they are for.

    ``entries`` are stored already, and noted (``answers.note``). What a message is for is settled when it first waits.
    """
    told = {entry.external_id: entry for entry in entries if entry.message and entry.reply is None}
    for row in _uncounted(tx, platform, [*told]):
        entry = told[row.external_id]
        meant = Purpose(row.purpose) if row.purpose is not None else _purpose(tx, row.id, entry)
        due, warn = moments(row.waits_since, meant)
        unwarned = warn is not None and row.warned_at is None and now < due
        following = {"due_at": due, "warn_at": warn, "next_at": warn if unwarned else due}
        put(tx, promise, {"item_id": row.id, "purpose": str(meant), **following})


def _purpose(tx: Tx, item_id: int, entry: Entry) -> Purpose:
    title, text = (entry.title, entry.text) if entry.text or entry.title else said(tx, item_id) or ("", "")
    return purpose(title, text, entry.label)


def _uncounted(tx: Tx, platform: str, external_ids: Sequence[str]) -> list[Any]:
    query = (
        select(item.c.id, item.c.external_id, item.c.waits_since, promise.c.purpose, promise.c.warned_at)
        .select_from(item.outerjoin(promise))
        .where(item.c.platform == platform, _UNANSWERED, _MISSING)
    )
    return [row for some in _parts(external_ids) for row in tx.execute(query.where(item.c.external_id.in_(some)))]


def note_hollow(tx: Tx, platform: str, external_ids: Sequence[str], now: datetime) -> None:
    """Remember when messages first had an answer that says nothing."""
    for some in _parts(external_ids):
        these = select(item.c.id).where(item.c.platform == platform, item.c.external_id.in_(some))
        tx.execute(
            update(promise).where(promise.c.item_id.in_(these), promise.c.hollow_at.is_(None)).values(hollow_at=now)
        )


def count_anew(tx: Tx) -> None:
    """Forget when messages become late that are not late yet: the next pass that sees them counts anew."""
    tx.execute(update(promise).where(promise.c.next_at.is_not(None)).values(due_at=None, next_at=None))


def claim_late(tx: Tx, platforms: Collection[str], seen_since: datetime, now: datetime) -> list[Late]:
    """Messages that have become late, longest first, each claimed once.

    Only those that were seen without an answer since they did and since ``seen_since``: what has not been looked at
    lately may be answered.
    """
    _forget_settled(tx, now)
    seen = and_(item.c.seen_at >= promise.c.due_at, item.c.seen_at >= seen_since)
    about = (item.c.id, item.c.platform, item.c.first_seen_at, item.c.reopened_at, cursor.c.baselined_at)
    rows = tx.execute(
        select(*about, promise.c.due_at, *_GIST)
        .select_from(promise.join(item).join(cursor, cursor.c.platform == item.c.platform))
        .where(promise.c.next_at <= now, promise.c.due_at <= now, WAITING, seen, item.c.platform.in_(platforms))
        .order_by(promise.c.due_at, item.c.id)
        .limit(LATE_AT_ONCE)
        .with_for_update(skip_locked=True, of=promise)
    ).all()
    ids = [row.id for row in rows]
    tx.execute(update(item).where(item.c.id.in_(ids)).values(overdue_at=now))
    tx.execute(update(promise).where(promise.c.item_id.in_(ids)).values(next_at=None))
    return [
        Late(
            item=row.id,
            platform=row.platform,
            gist=_short(row.title, row.words),
            due=row.due_at,
            seen=row.first_seen_at,
            baselined_at=row.baselined_at,
            again=row.reopened_at is not None,
        )
        for row in rows
    ]


def _forget_settled(tx: Tx, now: datetime) -> None:
    """Nothing becomes late that was answered or withdrawn meanwhile; should it wait again, ``keep`` counts anew."""
    waits = exists().where(item.c.id == promise.c.item_id, WAITING)
    tx.execute(update(promise).where(promise.c.next_at <= now, ~waits).values(next_at=None))


def claim_warned(tx: Tx, platforms: Collection[str], seen_since: datetime, now: datetime) -> list[Awaited]:
    """Messages of which somebody must be warned now, those that become late first in front; each is claimed once."""
    rows = tx.execute(
        select(item.c.id, *_ABOUT, *_GIST)
        .select_from(promise.join(item))
        .where(promise.c.next_at <= now, promise.c.due_at > now, WAITING, promise.c.warned_at.is_(None))
        .where(item.c.seen_at >= seen_since, item.c.platform.in_(platforms))
        .order_by(promise.c.due_at, item.c.id)
        .limit(WARNED_AT_ONCE)
        .with_for_update(skip_locked=True, of=promise)
    ).all()
    for some in _parts([row.id for row in rows]):
        warned = {"warned_at": now, "next_at": promise.c.due_at}
        tx.execute(update(promise).where(promise.c.item_id.in_(some)).values(**warned))
    return [_awaited(row) for row in rows]


_ABOUT = (
    item.c.platform,
    item.c.link,
    item.c.waits_since,
    func.coalesce(promise.c.purpose, "").label("purpose"),
    promise.c.due_at,
    promise.c.hollow_at,
    _UNANSWERED.label("open"),
)


def _newest(part: ColumnElement[str], name: str) -> ColumnElement[str]:
    """Of what an item says now."""
    newest = select(part).where(version.c.item_id == item.c.id).order_by(version.c.id.desc()).limit(1)
    return newest.correlate(item).scalar_subquery().label(name)


_GIST = (_newest(version.c.title, "title"), _newest(func.substr(version.c.text, 1, GIST), "words"))


def _short(title: str | None, words: str | None) -> str:
    return " ".join((title or words or "").split())


def _awaited(row: Row[Any]) -> Awaited:
    return Awaited(
        platform=row.platform,
        title=_short(row.title, row.words),
        link=row.link,
        since=row.waits_since,
        due=row.due_at,
        purpose=Purpose(row.purpose),
        hollow_at=row.hollow_at,
        open=bool(row.open),
    )


def of_record(tx: Tx, record: int) -> list[Awaited]:
    """The messages that a record about late answers speaks of, the one it was opened for first."""
    mine = select(finding.c.item_id, func.min(finding.c.id).label("first")).where(finding.c.escalation_id == record)
    found = mine.where(finding.c.item_id.is_not(None)).group_by(finding.c.item_id).subquery()
    query = select(*_ABOUT, *_GIST).select_from(found.join(item, item.c.id == found.c.item_id).outerjoin(promise))
    return [_awaited(row) for row in tx.execute(query.order_by(found.c.first))]


def waiting(tx: Tx, record: Escalation) -> int:
    """How many messages of a record about late answers still wait for one."""
    return sum(each.open for each in of_record(tx, record.id)) if record.kind is Kind.REPLY_OVERDUE else 0


def heads(tx: Tx, platform: str, besides: int) -> list[tuple[int, Text]]:
    """Open records about late answers on a platform, oldest first, each with the message it was opened for.

    Without those that speak of people in danger as well: each of these is told of by itself.
    """
    rows = tx.execute(
        select(escalation.c.id, escalation.c.item_id)
        .where(escalation.c.kind == str(Kind.REPLY_OVERDUE), IS_OPEN, escalation.c.platform == platform)
        .where(escalation.c.item_id != besides, ~_dangerous(escalation.c.item_id))
        .order_by(escalation.c.id.desc())
        .limit(HEADS)
    ).all()
    ids = [row.item_id for row in rows]
    newest = select(func.max(version.c.id)).where(version.c.item_id.in_(ids)).group_by(version.c.item_id)
    query = select(version.c.item_id, version.c.title, func.substr(version.c.text, 1, READ).label("words"))
    texts = {row.item_id: (row.title, row.words) for row in tx.execute(query.where(version.c.id.in_(newest)))}
    return [(row.id, texts[row.item_id]) for row in reversed(rows) if row.item_id in texts]


def is_dangerous(tx: Tx, item_id: int) -> bool:
    """Whether anything about people in danger was ever found in a message."""
    return bool(tx.execute(select(_dangerous(item.c.id)).where(item.c.id == item_id)).scalar())


def _dangerous(owner: ColumnElement[Any]) -> ColumnElement[bool]:
    kinds = [str(kind) for kind in IN_DANGER]
    return exists().where(finding.c.item_id == owner, finding.c.kind.in_(kinds))


def _parts(ids: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))
