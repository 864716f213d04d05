"""Finds out what an address is: feed, list page, message board, sitemap; and what reading it so would catch. EDGE."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from classifiers.page import parsed
from monitor.blocked import by_protection
from monitor.collectors import article, boardguess, boardpage, cleaning, feed, listpage, proposing, sitemap
from monitor.collectors.listpage import Listed
from monitor.collectors.mending import root
from monitor.decoding import decode
from monitor.errors import CollectError
from monitor.mapping import Board, Listing
from monitor.model import Cursor, Fetched, Item, Platform

FEEDS_TRIED = 3
_FEED_TYPES = ("rss", "atom", "feed+json", "rdf")
_FEED_ROOTS = frozenset({"rss", "feed", "rdf"})

Fetch = Callable[..., Fetched]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What an address is: a ``kind`` with what is needed to read it so, and what stands there now."""

    kind: str
    url: str
    title: str = ""
    caught: tuple[Listed, ...] = ()
    listing: Listing | None = None
    board: Board | None = None
    sample: str = ""  # the beginning of the main text of the first article
    decoded_by: str = ""


def sniff(at: Platform, fetch: Fetch, kind: str = "") -> Found:
    """What stands at the address of ``at``; ``kind`` says what it must be, "" whatever it is.

    Raises CollectError "not_recognised", "blocked", "became_html" (it asks to log in), and whatever ``fetch`` raises.
    """
    fetched = fetch(at, at.url)
    if kind == "sitemap" or fetched.body[:2] == b"\x1f\x8b":
        return _sitemap(at, fetched)
    decoded = decode(fetched.body, fetched.content_type)
    text = decoded.text.lstrip("\ufeff \t\r\n")
    named = root(text).rpartition(":")[2].lower()
    if kind == "feed" or named in _FEED_ROOTS or (kind != "board" and '"https://jsonfeed.org/' in text[:500]):
        return _feed(at, fetched)
    if sitemap.is_sitemap(text):
        return _sitemap(at, fetched)
    if kind == "board" or text[:1] in {"{", "["}:
        return _board(at, fetched, text, decoded.rule)
    if by_protection(text):
        raise CollectError("blocked", "the page tests browsers")
    found = _list(at, fetched, text, decoded.rule, fetch)
    offered = None if kind == "list" else _offered(at, text, fetched.url, fetch, found)
    if offered or found:
        return offered or found  # type: ignore[return-value]
    if parsed(text).css_first("input[type=password i]"):
        raise CollectError("became_html", f"the page asks to log in{cleaning.page_title(text)}")
    raise CollectError("not_recognised", f"no list was found on the page{cleaning.page_title(text)}")


def _feed(at: Platform, fetched: Fetched) -> Found:
    collected = feed.collect(replace(at, kind="feed"), Cursor(platform=at.name), lambda *_, **__: fetched)
    title = _feed_title(decode(fetched.body, fetched.content_type).text)
    caught = tuple(map(_listed, collected.items))
    return Found(kind="feed", url=at.url, title=title, caught=caught, decoded_by=collected.cursor.decoded_by)


def _feed_title(text: str) -> str:
    return cleaning.page_title(text.replace("<title><![CDATA[", "<title>", 1)).removeprefix(": ").removesuffix("]]>")


def _listed(item: Item) -> Listed:
    return Listed(url=item.link, title=item.title or item.text[:40], at=item.published_at)


def _sitemap(at: Platform, fetched: Fetched) -> Found:
    found, rule = sitemap.read(fetched)
    if not found.places:
        raise CollectError("broken_sitemap", "the sitemap names no page")
    latest = sitemap.latest_first(found.places, at.zone)
    caught = tuple(Listed(url=url, title=found.places[url]) for url in latest)
    return Found(kind="sitemap", url=at.url, caught=caught, listing=Listing(), decoded_by=rule)


