"""Why a visitor can't see an element, read from its style and attributes: the name of a rule, or ""."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from math import inf

from classifiers.colours import Colour, colour, is_opaque
from classifiers.late import late

Style = Mapping[str, str]
DRAWING = "x-drawing"  # an element with the size and style of an svg

_LENGTH = late(r"\s*(?:calc\(\s*)?([+-]?(?:\d+\.?\d*|\.\d+))(%|[a-z]*)")
_WINDOW = dict.fromkeys(("vw", "vh", "vmin", "vmax"), 6.0)  # what is moved by the whole window is out of it
_PIXELS = _WINDOW | {
    "em": 16.0,
    "rem": 16.0,
    "ex": 8.0,
    "ch": 8.0,
    "pt": 1.34,
    "pc": 16.0,
    "in": 96.0,
    "cm": 38.0,
    "mm": 3.8,
}
_SHARE = 4.0  # pixels of a hundredth of what is around: what is moved by the whole of it is a drawer
_FAR = 500.0
_OUT = 1.3  # times that share, for what is laid beside the window
_FAR_FIXED = 200.0  # nobody can scroll there
_FAR_AHEAD = 3000.0
_FAR_BELOW = 9000.0  # long pages end somewhere
_FAINT = 0.1  # of an opacity
_SIDES_BY = ((), (0, 0, 0, 0), (0, 1, 0, 1), (0, 1, 2, 1), (0, 1, 2, 3))  # how many values stand for four sides
_THIN = 1.5
_LOW = 10.0  # no line can be read in it
_MOVED = late(r"(?:translate|translatex|translatey|translate3d)\(([^)]*)\)")
_NOTHING = r"\s*(?:0+(?:\.0\d*)?%?|\.0\d*)\s*[,)]"
_SHRUNK = late(rf"(?:scale|scalex|scaley|scale3d|matrix)\({_NOTHING}|scale(?:3d)?\([^(),]*,{_NOTHING}")
_SHRUNK_ALONE = late(r"(?:^|\s)(?:0+(?:\.0\d*)?%?|\.0\d*)(?:\s|$)")
_TURNED = late(r"rotate[xy]\(\s*[+-]?90deg\s*\)")
_MATRIX = late(r"matrix\([^()]*,([^(),]+),([^(),]+)\)")
_UPRIGHT = late(r"[xy]\s+[+-]?90deg|[+-]?90deg\s+[xy]")
_SHAPE = late(r"(inset|circle|ellipse|polygon|rect|xywh|path)\(\s*([^()]{0,500})\)")
_FIGURE = late(r"[+-]?(?:\d+\.?\d*|\.\d+)")
_BLURRED = late(r"blur\(\s*(?:[2-9]\d|\d{3,})px")
_SEEN_STOP = late(r"#[0-9a-f]{3}|\b(?:black|white|red|blue|rgb|hsl|var)\b|url\(")
_OPACITY = late(r"(?:opacity\(\s*|opacity\s*=\s*)(\d*\.?\d+)(%?)")
_FONT = late(r"(?:^|\s)(\d[\d.]*(?:px|pt|em|rem|%)?)(?:\s*/|\s)")
_WORD = late(r"[\w-]+\([^()]*\)|[^\s()]+")
_CUT = ("hidden", "clip", "auto", "scroll")  # of overflow


def pixels(value: str) -> float | None:
    """A length in pixels; None for what is none."""
    found = _LENGTH.match(value)
    if found is None:
        return None
    unit = found[2]
    each = _SHARE if unit == "%" else _PIXELS.get(unit, 1.0)
    return float(found[1]) * each


def closed(style: Style) -> str:
    """Why an element and all in it can't be seen."""
    for rule, test in _CLOSED.items():
        if test(style):
            return rule
    return ""


def _is_none(style: Style) -> bool:
    if style.get("display") == "none" or style.get("content-visibility") == "hidden":
        return True
    zoom = pixels(style.get("zoom", ""))
    return zoom is not None and zoom <= _FAINT


def _is_moved_off(style: Style) -> bool:
    if style.get("position") in ("absolute", "fixed", "relative", "sticky"):
        for side, value in _sides(style):
            place = (pixels(value) or 0.0) * (_OUT if value.endswith("%") else 1.0)
            if place <= -(_FAR_FIXED if style["position"] == "fixed" else _FAR) or place >= (
                _FAR_AHEAD if side in ("left", "right") else _FAR_BELOW
            ):
                return True
    margins = style.get("margin", "").split()
    sides = [style.get("margin-left", ""), style.get("margin-top", ""), *margins[:1], *margins[3:4]]
    ahead = pixels(style.get("margin-left", "")) or 0.0
    return _least([*sides, style.get("letter-spacing", "")]) <= -_FAR or ahead >= _FAR_AHEAD


