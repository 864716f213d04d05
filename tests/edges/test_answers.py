"""Messages that wait for an answer, hour by hour on a clock that is moved: who is late, from when, until when."""

from datetime import UTC, datetime, timedelta

import pytest

from classifiers.finding import Kind
from monitor.errors import CollectError
from monitor.model import State
from tests.boards import ANSWERING, MIDNIGHT, Box, alerts, at, board_house, remembered
from tests.houses import T, all_records, drain, move, only_record, platform_rows, text_of, transitions

MINUTE = timedelta(minutes=1)
ON_BOTH = pytest.mark.usefixtures("each_database")  # where the store has most to do


@pytest.fixture
def box():
    return Box()


@pytest.fixture
def house(tmp_path, box):
    return board_house(tmp_path, box)


def records_about_answers(house):
    return [record for record in all_records(house) if record.kind is Kind.REPLY_OVERDUE]


# when the clock begins


@pytest.mark.parametrize(
    ("posted", "begins"),
    [
        (T - timedelta(days=2), T - timedelta(days=2)),
        (T, T),
        (T + timedelta(days=9), T),
        (None, T),
    ],
    ids=["posted before it was seen", "seen at once", "posted in the future", "posted nobody knows when"],
)
def test_the_clock_begins_when_it_was_posted_or_first_seen(house, box, clock, posted, begins):
    box.post("1", posted)
    drain(house, clock)

    late = datetime(2026, 11, (begins + timedelta(hours=8)).day + 16, tzinfo=UTC) - timedelta(hours=8)
    at(house, clock, late - MINUTE)
    assert all_records(house) == []
    at(house, clock, late + 6 * MINUTE)

    record = only_record(house)
    assert (record.kind, record.waits_since, record.subject) == (Kind.REPLY_OVERDUE, begins, "第1封")


def test_edits_never_restart_it(house, box, clock):
    box.post("1", T)
    for n in range(42):
        box.change("1", text=f"第{n}次修改", published_at=T + timedelta(hours=9 * n), title=f"催办{n}")
        at(house, clock, T + timedelta(hours=9 * (n + 1)))

    assert only_record(house).waits_since == T
    assert MIDNIGHT <= only_record(house).opened_at <= MIDNIGHT + timedelta(hours=9)


def test_a_message_of_the_last_minute_of_a_day_has_as_many_days_as_one_of_the_first(house, box, clock):
    day = datetime(2026, 11, 4, 16, tzinfo=UTC)  # the 5th begins
    clock.now = day
    box.post("1", day)
    drain(house, clock)
    at(house, clock, day + timedelta(hours=23, minutes=59))
    box.post("2", clock.now)
    at(house, clock, datetime(2026, 11, 20, 15, 59, tzinfo=UTC))
    assert all_records(house) == []

    at(house, clock, datetime(2026, 11, 20, 16, 6, tzinfo=UTC))
    assert {record.subject for record in all_records(house)} == {"第1封", "第2封"}


def test_it_is_told_once_and_then_like_any_record(house, box, clock):
    box.post("1", T)
    drain(house, clock)
    at(house, clock, MIDNIGHT + timedelta(minutes=20), every=timedelta(hours=3))

    (mail,) = alerts(house)
    assert "留言超期未答复" in mail["Subject"]
    assert "11月4日" in text_of(mail).splitlines()[0]
    assert "15天" in text_of(mail).splitlines()[0]
    assert "留言编号 1" in text_of(mail)
    at(house, clock, MIDNIGHT + timedelta(days=2))
    assert len(records_about_answers(house)) == 1
    assert transitions(house, only_record(house))[:2] == ["opened", "told"]


def test_nobody_waits_where_no_answers_are_shown(tmp_path, box, clock):
    house = board_house(tmp_path, box, ANSWERING.replace('reply = "reply"', 'place = "address"'))
    box.post("1", T)
    drain(house, clock)

    at(house, clock, MIDNIGHT + timedelta(days=9), every=timedelta(days=1))

    assert all_records(house) == []


def test_what_could_not_be_looked_at_since_is_not_called_late(house, box, clock):
    box.post("1", T)
    drain(house, clock)
    at(house, clock, MIDNIGHT - MINUTE)
    standing_there, box.messages, box.trouble = box.messages, {}, CollectError("timeout")
    at(house, clock, MIDNIGHT + timedelta(days=3))
    assert records_about_answers(house) == []

    box.messages, box.trouble = standing_there, None
    box.answer("1", MIDNIGHT - timedelta(hours=1))
    at(house, clock, clock.now + timedelta(hours=7))
    assert records_about_answers(house) == []


