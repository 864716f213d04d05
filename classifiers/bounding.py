"""Bounds what a page can cost an HTML parser: one linear scan before any parser sees it.

Parsers are quadratic in the depth of open blocks (10^5 nested elements: 31 s), in the attributes of one element, in the
options of one select, and multiply unclosed formatting elements (``<p><b id=1></p>`` repeated: 34 kB became 740 MB).

``bounded`` makes a page plain where parsers and scanners could disagree: ``svg`` and ``math`` are closed at once, so that
what was inside follows them as ordinary elements; ``template`` becomes ``x-template``, an ordinary element; ``frameset``
and CDATA marks go. Its count of open elements (``classifiers.opened``) is then never below the parser's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from classifiers.opened import FORMATTING, SPECIAL, VOID, Opened

_ATTRIBUTES = 256  # of one element
_OPTIONS = 2000  # of one select
TEMPLATE = "x-template"

_SPACE = r"\t\n\f\r "
# A tag without quotes, or its name only; a comment; CDATA; what a parser takes for a comment.
_MARKUP = re.compile(rf"<(?:(/?)([A-Za-z][^{_SPACE}/>]*+)(?:([^<>\"']{{0,400}}+)>)?+|!--|!\[CDATA\[|[!?/])")
_ATTRIBUTE = re.compile(
    rf"([{_SPACE}/]*+)(?:(>)|[^{_SPACE}/>][^{_SPACE}/>=]*+"
    rf"(?:[{_SPACE}]*+=[{_SPACE}]*+(?:\"[^\"]*+\"|'[^']*+'|[^{_SPACE}>\"'][^{_SPACE}>]*+|(?=>)|([\"'])))?)"
)
_COMMENT_END = re.compile(r"--!?>")
_SCRIPT_MARK = re.compile(rf"<!--(-*>)?|-->|<(/?)script(?=[{_SPACE}/>])", re.IGNORECASE)
_RAW = frozenset("script style textarea title xmp iframe noembed noframes plaintext".split())
_LEAVES = (VOID | _RAW | {"head"}) - {"hr", "input", "xmp"}  # those three close other elements
_FOREIGN = frozenset({"svg", "math"})
_OPENS = SPECIAL | FORMATTING | VOID | _RAW
_ODD = frozenset({"html", "body", "frameset", "template", "select", "option"}) | _FOREIGN


def bounded(html: str) -> tuple[str, bool]:
    """The page with at most 512 open elements, and whether something had to be left out for it (never text).

    Linear; never raises, whatever the text is.
    """
    scan = _Scan(html)
    pieces = list(scan.pieces())
    return "".join(pieces), scan.flattened


class _Scan:
    """One pass over the page."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.opened = Opened()
        self.seen: set[str] = set()
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
        if self.opened.spent or name in _FOREIGN or name == "frameset":
            return end, ""
        self.opened.end(TEMPLATE if name == "template" else name)
        return end, f"</{TEMPLATE}>" if name == "template" else None

    def _start_tag(self, match: re.Match[str], name: str) -> tuple[int, str | None]:
        end, cut = (match.end(), 0) if match[3] is not None else self._attributes(match.end(2))
        if end < 0:
            return len(self.html), ""
        instead = None
        if cut:
            self.flattened = True
            instead = self.html[match.start() : cut] + ">"
        if name in _ODD:
            instead = self._odd(match, name, instead or self.html[match.start() : end])
        elif self.seen and name not in _OPENS and self.html[end - 2] == "/":  # in an svg it would end here
            instead = f"{instead or self.html[match.start() : end]}</{name}>"
        elif not self._has_room(name):
            instead = self._leave_out(name)
        return self._raw_end(name, end) if name in _RAW else end, instead

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

    def _odd(self, match: re.Match[str], name: str, source: str) -> str | None:
        """Elements that are allowed once, are emptied, renamed or counted."""
        if name in ("html", "body"):
            again, self.seen = name in self.seen, self.seen | {name}
            return "" if again else source
        if name == "frameset":
            return ""
        if name in _FOREIGN:
            self.seen.add(name)
            return f"{source}</{name}>"
        self.options = self.options + 1 if name == "option" else 0
        if self.options > _OPTIONS or not self._has_room(TEMPLATE if name == "template" else name):
            return self._leave_out(name)
        return f"<{TEMPLATE}{source[match.end(2) - match.start() :]}" if name == "template" else source

    def _has_room(self, name: str) -> bool:
        return name in _LEAVES or (not self.opened.spent and self.opened.start(name))

    def _leave_out(self, name: str) -> str:
        self.flattened = True
        if name not in VOID:
            self.left_out[name] += 1
        return " "

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
