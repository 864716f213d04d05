"""Verbs for platforms, items and versions: the collect and classify stages."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import reduce
from itertools import repeat
from operator import add
from urllib.parse import urlsplit

from sqlalchemy import Column, ColumnElement, bindparam, case, delete, exists, func, insert, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from classifiers.finding import Topic
from monitor.errors import LeaseLostError
from monitor.model import Cursor, Entry, Hit, Platform
from monitor.polling import LOOKED_AT
from monitor.store import proofs
from monitor.store.database import Tx
from monitor.store.link_tables import link
from monitor.store.pagetable import page
from monitor.store.statements import add_new, load, look_up, one_at_a_time, put, reserve
from monitor.store.tables import attachment, correction, cursor, finding, host, item, version
from monitor.store.trouble import rows_at_fault

VERSIONS_KEPT = 10  # per item
LONGEST_TOPIC = 64  # characters
LEASED = (
    select(cursor.c.platform)
    .where(cursor.c.platform == bindparam("of"), cursor.c.lease == bindparam("held"))
    .with_for_update()
)
NEWEST = """
    SELECT value, id, (SELECT digest FROM version WHERE item_id = known.id ORDER BY version.id DESC LIMIT 1)
    FROM (
        SELECT asked.value, (SELECT id FROM item WHERE platform = {one} AND external_id = asked.value) AS id FROM {many}
    ) AS known
    WHERE id IS NOT NULL
"""  # one by one through the indexes, also while PostgreSQL has no statistics yet


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
    place: str  # as the platform has a field for it
    baseline: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found in a Version, and the place of a danger ("" when there is none: then no place is kept).

    ``topic`` is what a message is about; None for what is no message.
    """

    hits: tuple[Hit, ...]
    place: str = ""
    topic: Topic | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """What one pass left behind: new items, changed items, and those that could not be stored."""

    new: int = 0
    changed: int = 0
    refused: int = 0

    def __add__(self, other: Stored) -> Stored:
        return Stored(self.new + other.new, self.changed + other.changed, self.refused + other.refused)


@dataclass(frozen=True, slots=True)
class Rest:
    """What a host is spared: the time between two starts, and more than so many readings at once."""

    gap: timedelta
    at_once: int


HOSTS = "platform"  # who else is read from a host decides, so that one at a time decides
READ = tuple(table.alias() for table in (cursor, attachment, page, link))  # read from hosts, each under a lease
NO_REST = Rest(timedelta(0), 1_000_000)


def spared(name: Column[str], now: datetime, rest: Rest) -> tuple[ColumnElement[bool], ...]:
    """That the joined ``host`` called ``name`` can be asked now: whoever asks it, for whatever is read."""
    readings = (
        select(func.count())
        .where(each.c.host == name, each.c.lease.is_not(None), each.c.lease_until > now)
        .correlate(name.table)
        .scalar_subquery()
        for each in READ
    )
    return (
        or_(host.c.served_at.is_(None), host.c.served_at <= now - rest.gap, host.c.served_at > now),
        or_(host.c.blocked_until.is_(None), host.c.blocked_until <= now),
        reduce(add, readings) < rest.at_once,
    )


