"""Wires everything once: settings in, a House out."""

from __future__ import annotations

import random
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import cache, partial
from pathlib import Path

import click

from classifiers.routing import Model, ModelError
from monitor import __version__, daemon, keys, linkkeys
from monitor.attachments import apart
from monitor.attachments.limits import MB, Limits
from monitor.channels.chat import Chat
from monitor.channels.compose import Sender
from monitor.channels.folder import Folder
from monitor.channels.mail import Mail, MailSettings, Security
from monitor.channels.ring import Gateway, Post, Ring
from monitor.chats import Group
from monitor.collectors import account, accountapi, board, exports, feed, imap, listing, mailbox, replybox, sitemap
from monitor.disk import Disk
from monitor.errors import CollectError, DeliveryError, MonitorError, SettingsError
from monitor.fetch import Fetcher, FetchLimits
from monitor.house import Collector, House, Send, Sentry
from monitor.model import Notification
from monitor.resolver import Txt
from monitor.router import Router, own
from monitor.sections import RingSettings
from monitor.segment import Cutter
from monitor.settings import LANGUAGES, MailSection, Settings, load, shipped
from monitor.store.database import Store, open_store
from monitor.turns import Turns
from monitor.words import Words

PROOF_TIME = timedelta(seconds=20)  # three of them and the DNS within the shortest lease
PING_TIME = timedelta(seconds=10)
PROOF_BYTES = 2_097_152
SHEETS = Limits(seconds=180, memory=768 * MB, size=exports.MAX_BYTES, cells=10_000_000)  # of one export of a hotline
SEARCH_ENGINE = "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)"
sheets = partial(apart.lines, limits=SHEETS)


def house(settings: Settings, *, migrate: bool = False) -> House:
    """Everything the stages need. Only `init`, `run`, `once` and the demo migrate the database."""
    key = keys.load(settings.key_file)
    store = open_store(settings.database, migrate=migrate)
    store.key = key
    queue = turns(settings)
    client = fetcher(settings, queue=queue)
    return House(
        settings=settings,
        store=store,
        key=key,
        collectors=collectors(key, client),
        fetch=client.get,
        save=client.save,
        head=client.head,
        fetch_once=prover(settings, queue).get,
        as_robot=robot(settings, queue).get,
        txt=Txt(),
        send=sender(settings.mail),
        replies=partial(replybox.read, imap.Door(clock=daemon.clock).open),
        ring=ringer(settings.ring, client.post),
        chat=chatter(settings.chats, client.post),
        words={language: words(language) for language in LANGUAGES},
        cut=Cutter(settings.data),
        topics=Router(settings.routing_file),
        luck=random.SystemRandom().random,
        link_keys=linkkeys.Keyring(linkkeys.file_of(settings.key_file)),
        sentry=sentry(settings, client.post),
    )


def sentry(settings: Settings, post: Post) -> Sentry:
    """What the service sees of itself; ``post`` is the guarded client's."""
    disk = Disk(settings.data, settings.watch.reserve)
    return Sentry(disk=disk, ping=partial(_ping, settings, post), began=daemon.clock())


def _ping(settings: Settings, post: Post, url: str, body: bytes) -> str:
    headers, networks = {"Content-Type": "application/json; charset=utf-8"}, settings.watch.networks
    try:
        answer = post(url, body, headers, networks=networks, total=PING_TIME, begins=lambda: None)
    except CollectError as error:
        return error.code
    return "" if 200 <= answer.status < 300 else f"http_{answer.status}"


def collectors(key: bytes, client: Fetcher) -> dict[str, Collector]:
    """What reads each kind of platform; ``key`` is the installation key, or any for what remembers nothing."""
    return {
        "account": partial(account.collect, accountapi.Door(client.post_in_turn, daemon.clock)),
        "board": board.collect,
        "exports": partial(exports.collect, exports.Door(sheets, daemon.clock, key)),
        "feed": feed.collect,
        "list": listing.collect,
        "mailbox": partial(mailbox.collect, imap.Door(clock=daemon.clock).open),
        "sitemap": sitemap.collect,
    }


def fetcher(settings: Settings, limits: FetchLimits | None = None, queue: Turns | None = None) -> Fetcher:
    """The guarded client; all that one process has share a ``queue``."""
    limits = limits or FetchLimits(total=settings.http.total, max_bytes=settings.http.max_bytes)
    queue, agent = queue or turns(settings), user_agent(settings)
    return Fetcher(limits, proxy=settings.http.proxy, user_agent=agent, clock=daemon.clock, turns=queue)


