"""One walk over a page: the blocks a visitor can't see, what stands in them, and what else may carry links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from selectolax.lexbor import LexborHTMLParser, LexborNode

from classifiers import changes, hiding, lures, scripts, unpacking
from classifiers.blocks import Block, Link, State, by_inheritance, inherited
from classifiers.selectors import Face, beside, face_of, keys_of
from classifiers.styles import Sheet, of_address

_NO_PROGRAM = ("template", "json", "html", "x-", "text/plain", "ng-", "handlebars", "mustache")
_LOOKED_AT = frozenset("noscript marquee x-template details summary canvas video audio datalist".split())
_HOLDERS = frozenset({"div", "span", "p", "ul", "ol", "dl", "font", "center", "marquee", "section", "table"})
_ENTRIES = frozenset({"li", "dd", "td", "tr", "option"})
_DIGITS = re.compile(r"\d+")
_FRAMES = {"iframe": "src", "frame": "src", "embed": "src", "object": "data"}  # what another page stands in
_RAW = frozenset({"noembed", "noframes", "xmp", "plaintext", "iframe"})
_NOT_TEXT = frozenset({"style", "script", "textarea", "select", "option", "button", "title", "head", "x-template"})
_ON_DEMAND = ("role", "tabindex", "aria-", "v-", "ng-", "x-", ":", "@", "wx:", "data-bind")  # attributes
_DRAWN = ("background", "width", "height", "border", "padding", "block")  # styles that make something to click on
_AROUND = 3  # elements above whose names say what a block is
_SCRIPTS = 4000  # of a page that are read
_LONGEST_DATA = 20_000  # code points of a description, or a page, inside the page
_DESCRIBES = frozenset("description keywords title name site_name abstract subject headline".split())
_URL = re.compile(r"^url\s*=", re.IGNORECASE)
_PLAIN = re.compile(r"[.#]?[\w-]+")
_TOLD = ("alt", "title", "aria-label")  # attributes that nobody sees at once
_PICTURES = frozenset({"img", "picture", "video", "canvas", "iframe", "embed", "object", "svg"})
_REPLACED = frozenset({"canvas", "video", "audio", "datalist"})  # what they hold is shown where they can't be
_HIDING = frozenset(
    "hidden hide d-none invisible is-hidden layui-hide am-hide uk-hidden dn none".split()
)  # of frameworks
_SHORT_TEXT = 3  # code points that advertise nothing
_LAID = ("absolute", "fixed")  # positions that lie over others
_NEAR = 3  # elements behind one that may lie over it


class Walk:
    """What was found on a page."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        self.tree = tree
        self.sheet = Sheet()
        self.blocks: list[Block] = []
        self.shown: list[Link] = []
        self.bare: list[Link] = []  # links without anything to click on
        self.frames: list[Link] = []
        self.comments: list[tuple[str, LexborNode]] = []
        self.heads: list[tuple[str, LexborNode]] = []  # title and what describes the page
        self.refreshes: list[tuple[str, LexborNode]] = []
        self.programs: list[tuple[scripts.Script, LexborNode]] = []
        self.opened: set[str] = set()  # names that scripts and links open
        self.own: list[str] = []  # addresses that the page calls its own
        self.base = ""  # from which it counts relative addresses
        self.loaded: list[Link] = []  # scripts of others
        self.forms: list[Link] = []
        self.held: list[tuple[str, LexborNode]] = []  # texts in attributes that nobody sees at once
        self.inner: list[tuple[str, LexborNode, bool]] = []  # pages inside, and whether they are hidden
        self._given: dict[int, str] = {}  # style that scripts give to single elements
        self.external = False  # it has style sheets that are not here
        self.words = Block("", tree.root or tree.body)  # type: ignore[arg-type]
        self._written: Block | None = None
        self._written_tag = ""
        self._faces: list[Face] = []
        self._read_head()
        self._read_scripts()
        self._go()

    def _read_head(self) -> None:
        links = self.tree.css("link[href]")
        sheets = [_css_of(node) for node in self.tree.css("style") if not _is_fallback(node)]
        sheets += [of_address(node.attributes["href"] or "") for node in links]
        for css in (*sheets, *(node.attributes["style"] or "" for node in self.tree.css("html[style], body[style]"))):
            self.sheet.name(css)
        for node in self.tree.css("body[link]"):
            self.sheet.read(f"a{{color:{node.attributes['link']}}}")
        for css in sheets:
            self.sheet.read(css)
        for node in links:
            relation, url = (node.attributes.get("rel") or "").lower(), node.attributes["href"] or ""
            self.external = self.external or ("stylesheet" in relation and not url.startswith("data:"))
            if relation == "canonical":
                self.own.append(url)
        for node in self.tree.css("base[href]"):
            self.base = self.base or node.attributes["href"] or ""
        self.own.append(self.base)
        for node in self.tree.css("meta[content]"):
            self._read_meta(node, node.attributes["content"] or "")

    def _read_meta(self, node: LexborNode, content: str) -> None:
        named = (node.attributes.get(each) for each in ("name", "property", "itemprop"))
        name = next(filter(None, named), "").lower()
        if name in ("og:url", "url", "siteurl", "sitedomain"):
            self.own.append("//" + content.rpartition("//")[2])
        elif (node.attributes.get("http-equiv") or "").lower() == "refresh":
            url = content.partition(";")[2].strip()
            self.refreshes.append((_URL.sub("", url, count=1).strip("'\" "), node))
        elif name.rpartition(":")[2].rpartition(".")[2] in _DESCRIBES:
            self.heads.append((content, node))

    def _read_scripts(self) -> None:
        for node in self.tree.css("script")[:_SCRIPTS]:
            kind = (node.attributes.get("type") or "").lower()
            runs = not any(each in kind for each in _NO_PROGRAM) or kind == "application/x-javascript"
            if url := node.attributes.get("src"):
                self.loaded.append(Link(url, "", node))
            if not (text := node.text() or ""):
                continue
            if runs:
                self._take_script(text, node)
            elif "<a" in text:
                self.comments.append((text[:_LONGEST_DATA], node))
            elif "ld+json" in kind:
                self.heads.append((text[:_LONGEST_DATA], node))

    def _take_script(self, text: str, node: LexborNode) -> None:
        script = scripts.read(text)
        if self.programs and self.programs[-1][0] is script:  # the same again and again
            return
        self.programs.append((script, node))
        self.opened |= script.shown()
        for change in changes.hides(script.plain):
            self._change(change, change.css)
        for change in changes.classes(script.plain):
            named = frozenset(change.classes)
            given = self.sheet.style(Face("", "", named, {}, keys_of("", "", named)), (), "")
            self._change(change, ";".join(map(":".join, given.items())))
        for css in script.styles():
            self.sheet.read(css)

    def _change(self, change: changes.Change, css: str) -> None:
        if change.place is None:
            self.sheet.hide(change.selector, css)
        elif _PLAIN.fullmatch(change.selector) and len(found := self.tree.css(change.selector)) > change.place:
            key = found[change.place].mem_id
            self._given[key] = f"{self._given.get(key, '')};{css}"

    def _go(self) -> None:
        root = self.tree.root
        stack: list[tuple[LexborNode, State]] = [(root, State())] if root else []
        for beside in _all_beside(root):
            if beside.is_comment_node and root is not None and "<a" in (text := beside.comment_content or "").lower():
                self.comments.append((text, root))
        node = root.child if root else None
        while stack:
            if node is None:
                parent, _ = stack.pop()
                node = parent.next if stack else None
                if self._faces:
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
            hidden_code = tag == "textarea" and state.block is not None
            if (tag in _RAW or hidden_code) and "<a" in text.lower():
                self.comments.append((text, parent))
            elif tag == "title":
                self.heads.append((text, parent))
            elif tag not in _NOT_TEXT or (tag == "option" and state.block is not None):
                (self._block(state) or self.words).add(text)

    def _block(self, state: State) -> Block | None:
        return state.block or self._written

    def _enter(self, node: LexborNode, state: State) -> State:
        tag, attributes = node.tag or "", node.attributes
        face = face_of(node)
        if not (attributes or self.sheet.knows or self._given or tag in _LOOKED_AT or tag == "script"):
            self._faces.append(face)
            return state
        inline = attributes.get("style") or ""
        if self._given and (given := self._given.get(node.mem_id)):
            inline = f"{inline};{given}"
        style = self.sheet.style(face, self._faces, inline, node)
        if tag == "summary" and state.block is not None and state.block.rule == "folded":
            state = replace(state, block=None, shut=False)
        if attributes and (old := hiding.from_attributes(tag, attributes)):
            style = {**old, **style}
        if not state.shut and (style or tag in _LOOKED_AT or not _HIDING.isdisjoint(face.classes)):
            state = self._inside(node, face, style, state)
        self._faces.append(face)
        for name, value in attributes.items():
            if value and name in _TOLD and len(value) > _SHORT_TEXT:
                self.held.append((value, node))
            if value and (name.startswith(("on", "data-", "aria-controls")) or name == "for" or value[0] == "#"):
                self._opens(name, value, node)
        self._collect(node, tag, attributes, state)
        return state

    def _opens(self, name: str, value: str, node: LexborNode) -> None:
        if not name.startswith("on"):
            self.opened.add(value[:64].lstrip("#."))
            return
        if name in ("onload", "onpageshow", "onerror") and len(value) < 20_000:
            self._take_script(value, node)
        self.opened |= {each[1] or each[2] for each in scripts.names(value)}

    def _inside(self, node: LexborNode, face: Face, style: Mapping[str, str], state: State) -> State:
        rule = _rule(face, style) or _rule_of_tag(face) or self._covered(node, style)
        if rule and face.tag not in ("html", "body", "head", "script", "style"):
            block = self._hidden(rule, node, face, style)
            return replace(state, block=block, shut=True)
        inner = inherited(style, state)
        if style.get("position") in _LAID and not hiding.background(style)[0] and _is_on_picture(node):
            inner = replace(inner, ground=None)
        rule = by_inheritance(inner)
        if not rule:
            return replace(inner, block=None)
        if state.block is not None and state.block.rule == rule:
            return replace(inner, block=state.block)
        block = self._hidden(rule, node, face, style)
        block.sure = rule != "same_colour" or inner.painted or not self.external
        return replace(inner, block=block)

    def _hidden(self, rule: str, node: LexborNode, face: Face, style: Mapping[str, str]) -> Block:
        faces = [face, *reversed(self._faces[-_AROUND:])]
        names = " ".join(f"{each.id} {' '.join(each.classes)}" for each in faces)
        on_demand = (
            face.tag in ("dialog", "nav")
            or rule == "hidden_class"
            or (rule == "folded" and _is_named(node))
            or (rule == "template" and bool(face.attributes or self.programs or self.loaded))
            or lures.opens_on_demand(names)
            or not {"transition", "animation"}.isdisjoint(style)
            or hiding.background(style) == (True, None)  # an image stands for the words
            or any(name.startswith(_ON_DEMAND) for name in face.attributes)
            or self._comes_back(node, face, style, rule)
        )
        if (before := _element(node.prev, "prev")) is not None:  # what is clicked stands before what opens
            faces.append(face_of(before))
        known = frozenset(name for each in faces for name in (each.id, *each.classes) if name)
        block = Block(rule, node, on_demand, known)
        around = node.parent
        if (
            around is not None
            and around.tag == "a"
            and (rule in ("same_colour", "tiny_font") or _holds_only(around, node))
        ):
            block.links.append(Link(around.attributes.get("href") or "", "", around))
        self.blocks.append(block)
        return block

    def _covered(self, node: LexborNode, style: Mapping[str, str]) -> str:
        """Why what stands behind it lies over it: it has the same place, or is drawn up onto it."""
        if style.get("position") not in _LAID and "height" not in style:
            return ""
        for near, _ in zip(beside(node, "next"), range(_NEAR), strict=False):
            other = self.sheet.style(face_of(near), self._faces, near.attributes.get("style") or "", near)
            if hiding.lies_over(other, style):
                return "covered"
        return ""

    def _comes_back(self, node: LexborNode, face: Face, style: Mapping[str, str], rule: str) -> bool:
        if self.sheet.exhausted or _is_one_of_several(node, face, rule):
            return True
        for other in self.sheet.revealed(face, self._faces, node):
            if any(other.get(name, value) != value and not hiding.closed(other) for name, value in style.items()):
                return True
        return False

    def _collect(self, node: LexborNode, tag: str, attributes: Mapping[str, str | None], state: State) -> None:
        block = self._block(state)
        if tag in ("a", "area") and (url := attributes.get("href") or attributes.get("xlink:href")):
            link = Link(url, node.text() or "" if tag == "a" else "", node)
            (self.shown if block is None else block.links).append(link)
            if block is None and (_is_bare(node, link.text) if tag == "a" else hiding.is_spot(attributes)):
                self.bare.append(link)
        elif tag in _FRAMES and (url := attributes.get(_FRAMES[tag]) or attributes.get("srcdoc")):
            self._frame(Link(url, "", node), attributes, block)
        elif tag == "form" and (url := attributes.get("action")):
            self.forms.append(Link(url, "", node))
            if block is not None:
                block.fields = True
        elif tag == "input" and attributes.get("type") == "hidden" and (value := attributes.get("value")):
            self.held.append((value, node))
        elif tag == "option" and block is not None:
            block.links.append(Link(attributes.get("value") or "", "", node))
        elif tag == "script":
            self._writes(node)
        elif block is not None:
            if tag == "input" and (value := attributes.get("value")):
                self.held.append((value, node))
            block.fields = block.fields or tag in ("input", "textarea", "select", "button", "form")
            if tag == "img":
                block.add(f" {attributes.get('alt') or ''} ")

    def _frame(self, link: Link, attributes: Mapping[str, str | None], block: Block | None) -> None:
        thin = any(hiding.is_thin_box(attributes.get(name)) for name in ("width", "height"))
        html = attributes.get("srcdoc") or _html_of(link.url)
        if html:
            self.inner.append((html[:_LONGEST_DATA], link.node, thin or block is not None))
        elif block is not None:
            block.frames.append(link)
        elif thin:
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
                if rule := _rule(face, {**hiding.from_attributes(tag, face.attributes), **style}):
                    self._written, self._written_tag = Block(rule, node), tag
                    self.blocks.append(self._written)

    def judged(self) -> Iterator[Block]:
        """The hidden blocks, with what scripts open marked."""
        for block in self.blocks:
            block.on_demand = block.on_demand or not block.names.isdisjoint(self.opened)
            yield block


