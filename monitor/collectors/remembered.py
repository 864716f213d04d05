"""What a collector of pages remembers between its passes, in ``Cursor.memory``: which articles it has read.

Addresses are remembered as short digests. Whatever can't be read is forgotten: then articles are read once more, and
the store knows them again.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from hashlib import sha256
from typing import Any

MAX_READ = 12_000  # articles that are known to have been read
MAX_AGAIN = 20  # of the newest, which are read again now and then
UNREAD = "?"  # the state of an article that could not be read in as many passes as it was given
MAX_TRIED = 200  # articles that could not be read


@dataclass(slots=True)
class Memory:
    read: dict[str, str] = field(default_factory=dict)  # mark of an article -> of its state; the latest last
    tried: dict[str, int] = field(default_factory=dict)  # mark -> how often it could not be read
    proofs: dict[str, list[str]] = field(default_factory=dict)  # mark -> ETag, Last-Modified
    why: str = ""  # why the last article that failed could not be read: code, line feed, words
    page: str = ""  # mark of the list page itself as it was judged last
    back: str = ""  # the page where reading back goes on; "" when nothing is left there
    back_number: int = 0  # which page that is; the first is 1
    only_new: bool = False  # reading back ends where something known stands

    def knows(self, mark: str) -> bool:
        return mark in self.read

    def note(self, mark: str, state: str = "", etag: str = "", last_modified: str = "") -> None:
        """It has been read in this ``state``, or is not worth another try."""
        self.tried.pop(mark, None)
        self.read.pop(mark, None)
        self.read[mark] = state
        self.proofs.pop(mark, None)
        if etag or last_modified:
            self.proofs[mark] = [etag, last_modified]

    def failed(self, mark: str) -> int:
        """How often it could not be read, this time included."""
        self.tried[mark] = self.tried.pop(mark, 0) + 1
        return self.tried[mark]

    def written(self) -> str:
        kept = {
            "read": _latest(self.read, MAX_READ),
            "tried": _latest(self.tried, MAX_TRIED),
            "proofs": _latest(self.proofs, 2 * MAX_AGAIN),
        }
        return json.dumps(asdict(self) | kept, separators=(",", ":"))


def _latest(kept: dict[str, Any], most: int) -> dict[str, Any]:
    return dict(list(kept.items())[-most:])


def mark(*told: str) -> str:
    return sha256("\n".join(told).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def recalled(raw: str) -> Memory:
    """What ``written`` wrote; nothing of what was written in another form."""
    try:
        told = json.loads(raw or "{}")
        memory = Memory(**{each.name: told[each.name] for each in fields(Memory) if each.name in told})
    except (ValueError, TypeError, RecursionError):
        return Memory()
    return memory if _sound(memory) else Memory()


def _sound(memory: Memory) -> bool:
    kept = (memory.read, str), (memory.tried, int), (memory.proofs, list)
    maps = all(isinstance(each, dict) and all(isinstance(one, of) for one in each.values()) for each, of in kept)
    words = all(isinstance(each, str) for each in (memory.why, memory.page, memory.back))
    numbers = isinstance(memory.back_number, int)
    return maps and words and numbers and all([*map(type, proof)] == [str, str] for proof in memory.proofs.values())
