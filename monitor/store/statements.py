"""Statements that the two databases write differently: verbs use these and stay neutral."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, repeat
from typing import Any
from zlib import crc32

from sqlalchemy import Column, ColumnElement, Connection, Table, bindparam, func, select
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.dialects import sqlite as lite

from monitor.store import postgresql
from monitor.store.tables import Moment, utc

TOGETHER = 50  # rows in one statement: measured, more gains nothing


def one_of(column: Column[Any], values: Sequence[str]) -> ColumnElement[bool]:
    """``column IN (values)`` word for word, so that a partial index that says the same is used."""
    return column.in_(bindparam(None, values, expanding=True, literal_execute=True))


def one_at_a_time(tx: Connection, what: str) -> None:
    """Nobody else passes here with the same ``what`` until this transaction ends.

    For verbs that decide on several rows, or on rows that may not be there yet. On SQLite the writer is alone anyway.
    """
    if tx.dialect.name == "postgresql":
        postgresql.wait_for_turn(tx, crc32(what.encode()) - 2**31)


def add_new(tx: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert a row; False when one with the same key is there already."""
    added = _upsert(tx, table).values(row).on_conflict_do_nothing().returning(*table.primary_key)
    return tx.execute(added).first() is not None


def put(tx: Connection, table: Table, row: Mapping[str, Any], *, only: Collection[str] = ()) -> None:
    """Insert a row; of the one that has its primary key already, overwrite these values, or ``only`` some of them."""
    key = [column.name for column in table.primary_key]
    values = {name: value for name, value in row.items() if name not in key and (not only or name in only)}
    tx.execute(_upsert(tx, table).values(row).on_conflict_do_update(index_elements=key, set_=values))


def _upsert(tx: Connection, table: Table) -> pg.Insert | lite.Insert:
    return pg.insert(table) if tx.dialect.name == "postgresql" else lite.insert(table)


def reserve(tx: Connection, table: Table, count: int) -> Sequence[int]:
    """Ids for ``count`` new rows, in ascending order, that nobody else gets."""
    if not count:
        return ()
    if tx.dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(table.name, "id")
        return tx.execute(select(func.nextval(sequence)).select_from(func.generate_series(1, count))).scalars().all()
    last = tx.exec_driver_sql(f"SELECT max(id) FROM {_quoted(tx, table.name)}").scalar() or 0  # noqa: S608  our names
    return range(last + 1, last + count + 1)


def go_on(tx: Connection, table: Table) -> None:
    """After rows were written with their ids: the ids of new rows come after them."""
    if tx.dialect.name == "postgresql":
        last = select(func.max(table.c.id)).scalar_subquery()
        tx.execute(select(func.setval(func.pg_get_serial_sequence(table.name, "id"), last)))


def load(tx: Connection, table: Table, columns: Mapping[str, Iterable[Any]]) -> None:
    """Insert many rows, given column by column, faster than the driver inserts one after the other.

    Values are text, numbers, booleans, None or moments; a shorter column ends the rows, so one may be ``repeat(x)``.
    Defaults that Python makes are not filled in.
    """
    width = len(columns)
    flat = list(chain.from_iterable(zip(*(_as_driven(tx, table, *column) for column in columns.items()), strict=False)))
    names = ", ".join(_quoted(tx, name) for name in columns)
    head = f"INSERT INTO {_quoted(tx, table.name)} ({names}) VALUES "  # noqa: S608  names of ours
    row = f"({_marks(tx, width)})"
    whole = len(flat) - len(flat) % (TOGETHER * width)
    for some, size in ((flat[:whole], TOGETHER), (flat[whole:], 1)):
        groups = [tuple(some[start : start + size * width]) for start in range(0, len(some), size * width)]
        if groups:
            tx.exec_driver_sql(head + ", ".join([row] * size), groups)


def look_up(tx: Connection, query: str, one: str, many: Sequence[str]) -> Iterator[Sequence[Any]]:
    """The rows of ``query``: its "{one}" is a value, its "{many}" after that a table ``asked`` with a column ``value``.

    So the statement is always the same, however many there are.
    """
    if tx.dialect.name == "postgresql":
        asked = query.format(one="%s", many="unnest(%s::text[]) AS asked (value)")
        yield from tx.exec_driver_sql(asked, (one, list(many))).all()
    else:
        asked = query.format(one="?", many="json_each(?) AS asked")
        yield from tx.exec_driver_sql(asked, (one, json.dumps(many))).all()


def _marks(tx: Connection, count: int) -> str:
    """Where values go in the driver's own SQL."""
    return ", ".join(["%s" if tx.dialect.name == "postgresql" else "?"] * count)


def _quoted(tx: Connection, name: str) -> str:
    return tx.dialect.identifier_preparer.quote(name)


def _as_driven(tx: Connection, table: Table, name: str, values: Iterable[Any]) -> Iterable[Any]:
    if not isinstance(table.c[name].type, Moment):
        return values
    driven = _as_text if tx.dialect.name == "sqlite" else utc
    if isinstance(values, repeat):
        return repeat(driven(next(values)))
    return [value and driven(value) for value in values]


def _as_text(moment: datetime) -> str:
    """As SQLAlchemy writes a Moment into SQLite."""
    return utc(moment).isoformat(" ", "microseconds")[:26]
