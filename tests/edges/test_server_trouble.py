"""PostgreSQL that is restarted, unreachable or wrongly set up: said in a line, and gone on when it is back."""

import threading
from contextlib import ExitStack, closing, suppress
from dataclasses import replace

import pytest
from sqlalchemy import insert, select

from monitor import daemon
from monitor.errors import StoreError
from monitor.model import Database
from monitor.store import passes
from monitor.store.database import made, open_store
from monitor.store.statements import one_at_a_time
from monitor.store.tables import beat
from tests import servers
from tests.houses import PLACE, T, Web, build, drain, item, mails

OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'"


@pytest.fixture
def database(postgresql):
    with postgresql.fresh() as database, PLACE.at(database.server):
        yield database


@pytest.fixture
def house(tmp_path, database):
    return build(tmp_path, Web([item()]))


def name_of(database):
    return database.server.partition("?")[0].rpartition("/")[2]


def cut(postgresql, database):
    """End every connection to the database, as a restart or a firewall does."""
    postgresql.ask(OTHERS.format(name_of(database)))


def test_connections_that_died_at_rest_are_not_noticed(postgresql, house, database, clock):
    drain(house, clock, ["collect"])
    cut(postgresql, database)

    drain(house, clock)

    assert len(mails(house)) == 1


def test_a_connection_that_dies_in_use_is_a_store_error_and_the_next_works(postgresql, house, database):
    with pytest.raises(StoreError, match="the database refused"), house.store.write() as tx:
        tx.execute(insert(beat).values(stage="x", at=T, error=""))
        cut(postgresql, database)
        tx.execute(select(beat)).all()

    with house.store.read() as tx:
        assert tx.execute(select(beat)).all() == []


def test_a_pass_whose_connection_dies_is_no_pass_of_bad_items(postgresql, tmp_path, database, clock, monkeypatch):
    """Nothing is refused and nothing stored; the pass is done again when its lease has ended."""
    house = build(tmp_path, Web([item(name=str(n)) for n in range(30)]))
    add, calls = passes._add_versions, []

    def cut_and_add(*arguments):
        calls.append(1)
        cut(postgresql, database)
        add(*arguments)

    monkeypatch.setattr(passes, "_add_versions", cut_and_add)
    with pytest.raises(StoreError, match="the database refused"):
        drain(house, clock, ["collect"])
    assert calls == [1]
    monkeypatch.undo()

    drain(house, clock)
    assert mails(house) == []
    clock.move(minutes=11)
    drain(house, clock)
    assert len(mails(house)) == 30


def test_a_stage_goes_on_when_the_server_is_back(postgresql, house, clock, caplog):
    stage = daemon._Drain(house, "collect", daemon.STAGES["collect"][0], threading.Event())
    postgresql.stop()
    try:
        stage()
    finally:
        postgresql.start()
    said = [record.getMessage().split()[0] for record in caplog.records if record.name == "huiyin"]
    assert said == ["stage_failed", "beat_failed"]

    stage()
    drain(house, clock)

    assert len(mails(house)) == 1
    with house.store.read() as tx:
        assert [row.error for row in tx.execute(select(beat))] == [""]


def test_a_turn_that_never_comes_is_a_store_error(house):
    with house.store.write() as first:
        one_at_a_time(first, "matter")
        with pytest.raises(StoreError, match="lock timeout"), house.store.write() as second:
            second.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
            one_at_a_time(second, "matter")


def test_a_daemon_takes_its_lock_again_after_a_restart(postgresql, house):
    with house.store.alone("busy") as keep:
        postgresql.stop()
        with pytest.raises(StoreError, match="the database refused") as caught:
            keep()
        assert not caught.value.permanent
        postgresql.start()
        assert not house.store.has_daemon()
        keep()
        assert house.store.has_daemon()
    assert not house.store.has_daemon()


def test_a_daemon_whose_place_was_taken_stops(postgresql, house, database):
    with closing(open_store(database)) as other, ExitStack() as taken:

        def collect(*arguments):
            """The server forgets everybody, and another daemon is the first to come back."""
            while not taken._exit_callbacks:
                cut(postgresql, database)
                with suppress(StoreError):
                    taken.enter_context(other.alone("faster"))
            return Web().collect(*arguments)

        with pytest.raises(StoreError, match="another huiyin is running") as caught:
            daemon.run(replace(house, collectors={"feed": collect}), threading.Event())
    assert caught.value.permanent


@pytest.mark.parametrize("password", ["", "falsch"])
def test_a_wrong_password_is_said_and_not_repeated(postgresql, database, password):
    postgresql.ask("ALTER ROLE huiyin PASSWORD 'richtig'")
    over_tcp = f"postgresql://huiyin@127.0.0.1:{postgresql.port}/{name_of(database)}"

    open_store(Database(server=over_tcp, password="richtig")).close()
    with pytest.raises(StoreError, match="the database refused") as caught:
        open_store(Database(server=over_tcp, password=password))
    assert "falsch" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_server_that_is_not_there_is_said(postgresql):
    with pytest.raises(StoreError, match="refused"):
        made(Database(server="postgresql://huiyin@127.0.0.1:9/huiyin"))
    with pytest.raises(StoreError, match="does not exist"):
        open_store(postgresql.at("nowhere"), migrate=True)


def test_a_database_of_another_encoding_is_refused(postgresql):
    postgresql.ask("CREATE DATABASE latin ENCODING 'SQL_ASCII' TEMPLATE template0")

    with pytest.raises(StoreError, match="createdb --encoding=UTF8"):
        open_store(postgresql.at("latin"), migrate=True)
    assert not made(postgresql.at("latin"))


def test_the_server_that_the_extra_brings_works_too():
    """Where no PostgreSQL is installed, the tests stand on this one: it must start, also for root."""
    with servers.serving(servers.brought()) as server, closing(open_store(server.at(servers.UP_TO_DATE))) as store:
        with store.write() as tx:
            tx.execute(insert(beat).values(stage="x", at=T, error=""))
        with store.read() as tx:
            assert tx.execute(select(beat.c.at)).scalar() == T
        assert server.ask("SHOW server_version_num") >= [("180000",)]
