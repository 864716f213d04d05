"""Killed between claim, fetch and result of a look at a page: what is found is told once all the same."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor import daemon
from tests.dying import Dying, die, in_child
from tests.homes import HIDDEN, pass_time, row, serving
from tests.houses import Clock, T, all_records, drain, mails, transitions

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def home():
    with serving(Clock()) as home:
        home.beside = HIDDEN
        yield home


def check(folder, home):
    """What a restarted daemon makes of it."""
    house = home.house(folder)
    clock = Clock(T + timedelta(seconds=30))
    with daemon.alone(house):
        for _ in range(3):
            drain(house, clock)
            clock.move(minutes=2)
    (record,) = all_records(house)
    assert transitions(house, record) == ["opened", "told"]
    assert len({mail["Message-ID"] for mail in mails(house)}) == 1
    assert row(house, "lease, fetches") == (None, 1)
    with house.store.read() as tx:
        assert tx.exec_driver_sql("SELECT count(*) FROM version").scalar() == 1
    house.store.close()


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("n", [1, 2])  # the claim, the result
def test_killed_around_a_commit(tmp_path, home, n, when):
    def work():
        house = home.house(tmp_path)
        drain(house, Clock(), ["collect"])
        drain(replace(house, store=Dying(house.store, n, when)), Clock(), ["look"])

    assert in_child(work)
    check(tmp_path, home)


@pytest.mark.parametrize("where", ["before the fetch", "after the fetch"])
def test_killed_in_the_middle(tmp_path, home, where):
    def work():
        house = home.house(tmp_path)

        def fetch(*given, **named):
            if where == "after the fetch":
                house.fetch(*given, **named)
            die()

        drain(replace(house, fetch=fetch), Clock(), ["collect", "look"])

    assert in_child(work)
    check(tmp_path, home)


def test_a_page_leaves_its_lease_to_whoever_comes_after(tmp_path, home):
    """Without a restart the lease ends by itself; nobody else looks before."""

    def work():
        house = home.house(tmp_path)
        drain(replace(house, fetch=lambda *_given, **_named: die()), Clock(), ["collect", "look"])

    assert in_child(work)
    house, clock = home.house(tmp_path), Clock(T + timedelta(minutes=1))
    drain(house, clock, ["collect", "look"])
    assert row(house, "fetches") == (0,)
    pass_time(house, clock, timedelta(hours=1), timedelta(minutes=30))
    assert row(house, "fetches") == (1,)