def register(tx: Tx, platforms: Mapping[str, Platform], now: datetime) -> None:
    """Give each configured platform a cursor, due at once when it is new, its host a row, and its prefixes theirs."""
    proofs.register(tx, platforms, now)
    for name, platform in platforms.items():
        where = host_of(platform.url)
        row = {"platform": name, "added_at": now, "next_check_at": now, "why": "first", "host": where}
        put(tx, cursor, row, only={"host"})
        add_new(tx, host, {"name": where})


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
    None is claimed of which a prefix is neither proven nor in its grace.
    """
    one_at_a_time(tx, HOSTS)
    last = func.coalesce(cursor.c.checked_at, cursor.c.added_at)
    due = or_(cursor.c.next_check_at <= now, last > now)
    free = or_(cursor.c.lease_until.is_(None), cursor.c.lease_until <= now)
    first = [name for name, platform in platforms.items() if platform.messages]
    row = tx.execute(
        select(cursor)
        .join(host, host.c.name == cursor.c.host)
        .where(cursor.c.platform.in_(proofs.standing(tx, platforms, now)), due, free, *spared(cursor.c.host, now, rest))
        .order_by(
            case((cursor.c.platform.in_(first), 0), else_=1), host.c.served_at.nulls_first(), cursor.c.next_check_at
        )
        .limit(1)
        .with_for_update(skip_locked=True, of=cursor)
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
    no_file = ~exists().where(attachment.c.item_id == item.c.id)  # which have the date of their page
    dated = select(item.c.published_at).where(item.c.platform == platform, item.c.published_at.is_not(None), no_file)
    return tuple(tx.execute(dated.order_by(item.c.published_at.desc()).limit(LOOKED_AT)).scalars())


def block_host(tx: Tx, url: str, until: datetime) -> None:
    """The server of ``url`` asked for time: nothing of it is read before ``until``."""
    tx.execute(update(host).where(host.c.name == host_of(url)).values(blocked_until=until))


def finish_pass(tx: Tx, claim: Pass, after: Cursor, entries: Iterable[Entry], now: datetime) -> Stored:
    """Store items, door findings and cursor together.

    An item that can't be stored is counted, and the validators are forgotten, so that the next pass
    fetches everything again instead of trusting a 304.

    Raises LeaseLostError when somebody else has taken the platform meanwhile.
    """
    platform = claim.cursor.platform
    if tx.execute(LEASED, {"of": platform, "held": claim.lease}).first() is None:  # and nobody takes it while we write
        raise LeaseLostError
    stored = store(tx, platform, tuple(entries), now)
    values = {name: getattr(after, name) for name in Cursor.__slots__ if name != "platform"}
    if stored.refused:
        values |= {"etag": "", "last_modified": ""}
    values |= {"checked_at": now, "lease": None, "lease_until": None}
    tx.execute(update(cursor).where(cursor.c.platform == bindparam("of")), {"of": platform, **values})
    return stored


def store(tx: Tx, platform: str, entries: Sequence[Entry], now: datetime) -> Stored:
    """Store entries together. When they can't be, each half by itself: in the end only the bad ones are refused."""
    if not entries:
        return Stored()
    try:
        with tx.begin_nested():
            return _store(tx, platform, entries, now)
    except (SQLAlchemyError, ValueError, OverflowError) as error:
        if not rows_at_fault(error):
            raise
    if len(entries) == 1:
        return Stored(refused=1)
    middle = len(entries) // 2
    return store(tx, platform, entries[:middle], now) + store(tx, platform, entries[middle:], now)


def _store(tx: Tx, platform: str, entries: Sequence[Entry], now: datetime) -> Stored:
    ids, digests = _known(tx, platform, [entry.external_id for entry in entries])
    new: list[Entry] = []
    changed: list[Entry] = []
    for entry in entries:  # one may stand there twice
        if entry.external_id not in digests:
            new.append(entry)
        elif digests[entry.external_id] != entry.digest:
            changed.append(entry)
        digests[entry.external_id] = entry.digest
    ids |= _add_items(tx, platform, new, now)
    _add_versions(tx, platform, [*new, *(replace(entry, old=False) for entry in changed)], ids, now)
    _refresh(tx, {ids[entry.external_id]: entry for entry in changed})
    return Stored(new=len(new), changed=len(changed))


def _known(tx: Tx, platform: str, external_ids: Sequence[str]) -> tuple[dict[str, int], dict[str, str | None]]:
    """Of those that were seen before: the item's id, and the digest of its newest Version."""
    ids: dict[str, int] = {}
    digests: dict[str, str | None] = {}
    for external_id, item_id, digest in look_up(tx, NEWEST, platform, external_ids):
        ids[external_id] = item_id
        digests[external_id] = digest
    return ids, digests


