"""What people look at: read-only verbs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, func, or_, select

from classifiers.finding import Kind
from monitor.model import Channel, Escalation, Outcome, Period, Platform, Seen
from monitor.proof import Proof, claimed
from monitor.store import proofs
from monitor.store.database import Tx
from monitor.store.outbox import IS_WAITING
from monitor.store.pagetable import page
from monitor.store.records import IS_OPEN, IS_REAL, RECORDS, as_record, as_seen
from monitor.store.statements import put
from monitor.store.tables import attachment, attempt, beat, cursor, escalation, finding, item, notification, version
from monitor.summary import PlatformHealth

IS_NO_FILE = and_(  # and no page that is watched, but an article, a comment or a message
    ~exists().where(attachment.c.item_id == item.c.id), ~exists().where(page.c.item_id == item.c.id)
)
LONGEST_ID = 9  # digits; more is no id, and PostgreSQL's numbers end soon after


def open_records(tx: Tx, *, closed_too: bool = False, drills: bool = True, limit: int = 200) -> list[Escalation]:
    """Open and acknowledged records by deadline; with ``closed_too`` all, newest first; exercises if asked for."""
    query = (
        RECORDS.order_by(escalation.c.id.desc())
        if closed_too
        else RECORDS.where(IS_OPEN).order_by(escalation.c.deadline, escalation.c.id)
    )
    query = query if drills else query.where(IS_REAL)
    return [as_record(row) for row in tx.execute(query.limit(limit))]


def opened(tx: Tx, period: Period, limit: int = 500) -> list[Escalation]:
    """Records opened in the period, but exercises; oldest first."""
    within = and_(escalation.c.opened_at >= period.start, escalation.c.opened_at < period.end, IS_REAL)
    return [as_record(row) for row in tx.execute(RECORDS.where(within).order_by(escalation.c.id).limit(limit))]


def opened_by_kind(tx: Tx, period: Period) -> dict[Kind, int]:
    """How many records of each kind were opened in the period; exercises are none."""
    within = and_(escalation.c.opened_at >= period.start, escalation.c.opened_at < period.end, IS_REAL)
    rows = tx.execute(select(escalation.c.kind, func.count()).where(within).group_by(escalation.c.kind))
    return {Kind(kind): count for kind, count in rows}


def new_items(tx: Tx, period: Period) -> dict[str, int]:
    """First seen in the period, by platform."""
    within = and_(item.c.first_seen_at >= period.start, item.c.first_seen_at < period.end)
    rows = tx.execute(select(item.c.platform, func.count()).where(within, IS_NO_FILE).group_by(item.c.platform))
    return {row[0]: row[1] for row in rows}


def texts(tx: Tx, period: Period, limit: int = 5000) -> list[str]:
    """Masked titles (or the beginning of untitled texts) of the period's new items."""
    within = and_(item.c.first_seen_at >= period.start, item.c.first_seen_at < period.end)
    first = func.min(version.c.id).label("id")
    firsts = select(first).join(item).where(within, IS_NO_FILE).group_by(version.c.item_id).limit(limit).subquery()
    rows = tx.execute(
        select(version.c.title, func.substr(version.c.text, 1, 300)).join(firsts, firsts.c.id == version.c.id)
    )
    return [f"{title} {text}" for title, text in rows]


def health(tx: Tx, platforms: Sequence[Platform], items: dict[str, int]) -> list[PlatformHealth]:
    """One row a configured platform, in the order of the configuration."""
    rows = {row.platform: row for row in tx.execute(select(cursor))}
    prefixes = {platform.name: claimed(platform) for platform in platforms}
    known = proofs.of(tx, {prefix for each in prefixes.values() for prefix in each})
    found = []
    for platform in platforms:
        row = rows.get(platform.name)
        found.append(
            PlatformHealth(
                name=platform.name,
                title=platform.title,
                last_good_at=row.last_good_at if row else None,
                failures=row.failures if row else 0,
                error=row.error if row else "",
                detail=row.detail if row else "",
                items=items.get(platform.name, 0),
                next_check_at=row.next_check_at if row else None,
                why=row.why if row else "",
                decoded_by=row.decoded_by if row else "",
                certified_until=row.certified_until if row else None,
                proofs=tuple(known.get(prefix, Proof(prefix=prefix)) for prefix in prefixes[platform.name]),
            )
        )
    return found


def undelivered(tx: Tx, period: Period) -> int:
    """Notifications of the period that nobody accepted."""
    within = and_(notification.c.created_at >= period.start, notification.c.created_at < period.end)
    lost = notification.c.state.in_((str(Outcome.REFUSED), str(Outcome.UNKNOWN)))
    return tx.execute(select(func.count()).where(within, lost)).scalar_one()


