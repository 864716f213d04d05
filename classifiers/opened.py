"""The open elements of a page as an HTML parser would have them.

Follows the tree construction of the HTML standard (html.spec.whatwg.org, 13.2.6) for pages without foreign content,
templates and frame sets, which ``classifiers.bounding`` takes out. An element that it wrongly holds open must never
let an end tag close others, so what is uncertain counts as open and has no name.
"""

from __future__ import annotations

from collections import defaultdict

DEPTH = 512  # open elements
_FORMATS = 64  # of these, formatting elements
_REBUILDS = 200_000  # formatting elements that the parser would create again in one page
_AT_ONCE = 3  # elements that one tag opens at most: a cell with its row and group
_ADOPTIONS = 7  # blocks that the parser takes a closing formatting tag through


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


VOID = _words(
    "area base basefont bgsound br col embed frame hr image img input keygen link meta param source track wbr"
)
FORMATTING = _words("a b big code em font i nobr s small strike strong tt u")
_CELL = _words("td th caption")
_ROWS = _words("tbody thead tfoot")
_PARTS = _CELL | _ROWS | _words("colgroup tr")
_HEADING = _words("h1 h2 h3 h4 h5 h6")
_BLOCK = _HEADING | _words(
    "address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer form header "
    "hgroup listing main menu nav ol p pre search section summary ul"
)
_SCOPE = _words("applet caption marquee object select table td th")
SPECIAL = (_BLOCK | _SCOPE | _PARTS | _words("button dd dt li noscript")) - {"dialog"}
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
_UNSURE = _words("dialog rb rp rt rtc")  # may stand before or inside a formatting element that was created again
# An element is in the track of its own name and in these. The first six are barriers: none beyond is closed.
_TRACKS = {
    "scope": _SCOPE,
    "button scope": _SCOPE | {"button"},
    "list scope": _SCOPE | {"ol", "ul"},
    "item scope": SPECIAL - _words("address div p"),
    "special": SPECIAL,
    "marker": _CELL | _words("applet object marquee"),
    "cell": _CELL,
    "rows": _ROWS,
    "heading": _HEADING,
    "term": _words("dd dt"),
}
_TRACKS_OF = {name: (name, *(track for track, names in _TRACKS.items() if name in names)) for name in SPECIAL}
_ENDS = {  # end tag -> (what it closes, within which barrier)
    **{name: (name, "scope") for name in _BLOCK | _words("applet button marquee object select dd dt")},
    **dict.fromkeys(_HEADING, ("heading", "scope")),
    "p": ("p", "button scope"),
    "li": ("li", "list scope"),
}
_STARTS = {  # start tag -> the same, before it opens
    "li": ("li", "item scope"),
    "dd": ("term", "item scope"),
    "dt": ("term", "item scope"),
    "button": ("button", "scope"),
    "input": ("select", "scope"),
}


