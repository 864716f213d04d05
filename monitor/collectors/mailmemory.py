"""What is remembered of a mailbox between two passes: which mails have been read. JSON in ``Cursor.memory``."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, field

MAX_RANGES = 50  # of mails that are still to be read; more are joined, and some are read twice


@dataclass(slots=True)
class Folder:
    """``top`` is the highest UID that was seen; ``unread`` are closed ranges below it, the newest first.

    ``broke``: mails at which the connection ended, and how often.
    """

    validity: int
    top: int = 0
    unread: list[list[int]] = field(default_factory=list)
    broke: dict[str, int] = field(default_factory=dict)

    def found(self, uids: Sequence[int]) -> None:
        """New mails, in ascending order."""
        if uids:
            self.top = uids[-1]
            self.unread.insert(0, [uids[0], uids[-1]])
        while len(self.unread) > MAX_RANGES:
            (low, _), (_, high) = self.unread.pop(), self.unread.pop()
            self.unread.append([low, high])

    def next_of(self, uids: Sequence[int], most: int) -> list[int]:
        """The newest of ``uids``, in ascending order; one at which the connection broke comes alone."""
        batch = list(uids[-most:])
        if not self.broke or not any(str(uid) in self.broke for uid in batch):
            return batch
        return batch[-1:]

    def read_down_to(self, uid: int) -> None:
        """The newest range has been read from above to ``uid``."""
        self.unread[0][1] = uid - 1
        self.broke = {known: n for known, n in self.broke.items() if int(known) < uid}

    def broke_at(self, uids: Sequence[int], most: int) -> int:
        """The connection ended while ``uids`` were asked for; how many are given up: one that came alone too often."""
        self.broke |= {str(uid): self.broke.get(str(uid), 0) + (len(uids) == 1) for uid in uids}
        if len(uids) > 1 or self.broke[str(uids[0])] < most:
            return 0
        self.read_down_to(uids[0])
        return 1


@dataclass(slots=True)
class Memory:
    """``listed``: once every mail and every answer that stood there had been read."""

    folders: dict[str, Folder] = field(default_factory=dict)
    listed: bool = False

    @classmethod
    def read(cls, written: str) -> Memory:
        """An empty one of what can't be read."""
        try:
            told = json.loads(written)
            folders = {name: Folder(**folder) for name, folder in told["folders"].items()}
            return cls(folders, listed=bool(told["listed"]))
        except (ValueError, TypeError, KeyError, AttributeError):
            return cls()

    def written(self) -> str:
        return json.dumps(
            {"folders": {name: asdict(each) for name, each in self.folders.items()}, "listed": self.listed}
        )

    def keep_only(self, names: Collection[str]) -> None:
        self.folders = {name: folder for name, folder in self.folders.items() if name in names}

    def folder(self, name: str, validity: int) -> Folder:
        """What is known of a folder: nothing any more once its UIDs mean other mails (RFC 3501, 2.3.1.1)."""
        if name not in self.folders or self.folders[name].validity != validity:
            self.folders[name] = Folder(validity)
            self.listed = False
        return self.folders[name]

    def is_behind_in(self, names: Iterable[str]) -> bool:
        return any(self.folders[name].unread for name in names if name in self.folders)

    @property
    def is_behind(self) -> bool:
        """Whether there is more to read."""
        return self.is_behind_in(self.folders)
