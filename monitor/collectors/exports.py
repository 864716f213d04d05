"""Exports of a hotline's system, dropped in a folder: read, never moved, renamed or deleted. EDGE.

A file is read once it is written to its end, and once only, whatever it is called later. A message is known by its
number, so a longer export of the same messages brings only what is new in it. What a message's row lacks is reported
by file and row, and the others go in; columns that say who somebody is are never stored.
"""

from __future__ import annotations

import hmac
import stat
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import file_digest, sha256
from io import BufferedReader
from itertools import islice
from pathlib import Path
from urllib.parse import unquote, urlsplit

from monitor.collectors import headings
from monitor.collectors.exportmemory import Bad, Memory
from monitor.collectors.exporttable import Line, Table
from monitor.errors import AttachmentError, CollectError
from monitor.mapping import Board
from monitor.model import Collected, Cursor, Fetched, Item, Platform

KINDS = frozenset({".csv", ".tsv", ".txt", ".xlsx"})
MAX_FILES = 5_000
MAX_BYTES = 100 * 1024 * 1024  # of a file
MAX_ROWS = 100_000
ROWS_A_PASS = 10_000
PASS_TIME = 45.0  # seconds after which no further file is begun
QUIET = timedelta(seconds=20)  # since a file was last written
LOCKED = timedelta(days=1)  # how long a program's lock counts that has its file open
SHOWN = 5  # files in an error

_PARTLY = (".tmp", ".part", ".partial", ".crdownload", ".filepart", ".download", "~")
_NOT_OURS = frozenset({"thumbs.db", "desktop.ini"})
_RETRIED = frozenset({"crashed"})  # or ended with the service: the next pass may have more luck


@dataclass(frozen=True, slots=True)
class Door:
    """What a pass is given: ``lines`` reads the tables in an open file, in a process of its own; the installation key.

    ``lines`` raises AttachmentError, after the lines that could be read.
    """

    lines: Callable[[BufferedReader], Generator[Line]]
    clock: Callable[[], datetime]
    key: bytes


def collect(door: Door, platform: Platform, cursor: Cursor, _fetch: Callable[..., Fetched]) -> Collected:
    """The messages in files that are new, and the cursor with ``memory``.

    A file that can't be read is ``trouble`` as long as it lies there; bad rows are ``left_out``.
    Raises CollectError "no_folder".
    """
    reading = _Reading(door, platform, Memory.read(cursor.memory))
    reading.run()
    trouble = CollectError("export_unread", _listed(reading.unread)) if reading.unread else None
    left = CollectError("rows_left_out", _listed(reading.left)) if reading.left else None
    return Collected(
        tuple(reading.items.values()),
        cursor.passed(reading.memory.written(), had_items=bool(reading.items)),
        gone=tuple(reading.gone),
        trouble=trouble,
        behind=reading.behind and trouble is None,
        left_out=left,
    )


def folder(url: str) -> Path:
    """Of "file:///srv/huiyin/hotline"."""
    return Path(unquote(urlsplit(url).path))


def _listed(found: list[str]) -> str:
    more = f"; {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return "; ".join(found[:SHOWN]) + more


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    state: tuple[int, int]  # size and time, in nanoseconds
    mark: str  # keyed: of name, size and time, and of what the columns are called

    @property
    def name(self) -> str:
        return self.path.name


