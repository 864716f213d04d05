"""Rosters as agencies write them: the lines of a table in, shifts or problems out. PURE.

One row a day or a shift: a date (or several days), perhaps hours, and who. Either a column names the duty, or each duty
has a column of its own. Nothing is guessed about people: a name that is no contact is a problem, and so is an empty
cell. Only a date is carried down, since rows of one day often share a merged cell.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.duty import Shift
from monitor.model import Contact

HEAD = 30  # lines of a sheet in which its headings stand
MANY = 5_000  # lines that are read at most
MOST = 10_000  # shifts that a file may have
MOST_A_DAY = 20  # and that may begin on one day
LONGEST = 100  # days in one row
SHOWN = 40  # characters of a cell in a problem
NOBODY = frozenset({"-", "--", "—", "——", "/", "无", "none"})  # a cell that says that nobody holds it

_DAY = timedelta(days=1)
_DAYS = range(20_000, 80_000)  # of a spreadsheet's dates; until 2119
_NOUGHT = date(1899, 12, 30)
_NAMES: Mapping[str, tuple[str, ...]] = {
    "day": ("日期", "值班日期", "开始日期", "起始日期", "date", "day", "from"),
    "last": ("结束日期", "截止日期", "至", "to", "until"),
    "hours": ("班次", "时段", "时间", "值班时间", "值班时段", "shift", "hours", "time"),
    "duty": ("岗位", "职责", "值班岗位", "duty", "post"),
    "person": ("人员", "值班人员", "值班人", "姓名", "person", "name", "who"),
}
_WHOLE = frozenset({"全天", "24小时", "24h", "allday"})
_CLOCK = r"(?P<{0}>[01]?\d|2[0-4])(?:[:时点](?P<{0}m>[0-5]\d)?分?)?"
_HOURS = re.compile(rf"[^\d]{{0,12}}{_CLOCK.format('a')}(?:-|~|至|到)(?:次日|第二天|翌日|\+1)?{_CLOCK.format('b')}\)?")
_FULL = re.compile(r"(?P<y>\d{4})[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?")
_SHORT = re.compile(r"(?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})[日号]?")
_ALONE = re.compile(r"(?P<d>\d{1,2})[日号]?")
_SERIAL = re.compile(r"(\d{5})(?:\.\d{1,20})?")
_CLOCK_BEHIND = re.compile(r"[T ]\d{1,2}:\d\d(?::\d\d)?\s*$")  # a date that a program wrote
_ASIDE = re.compile(r"\((?:[^()]{0,20})\)|(?:星期|周)[一二三四五六日天]")
_SPAN = re.compile(r"至|到|~|--+|to")
_PEOPLE = re.compile(r"[、,，;；/\n]")
_NUMBER_BEHIND = re.compile(r"\(?\+?\d[\d-]{2,24}\)?$")
_NOTE = re.compile(r"(?:备注|注|说明|制表|审核|note|remark)")

Line = tuple[str, int, Mapping[int, str]]  # sheet, number from 1, text by column from 0
Hours = tuple[time, time]
Note = Callable[[int, str, str], None]  # column, code, text of a problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Custom:
    """How an agency counts: when a duty changes hands where no hours stand, and what named shifts mean."""

    change: time = time(8, 30)
    shifts: tuple[tuple[str, Hours], ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a place of a file; ``code`` is a word of the catalogue, [roster]."""

    sheet: str
    row: int
    column: int  # from 0; -1 for the row as a whole
    code: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Roster:
    """Only without problems may its shifts be used."""

    shifts: tuple[Shift, ...]
    problems: tuple[Problem, ...]


def plain(text: str) -> str:
    """Without what differs from table to table: width, case, blanks, kinds of dashes, a colon at the end."""
    folded = "".join(unicodedata.normalize("NFKC", text).casefold().split()).strip("*:")
    return re.sub("[‐-―−]", "-", folded)


def read(lines: Iterable[Line], contacts: Mapping[str, Contact], custom: Custom, zone: ZoneInfo, today: date) -> Roster:
    """The shifts of a table. A date without a year is the one nearest to ``today``."""
    reading = _Reading(contacts, custom, zone, today)
    for count, (sheet, number, cells) in enumerate(lines, 1):
        if count > MANY:
            reading.problems.append(Problem(sheet, number, -1, "too_long", str(MANY)))
            break
        reading.line(sheet, number, cells)
        if len(reading.shifts) > MOST:
            reading.problems.append(Problem(sheet, number, -1, "too_many", str(MOST)))
            break
    reading.problems += _crowded(reading.shifts)
    if not reading.seen and not reading.problems:
        reading.problems.append(Problem("", 1, -1, "no_headings"))
    elif not reading.shifts and not reading.problems:
        reading.problems.append(Problem("", 1, -1, "no_rows"))
    return Roster(tuple(dict.fromkeys(reading.shifts)), tuple(reading.problems))


