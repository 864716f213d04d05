"""``huiyin rehearse``: what the last twelve months would have brought. Reads only; stores nothing, sends nothing."""

from __future__ import annotations

import multiprocessing
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from classifiers.finding import Document
from monitor import daemon, masking, messages, pipeline, rehearsed
from monitor import settings as configuration
from monitor.cli import owned, wiring
from monitor.collectors import sheet
from monitor.fetch import Fetcher
from monitor.house import context, each
from monitor.model import Cursor, Item, Platform, Reply, Surface
from monitor.options import parse_duration
from monitor.rehearsal import Case, Seen, Terms, rehearse
from monitor.settings import Settings

BACK = timedelta(days=365)
ALONE = 2000  # up to so many are judged here: starting others would take longer
MAX_BYTES = 512 * 1024 * 1024  # of a file
NEVER = 1_000_000_000  # passes until what was read is looked at once more
PAGES = 10_000  # of a board
MAX_TITLE = 60  # code points kept of a message
WITHIN = timedelta(days=15)

Page = sheet.Rows | tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """How many messages there were, how many of them had a date in the last twelve months, and what was found."""

    items: int
    dated: int
    failed: int  # could not be read or not be judged
    cases: list[Case]


@click.command("rehearse")
@click.argument("source", metavar="PLATFORM|FILE")
@click.option(
    "--field", "fields", multiple=True, metavar="FIELD=COLUMN", help="列名对应 / what a column of the file is called"
)
@click.option(
    "--surface", type=click.Choice([str(surface) for surface in Surface]), help="公众可见与否 / who can read it"
)
@click.option(
    "--ack", default="15m", show_default=True, metavar="SPAN", help="值班员多久认领 / how soon the duty officer acts"
)
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="网页存到哪里 / where to save the page")
@click.pass_obj
def rehearse_(
    config: Path, source: str, *, fields: tuple[str, ...], surface: str | None, ack: str, html: Path | None
) -> None:
    """预演：假如过去12个月就用上了，会怎样；只读，不存，不发。/ Rehearse the last twelve months: reads only."""
    settings = _settings(config)
    words = wiring.words(settings.language)
    now = daemon.clock()
    wait = parse_duration(ack)
    if wait is None:
        raise click.BadParameter(f'{ack!r}: "15m", "1h"', param_hint="--ack")
    platform, pages = _source(source, settings, dict(_pair(each_field) for each_field in fields))
    read = judged(pages, Surface(surface) if surface else platform.surface, now)
    click.echo(words.say("rehearsal.read", n=read.items, kept=read.dated, failed=read.failed), err=True)
    if not read.cases:
        raise click.ClickException(words.say("rehearsal.nothing"))
    within = platform.answer_within or WITHIN
    policies = dict(settings.policies)
    terms = Terms(policies=policies, within=within, acknowledged_after=wait, calendar=settings.calendar, now=now)
    letter = rehearsed.page(
        rehearse(read.cases, terms), terms, source=platform.title, context=context(settings, now), words=words
    )
    message = messages.render(letter, words)
    click.echo(f"{message.subject}\n\n{message.text}")
    html = html or Path(f"huiyin-rehearsal-{now.astimezone(settings.zone):%Y%m%d-%H%M}.html")
    html.write_text(message.html, encoding="utf-8")
    click.echo(words.say("terminal.preview_saved", path=html))


def _settings(config: Path) -> Settings:
    """The agency's configuration, or the shipped one where there is none yet: anybody may rehearse first."""
    return configuration.load(config) if config.exists() else configuration.example(config)


def _pair(raw: str) -> tuple[str, str]:
    field, equals, column = raw.partition("=")
    if field not in sheet.NAMES or not equals:
        raise click.BadParameter(f"{raw!r}: FIELD=COLUMN, {', '.join(sheet.NAMES)}", param_hint="--field")
    return field, column


