"""The file of public holidays and working weekends, ``config/calendar.toml`` and an agency's own, to values. PURE."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from monitor.options import Options

LONGEST = 60  # days in one "first/last"
MOST_OFF = 180  # days of a year without work


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """``source`` is the number of the notice, "" while there is none."""

    source: str = ""
    off: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()
    half: frozenset[date] = frozenset()


def read(raw: Mapping[str, Any], problems: list[str]) -> dict[int, Year]:
    """Years out of parsed TOML; what is wrong with them is noted in ``problems``."""
    top = Options("", raw, problems)
    return {int(key): _year(top.table(key), int(key)) for key in raw if _is_year(key, top)}


def _is_year(key: str, top: Options) -> bool:
    if key.isdecimal() and len(key) == 4:
        return True
    top.problem(key, "is no year; write the table as [2027]")
    return False


def _year(table: Options, year: int) -> Year:
    found = Year(
        source=table.text("source", ""),
        off=_days(table, "off", year),
        work=_days(table, "work", year),
        half=_days(table, "half", year),
    )
    for day in sorted(day for day in found.work if day.weekday() < 5 or day in found.off):
        table.problem("work", f"{day} is a weekend that is worked only if it is one, and not off as well")
    if len(found.off) > MOST_OFF:
        table.problem("off", f"are {len(found.off)} days; a year has at most {MOST_OFF} without work")
    table.finish()
    return found


def _days(table: Options, key: str, year: int) -> frozenset[date]:
    days: set[date] = set()
    for raw in table.texts(key):
        first, last = (_day(part.strip()) for part in (raw.partition("/")[0], raw.rpartition("/")[2]))
        if first is None or last is None or not first <= last <= first + timedelta(days=LONGEST):
            table.problem(key, f'{raw!r} is no day; write it like "{year}-10-01" or "{year}-10-01/{year}-10-07"')
        elif {first.year, last.year} != {year}:
            table.problem(key, f"{raw!r} is not in {year}")
        else:
            days |= {first + timedelta(days=n) for n in range((last - first).days + 1)}
    return frozenset(days)


def _day(raw: str) -> date | None:
    with contextlib.suppress(ValueError):
        return date.fromisoformat(raw) if len(raw) == 10 else None
    return None


def together(shipped: Mapping[int, Year], own: Mapping[int, Year]) -> dict[int, Year]:
    """Both files: a year of the agency's own that names its notice stands alone, any other adds to what is shipped.

    A day that the agency's own file works is no longer off, and the other way round.
    """
    years = {year: _added(shipped.get(year, Year()), own.get(year, Year())) for year in sorted({*shipped, *own})}
    return years | {year: mine for year, mine in own.items() if mine.source}


def _added(shipped: Year, own: Year) -> Year:
    return Year(
        source=shipped.source,
        off=(shipped.off - own.work - own.half) | own.off,
        work=(shipped.work - own.off) | own.work,
        half=(shipped.half - own.off) | own.half,
    )
