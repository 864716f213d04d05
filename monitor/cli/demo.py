"""``huiyin demo``: the real service against a small hostile agency on loopback, and an account of it."""

from __future__ import annotations

import shlex
import signal
import sys
import threading
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from types import FrameType

import click
from rich.console import Console

from demo import planted, scene
from demo.agency import Agency
from demo.scene import Scene
from monitor import daemon, keys, logs, pipeline, policy, proof, proving, telling
from monitor.cli import live, wiring
from monitor.cli.live import Show, Teller, fitted, widest
from monitor.digest import iso_week, week_of
from monitor.house import House
from monitor.model import Severity
from monitor.settings import LANGUAGES, load, shipped
from monitor.store import marks, outbox
from monitor.words import Words

CONFIG, LOG = "huiyin.toml", "huiyin.log"
LOOK_EVERY = 0.25  # seconds
GRACE = 20  # seconds after the play in which a slow machine may finish
LAST_LOOK = 2.0  # seconds for which the last screen stays
NARROWEST, LOWEST = 70, 20  # columns and rows that a screen needs; below there are lines
SIGNALLED = 128  # plus the number of the signal: the exit code that shells expect


@click.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="写入哪个空文件夹 / an empty folder to write into (default: ./huiyin-demo/<time>)",
)
@click.option("--language", type=click.Choice(LANGUAGES), default="zh", show_default=True, help="语言 / language")
@click.option(
    "--seconds",
    type=click.IntRange(5, 300),
    default=30,
    show_default=True,
    help="大约演多少秒 / about how long the play lasts",
)
def demo(folder: Path | None, language: str, seconds: int) -> None:
    """在本机上演示全过程：半分钟，不连外网。/ Play the whole way on this machine: half a minute, no internet."""
    asked = Asked()
    words = _words(language)
    folder = folder or _unused(Path("huiyin-demo"))
    with _writing(folder, words), Agency(seconds) as agency:
        house = _house(folder, agency, words)
        with closing(house.store):
            play = Play(house, Teller(house.settings, words), agency, seconds)
            seen = play.run(asked)
            digest = _digest(house, folder) if not asked.number else folder
    if asked.number:
        click.echo(words.say("demo.stopped"))
        click.echo(words.say("demo.stopped_folder", folder=_short(folder)))
        sys.exit(SIGNALLED + asked.number)
    failures = list(_failures(play, seen))
    for line in Account(play.teller, seen, folder, digest).lines(int(agency.elapsed), failures):
        click.echo(line)
    if failures:
        sys.exit(1)


def _failures(play: Play, seen: Scene) -> Iterator[str]:
    """What should have happened and has not, or the other way round."""
    say = play.teller.words.say
    for kind, place in scene.missing(seen):
        yield say("demo.missing", kind=play.teller.kind(kind), platform=play.teller.platform(place))
    for judged in scene.wrong(seen):
        yield say("demo.wrong", kind=play.teller.verdict(judged), text=play.teller.gist(judged))
    if not scene.all_read(seen):
        yield say("demo.missing_item")
    if not scene.all_told(play.house, seen):
        yield say("demo.missing_mail")


class Asked:
    """Remembers a signal to stop. An attribute, not an Event: a handler must never wait for a lock."""

    def __init__(self) -> None:
        self.number = 0
        signal.signal(signal.SIGINT, self._handle)
        signal.signal(signal.SIGTERM, self._handle)

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        self.number = number


def _words(language: str) -> Words:
    return Words(language, {**wiring.words(language).table, **tomllib.loads(shipped(f"demo.{language}.toml"))})


