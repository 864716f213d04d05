"""What is remembered of an official account between two passes: calls made, and whose comments are read when."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from monitor.collectors.accountapi import BEIJING

THREADS = 300  # articles whose comments are read, the newest
_EVERY = (  # so often are the comments of an article read, as long as it is younger
    (timedelta(days=3), timedelta(0)),
    (timedelta(days=30), timedelta(hours=1)),
    (timedelta(days=180), timedelta(hours=12)),
)


@dataclass(slots=True)
class Thread:
    """The comments of one article. Times are seconds since 1970."""

    link: str
    published: int
    read: int = 0  # when they were read to their end
    begin: int = 0  # where reading goes on
    missed: int = 0  # times that the interface knew no such article

    def is_due(self, now: int) -> bool:
        age = timedelta(seconds=now - self.published)
        every = next((every for younger, every in _EVERY if age < younger), None)
        return every is not None and self.missed < 3 and not self.read <= now < self.read + every.total_seconds()


@dataclass(slots=True)
class Memory:
    """``calls`` and ``spent`` are of ``day`` in Beijing, by interface: "articles", "comments". ``spent``: the interface
    says that no call is left. ``failed`` is code and words of what stopped the last list, at ``listed``. ``walk`` is
    how many articles of the first contact have been listed, None when that is over. ``threads`` by
    ``msg_data_id:index``. ``closed``: the account may not read comments.
    """

    day: str = ""
    calls: dict[str, int] = field(default_factory=dict)
    spent: list[str] = field(default_factory=list)
    listed: int = 0
    failed: list[str] = field(default_factory=list)
    walk: int | None = 0
    closed: bool = False
    threads: dict[str, Thread] = field(default_factory=dict)

    @classmethod
    def read(cls, written: str) -> Memory:
        """An empty one of what can't be read."""
        try:
            told = json.loads(written)
            threads = {name: Thread(**thread) for name, thread in told.pop("threads").items()}
            return cls(**told, threads=threads)
        except (ValueError, TypeError, KeyError, AttributeError):
            return cls()

    def written(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))

    def begin(self, now: datetime) -> None:
        """A new day, also when the clock was set back to one, begins with all its calls."""
        today = f"{now.astimezone(BEIJING):%Y-%m-%d}"
        if today != self.day:
            self.day, self.calls, self.spent, self.closed = today, {}, [], False

    def made(self, interface: str) -> None:
        self.calls[interface] = self.calls.get(interface, 0) + 1

    def left(self, interface: str, a_day: int) -> int:
        return 0 if interface in self.spent else max(0, a_day - self.calls.get(interface, 0))

    def found(self, threads: Iterable[tuple[str, Thread]]) -> None:
        for name, thread in threads:
            self.threads.setdefault(name, thread)
        newest = sorted(self.threads, key=lambda name: self.threads[name].published, reverse=True)[:THREADS]
        self.threads = {name: self.threads[name] for name in newest}

    def due(self, now: int) -> list[str]:
        """Threads whose turn it is: those that were begun, then those that waited longest."""
        waiting = [name for name, thread in self.threads.items() if thread.is_due(now)]
        return sorted(waiting, key=lambda name: (self.threads[name].begin == 0, self.threads[name].read))