def _source(source: str, settings: Settings, fields: dict[str, str]) -> tuple[Platform, list[Page]]:
    """A configured platform read from end to end, or a file."""
    if source in settings.platforms:
        platform = settings.platforms[source]
        owned.demand(settings, platform)
        board = replace(platform.board, pages=PAGES) if platform.board else None
        mailbox = replace(platform.mailbox, back=BACK) if platform.mailbox else None
        whole = replace(platform, board=board, mailbox=mailbox, full_every=1 if board else NEVER)
        items = _everything(whole, wiring.fetcher(settings))
        return platform, list(iter(lambda: tuple(islice(items, sheet.ROWS)), ()))
    path = Path(source)
    if not path.is_file():
        known = ", ".join(settings.platforms)
        raise click.ClickException(
            wiring.words(settings.language).say("rehearsal.no_source", source=source, known=known)
        )
    if path.stat().st_size > MAX_BYTES:
        raise click.ClickException(wiring.words(settings.language).say("rehearsal.too_large", source=source))
    platform = Platform(
        name="file", kind="board", title=path.name, url="", prefixes=(), surface=Surface.PRIVATE, zone=settings.zone
    )
    return platform, list(sheet.pages(path.read_bytes(), platform, fields))


def _everything(platform: Platform, client: Fetcher) -> Iterator[Item]:
    """What stands there, in as many passes as the platform takes."""
    collect = wiring.collectors(secrets.token_bytes(32), client)[platform.kind]
    behind, cursor = True, Cursor(platform=platform.name)
    letters: list[Item] = []
    replies: dict[str, Reply] = {}
    while behind:
        collected = collect(platform, cursor, client.get)
        behind, cursor = collected.behind and collected.trouble is None, collected.cursor
        yield from (item for item in collected.items if item.letter is None)
        letters += [item for item in collected.items if item.letter is not None]
        replies |= {name: Reply(at=each.at, text=each.text) for each in collected.answers for name in each.names}
    if collected.trouble is not None and platform.mailbox is not None and not letters:
        raise collected.trouble
    yield from (_answered_by_mail(item, replies, platform) for item in letters)


def _answered_by_mail(item: Item, replies: Mapping[str, Reply], platform: Platform) -> Item:
    """Where answers can't be seen nobody can be said to wait."""
    assert item.letter is not None
    waits = item.message and platform.answer_within is not None
    return replace(item, message=waits, reply=replies.get(item.letter.name))


def judged(pages: Sequence[Page], surface: Surface, now: datetime) -> Judged:
    """Every page, on all cores; what can't be judged is left out."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    parts: list[Judged] = []
    with (
        _workers(sum(map(len, pages))) as pool,
        Progress(*columns, console=console, disable=not console.is_terminal) as progress,
    ):
        task = progress.add_task("", total=sum(map(len, pages)))
        run = pool.map if pool else map
        for page, part in zip(pages, run(partial(judge, surface=surface, now=now), pages), strict=True):
            parts.append(part)
            progress.advance(task, len(page))
    return Judged(
        items=sum(part.items for part in parts),
        dated=sum(part.dated for part in parts),
        failed=sum(part.failed for part in parts),
        cases=[case for part in parts for case in part.cases],
    )


@contextmanager
def _workers(n: int) -> Iterator[Executor | None]:
    cores = os.cpu_count() or 1
    if n <= ALONE or cores == 1:
        yield None
        return
    with ProcessPoolExecutor(cores, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


def judge(page: Page, surface: Surface, now: datetime) -> Judged:
    """What would have been found on a page in the twelve months before ``now``."""
    items = page.items() if isinstance(page, sheet.Rows) else page
    dated = [item for item in items if item.published_at and now - BACK <= item.published_at <= now]
    cases = [case for _, case in each(partial(_case, surface=surface), dated) if case is not None]
    failed = len(page) - len(items) + len(dated) - len(cases)
    return Judged(items=len(page), dated=len(dated), failed=failed, cases=cases)


def _case(item: Item, surface: Surface) -> Case | None:
    if item.published_at is None:
        return None
    masked = masking.door(Document(item.text, item.title, item.html, item.link), surface)
    best: dict[object, Seen] = {}
    for found in [*masked.findings, *pipeline.judge(masked.document, surface)]:
        if found.kind not in best or best[found.kind].score < found.score:
            best[found.kind] = Seen(kind=found.kind, rule=found.rule, score=found.score)
    return Case(
        posted=item.published_at,
        title=(masked.document.title or masked.document.text)[:MAX_TITLE],
        message=item.message,
        answered=_answered(item, item.published_at),
        place=masking.mask_text(item.place),
        found=tuple(best.values()),
    )


def _answered(item: Item, posted: datetime) -> datetime | None:
    if item.reply is None:
        return None
    return max(item.reply.at or posted, posted)
