"""The audit chain: what happened to records and notifications, so that nobody can change it unseen. PURE.

Each entry stands for one row. It holds a keyed digest of what the row says, one of its text under a salt of its own,
and a link: a keyed digest of the entry and of the link before. Erasing a text takes its salt along; its digest stays,
and tells nobody what stood there. An entry of what ``ERASED`` says up to which one this was done on purpose.

What the chain itself can't show is that its end was cut off together with the rows: that shows against a ``Head`` kept
elsewhere, in a file beside the key or on paper in a digest.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

BEGINNING = "0" * 64  # the link before the first
SHOWN = 16  # characters of a link in a head
Said = tuple[str | int | bool | datetime | None, ...]


class What(StrEnum):
    """What an entry stands for."""

    TRANSITION = "transition"
    INTENT = "intent"  # a notification was written
    REWRITTEN = "rewritten"  # its text was refused and replaced
    ATTEMPT = "attempt"  # one attempt to send it ended
    ERASED = "erased"  # texts of entries up to ``row`` were erased by retention


class Fault(StrEnum):
    """What is wrong with a row or an entry."""

    CHANGED = "changed"  # the row says something else than when it was written
    MISSING = "missing"  # the row is gone
    ADDED = "added"  # a row without an entry: not written by Huiyin
    WIPED = "wiped"  # its text was erased, and not by retention
    STATE = "state"  # a notification is in another state than its last attempt left it
    BROKEN = "broken"  # the entry was changed, moved, or the one before is gone
    CUT = "cut"  # a head that was kept elsewhere doesn't fit: the end was cut off, or all was made anew


@dataclass(frozen=True, slots=True)
class Entry:
    """One link; ``place`` counts from 1 without gaps. ``salt`` is "" once the text has been erased."""

    place: int
    what: What
    row: int
    state: str  # of a notification after its attempt
    digest: str
    salt: str
    text_digest: str
    link: str


class Promise(NamedTuple):
    """What a transaction has written of one row, for an entry; ``state`` as in ``Entry``."""

    what: What
    row: int
    said: Said
    text: Said
    state: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """What a row says now: its fixed part, and the text that retention may erase."""

    said: Said
    text: Said


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry at some time: how many there were, and how its link begins."""

    count: int
    link: str

    def __str__(self) -> str:
        return f"{self.count}:{self.link[:SHOWN]}"


@dataclass(frozen=True, slots=True)
class Flaw:
    fault: Fault
    what: str
    row: int
    place: int = 0  # 0 where there is no entry


def parse(head: str) -> Head:
    """``"1042:9f86d081884c7d65"``, as a digest prints it. Raises ValueError."""
    count, _, link = head.strip().partition(":")
    if not count.isdigit() or len(link) != SHOWN or set(link) - set("0123456789abcdef"):
        raise ValueError(head)
    return Head(int(count), link)


def forged(key: bytes, before: Head, written: Promise, salt: str) -> Entry:
    """The entry that follows ``before``."""
    digest = _digest(key, written.what, written.row, written.said)
    hidden = _digest(key, salt, written.text)
    place = before.count + 1
    said = (place, written.what, written.row, written.state, digest, hidden)
    link = _digest(key, before.link or BEGINNING, *said)
    return Entry(place, written.what, written.row, written.state, digest, salt, hidden, link)


def _digest(key: bytes, *parts: object) -> str:
    written = json.dumps(parts, default=_moment, ensure_ascii=True, separators=(",", ":"))
    return hmac.new(key, written.encode(), sha256).hexdigest()


def _moment(value: object) -> str:
    if not isinstance(value, datetime):
        raise TypeError(type(value).__name__)
    return value.isoformat(timespec="microseconds")


@dataclass(slots=True)
class Walk:
    """Goes along the chain, batch after batch, and remembers what must be known at its end."""

    key: bytes
    heads: Mapping[int, frozenset[str]]  # kept elsewhere: how links begin, by how many entries there were
    allowed: int = 0  # entries up to this place may have lost their text
    link: str = BEGINNING
    count: int = 0
    erased: int = 0  # texts, on purpose

    def along(self, entries: Sequence[Entry], rows: Mapping[tuple[str, int], Row], last: set[int]) -> Iterator[Flaw]:
        """What is wrong with these entries.

        ``rows`` are by kind of row ("transition", "notification", "attempt") and id; ``last`` are the places after
        which no other entry replaces what a notification says.
        """
        for entry in entries:
            yield from self._linked(entry)
            if entry.what != What.ERASED:  # it comes from the database as a text
                yield from self._fits(entry, rows.get((kind(entry.what), entry.row)), entry.place in last)

    def _linked(self, entry: Entry) -> Iterator[Flaw]:
        follows = entry.place == self.count + 1
        said = (entry.place, entry.what, entry.row, entry.state, entry.digest, entry.text_digest)
        if not follows or entry.link != _digest(self.key, self.link, *said):
            yield Flaw(Fault.BROKEN, entry.what, entry.row, entry.place)
        self.link, self.count = entry.link, entry.place
        if any(not entry.link.startswith(kept) for kept in self.heads.get(entry.place, ())):
            yield Flaw(Fault.CUT, entry.what, entry.row, entry.place)

    def _fits(self, entry: Entry, row: Row | None, is_last: bool) -> Iterator[Flaw]:
        if row is None:
            yield Flaw(Fault.MISSING, entry.what, entry.row, entry.place)
            return
        if not is_last:
            return
        if _digest(self.key, entry.what, entry.row, row.said) != entry.digest:
            yield Flaw(Fault.CHANGED, entry.what, entry.row, entry.place)
        elif entry.salt:
            if _digest(self.key, entry.salt, row.text) != entry.text_digest:
                yield Flaw(Fault.CHANGED, entry.what, entry.row, entry.place)
        elif any(row.text):
            yield Flaw(Fault.CHANGED, entry.what, entry.row, entry.place)
        elif entry.place > self.allowed:
            yield Flaw(Fault.WIPED, entry.what, entry.row, entry.place)
        else:
            self.erased += 1

    def ended(self) -> Iterator[Flaw]:
        """What only the end shows: heads beyond it."""
        for count in sorted(self.heads):
            if count > self.count:
                yield Flaw(Fault.CUT, "", 0, count)


def kind(what: str) -> str:
    """Which table an entry's row stands in."""
    return "notification" if what in {What.INTENT, What.REWRITTEN} else what


def heads(kept: Iterable[Head]) -> dict[int, frozenset[str]]:
    """By count; two that differ can't both fit."""
    found: dict[int, frozenset[str]] = {}
    for head in kept:
        found[head.count] = found.get(head.count, frozenset()) | {head.link[:SHOWN]}
    return found
