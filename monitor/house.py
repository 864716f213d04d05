"""What the stages are handed: everything an entrance wires once, and how units are kept from stopping one another."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from classifiers.finding import Document, Topic
from monitor import logs, messages
from monitor.collectors.replybox import Read
from monitor.disk import Disk
from monitor.model import Collected, Cursor, Fetched, Notification, Platform
from monitor.settings import Settings
from monitor.signed import SigningKey
from monitor.store.database import Store
from monitor.watching import Space
from monitor.words import Words

Unit = TypeVar("Unit")
Result = TypeVar("Result")
Clock = Callable[[], datetime]
Fetch = Callable[..., Fetched]
Collector = Callable[[Platform, Cursor, Fetch], Collected]
Send = Callable[[Notification, Callable[[], None]], str]


@dataclass(slots=True, kw_only=True)
class Sentry:
    """What this process sees and remembers of itself; all else is in the database."""

    disk: Disk
    ping: Callable[[str, bytes], str]  # asks an address of the monitoring; why that failed, "" when it didn't
    began: datetime
    space: Space = Space.ENOUGH
    filled_at: datetime | None = None  # when the database said last that its disk is full
    free: int | None = None  # bytes, when that was last asked
    looked_at: datetime | None = None
    measured_at: datetime | None = None
    head_at: datetime | None = None  # when the head of the audit chain was last looked at, and what it was
    head: str = ""
    pinged: str = ""  # why the monitoring can't be asked
    unreceived: str = ""  # why answers to our mail can't be read
    unserved: str = ""  # why the pages behind links in mails aren't
    unwritten: str = ""  # why its file can't be written
    worst: str = ""  # what is wrong, in a few words
    jumps: list[timedelta] = field(default_factory=list)  # of the clock, that nobody has been told of yet


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Everything the stages need, wired once by an entrance."""

    settings: Settings
    store: Store
    key: bytes  # the installation key
    collectors: Mapping[str, Collector]
    fetch: Fetch
    save: Fetch  # into a file
    head: Callable[[str, timedelta], int]  # asks any public host, once
    fetch_once: Fetch  # follows no redirect: for proofs
    as_robot: Fetch  # as a search engine would ask
    txt: Callable[[str], list[str]]  # TXT records of a name
    send: Send  # mail
    replies: Callable[[Platform, str], Read]  # what came back to it
    ring: Send
    chat: Send  # to the group that the address names
    words: Mapping[str, Words]  # by language
    cut: Callable[[str], Iterable[str]]  # text into words
    topics: Callable[[Sequence[Document]], list[Topic]]  # what messages are about
    luck: Callable[[], float]  # 0..1, for jitter
    link_keys: Callable[[], tuple[SigningKey, ...]]  # that sign links in mails
    sentry: Sentry


def context(settings: Settings, now: datetime) -> messages.Context:
    """What every letter needs to know."""
    return messages.Context(
        agency=settings.agency,
        zone=settings.zone,
        now=now,
        titles=settings.titles,
        platforms={name: platform.title for name, platform in settings.platforms.items()},
        emergency=settings.emergency,
        ringing=bool(settings.ringing),
        units=settings.units,
        unpublished=settings.calendar.unpublished(now),
        web=settings.web.url,
        replies=bool(settings.replies.url),
    )


def each(do: Callable[[Unit], Result], units: Iterable[Unit]) -> Iterator[tuple[Unit, Result | None]]:
    """``(unit, do(unit))`` for each; one that fails must not stop the rest: it is logged and comes with None."""
    for unit in units:
        try:
            yield unit, do(unit)
        except Exception as error:  # noqa: BLE001  one unit must not stop the rest
            logs.event("unit_failed", level=logging.ERROR, error=type(error).__name__, at=logs.place(error))
            yield unit, None