def turns(settings: Settings) -> Turns:
    """The queue of hosts."""
    return Turns(settings.pace.host_gap, settings.pace.per_host, clock=time.monotonic, wait=time.sleep)


def user_agent(settings: Settings) -> str:
    """What the client calls itself: honest, with whom to ask."""
    contact = f"; {settings.http.contact}" if settings.http.contact else ""
    return f"Huiyin/{__version__} (monitoring of our own platforms{contact})"


def robot(settings: Settings, queue: Turns) -> Fetcher:
    """The guarded client where a provider has agreed: its name begins like a search engine's and ends honestly."""
    return Fetcher(
        FetchLimits(total=settings.http.total, max_bytes=settings.http.max_bytes),
        proxy=settings.http.proxy,
        user_agent=f"{SEARCH_ENGINE} {user_agent(settings)}",
        clock=daemon.clock,
        referer="https://www.baidu.com/",
        turns=queue,
    )


def prover(settings: Settings, queue: Turns) -> Fetcher:
    """The guarded client for proofs: no redirect, little to read, little time, since several are asked in turn."""
    total = min(settings.http.total, PROOF_TIME)
    limits = FetchLimits(total=total, max_bytes=PROOF_BYTES, max_redirects=0)
    return fetcher(settings, limits, queue)


def ringer(ring: RingSettings, post: Post) -> Send:
    """The way to telephones; ``post`` is the guarded client's. Without one every ring is refused."""
    if ring.way == "none":
        return _no_ring
    gateway = Gateway(**{name: getattr(ring, name) for name in Gateway.__slots__})
    return Ring(gateway, post).send


def chatter(groups: Sequence[Group], post: Post) -> Send:
    """The way to groups of chat programs; what sends to them is only loaded where there are any."""
    if not groups:
        return _no_group
    ways = {each.contact.name: Chat(each, post).send for each in groups}

    def send(notification: Notification, data_begins: Callable[[], None]) -> str:
        return ways.get(notification.address, _no_group)(notification, data_begins)

    return send


def _no_group(_notification: Notification, _data_begins: Callable[[], None]) -> str:
    raise DeliveryError("no such chat group is configured any more", permanent=True)


def _no_ring(_notification: Notification, _data_begins: Callable[[], None]) -> str:
    raise DeliveryError("no channel that rings is configured any more", permanent=True)


def sender(mail: MailSection) -> Send:
    """The way out that the configuration chose."""
    if mail.way == "folder":
        return Folder(mail.folder, Sender(mail.sender, mail.sender_name)).send
    return Mail(mail_settings(mail)).send


def mail_settings(mail: MailSection) -> MailSettings:
    """How the mail server is spoken to."""
    return MailSettings(
        host=mail.host,
        port=mail.port,
        security=Security(mail.security),
        sender=Sender(mail.sender, mail.sender_name),
        username=mail.username,
        password=mail.password,
        timeout=mail.timeout,
        ca_file=Path(mail.ca_file) if mail.ca_file else None,
    )


@cache
def words(language: str) -> Words:
    """The wording of one language: mails, terminal, papers."""
    parts = ("words", "terminal", "papers")
    tables = [tomllib.loads(shipped(f"{part}.{language}.toml")) for part in parts]
    return Words(language, {key: value for table in tables for key, value in table.items()})


def routing_model(settings: Settings, words: Words) -> Model | None:
    """The agency's own model; None, with a word to the operator, where it can't be used."""
    try:
        return own(settings.routing_file)
    except ModelError as error:
        click.echo(words.say("train.unusable", path=settings.routing_file, why=error), err=True)
        return None


@contextmanager
def opened(config: Path) -> Iterator[tuple[Settings, Store, Words]]:
    """For commands that look or decide: settings, store and the agency's wording."""
    settings = load(config)
    store = open_store(settings.database)
    try:
        store.key = keys.load(settings.key_file)
        yield settings, store, words(settings.language)
    finally:
        store.close()


class Friendly(click.Group):
    """Shows our own errors as what they are, without a traceback; programming errors stay loud."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            for problem in error.problems:
                click.echo(problem, err=True)
            ctx.exit(2)
        except MonitorError as error:
            click.echo(str(error), err=True)
            ctx.exit(1)
