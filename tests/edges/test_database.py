"""Opening the database: migrations, locks, and what is refused."""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, select

from monitor.errors import StoreError
from monitor.store import database
from monitor.store.database import exclusive, locked, open_store
from monitor.store.tables import beat, metadata
from tests.dying import in_child


def test_the_migrations_make_exactly_the_tables(tmp_path):
    store = open_store(tmp_path / "huiyin.db", migrate=True)

    with store.read() as tx:
        assert compare_metadata(MigrationContext.configure(tx), metadata) == []


def test_no_table_has_a_place_for_an_author():
    columns = {column.name for table in metadata.tables.values() for column in table.columns}

    assert not {
        name for name in columns for word in ("author", "user", "writer", "device", "ip") if word in name.split("_")
    }


def test_only_the_owner_may_read_the_file(tmp_path):
    open_store(tmp_path / "huiyin.db", migrate=True)

    assert (tmp_path / "huiyin.db").stat().st_mode & 0o077 == 0


def test_an_older_schema_is_updated_only_where_that_is_allowed(tmp_path):
    path = tmp_path / "huiyin.db"
    open_store(path, migrate=True).close()
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("DELETE FROM alembic_version")
        raw.execute("CREATE TABLE older (n)")
    with pytest.raises(StoreError, match="older schema"):
        open_store(path)


def test_a_copy_is_made_with_the_backup_api(tmp_path):
    path, copy = tmp_path / "huiyin.db", tmp_path / "copy.db"
    open_store(path, migrate=True).close()
    database._copy(path, copy)

    with closing(sqlite3.connect(copy)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert copy.stat().st_mode & 0o077 == 0


def test_a_missing_file_is_no_empty_database(tmp_path):
    with pytest.raises(StoreError, match="huiyin init"):
        open_store(tmp_path / "huiyin.db")
    assert not (tmp_path / "huiyin.db").exists()


def test_another_update_in_progress_is_refused(tmp_path):
    with exclusive(tmp_path / "huiyin.migrate", "x"), pytest.raises(StoreError, match="another huiyin is updating"):
        open_store(tmp_path / "huiyin.db", migrate=True)


def test_a_lock_is_held_against_others_and_let_go(tmp_path):
    path = tmp_path / "lock"
    assert not locked(path)
    with exclusive(path, "x"):
        assert locked(path)
        with pytest.raises(StoreError, match="busy"), exclusive(path, "busy"):
            pass
    assert not locked(path)


def test_the_kernel_lets_a_dead_holder_go(tmp_path):
    path = tmp_path / "lock"

    def hold_and_die():
        with exclusive(path, "x"):
            os.kill(os.getpid(), 9)

    assert in_child(hold_and_die)
    assert not locked(path)


def test_moments_are_aware_utc_in_and_out(tmp_path):
    store = open_store(tmp_path / "huiyin.db", migrate=True)
    shanghai = timezone(timedelta(hours=8))
    with store.write() as tx:
        tx.execute(insert(beat).values(stage="x", at=datetime(2026, 1, 1, 8, tzinfo=shanghai), error=""))
    with store.read() as tx:
        (moment,) = tx.execute(select(beat.c.at)).scalars()
        assert tx.exec_driver_sql("SELECT at FROM beat").scalar() == "2026-01-01 00:00:00.000000"
    assert (moment, moment.tzinfo) == (datetime(2026, 1, 1, tzinfo=UTC), UTC)


def test_a_moment_without_a_zone_is_refused(tmp_path):
    store = open_store(tmp_path / "huiyin.db", migrate=True)

    with pytest.raises(StoreError), store.write() as tx:
        tx.execute(insert(beat).values(stage="x", at=datetime(2026, 1, 1), error=""))


def test_a_failed_transaction_leaves_nothing(tmp_path):
    store = open_store(tmp_path / "huiyin.db", migrate=True)
    with pytest.raises(ZeroDivisionError), store.write() as tx:
        tx.execute(insert(beat).values(stage="x", at=datetime(2026, 1, 1, tzinfo=UTC), error=""))
        raise ZeroDivisionError

    with store.read() as tx:
        assert tx.execute(select(beat)).all() == []


def test_a_path_with_awkward_characters(tmp_path):
    folder = tmp_path / "县 住建局?x=1#%41"
    folder.mkdir()

    open_store(folder / "huiyin.db", migrate=True).close()

    assert (folder / "huiyin.db").stat().st_size > 0
