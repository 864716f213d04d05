"""Why a visitor can't see an element, read from its style: the name of a rule, or ""."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from math import inf

from classifiers.colours import Colour, colour, is_alike, is_opaque, is_transparent
from classifiers.late import late
from classifiers.lengths import SHARE, degrees, pixels, share

Style = Mapping[str, str]
_FAR = 500.0
_OUT = 1.3  # times that share, for what is laid beside the window
_FAR_FIXED = 200.0  # nobody can scroll there
_FAR_BEYOND = late(r"(?:1[5-9]\d|[2-9]\d\d|\d{4,})(?:%|d?v[wh])")  # of what is around
_WHOLE = late(r"1\d\d(?:%|d?v[wh])")  # of the window
_FAR_AHEAD = 3000.0
_FAR_BELOW = 9000.0  # long pages end somewhere
_FAINT = 0.1  # of an opacity
_SIDES_BY = ((), (0, 0, 0, 0), (0, 1, 0, 1), (0, 1, 2, 1), (0, 1, 2, 3))  # how many values stand for four sides
_THIN = 1.5
_LOW = 10.0  # no line can be read in it
_LOW_BOX = 100.0  # what is that low shows few lines
_MOVED = late(r"(?:translate|translatex|translatey|translate3d)\(([^()]*|[^()]*\([^()]*\)[^()]*)\)")
_NOTHING = r"\s*(?:0+(?:\.0\d*)?%?|\.0\d*)\s*[,)]"
_SHRUNK = late(rf"(?:scale|scalex|scaley|scale3d|matrix|matrix3d)\({_NOTHING}|scale(?:3d)?\([^(),]*,{_NOTHING}")
_SHRUNK_ALONE = late(r"(?:^|\s)(?:0+(?:\.0\d*)?%?|\.0\d*)(?:\s|$)")
_TURNED = late(r"(?:rotate|skew)[xy]?(3d)?\(([^()]{1,60})\)")
_DEPTH = late(r"perspective\(([^()]{1,30})\)\s*translatez\(([^()]{1,30})\)")
_APART = late(r"[\s,]+(?![^(]*\))")  # outside of brackets
_MATRIX = late(r"matrix\([^()]*,([^(),]+),([^(),]+)\)")
_UPRIGHT = late(r"[xy]\s+[+-]?90deg|[+-]?90deg\s+[xy]")
_SHAPE = late(r"(inset|circle|ellipse|polygon|rect|xywh|path)\(\s*([^()]{0,500})\)")
_FIGURE = late(r"[+-]?(?:\d+\.?\d*|\.\d+)")
_BLURRED = late(r"blur\(([^()]{1,60})\)")
_BLUR = 20.0  # pixels in which every letter is lost
_NO_CONTRAST = late(r"contrast\(\s*0*\.?0*%?\s*\)")
_STOP = late(r"#[0-9a-f]{3,8}|[a-z]{3,20}(?:\([^()]{1,60}\))?")
_OPACITY = late(r"(?:opacity\(\s*|opacity\s*=\s*)(\d*\.?\d+)(%?)")
_FONT = late(r"(?:^|\s)(\d[\d.]*(?:px|pt|em|rem|%)?)(?:\s*/|\s)")
_WORD = late(r"[\w-]+\([^()]*\)|[^\s()]+")
_CUT = ("hidden", "clip", "auto", "scroll")  # of overflow


def closed(style: Style) -> str:
    """Why an element and all in it can't be seen."""
    for rule, test in _CLOSED.items():
        if test(style):
            return rule
    return ""


def _is_none(style: Style) -> bool:
    if style.get("display") == "none" or style.get("content-visibility") == "hidden":
        return True
    return is_faint(style.get("zoom", ""))


def is_faint(value: str) -> bool:
    """Whether a number or a share is next to nothing."""
    part = share(value)
    return part is not None and part <= _FAINT


def _is_moved_off(style: Style) -> bool:
    place = style.get("position", "")
    if place in ("absolute", "fixed", "relative", "sticky") and any(
        _is_out(side, value, place == "fixed") for side, value in _sides(style)
    ):
        return True
    margins = style.get("margin", "").split()
    sides = [style.get("margin-left", ""), style.get("margin-top", ""), *margins[:1], *margins[3:4]]
    ahead = max(pixels(style.get(name, "")) or 0.0 for name in ("margin-left", "padding-left"))
    return _least([*sides, style.get("letter-spacing", "")]) <= -_FAR or ahead >= _FAR_AHEAD


def _is_out(side: str, value: str, fixed: bool) -> bool:
    place = (pixels(value) or 0.0) * (_OUT if value.endswith("%") else 1.0)
    ahead = _FAR_AHEAD if side in ("left", "right") else _FAR_BELOW
    if fixed and (place <= -_FAR_FIXED or _WHOLE.fullmatch(value)):
        return True
    if _FAR_BEYOND.match(value):
        return True
    return place <= -_FAR or place >= ahead


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
    high = height(style)
    return any(_is_thin(style.get(name, "")) for name in ("width", "max-width", "line-height")) or (
        high <= max(_LOW, (pixels(style.get("padding-top", "")) or 0.0) if "box-sizing" in style else 0.0)
    )


def height(style: Style) -> float:
    """How high it is at most."""
    return min(
        (size for name in ("height", "max-height") if (size := pixels(style.get(name, ""))) is not None), default=inf
    )


