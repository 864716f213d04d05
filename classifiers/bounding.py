"""Bounds what a page can cost an HTML parser: one linear scan before any parser sees it.

Parsers are quadratic in the depth of open blocks (10^5 nested elements: 31 s), in the attributes of one element, in the
options of one select, and multiply unclosed formatting elements (``<p><b id=1></p>`` repeated: 34 kB became 740 MB).

``bounded`` writes the end tags that authors leave out (``classifiers.opened``) and makes a page plain where parsers
and scanners could disagree: ``svg`` and ``math`` are closed at once, so that what was inside follows them as ordinary
elements; ``template``, and parts of tables outside a table, get another name; ``frameset`` and CDATA marks go.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from classifiers.late import late
from classifiers.opened import FORMATTING, PARTS, SPECIAL, VOID, Opened

_ATTRIBUTES = 256  # of one element
_OPTIONS = 2000  # of one select
RENAMED = "x-"  # before the names of elements that would switch the parser's mode or be ignored

_SPACE = r"\t\n\f\r "
# A tag without quotes, or its name only; a comment; CDATA; what a parser takes for a comment.
_MARKUP = late(rf"<(?:(/?)([A-Za-z][^{_SPACE}/>]*+)(?:([^<>\"']{{0,400}}+)>)?+|!--|!\[CDATA\[|[!?/])")
_ATTRIBUTE = late(
    rf"([{_SPACE}/]*+)(?:(>)|[^{_SPACE}/>][^{_SPACE}/>=]*+"
    rf"(?:[{_SPACE}]*+=[{_SPACE}]*+(?:\"[^\"]*+\"|'[^']*+'|[^{_SPACE}>\"'][^{_SPACE}>]*+|(?=>)|([\"'])))?)"
)
_COMMENT_END = late(r"--!?>")
_SCRIPT_MARK = late(rf"<!--(-*>)?|-->|<(/?)script(?=[{_SPACE}/>])", re.IGNORECASE)
_RAW = frozenset("script style textarea title xmp iframe noembed noframes plaintext".split())
_LEAVES = (VOID | _RAW | {"head"}) - {"hr", "input", "xmp"}  # those three close other elements
_FOREIGN = frozenset({"svg", "math"})
_NAMES = SPECIAL | FORMATTING | VOID | _RAW


def bounded(html: str) -> tuple[str, bool]:
    """The page with at most 512 open elements, and whether something had to be left out for it (never text).

    Linear; never raises, whatever the text is.
    """
    scan = _Scan(html)
    pieces = list(scan.pieces())
    return "".join(pieces), scan.flattened or scan.opened.full


class _Scan:
    """One pass over the page."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.opened = Opened()
        self.seen: set[str] = set()  # of html, body, svg, math
        self.left_out: Counter[str] = Counter()  # start tags whose end tags must go too
        self.options = 0
        self.flattened = False

    def pieces(self) -> Iterator[str]:
        """What is to be parsed."""
        done = place = 0
        while match := _MARKUP.search(self.html, place):
            if match[2] is None:
                place, instead = self._comment(match)
            else:
                name = match[2].lower() if match[2].isascii() else match[2]
                place, instead = self._end_tag(match, name) if match[1] else self._start_tag(match, name)
            if instead is not None:
                yield self.html[done : match.start()]
                yield instead
                done = place
        yield self.html[done:]

    def _comment(self, match: re.Match[str]) -> tuple[int, str | None]:
        """Where scanning goes on, and what stands instead, None for the same."""
        begin = match.end()
        if match[0] == "<![CDATA[":
            return begin, ""
        if match[0] != "<!--":
            return self.html.find(">", begin) + 1 or len(self.html), None
        for short in (">", "->"):
            if self.html.startswith(short, begin):
                return begin + len(short), None
        end = _COMMENT_END.search(self.html, begin)
        return end.end() if end else len(self.html), None

    def _end_tag(self, match: re.Match[str], name: str) -> tuple[int, str | None]:
        end = match.end() if match[3] is not None else self._attributes(match.end(2))[0]
        if end < 0:
            return len(self.html), ""
        if self.left_out and self.left_out[name]:
            self.left_out[name] -= 1
            return end, " "
        if name in _FOREIGN or name == "frameset":
            return end, ""
        renamed = name == "template" or (name in PARTS and not self.opened.holds_part(name))
        name = RENAMED + name if renamed else name
        closed = self.opened.end(name)
        if closed is None:
            return end, " "
        return end, f"{closed}</{name}>" if closed or renamed else None

    def _start_tag(self, match: re.Match[str], name: str) -> tuple[int, str | None]:
        end, cut = (match.end(), 0) if match[3] is not None else self._attributes(match.end(2))
        if end < 0:
            return len(self.html), ""
        self.flattened |= cut > 0
        source = self.html[match.start() : cut] + ">" if cut else self.html[match.start() : end]
        instead = self._alone(name, source)
        if instead is None and name not in _LEAVES:
            instead = self._open(name, source, match.end(2) - match.start())
        if instead is None and cut:
            instead = source
        return self._raw_end(name, end) if name in _RAW else end, instead

    def _alone(self, name: str, source: str) -> str | None:
        """What stands for a tag that opens nothing here; None for others."""
        if name in ("html", "body", "frameset"):
            again, self.seen = name in self.seen or name == "frameset", self.seen | {name}
            return "" if again else source
        if name in _FOREIGN:
            self.seen.add(name)
            return f"{source}</{name}>"
        if name not in _NAMES and source.endswith("/>") and not self.seen.isdisjoint(_FOREIGN):
            return f"{source}</{name}>"  # it would end here inside an svg
        return None

    def _open(self, name: str, source: str, rest: int) -> str | None:
        """What stands for the start tag of an element that holds others, None for the same."""
        renamed = name == "template" or (name in PARTS and not self.opened.holds_part("table"))
        if name in ("select", "option"):
            self.options = self.options + 1 if name == "option" else 0
            self.flattened |= self.options > _OPTIONS
        closed = None if self.options > _OPTIONS else self.opened.start(RENAMED + name if renamed else name)
        if closed is None:
            self.left_out[name] += name != "hr"
            return " "
        if renamed:
            return f"{closed}<{RENAMED}{name}{source[rest:]}"
        return closed + source if closed else None

    def _attributes(self, place: int) -> tuple[int, int]:
        """Where the tag ends, -1 if the page ends inside it, and where its surplus attributes begin, 0 without any."""
        count = cut = 0
        while match := _ATTRIBUTE.match(self.html, place):
            place = match.end()
            if match[3]:
                break
            if match[2]:
                return place, cut
            count += 1
            if count == _ATTRIBUTES:
                cut = place
        return -1, 0

    def _raw_end(self, name: str, place: int) -> int:
        """Where the text of a script, style, textarea … ends: its end tag is still to be read."""
        if name == "plaintext":
            return len(self.html)
        if name == "script":
            return self._script_end(place)
        end = re.compile(rf"</{name}(?=[{_SPACE}/>])", re.IGNORECASE).search(self.html, place)
        return end.start() if end else len(self.html)

    def _script_end(self, place: int) -> int:
        """Scripts may hold ``<!-- <script> … </script> -->``: the end tag inside doesn't end them."""
        escaped = double = False
        for mark in _SCRIPT_MARK.finditer(self.html, place):
            if mark[0] == "-->" or mark[1]:
                escaped = double = False
            elif mark[0] == "<!--":
                escaped = True
            elif mark[2] and not double:
                return mark.start()
            else:
                double = escaped and not mark[2]
        return len(self.html)
