"""Killed at every commit while a deputy is told and a shift changes: each is told once, nobody is left out."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor import daemon
from monitor.duty import Shift
from monitor.store import duties
from monitor.store.database import Store
from tests.dying import Dying, in_child
from tests.houses import Clock, T, Web, build, drain, item
from tests.rostered import ROSTERED
from tests.ways import GAS, told

LATER = T + timedelta(minutes=15)  # the deputy's turn, and a change of shift
WRITES = 16  # of the stage escalate then


def house_at(folder):
    return build(folder, Web([item(GAS)]), ROSTERED)


@pytest.fixture
def begun(tmp_path):
    """The holder of the shift has been told and has said nothing."""
    house = house_at(tmp_path)
    ends = T + timedelta(days=9)
    with house.store.write() as tx:
        duties.replace_shifts(
            tx,
            [
                Shift(duty="duty", person="jia", start=T - timedelta(hours=2), end=LATER),
                Shift(duty="duty", person="yi", start=LATER, end=ends),
            ],
        )
    drain(house, Clock())
    house.store.close()
    return tmp_path


def check(folder):
    house = house_at(folder)
    with daemon.alone(house):
        pass
    clock = Clock(LATER + timedelta(seconds=30))
    drain(house, clock)
    clock.move(minutes=11)
    drain(house, clock)
    sent = sorted((each.contact, each.subject.partition("：")[0]) for each in told(house))
    house.store.close()

    assert sent == [
        ("jia", "【紧急】险情·燃气泄漏"), ("jia", "交班"), ("jia", "接班"),
        ("yi", "【紧急·请您接手】险情·燃气泄漏"), ("yi", "接班"),
    ]  # fmt: skip


@pytest.mark.parametrize("n", range(1, WRITES + 1))
def test_killed_before_any_commit_each_is_told_once(begun, n):
    """Nothing outside is touched between two commits: after one is before the next."""

    def work():
        house = house_at(begun)
        drain(replace(house, store=Dying(house.store, n, "before")), Clock(LATER), ["escalate"])

    assert in_child(work)
    check(begun)


def test_the_kills_reach_the_last_commit(begun):
    writes = []

    class Counting(Store):
        @contextmanager
        def write(self):
            writes.append(1)
            with super().write() as tx:
                yield tx

    house = house_at(begun)
    drain(replace(house, store=Counting(house.store._engine)), Clock(LATER), ["escalate"])

    assert len(writes) == WRITES
    house.store.close()
    check(begun)
