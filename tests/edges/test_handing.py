"""Records that are handed on: number and deadline stay, the new office is told, the old one no more."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from classifiers.finding import Kind
from monitor import handing
from monitor.cli import cli
from monitor.model import State, Transition
from monitor.store import outbox, records, transfers, views
from tests.boards import ANSWERING, MIDNIGHT, Box, alerts, board_house
from tests.boards import at as live_until
from tests.houses import LEAK, T, Web, build, drain, item, move, only_record, text_of, transitions

SHANGHAI = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)
UNITS = """[[contact]]
name = "estates"
title = "物业科值班"
mail = "estates@agency.example"
[[contact]]
name = "roads"
title = "道路科值班"
mail = "roads@agency.example"
[[unit]]
name = "物业科"
contact = "estates"
hours = ["09:00-17:00"]
[[unit]]
name = "道路科"
contact = "roads"
[policy.reply_overdue]
deadline = "3wd"
steps = [
  { after = "0m", tell = ["duty"] }, { after = "1h", tell = ["duty"] }, { after = "4wh", tell = ["leader"] },
]
"""
ON_BOTH = pytest.mark.usefixtures("each_database")


@pytest.fixture
def late(tmp_path, clock):
    """A house with a record about a late answer, told to the duty."""
    box = Box()
    house = board_house(tmp_path, box, ANSWERING + UNITS)
    box.post("1", T)
    drain(house, clock)
    live_until(house, clock, MIDNIGHT + 6 * MINUTE)
    return house


def hand_on(house, clock, unit, why="不归我们管"):
    with house.store.write() as tx:
        (record,) = views.open_records(tx)
        assert handing.hand_on(house, tx, record, unit, Transition(clock(), "transferred", "duty", why))
    drain(house, clock)


def told(house):
    return [mail["To"].addresses[0].username for mail in alerts(house) if "超过时限" not in mail["Subject"]]


def test_the_new_office_owns_it_and_the_old_one_is_told_no_more(late, clock):
    before = only_record(late)
    hand_on(late, clock, "物业科")

    record = only_record(late)
    assert (record.number, record.deadline) == (before.number, before.deadline)
    assert (record.owner, record.unit, record.state) == ("estates", "物业科", State.OPEN)
    assert told(late) == ["duty", "estates"]
    assert "转给您办" in alerts(late)[-1]["Subject"]
    assert "（未登记科室） → 物业科（共1次）" in text_of(alerts(late)[-1])
    assert transitions(late, record)[-1] == "transferred"

    live_until(late, clock, clock.now + timedelta(hours=2), every=timedelta(minutes=30))
    assert told(late) == ["duty", "estates", "estates"]  # the second step names the duty, who has it no more


def test_no_step_is_gained_by_handing_on_what_nobody_had_acknowledged(late, clock):
    before = only_record(late).next_step_at
    hand_on(late, clock, "物业科")

    assert only_record(late).next_step_at == before


def test_what_was_acknowledged_is_open_again_for_the_new_office(late, clock):
    clock.now = MIDNIGHT + timedelta(hours=2)
    drain(late, clock)
    assert only_record(late).step == 2
    move(late, State.ACKNOWLEDGED, clock)
    clock.now = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)  # a Friday, 16:00
    hand_on(late, clock, "物业科")

    record = only_record(late)
    assert (record.state, record.acknowledged_at) == (State.OPEN, None)
    assert record.next_step_at.astimezone(SHANGHAI) == datetime(2026, 11, 23, 12, 0, tzinfo=SHANGHAI)  # its own hours


def test_with_no_step_left_it_is_repeated(late, clock):
    clock.now = MIDNIGHT + timedelta(days=1)
    drain(late, clock)
    move(late, State.ACKNOWLEDGED, clock)
    hand_on(late, clock, "道路科")

    assert only_record(late).next_step_at == clock.now + timedelta(days=1)


@ON_BOTH
def test_the_leader_is_told_when_it_goes_round(late, clock):
    for n in range(4):
        clock.move(minutes=1)
        hand_on(late, clock, ("物业科", "道路科")[n % 2])

    assert told(late) == ["duty", "estates", "roads", "estates", "roads", "leader"]
    assert "→ 道路科（共4次）" in text_of(alerts(late)[-1])
    with late.store.read() as tx:
        assert [each.taker for each in transfers.chain(tx, only_record(late).id)] == ["物业科", "道路科"] * 2


def test_what_was_closed_meanwhile_is_not_handed_on(late, clock):
    with late.store.write() as tx:
        (record,) = views.open_records(tx)
    move(late, State.RESOLVED, clock)
    with late.store.write() as tx:
        line = Transition(clock(), "transferred", "duty", "")
        assert not handing.hand_on(late, tx, record, "物业科", line)
        assert transfers.chain(tx, record.id) == []
        assert not outbox.exists(tx, f"record:{record.id}:handed1:estates")


def test_where_people_are_in_danger_whoever_had_it_is_told_all_the_same(tmp_path, clock):
    web = Web([item("东苑小区3栋楼道里有很重的煤气味，现在还在漏", title="闻到煤气味")])
    house = build(
        tmp_path,
        web,
        ANSWERING.replace('kind = "board"\nanswer_within = "15d"\n[platform.fields]\nreply = "reply"\n', "") + UNITS,
    )
    drain(house, clock)
    assert only_record(house).kind is Kind.HAZARD
    clock.move(minutes=1)
    hand_on(house, clock, "物业科")

    live_until(house, clock, clock.now + timedelta(hours=2), every=timedelta(minutes=10))

    assert told(house).count("leader") > 0
    assert "duty" in told(house)[:1]


def test_the_command(late, clock, tmp_path):
    def run(*words):
        return CliRunner().invoke(cli, ["--config", str(late.settings.path), "transfer", *words])

    number = only_record(late).number
    done = run(number, "物业科", "--why", "不归我们管", "--by", "duty")
    assert (done.exit_code, done.output) == (0, f"{number} 已转给“物业科”，已通知那里的联系人\n")
    with late.store.read() as tx:
        line = records.history(tx, only_record(late).id)[-1]
    assert (line.what, line.actor, line.why) == ("transferred", "duty", "未登记科室 → 物业科：不归我们管")

    for words, said in (
        ((number, "物业科", "--why", "x"), "已经在“物业科”"),
        ((number, "财务科", "--why", "x"), "没有可以转办的科室“财务科”；填了 contact 的有：物业科、道路科"),
        (("2026-9999", "道路科", "--why", "x"), "2026-9999"),
        ((number, "道路科", "--why", "x", "--by", "nobody"), "没有代号为 nobody 的联系人"),
    ):
        refused = run(*words)
        assert refused.exit_code == 1
        assert said in refused.output
    move(late, State.RESOLVED, clock)
    assert "办结" in run(number, "道路科", "--why", "x").output


def test_a_leak_may_be_handed_on_too(tmp_path, clock):
    text = ANSWERING.replace('kind = "board"\nanswer_within = "15d"\n[platform.fields]\nreply = "reply"\n', "") + UNITS
    house = build(tmp_path, Web([item(LEAK)]), text)
    drain(house, clock)
    hand_on(house, clock, "道路科")

    assert (only_record(house).kind, only_record(house).owner) == (Kind.PERSONAL_DATA, "roads")
