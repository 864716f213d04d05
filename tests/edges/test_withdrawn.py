"""Messages that are withdrawn, come back, or were late before anybody watched; crashes; how far a pass goes back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from classifiers.finding import Kind
from monitor.errors import CollectError
from monitor.model import State
from monitor.store import standing, views
from tests.boards import MIDNIGHT, Box, at, board_house, passes, reach, remembered
from tests.dying import Dying, in_child
from tests.houses import T, all_records, drain, only_record, transitions

MINUTE = timedelta(minutes=1)
ON_BOTH = pytest.mark.usefixtures("each_database")  # where the store has most to do


@pytest.fixture
def box():
    return Box()


@pytest.fixture
def house(tmp_path, box):
    return board_house(tmp_path, box)


# withdrawn


@ON_BOTH
def test_a_message_that_the_platform_says_is_gone_waits_no_longer(house, box, clock):
    box.post("1", T)
    box.post("410105198711039981", T, title="", link="")  # a number that is not kept as it is
    drain(house, clock)
    at(house, clock, T + timedelta(days=1))
    box.messages, box.gone, box.complete = {}, ("1", "410105198711039981"), False
    at(house, clock, MIDNIGHT + timedelta(days=1))

    assert all_records(house) == []


def test_a_message_withdrawn_when_it_was_late_closes_its_record(house, box, clock):
    box.post("1", T)
    drain(house, clock)
    at(house, clock, MIDNIGHT + timedelta(hours=1))
    box.messages, box.gone = {}, ("1",)
    at(house, clock, clock.now + timedelta(hours=1))

    record = only_record(house)
    assert (record.state, transitions(house, record)[-1]) == (State.RESOLVED, "withdrawn")


def test_three_complete_listings_without_it_mean_withdrawn(house, box, clock):
    box.post("1", T)
    box.post("2", T)
    drain(house, clock)
    del box.messages["1"]

    passes(house, clock, 2)
    assert remembered(house, "missed", "withdrawn_at") == {"1": (2, None), "2": (0, None)}
    box.complete = False
    passes(house, clock, 5)
    assert remembered(house, "missed")["1"] == 2
    box.complete = True
    passes(house, clock, 1)
    assert remembered(house, "withdrawn_at")["1"] is not None
    at(house, clock, MIDNIGHT + timedelta(hours=1))
    assert only_record(house).subject == "第2封"


def test_a_message_that_is_seen_again_begins_to_be_missed_anew(house, box, clock):
    box.post("1", T)
    drain(house, clock)
    message = box.messages.pop("1")
    box.post("2", T)
    for _ in range(4):
        passes(house, clock, 2)
        box.messages["1"] = message
        passes(house, clock, 1)
        del box.messages["1"]

    assert remembered(house, "missed", "withdrawn_at")["1"] == (0, None)


@ON_BOTH
def test_a_withdrawn_message_that_comes_back_waits_since_it_first_did(house, box, clock):
    box.post("1", T)
    drain(house, clock)
    at(house, clock, MIDNIGHT + timedelta(hours=1))
    message = box.messages.pop("1")
    box.post("2", clock.now)
    passes(house, clock, 3)
    assert transitions(house, only_record(house))[-1] == "withdrawn"

    box.messages["1"] = message
    passes(house, clock, 1)
    assert [(record.state, record.waits_since) for record in all_records(house)] == [
        (State.OPEN, T),
        (State.RESOLVED, T),
    ]


def test_what_could_not_be_masked_is_not_missing(house, box, clock):
    box.post("1", T)
    box.post("2", T)
    drain(house, clock)
    box.change("1", text=None)
    passes(house, clock, 5)

    assert remembered(house, "missed", "withdrawn_at")["1"] == (0, None)


# the rest


def test_trouble_midway_keeps_what_was_read_and_counts_as_a_failure(house, box, clock):
    box.post("1", T, "东苑小区3栋楼道里煤气味很重，阀门一直在漏气，快派人来！")
    box.trouble = CollectError("http_500", "page 3")
    drain(house, clock)
    assert [record.kind for record in all_records(house)] == [Kind.HAZARD]

    passes(house, clock, 3)
    assert {record.kind for record in all_records(house)} == {Kind.HAZARD, Kind.SITE_DOWN}
    box.trouble = None
    passes(house, clock, 1)
    assert "back" in transitions(house, next(r for r in all_records(house) if r.kind is Kind.SITE_DOWN))


def test_a_message_that_is_shown_only_when_it_is_late_is_told(house, box, clock):
    box.post("1", T)
    box.answer("1")
    drain(house, clock)
    box.post("2", T - timedelta(days=20))
    passes(house, clock, 1)

    assert only_record(house).subject == "第2封"


@ON_BOTH
def test_what_was_late_at_first_contact_calls_nobody_and_can_be_adopted(house, box, clock):
    box.post("1", T - timedelta(days=90))
    box.post("2", T - timedelta(days=14))
    box.post("3", T - timedelta(days=90))
    box.answer("3", T - timedelta(days=80))
    drain(house, clock)
    assert all_records(house) == []
    with house.store.read() as tx:
        (found,) = standing.standing(tx, ["website"])
    assert (found.kind, found.subject) == (Kind.REPLY_OVERDUE, "第1封")

    box.change("3", reply=None)
    at(house, clock, T + timedelta(days=2))
    assert {record.subject for record in all_records(house)} == {"第2封", "第3封"}
    with house.store.write() as tx:
        standing.adopt(tx, [found.item])
    at(house, clock, clock.now + timedelta(hours=1))
    assert {record.subject for record in all_records(house)} == {"第1封", "第2封", "第3封"}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("n", range(1, 13))
def test_a_crash_in_the_middle_loses_and_doubles_nothing(tmp_path, box, clock, n, when):
    clock.now = MIDNIGHT - MINUTE
    house = board_house(tmp_path, box, now=clock.now)
    box.post("1", T)
    drain(house, clock)
    house.store.close()
    clock.move(minutes=7)

    def work():
        dying = board_house(tmp_path, box)
        drain(replace(dying, store=Dying(dying.store, n, when)), clock)

    assert in_child(work)
    clock.move(hours=1)
    house = board_house(tmp_path, box)
    drain(house, clock)
    at(house, clock, clock.now + timedelta(hours=2))

    assert only_record(house).kind is Kind.REPLY_OVERDUE
    with house.store.read() as tx:
        assert len(views.explain(tx)) == 1
    house.store.close()


@ON_BOTH
def test_the_place_is_kept_only_where_somebody_may_have_to_go(house, box, clock):
    box.post("1", T, "楼道里煤气味很重，阀门一直在漏气，快派人来！", place="东苑小区3栋，电话13900000000")
    box.post("2", T, "公租房什么时候摇号", place="翠屏小区9号楼")
    drain(house, clock, ["collect"])
    assert remembered(house, "place") == {"1": "东苑小区3栋，电话139******00", "2": "翠屏小区9号楼"}

    drain(house, clock)
    assert remembered(house, "place") == {"1": "东苑小区3栋，电话139******00", "2": ""}
    box.change("2", text="翠屏小区楼道里煤气味很重，阀门一直在漏气，快派人来！")
    passes(house, clock, 1)
    assert remembered(house, "place")["2"] == "翠屏小区9号楼 翠屏小区楼道"
    assert {record.place for record in all_records(house)} == {
        "东苑小区3栋，电话139******00",
        "翠屏小区9号楼 翠屏小区楼道",
    }


@ON_BOTH
def test_a_pass_is_told_how_far_back_it_must_go(house, box, clock):
    box.post("1", T - timedelta(days=9))
    box.post("2", T - timedelta(days=1))
    box.post("3", T + timedelta(days=999))
    drain(house, clock)
    assert reach(house) == "10-26"

    box.answer("1")
    box.answer("3")
    passes(house, clock, 1)
    assert reach(house) == "11-03"
    box.answer("2")
    box.trouble = CollectError("timeout")
    box.post("4", T)
    passes(house, clock, 1)
    assert reach(house) == "11-03"  # what a broken pass didn't reach must be read by the next
    box.trouble = None
    box.answer("4")
    passes(house, clock, 1)
    assert reach(house) == "11-04"


def test_a_late_message_with_an_open_record_is_still_read(house, box, clock):
    box.post("1", T)
    drain(house, clock)
    at(house, clock, MIDNIGHT + timedelta(hours=1))
    box.post("2", clock.now)
    box.answer("2")
    passes(house, clock, 1)
    assert reach(house) == "11-04"