def watching_since(tx: Tx, now: datetime) -> datetime:
    """When the first platform was added; ``now`` when none has been."""
    return tx.execute(select(cursor.c.added_at).order_by(cursor.c.added_at).limit(1)).scalar() or now


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A notification as people see it in a record: to whom, about what, how it went."""

    contact: str
    subject: str
    created_at: datetime
    state: Outcome
    channel: Channel
    bare: bool
    attempts: int
    answer: str  # of the last attempt


def sent(tx: Tx, *, record: int | None = None, limit: int = 500) -> list[Sent]:
    """Notifications, of one record or all, oldest first."""
    last = (
        select(attempt.c.answer)
        .where(attempt.c.notification_id == notification.c.id)
        .order_by(attempt.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = select(notification, last.label("answer")).order_by(notification.c.id).limit(limit)
    if record is not None:
        query = query.where(notification.c.escalation_id == record)
    return [
        Sent(
            contact=row.contact,
            subject=row.subject,
            created_at=row.created_at,
            state=Outcome(row.state),
            channel=Channel(row.channel),
            bare=row.bare,
            attempts=row.attempts,
            answer=row.answer or "",
        )
        for row in tx.execute(query)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One finding with what became of it."""

    platform: str
    subject: str
    seen: Seen
    verdict: str
    number: str  # of the record, or ""
    found_at: datetime


def explain(tx: Tx, *, item_id: int | None = None, limit: int = 200) -> list[Explained]:
    """Findings with their verdicts, newest first; of one item or of all."""
    newest = (
        select(version.c.title)
        .where(version.c.item_id == finding.c.item_id)
        .order_by(version.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(finding, escalation.c.number, newest.label("title"))
        .join(escalation, isouter=True)
        .order_by(finding.c.id.desc())
        .limit(limit)
    )
    if item_id is not None:
        query = query.where(finding.c.item_id == item_id)
    return [
        Explained(
            platform=row.platform,
            subject=row.title or "",
            seen=as_seen(row),
            verdict=row.verdict,
            number=row.number or "",
            found_at=row.found_at,
        )
        for row in tx.execute(query)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredItem:
    """One item with its newest masked text."""

    id: int
    platform: str
    title: str
    text: str
    link: str
    published_at: datetime | None
    first_seen_at: datetime
    versions: int
    classified_by: str


def find_items(tx: Tx, words: str, limit: int = 20) -> list[StoredItem]:
    """Items whose id, link or newest title or text is or contains ``words``; newest first."""
    other = version.alias()
    newest = select(func.max(other.c.id)).where(other.c.item_id == item.c.id).correlate(item).scalar_subquery()
    count = select(func.count()).where(other.c.item_id == item.c.id).correlate(item).scalar_subquery()
    wanted = or_(
        item.c.link.icontains(words, autoescape=True),
        version.c.title.icontains(words, autoescape=True),
        version.c.text.icontains(words, autoescape=True),
    )
    if words.isascii() and words.isdigit() and len(words) <= LONGEST_ID:
        wanted = item.c.id == int(words)
    rows = tx.execute(
        select(item, version.c.title, version.c.text, version.c.classified_by, count.label("versions"))
        .select_from(item.join(version, version.c.id == newest))
        .where(wanted)
        .order_by(item.c.id.desc())
        .limit(limit)
    )
    return [StoredItem(**{name: getattr(row, name) for name in StoredItem.__slots__}) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """What waits in each stage, for `huiyin health`."""

    versions: int
    findings: int
    notifications: int
    oldest_notification: datetime | None


def waits(tx: Tx) -> Waits:
    """Posts to groups have a backlog of their own (``chatted``)."""
    sent = and_(IS_WAITING, notification.c.channel != str(Channel.CHAT))
    return Waits(
        versions=tx.execute(select(func.count()).where(version.c.classified_at.is_(None))).scalar_one(),
        findings=tx.execute(select(func.count()).where(finding.c.judged_at.is_(None))).scalar_one(),
        notifications=tx.execute(select(func.count()).where(sent)).scalar_one(),
        oldest_notification=tx.execute(select(func.min(notification.c.created_at)).where(sent)).scalar(),
    )


def beats(tx: Tx) -> dict[str, tuple[datetime, str]]:
    """When each stage last ran, and its last error ("" when well)."""
    return {row.stage: (row.at, row.error) for row in tx.execute(select(beat))}


def set_beat(tx: Tx, stage: str, at: datetime, error: str) -> None:
    put(tx, beat, {"stage": stage, "at": at, "error": error})
