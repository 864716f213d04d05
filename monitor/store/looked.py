"""Verbs for single pages that are watched: whose turn it is, what they usually are, what has been said of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select, update

from classifiers.finding import Kind
from monitor.errors import LeaseLostError
from monitor.model import Entry, Hit, Platform
from monitor.store import passes
from monitor.store.database import Tx
from monitor.store.pagetable import page
from monitor.store.passes import NO_REST, Rest, host_of
from monitor.store.queued import Queue, take
from monitor.store.records import ACTIVE
from monitor.store.statements import add_new
from monitor.store.tables import cursor, escalation, finding, host, item, version
from monitor.summary import Files

BY_CLASSIFIER = "page"  # what judged the Version of a page: it has no text that could be judged later
DAY = timedelta(days=1)

Wanted = Mapping[str, Sequence[str]]  # addresses, by platform


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A claimed page: nobody else looks at it until the lease ends."""

    id: int
    platform: str
    link: str
    item_id: int | None
    fetches: int
    failures: int
    error: str
    etag: str
    last_modified: str
    newest: datetime | None
    memory: str
    robot_at: datetime | None
    robot_error: str
    robot_seen: str
    lease: str
    blocked: bool  # a protection stands before its platform
    robots: int  # pages of its platform that were looked at as a robot in the last day


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """What is remembered of a page after a look at it."""

    next_check_at: datetime
    fetches: int
    failures: int = 0
    error: str = ""
    etag: str = ""
    last_modified: str = ""
    newest: datetime | None = None
    memory: str = ""
    robot_at: datetime | None = None
    robot_error: str = ""
    robot_seen: str = ""


def wanted(platforms: Mapping[str, Platform], names: Iterable[str] | None = None) -> Wanted:
    """The pages that the configuration names, of the platforms ``names`` or of all."""
    chosen = platforms if names is None else names
    return {name: platforms[name].pages.all for name in chosen if platforms[name].pages.all}


def register(tx: Tx, platforms: Mapping[str, Platform], now: datetime) -> None:
    """Give each configured page a row, due at once when it is new, and its host one."""
    for name, links in wanted(platforms).items():
        for link in links:
            row = {"platform": name, "link": link, "host": host_of(link), "added_at": now, "next_check_at": now}
            add_new(tx, page, row)
            add_new(tx, host, {"name": host_of(link)})


def claim(tx: Tx, pages: Wanted, now: datetime, until: datetime, rest: Rest = NO_REST) -> Claim | None:
    """The page whose turn it is, leased until ``until``; None when none is or its host is busy.

    One that was looked at in the future is due as well. A platform that has waited for a while goes before the pages on
    its host, unless a page has waited for an hour.
    """
    mine = or_(*(and_(page.c.platform == each, page.c.link.in_(links)) for each, links in pages.items()))
    early = page.c.checked_at > now
    taken = take(tx, Queue(table=page, platforms=pages, mine=mine, before=(cursor,), early=early), now, until, rest)
    if taken is None:
        return None
    row, lease = taken
    blocked = select(cursor.c.error).where(cursor.c.platform == row.platform)
    robots = select(func.count()).where(page.c.platform == row.platform, page.c.robot_at > now - DAY)
    given: dict[str, Any] = {
        "lease": lease,
        "blocked": "blocked" in {row.error, tx.execute(blocked).scalar()},
        "robots": tx.execute(robots).scalar_one(),
    }
    return Claim(**given, **{name: getattr(row, name) for name in Claim.__slots__ if name not in given})


def finish(tx: Tx, claim: Claim, after: After, entry: Entry | None, now: datetime) -> int | None:
    """Store how the page stands and, when something else is found in it, that; the id of its item, None if it has none.

    Raises LeaseLostError when somebody else has taken it meanwhile.
    """
    held = select(page.c.id).where(page.c.id == claim.id, page.c.lease == claim.lease).with_for_update()
    if tx.execute(held).first() is None:
        raise LeaseLostError
    values = {name: getattr(after, name) for name in After.__slots__}
    item_id = claim.item_id
    if entry is not None:
        refused = passes.store(tx, claim.platform, (entry,), now).refused
        mine = and_(item.c.platform == claim.platform, item.c.external_id == entry.external_id)
        item_id = tx.execute(select(item.c.id).where(mine)).scalar()
        unjudged = and_(version.c.item_id == item_id, version.c.classified_at.is_(None))
        tx.execute(update(version).where(unjudged).values(classified_at=now, classified_by=BY_CLASSIFIER))
        values |= {"error": "items_refused", "etag": "", "last_modified": ""} if refused else {}
    values |= {"item_id": item_id, "checked_at": now, "lease": None, "lease_until": None}
    tx.execute(update(page).where(page.c.id == claim.id).values(**values))
    return item_id


def release(tx: Tx) -> None:
    """Free every lease: the caller alone may work on this database."""
    tx.execute(update(page).where(page.c.lease.is_not(None)).values(lease=None, lease_until=None))


def is_closed(tx: Tx, item_id: int | None, kind: Kind) -> bool:
    """Whether what was last found of ``kind`` in a page has been judged, and no record of it is open any more."""
    about = and_(finding.c.item_id == item_id, finding.c.kind == str(kind))
    last = select(finding.c.judged_at, escalation.c.state).join(escalation, isouter=True).where(about)
    row = tx.execute(last.order_by(finding.c.id.desc()).limit(1)).first()
    return row is not None and row.judged_at is not None and row.state not in ACTIVE


def unsaid(tx: Tx, item_id: int, hits: Iterable[Hit]) -> list[Hit]:
    """Those that have not been written before of a page."""
    rows = tx.execute(select(finding.c.kind, finding.c.match_digest).where(finding.c.item_id == item_id))
    said = {(row.kind, row.match_digest) for row in rows}
    return [hit for hit in hits if (str(hit.seen.kind), hit.match_digest) not in said]


def tried(tx: Tx, platforms: Mapping[str, Platform], names: Collection[str]) -> list[str]:
    """Those of the platforms ``names`` whose pages have all been asked for at least once."""
    rows = tx.execute(select(page.c.platform, page.c.link).where(page.c.checked_at.is_(None)))
    waiting = {(row.platform, row.link) for row in rows}
    return [name for name in names if not any((name, link) in waiting for link in platforms[name].pages.all)]


def stand(tx: Tx, platforms: Mapping[str, Platform]) -> dict[str, Files]:
    """How the pages of each platform stand, counted as files are."""
    found: dict[str, Files] = {}
    for name, links in wanted(platforms).items():
        rows = tx.execute(select(page).where(page.c.platform == name, page.c.link.in_(links))).all()
        codes = [row.error for row in rows if row.error]
        found[name] = Files(
            read=sum(not row.error and row.checked_at is not None for row in rows),
            waiting=sum(row.checked_at is None for row in rows),
            unread={code: codes.count(code) for code in sorted(set(codes))},
        )
    return found


def newest(tx: Tx, platforms: Collection[str], now: datetime) -> dict[str, datetime]:
    """Of each platform the date of its newest entry, ``now`` included."""
    dated = and_(item.c.platform.in_(platforms), item.c.published_at <= now)
    rows = tx.execute(select(item.c.platform, func.max(item.c.published_at)).where(dated).group_by(item.c.platform))
    return {row[0]: row[1] for row in rows}
