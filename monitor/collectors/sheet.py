"""An export of messages in a file: CSV in any encoding, JSON lines, or one JSON list. EDGE.

What the columns mean is read from their names, in Chinese or English, unless somebody says it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice

from monitor.collectors import boardpage
from monitor.decoding import decode
from monitor.errors import CollectError
from monitor.model import Board, Item, Platform

ROWS = 1000  # read at a time
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


def items(body: bytes, platform: Platform, fields: Mapping[str, str]) -> Iterator[Item]:
    """The messages of the file ``body``, as many at a time as a page has.

    ``fields`` says for a field of ``NAMES`` what it is called here. Raises CollectError "broken_board" for what is
    neither CSV nor JSON, and "fields_missing" when no column can be the text, or its time of posting.
    """
    text = decode(body).text.lstrip("\ufeff")
    rows = iter(_json(text) if text.lstrip()[:1] in {"{", "["} else _csv(text))
    board: Board | None = None
    start = 0
    while page := list(islice(rows, ROWS)):
        board = board or mapping(page[0], fields)
        if not board.number:
            page = [row | {"#": start + n} for n, row in enumerate(page)]
        start += len(page)
        here = replace(board, number=board.number or "#")
        yield from boardpage.read(json.dumps(page, ensure_ascii=False), platform, here, platform.url).items


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


def _json(text: str) -> Iterable[dict[str, object]]:
    try:
        rows = (
            json.loads(text)
            if text.lstrip()[:1] == "["
            else [json.loads(line) for line in text.splitlines() if line.strip()]
        )
    except (ValueError, RecursionError) as error:
        raise CollectError("broken_board", "the file is neither a JSON list nor JSON lines") from error
    return [row for row in rows if isinstance(row, dict)]
