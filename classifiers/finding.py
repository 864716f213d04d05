"""What every classifier speaks: a Document goes in, Findings come out.

Each kind that judges text or pages is a module of this package with the same function,
``find(document: Document) -> list[Finding]``; a test checks the agreement, no base class does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from enum import StrEnum

EXCERPT_AROUND = 24  # code points of context on each side of a hit
MASK = "*"
_SPACE = re.compile(r"\s")


class Kind(StrEnum):
    """The closed list of what may open a record. Configuration can't add to it (charter, rule 2)."""

    PERSONAL_DATA = "personal_data"  # a citizen's number or document stands in public
    CREDENTIAL = "credential"  # a password or key stands in public
    SCAM = "scam"  # an advertisement for fraud, gambling, escort, fake papers
    HIDDEN_LINK = "hidden_link"  # links or words a visitor can't see
    HAZARD = "hazard"  # danger that exists now and could injure people
    CRISIS = "crisis"  # a person in danger who needs help now
    REPLY_OVERDUE = "reply_overdue"  # a message waits longer than promised
    SITE_DOWN = "site_down"  # the platform can't be reached
    PLATFORM_SILENT = "platform_silent"  # too quiet for its habit
    SOURCE_BROKEN = "source_broken"  # it answers, but not with what it should
    CERTIFICATE_EXPIRING = "certificate_expiring"
    WRONG_ENCODING = "wrong_encoding"
    PAGE_STALE = "page_stale"
    PAGE_CHANGED = "page_changed"
    BROKEN_LINKS = "broken_links"


class Purpose(StrEnum):
    UNKNOWN = ""  # it has the ordinary time
    QUESTION = "question"  # 咨询: wants to know something
    COMPLAINT = "complaint"  # 投诉、举报: of a matter that is wrong and shall be mended
    SUGGESTION = "suggestion"  # 建议: how something could be better
    CORRECTION = "correction"  # 纠错: what the agency publishes is wrong


@dataclass(frozen=True, slots=True)
class Document:
    """One text or page to be judged.

    ``html`` is the page or fragment as published, or None; ``text`` is then what a visitor reads
    of it (or empty: classifiers that read HTML take what they need from ``html``).
    """

    text: str = ""
    title: str = ""
    html: str | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was seen, never how bad it is.

    ``start`` and ``end`` are half-open code-point offsets into the document's ``field`` ("text",
    "title" or "url"); both are None for findings in the source of a page (field "html"), which have
    ``where`` (a CSS path).
    ``score`` lies in 0..1. ``excerpt`` is masked. ``match`` is the original characters: kept in
    memory for the keyed digest, never stored, printed or sent.
    """

    kind: Kind
    rule: str
    start: int | None
    end: int | None
    score: float
    excerpt: str
    field: str = "text"
    where: str = ""
    match: str = dataclass_field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Topic:
    """What a message is about: ``score`` is the probability of ``best``, in 0..1, and ``sure`` whether that is enough."""

    best: str
    score: float
    second: str
    sure: bool


def mask(text: str, spans: list[tuple[int, int, int, int]]) -> str:
    """Replace character by character; the length never changes.

    ``spans`` are ``(start, end, keep_first, keep_last)``: letters and digits of text[start:end] become
    ``*``, except that many at either end; separators stay, so a reader still finds the place. Where nothing
    is kept, only white space stays.
    """
    if not spans:
        return text
    characters = list(text)
    for start, end, keep_first, keep_last in spans:
        secret = not (keep_first or keep_last)
        written = text[start:end]
        if written.isalnum() or (secret and not _SPACE.search(written)):  # the usual case
            last = max(start + keep_first, end - keep_last)
            characters[start + keep_first : last] = MASK * (last - start - keep_first)
            continue
        places = [i for i in range(start, end) if text[i].isalnum() or (secret and not text[i].isspace())]
        for i in places[keep_first : len(places) - keep_last]:
            characters[i] = MASK
    return "".join(characters)


def excerpt(text: str, start: int, end: int) -> str:
    """The hit with a little context, on one line; ``text`` must already be masked."""
    first, last = max(0, start - EXCERPT_AROUND), min(len(text), end + EXCERPT_AROUND)
    cut = " ".join(text[first:last].split())
    return ("…" if first else "") + cut + ("…" if last < len(text) else "")
