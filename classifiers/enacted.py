"""What the scripts of a page do to its elements before anybody sees them, and what they open later."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode

from classifiers import changes, hiding, scripts, steps
from classifiers.elements import element_beside
from classifiers.late import late
from classifiers.selectors import Face, keys_of
from classifiers.styles import Sheet, declarations

_BY_THEMSELVES = frozenset(
    "onload onpageshow onerror onloadstart ontoggle onstart onfinish onbounce onanimationstart onanimationend onpagehide "
    "onanimationiteration ontransitionend oncanplay onloadeddata onloadedmetadata onplay onbegin onunload onhashchange".split()
)  # events that nobody has to cause
NAMING = ("for", "popovertarget", "commandfor")  # attributes that name what they open
_HANDLERS = 200  # of events that come by themselves
_CLICKS = 500  # addresses in these
_LEADS = late(r"(?:location|open)\b[^\"'`;]{0,30}[\"'`]((?:https?:)?//[^\"'`\s]{4,300})")
_STYLED = 20  # elements of one name from which steps lead on
_NAMES = 20  # of single elements that scripts style
_PREVIOUS, _BESIDE = (
    (":previousElementSibling", ":previousSibling"),
    (":previousElementSibling", ":previousSibling", ":parentNode", ":parentElement"),
)  # of a script
_PLAIN = late(
    r"[.#]?[\w-]+(?:[.#][\w-]{1,60})?(?: [.#]?[a-zA-Z][\w-]{0,60})?(?:\[[\w-]{1,30}[*^$~|]?=[\"']?[\w./:-]{1,60}[\"']?\])?"
)


class Enacted:
    """Scripts, taken in one after another; ``sheet`` takes in what they add to it."""

    def __init__(self, tree: LexborHTMLParser, sheet: Sheet) -> None:
        self.tree = tree
        self.sheet = sheet
        self.programs: list[tuple[scripts.Script, LexborNode]] = []
        self.opened: set[str] = set()  # names that scripts and links open
        self.given: dict[int, str] = {}  # style that scripts give to single elements
        self.clicks: list[tuple[str, LexborNode]] = []  # where elements lead by themselves when clicked on
        self.alive = False  # some script opens something
        self._handlers = 0
        self._found: dict[str, list[LexborNode]] = {}  # elements by the name under which a script looked for them

    def take(self, text: str, node: LexborNode) -> None:
        script = scripts.read(text)
        if self.programs and self.programs[-1][0] is script:  # the same again and again
            return
        self.programs.append((script, node))
        shown = script.shown()
        for change in changes.hides(script.plain):
            if not script.is_for_spiders() or hiding.closed(
                declarations(change.css)
            ):  # they are shown more than others
                self._change(change, change.css, node)
        for change in changes.classes(script.plain):
            named = frozenset(change.classes)
            given = self.sheet.style(Face("", "", named, {}, keys_of("", "", named)), (), "")
            self._change(change, ";".join(map(":".join, given.items())), node)
            if hiding.closed(given) and script.names_once(change.selector):
                shown.discard(change.selector.lstrip("#."))
        self.alive = self.alive or bool(shown)
        if not script.is_for_spiders():
            self.opened |= shown
        for css in script.styles():
            self.sheet.read(css)

    def _change(self, change: changes.Change, css: str, script: LexborNode) -> None:
        if change.selector in _BESIDE:
            near = script.parent if change.selector not in _PREVIOUS else element_beside(script.prev, "prev")
            if near is not None:
                self.given[near.mem_id] = f"{self.given.get(near.mem_id, '')};{css}"
        elif change.place is None and not change.steps:
            self.sheet.hide(change.selector, css)
        elif _PLAIN.fullmatch(change.selector) and len(self._found) < _NAMES:
            if change.selector not in self._found:
                self._found[change.selector] = self.tree.css(change.selector)
            nodes = self._found[change.selector][change.place or 0 :][: 1 if change.place is not None else _STYLED]
            for node in steps.reached(nodes, change.steps):
                self.given[node.mem_id] = f"{self.given.get(node.mem_id, '')};{css}"

    def open(self, name: str, value: str, node: LexborNode) -> None:
        if not name.startswith("on"):
            self.opened.add(value[:64].lstrip("#."))
            return
        if "//" in value and len(self.clicks) < _CLICKS and (leads := _LEADS.search(value)):
            self.clicks.append((leads[1], node))
        by_itself = (
            name in _BY_THEMSELVES or node.tag == "body" or (name == "onfocus" and "autofocus" in node.attributes)
        )
        if by_itself and self._handlers < _HANDLERS:
            self._handlers += 1
            self.take(value, node)
        self.opened |= {each[1] or each[2] for each in scripts.names(value)}
