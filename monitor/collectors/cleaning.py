"""Published text on its way in: one form of lines, nothing that can't be shown, addresses that can be followed."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urljoin, urlsplit

MAX_LINK = 2000  # characters
_LOOKED_AT = 100_000  # characters of a page in which its title must stand

_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_PLAIN_LINK = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?/[\w./%~-]*(?:\?[\w./%~=&-]+)?", re.ASCII)
_PAGE_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,200})", re.IGNORECASE)


def clean(text: str) -> str:
    """Lines end in a line feed; control characters and lone halves of characters are gone."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def line(text: str) -> str:
    """The same on one line."""
    return " ".join(clean(text).split())


def link(raw: str, base: str) -> str:
    """An absolute http or https address, or ""."""
    raw = clean(raw).strip().replace(" ", "%20")
    if not raw or len(raw) > MAX_LINK:
        return ""
    if _PLAIN_LINK.fullmatch(raw):
        return raw
    try:
        found = urljoin(base, raw)
        parts = urlsplit(found)
    except ValueError:
        return ""
    return found if parts.scheme in {"http", "https"} and parts.hostname and len(found.split()) == 1 else ""


def never_ends(text: str, root: str) -> bool:
    """Whether the element ``root`` (a name in lower case, any prefix) is nowhere closed: the text was cut off."""
    return re.search(rf"</(?:[\w-]{{1,20}}:)?{re.escape(root)}\b", text, re.IGNORECASE) is None


def page_title(page: str) -> str:
    """ ": " and what a page calls itself, or ""."""
    found = _PAGE_TITLE.search(page[:_LOOKED_AT])
    title = line(unescape(found[1]))[:80] if found else ""
    return f": {title}" if title else ""
