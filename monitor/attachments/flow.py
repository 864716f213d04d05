"""Text of a Word part or a drawing: paragraphs, cells, boxes; as it is now, and as it was before tracked changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from monitor.attachments import sheets
from monitor.attachments.rows import Cell, Row, prose
from monitor.attachments.xml import Attributes

_TAKEN = frozenset({"del", "moveFrom"})
_PUT = frozenset({"ins", "moveTo"})
_WRITTEN = frozenset({"t", "delText"})
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_ASIDE = {  # element: attributes that hold words
    "docPr": ("descr", "title"),
    "cNvPr": ("descr", "title"),
    "hyperlink": ("tooltip",),
    "hlinkClick": ("tooltip",),
    "default": ("val",),
    "listEntry": ("val",),
    "listItem": ("displayText", "value"),
    "statusText": ("val",),
    "helpText": ("val",),
    "alias": ("val",),
    "tag": ("val",),
    "textpath": ("string",),
    "shape": ("alt",),
}


@dataclass(slots=True)
class _Paragraph:
    where: str
    now: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    tracked: bool = False


@dataclass(slots=True)
class _Table:
    name: str
    row: int = 0
    column: int = 0
    span: int = 1
    cells: list[Cell] = field(default_factory=list)
    text: list[str] = field(default_factory=list)


class Flow:
    """Hears the XML of one part called ``part`` ("" for the main text); ``rows`` gives what has come together."""

    def __init__(self, part: str) -> None:
        self._part = f"{part} " if part else ""
        self._rows: list[Row] = []
        self._paragraphs: list[_Paragraph] = []
        self._boxes: list[_Table | None] = [None]  # the innermost is where paragraphs go; None: the page
        self._count = {"paragraph": 0, "table": 0}
        self._taken = self._put = self._tabs = 0

    def rows(self) -> Iterator[Row]:
        """What has been heard since this was asked last."""
        yield from self._rows
        self._rows = []

    def start(self, name: str, attributes: Attributes) -> None:
        self._taken += name in _TAKEN
        self._put += name in _PUT
        self._tabs += name == "tabs"
        if name == "p":
            self._paragraphs.append(_Paragraph(self._where("paragraph")))
        elif name in _BREAKS and not self._tabs:
            self._add(_BREAKS[name])
        elif name == "tbl":
            self._boxes.append(_Table(f"{self._part}table {self._next('table')}"))
        elif name in ("txbxContent", "txBody", "txbx"):
            self._boxes.append(None)
        elif (table := self._boxes[-1]) is not None:
            _in_table(table, name, attributes)
        for key in _ASIDE.get(name, ()):
            if said := attributes.get(key, ""):
                self._rows.append(prose(said, f"{self._part or 'document '}aside", "aside"))

    def text(self, name: str, text: str) -> None:
        if name in _WRITTEN:
            self._add(text, deleted=name == "delText")
        elif name == "instrText":
            self._rows.append(prose(text, f"{self._part or 'document '}field", "aside"))

    def end(self, name: str) -> None:
        self._taken -= name in _TAKEN
        self._put -= name in _PUT
        self._tabs -= name == "tabs"
        table = self._boxes[-1]
        if name == "p" and self._paragraphs:
            self._finish(self._paragraphs.pop(), table)
        elif name in ("tbl", "txbxContent", "txBody", "txbx") and len(self._boxes) > 1:
            self._boxes.pop()
        elif table is not None and name == "tc":
            columns = range(table.column, table.column + table.span)
            text = "\n".join(table.text)
            if text.strip():
                table.cells.append(Cell(text, _cell(table), columns))
            table.column, table.text = table.column + table.span, []
        elif table is not None and name == "tr":
            self._rows.append(Row(table.cells, table.name))
            table.cells = []

    def _next(self, what: str) -> int:
        self._count[what] += 1
        return self._count[what]

    def _where(self, what: str) -> str:
        table = self._boxes[-1]
        return _cell(table) if table is not None else f"{self._part}{what} {self._next(what)}"

    def _add(self, text: str, *, deleted: bool = False) -> None:
        """Runs of one paragraph are one text, however they are divided."""
        if not self._paragraphs:
            if text.strip():
                self._rows.append(prose(text, f"{self._part}text", "aside"))
            return
        at, taken = self._paragraphs[-1], deleted or self._taken > 0
        at.tracked |= taken or self._put > 0
        if not taken:
            at.now.append(text)
        if not self._put or taken:
            at.before.append(text)

    def _finish(self, at: _Paragraph, table: _Table | None) -> None:
        text = "".join(at.now)
        if table is not None:
            table.text.append(text)
        elif text.strip():
            self._rows.append(prose(text, at.where, "text"))
        if at.tracked:
            self._rows.append(prose("".join(at.before), f"{at.where} (before changes)", "before"))


def _in_table(table: _Table, name: str, attributes: Attributes) -> None:
    if name == "tr":
        table.row, table.column = table.row + 1, 0
    elif name == "tc":
        table.span = 1
    elif name == "gridSpan":
        span = attributes.get("val", "1")
        table.span = min(int(span), 63) if span.isdecimal() and int(span) else 1


def _cell(table: _Table) -> str:
    return f"{table.name}!{sheets.name(table.row, table.column)}"
