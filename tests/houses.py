"""A whole house for tests: real settings, real database, real folder for mails; only the web is handed in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor import daemon, keys, proving, settings
from monitor.cli import wiring
from monitor.errors import CollectError
from monitor.house import House
from monitor.model import Collected, Cursor, Database, Escalation, Item, Platform, State, Transition
from monitor.proof import Proof
from monitor.store import looked, marks, passes, proofs, records, views
from monitor.store.database import Store, open_store
from monitor.summary import PlatformHealth

T = datetime(2026, 11, 4, 2, 0, tzinfo=UTC)  # a Wednesday, 10:00 in Shanghai
LATE = datetime(2100, 1, 1, tzinfo=UTC)
LEAK = "公示名单：李桂香，身份证号210726196411200006，住东苑小区"
CONFIGURATION = """
[agency]
name = "青岚县住房和城乡建设局"
[pace]
tick = "1s"
host_gap = "0s"
[links]
check = false
[emergency]
gas = "0000-5550100"
fire = "119"
duty = "0000-5550101"
[[contact]]
name = "duty"
title = "值班员"
mail = "duty@agency.example"
[[contact]]
name = "leader"
title = "分管领导"
mail = "leader@agency.example"
[[platform]]
name = "website"
title = "局网站"
url = "http://127.0.0.1:9/feed.xml"
networks = ["127.0.0.0/8"]
[policy.default]
owner = "duty"
steps = [{ after = "0m", tell = ["duty"] }, { after = "30m", tell = ["leader"] }]
[digest]
to = ["leader"]
"""


@dataclass
class Clock:
    """A clock that stands still until it is told to move."""

    now: datetime = T

    def __call__(self) -> datetime:
        return self.now

    def move(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Web:
    """What the collector will find: items, or an error to raise."""

    items: list[Item] = field(default_factory=list)
    error: CollectError | None = None
    passes: int = 0

    def collect(self, platform: Platform, cursor: Cursor, _fetch: Callable[..., object]) -> Collected:
        self.passes += 1
        if self.error is not None:
            raise self.error
        after = replace(cursor, fetches=cursor.fetches + 1, had_items=True, etag='"1"', decoded_by="utf-8")
        return Collected(tuple(self.items), after)


def filled_in(example: str) -> str:
    """The shipped example with the telephone numbers that every agency has to write itself."""
    return example.replace('gas = ""', 'gas = "0000-5550100"').replace('duty = ""', 'duty = "0000-5550101"')


@dataclass
class Place:
    """Where the houses of a test keep everything, as ``each_database`` says: "" is SQLite in their folder."""

    server: str = ""
    stores: list[Store] = field(default_factory=list)

    @contextmanager
    def at(self, server: str) -> Iterator[None]:
        self.server = server
        try:
            yield
        finally:
            self.server = ""
            while self.stores:
                self.stores.pop().close()


PLACE = Place()


def configuration(folder: Path, text: str = CONFIGURATION) -> Path:
    path = folder / "huiyin.toml"
    if PLACE.server:
        text = text.replace("[agency]\n", f'[agency]\ndatabase = "{PLACE.server}"\n')
    path.write_text(text, encoding="utf-8")
    return path


@cache
def up_to_date() -> bytes:
    """A file without rows, so that a test need not wait for the migrations."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "huiyin.db"
        open_store(Database(file=str(file)), migrate=True).close()
        return file.read_bytes()


def build(folder: Path, web: Web, text: str = CONFIGURATION, now: datetime = T, *, proven: bool = True) -> House:
    """A house in ``folder`` whose platforms are due at ``now``; ``proven`` to be its own, for ever."""
    loaded = settings.load(configuration(folder, text))
    keys.create(loaded.key_file)
    file = Path(loaded.database.file)
    if loaded.database.file and not file.exists():
        file.write_bytes(up_to_date())
        file.chmod(0o600)
    house = replace(
        wiring.house(loaded, migrate=True),
        collectors={"feed": web.collect},
        luck=lambda: 0.5,
        cut=lambda words: words.split(),
    )
    if PLACE.server:
        PLACE.stores.append(house.store)
    with house.store.write() as tx:
        passes.register(tx, loaded.platforms, now)
        looked.register(tx, loaded.platforms, now)
        marks.put(tx, marks.LIVE, now)
        for prefix in proving.sites(loaded.platforms) if proven else ():
            proofs.keep(tx, Proof(prefix=prefix, way="file", proven_at=now, until=LATE, next_check_at=LATE), now)
    return house


def drain(house: House, clock: Callable[[], datetime], stages: Iterable[str] = tuple(daemon.STAGES)) -> None:
    """Each stage until it has nothing left."""
    for name in stages:
        stage, _ = daemon.STAGES[name]
        while stage(house, clock):
            pass


def mails(house: House) -> list[EmailMessage]:
    """The mails in the folder, by the time they were written and then by name."""
    found = sorted(house.settings.mail.folder.glob("*.eml"), key=lambda path: (path.stat().st_mtime_ns, path.name))
    return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in found]  # type: ignore[arg-type]


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def item(text: str = LEAK, *, name: str = "1", title: str = "资格公示", published: datetime | None = T) -> Item:
    link = f"http://127.0.0.1:9/{name}.html"
    return Item(external_id=name, title=title, text=text, link=link, published_at=published)


def only_record(house: House) -> Escalation:
    with house.store.read() as tx:
        (record,) = views.open_records(tx, closed_too=True)
    return record


def all_records(house: House) -> list[Escalation]:
    with house.store.read() as tx:
        return views.open_records(tx, closed_too=True)


def transitions(house: House, record: Escalation) -> list[str]:
    with house.store.read() as tx:
        return [line.what for line in records.history(tx, record.id)]


def move(house: House, to: State, clock: Clock) -> None:
    with house.store.write() as tx:
        (record, *_) = views.open_records(tx)
        assert records.move(tx, record, to, Transition(clock(), str(to), "duty", "why"))


def platform_rows(house: House) -> list[PlatformHealth]:
    """How each configured platform is."""
    with house.store.read() as tx:
        return views.health(tx, tuple(house.settings.platforms.values()), {})
