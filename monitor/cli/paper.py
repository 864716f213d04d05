"""Papers ready to be signed: huiyin paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import click

from monitor import daemon, keys, proof
from monitor.chats import variable
from monitor.cli import wiring
from monitor.document import docx
from monitor.guard import PORTS
from monitor.papers import PAPERS, Known, Matter, Route
from monitor.platforms import secret_name
from monitor.settings import LANGUAGES, Settings
from monitor.store import records, views
from monitor.store.database import Tx
from monitor.words import Words

OTHER_PORTS = {"imap": 143, "imaps": 993, "postgresql": 5432}
RECORDS = 500  # open ones that a paper lists


@click.command()
@click.argument("name", type=click.Choice(list(PAPERS)))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="写到哪个文件 / the file to write")
@click.option("--language", type=click.Choice(LANGUAGES), help="语言，默认同配置 / as in the configuration otherwise")
@click.option("--force", is_flag=True, help="文件已有时覆盖 / overwrite a file that is there")
@click.pass_obj
def paper(config: Path, name: str, out: Path | None, language: str | None, force: bool) -> None:
    """写出待签字的 .docx：函、交接单、值班单、留言须知。/ Write a paper to be signed, as .docx."""
    with wiring.opened(config) as (settings, store, words):
        words = wiring.words(language or settings.language)
        with store.read() as tx:
            known = _known(tx, settings, words, keys.load(settings.key_file))
        made = PAPERS[name](known, words)
        path = out or Path(f"{known.now.astimezone(settings.zone):%Y-%m-%d}-{made.name}.docx")
        if path.exists() and not force:
            raise click.ClickException(words.say("paper.exists", path=path))
        try:
            path.write_bytes(docx(made, known.now, words.language))
        except OSError as error:
            raise click.ClickException(f"{path}: {error.strerror}") from error
        click.echo(words.say("paper.written", path=path))


def _known(tx: Tx, settings: Settings, words: Words, key: bytes) -> Known:
    found = views.open_records(tx, drills=False, limit=RECORDS)
    wheres = {each.id: tuple(dict.fromkeys(seen.where for seen in records.seen(tx, each.id))) for each in found}
    return Known(
        agency=settings.agency,
        zone=settings.zone,
        now=daemon.clock(),
        platforms=settings.platforms,
        contacts=settings.contacts,
        policies=settings.policies,
        emergency=settings.emergency,
        pace=settings.pace,
        agent=wiring.user_agent(settings),
        proxied=bool(settings.http.proxy),
        expiries=settings.expiries,
        matters=tuple(Matter(record=each, where=tuple(filter(None, wheres[each.id]))) for each in found),
        health=tuple(views.health(tx, tuple(settings.platforms.values()), {})),
        routes=tuple(_routes(settings, words)),
        kept=tuple(_kept(settings)),
        proofs=tuple(dict.fromkeys(_proofs(settings, key))),
        secrets=tuple(_secrets(settings, words)),
    )


def _routes(settings: Settings, words: Words) -> Iterator[Route]:
    """Each connection the service makes, once."""
    say = words.say
    places: dict[tuple[str, int], list[str]] = {}
    if settings.http.proxy:
        places[_place(settings.http.proxy)] = [say("paper.data-centre.why_proxy")]
    else:
        for platform in settings.platforms.values():
            if platform.url.startswith("file:"):
                continue
            titles = places.setdefault(_place(platform.url), [])
            titles.append(say("paper.data-centre.why_platform", title=platform.title))
    if settings.mail.way == "smtp":
        places.setdefault((settings.mail.host, settings.mail.port), []).append(say("paper.data-centre.why_mail"))
    if settings.ring.way == "http":
        places.setdefault(_place(settings.ring.url), []).append(say("paper.data-centre.why_ring"))
    for group in settings.chats:
        if group.networks or not settings.http.proxy:
            places.setdefault(_place(group.webhook), []).append(say("paper.data-centre.why_chat", title=group.title))
    if settings.database.server:
        place = _place(settings.database.server)
        places.setdefault(place, []).append(say("paper.data-centre.why_database"))
    for (host, port), why in places.items():
        yield Route(host, port, words.join(why))
    yield Route(say("paper.data-centre.dns"), 53, say("paper.data-centre.why_dns"))
    yield Route(say("paper.data-centre.clock"), 123, say("paper.data-centre.why_clock"))


def _place(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or url, parts.port or (PORTS | OTHER_PORTS)[parts.scheme]


def _kept(settings: Settings) -> Iterator[tuple[str, str]]:
    yield str(settings.path.absolute()), "config"
    if settings.database.server:
        yield settings.database.server, "server"
    else:
        yield str(Path(settings.database.file).absolute()), "database"
    yield str(settings.key_file.absolute()), "key"


def _proofs(settings: Settings, key: bytes) -> Iterator[tuple[str, str]]:
    for platform in settings.platforms.values():
        for prefix in proof.claimed(platform):
            yield proof.file_url(prefix), proof.token(key, prefix)


def _secrets(settings: Settings, words: Words) -> Iterator[tuple[str, str]]:
    if settings.mail.username:
        yield "HUIYIN_MAIL_PASSWORD", words.say("paper.successor.secret_mail")
    if settings.ring.way == "http":
        yield "HUIYIN_RING_TOKEN", words.say("paper.successor.secret_ring")
    if settings.database.server:
        yield "HUIYIN_DATABASE_PASSWORD", words.say("paper.successor.secret_database")
    for group in settings.chats:
        yield variable(group.name, "WEBHOOK"), group.title
        if group.sign:
            yield variable(group.name, "SIGN"), group.title
    for platform in settings.platforms.values():
        name = secret_name(platform.name, platform.kind)
        if name:
            yield name, platform.title
