"""Working days against two libraries, and what is counted with them."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
import holidays as public
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import promises
from monitor.calendar import nominal
from monitor.holidays import Year, read, together
from monitor.model import Working
from tests.pure.days import CALENDAR, calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
PUBLISHED, PROVISIONAL = (2024, 2025, 2026), (2027, 2028, 2029, 2030, 2031, 2032)


def at(*moment, zone=SHANGHAI):
    return datetime(*moment, tzinfo=zone)


def days(year):
    return [date(year, 1, 1) + n * DAY for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]


@pytest.mark.parametrize("year", PUBLISHED)
def test_published_years_are_those_of_chinesecalendar(year):
    wrong = [day for day in days(year) if CALENDAR.works(day) != chinese_calendar.is_workday(day)]

    assert wrong == []
    assert [day for day in days(year) if day in CALENDAR.work] != []


@pytest.mark.parametrize("year", PUBLISHED)
def test_published_years_are_those_of_holidays(year):
    china = public.China(years=year)

    assert [day for day in days(year) if not CALENDAR.works(day) and day.weekday() < 5 and day not in china] == []
    assert [day for day in days(year) if CALENDAR.works(day) != china.is_working_day(day)] == []


@pytest.mark.parametrize("year", PROVISIONAL)
def test_provisional_years_are_the_days_that_the_law_names(year):
    china = public.China(years=year)

    assert sorted(day for day in CALENDAR.off if day.year == year) == sorted(china)
    assert not [day for day in CALENDAR.work if day.year == year]


@pytest.mark.parametrize("day", sorted(CALENDAR.work))
def test_each_weekend_that_is_worked_counts(day):
    early, late = datetime.combine(day, time(8), SHANGHAI), datetime.combine(day, time(17, 30), SHANGHAI)

    assert CALENDAR.after(early, Working(hours=timedelta(hours=1))) == early + timedelta(hours=1, minutes=30)
    assert (
        CALENDAR.after(late - 7 * DAY, Working(days=len([n for n in range(7) if CALENDAR.works(day - n * DAY)])))
        == late
    )


@pytest.mark.parametrize(
    ("start", "delay", "end"),
    [
        # before the Spring Festival of 2026: Saturday 14 February is worked, off from 15 to 23, Saturday 28 is worked
        (at(2026, 2, 13, 10), Working(days=1), at(2026, 2, 14, 17, 30)),
        (at(2026, 2, 13, 10), Working(days=2), at(2026, 2, 24, 17, 30)),
        (at(2026, 2, 14, 17, 30), Working(hours=timedelta(hours=1)), at(2026, 2, 24, 9, 30)),
        (at(2026, 2, 24, 0, 1), Working(days=5), at(2026, 3, 2, 17, 30)),
        (at(2026, 2, 18, 3), Working(days=1), at(2026, 2, 24, 17, 30)),
        # over the National Day of 2025, with the Mid-Autumn Festival
        (at(2025, 9, 30, 23, 59), Working(days=1), at(2025, 10, 9, 17, 30)),
        (at(2025, 9, 30, 16, 30), Working(hours=timedelta(hours=2)), at(2025, 10, 9, 9, 30)),
        # over New Year without data: the day that the law names is off, nothing is moved
        (at(2026, 12, 31, 12), Working(days=1), at(2027, 1, 4, 17, 30)),
        # at noon, in the evening, by the minute
        (at(2026, 11, 27, 11, 30), Working(hours=timedelta(hours=1)), at(2026, 11, 27, 15)),
        (at(2026, 11, 27, 12, 0), Working(hours=timedelta(hours=3)), at(2026, 11, 27, 17, 30)),
        (at(2026, 11, 27, 20), Working(hours=timedelta(hours=7)), at(2026, 12, 1, 9)),
        (at(2026, 11, 27, 20), timedelta(hours=30), at(2026, 11, 29, 2)),
    ],
)
def test_a_delay_ends(start, delay, end):
    assert CALENDAR.after(start, delay) == end
    assert CALENDAR.after(start.astimezone(UTC), delay) == end  # a host in UTC counts alike
    assert CALENDAR.after(start.astimezone(UTC), delay).tzinfo is UTC


def test_half_days_end_at_noon():
    half = calendar({2026: Year(half=frozenset({date(2026, 3, 9)}))})

    assert half.after(at(2026, 3, 6, 9), Working(days=1)) == at(2026, 3, 9, 12)
    assert half.after(at(2026, 3, 9, 11), Working(hours=timedelta(hours=2))) == at(2026, 3, 10, 9, 30)
    whole = replace(half, hours=((time(9), time(17)),))
    assert whole.after(at(2026, 3, 9, 11), Working(hours=timedelta(hours=2))) == at(2026, 3, 10, 10)
    afternoons = replace(half, hours=((time(13), time(15)), (time(16), time(18))))
    assert afternoons.after(at(2026, 3, 6, 9), Working(days=1)) == at(2026, 3, 9, 15)


def test_steps_never_come_before_the_one_in_front():
    friday = at(2026, 11, 27, 17)
    delays = (Working(hours=timedelta(hours=1)), DAY, 5 * DAY)

    assert CALENDAR.steps(friday, delays) == [at(2026, 11, 30, 9), at(2026, 11, 30, 9), at(2026, 12, 2, 17)]


@given(st.dates(date(2023, 6, 1), date(2033, 1, 1)), st.integers(1, 60))
def test_later_and_earlier_are_each_other_backwards(day, n):
    later = CALENDAR.later(day, n)
    between = [day + k * DAY for k in range(1, (later - day).days + 1)]

    assert sum(map(CALENDAR.works, between)) == n
    assert CALENDAR.works(later)
    assert CALENDAR.later(CALENDAR.earlier(later, n), n) == later


@given(st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 1)), st.integers(1, 30), st.integers(0, 60))
def test_an_answer_is_late_after_the_end_of_the_last_working_day(moment, n, more):
    since = moment.replace(tzinfo=SHANGHAI)
    now = since + more * DAY

    late = promises.due(since, Working(days=n), CALENDAR) <= now

    assert late == (now.date() > promises.last_day(since, Working(days=n), CALENDAR))


def test_what_crosses_an_unpublished_year_is_provisional():
    assert not CALENDAR.is_provisional(at(2026, 12, 1), at(2026, 12, 31, 23))
    assert CALENDAR.is_provisional(at(2026, 12, 31, 16, zone=UTC), at(2026, 12, 31, 17, zone=UTC))  # 2027 in Shanghai
    assert CALENDAR.is_provisional(at(2026, 12, 1), at(2027, 1, 5))


def test_the_next_year_is_missed_from_december_on():
    assert CALENDAR.unpublished(at(2026, 11, 30, 23, 59)) is None
    assert CALENDAR.unpublished(at(2026, 12, 1)) == 2027
    assert CALENDAR.unpublished(at(2027, 5, 1)) == 2027
    known = calendar({2027: Year(source="x")})
    assert known.unpublished(at(2026, 12, 31)) is None
    assert CALENDAR.fingerprint != known.fingerprint
    assert CALENDAR.fingerprint == calendar().fingerprint


def test_a_year_of_ones_own_stands_alone_or_adds():
    shipped = {2026: Year(source="a", off=frozenset({date(2026, 10, 1)}), work=frozenset({date(2026, 10, 10)}))}
    more = {2026: Year(off=frozenset({date(2026, 10, 10)}), half=frozenset({date(2026, 10, 1)}))}

    assert together(shipped, more)[2026] == Year(
        source="a", off=frozenset({date(2026, 10, 10)}), half=frozenset({date(2026, 10, 1)})
    )
    alone = Year(source="b")
    assert together(shipped, {2026: alone, 2027: alone}) == {2026: alone, 2027: alone}


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"next": {}}, "next: is no year; write the table as [2027]"),
        ({"2027": {"off": ["1 May"]}}, "2027.off: '1 May' is no day"),
        ({"2027": {"off": ["2027-02-30"]}}, "is no day"),
        ({"2027": {"off": ["2027-05-05/2027-05-01"]}}, "is no day"),
        ({"2027": {"off": ["2027-01-01/2027-12-31"]}}, "is no day"),
        ({"2027": {"off": ["2026-12-31/2027-01-02"]}}, "is not in 2027"),
        ({"2027": {"work": ["2027-05-03"]}}, "2027-05-03 is a weekend that is worked only if it is one"),
        ({"2027": {"work": ["2027-05-08"], "off": ["2027-05-08"]}}, "and not off as well"),
        (
            {"2027": {"off": [f"2027-{m:02}-01/2027-{m:02}-28" for m in range(1, 8)]}},
            "are 196 days; a year has at most 180 without work",
        ),
        ({"2027": {"of": []}}, "2027.of: is not known; did you mean 'off'?"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(raw, said):
    problems = []
    read(raw, problems)

    assert [problem for problem in problems if said in problem]


def test_delays_are_compared_as_if_every_day_were_worked():
    assert nominal(Working(days=2)) == 2 * DAY
    assert nominal(Working(hours=timedelta(hours=3))) == timedelta(hours=3)
    assert nominal(DAY) == DAY
