"""Verbs for platforms, items and versions: the collect and classify stages."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import SQLAlchemyError

from monitor.errors import LeaseLostError
from monitor.model import Cursor, Entry, Hit
from monitor.store.database import Tx
from monitor.store.tables import cursor, finding, item, version

VERSIONS_KEPT = 10  # per item


@dataclass(frozen=True, slots=True)
class Pass:
    """A claimed platform: nobody else reads it until the lease ends."""

    cursor: Cursor
    lease: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A claimed Version that has not been classified: masked text."""

    version: int
    item: int
    platform: str
    title: str
    text: str
    link: str


@dataclass(frozen=True, slots=True)
class Stored:
    """What one pass left behind: new items, changed items, and those that could not be stored."""

    new: int = 0
    changed: int = 0
    refused: int = 0


def register(tx: Tx, platforms: Iterable[str], now: datetime) -> None:
    """Give each configured platform a cursor, due at once when it is new."""
    for name in platforms:
        row = {"platform": name, "added_at": now, "next_check_at": now}
        tx.execute(upsert(cursor).values(row).on_conflict_do_nothing())


def claim_platform(tx: Tx, platforms: Sequence[str], now: datetime, until: datetime) -> Pass | None:
    """The configured platform that has been due longest, leased until ``until``; None when none is.

    One that was checked in the future is due as well: the clock has been set back.
    """
    due = or_(cursor.c.next_check_at <= now, cursor.c.checked_at > now)
    free = or_(cursor.c.lease_until.is_(None), cursor.c.lease_until <= now)
    row = tx.execute(
        select(cursor)
        .where(cursor.c.platform.in_(platforms), due, free)
        .order_by(cursor.c.next_check_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if row is None:
        return None
    lease = secrets.token_hex(16)
    tx.execute(update(cursor).where(cursor.c.platform == row.platform).values(lease=lease, lease_until=until))
    names = (name for name in Cursor.__slots__ if name != "platform")
    return Pass(Cursor(platform=row.platform, **{name: getattr(row, name) for name in names}), lease)


def finish_pass(tx: Tx, claim: Pass, after: Cursor, entries: Iterable[Entry], now: datetime) -> Stored:
    """Store items, door findings and cursor together; each item is a savepoint.

    An item that can't be stored is counted, and the validators are forgotten, so that the next pass
    fetches everything again instead of trusting a 304.

    Raises LeaseLostError when somebody else has taken the platform meanwhile.
    """
    outcomes = [_put(tx, claim.cursor.platform, entry, now) for entry in entries]
    stored = Stored(outcomes.count("new"), outcomes.count("changed"), outcomes.count("refused"))
    values = {name: getattr(after, name) for name in Cursor.__slots__ if name != "platform"}
    if stored.refused:
        values |= {"etag": "", "last_modified": ""}
    changed = tx.execute(
        update(cursor)
        .where(cursor.c.platform == claim.cursor.platform, cursor.c.lease == claim.lease)
        .values(**values, checked_at=now, lease=None, lease_until=None)
    )
    if changed.rowcount != 1:
        raise LeaseLostError
    return stored


def _put(tx: Tx, platform: str, entry: Entry, now: datetime) -> str:
    try:
        with tx.begin_nested():
            return _store(tx, platform, entry, now)
    except SQLAlchemyError:
        return "refused"


def _store(tx: Tx, platform: str, entry: Entry, now: datetime) -> str:
    known = tx.execute(
        select(item.c.id).where(item.c.platform == platform, item.c.external_id == entry.external_id)
    ).scalar()
    if known is None:
        values = {"platform": platform, "external_id": entry.external_id, "first_seen_at": now}
        row = insert(item).values(**values, link=entry.link, published_at=entry.published_at)
        item_id = tx.execute(row.returning(item.c.id)).scalar_one()
    else:
        item_id = known
        newest = select(version.c.digest).where(version.c.item_id == item_id).order_by(version.c.id.desc()).limit(1)
        if tx.execute(newest).scalar() == entry.digest:
            return "same"
        tx.execute(update(item).where(item.c.id == item_id).values(link=entry.link))
    row = insert(version).values(item_id=item_id, digest=entry.digest, title=entry.title, text=entry.text, seen_at=now)
    version_id = tx.execute(row.returning(version.c.id)).scalar_one()
    add_findings(tx, platform, entry.hits, now, item_id=item_id, version_id=version_id)
    _forget_old_versions(tx, item_id)
    return "new" if known is None else "changed"


def _forget_old_versions(tx: Tx, item_id: int) -> None:
    oldest = (
        select(version.c.id)
        .where(version.c.item_id == item_id)
        .order_by(version.c.id.desc())
        .offset(VERSIONS_KEPT - 1)
        .limit(1)
        .scalar_subquery()
    )
    tx.execute(delete(version).where(version.c.item_id == item_id, version.c.id < oldest))


def add_findings(
    tx: Tx,
    platform: str,
    hits: Iterable[Hit],
    now: datetime,
    *,
    item_id: int | None = None,
    version_id: int | None = None,
) -> None:
    """Write findings that wait for the escalate stage."""
    rows = [
        {
            "platform": platform,
            "item_id": item_id,
            "version_id": version_id,
            "kind": str(hit.seen.kind),
            "rule": hit.seen.rule,
            "field": hit.seen.field,
            "start": hit.seen.start,
            "end": hit.seen.end,
            "where": hit.seen.where,
            "score": hit.seen.score,
            "excerpt": hit.seen.excerpt,
            "match_digest": hit.match_digest,
            "found_at": now,
        }
        for hit in hits
    ]
    if rows:
        tx.execute(insert(finding), rows)


def claim_versions(tx: Tx, now: datetime, until: datetime, limit: int) -> tuple[str, list[Waiting]]:
    """Up to ``limit`` Versions that wait to be classified, oldest first, under one lease."""
    rows = tx.execute(
        select(version, item.c.platform, item.c.link)
        .join(item)
        .where(version.c.classified_at.is_(None), or_(version.c.lease_until.is_(None), version.c.lease_until <= now))
        .order_by(version.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    lease = secrets.token_hex(16)
    ids = [row.id for row in rows]
    if ids:
        tx.execute(update(version).where(version.c.id.in_(ids)).values(lease=lease, lease_until=until))
    return lease, [
        Waiting(version=row.id, item=row.item_id, platform=row.platform, title=row.title, text=row.text, link=row.link)
        for row in rows
    ]


def finish_version(tx: Tx, waiting: Waiting, hits: Iterable[Hit], *, lease: str, by: str, now: datetime) -> None:
    """Store what was found in a Version and which classifier judged it.

    Raises LeaseLostError when somebody else has taken the Version meanwhile.
    """
    changed = tx.execute(
        update(version)
        .where(version.c.id == waiting.version, version.c.lease == lease)
        .values(classified_at=now, classified_by=by, lease=None, lease_until=None)
    )
    if changed.rowcount != 1:
        raise LeaseLostError
    add_findings(tx, waiting.platform, hits, now, item_id=waiting.item, version_id=waiting.version)


def release(tx: Tx) -> None:
    """Free every lease of platforms and versions: the caller alone may work on this database."""
    tx.execute(update(cursor).where(cursor.c.lease.is_not(None)).values(lease=None, lease_until=None))
    tx.execute(update(version).where(version.c.lease.is_not(None)).values(lease=None, lease_until=None))
