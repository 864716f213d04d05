"""Rows in, findings of the door out, each with its place. Many rows of one region are judged at a time.

What is quoted ends with the cell: the next one holds a name.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from classifiers.finding import Document, Finding, excerpt
from monitor import masking
from monitor.attachments import wrapped
from monitor.attachments.headings import Headings
from monitor.attachments.limits import Budget
from monitor.attachments.rows import Cell, Row, boxed
from monitor.model import Surface

_ENOUGH = 4000  # characters judged at a time
_OPEN = 8  # regions whose headings are remembered
_ASIDE = "；\n"  # between cells: numbers and words of one are not read into the next


@dataclass(slots=True)
class _Region:
    """``begins`` are the offsets of the cells in the text that waits, ``wheres`` their places."""

    headings: Headings = field(default_factory=Headings)
    earlier: Sequence[Cell] = ()  # the last row but one
    before: Sequence[Cell] = ()  # the last row
    text: list[str] = field(default_factory=list)
    length: int = 0
    begins: list[int] = field(default_factory=list)
    wheres: list[str] = field(default_factory=list)

    def add(self, row: Row) -> int:
        cells = [cell._replace(text=wrapped.whole(cell.text)) for cell in boxed(row.cells)]
        for cell in (*wrapped.joined(self.before, cells), *wrapped.around(self.earlier, cells)):
            self._put(cell.where, _ASIDE + cell.text + _ASIDE)
        end = _ASIDE if sum(not cell.tight for cell in cells) > 1 else "\n"
        for cell, text in self.headings.written(cells):
            if cell.tight and text == cell.text:
                self.length -= len(end)
                self.text[-1] = self.text[-1].removesuffix(end)
            self._put(cell.where, text + end)
        self.earlier, self.before = self.before, cells
        return len(cells)

    def _put(self, where: str, text: str) -> None:
        self.begins.append(self.length)
        self.wheres.append(where)
        self.text.append(text)
        self.length += len(text)

    def clear(self) -> None:
        self.text, self.length, self.begins, self.wheres = [], 0, [], []


class Judge:
    """Feed it rows with ``row``; ``end`` judges what is left. ``at`` is the place that was read last."""

    def __init__(self, budget: Budget) -> None:
        self.at = ""
        self._budget = budget
        self._regions: dict[str, _Region] = {}
        self._seen: set[tuple[str, str, str]] = set()

    def row(self, row: Row) -> Iterator[Finding]:
        if not row.cells:
            return
        if row.region not in self._regions and len(self._regions) >= _OPEN:
            yield from self._judged(self._regions.pop(next(iter(self._regions))))
        region = self._regions.setdefault(row.region, _Region())
        self._budget.spend("cells", region.add(row))
        self.at = row.cells[-1].where
        if region.length > _ENOUGH:
            yield from self._judged(region)

    def end(self) -> Iterator[Finding]:
        while self._regions:
            yield from self._judged(self._regions.pop(next(iter(self._regions))))

    def _judged(self, region: _Region) -> Iterator[Finding]:
        text, begins, wheres = "".join(region.text), region.begins, region.wheres
        region.clear()
        if not text.strip():
            return
        masked = masking.door(Document(text), Surface.PUBLIC)
        for found in masked.findings:
            start, end = found.start or 0, found.end or 0
            cell = bisect_right(begins, start) - 1
            where, first, last = wheres[cell], begins[cell], [*begins, len(text)][bisect_left(begins, end)]
            said = excerpt(masked.document.text[first:last].rstrip(_ASIDE), start - first, end - first)
            known = (where, found.rule, "".join(filter(str.isalnum, found.match)))
            if known not in self._seen:
                self._seen.add(known)
                yield replace(found, start=None, end=None, excerpt=said, where=masking.mask_text(where))
