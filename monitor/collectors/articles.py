"""Reads the articles that a list page or a sitemap names, as many as one pass may. EDGE.

One article that can't be read is its own trouble: the others go in, and it is tried again in later passes. When most
can't be read, the platform is in trouble.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from itertools import islice
from urllib.parse import unquote, urlsplit

from monitor.blocked import by_protection
from monitor.collectors import article
from monitor.collectors.listpage import Listed
from monitor.collectors.remembered import UNREAD, Memory, mark
from monitor.decoding import decode
from monitor.errors import CollectError
from monitor.mapping import Listing
from monitor.model import Fetched, Item, Platform

PASS_TIME = 60.0  # seconds after which a pass begins no further article
TRIES = 5  # passes after which an article that can't be read is left alone, and kept as the list names it
FEW = 3  # articles that can't all be broken by chance
NEWEST = 6  # articles that tell how the platform is
MAX_AROUND = 1_000_000  # characters of what stands around the articles of one pass
MAX_BODY = 100_000_000  # bytes of articles in one pass

_FILE = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|wps|et|dps|ofd|csv|txt|zip|rar|7z|jpe?g|png|gif|bmp|mp[34]|avi|flv|apk|exe)$"
)
_PAGES = ("text/", "application/xhtml", "application/xml")
_TELLING = frozenset({"blocked", "selector_finds_nothing", "bad_selector"})  # say themselves what to do
_ELSEWHERE = frozenset({"outside_prefix", "bad_url", "redirect_outside"})  # not ours to read
_GONE = frozenset({"http_404", "http_410"})

Fetch = Callable[..., Fetched]


@dataclass(slots=True)
class Reading:
    """One pass over articles: ``items`` are what was read, ``troubles`` why others were not."""

    platform: Platform
    fetch: Fetch
    memory: Memory
    items: list[Item] = field(default_factory=list)
    troubles: list[CollectError] = field(default_factory=list)
    around: dict[str, None] = field(default_factory=dict)  # pieces of the pages beside what was published
    around_size: int = 0
    link: str = ""  # of the first article read
    cut: CollectError | None = None  # an article that breaks off
    tried: int = 0
    size: int = 0
    until: float = field(default_factory=lambda: time.monotonic() + PASS_TIME)

    @property
    def listing(self) -> Listing:
        return self.platform.listing or Listing()

    @property
    def may_go_on(self) -> bool:
        spent = self.tried >= self.listing.articles or self.size > MAX_BODY or time.monotonic() > self.until
        return not spent and not self.is_stuck

    @property
    def is_stuck(self) -> bool:
        """Whether trying more articles would only trouble a server that does not serve them."""
        return any(error.retry_after is not None for error in self.troubles) or (
            len(self.troubles) >= FEW and 2 * len(self.troubles) > self.tried
        )

    def read(self, listed: Listed, state: str = "", *, old: bool = False) -> None:
        """One article that is new, or failed before; one that leads to a file or elsewhere is what the list says.

        ``state`` is what is remembered of it. One that is ``old`` may be gone.
        """
        if _is_file(listed.url):
            self._keep(listed, state)
            return
        try:
            self._take(listed, state, self._fetched(listed.url))
        except CollectError as error:
            self.tried += 1
            if error.code in _ELSEWHERE or (old and error.code in _GONE):
                self._keep(listed, state)
                return
            self.troubles.append(error)
            if self.memory.failed(mark(listed.url)) >= TRIES:
                self._keep(listed, UNREAD)

    def read_again(self, listed: Listed, state: str = "") -> None:
        """One that was read before, to see whether it has changed."""
        name = mark(listed.url)
        etag, last_modified = self.memory.proofs.get(name, ("", ""))
        if _is_file(listed.url):
            self.memory.note(name, state)
            return
        try:
            fetched = self._fetched(listed.url, etag=etag, last_modified=last_modified)
            if fetched.not_modified:
                self.memory.note(name, state, etag, last_modified)
            else:
                self._take(listed, state, fetched)
        except CollectError as error:
            self.tried += 1
            if error.code not in _ELSEWHERE:
                self.troubles.append(error)

    def trouble(self, addresses: Iterable[str]) -> CollectError | None:
        """What is wrong with the platform, when most of its newest articles can't be read, in this pass or before.

        ``addresses`` are those of all articles, the newest first.
        """
        late = next((error for error in self.troubles if error.retry_after is not None), None)
        if late is not None:
            return late
        if self.troubles:
            worst = max(self.troubles, key=lambda error: error.code in _TELLING)
            self.memory.why = f"{worst.code}\n{worst}"
        memory = self.memory
        names = (name for name in map(mark, addresses) if name in memory.tried or memory.knows(name))
        seen = list(islice(names, NEWEST))
        broken = [name for name in seen if name in memory.tried or memory.read[name] == UNREAD]
        if len(broken) < FEW or 2 * len(broken) <= len(seen):
            return None
        code, _, what = memory.why.partition("\n")
        if code in _TELLING:
            return CollectError(code, what)
        return CollectError("articles_unread", f"{len(broken)} / {len(seen)}: {what}")

    def surroundings(self, title: str) -> list[Item]:
        """What stands around the articles, as one Item without a text of its own: judged for what it hides."""
        if not self.around:
            return []
        html = "\n".join(self.around)
        name = f"{self.platform.url}#articles"
        return [Item(external_id=name, title=title, html=html, link=self.link, part=True)]

    def _fetched(self, url: str, **validators: str) -> Fetched:
        fetched = self.fetch(self.platform, url, **validators)
        self.size += len(fetched.body)
        return fetched

    def _keep(self, listed: Listed, state: str) -> None:
        """The entry as the list has it, with its link, behind which a file may lie."""
        self.memory.note(mark(listed.url), state)
        title = listed.title or unquote(urlsplit(listed.url).path.rpartition("/")[2]) or listed.url
        html = listed.html or f'<a href="{escape(listed.url)}">{escape(title)}</a>'
        self.items.append(_item(listed, title, "", html, listed.at))

    def _take(self, listed: Listed, state: str, fetched: Fetched) -> None:
        kind = fetched.content_type.partition(";")[0].strip().lower()
        if (kind and not kind.startswith(_PAGES)) or fetched.body[:5] == b"%PDF-":
            self.tried += 1
            self._keep(listed, state)
            return
        decoded = decode(fetched.body, fetched.content_type)
        if by_protection(decoded.text):
            raise CollectError("blocked", "the page tests browsers")
        found = article.read(decoded.text, self.listing.text, self.platform.zone)
        if self.listing.text and not found.found:
            raise CollectError("selector_finds_nothing", f"text = {self.listing.text!r}: nothing in {listed.url}")
        if found.asks_to_log_in:
            raise CollectError("became_html", f"a page that asks to log in: {found.title}")
        self.tried += 1
        title = (found.title if listed.is_cut else "") or listed.title or listed.url
        text = found.text.removeprefix(f"{title}\n").lstrip()  # a heading is no part of what it stands above
        self.items.append(_item(listed, title, text, found.html, listed.at or found.at))
        if found.is_cut:  # nothing is remembered that would keep the rest from being asked for
            self.cut = CollectError("cut_off", f"an article breaks off: {listed.url}")
            self.memory.note(mark(listed.url))
        else:
            self.memory.note(mark(listed.url), state, fetched.etag, fetched.last_modified)
        self.link = self.link or listed.url
        self._note_around(found.around)

    def _note_around(self, pieces: Iterable[str]) -> None:
        for piece in pieces:
            if piece not in self.around and self.around_size + len(piece) <= MAX_AROUND:
                self.around[piece] = None
                self.around_size += len(piece)


def _is_file(url: str) -> bool:
    return _FILE.search(urlsplit(url).path.lower()) is not None


def _item(listed: Listed, title: str, text: str, html: str, at: datetime | None) -> Item:
    return Item(external_id=listed.url, title=title, text=text, html=html, link=listed.url, published_at=at)
