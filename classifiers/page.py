"""A page as its visitor reads it, and what else stands in its source, each with its place as a CSS path.

Every parser here sees only what ``bounded`` let through. Finders that need the elements themselves use ``parsed``.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import ClassVar

from selectolax.lexbor import LexborHTMLParser, LexborNode

from classifiers.bounding import RENAMED, bounded
from classifiers.finding import Document
from classifiers.folding import Folded, fold
from classifiers.late import late

__all__ = ["Passage", "bounded", "css_path", "parsed", "passages", "shown", "visible_text"]

_BLOCK = frozenset(
    "address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li listing main menu nav ol optgroup option p pre search "
    "section select summary table tbody textarea tfoot thead tr ul".split()
)
_CELL = frozenset({"td", "th", f"{RENAMED}td", f"{RENAMED}th"})
_UNSEEN = frozenset(
    {"script", "style", "title", "noscript", "noembed", "noframes", "iframe", "head", f"{RENAMED}template"}
)
_KEPT_LINES = frozenset({"pre", "textarea", "listing", "xmp"})
# Attributes that hold drawings, styles and checksums: long runs of digits that mean nothing.
_SKIPPED = frozenset(
    "class style d points viewbox transform integrity srcset width height x y cx cy r rx ry x1 x2 y1 y2 fill stroke "
    "xmlns coords tabindex colspan rowspan charset nonce".split()
)
_SURROGATES = late("[\ud800-\udfff]")
_SPACES = late(r"[ \t\n\r\f\xa0\u3000]+")
_LONGEST_VALUE = 1000  # characters of an attribute before a place in it, for its name to be found
_STEPS = 8  # of a path
_SIBLINGS = 1000  # looked at for a number in a path
_ATTRIBUTE = late(r"[a-z_:\-]+$")
_HARMLESS = late(r"[a-z]+[1-6]?(?:-[a-z]+)?")
_PLAIN = late(r"[A-Za-z][A-Za-z_\-]*")

# (place of the parent, tag, which of its type, id): made while walking, written out only for findings
_Place = tuple["_Place | None", str, int, str]


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of text to be judged. ``field`` is the document's field whose offsets it has, "" for page source.

    ``folded`` is the text as it is meant: done once, whoever judges it. ``begins`` are the offsets where the text of
    another element starts, ``places`` those elements.
    """

    text: str
    folded: Folded
    field: str = ""
    begins: tuple[int, ...] = ()
    places: tuple[_Place | None, ...] = ()

    @property
    def in_page(self) -> bool:
        """Whether offsets mean nothing outside: the text was read from a page."""
        return bool(self.begins)

    def where(self, offset: int) -> str:
        """The CSS path of the element that this character stands in; "" outside a page."""
        index = bisect_right(self.begins, offset) - 1
        if index < 0:
            return ""
        path, begin = _written(self.places[index]), max(self.begins[index], offset - _LONGEST_VALUE)
        value = self.text.rfind('="', begin, offset)
        if self.field or value < 0 or '"' in self.text[value + 2 : offset]:
            return path
        name = _ATTRIBUTE.search(self.text, max(begin, value - 32), value)
        return f"{path}[{name[0]}]" if name else path


def parsed(html: str) -> LexborHTMLParser:
    """The page, bounded, without lone surrogates."""
    return LexborHTMLParser(_SURROGATES.sub("\ufffd", bounded(html)[0]))


def visible_text(html: str) -> str:
    """What a visitor reads: blocks and rows are lines, cells are divided by tabs, white space is collapsed."""
    return _read(html)[0].text


def passages(document: Document) -> list[Passage]:
    """All that can be judged in a document: title, text and address; of a page also its source.

    Where ``text`` is given it is what is visible of the page; without it the visible text is read from the page.
    """
    found = _fields(document)
    if document.html is not None:
        visible, source = _read(document.html)
        found += [source] if document.text else [visible, source]
    return [passage for passage in found if passage.text]


def shown(document: Document) -> tuple[Document, list[Passage]]:
    """The document with what is visible of its page as its ``text``, unless it has one, and then its passages."""
    if document.html is None:
        return document, passages(document)
    visible, source = _read(document.html)
    document = document if document.text else replace(document, text=visible.text)
    return document, [passage for passage in (*_fields(document), source) if passage.text]


def _fields(document: Document) -> list[Passage]:
    fields = {"title": document.title, "text": document.text, "url": document.url}
    return [Passage(text, fold(text), field) for field, text in fields.items() if text]


def css_path(node: LexborNode) -> str:
    """A short path to an element, such as ``table > tr:nth-of-type(2) > td``: from the nearest id, at most 8 steps.

    A step without a number is the first of its type.
    """
    steps: list[str] = []
    at: LexborNode | None = node
    while at is not None and at.tag not in ("html", "body", "-undef", "-document") and len(steps) < _STEPS:
        name = at.id or ""
        if _is_plain(name):
            steps.append(f"{_tag(at.tag or '')}#{name}")
            break
        steps.append(_step(_tag(at.tag or ""), _nth(at)))
        at = at.parent
    return " > ".join(reversed(steps))


