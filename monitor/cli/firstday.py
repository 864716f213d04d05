"""The first day: what stood there before (adopt), and the moment from which leaders are told (go-live)."""

from __future__ import annotations

from pathlib import Path

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from monitor import daemon, policy
from monitor.cli import wiring
from monitor.settings import Settings
from monitor.store import marks, standing
from monitor.summary import Standing
from monitor.words import Words


@click.command()
@click.argument("items", nargs=-1, type=int, metavar="[ITEM]...")
@click.option("--all", "everything", is_flag=True, help="全部建档 / all of them")
@click.pass_obj
def adopt(config: Path, items: tuple[int, ...], everything: bool) -> None:
    """首次读取时原有的事项：列出来，或挑出来建档。/ What stood there at first contact: list it, or open records."""
    with wiring.opened(config) as (settings, store, words):
        with store.read() as tx:
            found = standing.standing(tx, tuple(settings.platforms))
        known = {each.item for each in found}
        for item in items:
            if item not in known:
                raise click.ClickException(words.say("terminal.adopt_unknown", item=item))
        chosen = known if everything else set(items)
        if not chosen:
            _list(found, settings, words)
            return
        with store.write() as tx:
            standing.adopt(tx, chosen)
        matters = sum(each.item in chosen for each in found)
        click.echo(words.count("terminal.adopted", matters))


def _list(found: list[Standing], settings: Settings, words: Words) -> None:
    if not found:
        click.echo(words.say("terminal.standing_none"))
        return
    title = words.count("terminal.standing_title", len(found))
    shown = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for key in ("standing_item", "kind", "platform", "published", "subject"):
        shown.add_column(words.say(f"terminal.{key}"), no_wrap=key == "standing_item")
    for each in found:
        day = each.published_at.astimezone(settings.zone).date().isoformat() if each.published_at else ""
        kind, platform = words.say(f"kinds.{each.kind}.name"), settings.platforms[each.platform].title
        shown.add_row(str(each.item), kind, escape(platform), day, escape(each.subject or each.excerpt))
    Console().print(shown)
    click.echo(words.say("terminal.standing_how"))


@click.command("go-live")
@click.pass_obj
def go_live(config: Path) -> None:
    """结束试运行：从现在起逐级通知。/ End the trial run: from now on people above the duty officer are told."""
    with wiring.opened(config) as (settings, store, words):
        now = daemon.clock()
        with store.write() as tx:
            since = marks.at(tx, marks.LIVE)
            marks.put(tx, marks.LIVE, now)
        if since is not None:
            click.echo(words.say("terminal.live_since", moment=words.stamp(since, settings.zone)))
            return
        above = dict.fromkeys(
            settings.contacts[name].title
            for rules in settings.policies.values()
            for step in rules.steps
            for name in step.tell
            if name not in policy.duty(rules)
        )
        click.echo(
            words.say("terminal.live_now", names=words.join(above)) if above else words.say("terminal.live_alone")
        )
