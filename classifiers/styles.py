"""Style sheets as far as they can hide something: declarations, simple selectors and the cascade.

No CSS library is needed for that: some forty properties count, and a selector that is not understood hides nothing.
Linear: selectors of one name alone are merged while reading, of others a bounded number is tried.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from selectolax.lexbor import LexborNode

from classifiers.late import late
from classifiers.lengths import seconds
from classifiers.selectors import LONGEST, Budget, Compound, Face, Selector, divided, selector
from classifiers.unpacking import data_of

_COUNTED = frozenset(
    "display visibility opacity filter position left right top bottom margin margin-left margin-top text-indent z-index "
    "width height max-width max-height overflow overflow-x overflow-y font font-size line-height color background "
    "background-color background-image clip clip-path transform transition animation zoom content-visibility scale translate "
    "rotate inset mask mask-image mask-size text-fill-color white-space letter-spacing text-shadow mix-blend-mode padding-top padding-left box-sizing "
    "fill fill-opacity font-family cursor pointer-events text-decoration text-decoration-line animation-name animation-duration animation-fill-mode".split()
)
_LOGICAL = {  # as lines usually run
    "inline-size": "width",
    "block-size": "height",
    "max-inline-size": "max-width",
    "max-block-size": "max-height",
    "overflow-inline": "overflow-x",
    "overflow-block": "overflow-y",
    "inset-inline": "left",
    "inset-inline-start": "left",
    "inset-inline-end": "right",
    "inset-block": "top",
    "inset-block-start": "top",
    "inset-block-end": "bottom",
    "margin-inline": "margin-left",
    "margin-inline-start": "margin-left",
    "margin-block": "margin-top",
    "margin-block-start": "margin-top",
}
_ESCAPE = late(r"\\([0-9a-fA-F]{1,6})\s?")
_VENDOR = late(r"^-(?:webkit|moz|ms|o|khtml)-")
_BRACE = late(r"[{}]")
_TRIED = 40  # selectors of more than one name, by their last name
_MOST = 200_000  # selectors of a page
_MANY = 4000  # selectors of more than one name
_STEPS = 200_000  # comparisons in a page
_NESTED = 8  # blocks inside one another
_ROUNDS = 3  # of custom properties that stand for others
_LONGEST = 5_000_000  # code points in which custom properties are replaced
_VARIABLES = 2000  # uses of custom properties in a block
_CONDITIONS = ("@media", "@supports", "@layer", "@scope", "@container")
_DRAWN = late(r"content\s*:\s*(?:[\"'](?:\\[ef][0-9a-f]{3}|[\ue000-\uf8ff])|url\()", re.IGNORECASE)
_BEFORE = late(r"::?(?:before|after)\b")
_KEYFRAMES = late(r"@(?:-webkit-|-moz-|-o-)?keyframes\s+[\"']?([\w-]{1,60})[\"']?")
_AT_ONCE = 0.1  # seconds in which nobody reads
_WIDTH = late(r"(min|max)-width\s*:\s*(\d{1,5})px")
_CUSTOM = late(r"(--[\w-]{1,60})\s*:([^;{}]{1,100})")
_VARIABLE = late(r"var\(\s*(--[\w-]{1,60})\s*(?:,([^()]{0,100}))?\)")
_ALWAYS = late(
    r"\(\s*(?:(?:min-(?:device-)?(?:width|height)\s*:|(?:width|height)\s*>=?)\s*[0-3]?\d?\d(?:px|em|rem|)"
    r"|(?:max-(?:device-)?(?:width|height)\s*:|(?:width|height)\s*<=?)\s*\d{4,}px)\s*\)|not\s+(?:print|speech)\b"
)
_COMMENT_SIGNS = late("<!--|-->")  # of old pages, around a whole block
_IMPORTED = late(r"@import\s+(?:url\(\s*)?[\"'](data:text/css[^\"']{1,5000})[\"']", re.IGNORECASE)
_WEIGHTS = {"#": (1, 0, 0), ".": (0, 1, 0), "": (0, 0, 1)}
_ONE_NAME = late(r"[.#]?[A-Za-z_][\w\-]*")

Declared = dict[str, tuple[tuple[int, ...], str]]  # property -> (weight, value)


@dataclass(frozen=True, slots=True)
class _Rule:
    selector: Selector
    declared: Declared
    depends: bool  # it may not apply although its selector does


def declarations(css: str) -> dict[str, str]:
    """The properties that can hide something, with their values; an important one is kept against a later one."""
    return {name: value for name, (_, value) in _declared(css).items()}


def _declared(css: str, weight: tuple[int, ...] = ()) -> Declared:
    split = _split_once(css) if len(css) <= LONGEST else _split(css)
    return {name: ((important, *weight), value) for name, important, value in split} if split else {}


def _split(css: str) -> list[tuple[str, int, str]]:
    """Properties, whether each is important, and values, each property once."""
    found: dict[str, tuple[int, str]] = {}
    for part in without_comments(css).split(";"):
        name, _, value = part.partition(":")
        name = _VENDOR.sub("", _ESCAPE.sub(lambda match: _character(match[1]), name).strip().lower())
        name = _LOGICAL.get(name, name)
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
        self._named: dict[str, str] = {}  # custom properties; "" where they differ
        self._frames: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)  # by name and step
        self._parts: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)  # what holds from or to a width
        self._order = 0
        self._many = 0
        self._budget = Budget(_STEPS)
        self._room = _LONGEST

    def name(self, css: str) -> None:
        """Take in the custom properties of a block; to be done with all blocks before any is read."""
        for match in _CUSTOM.finditer(css) if "--" in css else ():
            name, value = match[1], match[2].strip()
            self._named[name] = value if self._named.get(name, value) == value else ""

    def _spelt(self, css: str) -> str:
        """With custom properties replaced by what they stand for, where that is known."""
        for _ in range(_ROUNDS if "var(" in css and self._room > 0 else 0):
            css = _VARIABLE.sub(lambda match: self._named.get(match[1]) or match[2] or match[0], css, count=_VARIABLES)
            self._room -= len(css)
        return css

    def read(self, css: str) -> None:
        """Take in a block; what depends on something, and what is for print, may reveal."""
        for imported in _IMPORTED.findall(css) if "@import" in css else ():
            self.read(data_of(imported, ("text/css",)))
        css, begin = _COMMENT_SIGNS.sub(" ", self._spelt(without_comments(css))), 0
        around: list[tuple[str, list[str]]] = []
        deeper = 0
        for brace in _BRACE.finditer(css):
            text, begin = css[begin : brace.start()], brace.end()
            if brace[0] == "{":
                before, _, prelude = text.rpartition(";")
                if around and not deeper:
                    around[-1][1].append(before)
                deeper += len(around) == _NESTED
                if not deeper:
                    around.append((prelude.strip(), []))
            elif deeper:
                deeper -= 1
            elif around:
                prelude, pieces = around.pop()
                self._close(prelude, ";".join((*pieces, text)), [each for each, _ in around])
        if around and not deeper:  # the block ends before its last bracket
            prelude, pieces = around.pop()
            self._close(prelude, ";".join((*pieces, css[begin:])), [each for each, _ in around])

    def _close(self, prelude: str, css: str, around: Sequence[str]) -> None:
        """A block of declarations ended that stood in these blocks."""
        conditions = [each.lower() for each in (*around, prelude) if each.startswith("@")]
        selectors = ""
        for each in (*around, prelude):
            if not each.startswith("@"):
                selectors = _below(selectors, each) if selectors else each
        if selectors:
            self._rule(selectors, css, conditions)

    def hide(self, selectors: str, css: str) -> None:
        """What a script does to elements, as a rule that outweighs others."""
        self._rule(selectors, css, [], (9,))

    def _rule(self, selectors: str, css: str, around: Sequence[str], first: tuple[int, ...] = (0,)) -> None:
        if around and (moving := _KEYFRAMES.fullmatch(around[-1])):
            self._frames[moving[1]] |= {step.strip(): declarations(css) for step in selectors.split(",", _NESTED)}
        if any(not each.startswith(_CONDITIONS) for each in around):
            return
        if "content" in css and _DRAWN.search(css) and (base := _BEFORE.sub("", selectors)) != selectors:
            selectors, css = base, "background-image:url"  # a sign of a font stands for the words
        if not _declared(css):
            return
        prints = any("print" in each and "screen" not in each and "not print" not in each for each in around)
        depends = prints or (any(map(_is_condition, around)) and not self._is_whole(selectors, css, around))
        for each in divided(selectors, _MOST - self._order) if self._order < _MOST else ():
            text = each.strip()
            self._order += 1
            if _ONE_NAME.fullmatch(text) and not depends:
                key, mark = (text, text[0]) if text[0] in ".#" else (text.lower(), "")
                _merge(self._alone[key], _declared(css, (*first, *_WEIGHTS[mark], self._order)))
                continue
            self._many += not _ONE_NAME.fullmatch(text)
            if self._many > _MANY and not _ONE_NAME.fullmatch(text):
                continue
            if found := selector(text[:LONGEST]):
                self._place(found, depends or found.depends, css, first)

    def _is_whole(self, selectors: str, css: str, around: Sequence[str]) -> bool:
        """Whether the same holds on all narrower screens, or on all wider ones."""
        widths = _WIDTH.findall("".join(around))
        if len(widths) != 1 or len(self._parts) >= _MANY:
            return False
        parts = self._parts[selectors.strip(), "".join(css.split())]
        parts[widths[0][0]] = int(widths[0][1])
        return len(parts) > 1 and parts["min"] <= parts["max"] + 1

    def _place(self, found: Selector, depends: bool, css: str, first: tuple[int, ...]) -> None:
        if found.opens:
            css = f"{css};transition:all"  # it is left to the visitor
        declared, last = _declared(css, (*first, *found.weight(), self._order)), found.last
        if not depends and len(found.compounds) == 1 and last.names() == 1:
            _merge(self._alone[last.key()], declared)
            return
        rule = _Rule(found, declared, depends)
        if not depends:
            _keep(self._others[last.key()], rule)
        for key in {last.key(), *(f".{name}" for name in last.classes)}:
            _keep(self._reveals[key], rule)

    def style(self, face: Face, above: Sequence[Face], inline: str, node: LexborNode | None = None) -> dict[str, str]:
        """What applies to an element below ``above`` (outermost first); ``inline`` is its style attribute."""
        found: Declared = {}
        for key in face.keys if self._order else ():
            if key in self._alone:
                _merge(found, self._alone[key])
            for rule in self._others.get(key, ()) if self._budget.left > 0 else ():
                if rule.selector.applies(face, above, node, self._budget):
                    _merge(found, rule.declared)
        if inline:
            _merge(found, _declared(self._spelt(inline), (1,)))
        style = {name: value for name, (_, value) in found.items()} if found else {}
        return self._moved(style) if self._frames and "animation" in " ".join(style) else style

    def _moved(self, style: dict[str, str]) -> dict[str, str]:
        """What it comes to where an animation ends at once, or does not change anything."""
        said = " ".join(value for name, value in style.items() if name.startswith("animation")).split()
        frames = next((self._frames[each] for each in said if each in self._frames), {})
        last = frames.get("to") or frames.get("100%")
        still = len(frames) > 1 and all(each == last for each in frames.values())
        lasts = next((degree for each in said if (degree := seconds(each)) is not None), 0.0)
        stays = not {"forwards", "both"}.isdisjoint(said)
        if not last or not ((stays and lasts <= _AT_ONCE) or (still and (stays or "infinite" in said))):
            return style
        return {name: value for name, value in style.items() if not name.startswith("animation")} | last

    def revealed(self, face: Face, above: Sequence[Face], node: LexborNode | None = None) -> Iterator[dict[str, str]]:
        """What may apply to an element in another state, on another screen or below another parent."""
        for key in face.keys:
            for rule in self._reveals.get(key, ()):
                if self._budget.spent(len(above) + 1):
                    return
                last = rule.selector.last
                named = bool(last.id or last.classes)
                if not last.resembles(_as_if(face, last)):
                    continue
                if not rule.depends and rule.selector.applies(face, above, node, self._budget):
                    continue  # it does, and something outweighs it
                if named or all(any(map(each.resembles, above)) for each in rule.selector.outer):
                    yield {name: value for name, (_, value) in rule.declared.items()}

    @property
    def knows(self) -> bool:
        """Whether it has any rule."""
        return self._order > 0

    @property
    def exhausted(self) -> bool:
        """Whether selectors were too many to be tried: nothing can be said of what comes back into sight."""
        return self._budget.left <= 0


def _below(outer: str, inner: str) -> str:
    """A selector inside the block of another."""
    outer = f":is({outer})" if "," in outer else outer
    each = (part.strip() for part in divided(inner, _NESTED))
    return ",".join(part.replace("&", outer) if "&" in part else f"{outer} {part}" for part in each)


def _is_condition(prelude: str) -> bool:
    """Whether a block around rules doesn't hold on every screen."""
    if prelude.startswith(("@supports", "@scope")):
        return "not" in prelude
    rest = _ALWAYS.sub("", prelude)
    return "(" in rest or "not " in rest


def _as_if(face: Face, compound: Compound) -> Face:
    """The element with the classes that a script may give it."""
    if not compound.classes & face.classes and not compound.id:
        return face
    return Face(face.tag, face.id, face.classes | compound.classes, face.attributes, face.keys)


def _merge(found: Declared, more: Declared) -> None:
    for name, (weight, value) in more.items():
        if name not in found or found[name][0] <= weight:
            found[name] = (weight, value)


def _keep(rules: list[_Rule], rule: _Rule) -> None:
    if len(rules) < _TRIED:
        rules.append(rule)