def _nth(node: LexborNode) -> int:
    count, before, tag = 1, node.prev, node.tag
    for _ in range(_SIBLINGS):
        if before is None:
            break
        count += before.tag == tag
        before = before.prev
    return count


def _written(place: _Place | None) -> str:
    steps: list[str] = []
    while place is not None and len(steps) < _STEPS:
        place, tag, nth, name = place
        if _is_plain(name):
            steps.append(f"{_tag(tag)}#{name}")
            break
        steps.append(_step(_tag(tag), nth))
    return " > ".join(reversed(steps))


def _step(tag: str, nth: int) -> str:
    return f"{tag}:nth-of-type({nth})" if nth > 1 else tag


def _tag(tag: str) -> str:
    """The tag where it is harmless: a path is stored, and a page may hide a number in a tag."""
    tag = tag.removeprefix(RENAMED)
    return tag if _HARMLESS.fullmatch(tag) else "*"


def _is_plain(name: str) -> bool:
    return len(name) < 32 and _PLAIN.fullmatch(name) is not None


class _Text:
    """Text that grows piece by piece; white space between pieces is one line break, tab or space, the strongest."""

    _STRENGTH: ClassVar = {"": 0, " ": 1, "\t": 2, "\n": 3}

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.begins: list[int] = []
        self.places: list[_Place | None] = []
        self.length = 0
        self.pending = ""

    def divide(self, space: str) -> None:
        if self._STRENGTH[space] > self._STRENGTH[self.pending]:
            self.pending = space

    def add(self, text: str, place: _Place | None) -> None:
        if self.pending and self.length:
            self._append(self.pending)
        self.pending = ""
        self.begins.append(self.length)
        self.places.append(place)
        self._append(text)

    def _append(self, text: str) -> None:
        self.pieces.append(text)
        self.length += len(text)

    def passage(self, field: str) -> Passage:
        text = "".join(self.pieces)
        return Passage(text, fold(text), field, tuple(self.begins), tuple(self.places))


class _Reader:
    """One walk over a page: what is seen, and the rest of the source."""

    def __init__(self) -> None:
        self.seen = _Text()
        self.source = _Text()

    def read(self, root: LexborNode | None) -> None:
        stack: list[tuple[LexborNode, _Place | None, bool, dict[str, int]]] = [(root, None, True, {})] if root else []
        node = root.child if root else None
        while stack:
            if node is None:
                parent, _, visible, _ = stack.pop()
                if visible:
                    self._divide(parent.tag or "")
                node = parent.next if stack else None
                continue
            _, above, visible, counts = stack[-1]
            tag = node.tag or ""
            if node.is_element_node:
                nth = counts[tag] = counts.get(tag, 0) + 1
                attributes = node.attributes
                place = (above, tag, nth, attributes.get("id") or "")
                self._attributes(attributes, place)
                visible = visible and tag not in _UNSEEN
                if visible:
                    self._divide(tag)
                stack.append((node, place, visible, {}))
                node = node.child
                continue
            self._leaf(node, above, visible)
            node = node.next

    def _divide(self, tag: str) -> None:
        if tag in _BLOCK or tag == f"{RENAMED}tr":
            self.seen.divide("\n")
        elif tag in _CELL:
            self.seen.divide("\t")

    def _leaf(self, node: LexborNode, place: _Place | None, visible: bool) -> None:
        if not node.is_text_node:
            self._hidden((node.comment_content or "") if node.is_comment_node else "", place)
        elif not visible:
            self._hidden(node.text_content or "", place)
        elif place is not None and place[1] in _KEPT_LINES:
            self.seen.add(node.text_content or "", place)
        else:
            self._shown(node.text_content or "", place)

    def _shown(self, text: str, place: _Place | None) -> None:
        text = _SPACES.sub(" ", text)
        if text.startswith(" "):
            self.seen.divide(" ")
        if inner := text.strip(" "):
            self.seen.add(inner, place)
            if text.endswith(" "):
                self.seen.divide(" ")

    def _hidden(self, text: str, place: _Place | None) -> None:
        if text.strip():
            self.source.divide("\n")
            self.source.add(text, place)

    def _attributes(self, attributes: dict[str, str | None], place: _Place) -> None:
        judged = [
            f'{name}="{value}"'
            for name, value in attributes.items()
            if value and name not in _SKIPPED and not value.startswith("data:")
        ]
        if judged:
            self._hidden(" ".join(judged).replace("\n", " "), place)


def _read(html: str) -> tuple[Passage, Passage]:
    reader = _Reader()
    reader.read(parsed(html).root)
    return reader.seen.passage("text"), reader.source.passage("")
