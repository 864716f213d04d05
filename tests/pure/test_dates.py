"""Dates of feeds and of Retry-After."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor import dates
from monitor.dates import parse, retry_after

SHANGHAI = ZoneInfo("Asia/Shanghai")
CHICAGO = ZoneInfo("America/Chicago")
NINE = datetime(2024, 5, 11, 1, 12, 33, tzinfo=UTC)  # 09:12:33 in China
NINE_SHARP = NINE.replace(second=0)
NINE_UTC = NINE.replace(hour=9)
MIDNIGHT = datetime(2024, 5, 10, 16, tzinfo=UTC)
AFTERNOON = datetime(2024, 5, 11, 7, 4, tzinfo=UTC)

GOOD = [
    ("Sat, 11 May 2024 09:12:33 +0800", NINE),
    ("Sat, 11 May 2024 09:12:33 GMT", NINE_UTC),
    ("Sat, 11 May 2024 09:12:33 UT", NINE_UTC),
    ("Sat, 11 May 2024 09:12:33 Z", NINE_UTC),
    ("Sat, 11 May 2024 09:12:33", NINE),
    ("Sat, 11 May 2024 09:12:33 CST", NINE),
    ("Sat, 11 May 2024 09:12:33 HKT", NINE),
    ("Sat, 11 May 2024 10:12:33 JST", NINE),
    ("Fri, 10 May 2024 21:12:33 EDT", NINE),
    ("Sat, 11 May 2024 09:12:33 GMT+8", NINE),
    ("Sat, 11 May 2024 09:12:33 GMT+08:00", NINE),
    ("Sat, 11 May 2024 09:12:33 UTC+8", NINE),
    ("Sat, 11 May 2024 09:12:33 NST", NINE),  # a zone nobody knows: the platform's
    ("Sat, 11 Sept. 2024 09:12:33 GMT", NINE_UTC.replace(month=9)),
    ("11 May 24 09:12:33 +0800", NINE),
    ("11 May 99 09:12:33 +0800", NINE.replace(year=1999)),
    ("Saturday, 11-May-24 09:12:33 GMT", NINE_UTC),
    ("Sat May 11 09:12:33 2024", NINE),
    ("Sat May 11 09:12:33 CST 2024", NINE),
    ("Sat May 11 2024 09:12:33 GMT+0800 (中国标准时间)", NINE),
    ("May 11, 2024 9:12 am", NINE_SHARP),
    ("September 1st, 2024 下午 3:05", datetime(2024, 9, 1, 7, 5, tzinfo=UTC)),
    ("2024-05-11T09:12:33+08:00", NINE),
    ("2024-05-11T09:12:33.123456+08:00", NINE),
    ("2024-05-11T09:12:33.123Z", NINE_UTC),
    ("2024-05-11T09:12+0800", NINE_SHARP),
    ("20240511T091233Z", NINE_UTC),
    ("20240511T0912", NINE_SHARP),
    ("20240511", MIDNIGHT),
    ("2024-05-11 09:12:33", NINE),
    ("2024-05-11 09:12:33 北京时间", NINE),
    (" 2024-05-11\n 09:12:33 ", NINE),
    ("2024-05-11", MIDNIGHT),
    ("2024-05", datetime(2024, 4, 30, 16, tzinfo=UTC)),
    ("2024", datetime(2023, 12, 31, 16, tzinfo=UTC)),
    ("2024/5/11", MIDNIGHT),
    ("2024/5/11 9:12", NINE_SHARP),
    ("2024.5.11 9:12:33", NINE),
    ("2024年5月11日 9时12分", NINE_SHARP),
    ("2024年5月11日9时12分33秒", NINE),
    ("2024年05月11日 09:12:33", NINE),
    ("2024年5月11日", MIDNIGHT),
    ("2024 年 5 月 11 日 下午3点4分", AFTERNOON),
    ("2024年5月11日 15时04", AFTERNOON),
    ("2024年5月11日 下午3时", AFTERNOON.replace(minute=0)),
    ("发布时间：2024-05-11 15:04", AFTERNOON),
    ("２０２４－０５－１１ ０９：１２：３３", NINE),
    ("周六, 11 5月 2024 09:12:33 +0800", NINE),
    ("星期六, 11 五月 2024 09:12:33 +0800", NINE),
    ("11 十二月 2024 09:12:33", NINE.replace(month=12)),
    ("2024-05-11 12:30 am", datetime(2024, 5, 10, 16, 30, tzinfo=UTC)),
    ("2024-05-11 12:30 pm", datetime(2024, 5, 11, 4, 30, tzinfo=UTC)),
    ("2024-05-11 24:00:00", MIDNIGHT + timedelta(days=1)),
    ("2016-12-31 23:59:60", datetime(2016, 12, 31, 15, 59, 59, tzinfo=UTC)),
    ("1715389953", NINE),
    ("1715389953123", NINE),
    ("1715389953.5", NINE),
]

BAD = [
    "",
    "昨天 10:00",
    "not a date",
    "05/11/2024",
    "0000-00-00 00:00:00",
    "0001-01-01T00:00:00Z",
    "1970-01-01T00:00:00Z",
    "9999-12-31T23:59:59-08:00",
    "2102-01-01",
    "2024-13-01",
    "2024-02-30",
    "2024-05-11 25:00:00",
    "2024-05-11 09:61:00",
    "2024-05-11T09:12:33-24:30",
    "Sat, 32 May 2024 09:12:33 GMT",
    "Sat, 11 Foo 2024 09:12:33 GMT",
    "9999999999",
    "1" * 100_000,
    "2024-" * 100_000,
    " " * 100_000,
]


@pytest.mark.parametrize(("raw", "expected"), GOOD)
def test_a_date_is_read(raw, expected):
    assert expected == parse(raw, SHANGHAI)


@pytest.mark.parametrize("raw", BAD, ids=lambda raw: raw[:40])
def test_no_date_is_better_than_a_wrong_one(raw):
    assert parse(raw, SHANGHAI) is None


def test_cst_is_us_central_where_the_platform_is_not_chinese():
    assert parse("Sat, 11 May 2024 09:12:33 CST", CHICAGO) == datetime(2024, 5, 11, 15, 12, 33, tzinfo=UTC)


def test_a_naive_date_follows_the_platforms_summer_time():
    assert parse("2024-05-11 09:12:33", CHICAGO) == datetime(2024, 5, 11, 14, 12, 33, tzinfo=UTC)
    assert parse("2024-01-11 09:12:33", CHICAGO) == datetime(2024, 1, 11, 15, 12, 33, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("-5", 0),
        ("315360000", 86_400),  # ten years
        ("9" * 50, 86_400),
        ("Thu, 01 Jan 2026 00:01:00 GMT", 60),
        ("Thu, 01 Jan 2026 00:01:00 -0000", 60),
        ("Thursday, 01-Jan-26 00:01:00 GMT", 60),
        ("Thu Jan  1 00:01:00 2026", 60),
        ("Thu, 01 Jan 2015 00:00:00 GMT", 0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Thu, 01 Jan 2036 00:00:00 GMT", 86_400),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400),
        ("soon", None),
        ("", None),
        ("1.5", None),
        ("Thu, 01 Jan 99999 00:00:00 GMT", None),
        ("Thu, 01 Jan 2026 00:00:00 +9999", None),
    ],
)
def test_retry_after(raw, seconds):
    expected = None if seconds is None else timedelta(seconds=seconds)

    assert expected == retry_after(raw, datetime(2026, 1, 1, tzinfo=UTC))


NEAR = datetime(2026, 11, 27, 3, tzinfo=UTC)  # 11:00 in Shanghai


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("2026-11-03", "2026-11-03 00:00"),
        ("发布时间：2026年11月3日 10:22", "2026-11-03 10:22"),
        ("[11-03]", "2026-11-03 00:00"),
        ("(11/03)", "2026-11-03 00:00"),
        ("11月3日 8:05", "2026-11-03 08:05"),
        ("11.28", "2026-11-28 00:00"),
        ("12-25", "2025-12-25 00:00"),
        ("[12-25 08:30]", "2025-12-25 08:30"),
        ("03 2026-11", "2026-11-03 00:00"),
        ("2026年11月 03", "2026-11-03 00:00"),
        ("11-03 2026", "2026-11-03 00:00"),
        ("2026 11-03", "2026-11-03 00:00"),
        ("今天", "2026-11-27 00:00"),
        ("昨天 10:20", "2026-11-26 10:20"),
        ("前天", "2026-11-25 00:00"),
        ("3天前", "2026-11-24 00:00"),
        ("2 周前", "2026-11-13 00:00"),
        ("5个月前", "2026-06-30 00:00"),
        ("2小时前", "2026-11-27 09:00"),
        ("半小时前", "2026-11-27 10:30"),
        ("10分钟前", "2026-11-27 10:50"),
    ],
)
def test_dates_of_list_pages_are_told_from_the_day_they_are_read(raw, day):
    assert f"{dates.near(raw, SHANGHAI, NEAR).astimezone(SHANGHAI):%Y-%m-%d %H:%M}" == day


@pytest.mark.parametrize("raw", ["", "13-45", "1.5.2", "第1章", "02-30", "电话 0000-5550100"])
def test_what_is_no_date_of_a_list_page(raw):
    assert dates.near(raw, SHANGHAI, NEAR) is None


def test_without_a_day_to_tell_from_only_whole_dates_are_read():
    assert [dates.near(raw, SHANGHAI, None) for raw in ("11-03", "今天", "3天前")] == [None] * 3
    assert dates.near("03 2026-11", SHANGHAI, None) is not None


def test_the_turn_of_the_year_is_told_in_the_zone_of_the_platform():
    new_year = datetime(2026, 12, 31, 17, tzinfo=UTC)  # the first of January in Shanghai

    assert dates.near("01-01", SHANGHAI, new_year) == datetime(2026, 12, 31, 16, tzinfo=UTC)
    assert dates.near("12-31", SHANGHAI, new_year) == datetime(2026, 12, 30, 16, tzinfo=UTC)
