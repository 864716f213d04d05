"""Rosters as agencies write them: every shape read as it is meant, every bad cell named, and nothing guessed."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import roster
from monitor.model import Contact
from monitor.roster import Custom, Problem

SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 11, 27)
CONTACTS = {
    "duty": Contact(name="duty", title="值班员", mail=""),
    "head": Contact(name="head", title="带班领导", mail=""),
    "jia": Contact(name="jia", title="值班甲", mail="jia@agency.example"),
    "yi": Contact(name="yi", title="Officer B", mail="yi@agency.example"),
}
ONE = {name: each for name, each in CONTACTS.items() if name != "head"}
CUSTOM = Custom(shifts=(("夜班", (time(17, 30), time(8, 30))),))


def read(*rows, contacts=ONE, custom=CUSTOM, today=TODAY, zone=SHANGHAI):
    lines = [
        ("s", number, {column: text for column, text in enumerate(row) if text}) for number, row in enumerate(rows, 1)
    ]
    return roster.read(lines, contacts, custom, zone, today)


def spans(found):
    assert found.problems == ()
    local = [(each.start.astimezone(SHANGHAI), each.end.astimezone(SHANGHAI)) for each in found.shifts]
    return [f"{start:%Y-%m-%d %H:%M} {end:%Y-%m-%d %H:%M}" for start, end in local]


def span(day, hours=""):
    return spans(read(("日期", "班次", "值班员"), (day, hours, "值班甲")))


WHOLE = "2026-11-27 08:30 2026-11-28 08:30"


@pytest.mark.parametrize(
    "day",
    [
        "2026-11-27", "2026/11/27", "2026.11.27", "2026年11月27日", "11月27日", "11-27", "11.27", "11/27", "46353",
        "11月27号", "46353.5", "11月27日（周五）", "11月27日 星期五", "2026-11-27 00:00:00",
        "１１月２７日", " 11 月 27 日 ",
    ],
)  # fmt: skip
def test_a_day_is_read_however_it_is_written(day):
    assert span(day) == [WHOLE]


def test_a_clock_behind_a_day_takes_nothing_of_the_day():
    assert span("2026-11-20 00:00:00") == ["2026-11-20 08:30 2026-11-21 08:30"]


@pytest.mark.parametrize(
    "days",
    [
        "11月27日-29日", "11月27日至11月29日", "11月27-29日", "2026-11-27至2026-11-29", "11/27-11/29", "11.27—11.29",
        "2026年11月27日－2026年11月29日", "11月27日～29日", "2026-11-27 to 2026-11-29", "2026-11-27-2026-11-29",
    ],
)  # fmt: skip
def test_several_days_are_one_piece_without_hours_and_days_with_them(days):
    assert span(days) == ["2026-11-27 08:30 2026-11-30 08:30"]
    assert span(days, "夜班")[1:] == ["2026-11-28 17:30 2026-11-29 08:30", "2026-11-29 17:30 2026-11-30 08:30"]


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ("8:30-17:30", "2026-11-27 08:30 2026-11-27 17:30"),
        ("17:30-次日8:30", "2026-11-27 17:30 2026-11-28 08:30"),
        ("17:30—08:30", "2026-11-27 17:30 2026-11-28 08:30"),
        ("夜班（17:30-8:30）", "2026-11-27 17:30 2026-11-28 08:30"),
        ("夜班", "2026-11-27 17:30 2026-11-28 08:30"),
        ("8时30分至17时", "2026-11-27 08:30 2026-11-27 17:00"),
        ("20时-24时", "2026-11-27 20:00 2026-11-28 00:00"),
        ("0:00-24:00", "2026-11-27 00:00 2026-11-28 00:00"),
        ("全天", WHOLE),
        ("", WHOLE),
    ],
)
def test_hours_may_cross_midnight(hours, said):
    assert span("11月27日", hours) == [said]


@pytest.mark.parametrize(
    ("day", "today", "year"),
    [
        ("1月2日", date(2026, 12, 20), 2027),
        ("12月30日", date(2027, 1, 3), 2026),
        ("12月30日-1月2日", date(2026, 12, 20), 2026),
        ("2月29日", date(2027, 12, 1), 2028),
    ],
)
def test_a_day_without_a_year_is_the_nearest(day, today, year):
    assert read(("日期", "值班人员"), (day, "jia"), today=today).shifts[0].start.year == year


def test_over_new_year_the_end_lies_behind_the_beginning():
    found = read(("日期", "值班人员"), ("12月30日-1月2日", "jia"), today=date(2026, 12, 20))

    assert spans(found) == ["2026-12-30 08:30 2027-01-03 08:30"]


def test_a_shared_date_is_carried_down_and_notes_and_titles_are_no_shifts():
    found = read(
        ("青岚县住建局值班表",),
        (),
        ("日 期", "星期", "时间", "岗位", "姓名"),
        ("11月27日", "五", "8:30-17:30", "值班员", "值班甲"),
        ("", "", "夜班", "值班员", "officer b"),
        (),
        ("日期", "星期", "时间", "岗位", "姓名"),
        ("11月28日", "六", "", "带班领导", "yi"),
        ("备注：周末加强值守",),
        contacts=CONTACTS,
    )

    assert [(each.duty, each.person) for each in found.shifts] == [("duty", "jia"), ("duty", "yi"), ("head", "yi")]
    assert spans(found)[:2] == ["2026-11-27 08:30 2026-11-27 17:30", "2026-11-27 17:30 2026-11-28 08:30"]


def test_each_duty_may_have_a_column_and_several_may_share_it():
    found = read(
        ("date", "带班领导", "duty"),
        ("2026-11-27", "Officer B（13800000000）", "值班甲、officerb"),
        ("2026-11-28", "-", "jia 13800000000"),
        contacts=CONTACTS,
    )

    assert [(each.duty, each.person) for each in found.shifts] == [
        ("head", "yi"), ("duty", "jia"), ("duty", "yi"), ("duty", "jia"),
    ]  # fmt: skip


def test_first_and_last_day_may_stand_apart_and_the_same_twice_is_once():
    found = read(("from", "to", "who"), ("2026-11-27", "2026-11-29", "jia"), ("2026-11-27", "11月29日", "jia"))

    assert spans(found) == ["2026-11-27 08:30 2026-11-30 08:30"]


def test_each_sheet_has_headings_of_its_own():
    lines = [
        ("一", 1, {0: "日期", 1: "人员"}),
        ("一", 2, {0: "11月27日", 1: "jia"}),
        ("二", 1, {0: "11月28日", 1: "jia"}),
    ]
    found = roster.read(lines, ONE, CUSTOM, SHANGHAI, TODAY)

    assert (len(found.shifts), found.problems) == (1, ())


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (("11月31日", "", "jia"), (0, "no_date", "11月31日")),
        (("27日", "", "jia"), (0, "no_date", "27日")),
        (("下周一", "", "jia"), (0, "no_date", "下周一")),
        (("99999", "", "jia"), (0, "no_date", "99999")),
        (("11月30日-2日", "", "jia"), (0, "no_date", "11月30日-2日")),
        (("2026-01-01至2026-06-01", "", "jia"), (0, "no_date", "2026-01-01至2026-06-01")),
        (("11月27日至周日", "", "jia"), (0, "no_date", "11月27日至周日")),
        (("2月30日", "", "jia"), (0, "no_date", "2月30日")),
        (("2月29日", "", "jia"), (0, "no_date", "2月29日")),
        (("", "", "jia"), (0, "empty", "")),
        (("11月27日", "早班", "jia"), (1, "no_hours", "早班")),
        (("11月27日", "25:00-26:00", "jia"), (1, "no_hours", "25:00-26:00")),
        (("11月27日", "", "张"), (2, "no_contact", "张")),
        (("11月27日", "", "值班员"), (2, "is_duty", "值班员")),
        (("11月27日", "", ""), (2, "empty", "")),
        (("11月27日", "", "jia、x" + "很" * 90), (2, "no_contact", ("x" + "很" * 90)[:40])),
    ],
)
def test_a_bad_cell_is_named(row, problem):
    assert read(("日期", "班次", "值班员"), row).problems == (Problem("s", 2, *problem),)


def test_a_title_that_two_contacts_have_is_no_name():
    two = ONE | {"bing": Contact(name="bing", title="值班甲", mail="bing@agency.example")}
    found = read(("日期", "人员"), ("11月27日", "值班甲"), ("11月28日", "bing"), contacts=two)

    assert [(each.row, each.code) for each in found.problems] == [(2, "several")]
    assert [each.person for each in found.shifts] == ["bing"]


def test_a_duty_that_no_roster_fills_is_named():
    found = read(("日期", "岗位", "姓名"), ("11月27日", "保安", "jia"), ("11月27日", "", "jia"), contacts=CONTACTS)

    assert [(each.row, each.column, each.code) for each in found.problems] == [(2, 1, "no_duty"), (3, 1, "empty")]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ((), "no_headings"),
        ((("编号", "内容"), ("1", "路灯不亮")), "no_headings"),
        ((("日期", "值班人员"),), "no_rows"),
        ((("日期", "人员"), *[("11月27日", "jia")] * roster.MANY), "too_long"),
        ((("日期", "班次", "人员"), *[("11月27日-12月31日", "夜班", "jia、yi")] * 200), "too_many"),
        ((("日期", "班次", "人员"), *[("11月27日", f"0:{n:02}-9:00", "jia") for n in range(21)]), "crowded"),
        ((*[("", "x", "y")] * roster.HEAD, ("日期", "人员"), ("11月27日", "jia")), "no_headings"),
    ],
)
def test_what_is_no_roster_is_said(rows, code):
    assert [each.code for each in read(*rows).problems] == [code]


def test_a_person_column_needs_a_duty_where_there_are_several():
    assert read(("日期", "值班人员"), ("11月27日", "jia"), contacts=CONTACTS).problems[0].code == "no_headings"


def test_where_clocks_are_set_the_night_is_an_hour_longer_or_shorter():
    """Not in China; a zone that has summer time must still hand over at the same hour."""
    found = read(("日期", "人员"), ("2026-10-24", "jia"), zone=ZoneInfo("Europe/Berlin"))

    assert found.shifts[0].start == datetime(2026, 10, 24, 6, 30, tzinfo=UTC)
    assert found.shifts[0].end == datetime(2026, 10, 25, 7, 30, tzinfo=UTC)


@given(st.lists(st.dictionaries(st.integers(0, 5), st.text(max_size=20), max_size=6), max_size=8))
def test_whatever_stands_there_is_a_problem_or_a_shift(rows):
    lines = [("s", 0, {0: "日期", 1: "班次", 2: "人员"}), *(("s", number, row) for number, row in enumerate(rows, 1))]
    found = roster.read(lines, ONE, CUSTOM, SHANGHAI, TODAY)

    assert found.shifts or found.problems
    assert all(each.start < each.end for each in found.shifts)


@pytest.mark.parametrize("text", ["(" * 200_000, "1" * 200_000, "11月" * 70_000, "-" * 200_000, "17:30-" * 40_000])
def test_a_hostile_cell_costs_nothing(text):
    for place in range(3):
        row = ["11月27日", "全天", "jia"]
        row[place] = text
        read(("日期", "班次", "人员"), row)