def _sides(style: Style) -> Iterator[tuple[str, str]]:
    """Where it is moved to, by what is said of each side and of all together."""
    short = style.get("inset", "").split()[:4]
    order = _SIDES_BY[len(short)]
    for place, side in enumerate(("top", "right", "bottom", "left")):
        yield side, style.get(side) or (short[order[place]] if short else "")


def _least(values: Iterable[str]) -> float:
    return min((pixels(each) or 0.0 for each in values), default=0.0)


def _is_thin(value: str) -> bool:
    size = pixels(value)
    return size is not None and size <= _THIN


def _is_empty(style: Style) -> bool:
    if not any(style.get(name, "").startswith(_CUT) for name in ("overflow", "overflow-x", "overflow-y")):
        return False
    return any(_is_thin(style.get(name, "")) for name in ("width", "max-width", "line-height")) or any(
        (size := pixels(style.get(name, ""))) is not None and size <= _LOW for name in ("height", "max-height")
    )


def _is_faint(style: Style) -> bool:
    seen = pixels(style.get("opacity", ""))
    if seen is not None and "%" in style["opacity"]:
        seen /= 100 * _SHARE
    effect, mask = style.get("filter", ""), style.get("mask-image") or style.get("mask", "")
    by_filter = _OPACITY.search(effect)
    faded = float(by_filter[1]) / (100 if by_filter[2] else 1) if by_filter else 1.0
    return (
        (seen is not None and seen <= _FAINT)
        or faded <= _FAINT
        or _BLURRED.search(effect) is not None
        or ("gradient(" in mask and "transparent" in mask and not _SEEN_STOP.search(mask))
        or (bool(mask) and _is_nothing(style.get("mask-size", "")))
    )


def _is_nothing(value: str) -> bool:
    """Whether it says numbers, and all are zero."""
    figures = _FIGURE.findall(value)
    return bool(figures) and not any(map(float, figures))


def _is_clipped(style: Style) -> bool:
    shape = _SHAPE.search(style.get("clip-path", ""))
    if shape and _is_without_area(shape[1], shape[2]):
        return True
    clip = style.get("clip", "")
    if not clip.startswith("rect") or style.get("position") not in ("absolute", "fixed"):
        return False
    return _is_without_area("rect", clip[5:].rstrip(") "))


def _is_without_area(name: str, inside: str) -> bool:
    """Whether nothing lies inside a shape."""
    sizes = [pixels(each) or 0.0 for each in re.split(r"[\s,]+", inside.strip())]
    if name == "inset":
        order = _SIDES_BY[min(len(sizes), 4)]
        top, right, bottom, left = (sizes[place] for place in order)
        shares = "%" in inside
        return max(top + bottom, left + right) >= (100 * _SHARE if shares else _FAR_AHEAD)
    if name in ("circle", "ellipse"):
        return sizes[0] <= _THIN
    if name == "polygon":
        points = [pair.split() for pair in inside.split(",")]
        spans = zip(*([pixels(each) or 0.0 for each in pair] for pair in points if len(pair) == 2), strict=True)
        return any(max(span) - min(span) <= _THIN for span in spans)
    if name == "path":
        return len({*_FIGURE.findall(inside)}) <= 1
    first, second, third, fourth = [*sizes, 0.0, 0.0, 0.0, 0.0][:4]
    if name == "xywh":
        return min(third, fourth) <= _THIN
    return second - fourth <= _THIN or third - first <= _THIN


def _is_transformed(style: Style) -> bool:
    change = style.get("transform", "")
    moved, matrix = _MOVED.search(change), _MATRIX.search(change)
    places = [*(moved[1].split(",") if moved else ()), *(matrix.groups() if matrix else ())]
    far = any(abs(pixels(each) or 0.0) >= _FAR for each in (*places, *style.get("translate", "").split()))
    return (
        far
        or bool(_SHRUNK.search(change) or _TURNED.search(change))
        or _SHRUNK_ALONE.search(style.get("scale", "")) is not None
        or _UPRIGHT.search(style.get("rotate", "")) is not None
    )


def _is_under(style: Style) -> bool:
    return style.get("z-index", "").startswith("-") and style.get("position") in ("absolute", "fixed", "relative")


_CLOSED = {
    "not_displayed": _is_none,
    "off_screen": _is_moved_off,
    "zero_size": _is_empty,
    "transparent": _is_faint,
    "clipped": _is_clipped,
    "transformed": _is_transformed,
    "covered": _is_under,
}


