"""Verbs for attachments: the files that hang on items, when they are read, and what was found in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, case, func, insert, select, update

from monitor.attachment import MOST, Attachment
from monitor.errors import LeaseLostError
from monitor.model import Entry, Period
from monitor.polling import OLD
from monitor.store import marks, passes
from monitor.store.database import Tx
from monitor.store.passes import NO_REST, Rest, host_of
from monitor.store.queued import Queue, take
from monitor.store.statements import add_new, look_up
from monitor.store.tables import attachment, cursor, finding, host, item, mark, version
from monitor.summary import Files, UnreadFile

SUMMED_UP = "files:"  # with a platform's name: the summary of the files that stood there at first contact was sent
BY_CLASSIFIER = "attachment"  # what judged the Version of a file: it has no text that could be judged later
KNOWN = """
    SELECT external_id, next_check_at IS NULL FROM attachment
    WHERE platform = {one} AND external_id IN (SELECT value FROM {many})
"""
NOT_UNREAD = ("gone", "outside_prefix")  # was read; isn't ours
_TOGETHER = 500  # names in one statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A claimed attachment: nobody else reads it until the lease ends."""

    id: int
    platform: str
    external_id: str
    item_id: int | None
    link: str
    name: str
    published_at: datetime | None  # of the page
    found_at: datetime
    baseline: bool
    etag: str
    last_modified: str
    digest: str
    findings: int
    failures: int
    error: str
    lease: str


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """What is remembered of a file after it was looked at."""

    next_check_at: datetime
    etag: str = ""
    last_modified: str = ""
    digest: str = ""
    findings: int = 0
    failures: int = 0
    error: str = ""


class _Page(NamedTuple):
    """``seen`` is when it was first, ``written`` when its newest Version was."""

    id: int
    seen: datetime
    written: datetime


def note(tx: Tx, platform: str, entries: Iterable[Entry], now: datetime) -> int:
    """Remember what hangs on the entries that were stored in this transaction at ``now``; how many are new.

    A file that many pages link to is one, and belongs to the first of them. One that may be fetched by now though it
    could not be before is due at once.
    """
    found: dict[str, tuple[Attachment, Entry]] = {}
    for entry in entries:
        for each in entry.attachments:
            found.setdefault(each.external_id, (each, entry))
    if not found:
        return 0
    known = {name: never for name, never in look_up(tx, KNOWN, platform, list(found))}  # noqa: C416  rows, not pairs
    due = [name for name, never in known.items() if never and not found[name][0].error]
    for name in due:
        mine = and_(attachment.c.platform == platform, attachment.c.external_id == name)
        tx.execute(update(attachment).where(mine).values(next_check_at=now, error=""))
    fresh = [pair for name, pair in found.items() if name not in known]
    pages = _pages(tx, platform, [entry.external_id for _, entry in fresh])
    summed_up = marks.at(tx, SUMMED_UP + platform) is not None
    added = 0
    for each, entry in fresh:
        page = pages.get(entry.external_id)  # None: it was refused
        if page is not None and not (page.seen < now and (_moved(tx, page, each, found, now) or _full(tx, page))):
            tx.execute(insert(attachment).values(_row(platform, page, each, entry, now, summed_up=summed_up)))
            add_new(tx, host, {"name": host_of(each.link)})
            added += 1
    return added


def _row(
    platform: str, page: _Page, each: Attachment, entry: Entry, now: datetime, *, summed_up: bool
) -> dict[str, object]:
    old = entry.published_at is None or now - entry.published_at > OLD
    return {
        "platform": platform,
        "external_id": each.external_id,
        "page_id": page.id,
        "link": each.link,
        "name": each.name,
        "host": host_of(each.link),
        "found_at": now,
        "baseline": entry.old if page.seen == now else old and page.written < now and not summed_up,
        "next_check_at": None if each.error else now,
        "error": each.error,
    }


def _moved(tx: Tx, page: _Page, each: Attachment, shown: Collection[str], now: datetime) -> bool:
    """Whether a file of the page has only another query now, a token perhaps: of the same name, its old address gone.

    It is then known by its new address, and read again at most once a day.
    """
    same = and_(
        attachment.c.page_id == page.id, attachment.c.name == each.name, attachment.c.next_check_at.is_not(None)
    )
    for row in tx.execute(select(attachment).where(same)):
        if row.external_id in shown or _place(row.link) != _place(each.link):
            continue
        values = {"external_id": each.external_id, "link": each.link}
        tx.execute(update(item).where(item.c.id == row.item_id).values(**values))
        again = now if row.checked_at and row.checked_at <= now - timedelta(days=1) else row.next_check_at
        tx.execute(update(attachment).where(attachment.c.id == row.id).values(**values, next_check_at=again))
        return True
    return False


def _place(link: str) -> str:
    return link.partition("?")[0]


def _full(tx: Tx, page: _Page) -> bool:
    """Whether a page has had as many files as one is read with: addresses that change at each look end here."""
    count = tx.execute(select(func.count()).where(attachment.c.page_id == page.id)).scalar_one()
    return count >= MOST


def _pages(tx: Tx, platform: str, external_ids: Sequence[str]) -> dict[str, _Page]:
    newest = select(func.max(version.c.seen_at)).where(version.c.item_id == item.c.id).correlate(item)
    query = select(item.c.external_id, item.c.id, item.c.first_seen_at, newest.scalar_subquery())
    pages: dict[str, _Page] = {}
    for start in range(0, len(external_ids), _TOGETHER):
        some = item.c.external_id.in_(external_ids[start : start + _TOGETHER])
        pages |= {row[0]: _Page(*row[1:]) for row in tx.execute(query.where(item.c.platform == platform, some))}
    return pages


