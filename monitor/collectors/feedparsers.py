"""feedparser's strict and loose parser, without what takes quadratic time or what nobody here needs.

``feedparser.parse`` would decode the text again, open a ``str`` as a URL or a file and resolve and
sanitise markup; only its two parsers are used.
"""

from __future__ import annotations

import io
import xml.sax
from typing import Any

from feedparser.api import LooseFeedParser, StrictFeedParser

from monitor.errors import CollectError

MAX_ATTRIBUTES = 200  # of one element
MAX_DEPTH = 10_000  # open elements, those that a broken feed never closes included
MAX_AUTHOR = 1000  # code points in which feedparser looks for a mail address
# What feedparser lets out on odd input instead of noting it; a hostile feed must not stop the pass.
LEAKS = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


class _Bounded:
    """What both parsers do differently here; a mixin, because feedparser chooses between two classes."""

    resolve_relative_uris = False
    sanitize_html = False

    depth: int

    def unknown_starttag(self, tag: str, attrs: Any) -> None:
        if self.depth > MAX_DEPTH:
            raise CollectError("broken_feed", "the feed has too many open elements")
        parent: Any = super()
        parent.unknown_starttag(tag, attrs)

    def _add_tag(self, *_: object) -> None:
        """Categories are not read; each would be compared with all before it."""
        parent: Any = super()
        parent._get_context().setdefault("tags", [])

    def _sync_author_detail(self, key: str = "author") -> None:
        parent: Any = super()
        context = parent._get_context()
        if len(str(context.get(key) or "")) <= MAX_AUTHOR:
            parent._sync_author_detail(key)


class _Strict(_Bounded, StrictFeedParser):  # type: ignore[misc]
    def startElementNS(self, name: object, qname: object, attrs: Any) -> None:  # noqa: N802 the name is xml.sax's
        if len(attrs) > MAX_ATTRIBUTES:
            raise CollectError("broken_feed", "an element of the feed has too many attributes")
        super().startElementNS(name, qname, attrs)


class _Loose(_Bounded, LooseFeedParser):  # type: ignore[misc]
    pass


def read(text: str) -> tuple[list[dict[str, Any]], str, bool]:
    """Entries, version ("" for no feed) and whether ``text`` breaks the rules of XML.

    ``text`` has no XML declaration and no DOCTYPE. On broken input this raises any of ``LEAKS``.
    """
    strict = _Strict("", None, "utf-8")
    reader = xml.sax.make_parser()  # noqa: S317 disarmed: no DOCTYPE, so no entity
    reader.setFeature(xml.sax.handler.feature_namespaces, True)
    reader.setFeature(xml.sax.handler.feature_external_ges, False)
    reader.setContentHandler(strict)
    reader.setErrorHandler(strict)
    source = xml.sax.xmlreader.InputSource()
    source.setEncoding("utf-8")
    source.setByteStream(io.BytesIO(text.encode()))
    try:
        reader.parse(source)
        return strict.entries, strict.version, False
    except (xml.sax.SAXException, *LEAKS):
        loose = _Loose("", None, "utf-8", {})
        loose.feed(text)
        return loose.entries, loose.version, True
