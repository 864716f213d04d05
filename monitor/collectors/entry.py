"""What every feed format is read into."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Written:
    """A text as it was published; ``html`` says that it is markup."""

    value: str
    html: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One entry, uncleaned. ``writers`` is there to be taken out of the rest, and goes no further."""

    id: str
    link: str
    title: Written
    contents: tuple[Written, ...]  # the fullest first
    dates: tuple[str, ...]  # raw, the best first
    writers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Feed:
    """``known`` says that the format was recognised, ``broken`` that it breaks its rules."""

    entries: tuple[FeedEntry, ...]
    known: bool
    broken: bool
