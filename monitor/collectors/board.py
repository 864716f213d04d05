"""A message board that answers with JSON, page after page. EDGE.

A pass begins with the first page and goes back as far as it must: to ``cursor.reach``, or to the end. Every
``full_every``-th pass goes to the end, because only a whole listing shows what is missing, and because boards sort as
they like. There is no asking "has it changed": a 304 on the first page would hide an answer on the second.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise

from monitor.collectors import boardpage
from monitor.collectors.boardpage import Page
from monitor.decoding import decode
from monitor.errors import CollectError
from monitor.mapping import Board
from monitor.model import Collected, Cursor, Fetched, Item, Platform

PASS_TIME = 60.0  # seconds after which a pass asks for no further page
MAX_ENTRIES = 100_000  # a pass
MAX_CHARACTERS = 32_000_000  # of text a pass
FEW = 3  # messages that can't all be empty by chance
MANY = 50  # messages of which at least one has been answered, wherever anything is answered at all

PAGE = "{page}"
_NO_SUCH_PAGE = frozenset({"http_404", "http_410"})

Fetch = Callable[..., Fetched]


def collect(platform: Platform, cursor: Cursor, fetch: Fetch) -> Collected:
    """The messages read in this pass, and the cursor with ``fetches``, ``decoded_by``, ``had_items``.

    ``fetch`` has the shape of ``Fetcher.get``. ``complete`` says that every page was read. What stops a later page is
    no reason to lose the earlier ones: it comes back as ``trouble``, like a mapping that can't be right.
    Raises CollectError "became_html", "broken_board", "fields_missing" or "empty_after_entries" for the first page, and
    whatever ``fetch`` raises there.
    """
    board = platform.board or Board()
    full = (cursor.fetches + 1) % platform.full_every == 0
    reading = _Reading(platform, board, None if full else cursor.reach, fetch)
    reading.run()
    if cursor.had_items and not reading.entries:
        raise CollectError("empty_after_entries", "the board has always had messages and now has none")
    items = tuple(reading.items.values())
    if not reading.answers_can_be_seen():
        items = tuple(replace(item, message=False, reply=None) for item in items)
    doubt = reading.doubt()
    if doubt and reading.trouble is None:
        reading.trouble = CollectError("fields_missing", doubt)
    return Collected(
        items,
        replace(
            cursor,
            etag="",
            last_modified="",
            fetches=cursor.fetches + 1,
            decoded_by=reading.decoded_by,
            had_items=cursor.had_items or reading.entries > 0,
        ),
        gone=tuple(reading.gone),
        complete=reading.complete and reading.trouble is None,
        trouble=reading.trouble,
    )


@dataclass(slots=True)
class _Reading:
    """One pass: what it has read so far, and how it ended."""

    platform: Platform
    board: Board
    reach: datetime | None  # older pages need not be read; None: all there is
    fetch: Fetch
    items: dict[str, Item] = field(default_factory=dict)  # by number: a message that moved to the next page is one
    gone: dict[str, None] = field(default_factory=dict)
    found: set[str] = field(default_factory=set)
    sizes: list[int] = field(default_factory=list)  # entries on each page
    total: int | None = None
    characters: int = 0
    rise: int = 0  # more than 0 when messages mostly come later than the one before
    last: tuple[Item, ...] = ()  # of the last page, its last
    decoded_by: str = ""
    complete: bool = False
    trouble: CollectError | None = None

    @property
    def entries(self) -> int:
        return sum(self.sizes)

    def run(self) -> None:
        """Page after page, until there is no more to read, or no more may be read."""
        last = time.monotonic() + PASS_TIME
        for number in range(self.board.first_page, self.board.first_page + self.board.pages):
            page = self.next_page(number)
            if page is None or self.ended_with(page):
                return
            self.take(page)
            if PAGE not in self.platform.url:
                self.complete = True
                return
            if self.reached(page):
                return
            if time.monotonic() > last or self.entries >= MAX_ENTRIES or self.characters >= MAX_CHARACTERS:
                break
        if self.rise > 0 and not self.at_the_end():
            self.trouble = CollectError("pages_unread", f"newest messages come last; {len(self.sizes)} pages were read")

    def next_page(self, number: int) -> Page | None:
        """None when that was beyond the end, or could not be read: a first page must be."""
        try:
            fetched = self.fetch(self.platform, self.platform.url.replace(PAGE, str(number)))
            decoded = decode(fetched.body, fetched.content_type)
            page = boardpage.read(decoded.text, self.platform, self.board, fetched.url)
        except CollectError as error:
            if not self.sizes:
                raise
            self.complete = error.code in _NO_SUCH_PAGE or self.at_the_end()
            odd_end = error.code == "fields_missing"  # "no such page" in words of its own
            self.trouble = None if self.complete or odd_end else error
            return None
        self.decoded_by = self.decoded_by or decoded.rule
        return page

    def ended_with(self, page: Page) -> bool:
        """Whether ``page`` brings nothing new: it is empty, or the last or the first one once more."""
        if page.entries and any(id_ not in self.items and id_ not in self.gone for id_ in _ids(page)):
            return False
        # the first page twice: the board may have one page, or not know what {page} asks for
        self.complete = not page.entries or len(self.sizes) > 1 or self.at_the_end()
        return True

    def at_the_end(self) -> bool:
        """Whether the last page read looks like the last there is: shorter than the first, or all that is counted."""
        seen = len(self.items) + len(self.gone)
        return self.sizes[-1] < self.sizes[0] or (self.total is not None and self.sizes[0] <= self.total <= seen)

    def take(self, page: Page) -> None:
        self.items |= {item.external_id: item for item in page.items}
        self.gone |= dict.fromkeys(page.gone)
        self.found |= page.found
        self.sizes.append(page.entries)
        self.total = page.total if self.total is None else self.total
        self.characters += sum(_size(item) for item in page.items)
        self.rise += _rise((*self.last, *page.items))
        self.last = page.items[-1:]

    def reached(self, page: Page) -> bool:
        """Whether the pass is back where it must be: all on ``page`` is older, and what follows is older still."""
        dates = [item.published_at for item in page.items]
        return (
            self.reach is not None
            and bool(dates)
            and all(date is not None and date < self.reach for date in dates)
            and self.rise < 0
        )

    def doubt(self) -> str:
        """Why the mapping can't be right although its fields are there; ""."""
        if self.entries >= FEW and not self.items:
            return f"withdrawn = {self.board.withdrawn!r} takes every message away"
        if len(self.items) >= FEW and not any(item.text or item.html for item in self.items.values()):
            return f"text = {self.board.text!r} is empty in every message"
        if not self.answers_can_be_seen():
            return f"reply = {self.board.reply!r} and replied = {self.board.replied!r} are in no message"
        return ""

    def answers_can_be_seen(self) -> bool:
        """Whether the fields of the answer are there; if none of many messages has them, they are called otherwise."""
        wanted = {name for name in ("reply", "replied") if getattr(self.board, name)}
        return not wanted or bool(wanted & self.found) or self.entries < MANY


def _size(item: Item) -> int:
    return len(item.text) + len(item.html or "") + len(item.reply.text if item.reply else "")


def _ids(page: Page) -> list[str]:
    return [*(item.external_id for item in page.items), *page.gone]


def _rise(items: Sequence[Item]) -> int:
    """How many come later than the one before, less how many come earlier; by number where they have no dates."""
    dates = [item.published_at for item in items if item.published_at]
    numbers = [int(item.external_id) for item in items if item.external_id.isdecimal() and len(item.external_id) < 20]
    if len(dates) > 1:
        return sum((later > earlier) - (later < earlier) for earlier, later in pairwise(dates))
    return sum((later > earlier) - (later < earlier) for earlier, later in pairwise(numbers))
