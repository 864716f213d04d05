"""Verbs for what stood there at first contact: the baseline, and taking matters out of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select, update

from classifiers.finding import Kind
from monitor.policy import Verdict
from monitor.store import marks
from monitor.store.database import Tx
from monitor.store.tables import cursor, finding, item, mark, version
from monitor.summary import Standing

PATIENCE = timedelta(hours=1)  # what can't be judged by then doesn't hold the summary back
_BASELINE = finding.c.verdict == str(Verdict.BASELINE)


def newly_read(tx: Tx, platforms: Collection[str], now: datetime) -> list[str]:
    """The platforms whose first contact is over and that no summary has told of, once all of it has been judged.

    Nothing while any of ``platforms`` has not been tried yet, so that one mail can speak of all of them.
    """
    mine = cursor.c.platform.in_(platforms)
    tried = select(func.count()).where(mine, cursor.c.checked_at.is_not(None))
    if tx.execute(tried).scalar_one() < len(platforms):
        return []
    told = exists().where(mark.c.name == "baseline:" + cursor.c.platform)
    rows = tx.execute(
        select(cursor.c.platform, cursor.c.baselined_at).where(mine, cursor.c.baselined_at.is_not(None), ~told)
    )
    found = {row.platform: row.baselined_at for row in rows}
    waits = (
        select(version.c.id)
        .where(version.c.classified_at.is_(None))
        .union_all(select(finding.c.id).where(finding.c.judged_at.is_(None)))
    )
    if found and max(found.values()) > now - PATIENCE and tx.execute(waits.limit(1)).first():
        return []
    return sorted(found)


def told(tx: Tx, platforms: Iterable[str], now: datetime) -> None:
    """Remember that the summary has spoken of these platforms."""
    for name in platforms:
        marks.put(tx, f"baseline:{name}", now)


def standing(tx: Tx, platforms: Collection[str], since: Mapping[str, datetime] | None = None) -> list[Standing]:
    """The matters of the baseline that nobody has adopted, by platform and item; the surest finding speaks for each.

    With ``since`` only what was found after that moment of its platform.
    """
    newest = (
        select(version.c.title)
        .where(version.c.item_id == finding.c.item_id)
        .order_by(version.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = tx.execute(
        select(finding.c.item_id, finding.c.kind, finding.c.excerpt, item.c.platform, item.c.link, item.c.published_at)
        .add_columns(newest.label("title"), finding.c.found_at)
        .join(item, item.c.id == finding.c.item_id)
        .where(_BASELINE, finding.c.platform.in_(platforms))
        .order_by(item.c.platform, finding.c.item_id, finding.c.score)
    )
    best = {
        (row.item_id, row.kind): Standing(
            item=row.item_id,
            kind=Kind(row.kind),
            platform=row.platform,
            subject=row.title or "",
            locator=row.link,
            excerpt=row.excerpt,
            published_at=row.published_at,
        )
        for row in rows
        if since is None or row.found_at > since[row.platform]
    }
    return list(best.values())


def adopt(tx: Tx, items: Collection[int]) -> int:
    """Let the escalate stage judge what stood there in ``items`` like anything new; the number of findings."""
    chosen = update(finding).where(_BASELINE, finding.c.item_id.in_(items))
    return tx.execute(chosen.values(baseline=False, verdict="", judged_at=None, lease_until=None)).rowcount