def _add_items(tx: Tx, platform: str, entries: Sequence[Entry], now: datetime) -> dict[str, int]:
    ids = reserve(tx, item, len(entries))
    external_ids = [entry.external_id for entry in entries]
    columns = {
        "id": ids,
        "platform": repeat(platform),
        "external_id": external_ids,
        "link": [entry.link for entry in entries],
        "published_at": [entry.published_at for entry in entries],
        "first_seen_at": repeat(now),
        **_if_any("telephone", [entry.telephone for entry in entries]),
    }
    load(tx, item, columns)
    return dict(zip(external_ids, ids, strict=True))


def _add_versions(tx: Tx, platform: str, entries: Sequence[Entry], items: Mapping[str, int], now: datetime) -> None:
    ids = reserve(tx, version, len(entries))
    columns = {
        "id": ids,
        "item_id": [items[entry.external_id] for entry in entries],
        "digest": [entry.digest for entry in entries],
        "title": [entry.title for entry in entries],
        "text": [entry.text for entry in entries],
        "seen_at": repeat(now),
        "classified_by": repeat(""),
        **_if_any("baseline", [entry.old for entry in entries]),
    }
    load(tx, version, columns)
    for version_id, entry in zip(ids, entries, strict=True):
        if entry.hits:
            of = {"item_id": items[entry.external_id], "version_id": version_id}
            add_findings(tx, platform, entry.hits, now, **of, baseline=entry.old)


def _if_any(name: str, values: list[bool]) -> dict[str, list[bool]]:
    """A column that mostly says what the database says by itself."""
    return {name: values} if any(values) else {}


def _refresh(tx: Tx, changed: Mapping[int, Entry]) -> None:
    """What changes in an item with its text; and no more Versions than are kept."""
    if not changed:
        return
    rows = [{"of": item_id, "new_link": entry.link} for item_id, entry in changed.items()]
    tx.execute(update(item).where(item.c.id == bindparam("of")).values(link=bindparam("new_link")), rows)
    place = func.row_number().over(partition_by=version.c.item_id, order_by=version.c.id.desc()).label("place")
    placed = select(version.c.id, place).where(version.c.item_id.in_(changed)).subquery()
    tx.execute(delete(version).where(version.c.id.in_(select(placed.c.id).where(placed.c.place > VERSIONS_KEPT))))


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
        select(version, item.c.platform, item.c.link, item.c.place)
        .join(item)
        .where(version.c.classified_at.is_(None), or_(version.c.lease_until.is_(None), version.c.lease_until <= now))
        .order_by(version.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=version)
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
            place=row.place,
            baseline=row.baseline,
        )
        for row in rows
    ]


def finish_version(tx: Tx, waiting: Waiting, judged: Judged, *, lease: str, by: str, now: datetime) -> None:
    """Store what was found in a Version, where it is, and which classifier judged it.

    Raises LeaseLostError when somebody else has taken the Version meanwhile.
    """
    changed = tx.execute(
        update(version)
        .where(version.c.id == waiting.version, version.c.lease == lease)
        .values(classified_at=now, classified_by=by, lease=None, lease_until=None)
    )
    if changed.rowcount != 1:
        raise LeaseLostError
    if judged.place:
        tx.execute(update(item).where(item.c.id == waiting.item).values(place=judged.place))
    if judged.topic:
        said = exists().where(correction.c.item_id == item.c.id)
        tx.execute(update(item).where(item.c.id == waiting.item, ~said).values(_topic(judged.topic)))
    places = {"item_id": waiting.item, "version_id": waiting.version}
    add_findings(tx, waiting.platform, judged.hits, now, baseline=waiting.baseline, **places)


def _topic(topic: Topic) -> dict[str, object]:
    """The columns of an item; a name that is longer than there is room for is cut."""
    best, second = topic.best[:LONGEST_TOPIC], topic.second[:LONGEST_TOPIC]
    return {"topic": best, "topic_second": second, "topic_score": topic.score, "topic_sure": topic.sure}


def release(tx: Tx) -> None:
    """Free every lease of platforms and versions: the caller alone may work on this database."""
    tx.execute(update(cursor).where(cursor.c.lease.is_not(None)).values(lease=None, lease_until=None))
    tx.execute(update(version).where(version.c.lease.is_not(None)).values(lease=None, lease_until=None))