def claim(tx: Tx, platforms: Collection[str], now: datetime, until: datetime, rest: Rest = NO_REST) -> Claim | None:
    """The file of one of ``platforms`` whose turn it is, leased until ``until``; None when none is or its host is busy.

    A platform that has waited for a while goes before the files on its host, unless a file has waited for an hour.
    """
    mine = attachment.c.platform.in_(platforms)
    taken = take(tx, Queue(table=attachment, platforms=platforms, mine=mine, before=(cursor,)), now, until, rest)
    if taken is None:
        return None
    row, lease = taken
    published_at = tx.execute(select(item.c.published_at).where(item.c.id == row.page_id)).scalar_one()
    given = {"lease": lease, "published_at": published_at}
    return Claim(**given, **{name: getattr(row, name) for name in Claim.__slots__ if name not in given})


def finish(tx: Tx, claim: Claim, after: After, entry: Entry | None, now: datetime) -> int | None:
    """Store how the file stands and, when it says something new, what was found in it; the id of its item.

    Raises LeaseLostError when somebody else has taken it meanwhile.
    """
    held = select(attachment.c.external_id).where(attachment.c.id == claim.id, attachment.c.lease == claim.lease)
    external_id = tx.execute(held.with_for_update()).scalar()
    if external_id is None:
        raise LeaseLostError
    values = {name: getattr(after, name) for name in After.__slots__}
    item_id = claim.item_id
    if entry is not None:
        entry = replace(entry, external_id=external_id)  # it may have moved meanwhile
        refused = passes.store(tx, claim.platform, (entry,), now).refused
        mine = and_(item.c.platform == claim.platform, item.c.external_id == entry.external_id)
        item_id = tx.execute(select(item.c.id).where(mine)).scalar()
        unjudged = and_(version.c.item_id == item_id, version.c.classified_at.is_(None))
        tx.execute(update(version).where(unjudged).values(classified_at=now, classified_by=BY_CLASSIFIER))
        values |= {"error": "items_refused", "digest": ""} if refused else {}
    values |= {"item_id": item_id, "checked_at": now, "lease": None, "lease_until": None}
    tx.execute(update(attachment).where(attachment.c.id == claim.id).values(**values))
    return item_id


def release(tx: Tx) -> None:
    """Free every lease: the caller alone may work on this database."""
    tx.execute(update(attachment).where(attachment.c.lease.is_not(None)).values(lease=None, lease_until=None))


def newly_read(tx: Tx, platforms: Collection[str]) -> dict[str, datetime]:
    """The platforms whose old files have all been looked at and that no summary of files has told of.

    With when the summary of their first contact was sent: what was found before stood in it.
    """
    first = {f"baseline:{name}": name for name in platforms}
    told = tx.execute(select(mark.c.name, mark.c.at).where(mark.c.name.in_(first))).all()
    done = {row[0] for row in tx.execute(select(mark.c.name).where(mark.c.name.startswith(SUMMED_UP)))}
    found = {first[row.name]: row.at for row in told if SUMMED_UP + first[row.name] not in done}
    fetched = and_(attachment.c.baseline, attachment.c.next_check_at.is_not(None))
    waiting = func.count(case((attachment.c.checked_at.is_(None), 1)))
    of_each = select(attachment.c.platform, waiting).group_by(attachment.c.platform)
    counts = tx.execute(of_each.where(fetched, attachment.c.platform.in_(found)))
    read = {row[0]: found[row[0]] for row in counts if not row[1]}
    waits = select(finding.c.id).where(finding.c.judged_at.is_(None), finding.c.platform.in_(read))
    return {} if tx.execute(waits.limit(1)).first() else read


def summed_up(tx: Tx, platforms: Iterable[str], now: datetime) -> None:
    """Remember that the summary has spoken of the old files of these platforms."""
    for name in platforms:
        marks.put(tx, SUMMED_UP + name, now)


def stand(tx: Tx, platforms: Collection[str]) -> dict[str, Files]:
    """How the files of each platform stand."""
    columns = (attachment.c.platform, attachment.c.error, attachment.c.checked_at.is_(None), func.count())
    rows = tx.execute(select(*columns).where(attachment.c.platform.in_(platforms)).group_by(*columns[:3])).all()
    return {name: _stands([row for row in rows if row[0] == name]) for name in {row[0] for row in rows}}


def _stands(rows: Sequence[Any]) -> Files:
    unread = {code: 0 for _, code, _, _ in rows if code}
    for _, code, _, count in rows:
        if code:
            unread[code] += count
    return Files(
        read=sum(count for _, code, waits, count in rows if not code and not waits),
        waiting=sum(count for _, code, waits, count in rows if not code and waits),
        unread=dict(sorted(unread.items(), key=lambda pair: (-pair[1], pair[0]))),
    )


def unread(tx: Tx, period: Period) -> list[UnreadFile]:
    """The files of our own that were found in the period and could not be read whole, newest first."""
    within = and_(attachment.c.found_at >= period.start, attachment.c.found_at < period.end)
    columns = (attachment.c.platform, attachment.c.name, attachment.c.error)
    of_those = attachment.c.error.not_in(("", *NOT_UNREAD))
    rows = tx.execute(select(*columns).where(within, of_those).order_by(attachment.c.id.desc()))
    return [UnreadFile(platform=row.platform, name=row.name, error=row.error) for row in rows]
