"""What is remembered of a folder of exports between two passes, in keyed digests. JSON in ``Cursor.memory``."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, field

MAX_BAD = 10  # bad rows of a file that are told one by one
MAX_CONTENTS = 2_000  # of files that have been moved away


@dataclass(slots=True)
class Bad:
    """Rows that could not be read whole: how many, and the first of them as sheet, row and reason."""

    count: int = 0
    first: list[tuple[int, int, str]] = field(default_factory=list)

    def add(self, sheet: int, row: int, why: str) -> None:
        self.count += 1
        if len(self.first) < MAX_BAD:
            self.first.append((sheet, row, why))


@dataclass(slots=True)
class Memory:
    """``files``: by name, size and time of a file that lies there the digest of its content; ``wrong``: by the same why
    a file can't be read. ``bad``: by content.

    ``contents`` were read to their end, the last one last. ``seen`` are files that were not read as they may still be
    written. ``part`` is the content of a file that was read in part, and ``rows`` how many of it.
    """

    files: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    contents: list[str] = field(default_factory=list)
    bad: dict[str, Bad] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    part: str = ""
    rows: int = 0

    @classmethod
    def read(cls, written: str) -> Memory:
        """An empty one of what can't be read."""
        try:
            told = json.loads(written)
            bad = {
                content: Bad(each["count"], [(sheet, row, why) for sheet, row, why in each["first"]])
                for content, each in told.pop("bad").items()
            }
            return cls(**told, bad=bad)
        except (ValueError, TypeError, KeyError, AttributeError):
            return cls()

    def written(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))

    def keep_only(self, marks: Collection[str]) -> None:
        """Forget files that lie there no more, and in time what was in them."""
        self.files = {mark: content for mark, content in self.files.items() if mark in marks}
        self.wrong = {mark: why for mark, why in self.wrong.items() if mark in marks}
        there = {*self.files.values()}
        gone = [content for content in self.contents if content not in there]
        self.contents = [*gone[-MAX_CONTENTS:], *(content for content in self.contents if content in there)]
        self.bad = {content: bad for content, bad in self.bad.items() if content in there or content == self.part}

    def finished(self, mark: str, content: str) -> None:
        self.files[mark] = content
        if content not in self.contents:
            self.contents.append(content)
        if self.part == content:
            self.part, self.rows = "", 0

    def stopped(self, content: str, rows: int) -> None:
        self.part, self.rows = content, rows
