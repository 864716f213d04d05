"""The ordinary feed, read quickly: sound RSS, RDF or Atom whose entries hold nothing but what most feeds hold.

feedparser, which knows everything that was ever called a feed, takes ten times as long. Whatever is not ordinary is
left to it; what is ordinary comes out as it would there (a test compares them).
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

from monitor.collectors.entry import Feed, FeedEntry, Written, guessed

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_RSS1 = "{http://purl.org/rss/1.0/}"
_ATOM = "{http://www.w3.org/2005/Atom}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_IGNORED = "ignored"
_WRITER = "writer"
_FILE = "enclosure"
_CHILDREN_OF_RSS = {
    "title": "title",
    "link": "link",
    "description": "summary",
    "guid": "id",
    "pubDate": "published",
    "author": _WRITER,
    "enclosure": _FILE,
    "category": _IGNORED,
    "comments": _IGNORED,
    "source": _IGNORED,
}
_CHILDREN = _CHILDREN_OF_RSS | {_RSS1 + name: meaning for name, meaning in _CHILDREN_OF_RSS.items()}
_CHILDREN |= {
    "{http://purl.org/rss/1.0/modules/content/}encoded": "content",
    f"{_DC}date": "updated",
    f"{_DC}creator": _WRITER,
    f"{_DC}subject": _IGNORED,
    "{http://purl.org/rss/1.0/modules/slash/}comments": _IGNORED,
    "{http://wellformedweb.org/CommentAPI/}comment": _IGNORED,
    "{http://wellformedweb.org/CommentAPI/}commentRss": _IGNORED,
}
_CHILDREN_OF_ATOM = {
    f"{_ATOM}title": "title",
    f"{_ATOM}summary": "summary",
    f"{_ATOM}content": "content",
    f"{_ATOM}id": "id",
    f"{_ATOM}published": "published",
    f"{_ATOM}updated": "updated",
    f"{_ATOM}category": _IGNORED,
}
_PEOPLE = frozenset({f"{_ATOM}author", f"{_ATOM}contributor"})
_PERSON = frozenset({f"{_ATOM}name", f"{_ATOM}email", f"{_ATOM}uri"})
_HTML = {"html": True, "text/html": True, "text": False, "text/plain": False}
_ENTRIES = ("item", "entry")
_OTHER_ADDRESSES = re.compile(r"[\s:]base\s*=|:///", re.IGNORECASE)  # relative to another place, or to be mended
_OF_WINDOWS = re.compile("[\x80-\x9f]")  # written by somebody who took windows-1252 for Latin-1
_SPURIOUS = re.compile(r"&([A-Za-z0-9_]+);")


class _UnusualError(Exception):
    """Not an ordinary feed."""


def read(text: str) -> Feed | None:
    """The feed, or None when it is not sound or not ordinary. ``text`` is disarmed: no DOCTYPE, no own entities."""
    if _OTHER_ADDRESSES.search(text):
        return None
    try:
        root = ET.fromstring(text)  # noqa: S314 disarmed
        return Feed(tuple(_entries(root)), known=True, broken=False)
    except (ET.ParseError, _UnusualError):
        return None


def _entries(root: Element) -> Iterator[FeedEntry]:
    """Every entry of the document. Raises _UnusualError when one stands where none is expected."""
    found, read_entry = _found(root)
    if sum(element.tag.rpartition("}")[2].lower() in _ENTRIES for element in root.iter()) != len(found):
        raise _UnusualError
    for element in found:
        yield read_entry(element)


def _found(root: Element) -> tuple[list[Element], Callable[[Element], FeedEntry]]:
    if root.tag == "rss":
        return root.findall("channel/item"), _rss
    if root.tag == f"{_RDF}RDF":
        return root.findall(f"{_RSS1}item"), _rss
    if root.tag == f"{_ATOM}feed":
        return root.findall(f"{_ATOM}entry"), _atom
    raise _UnusualError


@dataclass(slots=True)
class _Parts:
    """What was found in one entry."""

    texts: dict[str, str] = field(default_factory=dict)
    html: dict[str, bool] = field(default_factory=dict)
    writers: list[str] = field(default_factory=list)
    link: str | None = None
    files: list[str] = field(default_factory=list)

    def put(self, name: str, element: Element) -> None:
        if name in self.texts:
            raise _UnusualError
        self.texts[name] = _text(element)

    def entry(self, title: Written, *, id_is_link: bool) -> FeedEntry:
        texts = self.texts
        link = self.link if self.link is not None else texts.get("id", "") if id_is_link else ""
        contents = [Written(texts[name], self.html.get(name, True)) for name in ("content", "summary") if name in texts]
        return FeedEntry(
            id=texts.get("id", ""),
            link=link,
            files=tuple(filter(None, self.files)),
            title=title,
            contents=tuple(contents),
            dates=(texts.get("published", ""), texts.get("updated", "")),
            writers=tuple(self.writers),
        )


def _rss(element: Element) -> FeedEntry:
    parts = _Parts()
    about = element.get(f"{_RDF}about", "")
    if about:
        parts.texts["id"] = about
    permanent = False
    for child in element:
        meaning = _CHILDREN.get(child.tag)
        if meaning is None or len(child):
            raise _UnusualError
        if meaning == _WRITER:
            parts.writers.append(_text(child))
        elif meaning == _FILE:
            parts.files.append(child.get("url", ""))
        elif meaning == "id":
            permanent = _permanent(child)
            parts.put("id", child)
        elif meaning != _IGNORED:
            _refuse(child, ())
            parts.put(meaning, child)
    if "link" in parts.texts:
        parts.link = _address(parts.texts["link"])
    return parts.entry(guessed(parts.texts.get("title", "")), id_is_link=permanent)


def _permanent(guid: Element) -> bool:
    _refuse(guid, ("isPermaLink",))
    return guid.get("isPermaLink", "true") == "true"


def _atom(element: Element) -> FeedEntry:
    parts = _Parts()
    for child in element:
        meaning = _CHILDREN_OF_ATOM.get(child.tag)
        if child.tag == f"{_ATOM}link":
            _follow(parts, child)
        elif child.tag in _PEOPLE:
            parts.writers.extend(_person(child))
        elif meaning is None or len(child):
            raise _UnusualError
        elif meaning != _IGNORED:
            _refuse(child, ("type",))
            parts.html[meaning] = _is_html(child)
            parts.put(meaning, child)
    title = Written(parts.texts.get("title", ""), parts.html.get("title", False))
    return parts.entry(title, id_is_link=True)


def _is_html(element: Element) -> bool:
    kind = _HTML.get(element.get("type", "text").lower())
    if kind is None:
        raise _UnusualError
    return kind


def _follow(parts: _Parts, link: Element) -> None:
    address = link.get("href")
    if address is None:
        raise _UnusualError
    relation = link.get("rel", "alternate").lower()
    if relation == "alternate" and link.get("type", "text/html").lower() in {"text/html", "application/xhtml+xml"}:
        parts.link = address
    elif relation == "enclosure":
        parts.files.append(address)


def _person(element: Element) -> Iterator[str]:
    for child in element:
        if child.tag not in _PERSON or len(child):
            raise _UnusualError
        if not child.tag.endswith("uri"):
            yield _text(child)


def _refuse(element: Element, allowed: tuple[str, ...]) -> None:
    if not element.attrib.keys() <= set(allowed):
        raise _UnusualError


def _text(element: Element) -> str:
    """The text, and what feedparser mends in it: UTF-8 taken for Latin-1 and encoded again, windows-1252 likewise."""
    text = (element.text or "").strip()
    if text.isascii():
        return text
    with contextlib.suppress(UnicodeError):
        text = text.encode("latin-1").decode()
    return _OF_WINDOWS.sub(lambda found: found[0].encode("latin-1").decode("cp1252", "replace"), text)


def _address(text: str) -> str:
    return _SPURIOUS.sub(r"&\1", text.replace("&amp;", "&")) if "&" in text else text
