"""Dates as feeds and servers write them, into aware UTC. PURE; stdlib only.

One small grammar reads them all: a day, perhaps a time, perhaps a zone. RFC 822 and 850, asctime,
ISO 8601, RFC 3339, JavaScript's ``Date.toString``, "2024-05-11 09:12:33", "2024年5月11日 9时12分",
WordPress' half-translated "周六, 11 5月 2024 09:12:33 +0800", seconds or milliseconds since 1970.
Day and month in figures without a leading year ("05/11/2024") are ambiguous and are not guessed.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 1990, 2100  # others are absurd: no date rather than a wrong one
MAX_LENGTH = 100  # code points that are looked at

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMERALS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
_NAME = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]{{0,6}}\.?"
_MONTH = rf"(?:{_NAME}|(?P<figure>\d{{1,2}})月|(?P<numeral>十[一二]?|[一二三四五六七八九])月)"

_DAYS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<!\d)(?P<year>\d{4})\s?年\s?(?P<figure>\d{1,2})\s?月\s?(?P<day>\d{1,2})(?!\d)\s?[日号]?",
        r"(?<!\d)(?P<year>\d{4})(?P<cut>[-/.])(?P<figure>\d{1,2})(?P=cut)(?P<day>\d{1,2})(?!\d)",
        r"(?<!\d)(?P<year>\d{4})(?P<figure>\d{2})(?P<day>\d{2})(?=t\d|$)",
        rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[ -]{_MONTH}[ ,-]{{1,2}}(?P<year>\d{{4}}|\d{{2}})(?!\d)",
        rf"\b{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}})(?!\d)",
        rf"\b{_NAME} (?P<day>\d{{1,2}}) (?=\d\d?:\d\d:\d\d.* (?P<year>\d{{4}})$)",  # asctime
        r"^(?P<year>\d{4})(?:-(?P<figure>\d{2}))?$",
    )
)
_TIME = re.compile(
    r"(?<!\d)(?P<half>上午|下午|晚上|凌晨|am|pm)?\s?(?P<hour>\d{1,2})\s?(?:[:时点]\s?(?P<minute>\d{1,2})"
    r"(?:\s?[:分]\s?(?P<second>\d{1,2})(?:[.,](?P<part>\d{1,9}))?)?|[时点]整?)(?:\s?(?P<late>am|pm))?"
)
_COMPACT_TIME = re.compile(r"^t(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?")
_OFFSET = re.compile(r"(?:gmt|utc?)?\s?(?P<sign>[+-])(?P<hours>\d{2}|\d(?!\d))(?::?(?P<minutes>\d{2}))?(?!\d)")
_NAMED = re.compile(r"\b(?:[a-z]{1,4}t|utc|z)\b")
_SINCE_1970 = re.compile(r"\d{9,10}(?:\d{3})?(?:\.\d+)?")
_SPLIT = tuple(  # a day and its month as calendar sheets on list pages show them
    re.compile(pattern)
    for pattern in (
        r"^(?P<day>\d{1,2})日?\s?(?P<year>\d{4})\s?[-/.年]\s?(?P<month>\d{1,2})月?$",
        r"^(?P<year>\d{4})\s?[-/.年]\s?(?P<month>\d{1,2})月?\s(?P<day>\d{1,2})日?$",
        r"^(?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?\s(?P<year>\d{4})年?$",
        r"^(?P<year>\d{4})年?\s(?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?$",
    )
)
_YEARLESS = re.compile(r"(?<![\d./-])(?P<month>\d{1,2})\s?[-/.月]\s?(?P<day>\d{1,2})(?![\d./-])日?")
_AGO = re.compile(r"(?P<n>\d{1,3}|半)\s?个?(?P<unit>秒钟?|分钟?|小时|天|日|周|星期|月)\s?之?前")
_UNITS = {"秒": 1, "分": 60, "小": 3600, "天": 86_400, "日": 86_400, "周": 604_800, "星": 604_800, "月": 2_592_000}
_SO_MANY_DAYS_AGO = {"刚刚": 0, "今天": 0, "今日": 0, "昨天": 1, "昨日": 1, "前天": 2}
_AHEAD = timedelta(days=2)  # a date without a year that lies further ahead is last year's
_HOURS = {"z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "bst": 1, "cet": 1, "cest": 2, "msk": 3, "hkt": 8, "sgt": 8}
_HOURS |= {"jst": 9, "kst": 9, "est": -5, "edt": -4, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7}
_CHINA = timedelta(hours=8)
_DAY = 86_400  # seconds


def parse(raw: str, zone: ZoneInfo) -> datetime | None:
    """The moment in UTC, or None when ``raw`` names none that can be told.

    ``zone`` is the platform's: it holds where ``raw`` names no zone or an unknown one. "CST" is China
    Standard Time where ``zone`` is eight hours east, and US Central elsewhere. Without a time it is
    midnight.
    """
    text = " ".join(unicodedata.normalize("NFKC", raw[:MAX_LENGTH]).lower().split())
    if _SINCE_1970.fullmatch(text):
        return _since_1970(text)
    for pattern in _DAYS:
        found = pattern.search(text)
        if found:
            return _moment(found, text[found.end() :], zone)
    return None


def near(raw: str, zone: ZoneInfo, now: datetime | None) -> datetime | None:
    """The same for a date on a list page, which may have no year ("[11-03]"), be split, or be told from ``now``.

    Without ``now`` only whole dates are read.
    """
    text = " ".join(unicodedata.normalize("NFKC", raw[:MAX_LENGTH]).strip(" []()【】:：\n\t").lower().split())
    whole = parse(text, zone)
    if whole is not None:
        return whole
    split = next((found for pattern in _SPLIT if (found := pattern.search(text))), None)
    if split:
        return parse(f"{split['year']}-{split['month']}-{split['day']}", zone)
    return _told_from(text, zone, now) if now else None


def _told_from(text: str, zone: ZoneInfo, now: datetime) -> datetime | None:
    today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    for word, days in _SO_MANY_DAYS_AGO.items():
        if word in text:
            return parse(f"{today - timedelta(days=days):%Y-%m-%d} {text.partition(word)[2]}", zone)
    ago = _AGO.search(text)
    if ago:
        seconds = _UNITS[ago["unit"][0]]
        before = now - timedelta(seconds=seconds * (0.5 if ago["n"] == "半" else int(ago["n"])))
        return before.astimezone(UTC) if seconds < _DAY else parse(f"{before.astimezone(zone):%Y-%m-%d}", zone)
    found = _YEARLESS.search(text)
    if found is None:
        return None
    rest = text[found.end() :]
    this_year = parse(f"{today.year}-{found['month']}-{found['day']} {rest}", zone)
    if this_year is not None and this_year <= now + _AHEAD:
        return this_year
    return parse(f"{today.year - 1}-{found['month']}-{found['day']} {rest}", zone)


def _since_1970(text: str) -> datetime | None:
    seconds = int(text.partition(".")[0])
    if len(text.partition(".")[0]) > 10:
        seconds //= 1000
    return _plausible(datetime.fromtimestamp(seconds, UTC))


def _moment(day: re.Match[str], rest: str, zone: ZoneInfo) -> datetime | None:
    time = _COMPACT_TIME.match(rest) or _TIME.search(rest)
    try:
        midnight = datetime(_year(day["year"]), _month(day), int(day.groupdict().get("day") or 1), tzinfo=zone)
        local = midnight + (_clock(time) if time else timedelta(0))
        moment = local.replace(tzinfo=_zone(rest[time.end() :] if time else "", local, zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return _plausible(moment)


def _plausible(moment: datetime) -> datetime | None:
    return moment if FIRST_YEAR <= moment.year <= LAST_YEAR else None


def _year(raw: str) -> int:
    """Two figures as RFC 2822 reads them."""
    year = int(raw)
    if len(raw) == 4:
        return year
    return year + (2000 if year < 50 else 1900)


def _month(day: re.Match[str]) -> int:
    named = day.groupdict()
    if named.get("month"):
        return _MONTHS.index(named["month"]) + 1
    if named.get("numeral"):
        return _NUMERALS.index(named["numeral"]) + 1
    return int(named.get("figure") or 1)


def _clock(time: re.Match[str]) -> timedelta:
    """Since midnight; 24:00 is the next one, a leap second is the one before it. ValueError beyond."""
    named = time.groupdict()
    hour, minute, second = int(named["hour"]), int(named["minute"] or 0), int(named["second"] or 0)
    half = named.get("half") or named.get("late")
    if half in {"下午", "晚上", "pm"} and hour < 12:
        hour += 12
    elif half in {"am", "上午", "凌晨"} and hour == 12:
        hour = 0
    clock = timedelta(hours=hour, minutes=minute, seconds=min(second, 59))
    if minute > 59 or second > 60 or clock > timedelta(hours=24):
        raise ValueError("no time of day")
    return clock


def _zone(rest: str, local: datetime, zone: ZoneInfo) -> tzinfo:
    offset = _OFFSET.search(rest)
    if offset:
        ahead = timedelta(hours=int(offset["hours"]), minutes=int(offset["minutes"] or 0))
        return timezone(ahead if offset["sign"] == "+" else -ahead)
    named = _NAMED.search(rest)
    word = named[0] if named else ""
    if word == "cst":
        return zone if zone.utcoffset(local) == _CHINA else timezone(timedelta(hours=-6))
    if "北京时间" in rest:
        return timezone(_CHINA)
    return timezone(timedelta(hours=_HOURS[word])) if word in _HOURS else zone


def retry_after(raw: str, now: datetime) -> timedelta | None:
    """What a Retry-After header asks for: seconds or an HTTP date, between nothing and one day.

    None for anything else. ``now`` is aware.
    """
    raw = raw[:MAX_LENGTH].strip()
    if re.fullmatch(r"-?[0-9]+", raw):
        return timedelta(seconds=min(max(int(raw), 0), _DAY))
    try:
        moment = parsedate_to_datetime(raw)
    except (ValueError, OverflowError):
        return None
    wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    return min(max(wait, timedelta(0)), timedelta(seconds=_DAY))
