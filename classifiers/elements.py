"""What single elements of a page are: hidden by their kind, one of several, bare links, pages of their own."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from selectolax.lexbor import LexborNode

from classifiers import hiding, presenting
from classifiers.late import late
from classifiers.selectors import Face, beside, face_of
from classifiers.styles import declarations

HIDING = frozenset(
    "hidden hide d-none invisible is-hidden layui-hide am-hide uk-hidden dn none".split()
)  # of frameworks
_ENTRIES = frozenset({"li", "dd", "td", "tr", "option"})
_DIGITS = late(r"\d+")
_DRAWN = ("background", "width", "height", "border", "padding", "block")  # styles that make something to click on
_PICTURES = frozenset({"img", "picture", "video", "canvas", "iframe", "embed", "object", "svg"})
_REPLACED = frozenset({"canvas", "video", "audio", "datalist"})  # what they hold is shown where they can't be
_WHOLE = ("100%", "100vw", "100vh")
_SENTENCE = 20  # letters
_NEAR = 3  # elements beside one that are looked at


def rule_of(face: Face, style: Mapping[str, str]) -> str:
    """Why an element and all in it can't be seen, by its style or by what it is; "" where it can."""
    by_marquee = face.tag == "marquee" and presenting.by_marquee(face.attributes, style)
    return (hiding.closed(style) if style else "") or by_marquee or _rule_of_tag(face)


def _rule_of_tag(face: Face) -> str:
    if face.tag in ("details", "dialog") or "popover" in face.attributes:
        return "" if "open" in face.attributes else "folded"
    if face.tag in _REPLACED:
        return "fallback"
    if not HIDING.isdisjoint(face.classes):
        return "hidden_class"
    if face.tag == "x-template" and "shadowrootmode" in face.attributes:
        return ""
    return {"noscript": "noscript", "x-template": "template"}.get(face.tag, "")


def is_unslotted(node: LexborNode) -> bool:
    """Whether it stands in an element that shows something else instead: a shadow root without a place for it."""
    first = node.parent.child if node.parent is not None else None
    if first is not None and not first.is_element_node:
        first = first.next
    shadow = first is not None and first.tag == "x-template" and "shadowrootmode" in first.attributes
    return shadow and first is not None and first.mem_id != node.mem_id and first.css_first("slot") is None


def is_one_of_several(node: LexborNode, face: Face, rule: str) -> bool:
    """Whether it stands beside another of its sort, or behind its name: entries of a list, slides, panels."""
    pattern = _DIGITS.sub("", face.id)
    if face.tag == "dd" and (name := element_beside(node.prev, "prev")) is not None and name.tag == "dt":
        return True
    for near in (element_beside(node.prev, "prev"), element_beside(node.next, "next")):
        if near is None or near.tag != face.tag:
            continue
        other = face_of(near)
        if pattern and pattern != face.id and pattern == _DIGITS.sub("", other.id):
            return True
        entry = (
            face.tag in _ENTRIES and rule == "not_displayed" and (face.tag != "td" or near.css_first("a") is not None)
        )
        if (face.classes or entry) and face.classes <= other.classes:
            return True
    return False


def is_named(node: LexborNode) -> bool:
    """Whether something stands there to be clicked on: browsers write a word where there is no summary at all."""
    child = node.child
    for _ in range(_NEAR):
        if child is None or child.tag == "summary":
            break
        child = child.next
    if child is None or child.tag != "summary":
        return True
    return any(map(str.isalnum, child.text() or "")) or child.css_first("img, svg, i") is not None


def stands_in_text(node: LexborNode) -> bool:
    """Whether it stands in a paragraph with other words, which can be read."""
    around = node.parent
    if around is None or around.tag != "p":
        return False
    return sum(map(str.isalnum, around.text(deep=False) or "")) >= _SENTENCE


def is_on_picture(node: LexborNode) -> bool:
    """Whether a picture stands beside it that may lie below it."""
    near = (each.tag for way in ("prev", "next") for each, _ in zip(beside(node, way), range(_NEAR), strict=False))
    return not _PICTURES.isdisjoint(near)


def is_over_all(node: LexborNode, positions: Collection[str] = ("fixed", "absolute")) -> bool:
    """Whether an element fills the whole window and lies over the page."""
    said = {name: value for name, value in node.attributes.items() if value is not None}
    style = {**said, **declarations(said.get("style", ""))}
    if style.get("position") not in positions:
        return False
    return hiding.is_all_around(style) or all(style.get(name) in _WHOLE for name in ("width", "height"))


def holds_only(link: LexborNode, node: LexborNode) -> bool:
    """Whether a link without a name holds nothing to be clicked on beside these words."""
    if not any(map(str.isalnum, node.text() or "")) or any(
        name not in ("href", "target", "rel") for name in link.attributes
    ):
        return False
    others = (each for way in ("prev", "next") for each in beside(node, way))
    return next(others, None) is None and not any(map(str.isalnum, link.text(deep=False) or ""))


def is_bare(node: LexborNode, text: str) -> bool:
    """A link in a text without anything that could be clicked, and without a name by which it could be drawn."""
    if any(name not in ("href", "target", "rel", "style", "title") for name in node.attributes):
        return False
    child = node.child
    while child is not None:
        if not child.is_text_node and not _is_pixel(child):
            return False
        child = child.next
    return not any(map(str.isalnum, text)) and not _is_drawn(node)


def _is_drawn(node: LexborNode) -> bool:
    return any(each in (node.attributes.get("style") or "") for each in _DRAWN)


def _is_pixel(node: LexborNode) -> bool:
    """An image too small to be seen, or to be clicked on."""
    return node.tag == "img" and any(hiding.is_thin_box(node.attributes.get(name)) for name in ("width", "height"))


def element_beside(near: LexborNode | None, way: str) -> LexborNode | None:
    """The neighbour, or what stands behind it where that is the white space between."""
    if near is None or near.is_element_node:
        return near
    return near.prev if way == "prev" else near.next
