"""The wording that people read, out of ``config/words.<language>.toml``. PURE: the tables are handed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from classifiers.finding import Kind, Topic
from monitor.bymail import MAIL, MAIL_IN_PART
from monitor.model import NUMBER, ROW, Delay

_NEAR_DAYS = {-1: "yesterday", 0: "today", 1: "tomorrow"}


def is_address(locator: str) -> bool:
    """Whether a locator can be followed."""
    return not locator.startswith((NUMBER, ROW, MAIL, MAIL_IN_PART))


@dataclass(frozen=True, slots=True)
class Words:
    """One language. Keys are dotted paths: ``kinds.hazard.name``.

    A value may hold ``{names}`` to be filled in, and ``one | many`` where a number chooses.
    """

    language: str  # "zh", "en": also the ``lang`` of HTML
    table: Mapping[str, object]

    def __contains__(self, key: str) -> bool:
        return self._find(key) is not None

    def say(self, key: str, /, **values: object) -> str:
        """The wording, filled in. Raises KeyError for a key, or a name in it, that is missing."""
        return self._get(key).format(**values)

    def count(self, key: str, n: int, /, **values: object) -> str:
        """The wording for a number: the part before ``|`` for one, the part after it for others."""
        one, bar, many = self._get(key).partition("|")
        return (many if bar and n != 1 else one).strip().format(n=n, **values)

    def rule(self, kind: Kind, rule: str) -> str:
        """What a rule sees in plain words; the name of its kind where it has none of its own."""
        key = f"rules.{kind}.{rule}"
        return self.say(key if key in self else f"kinds.{kind}.name")

    def error(self, code: str) -> str:
        """Why a platform could not be read, as a clause, from the code of its CollectError."""
        family = f"{code[:6]}xx" if code.startswith(("http_2", "http_3", "http_4", "http_5")) else "other"
        key = f"errors.{code}"
        return self.say(key if key in self else f"errors.{family}", code=code.removeprefix("http_"))

    def unread(self, code: str) -> str:
        """Why an attachment could not be read, in a few words."""
        return self.say(f"files.{code}") if f"files.{code}" in self else self.error(code)

    def broken(self, code: str) -> str:
        """What was answered to a link that doesn't open, in a few words."""
        key = f"rules.broken_links.{code}"
        return self.say(key if key in self else "rules.broken_links.other", code=code.removeprefix("http_"))

    def topic(self, topic: str) -> str:
        """What a topic is called; its own name where nobody has named it."""
        return self.say(f"topics.{topic}") if f"topics.{topic}" in self else topic

    def belongs(self, topic: Topic, units: Mapping[str, str]) -> tuple[str, str]:
        """To whom a message belongs, as a label and what it says: with the unit where one answers the topic, with the
        second topic where the first isn't sure.
        """
        first, second = (
            self.say("routing.unit", unit=units[name], topic=self.topic(name)) if name in units else self.topic(name)
            for name in (topic.best, topic.second)
        )
        if topic.sure:
            return self.say("routing.sure"), first
        return self.say("routing.perhaps"), self.say("routing.or", first=first, second=second)

    def locator(self, raw: str) -> str:
        """Where an original stands: an address as it is; the number of a message, a mail and a row in words."""
        for mark, key in ((NUMBER, "number"), (MAIL, "mail"), (MAIL_IN_PART, "mail_in_part")):
            if raw.startswith(mark):
                return self.say(f"marks.{key}", **{key: raw.removeprefix(mark)})
        if raw.startswith(ROW):
            row, number, file = (*raw.removeprefix(ROW).split("|", 2), "", "")[:3]
            return self.say("marks.row" if number else "marks.row_alone", row=row, number=number, file=file)
        return raw

    def join(self, parts: Iterable[str]) -> str:
        return self.say("marks.list").join(parts)

    def _get(self, key: str) -> str:
        found = self._find(key)
        if found is None:
            raise KeyError(key)
        return found

    def _find(self, key: str) -> str | None:
        found: object = self.table
        for part in key.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        return found if isinstance(found, str) else None

    def day(self, day: date, year: int) -> str:
        """A date; its own year is said only where it isn't ``year``."""
        month = self.say(f"months.{day.month}")
        if day.year == year:
            return self.say("time.day", day=day.day, month=month)
        return self.say("time.day_of_year", day=day.day, month=month, year=day.year)

    def moment(self, at: datetime, now: datetime, zone: ZoneInfo) -> str:
        """A local time; near days by name *and* date, since mail is read later."""
        local, today = at.astimezone(zone), now.astimezone(zone).date()
        return self.say(
            f"time.{_NEAR_DAYS.get((local.date() - today).days, 'other')}",
            day=self.day(local.date(), today.year),
            weekday=self.say(f"weekdays.{local.weekday()}"),
            clock=f"{local:%H:%M}",
        )

    def stamp(self, at: datetime, zone: ZoneInfo) -> str:
        """A local time with its whole date, for what is kept."""
        local = at.astimezone(zone)
        weekday, day = self.say(f"weekdays.{local.weekday()}"), self.day(local.date(), 0)
        return self.say("time.stamp", day=day, weekday=weekday, clock=f"{local:%H:%M}")

    def span(self, span: timedelta) -> str:
        """A length of time in its two largest units, rounded down; never negative."""
        minutes = max(span, timedelta(0)) // timedelta(minutes=1)
        hours, days = minutes // 60, minutes // 1440
        if days:
            return self._two(("time.d", days), ("time.h", hours % 24))
        if hours:
            return self._two(("time.h", hours), ("time.m", minutes % 60))
        return self.count("time.m", minutes) if minutes else self.say("time.instant")

    def seconds(self, span: timedelta) -> str:
        """The same, and below an hour to the second."""
        seconds = max(span, timedelta(0)) // timedelta(seconds=1)
        if seconds >= 3600:
            return self.span(span)
        minutes, seconds = divmod(seconds, 60)
        return self._two(("time.m", minutes), ("time.s", seconds)) if minutes else self.count("time.s", seconds)

    def delay(self, delay: Delay) -> str:
        """A span of clock or of working time."""
        if isinstance(delay, timedelta):
            return self.span(delay)
        if delay.days:
            return self.count("time.wd", delay.days)
        return self.count("time.wh", delay.hours // timedelta(hours=1))

    def _two(self, big: tuple[str, int], small: tuple[str, int]) -> str:
        if not small[1]:
            return self.count(*big)
        return self.say("time.join", big=self.count(*big), small=self.count(*small))
