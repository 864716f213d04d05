"""The store beside raw drivers: storing a pass, and the page of open records from small to large.

A pass: items with one version each, in batches of 1,000, one transaction a batch. Ours is ``passes.finish_pass`` on a
migrated file: it checks the lease, asks which items are known, stores items, versions and cursor, and could go back
behind one bad item. The peers write the same rows into files with the same tables and the same pragmas:
  bare   sqlite3.executemany of rows that were made before the clock began, ids included; asks nothing
  same   sqlite3 that makes its rows out of the same entries and asks which are known, as ours does
Batches are interleaved; medians of the ratios batch by batch, of time on the wall and of processor time.

The page: the first 200 open records by deadline with what their items say, one record in a hundred open. Its peer is
the same question by raw sqlite3, asked once more when the index by deadline is gone.

``--server postgresql://…`` measures an empty PostgreSQL database too, beside psycopg's executemany.
"""

from __future__ import annotations

import argparse
import os
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import repeat
from pathlib import Path

import psycopg
from sqlalchemy import update

from monitor.model import Cursor, Database, Entry
from monitor.store import passes, statements, views
from monitor.store.database import Store, open_store
from monitor.store.tables import cursor, escalation, item

NOW = datetime(2026, 11, 4, 2, tzinfo=UTC)
BATCH = 1000
LOOKS = 200  # at the page
OPEN_ONE_IN = 100
PARTS = (
    "我们小区的路灯坏了半个月，",
    "请问公租房今年什么时候开始申请，",
    "垃圾堆在楼道口没人清，",
    "感谢窗口的工作人员，",
)
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")  # as the store's own
ITEM = ("item", "id, platform, external_id, link, published_at, first_seen_at")
VERSION = ("version", "id, item_id, digest, title, text, seen_at, classified_by")
KNOWN = """
    SELECT external_id, id, (SELECT digest FROM version WHERE item_id = item.id ORDER BY version.id DESC LIMIT 1)
    FROM item WHERE platform = ? AND external_id IN ({})
"""
PAGE = """
    SELECT escalation.*, item.published_at FROM escalation LEFT JOIN item ON item.id = escalation.item_id
    WHERE state IN ('open', 'acknowledged') ORDER BY deadline, escalation.id LIMIT 200
"""


def batches(items: int, seed: int) -> Iterator[list[Entry]]:
    """Messages of some 200 characters; within a batch the newest comes first, as in a feed."""
    luck = random.Random(seed)
    for start in range(0, items, BATCH):
        yield [
            Entry(
                external_id=f"https://www.agency.example/messages/{seed}-{n}.html",
                digest=f"{luck.getrandbits(256):064x}",
                title=f"{luck.choice(PARTS)}{n}",
                text="".join(luck.choices(PARTS, k=15)),
                link=f"https://www.agency.example/messages/{seed}-{n}.html",
                published_at=NOW + timedelta(minutes=2 * start - n, seconds=luck.randrange(60)),
            )
            for n in range(start, start + BATCH)
        ]


def inserting(table: str, names: str, mark: str) -> str:
    return f"INSERT INTO {table} ({names}) VALUES ({', '.join([mark] * len(names.split(', ')))})"


def as_text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.replace(tzinfo=None).isoformat(" ", "microseconds")


def as_is(moment: datetime | None) -> datetime | None:
    return moment


def rows(
    entries: Sequence[Entry], first: int, moment: Callable[[datetime | None], object]
) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """What is written of these entries, with ids from ``first`` on."""
    now = moment(NOW)
    items = [
        (first + n, "website", entry.external_id, entry.link, moment(entry.published_at), now)
        for n, entry in enumerate(entries)
    ]
    versions = [
        (first + n, first + n, entry.digest, entry.title, entry.text, now, "") for n, entry in enumerate(entries)
    ]
    return items, versions