@dataclass(slots=True)
class _Reading:
    """One pass: what it has read so far."""

    door: Door
    platform: Platform
    memory: Memory
    items: dict[str, Item] = field(default_factory=dict)
    gone: dict[str, None] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)  # files and why
    left: list[str] = field(default_factory=list)
    rows: int = 0
    behind: bool = False

    @property
    def board(self) -> Board:
        return self.platform.board or Board()

    def run(self) -> None:
        files = list(self._files())
        if len(files) > MAX_FILES:
            self.unread.append(f"more than {MAX_FILES} files; move old ones into a folder below")
        files = sorted(files, key=lambda file: file.state[1])[-MAX_FILES:]  # what was written last says what holds now
        self.memory.keep_only({file.mark for file in files})
        last = time.monotonic() + PASS_TIME
        seen: list[str] = []
        for file in files:
            if file.mark in self.memory.files or file.mark in self.memory.wrong:
                continue
            if not self._is_written(file):
                seen.append(file.mark)
            elif self.rows >= ROWS_A_PASS or time.monotonic() > last:
                self.behind = True
            else:
                self._read(file)
        self.memory.seen = seen
        self._report(files)

    def _files(self) -> Iterator[_File]:
        """What lies in the folder and may be an export. Raises CollectError "no_folder"."""
        where = folder(self.platform.url)
        try:
            paths = sorted(where.iterdir())
        except OSError as error:
            raise CollectError("no_folder", f"{where}: {error.strerror or type(error).__name__}") from error
        for path in paths:
            if path.name.startswith((".", "~$")) or path.name.casefold() in _NOT_OURS:
                continue
            try:
                found = path.lstat()
            except OSError:
                continue  # it has just been moved away
            if not stat.S_ISREG(found.st_mode) or path.name.casefold().endswith(_PARTLY):
                continue
            if path.suffix.casefold() in KINDS:
                state = (found.st_size, found.st_mtime_ns)
                yield _File(path, state, self._digest(path.name, *state, *headings.named(self.board).items())[:20])
            else:
                self.left.append(f"{path.name}: is no {', '.join(sorted(KINDS))}; export or save it as one of these")

    def _digest(self, *parts: object) -> str:
        return hmac.new(self.door.key, "\0".join(map(str, parts)).encode("utf-8", "surrogatepass"), sha256).hexdigest()

    def _is_written(self, file: _File) -> bool:
        """Whether nobody writes it any more: for a while by the clock, or since the pass before."""
        now = self.door.clock().timestamp()
        if now - file.state[1] / 1e9 < QUIET.total_seconds() and file.mark not in self.memory.seen:
            return False
        try:
            opened = file.path.with_name(f"~${file.name}").lstat().st_mtime
        except OSError:
            return True
        return now - opened > LOCKED.total_seconds()

    def _read(self, file: _File) -> None:
        try:
            with file.path.open("rb") as source:
                self._read_open(file, source)
        except OSError as error:
            self.unread.append(f"{file.name}: {error.strerror or type(error).__name__}")

    def _read_open(self, file: _File, source: BufferedReader) -> None:
        if file.state[0] > MAX_BYTES:
            self.memory.wrong[file.mark] = f"more than {MAX_BYTES} bytes"
            return
        content = self._digest(file_digest(source, "sha256").hexdigest(), *headings.named(self.board).items())[:20]
        if content in self.memory.contents:  # the same under another name
            self.memory.finished(file.mark, content)
            return
        done = self.memory.rows if self.memory.part == content else 0
        table = Table(self.platform, self.board, file.name, self.memory.bad.get(content, Bad()))
        try:
            ended = self._take(table, source, done)
        except AttachmentError as error:
            if error.code in _RETRIED:
                self.unread.append(f"{file.name}: {error.code} ({error})")
            else:
                self.memory.wrong[file.mark] = f"{error.code} ({error})"
        except CollectError as error:
            self.memory.wrong[file.mark] = str(error)
            return
        else:
            if table.bad.count:
                self.memory.bad[content] = table.bad
            if ended:
                self.memory.finished(file.mark, content)
            else:
                self.memory.stopped(content, done + table.rows)
                self.behind = True
        self._keep(table)

    def _take(self, table: Table, source: BufferedReader, done: int) -> bool:
        """Rows behind the first ``done``, as many as this pass may read; whether these were the last of the file."""
        most = min(ROWS_A_PASS - self.rows, MAX_ROWS - done)
        with closing(self.door.lines(source)) as lines:
            for row in islice(table.bodies(lines), done, None):
                if table.rows == most:
                    break
                table.add(row)
            else:
                table.check()
                return True
        table.check()
        if done + most < MAX_ROWS:
            return False
        table.bad.add(1, done + most, f"no row behind it is read: a file has at most {MAX_ROWS}")
        return True

    def _keep(self, table: Table) -> None:
        """What a later file says of a message holds; only an answer that was there stays."""
        self.rows += table.rows
        self.gone |= dict.fromkeys(table.gone)
        for external_id, item in table.items.items():
            if external_id not in self.items or item.reply or not self.items[external_id].reply:
                self.items[external_id] = item

    def _report(self, files: list[_File]) -> None:
        for file in files:
            if file.mark in self.memory.wrong:
                self.unread.append(f"{file.name}: {self.memory.wrong[file.mark]}")
            bad = self.memory.bad.get(self.memory.files.get(file.mark, ""))
            if bad:
                rows = ", ".join(f"{_place(sheet, row)}: {why}" for sheet, row, why in bad.first)
                more = f", {bad.count - len(bad.first)} more" if bad.count > len(bad.first) else ""
                self.left.append(f"{file.name} {rows}{more}")


def _place(sheet: int, row: int) -> str:
    return f"row {row}" if sheet == 1 else f"sheet {sheet} row {row}"
