"""One walk over a page: the blocks a visitor can't see, what stands in them, and what else may carry links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from selectolax.lexbor import LexborHTMLParser, LexborNode

from classifiers import hiding, lures, presenting, scripts
from classifiers.blocks import Block, Link, Low, State, by_inheritance, inherited
from classifiers.elements import (
    HIDING,
    element_beside,
    holds_only,
    is_bare,
    is_named,
    is_on_picture,
    is_one_of_several,
    is_over_all,
    is_unslotted,
    rule_of,
    stands_in_text,
)
from classifiers.enacted import NAMING, Enacted
from classifiers.heads import Head
from classifiers.late import late
from classifiers.selectors import Face, beside, face_of
from classifiers.styles import Sheet
from classifiers.unpacking import data_of, first, unescaped

_NO_PROGRAM = ("template", "json", "html", "x-", "text/plain", "ng-", "handlebars", "mustache")
_LOOKED_AT = frozenset("noscript marquee x-template details dialog summary canvas video audio datalist".split())
_HOLDERS = frozenset({"div", "span", "p", "ul", "ol", "dl", "font", "center", "marquee", "section", "table"})
_FRAMES = {"iframe": "src", "frame": "src", "embed": "src", "object": "data"}  # what another page stands in
_SCRIPT_DATA = ("text/javascript", "application/javascript", "application/x-javascript", "text/ecmascript")
_RAW = frozenset({"noembed", "noframes", "xmp", "plaintext", "iframe"})
_NOT_TEXT = frozenset({"style", "script", "textarea", "select", "option", "button", "title", "head", "x-template"})
_ON_DEMAND = (
    "role",
    "tabindex",
    "aria-",
    "v-",
    "ng-",
    "x-",
    ":",
    "@",
    "wx:",
    "data-bind",
    "data-aos",
    "data-anim",
    "data-scroll",
)  # attributes
_FORM = frozenset({"input", "textarea", "select", "button", "form", "option"})
_SEEN_THROUGH = ("clipped", "covered", "same_colour", "tiny_font")  # ways of hiding that nothing opens
_AROUND = 2  # elements above whose names a script may say
_SCRIPTS = 4000  # of a page that are read
_BLOCKS = 5000  # that are told apart
_CALLS = 200  # code points of what a page does when it is there, which is read with each of its scripts
_LONGEST_DATA = 20_000  # code points of a description, or a page, inside the page
_CONTENT = late(r"content\s*:\s*[\"']([^\"']{4,500})[\"']", re.IGNORECASE)  # words that a style sheet writes
_TOLD = ("alt", "title", "aria-label")  # attributes that nobody sees at once
_SHORT_TEXT = 3  # code points that advertise nothing
_LAID = ("absolute", "fixed")  # positions that lie over others
_SHAPES = "rect, image, img, path, circle, ellipse, polygon, use"  # which the words of a drawing may lie on
_NEAR = 3  # elements behind one that may lie over it


class Walk:
    """What was found on a page."""

    def __init__(self, tree: LexborHTMLParser, *, drawn: bool = False) -> None:
        self.tree = tree
        self.drawn = drawn  # it is a drawing
        self.sheet = Sheet()
        self.head = Head(tree, self.sheet)
        self.blocks: list[Block] = []
        self.shown: list[Link] = []
        self.bare: list[Link] = []  # links without anything to click on
        self.unread: set[int] = set()  # links whose words are hidden
        self.frames: list[Link] = []
        self.comments: list[tuple[str, LexborNode]] = []
        self.enacted = Enacted(tree, self.sheet)
        self.programs = self.enacted.programs
        self.loaded: list[Link] = []  # scripts of others
        self.forms: list[Link] = []
        self.held: list[tuple[str, LexborNode]] = []  # texts in attributes that nobody sees at once
        self.inner: list[tuple[str, LexborNode, bool]] = []  # pages inside, and whether they are hidden
        self.shadowed = tree.css_first("x-template[shadowrootmode]") is not None
        self.words = Block("", tree.root or tree.body)  # type: ignore[arg-type]
        self._written: Block | None = None
        self._written_tag = ""
        self._faces: list[Face] = []
        self._read_scripts()
        self._go()

    def _read_scripts(self) -> None:
        onload = "".join(f"\n{(node.attributes['onload'] or '')[:_CALLS]};" for node in self.tree.css("body[onload]"))
        for node in self.tree.css("script")[:_SCRIPTS]:
            kind = (node.attributes.get("type") or "").lower()
            runs = not any(each in kind for each in _NO_PROGRAM) or kind == "application/x-javascript"
            url = node.attributes.get("src") or ""
            if url:
                self.loaded.append(Link(url, "", node))
            if not (text := node.text() or data_of(url, _SCRIPT_DATA)):
                continue
            if runs:
                self.enacted.take(text + onload, node)
            elif "<a" in text:
                self.comments.append((text[:_LONGEST_DATA], node))
            elif "ld+json" in kind:
                self.head.described.append((unescaped(text[:_LONGEST_DATA]), node))

    def _go(self) -> None:
        root = self.tree.root
        on_shapes = self.drawn and self.tree.css_first(_SHAPES) is not None
        state = State(ground=None) if on_shapes else State()
        stack: list[tuple[LexborNode, State]] = [(root, state)] if root else []
        for near in _all_beside(root):
            if near.is_comment_node and root is not None and "<a" in (text := near.comment_content or "").lower():
                self.comments.append((text, root))
        self._faces = [face_of(root)] if root else []
        node = root.child if root else None
        while stack:
            if node is None:
                parent, _ = stack.pop()
                node = parent.next if stack else None
                self._faces.pop()
                continue
            state = stack[-1][1]
            if node.is_element_node:
                inner = self._enter(node, state)
                stack.append((node, inner))
                node = node.child
                continue
            self._leaf(node, stack[-1][0], state)
            node = node.next

    def _leaf(self, node: LexborNode, parent: LexborNode, state: State) -> None:
        if node.is_comment_node:
            if "<a" in (text := node.comment_content or "").lower():
                self.comments.append((text, parent))
        else:
            text, tag = node.text_content or "", parent.tag or ""
            if state.low is not None and not state.low.past and text.strip():
                state.low.breaks = 0
            hidden_code = tag == "textarea" and state.block is not None
            if (tag in _RAW or hidden_code) and "<a" in text.lower():
                self.comments.append((text, parent))
            elif tag == "title":
                self.head.described.append((text, parent))
            elif tag not in _NOT_TEXT or (tag == "option" and state.block is not None):
                (self._block(state) or self.words).add(text)

    def _block(self, state: State) -> Block | None:
        return state.block or (state.low.block if state.low is not None else None) or self._written

    def _enter(self, node: LexborNode, state: State) -> State:
        tag, attributes = node.tag or "", node.attributes
        face = face_of(node)
        if state.low is not None:
            self._sink(state.low, node, face)
        if not (
            attributes or self.drawn or self.sheet.knows or self.enacted.given or tag in _LOOKED_AT or tag == "script"
        ):
            self._faces.append(face)
            return state
        style = self._style(node, face)
        if tag == "summary" and state.block is not None and state.block.rule == "folded":
            state = replace(state, block=None, shut=False)
        if self.shadowed and not state.shut and is_unslotted(node):
            state = replace(state, block=self._hidden("not_displayed", node, face, style), shut=True)
        if tag == "a" and style and hiding.is_disguised(style):
            self.unread.add(node.mem_id)
        looked_at = style or tag in _LOOKED_AT or "popover" in attributes or not HIDING.isdisjoint(face.classes)
        if looked_at and not state.shut:
            state = self._inside(node, face, style, state)
        self._faces.append(face)
        for name, value in attributes.items():
            if value and len(value) > _SHORT_TEXT and (name in _TOLD or name.startswith("data-")):
                self.held.append((value, node))
            if value and (name.startswith(("on", "data-", "aria-controls")) or name in NAMING or value[0] == "#"):
                self.enacted.open(name, value, node)
        self._collect(node, tag, attributes, state)
        return state

    def _sink(self, low: Low, node: LexborNode, face: Face) -> None:
        """One more element in a low one: a line that is left empty, or what stands below such."""
        if face.tag == "br":
            low.breaks += 1
        elif low.past and low.block is None:
            low.block = self._hidden("zero_size", node, face, {})

    def _style(self, node: LexborNode, face: Face) -> dict[str, str]:
        """What applies to an element by style sheets, scripts and attributes."""
        inline = face.attributes.get("style") or ""
        if self.enacted.given and (given := self.enacted.given.get(node.mem_id)):
            inline = f"{inline};{given}"
        style = self.sheet.style(face, self._faces, inline, node)
        if face.attributes and (old := presenting.from_attributes(face.tag, face.attributes)):
            style = {**old, **style}
        if self.drawn:
            style = presenting.painted({**presenting.from_drawing(face.tag, face.attributes), **style})
        return style

    def _inside(self, node: LexborNode, face: Face, style: Mapping[str, str], state: State) -> State:
        rule = (
            rule_of(face, style)
            or self._covered(node, style)
            or ("zero_size" if state.low is not None and hiding.pushed(style) >= state.low.height else "")
        )
        if rule and face.tag not in ("html", "body", "head", "script", "style"):
            block = self._hidden(rule, node, face, style)
            return replace(state, block=block, shut=True)
        inner = inherited(style, state)
        if style.get("position") in _LAID and not hiding.background(style)[0] and is_on_picture(node):
            inner = replace(inner, ground=None)
        rule = by_inheritance(inner)
        if not rule:
            return replace(inner, block=None)
        if state.block is not None and state.block.rule == rule:
            return replace(inner, block=state.block)
        block = self._hidden(rule, node, face, style)
        told = inner.painted or not self.head.external or stands_in_text(node)
        block.sure = rule != "same_colour" or told
        return replace(inner, block=block)

    def _hidden(self, rule: str, node: LexborNode, face: Face, style: Mapping[str, str]) -> Block:
        if len(self.blocks) >= _BLOCKS:
            return self.blocks[-1]
        faces = [face, *reversed(self._faces[-_AROUND:])]
        names = " ".join(f"{each.id} {' '.join(each.classes)}" for each in faces[:2])  # its own and that around it
        opened = self._comes_back(node, face, style)
        named = rule not in _SEEN_THROUGH and lures.opens_on_demand(names)
        on_demand = (
            face.tag == "nav"
            or rule == "hidden_class"
            or (rule == "folded" and (face.tag != "details" or is_named(node)))
            or (rule == "template" and bool(face.attributes or self.programs or self.loaded))
            or named
            or not {"transition", "animation"}.isdisjoint(style)
            or hiding.background(style) == (True, None)  # an image stands for the words
            or any(name.startswith(_ON_DEMAND) and name != "aria-hidden" for name in face.attributes)
            or opened
            or is_one_of_several(node, face, rule)
        )
        if (before := element_beside(node.prev, "prev")) is not None:  # what is clicked stands before what opens
            faces.append(face_of(before))
        known = frozenset(name for each in faces for name in (each.id, *each.classes) if name)
        block = Block(rule, node, on_demand, known, opened)
        if (around := node.parent) is not None and around.tag == "a":
            self._within(block, Link(around.attributes.get("href") or "", "", around), node)
        self.blocks.append(block)
        return block

    def _within(self, block: Block, link: Link, node: LexborNode) -> None:
        """What is hidden of a link itself: so much of it that it can't be read, or all there is to be clicked on."""
        if self.drawn or block.rule in ("same_colour", "tiny_font"):
            block.links.append(link)
        elif holds_only(link.node, node):
            self.bare.append(link)
            self.unread.add(link.node.mem_id)

    def _covered(self, node: LexborNode, style: Mapping[str, str]) -> str:
        """Why what stands behind it lies over it: it has the same place, or is drawn up onto it."""
        if style.get("position") not in _LAID and "height" not in style:
            return ""
        for near, _ in zip(beside(node, "next"), range(_NEAR), strict=False):
            other = self.sheet.style(face_of(near), self._faces, near.attributes.get("style") or "", near)
            if hiding.lies_over(other, style):
                return "covered"
        return ""

    def _comes_back(self, node: LexborNode, face: Face, style: Mapping[str, str]) -> bool:
        if self.sheet.exhausted:
            return True
        for other in self.sheet.revealed(face, self._faces, node):
            if any(other.get(name, value) != value and not hiding.closed(other) for name, value in style.items()):
                return True
        return False

    def _collect(self, node: LexborNode, tag: str, attributes: Mapping[str, str | None], state: State) -> None:
        block = self._block(state)
        if tag in ("a", "area") and (url := attributes.get("href") or attributes.get("xlink:href")):
            self._link(Link(url, node.text() or "" if tag == "a" else "", node), attributes, block)
        elif tag in _FRAMES and (url := attributes.get(_FRAMES[tag]) or attributes.get("srcdoc")):
            self._frame(Link(url, "", node), attributes, block)
        elif tag == "script":
            self._writes(node)
        elif tag == "style":
            self.held += [(match[1], node) for match in first(_CONTENT, node.text() or "")]
        elif tag in _FORM or block is not None:
            self._field(node, tag, attributes, block)

    def _link(self, link: Link, attributes: Mapping[str, str | None], block: Block | None) -> None:
        (self.shown if block is None else block.links).append(link)
        if block is not None:
            return
        if (
            is_bare(link.node, link.text) if link.node.tag == "a" else presenting.is_spot(attributes)
        ) or link.node.mem_id in self.unread:
            self.bare.append(link)
        elif "style" in attributes and is_over_all(link.node, _at_top(link.node)):
            self.frames.append(link)

    def _field(self, node: LexborNode, tag: str, attributes: Mapping[str, str | None], block: Block | None) -> None:
        if tag == "form":
            self.forms.append(Link(attributes.get("action") or "", "", node))
        elif tag == "input":
            self.held.append((attributes.get("value") or "", node))
        elif tag == "option":
            self.held.append((node.text() or "", node))
        if block is None:
            return
        block.fields = block.fields or (tag in _FORM and tag != "option")
        if tag == "option":
            block.links.append(Link(attributes.get("value") or "", "", node))
        elif tag == "img":
            block.add(f" {attributes.get('alt') or ''} ")

    def _frame(self, link: Link, attributes: Mapping[str, str | None], block: Block | None) -> None:
        thin = any(hiding.is_thin_box(attributes.get(name)) for name in ("width", "height"))
        if link.url[:11].lower() == "javascript:":
            self.enacted.take(link.url[11:], link.node)
        html = attributes.get("srcdoc") or data_of(link.url, ("text/html",))
        if html:
            self.inner.append((html[:_LONGEST_DATA], link.node, thin or block is not None))
        elif block is not None:
            block.frames.append(link)
        elif thin or is_over_all(link.node, _at_top(link.node)):
            self.frames.append(link)

    def _writes(self, node: LexborNode) -> None:
        """Scripts that write the beginning and the end of an element around what stands between them."""
        text = node.text() or ""
        if "document.write" not in text or len(text) > 2000 or len(self.programs) >= _SCRIPTS:
            return
        for html in scripts.read(text).written():
            lowered, element = html.lower(), LexborHTMLParser(html).css_first("body > *")
            if self._written is not None and f"</{self._written_tag}" in lowered:
                self._written = None
            elif element is not None and (tag := element.tag or "") in _HOLDERS and f"</{tag}" not in lowered:
                face = face_of(element)
                style = self.sheet.style(face, (), face.attributes.get("style") or "")
                if rule := rule_of(face, {**presenting.from_attributes(tag, face.attributes), **style}):
                    self._written, self._written_tag = Block(rule, node), tag
                    self.blocks.append(self._written)

    def all_links(self) -> Iterator[Link]:
        """Those that can be seen, and those that can't."""
        yield from self.shown
        for block in self.blocks:
            yield from block.links

    def judged(self) -> Iterator[Block]:
        """The hidden blocks, with what scripts open marked."""
        alive = bool(self.loaded) or self.enacted.alive
        for block in self.blocks:
            named = block.names | {name.rstrip("0123456789") for name in block.names}  # scripts count through them
            asked = not named.isdisjoint(self.enacted.opened)
            block.on_demand = block.on_demand or asked
            block.opened = block.opened or asked or alive
            yield block


def _at_top(node: LexborNode) -> tuple[str, ...]:
    """The positions that an element may lie over the whole page by."""
    return _LAID if node.parent is not None and node.parent.tag == "body" else ("fixed",)


def _all_beside(root: LexborNode | None) -> Iterator[LexborNode]:
    """What stands before and behind the page itself."""
    for way in ("prev", "next"):
        near = getattr(root, way, None)
        while near is not None:
            yield near
            near = getattr(near, way)
