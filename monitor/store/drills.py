"""Verbs for exercises: beginning one, which there are, and when its first mail was accepted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, func, insert, or_, select

from classifiers.finding import Kind
from monitor.exercise import DRILL, RULE
from monitor.model import Channel, Escalation, Outcome, Period
from monitor.store.database import Tx
from monitor.store.records import IS_OPEN, RECORDS, as_record
from monitor.store.statements import one_at_a_time
from monitor.store.tables import attempt, escalation, finding, notification

_IS_DRILL = escalation.c.platform == DRILL


def begin(tx: Tx, kind: Kind, now: datetime) -> bool:
    """Let the stages find a matter of ``kind`` that is an exercise; False while another of that kind goes on."""
    one_at_a_time(tx, f"drill {kind}")
    if goes_on(tx, kind):
        return False
    values = {"platform": DRILL, "kind": str(kind), "rule": RULE, "score": 1.0, "excerpt": "", "match_digest": ""}
    tx.execute(insert(finding).values(**values, found_at=now))
    return True


def goes_on(tx: Tx, kind: Kind) -> bool:
    """Whether an exercise of a kind has been begun and not closed."""
    waits = and_(finding.c.platform == DRILL, finding.c.kind == str(kind), finding.c.judged_at.is_(None))
    is_open = and_(_IS_DRILL, escalation.c.kind == str(kind), IS_OPEN)
    found = (select(finding.c.id).where(waits), select(escalation.c.id).where(is_open))
    return any(tx.execute(each.limit(1)).first() is not None for each in found)


def latest(tx: Tx, kind: Kind) -> Escalation | None:
    """The last exercise of a kind."""
    query = RECORDS.where(_IS_DRILL, escalation.c.kind == str(kind)).order_by(escalation.c.id.desc()).limit(1)
    row = tx.execute(query).one_or_none()
    return None if row is None else as_record(row)


def of_period(tx: Tx, period: Period) -> list[Escalation]:
    """Exercises that were opened in the period, or go on."""
    within = and_(escalation.c.opened_at >= period.start, escalation.c.opened_at < period.end)
    query = RECORDS.where(_IS_DRILL, or_(within, IS_OPEN)).order_by(escalation.c.id)
    return [as_record(row) for row in tx.execute(query)]


def accepted(tx: Tx, record: int) -> dict[Channel, datetime]:
    """When the first mail about a record was accepted, and the first telephone rang."""
    query = (
        select(notification.c.channel, func.min(attempt.c.ended_at))
        .join(attempt, attempt.c.notification_id == notification.c.id)
        .where(notification.c.escalation_id == record, attempt.c.outcome == str(Outcome.SENT))
        .group_by(notification.c.channel)
    )
    return {Channel(channel): at for channel, at in tx.execute(query)}
