"""What listens to the XML of a workbook: names, strings, styles, cells, notes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from monitor.attachments import sheets
from monitor.attachments.rows import Cell, Part, Row, prose
from monitor.attachments.xml import Attributes

EPOCH = "year of the first day"  # where another one than 1900 stands
_WIDEST = 64  # columns that a heading may span
_HEADER = re.compile("(?:odd|even|first)(?:Header|Footer)")
_SAID = ("prompt", "promptTitle", "error", "errorTitle", "display", "tooltip")


class Silent:
    """Gathers only: gives no rows."""

    def rows(self) -> Iterable[Part]:
        return ()

    def text(self, name: str, text: str) -> None:
        pass

    def end(self, name: str) -> None:
        pass


class Relations(Silent):
    def __init__(self) -> None:
        self.targets: dict[str, str] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            self.targets[attributes.get("Id", "")] = attributes.get("Target", "")


class Styles(Silent):
    """``amounts``: the numbers of the styles that show quantities."""

    def __init__(self) -> None:
        self.amounts: set[int] = set()
        self._codes: dict[int, str] = {}
        self._within, self._count = False, 0

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "numFmt":
            self._codes[_whole(attributes, "numFmtId")] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self._within = True
        elif name == "xf" and self._within:
            format_ = _whole(attributes, "numFmtId")
            if sheets.is_amount(format_, self._codes.get(format_, "")):
                self.amounts.add(self._count)
            self._count += 1

    def end(self, name: str) -> None:
        self._within = self._within and name != "cellXfs"


class Named:
    """``sheets``: relation and title of each; names and texts of the workbook are rows."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []
        self._rows: list[Row] = []

    def rows(self) -> Iterator[Row]:
        yield from self._rows
        self._rows = []

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "sheet":
            title = attributes.get("name", "")
            self.sheets.append((attributes.get("id", ""), title))
            self._rows.append(prose(title, "name of a sheet", "names"))
        elif name == "workbookPr" and attributes.get("date1904") in ("1", "true"):
            self._rows.append(prose("1904", EPOCH, "names"))

    def text(self, name: str, text: str) -> None:
        if name == "definedName":
            self._rows.append(prose(text, "defined name", "names"))

    def end(self, name: str) -> None:
        pass


class Strings(Silent):
    """``texts``: the shared strings; runs of one are one text, readings aside are left out."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._pieces: list[str] = []
        self._reading = False

    def start(self, name: str, _attributes: Attributes) -> None:
        self._reading = self._reading or name == "rPh"

    def text(self, name: str, text: str) -> None:
        if name == "t" and not self._reading:
            self._pieces.append(text)

    def end(self, name: str) -> None:
        if name == "rPh":
            self._reading = False
        elif name == "si":
            self.texts.append("".join(self._pieces))
            self._pieces = []


class Notes:
    """Comments of either kind, each at its cell."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._where = title
        self._pieces: list[str] = []
        self._rows: list[Row] = []

    def rows(self) -> Iterator[Row]:
        yield from self._rows
        self._rows = []

    def start(self, name: str, attributes: Attributes) -> None:
        if name in ("comment", "threadedComment"):
            self._where = f"{self._title}!{attributes.get('ref', '?')} (comment)"

    def text(self, name: str, text: str) -> None:
        if name in ("t", "text"):
            self._pieces.append(text)

    def end(self, name: str) -> None:
        if name in ("comment", "threadedComment"):
            self._rows.append(prose("".join(self._pieces), self._where, "notes"))
            self._pieces = []


class Sheet:
    """Cells in rows; formulas that hold words, headers and footers, and what a cell says when it is chosen."""

    def __init__(
        self, title: str, strings: Sequence[str], amounts: set[int], merged: Iterable[tuple[bytes, bytes]]
    ) -> None:
        self._title, self._strings, self._amounts = title, strings, amounts
        self._merged = {first.decode(): _span(first.decode(), last.decode()) for first, last in merged}
        self._rows: list[Row] = []
        self._cells: list[Cell] = []
        self._row = self._column = 0
        self._kind, self._style, self._name = "", 0, ""
        self._value: list[str] = []

    def rows(self) -> Iterator[Row]:
        yield from self._rows
        self._rows = []

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self._begin(attributes)
        elif name == "row":
            self._row, self._column = _whole(attributes, "r") or self._row + 1, 0
        elif name in ("dataValidation", "hyperlink"):
            said = " ".join(attributes[key] for key in _SAID if key in attributes)
            self._aside(said, attributes.get("ref", attributes.get("sqref", "")[:20]))

    def _begin(self, attributes: Attributes) -> None:
        self._kind, self._style, self._value = attributes.get("t", "n"), _whole(attributes, "s"), []
        if reference := attributes.get("r", ""):
            self._row, self._column = sheets.place(reference)
        self._name = sheets.name(self._row, self._column)

    def text(self, name: str, text: str) -> None:
        if name in ("v", "t"):
            self._value.append(text)
        elif name == "f":
            if '"' in text:
                self._aside(text, f"{self._name} (formula)")
        elif _HEADER.fullmatch(name):
            self._aside(text, "header or footer")
        elif name in ("formula1", "formula2") and '"' in text:
            self._aside(text, "choices")

    def _aside(self, text: str, where: str) -> None:
        if text.strip():
            self._rows.append(prose(text, f"{self._title}!{where}", f"{self._title} aside"))

    def end(self, name: str) -> None:
        if name == "c":
            text = self._shown()
            if text.strip():
                columns = self._merged.get(self._name) or (self._column,)
                amount = self._kind == "n" and self._style in self._amounts
                self._cells.append(Cell(text, f"{self._title}!{self._name}", columns, amount))
            self._column += 1
        elif name == "row":
            self._rows.append(Row(self._cells, self._title))
            self._cells = []

    def _shown(self) -> str:
        raw = "".join(self._value)
        if self._kind == "s":
            return self._strings[int(raw)] if raw.isdecimal() and int(raw) < len(self._strings) else ""
        return sheets.number(raw) if self._kind == "n" else raw


def _whole(attributes: Attributes, key: str) -> int:
    raw = attributes.get(key, "0")
    return int(raw) if raw.isdecimal() and len(raw) < 10 else 0


def _span(first: str, last: str) -> range:
    """The columns of merged cells."""
    (_, left), (_, right) = sheets.place(first), sheets.place(last)
    return range(left, min(right, left + _WIDEST) + 1)
