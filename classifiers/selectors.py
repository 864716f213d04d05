"""Selectors of style sheets, and whether an element is meant by one.

Tags, ids, classes, attributes, places among siblings, ``:not``, ``:is`` and ``:where``, and the four ways of standing
beside or below. What holds in some state only (``:hover``) is said to depend; what is not understood is no selector.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice

from selectolax.lexbor import LexborNode

from classifiers.late import late

LONGEST = 300  # code points of a selector
_CLASSES = 16  # of one element
_SIBLINGS = 20  # that ``~`` looks back at
_INSIDE = 100  # elements that are looked at inside one
_DEEP = 2  # selectors inside one another
_SIMPLE = late(
    r"(?:\*\|)?(?P<mark>[.#]?)(?P<name>[\w\-\ue000-\ue0ff]+)|(?P<any>\*)|\[(?P<attribute>[^\]]*+)\]|(?P<element>::[\w-]+|:(?:before|after)\b)"
    r"|:(?P<state>[\w-]+)|\s*(?P<beside>[+~>])\s*|(?P<space>\s+)"
)
_ESCAPE = late(r"\\([0-9a-fA-F]{1,6})\s?|\\(.)")
_PRIVATE = 0xE000
_MEANT = {_PRIVATE + number: number for number in range(0x100)}
_ATTRIBUTE = late(r"\s*([\w-]+)\s*(?:([~|^$*]?)=\s*[\"']?([^\"']*)[\"']?\s*[is]?)?\s*")
_STEP = late(r"\s*([+-]?\d*)n\s*(?:([+-])\s*(\d{1,6}))?\s*|\s*([+-]?\d{1,6})\s*")
_PLACES = {  # name -> (from the end, of the same tag)
    "nth-child": (False, False),
    "nth-last-child": (True, False),
    "nth-of-type": (False, True),
    "nth-last-of-type": (True, True),
}
_ENDS = {
    "first-child": ((False, False),),
    "last-child": ((True, False),),
    "only-child": ((False, False), (True, False)),
    "first-of-type": ((False, True),),
    "last-of-type": ((True, True),),
    "only-of-type": ((False, True), (True, True)),
}
_ANY = frozenset("is where matches any -webkit-any -moz-any".split())
_UNTIL = late(r"\s*:(?:hover|focus|focus-within|focus-visible|active|target|target-within|checked)\s*", re.IGNORECASE)
_ALWAYS = frozenset({"link", "any-link", "root", "scope"})
_STATES = late(r"(?:^|[-_])(?:open|opened|active|on|in|show|shown|visible|expanded|current|cur|selected|checked|js)$")


@dataclass(frozen=True, slots=True)
class Face:
    """An element as selectors see it."""

    tag: str
    id: str
    classes: frozenset[str]
    attributes: Mapping[str, str | None]
    keys: tuple[str, ...]  # by which rules are looked up


class Budget:
    """How many comparisons are left in a page."""

    def __init__(self, left: int) -> None:
        self.left = left

    def spent(self, steps: int = 1) -> bool:
        self.left -= steps
        return self.left < 0


@dataclass(frozen=True, slots=True)
class _Place:
    """A place among the siblings: ``step`` times anything, and ``first``."""

    step: int
    first: int
    last: bool
    typed: bool

    def fits(self, face: Face, node: LexborNode | None, budget: Budget) -> bool:
        if node is None:
            return False
        place = 1
        for near in beside(node, "next" if self.last else "prev"):
            if budget.spent():
                return False
            place += not self.typed or near.tag == face.tag
        over = place - self.first
        return over == 0 if self.step == 0 else over % self.step == 0 and over // self.step >= 0


@dataclass(frozen=True, slots=True)
class _Among:
    """Whether it is one of these, or none of them."""

    compounds: tuple[Compound, ...]
    wanted: bool

    def fits(self, face: Face, node: LexborNode | None, budget: Budget) -> bool:
        return any(each.fits(face, node, budget) for each in self.compounds) is self.wanted


@dataclass(frozen=True, slots=True)
class _Holds:
    """Whether one of these stands in it, or right in it."""

    compounds: tuple[Compound, ...]
    right: bool

    def fits(self, _: Face, node: LexborNode | None, budget: Budget) -> bool:
        if node is None:
            return False
        inside = ([node.child, *beside(node.child, "next")] if node.child else []) if self.right else node.traverse()
        elements = (each for each in islice(inside, _INSIDE) if each is not None and each.is_element_node)
        return any(
            one.fits(face_of(each), each, budget)
            for each in elements
            if each.mem_id != node.mem_id and not budget.spent()
            for one in self.compounds
        )


@dataclass(slots=True)
class Compound:
    """What one element must be."""

    tag: str = ""
    id: str = ""
    classes: set[str] = field(default_factory=set)
    attributes: list[tuple[str, str, str]] = field(default_factory=list)
    tests: list[_Place | _Among | _Holds] = field(default_factory=list)

    def resembles(self, face: Face) -> bool:
        """Whether it fits apart from its place among others."""
        return (
            (not self.tag or self.tag == face.tag)
            and (not self.id or self.id == face.id)
            and self.classes <= face.classes
            and all(_has(face.attributes, *wanted) for wanted in self.attributes)
        )

    def fits(self, face: Face, node: LexborNode | None, budget: Budget) -> bool:
        return self.resembles(face) and all(test.fits(face, node, budget) for test in self.tests)

    def key(self) -> str:
        if self.id:
            return "#" + self.id
        return "." + min(self.classes) if self.classes else self.tag

    def names(self) -> int:
        return bool(self.id) + len(self.classes) + bool(self.tag) + 2 * (len(self.attributes) + len(self.tests))

    def weight(self) -> tuple[int, int, int]:
        return bool(self.id), len(self.classes) + len(self.attributes) + len(self.tests), bool(self.tag)


@dataclass(frozen=True, slots=True)
class Selector:
    """``ways``: how each compound stands to the one before it: below, ``>``, ``+`` or ``~``."""

    compounds: tuple[Compound, ...]
    ways: tuple[str, ...]
    depends: bool  # it holds in some state only
    opens: bool = False  # it holds until some state comes

    @property
    def last(self) -> Compound:
        return self.compounds[-1]

    @property
    def outer(self) -> Iterator[Compound]:
        """Those that stand above, not beside."""
        return (each for each, way in zip(self.compounds, self.ways[1:], strict=False) if way not in "+~")

    def weight(self) -> tuple[int, ...]:
        return tuple(map(sum, zip(*(each.weight() for each in self.compounds), strict=True)))

    def applies(self, face: Face, above: Sequence[Face], node: LexborNode | None, budget: Budget) -> bool:
        """Whether it means the element, which stands below ``above`` (outermost first)."""
        return self._reaches(len(self.compounds) - 1, face, (above, len(above)), node, budget)

    def _reaches(
        self, part: int, face: Face, above: tuple[Sequence[Face], int], node: LexborNode | None, budget: Budget
    ) -> bool:
        if budget.spent() or not self.compounds[part].fits(face, node, budget):
            return False
        if part == 0:
            return True
        way, (faces, depth) = self.ways[part], above
        if way in "+~":
            near = () if node is None else beside(node, "prev")
            return any(
                self._reaches(part - 1, face_of(each), above, each, budget)
                for each, _ in zip(near, range(1 if way == "+" else _SIBLINGS), strict=False)
            )
        for place in range(depth - 1, -1, -1) if way == " " else range(depth - 1, max(depth - 2, -1), -1):
            node = node and node.parent
            if self._reaches(part - 1, faces[place], (faces, place), node, budget):
                return True
            if budget.left < 0:
                return False
        return False


def beside(node: LexborNode, way: str) -> Iterator[LexborNode]:
    """The elements before (``prev``) or behind (``next``) a node, nearest first."""
    near = getattr(node, way)
    while near is not None:
        if near.is_element_node:
            yield near
        near = getattr(near, way)


def face_of(node: LexborNode) -> Face:
    attributes = node.attributes
    if not attributes:
        return _plain_face(node.tag or "")
    name, classes = attributes.get("id") or "", frozenset((attributes.get("class") or "").split())
    return Face(node.tag or "", name, classes, attributes, keys_of(node.tag or "", name, classes))


@lru_cache(maxsize=256)
def _plain_face(tag: str) -> Face:
    return Face(tag, "", frozenset(), {}, keys_of(tag, "", frozenset()))


def keys_of(tag: str, name: str, classes: frozenset[str]) -> tuple[str, ...]:
    """Under which the last part of a selector may stand."""
    named = (f".{each}" for each in sorted(classes)[:_CLASSES])
    return ("", tag, *([f"#{name}"] if name else ()), *named)


def divided(selectors: str, most: int) -> list[str]:
    """A list of selectors, at its commas."""
    if "(" not in selectors or len(selectors) > 10 * LONGEST:
        return selectors.split(",", most)
    found, depth = [""], 0
    for each in re.split(r"([(),])", selectors):
        depth += (each == "(") - (each == ")")
        if each == "," and depth <= 0:
            found.append("")
        else:
            found[-1] += each
    return found


def selector(text: str, deep: int = 0) -> Selector | None:
    """None where it is not understood."""
    if "\\" in text:
        text = _ESCAPE.sub(_kept, text)
    parts, ways, place, depends, opens = [Compound()], [" "], 0, False, False
    while place < len(text):
        match = _SIMPLE.match(text, place)
        if match is None or match["element"]:
            return None
        place = match.end()
        if match["beside"] or match["space"]:
            parts.append(Compound())
            ways.append(match["beside"] or " ")
        elif match["state"]:
            inside, place = _inside(text, place)
            until = match["state"].lower() == "not" and _UNTIL.fullmatch(inside) is not None
            opens |= until
            depends |= not until and _take_state(parts[-1], match["state"].lower(), inside, deep)
        else:
            _take(parts[-1], match)
    if parts[-1].names() == 0 and not text.endswith("*"):
        return None
    return Selector(tuple(parts), tuple(ways), depends, opens)


def _kept(match: re.Match[str]) -> str:
    """A character of a name that was escaped: where it would mean something else, one of the private ones."""
    number = int(match[1], 16) if match[1] else ord(match[2])
    each = chr(number) if number < 0x11_0000 else ""
    return each if each.isalnum() or not 0 < number < 0x100 else chr(_PRIVATE + number)


def _inside(text: str, place: int) -> tuple[str, int]:
    """What stands in the brackets that open here, and where they end."""
    depth = 0
    for end in range(place, len(text) if text[place : place + 1] == "(" else place):
        depth += (text[end] == "(") - (text[end] == ")")
        if depth == 0:
            return text[place + 1 : end], end + 1
    return "", place


def _take_state(compound: Compound, name: str, inside: str, deep: int) -> bool:
    """Whether that depends on something that isn't known."""
    if name in _ENDS:
        compound.tests += [_Place(0, 1, *way) for way in _ENDS[name]]
    elif name in _PLACES and (step := _step(inside)) is not None:
        compound.tests.append(_Place(*step, *_PLACES[name]))
    elif (name == "not" or name in _ANY) and deep < _DEEP:
        inner = [selector(each.strip(), deep + 1) for each in divided(inside, _SIBLINGS)]
        known = [each for each in inner if each is not None and len(each.compounds) == 1 and not each.depends]
        compound.tests.append(_Among(tuple(each.last for each in known), name != "not"))
        states = name == "not" and any(map(_STATES.search, (each for one in known for each in one.last.classes)))
        return len(known) < len(inner) or states
    elif name == "has" and deep < _DEEP:
        right = inside.lstrip().startswith(">")
        held = selector(inside.replace(">", "", 1).strip() if right else inside.strip(), deep + 1)
        if held is None or len(held.compounds) != 1 or held.depends:
            return True
        compound.tests.append(_Holds((held.last,), right))
    else:
        return name not in _ALWAYS
    return False


