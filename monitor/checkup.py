"""What `huiyin doctor` makes of what it has looked at: each part well, to be watched or wrong, and why. PURE."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.proof import Hold
from monitor.watching import AHEAD, FULL, MB, Level
from monitor.words import Words

FEW_INODES = 0.05  # of all
SIGN_LATE = timedelta(minutes=5)  # the monitoring's file is written each minute


class Part(StrEnum):
    """What is looked at, in the order in which it is said."""

    CONFIG = "config"
    DATABASE = "database"
    KEY = "key"
    SERVICE = "service"
    CLOCK = "clock"
    DISK = "disk"
    MAIL = "mail"
    REPLIES = "replies"
    PAGES = "pages"
    DNS = "dns"
    PROOFS = "proofs"
    MODELS = "models"
    FONTS = "fonts"
    SIGN = "sign"


@dataclass(frozen=True, slots=True)
class Found:
    """How one part is; ``key`` names its wording below ``doctor``, and that of what to do about it, ``<key>_fix``."""

    part: Part
    level: Level
    key: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """The same in words; ``fix`` is "" where nothing is to be done."""

    part: Part
    level: Level
    says: str
    fix: str


def line(found: Found, words: Words) -> Line:
    """A Found in words."""
    key, fix = f"doctor.{found.key}", f"doctor.{found.key}_fix"
    says = " ".join(words.say(key, **found.values).split())
    return Line(found.part, found.level, says, words.say(fix, **found.values) if fix in words else "")


def worst(lines: Sequence[Line]) -> Level:
    """The worst of them."""
    return max((each.level for each in lines), default=Level.WELL)


def report(lines: Sequence[Line], now: datetime, version: str) -> dict[str, object]:
    """The same for programs."""
    rows = [
        {"part": str(each.part), "level": each.level.name.lower(), "says": each.says, "fix": each.fix} for each in lines
    ]
    state = worst(lines).name.lower()
    return {"time": f"{now:%Y-%m-%dT%H:%M:%SZ}", "version": version, "state": state, "checks": rows}


def clock(now: datetime, newest: datetime | None, written: datetime | None) -> Found:
    """Whether the clock can be right: nothing in the database, and no file of ours, can be newer than now."""
    for key, moment in (("clock_database", newest), ("clock_files", written)):
        if moment is not None and moment - now > AHEAD:
            return Found(Part.CLOCK, Level.ERROR, key, {"span": moment - now})
    return Found(Part.CLOCK, Level.WELL, "clock_well")


def disk(free: int, least: int, *, held: bool, inodes: tuple[int, int]) -> Found:
    """Whether there is room: ``inodes`` are how many more files there may be, and how many in all."""
    values = {"free": free // MB, "least": least // MB, "files": inodes[0]}
    if free < FULL:
        return Found(Part.DISK, Level.ERROR, "disk_full", values)
    if free < least:
        return Found(Part.DISK, Level.ERROR, "disk_low", values)
    if inodes[1] and inodes[0] < inodes[1] * FEW_INODES:
        return Found(Part.DISK, Level.WARNING, "disk_inodes", values)
    if not held:
        return Found(Part.DISK, Level.WARNING, "disk_no_reserve", values)
    return Found(Part.DISK, Level.WELL, "disk_well", values)


def key(mode: int, *, ours: bool, path: str) -> Found:
    """Whether only the service can read the key file: its rights, and whether we run as its owner."""
    values = {"path": path}
    if mode & 0o077:
        return Found(Part.KEY, Level.ERROR, "key_open", values)
    if not ours:
        return Found(Part.KEY, Level.WARNING, "key_foreign", values)
    return Found(Part.KEY, Level.WELL, "key_well", values)


def proofs(holds: Mapping[str, Hold | None], words: Words) -> Found:
    """Whether all platforms (by title) may be read; None where credentials prove it."""
    never = [title for title, hold in holds.items() if hold in {Hold.NEVER, Hold.OVER}]
    soon = [title for title, hold in holds.items() if hold is Hold.GRACE]
    if never:
        return Found(Part.PROOFS, Level.ERROR, "proofs_missing", {"titles": words.join(never)})
    if soon:
        return Found(Part.PROOFS, Level.WARNING, "proofs_grace", {"titles": words.join(soon)})
    return Found(Part.PROOFS, Level.WELL, "proofs_well")


def names(unknown: Sequence[str], asked: int, words: Words) -> Found:
    """Whether the names of hosts are found."""
    if unknown:
        return Found(Part.DNS, Level.ERROR, "dns_unknown", {"hosts": words.join(unknown)})
    return Found(Part.DNS, Level.WELL, "dns_well" if asked else "dns_none", {"n": asked})


def sign(written: datetime | None, now: datetime, *, path: str, running: bool) -> Found:
    """Whether the monitoring's file is written; ``written`` is when it was last."""
    values = {"path": path}
    if not path:
        return Found(Part.SIGN, Level.WARNING, "sign_none")
    if not running:
        return Found(Part.SIGN, Level.WELL, "sign_asleep", values)
    if written is None or abs(now - written) > SIGN_LATE:
        return Found(Part.SIGN, Level.ERROR, "sign_late", values)
    return Found(Part.SIGN, Level.WELL, "sign_well", values)
