"""What was done once for the whole installation, and when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from monitor.store import statements
from monitor.store.database import Tx
from monitor.store.statements import add_new
from monitor.store.tables import mark

MUTE = "watch:mute"  # it was said by ringing that mail can't be sent
LIVE = "live"  # from here on people above the duty officer are told
BACKUP = "backup"  # the last backup was made
RESTORED = "restored"  # what is here came from a backup


def at(tx: Tx, name: str) -> datetime | None:
    """When ``name`` was marked, or None."""
    return tx.execute(select(mark.c.at).where(mark.c.name == name)).scalar()


def put(tx: Tx, name: str, now: datetime) -> bool:
    """Mark ``name``; False when it had been marked before."""
    return add_new(tx, mark, {"name": name, "at": now})


def renew(tx: Tx, name: str, now: datetime) -> None:
    """Mark ``name`` anew: only the last time counts."""
    statements.put(tx, mark, {"name": name, "at": now})


def take(tx: Tx, name: str) -> bool:
    """Forget that ``name`` was marked; False when it was not."""
    return tx.execute(delete(mark).where(mark.c.name == name)).rowcount == 1


def of_family(tx: Tx, family: str) -> str:
    """The one that ``only`` marked last, "" before."""
    name = tx.execute(select(mark.c.name).where(mark.c.name.startswith(f"{family}:"))).scalar()
    return name.partition(":")[2] if name else ""


def only(tx: Tx, family: str, name: str, now: datetime) -> bool:
    """Mark ``name`` as the only one of its family; False when it was already."""
    new = put(tx, f"{family}:{name}", now)
    if new:
        others = mark.c.name.startswith(f"{family}:") & (mark.c.name != f"{family}:{name}")
        tx.execute(delete(mark).where(others))
    return new