def _rule(face: Face, style: Mapping[str, str]) -> str:
    return hiding.closed(style) or (hiding.by_marquee(face.attributes, style) if face.tag == "marquee" else "")


def _rule_of_tag(face: Face) -> str:
    """Why what stands in an element is not shown, whatever its style."""
    if face.tag == "details":
        return "" if "open" in face.attributes else "folded"
    if face.tag in _REPLACED:
        return "fallback"
    if not _HIDING.isdisjoint(face.classes):
        return "hidden_class"
    return {"noscript": "noscript", "x-template": "template"}.get(face.tag, "")


def _is_named(node: LexborNode) -> bool:
    """Whether something stands there to be clicked on: browsers write a word where there is no summary at all."""
    summary = node.css_first("summary")
    return (
        summary is None or any(map(str.isalnum, summary.text() or "")) or summary.css_first("img, svg, i") is not None
    )


def _is_on_picture(node: LexborNode) -> bool:
    near = (each.tag for way in ("prev", "next") for each, _ in zip(beside(node, way), range(_NEAR), strict=False))
    return not _PICTURES.isdisjoint(near)


def _css_of(node: LexborNode) -> str:
    css, media = (node.text() or "")[:1_000_000], (node.attributes.get("media") or "").lower()
    return f"@media {media}{{{css}}}" if media not in ("", "all") else css


