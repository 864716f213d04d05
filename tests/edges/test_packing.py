"""Backups: all of one moment in one file, the same rows back, in either database, and never half."""

import json
import os
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from monitor import keeping, keys
from monitor.errors import StoreError
from monitor.model import Database, Message, State
from monitor.store import chained, marks, outbox, packing, restoring
from monitor.store.database import connected, made, open_store, upgrade
from monitor.store.tables import item
from tests.houses import LEAK, Clock, T, Web, build, drain, mails, move
from tests.houses import item as listed

KEY = b"k" * 32


@pytest.fixture
def clock():
    return Clock()


def full(folder, clock):
    """A house with open and closed records, mails that went and one that waits."""
    house = build(folder, Web([listed(), listed('煤气一直在漏🔥,\r\n"快"来人\'\\', name="2", title="")]))
    drain(house, clock)
    clock.move(minutes=31)
    drain(house, clock)
    move(house, State.ACKNOWLEDGED, clock)
    with house.store.write() as tx:
        message, contact = Message("更正", "更正", "<p>更正</p>"), house.settings.contacts["duty"]
        assert outbox.intend(tx, key="k", contact=contact, message=message, record=None, priority=1, now=clock())
    return house


@pytest.fixture
def house(tmp_path, clock, each_database):
    return full(tmp_path, clock)


def stands(store, key):
    with store.read() as tx:
        return {sheet.name: sheet for sheet in packing.sheets(tx, key)}


def packed(house, path, now=T):
    with house.store.read() as tx:
        return packing.pack(tx, path, house.key, str(chained.head(tx)), now)


def fresh(tmp_path):
    return Database(file=str(tmp_path / "clone" / "huiyin.db"))


def test_a_fresh_clone_holds_the_same_rows(house, tmp_path):
    manifest = packed(house, tmp_path / "b.zip")
    clone = fresh(tmp_path)
    restoring.restore(clone, tmp_path / "b.zip", house.key, T)

    with closing(open_store(clone)) as store:
        found, was = stands(store, house.key), stands(house.store, house.key)
        with store.read() as tx:
            assert marks.at(tx, marks.RESTORED) == T
            assert list(chained.flaws(tx, chained.walk(tx, house.key, []))) == []
            assert str(chained.head(tx)) == manifest.head
    assert manifest.rows > 30
    assert {name for name in was if found[name] != was[name]} == {"mark", "notification"}  # which waited, and says so


def test_a_backup_goes_back_into_a_server_and_counts_on(tmp_path, clock, postgresql):
    house = full(tmp_path, clock)
    packed(house, tmp_path / "b.zip")
    with postgresql.fresh("template0") as database:
        restoring.restore(database, tmp_path / "b.zip", house.key, T)
        with closing(open_store(database)) as store:
            store.key = house.key
            found, was = stands(store, house.key), stands(house.store, house.key)
            moved = replace(house, store=store, collectors={"feed": Web([listed(LEAK, name="9", title="")]).collect})
            clock.move(days=1)
            drain(moved, clock)
            with store.read() as tx:
                assert list(chained.flaws(tx, chained.walk(tx, house.key, []))) == []
                assert len(tx.execute(select(item)).all()) > was["item"].rows
            with pytest.raises(StoreError, match="isn't empty"):
                restoring.restore(database, tmp_path / "b.zip", house.key, T)
    assert {name for name in was if found[name] != was[name]} == {"mark", "notification"}


def test_what_waited_says_that_it_may_be_a_repeat(house, tmp_path, clock):
    packed(house, tmp_path / "b.zip")
    drain(house, clock)  # it goes, after the backup
    assert [mail["subject"] for mail in mails(house) if "更正" in mail["subject"]] == ["更正"]
    clone = fresh(tmp_path)
    restoring.restore(clone, tmp_path / "b.zip", house.key, T)
    with closing(open_store(clone)) as store:
        store.key = house.key
        drain(replace(house, store=store), clock, ("deliver",))

    assert "【可能重复】更正" in [mail["subject"] for mail in mails(house)]  # under the same Message-ID


def test_another_key_is_refused(house, tmp_path):
    packed(house, tmp_path / "b.zip")

    with pytest.raises(StoreError, match="another installation key"):
        restoring.restore(fresh(tmp_path), tmp_path / "b.zip", KEY, T)


def again(path, target, change):
    """The same archive, each member as ``change`` makes it."""
    with ZipFile(path) as old, ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))


def newer(name, raw):
    return json.dumps({**json.loads(raw), "format": 2}) if name == "manifest.json" else raw


def touched(name, raw):
    return raw.replace(b"sent", b"gone") if name == "rows/notification.jsonl" else raw


def shorter(name, raw):
    return b"\n".join(raw.split(b"\n")[1:]) if name == "rows/transition.jsonl" else raw


def told(name, raw):
    return raw.replace(b'"rows": ', b'"rows": 1') if name == "manifest.json" else raw


@pytest.mark.parametrize(
    ("change", "why"),
    [(newer, "newer huiyin"), (touched, "damaged"), (shorter, "damaged"), (told, "has been changed")],
)
def test_a_changed_backup_is_refused_and_nothing_stands(tmp_path, clock, change, why):
    house = full(tmp_path, clock)
    packed(house, tmp_path / "b.zip")
    again(tmp_path / "b.zip", tmp_path / "c.zip", change)

    with pytest.raises(StoreError, match=why):
        packing.check(tmp_path / "c.zip", house.key)
    with pytest.raises(StoreError, match=why):
        restoring.restore(fresh(tmp_path), tmp_path / "c.zip", house.key, T)
    assert not made(fresh(tmp_path))


