"""Deadlines and steps in working time, through the stages, and what becomes of them when a year is published."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest

from classifiers.finding import Kind
from monitor import daemon, settings, telling
from monitor.cli import wiring
from monitor.model import Period, State
from tests.boards import ANSWERING, Box, alerts, board_house
from tests.boards import at as live_until
from tests.houses import (
    CONFIGURATION,
    Web,
    all_records,
    build,
    drain,
    item,
    move,
    only_record,
    text_of,
    transitions,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
RULES = """[policy.personal_data]
deadline = "2wd"
steps = [{ after = "0m", tell = ["duty"] }, { after = "2wh", tell = ["leader"] }]
"""
PUBLISHED = '[2027]\nsource = "号"\noff = ["2027-01-01/2027-01-03", "2027-01-05"]\nwork = ["2027-01-09"]\n'
pytestmark = pytest.mark.usefixtures("each_database")


def local(*moment):
    return datetime(*moment, tzinfo=SHANGHAI).astimezone(UTC)


def house_at(folder, clock, *, days="", rules=RULES):
    text = CONFIGURATION + rules
    if days:
        (folder / "days.toml").write_text(days, encoding="utf-8")
        text += '[calendar]\nfile = "days.toml"\n'
    return build(folder, Web([item(published=clock.now)]), text, clock.now)


def again(folder, house, days):
    """The same house after its operator has written ``days`` and started it anew."""
    (folder / "days.toml").write_text(days, encoding="utf-8")
    path = folder / "huiyin.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + '[calendar]\nfile = "days.toml"\n', encoding="utf-8")
    return replace(house, settings=settings.load(path))


def test_every_weekend_day_that_was_worked_ends_a_deadline(tmp_path, clock):
    """What was found on the working day before one is due on it, by what somebody else knows of those years."""
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(366 + 365 + 365)]
    worked = [day for day in days if chinese_calendar.is_workday(day)]
    pairs = [(before, day) for before, day in pairwise(worked) if day.weekday() >= 5]
    clock.now = local(2024, 1, 2, 10)
    web = Web()
    house = build(tmp_path, web, CONFIGURATION + '[policy.personal_data]\ndeadline = "1wd"\n', clock.now)
    for before, _ in pairs:
        clock.now = local(before.year, before.month, before.day, 10)
        web.items = [item(name=str(before), published=clock.now)]
        drain(house, clock, ("collect", "classify", "escalate"))

    due = {record.deadline.astimezone(SHANGHAI).date() for record in all_records(house)}
    assert len(pairs) == 19
    assert due >= {day for _, day in pairs}


def test_the_leader_is_told_after_office_hours_not_hours(tmp_path, clock):
    clock.now = local(2026, 11, 27, 16, 30)  # a Friday
    house = house_at(tmp_path, clock)
    drain(house, clock)
    clock.now = local(2026, 11, 30, 9, 29)
    drain(house, clock)
    assert [mail["To"].addresses[0].username for mail in alerts(house)] == ["duty"]

    clock.now = local(2026, 11, 30, 9, 30)
    drain(house, clock)

    assert [mail["To"].addresses[0].username for mail in alerts(house)] == ["duty", "leader"]
    assert only_record(house).deadline == local(2026, 12, 1, 17, 30)
    assert "暂定" not in text_of(alerts(house)[0])


def test_a_deadline_over_new_year_is_provisional_until_the_year_is_published(tmp_path, clock):
    clock.now = local(2026, 12, 31, 9)
    house = house_at(tmp_path, clock)
    with daemon.alone(house):
        drain(house, clock)
    assert only_record(house).deadline == local(2027, 1, 5, 17, 30)
    assert "放假安排未公布，暂定" in text_of(alerts(house)[0])

    with daemon.alone(house):  # nothing new: nothing moves
        pass
    assert "recounted" not in transitions(house, only_record(house))

    house = again(tmp_path, house, PUBLISHED)
    with daemon.alone(house):
        pass
    assert only_record(house).deadline == local(2027, 1, 6, 17, 30)
    assert transitions(house, only_record(house)).count("recounted") == 1

    with daemon.alone(house):
        pass
    assert transitions(house, only_record(house)).count("recounted") == 1


def test_a_step_that_waits_moves_with_the_calendar(tmp_path, clock):
    clock.now = local(2027, 1, 4, 17)
    house = house_at(tmp_path, clock)
    with daemon.alone(house):
        drain(house, clock)
    assert only_record(house).next_step_at == local(2027, 1, 5, 10)

    house = again(tmp_path, house, PUBLISHED)
    with daemon.alone(house):
        pass

    assert only_record(house).next_step_at == local(2027, 1, 6, 10)


def test_what_is_overdue_or_acknowledged_or_in_clock_time_keeps_its_moments(tmp_path, clock):
    clock.now = local(2026, 12, 31, 9)
    house = house_at(tmp_path, clock, rules="")
    with daemon.alone(house):
        drain(house, clock)
    move(house, State.ACKNOWLEDGED, clock)
    before = only_record(house)

    house = again(tmp_path, house, PUBLISHED)
    with daemon.alone(house):
        pass

    assert (only_record(house).deadline, only_record(house).next_step_at) == (before.deadline, None)


def test_the_overdue_stay_overdue(tmp_path, clock):
    clock.now = local(2026, 12, 31, 9)
    house = house_at(tmp_path, clock)
    with daemon.alone(house):
        drain(house, clock)
    clock.now = local(2027, 1, 5, 18)
    drain(house, clock)
    assert only_record(house).overdue

    house = again(tmp_path, house, PUBLISHED)
    with daemon.alone(house):
        pass

    assert only_record(house).deadline == local(2027, 1, 5, 17, 30)


@pytest.mark.parametrize(
    ("posted", "late"),
    [
        (local(2026, 9, 30, 23), local(2026, 10, 11)),  # off until 7 October; Saturday the 10th is worked: 8, 9, 10
        (local(2026, 2, 13, 8), local(2026, 2, 26)),  # Saturday 14 is worked, then off until the 23rd: 14, 24, 25
        (local(2026, 11, 4, 10), local(2026, 11, 10)),  # an ordinary week: 5, 6, 9
    ],
)
def test_a_message_is_late_after_so_many_working_days(tmp_path, clock, posted, late):
    box = Box()
    clock.now = posted
    house = board_house(tmp_path, box, ANSWERING.replace('"15d"', '"3wd"'), posted)
    box.post("1", posted)
    drain(house, clock)
    live_until(house, clock, late - timedelta(minutes=1))
    assert all_records(house) == []

    live_until(house, clock, late + timedelta(minutes=6))

    assert [record.kind for record in all_records(house)] == [Kind.REPLY_OVERDUE]


def test_the_digest_asks_for_the_next_year_from_december_on(tmp_path, clock):
    house = house_at(tmp_path, clock)
    contact = house.settings.contacts["leader"]

    def said(*moment):
        period = Period(local(*moment) - timedelta(days=7), local(*moment))
        return "2027年的放假调休安排还没有录入" in telling.digest(house, period, contact, local(*moment)).text

    assert said(2026, 12, 7)
    assert not said(2026, 11, 30)


def test_a_host_in_utc_counts_the_agencys_days(tmp_path, clock):
    clock.now = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)  # Saturday 07:30 in Shanghai
    house = house_at(tmp_path, clock)
    drain(house, clock)

    assert only_record(house).deadline == local(2026, 12, 1, 17, 30)
    assert wiring.words("zh").moment(only_record(house).deadline, clock.now, SHANGHAI) == "12月1日（周二）17:30"
