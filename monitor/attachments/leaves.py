"""Words in XML that is neither text nor sheet: properties, charts, caches, links, connections."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.attachments.rows import Row, prose
from monitor.attachments.xml import Attributes

_SILENT = frozenset({"numCache", "numLit"})  # the numbers of a chart are quantities
_SAID = frozenset(
    "prompt promptTitle error errorTitle display tooltip connection command connectionString sourceFile url Target"
    " displayName name title descr alt oddHeader comment v string".split()
)


class Leaves:
    """Hears any XML; every text and every attribute that may hold words is a row at ``where``."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._rows: list[Row] = []
        self._silent = 0
        self._field = ""  # of a pivot table's cache
        self._figure = False  # within a cell of another workbook that holds a number

    def rows(self) -> Iterator[Row]:
        yield from self._rows
        self._rows = []

    def start(self, name: str, attributes: Attributes) -> None:
        self._silent += name in _SILENT
        if name == "cacheField":
            self._field = attributes.get("name", "")
        elif name == "cell":
            self._figure = attributes.get("t", "n") == "n"
        elif name == "n":  # a number of a cache: only its field says what it counts
            self._say(f"{self._field}：{attributes.get('v', '')}" if self._field else "")
            return
        for key, said in attributes.items():
            if key in _SAID and not self._silent:
                self._say(said)

    def text(self, _name: str, text: str) -> None:
        if not (self._silent or self._figure):
            self._say(text)

    def end(self, name: str) -> None:
        self._silent -= name in _SILENT
        if name == "cacheField":
            self._field = ""
        elif name == "cell":
            self._figure = False

    def _say(self, text: str) -> None:
        if len(text) > 5 and not text.isspace():
            self._rows.append(prose(text, self._where, self._where))
