"""Within what time messages are promised an answer, by what they are for, and when somebody is warned. PURE.

``[answers]`` holds for all platforms, ``[platform.answers]`` instead of it for one. What a table says itself stands
before its preset, a copy of some place's rules in ``config/answers.toml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from classifiers.finding import Purpose
from monitor.calendar import Calendar, nominal
from monitor.model import Delay, Working
from monitor.options import Options, parse_delay

WARN = "80%"
PURPOSES = (Purpose.QUESTION, Purpose.COMPLAINT, Purpose.SUGGESTION, Purpose.CORRECTION)
_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)

Warn = float | Delay | None  # a share of the time, a span before its end, or never


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """``within`` is the ordinary time of a preset, None where none is named."""

    within: Delay | None = None
    by_purpose: Mapping[Purpose, Delay] = field(default_factory=dict)
    warn: Warn = None
    handed_on: int = 3  # transfers of a record that are nothing unusual


def presets(raw: Mapping[str, object], problems: list[str]) -> dict[str, Answers]:
    """What ``config/answers.toml`` knows, by name."""
    top, found = Options("answers.toml", raw, problems), {}
    for name in raw:
        table = top.table(name)
        table.text("source")
        table.text("note", "")
        within = _within(table, "within")
        found[name] = Answers(within=within, by_purpose=_by_purpose(table))
        table.finish()
    return found


def read(table: Options, known: Mapping[str, Answers]) -> Answers:
    """``[answers]``."""
    found = replace(_read(table, known), warn=_warn(table), handed_on=table.number("handed_on", 3, 1, 100))
    table.finish()
    return found


def of_platform(table: Options, known: Mapping[str, Answers], usual: Answers) -> Answers:
    """``[platform.answers]``, or ``usual`` where it says nothing."""
    found = _read(table, known)
    table.finish()
    return replace(found, warn=usual.warn, handed_on=usual.handed_on) if found != Answers() else usual


def _read(table: Options, known: Mapping[str, Answers]) -> Answers:
    name = table.text("preset", "")
    if name and name not in known:
        table.problem("preset", f"{name!r} is not known; known are: {', '.join(known)}")
    preset = known.get(name, Answers())
    return replace(preset, by_purpose={**preset.by_purpose, **_by_purpose(table)})


def _by_purpose(table: Options) -> dict[Purpose, Delay]:
    return {purpose: within for purpose in PURPOSES if (within := _within(table, str(purpose)))}


def _within(table: Options, key: str) -> Delay | None:
    raw = table.text(key, "")
    return table.delay(key, "15d", "1h", "999d") if raw else None


def _warn(table: Options) -> Warn:
    raw = table.text("warn", WARN).strip()
    if not raw:
        return None
    share = raw.removesuffix("%")
    if share != raw and share.isascii() and share.isdecimal() and 0 < int(share) < 100:
        return int(share) / 100
    span = parse_delay(raw)
    if span is None or (isinstance(span, Working) and not span.days) or not nominal(span):
        table.problem("warn", f'{raw!r} must be a share of the time like "80%", or a span before its end like "1wd"')
        return None
    return span


def in_whole_days(within: Delay) -> bool:
    """Whether an answer may be given until the end of a day, or until the hour."""
    return not within % _DAY if isinstance(within, timedelta) else within.days > 0


def due(since: datetime, within: Delay, calendar: Calendar) -> datetime:
    """When a message that waits ``since`` becomes late: at the midnight that ends its last day, or at the hour."""
    if not in_whole_days(within):
        return calendar.after(since, within)
    return _midnight_after(last_day(since, within, calendar), calendar, since)


def last_day(since: datetime, within: Delay, calendar: Calendar) -> date:
    """The day by whose end a message that waits ``since`` must be answered."""
    day = since.astimezone(calendar.zone).date()
    return day + within if isinstance(within, timedelta) else calendar.later(day, within.days)


def warned(since: datetime, due: datetime, warn: Warn, calendar: Calendar) -> datetime | None:
    """When somebody is told that a message becomes late; None for never.

    Where it does so at midnight, they are told when the office opens, on the day that the share or span leads to, or on
    the last working day before it.
    """
    if warn is None:
        return None
    zone, last = calendar.zone, (due - _INSTANT).astimezone(calendar.zone).date()
    if isinstance(warn, Working):
        moment = _opening(calendar.earlier(last, warn.days), calendar, due)
    else:
        moment = since + (due - since) * warn if isinstance(warn, float) else due - warn
    if due.astimezone(zone).time() == time(0):
        moment = _opening(calendar.earlier(moment.astimezone(zone).date() + _DAY, 1), calendar, due)
    return max(since, moment)


def _opening(day: date, calendar: Calendar, like: datetime) -> datetime:
    return datetime.combine(day, calendar.hours[0][0], calendar.zone).astimezone(like.tzinfo)


def _midnight_after(day: date, calendar: Calendar, like: datetime) -> datetime:
    return datetime.combine(day + _DAY, time(0), calendar.zone).astimezone(like.tzinfo)
