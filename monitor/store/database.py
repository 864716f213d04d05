"""Opening the database: one connection door, migrations under a lock, one daemon per file."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from monitor.errors import StoreError

Tx = Connection  # one open transaction; the verbs of this package take it first

BUSY_TIMEOUT = 20.0  # seconds a writer waits for another
_MIGRATIONS = Path(__file__).parent / "migrations"


class Store:
    """A database file. ``write()`` and ``read()`` are transactions; library errors become StoreError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One short transaction that takes the write lock at its start.

        A read that turns into a write fails at once with "database is locked" on SQLite (measured),
        hence BEGIN IMMEDIATE.
        """
        with (
            _translated(),
            self._engine.connect().execution_options(begin="IMMEDIATE") as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with _translated(), self._engine.connect() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        self._engine.dispose()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise StoreError(f"the database refused: {error.orig}") from error
    except SQLAlchemyError as error:
        raise StoreError(f"the database failed: {error}") from error


def _engine(path: Path) -> Engine:
    engine = create_engine(URL.create("sqlite", database=str(path)), connect_args={"timeout": BUSY_TIMEOUT})

    @event.listens_for(engine, "connect")
    def prepare(dbapi: sqlite3.Connection, _record: Any) -> None:
        dbapi.isolation_level = None  # we say BEGIN ourselves
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            dbapi.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('begin', 'DEFERRED')}")

    return engine


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def _revisions(connection: Connection) -> tuple[str | None, str | None, set[str]]:
    """Where the database is, where the code is, and every revision the code knows."""
    scripts = ScriptDirectory.from_config(_config())
    known = {script.revision for script in scripts.walk_revisions()}
    if not inspect(connection).has_table("alembic_version"):
        return None, scripts.get_current_head(), known
    return (
        connection.execute(text("SELECT version_num FROM alembic_version")).scalar(),
        scripts.get_current_head(),
        known,
    )


def open_store(path: Path, *, migrate: bool = False) -> Store:
    """The store in the SQLite file ``path``.

    With ``migrate`` (only `init`, `run`, `once` and the demo) a missing or older schema is brought up to
    date under a lock, after a copy of an existing file made with SQLite's backup API.

    Raises StoreError when the file is missing, damaged, older (without ``migrate``) or newer than this program.
    """
    if not migrate and not path.exists():
        raise StoreError(f"{path}: there is no database yet; run `huiyin init`")
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.touch(mode=0o600)
    store = Store(_engine(path))
    with store.read() as connection:
        found, wanted, known = _revisions(connection)
    if found is not None and found not in known:
        raise StoreError(f"{path}: was written by a newer huiyin (schema {found}); install that one again")
    if found == wanted:
        return store
    if not migrate:
        raise StoreError(f"{path}: has an older schema ({found or 'none'}); run `huiyin init` once to update it")
    with exclusive(path.with_suffix(".migrate"), "another huiyin is updating the database; try again in a minute"):
        if found is not None:
            _copy(path, path.with_suffix(f".before-{wanted}.db"))
        config = _config()
        with store.write() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    return store


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
    target.chmod(0o600)


@contextmanager
def exclusive(path: Path, refusal: str) -> Iterator[None]:
    """Hold the lock file ``path``; the kernel lets it go when the process dies.

    Raises StoreError(refusal) when another process holds it.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError(refusal) from None
        yield
    finally:
        os.close(handle)


def locked(path: Path) -> bool:
    """Whether some process holds the lock file."""
    if not path.exists():
        return False
    try:
        with exclusive(path, ""):
            return False
    except StoreError:
        return True
