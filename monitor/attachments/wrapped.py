"""Numbers that go on in the next line, of a text or of a narrow cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from monitor.attachments.rows import Cell

_TAIL = re.compile(r"(?<![\d.])\d{1,17}$")  # decimals end a quantity
_HEAD = re.compile(r"\d{1,17}[xX]?(?![\dA-Za-z]|\.\d)")
_LONG = re.compile(r"[1-9]\d{16}[\dxX]|62\d{14,17}")  # what a check digit proves
_TELEPHONE = re.compile(r"1[3-9]\d{9}")
_SPACE = re.compile(r"\s+")
_NEAR = (0, -1, 1)  # columns


def whole(text: str) -> str:
    """The text of a cell; without the blanks and line ends in it where it is a single number."""
    if not text[:1].isdecimal() or len(text) > 2 * len("330326198008199900"):
        return text
    bare = _SPACE.sub("", text)
    return bare if _LONG.fullmatch(bare) or _TELEPHONE.fullmatch(bare) else text


def joined(before: Sequence[Cell], cells: Sequence[Cell]) -> Iterator[Cell]:
    """Numbers that begin in a cell of ``before`` and end in ``cells``: below it, or where the line goes on."""
    if not (before and cells):
        return
    prose = len(before) == len(cells) == 1
    if (number := _number(before[-1], cells[0])) and (
        _LONG.fullmatch(number) or (prose and _TELEPHONE.fullmatch(number))
    ):
        yield before[-1]._replace(text=number)
        return
    above = {upper.columns[0]: upper for upper in before if upper.text.rstrip()[-1:].isdecimal()}
    for cell in cells if above else ():
        for column in _NEAR if cell.text[:1].isdecimal() else ():
            upper = above.get(cell.columns[0] + column)
            if upper is not None and _LONG.fullmatch(number := _number(upper, cell)):
                yield upper._replace(text=number)


def around(earlier: Sequence[Cell], cells: Sequence[Cell]) -> Iterator[Cell]:
    """A number set in two lines beside a line that stands between them, as in a narrow cell of a printed table."""
    if len(earlier) == len(cells) == 1:
        number = earlier[0].text.strip() + cells[0].text.strip()
        if _LONG.fullmatch(number):
            yield earlier[0]._replace(text=number)


def _number(upper: Cell, lower: Cell) -> str:
    head = _HEAD.match(lower.text)
    tail = _TAIL.search(upper.text.rstrip()) if head else None
    return tail[0] + head[0] if head and tail else ""
