"""Whether the platforms are proven to be the agency's own: huiyin platform prove, and what other commands say of it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click
from rich.cells import cell_len, set_cell_size

from monitor import daemon, proof, proving
from monitor.cli import wiring
from monitor.errors import CollectError
from monitor.house import House
from monitor.model import Platform
from monitor.proof import Hold, Proof, Tried, Way
from monitor.proving import Site
from monitor.settings import Settings, load
from monitor.store import proofs
from monitor.store.database import Tx, open_store
from monitor.words import Words

MOST = 5  # prefixes that are explained in full when the service starts


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--article", metavar="URL", help="标题里有验证码的文章 / the article whose title has the token")
@click.pass_obj
def prove(config: Path, names: tuple[str, ...], article: str | None) -> None:
    """证明平台归本单位所有：放什么、放哪里，并马上核对。/ Prove ownership: what to publish where; looks at once."""
    settings = load(config)
    words = wiring.words(settings.language)
    for name in names:
        if name not in settings.platforms:
            known = ", ".join(settings.platforms)
            raise click.ClickException(words.say("prove.unknown_platform", name=name, known=known))
    places = proving.sites({name: settings.platforms[name] for name in names or settings.platforms})
    house = wiring.house(settings)
    with closing(house.store):
        chosen = _of_article(house, places, article, words) if article else dict.fromkeys(places, "")
        well = [_looked(house, prefix, places[prefix], url) for prefix, url in chosen.items()]
    if not well:
        click.echo(words.say("prove.nothing"))
    sys.exit(0 if all(well) else 1)


def demand(settings: Settings, platform: Platform) -> None:
    """Raises ClickException for a platform that may not be read."""
    if platform.proven_by_credentials:
        return
    with closing(open_store(settings.database)) as store, store.read() as tx:
        proven = proofs.standing(tx, {platform.name: platform}, daemon.clock())
    if not proven:
        said = wiring.words(settings.language).say("prove.demanded", title=platform.title, name=platform.name)
        raise click.ClickException(said)


def _of_article(house: House, places: dict[str, Site], article: str, words: Words) -> dict[str, str]:
    """The prefixes that an article may prove, with its address; says why where it may prove none."""
    found: dict[str, str] = {}
    why: dict[str, CollectError] = {}
    for prefix in places:
        try:
            found[prefix] = proof.article_url(house.key, prefix, article)
        except CollectError as error:
            why[prefix] = error
    if not found:
        lines = [words.say("prove.refused_article", prefix=prefix, why=words.error(why[prefix].code)) for prefix in why]
        raise click.ClickException("\n".join(lines))
    return found


def _looked(house: House, prefix: str, site: Site, article: str) -> bool:
    """Look at one prefix now, remember it where the token stands, and say what was seen."""
    words = house.words[house.settings.language]
    with house.store.read() as tx:
        before = proofs.of(tx, [prefix]).get(prefix, Proof(prefix=prefix))
    asked = replace(before, article=article or before.article, way=Way.ARTICLE if article else before.way)
    tried = list(proving.looked(house, asked, site.at))
    now = daemon.clock()
    well = not tried[-1].code
    if well:
        with house.store.write() as tx:
            asked = asked if tried[-1].way is Way.ARTICLE else replace(asked, article=before.article)
            before = proof.after(asked, tried, now, house.luck())
            proofs.keep(tx, before, now)
            proving.note_back(house, tx, before, now)
    for line in (*_head(house.settings, prefix, site, words), *_seen(before, tried, house.settings, words, now)):
        click.echo(line)
    if not well:
        for line in instructions(house.key, prefix, site.names[0], words, tried):
            click.echo(line)
    click.echo()
    return well


def _head(settings: Settings, prefix: str, site: Site, words: Words) -> Iterator[str]:
    titles = words.join(settings.platforms[name].title for name in site.names)
    yield f"{click.style(titles, bold=True)}  {prefix}"


def _seen(known: Proof, tried: Sequence[Tried], settings: Settings, words: Words, now: datetime) -> Iterator[str]:
    last = tried[-1]
    if not last.code:
        yield f"  {words.say('prove.good', way=words.say(f'prove.way_{last.way}'), where=last.where)}"
    else:
        yield f"  {state([known], words, now, settings)}"


def state(known: Sequence[Proof], words: Words, now: datetime, settings: Settings, *, why: bool = True) -> str:
    """How the proof of a platform stands, and ``why``; "" where its credentials prove it."""
    worst = proof.worst(known, now)
    if worst is None:
        return ""
    error = words.say("marks.aside", text=words.error(worst.error)) if why and worst.error else ""
    until = words.moment(worst.until, now, settings.zone) if worst.until else ""
    way = words.say(f"prove.way_{worst.way or 'none'}")
    return words.say(f"prove.{proof.hold(worst, now)}", error=error, until=until, way=way)


def instructions(key: bytes, prefix: str, name: str, words: Words, tried: Iterable[Tried] = ()) -> Iterator[str]:
    """What to publish where, each way ready to copy, with what is there now."""
    say, codes = words.say, {each.way: each for each in tried}
    token, host = proof.token(key, prefix), proof.record_name(prefix)
    said = {
        Way.FILE: (("at", proof.file_url(prefix)), ("text", token)),
        Way.META: (("at", prefix), ("text", proof.meta_tag(key, prefix))),
        Way.DNS: (("at", host), ("text", proof.record(key, prefix))),
        Way.ARTICLE: (("title_label", say("prove.title", token=token)), ("then", say("prove.command", name=name))),
    }
    yield f"  {say('prove.choose')}"
    for number, way in enumerate(proof.ways(prefix), start=1):
        yield f"  {number}. {say(f'prove.how_{way}')}"
        now = [("now", words.error(codes[way].code))] if way in codes else []
        rows = [(say(f"prove.{label}"), text) for label, text in (*said[way], *now)]
        wide = max(cell_len(label) for label, _ in rows)
        yield from (f"     {set_cell_size(label, wide)}  {text}" for label, text in rows)


def notice(house: House) -> Iterator[str]:
    """What the operator must do before everything configured is read, as the service says it at its start."""
    words, now, places = house.words[house.settings.language], daemon.clock(), proving.sites(house.settings.platforms)
    with house.store.read() as tx:
        known = _known(tx, places)
    open_ = [prefix for prefix in places if proof.hold(known[prefix], now) is not Hold.PROVEN]
    if not open_:
        return
    yield words.count("prove.missing", len(open_))
    for prefix in open_[:MOST]:
        yield from ("", *_head(house.settings, prefix, places[prefix], words))
        yield f"  {state([known[prefix]], words, now, house.settings)}"
        yield from instructions(house.key, prefix, places[prefix].names[0], words)
    if open_[MOST:]:
        yield ""
        yield words.count("prove.more", len(open_) - MOST)


def _known(tx: Tx, prefixes: Iterable[str]) -> dict[str, Proof]:
    found = proofs.of(tx, tuple(prefixes))
    return {prefix: found.get(prefix, Proof(prefix=prefix)) for prefix in prefixes}
