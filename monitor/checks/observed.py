"""What is remembered of a platform, for the checks. PURE."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.model import Platform


@dataclass(frozen=True, slots=True)
class Visits:
    """How often a platform was visited in the last seven days, and how often it didn't open in time."""

    total: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """A platform that has just been read well. ``published`` are the dates of its newest entries, in any order."""

    platform: Platform
    now: datetime
    published: tuple[datetime, ...] = ()
    decoded_by: str = ""
    certified_until: datetime | None = None
