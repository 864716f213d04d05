"""The clock's entrance: one APScheduler job a stage, signals, one daemon per database.

Due times live in our tables; APScheduler only wakes the stages. A late wake-up is never dropped
(``misfire_grace_time=None``) and several late ones are one (``coalesce``).
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import FrameType

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from monitor import logs, pipeline
from monitor.house import Clock, House
from monitor.store import outbox, passes, records, views
from monitor.store.database import exclusive

Stage = Callable[[House, Clock], bool]

STAGES: dict[str, tuple[Stage, int]] = {  # how many may run at once: slow platforms and mail servers wait apart
    "collect": (pipeline.collect, 4),
    "classify": (pipeline.classify, 1),
    "escalate": (pipeline.escalate, 1),
    "digest": (pipeline.digest, 1),
    "deliver": (pipeline.deliver, 2),
}
BEAT_EVERY = timedelta(seconds=30)  # how often a stage says that it lives


def clock() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)


@contextmanager
def alone(house: House) -> Iterator[None]:
    """Be the only process that works on this database, and free what an earlier one left claimed.

    Raises StoreError when another daemon runs.
    """
    path = house.settings.database
    with exclusive(path.with_suffix(".lock"), f"{path}: another huiyin is running on this database"):
        with house.store.write() as tx:
            passes.register(tx, house.settings.platforms, clock())
            passes.release(tx)
            records.release(tx)
            outbox.release(tx)
        yield


def run(house: House, stop: threading.Event) -> None:
    """Run every stage until ``stop`` is set; the units in hand are finished, nothing new is begun."""
    with alone(house):
        scheduler = BackgroundScheduler(timezone=UTC, executors={"default": ThreadPoolExecutor(10)})
        seconds = house.settings.pace.tick.total_seconds()
        for name, (stage, at_once) in STAGES.items():
            scheduler.add_job(
                _Drain(house, name, stage, stop),
                "interval",
                seconds=seconds,
                next_run_time=clock(),
                max_instances=at_once,
                coalesce=True,
                misfire_grace_time=None,
            )
        scheduler.start()
        logs.event("started", platforms=len(house.settings.platforms))
        stop.wait()
        scheduler.shutdown(wait=True)
        logs.event("stopped")


def once(house: House) -> None:
    """Run each stage until it has nothing left, in the order of the way through."""
    with alone(house):
        stop = threading.Event()
        for name, (stage, _) in STAGES.items():
            _Drain(house, name, stage, stop)()


def stop_on_signals(stop: threading.Event) -> None:
    """SIGTERM and SIGINT set ``stop``."""

    def handle(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)


class _Drain:
    """Run one stage until it has nothing left, and say that it lives."""

    def __init__(self, house: House, name: str, stage: Stage, stop: threading.Event) -> None:
        self._house = house
        self._name = name
        self._stage = stage
        self._stop = stop
        self._beat_at: datetime | None = None
        self._error = ""

    def __call__(self) -> None:
        error = ""
        try:
            while not self._stop.is_set() and self._stage(self._house, clock):
                pass
        except Exception as trouble:  # noqa: BLE001  a stage that dies would be silence; its unit stays leased
            error = type(trouble).__name__
            logs.event("stage_failed", level=logging.ERROR, stage=self._name, error=error, at=logs.place(trouble))
        self._beat(error)

    def _beat(self, error: str) -> None:
        now = clock()
        if error == self._error and self._beat_at is not None and now - self._beat_at < BEAT_EVERY:
            return
        self._beat_at, self._error = now, error
        with self._house.store.write() as tx:
            views.set_beat(tx, self._name, now, error)
