"""Where a list page goes on: the address of its further pages, guessed from its links and scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.collectors import listpage
from monitor.collectors.listpage import PAGE
from monitor.mapping import Listing

_SCRIPT_PAGES = re.compile(  # createPageHTML(12, 0, "index", "html") of a common portal system
    r"createPageHTML\s{0,9}\(\s{0,9}[\w.']{1,20}\s{0,9},\s{0,9}\d{1,5}\s{0,9},\s{0,9}[\"']([\w-]{1,60})[\"']\s{0,9},\s{0,9}[\"'](\w{1,9})[\"']"
)
_ONWARD = re.compile(r"(?:下一?页|后一?页|后页|下页|next|[>›»]{1,2})\s?[>›»]{0,2}", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,6}")


def onward(tree: LexborHTMLParser, html: str, base: str, listing: Listing) -> Listing:
    """``listing`` with ``more`` and ``more_from``, or ``next``; as it is where the page doesn't say how it goes on."""
    script = _SCRIPT_PAGES.search(html)
    if script:
        return replace(listing, more=f"{script[1]}_{PAGE}.{script[2]}", more_from=1)
    for link, onwards in _links(tree):
        url = listpage.address(link, base)
        numbered = _numbered(base, url) if url else None
        if numbered:
            return replace(listing, more=numbered[0], more_from=numbered[1])
        if url and onwards:
            return replace(listing, next=_called(listpage.said(link)))
    return listing


def _links(tree: LexborHTMLParser) -> Iterator[tuple[LexborNode, bool]]:
    """The links that say "next page", then those that say "2"."""
    links = [(link, listpage.said(link)) for link in tree.css("a[href]")]
    yield from ((link, True) for link, said in links if _ONWARD.fullmatch(said))
    yield from ((link, False) for link, said in links if said.strip("[]【】 ") == "2" or said == "第2页")


def _called(said: str) -> str:
    return f'a:lexbor-contains("{said}")' if '"' not in said else "a[rel=next]"


def _numbered(base: str, url: str) -> tuple[str, int] | None:
    """The address with its number of the page left open, and which number that is on the second page.

    It is the one that the address of the first page does not have, or has one lower, behind what both share.
    """
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(base, url, strict=False)))
    cut = url.rfind("/", 0, shared) + 1
    head, tail, here = url[:cut], url[cut:], base[cut:]
    known = {found[0] for found in _NUMBER.finditer(here)}
    for found in reversed([*_NUMBER.finditer(tail)]):
        is_second = found[0] in ("2", "1") and (found[0] not in known or _one_less(tail, here, found))
        if is_second:
            return f"{head}{tail[: found.start()]}{PAGE}{tail[found.end() :]}", int(found[0])
    return None


def _one_less(tail: str, here: str, found: re.Match[str]) -> bool:
    """Whether the first page has one less at the same place."""
    before = tail[: found.start()]
    there = _NUMBER.match(here, found.start()) if here.startswith(before) else None
    return there is not None and int(there[0]) + 1 == int(found[0])