@contextmanager
def _writing(folder: Path, words: Words) -> Iterator[None]:
    """Make the folder, which must be new or empty; say it plainly when it can't be written into."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise click.ClickException(words.say("demo.refused_folder", folder=folder))
        logs.to_file(folder / LOG)
        yield
    except BrokenPipeError:  # whoever read our lines has gone; click ends quietly
        raise
    except OSError as error:
        raise click.ClickException(words.say("demo.no_folder", folder=folder, why=error.strerror)) from None


def _unused(parent: Path) -> Path:
    name = f"{datetime.now(UTC).astimezone():%Y-%m-%d-%H%M%S}"
    names = (parent / (f"{name}-{n}" if n > 1 else name) for n in count(1))
    return next(folder for folder in names if not folder.exists())


def _house(folder: Path, agency: Agency, words: Words) -> House:
    """What ``huiyin init`` makes, for a configuration that watches the agency."""
    path = folder / CONFIG
    path.write_text(agency.configuration(words), encoding="utf-8")
    settings = load(path)
    keys.create(settings.key_file)
    house = wiring.house(settings, migrate=True)
    with house.store.write() as tx:
        marks.put(tx, marks.LIVE, daemon.clock())
    _prove(house, agency)
    return house


def _prove(house: House, agency: Agency) -> None:
    """What `huiyin platform prove` asks for: a verification file below each prefix, and one look at each."""
    prefixes = proving.sites(house.settings.platforms)
    agency.verify({proof.file_url(prefix): proof.token(house.key, prefix) for prefix in prefixes})
    with daemon.alone(house):
        while proving.prove(house, daemon.clock):
            pass
    agency.forum_dies()


@dataclass(frozen=True, slots=True)
class Play:
    house: House
    teller: Teller
    agency: Agency
    seconds: int

    def run(self, asked: Asked) -> Scene:
        """Run the service and show what happens, until all has happened, time is up or somebody asks to stop."""
        with self._stage(asked) as show, _running(self.house) as service:
            now = Scene()
            while not asked.number and not service.done() and self.agency.elapsed < self.seconds + GRACE:
                now = scene.look(self.house, now, daemon.clock)
                show(now, self.agency.elapsed)
                if scene.complete(self.house, now):
                    break
                time.sleep(LOOK_EVERY)
        return now

    @contextmanager
    def _stage(self, asked: Asked) -> Iterator[Show]:
        """A screen of its own in a terminal that is large enough, lines elsewhere."""
        console = Console(highlight=False)
        width, height = console.size
        if sys.stdout.isatty() and not console.is_dumb_terminal and width >= NARROWEST and height >= LOWEST:
            with live.on_screen(self.teller, self.seconds, console) as show:
                yield show
                time.sleep(0 if asked.number else LAST_LOOK)
            return
        say = self.teller.words.say
        names = {"agency": say("demo.agency"), "n": len(planted.PLACES), "seconds": self.seconds}
        click.echo(say("demo.first", **names))
        click.echo(say("demo.first_note"))
        click.echo(say("demo.first_proofs", file=proof.FILE))
        with live.in_lines(self.teller) as show:
            yield show


@contextmanager
def _running(house: House) -> Iterator[Future[None]]:
    """The real daemon, in a thread of its own; it has finished when the block is left. Raises what stopped it."""
    stop = threading.Event()
    with ThreadPoolExecutor(1, thread_name_prefix="daemon") as pool:
        service = pool.submit(daemon.run, house, stop)
        try:
            yield service
        finally:
            stop.set()
    service.result()


def _digest(house: House, folder: Path) -> Path:
    """Send the digest of this week so far the way every digest goes; its mail."""
    settings, now = house.settings, daemon.clock()
    period = week_of(now, settings.zone)
    contact = settings.contacts[settings.digest.to[0]]
    message = telling.digest(house, period, contact, now)
    (folder / "digest.html").write_text(message.html, encoding="utf-8")
    before = set(settings.mail.folder.glob("*.eml"))
    key = f"demo:{iso_week(period, settings.zone)}:{contact.name}"
    with house.store.write() as tx:
        priority = policy.PRIORITY_DIGEST
        outbox.intend(tx, key=key, contact=contact, message=message, record=None, priority=priority, now=now)
    while pipeline.deliver(house, daemon.clock):
        pass
    return max(set(settings.mail.folder.glob("*.eml")) - before)


@dataclass(frozen=True, slots=True)
class Account:
    """What the play came to, for the person who watched it."""

    teller: Teller
    scene: Scene
    folder: Path
    digest: Path

    def lines(self, seconds: int, failures: list[str]) -> Iterator[str]:
        """Sections of aligned rows."""
        say = self.teller.words.say
        yield ""
        yield say("demo.over", seconds=seconds)
        if failures:
            yield from section(say("demo.failures", n=len(failures)), [(line,) for line in failures])
        yield from self._found()
        yield from self._left_alone()
        yield from self._broken()
        yield from section(say("demo.kept", folder=_short(self.folder)), self._kept())
        yield f"  {say('demo.kept_note')}"
        yield from self._further()

    def _found(self) -> Iterator[str]:
        found = [record for record in self.scene.records if record.platform not in planted.BROKEN]
        rows = [
            (record.number, self.teller.kind(record.kind), self.teller.platform(record.platform)) for record in found
        ]
        return section(self.teller.words.say("demo.found", n=len(found)), rows)

    def _left_alone(self) -> Iterator[str]:
        words, alone = self.teller.words, scene.left_alone(self.scene)
        sorts = Counter(post.sort for post in alone)
        told = [words.count(f"demo.sorts.{sort}", n) for sort, n in sorts.most_common()]
        rows = [(words.join(told),), (words.say("demo.left_alone_note"),)]
        return section(words.say("demo.left_alone", n=len(alone)), rows)

    def _broken(self) -> Iterator[str]:
        broken = [health for health in self.scene.platforms if health.error]
        numbers = {record.platform: record.number for record in self.scene.records if record.item is None}
        rows = [(numbers.get(each.name, ""), each.title, self.teller.condition(each)) for each in broken]
        return section(self.teller.words.say("demo.broken", n=len(broken)), rows)

    def _kept(self) -> list[tuple[str, ...]]:
        words, settings = self.teller.words, self.teller.settings
        mails = len(list(settings.mail.folder.glob("*.eml")))
        return [
            (
                words.say("demo.kept_mails"),
                f"{self._inside(settings.mail.folder)}/  {words.count('demo.mails', mails)}",
            ),
            (words.say("demo.kept_digest"), f"digest.html  {self._inside(self.digest)}"),
            (words.say("demo.kept_database"), self._inside(Path(settings.database.file))),
            (words.say("demo.kept_log"), LOG),
        ]

    def _inside(self, path: Path) -> str:
        return str(path.relative_to(self.folder))

    def _further(self) -> Iterator[str]:
        """Commands that work when they are pasted."""
        say, huiyin = self.teller.words.say, f"{_program()} --config {shlex.quote(_short(self.folder / CONFIG))}"
        urgent = [record.number for record in self.scene.records if record.severity is Severity.URGENT]
        numbers = [*urgent, *(record.number for record in self.scene.records)][:1]
        yield ""
        yield click.style(say("demo.further"), bold=True)
        yield from (f"  {say('demo.further_list')}", f"    {huiyin} list")
        for number in numbers:
            yield from (f"  {say('demo.further_show')}", f"    {huiyin} show {number}")
        yield from (f"  {say('demo.further_explain')}", f"    {huiyin} explain {planted.CRITICISM}")


def section(head: str, rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """A heading and its rows, in columns."""
    yield ""
    yield click.style(head, bold=True)
    wide = [widest(column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [fitted(cell, cells) for cell, cells in zip(row, wide, strict=True)]
        yield f"  {'  '.join(cells)}".rstrip()


def _program() -> str:
    """How this very program was called."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return f"{shlex.quote(_short(Path(sys.executable)))} -m monitor.cli"
    return shlex.quote(_short(called))


def _short(path: Path) -> str:
    """From the working folder, where that is shorter; always with a slash, so that a shell looks nowhere else."""
    whole = Path.cwd() / path
    short = str(whole.relative_to(Path.cwd())) if whole.is_relative_to(Path.cwd()) else str(whole)
    return short if "/" in short else f"./{short}"
