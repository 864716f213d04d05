"""Working days and hours: public holidays, weekends that are worked (调休), half days. PURE.

A year whose days have not been published is *provisional*: what is counted across it may move when they are, by no more
than the days that are moved.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from itertools import accumulate, count
from zoneinfo import ZoneInfo

from monitor.model import Delay

NOON = time(12)
WARN_FROM = (12, 1)  # month and day: the notice for the next year usually comes in November
_DAY = timedelta(days=1)
_SATURDAY = 5


def nominal(delay: Delay) -> timedelta:
    """How long a delay is where every day is a working day, for comparing."""
    return delay if isinstance(delay, timedelta) else timedelta(days=delay.days) + delay.hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Where and when an office works.

    ``off`` are days without work, ``work`` the Saturdays and Sundays with it, ``half`` days on which work ends at noon;
    ``sources`` names the notice of each year that has been published. ``hours`` are the office hours of a day, in order
    and apart; half-open.
    """

    zone: ZoneInfo
    hours: tuple[tuple[time, time], ...]
    off: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()
    half: frozenset[date] = frozenset()
    sources: tuple[tuple[int, str], ...] = ()

    @property
    def fingerprint(self) -> str:
        """Of all that is counted with: another one says that deadlines must be counted anew."""
        days = (",".join(sorted(map(str, each))) for each in (self.off, self.work, self.half))
        return sha256(f"{self.zone} {self.hours} {self.sources} {' '.join(days)}".encode()).hexdigest()[:32]

    def works(self, day: date) -> bool:
        """Whether people work on a day, or on its morning."""
        return day in self.work or (day.weekday() < _SATURDAY and day not in self.off)

    def later(self, day: date, days: int) -> date:
        """The working day that comes ``days`` (at least one) working days after ``day``."""
        return self._walk(day, days, _DAY)

    def earlier(self, day: date, days: int) -> date:
        """The working day that comes ``days`` (at least one) working days before ``day``."""
        return self._walk(day, days, -_DAY)

    def _walk(self, day: date, days: int, stride: timedelta) -> date:
        working = (each for n in count(1) if self.works(each := day + n * stride))
        return next(each for n, each in enumerate(working, start=1) if n == days)

    def after(self, start: datetime, delay: Delay) -> datetime:
        """When ``delay`` has passed since ``start``, in UTC where it was.

        Working days end with the office hours of the last of them, and the day of ``start`` isn't counted (Civil Code,
        article 201). Office hours are counted by the minute.
        """
        if isinstance(delay, timedelta):
            return start + delay
        if delay.days:
            last = self.later(start.astimezone(self.zone).date(), delay.days)
            return self._windows(last)[-1][1].astimezone(start.tzinfo)
        windows, left = self._all_windows(start), delay.hours
        begin, end = next(windows)
        while end - begin < left:
            left -= end - begin
            begin, end = next(windows)
        return (begin + left).astimezone(start.tzinfo)

    def _all_windows(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Office hours from ``start`` on."""
        first = start.astimezone(self.zone).date()
        days = (each for n in count() if self.works(each := first + n * _DAY))
        return ((max(begin, start), end) for day in days for begin, end in self._windows(day) if end > start)

    def _windows(self, day: date) -> list[tuple[datetime, datetime]]:
        """The office hours of a day; of half a day what lies before noon, or else the first half of them."""
        hours = self.hours
        if day in self.half:
            hours = tuple((begin, min(end, NOON)) for begin, end in hours if begin < NOON) or hours[:1]
        return [tuple(datetime.combine(day, each, self.zone) for each in window) for window in hours]  # type: ignore[misc]

    def steps(self, start: datetime, delays: tuple[Delay, ...]) -> list[datetime]:
        """When each of ``delays`` has passed since ``start``; none before the one in front of it."""
        return list(accumulate((self.after(start, delay) for delay in delays), max))

    def is_provisional(self, first: datetime, last: datetime) -> bool:
        """Whether a time crosses days that nobody has published."""
        begin, end = (moment.astimezone(self.zone).year for moment in (first, last))
        return not set(range(begin, end + 1)) <= dict(self.sources).keys()

    def unpublished(self, now: datetime) -> int | None:
        """The year whose days are needed and not known: this one, or from 1 December the next; None for neither."""
        today, known = now.astimezone(self.zone).date(), dict(self.sources)
        needed = [today.year, *([today.year + 1] if (today.month, today.day) >= WARN_FROM else [])]
        return next((year for year in needed if year not in known), None)
