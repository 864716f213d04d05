"""A file that hangs on an Item, as a value. PURE."""

from __future__ import annotations

from dataclasses import dataclass

MOST = 50  # that hang on one page: one with more is no article


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that hangs on an Item, as it passed the door: known by (platform, external_id), an Item of its own.

    ``link`` and ``name`` are masked. ``error`` says why it is never fetched, "" when it is: from ``link``.
    """

    external_id: str
    link: str
    name: str
    error: str = ""