def _board(at: Platform, fetched: Fetched, text: str, rule: str) -> Found:
    board = boardguess.guess(boardpage.parse(text))
    if board is None:
        raise CollectError("not_recognised", "JSON without messages that have a number and a text")
    url, first = boardguess.paged(at.url)
    board = replace(board, first_page=first)
    page = boardpage.read(text, replace(at, kind="board"), board, fetched.url)
    return Found(kind="board", url=url, caught=tuple(map(_listed, page.items)), board=board, decoded_by=rule)


def _list(at: Platform, fetched: Fetched, text: str, rule: str, fetch: Fetch) -> Found | None:
    proposal = proposing.propose(text, fetched.url, at.zone, fetched.at)
    if proposal is None or not proposal.listing.entry or len(proposal.page.listed) < proposing.FEWEST:
        return None
    listing = _checked(at, proposal, fetched, fetch)
    caught = proposal.page.listed
    sample = next((text for each in caught[:FEEDS_TRIED] if (text := _sample(at, each, fetch))), "")
    return Found(
        kind="list",
        url=fetched.url,
        title=proposal.page.title,
        caught=caught,
        listing=listing,
        sample=sample,
        decoded_by=rule,
    )


def _checked(at: Platform, proposal: proposing.Proposal, fetched: Fetched, fetch: Fetch) -> Listing:
    """The proposal without its further pages, if the second one is none."""
    listing, first = proposal.listing, {each.url for each in proposal.page.listed}
    second = listpage.further(listing, fetched.url, 2) or proposal.page.following
    if not second:
        return listing
    try:
        there = fetch(at, second)
        page = listpage.read(decode(there.body, there.content_type).text, listing, there.url, at.zone, there.at)
    except CollectError:
        return replace(listing, more="", more_from=2, next="")
    goes_on = any(each.url not in first for each in page.listed)
    return listing if goes_on else replace(listing, more="", more_from=2, next="")


def _sample(at: Platform, listed: Listed, fetch: Fetch) -> str:
    try:
        fetched = fetch(at, listed.url)
        return article.read(decode(fetched.body, fetched.content_type).text, "", at.zone).text
    except CollectError:
        return ""


def _offered(at: Platform, text: str, base: str, fetch: Fetch, found: Found | None) -> Found | None:
    """The feed that a page names, if it has what the page lists (or the page lists nothing)."""
    listed = {each.url for each in found.caught} if found else set()
    links = [link for link in parsed(text).css("link[rel~=alternate i][href]") if _is_feed(link)]
    for link in links[:FEEDS_TRIED]:
        url = cleaning.link(link.attributes.get("href") or "", base)
        try:
            there = replace(at, url=url)
            named = _feed(there, fetch(there, url))
        except CollectError:
            continue
        shared = sum(each.url in listed for each in named.caught)
        if named.caught and 2 * shared >= min(len(listed), len(named.caught)):
            title = cleaning.line(link.attributes.get("title") or "")
            return replace(named, title=title or named.title)
    return None


def _is_feed(link: LexborNode) -> bool:
    return any(each in (link.attributes.get("type") or "").lower() for each in _FEED_TYPES)


def prefixes(found: Found) -> tuple[str, ...]:
    """URL prefixes that hold what was caught on the same host, beside the folder of the address; () where that does."""
    own = urlsplit(found.url)
    folder = found.url.partition("?")[0].rpartition("/")[0] + "/"
    inside = [each.url for each in found.caught if urlsplit(each.url).netloc == own.netloc]
    beside = [url for url in inside if not url.startswith(folder)]
    if not beside:
        return ()
    first = {_first_folder(url) for url in beside}
    if len(first) <= 2:
        return tuple(sorted({folder, *first}))
    return tuple(sorted({_root(url) for url in (found.url, *beside)}))


def _first_folder(url: str) -> str:
    parts = urlsplit(url)
    head, slash, _ = parts.path.lstrip("/").partition("/")
    return f"{parts.scheme}://{parts.netloc}/{head + slash if slash else ''}"


def _root(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"
