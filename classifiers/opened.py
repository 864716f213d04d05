"""The open elements of a page as an HTML parser would have them, and the end tags that authors leave out.

Follows the tree construction of the HTML standard (html.spec.whatwg.org, 13.2.6) for pages without foreign content,
templates and frame sets, which ``classifiers.bounding`` takes out. Whatever is closed is closed by an end tag that
gets written, so that the parser has nothing to guess and can't hold more open than is counted here.
"""

from __future__ import annotations

from collections import defaultdict

DEPTH = 512  # open elements
_AT_ONCE = 3  # elements that one tag opens at most: a cell with its row and group
_ADOPTIONS = 7  # blocks that the parser takes a closing formatting tag through
_CLONES = 2  # formatting elements that it copies on the way
_WINDOW = 40  # elements between that are looked at


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


VOID = _words(
    "area base basefont bgsound br col embed frame hr image img input keygen link meta param source track wbr"
)
FORMATTING = _words("a b big code em font i nobr s small strike strong tt u")
_CELL = _words("td th caption")
_ROWS = _words("tbody thead tfoot")
PARTS = _CELL | _ROWS | _words("colgroup tr")
_HEADING = _words("h1 h2 h3 h4 h5 h6")
_BLOCK = _HEADING | _words(
    "address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer form header "
    "hgroup listing main menu nav ol p pre search section summary ul"
)
_SCOPE = _words("applet caption marquee object select table td th")
SPECIAL = (_BLOCK | _SCOPE | PARTS | _words("button dd dt li noscript")) - {"dialog"}
_CLOSES_P = _BLOCK | _words("hr xmp dd dt li")
_EMPTY = VOID | {"xmp"}  # what they hold is no element
_IMPLIED = _words("dd dt li option p rb rp rt")  # what ends without an end tag
_CLOSES_TOP = {  # start tag -> (only inside, what it closes if innermost)
    "rb": ("ruby", _IMPLIED | {"rtc"}),
    "rtc": ("ruby", _IMPLIED | {"rtc"}),
    "rp": ("ruby", _IMPLIED),
    "rt": ("ruby", _IMPLIED),
    "option": ("select", _IMPLIED | {"rtc"}),
    "optgroup": ("select", _IMPLIED | {"rtc", "optgroup"}),
}
# An element is in the track of its own name and in these. The first six are barriers: none beyond is closed.
_TRACKS = {
    "scope": _SCOPE,
    "button scope": _SCOPE | {"button"},
    "list scope": _SCOPE | {"ol", "ul"},
    "item scope": SPECIAL - _words("address div p"),
    "special": SPECIAL,
    "cell": _CELL,
    "rows": _ROWS,
    "heading": _HEADING,
    "term": _words("dd dt"),
}
_TRACKS_OF = {name: (name, *(track for track, names in _TRACKS.items() if name in names)) for name in SPECIAL}
_ENDS = {  # end tag -> (what it closes, within which barrier); others reach to the nearest special element
    **{name: (name, "scope") for name in _BLOCK | _words("applet button marquee object select dd dt")},
    **dict.fromkeys(_HEADING, ("heading", "scope")),
    **dict.fromkeys(PARTS | {"table"}, ("", "table")),
    "p": ("p", "button scope"),
    "li": ("li", "list scope"),
    "form": ("form", "special"),
}
_STARTS = {  # start tag -> the same, before it opens
    "li": ("li", "item scope"),
    "dd": ("term", "item scope"),
    "dt": ("term", "item scope"),
    "button": ("button", "scope"),
    "input": ("select", "scope"),
    "select": ("select", "scope"),
}


