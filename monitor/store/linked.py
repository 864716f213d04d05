"""Verbs for links: what pages lead to, when that is asked for, and what was answered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from sqlalchemy import and_, delete, func, insert, or_, select, update

from classifiers.finding import Kind
from monitor.checks.broken_links import Look
from monitor.errors import LeaseLostError
from monitor.model import Entry, State
from monitor.store.database import Tx
from monitor.store.link_tables import link
from monitor.store.passes import NO_REST, Rest, host_of
from monitor.store.queued import Queue, take
from monitor.store.records import IS_OPEN, IS_REAL
from monitor.store.statements import add_new, look_up, one_at_a_time
from monitor.store.tables import attachment, cursor, escalation, finding, host, item, version
from monitor.summary import BrokenLink

FIRST = timedelta(days=1)  # over which the first looks are spread
SEEN_EVERY = timedelta(days=1)  # how often it is written down that a link still stands there
KNOWN = """
    SELECT url, id, gone, platform FROM link WHERE '' = {one} AND url IN (SELECT value FROM {many})
"""
_TOGETHER = 500  # rows in one statement
_FRESH = {"gone": False, "failures": 0, "failed_at": None, "broken_at": None, "told": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A claimed link: nobody else asks for it until the lease ends. ``page`` is where the page stands it is on."""

    id: int
    platform: str
    url: str
    page: str
    known: Look
    lease: str


def note(
    tx: Tx, platform: str, entries: Sequence[Entry], now: datetime, *, watched: Collection[str], most: int
) -> None:
    """Remember where the entries that were stored in this transaction lead; what their pages have no longer is gone.

    A link that many pages have, of whatever platform, is one and belongs to the first of them; when that has it no
    longer, to the next that is read. Of a platform the ``most`` that were seen last are kept.
    """
    if not entries:
        return
    one_at_a_time(tx, "links")  # two platforms may find the same ones
    pages = _pages(tx, platform, [entry.external_id for entry in entries])
    shown: dict[str, int] = {}
    whole: dict[int, frozenset[str]] = {}
    for entry in entries:
        page = pages.get(entry.external_id)  # None: it was refused
        if page is not None:
            whole |= {} if entry.part else {page: frozenset(entry.links)}
            for url in entry.links:
                shown.setdefault(url, page)
    _forget(tx, whole, now)
    known = {row[0]: row[1:] for row in look_up(tx, KNOWN, "", list(shown))}
    _adopt(tx, platform, {row[0]: shown[url] for url, row in known.items() if row[1] or row[2] not in watched}, now)
    fresh = {url: page for url, page in shown.items() if url not in known}
    before = now if fresh else now - SEEN_EVERY  # what is new must not push out what stands there as well
    for ids in _parts([row[0] for row in known.values()]):
        tx.execute(update(link).where(link.c.id.in_(ids), link.c.seen_at <= before).values(seen_at=now))
    if fresh:
        _add(tx, platform, fresh, now)
        _prune(tx, platform, most)


def _parts(many: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(many), _TOGETHER):
        yield many[start : start + _TOGETHER]


def _pages(tx: Tx, platform: str, external_ids: Sequence[str]) -> dict[str, int]:
    pages: dict[str, int] = {}
    for some in _parts(external_ids):
        mine = and_(item.c.platform == platform, item.c.external_id.in_(some))
        pages |= {row[0]: row[1] for row in tx.execute(select(item.c.external_id, item.c.id).where(mine))}
    return pages


def _forget(tx: Tx, whole: Mapping[int, frozenset[str]], now: datetime) -> None:
    """What these pages have no longer; that it was known says when it may be asked for again."""
    for ids in _parts(list(whole)):
        rows = tx.execute(select(link.c.id, link.c.url, link.c.page_id).where(link.c.page_id.in_(ids), ~link.c.gone))
        for some in _parts([row.id for row in rows if row.url not in whole[row.page_id]]):
            tx.execute(update(link).where(link.c.id.in_(some)).values(**_FRESH | {"gone": True, "seen_at": now}))


def _adopt(tx: Tx, platform: str, found: Mapping[int, int], now: datetime) -> None:
    """Links that stand on a page again; each keeps when it is asked for."""
    for number, page in found.items():
        values = {**_FRESH, "platform": platform, "page_id": page, "seen_at": now}
        tx.execute(update(link).where(link.c.id == number).values(**values))


def _add(tx: Tx, platform: str, found: Mapping[str, int], now: datetime) -> None:
    rows = [
        {
            "platform": platform,
            "url": url,
            "page_id": page,
            "host": host_of(url),
            "found_at": now,
            "seen_at": now,
            "next_check_at": now + FIRST * (crc32(url.encode()) / 2**32),
        }
        for url, page in found.items()
    ]
    for some in _parts(rows):
        tx.execute(insert(link), some)
    for name in sorted({host_of(url) for url in found}):
        add_new(tx, host, {"name": name})


def _prune(tx: Tx, platform: str, most: int) -> None:
    """What is gone goes first, then what was seen longest ago; what is broken stays as long as it can."""
    order = (link.c.gone, link.c.broken_at.is_(None), link.c.seen_at.desc(), link.c.id)
    mine = select(link.c.id).where(link.c.platform == platform, link.c.lease.is_(None))
    for some in _parts(list(tx.execute(mine.order_by(*order).offset(most)).scalars())):
        tx.execute(delete(link).where(link.c.id.in_(some)))


