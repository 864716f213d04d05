"""The clock is set while the service runs, or while it was stopped: told once, and nobody is told late or twice."""

import threading
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import apscheduler.schedulers.base
import pytest

from monitor import daemon, watch
from monitor.channels.supervisor import Supervisor
from monitor.errors import DeliveryError
from monitor.model import State
from monitor.store import outbox, records, views, watched
from tests.houses import (
    CONFIGURATION,
    Clock,
    T,
    Web,
    all_records,
    build,
    drain,
    item,
    mails,
    only_record,
    text_of,
    transitions,
)

STAGES = tuple(daemon.STAGES)
GAS = "小区楼道里有很浓的燃气味，已经有人头晕，请马上派人来看"

databases = pytest.mark.usefixtures("each_database")


def jump(house, clock, by):
    """The clock is set, as the main thread sees it."""
    clock.now += by
    house.sentry.jumps.append(by)
    watch.watch(house, clock, STAGES)


def told(house):
    """How many mails each address got about records."""
    return Counter(each["to"] for each in mails(house) if "2026-" in each["subject"])


@databases
def test_set_back_two_hours_nobody_is_told_late_or_twice(tmp_path):
    house, clock = build(tmp_path, Web([item(GAS, name="gas")])), Clock()
    drain(house, clock)
    assert told(house) == {"duty@agency.example": 1}
    deadline = only_record(house).deadline

    clock.move(minutes=10)
    jump(house, clock, timedelta(hours=-2))
    drain(house, clock)
    assert told(house) == {"duty@agency.example": 1}

    clock.move(minutes=19)
    drain(house, clock)
    assert told(house) == {"duty@agency.example": 1}
    clock.move(minutes=2)
    drain(house, clock)
    assert told(house)["leader@agency.example"] == 1
    assert told(house)["duty@agency.example"] == 1

    (said,) = [each for each in mails(house) if "时间被改动" in each["subject"]]
    assert "拨回了2小时" in text_of(said)
    assert "提前的事项有1件" in text_of(said)
    assert only_record(house).deadline == deadline - timedelta(hours=2)  # it was opened in what is now the future
    assert "set_back" in transitions(house, only_record(house))

    jump(house, clock, timedelta(hours=2))
    drain(house, clock)
    assert sum("时间被改动" in each["subject"] for each in mails(house)) == 1  # once a day
    with house.store.read() as tx:
        assert [by for _, by in watched.jumps(tx, T - timedelta(days=1), T + timedelta(days=1))] == [
            timedelta(hours=-2),
            timedelta(hours=2),
        ]


def test_a_deadline_that_people_were_told_stays(tmp_path):
    house, clock = build(tmp_path, Web([item(GAS, name="gas")])), Clock()
    drain(house, clock)
    before = only_record(house)

    clock.move(hours=1)
    jump(house, clock, timedelta(minutes=-20))
    after = only_record(house)
    assert after.deadline == before.deadline
    assert after.next_step_at == before.next_step_at - timedelta(minutes=20)


@databases
def test_a_mail_that_waits_to_be_tried_again_waits_no_longer(tmp_path):
    tries = []

    def busy(_notification, _begins):
        tries.append(clock())
        raise DeliveryError("mail.agency.example: 451 later")

    house, clock = replace(build(tmp_path, Web([item(GAS, name="gas")])), send=busy), Clock()
    drain(house, clock)
    assert len(tries) == 1
    clock.move(minutes=0)
    jump(house, clock, timedelta(hours=-2))
    clock.move(minutes=6)
    drain(house, clock, ("deliver",))
    assert len(tries) >= 2


def test_after_three_days_asleep_there_is_no_flood(tmp_path):
    web = Web([item(f"{GAS}，{n}号楼", name=f"gas{n}") for n in range(5)])
    house, clock = build(tmp_path, web), Clock()
    drain(house, clock)
    before = told(house)
    assert before == {"duty@agency.example": 5}

    jump(house, clock, timedelta(days=3))
    for _ in range(3):
        drain(house, clock)
        clock.move(seconds=5)

    after = told(house)
    assert after["duty@agency.example"] - before["duty@agency.example"] <= 5  # one for each record, whatever was missed
    assert after["leader@agency.example"] == 5
    said = Counter((each["to"], each["subject"].partition("：")[0]) for each in mails(house))
    assert said["duty@agency.example", "回音"] == 1  # that the clock went on
    assert max(count for (_, subject), count in said.items() if subject == "超过时限") == 1


@databases
def test_what_lies_in_the_future_at_the_start_is_said_plainly_once(tmp_path, caplog):
    house, clock = build(tmp_path, Web([item(GAS, name="gas")])), Clock()
    drain(house, clock)
    with house.store.write() as tx:
        views.set_beat(tx, "collect", clock(), "")

    clock.move(hours=-2)
    with caplog.at_level("ERROR", "huiyin"):
        watch.start(house, clock())
    assert any(line.startswith("clock_behind") for line in caplog.messages)
    with house.store.write() as tx:
        views.set_beat(tx, "collect", clock(), "")  # as the first tick does
    before = only_record(house).next_step_at
    watch.start(house, clock())
    assert only_record(house).next_step_at == before
    assert before == T + timedelta(minutes=30) - timedelta(hours=2)
    drain(house, clock)
    (said,) = [each for each in mails(house) if "时间被改动" in each["subject"]]
    assert "停机期间时间被拨回过" in text_of(said)


def test_records_that_are_closed_are_left_alone(tmp_path):
    house, clock = build(tmp_path, Web([item(GAS, name="gas")])), Clock()
    drain(house, clock)
    with house.store.write() as tx:
        (record, *_) = views.open_records(tx)
        records.move(tx, record, State.RESOLVED, records.Transition(clock(), "resolved", "duty", "done"))
        assert watched.set_back(tx, timedelta(hours=2), clock()) == 0
        assert outbox.exists(tx, f"record:{record.id}:1:duty")
    assert all_records(house)[0].state is State.RESOLVED


class Shifted(datetime):
    """The hour as a clock says that is set back."""

    by = timedelta(0)

    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + cls.by


def test_the_stages_go_on_when_the_clock_is_set_back(tmp_path, monkeypatch):
    """The scheduler keeps due times by the clock: left to itself it would sleep for two hours."""
    house = build(tmp_path, Web(), CONFIGURATION)
    ran, again, noted = threading.Event(), threading.Event(), threading.Event()
    note = watch._note_jump

    def stage(_house, _clock):
        (again if Shifted.by else ran).set()
        return False

    def noting(*given, **more):
        note(*given, **more)
        noted.set()

    monkeypatch.setattr(watch, "_note_jump", noting)
    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", Shifted)
    monkeypatch.setattr(daemon, "clock", lambda: Shifted.now(daemon.UTC))
    monkeypatch.setattr(daemon, "STAGES", {"classify": (stage, 1)})
    monkeypatch.setattr(Shifted, "by", timedelta(0))
    stop = threading.Event()
    thread = threading.Thread(target=daemon.run, args=(house, stop, Supervisor()))
    thread.start()
    try:
        assert ran.wait(20)
        Shifted.by = timedelta(hours=-2)
        assert again.wait(20)
        assert noted.wait(20)
    finally:
        stop.set()
        thread.join()
    with house.store.read() as tx:
        jumps = watched.jumps(tx, datetime.now(daemon.UTC) - timedelta(days=1), datetime.now(daemon.UTC))
    assert [round(by / timedelta(hours=1), 1) for _, by in jumps] == [-2.0]