class Raw:
    """The drivers alone."""

    def __init__(self, file: Path, *, asks: bool) -> None:
        open_store(Database(file=str(file)), migrate=True).close()
        self._connection = sqlite3.connect(file, isolation_level=None)
        for pragma in PRAGMAS:
            self._connection.execute(f"PRAGMA {pragma}")
        self._asks = asks
        self._stored = 0

    def prepare(self, entries: Sequence[Entry]) -> Callable[[], None]:
        made = None if self._asks else rows(entries, self._stored + 1, as_text)

        def store() -> None:
            self._connection.execute("BEGIN IMMEDIATE")
            items, versions = made or self._unknown(entries)
            self._connection.executemany(inserting(*ITEM, "?"), items)
            self._connection.executemany(inserting(*VERSION, "?"), versions)
            self._connection.execute("COMMIT")
            self._stored += len(items)

        return store

    def _unknown(self, entries: Sequence[Entry]) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
        names = [entry.external_id for entry in entries]
        asked = KNOWN.format(", ".join("?" * len(names)))
        known = {name: digest for name, _, digest in self._connection.execute(asked, ("website", *names))}
        new = [entry for entry in entries if known.get(entry.external_id) != entry.digest]
        return rows(new, self._stored + 1, as_text)

    def close(self) -> None:
        self._connection.close()


class RawServer:
    """psycopg alone, in tables of their own beside ours."""

    def __init__(self, server: str) -> None:
        self._connection = psycopg.connect(server, password=os.environ.get("HUIYIN_DATABASE_PASSWORD"))
        for table in ("item", "version"):
            self._connection.execute(f"CREATE TABLE raw_{table} (LIKE {table} INCLUDING ALL)")
        self._connection.execute("ALTER TABLE raw_version ADD FOREIGN KEY (item_id) REFERENCES raw_item (id)")
        self._connection.commit()
        self._stored = 0

    def prepare(self, entries: Sequence[Entry]) -> Callable[[], None]:
        items, versions = rows(entries, self._stored + 1, as_is)
        self._stored += len(entries)

        def store() -> None:
            with self._connection.transaction(), self._connection.cursor() as cursor:
                cursor.executemany(inserting("raw_item", ITEM[1], "%s"), items)
                cursor.executemany(inserting("raw_version", VERSION[1], "%s"), versions)

        return store

    def close(self) -> None:
        self._connection.close()


class Ours:
    """``finish_pass`` on a platform that was claimed before the clock began."""

    def __init__(self, store: Store) -> None:
        self._store = store
        with store.write() as tx:
            statements.put(tx, cursor, {"platform": "website", "added_at": NOW, "next_check_at": NOW})

    def prepare(self, entries: Sequence[Entry]) -> Callable[[], None]:
        lease = "held by the benchmark"
        with self._store.write() as tx:
            tx.execute(update(cursor).values(lease=lease))
        claim = passes.Pass(Cursor(platform="website", next_check_at=NOW), lease)

        def store() -> None:
            with self._store.write() as tx:
                passes.finish_pass(tx, claim, claim.cursor, entries, NOW)

        return store

    def close(self) -> None:
        self._store.close()


def timed(work: Callable[[], None]) -> tuple[float, float]:
    """Seconds on the wall and of the processor."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def race(runners: dict[str, Raw | RawServer | Ours], items: int) -> None:
    """Give each batch to every runner in turn, everybody first once; then all again to ours, when all is known."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in runners}
    order = list(runners)
    for entries in batches(items, 1):
        order = [*order[1:], order[0]]
        for name in order:
            times[name].append(timed(runners[name].prepare(entries)))
    known = [timed(runners["ours"].prepare(entries))[0] for entries in batches(items, 1)]
    for name, taken in times.items():
        rate = BATCH / statistics.median(wall for wall, _ in taken)
        compared = ""
        if name != "ours":
            pairs = list(zip(taken, times["ours"], strict=True))
            wall, processor = (statistics.median(peer[n] / ours[n] for peer, ours in pairs) for n in (0, 1))
            compared = f"   ours / {name}: {wall:.2f} on the wall, {processor:.2f} of the processor"
        print(f"  {name:8} {rate:9,.0f} items/s{compared}")
    print(f"  ours, everything known and unchanged: {BATCH / statistics.median(known):,.0f} items/s")


