"""What was done once for the whole installation, and when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert as upsert

from monitor.store.database import Tx
from monitor.store.tables import mark

LIVE = "live"  # from here on people above the duty officer are told


def at(tx: Tx, name: str) -> datetime | None:
    """When ``name`` was marked, or None."""
    return tx.execute(select(mark.c.at).where(mark.c.name == name)).scalar()


def put(tx: Tx, name: str, now: datetime) -> bool:
    """Mark ``name``; False when it had been marked before."""
    return tx.execute(upsert(mark).values(name=name, at=now).on_conflict_do_nothing()).rowcount == 1
