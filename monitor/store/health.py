"""Verbs for how platforms are: visits a day, who answered, what the checks have said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, func, select, update

from monitor.checks.observed import Visits
from monitor.model import Hit
from monitor.store.database import Tx
from monitor.store.statements import add_new
from monitor.store.tables import cursor, finding, visit

DAYS_KEPT = 15


def visited(tx: Tx, platform: str, day: str, *, failed: bool) -> None:
    """Count one visit of ``day`` (ISO date)."""
    if add_new(tx, visit, {"platform": platform, "day": day, "total": 1, "failed": int(failed)}):
        days = select(visit.c.day).where(visit.c.platform == platform).order_by(visit.c.day.desc()).offset(DAYS_KEPT)
        oldest = tx.execute(days.limit(1)).scalar()
        if oldest is not None:
            tx.execute(delete(visit).where(visit.c.platform == platform, visit.c.day <= oldest))
        return
    same = and_(visit.c.platform == platform, visit.c.day == day)
    more = {"total": visit.c.total + 1, "failed": visit.c.failed + int(failed)}
    tx.execute(update(visit).where(same).values(more))


def visits(tx: Tx, platform: str, after: str) -> Visits:
    """The visits of the days later than ``after``."""
    sums = select(func.coalesce(func.sum(visit.c.total), 0), func.coalesce(func.sum(visit.c.failed), 0))
    total, failed = tx.execute(sums.where(visit.c.platform == platform, visit.c.day > after)).one()
    return Visits(int(total), int(failed))


@dataclass(frozen=True, slots=True)
class Answer:
    """How the last reading of a platform ended: ``error`` is "" when well."""

    platform: str
    error: str
    checked_at: datetime
    last_good_at: datetime | None


def answers(tx: Tx) -> list[Answer]:
    """The last reading of each platform that has been read."""
    columns = (cursor.c.platform, cursor.c.error, cursor.c.checked_at, cursor.c.last_good_at)
    return [Answer(*row) for row in tx.execute(select(*columns).where(cursor.c.checked_at.is_not(None)))]


def unsaid(tx: Tx, platform: str, hits: Sequence[Hit]) -> list[Hit]:
    """Those that have not been written before of the platform itself."""
    digests = [hit.match_digest for hit in hits]
    if not digests:
        return []
    about = and_(finding.c.platform == platform, finding.c.item_id.is_(None), finding.c.match_digest.in_(digests))
    said = {(row.kind, row.match_digest) for row in tx.execute(select(finding).where(about))}
    return [hit for hit in hits if (str(hit.seen.kind), hit.match_digest) not in said]
