"""Verbs for findings, escalations and their history: the escalate stage and what people do to a record."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, insert, or_, select, union_all, update

from classifiers.finding import Kind, Topic
from monitor.calendar import Calendar
from monitor.errors import LeaseLostError
from monitor.exercise import DRILL, PREFIX
from monitor.model import Escalation, Policy, Seen, Severity, State, Transition, Working
from monitor.policy import next_told
from monitor.store import chained, labels
from monitor.store.database import Tx
from monitor.store.promise_tables import transfer
from monitor.store.statements import add_new, one_at_a_time, one_of
from monitor.store.tables import NOT_TOLD, attachment, dismissal, escalation, finding, item, transition, version

ACTIVE = (str(State.OPEN), str(State.ACKNOWLEDGED))
IS_OPEN = one_of(escalation.c.state, ACTIVE)
IS_REAL = escalation.c.platform != DRILL  # no exercise
SEVERITY_ORDER = case({str(severity): place for place, severity in enumerate(Severity)}, value=escalation.c.severity)


_PAGE = item.alias("page")
_UNIT = select(transfer.c.to_unit).where(transfer.c.escalation_id == escalation.c.id).order_by(transfer.c.id.desc())
_TITLE_OF_PAGE = select(version.c.title).where(version.c.item_id == _PAGE.c.id).order_by(version.c.id.desc()).limit(1)
RECORDS = select(
    *(column for column in escalation.c if column.name not in {"matter_key", "lease_until"}),
    item.c.published_at,
    item.c.waits_since,
    func.coalesce(item.c.place, "").label("place"),
    func.coalesce(item.c.telephone, false()).label("telephone"),
    item.c.topic,
    item.c.topic_second,
    item.c.topic_score,
    item.c.topic_sure,
    func.coalesce(_UNIT.limit(1).scalar_subquery(), "").label("unit"),
    func.coalesce(_TITLE_OF_PAGE.scalar_subquery(), "").label("page"),
    func.coalesce(_PAGE.c.link, "").label("page_link"),
).select_from(
    escalation.outerjoin(item)
    .outerjoin(attachment, attachment.c.item_id == item.c.id)
    .outerjoin(_PAGE, _PAGE.c.id == attachment.c.page_id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """All unjudged findings of one kind about one item (or one platform, or one place of it): what a record is about.

    ``findings`` are ids; ``best`` is the highest score among those never dismissed, or None when all were.
    ``old`` says that all of them stood there at first contact.
    """

    kind: Kind
    platform: str
    item: int | None
    findings: tuple[int, ...]
    best: float | None
    subject: str
    locator: str
    old: bool = False
    where: str = ""  # of a matter of the platform: an address, if it isn't about the platform as a whole

    @property
    def key(self) -> str:
        if self.item is not None:
            return f"item:{self.item}"
        return at(self.where) if "://" in self.where else f"platform:{self.platform}"


def at(where: str) -> str:
    """The matter key of a place that several platforms may share."""
    return f"at:{where}"


def _same_place(where: str) -> ColumnElement[bool]:
    """Of findings about a platform: the same address, or no address at all; the checks write their limits there."""
    return finding.c.where == where if "://" in where else ~finding.c.where.contains("://")


def claim_matter(tx: Tx, now: datetime, until: datetime) -> Matter | None:
    """The matter of the oldest finding nobody has judged, leased until ``until``; None when none waits."""
    one_at_a_time(tx, "matter")  # it takes all findings of a matter, of which another might have locked one
    free = or_(finding.c.lease_until.is_(None), finding.c.lease_until <= now)
    waiting = select(finding).where(finding.c.judged_at.is_(None), free)
    first = tx.execute(waiting.order_by(finding.c.id).limit(1).with_for_update(skip_locked=True)).first()
    if first is None:
        return None
    dismissed = and_(
        dismissal.c.item_id == finding.c.item_id,
        dismissal.c.rule == finding.c.rule,
        dismissal.c.match_digest == finding.c.match_digest,
    )
    same_item = finding.c.item_id == first.item_id
    if first.item_id is None:
        same_item = and_(finding.c.item_id.is_(None), _same_place(first.where))
    rows = tx.execute(
        select(finding.c.id, finding.c.score, finding.c.baseline, dismissal.c.at)
        .join(dismissal, dismissed, isouter=True)
        .where(finding.c.judged_at.is_(None), finding.c.kind == first.kind, finding.c.platform == first.platform)
        .where(same_item)
    ).all()
    ids = tuple(row.id for row in rows)
    tx.execute(update(finding).where(finding.c.id.in_(ids)).values(lease_until=until))
    newest = select(version.c.title).where(version.c.item_id == first.item_id).order_by(version.c.id.desc()).limit(1)
    link = select(item.c.link).where(item.c.id == first.item_id)
    return Matter(
        kind=Kind(first.kind),
        platform=first.platform,
        item=first.item_id,
        findings=ids,
        best=max((row.score for row in rows if row.at is None), default=None),
        subject=tx.execute(newest).scalar() or "",
        locator=tx.execute(link).scalar() or "",
        old=all(row.baseline for row in rows),
        where=first.where if first.item_id is None else "",
    )


def judged(tx: Tx, matter: Matter, verdict: str, record: int | None, now: datetime) -> None:
    """Say what became of the matter's findings."""
    tx.execute(
        update(finding)
        .where(finding.c.id.in_(matter.findings))
        .values(judged_at=now, verdict=str(verdict), escalation_id=record)
    )


