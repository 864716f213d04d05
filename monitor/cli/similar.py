"""``huiyin similar``: how a message like this one was answered before."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape

from classifiers.likeness import READ
from monitor import answered, daemon, masking, replies, telling
from monitor.cli import wiring
from monitor.cli.records import item_of
from monitor.decoding import decode
from monitor.letter import clean
from monitor.settings import Settings
from monitor.store import precedents
from monitor.summary import Precedent
from monitor.words import Words

LONGEST_TITLE = 60  # code points of a first line that is one
MAX_REPLY = 300  # code points of an answer; --json shows all of it


@click.command()
@click.argument("what", metavar="NUMBER|ITEM|-")
@click.option("--json", "as_json", is_flag=True, help="JSON 行，答复不截短 / JSON lines, answers in full")
@click.pass_obj
def similar(config: Path, what: str, as_json: bool) -> None:
    """以前是怎么答的：最像的三条已答复留言；- 从标准输入读。/ How messages like it were answered; - reads a text."""
    with wiring.opened(config) as (settings, store, words):
        with store.read() as tx:
            item = None if what == "-" else item_of(tx, what)
            message = _handed_in() if what == "-" else item and precedents.said(tx, item)
            if not message:
                raise click.ClickException(words.say("terminal.no_message", about=what))
            found = telling.like(settings, tx, message, item)
        if as_json:
            for each in found:
                click.echo(json.dumps(_fields(each, settings), ensure_ascii=False))
        else:
            _show(found, settings, words, daemon.clock())


def _handed_in() -> tuple[str, str]:
    """What stands on standard input, masked like what it is held against; a short first line is its title."""
    text = decode(sys.stdin.buffer.read()).text.strip()
    first, _, rest = masking.mask_text(text[:READ]).partition("\n")
    return (first, rest) if rest and len(first) <= LONGEST_TITLE else ("", f"{first}\n{rest}")


def _fields(each: Precedent, settings: Settings) -> dict[str, object]:
    return {
        "title": each.title,
        "closeness": round(each.closeness, 3),
        "platform": each.platform,
        "link": each.link,
        "since": each.since.isoformat(),
        "replied": each.replied_at.isoformat(),
        "days": replies.days_taken(each.since, each.replied_at, settings.zone),
        "unit": each.unit or None,
        "reply": each.reply,
    }


def _show(found: tuple[Precedent, ...], settings: Settings, words: Words, now: datetime) -> None:
    if not found:
        click.echo(words.say("terminal.none_alike"))
    console = Console(highlight=False)
    for each in found:
        console.print(f"[bold]{escape(clean(each.title))}[/]  {each.closeness:.0%}", soft_wrap=True)
        when = answered.summary(each, now, settings.zone, words)
        reply = clean(answered.gist(each.reply), MAX_REPLY)
        for line in (words.say("terminal.replied", when=when), reply, words.locator(each.link)):
            console.print(f"  {escape(line)}", soft_wrap=True)
