"""PostgreSQL: row locks, statements that end in time, and an advisory lock for the one daemon.

The driver comes with the extra ``postgres``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from monitor.errors import StoreError
from monitor.model import Database
from monitor.store.trouble import NOT_IN_TIME, code, translated

READING: Mapping[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
WRITING: Mapping[str, Any] = {}

_SESSION = {  # of the server, for each of our connections
    "timezone": "UTC",
    "statement_timeout": "60s",
    "lock_timeout": "20s",  # a writer waits for another as long as on SQLite
    "idle_in_transaction_session_timeout": "60s",
    "tcp_keepalives_idle": "30",  # seconds until a client that is gone without a word is looked for
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}
_CLIENT = {
    "application_name": "huiyin",
    "client_encoding": "utf8",
    "connect_timeout": 10,  # seconds
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # milliseconds
    "options": " ".join(f"-c {name}={value}" for name, value in _SESSION.items()),
}
_DAEMON = {"ours": 0x48554959, "what": 0}  # advisory locks are two numbers: "HUIY" and which
_TURNS = 0x4855495A  # "HUIZ": taken for one transaction
_LOCK_WAIT = "2s"  # in which the server may notice that the one before has died


def engine(database: Database) -> Engine:
    url = make_url(database.server).set(drivername="postgresql+psycopg", password=database.password or None)
    return create_engine(
        url, isolation_level="READ COMMITTED", pool_pre_ping=True, connect_args=_CLIENT, hide_parameters=True
    )


def before_update(tx: Connection, found: str | None, wanted: str) -> None:  # noqa: ARG001
    """Take all the time it needs. The copy is the operator's: only they know where there is room for it."""
    encoding = tx.execute(text("SHOW server_encoding")).scalar()
    if encoding != "UTF8":
        raise StoreError(f"the database keeps text as {encoding}; make one with: createdb --encoding=UTF8")
    tx.execute(text("SET LOCAL statement_timeout = 0"))


def wait_for_turn(tx: Connection, what: int) -> None:
    """Nobody else passes here with the same ``what`` until this transaction ends."""
    tx.execute(text("SELECT pg_advisory_xact_lock(:ours, :what)"), {"ours": _TURNS, "what": what})


@contextmanager
def exclusive(engine: Engine, refusal: str) -> Iterator[Callable[[], None]]:
    """Hold the lock of the one daemon in a session of its own; the server lets it go when the session ends.

    What is handed out takes it again where the session was lost, as when the server was restarted.
    Both raise StoreError(refusal), permanent, when another process holds it.
    """
    lock = _Lock(engine, refusal)
    try:
        yield lock.keep
    finally:
        lock.let_go()


def held(engine: Engine) -> bool:
    """Whether some process holds the lock of the one daemon."""
    with translated(), engine.connect() as connection:
        return bool(connection.execute(_HELD, _DAEMON).scalar())


_HELD = text("""
    SELECT EXISTS (
        SELECT FROM pg_locks
        WHERE locktype = 'advisory' AND classid = :ours AND objid = :what AND objsubid = 2 AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    )
""")


class _Lock:
    """An advisory lock and the session that holds it."""

    def __init__(self, engine: Engine, refusal: str) -> None:
        self._engine = engine
        self._refusal = refusal
        self._session = self._take()

    def _take(self) -> Connection:
        with translated():
            session = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            session.detach()  # closing it ends it
            try:
                session.execute(text(f"SET lock_timeout = '{_LOCK_WAIT}'"))
                session.execute(text("SELECT pg_advisory_lock(:ours, :what)"), _DAEMON)
            except DBAPIError as error:
                session.close()
                if code(error) == NOT_IN_TIME:
                    raise StoreError(self._refusal, permanent=True) from None
                raise
        return session

    def keep(self) -> None:
        try:
            self._session.execute(text("SELECT"))
        except SQLAlchemyError:
            self._session.close()
            self._session = self._take()

    def let_go(self) -> None:
        with suppress(SQLAlchemyError):  # where the session is gone, so is the lock
            self._session.execute(text("SELECT pg_advisory_unlock(:ours, :what)"), _DAEMON)
        self._session.close()
