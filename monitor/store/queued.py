"""Whose turn it is among what is read beside platforms: files, links and single pages wait for hosts by one rule."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, exists, false, or_, select, true, update

from monitor.store.database import Tx
from monitor.store.passes import HOSTS, Rest, spared
from monitor.store.statements import one_at_a_time
from monitor.store.tables import host

AFTER_OTHERS = timedelta(seconds=10)  # what goes first on a host and has been due for so long does so
PATIENCE = timedelta(hours=1)  # but not before what has been due for so long


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Rows of ``table`` that wait for their hosts, of which those that are ``mine`` may be taken.

    ``live``: those that wait at all; ``early``: those that are due before their time. What waits in the tables of
    ``before``, of the same ``platforms``, goes first.
    """

    table: Table
    platforms: Collection[str]
    mine: ColumnElement[bool]
    before: Sequence[Table]
    live: ColumnElement[bool] = field(default_factory=true)
    early: ColumnElement[bool] = field(default_factory=false)


def take(tx: Tx, queue: Queue, now: datetime, until: datetime, rest: Rest) -> tuple[Any, str] | None:
    """The row whose turn it is and its lease, which ends at ``until``; None when none is or its host is busy.

    A host has the same ``rest`` as for platforms, and the one that has waited longest comes first.
    """
    one_at_a_time(tx, HOSTS)
    found = (_first(tx, queue, name, now, waits) for name, waits in _ready(tx, queue, now, rest))
    row = next(filter(None, found), None)
    if row is None:
        return None
    lease, table = secrets.token_hex(16), queue.table
    tx.execute(update(table).where(table.c.id == row.id).values(lease=lease, lease_until=until))
    tx.execute(update(host).where(host.c.name == row.host).values(served_at=now))
    return row, lease


def _ready(tx: Tx, queue: Queue, now: datetime, rest: Rest) -> list[tuple[str, bool]]:
    """The hosts with a row that is due which can be asked now, in turn, and whether others have waited for each."""
    table = queue.table
    due = exists().where(table.c.host == host.c.name, or_(table.c.next_check_at <= now, queue.early), queue.live)
    others = [
        exists().where(
            each.c.host == host.c.name,
            each.c.platform.in_(queue.platforms),
            each.c.next_check_at <= now - AFTER_OTHERS,
            _is_free(each, now),
        )
        for each in queue.before
    ]
    query = select(host.c.name, or_(*others)).where(due, *spared(host.c.name, now, rest))
    return [(row[0], row[1]) for row in tx.execute(query.order_by(host.c.served_at.nulls_first(), host.c.name))]


def _first(tx: Tx, queue: Queue, name: str, now: datetime, others_wait: bool) -> Any:
    """The row of a host that has been due longest, or None."""
    table, since = queue.table, now - PATIENCE if others_wait else now
    return tx.execute(
        select(table)
        .where(table.c.host == name, or_(table.c.next_check_at <= since, queue.early), queue.live)
        .where(queue.mine, _is_free(table, now))
        .order_by(table.c.next_check_at, table.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()


def _is_free(table: Table, now: datetime) -> ColumnElement[bool]:
    return or_(table.c.lease_until.is_(None), table.c.lease_until <= now)
