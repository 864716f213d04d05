"""How much of a file is read, and the account of what was. A hostile file costs its limit, never more."""

from __future__ import annotations

from dataclasses import dataclass, field

from monitor.errors import AttachmentError

MB = 1024 * 1024
SMALL = 8 * MB  # unpacked bytes at which nobody asks for the ratio: an empty sheet shrinks well, too


@dataclass(frozen=True, slots=True)
class Limits:
    """For one file with all that is packed in it. ``seconds`` are of the clock, ``memory`` and sizes bytes."""

    seconds: float = 60.0
    memory: int = 1024 * MB  # of addresses, libraries included
    size: int = 128 * MB  # of the file itself
    unpacked: int = 512 * MB
    ratio: int = 200  # unpacked to packed, of one member
    members: int = 5000
    nesting: int = 5  # archives in archives, and files in documents
    pages: int = 3000
    cells: int = 3_000_000
    findings: int = 5000


@dataclass(slots=True)
class Budget:
    """What is left of the limits. Raises AttachmentError with ``permanent`` where the whole file must end."""

    limits: Limits
    spent: dict[str, int] = field(default_factory=dict)

    def spend(self, what: str, amount: int = 1) -> None:
        """``what`` is a limit: "unpacked", "members", "pages", "cells", "findings"."""
        total = self.spent.get(what, 0) + amount
        if total > getattr(self.limits, what):
            raise AttachmentError("too_much", f"more than {getattr(self.limits, what)} {what}", permanent=True)
        self.spent[what] = total

    def left(self, what: str) -> int:
        limit: int = getattr(self.limits, what)
        return limit - self.spent.get(what, 0)
