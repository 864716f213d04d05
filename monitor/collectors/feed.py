"""One feed: RSS, Atom, RDF or JSON Feed, fetched, decoded, read, cleaned. EDGE.

What comes out is original text, in memory only; the pipeline masks it at the door.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from hashlib import sha256

from classifiers.page import visible_text
from monitor import dates
from monitor.collectors import bylines, cleaning, jsonfeed, mending, xmlfeed
from monitor.collectors.entry import Feed, FeedEntry, Written
from monitor.decoding import decode
from monitor.errors import CollectError
from monitor.model import Collected, Cursor, Fetched, Item, Platform

MAX_ITEMS = 10_000  # a pass; a feed may list the oldest first, so the end must be seen too
MAX_TITLE = 500  # code points
MAX_TEXT = 100_000  # code points
MAX_ID = 300  # characters; a longer one is replaced by its digest

_PAGE_ROOTS = frozenset({"html", "head", "body", "script", "meta", "title", "div", "center", "form", "h1", "p"})


def collect(platform: Platform, cursor: Cursor, fetch: Callable[..., Fetched]) -> Collected:
    """The entries of the feed now, and the cursor with validators, ``fetches``, ``decoded_by``, ``had_items``.

    ``fetch`` has the shape of ``Fetcher.get``. Every ``full_every``-th pass asks for everything.
    Nothing changed (304): no items, and the validators stay.
    Raises CollectError "became_html", "empty_after_entries" or "broken_feed", and whatever ``fetch`` raises.
    """
    full = (cursor.fetches + 1) % platform.full_every == 0
    fetched = fetch(
        platform,
        platform.url,
        etag="" if full else cursor.etag,
        last_modified="" if full else cursor.last_modified,
    )
    cursor = replace(cursor, fetches=cursor.fetches + 1)
    if fetched.not_modified:
        return Collected((), cursor)
    decoded = decode(fetched.body, fetched.content_type)
    feed = _read(decoded.text)
    items = _items(feed, platform, fetched.url)
    if cursor.had_items and not items:
        raise CollectError("empty_after_entries", "the feed has always had entries and now has none")
    return Collected(
        items,
        replace(
            cursor,
            etag="" if feed.broken else fetched.etag,  # the rest of a cut feed must not be hidden by a 304
            last_modified="" if feed.broken else fetched.last_modified,
            decoded_by=decoded.rule,
            had_items=cursor.had_items or bool(items),
        ),
        left_out=_cut(decoded.text) if feed.broken else None,
    )


def _read(text: str) -> Feed:
    """The feed in ``text``; one without entries only if it is sound."""
    start = text.lstrip("\ufeff \t\r\n\0")
    if not start:
        raise CollectError("broken_feed", "the answer is empty")
    if start.startswith("{"):
        feed = jsonfeed.parse(start)
    else:
        root = mending.root(start)
        feed = Feed((), known=False, broken=True) if root == "html" else xmlfeed.parse(start)
        if not feed.known and not feed.entries and root in _PAGE_ROOTS:
            raise CollectError("became_html", f"the feed has become a web page{cleaning.page_title(start)}")
    if not feed.entries and (feed.broken or not feed.known):
        raise CollectError("broken_feed", "the answer is no feed, or one broken before its first entry")
    return feed


def _cut(text: str) -> CollectError | None:
    """What is said of a feed that ends too early: what came is good, and the rest is missing."""
    root = mending.root(text.lstrip("\ufeff \t\r\n\0"))
    cut = root in mending.FEED_ROOTS and cleaning.never_ends(text, root.rpartition(":")[2])
    return CollectError("cut_off", f"</{root}> is missing at the end") if cut else None


def _items(feed: Feed, platform: Platform, base: str) -> tuple[Item, ...]:
    """Items with an identity of their own: one that several different entries claim is nobody's alone."""
    entries = [entry for entry in feed.entries if _says_something(entry)][:MAX_ITEMS]
    items = list(dict.fromkeys(_item(entry, platform, base) for entry in entries))
    claims = Counter(item.external_id for item in items)
    return tuple(
        replace(item, external_id=f"{item.external_id}#{_digest(item.title, item.published_at, item.text, item.link)}")
        if claims[item.external_id] > 1
        else item
        for item in items
    )


def _says_something(entry: FeedEntry) -> bool:
    """Whether there is anything to read or to follow; a picture for a title is something."""
    written = (entry.title, *entry.contents)
    return any(part.strip() for part in (entry.id, entry.link, entry.file, *(each.value for each in written)))


def _item(entry: FeedEntry, platform: Platform, base: str) -> Item:
    writers = bylines.names(entry.writers)
    markup, text = _content(entry.contents)
    title = bylines.out_of_title(cleaning.line(_visible(entry.title)), writers)[:MAX_TITLE]
    published_at = next((date for raw in entry.dates if (date := dates.parse(raw, platform.zone))), None)
    return Item(
        external_id=_identity(entry, writers, (title or text or entry.file, published_at)),
        title=title,
        text=bylines.out_of_text(text, writers)[:MAX_TEXT],
        html=markup,
        link=bylines.out_of_link(
            cleaning.link(entry.link, base) or cleaning.link(entry.file, base) or platform.url, writers
        ),
        published_at=published_at,
        files=tuple(link for file in entry.files if (link := cleaning.link(file, base)) and not _names(link, writers)),
    )


def _names(link: str, writers: tuple[str, ...]) -> bool:
    return bylines.out_of_link(link, writers) != link


def _content(contents: Iterable[Written]) -> tuple[str | None, str]:
    """The first content that says something, as markup (None when it is plain) and as visible text."""
    markup: str | None = None
    for written in contents:
        text = _visible(written).strip()
        if written.html and "<" in written.value and markup is None:
            markup = cleaning.clean(written.value)
        if text:
            return markup, text
    return markup, ""


def _visible(written: Written) -> str:
    """What a reader sees. Text without markup keeps its lines."""
    if written.html and ("<" in written.value or "&" in written.value):
        return cleaning.clean(visible_text(written.value))
    return cleaning.clean(written.value)


def _identity(entry: FeedEntry, writers: tuple[str, ...], told: tuple[object, ...]) -> str:
    """The feed's own id, else its link, else a digest of ``told``, which also parts ids that named a writer."""
    raw = cleaning.line(entry.id) or cleaning.line(entry.link)
    kept = bylines.out_of_link(raw, writers)
    if len(kept) > MAX_ID:
        return sha256(kept.encode()).hexdigest()
    return kept if kept and kept == raw else "#".join(part for part in (kept, _digest(*told)) if part)


def _digest(*told: object) -> str:
    return sha256("\n".join(map(str, told)).encode()).hexdigest()[:32]