def open_record(tx: Tx, matter: Matter, policy: Policy, now: datetime, calendar: Calendar) -> Escalation:
    """Open the record of a matter; its first step is due after the policy's first delay."""
    row = insert(escalation).values(
        number=_next_number(tx, now.year, PREFIX if matter.platform == DRILL else ""),
        kind=str(matter.kind),
        matter_key=matter.key,
        severity=str(policy.severity),
        state=str(State.OPEN),
        platform=matter.platform,
        item_id=matter.item,
        subject=matter.subject,
        locator=matter.locator,
        owner=policy.owner,
        opened_at=now,
        deadline=calendar.after(now, policy.deadline),
        next_step_at=calendar.after(now, policy.steps[0].after),
    )
    record = get(tx, tx.execute(row.returning(escalation.c.id)).scalar_one())
    note(tx, record.id, Transition(now, "opened", "system", policy.kind))
    return record


def overdue(tx: Tx) -> Iterator[Escalation]:
    """All open records whose deadline has passed, as was told: the most severe first, of these the longest overdue.

    Exercises are left out.
    """
    query = RECORDS.where(and_(IS_OPEN, IS_REAL, escalation.c.overdue)).order_by(
        SEVERITY_ORDER, escalation.c.deadline, escalation.c.id
    )
    return (as_record(row) for row in tx.execute(query.execution_options(yield_per=500)))


def open_of(tx: Tx, kinds: Collection[Kind], most: int) -> tuple[int, list[Escalation], Escalation | None]:
    """How many records of ``kinds`` are open, the most severe of them, and the one that is due first. No exercises."""
    these = and_(IS_OPEN, IS_REAL, escalation.c.kind.in_(sorted(map(str, kinds))))
    count = tx.execute(select(func.count()).select_from(escalation).where(these)).scalar_one()
    due = (escalation.c.deadline, escalation.c.id)
    urgent = tx.execute(RECORDS.where(these).order_by(SEVERITY_ORDER, *due).limit(most))
    first = tx.execute(RECORDS.where(these).order_by(*due).limit(1)).one_or_none()
    return count, [as_record(row) for row in urgent], None if first is None else as_record(first)


def every_open(tx: Tx) -> list[Escalation]:
    """All open and acknowledged records, oldest first."""
    return [as_record(row) for row in tx.execute(RECORDS.where(IS_OPEN).order_by(escalation.c.id))]


