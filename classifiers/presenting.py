"""What attributes say of how an element looks: old ones, those of drawings, marquees and image maps."""

from __future__ import annotations

from collections.abc import Mapping

from classifiers.hiding import Style, is_faint, is_thin_box
from classifiers.lengths import pixels

DRAWING = "x-drawing"  # an element with the size and style of an svg
_FRAMED = ("iframe", "object", "embed", DRAWING)
_SIZED = ("object", DRAWING)
_PRESENTED = ("fill", "fill-opacity", "opacity", "font-size", "display", "visibility", "transform")

_SPOT = 1.5  # pixels that nobody hits


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
    if tag in _FRAMED:
        style["overflow"] = "hidden"
    if tag in _SIZED:
        style |= {name: _old(attributes[name]) for name in ("width", "height") if name in attributes}
    return style


def from_drawing(tag: str, attributes: Mapping[str, str | None]) -> dict[str, str]:
    """What the attributes of a part of a drawing say, as style."""
    style = {name: _old(attributes[name]) for name in _PRESENTED if name in attributes}
    if tag in ("defs", "symbol", "clippath", "mask", "pattern", "foreignobject"):
        style |= {"overflow": "hidden"} if tag == "foreignobject" else {"display": "none"}
    if tag == "foreignobject":
        style |= {name: _old(attributes[name]) for name in ("width", "height") if name in attributes}
    if "x" in attributes or "y" in attributes:
        style |= {"position": "absolute", "left": _old(attributes.get("x")), "top": _old(attributes.get("y"))}
    return style


def painted(style: Style) -> dict[str, str]:
    """The style of a part of a drawing, with its colour where that of other elements stands."""
    said = style.get("fill", "")
    ink = "transparent" if said == "none" or is_faint(style.get("fill-opacity", "")) else said
    return {**style, "color": ink} if ink else dict(style)


def _old(value: str | None) -> str:
    return (value or "").strip().lower()


def by_marquee(attributes: Mapping[str, str | None], style: Style) -> str:
    """Why a marquee can't be seen: it has no size, or runs too fast."""
    sizes = (attributes.get("width"), attributes.get("height"), style.get("width"), style.get("height"))
    speed = pixels(attributes.get("scrollamount") or "") or 0.0
    return "marquee" if any(map(is_thin_box, sizes)) or speed >= 1000 else ""


def is_spot(attributes: Mapping[str, str | None]) -> bool:
    """Whether an area of an image map is too small to be clicked on."""
    places = [pixels(each) or 0.0 for each in (attributes.get("coords") or "").split(",")]
    if len(places) == 3:
        return places[2] <= _SPOT
    return len(places) >= 4 and any(max(line) - min(line) <= _SPOT for line in (places[::2], places[1::2]))