def test_every_byte_counts(tmp_path, clock):
    house = full(tmp_path, clock)
    packed(house, tmp_path / "b.zip")
    whole = (tmp_path / "b.zip").read_bytes()
    was = packing.check(tmp_path / "b.zip", house.key)
    for cut in range(0, len(whole), max(1, len(whole) // 60)):
        (tmp_path / "c.zip").write_bytes(whole[:cut])
        with pytest.raises(StoreError):
            packing.check(tmp_path / "c.zip", house.key)
        flipped = bytearray(whole)
        flipped[cut] ^= 0x10
        (tmp_path / "c.zip").write_bytes(bytes(flipped))
        with suppress(StoreError):  # else it was a byte that says nothing: a date, an attribute
            assert packing.check(tmp_path / "c.zip", house.key) == was


def test_nothing_is_overwritten_and_nothing_is_left_half(tmp_path, clock, monkeypatch):
    house = full(tmp_path, clock)
    packed(house, tmp_path / "b.zip")
    assert (tmp_path / "b.zip").stat().st_mode & 0o077 == 0
    with pytest.raises(StoreError, match="never overwritten"):
        packed(house, tmp_path / "b.zip")

    def full_disk(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(StoreError, match="No space left"):
        packed(house, tmp_path / "c.zip")
    assert [path.name for path in tmp_path.glob("*.zip*")] == ["b.zip"]
    with pytest.raises(StoreError, match="can't be read"):
        packing.read(tmp_path / "none.zip", house.key)


def test_a_backup_of_an_older_schema_is_brought_up_to_date(tmp_path):
    old = Database(file=str(tmp_path / "old.db"))
    (tmp_path / "old.db").touch()
    with closing(connected(old)) as store, store.write() as tx:
        upgrade(tx, "0009")
    with closing(connected(old)) as store, store.read() as tx:
        packing.pack(tx, tmp_path / "b.zip", KEY, "0:", T)
    assert packing.read(tmp_path / "b.zip", KEY).schema == "0009"
    restoring.restore(fresh(tmp_path), tmp_path / "b.zip", KEY, T)

    open_store(fresh(tmp_path)).close()


def test_a_backup_of_a_newer_schema_is_refused(tmp_path, clock):
    house = full(tmp_path, clock)
    with house.store.write() as tx:
        tx.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    packed(house, tmp_path / "b.zip")

    with pytest.raises(StoreError, match="newer huiyin"):
        restoring.restore(fresh(tmp_path), tmp_path / "b.zip", house.key, T)


def test_a_backup_is_of_one_moment(house, tmp_path, clock):
    """What is written while it is made isn't in it, not even in part."""
    with house.store.read() as tx:
        was = list(packing.sheets(tx, house.key))
        move(house, State.RESOLVED, clock)
        manifest = packing.pack(tx, tmp_path / "b.zip", house.key, "", T)

    assert list(manifest.sheets) == was
    assert list(stands(house.store, house.key).values()) != was


@pytest.fixture
def daily(tmp_path, clock):
    house = build(tmp_path, Web([listed()]))
    wanted = replace(house.settings.backup, folder=tmp_path / "backups", keep=2)
    return replace(house, settings=replace(house.settings, backup=wanted))


def names(house):
    return sorted(path.name for path in house.settings.backup.folder.glob("*"))


def test_one_backup_a_day_and_the_newest_are_kept(daily, clock):
    for day in range(4):
        for _ in range(3):
            assert keeping.backup(daily, clock) is False
            clock.move(minutes=1)
        with daily.store.read() as tx:
            assert keeping.age(tx, clock()) == timedelta(minutes=3)
        assert len(names(daily)) == min(day + 1, 2)
        clock.move(days=1)
    assert packing.check(daily.settings.backup.folder / names(daily)[-1], daily.key).rows > 0


def test_without_a_folder_there_is_none(daily, clock):
    wanted = replace(daily.settings.backup, folder=None)
    assert keeping.backup(replace(daily, settings=replace(daily.settings, backup=wanted)), clock) is False
    with daily.store.read() as tx:
        assert keeping.age(tx, clock()) is None


def test_a_backup_that_cannot_be_made_is_tried_again_in_an_hour(daily, clock):
    daily.settings.backup.folder.write_text("no folder")
    with pytest.raises(StoreError, match="can't be made"):
        keeping.backup(daily, clock)
    assert keeping.backup(daily, clock) is False
    clock.move(minutes=61)
    daily.settings.backup.folder.unlink()
    keeping.backup(daily, clock)
    assert len(names(daily)) == 1


def test_what_a_dead_process_left_is_removed(daily, clock):
    daily.settings.backup.folder.mkdir()
    (daily.settings.backup.folder / "huiyin-20200101T000000Z.zip.part").write_text("half")
    keeping.backup(daily, clock)
    assert not any(name.endswith(".part") for name in names(daily))


def test_a_clock_that_was_set_back_stops_no_backup(daily, clock):
    keeping.backup(daily, clock)
    clock.move(days=-3)
    keeping.backup(daily, clock)
    assert len(names(daily)) == 2


def test_the_key_is_nowhere_in_it(tmp_path, clock):
    house = full(tmp_path, clock)
    packed(house, tmp_path / "b.zip")
    key = keys.load(house.settings.key_file)
    with ZipFile(tmp_path / "b.zip") as archive:
        whole = b"".join(archive.read(name) for name in archive.namelist())
    assert key not in whole
    assert key.hex().encode() not in whole
