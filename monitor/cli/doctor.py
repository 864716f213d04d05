"""`huiyin doctor`: looks at everything the service stands on, and says of each part how it is and what to do."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

import click

import classifiers
from classifiers import hazard, routing, scam, stored
from classifiers.finding import Document
from classifiers.routing import ModelError
from monitor import __version__, checkup, daemon, disk, guard, keys, proof
from monitor.channels.mail import Mail
from monitor.checkup import Found, Line, Part
from monitor.cli import health, service, wiring
from monitor.collectors import imap
from monitor.console import server
from monitor.errors import CollectError, DeliveryError, SettingsError, StoreError
from monitor.router import own
from monitor.settings import Settings, load
from monitor.store import views, watched
from monitor.store.database import open_store
from monitor.transport import resolve
from monitor.watching import Level
from monitor.words import Words

LIMIT = 30  # seconds for everything
DANGER = Document("小区楼道里有很浓的燃气味，已经有人头晕，请马上派人来看")
MARKS = {Level.WELL: ("well", "green"), Level.WARNING: ("warning", "yellow"), Level.ERROR: ("error", "red")}


@click.command()
@click.option(
    "--send", "to", metavar="CONTACT", help="也给这个联系人发一封测试邮件 / send this contact a test mail, too"
)
@click.option("--json", "as_json", is_flag=True, help="给监测程序读 / for programs")
@click.option("--limit", default=LIMIT, type=click.IntRange(1, 600), help="总共最多多少秒 / seconds for everything")
@click.pass_obj
def doctor(config: Path, to: str | None, as_json: bool, limit: int) -> None:
    """检查服务依靠的一切，每项说明怎么办。/ Look at all the service stands on; exit code 1 on errors."""
    until = monotonic() + limit
    try:
        settings = load(config)
    except SettingsError as error:
        _say([_unusable(error, words) for words in _both()], as_json, wiring.words("zh"))
        sys.exit(2)
    words = wiring.words(settings.language)
    addressed = [name for name, contact in settings.contacts.items() if contact.mail]
    if to is not None and to not in addressed:
        raise click.ClickException(words.say("terminal.unknown_contact", name=to, known=", ".join(addressed)))
    lines = [_worded(found, words) for found in looked(settings, words, until, to)]
    _say(lines, as_json, words)
    sys.exit(1 if checkup.worst(lines) is Level.ERROR else 0)


def _both() -> tuple[Words, Words]:
    return wiring.words("zh"), wiring.words("en")


def _unusable(error: SettingsError, words: Words) -> Line:
    return checkup.line(Found(Part.CONFIG, Level.ERROR, "config_bad", {"problems": " ".join(error.problems)}), words)


def _worded(found: Found, words: Words) -> Line:
    """Spans are said in words, whoever found them."""
    said = {name: words.span(value) if isinstance(value, timedelta) else value for name, value in found.values.items()}
    return checkup.line(Found(found.part, found.level, found.key, said), words)


def _say(lines: list[Line], as_json: bool, words: Words) -> None:
    if as_json:
        click.echo(json.dumps(checkup.report(lines, daemon.clock(), __version__), ensure_ascii=False, indent=1))
        return
    for each in lines:
        name, colour = MARKS[each.level]
        mark = click.style(words.say(f"doctor.{name}"), fg=colour, bold=True)
        part = words.say(f"doctor.part_{each.part}")
        click.echo(f"{mark} {words.say('marks.colon').join((part, each.says))}")
        if each.fix:
            click.echo(f"   → {each.fix}")
    click.echo(words.say(f"doctor.in_all_{MARKS[checkup.worst(lines)][0]}"))


Look = Callable[[Settings, Words], Found]


@dataclass
class _Looking:
    """One part that is looked at in a thread of its own: what hangs is left behind."""

    part: Part
    look: Callable[[], Found]
    found: Found | None = None
    done: threading.Event = field(default_factory=threading.Event)

    def begin(self) -> None:
        threading.Thread(target=self._run, name=f"doctor-{self.part}", daemon=True).start()

    def _run(self) -> None:
        try:
            self.found = self.look()
        finally:
            self.done.set()

    def result(self, until: float) -> Found:
        """What was found; that it took too long, or could not be looked at, is a finding too."""
        in_time = self.done.wait(max(0.0, until - monotonic()))
        key = "unlooked" if in_time else "too_long"
        part = Found(self.part, Level.ERROR, key)
        return self.found or part


def looked(settings: Settings, words: Words, until: float, to: str | None = None) -> list[Found]:
    """How everything is, in the order of ``Part``; ``until`` is when it must be said."""

    def asked(part: Part, look: Look) -> _Looking:
        return _Looking(part, lambda: look(settings, words))

    looks = [asked(part, look) for part, look in LOOKS.items()]
    if to is not None:
        looks.append(_Looking(Part.MAIL, lambda: _send(settings, to)))
    for each in looks:
        each.begin()
    return [each.result(until) for each in looks]


def _config(settings: Settings, _words: Words) -> Found:
    return Found(Part.CONFIG, Level.WELL, "config_well", {"path": settings.path, "n": len(settings.platforms)})


def _database(settings: Settings, _words: Words) -> Found:
    try:
        with closing(open_store(settings.database)) as store, store.read() as tx:
            views.beats(tx)
    except StoreError as error:
        return Found(Part.DATABASE, Level.ERROR, "database_bad", {"why": error})
    return Found(Part.DATABASE, Level.WELL, "database_well", {"database": settings.database})


def _key(settings: Settings, _words: Words) -> Found:
    try:
        keys.load(settings.key_file)
        found = settings.key_file.stat()
    except (SettingsError, OSError) as error:
        return Found(Part.KEY, Level.ERROR, "key_bad", {"why": error})
    return checkup.key(found.st_mode, ours=found.st_uid == os.geteuid(), path=str(settings.key_file))


def _service(settings: Settings, words: Words) -> Found:
    try:
        with closing(open_store(settings.database)) as store:
            with store.read() as tx:
                now = daemon.clock()
                troubles = [*health.troubles_of(tx, words, now), *health.groups(tx, settings, words, now)]
            if not store.has_daemon():
                return Found(Part.SERVICE, Level.ERROR, "service_off")
    except StoreError:
        return Found(Part.SERVICE, Level.ERROR, "service_unknown")
    if troubles:
        return Found(
            Part.SERVICE, Level.ERROR, "service_bad", {"troubles": words.say("marks.semicolon").join(troubles)}
        )
    return Found(Part.SERVICE, Level.WELL, "service_well")


def _clock(settings: Settings, _words: Words) -> Found:
    newest = None
    try:
        with closing(open_store(settings.database)) as store, store.read() as tx:
            newest = watched.newest(tx)
    except StoreError:
        pass  # which another line says
    ours = [Path(classifiers.__file__), settings.path, settings.key_file]
    written = max((moment for moment in map(_written, ours) if moment is not None), default=None)
    return checkup.clock(daemon.clock(), newest, written)


def _written(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        return None


def _disk(settings: Settings, _words: Words) -> Found:
    watch = settings.watch
    try:
        free, inodes = disk.free(settings.data), disk.inodes(settings.data)
    except OSError as error:
        return Found(Part.DISK, Level.ERROR, "disk_unknown", {"why": error.strerror, "path": settings.data})
    held = disk.Disk(settings.data, watch.reserve).held
    return checkup.disk(free, watch.least_free, held=held, inodes=inodes)


def _mail(settings: Settings, _words: Words) -> Found:
    """Connects, encrypts and logs in; nothing is sent."""
    mail = settings.mail
    if mail.way == "folder":
        return Found(Part.MAIL, Level.WARNING, "mail_folder", {"folder": mail.folder})
    values = {"host": mail.host, "port": mail.port, "security": mail.security}
    try:
        Mail(wiring.mail_settings(mail)).knock()
    except DeliveryError as error:
        return Found(Part.MAIL, Level.ERROR, "mail_bad", {"why": error})
    key = "mail_login" if mail.username else "mail_well"
    return Found(Part.MAIL, Level.WELL if mail.security != "none" else Level.WARNING, key, values)


def _replies(settings: Settings, words: Words) -> Found:
    """Logs in to the mailbox that answers to our mail come to, and opens its folder; no mail is read."""
    replies = settings.replies
    if not replies.url:
        return Found(Part.REPLIES, Level.WELL, "replies_none")
    try:
        with imap.Door(clock=daemon.clock).open(replies.mailbox) as session:
            session.examine(replies.folder)
    except CollectError as error:
        return Found(Part.REPLIES, Level.ERROR, "replies_bad", {"why": words.error(error.code)})
    return Found(Part.REPLIES, Level.WELL, "replies_well", {"user": replies.username, "folder": replies.folder})


def _send(settings: Settings, to: str) -> Found:
    contact = settings.contacts[to]
    try:
        wiring.sender(settings.mail)(service.trial(settings, contact, daemon.clock()), lambda: None)
    except DeliveryError as error:
        return Found(Part.MAIL, Level.ERROR, "mail_unsent", {"title": contact.title, "why": error})
    return Found(Part.MAIL, Level.WELL, "mail_sent", {"title": contact.title, "address": contact.mail})


def _dns(settings: Settings, words: Words) -> Found:
    hosts = sorted(_hosts(settings))
    return checkup.names([host for host in hosts if not _resolves(host)], len(hosts), words)


def _hosts(settings: Settings) -> Iterator[str]:
    """The names that this machine itself looks up; through a proxy it looks up no platform."""
    direct = [each for each in settings.platforms.values() if not settings.http.proxy or each.networks or each.mailbox]
    addresses = {settings.http.proxy, settings.ring.url, settings.watch.url, *(each.url for each in direct)}
    addresses |= {settings.replies.url, *(group.webhook for group in settings.chats)}
    names = {urlsplit(address).hostname or "" for address in addresses if "://" in address}
    names |= {settings.mail.host} if settings.mail.way == "smtp" else set()
    yield from (name for name in names if name and guard.literal(name) is None)


def _resolves(host: str) -> bool:
    try:
        return bool(resolve(host, 443))
    except (OSError, UnicodeError):
        return False


def _proofs(settings: Settings, words: Words) -> Found:
    now, platforms = daemon.clock(), tuple(settings.platforms.values())
    try:
        with closing(open_store(settings.database)) as store, store.read() as tx:
            rows = views.health(tx, platforms, {})
    except StoreError:
        return Found(Part.PROOFS, Level.ERROR, "proofs_unknown")
    worst = {row.title: proof.worst(row.proofs, now) for row in rows}
    return checkup.proofs({title: proof.hold(each, now) if each else None for title, each in worst.items()}, words)


def _models(settings: Settings, _words: Words) -> Found:
    """Loading compares each with its own checksum; the model of danger must see one."""
    try:
        labels = (own(settings.routing_file) or routing.shipped()).labels
        scam.shipped()
        seen = hazard.find(DANGER)
    except (ModelError, stored.ModelError, OSError, ValueError) as error:
        return Found(Part.MODELS, Level.ERROR, "models_bad", {"why": error})
    if not seen:
        return Found(Part.MODELS, Level.ERROR, "models_blind")
    return Found(Part.MODELS, Level.WELL, "models_well", {"n": len(labels)})


def _fonts(_settings: Settings, _words: Words) -> Found:
    """Papers and pictures name fonts and carry none: who opens them has them."""
    return Found(Part.FONTS, Level.WELL, "fonts_none")


def _sign(settings: Settings, _words: Words) -> Found:
    name = settings.watch.file
    path = settings.path.parent / name
    try:
        with closing(open_store(settings.database)) as store:
            running = store.has_daemon()
    except StoreError:
        running = False
    if not name and settings.watch.url:
        return Found(Part.SIGN, Level.WELL, "sign_url", {"host": urlsplit(settings.watch.url).hostname})
    return checkup.sign(_written(path), daemon.clock(), path=str(path) if name else "", running=running)


def _pages(settings: Settings, _words: Words) -> Found:
    """Those behind links in mails: whether anybody listens where they should be."""
    web = settings.web
    if not web.url:
        return Found(Part.PAGES, Level.WELL, "pages_none")
    why = server.unheard(web)
    values = {"url": web.url, "address": web.address, "port": web.port, "why": why}
    return Found(Part.PAGES, Level.ERROR if why else Level.WELL, "pages_bad" if why else "pages_well", values)


LOOKS: Mapping[Part, Look] = {
    Part.CONFIG: _config,
    Part.DATABASE: _database,
    Part.KEY: _key,
    Part.SERVICE: _service,
    Part.CLOCK: _clock,
    Part.DISK: _disk,
    Part.MAIL: _mail,
    Part.REPLIES: _replies,
    Part.PAGES: _pages,
    Part.DNS: _dns,
    Part.PROOFS: _proofs,
    Part.MODELS: _models,
    Part.FONTS: _fonts,
    Part.SIGN: _sign,
}