def font_size(style: Style) -> float | None:
    """In pixels, None where it says nothing; shares and ems are of sixteen."""
    value = style.get("font-size", "")
    if not value and (found := _FONT.search(style.get("font", "") + " ")):
        value = found[1]
    if value.endswith("%"):
        return (pixels(value) or 0.0) / _SHARE * 0.16
    return pixels(value)


def is_tiny(size: float) -> bool:
    return size <= 2.0


def is_indented(style: Style) -> bool:
    indent = abs(pixels(style.get("text-indent", "")) or 0.0)
    cut = style.get("white-space") == "nowrap" and style.get("overflow", "").startswith(_CUT)
    return indent >= _FAR or (cut and "%" in style["text-indent"] and indent >= 100 * _SHARE)


def background(style: Style) -> tuple[bool, Colour | None]:
    """Whether it has one of its own, and its colour; None where an image or something unknown lies there."""
    value = style.get("background-color") or style.get("background", "")
    image = style.get("background-image", "none") != "none" or "url(" in value or "gradient" in value
    if image:
        return True, None
    found = next((painted for each in _WORD.findall(value) if (painted := colour(each))), None)
    return bool(value) and value not in ("none", "transparent", "inherit", "initial"), found or colour(value)


def from_attributes(tag: str, attributes: Mapping[str, str | None]) -> dict[str, str]:
    """What old attributes say, as style."""
    style = {}
    if "bgcolor" in attributes:
        style["background-color"] = _old(attributes["bgcolor"])
    if "background" in attributes:
        style["background-image"] = "url"
    if tag == "font" and attributes.get("color"):
        style["color"] = _old(attributes["color"])
    if tag == "body" and attributes.get("text"):
        style["color"] = _old(attributes["text"])
    if "hidden" in attributes:
        style["display"] = "none"
    if tag in ("iframe", "object", "embed", DRAWING):
        style["overflow"] = "hidden"
    if tag == DRAWING:
        style |= {name: _old(attributes[name]) for name in ("width", "height") if name in attributes}
    return style


def _old(value: str | None) -> str:
    return (value or "").strip().lower()


def by_marquee(attributes: Mapping[str, str | None], style: Style) -> str:
    """Why a marquee can't be seen: it has no size, or runs too fast."""
    sizes = (attributes.get("width"), attributes.get("height"), style.get("width"), style.get("height"))
    speed = pixels(attributes.get("scrollamount") or "") or 0.0
    return "marquee" if any(map(is_thin_box, sizes)) or speed >= 1000 else ""


def is_thin_box(value: str | None) -> bool:
    size = pixels(value or "")
    return size is not None and size <= 2.0


def is_spot(attributes: Mapping[str, str | None]) -> bool:
    """Whether an area of an image map is too small to be clicked on."""
    places = [pixels(each) or 0.0 for each in (attributes.get("coords") or "").split(",")]
    if len(places) == 3:
        return places[2] <= _THIN
    return len(places) >= 4 and any(max(line) - min(line) <= _THIN for line in (places[::2], places[1::2]))


def lies_over(other: Style, style: Style) -> bool:
    """Whether an element that stands behind another hides it."""
    paint = background(other)[1]
    if paint is None or closed(other) or not is_opaque(other.get("background-color") or other.get("background", "")):
        return False
    if other.get("position") not in ("absolute", "fixed"):
        up, height = pixels(other.get("margin-top", "")), pixels(style.get("height", ""))
        return up is not None and height is not None and 0 < height <= -up and "position" in other
    level, below = pixels(other.get("z-index", "")) or 0.0, pixels(style.get("z-index", "")) or 0.0
    return style.get("position") in ("absolute", "fixed") and level >= below and _holds(_box(other), _box(style))


_Box = tuple[float | None, float | None, float | None, float | None]


def _box(style: Style) -> _Box:
    """Its left, top, right and bottom; None for what isn't said."""
    sides = {side: pixels(value) for side, value in _sides(style)}
    if all(sides[side] == 0 for side in ("top", "right", "bottom", "left")):
        return 0.0, 0.0, inf, inf
    left, top = sides["left"], sides["top"]
    width, height = (_extent(style.get(name, "")) for name in ("width", "height"))
    right = None if left is None or width is None else left + width
    return left, top, right, None if top is None or height is None else top + height


def _extent(value: str) -> float | None:
    return inf if value in ("100%", "100vw", "100vh") else pixels(value)


def _holds(outer: _Box, inner: _Box) -> bool:
    if outer == (0.0, 0.0, inf, inf):
        return True
    begins = all(a is not None and b is not None and a <= b for a, b in zip(outer[:2], inner[:2], strict=True))
    (right, bottom), (end, foot) = outer[2:], inner[2:]
    wide = right is not None and (right >= end if end is not None else right == inf)
    return begins and wide and bottom is not None and (foot is None or bottom >= foot)
