"""Site checks: what each says of a platform, with the official limits."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from classifiers.finding import Kind
from monitor.checks import certificate_expiring, page_stale, platform_silent, site_down, wrong_encoding
from monitor.checks.observed import Observed, Visits
from monitor.model import Board, Platform

NOW = datetime(2026, 11, 27, 4, 0, tzinfo=UTC)
PLATFORM = Platform(
    name="p", kind="feed", title="P", url="https://www.agency.example/", prefixes=(), stale_after=timedelta(days=14)
)
BOARD = replace(PLATFORM, kind="board", messages=True, stale_after=None)


def observed(platform=PLATFORM, **seen):
    return Observed(platform=platform, now=NOW, **seen)


def ago(*days):
    return tuple(NOW - timedelta(days=each) for each in days)


@pytest.mark.parametrize(
    ("days", "rule"), [(0, None), (11, None), (11.3, "soon"), (13.9, "soon"), (14, "over"), (400, "over")]
)
def test_nothing_new_for_too_long(days, rule):
    found = page_stale.check(observed(published=ago(days, days + 30)))

    assert (found and found.rule) == rule
    if found:
        assert (found.kind, found.where) == (Kind.PAGE_STALE, "14")


def test_half_a_year_warns_two_weeks_before():
    yearly = replace(PLATFORM, stale_after=timedelta(days=180))

    assert page_stale.check(observed(yearly, published=ago(165))) is None
    assert page_stale.check(observed(yearly, published=ago(167))).rule == "soon"


@pytest.mark.parametrize("published", [(), ago(-3)])
def test_entries_without_dates_or_from_the_future_say_nothing(published):
    assert page_stale.check(observed(published=published)) is None
    assert page_stale.check(observed(BOARD, published=ago(300))) is None


def test_the_same_silence_is_said_once_before_and_once_after_the_limit():
    first, again, over = (page_stale.check(observed(published=ago(days))) for days in (12, 12.0, 14))

    assert first.match == again.match
    assert first.match != over.match


def test_nobody_writes_where_people_usually_do():
    usual = ago(*range(4, 16))

    found = platform_silent.check(observed(BOARD, published=usual))

    assert (found.kind, found.excerpt, found.where) == (Kind.PLATFORM_SILENT, "2026-11-23", "1")


@pytest.mark.parametrize(
    "published",
    [
        ago(*range(1, 15)),  # as usual
        ago(*range(4, 12)),  # too few to know
        ago(*range(6, 60, 5)),  # they seldom write
        ago(2.5, *(2.5 + hour / 24 for hour in range(1, 20))),  # a lively board over a weekend
    ],
)
def test_a_silence_that_is_usual(published):
    assert platform_silent.check(observed(BOARD, published=published)) is None


def test_one_long_holiday_is_no_habit():
    with_holiday = ago(4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22)

    assert platform_silent.check(observed(BOARD, published=with_holiday)) is not None


def test_only_where_citizens_write():
    assert platform_silent.check(observed(published=ago(*range(4, 16)))) is None


@pytest.mark.parametrize(("days", "said"), [(None, False), (15, False), (14, True), (0, True), (-1, True)])
def test_a_certificate_that_ends_soon(days, said):
    until = None if days is None else NOW + timedelta(days=days)

    found = certificate_expiring.check(observed(certified_until=until))

    assert (found is not None) is said
    if found:
        assert (found.match, found.where) == (until.isoformat(), "14")


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("utf-8", False),
        ("header", False),
        ("declaration", False),
        ("detected", False),
        ("", False),
        ("gb18030", True),
        ("replaced", True),
        ("utf-8-mislabelled", True),
        ("header-mislabelled", True),
    ],
)
def test_another_encoding_than_it_says(rule, said):
    assert (wrong_encoding.check(observed(decoded_by=rule)) is not None) is said


def test_nobody_sees_the_encoding_of_a_boards_json():
    assert wrong_encoding.check(observed(replace(BOARD, board=Board()), decoded_by="gb18030")) is None


@pytest.mark.parametrize(
    ("total", "failed", "said"),
    [(0, 0, False), (139, 139, False), (140, 6, False), (140, 7, True), (2000, 99, False), (2000, 100, True)],
)
def test_five_in_a_hundred_visits_of_a_week(total, failed, said):
    assert (site_down.check(observed(), Visits(total, failed)) is not None) is said


def test_the_share_is_one_of_websites():
    mailbox = replace(BOARD, url="imaps://mail.agency.example")

    assert site_down.check(observed(mailbox), Visits(1000, 500)) is None


def test_the_share_is_said_once_a_week():
    share = site_down.check(observed(), Visits(1000, 72))
    later = site_down.check(replace(observed(), now=NOW + timedelta(days=4)), Visits(1000, 72))

    assert (share.excerpt, share.where, share.match) == ("7.2", "5", "2026-W48")
    assert later.match == "2026-W49"