def _crowded(shifts: Iterable[Shift]) -> list[Problem]:
    """A table that can't be a roster: so many shifts begin on one day that looking at them all would take long."""
    fullest = max(Counter((each.duty, each.start.date()) for each in {*shifts}).values(), default=0)
    return [Problem("", 1, -1, "crowded", str(MOST_A_DAY))] if fullest > MOST_A_DAY else []


@dataclass(slots=True)
class _Columns:
    of: dict[str, int]  # what a column is -> where it stands
    duties: dict[int, str]  # columns of their own


@dataclass(slots=True)
class _Reading:
    contacts: Mapping[str, Contact]
    custom: Custom
    zone: ZoneInfo
    today: date
    shifts: list[Shift] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    seen: bool = False  # headings, on any sheet
    _sheet: str | None = None
    _columns: _Columns | None = None
    _day: str = ""  # the last date, for rows that share it

    def line(self, sheet: str, number: int, cells: Mapping[int, str]) -> None:
        if sheet != self._sheet:
            self._sheet, self._columns, self._day = sheet, None, ""
        if self._columns is None:
            self._columns = self._headings(cells) if number <= HEAD else None
            self.seen = self.seen or self._columns is not None
            return
        again = self._headings(cells)  # of the next page, or of a table below
        if again is not None:
            self._columns = again
        elif not _is_note(cells):
            self._row(sheet, number, cells, self._columns)

    def _headings(self, cells: Mapping[int, str]) -> _Columns | None:
        """The columns if this line names a day and who."""
        of: dict[str, int] = {}
        duties: dict[int, str] = {}
        for column, text in cells.items():
            duty = self._duty(text)
            known = next((name for name, words in _NAMES.items() if plain(text) in words), "")
            if duty:
                duties[column] = duty
            elif known:
                of.setdefault(known, column)
        if "duty" not in of and "person" in of and not duties and len(self._duties()) == 1:
            duties[of["person"]] = self._duties()[0]
        return _Columns(of, duties) if "day" in of and (duties or {"duty", "person"} <= of.keys()) else None

    def _duties(self) -> list[str]:
        return [name for name, contact in self.contacts.items() if not contact.mail]

    def _duty(self, text: str) -> str:
        """The duty that a cell names, by its name or its title."""
        return next((name for name in self._duties() if plain(text) in self._called(name)), "")

    def _called(self, name: str) -> tuple[str, str]:
        return plain(name), plain(self.contacts[name].title)

    def _row(self, sheet: str, number: int, cells: Mapping[int, str], columns: _Columns) -> None:
        def problem(column: int, code: str, text: str) -> None:
            self.problems.append(Problem(sheet, number, column, code, text[:SHOWN]))

        at, where = columns.of["day"], columns.of.get("hours", -1)
        self._day = cells.get(at, "") or self._day
        last = cells.get(columns.of["last"], "") if "last" in columns.of else ""
        days, hours = self._days(self._day, last), self._hours(cells.get(where, ""))
        if days is None:
            problem(at, "no_date" if self._day else "empty", f"{self._day} {last}".strip())
        elif hours is None:
            problem(where, "no_hours", cells.get(where, ""))
        else:
            for column, duty in self._places(cells, columns, problem):
                for person in self._people(column, cells.get(column, ""), problem):
                    self.shifts += [
                        Shift(duty=duty, person=person, start=start, end=end) for start, end in self._spans(days, hours)
                    ]

    def _places(self, cells: Mapping[int, str], columns: _Columns, problem: Note) -> list[tuple[int, str]]:
        """Where it stands who holds which duty."""
        if columns.duties:
            return list(columns.duties.items())
        text = cells.get(columns.of["duty"], "")
        duty = self._duty(text)
        if not duty:
            problem(columns.of["duty"], "no_duty" if text.strip() else "empty", text)
            return []
        return [(columns.of["person"], duty)]

    def _people(self, column: int, text: str, problem: Note) -> Iterator[str]:
        pieces = [piece.strip() for piece in _PEOPLE.split(text) if piece.strip()]
        if plain(text) in NOBODY:
            return
        if not pieces:
            problem(column, "empty", "")
        for piece in pieces:
            names = {plain(piece), _NUMBER_BEHIND.sub("", plain(piece))}
            found = [each for each in self.contacts if names & {*self._called(each)}]
            found = [each for each in found if plain(each) in names] or found  # a name is nobody else's, a title may be
            if len(found) != 1:
                problem(column, "several" if found else "no_contact", piece)
            elif not self.contacts[found[0]].mail:
                problem(column, "is_duty", piece)
            else:
                yield found[0]

    def _days(self, first: str, last: str) -> tuple[date, date] | None:
        """First and last day of a cell that may name both."""
        begin, *rest = _SPAN.split(_undashed(first), maxsplit=1)
        start = self._date(begin, None)
        if start is None:
            return None
        behind = [_undashed(last)] if last else rest
        end = self._date(behind[0], start) if behind else start
        return (start, end) if end is not None and start <= end < start + LONGEST * _DAY else None

    def _date(self, text: str, after: date | None) -> date | None:
        """The day that a piece of text names; the end of a span takes what it lacks from its beginning, ``after``."""
        serial = _SERIAL.fullmatch(text)
        if serial:
            return _NOUGHT + int(serial[1]) * _DAY if int(serial[1]) in _DAYS else None
        full, short, alone = (form.fullmatch(text) for form in (_FULL, _SHORT, _ALONE))
        try:
            if full:
                return date(int(full["y"]), int(full["m"]), int(full["d"]))
            if short:
                return self._nearest(int(short["m"]), int(short["d"]), after)
            return date(after.year, after.month, int(alone["d"])) if alone and after else None
        except ValueError:
            return None

    def _nearest(self, month: int, day: int, after: date | None) -> date:
        """That day in the year that brings it nearest to today; behind ``after``, in the year of that or the next."""
        if after is not None:
            same = date(after.year, month, day)
            return same if same >= after else date(after.year + 1, month, day)
        years = (self.today.year - 1, self.today.year, self.today.year + 1)
        days = [date(year, month, day) for year in years if (month, day) != (2, 29) or _is_leap(year)]
        if not days:
            raise ValueError("no such day")
        return min(days, key=lambda each: abs(each - self.today))

    def _spans(self, days: tuple[date, date], hours: Hours) -> list[tuple[datetime, datetime]]:
        """From when to when, in UTC; of whole days as one piece, from change to change."""
        first, last = days
        if hours[0] == hours[1]:
            return [self._span(first, hours[0], last + _DAY, hours[1])]
        each = [first + n * _DAY for n in range((last - first).days + 1)]
        return [self._span(day, hours[0], day + (hours[1] <= hours[0]) * _DAY, hours[1]) for day in each]

    def _span(self, first: date, begin: time, last: date, end: time) -> tuple[datetime, datetime]:
        start, stop = datetime.combine(first, begin, self.zone), datetime.combine(last, end, self.zone)
        return start.astimezone(UTC), stop.astimezone(UTC)

    def _hours(self, text: str) -> Hours | None:
        """When a shift begins and ends; the same twice for a whole day. None for what is neither."""
        said = plain(text)
        if not said or said in _WHOLE:
            return self.custom.change, self.custom.change
        named = next((hours for name, hours in self.custom.shifts if plain(name) == said), None)
        found = _HOURS.fullmatch(said)
        if named or not found:
            return named
        begin, end = (_time(found[key], found[f"{key}m"]) for key in "ab")
        return begin, end


def _undashed(text: str) -> str:
    """A date with one kind of span between its days: "11月23日-29日" as "11月23日~29日", "2026-11-23" as it is."""
    said = _ASIDE.sub("", plain(_CLOCK_BEHIND.sub("", text)))
    return re.sub(r"(?<=[日号])-|(?<=月\d)-|(?<=月\d\d)-|-(?=\d{4}[-/.年])|-(?=\d{1,2}[月./])", "~", said)


def _time(hour: str, minute: str | None) -> time:
    return time(int(hour) % 24, int(minute or 0))


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _is_note(cells: Mapping[int, str]) -> bool:
    """A line that only says something about the table."""
    said: Sequence[str] = [text for text in cells.values() if text.strip()]
    return not said or (len(said) == 1 and _NOTE.match(plain(said[0])) is not None)
