"""``huiyin calendar``: which days are working days, and when a delay ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import click

from monitor import daemon
from monitor.calendar import Calendar
from monitor.cli import wiring
from monitor.options import parse_delay
from monitor.settings import load
from monitor.words import Words

FORMATS = ("%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M")


@click.command("calendar")
@click.argument("year", type=click.IntRange(2000, 2100), required=False)
@click.option("--after", metavar="SPAN", help='这么久以后是什么时候，如 "5wd" "4wh" "3d" / when this has passed')
@click.option("--since", type=click.DateTime(FORMATS), help="从什么时候算起，默认现在 / from when on; default: now")
@click.option("--unit", default="", help="按哪个科室的上班时间算 / by whose office hours")
@click.pass_obj
def calendar_(config: Path, year: int | None, *, after: str | None, since: datetime | None, unit: str) -> None:
    """工作日历：放假、调休上班，时限怎么算。/ Holidays and working weekends, and how deadlines are counted."""
    settings = load(config)
    words, now = wiring.words(settings.language), daemon.clock()
    if unit and unit not in settings.calendars:
        raise click.BadParameter(words.say("calendar.no_unit", unit=unit), param_hint="--unit")
    calendar = settings.calendars.get(unit, settings.calendar)
    if after is None:
        today = now.astimezone(calendar.zone).year
        for each in [year] if year else [today, today + 1]:
            for line in _year(calendar, each, words):
                click.echo(line)
        return
    delay = parse_delay(after)
    if delay is None:
        raise click.BadParameter(f'{after!r}: "5wd", "4wh", "3d"', param_hint="--after")
    start = since.replace(tzinfo=calendar.zone) if since else now
    end = calendar.after(start, delay)
    unsure = words.say("calendar.unsure") if calendar.is_provisional(start, end) else ""
    begun, ended = (words.stamp(each, calendar.zone) for each in (start, end))
    click.echo(words.say("calendar.after", span=words.delay(delay), start=begun, end=ended) + unsure)


def _year(calendar: Calendar, year: int, words: Words) -> Iterator[str]:
    source = dict(calendar.sources).get(year)
    yield words.say("calendar.official", year=year, source=source) if source else words.say("calendar.open", year=year)
    for key, days in (("off", calendar.off), ("work", calendar.work), ("half", calendar.half)):
        runs = [words.join(_runs(sorted(day for day in days if day.year == year), year, words))]
        yield from (f"  {words.say(f'calendar.{key}', days=run)}" for run in runs if run)
    working = sum(calendar.works(date(year, 1, 1) + timedelta(days=n)) for n in range(_length(year)))
    hours = words.join(f"{begin:%H:%M}–{end:%H:%M}" for begin, end in calendar.hours)
    yield f"  {words.say('calendar.sum', n=working, hours=hours)}"


def _length(year: int) -> int:
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days


def _runs(days: list[date], year: int, words: Words) -> Iterator[str]:
    """Days in a row as one, with the weekday where it is one alone."""
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    for run in runs:
        first, last = (words.day(day, year) for day in (run[0], run[-1]))
        alone = words.say("calendar.day", day=first, weekday=words.say(f"weekdays.{run[0].weekday()}"))
        yield words.say("time.days", first=first, last=last) if run[1:] else alone