class Opened:
    """``start`` and ``end`` take lower-case tag names in the order of the page.

    Both return the end tags to be written first, or None when the tag itself must be left out; ``full`` says that
    one had to be for want of room.
    """

    def __init__(self) -> None:
        self.full = False
        self._stack: list[str] = []
        self._tracks: defaultdict[str, list[int]] = defaultdict(list)  # indices in the stack

    def holds_part(self, name: str) -> bool:
        """Whether this part of a table is open in the innermost table; any may start if ``table`` is."""
        return self._last(name) >= self._last("table") >= 0

    def start(self, name: str) -> str | None:
        if len(self._stack) + _AT_ONCE > DEPTH and name not in _EMPTY:
            self.full = True
            return None
        if name in PARTS:
            return self._start_part(name)
        if name == "form" and self._tracks["form"]:
            return None
        closed = self._close_before(name)
        if name not in _EMPTY:
            self._push(name)
        return closed

    def end(self, name: str) -> str | None:
        if name in FORMATTING:
            return self._end_format(name)
        track, barrier = _ENDS.get(name, (name, "special"))
        index = self._reach(track or name, barrier)
        if index < 0:
            return None if name == "form" else ""
        closed = self._cut(index + 1)
        self._pop()
        return closed

    def _last(self, track: str) -> int:
        """The index of the innermost open element of a track; -1 without one."""
        indices = self._tracks[track]
        return indices[-1] if indices else -1

    def _reach(self, track: str, barrier: str) -> int:
        """The same where no barrier is open inside it."""
        index = self._last(track)
        return index if index >= self._last(barrier) else -1

    def _push(self, name: str) -> None:
        for track in _TRACKS_OF.get(name) or (name,):
            self._tracks[track].append(len(self._stack))
        self._stack.append(name)

    def _pop(self) -> str:
        name = self._stack.pop()
        for track in _TRACKS_OF.get(name) or (name,):
            self._tracks[track].pop()
        return name

    def _cut(self, index: int) -> str:
        """Close all from this index on, innermost first; nothing for -1."""
        closed = ""
        while len(self._stack) > index >= 0:
            closed += f"</{self._pop()}>"
        return closed

    def _close_top(self, names: frozenset[str]) -> str:
        closed = ""
        while self._stack and self._stack[-1] in names:
            closed += self._cut(len(self._stack) - 1)
        return closed

    def _close_before(self, name: str) -> str:
        """What a start tag closes first."""
        closed = ""
        if name in ("a", "nobr") and self._reach(name, "scope") >= 0:  # never inside one another
            inside = self._end_format(name)
            closed = "" if inside is None else f"{inside}</{name}>"
        if name in _STARTS:
            closed = self._cut(self._reach(*_STARTS[name]))
        if name in _CLOSES_P:
            closed += self._cut(self._reach("p", "button scope"))
        if name in _CLOSES_TOP:
            within, names = _CLOSES_TOP[name]
            if self._reach(within, "scope") >= 0:
                closed += self._close_top(names)
            elif within == "select":
                closed += self._close_top(frozenset({"option"}))
        elif name in _HEADING:
            closed += self._close_top(_HEADING)
        elif name == "table" and self._last("table") > self._last("cell"):
            closed += self._cut(self._last("table"))
        return closed

    def _start_part(self, name: str) -> str:
        """A part of a table; outside a table the parser would ignore it."""
        table, closed = self._last("table"), ""
        if (cell := self._last("cell")) > table:
            closed += self._cut(cell)
        if name == "tr" and (row := self._last("tr")) > table:
            closed += self._cut(row)
        closed += self._cut(self._holder(name, table) + 1)
        if name in ("td", "th", "tr") and self._last("rows") < table:
            self._push("tbody")
        if name in ("td", "th") and self._last("tr") < table:
            self._push("tr")
        self._push(name)
        return closed

    def _holder(self, name: str, table: int) -> int:
        """The index of the element that a part of a table goes into."""
        rows, row = self._last("rows"), self._last("tr")
        if name in ("td", "th") and row > table:
            return row
        return rows if name in ("td", "th", "tr") and rows > table else table

    def _end_format(self, name: str) -> str | None:
        """The adoption agency: blocks opened since stay open, and the formatting elements around them."""
        index = self._reach(name, "scope")
        if index < 0:
            return ""
        last = self._last("special")
        if last < index:
            closed = self._cut(index + 1)
            self._pop()
            return closed
        blocks = self._tracks["special"][-_ADOPTIONS - 1 :]
        if (len(blocks) > _ADOPTIONS and blocks[0] > index) or last - index > _WINDOW:
            return None
        stay = [each for each in self._stack[index + 1 : last + 1] if each in SPECIAL or each in FORMATTING]
        if sum(each in FORMATTING for each in stay) > _CLONES:
            return None
        closed = self._cut(last + 1)
        while len(self._stack) > index:
            self._pop()
        for each in stay:
            self._push(each)
        return closed
