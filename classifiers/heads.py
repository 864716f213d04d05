"""What a page says of itself: its styles, its addresses, its title and descriptions, where it leads by itself."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from classifiers.late import late
from classifiers.styles import Sheet
from classifiers.unpacking import data_of

_DESCRIBES = frozenset(
    "description keywords news_keywords title name site_name abstract subject headline author copyright topic category".split()
)
_URL = late(r"^url\s*=", re.IGNORECASE)
_AFTER = late(r"\s*[\d.]*\s*[;,]?")  # a number of seconds
_LONGEST = 1_000_000  # code points of a style block


class Head:
    """Read wherever it stands; ``sheet`` takes in the styles."""

    def __init__(self, tree: LexborHTMLParser, sheet: Sheet) -> None:
        self.own: list[str] = []  # addresses that the page calls its own
        self.related: list[str] = []  # addresses that it sends search engines to, or browsers beforehand
        self.base = ""  # from which it counts relative addresses
        self.external = False  # it has style sheets that are not here
        self.refreshes: list[tuple[str, LexborNode]] = []
        self.described: list[tuple[str, LexborNode]] = []  # title and what describes the page
        self._read_styles(tree, sheet)
        self._read_addresses(tree)
        for node in tree.css("meta[content]"):
            self._read_meta(node, node.attributes["content"] or "")

    def _read_styles(self, tree: LexborHTMLParser, sheet: Sheet) -> None:
        sheets = [f"a{{color:{node.attributes['link']}}}" for node in tree.css("body[link]")]
        sheets += [_css_of(node) for node in tree.css("style") if not _is_fallback(node)]
        sheets += [data_of(node.attributes["href"] or "", ("text/css",)) for node in tree.css("link[href]")]
        for css in (*sheets, *(node.attributes["style"] or "" for node in tree.css("html[style], body[style]"))):
            sheet.name(css)
        for css in sheets:
            sheet.read(css)

    def _read_addresses(self, tree: LexborHTMLParser) -> None:
        for node in tree.css("link[href]"):
            relation, url = (node.attributes.get("rel") or "").lower(), node.attributes["href"] or ""
            self.external = self.external or ("stylesheet" in relation and not url.startswith("data:"))
            if relation == "canonical":
                self.own.append(url)
            elif relation in ("alternate", "amphtml", "prerender", "dns-prefetch", "preconnect"):
                self.related.append(url)
        for node in tree.css("base[href]"):
            self.base = self.base or node.attributes["href"] or ""
        self.own.append(self.base)

    def _read_meta(self, node: LexborNode, content: str) -> None:
        named = (node.attributes.get(each) for each in ("name", "property", "itemprop"))
        name = next(filter(None, named), "").lower()
        if name in ("og:url", "url", "siteurl", "sitedomain"):
            self.own.append("//" + content.rpartition("//")[2])
        elif (node.attributes.get("http-equiv") or "").lower() == "refresh":
            url = _AFTER.sub("", content, count=1).strip()
            self.refreshes.append((_URL.sub("", url, count=1).strip("'\" "), node))
        elif name.rpartition(":")[2].rpartition(".")[2] in _DESCRIBES:
            self.described.append((content, node))


def _css_of(node: LexborNode) -> str:
    css, media = (node.text() or "")[:_LONGEST], (node.attributes.get("media") or "").lower()
    return f"@media {media}{{{css}}}" if media not in ("", "all") else css


def _is_fallback(node: LexborNode) -> bool:
    """Whether it is meant for browsers that run no scripts."""
    return node.parent is not None and node.parent.tag == "noscript"
