"""One queue of hosts for everybody who fetches: collectors, proofs, attachments. EDGE: it waits.

What is claimed in the database decides who is read next, so that nobody waits here for long; here each fetch of a pass
gets its turn, so that twenty articles of one site are not asked for in one second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import BoundedSemaphore, Lock


class Turns:
    """Built once a process and used by any thread: at most ``at_once`` fetches of a host, ``gap`` between two starts.

    A redirect is part of the fetch that led to it. ``clock`` and ``wait`` are in seconds.
    """

    def __init__(
        self,
        gap: timedelta,
        at_once: int,
        *,
        clock: Callable[[], float],
        wait: Callable[[float], None],
    ) -> None:
        self._gap = gap.total_seconds()
        self._at_once = at_once
        self._clock = clock
        self._wait = wait
        self._lock = Lock()
        self._places: dict[str, BoundedSemaphore] = {}
        self._next: dict[str, float] = {}  # when a host may be asked again

    @contextmanager
    def of(self, host: str) -> Iterator[None]:
        """Wait for a turn at ``host`` and keep the place while the block runs."""
        with self._lock:
            place = self._places.setdefault(host, BoundedSemaphore(self._at_once))
        with place:
            pause = self._pause(host)
            if pause > 0:
                self._wait(pause)
            yield

    def _pause(self, host: str) -> float:
        """Seconds until the turn that is taken with this call."""
        with self._lock:
            now = self._clock()
            at = max(now, self._next.get(host, now))
            self._next[host] = at + self._gap
        return at - now