def well(tx: Tx, names: Collection[str]) -> list[str]:
    """Those of the platforms that were read well the last time."""
    good = and_(cursor.c.platform.in_(names), cursor.c.failures == 0, cursor.c.last_good_at.is_not(None))
    return list(tx.execute(select(cursor.c.platform).where(good)).scalars())


def claim(tx: Tx, platforms: Collection[str], now: datetime, until: datetime, rest: Rest = NO_REST) -> Claim | None:
    """The link on ``platforms`` whose turn it is, leased until ``until``; None when none is or its host is busy.

    Platforms and files that wait for a host go before its links, unless a link has waited for an hour.
    """
    queue = Queue(
        table=link,
        platforms=platforms,
        mine=link.c.platform.in_(platforms),
        before=(cursor, attachment),
        live=~link.c.gone,
    )
    taken = take(tx, queue, now, until, rest)
    if taken is None:
        return None
    row, lease = taken
    page = tx.execute(select(item.c.link).where(item.c.id == row.page_id)).scalar_one()
    known = Look(**{name: getattr(row, name) for name in Look.__slots__})
    return Claim(id=row.id, platform=row.platform, url=row.url, page=page, known=known, lease=lease)


def finish(tx: Tx, claim: Claim, after: Look, next_check_at: datetime, now: datetime, *, gone: bool) -> None:
    """Store what was answered; ``gone``: its page has it no longer.

    Raises LeaseLostError when somebody else has taken it meanwhile.
    """
    values: dict[str, Any] = {name: getattr(after, name) for name in Look.__slots__}
    values |= {} if after.broken_at else {"told": False}
    values |= {**_FRESH, "gone": True} if gone else {}
    values |= {"next_check_at": next_check_at, "checked_at": now, "lease": None, "lease_until": None}
    held = and_(link.c.id == claim.id, link.c.lease == claim.lease)
    if tx.execute(update(link).where(held).values(**values)).rowcount != 1:
        raise LeaseLostError


def heard(tx: Tx, url: str, at: datetime) -> None:
    """The file at ``url`` was asked for by somebody else: as a link it is asked for at ``at``, unless it has failed."""
    tx.execute(update(link).where(link.c.url == url, link.c.failures == 0).values(next_check_at=at))


def release(tx: Tx) -> None:
    """Free every lease: the caller alone may work on this database."""
    tx.execute(update(link).where(link.c.lease.is_not(None)).values(lease=None, lease_until=None))


def broken(tx: Tx, platform: str, *, untold: bool = False) -> list[BrokenLink]:
    """The broken links on the pages of a platform, those that failed first at the top; or those no finding tells of."""
    title = select(version.c.title).where(version.c.item_id == item.c.id).order_by(version.c.id.desc()).limit(1)
    query = select(link, item.c.link.label("page_link"), func.coalesce(title.scalar_subquery(), "").label("page"))
    mine = and_(link.c.platform == platform, link.c.broken_at.is_not(None), ~link.c.gone)
    mine = and_(mine, ~link.c.told) if untold else mine
    rows = tx.execute(query.join(item, item.c.id == link.c.page_id).where(mine).order_by(link.c.failed_at, link.c.id))
    return [
        BrokenLink(url=row.url, page=row.page, page_link=row.page_link, since=row.failed_at, error=row.error)
        for row in rows
    ]


def answered(tx: Tx, besides: Collection[str], since: datetime) -> bool:
    """Whether any host but these has answered since then: whether our line leads out, and names are known on it."""
    heard = or_(link.c.error == "", link.c.error.startswith("http_"))
    elsewhere = and_(link.c.host.not_in(besides), link.c.checked_at >= since, ~link.c.gone, heard)
    return tx.execute(select(link.c.id).where(elsewhere).limit(1)).first() is not None


def doubtful(tx: Tx, platform: str, before: datetime) -> bool:
    """Whether links have failed of which more is known before then."""
    mine = and_(link.c.platform == platform, link.c.failures > 0, link.c.broken_at.is_(None), ~link.c.gone)
    return tx.execute(select(link.c.id).where(mine, link.c.next_check_at < before).limit(1)).first() is not None


def waits_since(tx: Tx, platform: str) -> datetime | None:
    """Since when the first of the links is called broken that no finding tells of."""
    mine = and_(link.c.platform == platform, link.c.broken_at.is_not(None), ~link.c.gone, ~link.c.told)
    return tx.execute(select(func.min(link.c.broken_at)).where(mine)).scalar()


def tell(tx: Tx, urls: Iterable[str], *, told: bool = True) -> None:
    """Findings tell of these links now; or must anew."""
    for some in _parts(list(urls)):
        tx.execute(update(link).where(link.c.url.in_(some)).values(told=told))


def recorded(tx: Tx) -> list[str]:
    """The platforms that have an open record of broken links."""
    of_kind = and_(IS_OPEN, IS_REAL, escalation.c.kind == str(Kind.BROKEN_LINKS))
    return list(tx.execute(select(escalation.c.platform).where(of_kind)).scalars())


def fate(tx: Tx, platform: str, url: str) -> State | None:
    """What became of the record in which a broken link stood last; None while there is none."""
    same = and_(finding.c.platform == platform, finding.c.kind == str(Kind.BROKEN_LINKS), finding.c.item_id.is_(None))
    query = select(escalation.c.state).join(finding, finding.c.escalation_id == escalation.c.id)
    last = query.where(same, finding.c.excerpt == url).order_by(finding.c.id.desc()).limit(1)
    state = tx.execute(last).scalar()
    return None if state is None else State(state)