def recount(tx: Tx, record: Escalation, policy: Policy, now: datetime, calendar: Calendar) -> bool:
    """Count a record's deadline and next step anew, where they run in working time and lie ahead; whether it moved.

    For when the days of a year have been published: a policy changed in the meantime leaves deadlines as they were.
    """
    values: dict[str, datetime] = {}
    if isinstance(policy.deadline, Working) and not record.overdue:
        values["deadline"] = calendar.after(record.opened_at, policy.deadline)
    ahead = record.next_step_at is not None and record.next_step_at > now
    if ahead and any(isinstance(step.after, Working) for step in policy.steps[record.step : record.step + 1]):
        values["next_step_at"] = next_told(record, policy, record.step, now, calendar)
    if values:
        tx.execute(update(escalation).where(escalation.c.id == record.id).values(**values))
    moved = values.get("deadline", record.deadline) != record.deadline
    if moved:
        note(tx, record.id, Transition(now, "recounted", "system", record.deadline.isoformat()))
    return moved


def _next_number(tx: Tx, year: int, prefix: str) -> str:
    """``2026-0042``: counted within the year, also when the clock was set back over New Year.

    Exercises are counted with all others: whoever leaves the ``prefix`` out names no record, never another one.
    """
    one_at_a_time(tx, "number")
    of_year = or_(*(escalation.c.number.startswith(f"{each}{year}-") for each in ("", PREFIX)))
    last = tx.execute(select(escalation.c.number).where(of_year).order_by(escalation.c.id.desc()).limit(1)).scalar()
    return f"{prefix}{year}-{int((last or '-0').partition('-')[2]) + 1:04d}"


def get(tx: Tx, record: int) -> Escalation:
    return as_record(tx.execute(RECORDS.where(escalation.c.id == record)).one())


def known(tx: Tx, record: int) -> bool:
    return tx.execute(select(escalation.c.id).where(escalation.c.id == record)).first() is not None


def by_number(tx: Tx, number: str) -> Escalation | None:
    """The record people call ``number``, or None."""
    row = tx.execute(RECORDS.where(escalation.c.number == number.upper())).one_or_none()
    return None if row is None else as_record(row)


def claim_due(tx: Tx, now: datetime, until: datetime) -> Escalation | None:
    """The most severe record with a step due or a deadline passed and not told, leased; None when none is."""
    due = (IS_OPEN, escalation.c.next_step_at <= now), (NOT_TOLD, escalation.c.deadline <= now)
    ids = union_all(*(select(escalation.c.id).where(*each).correlate(None) for each in due))  # an index each
    free = or_(escalation.c.lease_until.is_(None), escalation.c.lease_until <= now)
    row = tx.execute(
        RECORDS.where(IS_OPEN, escalation.c.id.in_(ids), free)
        .order_by(SEVERITY_ORDER, escalation.c.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=escalation)
    ).first()
    if row is None:
        return None
    tx.execute(update(escalation).where(escalation.c.id == row.id).values(lease_until=until))
    return as_record(row)


def told(tx: Tx, record: Escalation, *, step: int, next_step_at: datetime | None, overdue: bool) -> None:
    """Remember how far the policy has been walked, and end the lease.

    Raises LeaseLostError when a person has moved the record since it was claimed.
    """
    values = {"step": step, "next_step_at": next_step_at, "overdue": overdue, "lease_until": None}
    same = and_(escalation.c.id == record.id, escalation.c.state == str(record.state), escalation.c.step == record.step)
    if tx.execute(update(escalation).where(same).values(**values)).rowcount != 1:
        raise LeaseLostError


def told_since(tx: Tx, kind: Kind, platform: str, since: datetime, where: str = "") -> bool:
    """Whether a finding of ``kind`` about the platform itself, or this place of it, has been written since."""
    about = and_(finding.c.platform == platform, finding.c.item_id.is_(None), finding.c.kind == str(kind))
    about = and_(about, _same_place(where), finding.c.found_at >= since)
    return tx.execute(select(finding.c.id).where(about)).first() is not None


