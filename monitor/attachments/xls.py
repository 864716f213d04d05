"""Excel workbooks of before 2007, hidden sheets too, with notes, boxes, headers and footers."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import xlrd
from xlrd.compdoc import CompDocError
from xlrd.sheet import Sheet

from monitor.attachments import ole, sheets
from monitor.attachments.limits import Budget
from monitor.attachments.rows import Cell, Part, Row, prose
from monitor.errors import AttachmentError

_BOX, _CONTINUE, _ASIDE = 0x1B6, 0x3C, {0x14: "header", 0x15: "footer"}
_WORDS = {0x18: "defined name", 0x1B8: "link", 0x1BE: "choices"}
_WIDEST = 64


def read(body: bytes, _budget: Budget) -> Iterator[Part]:
    try:
        yield from _book(body)
    except (xlrd.XLRDError, CompDocError) as error:
        locked = "encrypted" in str(error) or "password" in str(error).lower()
        raise AttachmentError("encrypted" if locked else "broken", str(error)) from error


def _book(body: bytes) -> Iterator[Part]:
    book = xlrd.open_workbook(file_contents=body, logfile=io.StringIO(), on_demand=True, formatting_info=True)
    for index, title in enumerate(book.sheet_names()):
        yield prose(title, "name of a sheet", "names")
        yield from _sheet(book, book.sheet_by_index(index), title)
        book.unload_sheet(index)
    if body.startswith(ole.MAGIC):
        yield from ole.properties(body)
        yield from _aside(ole.stream(body, "Workbook", "Book"))
    else:
        yield from _aside(body)


def _sheet(book: xlrd.Book, sheet: Sheet, title: str) -> Iterator[Part]:
    merged = {(row, left): range(left, min(right, left + _WIDEST)) for row, _, left, right in sheet.merged_cells}
    for number in range(sheet.nrows):
        cells = []
        for column, cell in enumerate(sheet.row(number)):
            text = sheets.number(repr(cell.value)) if cell.ctype == xlrd.XL_CELL_NUMBER else str(cell.value)
            if text.strip() and cell.ctype not in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_ERROR, xlrd.XL_CELL_DATE):
                where = f"{title}!{sheets.name(number + 1, column)}"
                amount = cell.ctype == xlrd.XL_CELL_NUMBER and _amount(book, cell.xf_index)
                cells.append(Cell(text, where, merged.get((number, column), (column,)), amount))
        yield Row(cells, title)
    for (number, column), note in sheet.cell_note_map.items():
        yield prose(note.text, f"{title}!{sheets.name(number + 1, column)} (comment)", "notes")


def _amount(book: xlrd.Book, style: int | None) -> bool:
    if style is None or style >= len(book.xf_list):
        return False
    key = book.xf_list[style].format_key
    format_ = book.format_map.get(key)
    return sheets.is_amount(key, format_.format_str if format_ else "")


def _aside(stream: bytes) -> Iterator[Part]:
    """Texts of boxes, headers, links and more, which the library leaves out."""
    place, boxed = 0, False
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        data = stream[place + 4 : place + 4 + length]
        place += 4 + length
        if kind in _ASIDE and length > 3:
            yield prose(_text(data[2:]), _ASIDE[kind], "aside")
        for text in ole.words(data) if kind in _WORDS else ():
            yield prose(text, _WORDS[kind], "aside")
        if kind == _CONTINUE and boxed:
            yield prose(_text(data), "text box", "aside")
        boxed = kind == _BOX


def _text(data: bytes) -> str:
    """Behind a byte of flags: with bit 0 two bytes a character, else one."""
    if data[:1] and data[0] & 1:
        return data[1:].decode("utf-16-le", "replace")
    return data[1:].decode("latin-1")
