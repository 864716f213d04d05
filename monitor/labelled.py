"""An agency's labelled messages out of a CSV: what its own routing learns from. PURE.

What the columns mean is read from their names, in Chinese or English, unless somebody says it.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.decoding import decode

LONGEST_TOPIC = 64  # characters, as many as the store has room for
MAX_FIELD = 1_000_000  # characters
MOST = 20  # problems that are listed
ENCODINGS = frozenset({"bom", "utf-8", "wide", "gb18030"})  # others are guessed or mended, and labels are neither
NAMES: Mapping[str, tuple[str, ...]] = {  # field: what exports call it; the first that fits counts
    "topic": ("topic", "label", "category", "一级标签", "一级分类", "主题分类", "归口", "分类", "类别", "标签"),
    "title": ("title", "subject", "标题", "主题", "留言主题", "诉求标题", "信件标题"),
    "text": ("text", "content", "body", "内容", "正文", "留言详情", "留言内容", "诉求内容", "信件内容", "问题描述"),
}


@dataclass(frozen=True, slots=True)
class Row:
    title: str
    text: str
    topic: str


@dataclass(frozen=True, slots=True)
class Problem:
    """``what`` is a key of the wording, ``value`` what is filled in; ``line`` counts from 1."""

    line: int
    what: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Labelled:
    """``unlabelled`` rows have no topic, or say nothing, and are left out. With a problem there is nothing to learn."""

    rows: tuple[Row, ...]
    unlabelled: int
    problems: tuple[Problem, ...]


def read(body: bytes, fields: Mapping[str, str]) -> Labelled:
    """The file ``body``; ``fields`` says for a field of ``NAMES`` what its column is called here."""
    decoded = decode(body)
    if decoded.rule not in ENCODINGS:
        return _nothing(Problem(_undecodable(body), "encoding"))
    text = decoded.text.lstrip("\ufeff")
    lines = _lines(text)
    columns = next(lines, None)
    if columns is None:
        return _nothing(Problem(1, "empty"))
    if isinstance(columns, Problem):
        return _nothing(columns)
    names = columns[1]
    places = _places(names, fields)
    missing = [field for field in ("text", "topic") if field not in places]
    if missing:
        there = ", ".join(names)
        return _nothing(*(Problem(1, f"no_{field}", there) for field in missing))
    return _labelled(lines, places, len(names))


def _nothing(*problems: Problem) -> Labelled:
    return Labelled((), 0, problems)


def _labelled(lines: Iterator[tuple[int, list[str]] | Problem], places: Mapping[str, int], width: int) -> Labelled:
    rows: list[Row] = []
    problems: list[Problem] = []
    unlabelled = 0
    for found in lines:
        row = found if isinstance(found, Problem) else _row(*found, places, width)
        if isinstance(row, Problem):
            problems.append(row)
        elif row.topic and (row.text or row.title):
            rows.append(row)
        else:
            unlabelled += 1
        if len(problems) == MOST:
            break
    return Labelled(tuple(rows), unlabelled, tuple(problems))


def _row(line: int, cells: Sequence[str], places: Mapping[str, int], width: int) -> Row | Problem:
    if any(cell.strip() for cell in cells[width:]):
        return Problem(line, "too_many_cells", str(len(cells)))
    if len(cells) < width:
        return Problem(line, "too_few_cells", str(len(cells)))
    named = {field: cells[place].strip() for field, place in places.items()}
    topic = " ".join("".join(letter if letter.isprintable() else " " for letter in named["topic"]).split())
    if len(topic) > LONGEST_TOPIC:
        return Problem(line, "long_topic", topic[:LONGEST_TOPIC])
    return Row(named.get("title", ""), named["text"], topic)


def _places(names: Sequence[str], fields: Mapping[str, str]) -> dict[str, int]:
    """Which column is what."""
    plain = [name.strip() for name in names]
    folded = [name.casefold() for name in plain]
    found = {}
    for field, usual in NAMES.items():
        if field in fields:
            place = plain.index(fields[field]) if fields[field] in plain else None
        else:
            place = next((folded.index(name) for name in usual if name in folded), None)
        if place is not None:
            found[field] = place
    return found


def _lines(text: str) -> Iterator[tuple[int, list[str]] | Problem]:
    """Each row that isn't empty, with the line it begins on; a quote that nobody closes is a problem and the end."""
    csv.field_size_limit(MAX_FIELD)
    delimiter = max(",\t;", key=text[:20_000].partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Problem(line, "broken", str(error))
            return
        if any(cells):
            yield line, cells


def _undecodable(body: bytes) -> int:
    """The line where the file stops being UTF-8."""
    try:
        codecs.decode(body, "utf-8")
    except UnicodeDecodeError as error:
        return body.count(b"\n", 0, error.start) + 1
    return 1
