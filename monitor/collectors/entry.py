"""What every feed format is read into."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.entities import html5

_TAG = re.compile(
    r"</[a-z][a-z0-9]{0,20}>"
    r"|<(?:a|b|big|br|center|em|font|h[1-6]|i|img|p|s|small|span|strike|strong|sub|sup|u)(?:\s[^<>]{0,500})?/?>",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|([A-Za-z][A-Za-z0-9]{1,31}));")


@dataclass(frozen=True, slots=True)
class Written:
    """A text as it was published; ``html`` says that it is markup."""

    value: str
    html: bool


def guessed(value: str) -> Written:
    """A title that does not say what it is, as in RSS: markup if it has a tag that titles have, or a reference."""
    reference = _REFERENCE.search(value)
    known = reference and (not reference[1] or f"{reference[1]};" in html5)
    return Written(value, html=bool(known or _TAG.search(value)))


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One entry, uncleaned. ``writers`` is there to be taken out of the rest, and goes no further."""

    id: str
    link: str
    files: tuple[str, ...] = ()  # the addresses of what is attached
    title: Written
    contents: tuple[Written, ...]  # the fullest first
    dates: tuple[str, ...]  # raw, the best first
    writers: tuple[str, ...]

    @property
    def file(self) -> str:
        """The first of them, where there is one."""
        return next(iter(self.files), "")


@dataclass(frozen=True, slots=True)
class Feed:
    """``known`` says that the format was recognised, ``broken`` that it breaks its rules."""

    entries: tuple[FeedEntry, ...]
    known: bool
    broken: bool
