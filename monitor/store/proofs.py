"""Verbs for the proof of control over URL prefixes: who is due, what was seen, what may be read."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Select, or_, select, update

from monitor.errors import LeaseLostError
from monitor.model import Platform
from monitor.proof import GRACE, Proof, claimed
from monitor.store import marks
from monitor.store.database import Tx
from monitor.store.statements import add_new, put
from monitor.store.tables import cursor, proof


@dataclass(frozen=True, slots=True)
class Look:
    """A claimed proof: nobody else looks at it until the lease ends."""

    proof: Proof
    lease: str


def register(tx: Tx, platforms: Mapping[str, Platform], now: datetime) -> None:
    """Give each prefix that must be proven a row, due at once when it is new.

    A platform that an older version read on its owner's mere word is read on for the grace, on the same host.
    """
    for name, platform in platforms.items():
        for prefix in claimed(platform):
            add_new(tx, proof, {"prefix": prefix, "added_at": now, "next_check_at": now})
        if marks.take(tx, f"claimed:{name}"):
            _trust(tx, name, claimed(platform), now)


def _trust(tx: Tx, name: str, prefixes: Iterable[str], now: datetime) -> None:
    host = tx.execute(select(cursor.c.host).where(cursor.c.platform == name)).scalar()
    same = [prefix for prefix in prefixes if host in {"", urlsplit(prefix).netloc}]
    unproven = (proof.c.prefix.in_(same), proof.c.until.is_(None))
    tx.execute(update(proof).where(*unproven).values(until=now + GRACE))


def standing(tx: Tx, platforms: Mapping[str, Platform], now: datetime) -> list[str]:
    """The platforms that may be read: every prefix is proven or within its grace."""
    good = set(tx.execute(select(proof.c.prefix).where(proof.c.until > now)).scalars())
    return [
        name
        for name, platform in platforms.items()
        if platform.proven_by_credentials or (platform.prefixes and good.issuperset(claimed(platform)))
    ]


def due(tx: Tx, now: datetime) -> list[str]:
    """The prefixes that nobody is looking at and that should be, the one that has been due longest first.

    One that was looked at in the future is due as well: the clock has been set back.
    """
    return list(tx.execute(_due(select(proof.c.prefix), now).order_by(proof.c.next_check_at)).scalars())


def _due(rows: Select[Any], now: datetime) -> Select[Any]:
    free = or_(proof.c.lease_until.is_(None), proof.c.lease_until <= now)
    return rows.where(or_(proof.c.next_check_at <= now, proof.c.checked_at > now), free)


def claim(tx: Tx, prefix: str, now: datetime, until: datetime) -> Look | None:
    """The proof of ``prefix``, leased until ``until``; None where it isn't due any more."""
    row = tx.execute(_due(select(proof).where(proof.c.prefix == prefix), now).with_for_update(skip_locked=True)).first()
    if row is None:
        return None
    lease = secrets.token_hex(16)
    tx.execute(update(proof).where(proof.c.prefix == row.prefix).values(lease=lease, lease_until=until))
    return Look(_as_proof(row), lease)


def finish(tx: Tx, look: Look, after: Proof) -> None:
    """Remember what a look has shown. Raises LeaseLostError when somebody else has looked meanwhile."""
    mine = (proof.c.prefix == after.prefix, proof.c.lease == look.lease)
    if tx.execute(update(proof).where(*mine).values(**_values(after), lease=None, lease_until=None)).rowcount != 1:
        raise LeaseLostError


def keep(tx: Tx, after: Proof, now: datetime) -> None:
    """Remember a proof that somebody looked at by hand; a look that is under way comes too late."""
    row = {"prefix": after.prefix, "added_at": now, **_values(after), "lease": None, "lease_until": None}
    put(tx, proof, row, only=row.keys() - {"added_at"})


def of(tx: Tx, prefixes: Collection[str]) -> dict[str, Proof]:
    """What is remembered, by prefix."""
    return {row.prefix: _as_proof(row) for row in tx.execute(select(proof).where(proof.c.prefix.in_(prefixes)))}


def release(tx: Tx) -> None:
    """Free every lease: the caller alone may work on this database."""
    tx.execute(update(proof).where(proof.c.lease.is_not(None)).values(lease=None, lease_until=None))


def _values(after: Proof) -> dict[str, Any]:
    return {name: getattr(after, name) for name in Proof.__slots__ if name != "prefix"}


def _as_proof(row: Any) -> Proof:
    return Proof(**{name: getattr(row, name) for name in Proof.__slots__})
