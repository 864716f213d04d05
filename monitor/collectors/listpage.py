"""One list page: which entries its selectors catch, and where it goes on. Nothing is fetched here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import urldefrag, urljoin
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from classifiers.page import parsed, visible_text
from monitor import dates
from monitor.collectors import cleaning
from monitor.errors import CollectError
from monitor.mapping import Listing

MAX_ENTRIES = 10_000  # a page
MAX_CHARACTERS = 8_000_000  # of all entries of a page, which may stand inside one another
MAX_TITLE = 500  # code points
PAGE = "{page}"

_RECORD = re.compile(r"<record>\s*<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_STORE = re.compile(r"<datastore\b", re.IGNORECASE)
_SESSION = re.compile(r";jsessionid=[^?#/;]*", re.IGNORECASE)  # new for each visitor without cookies
_PAGE = re.compile(r"\ufeff?\s{0,99}<(?:!doctype|html?\b|\?xml)", re.IGNORECASE)
_CUT = ("…", "...", "⋯", "..")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One entry: what the list says of an article. ``html`` is its own piece of the page."""

    url: str
    title: str
    at: datetime | None = None
    html: str = ""

    @property
    def is_cut(self) -> bool:
        """Whether the list shows only the beginning of the title, or none."""
        return not self.title or self.title.endswith(_CUT)


@dataclass(frozen=True, slots=True)
class ListPage:
    """``html`` is the page as it can be parsed; ``following`` where it goes on by its own link, or ""."""

    listed: tuple[Listed, ...]
    title: str
    html: str
    following: str = ""
    asks_to_log_in: bool = False
    is_cut: bool = False  # it breaks off in the middle of a word or a tag


def read(text: str, listing: Listing, base: str, zone: ZoneInfo, now: datetime | None) -> ListPage:
    """What stands on the page at ``base``; ``now`` is when it was fetched.

    Raises CollectError "bad_selector", or "selector_finds_nothing" where there are entries, but one of the other
    selectors finds nothing in any of them.
    """
    html = unpacked(text)
    tree = parsed(html)
    anchor = tree.css_first("base[href]")
    base = cleaning.link(anchor.attributes.get("href") or "", base) or base if anchor else base
    found = [each for node in _entries(tree, listing) if (each := _listed(node, listing, base, zone, now))]
    named = tree.css_first("title")
    page = ListPage(
        tuple({each.url: each for each in reversed(found)}.values())[::-1],
        cleaning.line(named.text() if named else "")[:MAX_TITLE],
        html,
        _following(tree, listing, base),
        asks_to_log_in(tree),
        breaks_off(text),
    )
    _complain(tree, listing, page)
    return page


def asks_to_log_in(tree: LexborHTMLParser) -> bool:
    return tree.css_first("input[type=password i]") is not None


def breaks_off(text: str) -> bool:
    """Whether a page ends in the middle of a word or a tag; many that are whole don't close what they open."""
    return bool(_PAGE.match(text)) and not text.rstrip().endswith(">") and cleaning.never_ends(text, "html")


def unpacked(text: str) -> str:
    """The page with what it keeps in ``<datastore><record><![CDATA[…`` (a common portal system) laid open."""
    if not _STORE.search(text):
        return text
    records = "".join(_RECORD.findall(text))
    opened = f"<div class='datastore'>{records}</div>"
    end = text.lower().rfind("</body")
    return text[:end] + opened + text[end:] if end >= 0 else text + opened


def select(tree: LexborHTMLParser | LexborNode, selector: str, name: str) -> list[LexborNode]:
    """The elements a configured selector finds; ``name`` is what the configuration calls it."""
    try:
        return tree.css(selector)
    except SelectolaxError:
        raise CollectError("bad_selector", f"{name} = {selector!r} is no CSS selector", permanent=True) from None


def value(node: LexborNode, selector: str, name: str) -> str:
    """The text of the first element it finds, or its attribute after "@"; "" where it finds nothing."""
    path, _, attribute = selector.partition("@")
    found = next(iter(select(node, path, name)), None) if path.strip() else node
    if found is None:
        return ""
    return cleaning.line((found.attributes.get(attribute.strip()) or "") if attribute else said(found, " "))


def said(node: LexborNode, between: str = "") -> str:
    return cleaning.line(node.text(separator=between))


