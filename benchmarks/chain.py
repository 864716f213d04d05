"""The audit chain beside the same without it: what an entry costs a transaction, and how long verifying takes.

A transition: ``records.note`` in a transaction of its own on a migrated file, with its entry sealed and (``bare``) with
nothing promised to the chain. Interleaved; medians of each, and of the differences pair by pair.

Verifying: ``chained.flaws`` over ``--rows`` transitions, as ``huiyin audit verify`` does. Its peer reads the
same rows of both tables by raw sqlite3 and makes one HMAC-SHA256 of each, the least that anything of the kind must do.
"""

from __future__ import annotations

import argparse
import hmac
import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from monitor.model import Database, Transition
from monitor.store import chained, records
from monitor.store.database import Store, open_store
from monitor.store.tables import escalation, transition

NOW = datetime(2026, 11, 4, 2, tzinfo=UTC)
KEY = b"k" * 32
PAIRS = 400
BATCH = 10_000


def opened(folder: Path, name: str) -> Store:
    store = open_store(Database(file=str(folder / name)), migrate=True)
    store.key = KEY
    with store.write() as tx:
        which = {"id": 1, "number": "2026-0001", "kind": "hazard", "severity": "urgent", "state": "open"}
        about = {"platform": "board", "matter_key": "1", "owner": "duty", "subject": "", "locator": ""}
        row = {**which, **about, "opened_at": NOW, "deadline": NOW + timedelta(hours=2)}
        tx.execute(insert(escalation).values(row))
        records.note(tx, 1, Transition(NOW, "opened", "system"))
    return store


def noted(store: Store, n: int, *, bare: bool) -> tuple[float, float]:
    """Seconds on the wall and of the processor for one transition."""
    wall, processor = time.perf_counter(), time.process_time()
    with store.write() as tx:
        records.note(tx, 1, Transition(NOW + timedelta(seconds=n), "told", "system", "step: duty"))
        if bare:
            chained.begin(tx)
    return time.perf_counter() - wall, time.process_time() - processor


def entries(folder: Path) -> None:
    store = opened(folder, "entries.db")
    times = [(noted(store, n, bare=False), noted(store, n, bare=True)) for n in range(PAIRS)][PAIRS // 10 :]
    store.close()
    for name, clock in (("on the wall", 0), ("of the processor", 1)):
        ours, bare = ([pair[which][clock] * 1e3 for pair in times] for which in (0, 1))
        more = statistics.median(a - b for a, b in zip(ours, bare, strict=True))
        with_, without = statistics.median(ours), statistics.median(bare)
        said = f"{with_:.3f} ms, {without:.3f} without an entry; {more:+.3f} ms"
        print(f"a transition {name}: {said}, x {with_ / without:.2f}")


def filled(folder: Path, rows: int) -> Store:
    store = opened(folder, "verify.db")
    for first in range(0, rows, BATCH):
        with store.write() as tx:
            for n in range(first, min(rows, first + BATCH)):
                records.note(tx, 1, Transition(NOW + timedelta(seconds=n), "told", "system", "step: duty"))
    return store


def verified(store: Store) -> None:
    with store.read() as tx:
        assert list(chained.flaws(tx, chained.walk(tx, KEY, ()))) == []


def raw(file: Path) -> None:
    connection = sqlite3.connect(file)
    for table in (transition.name, "chain"):
        for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1"):
            hmac.digest(KEY, repr(row).encode(), "sha256")
    connection.close()


def timed(work: Callable[[], None]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        entries(folder)
        store = filled(folder, options.rows)
        ours = timed(lambda: verified(store))
        store.close()
        peer = timed(lambda: raw(folder / "verify.db"))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"verifying {options.rows} rows: {ours:.1f} s of processor, {options.rows / ours:,.0f} a second; ", end=""
        )
        print(f"x {ours / peer:.1f} of reading and hashing them ({peer:.1f} s); {memory:.0f} MB at most")


if __name__ == "__main__":
    main()
