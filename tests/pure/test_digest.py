"""Weeks are local and half-open, digests are due once they are over, and words count items."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.finding import Kind
from monitor import digest
from monitor.model import Escalation, Period, Severity, State
from monitor.summary import KindCount, PlatformHealth, Tally

SHANGHAI = ZoneInfo("Asia/Shanghai")
ZONES = [ZoneInfo(name) for name in ("Asia/Shanghai", "Asia/Urumqi", "UTC", "Europe/Berlin", "Pacific/Apia")]
MOMENTS = st.integers(1_420_070_400, 2_051_222_400).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
W47 = Period(datetime(2026, 11, 15, 16, tzinfo=UTC), datetime(2026, 11, 22, 16, tzinfo=UTC))


def local(*when: int) -> datetime:
    return datetime(*when, tzinfo=SHANGHAI).astimezone(UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("moment", "start"),
    [
        (local(2026, 11, 16, 0, 0), local(2026, 11, 16)),
        (local(2026, 11, 22, 23, 59), local(2026, 11, 16)),
        (local(2026, 11, 23, 0, 0), local(2026, 11, 23)),
        (datetime(2026, 11, 22, 15, 59, tzinfo=UTC), local(2026, 11, 16)),
        (datetime(2026, 11, 22, 16, 0, tzinfo=UTC), local(2026, 11, 23)),
    ],
)
def test_a_week_begins_on_local_monday(moment: datetime, start: datetime) -> None:
    assert digest.week_of(moment, SHANGHAI) == Period(start, start + timedelta(days=7))


@given(moment=MOMENTS, zone=st.sampled_from(ZONES))
def test_weeks_lie_side_by_side_and_hold_their_moments(moment: datetime, zone: ZoneInfo) -> None:
    week = digest.week_of(moment, zone)
    before = digest.previous(week, zone)

    assert week.start <= moment < week.end
    assert before.end == week.start
    assert before == digest.week_of(week.start - timedelta(minutes=1), zone)
    assert digest.week_of(week.end, zone).start == week.end
    assert week.start.astimezone(zone).weekday() == 0
    assert week.start.tzinfo is UTC


def test_a_week_with_a_changed_clock_is_an_hour_longer() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    week = digest.week_of(datetime(2026, 10, 25, 12, tzinfo=UTC), berlin)

    assert week.end - week.start == timedelta(days=7, hours=1)


@pytest.mark.parametrize(
    ("start", "name"),
    [(local(2026, 11, 16), "2026-W47"), (local(2026, 12, 28), "2026-W53"), (local(2025, 12, 29), "2026-W01")],
)
def test_weeks_are_named_as_iso_does(start: datetime, name: str) -> None:
    assert digest.iso_week(Period(start, start + timedelta(days=7)), SHANGHAI) == name


@pytest.mark.parametrize(
    ("now", "weekday", "week"),
    [
        (local(2026, 11, 23, 8, 29), 0, "2026-W46"),  # not yet time: the last one must exist
        (local(2026, 11, 23, 8, 30), 0, "2026-W47"),
        (local(2026, 11, 29, 23, 59), 0, "2026-W47"),
        (local(2026, 11, 30, 0, 0), 0, "2026-W47"),
        (local(2026, 11, 30, 8, 30), 0, "2026-W48"),
        (local(2026, 11, 27, 8, 29), 4, "2026-W46"),  # on Fridays
        (local(2026, 11, 27, 8, 30), 4, "2026-W47"),
    ],
)
def test_the_newest_digest_that_should_exist(now: datetime, weekday: int, week: str) -> None:
    period = digest.due(now, SHANGHAI, weekday, time(8, 30))

    assert digest.iso_week(period, SHANGHAI) == week


@given(
    now=MOMENTS,
    later=st.timedeltas(timedelta(0), timedelta(days=30)),
    weekday=st.integers(0, 6),
    zone=st.sampled_from(ZONES),
)
def test_a_digest_is_of_a_finished_week_and_never_goes_back(
    now: datetime, later: timedelta, weekday: int, zone: ZoneInfo
) -> None:
    first = digest.due(now, zone, weekday, time(8, 30))

    assert first.end <= now
    assert now - first.end < timedelta(days=14)
    assert digest.due(now + later, zone, weekday, time(8, 30)).start >= first.start


def record(number: int, deadline: datetime) -> Escalation:
    return Escalation(
        id=number,
        number=f"2026-{number:04d}",
        kind=Kind.HAZARD,
        severity=Severity.URGENT,
        state=State.OPEN,
        platform="board",
        item=number,
        subject="",
        locator="",
        owner="duty",
        opened_at=W47.start,
        deadline=deadline,
    )


def platform(name: str, failures: int, items: int, error: str = "") -> PlatformHealth:
    return PlatformHealth(
        name=name, title=name, last_good_at=None, failures=failures, error=error, detail="", items=items
    )


CLOSED = Tally(kind=Kind.HAZARD, right=4, wrong=1)


def test_a_summary_puts_the_worst_first() -> None:
    summary = digest.summarise(
        period=W47,
        zone=SHANGHAI,
        now=W47.end,
        open_records=[record(1, W47.end), record(3, W47.start), record(2, W47.start)],
        opened=({Kind.HAZARD: 1, Kind.SCAM: 2}, {Kind.SCAM: 1}, {Kind.CRISIS: 4}),
        closed=(CLOSED,),
        platforms=[platform("a", 0, 3), platform("b", 1, 4, "dns"), platform("c", 9, 0, "tls")],
        words=(("供水", 3),),
        undelivered=1,
    )

    assert [each.id for each in summary.open_records] == [2, 3, 1]
    assert summary.counts == (
        KindCount(kind=Kind.SCAM, counts=(2, 1, 0)),
        KindCount(kind=Kind.HAZARD, counts=(1, 0, 0)),
        KindCount(kind=Kind.CRISIS, counts=(0, 0, 4)),
    )
    assert [each.name for each in summary.platforms] == ["c", "b", "a"]
    assert (summary.items, summary.closed, summary.undelivered, summary.iso_week) == (7, (CLOSED,), 1, "2026-W47")
    assert summary.words == (("供水", 3),)


def test_an_empty_week_is_a_summary_too() -> None:
    summary = digest.summarise(
        period=W47, zone=SHANGHAI, now=W47.end, open_records=[], opened=({}, {}, {}), platforms=[]
    )

    assert (summary.open_records, summary.counts, summary.platforms, summary.items) == ((), (), (), 0)


def test_words_are_counted_once_an_item() -> None:
    texts = ["供水 供水 供水 停水", "供水 停水 App", "供水 app", "停电"]

    assert digest.top_words(texts, str.split, 5) == (("供水", 3), ("app", 2), ("停水", 2))
    assert digest.top_words(texts, str.split, 1) == (("供水", 3),)


def test_what_tells_nothing_is_left_out() -> None:
    texts = ["问题 我们 水 138****0000 张* 2026 ， *** the \u3000 公交"] * 3

    assert digest.top_words(texts, str.split, 9) == (("公交", 3),)


def test_a_word_of_one_item_is_left_out() -> None:
    assert digest.top_words(["某某某 说的话"], str.split, 9) == ()
    assert digest.top_words([], str.split, 9) == ()