def fill(store: Store, items: Sequence[int], start: int, end: int) -> None:
    """Records ``start`` to ``end`` about these items, one in OPEN_ONE_IN of them open."""
    luck = random.Random(start)
    with store.write() as tx:
        for first in range(start, end, 10_000):
            numbers = range(first, min(first + 10_000, end))
            columns = {
                "id": [n + 1 for n in numbers],
                "number": [f"2026-{n:07}" for n in numbers],
                "kind": repeat("hazard"),
                "matter_key": [f"item:{n}" for n in numbers],
                "severity": repeat("urgent"),
                "state": ["open" if n % OPEN_ONE_IN == 0 else "resolved" for n in numbers],
                "platform": repeat("website"),
                "item_id": [items[n % len(items)] for n in numbers],
                "subject": repeat(PARTS[0]),
                "locator": repeat("https://www.agency.example/messages/1.html"),
                "owner": repeat("duty"),
                "opened_at": repeat(NOW),
                "deadline": [NOW + timedelta(seconds=luck.randrange(10**7)) for _ in numbers],
                "step": repeat(0),
                "overdue": repeat(False),
            }
            statements.load(tx, escalation, columns)


def look(ask: Callable[[], object], times: int = LOOKS) -> float:
    """Median milliseconds."""
    return statistics.median(timed(ask)[0] for _ in range(times)) * 1000


def pages(store: Store, sizes: Sequence[int], file: Path | None) -> None:
    """The page at each size; on SQLite beside the same question asked by the driver alone."""
    with store.write() as tx:
        names = [f"i{n}" for n in range(BATCH)]
        items = statements.reserve(tx, item, BATCH)
        columns = {"id": items, "platform": repeat("pages"), "external_id": names, "link": names}
        statements.load(tx, item, {**columns, "published_at": repeat(NOW), "first_seen_at": repeat(NOW)})

    def ours() -> None:
        with store.read() as tx:
            assert len(views.open_records(tx)) == 200

    filled, taken = 0, []
    for size in sizes:
        fill(store, items, filled, size)
        filled = size
        if file is None:
            with store.write() as tx:
                tx.exec_driver_sql("ANALYZE escalation")
        taken.append(look(ours))
        beside = f"   sqlite3 {look(lambda: driver(file)):8.2f} ms" if file else ""
        print(f"  {size:9,} records   ours {taken[-1]:7.2f} ms{beside}")
    print(f"  largest / smallest: {taken[-1] / taken[0]:.2f}")
    if file:
        with store.write() as tx:
            tx.exec_driver_sql("DROP INDEX ix_escalation_open")
        print(f"  {filled:9,} records, sqlite3 without the index by deadline {look(lambda: driver(file), 5):8.2f} ms")


def driver(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        assert len(connection.execute(PAGE).fetchall()) == 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=30_000, help="stored by each")
    parser.add_argument(
        "--records", type=int, nargs="+", default=[100_000, 300_000], help="up to 5000000: 2 GB, minutes"
    )
    parser.add_argument("--server", default="", help="an empty PostgreSQL database as well")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(f"storing a pass, SQLite, batches of {BATCH:,}, medians")
        stores = [open_store(Database(file=str(folder / file)), migrate=True) for file in ("ours.db", "pages.db")]
        runners: dict[str, Raw | RawServer | Ours] = {
            "bare": Raw(folder / "bare.db", asks=False),
            "same": Raw(folder / "same.db", asks=True),
            "ours": Ours(stores[0]),
        }
        race(runners, asked.items)
        print(f"the page of open records, SQLite, medians of {LOOKS}")
        pages(stores[1], asked.records, folder / "pages.db")
        for each in (*runners.values(), stores[1]):
            each.close()
    if asked.server:
        password = os.environ.get("HUIYIN_DATABASE_PASSWORD", "")
        with closing(open_store(Database(server=asked.server, password=password), migrate=True)) as store:
            print("storing a pass, PostgreSQL")
            race({"bare": RawServer(asked.server), "ours": Ours(store)}, asked.items)
            print("the page of open records, PostgreSQL")
            pages(store, asked.records, None)


if __name__ == "__main__":
    main()
