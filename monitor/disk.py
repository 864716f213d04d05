"""The disk that the data folder is on: how much is free, a reserve for the day it is full, whole files. EDGE."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

Free = Callable[[Path], int]


def free(folder: Path) -> int:
    """Bytes that we may still write there. Raises OSError."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def inodes(folder: Path) -> tuple[int, int]:
    """How many more files there may be, and how many in all; (0, 0) where nobody counts. Raises OSError."""
    found = os.statvfs(folder)
    return found.f_favail, found.f_files


class Disk:
    """The disk of one folder; ``asked`` says what is free."""

    def __init__(self, folder: Path, size: int, asked: Free = free) -> None:
        self._folder = folder
        self._size = size
        self._asked = asked
        self._path = folder / "reserve"

    def free(self) -> int:
        """Raises OSError."""
        return self._asked(self._folder)

    @property
    def held(self) -> bool:
        """Whether the reserve is there, whole and really taken from the disk."""
        try:
            found = self._path.stat()
        except OSError:
            return False
        return found.st_size == self._size and found.st_blocks * 512 >= self._size

    def hold(self) -> bool:
        """Take the reserve; False when there is no room for it, or the disk has no such thing."""
        if self.held:
            return True
        try:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
            try:
                os.posix_fallocate(handle, 0, self._size)
            finally:
                os.close(handle)
        except OSError:
            self.let_go()
        return self.held

    def let_go(self) -> bool:
        """Give it back; False when there was none."""
        try:
            self._path.unlink()
        except OSError:
            return False
        return True


def write(path: Path, text: str) -> None:
    """Put a file there whole, readable by everybody, or leave the one that is there. Raises OSError."""
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            os.fchmod(file.fileno(), 0o644)
        Path(temporary).replace(path)
    except OSError:
        with suppress(OSError):
            Path(temporary).unlink()
        raise
