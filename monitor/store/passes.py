"""Verbs for platforms, items and versions: the collect and classify stages."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import case, delete, func, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import SQLAlchemyError

from monitor.errors import LeaseLostError
from monitor.model import Cursor, Entry, Hit, Platform
from monitor.polling import LOOKED_AT
from monitor.store.database import Tx
from monitor.store.tables import cursor, finding, host, item, version

VERSIONS_KEPT = 10  # per item


@dataclass(frozen=True, slots=True)
class Pass:
    """A claimed platform: nobody else reads it until the lease ends."""

    cursor: Cursor
    lease: str
    published: tuple[datetime, ...] = ()  # dates of the newest entries stored so far


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A claimed Version that has not been classified: masked text."""

    version: int
    item: int
    platform: str
    title: str
    text: str
    link: str
    baseline: bool


@dataclass(frozen=True, slots=True)
class Stored:
    """What one pass left behind: new items, changed items, and those that could not be stored."""

    new: int = 0
    changed: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Rest:
    """What a host is spared: the time between two starts, and more than so many readings at once."""

    gap: timedelta
    at_once: int


NO_REST = Rest(timedelta(0), 1_000_000)


def register(tx: Tx, platforms: Mapping[str, Platform], now: datetime) -> None:
    """Give each configured platform a cursor, due at once when it is new, and its host a row."""
    for name, platform in platforms.items():
        where = host_of(platform.url)
        row = {"platform": name, "added_at": now, "next_check_at": now, "why": "first", "host": where}
        known = upsert(cursor).values(row)
        tx.execute(known.on_conflict_do_update(index_elements=["platform"], set_={"host": where}))
        tx.execute(upsert(host).values(name=where).on_conflict_do_nothing())


def host_of(url: str) -> str:
    """``"www.agency.example:8080"``: what shares a server."""
    return urlsplit(url).netloc.rpartition("@")[2].lower()


def claim_platform(
    tx: Tx, platforms: Mapping[str, Platform], now: datetime, until: datetime, rest: Rest = NO_REST
) -> Pass | None:
    """The configured platform whose turn it is, leased until ``until``; None when none is due or its host is busy.

    Where citizens write comes first; then the host that has waited longest, so that many platforms on one host never
    delay the one on another; then the platform that has been due longest. A host has its ``rest``, and is left alone
    while it asked for time. One that was added or checked in the future is due as well: the clock has been set back.
    """
    other = cursor.alias()
    running = select(func.count()).where(other.c.host == cursor.c.host, other.c.lease_until > now)
    last = func.coalesce(cursor.c.checked_at, cursor.c.added_at)
    due = or_(cursor.c.next_check_at <= now, last > now)
    free = or_(cursor.c.lease_until.is_(None), cursor.c.lease_until <= now)
    rested = or_(host.c.served_at.is_(None), host.c.served_at <= now - rest.gap, host.c.served_at > now)
    allowed = or_(host.c.blocked_until.is_(None), host.c.blocked_until <= now)
    first = [name for name, platform in platforms.items() if platform.messages]
    row = tx.execute(
        select(cursor)
        .join(host, host.c.name == cursor.c.host)
        .where(cursor.c.platform.in_(platforms), due, free, rested, allowed)
        .where(running.correlate(cursor).scalar_subquery() < rest.at_once)
        .order_by(
            case((cursor.c.platform.in_(first), 0), else_=1), host.c.served_at.nulls_first(), cursor.c.next_check_at
        )
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if row is None:
        return None
    lease = secrets.token_hex(16)
    tx.execute(update(cursor).where(cursor.c.platform == row.platform).values(lease=lease, lease_until=until))
    tx.execute(update(host).where(host.c.name == row.host).values(served_at=now))
    names = (name for name in Cursor.__slots__ if name != "platform")
    found = Cursor(platform=row.platform, **{name: getattr(row, name) for name in names})
    return Pass(found, lease, _newest(tx, row.platform))


def _newest(tx: Tx, platform: str) -> tuple[datetime, ...]:
    dated = select(item.c.published_at).where(item.c.platform == platform, item.c.published_at.is_not(None))
    return tuple(tx.execute(dated.order_by(item.c.published_at.desc()).limit(LOOKED_AT)).scalars())


def block_host(tx: Tx, platform: Platform, until: datetime) -> None:
    """The server asked for time: none of its platforms is read before ``until``."""
    tx.execute(update(host).where(host.c.name == host_of(platform.url)).values(blocked_until=until))


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
    old = entry.old and known is None
    values = {"digest": entry.digest, "title": entry.title, "text": entry.text, "baseline": old}
    row = insert(version).values(item_id=item_id, seen_at=now, **values)
    version_id = tx.execute(row.returning(version.c.id)).scalar_one()
    add_findings(tx, platform, entry.hits, now, item_id=item_id, version_id=version_id, baseline=old)
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
    baseline: bool = False,
) -> None:
    """Write findings that wait for the escalate stage; ``baseline`` ones stood there at first contact."""
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
            "baseline": baseline,
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
        Waiting(
            version=row.id,
            item=row.item_id,
            platform=row.platform,
            title=row.title,
            text=row.text,
            link=row.link,
            baseline=row.baseline,
        )
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
    add_findings(
        tx, waiting.platform, hits, now, item_id=waiting.item, version_id=waiting.version, baseline=waiting.baseline
    )


def release(tx: Tx) -> None:
    """Free every lease of platforms and versions: the caller alone may work on this database."""
    tx.execute(update(cursor).where(cursor.c.lease.is_not(None)).values(lease=None, lease_until=None))
    tx.execute(update(version).where(version.c.lease.is_not(None)).values(lease=None, lease_until=None))