def _is_fallback(node: LexborNode) -> bool:
    """Whether it is meant for browsers that run no scripts."""
    return node.parent is not None and node.parent.tag == "noscript"


def _html_of(url: str) -> str:
    """The page that stands in a ``data:`` address itself; "" for another."""
    kind, comma, data = url.partition(",")
    if not comma or not kind.lower().lstrip().startswith("data:text/html"):
        return ""
    return unpacking.decoded("atob" if "base64" in kind.lower() else "unescape", data.strip())


def _is_one_of_several(node: LexborNode, face: Face, rule: str) -> bool:
    """Whether it stands beside another of its sort: entries of a list, slides, panels."""
    pattern = _DIGITS.sub("", face.id)
    for near in (_element(node.prev, "prev"), _element(node.next, "next")):
        if near is None or near.tag != face.tag:
            continue
        other = face_of(near)
        if pattern and pattern != face.id and pattern == _DIGITS.sub("", other.id):
            return True
        if (face.classes or (face.tag in _ENTRIES and rule == "not_displayed")) and face.classes <= other.classes:
            return True
    return False


def _all_beside(root: LexborNode | None) -> Iterator[LexborNode]:
    """What stands before and behind the page itself."""
    for way in ("prev", "next"):
        near = getattr(root, way, None)
        while near is not None:
            yield near
            near = getattr(near, way)


