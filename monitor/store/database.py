"""Opening the database: one door for SQLite and PostgreSQL, migrations under a lock, one daemon per database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

from monitor.errors import StoreError
from monitor.model import Database
from monitor.store import chained, postgresql, sqlite
from monitor.store.statements import one_at_a_time
from monitor.store.trouble import translated

Tx = Connection  # one open transaction; the verbs of this package take it first

_MIGRATIONS = Path(__file__).parent / "migrations"


class Kind(Protocol):
    """What the modules ``sqlite`` and ``postgresql`` offer; they say more about each."""

    READING: Mapping[str, Any]  # execution options of a transaction
    WRITING: Mapping[str, Any]

    def engine(self, database: Database) -> Engine: ...

    def before_update(self, tx: Connection, found: str | None, wanted: str) -> None: ...

    def exclusive(self, engine: Engine, refusal: str) -> AbstractContextManager[Callable[[], None]]: ...

    def held(self, engine: Engine) -> bool: ...


KINDS: dict[str, Kind] = {"sqlite": sqlite, "postgresql": postgresql}


class Store:
    """A database. ``write()`` and ``read()`` are transactions; library errors become StoreError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.key = b""  # the installation key, under which the audit chain is written; without one it is not
        self.kind = KINDS[engine.dialect.name]

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One short transaction. On SQLite it is the only writer; on PostgreSQL rows are locked as they are taken.

        What it says of records and notifications goes into the audit chain, where the store has the installation key.
        """
        with (
            translated(),
            self._engine.connect().execution_options(**self.kind.WRITING) as connection,
            connection.begin(),
        ):
            chained.begin(connection)
            yield connection
            if self.key:
                chained.seal(connection, self.key)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One transaction that sees one moment and writes nothing."""
        with (
            translated(),
            self._engine.connect().execution_options(**self.kind.READING) as connection,
            connection.begin(),
        ):
            yield connection

    def alone(self, refusal: str) -> AbstractContextManager[Callable[[], None]]:
        """Be the one daemon; what is handed out is called now and then and takes a lost lock again.

        Both raise StoreError(refusal), permanent, when another process is the one.
        """
        return self.kind.exclusive(self._engine, refusal)

    def has_daemon(self) -> bool:
        """Whether a daemon works on this database."""
        return self.kind.held(self._engine)

    def close(self) -> None:
        self._engine.dispose()


def made(database: Database) -> bool:
    """Whether Huiyin has been set up in this database."""
    if database.file and not Path(database.file).exists():
        return False
    with closing(connected(database)) as store, store.read() as tx:
        return _found(tx) is not None


def open_store(database: Database, *, migrate: bool = False) -> Store:
    """The store in ``database``.

    With ``migrate`` (only `init`, `run`, `once` and the demo) a missing or older schema is brought up to date by one
    process at a time. An SQLite file is copied before; the copy of a PostgreSQL database is the operator's.

    Raises StoreError when the database is missing, damaged, older (without ``migrate``) or newer than this program.
    """
    if database.file and migrate:
        sqlite.make(database)
    if database.file and not Path(database.file).exists():
        raise StoreError(f"{database}: there is no database yet; run `huiyin init`")
    with ExitStack() as stack:
        store = stack.enter_context(closing(connected(database)))
        _check(database, store, migrate)
        stack.pop_all()
    return store


def connected(database: Database) -> Store:
    """A store of whatever schema, or of none."""
    return Store((postgresql if database.server else sqlite).engine(database))


def _check(database: Database, store: Store, migrate: bool) -> None:
    wanted = newest()
    with store.read() as tx:
        found = _found(tx)
    if found and found not in _schemas():
        raise StoreError(f"{database}: was written by a newer huiyin (schema {found}); install that one again")
    if found == wanted:
        return
    if not migrate and found is None:
        raise StoreError(f"{database}: there is no database yet; run `huiyin init`")
    if not migrate:
        raise StoreError(f"{database}: has an older schema ({found or 'none'}); run `huiyin init` once to update it")
    _update(store, wanted)


def _update(store: Store, wanted: str) -> None:
    with store.write() as tx:
        one_at_a_time(tx, "update")
        found = _found(tx)  # another process may have been faster
        if found != wanted:
            store.kind.before_update(tx, found, wanted)
            upgrade(tx, wanted)


def upgrade(tx: Connection, wanted: str) -> None:
    """Bring the schema to ``wanted``. Raises StoreError when that is one of a newer program."""
    if wanted not in _schemas():
        raise StoreError(f"schema {wanted} is of a newer huiyin; install that one")
    config = _config()
    config.attributes["connection"] = tx
    command.upgrade(config, wanted)


def newest() -> str:
    """The schema of this program."""
    return _scripts().get_current_head() or ""


def _schemas() -> set[str]:
    """All that this program knows."""
    return {script.revision for script in _scripts().walk_revisions()}


@cache
def _scripts() -> ScriptDirectory:
    """The migrations; read once, since each is a file of Python that is run."""
    return ScriptDirectory.from_config(_config())


def _found(tx: Connection) -> str | None:
    """The schema of the database: None when it has never had one."""
    if not inspect(tx).has_table("alembic_version"):
        return None
    return tx.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config
