"""One export: its headings, and each row below them as a message."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor.collectors import boardpage, bylines, headings
from monitor.collectors.exportmemory import Bad
from monitor.collectors.headings import Columns
from monitor.errors import CollectError
from monitor.mapping import Board
from monitor.model import ROW, Item, Platform

HEAD = 30  # lines of a sheet in which its headings stand
FEW = 3  # rows that can't all lack the same by chance
MANY = 20  # rows that can't all belong to one message

_OWN = Board(  # how a row is read once its columns have our names
    number="number", place="place", title="title", text="text", posted="posted",
    replied="replied", reply="reply", unit="unit", withdrawn="withdrawn",
)  # fmt: skip
_SHORTENED = re.compile(r"\d(?:\.\d{1,20})?e\+?\d{1,3}", re.IGNORECASE)
_SERIAL = re.compile(r"(\d{5})(?:\.\d{1,20})?")
_DAY_NOUGHT = datetime(1899, 12, 30)  # noqa: DTZ001  a spreadsheet's days have no zone; the platform's is given later
_DAYS = range(20_000, 80_000)  # until 2119; other numbers are no dates
_NOBODY = frozenset(
    {"匿名", "市民", "群众", "来电人", "热心市民", "先生", "女士", "保密", "不详", "未知", "业主", "居民", "某某"}
)

Line = tuple[str, int, Mapping[int, str]]  # sheet, number from 1, text by column


@dataclass(frozen=True, slots=True)
class Body:
    """A line below headings. ``ordinal`` is that of its sheet, from 1."""

    sheet: str
    ordinal: int
    number: int
    cells: Mapping[int, str]
    columns: Columns


@dataclass(slots=True)
class Table:
    """``rows`` were added; ``items`` by external id; ``bad`` is what they lack."""

    platform: Platform
    board: Board
    name: str  # of the file
    bad: Bad
    rows: int = 0
    items: dict[str, Item] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    posted: int = 0  # rows with a date
    written: int = 0  # rows with a text

    def bodies(self, lines: Iterable[Line]) -> Iterator[Body]:
        """The lines below the headings of each sheet.

        Raises CollectError "fields_missing" at the end when no sheet has them; of several, one without is a bad row.
        """
        sheets: list[_Sheet] = []
        best: Mapping[int, str] = {}
        for title, number, cells in lines:
            if not sheets or sheets[-1].title != title:
                sheets.append(_Sheet(title))
            sheet = sheets[-1]
            if sheet.columns is not None:
                yield Body(title, len(sheets), number, cells, sheet.columns)
                continue
            sheet.lines += len(cells) > 1
            sheet.columns = headings.find(cells, self.board) if number <= HEAD else None
            best = max(best, cells, key=lambda each: headings.fits(each, self.board))
        if not any(sheet.columns for sheet in sheets):
            raise CollectError("fields_missing", headings.missing(best, self.board))
        for ordinal, sheet in enumerate(sheets, 1):
            if sheet.columns is None and sheet.lines >= FEW:
                self.bad.add(ordinal, 1, "no headings on this sheet")

    def add(self, body: Body) -> None:
        """One row as a message. What it lacks is noted; one that says nothing is left out."""
        self.rows += 1
        entry = {field: body.cells.get(column, "").strip() for field, column in body.columns.of.items()}
        if not any(entry.values()):
            return
        lacks = self._mended(entry, body)
        item = boardpage.item(entry, self.platform, _OWN, "")
        if entry.get("posted") and item.published_at is None:
            lacks.append("the time is no date")
        if not item.text:
            lacks.append("no text")
        if lacks:
            self.bad.add(body.ordinal, body.number, ", ".join(lacks))
        self.posted += item.published_at is not None
        self.written += bool(item.text)
        if not item.text and not item.title:
            return
        if boardpage.is_gone(item, entry, _OWN):
            self.gone.append(item.external_id)
            return
        place = str(body.number) if body.ordinal == 1 else f"{body.sheet.replace('|', '/')}!{body.number}"
        link = f"{ROW}{place}|{entry['number'].replace('|', '/')}|{self.name}"
        known = self.items.get(item.external_id)
        if known is None or item.reply or not known.reply:
            self.items[item.external_id] = replace(item, link=link)

    def _mended(self, entry: dict[str, str], body: Body) -> list[str]:
        """``entry`` without the caller's name and with dates that can be read; what its number lacks."""
        callers = bylines.names(body.cells.get(column, "") for column in body.columns.names)
        callers = tuple(name for name in callers if name not in _NOBODY)
        for name in ("title", "text", "place", "reply"):
            if name in entry:
                entry[name] = bylines.out_of_account(entry[name], callers)
        for name in ("posted", "replied"):
            if name in entry:
                entry[name] = _from_serial(entry[name])
        if _SHORTENED.fullmatch(entry["number"]):
            entry["number"] = ""
            return ["a spreadsheet has shortened the number"]
        return [] if entry["number"] else ["no number"]

    def check(self) -> None:
        """Raises CollectError "fields_missing" for a mapping that can't be right although its headings are there."""
        if self.rows < FEW or not (self.items or self.bad.count):
            return
        for name, count in (("text", self.written), ("posted", self.posted)):
            heading = getattr(self.board, name)
            if heading and not count:
                raise CollectError("fields_missing", f"{name} = {heading!r} is empty, or can't be read, in every row")
        if self.rows >= MANY and len(self.items) == 1 and not self.gone:
            raise CollectError("fields_missing", f"number = {self.board.number!r} is the same in every row")


@dataclass(slots=True)
class _Sheet:
    title: str
    columns: Columns | None = None
    lines: int = 0  # with more than one cell, before the headings


def _from_serial(raw: str) -> str:
    """A date as people write it, where a spreadsheet's number of days stands."""
    if not _SERIAL.fullmatch(raw) or int(raw[:5]) not in _DAYS:
        return raw
    moment = _DAY_NOUGHT + timedelta(seconds=round(float(raw) * 86_400))
    return f"{moment:%Y-%m-%d %H:%M:%S}"