def _element(near: LexborNode | None, way: str) -> LexborNode | None:
    """The neighbour, or what stands behind it where that is the white space between."""
    if near is None or near.is_element_node:
        return near
    return near.prev if way == "prev" else near.next


def _holds_only(link: LexborNode, node: LexborNode) -> bool:
    """Whether a link without a name holds nothing to be clicked on beside this."""
    if any(name not in ("href", "target", "rel") for name in link.attributes):
        return False
    others = (each for way in ("prev", "next") for each in beside(node, way))
    return next(others, None) is None and not any(map(str.isalnum, link.text(deep=False) or ""))


def _is_bare(node: LexborNode, text: str) -> bool:
    """A link in a text without anything that could be clicked, and without a name by which it could be drawn."""
    if any(name not in ("href", "target", "rel", "style") for name in node.attributes):
        return False
    if any(each in (node.attributes.get("style") or "") for each in _DRAWN):
        return False
    child = node.child
    while child is not None:
        if not child.is_text_node and not _is_pixel(child):
            return False
        child = child.next
    return not any(each.isalnum() for each in text)


def _is_pixel(node: LexborNode) -> bool:
    """An image too small to be seen, or to be clicked on."""
    return node.tag == "img" and any(hiding.is_thin_box(node.attributes.get(name)) for name in ("width", "height"))
