"""A sitemap (sitemaps.org): every page of a site, with the day it changed last. EDGE.

An index of sitemaps is followed one level down; either may be packed with gzip. What is new is read, and what a changed
``lastmod`` announces; the articles are read as those of a list page are.
"""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from html import unescape
from urllib.parse import urldefrag
from zoneinfo import ZoneInfo

from monitor import dates
from monitor.collectors import cleaning, mending, remembered
from monitor.collectors.articles import NEWEST, Reading
from monitor.collectors.listpage import Listed
from monitor.collectors.remembered import MAX_AGAIN, UNREAD, Memory, mark
from monitor.decoding import decode
from monitor.errors import CollectError
from monitor.model import Collected, Cursor, Fetched, Platform

MAX_PAGES = 10_000  # of a site, the latest changes first
MAX_MAPS = 50  # of an index, the latest first
MAX_BYTES = 52_428_800  # of a sitemap when unpacked: what the protocol allows
MAPS_TIME = 30.0  # seconds after which no further map of an index is asked for

_KNOWN = re.compile(r"<(?:[\w-]{1,20}:)?(urlset|sitemapindex)\b", re.IGNORECASE)
_HEAD = 4096  # characters in which the root must stand
_PART = re.compile(r"<(?:[a-z][\w-]{0,19}:)?(url|sitemap|loc|lastmod)>([^<]{0,2100})(?:<!\[CDATA\[([^\]]{0,2100}))?")
_PICTURE = re.compile(r"<(?:image|video|news|xhtml):")
_GZIP = 16 + zlib.MAX_WBITS

Fetch = Callable[..., Fetched]


@dataclass(slots=True)
class Map:
    """What one sitemap names: addresses with the ``lastmod`` beside them, "" without."""

    is_index: bool
    is_cut: bool = False
    places: dict[str, str] = field(default_factory=dict)


def collect(platform: Platform, cursor: Cursor, fetch: Fetch) -> Collected:
    """The pages read in this pass, newest first, and the cursor with its ``memory``.

    Raises CollectError "broken_sitemap", "became_html" or "empty_after_entries", and whatever ``fetch`` raises for the
    sitemap.
    """
    memory = remembered.recalled(cursor.memory)
    full = (cursor.fetches + 1) % platform.full_every == 0
    proofs = {} if full else {"etag": cursor.etag, "last_modified": cursor.last_modified}
    fetched = fetch(platform, platform.url, **proofs)
    cursor = replace(cursor, fetches=cursor.fetches + 1)
    if fetched.not_modified:
        return Collected((), cursor)
    first, rule = read(fetched)
    places, left = _all(first, platform, fetch) if first.is_index else (first.places, None)
    left = CollectError("cut_off", "the sitemap ends too early") if first.is_cut else left
    if not places:
        code = "empty_after_entries" if cursor.had_items else "broken_sitemap"
        raise CollectError(code, "the sitemap names no page")
    reading = Reading(platform, fetch, memory)
    order = [place for place in latest_first(places, platform.zone)[:MAX_PAGES] if place != platform.url]
    behind = _run({place: places[place] for place in order}, reading, memory, full=full)
    trouble = reading.trouble(order)
    done = not (behind or trouble or first.is_index or first.is_cut or memory.tried)
    left = left or reading.cut
    return Collected(
        (*reading.items, *reading.surroundings(platform.title)),
        replace(
            cursor,
            etag=fetched.etag if done else "",
            last_modified=fetched.last_modified if done else "",
            decoded_by=rule,
            had_items=True,
            memory=memory.written(),
        ),
        trouble=trouble,
        behind=behind,
        left_out=left,
    )


