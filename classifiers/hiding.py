"""Why a visitor can't see an element, read from its style and attributes: the name of a rule, or ""."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from classifiers.late import late

Style = Mapping[str, str]
Colour = tuple[int, int, int]

_LENGTH = late(r"\s*(?:calc\(\s*)?([+-]?(?:\d+\.?\d*|\.\d+))(%|[a-z]*)")
_PIXELS = {"em": 16.0, "rem": 16.0, "ex": 8.0, "ch": 8.0, "pt": 1.34, "pc": 16.0, "in": 96.0, "cm": 38.0, "mm": 3.8}
_SHARE = 4.0  # pixels of a hundredth of the window: what is moved by the whole of it is a drawer
_FAR = 500.0
_FAR_AHEAD = 3000.0
_THIN = 1.5
_MOVED = late(r"(?:translate|translatex|translatey|translate3d)\(([^)]*)\)")
_SHRUNK = late(r"(?:scale|scalex|scaley|scale3d|matrix)\(\s*(?:0+(?:\.0\d*)?|\.0\d*)\s*[,)]")
_TURNED = late(r"rotate[xy]\(\s*[+-]?90deg\s*\)")
_CLIPPED = late(
    r"inset\(\s*(?:100|[5-9]\d)%\s*\)|circle\(\s*0|ellipse\(\s*0|polygon\(\s*0(?:px|%)?\s+0(?:px|%)?\s*(?:,\s*0(?:px|%)?\s+0(?:px|%)?\s*)*+\)"
)
_OPACITY = late(r"(?:opacity\(\s*|opacity\s*=\s*)(\d*\.?\d+)")
_FONT = late(r"(?:^|\s)(\d[\d.]*(?:px|pt|em|rem|%)?)(?:\s*/|\s)")
_HEX = late(r"#?([0-9a-f]{6}|[0-9a-f]{3,4})(?:[0-9a-f]{2})?")
_NUMBERS = late(r"rgba?\(\s*(\d+)\s*[, ]\s*(\d+)\s*[, ]\s*(\d+)\s*(?:[,/]\s*([\d.]+%?)\s*)?\)")
_NAMED = {
    "white": "ffffff", "black": "000000", "red": "ff0000", "blue": "0000ff", "green": "008000", "yellow": "ffff00",
    "gray": "808080", "grey": "808080", "silver": "c0c0c0", "whitesmoke": "f5f5f5", "snow": "fffafa", "navy": "000080",
    "ivory": "fffff0", "maroon": "800000", "orange": "ffa500", "ghostwhite": "f8f8ff", "lightgray": "d3d3d3",
    "lightgrey": "d3d3d3", "floralwhite": "fffaf0", "teal": "008080", "gainsboro": "dcdcdc", "darkblue": "00008b",
}  # fmt: skip
_CUT = ("hidden", "clip", "auto", "scroll")  # of overflow
_CLOSE = 12  # of 255, the difference of colours that nobody sees


def pixels(value: str) -> float | None:
    """A length in pixels; None for what is none."""
    found = _LENGTH.match(value)
    if found is None:
        return None
    unit = found[2]
    each = _SHARE if unit in ("%", "vw", "vh", "vmin", "vmax") else _PIXELS.get(unit, 1.0)
    return float(found[1]) * each


def closed(style: Style) -> str:
    """Why an element and all in it can't be seen."""
    for rule, test in _CLOSED.items():
        if test(style):
            return rule
    return ""


def _is_none(style: Style) -> bool:
    return style.get("display") == "none" or style.get("content-visibility") == "hidden" or style.get("zoom") == "0"


def _is_moved_off(style: Style) -> bool:
    if style.get("position") in ("absolute", "fixed", "relative", "sticky"):
        for side in ("left", "top", "right", "bottom"):
            place = pixels(style.get(side, "")) or 0.0
            if place <= -_FAR or (place >= _FAR_AHEAD and side in ("left", "right")):
                return True
    margins = style.get("margin", "").split()
    sides = [style.get("margin-left", ""), style.get("margin-top", ""), *margins[:1], *margins[3:4]]
    return _least(sides) <= -_FAR


def _least(values: Iterable[str]) -> float:
    return min((pixels(each) or 0.0 for each in values), default=0.0)


def _is_thin(value: str) -> bool:
    size = pixels(value)
    return size is not None and size <= _THIN


def _is_empty(style: Style) -> bool:
    if not any(style.get(name, "").startswith(_CUT) for name in ("overflow", "overflow-x", "overflow-y")):
        return False
    return any(_is_thin(style.get(name, "")) for name in ("height", "width", "max-height", "max-width", "line-height"))


def _is_faint(style: Style) -> bool:
    seen = pixels(style.get("opacity", ""))
    by_filter = _OPACITY.search(style.get("filter", ""))
    return (seen is not None and seen <= 0.05) or (by_filter is not None and float(by_filter[1]) <= 0.05)


def _is_clipped(style: Style) -> bool:
    if _CLIPPED.search(style.get("clip-path", "")):
        return True
    clip = style.get("clip", "")
    if not clip.startswith("rect") or style.get("position") not in ("absolute", "fixed"):
        return False
    sides = [pixels(each) for each in clip[5:].rstrip(") ").replace(",", " ").split()]
    top, right, bottom, left = [*(each or 0.0 for each in sides), 0.0, 0.0, 0.0, 0.0][:4]
    return right - left <= _THIN or bottom - top <= _THIN


def _is_transformed(style: Style) -> bool:
    change = style.get("transform", "")
    moved = _MOVED.search(change)
    far = moved is not None and any(abs(pixels(each) or 0.0) >= _FAR for each in moved[1].split(","))
    return far or bool(_SHRUNK.search(change) or _TURNED.search(change))


def _is_under(style: Style) -> bool:
    return style.get("z-index", "").startswith("-") and style.get("position") in ("absolute", "fixed")


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
    return abs(pixels(style.get("text-indent", "")) or 0.0) >= _FAR


def colour(value: str) -> Colour | None:
    """Its parts; None for what can't be said (and for what is transparent)."""
    value = value.strip().lower()
    digits = _HEX.fullmatch(_NAMED.get(value, value))
    if digits:
        short = digits[1] if len(digits[1]) == 6 else "".join(2 * each for each in digits[1][:3])
        return int(short[:2], 16), int(short[2:4], 16), int(short[4:], 16)
    numbers = _NUMBERS.fullmatch(value)
    if numbers is None or is_transparent(value):
        return None
    return int(numbers[1][:3]), int(numbers[2][:3]), int(numbers[3][:3])


def is_transparent(value: str) -> bool:
    numbers = _NUMBERS.fullmatch(value)
    return value == "transparent" or (numbers is not None and numbers[4] in ("0", "0.0", ".0", "0%", "0.00"))


def is_alike(one: Colour, other: Colour) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) <= _CLOSE


def background(style: Style) -> tuple[bool, Colour | None]:
    """Whether it has one of its own, and its colour; None where an image or something unknown lies there."""
    value = style.get("background-color") or style.get("background", "")
    image = style.get("background-image", "none") != "none" or "url(" in value or "gradient" in value
    if image:
        return True, None
    found = [colour(each) for each in value.split() if colour(each)] or [colour(value)]
    return (bool(value) and value not in ("none", "transparent", "inherit", "initial"), found[0])


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
    if tag == "iframe":
        style["overflow"] = "hidden"
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
