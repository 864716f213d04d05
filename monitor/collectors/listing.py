"""A list page: a column of a site without a feed. EDGE.

A pass reads the first page and the articles on it that are new. At first contact it goes back page by page, over as
many passes as that takes; later only while a page brings nothing but news. Every ``full_every``-th pass asks for
everything, and looks at the newest articles once more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from monitor.blocked import by_protection
from monitor.collectors import listpage, remembered
from monitor.collectors.articles import TRIES, Reading
from monitor.collectors.listpage import Listed, ListPage
from monitor.collectors.remembered import MAX_AGAIN, Memory, mark
from monitor.decoding import Decoded, decode
from monitor.errors import CollectError
from monitor.mapping import Listing
from monitor.model import Collected, Cursor, Fetched, Item, Platform

_NO_SUCH_PAGE = frozenset(  # how sites say that there is no further page
    "http_404 http_410 redirect_outside outside_prefix bad_url selector_finds_nothing became_html".split()
)

Fetch = Callable[..., Fetched]


def collect(platform: Platform, cursor: Cursor, fetch: Fetch) -> Collected:
    """The articles read in this pass, the list page itself, and the cursor with its ``memory``.

    ``fetch`` has the shape of ``Fetcher.get``. Raises CollectError "selector_finds_nothing" or "bad_selector", which
    name the selector, "became_html" (it asks to log in), "cut_off", "blocked", and whatever ``fetch`` raises for the
    first page.
    """
    memory = remembered.recalled(cursor.memory)
    full = (cursor.fetches + 1) % platform.full_every == 0
    at_rest = not (full or memory.back or memory.tried)
    proofs = {"etag": cursor.etag, "last_modified": cursor.last_modified} if at_rest else {}
    fetched = fetch(platform, platform.url, **proofs)
    cursor = replace(cursor, fetches=cursor.fetches + 1)
    if fetched.not_modified:
        return Collected((), cursor)
    decoded = decode(fetched.body, fetched.content_type)
    page = read_page(decoded, fetched, platform)
    work = _Pass(platform, memory, Reading(platform, fetch, memory))
    work.run(page, first_contact=not cursor.had_items, full=full)
    trouble = work.reading.trouble(each.url for each in page.listed)
    items = (*work.reading.items, *_surroundings(platform, page, work.reading, full=full))
    done = not (work.behind or trouble or page.is_cut)
    return Collected(
        items,
        replace(
            cursor,
            etag=fetched.etag if done else "",
            last_modified=fetched.last_modified if done else "",
            decoded_by=decoded.rule,
            had_items=True,
            memory=memory.written(),
        ),
        trouble=trouble,
        behind=work.behind,
        left_out=CollectError("cut_off", "the page breaks off") if page.is_cut else work.reading.cut,
    )


def read_page(decoded: Decoded, fetched: Fetched, platform: Platform) -> ListPage:
    """What the selectors catch on a page, which must be something."""
    listing = platform.listing or Listing()
    page = listpage.read(decoded.text, listing, fetched.url, platform.zone, fetched.at)
    if page.listed:
        return page
    if by_protection(decoded.text):
        raise CollectError("blocked", "the page tests browsers")
    if page.asks_to_log_in:
        raise CollectError("became_html", f"the page asks to log in: {page.title}")
    if page.is_cut:
        raise CollectError("cut_off", f"the page breaks off before its first entry: {fetched.url}")
    raise CollectError("selector_finds_nothing", f"entry = {listing.entry!r}: nothing on {fetched.url}")


def _surroundings(platform: Platform, page: ListPage, reading: Reading, *, full: bool) -> list[Item]:
    """The page itself where it has changed, and what stands around its articles: their source is judged, not a text."""
    title, now = page.title or platform.title, mark(page.html)
    itself = [Item(external_id=platform.url, title=title, html=page.html, link=platform.url)]
    changed, reading.memory.page = now != reading.memory.page, now
    return [*(itself if changed or full else []), *reading.surroundings(title)]


@dataclass(slots=True)
class _Pass:
    platform: Platform
    memory: Memory
    reading: Reading
    behind: bool = False  # there is more to read at once

    @property
    def listing(self) -> Listing:
        return self.reading.listing

    def run(self, page: ListPage, *, first_contact: bool, full: bool) -> None:
        news, again = self.news(page), self.known(page)[:MAX_AGAIN] if full else []
        if first_contact or (len(news) == len(page.listed) and not self.memory.tried):
            self.memory.only_new = not first_contact
            self.go_back_to(self.next_page(page, self.platform.url, 2), 2)
        unread = self.read(news)
        while not unread and self.memory.back and self.reading.may_go_on:
            unread = self.read_back()
        self.behind = unread or bool(self.memory.back)
        if not self.memory.back:  # what failed and is no longer listed is gone
            listed = {mark(each.url) for each in page.listed}
            self.memory.tried = {each: times for each, times in self.memory.tried.items() if each in listed}
        for listed_again in again:
            if self.reading.may_go_on:
                self.reading.read_again(listed_again)

    def known(self, page: ListPage) -> list[Listed]:
        return [listed for listed in page.listed if self.memory.knows(mark(listed.url))]

    def news(self, page: ListPage) -> list[Listed]:
        return [listed for listed in page.listed if not self.memory.knows(mark(listed.url))]

    def read(self, news: list[Listed], *, old: bool = False) -> bool:
        """Whether some of it must wait for the next pass; what failed before comes last."""
        for listed in sorted(news, key=lambda listed: self.memory.tried.get(mark(listed.url), 0)):
            if not self.reading.may_go_on:
                return True
            self.reading.read(listed, old=old)
        return False

    def read_back(self) -> bool:
        """The next page further back; whether some of it must wait."""
        number = self.memory.back_number
        try:
            fetched = self.reading.fetch(self.platform, self.memory.back)
            page = read_page(decode(fetched.body, fetched.content_type), fetched, self.platform)
        except CollectError as error:
            self.reading.tried += 1
            ended = error.code in _NO_SUCH_PAGE
            if ended or self.memory.failed(mark(self.memory.back)) >= TRIES:
                self.go_back_to("", 0)
                return False
            self.reading.troubles.append(error)
            return True
        news = self.news(page)
        if self.read(news, old=True) or self.news(page):
            return True
        ended = not news or (self.memory.only_new and len(news) < len(page.listed))
        self.go_back_to("" if ended else self.next_page(page, fetched.url, number + 1), number + 1)
        return False

    def go_back_to(self, url: str, number: int) -> None:
        within = url and number <= self.listing.pages
        self.memory.back, self.memory.back_number = (url, number) if within else ("", 0)

    def next_page(self, page: ListPage, url: str, number: int) -> str:
        following = listpage.further(self.listing, self.platform.url, number) or page.following
        return following if following != url else ""
