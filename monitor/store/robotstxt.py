"""Verbs for what the robots.txt of other people's hosts allows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from monitor.store.database import Tx
from monitor.store.link_tables import robots
from monitor.store.statements import put

DAILY = timedelta(days=1)
KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Allowed:
    """``rules`` as ``monitor.robots`` writes them; ``error`` says why there are none, "" when there are."""

    rules: str
    error: str = ""


def of(tx: Tx, site: str, now: datetime) -> Allowed | None:
    """What was read today; None when it must be read again."""
    row = tx.execute(select(robots).where(robots.c.site == site)).first()
    if row is None or not now - DAILY < row.fetched_at <= now:
        return None
    return Allowed(row.rules, row.error)


def keep(tx: Tx, site: str, allowed: Allowed, now: datetime) -> None:
    """Remember it, and forget what nobody has asked for in a month."""
    tx.execute(delete(robots).where(robots.c.fetched_at < now - KEPT))
    put(tx, robots, {"site": site, "fetched_at": now, "rules": allowed.rules, "error": allowed.error})