# answers


def test_an_answer_in_time_means_nobody_hears_of_it(house, box, clock):
    box.post("1", T)
    drain(house, clock)
    at(house, clock, MIDNIGHT - timedelta(minutes=10))
    box.answer("1", clock.now)
    at(house, clock, MIDNIGHT + timedelta(days=1))

    assert alerts(house) == []


def test_an_answer_closes_the_record_by_itself(house, box, clock):
    box.post("1", T)
    drain(house, clock)
    at(house, clock, MIDNIGHT + timedelta(hours=1))
    box.answer("1")
    at(house, clock, clock.now + timedelta(hours=1))

    record = only_record(house)
    assert (record.state, transitions(house, record)[-1]) == (State.RESOLVED, "answered")


@ON_BOTH
def test_an_answer_that_is_removed_opens_a_new_record(house, box, clock):
    box.post("1", T)
    drain(house, clock)
    at(house, clock, MIDNIGHT + timedelta(hours=1))
    box.answer("1")
    at(house, clock, clock.now + timedelta(hours=1))
    box.change("1", reply=None)
    at(house, clock, clock.now + timedelta(hours=1))

    first, second = sorted(all_records(house), key=lambda record: record.number)
    assert (first.state, second.state, second.waits_since) == (State.RESOLVED, State.OPEN, T)


def test_an_answer_removed_before_it_is_late_waits_on(house, box, clock):
    box.post("1", T)
    box.answer("1")
    drain(house, clock)
    at(house, clock, T + timedelta(days=1))
    box.change("1", reply=None)
    at(house, clock, MIDNIGHT - MINUTE)
    assert all_records(house) == []

    at(house, clock, MIDNIGHT + timedelta(hours=1))
    assert only_record(house).waits_since == T


@ON_BOTH
def test_after_dismissing_it_never_opens_again(house, box, clock):
    box.post("1", T)
    drain(house, clock)
    at(house, clock, MIDNIGHT + timedelta(hours=1))
    move(house, State.DISMISSED, clock)
    for reply in (True, False, True, False):
        box.answer("1") if reply else box.change("1", reply=None)
        at(house, clock, clock.now + timedelta(hours=2))

    assert len(all_records(house)) == 1


def test_after_resolving_by_hand_it_stays_resolved_while_nothing_changes(house, box, clock):
    box.post("1", T)
    drain(house, clock)
    at(house, clock, MIDNIGHT + timedelta(hours=1))
    move(house, State.RESOLVED, clock)
    box.change("1", text="请尽快")
    at(house, clock, clock.now + timedelta(days=3))

    assert len(all_records(house)) == 1


@pytest.mark.parametrize(
    ("says", "kept"),
    [
        (None, T + timedelta(days=1)),
        (T - timedelta(days=400), T + timedelta(days=1)),
        (T + timedelta(days=400), T + timedelta(days=1)),
        (T + timedelta(hours=5), T + timedelta(hours=5)),
        (T - timedelta(hours=10), T),  # the midnight of its day
    ],
    ids=["nothing", "before it was posted", "in the future", "the truth", "the day only"],
)
def test_the_date_of_an_answer_is_believed_when_it_can_be(house, box, clock, says, kept):
    box.post("1", T)
    drain(house, clock)
    clock.move(days=1)
    box.answer("1", says)
    drain(house, clock)

    assert remembered(house, "replied_at")["1"] == kept


@ON_BOTH
def test_answers_that_disappear_all_at_once_are_the_board_s_fault(house, box, clock):
    for number in "123456789":
        box.post(number, T - timedelta(days=30))
        box.answer(number, T - timedelta(days=25))
    drain(house, clock)
    for number in "12345678":
        box.change(number, reply=None)
    at(house, clock, T + timedelta(hours=7))

    assert all_records(house) == []
    assert platform_rows(house)[0].error == "replies_gone"

    box.answer("1")
    for number in "2345678":
        box.answer(number)
    box.change("3", reply=None)
    at(house, clock, T + timedelta(hours=14))
    assert only_record(house).subject == "第3封"
    assert platform_rows(house)[0].error == ""
