"""An export of messages in a file: CSV in any encoding, JSON lines, or one JSON list. EDGE.

What the columns mean is read from their names, in Chinese or English, unless somebody says it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from monitor.collectors import boardpage
from monitor.decoding import decode
from monitor.errors import CollectError
from monitor.mapping import Board
from monitor.model import Item, Platform

Row = dict[str, object] | str  # of a CSV or a list; a line of JSON

ROWS = 500  # read at a time
MAX_FIELD = 1_000_000  # characters
NAMES: Mapping[str, tuple[str, ...]] = {  # field: what exports call it; the first that fits counts
    "number": ("id", "number", "no", "编号", "留言编号", "工单编号", "工单号", "受理编号", "序号", "信件编号"),
    "title": ("title", "subject", "标题", "主题", "留言主题", "诉求标题", "信件标题"),
    "text": ("text", "content", "body", "内容", "正文", "留言详情", "留言内容", "诉求内容", "信件内容", "问题描述"),
    "posted": (
        "posted",
        "time",
        "date",
        "created",
        "留言时间",
        "提交时间",
        "受理时间",
        "来信时间",
        "登记时间",
        "时间",
        "日期",
    ),
    "replied": ("replied", "reply_time", "replied_at", "答复时间", "回复时间", "办结时间"),
    "reply": ("reply", "answer", "答复意见", "答复内容", "回复内容", "办理结果", "答复", "回复"),
    "place": ("place", "address", "地点", "事发地点", "地址", "诉求地点"),
}


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a file as they were found: reading them is most of the work, and may be done elsewhere."""

    rows: Sequence[Row]
    first: int  # how many stand before them
    board: Board
    platform: Platform

    def __len__(self) -> int:
        return len(self.rows)

    def items(self) -> tuple[Item, ...]:
        """A row that is no sound JSON is left out. Raises CollectError "fields_missing"."""
        entries = [entry for entry in map(_entry, self.rows) if entry is not None]
        board = self.board
        if not board.number:
            entries = [entry | {"#": str(number)} for number, entry in enumerate(entries, self.first)]
            board = replace(board, number="#")
        return boardpage.mapped(entries, self.platform, board, self.platform.url).items if entries else ()


def pages(body: bytes, platform: Platform, fields: Mapping[str, str]) -> Iterator[Rows]:
    """The file ``body``, as many rows at a time as a page has.

    ``fields`` says for a field of ``NAMES`` what it is called here. Raises CollectError "broken_board" for what is
    neither CSV nor JSON, and "fields_missing" when no column can be the text, or its time of posting.
    """
    text = decode(body).text.lstrip("\ufeff")
    rows = iter(_json(text) if text.lstrip()[:1] in {"{", "["} else _csv(text))
    board: Board | None = None
    start = 0
    while page := tuple(islice(rows, ROWS)):
        board = board or mapping(_first(page[0]), fields)
        yield Rows(page, start, board, platform)
        start += len(page)


def _entry(row: Row) -> dict[str, object] | None:
    try:
        found = boardpage.parse(row) if isinstance(row, str) else row
    except CollectError:
        return None
    return found if isinstance(found, dict) else None


def _first(row: Row) -> dict[str, object]:
    entry = _entry(row)
    if entry is None:
        raise CollectError("broken_board", "the file is neither a JSON list nor JSON lines")
    return entry


def mapping(row: Mapping[str, object], fields: Mapping[str, str]) -> Board:
    """Which column is what; raises CollectError "fields_missing" without text or time."""
    columns = {column.strip().casefold(): column for column in row}
    found = {
        field: fields.get(field) or next((columns[name] for name in names if name in columns), "")
        for field, names in NAMES.items()
    }
    for field in ("text", "posted"):
        if found[field] not in row:
            there = ", ".join(row)
            raise CollectError(
                "fields_missing", f"no column is {field}; say --field {field}=COLUMN. There are: {there}"
            )
    return Board(
        number=found["number"],
        title=found["title"],
        text=found["text"],
        posted=found["posted"],
        replied=found["replied"],
        reply=found["reply"],
        place=found["place"],
    )


def _csv(text: str) -> Iterator[dict[str, object]]:
    csv.field_size_limit(MAX_FIELD)
    sample = text[:20_000].partition("\n")[0]
    delimiter = max(",\t;", key=sample.count)
    try:
        for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter):
            yield {str(column): value for column, value in row.items() if column}
    except csv.Error as error:
        raise CollectError("broken_board", f"the file is no sound CSV: {error}") from error


def _json(text: str) -> Iterable[Row]:
    """The entries of a list, or lines that nobody has looked at yet."""
    if text.lstrip()[:1] == "{":
        return (line for line in text.split("\n") if line.strip())
    found = boardpage.parse(text)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
