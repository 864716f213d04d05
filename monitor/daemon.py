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
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from time import monotonic
from types import FrameType

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from monitor import attach, keeping, links, logs, pages, pipeline, proving, receiving, watch, watching
from monitor.channels.supervisor import Supervisor
from monitor.errors import DiskFullError, StoreError
from monitor.house import Clock, House
from monitor.store import (
    attached,
    duties,
    linked,
    looked,
    marks,
    outbox,
    passes,
    promised,
    proofs,
    records,
    views,
)
from monitor.store.database import Tx

Stage = Callable[[House, Clock], bool]

STAGES: dict[str, tuple[Stage, int]] = {  # how many may run at once: slow platforms and mail servers wait apart
    "prove": (proving.prove, 1),
    "collect": (pipeline.collect, 4),
    "attach": (attach.attach, 1),
    "look": (pages.look, 1),
    "links": (links.follow, 1),
    "classify": (pipeline.classify, 1),
    "escalate": (pipeline.escalate, 1),
    "digest": (pipeline.digest, 1),
    "deliver": (pipeline.deliver, 2),
    "ring": (pipeline.ring, 2),
    "chat": (pipeline.chat, 1),
    "receive": (receiving.receive, 1),
    "backup": (keeping.backup, 1),
    "erase": (keeping.erase, 1),
}
THREADS = sum(at_once for _, at_once in STAGES.values()) + 1  # and the watch
LOOK_EVERY = timedelta(seconds=10)  # at the clock, at most; systemd wants to hear something far less often
HUNG_AFTER = timedelta(minutes=5)  # beyond the longest that a unit may take
BEAT_EVERY = timedelta(seconds=30)  # how often a stage says that it lives


def clock() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)


@contextmanager
def alone(house: House) -> Iterator[Callable[[], None]]:
    """Be the only process that works on this database, and free what an earlier one left claimed.

    What is handed out is called now and then: a lock that was lost with its server is taken again.
    Both raise StoreError, permanent, when another daemon runs.
    """
    refusal = f"{house.settings.database}: another huiyin is running on this database"
    with house.store.alone(refusal) as keep:
        with house.store.write() as tx:
            passes.register(tx, house.settings.platforms, clock())
            looked.register(tx, house.settings.platforms, clock())
            passes.release(tx)
            attached.release(tx)
            looked.release(tx)
            linked.release(tx)
            proofs.release(tx)
            records.release(tx)
            duties.release(tx)
            outbox.release(tx)
            _count_anew(house, tx, clock())
        yield keep


def _count_anew(house: House, tx: Tx, now: datetime) -> None:
    """Count working days anew when the calendar is another than at the last start: a year has been published."""
    settings = house.settings
    seen = ",".join([settings.calendar.fingerprint, *(each.fingerprint for each in settings.calendars.values())])
    platforms = sorted(settings.platforms.items())
    within = [(name, each.answer_within, sorted(each.by_purpose.items())) for name, each in platforms]
    if marks.only(tx, "answers", _digest(f"{seen} {within} {settings.answers.warn}"), now):
        promised.count_anew(tx)
    if not marks.only(tx, "calendar", _digest(seen), now):
        return
    for record in records.every_open(tx):
        calendar = settings.calendar_of(record.platform, record.unit)
        if records.recount(tx, record, settings.policies[record.kind], now, calendar):
            logs.event("recounted", record=record.number)


def _digest(said: str) -> str:
    return sha256(said.encode()).hexdigest()[:32]


def run(house: House, stop: threading.Event, supervisor: Supervisor | None = None) -> None:
    """Run every stage until ``stop`` is set; the units in hand are finished, nothing new is begun.

    ``supervisor`` hears when it is ready, and that it lives as long as no stage hangs. Raises StoreError when another
    daemon has taken the database over.
    """
    supervisor = supervisor or Supervisor()
    watch.make_room(house)
    with alone(house) as keep:
        watch.start(house, clock())
        pulse = Pulse(monotonic)
        scheduler = BackgroundScheduler(timezone=UTC, executors={"default": ThreadPoolExecutor(THREADS)})
        often = {"trigger": "interval", "seconds": house.settings.pace.tick.total_seconds(), "coalesce": True}
        for name, (stage, at_once) in _stages().items():
            scheduler.add_job(
                _Drain(house, name, stage, stop, pulse=pulse),
                **often,
                next_run_time=clock(),
                max_instances=at_once,
                misfire_grace_time=None,
            )
        scheduler.start()
        logs.event("started", platforms=len(house.settings.platforms))
        supervisor.say(READY="1", STATUS=f"{len(house.settings.platforms)} platforms")
        watchman = _Watchman(house, keep, stop, partial(_wake, scheduler))
        while not stop.wait(min(house.settings.pace.tick, LOOK_EVERY).total_seconds()):
            watchman.look(pulse, supervisor)
        supervisor.say(STOPPING="1")
        scheduler.shutdown(wait=True)
        logs.event("stopped")
    if watchman.lost is not None:
        raise watchman.lost


def _stages() -> dict[str, tuple[Stage, int]]:
    """The stages, and the watch over them."""
    return STAGES | {"watch": (partial(watch.watch, stages=tuple(STAGES)), 1)}


def _wake(scheduler: BackgroundScheduler) -> None:
    """Begin every stage now. Due times of the scheduler are hours of the clock: set back, it would sleep that long."""
    for job in scheduler.get_jobs():
        job.modify(next_run_time=clock())


