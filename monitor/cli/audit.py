"""``huiyin audit``: whether anybody changed what happened, and the history as a table."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import TextIO

import click

from monitor import chain, heads, keys, masking
from monitor.chain import Fault, Flaw, Head
from monitor.cli import wiring
from monitor.settings import Settings
from monitor.store import chained, happened
from monitor.store.happened import Happening
from monitor.words import Words

SHOWN = 20  # faults that are listed; the others are counted
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # what makes a spreadsheet calculate a cell
DAY = click.DateTime(formats=["%Y-%m-%d"])


def _head(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> list[Head]:
    try:
        return [chain.parse(each) for each in given]
    except ValueError as error:
        raise click.BadParameter(f"{error}: 1042:9f86d081884c7d65") from None


@click.command()
@click.option(
    "--head", "given", multiple=True, callback=_head, metavar="N:LINK", help="周报末尾印的链头 / as a digest prints it"
)
@click.pass_context
def verify(context: click.Context, given: list[Head]) -> None:
    """核对：记录和通知有没有被改动、删除、调换。/ Whether anything was changed, removed, added or moved."""
    with wiring.opened(context.obj) as (settings, store, words):
        path = heads.file_of(settings.key_file)
        kept = [*heads.kept(path), *given]
        with store.read() as tx:
            along = chained.walk(tx, keys.load(settings.key_file), kept)
            found = chained.flaws(tx, along)
            shown = [_line(each, happened.number_of(tx, each.what, each.row), words) for each in islice(found, SHOWN)]
            more = sum(1 for _ in found)
    for line in shown:
        click.echo(line)
    if more:
        click.echo(words.say("audit.more", n=more))
    say = "audit.broken" if shown else "audit.whole"
    click.echo(words.say(say, n=along.count, bad=len(shown) + more))
    if along.erased:
        click.echo(words.say("audit.erased", n=along.erased))
    click.echo(words.say("audit.heads" if kept else "audit.no_heads", n=len(kept), path=path))
    click.echo(words.say("audit.head", head=str(Head(along.count, along.link))))
    context.exit(1 if shown else 0)


def _line(flaw: Flaw, number: str, words: Words) -> str:
    what = words.say(f"audit.what.{flaw.what}") if flaw.what else ""
    why = words.say(f"audit.faults.{flaw.fault}")
    if flaw.fault is Fault.CUT:
        return words.say("audit.cut", place=flaw.place, why=why)
    return words.say("audit.flaw", what=what, row=flaw.row, record=number or "–", why=why)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--from", "first", type=DAY, help="从哪天起 / from which day on")
@click.option("--to", "last", type=DAY, help="到哪天为止，含当天 / until which day, inclusive")
@click.pass_obj
def export(config: Path, file: Path, first: datetime | None, last: datetime | None) -> None:
    """导出办理经过：.csv（可用 Excel 打开）或 .jsonl。/ The history as .csv (for Excel) or .jsonl."""
    if file.suffix not in {".csv", ".jsonl"}:
        raise click.BadParameter(f"{file}: .csv / .jsonl", param_hint="FILE")
    with wiring.opened(config) as (settings, store, words):
        since, until = _day(first, settings), _day(last, settings, timedelta(days=1))
        as_table = file.suffix == ".csv"
        with store.read() as tx, file.open("w", encoding="utf-8-sig" if as_table else "utf-8", newline="") as out:
            rows = (_told(row, settings, words) for row in happened.happened(tx, since, until))
            count = _csv(out, rows, words) if as_table else _jsonl(out, rows)
        click.echo(words.say("audit.exported", n=count, path=file))


def _day(given: datetime | None, settings: Settings, more: timedelta = timedelta(0)) -> datetime | None:
    """The beginning of a day in the agency's zone."""
    if given is None:
        return None
    day: date = given.date() + more
    return datetime.combine(day, time(), settings.zone)


def _told(row: Happening, settings: Settings, words: Words) -> dict[str, str]:
    """A row for people; what somebody wrote is masked like everything else."""
    what = f"audit.tries.{row.tried}_{row.what}" if row.tried else f"history.{row.what}"
    return {
        "at": row.at.astimezone(settings.zone).strftime("%Y-%m-%d %H:%M:%S"),
        "record": row.number,
        "kind": words.say(f"kinds.{row.kind}.name") if row.kind else "",
        "what": words.say(what) if what in words else row.what,
        "who": settings.titles.get(row.who, row.who),
        "why": masking.mask_text(row.why),
    }


def _csv(out: TextIO, rows: Iterator[dict[str, str]], words: Words) -> int:
    writer = csv.writer(out)
    columns = ("at", "record", "kind", "what", "who", "why")
    writer.writerow([words.say(f"audit.columns.{name}") for name in columns])
    count = 0
    for row in rows:
        writer.writerow([_plain(row[name]) for name in columns])
        count += 1
    return count


def _plain(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection): an apostrophe goes before it."""
    return f"'{cell}" if cell.lstrip(" \u3000").startswith(FORMULA) or cell.startswith(FORMULA) else cell


def _jsonl(out: TextIO, rows: Iterator[dict[str, str]]) -> int:
    count = 0
    for row in rows:
        out.write(json.dumps(row, ensure_ascii=False) + "\n")
        count += 1
    return count
