"""The calendar that ships, as an agency in Shanghai has it."""

import tomllib
from datetime import time
from zoneinfo import ZoneInfo

from monitor import holidays
from monitor.calendar import Calendar
from monitor.settings import shipped

HOURS = ((time(8, 30), time(12)), (time(14, 30), time(17, 30)))


def calendar(own=None, *, zone="Asia/Shanghai", hours=HOURS):
    problems = []
    years = holidays.together(holidays.read(tomllib.loads(shipped("calendar.toml")), problems), own or {})
    assert problems == []
    return Calendar(
        zone=ZoneInfo(zone),
        hours=hours,
        off=frozenset(day for year in years.values() for day in year.off),
        work=frozenset(day for year in years.values() for day in year.work),
        half=frozenset(day for year in years.values() for day in year.half),
        sources=tuple((name, year.source) for name, year in years.items() if year.source),
    )


CALENDAR = calendar()
