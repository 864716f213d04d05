"""huiyin platform add: finds out what an address is, shows what it would bring, and writes the configuration."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterable
from dataclasses import fields
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from monitor import guard, masking
from monitor.cli import wiring
from monitor.collectors import sniffing
from monitor.collectors.sniffing import Found
from monitor.errors import CollectError, SettingsError
from monitor.mapping import Board, Listing
from monitor.model import Platform
from monitor.platforms import COLLECTORS
from monitor.settings import Settings, load
from monitor.words import Words

SHOWN = 10  # entries
SAMPLE = 120  # characters of an article
_NO_NAME = re.compile(r"[^A-Za-z0-9_-]+")
_INDEX = re.compile(r"(?:index|default|list|feed|rss|sitemap)?(?:[_-]?\d*)?(?:\.\w{1,5})?", re.IGNORECASE)
_TITLE_END = re.compile(r"\s*[-_|–—]\s*")

Network = IPv4Network | IPv6Network


@click.command("add")
@click.argument("url")
@click.option("--name", default="", help="代号；不写则取自网址 / what the configuration calls it; taken from the URL")
@click.option("--title", default="", help="名称；不写则取自网页 / what mails call it; taken from the page")
@click.option("--kind", type=click.Choice(COLLECTORS), help="种类；不写则自动识别 / what it is; found out by itself")
@click.option(
    "--network",
    "networks",
    multiple=True,
    metavar="CIDR",
    help="网址所在的内网网段 / private range the address lies in, like 10.20.0.0/16",
)
@click.option("--private", is_flag=True, help="只有单位看得到 / only the agency can see it")
@click.option("--yes", is_flag=True, help="不询问，直接写入配置 / write without asking")
@click.pass_obj
def add(
    config: Path,
    url: str,
    *,
    name: str,
    title: str,
    kind: str | None,
    networks: tuple[str, ...],
    private: bool,
    yes: bool,
) -> None:
    """添加平台：识别网址、给出读取方法、写入配置。/ Add a platform: find out what a URL is, show it, write it down."""
    settings = load(config)
    words = wiring.words(settings.language)
    ranges = _ranges(networks, words)
    try:
        found = sniffing.sniff(_before(url, settings, ranges), wiring.fetcher(settings).get, kind or "")
    except CollectError as error:
        raise click.ClickException(words.say("add.failed", why=words.error(error.code), detail=error)) from error
    known = next((each for each in settings.platforms.values() if each.url == found.url), None)
    _show(Console(), found, words, settings)
    called = name or (known.name if known else _name(found.url, settings.platforms))
    block = _block(found, called, title or _title(found), networks, private=private)
    click.echo(f"\n{block}")
    if known:
        raise click.ClickException(words.say("add.known", title=known.title, name=known.name))
    if not yes and not click.confirm(words.say("add.ask", path=config)):
        raise click.exceptions.Exit(1)
    append(config, block)
    click.echo(words.say("add.written", path=config, name=called))


def _ranges(networks: Iterable[str], words: Words) -> tuple[Network, ...]:
    try:
        return tuple(map(ip_network, networks))
    except ValueError as error:
        raise click.ClickException(words.say("add.no_network", why=error)) from error


def _before(url: str, settings: Settings, networks: tuple[Network, ...]) -> Platform:
    """The address as a platform that nothing is known of: its own host may be asked, and no other."""
    target = guard.parse(url)
    prefix = target.url.removesuffix(f"{target.path}{'?' if target.query else ''}{target.query}") + "/"
    return Platform(
        name="new", kind="feed", title=url, url=target.url, prefixes=(prefix,), networks=networks, zone=settings.zone
    )


def _show(console: Console, found: Found, words: Words, settings: Settings) -> None:
    told = {"n": len(found.caught), "url": found.url, "decoded_by": found.decoded_by}
    console.print(escape(words.say(f"add.is_{found.kind}", **told)), soft_wrap=True, highlight=False)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in ("published", "subject", "link"):
        table.add_column(words.say(f"terminal.{column}"), overflow="fold")
    for each in found.caught[:SHOWN]:
        at = each.at.astimezone(settings.zone).strftime("%Y-%m-%d %H:%M").removesuffix(" 00:00") if each.at else ""
        table.add_row(at, escape(masking.mask_text(each.title)), escape(masking.mask_text(each.url)))
    console.print(table)
    dated = sum(each.at is not None for each in found.caught)
    if found.kind in {"feed", "list", "board"}:
        console.print(words.say("add.dated", dated=dated, n=len(found.caught)), highlight=False)
    for line in _remarks(found, words):
        console.print(escape(line), soft_wrap=True, highlight=False)


def _remarks(found: Found, words: Words) -> list[str]:
    """What the operator should look at before saying yes."""
    remarks = []
    if found.kind == "list" and found.listing is not None:
        goes_on = found.listing.more or found.listing.next
        remarks.append(words.say("add.goes_on", how=goes_on) if goes_on else words.say("add.one_page"))
        sample = " ".join(masking.mask_text(found.sample).split())[:SAMPLE]
        remarks.append(words.say("add.sample", text=sample) if sample else words.say("add.no_sample"))
        host = urlsplit(found.url).netloc
        elsewhere = sum(urlsplit(each.url).netloc != host for each in found.caught)
        if elsewhere:
            remarks.append(words.say("add.elsewhere", n=elsewhere))
    if found.board is not None and not (found.board.reply or found.board.replied):
        remarks.append(words.say("terminal.answers_unseen"))
    if found.board is not None and "{page}" not in found.url:
        remarks.append(words.say("add.no_page"))
    return remarks


# what is written


def _name(url: str, taken: Iterable[str]) -> str:
    """The last telling part of the address, and a number where that is taken."""
    parts = urlsplit(url)
    folders = [part for part in parts.path.split("/") if not _INDEX.fullmatch(part)]
    named = _NO_NAME.sub("-", (folders or [parts.netloc.partition(":")[0]])[-1].partition(".")[0]).strip("-_")
    start = named[:30] if named[:1].isalnum() else "platform"
    names = set(taken)
    numbered = [start, *(f"{start}-{n}" for n in range(2, len(names) + 3))]
    return next(each for each in numbered if each not in names)


def _title(found: Found) -> str:
    """What the page calls itself, up to the name of the site."""
    first = masking.mask_text(_TITLE_END.split(found.title.strip())[0].strip())
    return first[:60] or urlsplit(found.url).netloc


def _block(found: Found, name: str, title: str, networks: tuple[str, ...], *, private: bool) -> str:
    lines = ["[[platform]]", f"name = {_toml(name)}", f"title = {_toml(title)}", f"kind = {_toml(found.kind)}"]
    lines += [f"url = {_toml(found.url)}"]
    prefixes = sniffing.prefixes(found)
    lines += [f"prefixes = {_toml(list(prefixes))}"] if prefixes else []
    lines += ['surface = "private"'] if private else []
    lines += [f"networks = {_toml(list(networks))}"] if networks else []
    for part, chosen, usual in (("page", found.listing, Listing()), ("fields", found.board, Board())):
        if chosen is not None:
            told = [(each.name, getattr(chosen, each.name)) for each in fields(chosen)]
            changed = [f"{key} = {_toml(value)}" for key, value in told if value != getattr(usual, key)]
            lines += [f"[platform.{part}]", *changed] if changed else []
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    """JSON strings, numbers and lists of strings are TOML too."""
    return json.dumps(value, ensure_ascii=False)


def append(config: Path, block: str) -> None:
    """Add ``block`` to the file, in its own line ends, all else byte for byte; the result is loaded before it counts.

    Raises SettingsError when the whole can't be used; then the file is as it was.
    """
    config = config.resolve()  # a link stays one
    before = config.read_bytes()
    ends = b"\r\n" if b"\r\n" in before else b"\n"
    gap = ends if before.endswith(b"\n") or not before else 2 * ends
    after = before + gap + block.encode().replace(b"\n", ends)
    handle, draft = tempfile.mkstemp(prefix=f".{config.name}.", dir=config.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).chmod(config.stat().st_mode & 0o7777)
        _loads(Path(draft), config)
        Path(draft).replace(config)
    finally:
        Path(draft).unlink(missing_ok=True)


def _loads(draft: Path, config: Path) -> None:
    try:
        load(draft)
    except SettingsError as error:
        raise SettingsError([problem.replace(str(draft), str(config)) for problem in error.problems]) from None
