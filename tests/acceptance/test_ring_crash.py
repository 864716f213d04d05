"""Killed at every point of ringing: it rings, nothing is doubled in the books, a repeat only where it is allowed."""

import json
import os
import signal
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from demo.animals import answer
from demo.zoo import Zoo
from monitor import daemon
from monitor.model import Channel, Outcome
from monitor.store.database import Store
from tests.dying import Dying, die, in_child
from tests.houses import Clock, T, Web, build, drain, item
from tests.ways import GAS, RINGING, told

STAGES = tuple(stage for stage in daemon.STAGES if stage != "deliver")  # the mail has its own crash tests
WRITES = 39  # more than there are on the way from the feed to a ring


class Gateway(Zoo):
    """Accepts every ring; ``before_answer`` runs when it has one and has not answered yet."""

    def __init__(self):
        super().__init__({"/sms": self.take})
        self.before_answer = lambda: None

    def take(self, request, wire):
        self.before_answer()
        answer('{"code": 0}')(request, wire)

    def rung(self):
        return [json.loads(request.body)["text"] for request in self.seen if request.body]


@pytest.fixture
def gateway():
    with Gateway() as zoo:
        yield zoo


def house_at(folder, gateway):
    return build(folder, Web([item(GAS)]), RINGING.replace("http://127.0.0.1:9/sms", gateway.url("/sms")))


def recover(folder, gateway):
    """What a restarted daemon does until all has come to rest; the rings it leaves."""
    house = house_at(folder, gateway)
    clock = Clock(T + timedelta(seconds=30))
    with daemon.alone(house):
        pass
    for _ in range(3):
        drain(house, clock, STAGES)
        clock.move(minutes=2)
    rings = [sent for sent in told(house) if sent.channel is Channel.RING]
    with house.store.read() as tx:
        begun = tx.exec_driver_sql(
            "SELECT count(data_at) FROM attempt JOIN notification ON notification_id = notification.id"
            " WHERE channel = 'ring'"
        ).scalar()
    house.store.close()
    return rings, begun


def check(folder, gateway, *, copies):
    rings, begun = recover(folder, gateway)

    assert [ring.state for ring in rings] == [Outcome.SENT]
    assert len(gateway.rung()) in copies
    assert len(gateway.rung()) <= begun
    assert len({request.headers["idempotency-key"] for request in gateway.seen}) == 1


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("n", range(WRITES - 10, WRITES + 1))  # the mail has died at the ones before
def test_killed_around_any_commit_it_rings(tmp_path, gateway, n, when):
    def work():
        house = house_at(tmp_path, gateway)
        drain(replace(house, store=Dying(house.store, n, when)), Clock(), STAGES)

    killed = in_child(work)

    check(tmp_path, gateway, copies={1} if not gateway.rung() else {1, 2})
    assert killed or n == WRITES


def test_the_kills_reach_the_last_commit_of_a_ring(tmp_path, gateway):
    writes, rung_after = [], []

    class Counting(Store):
        @contextmanager
        def write(self):
            writes.append(1)
            with super().write() as tx:
                yield tx

    house = house_at(tmp_path, gateway)

    def ring(notification, data_begins):
        answered = house.ring(notification, data_begins)
        rung_after.append(len(writes))
        return answered

    drain(replace(house, store=Counting(house.store._engine), ring=ring), Clock(), STAGES)

    assert WRITES - 8 < rung_after[0] < WRITES  # the next one writes the outcome


def test_killed_after_it_began_before_the_gateway_has_it(tmp_path, gateway):
    def work():
        house = house_at(tmp_path, gateway)

        def ring(_notification, data_begins):
            data_begins()
            die()

        drain(replace(house, ring=ring), Clock(), STAGES)

    assert in_child(work)
    check(tmp_path, gateway, copies={1})


def test_killed_when_the_gateway_has_it_before_its_answer(tmp_path, gateway):
    child = os.fork()
    if child == 0:
        try:
            drain(house_at(tmp_path, gateway), Clock(), STAGES)
        finally:
            os._exit(0)
    gateway.before_answer = lambda: os.kill(child, signal.SIGKILL) if len(gateway.seen) == 1 else None
    os.waitpid(child, 0)

    check(tmp_path, gateway, copies={2})
    assert len(set(gateway.rung())) == 1


def test_killed_after_the_answer_before_it_is_written(tmp_path, gateway):
    def work():
        house = house_at(tmp_path, gateway)

        def ring(notification, data_begins):
            house.ring(notification, data_begins)
            die()

        drain(replace(house, ring=ring), Clock(), STAGES)

    assert in_child(work)
    assert len(gateway.rung()) == 1
    check(tmp_path, gateway, copies={2})


def test_two_deaths_after_it_began_end_it_and_call_nobody_earlier(tmp_path, gateway):
    def work():
        house = house_at(tmp_path, gateway)

        def ring(_notification, data_begins):
            data_begins()
            die()

        with daemon.alone(house):
            drain(replace(house, ring=ring), Clock(T + timedelta(minutes=1)), STAGES)

    assert in_child(work)
    assert in_child(work)
    rings, begun = recover(tmp_path, gateway)

    assert ([ring.state for ring in rings], begun, gateway.rung()) == ([Outcome.UNKNOWN], 2, [])
