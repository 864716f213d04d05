"""Playbooks and exercises from the command to the report, on both databases, beside real dangers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from classifiers.finding import Kind
from monitor import acting, daemon, telling
from monitor.acting import Moved
from monitor.digest import week_of
from monitor.exercise import is_drill
from monitor.model import Channel, State, Transition
from monitor.store import drills, labels, records, ticks
from tests.acceptance.test_commands import huiyin
from tests.houses import CONFIGURATION, LEAK, Web, all_records, build, drain, item, mails, text_of, transitions

GAS = "小区楼道里有很浓的燃气味，已经有人头晕，请马上派人来看"
OWN = """
[playbook.hazard]
[[playbook.hazard.tasks]]
name = "tell_district"
text = "报告区应急值班室"
within = "20m"
"""


@pytest.fixture
def web():
    return Web()


@pytest.fixture
def house(tmp_path, each_database, web, clock):
    yield from built(tmp_path, web, clock)


@pytest.fixture
def alone(tmp_path, web, clock):
    yield from built(tmp_path, web, clock)


def built(tmp_path, web, clock):
    house = build(tmp_path, web, CONFIGURATION + OWN, now=clock())
    drain(house, clock)
    yield house
    house.store.close()


def begin(house, clock, *kinds):
    with house.store.write() as tx:
        assert all(drills.begin(tx, kind, clock()) for kind in kinds)
    drain(house, clock)


def test_an_exercise_from_the_command_to_the_report(tmp_path, alone, clock):
    clock.now = daemon.clock()  # commands have no other
    said = huiyin(tmp_path, "drill", "hazard", expect=1)  # nobody says yes
    assert "立即：值班员" in said
    assert "30分钟后：分管领导" in said
    huiyin(tmp_path, "drill", "hazard", "--yes")
    assert "还没有结束" in huiyin(tmp_path, "drill", "hazard", "--yes", expect=1)
    drain(alone, clock)
    (record,), (mail,) = all_records(alone), [each for each in mails(alone) if "DRILL" in each["Subject"]]
    number = record.number
    assert number == f"DRILL{clock().year}-0001"
    assert mail["Subject"] == f"【演练】【紧急】险情：演练（{number}）"
    assert "前：报告区应急值班室" in text_of(mail)
    assert "还没有结束" in huiyin(tmp_path, "drill", "hazard", "--yes", expect=1)

    running = huiyin(tmp_path, "drill", "--report", "hazard")
    assert "第一封邮件送出" in running
    assert "有时限的6项，按时0项，超时0项，还在进行6项" in running
    huiyin(tmp_path, "ack", number, "--by", "duty")
    assert "已打勾" in huiyin(tmp_path, "tick", number.lower(), "1", "--by", "duty", "--note", "模拟拨打")
    assert "已由值班员打过勾" in huiyin(tmp_path, "tick", number, "call_help")
    huiyin(tmp_path, "tick", number, "tell_head")
    huiyin(tmp_path, "tick", number, "tell_district")
    assert "没有 9；有：1 call_help" in huiyin(tmp_path, "tick", number, "9", expect=1)
    assert "nobody" in huiyin(tmp_path, "tick", number, "2", "--by", "nobody", expect=1)
    shown = huiyin(tmp_path, "show", number)
    assert "没有【演练】字样的通知是真的" in shown
    assert "已做" in shown
    assert "模拟拨打" in shown
    assert "还有3项没有打勾：派人到现场" in huiyin(tmp_path, "resolve", number, "--why", "完成")
    assert "没有 2026" not in huiyin(tmp_path, "tick", number, "2", expect=1)

    over = huiyin(tmp_path, "drill", "--report", number)
    assert f"【演练】{number} 险情" in over
    assert "有时限的7项，按时5项，超时2项，还在进行0项" in over
    assert transitions(alone, record) == ["opened", "told", "acknowledged", "ticked", "ticked", "ticked", "resolved"]
    assert "没有被改动" in huiyin(tmp_path, "audit", "verify")
    assert "还没有过" in huiyin(tmp_path, "drill", "--report", "scam", expect=1)
    assert "二者取一" in huiyin(tmp_path, "drill", expect=2)
    huiyin(tmp_path, "drill", "hazard", "--yes")  # the last one is over


def test_exercises_leave_everything_real_as_it_is(tmp_path, house, web, clock):
    kinds = (Kind.HAZARD, Kind.PERSONAL_DATA, Kind.SITE_DOWN, Kind.BROKEN_LINKS)
    begin(house, clock, *kinds)
    clock.move(minutes=20)
    web.items += [item(GAS, name="gas"), item(LEAK, name="leak")]
    drain(house, clock)
    found = all_records(house)
    real = {each.kind: each for each in found if not is_drill(each)}
    played = {each.kind: each for each in found if is_drill(each)}
    assert {*real} == {Kind.HAZARD, Kind.PERSONAL_DATA}
    assert {*played} == {*kinds}
    year = clock().year
    assert {each.number for each in real.values()} == {f"{year}-0005", f"{year}-0006"}
    for mail in mails(house):
        marked = mail["Subject"].startswith("【演练】")
        assert marked == ("DRILL" in mail["Subject"]) == ("演练" in text_of(mail)) == ("演练" in str(mail["Subject"]))
    assert "不是演练" in huiyin(tmp_path, "drill", "--report", real[Kind.HAZARD].number, expect=1)
    listed = huiyin(tmp_path, "list")
    assert listed.count("演练") >= len(kinds)
    assert listed.count("DRILL") == len(kinds)

    clock.move(hours=1)
    drain(house, clock)
    assert all("told" in transitions(house, each) for each in found)
    with house.store.write() as tx:
        for each in played.values():  # as nothing: it must teach nobody anything
            assert records.move(tx, each, State.DISMISSED, Transition(clock(), "dismissed", "duty", "完"))
    clock.move(days=1)
    drain(house, clock)
    assert {each.state for each in all_records(house) if not is_drill(each)} == {State.OPEN}
    chased = next(mail for mail in mails(house) if mail["Subject"].startswith("超过时限"))
    assert "DRILL" not in text_of(chased)
    assert "2件" in chased["Subject"]
    period = week_of(clock(), house.settings.zone)
    with house.store.read() as tx:
        assert labels.tallies(tx, period) == ()
        assert [*labels.labels(tx)] == []
        assert [each.kind for each in drills.of_period(tx, period)] == [*kinds]
        assert drills.latest(tx, Kind.SITE_DOWN).id == played[Kind.SITE_DOWN].id
        assert drills.accepted(tx, played[Kind.HAZARD].id) == {Channel.MAIL: played[Kind.HAZARD].opened_at}
        assert records.open_of(tx, Kind, 9)[0] == 2
    digest = telling.digest(house, period, house.settings.contacts["leader"], clock()).text
    assert "未结事项2件，其中超期2件" in digest
    assert "新开2件" in digest
    assert "排除" not in digest.split("【演练")[0]
    assert digest.count("- 【演练】DRILL") == len(kinds)
    assert "处置清单里晚了的" in digest


def test_a_tick_that_comes_after_the_closing_is_said_to_be_late_and_twice_is_harmless(house, web, clock):
    web.items += [item(GAS, name="gas")]
    clock.move(minutes=16)
    drain(house, clock)
    (record,) = all_records(house)
    line = Transition(clock(), "ticked", "duty", "打了119")
    with house.store.write() as tx:
        contact = house.settings.contacts["duty"]
        assert acting.tick(tx, record, "call_help", line, contact) is Moved.DONE
        assert acting.tick(tx, record, "call_help", line, None) is Moved.ALREADY
    clock.move(minutes=31)
    drain(house, clock)
    reminder = text_of(mails(house)[-1])
    assert "已做完1项" in reminder
    assert "已晚1分钟：派人到现场" in reminder
    with house.store.write() as tx:
        assert records.move(tx, record, State.RESOLVED, Transition(clock(), "resolved", "duty", "好了"))
        assert acting.tick(tx, record, "keep_away", line, contact) is Moved.MEANWHILE
        assert [each.task for each in ticks.of(tx, record.id)] == ["call_help"]
    assert transitions(house, record).count("ticked") == 1
    assert clock() - record.opened_at < timedelta(hours=1)