def cut_at(style: Style) -> float:
    """Below which height a low element cuts off what it holds, without a way to get there."""
    cuts = any(style.get(name, "").startswith(("hidden", "clip")) for name in ("overflow", "overflow-y"))
    high = height(style) if cuts else inf
    return high if high <= _LOW_BOX else inf


def pushed(style: Style) -> float:
    """How far below its place it begins."""
    margin = style.get("margin-top") or (style.get("margin", "").split() or [""])[0]
    places = [margin, style.get("padding-top", "")]
    if style.get("position") in ("absolute", "relative"):
        places.append(style.get("top", ""))
    return sum(pixels(each) or 0.0 for each in places)


def _is_faint(style: Style) -> bool:
    if is_faint(style.get("opacity", "")) or "blank" in style.get("font-family", ""):
        return True
    effect = style.get("filter", "")
    return (bool(effect) and _is_filtered(effect)) or _is_masked(style)


def is_disguised(style: Style) -> bool:
    """Whether a link looks and behaves like the text around it."""
    plain = "none" in (style.get("text-decoration"), style.get("text-decoration-line"))
    dead = style.get("cursor") in ("text", "default", "auto") or style.get("pointer-events") == "none"
    return plain and dead and style.get("color") in ("inherit", "currentcolor", "#000", "#333", "#333333", "black")


def _is_filtered(effect: str) -> bool:
    by_filter, blurred = _OPACITY.search(effect), _BLURRED.search(effect)
    faded = float(by_filter[1]) / (100 if by_filter[2] else 1) if by_filter else 1.0
    return (
        faded <= _FAINT
        or (blurred is not None and (pixels(blurred[1]) or 0.0) >= _BLUR)
        or _NO_CONTRAST.search(effect) is not None
    )


def _is_masked(style: Style) -> bool:
    mask = style.get("mask-image") or style.get("mask", "")
    if not mask:
        return False
    stops = stops_of(mask)
    return (bool(stops) and all(map(is_transparent, stops))) or _is_nothing(
        style.get("mask-size", "") or mask.rpartition(")")[2].partition("/")[2]
    )


def stops_of(image: str) -> list[str]:
    """The colours of a gradient; none where one is not known."""
    found = _STOP.findall(image.partition("gradient(")[2])
    known = [each for each in found if colour(each) is not None or is_transparent(each)]
    return known if all(each in known for each in found if "(" in each) else []


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
        return max(top + bottom, left + right) >= (100 * SHARE if shares else _FAR_AHEAD)
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
    places = [*(_APART.split(moved[1].strip()) if moved else ()), *(matrix.groups() if matrix else ())]
    far = any(abs(pixels(each) or 0.0) >= _FAR for each in (*places, *style.get("translate", "").split()))
    return (
        far
        or bool(_SHRUNK.search(change) or any(map(_is_edge, _TURNED.finditer(change))) or _is_behind(change))
        or _SHRUNK_ALONE.search(style.get("scale", "")) is not None
        or _UPRIGHT.search(style.get("rotate", "")) is not None
    )


def _is_edge(turn: re.Match[str]) -> bool:
    """Whether it is turned so that only its edge can be seen, or drawn out without end."""
    parts = turn[2].split(",")
    flat = turn[0].startswith("rotate(") or (turn[1] is not None and len(parts) == 4 and pixels(parts[2]) != 0)
    angle = degrees(parts[-1])
    return not flat and angle is not None and abs(angle % 180 - 90) < 0.5


def _is_behind(change: str) -> bool:
    """Whether it is moved behind the eye."""
    depth = _DEPTH.search(change)
    return depth is not None and (pixels(depth[2]) or 0.0) >= (pixels(depth[1]) or inf)


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
        return (pixels(value) or 0.0) / SHARE * 0.16
    return pixels(value)


def is_tiny(size: float) -> bool:
    return size <= 2.0


def is_indented(style: Style) -> bool:
    indent = abs(pixels(style.get("text-indent", "")) or 0.0)
    cut = style.get("white-space") == "nowrap" and style.get("overflow", "").startswith(_CUT)
    return indent >= _FAR or (cut and "%" in style["text-indent"] and indent >= 100 * SHARE)


def background(style: Style) -> tuple[bool, Colour | None]:
    """Whether it has one of its own, and its colour; None where an image or something unknown lies there."""
    value = style.get("background-color") or style.get("background", "")
    image = style.get("background-image", "none")
    if "gradient(" in (image + value) and "url(" not in (image + value):
        stops = [colour(each) for each in stops_of(image if "gradient(" in image else value)]
        first = stops[0] if stops else None
        alike = first is not None and all(each is not None and is_alike(each, first) for each in stops)
        return True, first if alike else None
    if image != "none" or "url(" in value or "gradient" in value:
        return True, None
    found = next((painted for each in _WORD.findall(value) if (painted := colour(each))), None)
    return bool(value) and value not in ("none", "transparent", "inherit", "initial"), found or colour(value)


def is_thin_box(value: str | None) -> bool:
    size = pixels(value or "")
    return size is not None and size <= 2.0


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


def is_all_around(style: Style) -> bool:
    """Whether it reaches from edge to edge on all sides."""
    return all(value != "" and pixels(value) == 0 for _, value in _sides(style))


_Box = tuple[float | None, float | None, float | None, float | None]


def _box(style: Style) -> _Box:
    """Its left, top, right and bottom; None for what isn't said."""
    if is_all_around(style):
        return 0.0, 0.0, inf, inf
    sides = {side: pixels(value) for side, value in _sides(style)}
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
