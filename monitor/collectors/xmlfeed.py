"""RSS, Atom, RDF and CDF: the ordinary quickly, everything else through feedparser, on text that was mended before.

Author fields are read only to be taken out of titles; dates only raw (feedparser reads a date
without a zone as UTC).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from monitor.collectors import feedparsers, mending, ordinary
from monitor.collectors.entry import Feed, FeedEntry, Written, guessed
from monitor.errors import CollectError

_TEXT_TYPES = frozenset({"text/plain", "text/html", "application/xhtml+xml"})
# Elements nobody here needs, at which feedparser stumbles when they stand in a wrong place or say nonsense.
_STUMBLING_BLOCK = re.compile(
    r"</?(?:(?:geo|georss|gml|psc|media|itunes|cc|creativeCommons):\w|(?:textinput|image|width|height|cloud)\b)[^<>]*>",
    re.IGNORECASE,
)


def parse(text: str) -> Feed:
    """Raises CollectError "broken_feed" for what can't be read safely."""
    text = mending.mended(text)
    return ordinary.read(text) or thorough(text)


def thorough(text: str) -> Feed:
    """The same for any mended text, however odd."""
    try:
        return _parsed(text)
    except feedparsers.LEAKS:
        pass
    try:
        return _parsed(_STUMBLING_BLOCK.sub(" ", text))
    except feedparsers.LEAKS as error:
        raise CollectError("broken_feed", "the feed can't be parsed") from error


def _parsed(text: str) -> Feed:
    entries, version, broken = feedparsers.read(text)
    typed = version.startswith("atom")
    known = bool(version) or mending.root(text) in mending.FEED_ROOTS
    return Feed(tuple(_entry(entry, typed=typed) for entry in entries), known=known, broken=broken)


def _entry(entry: dict[str, Any], *, typed: bool) -> FeedEntry:
    """``typed`` says that a title which calls itself plain is plain. In RSS none says what it is.

    ``dict.get``, because feedparser's own answers for keys that aren't there, and warns.
    """
    title = Written(_text(entry, "title"), html=_type(entry, "title_detail") != "text/plain")
    return FeedEntry(
        id=_text(entry, "id"),
        link=_text(entry, "link"),
        files=tuple(_files(entry)),
        title=title if typed or title.html else guessed(title.value),
        contents=tuple(_contents(entry)),
        dates=tuple(_text(entry, key) for key in ("published", "updated", "created")),
        writers=tuple(_writers(entry)),
    )


def _files(entry: dict[str, Any]) -> Iterator[str]:
    attached = (_text(link, "href") for link in dict.get(entry, "links") or () if dict.get(link, "rel") == "enclosure")
    yield from filter(None, attached)


def _contents(entry: dict[str, Any]) -> Iterator[Written]:
    for content in dict.get(entry, "content") or ():
        kind = str(dict.get(content, "type") or "text/html")
        if kind in _TEXT_TYPES:
            yield Written(_text(content, "value"), html=kind != "text/plain")
    kind = _type(entry, "summary_detail")
    if kind in _TEXT_TYPES:
        yield Written(_text(entry, "summary"), html=kind != "text/plain")


def _writers(entry: dict[str, Any]) -> Iterator[str]:
    people = [dict.get(entry, "author_detail"), dict.get(entry, "publisher_detail")]
    for key in ("authors", "contributors"):
        people += dict.get(entry, key) or ()
    yield from (_text(entry, "author"), _text(entry, "publisher"))
    for person in people:
        if isinstance(person, dict):
            yield from (_text(person, "name"), _text(person, "email"))


def _type(entry: dict[str, Any], detail: str) -> str:
    found = dict.get(entry, detail)
    return str(dict.get(found, "type") or "text/html") if isinstance(found, dict) else "text/html"


def _text(table: dict[str, Any], key: str) -> str:
    value = dict.get(table, key)
    return value if isinstance(value, str) else ""
