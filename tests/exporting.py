"""A folder of exports for tests: real files, the real reader in a process of its own."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from monitor.cli import wiring
from monitor.collectors import exports
from monitor.mapping import Board
from monitor.model import Collected, Cursor, Platform, Surface
from tests.houses import Clock, T

HEAD = (
    "工单编号",
    "诉求标题",
    "诉求内容",
    "来电人",
    "联系电话",
    "事发地址",
    "来电时间",
    "办结时间",
    "承办单位",
    "答复内容",
)
FIELDS = Board(
    number="工单编号",
    title="诉求标题",
    text="诉求内容",
    place="事发地址",
    posted="来电时间",
    replied="办结时间",
    reply="答复内容",
    unit="承办单位",
)


def row(
    number: str, text: str = "路灯不亮", *, posted: str = "2026-11-04 09:00", reply: str = "", caller: str = ""
) -> list[str]:
    replied = "2026-11-04 11:00" if reply else ""
    return [number, "夜间照明", text, caller, "13800000000", "东苑路1号", posted, replied, "市政科", reply]


def table(rows: Iterable[Sequence[str]], head: Sequence[str] = HEAD, delimiter: str = ",") -> str:
    """As CSV."""
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter).writerows([head, *rows])
    return written.getvalue()


@dataclass
class Folder:
    """Files dropped into it were written a minute ago."""

    path: Path
    board: Board = FIELDS
    clock: Clock = field(default_factory=Clock)
    cursor: Cursor = field(default_factory=lambda: Cursor(platform="hotline"))
    key: bytes = b"k" * 32

    def drop(self, name: str, content: str | bytes, *, ago: timedelta = timedelta(minutes=1)) -> Path:
        path = self.path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        self.written(path, self.clock() - ago)
        return path

    def written(self, path: Path, at: datetime) -> None:
        os.utime(path, (at.timestamp(), at.timestamp()))

    def read(self) -> Collected:
        """One pass; the cursor is kept."""
        lines = wiring.sheets
        door = exports.Door(lines, self.clock, self.key)
        found = exports.collect(door, self.platform, self.cursor, lambda *_, **__: None)  # type: ignore[arg-type,return-value]
        self.cursor = found.cursor
        return found

    @property
    def platform(self) -> Platform:
        url = f"file://{self.path}"
        return Platform(
            name="hotline",
            kind="exports",
            title="热线",
            url=url,
            prefixes=(url,),
            surface=Surface.PRIVATE,
            board=self.board,
        )


__all__ = ["FIELDS", "HEAD", "Folder", "T", "row", "table"]