def once(house: House) -> None:
    """Run each stage until it has nothing left, in the order of the way through.

    Everything that is due when reading begins is read, once. Nobody else reads meanwhile, so hosts of which several
    platforms are due need no gap here: the client keeps it between any two fetches.
    """
    pace = replace(house.settings.pace, host_gap=timedelta(0))
    eager = replace(house, settings=replace(house.settings, pace=pace))
    watch.make_room(house)
    with alone(house):
        stop, began = threading.Event(), clock()
        watch.start(house, began)
        for name, (stage, _) in _stages().items():
            if name == "collect":
                _Drain(eager, name, stage, stop, tell=lambda: began)()
            else:
                _Drain(house, name, stage, stop)()


def stop_on_signals(stop: threading.Event) -> None:
    """SIGTERM and SIGINT set ``stop``."""

    def handle(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)


class Pulse:
    """When each stage last did something; ``steady`` is a clock that nobody sets, in seconds."""

    def __init__(self, steady: Callable[[], float]) -> None:
        self._steady = steady
        self._lock = threading.Lock()
        self._last = dict.fromkeys(_stages(), steady())
        self._begun: dict[tuple[str, int], float] = {}

    def beats(self, stage: str) -> None:
        """A thread of the stage takes its next unit."""
        with self._lock:
            self._last[stage] = self._begun[stage, threading.get_ident()] = self._steady()

    def rests(self, stage: str) -> None:
        """The thread has nothing in hand any more."""
        with self._lock:
            self._last[stage] = self._steady()
            self._begun.pop((stage, threading.get_ident()), None)

    def stuck(self, limit: timedelta) -> tuple[str, ...]:
        """The stages that hang."""
        with self._lock:
            begun: dict[str, list[float]] = {}
            for (stage, _), at in self._begun.items():
                begun.setdefault(stage, []).append(at)
            return watching.stuck(begun, self._last, self._steady(), limit.total_seconds())


class _Watchman:
    """What the main thread does while the stages work: it hangs with none of them.

    It keeps the lock of the one daemon (where another has it, all stops), sees the clock being set, and lets systemd
    know that the service lives, or lets it not know.
    """

    def __init__(self, house: House, keep: Callable[[], None], stop: threading.Event, wake: Callable[[], None]) -> None:
        self._house = house
        self._keep = keep
        self._stop = stop
        self._wake = wake
        self._clocks = clock(), monotonic()
        self._stuck: tuple[str, ...] = ()
        self.lost: StoreError | None = None

    def look(self, pulse: Pulse, supervisor: Supervisor) -> None:
        """At everything, once."""
        self._hold()
        self._compare()
        stuck = pulse.stuck(self._house.settings.pace.visit + HUNG_AFTER)
        if stuck and stuck != self._stuck:
            logs.event("stage_hangs", level=logging.ERROR, stages=",".join(stuck))
        self._stuck = stuck
        if not stuck:
            supervisor.say(WATCHDOG="1", STATUS=self._house.sentry.worst)

    def _compare(self) -> None:
        """The clock with one that nobody sets."""
        (wall, steady), self._clocks = self._clocks, (clock(), monotonic())
        passed = timedelta(seconds=self._clocks[1] - steady)
        jump = watching.jumped(self._clocks[0] - wall, passed, self._house.settings.watch.jump)
        if self._clocks[0] - wall < timedelta(0):
            self._wake()
        if jump is not None:
            self._house.sentry.jumps.append(jump)

    def _hold(self) -> None:
        try:
            self._keep()
        except StoreError as error:
            logs.event("lock_lost", level=logging.ERROR, why=error)
            if error.permanent:
                self.lost = error
                self._stop.set()


class _Drain:
    """Run one stage until it has nothing left, and say that it lives."""

    def __init__(
        self,
        house: House,
        name: str,
        stage: Stage,
        stop: threading.Event,
        *,
        tell: Clock = clock,
        pulse: Pulse | None = None,
    ) -> None:
        self._house = house
        self._pulse = pulse or Pulse(monotonic)
        self._tell = tell
        self._name = name
        self._stage = stage
        self._stop = stop
        self._beat_at: datetime | None = None
        self._error = ""

    def __call__(self) -> None:
        error = ""
        try:
            self._pulse.beats(self._name)
            while self._may() and self._stage(self._house, self._tell):
                self._pulse.beats(self._name)
                self._beat("")  # what has much to do is not silent
        except Exception as trouble:  # noqa: BLE001  a stage that dies would be silence; its unit stays leased
            error = type(trouble).__name__
            logs.event("stage_failed", level=logging.ERROR, stage=self._name, error=error, at=logs.place(trouble))
            if isinstance(trouble, DiskFullError):
                watch.filled(self._house, clock())
        self._pulse.rests(self._name)
        self._beat(error)

    def _may(self) -> bool:
        return not self._stop.is_set() and watch.may_run(self._house, self._name)

    def _beat(self, error: str) -> None:
        now = clock()
        if error == self._error and self._beat_at is not None and now - self._beat_at < BEAT_EVERY:
            return
        try:
            with self._house.store.write() as tx:
                views.set_beat(tx, self._name, now, error)
        except StoreError as trouble:  # it comes back or `huiyin health` sees the silence
            logs.event("beat_failed", level=logging.ERROR, stage=self._name, why=trouble)
            return
        self._beat_at, self._error = now, error