class Opened:
    """``start`` and ``end`` take lower-case tag names in the order of the page.

    A formatting element (b, a, font …) is not closed with the block around it: the parser creates it again behind.
    Those are kept apart and end only by their own tag. ``spent`` says that the page has had so many created
    again that it must get no more tags at all.
    """

    def __init__(self) -> None:
        self._stack: list[tuple[str, int]] = []  # name, serial of its start tag
        self._formats: list[tuple[str, int]] = []
        self._tracks: defaultdict[str, list[int]] = defaultdict(list)  # indices in the stack
        self._serial = 0
        self._form = 0  # the serial of the form that a parser holds open: forms don't nest
        self._floating = False
        self._rebuilds = 0

    @property
    def spent(self) -> bool:
        return self._rebuilds > _REBUILDS

    def start(self, name: str) -> bool:
        """A start tag. False when there is no room for it: the tag must then be left out."""
        if len(self._stack) + len(self._formats) + _AT_ONCE > DEPTH and name not in _EMPTY:
            return False
        self._serial += 1
        if name in FORMATTING:
            return self._start_format(name)
        if name in _PARTS:
            self._start_part(name)
        elif not self._is_ignored(name):
            self._close_before(name)
            if name not in _EMPTY:
                self._push(name, self._serial)
        return True

    def end(self, name: str) -> None:
        """An end tag: it closes what it surely closes."""
        if name in FORMATTING:
            self._end_format(name)
        elif name in _PARTS or name == "table":
            if (index := self._last(name)) >= self._last("table"):
                self._cut(index)
        elif name == "form":
            if self._form and self._is_innermost(("form",)) and self._stack[-1][1] == self._form:
                self._cut(len(self._stack) - 1)
            self._form = 0
        else:
            self._cut(self._reach(*_ENDS.get(name, (name, "special"))))

    def _last(self, track: str) -> int:
        """The index of the innermost open element of a track; -1 without one."""
        indices = self._tracks[track]
        return indices[-1] if indices else -1

    def _reach(self, track: str, barrier: str) -> int:
        """The same where no barrier is open inside it."""
        index = self._last(track)
        return index if index >= self._last(barrier) else -1

    def _is_innermost(self, names: frozenset[str] | tuple[str, ...]) -> bool:
        """Whether the innermost open element of all is one of these."""
        if not self._stack or self._stack[-1][0] not in names:
            return False
        return not self._formats or self._formats[-1][1] < self._stack[-1][1]

    def _push(self, name: str, serial: int) -> None:
        index = len(self._stack)
        self._stack.append((name, serial))
        for track in _TRACKS_OF.get(name) or (name,):
            self._tracks[track].append(index)

    def _pop(self) -> tuple[str, int]:
        element = self._stack.pop()
        for track in _TRACKS_OF.get(element[0]) or (element[0],):
            self._tracks[track].pop()
        return element

    def _cut(self, index: int) -> None:
        """Close the stack from this index on; nothing for -1. Closing a cell ends the formatting inside it."""
        if index < 0:
            return
        markers = [each[1] for each in self._stack[index:] if each[0] in _TRACKS["marker"]]
        while len(self._stack) > index:
            self._pop()
        if not self._formats:
            return
        if len(markers) == 1:
            self._formats = [each for each in self._formats if each[1] < markers[0]]
        if self._formats and (index == 0 or self._formats[-1][1] > self._stack[index - 1][1]):
            self._floating = True
        if self._floating:
            self._rebuilds += len(self._formats)

    def _is_ignored(self, name: str) -> bool:
        """A form inside a form, and a select inside a select, which the parser takes for an end tag."""
        if name == "form":
            ignored, self._form = self._form > 0, self._form or self._serial
            return ignored
        index = self._reach("select", "scope") if name == "select" else -1
        self._cut(index)
        return index >= 0

    def _close_before(self, name: str) -> None:
        """What a start tag closes first."""
        if name in _STARTS:
            self._cut(self._reach(*_STARTS[name]))
        if name in _CLOSES_P:
            self._cut(self._reach("p", "button scope"))
        if name in _CLOSES_TOP:
            inside, closed = _CLOSES_TOP[name]
            if self._reach(inside, "scope") < 0:
                closed = frozenset({"option"}) if inside == "select" else frozenset()
            while self._is_innermost(closed):
                self._cut(len(self._stack) - 1)
        elif name in _HEADING and self._is_innermost(_HEADING):
            self._cut(len(self._stack) - 1)
        elif name == "table" and self._last("table") > self._last("cell"):
            self._cut(self._last("table"))

    def _start_part(self, name: str) -> None:
        """A part of a table; outside a table the parser ignores it."""
        table = self._last("table")
        if table < 0:
            return
        if (cell := self._last("cell")) > table:
            self._cut(cell)
        if name == "tr" and (row := self._last("tr")) > table:
            self._cut(row)
        self._cut(self._holder(name, table) + 1)
        if name in ("td", "th", "tr") and self._last("rows") < table:
            self._push("tbody", self._serial)
        if name in ("td", "th") and self._last("tr") < table:
            self._push("tr", self._serial)
        self._push(name, self._serial)

    def _holder(self, name: str, table: int) -> int:
        """The index of the element that a part of a table goes into."""
        rows, row = self._last("rows"), self._last("tr")
        if name in ("td", "th") and row > table:
            return row
        return rows if name in ("td", "th", "tr") and rows > table else table

    def _start_format(self, name: str) -> bool:
        if len(self._formats) >= _FORMATS:
            return False
        if name in ("a", "nobr"):  # never inside one another
            self._end_format(name)
        if name == "a" and (before := self._find_format("a", "marker")) >= 0 > self._find_format("a", "scope"):
            del self._formats[before]
        self._formats.append((name, self._serial))
        return True

    def _end_format(self, name: str) -> None:
        """The adoption agency: blocks opened since stay open, other elements are closed with it."""
        found = self._find_format(name, "scope")
        if found < 0:
            return
        serial, since, blocks = self._formats[found][1], len(self._stack), []
        while since and self._stack[since - 1][1] > serial:
            since -= 1
            if self._stack[since][0] in SPECIAL or self._stack[since][0] in _UNSURE:
                blocks.append(self._stack[since])
            if len(blocks) > _ADOPTIONS:
                return
        del self._formats[found]
        if len(self._stack) - since > len(blocks) or any(each[0] in _UNSURE for each in blocks):
            while len(self._stack) > since:
                self._pop()
            for block, opened in reversed(blocks):
                self._push(block if block in SPECIAL else "", opened)
        self._floating &= bool(self._formats)

    def _find_format(self, name: str, barrier: str) -> int:
        """The index of the last one open inside the innermost barrier; -1 without one."""
        index = self._last(barrier)
        outermost = self._stack[index][1] if index >= 0 else 0
        for found in range(len(self._formats) - 1, -1, -1):
            if self._formats[found][1] < outermost:
                return -1
            if self._formats[found][0] == name:
                return found
        return -1
