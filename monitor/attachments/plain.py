"""Text, CSV and pages in any encoding. Lines are counted from 1; a cell of CSV is called as a spreadsheet would."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import dropwhile, islice
from statistics import mode

from classifiers import page
from classifiers.finding import Document
from monitor.attachments.limits import Budget
from monitor.attachments.rows import Cell, Part, Row, Trouble, prose
from monitor.attachments.sheets import name
from monitor.decoding import decode
from monitor.errors import AttachmentError

_MARKUP = re.compile(r"\s{0,99}(?:<!doctype html|<\?xml|<html|<head|<table|<meta|<body|<div)", re.IGNORECASE)
_CONTROL = re.compile("[\0-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd]")
_FOREIGN = re.compile("[^\t\n\r -~\u2000-\u206f\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
_FEW = 50  # characters of which one may be wild
_HEAD = 100_000  # characters that tell whether it is a text
_SAMPLE = 20  # lines that tell a table from a text
_LONGEST = 1_000_000  # characters of a field of CSV
_NARROW = 2  # columns that a text with commas in it may seem to have


def read(body: bytes, _budget: Budget) -> Iterator[Part]:
    text = _text(body)
    if _MARKUP.match(text):
        return _page(text)
    delimiter = _delimiter(text)
    return _table(text, delimiter) if delimiter else _lines(text)


def _text(body: bytes) -> str:
    """Raises AttachmentError "unsupported" for what is no text; UTF-16 may lack its mark and begin in Chinese."""
    text = decode(body).text.lstrip("\ufeff")
    if len(_CONTROL.findall(text[:_HEAD])) * _FEW <= len(text[:_HEAD]):
        return text
    for codec in ("utf-16-le", "utf-16-be"):
        text = body.decode(codec, "replace")
        if len(_FOREIGN.findall(text[:_HEAD])) * _FEW <= len(text[:_HEAD]):
            return text
    raise AttachmentError("unsupported", "neither a text nor a kind of file that is read")


def _lines(text: str) -> Iterator[Part]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            yield prose(line, f"line {number}")


def _page(text: str) -> Iterator[Part]:
    """A web page, or a spreadsheet saved as one: what a reader sees, then what else stands in its source."""
    for passage in page.passages(Document(html=text)):
        for number, line in enumerate(passage.text.splitlines(), 1):
            where = f"line {number}" if passage.field else "source"
            cells = [Cell(each, where, (column,)) for column, each in enumerate(line.split("\t")) if each.strip()]
            yield Row(cells, passage.field)


def _delimiter(text: str) -> str:
    """What divides the cells of a table; "" for a text. Most of the first lines must have as many of them."""
    lines = [line for line in text[:50_000].splitlines()[:_SAMPLE] if line.strip()]
    for delimiter in "\t,;|":
        counts = [*dropwhile(lambda count: not count, (line.count(delimiter) for line in lines))]
        usual = mode(counts) if counts else 0
        if usual and counts.count(usual) * 2 > len(counts) and len(counts) * 2 >= len(lines):
            return delimiter
    return _quoted_delimiter(text[:50_000]) if '"' in text[:50_000] else ""


def _quoted_delimiter(text: str) -> str:
    """The same where cells in quotation marks hold delimiters and line ends: most records must be equally wide."""
    for delimiter in "\t,;|":
        try:
            records = islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), _SAMPLE)
            widths = [len(record) for record in records if any(record)]
        except csv.Error:
            continue
        usual = mode(widths) if widths else 0
        if usual > _NARROW and widths.count(usual) * 2 > len(widths):
            return delimiter
    return ""


def _table(text: str, delimiter: str) -> Iterator[Part]:
    csv.field_size_limit(_LONGEST)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    number = 0
    try:
        for number, row in enumerate(rows, 1):
            cells = [Cell(cell, name(number, column), (column,)) for column, cell in enumerate(row) if cell.strip()]
            yield Row(cells, "table")
    except csv.Error as error:
        yield Trouble("broken", str(error), f"row {number + 1}")
