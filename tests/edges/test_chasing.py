"""What is overdue: the owner at once, everybody above once a day, however many there are."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from monitor.model import State
from monitor.store import marks
from tests.houses import CONFIGURATION, Web, build, drain, item, mails, move, only_record, transitions

SHANGHAI = ZoneInfo("Asia/Shanghai")
QUIET = """[policy.personal_data]
deadline = "4h"
repeat = "7d"
steps = [{ after = "0m", tell = ["duty"] }, { after = "1h", tell = ["leader"] }]
"""
pytestmark = pytest.mark.usefixtures("each_database")


def local(*moment):
    return datetime(*moment, tzinfo=SHANGHAI).astimezone(UTC)


def house_of(folder, n=1):
    return build(folder, Web([item(name=str(k), title=f"公示{k}") for k in range(n)]), CONFIGURATION + QUIET)


def chases(house, to=None):
    found = [mail for mail in mails(house) if mail["Subject"].startswith("超过时限")]
    return [mail for mail in found if to is None or mail["To"].addresses[0].username == to]


def until(house, clock, *moment):
    clock.now = local(*moment)
    drain(house, clock)


def test_twenty_overdue_records_make_one_mail_a_day_for_each(tmp_path, clock):
    house = house_of(tmp_path, 20)
    drain(house, clock)
    until(house, clock, 2026, 11, 4, 15)  # all are overdue since 14:00
    assert chases(house) == []

    until(house, clock, 2026, 11, 5, 8, 29)
    assert chases(house) == []
    until(house, clock, 2026, 11, 5, 8, 30)
    assert [mail["Subject"] for mail in chases(house)] == ["超过时限：20件事项还没有办结，最久18小时30分钟"] * 2
    assert {mail["To"].addresses[0].username for mail in chases(house)} == {"duty", "leader"}

    until(house, clock, 2026, 11, 5, 23)
    assert len(chases(house, "leader")) == 1
    until(house, clock, 2026, 11, 6, 9)
    assert len(chases(house, "leader")) == 2


def test_it_goes_on_until_the_record_is_closed_also_when_somebody_acts(tmp_path, clock):
    house = house_of(tmp_path)
    drain(house, clock)
    move(house, State.ACKNOWLEDGED, clock)
    until(house, clock, 2026, 11, 5, 9)
    assert len(chases(house, "duty")) == 1

    move(house, State.RESOLVED, clock)
    until(house, clock, 2026, 11, 6, 9)
    assert len(chases(house, "duty")) == 1


def test_the_owner_is_told_at_the_hour_and_the_leader_is_not(tmp_path, clock):
    house = house_of(tmp_path)
    drain(house, clock)
    move(house, State.ACKNOWLEDGED, clock)
    until(house, clock, 2026, 11, 4, 14)

    assert [mail["To"].addresses[0].username for mail in mails(house)] == ["duty", "duty"]
    assert transitions(house, only_record(house)) == ["opened", "told", "acknowledged", "overdue"]


def test_a_clock_set_back_or_three_days_asleep_make_no_more(tmp_path, clock):
    house = house_of(tmp_path)
    drain(house, clock)
    until(house, clock, 2026, 11, 5, 9)
    until(house, clock, 2026, 11, 4, 20)
    until(house, clock, 2026, 11, 5, 9)
    assert len(chases(house, "leader")) == 1

    until(house, clock, 2026, 11, 9, 12)
    assert len(chases(house, "leader")) == 2


def test_before_going_live_only_duties_are_reminded(tmp_path, clock):
    house = house_of(tmp_path)
    with house.store.write() as tx:
        marks.take(tx, marks.LIVE)
    drain(house, clock)
    until(house, clock, 2026, 11, 5, 9)

    assert {mail["To"].addresses[0].username for mail in chases(house)} == {"duty"}