def _step(text: str) -> tuple[int, int] | None:
    text = {"odd": "2n+1", "even": "2n"}.get(text.strip().lower(), text.lower())
    match = _STEP.fullmatch(text)
    if match is None:
        return None
    if match[4]:
        return 0, int(match[4])
    step = match[1] if match[1] not in ("", "+", "-") else match[1] + "1"
    return int(step[:7]), int((match[2] or "") + (match[3] or "0"))


def _take(compound: Compound, match: re.Match[str]) -> None:
    if match["attribute"] is not None:
        found = _ATTRIBUTE.fullmatch(match["attribute"])
        compound.attributes.append((found[1], found[2] or "", found[3] or "") if found else ("", "", ""))
    elif match["mark"] == ".":
        compound.classes.add(match["name"].translate(_MEANT))
    elif match["mark"] == "#":
        compound.id = match["name"].translate(_MEANT)
    elif match["name"]:
        compound.tag = match["name"].lower()


def _has(attributes: Mapping[str, str | None], name: str, how: str, value: str) -> bool:
    if name not in attributes:
        return False
    got = attributes[name] or ""
    if how == "^":
        return got.startswith(value)
    if how == "$":
        return got.endswith(value)
    if how in ("*", "~"):
        return value in got
    if how == "|":
        return got == value or got.startswith(value + "-")
    return got == value or not value
