"""Compound files of before 2007: the streams by name, through the part of xlrd that reads them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from xlrd.compdoc import CompDoc, CompDocError

from monitor.attachments.rows import Row, prose
from monitor.decoding import decode
from monitor.errors import AttachmentError

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROPERTIES = ("\x05SummaryInformation", "\x05DocumentSummaryInformation")
_BYTES = re.compile(rb"[^\x00-\x1f]{6,4000}")
_WORDS = re.compile("[ -~\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]{6,4000}")


def stream(body: bytes, *names: str) -> bytes:
    """The first of these streams that is there, else b"". Raises AttachmentError "broken"."""
    try:
        document = CompDoc(body, logfile=io.StringIO())
        found = (document.get_named_stream(name) for name in names)
        return next((bytes(each) for each in found if each is not None), b"")
    except CompDocError as error:
        raise AttachmentError("broken", str(error)) from error


def properties(body: bytes) -> Iterator[Row]:
    """What is written into the properties of the file."""
    for name in _PROPERTIES:
        for text in words(stream(body, name)):
            yield prose(text, "properties", "properties")


def words(data: bytes) -> Iterator[str]:
    """Texts in a record whose form is left aside: bytes in any encoding, and UTF-16 at either of its places."""
    yield from (decode(match[0]).text for match in _BYTES.finditer(data))
    for shift in (0, 1):
        yield from _WORDS.findall(data[shift:].decode("utf-16-le", "replace"))
