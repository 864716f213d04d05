"""How the platforms are: huiyin platform list."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from monitor import daemon, proof
from monitor.cli import owned, wiring
from monitor.letter import clean
from monitor.model import Period
from monitor.settings import Settings
from monitor.store import attached, looked, views
from monitor.summary import Files, PlatformHealth
from monitor.words import Words

DAYS = 14  # over which items a day are counted
MAX_DETAIL = 2_000  # characters of what went wrong


@click.command("list")
@click.pass_obj
def list_(config: Path) -> None:
    """各平台的情况：上次、下次、编码、每天条数。/ Each platform: last good, next and why, encoding, items a day."""
    with wiring.opened(config) as (settings, store, words):
        now = daemon.clock()
        with store.read() as tx:
            since = max(views.watching_since(tx, now), now - timedelta(days=DAYS))
            counts = views.new_items(tx, Period(since, now))
            rows = views.health(tx, tuple(settings.platforms.values()), counts)
            files = attached.stand(tx, settings.platforms)
            pages = looked.stand(tx, settings.platforms)
        days = max((now - since) / timedelta(days=1), 1.0)
        Console().print(table(rows, settings, words, now, days))
        for key, stands in (("files", files), ("pages", pages)):
            for name, each in stands.items():
                click.echo(_stand(key, settings.platforms[name].title, each, words))
        for row in rows:
            if row.error and row.detail:
                click.echo(words.say("terminal.technical", title=row.title, detail=clean(row.detail, MAX_DETAIL)))


def table(rows: list[PlatformHealth], settings: Settings, words: Words, now: datetime, days: float) -> Table:
    """One row a platform; ``items`` of each were counted over ``days``."""
    title = words.count("terminal.platforms_title", len(rows))
    shown = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for key in ("platform", "last_good", "next_check", "decoded_by", "per_day", "trouble"):
        shown.add_column(words.say(f"terminal.{key}"), justify="right" if key == "per_day" else "left", overflow="fold")
    for row in rows:
        last = words.moment(row.last_good_at, now, settings.zone) if row.last_good_at else words.say("terminal.never")
        shown.add_row(
            escape(row.title),
            last,
            _next(row, words, now),
            row.decoded_by,
            f"{row.items / days:.1f}",
            _trouble(row, settings, words, now),
        )
    return shown


def _stand(key: str, title: str, files: Files, words: Words) -> str:
    """How the attachments or the single pages of a platform stand, on one line."""
    parts = [words.count("terminal.files_read", files.read)]
    if files.waiting:
        parts.append(words.count("terminal.files_waiting", files.waiting))
    parts += [words.say("digest.file_why", why=words.unread(code), n=n) for code, n in files.unread.items()]
    return words.say(f"terminal.{key}", title=title, parts=words.join(parts))


def _next(row: PlatformHealth, words: Words, now: datetime) -> str:
    """In how long it is read again, and why then."""
    if row.next_check_at is None or not proof.allows(row.proofs, now):
        return ""
    wait = row.next_check_at - now
    when = words.span(wait) if wait > timedelta(0) else words.say("terminal.due_now")
    why = words.say(f"terminal.why_{row.why}") if row.why else ""
    return when + (words.say("marks.aside", text=why) if why else "")


def _trouble(row: PlatformHealth, settings: Settings, words: Words, now: datetime) -> str:
    if proof.missing(row.proofs, now):
        return f"[red]{escape(owned.state(row.proofs, words, now, settings, why=False))}[/]"
    if not row.error:
        return words.say("terminal.well") if row.last_good_at else words.say("terminal.not_read_yet")
    said = words.say("terminal.health_platform", title="", error=words.error(row.error), n=row.failures)
    return f"[red]{escape(said.lstrip('：: '))}[/]"