def release(tx: Tx) -> None:
    """Free every lease on findings and records: the caller alone may work on this database."""
    tx.execute(update(finding).where(finding.c.lease_until.is_not(None)).values(lease_until=None))
    tx.execute(update(escalation).where(escalation.c.lease_until.is_not(None)).values(lease_until=None))


def hasten(tx: Tx, record: int, now: datetime) -> bool:
    """Make the next step of an open record due at once; False when it isn't open any more."""
    open_still = and_(escalation.c.id == record, escalation.c.state == str(State.OPEN))
    return tx.execute(update(escalation).where(open_still).values(next_step_at=now)).rowcount == 1


def move(tx: Tx, record: Escalation, to: State, line: Transition) -> bool:
    """Acknowledge, resolve or dismiss; False when the record was not in the state it was read in.

    Closing says whether it was right to open it. Dismissing remembers each finding's (item, rule, match) too, so that
    the same never opens a record again.
    """
    closing = to in {State.RESOLVED, State.DISMISSED}
    stamp = {"closed_at": line.at} if closing else {"acknowledged_at": line.at}
    changed = tx.execute(
        update(escalation)
        .where(escalation.c.id == record.id, escalation.c.state == str(record.state))
        .values(state=str(to), next_step_at=None, **stamp)
    )
    if changed.rowcount != 1:
        return False
    note(tx, record.id, line)
    if closing:
        labels.remember(tx, record, to is State.RESOLVED, line.at)
    if to is State.DISMISSED:
        _remember_dismissal(tx, record.id, line.at)
    return True


def _remember_dismissal(tx: Tx, record: int, now: datetime) -> None:
    rows = tx.execute(
        select(finding.c.item_id, finding.c.rule, finding.c.match_digest)
        .where(finding.c.escalation_id == record, finding.c.item_id.is_not(None))
        .distinct()
    ).all()
    for row in rows:
        add_new(tx, dismissal, {**row._mapping, "at": now})


def active(tx: Tx, kind: Kind, matter_key: str) -> Escalation | None:
    """The open or acknowledged record of a matter, or None; nobody else opens one before this transaction ends."""
    one_at_a_time(tx, f"{kind} {matter_key}")
    same = and_(escalation.c.kind == str(kind), escalation.c.matter_key == matter_key, IS_OPEN)
    row = tx.execute(RECORDS.where(same)).one_or_none()
    return None if row is None else as_record(row)


def note(tx: Tx, record: int, line: Transition) -> None:
    """Append one line to a record's history, and to the audit chain."""
    values = {"escalation_id": record, "at": line.at, "what": line.what, "actor": line.actor, "why": line.why}
    row = tx.execute(insert(transition).values(values).returning(transition)).one()
    chained.promise(tx, chained.of_transition(row))


def history(tx: Tx, record: int) -> list[Transition]:
    rows = tx.execute(select(transition).where(transition.c.escalation_id == record).order_by(transition.c.id))
    return [Transition(row.at, row.what, row.actor, row.why) for row in rows]


def seen(tx: Tx, record: int) -> list[Seen]:
    """The findings of a record, surest first, then as they stand there; the same match once, however often it does."""
    rows = tx.execute(
        select(finding).where(finding.c.escalation_id == record).order_by(finding.c.score.desc(), finding.c.id)
    ).all()
    once: dict[tuple[str, str], Any] = {}
    for row in rows:
        once.setdefault((row.rule, row.match_digest), row)
    return [as_seen(row) for row in once.values()]


def as_seen(row: Any) -> Seen:
    return Seen(
        kind=Kind(row.kind),
        rule=row.rule,
        score=row.score,
        excerpt=row.excerpt,
        field=row.field,
        start=row.start,
        end=row.end,
        where=row.where,
    )


def as_record(row: Any) -> Escalation:
    values = {name: getattr(row, name) for name in Escalation.__slots__ if name not in {"item", "topic"}}
    topic = Topic(row.topic, row.topic_score, row.topic_second, row.topic_sure) if row.topic else None
    values |= {"kind": Kind(row.kind), "severity": Severity(row.severity), "state": State(row.state)}
    return Escalation(**values, item=row.item_id, topic=topic)
