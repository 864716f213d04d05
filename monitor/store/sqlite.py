"""SQLite: a file, one writer at a time, and the kernel's lock for the one daemon."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from monitor.errors import StoreError
from monitor.model import Database

BUSY_TIMEOUT = 20.0  # seconds a writer waits for another
AT_ONCE = 50  # that may open a new file
READING: Mapping[str, Any] = {}
WRITING: Mapping[str, Any] = {"begin": "IMMEDIATE"}  # a read that turns into a write fails at once (measured)


def make(database: Database) -> None:
    """An empty file that only its owner may read, unless there is a file."""
    path = Path(database.file)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)


def engine(database: Database) -> Engine:
    url = URL.create("sqlite", database=database.file)
    made = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT}, hide_parameters=True)

    @event.listens_for(made, "connect")
    def prepare(dbapi: sqlite3.Connection, _record: Any) -> None:
        dbapi.isolation_level = None  # we say BEGIN ourselves
        _use_wal(dbapi)
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            dbapi.execute(f"PRAGMA {pragma}")

    @event.listens_for(made, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('begin', 'DEFERRED')}")

    return made


def _use_wal(dbapi: sqlite3.Connection) -> None:
    """Several that open a new file at once refuse one another, whatever the timeout: each waits for the one before."""
    for _ in range(AT_ONCE):
        try:
            dbapi.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            dbapi.execute("BEGIN IMMEDIATE")
            dbapi.execute("ROLLBACK")
        else:
            return
    dbapi.execute("PRAGMA journal_mode=WAL")


def before_update(tx: Connection, found: str | None, wanted: str) -> None:
    """Copy the file as it is; ``tx`` is the only writer and has written nothing yet."""
    if found is None:
        return
    path = _path(tx.engine)
    copy = path.with_suffix(f".before-{wanted}.db")
    try:
        with closing(sqlite3.connect(path)) as old, closing(sqlite3.connect(copy)) as new:
            old.backup(new)
        copy.chmod(0o600)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"{copy}: the copy before the update can't be made: {error}") from error


@contextmanager
def exclusive(engine: Engine, refusal: str) -> Iterator[Callable[[], None]]:
    """Hold the lock file beside the database; the kernel lets it go when the process dies.

    What is handed out need not be called: such a lock is never lost.
    Raises StoreError(refusal) when another process holds it.
    """
    handle = os.open(_path(engine).with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError(refusal, permanent=True) from None
        yield lambda: None
    finally:
        os.close(handle)


def held(engine: Engine) -> bool:
    """Whether some process holds the lock file."""
    if not _path(engine).with_suffix(".lock").exists():
        return False
    try:
        with exclusive(engine, ""):
            return False
    except StoreError:
        return True


def _path(engine: Engine) -> Path:
    return Path(engine.url.database or "")
