"""Messages that say the same of the same matter: one record with a count, each with its own time, never danger."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from classifiers.finding import Kind
from monitor.model import State
from monitor.store.promise_tables import promise
from tests.boards import ANSWERING, MIDNIGHT, Box, alerts, board_house, reach
from tests.boards import at as live_until
from tests.houses import T, all_records, drain, move, only_record, text_of, transitions

MINUTE = timedelta(minutes=1)
NOISE = "东苑小区北门的工地每天半夜还在打桩，老人孩子整夜睡不好，多次反映没有结果，请城管部门管一管。"
ON_BOTH = pytest.mark.usefixtures("each_database")


@pytest.fixture
def box():
    return Box()


@pytest.fixture
def house(tmp_path, box):
    return board_house(tmp_path, box)


def post(box, numbers, **fields):
    for n in numbers:
        box.post(str(n), T + n * MINUTE, text=f"{NOISE}盼复。第{n}次写信", title="半夜施工", **fields)


@ON_BOTH
def test_they_have_one_record_and_one_mail_that_counts_and_lists_them(house, box, clock):
    post(box, range(1, 25))
    box.post("99", T, title="路灯", text="东苑小区南门的路灯坏了一个月了，晚上看不见路，老人摔过跤，请尽快来修一修。")
    drain(house, clock)
    live_until(house, clock, MIDNIGHT + 6 * MINUTE)

    assert len([record for record in all_records(house) if record.kind is Kind.REPLY_OVERDUE]) == 2
    first, _ = (mail for mail in alerts(house) if "未答复" in mail["Subject"])
    assert "24条留言说的是同一件事" in text_of(first).splitlines()[0]
    assert "，留言编号 1，应于昨天（11月19日）23:59前答复" in text_of(first)
    assert "另有4条没有列出" in text_of(first)
    with house.store.read() as tx:
        assert len({row.item_id for row in tx.execute(select(promise).where(promise.c.due_at.is_not(None)))}) == 25


def test_answering_one_silences_no_other(house, box, clock):
    post(box, range(1, 4))
    drain(house, clock)
    live_until(house, clock, MIDNIGHT + 6 * MINUTE)
    box.answer("1", clock.now)
    box.answer("3", clock.now)
    live_until(house, clock, MIDNIGHT + timedelta(days=2))
    record = only_record(house)
    assert (record.state, reach(house)) == (State.OPEN, "11-04")
    assert "已答复或已撤回" in text_of(alerts(house)[-1])

    del box.messages["2"]
    box.gone = ("2",)
    live_until(house, clock, clock.now + timedelta(hours=1))

    assert only_record(house).state is State.RESOLVED


def test_one_that_becomes_late_later_joins_and_restarts_nothing(house, box, clock):
    post(box, [1])
    drain(house, clock)
    live_until(house, clock, T + timedelta(days=2))
    box.post("2", clock.now, text=f"{NOISE}盼复。", title="半夜施工")
    live_until(house, clock, MIDNIGHT + 6 * MINUTE)
    before = only_record(house)

    live_until(house, clock, MIDNIGHT + timedelta(days=2, minutes=12))

    assert only_record(house).deadline == before.deadline
    assert "joined" in transitions(house, before)


def test_after_a_record_is_closed_by_a_person_the_next_opens_another(house, box, clock):
    post(box, [1])
    drain(house, clock)
    live_until(house, clock, T + timedelta(days=1))
    box.post("2", clock.now, text=f"{NOISE}盼复。", title="半夜施工")
    live_until(house, clock, MIDNIGHT + 6 * MINUTE)
    move(house, State.RESOLVED, clock)

    live_until(house, clock, MIDNIGHT + timedelta(days=1, minutes=12))

    assert [record.state for record in all_records(house)].count(State.OPEN) == 1
    assert len(all_records(house)) == 2


def test_danger_is_never_put_together(house, box, clock):
    for n in (1, 2):
        box.post(
            str(n), T, title="闻到煤气味", text="东苑小区3栋楼道里有很重的煤气味，现在还在漏，请马上派人来，别再拖了。"
        )
    drain(house, clock)
    live_until(house, clock, MIDNIGHT + 6 * MINUTE)

    assert [record.kind for record in all_records(house)].count(Kind.HAZARD) == 2
    assert [record.kind for record in all_records(house)].count(Kind.REPLY_OVERDUE) == 2


def test_what_stood_there_at_first_contact_joins_nothing(house, box, clock):
    post(box, [1])
    drain(house, clock)
    box.post("old", T - timedelta(days=90), text=f"{NOISE}盼复。", title="半夜施工")
    live_until(house, clock, MIDNIGHT + 6 * MINUTE)

    assert len(all_records(house)) == 1  # shown late with an old date: late at once, and told


def test_two_platforms_are_kept_apart(tmp_path, box, clock):
    second = (
        '[[platform]]\nname = "letters"\ntitle = "局长信箱"\nurl = "http://127.0.0.1:9/b.json"\nsurface = "private"\n'
    )
    text = ANSWERING.replace(
        "[policy.default]\n",
        second + 'networks = ["127.0.0.0/8"]\nkind = "board"\n[platform.fields]\nreply = "reply"\n[policy.default]\n',
    )
    house = board_house(tmp_path, box, text)
    post(box, [1])
    drain(house, clock)
    live_until(house, clock, MIDNIGHT + 6 * MINUTE)

    assert sorted(record.platform for record in all_records(house)) == ["letters", "website"]
