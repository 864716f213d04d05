"""Style sheets as far as they can hide something: declarations, simple selectors and the cascade.

No CSS library is needed for that: eighteen properties count, and a selector that is not understood hides nothing.
Linear: selectors of one name alone are merged while reading, of others a bounded number is tried.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from classifiers.late import late

_COUNTED = frozenset(
    "display visibility opacity filter position left right top bottom margin margin-left margin-top text-indent z-index "
    "width height max-width max-height overflow overflow-x overflow-y font font-size line-height color background "
    "background-color background-image clip clip-path transform transition animation zoom content-visibility".split()
)
_ESCAPE = late(r"\\([0-9a-fA-F]{1,6})\s?")
_VENDOR = late(r"^-(?:webkit|moz|ms|o|khtml)-")
_BRACE = late(r"[{}]")
_SIMPLE = late(
    r"(?P<mark>[.#]?)(?P<name>[\w\-\\]+)|(?P<any>\*)|\[(?P<attribute>[^\]]*+)\]|(?P<element>::[\w-]+|:(?:before|after)\b)"
    r"|(?P<state>:[\w-]+(?:\([^)]*\))?)|\s*(?P<sibling>[+~])\s*|\s*(?P<child>>)\s*|(?P<space>\s+)"
)
_ALWAYS = frozenset({":link", ":any-link"})
_ATTRIBUTE = late(r"\s*([\w-]+)\s*(?:([~|^$*]?)=\s*[\"']?([^\"']*)[\"']?)?\s*")
_LONGEST = 300  # code points of a selector
_CLASSES = 16  # of one element
_TRIED = 40  # selectors of more than one name, by their last name
_MOST = 200_000  # selectors of a page
_MANY = 4000  # selectors of more than one name
_STEPS = 200_000  # comparisons in a page
_ONE_NAME = late(r"[.#]?[A-Za-z_][\w\-]*")

Declared = dict[str, tuple[tuple[int, ...], str]]  # property -> (weight, value)


@dataclass(frozen=True, slots=True)
class Face:
    """An element as selectors see it."""

    tag: str
    id: str
    classes: frozenset[str]
    attributes: Mapping[str, str | None]
    keys: tuple[str, ...]  # by which rules are looked up


@dataclass(slots=True)
class _Compound:
    tag: str = ""
    id: str = ""
    classes: set[str] = field(default_factory=set)
    attributes: list[tuple[str, str, str]] = field(default_factory=list)

    def fits(self, face: Face) -> bool:
        return (
            (not self.tag or self.tag == face.tag)
            and (not self.id or self.id == face.id)
            and self.classes <= face.classes
            and all(_has(face.attributes, *wanted) for wanted in self.attributes)
        )

    def key(self) -> str:
        if self.id:
            return "#" + self.id
        return "." + min(self.classes) if self.classes else self.tag

    def names(self) -> int:
        return bool(self.id) + len(self.classes) + bool(self.tag) + 2 * len(self.attributes)

    def weight(self) -> tuple[int, int, int]:
        return bool(self.id), len(self.classes) + len(self.attributes), bool(self.tag)


def _has(attributes: Mapping[str, str | None], name: str, how: str, value: str) -> bool:
    if name not in attributes:
        return False
    got = attributes[name] or ""
    if how == "^":
        return got.startswith(value)
    if how in ("*", "~"):
        return value in got
    return got == value or not value


@dataclass(frozen=True, slots=True)
class _Rule:
    compounds: tuple[_Compound, ...]
    declared: Declared


def declarations(css: str) -> dict[str, str]:
    """The properties that can hide something, with their values; an important one is kept against a later one."""
    return {name: value for name, (_, value) in _declared(css).items()}


def _declared(css: str, weight: tuple[int, ...] = ()) -> Declared:
    split = _split_once(css) if len(css) <= _LONGEST else _split(css)
    return {name: ((important, *weight), value) for name, important, value in split} if split else {}


def _split(css: str) -> list[tuple[str, int, str]]:
    """Properties, whether each is important, and values, each property once."""
    found: dict[str, tuple[int, str]] = {}
    for part in without_comments(css).split(";"):
        name, _, value = part.partition(":")
        name = _VENDOR.sub("", _ESCAPE.sub(lambda match: _character(match[1]), name).strip().lower())
        if name not in _COUNTED:
            continue
        value, _, important = value.strip().lower().partition("!")
        weight = int(important.strip() == "important")
        if name not in found or found[name][0] <= weight:
            found[name] = (weight, value.strip())
    return [(name, *each) for name, each in found.items()]


_split_once = lru_cache(maxsize=512)(_split)


def _character(digits: str) -> str:
    number = int(digits, 16)
    return chr(number) if number < 0x11_0000 else ""


def without_comments(css: str) -> str:
    if "/*" not in css:
        return css
    first, *others = css.split("/*")
    return first + "".join(each.partition("*/")[2] for each in others)


class Sheet:
    """All style blocks of a page."""

    def __init__(self) -> None:
        self._alone: dict[str, Declared] = defaultdict(dict)
        self._others: dict[str, list[_Rule]] = defaultdict(list)
        self._reveals: dict[str, list[_Rule]] = defaultdict(list)
        self._order = 0
        self._many = 0
        self._steps = _STEPS

    def read(self, css: str) -> None:
        """Take in a block; what stands in rules for print is left out, what depends on something may reveal."""
        css, begin = without_comments(css), 0
        around: list[str] = []
        for brace in _BRACE.finditer(css):
            text, begin = css[begin : brace.start()], brace.end()
            if brace[0] == "{":
                around.append(text.rpartition(";")[2].strip())
            elif around:
                prelude = around.pop()
                if not prelude.startswith("@"):
                    self._rule(prelude, text, [each.lower() for each in around])

    def hide(self, selector: str, css: str) -> None:
        """What a script does to elements, as a rule that outweighs others."""
        self._rule(selector, css, [], (9,))

    def _rule(self, selectors: str, css: str, around: Sequence[str], first: tuple[int, ...] = (0,)) -> None:
        if any(not each.startswith(("@media", "@supports", "@layer")) or "print" in each for each in around):
            return
        if not _declared(css):
            return
        depends = any("(" in each for each in around)
        for selector in selectors.split(",", _MOST - self._order if self._order < _MOST else 0):
            selector = selector.strip()
            self._order += 1
            self._many += not _ONE_NAME.fullmatch(selector)
            if self._many > _MANY and not _ONE_NAME.fullmatch(selector):
                continue
            compounds, on_state = _compounds(selector[:_LONGEST])
            if compounds:
                self._place(compounds, depends or on_state, css, first)

    def _place(self, compounds: list[_Compound], depends: bool, css: str, first: tuple[int, ...]) -> None:
        weight = tuple(map(sum, zip(*(each.weight() for each in compounds), strict=True)))
        declared, last = _declared(css, (*first, *weight, self._order)), compounds[-1]
        if not depends and len(compounds) == 1 and last.names() == 1:
            _merge(self._alone[last.key()], declared)
            return
        rule = _Rule(tuple(compounds), declared)
        if not depends:
            _keep(self._others[last.key()], rule)
        for key in {last.key(), *(f".{name}" for name in last.classes)}:
            _keep(self._reveals[key], rule)

    def style(self, face: Face, above: Sequence[Face], inline: str) -> dict[str, str]:
        """What applies to an element below ``above`` (outermost first); ``inline`` is its style attribute."""
        found: Declared = {}
        for key in face.keys if self._order else ():
            if key in self._alone:
                _merge(found, self._alone[key])
            for rule in self._others.get(key, ()) if self._steps > 0 else ():
                if self._applies(rule, face, above):
                    _merge(found, rule.declared)
        if inline:
            _merge(found, _declared(inline, (1,)))
        return {name: value for name, (_, value) in found.items()} if found else {}

    def revealed(self, face: Face, above: Sequence[Face]) -> Iterator[dict[str, str]]:
        """What may apply to an element in another state, on another screen or below another parent."""
        for key in face.keys:
            for rule in self._reveals.get(key, ()):
                self._steps -= len(above) + 1
                *outer, last = rule.compounds
                named = bool(last.id or last.classes)
                if last.fits(_as_if(face, last)) and (named or all(any(map(each.fits, above)) for each in outer)):
                    yield {name: value for name, (_, value) in rule.declared.items()}

    @property
    def knows(self) -> bool:
        """Whether it has any rule."""
        return self._order > 0

    @property
    def exhausted(self) -> bool:
        """Whether selectors were too many to be tried: nothing can be said of what comes back into sight."""
        return self._steps <= 0

    def _applies(self, rule: _Rule, face: Face, above: Sequence[Face]) -> bool:
        *outer, last = rule.compounds
        self._steps -= 1
        if self._steps < 0 or not last.fits(face):
            return False
        place = len(above)
        for wanted in reversed(outer):
            place -= 1
            while place >= 0 and self._steps >= 0 and not wanted.fits(above[place]):
                place -= 1
                self._steps -= 1
            if place < 0 or self._steps < 0:
                return False
        return True


def _as_if(face: Face, compound: _Compound) -> Face:
    """The element with the classes that a script may give it."""
    if not compound.classes & face.classes and not compound.id:
        return face
    return Face(face.tag, face.id, face.classes | compound.classes, face.attributes, face.keys)


def keys_of(tag: str, name: str, classes: frozenset[str]) -> tuple[str, ...]:
    """Under which the last part of a selector may stand."""
    named = (f".{each}" for each in sorted(classes)[:_CLASSES])
    return ("", tag, *([f"#{name}"] if name else ()), *named)


def _merge(found: Declared, more: Declared) -> None:
    for name, (weight, value) in more.items():
        if name not in found or found[name][0] <= weight:
            found[name] = (weight, value)


def _keep(rules: list[_Rule], rule: _Rule) -> None:
    if len(rules) < _TRIED:
        rules.append(rule)


def _compounds(selector: str) -> tuple[list[_Compound], bool]:
    """Its parts from outside in, and whether it holds in some state only; no parts where it is not understood."""
    found, on_state, place = [_Compound()], False, 0
    while place < len(selector):
        match = _SIMPLE.match(selector, place)
        if match is None or match["element"]:
            return [], False
        place = match.end()
        if match["sibling"]:
            found, on_state = [_Compound()], True
        elif match["child"] or match["space"]:
            found.append(_Compound())
        elif match["state"]:
            on_state = on_state or match["state"] not in _ALWAYS
        else:
            _take(found[-1], match)
    return (found if found[-1].names() or selector.endswith("*") else []), on_state


def _take(compound: _Compound, match: re.Match[str]) -> None:
    if match["attribute"] is not None:
        found = _ATTRIBUTE.fullmatch(match["attribute"])
        compound.attributes.append((found[1], found[2] or "", found[3] or "") if found else ("", "", ""))
    elif match["mark"] == ".":
        compound.classes.add(match["name"])
    elif match["mark"] == "#":
        compound.id = match["name"]
    elif match["name"]:
        compound.tag = match["name"].lower()
