"""Duties through the pipeline: who is away or silent, nights, empty steps, changes of shift, holes, contacts gone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.duty import Absence, Shift
from monitor.model import State
from monitor.store import duties, marks, records
from tests.houses import (
    CONFIGURATION,
    Clock,
    Web,
    all_records,
    build,
    drain,
    item,
    mails,
    move,
    only_record,
    text_of,
    transitions,
)
from tests.ways import GAS

both = pytest.mark.usefixtures("each_database")  # where the store does more than remember
SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def contact(name, title, *more):
    return "\n".join(["[[contact]]", f'name = "{name}"', f'title = "{title}"', *more, ""])


def addressed(name, title, *more):
    return contact(name, title, f'mail = "{name}@agency.example"', *more)


HEAD, _, REST = CONFIGURATION.partition("[[contact]]")
REST = REST[REST.index("[[platform]]") :].replace('to = ["leader"]', 'to = ["office"]')
PEOPLE = (
    addressed("jia", "值班甲", 'deputy = "yi"'),
    addressed("yi", "值班乙"),
    addressed("leader", "分管领导", 'deputy = "office"'),
    addressed("office", "办公室主任"),
)
ROSTERED = HEAD + contact("duty", "值班员", "roster = true") + "".join(PEOPLE) + REST


def local(*moment):
    return datetime(*moment, tzinfo=SHANGHAI).astimezone(UTC)


def shift(person, start, end):
    return Shift(duty="duty", person=person, start=local(2026, 11, *start), end=local(2026, 11, *end))


WEEK = [
    shift("jia", (4, 8, 30), (4, 17, 30)),
    shift("yi", (4, 17, 30), (5, 8, 30)),
    shift("jia", (5, 8, 30), (30, 8, 30)),
]


def house_of(folder, *, shifts=WEEK, absences=(), text=ROSTERED, items=None):
    house = build(folder, Web([item(GAS)] if items is None else items), text)
    with house.store.write() as tx:
        if shifts:
            duties.replace_shifts(tx, shifts)
        for each in absences:
            duties.add_absence(tx, each)
        marks.put(tx, "staffed", local(2026, 11, 4, 9))  # today's look ahead is done
    return house


def away(name, start=(1,), end=(9,), deputy=""):
    return Absence(contact=name, start=local(2026, 11, *start), end=local(2026, 11, *end), deputy=deputy)


def told(house, subject="险情"):
    return [mail["To"].addresses[0].username for mail in mails(house) if subject in mail["Subject"]]


def why(house):
    with house.store.read() as tx:
        return [f"{line.what} {line.why}" for line in records.history(tx, only_record(house).id)]


# who is told


def test_who_holds_the_shift_is_told_and_the_mail_says_so(tmp_path, clock):
    house = house_of(tmp_path)
    drain(house, clock)

    assert told(house) == ["jia"]
    (mail,) = [mail for mail in mails(house) if "险情" in mail["Subject"]]
    assert "您正在值值班员的班（到今天（11月4日）17:30）。" in text_of(mail)
    assert why(house)[-1] == "told opened: jia"


def test_the_night_goes_past_midnight(tmp_path):
    house = house_of(tmp_path)
    clock = Clock(local(2026, 11, 5, 1))
    drain(house, clock)

    assert told(house) == ["yi"]


def test_who_is_away_is_not_told_but_the_deputy_and_the_mail_says_for_whom(tmp_path, clock):
    house = house_of(tmp_path, absences=[away("jia")])
    drain(house, clock)

    (mail,) = [mail for mail in mails(house) if "险情" in mail["Subject"]]
    assert mail["To"].addresses[0].username == "yi"
    assert "值班甲不在岗（到11月9日（周一）00:00），由您代办。本应由值班员处理。" in text_of(mail)


@both
def test_an_absence_names_another_deputy_and_ends_to_the_minute(tmp_path, clock):
    house = house_of(tmp_path, absences=[away("jia", end=(4, 10, 20), deputy="office")])
    drain(house, clock)
    assert told(house) == ["office"]

    with house.store.write() as tx:
        assert duties.remove_absence(tx, 1)
        assert not duties.remove_absence(tx, 1)


@both
def test_who_is_silent_has_a_deputy_who_is_told_once_a_step(tmp_path, clock):
    house = house_of(tmp_path)
    drain(house, clock)
    clock.move(minutes=14, seconds=59)
    drain(house, clock)
    assert told(house) == ["jia"]

    clock.move(seconds=1)
    drain(house, clock)
    assert told(house) == ["jia", "yi"]
    (mail,) = [mail for mail in mails(house) if mail["To"].addresses[0].username == "yi" and "险情" in mail["Subject"]]
    assert "值班甲没有回应，由您代办。" in text_of(mail)
    assert why(house)[-1] == "told silent: yi"

    clock.move(minutes=15)
    drain(house, clock)
    clock.move(minutes=15)
    drain(house, clock)
    assert told(house) == ["jia", "yi", "leader", "office"]  # the leader is silent, too


def test_a_deputy_who_is_away_has_one(tmp_path, clock):
    text = ROSTERED.replace('mail = "yi@agency.example"', 'mail = "yi@agency.example"\ndeputy = "office"')
    house = house_of(tmp_path, absences=[away("yi")], text=text)
    drain(house, clock)
    clock.move(minutes=15)
    drain(house, clock)

    assert told(house) == ["jia", "office"]


def test_without_anybody_to_stand_in_that_is_kept_in_the_history(tmp_path, clock):
    house = house_of(tmp_path, absences=[away("yi")])
    drain(house, clock)
    clock.move(minutes=15)
    drain(house, clock)

    assert told(house) == ["jia"]
    assert why(house)[-1] == "skipped silent: jia"


@pytest.mark.parametrize("to", [State.ACKNOWLEDGED, State.RESOLVED])
def test_who_has_acted_needs_no_deputy(tmp_path, clock, to):
    house = house_of(tmp_path)
    drain(house, clock)
    move(house, to, clock)
    clock.move(minutes=20)
    drain(house, clock)

    assert told(house) == ["jia"]


@both
def test_a_restart_forgets_nobody_and_tells_nobody_twice(tmp_path, clock):
    house = house_of(tmp_path)
    drain(house, clock)
    house.store.close()

    clock.move(minutes=15)
    for _ in range(2):
        again = build(tmp_path, Web(), ROSTERED)
        drain(again, clock)
        again.store.close()
    assert told(house) == ["jia", "yi"]


# empty steps


@both
def test_an_empty_step_is_skipped_at_once_and_told(tmp_path, clock):
    house = house_of(tmp_path, shifts=())
    drain(house, clock)

    (mail,) = [mail for mail in mails(house) if "险情" in mail["Subject"]]
    assert mail["To"].addresses[0].username == "leader"
    assert "按规定应通知的值班员此时无人值班，也没有人替班，因此直接通知您。" in text_of(mail)
    assert why(house)[1:] == ["skipped nobody: duty", "told opened: leader"]
    assert only_record(house).step == 2


def test_a_danger_reaches_somebody_when_every_step_is_empty(tmp_path, clock):
    house = house_of(tmp_path, shifts=(), absences=[away("leader"), away("office")])
    drain(house, clock)

    assert told(house) == ["jia"]
    assert transitions(house, only_record(house)) == ["opened", "skipped", "skipped", "told"]


def test_and_when_everybody_is_away_all_are_told(tmp_path, clock):
    people = ("jia", "yi", "leader", "office")
    house = house_of(tmp_path, absences=[away(name) for name in people])
    drain(house, clock)

    assert sorted(told(house)) == sorted(people)


def test_what_is_no_danger_waits_for_somebody_to_come_back(tmp_path, clock):
    gone = [away(name, end=(5, 9)) for name in ("jia", "yi", "leader", "office")]
    house = house_of(tmp_path, absences=gone, items=[item()])
    drain(house, clock)
    assert (told(house, "个人信息"), transitions(house, only_record(house))[-1]) == ([], "unreached")

    clock.now = local(2026, 11, 5, 10, 1)
    drain(house, clock)
    assert "jia" in told(house, "个人信息")


def test_before_going_live_a_danger_still_reaches_somebody(tmp_path, clock):
    house = house_of(tmp_path, shifts=())
    with house.store.write() as tx:
        marks.take(tx, marks.LIVE)
    drain(house, clock)

    assert len(told(house)) == 1


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


# what is kept


@both
def test_a_new_roster_replaces_and_cuts(tmp_path):
    house = house_of(tmp_path)
    new = [shift("office", (4, 12, 0), (6, 8, 30))]
    with house.store.write() as tx:
        assert duties.replace_shifts(tx, new) == 3
        assert duties.replace_shifts(tx, new) == 0  # the same again changes nothing
        kept = duties.shifts(tx, local(2026, 11, 1))

    assert [(each.person, each.start, each.end) for each in kept] == [
        ("jia", local(2026, 11, 4, 8, 30), local(2026, 11, 4, 12)),
        ("office", local(2026, 11, 4, 12), local(2026, 11, 6, 8, 30)),
        ("jia", local(2026, 11, 6, 8, 30), local(2026, 11, 30, 8, 30)),
    ]


@both
def test_who_is_told_again_while_awaited_is_awaited_once(tmp_path, clock):
    house = house_of(tmp_path)
    drain(house, clock)
    number = all_records(house)[0].id
    with house.store.write() as tx:
        duties.await_answer(tx, number, "jia", clock() + 9 * HOUR)
        assert duties.take_unanswered(tx, clock() + 15 * timedelta(minutes=1)) == (number, "jia")
        assert duties.take_unanswered(tx, clock() + DAY) is None
