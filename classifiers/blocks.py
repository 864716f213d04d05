"""What is hidden on a page and what it carries, and what an element hands down to those inside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import inf

from selectolax.lexbor import LexborNode

from classifiers import hiding
from classifiers.colours import Colour, colour, is_alike, is_transparent
from classifiers.lengths import pixels

_BLACK, _WHITE = (0, 0, 0), (255, 255, 255)
_BLENDS = {  # what hides every colour, by what it lies on
    **dict.fromkeys(("screen", "lighten", "color-dodge", "plus-lighter"), _WHITE),
    **dict.fromkeys(("multiply", "darken", "color-burn"), _BLACK),
}
_CLOSE = 0.8  # of a letter, by which letters lie upon one another
_BREAKS = 3  # lines that nobody leaves empty in a low element
_LINE = 20.0  # pixels
_LONGEST = 20_000  # code points of a block's text


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    text: str
    node: LexborNode


@dataclass(slots=True)
class Block:
    """Something hidden, and what it carries. ``node`` is the element that hides it."""

    rule: str
    node: LexborNode
    on_demand: bool = False  # it looks like something that opens
    names: frozenset[str] = frozenset()  # by which a script could open it
    opened: bool = False  # something on the page can open it
    sure: bool = True
    text: list[str] = field(default_factory=list)
    length: int = 0
    links: list[Link] = field(default_factory=list)
    frames: list[Link] = field(default_factory=list)
    fields: bool = False  # it has something to be filled in

    def add(self, text: str) -> None:
        if self.length < _LONGEST:
            self.text.append(text[:_LONGEST])
            self.length += len(text)

    @property
    def words(self) -> str:
        return "".join(self.text)


@dataclass(slots=True)
class Low:
    """A low element that is walked through: below ``height`` nothing can be seen."""

    height: float
    breaks: int = 0  # lines that are left empty
    block: Block | None = None  # what stands below

    @property
    def past(self) -> bool:
        """Whether so many lines are left empty that the next one is cut off."""
        return self.breaks >= _BREAKS and self.breaks * _LINE >= self.height


@dataclass(frozen=True, slots=True)
class State:
    """What an element hands down. ``ground`` None: an image; ``painted``: it was said, not assumed."""

    block: Block | None = None
    shut: bool = False  # nothing inside can come back into sight
    ink: Colour | None = _BLACK
    unseen_ink: bool = False
    ground: Colour | None = (255, 255, 255)
    painted: bool = False
    blended: bool = False  # it takes the colour of what lies below
    spacing: float = 0.0  # between letters
    font: float = 16.0
    low: Low | None = None  # the element around it that cuts off what stands below
    invisible: bool = False
    indented: bool = False


def inherited(style: Mapping[str, str], state: State) -> State:
    painted, ground = hiding.background(style)
    ink, said = state.ink, style.get("text-fill-color") or style.get("color", "")
    if said in ("inherit", "currentcolor"):
        said = ""
    if said:
        ink = _BLACK if said == "initial" else colour(said)
    if "currentcolor" in (style.get("background-color"), style.get("background")):
        ground = ink
    size = hiding.font_size(style)
    shadow = style.get("text-shadow", "none") != "none"
    seen, blend = style.get("visibility"), style.get("mix-blend-mode")
    spacing = pixels(style.get("letter-spacing", ""))
    return replace(
        state,
        ink=ink,
        unseen_ink=is_transparent(said) and not shadow if said else state.unseen_ink,
        ground=ground if painted else state.ground,
        blended=state.blended if blend is None else state.ground == _BLENDS.get(blend),
        spacing=state.spacing if "letter-spacing" not in style else spacing or 0.0,
        painted=state.painted or painted,
        font=state.font if size is None else size,
        low=Low(cut) if (cut := hiding.cut_at(style)) < inf else state.low,
        invisible=state.invisible if seen is None else seen in ("hidden", "collapse"),
        indented=hiding.is_indented(style) if "text-indent" in style else state.indented,
    )


def by_inheritance(state: State) -> str:
    if state.invisible:
        return "invisible"
    if hiding.is_tiny(state.font) or state.spacing <= -_CLOSE * state.font:
        return "tiny_font"
    if state.indented:
        return "off_screen"
    if state.unseen_ink or state.blended:
        return "transparent"
    if state.ink is not None and state.ground is not None and is_alike(state.ink, state.ground):
        return "same_colour"
    return ""
