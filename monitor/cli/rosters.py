"""``huiyin roster``: who holds which duty when, from a table that the agency keeps anyway."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from itertools import islice
from pathlib import Path

import click

from monitor import daemon, roster
from monitor.attachments import apart, sheets
from monitor.attachments.limits import MB, Limits
from monitor.cli import people, wiring
from monitor.duty import Shift
from monitor.errors import AttachmentError
from monitor.letter import clean
from monitor.settings import Settings
from monitor.store import duties
from monitor.words import Words

LIMITS = Limits(seconds=30, memory=512 * MB, size=8 * MB, unpacked=64 * MB, members=1000, cells=100_000)
ALONE = "table"  # what the reader calls a table that has no sheets
SHOWN = 20  # problems; the others are counted


@click.group("roster")
def roster_() -> None:
    """值班表：导入和查看。/ Rosters: importing and looking."""


@roster_.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_obj
def import_(config: Path, file: Path) -> None:
    """导入一张值班表（.xlsx 或 .csv）；有一处不对就整张不导入。/ Import a roster: all of it, or nothing."""
    with wiring.opened(config) as (settings, store, words):
        now = daemon.clock()
        today = now.astimezone(settings.zone).date()
        lines = _lines(file, words)
        found = roster.read(lines, settings.contacts, settings.staff.custom, settings.zone, today)
        if found.problems:
            for problem in found.problems[:SHOWN]:
                click.echo(_said(problem, file, settings, words), err=True)
            if len(found.problems) > SHOWN:
                click.echo(words.count("roster.more", len(found.problems) - SHOWN), err=True)
            click.echo(words.say("roster.nothing"), err=True)
            sys.exit(1)
        with store.write() as tx:
            replaced = duties.replace_shifts(tx, found.shifts)
        for line in _summary(found.shifts, settings, words):
            click.echo(line)
        click.echo(words.count("roster.replaced", replaced) if replaced else words.say("roster.none_replaced"))
        if max(each.end for each in found.shifts) <= now:
            click.echo(words.say("roster.past"), err=True)
        with store.read() as tx:
            for line in people.gaps(tx, settings, words, now):
                click.echo(line, err=True)


def _lines(file: Path, words: Words) -> list[roster.Line]:
    """The lines of its tables, read by a process of its own that is ended at its limits."""
    try:
        with file.open("rb") as source, closing(apart.lines(source, LIMITS)) as lines:
            return list(islice(lines, roster.MANY + 1))
    except OSError as error:
        why, detail = words.unread("unreadable"), error.strerror or type(error).__name__
    except AttachmentError as error:
        why, detail = words.unread(error.code), str(error)
    raise click.ClickException(words.say("roster.unread", file=file.name, why=why, detail=clean(detail)))


def _said(problem: roster.Problem, file: Path, settings: Settings, words: Words) -> str:
    """File, row, column, what is wrong and what to do."""
    contacts = settings.contacts.values()
    what = words.say(
        f"roster.{problem.code}",
        text=clean(problem.text),
        contacts=words.join(each.title for each in contacts if each.mail),
        duties=words.join(each.title for each in contacts if not each.mail) or words.say("relief.nobody"),
    )
    values = {
        "file": file.name,
        "sheet": clean(problem.sheet) if problem.sheet != ALONE else "",
        "row": problem.row,
        "what": what,
    }
    column = sheets.name(1, problem.column)[:-1] if problem.column >= 0 else ""
    said = words.say("roster.in_cell", **values, column=column) if column else words.say("roster.in_row", **values)
    return " ".join(said.split())


def _summary(shifts: Sequence[Shift], settings: Settings, words: Words) -> list[str]:
    """What was imported, a line a duty."""
    lines = []
    for duty in dict.fromkeys(each.duty for each in shifts):
        mine = [each for each in shifts if each.duty == duty]
        start, end = min(each.start for each in mine), max(each.end for each in mine)
        first, last = (words.stamp(each, settings.zone) for each in (start, end))
        title = settings.contacts[duty].title
        lines.append(words.count("roster.imported", len(mine), duty=title, start=first, end=last))
    return lines


@roster_.command("show")
@click.option("--days", default=7, type=click.IntRange(1, 366), help="往后看几天，默认7 / how many days ahead")
@click.pass_obj
def show_roster(config: Path, days: int) -> None:
    """从现在起谁值班；没有人的时段也列出来。/ Who is on duty from now on, and when nobody is."""
    with wiring.opened(config) as (settings, store, words):
        now = daemon.clock()
        with store.read() as tx:
            found = duties.shifts(tx, now, now + timedelta(days=days))
            empty = [*people.gaps(tx, settings, words, now)]
        titles = {name: each.title for name, each in settings.contacts.items()}
        for each in found:
            start, end = (words.moment(moment, now, settings.zone) for moment in (each.start, each.end))
            duty, person = (titles.get(name, name) for name in (each.duty, each.person))
            click.echo(words.say("roster.shift", duty=duty, person=person, start=start, end=end))
        if not found:
            click.echo(words.say("roster.empty_roster"))
        for line in empty:
            click.echo(line, err=True)