def read(fetched: Fetched) -> tuple[Map, str]:
    """One sitemap, and the rule of decoding that won.

    Raises CollectError "broken_sitemap", "became_html" or "too_large".
    """
    decoded = decode(_unpacked(fetched.body), fetched.content_type)
    root = _KNOWN.search(decoded.text[:_HEAD])
    if root is None and mending.root(decoded.text[:_HEAD].lstrip("\ufeff \t\r\n\0")) == "html":
        raise CollectError("became_html", f"a web page instead of a sitemap{cleaning.page_title(decoded.text)}")
    if root is None:
        raise CollectError("broken_sitemap", f"the answer is no sitemap{cleaning.page_title(decoded.text)}")
    name = root[1].lower()
    found = Map(name == "sitemapindex", cleaning.never_ends(decoded.text, name))
    place = ""
    for part in _PART.finditer(_PICTURE.sub("<x ", decoded.text)):
        name, said = part[1], unescape((part[3] or part[2]).strip())
        if name in ("url", "sitemap"):
            place = ""
        elif name == "loc":
            place = urldefrag(cleaning.link(said, fetched.url))[0]
            if place:
                found.places.setdefault(place, "")
        elif place:
            found.places[place] = said[:40]
    return found, decoded.rule


def is_sitemap(text: str) -> bool:
    return _KNOWN.search(text[:_HEAD]) is not None


def _unpacked(body: bytes) -> bytes:
    if body[:2] != b"\x1f\x8b":
        return body
    member = zlib.decompressobj(_GZIP)
    try:
        plain = member.decompress(body, MAX_BYTES)
    except zlib.error as error:
        raise CollectError("broken_sitemap", "the sitemap is not the gzip it says it is") from error
    if member.unconsumed_tail:
        raise CollectError("too_large", f"more than {MAX_BYTES} bytes")
    if not member.eof:
        raise CollectError("truncated", "the packed sitemap ends too early")
    return plain


def _all(index: Map, platform: Platform, fetch: Fetch) -> tuple[dict[str, str], CollectError | None]:
    """The pages of all maps of an index, and what is wrong with one that can't be read: raised when that is all."""
    places: dict[str, str] = {}
    until, trouble = time.monotonic() + MAPS_TIME, None
    for url in latest_first(index.places, platform.zone)[:MAX_MAPS]:
        if len(places) >= MAX_PAGES or time.monotonic() > until:
            break
        try:
            found = read(fetch(platform, url))[0]
            places |= found.places
            trouble = CollectError("cut_off", f"{url} ends too early") if found.is_cut else trouble
        except CollectError as error:
            trouble = CollectError("maps_unread", f"{url}: {error}") if places else error
    if trouble and not places:
        raise trouble
    return places, trouble


def latest_first(places: dict[str, str], zone: ZoneInfo) -> list[str]:
    """The addresses by their dates, those without last, as they stand."""

    def age(place: str) -> float:
        moment = dates.parse(places[place], zone) if places[place] else None
        return -moment.timestamp() if moment else 0.0

    return sorted(places, key=age)


def _run(places: dict[str, str], reading: Reading, memory: Memory, *, full: bool) -> bool:
    """Read what is new of ``places`` (the latest first), then some of what has changed; whether news is left."""
    state = {place: mark(lastmod)[:6] if lastmod else "" for place, lastmod in places.items()}
    news = [place for place in places if not memory.knows(mark(place))]
    known = [place for place in places if memory.knows(mark(place))]
    newest = {*news[:NEWEST]}
    changed = [place for place in known if memory.read[mark(place)] not in (state[place], UNREAD)]
    again = [place for place in known if memory.read[mark(place)] in ("", UNREAD)] if full else []
    listed = {mark(place) for place in news}
    memory.tried = {each: times for each, times in memory.tried.items() if each in listed}
    for place in sorted(news, key=lambda place: memory.tried.get(mark(place), 0)):
        if not reading.may_go_on:
            return True
        reading.read(Listed(url=place, title=""), state[place], old=place not in newest)
    for place in (*changed[:MAX_AGAIN], *again[:MAX_AGAIN]):
        if reading.may_go_on:
            reading.read_again(Listed(url=place, title=""), state[place])
    return False
