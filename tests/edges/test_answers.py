"""Messages that wait for an answer, hour by hour on a clock that is moved: who is late, from when, and when no more."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from classifiers.finding import Kind
from monitor.errors import CollectError
from monitor.model import State
from monitor.store import standing, views
from tests.boards import ANSWERING, Box, board_house
from tests.dying import Dying, in_child
from tests.houses import (
    T,
    all_records,
    drain,
    mails,
    move,
    only_record,
    platform_rows,
    text_of,
    transitions,
)

MIDNIGHT = datetime(2026, 11, 19, 16, tzinfo=UTC)  # the 20th begins in Shanghai: a message of the 4th is late
MINUTE = timedelta(minutes=1)


@pytest.fixture
def box():
    return Box()


@pytest.fixture
def house(tmp_path, box):
    return board_house(tmp_path, box)


def at(house, clock, moment, *, every=timedelta(hours=6)):
    """Live until ``moment``, reading the board now and then."""
    while clock.now < moment:
        clock.now = min(clock.now + every, moment)
        drain(house, clock)


def waiting(house, *columns):
    """What is remembered of each message, by number."""
    with house.store.read() as tx:
        rows = tx.exec_driver_sql(f"SELECT external_id, {', '.join(columns)} FROM item").all()
    return {row[0]: tuple(row[1:]) if len(columns) > 1 else row[1] for row in rows}


def alerts(house):
    return [mail for mail in mails(house) if "周报" not in mail["Subject"]]


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

    assert waiting(house, "replied_at")["1"][:16] == f"{kept:%Y-%m-%d %H:%M}"


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


# withdrawn


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


def passes(house, clock, n):
    for _ in range(n):
        clock.move(minutes=6)
        drain(house, clock)


def test_three_complete_listings_without_it_mean_withdrawn(house, box, clock):
    box.post("1", T)
    box.post("2", T)
    drain(house, clock)
    del box.messages["1"]

    passes(house, clock, 2)
    assert waiting(house, "missed", "withdrawn_at") == {"1": (2, None), "2": (0, None)}
    box.complete = False
    passes(house, clock, 5)
    assert waiting(house, "missed")["1"] == 2
    box.complete = True
    passes(house, clock, 1)
    assert waiting(house, "withdrawn_at")["1"] is not None
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

    assert waiting(house, "missed", "withdrawn_at")["1"] == (0, None)


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

    assert waiting(house, "missed", "withdrawn_at")["1"] == (0, None)


# the rest


def test_trouble_midway_keeps_what_was_read_and_counts_as_a_failure(house, box, clock):
    box.post("1", T, "东苑小区3栋楼道里煤气味很重，阀门一直在漏气，快派人来！")
    box.trouble = CollectError("http_500", "page 3")
    drain(house, clock)
    assert [record.kind for record in all_records(house)] == [Kind.HAZARD]

    passes(house, clock, 3)
    assert {record.kind for record in all_records(house)} == {Kind.HAZARD, Kind.SOURCE_BROKEN}
    box.trouble = None
    passes(house, clock, 1)
    assert "back" in transitions(house, next(r for r in all_records(house) if r.kind is Kind.SOURCE_BROKEN))


def test_a_message_that_is_shown_only_when_it_is_late_is_told(house, box, clock):
    box.post("1", T)
    box.answer("1")
    drain(house, clock)
    box.post("2", T - timedelta(days=20))
    passes(house, clock, 1)

    assert only_record(house).subject == "第2封"


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
    house = board_house(tmp_path, box)
    box.post("1", T)
    drain(house, clock)
    at(house, clock, MIDNIGHT - MINUTE)
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


def test_the_place_is_kept_only_where_somebody_may_have_to_go(house, box, clock):
    box.post("1", T, "楼道里煤气味很重，阀门一直在漏气，快派人来！", place="东苑小区3栋，电话13900000000")
    box.post("2", T, "公租房什么时候摇号", place="翠屏小区9号楼")
    drain(house, clock, ["collect"])
    assert waiting(house, "place") == {"1": "东苑小区3栋，电话139******00", "2": "翠屏小区9号楼"}

    drain(house, clock)
    assert waiting(house, "place") == {"1": "东苑小区3栋，电话139******00", "2": ""}
    box.change("2", text="翠屏小区楼道里煤气味很重，阀门一直在漏气，快派人来！")
    passes(house, clock, 1)
    assert waiting(house, "place")["2"] == "翠屏小区9号楼"
    assert {record.place for record in all_records(house)} == {"东苑小区3栋，电话139******00", "翠屏小区9号楼"}


def test_a_pass_is_told_how_far_back_it_must_go(house, box, clock):
    def reach():
        with house.store.read() as tx:
            return tx.exec_driver_sql("SELECT reach FROM cursor").scalar()

    box.post("1", T - timedelta(days=9))
    box.post("2", T - timedelta(days=1))
    box.post("3", T + timedelta(days=999))
    drain(house, clock)
    assert reach()[:10] == "2026-10-26"

    box.answer("1")
    box.answer("3")
    passes(house, clock, 1)
    assert reach()[:10] == "2026-11-03"
    box.answer("2")
    box.trouble = CollectError("timeout")
    box.post("4", T)
    passes(house, clock, 1)
    assert reach()[:10] == "2026-11-03"  # what a broken pass didn't reach must be read by the next
    box.trouble = None
    box.answer("4")
    passes(house, clock, 1)
    assert reach()[:10] == "2026-11-04"


def test_a_late_message_with_an_open_record_is_still_read(house, box, clock):
    box.post("1", T)
    drain(house, clock)
    at(house, clock, MIDNIGHT + timedelta(hours=1))
    box.post("2", clock.now)
    box.answer("2")
    passes(house, clock, 1)
    with house.store.read() as tx:
        assert tx.exec_driver_sql("SELECT reach FROM cursor").scalar()[:10] == "2026-11-04"
