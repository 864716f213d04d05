"""Opening the database: migrations, the one daemon, and what is refused; on SQLite and on PostgreSQL."""

import os
import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, select, text

from monitor.errors import StoreError
from monitor.model import Database, Platform
from monitor.proof import GRACE
from monitor.store import database as database_module
from monitor.store import passes, proofs, sqlite
from monitor.store.database import connected, made, open_store
from monitor.store.tables import beat, cursor, metadata
from tests.dying import in_child
from tests.houses import Web, build, drain, item

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def file(tmp_path):
    return Database(file=str(tmp_path / "huiyin.db"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """A place where nothing has been set up."""
    if request.param == "sqlite":
        yield Database(file=str(tmp_path / "huiyin.db"))
        return
    with request.getfixturevalue("postgresql").fresh("template0") as server:
        yield server


@pytest.fixture
def store(database):
    with closing(open_store(database, migrate=True)) as store:
        yield store


def test_the_migrations_make_exactly_the_tables(store):
    with store.read() as tx:
        assert compare_metadata(MigrationContext.configure(tx), metadata) == []


def test_no_table_has_a_place_for_an_author():
    columns = {column.name for table in metadata.tables.values() for column in table.columns}

    assert not {
        name for name in columns for word in ("author", "user", "writer", "device", "ip") if word in name.split("_")
    }


def test_only_the_owner_may_read_the_file(tmp_path, file):
    open_store(file, migrate=True).close()

    assert (tmp_path / "huiyin.db").stat().st_mode & 0o077 == 0


def test_where_nothing_is_set_up_that_is_said(database):
    assert not made(database)
    with pytest.raises(StoreError, match="there is no database yet; run `huiyin init`"):
        open_store(database)
    assert not made(database)

    open_store(database, migrate=True).close()
    assert made(database)
    open_store(database).close()


def test_a_missing_file_is_not_made_by_looking(tmp_path, file):
    with pytest.raises(StoreError, match="huiyin init"):
        open_store(file)
    assert not made(file)
    assert not (tmp_path / "huiyin.db").exists()


def test_an_older_schema_is_updated_only_where_that_is_allowed(database, store):
    with store.write() as tx:
        tx.exec_driver_sql("DELETE FROM alembic_version")

    with pytest.raises(StoreError, match="older schema"):
        open_store(database)


def test_a_newer_schema_is_refused(database, store):
    with store.write() as tx:
        tx.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    for migrate in (False, True):
        with pytest.raises(StoreError, match="newer huiyin"):
            open_store(database, migrate=migrate)


def at_once(times, do):
    """What goes wrong when so many threads ``do`` the same in the same moment."""
    gate, errors = threading.Barrier(times), []

    def run():
        gate.wait()
        try:
            do()
        except StoreError as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def look(store):
    with store.read() as tx:
        tx.execute(text("SELECT 1"))


def test_a_new_file_can_be_opened_by_several_at_once(tmp_path):
    for n in range(60):
        database = Database(file=str(tmp_path / f"{n}.db"))
        sqlite.make(database)
        stores = [connected(database) for _ in range(4)]
        waiting = iter(stores)
        assert at_once(4, lambda waiting=waiting: look(next(waiting))) == []
        for store in stores:
            store.close()


def test_two_that_update_at_once_update_once(database):
    assert at_once(3, lambda: open_store(database, migrate=True).close()) == []
    with closing(open_store(database)) as store, store.read() as tx:
        assert compare_metadata(MigrationContext.configure(tx), metadata) == []


@pytest.fixture
def older(database, monkeypatch):
    """The database as the first version of Huiyin left it, with a platform in it."""
    upgrade = database_module.command.upgrade
    monkeypatch.setattr(database_module.command, "upgrade", lambda config, _: upgrade(config, "0001"))
    with closing(open_store(database, migrate=True)) as store, store.write() as tx:
        row = "('website', '2026-01-01 00:00:00.000000', '', '', '2026-01-01 00:00:00.000000', 0, 0, '0', '', '', '')"
        names = "platform, added_at, etag, last_modified, next_check_at, fetches, failures, had_items, decoded_by"
        tx.exec_driver_sql(f"INSERT INTO cursor ({names}, error, detail) VALUES {row}")
    monkeypatch.setattr(database_module.command, "upgrade", upgrade)
    return database


def test_an_older_database_is_brought_up_to_date_and_keeps_its_rows(older):
    with pytest.raises(StoreError, match="older schema"):
        open_store(older)
    with closing(open_store(older, migrate=True)) as store, store.read() as tx:
        assert compare_metadata(MigrationContext.configure(tx), metadata) == []
        assert tx.execute(select(cursor.c.platform, cursor.c.added_at)).all() == [("website", BEGINNING)]


def test_before_an_update_a_file_is_copied_as_it_was(older, tmp_path):
    open_store(older, migrate=True).close()

    copies = list(tmp_path.glob("huiyin.before-*.db"))
    assert len(copies) == (1 if older.file else 0)  # of PostgreSQL the operator makes one
    for copy in copies:
        with closing(sqlite3.connect(copy)) as raw:
            assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert raw.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
            assert raw.execute("SELECT platform FROM cursor").fetchall() == [("website",)]
        assert copy.stat().st_mode & 0o077 == 0


def test_a_new_database_leaves_no_copy(tmp_path, file):
    open_store(file, migrate=True).close()
    open_store(file, migrate=True).close()

    assert list(tmp_path.glob("*.before-*")) == []


def test_the_one_daemon_is_held_against_others_and_let_go(database, store):
    with closing(open_store(database)) as other:
        assert not other.has_daemon()
        with store.alone("busy") as keep:
            keep()
            assert other.has_daemon()
            with pytest.raises(StoreError, match="busy") as caught, other.alone("busy"):
                pass
            assert caught.value.permanent
        assert not other.has_daemon()
        with other.alone("busy"):
            assert store.has_daemon()


def test_a_dead_daemon_is_let_go(database, store):
    def hold_and_die():
        with open_store(database).alone("x"):
            os.kill(os.getpid(), 9)

    assert in_child(hold_and_die)
    with store.alone("still held"):
        pass
    assert not store.has_daemon()


def test_moments_are_aware_utc_in_and_out(store):
    shanghai = timezone(timedelta(hours=8))
    with store.write() as tx:
        tx.execute(insert(beat).values(stage="x", at=datetime(2026, 1, 1, 8, tzinfo=shanghai), error=""))
    with store.read() as tx:
        (moment,) = tx.execute(select(beat.c.at)).scalars()
    assert (moment, moment.tzinfo) == (BEGINNING, UTC)


def test_a_file_keeps_moments_as_text_that_sorts(file):
    with closing(open_store(file, migrate=True)) as store:
        with store.write() as tx:
            tx.execute(insert(beat).values(stage="x", at=BEGINNING, error=""))
        with store.read() as tx:
            assert tx.exec_driver_sql("SELECT at FROM beat").scalar() == "2026-01-01 00:00:00.000000"


def test_a_moment_without_a_zone_is_refused(store):
    with pytest.raises(StoreError), store.write() as tx:
        tx.execute(insert(beat).values(stage="x", at=datetime(2026, 1, 1), error=""))


def test_a_failed_transaction_leaves_nothing(store):
    with pytest.raises(ZeroDivisionError), store.write() as tx:
        tx.execute(insert(beat).values(stage="x", at=BEGINNING, error=""))
        raise ZeroDivisionError

    with store.read() as tx:
        assert tx.execute(select(beat)).all() == []


def test_looking_sees_one_moment(store):
    with store.read() as tx:
        assert tx.execute(select(beat)).all() == []
        with store.write() as other:
            other.execute(insert(beat).values(stage="x", at=BEGINNING, error=""))
        assert tx.execute(select(beat)).all() == []


def test_what_is_refused_is_said_without_the_values(store):
    secret = {"stage": "x", "at": BEGINNING, "error": "桃花源路3号"}
    with store.write() as tx:
        tx.execute(insert(beat).values(secret))

    with pytest.raises(StoreError, match="the database refused") as caught, store.write() as tx:
        tx.execute(insert(beat).values(secret | {"stage": "x"}))
    assert "桃花源路3号" not in str(caught.value)
    assert "桃花源路3号" not in str(caught.value.__cause__).split("DETAIL")[0]


def test_a_path_with_awkward_characters(tmp_path):
    folder = tmp_path / "县 住建局?x=1#%41"

    open_store(Database(file=str(folder / "huiyin.db")), migrate=True).close()

    assert (folder / "huiyin.db").stat().st_size > 0


def test_the_file_is_sound_after_a_day_of_work(tmp_path, clock):
    house = build(tmp_path, Web([item()]))
    drain(house, clock)
    house.store.close()

    with closing(sqlite3.connect(house.settings.database.file)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_what_an_older_version_read_is_read_on_for_the_grace_and_no_longer(older):
    platform = Platform(
        name="website", kind="feed", title="w", url="http://a.example/x", prefixes=("http://a.example/",)
    )
    new = replace(platform, name="new", prefixes=("http://b.example/",))
    watched = {"website": platform, "new": new}
    with closing(open_store(older, migrate=True)) as store:
        for later in (timedelta(0), timedelta(days=9)):  # a second start prolongs nothing
            with store.write() as tx:
                passes.register(tx, watched, BEGINNING + later)
        with store.read() as tx:
            known = proofs.of(tx, [*platform.prefixes, *new.prefixes])
            until = {prefix: each.until for prefix, each in known.items()}
            assert until == {"http://a.example/": BEGINNING + GRACE, "http://b.example/": None}
            assert proofs.standing(tx, watched, BEGINNING) == ["website"]
            assert proofs.standing(tx, watched, BEGINNING + GRACE) == []
