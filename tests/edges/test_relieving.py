"""Changes of shift, holes in a roster, and contacts who may be gone, through the pipeline."""

import pytest

from monitor.store import duties
from tests.houses import Web, build, drain, mails, text_of
from tests.rostered import DAY, ROSTERED, WEEK, away, house_of, local, shift, told

both = pytest.mark.usefixtures("each_database")  # where the store does more than remember


# changes of shift


@both
def test_a_change_of_shift_is_told_to_both_once(tmp_path, clock):
    house = house_of(tmp_path)
    drain(house, clock)
    assert told(house, "接班") == ["jia"]
    clock.now = local(2026, 11, 4, 17, 30)
    drain(house, clock)

    assert told(house, "接班") == ["jia", "yi"]
    assert told(house, "交班") == ["jia"]
    last = [text_of(mail) for mail in mails(house) if "接班" in mail["Subject"]][-1]
    assert "上一班：值班甲" in last
    assert "2026-0001" in last
    assert "11月5日" in last
    again = build(tmp_path, Web(), ROSTERED)
    drain(again, clock)
    again.store.close()
    assert len(told(house, "班：")) == 3


def test_of_many_changes_asleep_only_the_current_one_is_told(tmp_path, clock):
    days = [shift(("jia", "yi")[day % 2], (day, 8, 30), (day + 1, 8, 30)) for day in range(4, 12)]
    house = house_of(tmp_path, shifts=days, items=[])
    drain(house, clock)
    clock.now = local(2026, 11, 7, 22)
    drain(house, clock)

    assert told(house, "接班") == ["jia", "yi"]  # since 08:30 today
    assert told(house, "交班") == []  # that is too long ago


def test_a_shift_of_the_same_people_is_no_change_and_an_end_without_relief_is_told(tmp_path, clock):
    house = house_of(tmp_path, shifts=[shift("jia", (4, 8, 30), (5, 8, 30)), shift("jia", (5, 8, 30), (6, 8, 30))])
    drain(house, clock)
    clock.now = local(2026, 11, 5, 8, 30)
    drain(house, clock)
    assert (told(house, "接班"), told(house, "交班")) == (["jia"], [])

    clock.now = local(2026, 11, 6, 8, 30)
    drain(house, clock)
    assert "没有人接班" in next(text_of(mail) for mail in mails(house) if "交班" in mail["Subject"])


def test_who_is_away_takes_nothing_over(tmp_path, clock):
    house = house_of(tmp_path, absences=[away("jia")], items=[])
    drain(house, clock)

    assert told(house, "接班") == ["yi"]


# holes, and contacts who may be gone


@both
def test_a_hole_is_told_beforehand_once_a_day_until_it_is_filled(tmp_path, clock):
    house = house_of(tmp_path, shifts=WEEK[:2], items=[])
    clock.now = local(2026, 11, 5, 8, 29)
    drain(house, clock)
    assert told(house, "没有人值班") == []
    for _ in range(2):
        clock.now = local(2026, 11, 5, 8, 30)
        drain(house, clock)
    assert told(house, "没有人值班") == ["leader"]
    assert "今天（11月5日）08:30" in text_of(mails(house)[-1])

    with house.store.write() as tx:
        assert duties.replace_shifts(tx, [shift("jia", (5, 8, 30), (30, 8, 30))]) == 0
    clock.now = local(2026, 11, 6, 9)
    drain(house, clock)
    assert told(house, "没有人值班") == ["leader"]


def test_the_weekly_digest_says_that_nobody_is_there_and_goes_to_who_stands_in(tmp_path, clock):
    house = house_of(tmp_path, shifts=(), absences=[away("office", end=(20,), deputy="yi")], items=[])
    clock.now = local(2026, 11, 9, 9)
    with house.store.write() as tx:
        tx.exec_driver_sql("UPDATE cursor SET added_at = '2026-01-01 00:00:00'")
    drain(house, clock)

    (weekly,) = [mail for mail in mails(house) if "周报" in mail["Subject"]]
    assert weekly["To"].addresses[0].username == "yi"
    assert "没有人值班：值班员" in text_of(weekly)
    assert "办公室主任不在岗（到11月20日（周五）00:00），由您代办。" in text_of(weekly)
    clock.move(days=1)
    drain(house, clock)
    assert len(told(house, "周报")) == 1


def test_the_weekly_digest_comes_also_where_nobody_stands_in(tmp_path, clock):
    house = house_of(tmp_path, absences=[away("office", end=(20,))], items=[])
    clock.now = local(2026, 11, 9, 9)
    with house.store.write() as tx:
        tx.exec_driver_sql("UPDATE cursor SET added_at = '2026-01-01 00:00:00'")
    drain(house, clock)

    assert told(house, "周报") == ["office"]


@both
def test_a_contact_is_asked_after_ninety_days_and_weekly_until_confirmed(tmp_path, clock):
    house = house_of(tmp_path, items=[], shifts=[shift("jia", (1,), (30,))])
    begin = local(2026, 11, 5, 9)
    for days in (0, 89, 90, 91, 96, 97):
        clock.now = begin + days * DAY
        drain(house, clock)
    asked = told(house, "请确认")
    assert sorted({*asked}) == ["jia", "leader", "office", "yi"]
    assert len(asked) == 8  # on the 90th day and on the 97th

    with house.store.write() as tx:
        for name in ("leader", "office", "yi"):
            duties.confirm(tx, house.settings.contacts[name], clock())
    clock.move(days=7)
    drain(house, clock)
    assert told(house, "请确认")[8:] == ["jia"]


def test_a_new_address_is_asked_later(tmp_path, clock):
    house = house_of(
        tmp_path, items=[], text=ROSTERED.replace("roster = true", 'mail = "duty@agency.example"'), shifts=()
    )
    clock.now = local(2026, 11, 5, 9)
    drain(house, clock)
    house.store.close()
    clock.move(days=91)
    moved = ROSTERED.replace("roster = true", 'mail = "new@agency.example"')
    again = build(tmp_path, Web(), moved)
    drain(again, clock)

    assert "new" not in told(again, "请确认")
    assert "jia" in told(again, "请确认")
