"""Killed between claim, fetch, scan and result of a file: it is found once all the same; nothing stays on the disk."""

import os
import signal
import tracemalloc
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from demo import animals
from monitor import attach, daemon
from monitor.attachments import apart
from monitor.store.database import Store
from tests.attached import ID
from tests.dying import Dying, die, in_child
from tests.files import LIST, file, rows, serving
from tests.houses import Clock, T, all_records, drain, mails, transitions

pytestmark = pytest.mark.usefixtures("each_database")
COMMITS = (2, 4, 5, 6)  # what a pass brought, a claim, a result, the next claim; the others have tests of their own


BLOCK = b"0" * 100_000


@pytest.fixture
def site():
    with serving({"/list.xlsx": file(LIST)}) as site:
        yield site


def house_at(folder, site):
    site.web.items = [site.page("list.xlsx")]
    return site.house(folder)


def check(folder, site):
    """What a restarted daemon makes of it."""
    house = house_at(folder, site)
    clock = Clock(T + timedelta(seconds=30))
    with daemon.alone(house):
        for _ in range(3):
            drain(house, clock)
            clock.move(minutes=2)
    assert rows(house) == [("list.xlsx", "", 1)]
    (record,) = all_records(house)
    assert transitions(house, record) == ["opened", "told"]
    assert len({mail["Message-ID"] for mail in mails(house)}) == 1
    with house.store.read() as tx:
        assert tx.exec_driver_sql("SELECT count(*), count(DISTINCT external_id) FROM item").one() == (2, 2)
        assert tx.exec_driver_sql("SELECT count(*) FROM version").scalar() == 2
    left = [path for path in folder.rglob("*") if path.is_file()]
    assert [path.name for path in left if path.name.startswith("attachment")] == []
    assert [path for path in left if ID.encode() in path.read_bytes()] == []
    house.store.close()


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("n", COMMITS)
def test_killed_around_any_commit(tmp_path, site, n, when):
    def work():
        house = house_at(tmp_path, site)
        drain(replace(house, store=Dying(house.store, n, when)), Clock())

    assert in_child(work)
    check(tmp_path, site)


def test_these_are_the_commits(tmp_path, site):
    house, said = house_at(tmp_path, site), []

    class Saying(Store):
        @contextmanager
        def write(self):
            with super().write() as tx:
                yield tx
            said.append(rows(house, "lease IS NOT NULL, checked_at IS NOT NULL"))

    drain(replace(house, store=Saying(house.store._engine)), Clock(), ["collect", "attach"])

    assert [list(map(tuple, each)) for each in said] == [[], [(0, 0)], [(0, 0)], [(1, 0)], [(0, 1)], [(0, 1)]]


@pytest.mark.parametrize("where", ["before the fetch", "in the fetch", "after the fetch", "in the scan"])
def test_killed_in_the_middle(tmp_path, site, where):
    def work():
        house = house_at(tmp_path, site)

        def save(platform, url, into, limits, **validators):
            if where == "before the fetch":
                die()
            if where == "in the fetch":
                into.write(LIST[:500])
                into.flush()
                die()
            fetched = house.save(platform, url, into, limits, **validators)
            into.flush()
            if where == "after the fetch":
                die()
            return fetched

        if where == "in the scan":
            attach.apart.subprocess.Popen.communicate = lambda *_given, **_named: die()
        drain(replace(house, save=save), Clock())

    assert in_child(work)
    check(tmp_path, site)


def test_a_file_leaves_its_lease_to_whoever_comes_after(tmp_path, site):
    """Without a restart the lease ends by itself."""

    def work():
        house = house_at(tmp_path, site)
        drain(replace(house, save=lambda *_given, **_named: die()), Clock())

    assert in_child(work)
    house = house_at(tmp_path, site)
    clock = Clock(T + timedelta(minutes=1))
    drain(house, clock)
    early = rows(house)
    clock.move(minutes=20)
    drain(house, clock)

    assert (early, rows(house)) == ([("list.xlsx", "", 0)], [("list.xlsx", "", 1)])


def test_the_reader_is_killed(tmp_path, site, monkeypatch):
    """By the kernel, say, because memory is short: the file counts as unread, and is read again next time."""
    popen = apart.subprocess.Popen

    def doomed(*given, **named):
        process = popen(*given, **named)
        os.kill(process.pid, signal.SIGKILL)
        return process

    house, clock = house_at(tmp_path, site), Clock()
    with monkeypatch.context() as short:
        short.setattr(apart.subprocess, "Popen", doomed)
        drain(house, clock)
    before = rows(house)
    clock.move(days=8)
    drain(house, clock)

    assert before == [("list.xlsx", "crashed", 0)]
    assert rows(house) == [("list.xlsx", "", 1)]


def test_a_huge_file_costs_no_memory_of_ours(tmp_path, site):
    """Thirty megabytes arrive piece by piece: what is held at a time is a piece."""
    site.routes["/list.xlsx"] = pouring
    house = house_at(tmp_path, site)
    drain(house, Clock(), ["collect"])
    sizes = []

    def save(*given, **named):
        tracemalloc.start()
        fetched = house.save(*given, **named)
        sizes.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        return fetched

    attached = replace(house, save=save)
    while attach.attach(attached, Clock()):
        pass

    assert max(sizes) < 8_000_000
    assert rows(house) == [("list.xlsx", "broken", 0)]


def pouring(_request, wire):
    wire.send(animals.head(200, {"Content-Length": str(4 + 300 * len(BLOCK))}) + b"PK\3\4")
    for _ in range(300):
        wire.send(BLOCK)
