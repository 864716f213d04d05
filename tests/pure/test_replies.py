"""Whole calendar days in the agency's zone, and which dates of answers can be believed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import promises, replies
from monitor.model import Reply
from tests.pure.days import CALENDAR

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
T = datetime(2026, 11, 4, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def local(*moment, zone=SHANGHAI):
    return datetime(*moment, tzinfo=zone)


def late(since, now, within=15 * DAY, zone=SHANGHAI):
    return promises.due(since, within, replace(CALENDAR, zone=zone)) <= now


@pytest.mark.parametrize("clock", [(0, 0), (10, 0), (23, 59)])
def test_a_message_of_a_day_may_be_answered_until_the_end_of_the_last(clock):
    since = local(2026, 11, 4, *clock)

    assert not late(since, local(2026, 11, 19, 23, 59, 59))
    assert late(since, local(2026, 11, 20, 0, 0))


def test_days_are_the_agencys_own():
    since = datetime(2026, 11, 4, 15, 59, tzinfo=UTC)  # still the 4th in Shanghai

    assert late(since, datetime(2026, 11, 19, 16, 0, tzinfo=UTC))
    assert not late(since + timedelta(minutes=1), datetime(2026, 11, 19, 16, 0, tzinfo=UTC))


def test_days_of_23_and_25_hours_are_days():
    assert not late(local(2026, 10, 24, 0, 0, zone=BERLIN), local(2026, 10, 25, 23, 59, zone=BERLIN), DAY, BERLIN)
    assert late(local(2026, 10, 24, 23, 59, zone=BERLIN), local(2026, 10, 26, 0, 0, zone=BERLIN), DAY, BERLIN)
    assert late(local(2026, 3, 28, 23, 59, zone=BERLIN), local(2026, 3, 30, 0, 0, zone=BERLIN), DAY, BERLIN)
    assert not late(local(2026, 3, 28, 0, 0, zone=BERLIN), local(2026, 3, 29, 23, 59, zone=BERLIN), DAY, BERLIN)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)), st.integers(1, 999), st.integers(0, 2000))
def test_late_is_what_the_calendar_says(moment, days, after):
    since = moment.replace(tzinfo=SHANGHAI)
    now = since + timedelta(hours=after)

    expected = now.date() > since.date() + timedelta(days=days)

    assert late(since, now, timedelta(days=days)) == expected


def test_the_clock_begins_with_whatever_came_first():
    assert replies.waits_since(T - DAY, T) == T - DAY
    assert replies.waits_since(T + DAY, T) == T
    assert replies.waits_since(None, T) == T


@pytest.mark.parametrize(
    ("says", "kept"),
    [
        (None, T + 9 * DAY),
        (T + 3 * DAY, T + 3 * DAY),
        (T, T),
        (T - timedelta(hours=23), T),
        (T - DAY, T + 9 * DAY),
        (T + 9 * DAY, T + 9 * DAY),
        (T + 10 * DAY, T + 9 * DAY),
    ],
)
def test_an_answer_came_when_it_says_if_that_can_be(says, kept):
    assert replies.replied_at(Reply(at=says), T, T + 9 * DAY) == kept


def test_what_was_late_at_first_contact_stood_there():
    def stood(baselined_at, seen):
        return replies.stood_late(seen, baselined_at, promises.due(T, 15 * DAY, CALENDAR))

    assert stood(None, T + 99 * DAY)
    assert stood(T + 20 * DAY, T + 20 * DAY)
    assert not stood(T + 3 * DAY, T + 3 * DAY)
    assert not stood(T + 20 * DAY, T + 21 * DAY)  # shown only later, with an old date


@pytest.mark.parametrize(
    ("lost", "answered", "suspicious"), [(0, 0, False), (4, 4, False), (5, 5, True), (5, 10, False), (6, 11, True)]
)
def test_many_answers_do_not_disappear_at_once(lost, answered, suspicious):
    assert replies.is_suspicious(lost, answered) is suspicious


@pytest.mark.parametrize(
    ("since", "answered", "days"),
    [(T, T, 0), (T, T + timedelta(hours=13), 0), (T, T + timedelta(hours=14), 1), (T, T + 40 * DAY, 40)],
)
def test_days_taken_are_counted_by_midnights(since, answered, days):
    assert replies.days_taken(since, answered, SHANGHAI) == days


def test_a_day_begins_at_the_agencys_midnight():
    assert replies.today(T, SHANGHAI) == local(2026, 11, 4)
    assert replies.today(datetime(2026, 11, 4, 16, tzinfo=UTC), SHANGHAI) == local(2026, 11, 5)