def _entries(tree: LexborHTMLParser, listing: Listing) -> list[LexborNode]:
    found, characters = [], 0
    for node in select(tree, listing.entry, "entry")[:MAX_ENTRIES]:
        characters += len(node.html or "")
        if characters > MAX_CHARACTERS:
            break
        found.append(node)
    return found


def _listed(node: LexborNode, listing: Listing, base: str, zone: ZoneInfo, now: datetime | None) -> Listed | None:
    """None for what leads nowhere: heads, dividers, page numbers."""
    link = link_of(node, listing.link)
    url = address(link, base) if link is not None else ""
    if link is None or not url:
        return None
    title = value(node, listing.title, "title") if listing.title else _without_date(title_of(link), node, listing)
    return Listed(
        url=url, title=title[:MAX_TITLE], at=_date(node, link, listing, zone, now), html=(node.html or "")[:100_000]
    )


def _without_date(title: str, node: LexborNode, listing: Listing) -> str:
    """A title without the date that stands inside the same link."""
    date = value(node, listing.date, "date") if listing.date and "@" not in listing.date else ""
    return title.removeprefix(date).removesuffix(date).strip() or title


def link_of(node: LexborNode, selector: str) -> LexborNode | None:
    """The link of an entry, which may be the entry itself."""
    found = select(node, selector, "link")
    with_address = [each for each in found if each.attributes.get("href")]
    return with_address[0] if with_address else node if node.attributes.get("href") else None


def address(link: LexborNode, base: str) -> str:
    """Where it leads, without fragment; "" for scripts, mail and places on the page itself."""
    return _leads_to(link.attributes.get("href") or "", base)


@lru_cache(maxsize=20_000)  # a page is asked for the same links many times while selectors are tried
def _leads_to(raw: str, base: str) -> str:
    url, _ = urldefrag(_SESSION.sub("", cleaning.link(raw, base)))
    return url if url != urldefrag(base)[0] else ""


def title_of(link: LexborNode) -> str:
    """What a link says; what its ``title`` says where that is cut or nothing."""
    shown = said(link)
    if shown and not shown.endswith(_CUT):
        return shown
    whole = cleaning.line(link.attributes.get("title") or "")
    picture = link.css_first("img[alt]")
    return whole or shown or (cleaning.line(picture.attributes.get("alt") or "") if picture else "")


def _date(
    node: LexborNode, link: LexborNode, listing: Listing, zone: ZoneInfo, now: datetime | None
) -> datetime | None:
    if listing.date:
        return dates.near(value(node, listing.date, "date"), zone, now)
    return beside(node, link, zone, now)


def beside(node: LexborNode, link: LexborNode, zone: ZoneInfo, now: datetime | None) -> datetime | None:
    """The date that stands in an entry, but not in what its link says."""
    pieces = said(node, "\t").replace(said(link, "\t"), " ", 1).split() if link != node else []
    tries = [" ".join(pieces[start : start + 2]) for start in range(min(len(pieces), 20))]
    found = (dates.near(each, zone, now) for each in (*tries, " ".join(pieces)))
    return next((moment for moment in found if moment), None)


def _following(tree: LexborHTMLParser, listing: Listing, base: str) -> str:
    if not listing.next:
        return ""
    links = [each for node in select(tree, listing.next, "next") if (each := address(node, base))]
    return links[0] if links else ""


def _complain(tree: LexborHTMLParser, listing: Listing, page: ListPage) -> None:
    """A selector that finds nothing in any entry is named, however well the others do."""
    entries = select(tree, listing.entry, "entry")
    if entries and not page.listed:
        raise CollectError("selector_finds_nothing", f"link = {listing.link!r}: no link in {len(entries)} entries")
    for name in ("title", "date"):
        selector = getattr(listing, name)
        missing = all(not each.title if name == "title" else each.at is None for each in page.listed)
        if selector and page.listed and missing:
            what = f"{name} = {selector!r}: nothing in {len(page.listed)} entries"
            raise CollectError("selector_finds_nothing", what)


def further(listing: Listing, url: str, number: int) -> str:
    """The address of the ``number``-th page (the first is 1) of the list at ``url``; "" where it isn't numbered."""
    shown = str(listing.more_from + number - 2)
    return urljoin(url, listing.more.replace(PAGE, shown)) if listing.more else ""


def visible(markup: str) -> str:
    return cleaning.clean(visible_text(markup)).strip()
