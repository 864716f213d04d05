"""What messages are promised, through the stages: by their purpose, warned before, late at the hour, hollow answers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from classifiers.finding import Kind, Purpose
from monitor import daemon, settings
from monitor.model import Reply, State
from monitor.store.promise_tables import promise
from monitor.store.tables import item
from tests.boards import ANSWERING, MIDNIGHT, Box, alerts, board_house
from tests.boards import at as live_until
from tests.dying import Dying, in_child
from tests.houses import Clock, T, all_records, configuration, drain, mails, only_record, text_of, transitions

SHANGHAI = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)
HOURS = ANSWERING.replace('"15d"', '"15d"\n[platform.answers]\nquestion = "30h"\ncomplaint = "3wd"\ncorrection = "4wh"')
ON_BOTH = pytest.mark.usefixtures("each_database")
RECEIVED = "网友您好！您反映的问题已收悉，已转市城管局调查处理。2026年11月5日"


def local(*moment):
    return datetime(*moment, tzinfo=SHANGHAI).astimezone(UTC)


@pytest.fixture
def box():
    return Box()


def kept(house, *columns):
    with house.store.read() as tx:
        query = select(item.c.external_id, *(promise.c[name] for name in columns)).join(promise)
        return {row[0]: tuple(row[1:]) if len(columns) > 1 else row[1] for row in tx.execute(query)}


def late(house):
    return [record for record in all_records(house) if record.kind is Kind.REPLY_OVERDUE]


def warnings(house):
    return [mail for mail in mails(house) if "快到答复时限" in mail["Subject"]]


@ON_BOTH
def test_each_purpose_has_its_own_time_and_others_the_ordinary_one(tmp_path, box, clock):
    house = board_house(tmp_path, box, HOURS)
    box.post("1", T, title="咨询公积金怎么提取", text="请问要带什么材料？")
    box.post("2", T, title="小区半夜施工", label="投诉举报")
    box.post("3", T, title="网站上的电话是空号", text="办事指南页面上的电话打不通，是空号，请更正。")
    box.post("4", T, title="【建议】东门增设路灯")
    box.post("5", T, title="路过", text="今天天气不错。")
    drain(house, clock)

    assert kept(house, "purpose", "due_at") == {
        "1": (Purpose.QUESTION, T + timedelta(hours=30)),
        "2": (Purpose.COMPLAINT, local(2026, 11, 10)),
        "3": (Purpose.CORRECTION, local(2026, 11, 4, 16, 30)),  # two hours before noon, two from 14:30
        "4": (Purpose.SUGGESTION, MIDNIGHT),
        "5": (Purpose.UNKNOWN, MIDNIGHT),
    }


def test_it_is_late_at_the_hour_and_not_before(tmp_path, box, clock):
    house = board_house(tmp_path, box, HOURS)
    box.post("1", T, title="咨询公积金怎么提取")
    drain(house, clock)
    due = T + timedelta(hours=30)
    live_until(house, clock, due - MINUTE, every=timedelta(hours=5))
    assert all_records(house) == []

    live_until(house, clock, due + 5 * MINUTE, every=MINUTE)

    assert due <= only_record(house).opened_at <= due + 5 * MINUTE
    (mail,) = alerts(house)
    assert "答复时限：咨询，今天（11月5日）15:59" in text_of(mail)


@ON_BOTH
def test_it_is_warned_of_once_before_in_one_mail_for_all(tmp_path, box, clock):
    house = board_house(tmp_path, box)
    for n in range(23):
        box.post(str(n), T + n * MINUTE, title=f"第{n}件：东苑小区{n}号楼")
    drain(house, clock)
    live_until(house, clock, local(2026, 11, 16, 8, 29))  # four fifths are over in its evening
    assert warnings(house) == []

    live_until(house, clock, local(2026, 11, 16, 8, 31), every=MINUTE)
    live_until(house, clock, local(2026, 11, 19, 12))

    (mail,) = warnings(house)
    assert mail["Subject"].endswith("快到答复时限：23条留言还没有答复")
    assert mail["To"].addresses[0].username == "duty"
    assert "最早的应于11月19日（周四）23:59前答复" in text_of(mail)
    assert "另有3条没有列出" in text_of(mail)
    assert late(house) == []


def test_who_was_answered_is_not_warned_of_and_neither_is_anybody_above_before_going_live(tmp_path, box, clock):
    text = ANSWERING.replace("networks =", 'unit = "物业科"\nnetworks =')
    text += '[[unit]]\nname = "物业科"\ncontact = "leader"\n'
    house = board_house(tmp_path, box, text)
    with house.store.write() as tx:
        tx.exec_driver_sql("DELETE FROM mark WHERE name = 'live'")
    box.post("1", T)
    box.post("2", T)
    drain(house, clock)
    box.answer("1", T + timedelta(days=1))

    live_until(house, clock, local(2026, 11, 18))

    assert warnings(house) == []
    assert kept(house, "warned_at")["2"] is not None
    assert kept(house, "warned_at")["1"] is None


def test_the_unit_of_a_platform_is_warned(tmp_path, box, clock):
    text = ANSWERING.replace("networks =", 'unit = "物业科"\nnetworks =')
    house = board_house(
        tmp_path, box, text + '[[unit]]\nname = "物业科"\ncontact = "leader"\n[answers]\nwarn = "1wd"\n'
    )
    box.post("1", T)
    drain(house, clock)

    live_until(house, clock, local(2026, 11, 18, 8, 31))

    (mail,) = warnings(house)
    assert mail["To"].addresses[0].username == "leader"


def test_nobody_is_warned_where_that_is_not_wanted(tmp_path, box, clock):
    house = board_house(tmp_path, box, ANSWERING + '[answers]\nwarn = ""\n')
    box.post("1", T)
    drain(house, clock)
    live_until(house, clock, MIDNIGHT + 6 * MINUTE, every=timedelta(hours=7))

    assert warnings(house) == []
    assert only_record(house).kind is Kind.REPLY_OVERDUE


def test_an_answer_that_says_nothing_stops_no_clock(tmp_path, box, clock):
    house = board_house(tmp_path, box)
    box.post("1", T)
    drain(house, clock)
    live_until(house, clock, T + timedelta(days=1))
    box.change("1", reply=Reply(at=T + timedelta(hours=20), text=RECEIVED))
    live_until(house, clock, MIDNIGHT + 6 * MINUTE)

    assert only_record(house).kind is Kind.REPLY_OVERDUE
    assert "只说已收到或已转办，不算答复" in text_of(alerts(house)[0])

    box.change("1", reply=Reply(at=clock.now, text="路灯已于今天上午修复，感谢您的提醒。"))
    live_until(house, clock, clock.now + timedelta(hours=1))
    assert (only_record(house).state, transitions(house, only_record(house))[-1]) == (State.RESOLVED, "answered")


def test_what_counts_as_answered_stays_so_whatever_its_text_becomes(tmp_path, box, clock):
    house = board_house(tmp_path, box)
    box.post("1", T)
    drain(house, clock)
    box.change("1", reply=Reply(at=T, text="路灯已于今天上午修复。"))
    live_until(house, clock, T + timedelta(days=1))
    box.change("1", reply=Reply(at=T, text=RECEIVED))

    live_until(house, clock, MIDNIGHT + timedelta(days=1))

    assert all_records(house) == []


def test_an_answer_taken_away_again_leaves_the_time_as_it_was(tmp_path, box, clock):
    house = board_house(tmp_path, box)
    box.post("1", T)
    drain(house, clock)
    box.answer("1", T + timedelta(days=1))
    live_until(house, clock, MIDNIGHT + timedelta(days=1), every=timedelta(hours=9))
    assert all_records(house) == []
    box.change("1", reply=None)

    live_until(house, clock, clock.now + 6 * MINUTE)

    assert only_record(house).waits_since == T


@ON_BOTH
def test_a_time_over_new_year_is_provisional_and_counted_anew_when_the_year_is_published(tmp_path, box):
    clock = Clock(local(2026, 12, 30, 9))
    house = board_house(tmp_path, box, ANSWERING.replace('"15d"', '"3wd"'), clock.now)
    box.post("1", clock.now)
    with daemon.alone(house):
        drain(house, clock)
    assert kept(house, "due_at")["1"] == local(2027, 1, 6)  # 31st, 4th, 5th

    (tmp_path / "days.toml").write_text(
        '[2027]\nsource = "号"\noff = ["2027-01-01/2027-01-03", "2027-01-05"]\nwork = []\n', encoding="utf-8"
    )
    path = configuration(tmp_path, ANSWERING.replace('"15d"', '"3wd"') + '[calendar]\nfile = "days.toml"\n')
    published = replace(house, settings=settings.load(path))
    with daemon.alone(published):
        pass
    assert kept(published, "due_at")["1"] is None
    live_until(published, clock, clock.now + 6 * MINUTE)

    assert kept(published, "due_at")["1"] == local(2027, 1, 7)


def test_a_mail_says_that_the_time_was_counted_without_the_holidays(tmp_path, box):
    clock = Clock(local(2026, 12, 30, 9))
    house = board_house(tmp_path, box, ANSWERING.replace('"15d"', '"3wd"'), clock.now)
    box.post("1", clock.now)
    drain(house, clock)

    live_until(house, clock, local(2027, 1, 6, 0, 6))

    (line,) = [line for line in text_of(alerts(house)[0]).splitlines() if line.startswith("答复时限")]
    assert "暂定" in line


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_killed_when_messages_become_late_each_is_noted_and_told_once(tmp_path, box, clock, n, when):
    house = board_house(tmp_path, box)
    box.post("1", T)
    box.post("2", T, title="请修东苑小区的路灯")
    drain(house, clock)
    live_until(house, clock, MIDNIGHT - MINUTE)
    clock.move(minutes=7)
    drain(house, clock, ("collect",))

    def work():
        drain(replace(house, store=Dying(house.store, n, when)), clock, ("escalate",))

    in_child(work)
    with daemon.alone(house):
        pass
    live_until(house, clock, clock.now + timedelta(minutes=20), every=timedelta(minutes=4))

    assert sorted(record.subject for record in all_records(house)) == ["第1封", "请修东苑小区的路灯"]
    assert len(alerts(house)) == 2
