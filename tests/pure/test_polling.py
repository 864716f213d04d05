"""When a platform is read again, and why then."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import polling
from monitor.model import Cursor, Platform
from monitor.polling import Why

NOW = datetime(2026, 11, 4, 2, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MIDDLE = 0.5  # luck that moves nothing


def platform(**values):
    usual = {"name": "website", "kind": "feed", "title": "局网站", "url": "https://www.agency.example/feed.xml"}
    return Platform(**(usual | {"prefixes": ("https://www.agency.example/",)} | values))


@pytest.mark.parametrize(
    ("gap", "newest", "wait", "why"),
    [
        (10 * MINUTE, 5 * MINUTE, 15 * MINUTE, Why.HABIT),  # often: but never below `every`
        (HOUR, 5 * MINUTE, 30 * MINUTE, Why.HABIT),  # half the usual gap
        (HOUR, 90 * MINUTE, 45 * MINUTE, Why.HABIT),  # it has grown quieter
        (2 * DAY, HOUR, HOUR, Why.QUIET),
        (HOUR, 40 * DAY, HOUR, Why.QUIET),  # asleep
    ],
)
def test_a_platform_is_read_as_often_as_it_publishes(gap, newest, wait, why):
    dates = [NOW - newest - n * gap for n in range(8)]

    assert polling.after_success(platform(), dates, NOW, MIDDLE) == polling.Next(NOW + wait, why)


@pytest.mark.parametrize("dates", [[], [NOW - 90 * DAY], [NOW + DAY, NOW + 2 * DAY]])
def test_without_dates_that_tell_a_habit_it_is_read_at_its_shortest(dates):
    assert polling.after_success(platform(), dates, NOW, MIDDLE) == polling.Next(NOW + 15 * MINUTE, Why.HABIT)


@given(st.floats(0, 1), st.integers(1, 10_000))
def test_where_citizens_write_no_wait_is_longer_than_five_minutes(luck, failures):
    board = platform(messages=True, every=5 * MINUTE, every_max=DAY)

    well = polling.after_success(board, [NOW - 300 * DAY], NOW, luck)
    failed = polling.after_failure(board, failures, None, NOW, luck)

    assert Why.MESSAGES is well.why
    assert 4 * MINUTE < well.at - NOW <= 5 * MINUTE
    assert timedelta(0) < failed.at - NOW <= 5 * MINUTE


def test_a_failing_platform_is_left_alone_longer_and_longer_but_never_given_up():
    found = [polling.after_failure(platform(), n, None, NOW, MIDDLE) for n in (1, 2, 5, 1000)]

    assert [each.at - NOW for each in found] == [1 * MINUTE, 2 * MINUTE, 16 * MINUTE, 60 * MINUTE]
    assert {each.why for each in found} == {Why.BACK_OFF}


def test_a_quick_platform_backs_off_from_its_own_pace():
    quick = platform(every=timedelta(seconds=1))

    assert polling.after_failure(quick, 2, None, NOW, MIDDLE).at - NOW == timedelta(seconds=2)


@pytest.mark.parametrize(
    ("messages", "asked", "wait", "why"),
    [
        (False, 5 * HOUR, 5 * HOUR, Why.RETRY_AFTER),
        (False, timedelta(seconds=3), MINUTE, Why.BACK_OFF),
        (True, 5 * HOUR, HOUR, Why.RETRY_AFTER),  # where citizens write nobody waits for longer
    ],
)
def test_retry_after_is_the_least_wait(messages, asked, wait, why):
    found = polling.after_failure(platform(messages=messages), 1, asked, NOW, MIDDLE)

    assert found == polling.Next(NOW + wait, why)


@pytest.mark.parametrize(
    ("messages", "failures", "wait", "broken"),
    [
        (False, 2, HOUR, False),
        (False, 3, MINUTE, True),
        (True, 1, 5 * MINUTE, False),
        (True, 1, HOUR, True),  # one answer that keeps citizens' messages away for an hour is enough
    ],
)
def test_people_hear_of_a_platform_that_stays_unreadable(messages, failures, wait, broken):
    assert broken is polling.is_broken(platform(messages=messages), failures, wait, 3)


@pytest.mark.parametrize(
    ("published", "old"), [(NOW - 2 * DAY, False), (NOW - 4 * DAY, True), (None, True), (NOW + DAY, False)]
)
def test_what_stood_there_for_three_days_at_first_contact_is_old(published, old):
    assert old is polling.is_old(Cursor(platform="website"), published, NOW)
    assert not polling.is_old(Cursor(platform="website", baselined_at=NOW - DAY), published, NOW)


@given(st.floats(0, 1))
def test_jitter_stays_within_a_tenth(luck):
    assert 9 * MINUTE <= polling.jittered(10 * MINUTE, luck) <= 11 * MINUTE


@pytest.mark.parametrize("messages", [True, False])
def test_what_is_left_to_read_is_read_within_a_minute(messages):
    slow = Platform(name="p", kind="list", title="P", url="", prefixes=(), messages=messages, every=timedelta(hours=1))
    found = polling.after_success(slow, [], NOW, 1.0, behind=True)

    assert (found.at - NOW, found.why) == (timedelta(minutes=1), Why.BEHIND)


@pytest.mark.parametrize(
    ("age", "leaks", "wait"),
    [
        (DAY, False, 7 * DAY),
        (31 * DAY, False, 30 * DAY),
        (DAY, True, DAY),
        (31 * DAY, True, 7 * DAY),
    ],
)
def test_a_file_is_looked_at_again_weekly_for_a_month_then_monthly_and_sooner_while_it_leaks(age, leaks, wait):
    assert polling.after_file(NOW - age, NOW, MIDDLE, leaks=leaks) == NOW + wait


def test_a_file_that_fails_is_left_alone_longer_and_longer_but_never_given_up():
    waits = [polling.after_file_failure(n, None, NOW, MIDDLE) - NOW for n in (1, 2, 5, 1000)]

    assert waits == [10 * MINUTE, 20 * MINUTE, 160 * MINUTE, 7 * DAY]


def test_a_server_may_ask_for_time_before_a_file_but_not_for_ever():
    asked = [polling.after_file_failure(1, wait, NOW, MIDDLE) - NOW for wait in (MINUTE, HOUR, 90 * DAY)]

    assert asked == [10 * MINUTE, HOUR, 7 * DAY]


NIGHTLY = platform(night=(time(23), time(6)))


@pytest.mark.parametrize(
    ("hour", "expected"),
    [  # hours in UTC; Shanghai is eight ahead
        (14, None),  # 22:00 and a quarter
        (15, 22),  # 23:00 there: until 6:00 the next morning
        (20, 22),
        (22, None),  # 6:00 there
    ],
)
def test_at_night_nothing_is_read_that_can_wait(hour, expected):
    now = datetime(2026, 11, 4, hour, 0, tzinfo=UTC)

    found = polling.after_success(NIGHTLY, (), now, MIDDLE)

    assert (found.why is Why.NIGHT) is (expected is not None)
    if expected is not None:
        assert found.at == datetime(2026, 11, 4, expected, 7, 30, tzinfo=UTC)


def test_a_night_may_lie_within_one_day_and_holds_for_failures_too():
    early = platform(night=(time(1), time(5)))
    now = datetime(2026, 11, 3, 18, 0, tzinfo=UTC)  # 2:00 there

    at_five = polling.Next(datetime(2026, 11, 3, 21, tzinfo=UTC), Why.NIGHT)
    assert polling.after_failure(early, 1, None, now, 0.0) == at_five
    assert polling.after_failure(early, 1, None, now - 3 * HOUR, 0.0).why is Why.BACK_OFF


@pytest.mark.parametrize(("hour", "expected"), [(22, False), (23, True), (5, True), (6, False)])
def test_a_moment_lies_in_the_night_of_its_platform_or_not(hour, expected):
    moment = datetime(2026, 5, 4, hour, tzinfo=NIGHTLY.zone)

    assert polling.is_night(NIGHTLY, moment) is expected
    assert not polling.is_night(platform(), moment)


def test_where_citizens_write_there_is_no_night():
    now = datetime(2026, 11, 4, 16, 0, tzinfo=UTC)
    written_to = platform(night=(time(23), time(6)), messages=True)

    assert polling.after_success(written_to, (), now, MIDDLE).why is Why.MESSAGES
