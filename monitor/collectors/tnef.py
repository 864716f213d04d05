"""The text in winmail.dat, into which Outlook and Exchange pack a mail for one another (TNEF, MS-OXTNEF).

Read are PR_BODY and PR_BODY_HTML and the attribute attBody. Text that is only there as compressed RTF is not read.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from classifiers.page import visible_text
from monitor.decoding import decode

SIGNATURE = struct.pack("<I", 0x223E9F78)
MAX_PROPERTIES = 2_000
MAX_VALUES = 1_000  # of one property

_BODY, _PROPERTIES = 0x800C, 0x9003  # attributes
_PLAIN, _HTML = 0x1000, 0x1013  # properties
_STRING, _WIDE, _BINARY, _OBJECT = 0x1E, 0x1F, 0x102, 0x0D
_MULTIPLE, _NAMED = 0x1000, 0x8000
_FIXED = {1: 0, 2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}  # bytes of a value


class _EndError(Exception):
    """The file ends, or says what can't be."""


class _Bytes:
    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._place = 0

    def take(self, size: int) -> bytes:
        found = self._raw[self._place : self._place + size]
        if len(found) != size:
            raise _EndError
        self._place += size
        return found

    def number(self, size: int = 4) -> int:
        return int.from_bytes(self.take(size), "little")

    def padded(self, size: int) -> bytes:
        found = self.take(size)
        self.take(-size % 4)
        return found


def text(raw: bytes) -> str:
    """What the packed mail says, "" where nothing can be read. What can be read before damage counts."""
    if not raw.startswith(SIGNATURE):
        return ""
    said: dict[str, str] = {}
    try:
        for name, content in _said(_Bytes(raw[6:])):  # behind the signature a key of two bytes
            said.setdefault(name, content)
    except _EndError:
        pass
    return max(said.values(), key=len, default="")


def _said(raw: _Bytes) -> Iterator[tuple[str, str]]:
    while True:
        raw.take(1)  # of the message, or of something attached
        name = raw.number(2)
        raw.take(2)
        content = raw.take(raw.number())
        raw.take(2)  # a checksum
        if name == _BODY:
            yield "body", decode(content.rstrip(b"\0")).text
        elif name == _PROPERTIES:
            yield from _in_properties(_Bytes(content))


def _in_properties(raw: _Bytes) -> Iterator[tuple[str, str]]:
    for _ in range(min(raw.number(), MAX_PROPERTIES)):
        kind, name = raw.number(2), raw.number(2)
        if name >= _NAMED:
            _skip_name(raw)
        for value in _values(raw, kind):
            if name == _PLAIN:
                yield "plain", _as_text(kind, value)
            elif name == _HTML:
                yield "html", visible_text(_as_text(kind, value))


def _skip_name(raw: _Bytes) -> None:
    raw.take(16)
    if raw.number():
        raw.padded(raw.number())
    else:
        raw.take(4)


def _values(raw: _Bytes, kind: int) -> Iterator[bytes]:
    single = kind & ~_MULTIPLE
    varies = single in {_STRING, _WIDE, _BINARY, _OBJECT}
    if not varies and single not in _FIXED:
        raise _EndError
    count = raw.number() if varies or kind & _MULTIPLE else 1
    for _ in range(min(count, MAX_VALUES)):
        yield raw.padded(raw.number()) if varies else raw.take(_FIXED[single])


def _as_text(kind: int, value: bytes) -> str:
    if kind & ~_MULTIPLE == _WIDE:
        return value.decode("utf-16-le", "replace").rstrip("\0")
    return decode(value.rstrip(b"\0")).text
