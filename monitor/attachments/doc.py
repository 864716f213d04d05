"""Word documents of before 2007, and those of WPS Writer, which have the same form ([MS-DOC]).

All text of the file, notes, headers, boxes and tracked changes included, in the order that it is kept in.
"""

from __future__ import annotations

import re
import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import pairwise

from monitor.attachments import ole, sheets
from monitor.attachments.limits import Budget
from monitor.attachments.rows import Cell, Part, Row, prose
from monitor.errors import AttachmentError

_IDENT = 0xA5EC
_FLAGS, _LOCKED, _TABLE_ONE = 0x0A, 0x0100, 0x0200
_PIECES = 0x01A2  # where the header says where the table of pieces is: offset and length
_RUNS = 0x00FA  # and the same for the pages of runs of characters
_PAGE, _NUMBER = 512, 0x3FFFFF
_STRUCK, _SIZES = 0x0800, (1, 1, 2, 4, 2, 2, 0, 3)  # a property: deleted while changes are tracked; bytes of properties
_VARIABLE = 6
_PROPERTIES, _TABLE = 1, 2
_NARROW = 0x40000000  # of a piece: one byte a character, and twice its offset
_OFFSET = 0x3FFFFFFF
_FIELD = re.compile("\x13([^\x13\x14\x15]*)\x14?")
_MARKS = str.maketrans(
    {"\x1e": "-", "\x0b": "\n", "\x0c": "\n", **dict.fromkeys("\x00\x01\x02\x03\x04\x05\x08\x15\x1f")}
)


def read(body: bytes, _budget: Budget) -> Iterator[Part]:
    main = ole.stream(body, "WordDocument")
    ident, flags = struct.unpack_from("<H", main)[0], struct.unpack_from("<H", main, _FLAGS)[0]
    if ident != _IDENT:
        raise AttachmentError("unsupported", "a document of a Word of before 1997")
    if flags & _LOCKED:
        raise AttachmentError("encrypted")
    table = ole.stream(body, "1Table" if flags & _TABLE_ONE else "0Table")
    begin, length = struct.unpack_from("<II", main, _PIECES)
    text = "".join(_pieces(main, table[begin : begin + length], _edges(main, table)))
    if not text:
        raise AttachmentError("broken", "it names no text")
    for field in _FIELD.finditer(text):
        yield prose(field[1], "field", "aside")
    yield from ole.properties(body)
    yield from _paragraphs(_FIELD.sub("", text).translate(_MARKS))


def _edges(main: bytes, table: bytes) -> list[int]:
    """Offsets in the main stream where text that was struck out begins or ends."""
    begin, length = struct.unpack_from("<II", main, _RUNS)
    count = max(0, length - 4) // 8
    edges: set[int] = set()
    for number in struct.unpack_from(f"<{count}I", table, begin + 4 * (count + 1)) if count else ():
        page = main[(number & _NUMBER) * _PAGE :][:_PAGE]
        runs = page[_PAGE - 1]
        places = struct.unpack_from(f"<{runs + 1}I", page)
        for n in range(runs):
            at = 2 * page[4 * (runs + 1) + n]
            if at and _is_struck(page[at + 1 : at + 1 + page[at]]):
                edges |= {places[n], places[n + 1]}
    return sorted(edges)


def _is_struck(properties: bytes) -> bool:
    place = 0
    while place + 2 < len(properties):
        code = struct.unpack_from("<H", properties, place)[0]
        if code == _STRUCK:
            return properties[place + 2] == 1
        kind = code >> 13
        place += 2 + (1 + properties[place + 2] if kind == _VARIABLE else _SIZES[kind])
    return False


def _pieces(main: bytes, clx: bytes, edges: list[int]) -> Iterator[str]:
    """The text, with a mark where struck text begins and ends, so that nobody reads it as one with its neighbours."""
    place = 0
    while clx[place : place + 1] == bytes([_PROPERTIES]):
        place += 3 + struct.unpack_from("<H", clx, place + 1)[0]
    if clx[place : place + 1] != bytes([_TABLE]):
        raise AttachmentError("broken", "its table of pieces is damaged")
    count = (struct.unpack_from("<I", clx, place + 1)[0] - 4) // 12
    places = struct.unpack_from(f"<{count + 1}I", clx, place + 5)
    for n in range(count):
        at = struct.unpack_from("<I", clx, place + 5 + 4 * (count + 1) + 8 * n + 2)[0]
        length = places[n + 1] - places[n]
        narrow = bool(at & _NARROW)
        begin, end = ((at & _OFFSET) // 2, (at & _OFFSET) // 2 + length) if narrow else (at, at + 2 * length)
        cuts = [begin, *edges[bisect_right(edges, begin) : bisect_left(edges, end)], end]
        codec = "cp1252" if narrow else "utf-16-le"
        yield "；".join(main[first:last].decode(codec, "replace") for first, last in pairwise(cuts))


def _paragraphs(text: str) -> Iterator[Part]:
    """Paragraphs end with a return, cells with a bell, rows with one more."""
    number = tables = 0
    for paragraph in text.split("\r"):
        *cells, rest = paragraph.split("\x07")
        if cells:
            tables += 1
            yield from _rows(cells, f"table {tables}")
        if rest.strip():
            number += 1
            yield prose(rest, f"paragraph {number}", "text")


def _rows(cells: list[str], name: str) -> Iterator[Part]:
    """The first row is taken to be full: the first empty cell is its end."""
    width = cells.index("") + 1 if "" in cells else len(cells)
    for number, start in enumerate(range(0, len(cells), width), 1):
        row = enumerate(cells[start : start + width])
        yield Row([Cell(cell, f"{name}!{sheets.name(number, n)}", (n,)) for n, cell in row if cell.strip()], name)
