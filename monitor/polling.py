"""When a platform is read again. PURE: what it did so far in, the next moment and the reason out.

A platform that publishes often is read often, one that sleeps is left alone, one that fails is asked less and less
but never given up. Where citizens write, nothing of this stretches the wait beyond five minutes: only what the
server asks for itself (Retry-After) does, and that no longer than an hour.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from monitor.model import Cursor, Platform

LOOKED_AT = 20  # newest entries whose dates tell a platform's habit
NOT_AT_ONCE = timedelta(minutes=1)  # between two passes that read what is left
FIRST_BACK_OFF = timedelta(minutes=1)
LONGEST_BACK_OFF = timedelta(hours=1)
MESSAGES_EVERY = timedelta(minutes=5)  # the longest wait where citizens write (house plan, section 5)
LONGEST_ASKED = timedelta(hours=1)  # of a Retry-After there
FILE_DAILY = timedelta(days=1)
FILE_WEEKLY = timedelta(days=7)
FILE_YOUNG = timedelta(days=30)
FIRST_FILE_BACK_OFF = timedelta(minutes=10)
AFTER_NIGHT = timedelta(minutes=15)  # over which the first readings of a morning are spread
OLD = timedelta(days=3)  # older than this at first contact: judged, but nobody is called for it


# errors of a platform that can't be reached; with any other it answers, but not with what it should
UNREACHABLE = frozenset(
    {"timeout", "dns", "refused", "unreachable", "connection_lost", "tls", "truncated"}
    | {f"http_{status}" for status in (500, 502, 503, 504, 520, 521, 522, 523, 524)}
)


class Why(StrEnum):
    """Why the next reading is when it is. The value is stored and shown."""

    FIRST = "first"  # never read so far
    HABIT = "habit"  # as often as new entries come
    QUIET = "quiet"  # nothing new for a long time
    BEHIND = "behind"  # there is more to read at once
    MESSAGES = "messages"  # citizens write here
    BACK_OFF = "back_off"  # it failed
    RETRY_AFTER = "retry_after"  # the server asked for time
    NIGHT = "night"  # not read at night, as the configuration says


@dataclass(frozen=True, slots=True)
class Next:
    at: datetime
    why: Why


def after_success(
    platform: Platform, published: Iterable[datetime], now: datetime, luck: float, *, behind: bool = False
) -> Next:
    """The next reading of a platform that has just been read well; ``behind``: not all that stands there.

    ``published`` are the dates of its entries, in any order; half the usual gap between the newest is kept within
    ``every``..``every_max``. ``luck`` in 0..1 spreads the readings over a tenth of the wait.
    """
    return _by_day(platform, _after_success(platform, published, now, luck, behind=behind), luck)


def _after_success(
    platform: Platform, published: Iterable[datetime], now: datetime, luck: float, *, behind: bool
) -> Next:
    if behind:
        return Next(now + _earlier(min(platform.every, NOT_AT_ONCE), luck), Why.BEHIND)
    if platform.messages:
        return Next(now + _earlier(min(platform.every, MESSAGES_EVERY), luck), Why.MESSAGES)
    span = _habit(sorted(date for date in published if date <= now)[-LOOKED_AT:], now)
    if span > platform.every_max:
        return Next(now + jittered(platform.every_max, luck), Why.QUIET)
    return Next(now + jittered(max(span, platform.every), luck), Why.HABIT)


def _by_day(platform: Platform, following: Next, luck: float) -> Next:
    """Out of the platform's night into the first minutes after it; never where citizens write."""
    if platform.messages or platform.night is None or not is_night(platform, following.at):
        return following
    _, end = platform.night
    local = following.at.astimezone(platform.zone)
    clock = local.time()
    day = local.date() if clock < end else local.date() + timedelta(days=1)
    return Next(datetime.combine(day, end, platform.zone).astimezone(UTC) + luck * AFTER_NIGHT, Why.NIGHT)


def is_night(platform: Platform, at: datetime) -> bool:
    """Whether the platform has a night and ``at`` lies in it."""
    if platform.night is None:
        return False
    begin, end = platform.night
    clock = at.astimezone(platform.zone).time()
    return begin <= clock < end if begin < end else clock >= begin or clock < end


def _habit(dates: list[datetime], now: datetime) -> timedelta:
    """Half the usual gap, or half of how long nothing has come; nothing where too few dates tell of a habit."""
    if len(dates) < 2:
        return timedelta(0)
    gap = (dates[-1] - dates[0]) / (len(dates) - 1)
    return max(gap, now - dates[-1]) / 2


def after_failure(platform: Platform, failures: int, asked: timedelta | None, now: datetime, luck: float) -> Next:
    """The next reading of a platform that failed ``failures`` times in a row; it is never given up.

    Doubles from a minute (or from ``every``, if that is shorter) to an hour, where citizens write to five minutes.
    ``asked`` is the server's Retry-After: the least wait.
    """
    longest = MESSAGES_EVERY if platform.messages else LONGEST_BACK_OFF
    wait = jittered(doubled(min(platform.every, FIRST_BACK_OFF), failures - 1, longest), luck)
    if platform.messages:
        wait = min(wait, longest)
        asked = None if asked is None else min(asked, LONGEST_ASKED)
    late = asked is not None and asked > wait
    following = Next(now + asked, Why.RETRY_AFTER) if asked is not None and late else Next(now + wait, Why.BACK_OFF)
    return _by_day(platform, following, luck)


def is_broken(platform: Platform, failures: int, wait: timedelta, broken_after: int) -> bool:
    """Whether people must hear of it: it failed too often, or citizens write there and it will be silent for long."""
    return failures >= broken_after or (platform.messages and wait > broken_after * MESSAGES_EVERY)


def is_old(cursor: Cursor, published_at: datetime | None, now: datetime) -> bool:
    """Whether an entry belongs to the baseline: it stood there for more than three days at first contact.

    One without a date can't be shown to be new, so it counts as old: the summary of the first day lists it.
    """
    return cursor.baselined_at is None and (published_at is None or now - published_at > OLD)


def after_file(since: datetime, now: datetime, luck: float, *, leaks: bool) -> datetime:
    """When a file that was read is looked at again: weekly for a month after it was published, then monthly.

    What leaks is looked at daily in that month, so that people soon hear that it is gone, and weekly after that.
    """
    young = now - since < FILE_YOUNG
    soon, late = (FILE_DAILY, FILE_WEEKLY) if leaks else (FILE_WEEKLY, FILE_YOUNG)
    return now + jittered(soon if young else late, luck)


def after_file_failure(failures: int, asked: timedelta | None, now: datetime, luck: float) -> datetime:
    """When a file is asked for again after ``failures`` in a row; ``asked`` is the least wait."""
    wait = jittered(doubled(FIRST_FILE_BACK_OFF, failures - 1, FILE_WEEKLY), luck)
    return now + max(wait, min(asked or timedelta(0), FILE_WEEKLY))


def jittered(span: timedelta, luck: float) -> timedelta:
    """``span`` moved by up to a tenth either way; ``luck`` is in 0..1."""
    return span * (0.9 + 0.2 * luck)


def _earlier(span: timedelta, luck: float) -> timedelta:
    """``span`` shortened by up to a tenth."""
    return span * (0.9 + 0.1 * luck)


def doubled(first: timedelta, times: int, most: timedelta) -> timedelta:
    """``first`` doubled ``times`` times, at most ``most``."""
    return min(first * (1 << min(max(times, 0), 20)), most)
