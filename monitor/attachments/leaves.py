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

    def rows(self) -> Iterator[Row]:
        yield from self._rows
        self._rows = []

    def start(self, name: str, attributes: Attributes) -> None:
        self._silent += name in _SILENT
        for key, said in attributes.items():
            if key in _SAID and not self._silent:
                self._say(said)

    def text(self, _name: str, text: str) -> None:
        if not self._silent:
            self._say(text)

    def end(self, name: str) -> None:
        self._silent -= name in _SILENT

    def _say(self, text: str) -> None:
        if len(text) > 5 and not text.isspace():
            self._rows.append(prose(text, self._where, self._where))
