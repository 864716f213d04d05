"""RSS, Atom and RDF through feedparser, on text that was decoded and disarmed before.

Author fields are read only to be taken out of titles; dates only raw (feedparser reads a date
without a zone as UTC).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.entities import html5
from typing import Any
from xml.sax.saxutils import escape

from monitor.collectors import feedparsers, ordinary
from monitor.collectors.entry import Feed, FeedEntry, Written, guessed
from monitor.errors import CollectError

MAX_PREFIXES = 40  # XML namespaces; feedparser looks at all of them for each element
MAX_DOCTYPE = 10_000  # characters

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_PROLOG = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_DOCTYPE = re.compile(r"<!doctype\b", re.IGNORECASE)
_DOCTYPE_MARK = re.compile(r""""[^"]*"|'[^']*'|<!--.*?-->|[\[\]>]""", re.DOTALL)
_ENTITY = re.compile(r"""<!ENTITY\s+([\w.-]{1,40})\s+["'](&#\w{1,8};|[^"'&<%]{1,16})["']\s*>""")
_REFERENCE = re.compile(r"&([A-Za-z][\w.-]{0,39});")
_CHARACTER = re.compile(r"&#(?:([0-9]+)|[xX]([0-9a-fA-F]+));?")
_PREFIX = re.compile(r"xmlns:([\w.-]{1,100})")
_HTML = re.compile(r"\s*html\b", re.IGNORECASE)
_ROOT = re.compile(r"<([\w:.-]{1,40})")
_FEED_ROOTS = frozenset({"rss", "feed", "rdf:rdf", "channel"})  # the last is CDF, and RSS that lost its root
_NAMED_IN_XML = frozenset({"lt", "gt", "amp", "quot", "apos"})
_TEXT_TYPES = frozenset({"text/plain", "text/html", "application/xhtml+xml"})
# Elements nobody here needs, at which feedparser stumbles when they stand in a wrong place or say nonsense.
_STUMBLING_BLOCK = re.compile(
    r"</?(?:(?:geo|georss|gml|psc|media|itunes|cc|creativeCommons):\w|(?:textinput|image|width|height|cloud)\b)[^<>]*>",
    re.IGNORECASE,
)
# What feedparser lets out on broken input instead of noting it; a hostile feed must not stop the pass.
_LEAKS = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


def root(text: str) -> str:
    """The name of the first element in lower case, "" if there is none; "html" for a page by its doctype."""
    start = _prolog_end(text, 0)
    doctype = _DOCTYPE.match(text, start)
    page = doctype and _HTML.match(text, doctype.end())
    found = _ROOT.match(text, _prolog_end(text, _doctype_end(text, start)) if doctype else start)
    name = found[1].lower() if found else ""
    return "html" if page and name not in _FEED_ROOTS else name


def parse(text: str) -> Feed:
    """Raises CollectError "broken_feed" for what can't be read safely."""
    text = disarmed(text)
    return ordinary.read(text) or thorough(text)


def thorough(text: str) -> Feed:
    """The same for any disarmed text, however odd."""
    try:
        return _parsed(text)
    except _LEAKS:
        pass
    try:
        return _parsed(_STUMBLING_BLOCK.sub(" ", text))
    except _LEAKS as error:
        raise CollectError("broken_feed", "the feed can't be parsed") from error


def _parsed(text: str) -> Feed:
    entries, version, broken = feedparsers.read(text)
    typed = version.startswith("atom")
    known = bool(version) or root(text) in _FEED_ROOTS
    return Feed(tuple(_entry(entry, typed=typed) for entry in entries), known=known, broken=broken)


def disarmed(text: str) -> str:
    """``text`` without XML declaration, DOCTYPE, entities and characters that XML forbids.

    Entities of HTML and short ones that the DOCTYPE declares become their characters; no other is
    expanded. Raises CollectError "broken_feed".
    """
    text = _ILLEGAL.sub("", text)
    if len(set(_PREFIX.findall(text))) > MAX_PREFIXES:
        raise CollectError("broken_feed", "the feed declares too many namespaces")
    start = _prolog_end(text, 0)
    own: dict[str, str] = {}
    if _DOCTYPE.match(text, start):
        end = _doctype_end(text, start)
        own = dict(_ENTITY.findall(text[start:end]))
        start = _prolog_end(text, end)
    text = _CHARACTER.sub(_legal, text[start:])
    return _REFERENCE.sub(lambda found: _character(found, own), text)


def _prolog_end(text: str, start: int) -> int:
    """Past white space, comments and processing instructions."""
    while found := _PROLOG.match(text, start):
        start = found.end()
    return start


def _doctype_end(text: str, start: int) -> int:
    inside = False
    for mark in _DOCTYPE_MARK.finditer(text, start, start + MAX_DOCTYPE):
        if mark[0] == ">" and not inside:
            return mark.end()
        inside = mark[0] == "[" or (inside and mark[0] != "]")
    raise CollectError("broken_feed", "the DOCTYPE of the feed has no end")


def _legal(reference: re.Match[str]) -> str:
    """The reference itself, or nothing when no such character may stand in XML."""
    digits, base = (reference[1], 10) if reference[1] else (reference[2], 16)
    code = int(digits, base) if len(digits) <= 8 else 0
    legal = 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF or code in {9, 10, 13}
    return f"&#{code};" if legal else ""


def _character(reference: re.Match[str], own: dict[str, str]) -> str:
    name = reference[1]
    if name in _NAMED_IN_XML:
        return reference[0]
    return own.get(name) or escape(html5.get(f"{name};", "")) or reference[0]


def _entry(entry: dict[str, Any], *, typed: bool) -> FeedEntry:
    """``typed`` says that a title which calls itself plain is plain. In RSS none says what it is.

    ``dict.get``, because feedparser's own answers for keys that aren't there, and warns.
    """
    title = _text(entry, "title")
    return FeedEntry(
        id=_text(entry, "id"),
        link=_text(entry, "link") or _file(entry),
        title=Written(title, html=_type(entry, "title_detail") != "text/plain") if typed else guessed(title),
        contents=tuple(_contents(entry)),
        dates=tuple(_text(entry, key) for key in ("published", "updated", "created")),
        writers=tuple(_writers(entry)),
    )


def _file(entry: dict[str, Any]) -> str:
    """The first thing attached, for an entry without a page of its own."""
    links = dict.get(entry, "links") or ()
    return next((_text(link, "href") for link in links if dict.get(link, "rel") == "enclosure"), "")


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
