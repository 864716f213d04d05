"""``huiyin platform try``: what becomes of a feed, before it is watched. Permanent interface."""

from __future__ import annotations

import json
import re
import secrets
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from monitor import door, guard
from monitor.cli import wiring
from monitor.collectors import feed
from monitor.errors import CollectError
from monitor.fetch import FetchLimits
from monitor.house import each
from monitor.model import Collected, Cursor, Entry, Fetched, Platform
from monitor.options import is_mail_server
from monitor.settings import Settings, load
from monitor.words import Words

ARTICLES = 10  # of a list page that are read
_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one source: masked entries, or the error that stopped it."""

    entries: tuple[Entry, ...] = ()
    decoded_by: str | None = None
    error: str | None = None


@click.command("try")
@click.argument("sources", nargs=-1, required=True, metavar="URL|FILE...")
@click.option(
    "--limit",
    type=click.FloatRange(min=0.01),
    default=20.0,
    show_default=True,
    help="每个来源最多几秒 / seconds that reading one source may take",
)
@click.pass_obj
def try_(config: Path, sources: tuple[str, ...], limit: float) -> None:
    """试读，不保存：每条一行 JSON，每个来源一行。/ Read, store nothing: JSON lines, one an item and one a source."""
    settings = load(config) if config.exists() else None
    words = wiring.words(settings.language if settings else "zh")
    failed = 0
    console = Console(stderr=True)
    columns = (TextColumn("{task.completed} / {task.total}"), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=len(sources))
        for source, tried in each(partial(_try, config, settings, words, limit), sources):
            tried = tried or Tried(error=f"failed: {words.say('terminal.try_failed')}")
            failed += tried.error is not None
            _print(source, tried)
            progress.update(task, advance=1, description=words.say("terminal.try_unread", n=failed) if failed else "")
    sys.exit(1 if failed else 0)


def _print(source: str, tried: Tried) -> None:
    for entry in tried.entries:
        published = entry.published_at.isoformat() if entry.published_at else None
        item = {"source": source, "id": entry.external_id, "title": entry.title, "text": entry.text}
        answered = {"place": entry.place, "answered": entry.reply is not None} if entry.message else {}
        _line(item | {"link": entry.link, "published": published} | answered)
    _line({"source": source, "items": len(tried.entries), "error": tried.error, "decoded_by": tried.decoded_by})


def _line(shown: dict[str, object]) -> None:
    """Half a character of a file's name comes out as the escape that JSON has for it."""
    click.echo(json.dumps(shown, ensure_ascii=False).encode("utf-8", "backslashreplace"))


def _try(config: Path, settings: Settings | None, words: Words, limit: float, source: str) -> Tried:
    try:
        with _within(limit):
            at, collected = _page(config, settings, words, source) if _URL.match(source) else _file(settings, source)
            friends = settings.friends if settings else frozenset()
            found = each(partial(door.entry, secrets.token_bytes(32), at, friends=friends), collected.items)
            entries = tuple(entry for _, entry in found if entry)
    except CollectError as error:
        return Tried(error=_told(error, words))
    except _LateError:
        return Tried(error=f"timeout: {words.say('terminal.try_late', seconds=f'{limit:g}')}")
    refused = len(collected.items) - len(entries)
    trouble = collected.trouble or (CollectError("items_refused", str(refused)) if refused else None)
    return Tried(entries, collected.cursor.decoded_by, _told(trouble, words) if trouble else None)


def _told(error: CollectError, words: Words) -> str:
    return f"{error.code}: {words.error(error.code)} ({error})"


class _LateError(BaseException):
    """Time is over. No Exception, so that nobody who catches those on the way keeps it."""


@contextmanager
def _within(seconds: float) -> Iterator[None]:
    """Raises _LateError, wherever the code inside stands, once ``seconds`` are over."""

    def late(*_: object) -> None:
        raise _LateError

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _page(config: Path, settings: Settings | None, words: Words, url: str) -> tuple[Platform, Collected]:
    """Only what lies under a platform of our own is fetched."""
    known = settings.platforms.values() if settings else ()
    under = [own for own in known if _permitted(url, own)]
    if settings is None or not under:
        raise CollectError("outside_prefix", words.say("terminal.try_no_platform", config=config))
    at = replace(under[0], url=url)
    if at.listing is not None:  # some of its articles are enough to see
        at = replace(at, listing=replace(at.listing, articles=ARTICLES, pages=1))
    client = wiring.fetcher(settings)
    collect = wiring.collectors(secrets.token_bytes(32), client)[at.kind]
    return at, collect(at, Cursor(platform=at.name), client.get)


def _permitted(url: str, at: Platform) -> bool:
    if at.mailbox is not None or is_mail_server(url):
        return at.mailbox is not None and url == at.url
    try:
        guard.permit(url, at.prefixes)
    except CollectError as error:
        if error.code == "bad_url":
            raise
        return False
    return True


def _file(settings: Settings | None, source: str) -> tuple[Platform, Collected]:
    """A file is read as the feed of a platform without an address, so links in it that need one are dropped."""
    at = Platform(name=source, kind="feed", title=source, url="", prefixes=())
    if settings:
        at = replace(at, zone=settings.zone)
    limit = settings.http.max_bytes if settings else FetchLimits().max_bytes
    fetched = Fetched(url="", status=200, body=_bytes(source, limit))
    fetch: Callable[..., Fetched] = lambda *_, **__: fetched  # noqa: E731
    return at, feed.collect(at, Cursor(platform=source), fetch)


def _bytes(source: str, limit: int) -> bytes:
    try:
        with Path(source).open("rb") as file:
            body = file.read(limit + 1)
    except OSError as error:
        raise CollectError("unreadable", error.strerror or type(error).__name__) from error
    if len(body) > limit:
        raise CollectError("too_large", f"more than {limit} bytes")
    return body
