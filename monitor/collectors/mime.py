"""A mail in its parts: headers, bodies, parts in parts. Hostile and broken mails come out as something, and quickly.

The email package is not used for this: it takes time that grows with depth times length, and its newer header classes
fail on what strangers write. Here depth, parts and headers are bounded, and nothing is an error.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.decoding import decode

MAX_DEPTH = 12  # of parts in one another
MAX_PARTS = 200  # in one multipart
MAX_HEAD = 262_144  # bytes of headers that are looked at
MAX_FIELD = 16_384  # bytes of one header field

_FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]{0,9}:")
_END_OF_HEAD = re.compile(rb"(?:\A|\r?\n)\r?\n")
_TYPE = re.compile(r"\s*([\w.+-]{1,100})/([\w.+-]{1,100})")
_PARAMETER = re.compile(r';\s*([\w.-]{1,60})(?:\*0?\*?)?\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s"]*))', re.DOTALL)
_GUESSED = re.compile(rb"(?:\A|\n)--([^\s-][^\r\n]{0,200}?)[ \t]{0,9}\r?\n")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_SPACE = re.compile(rb"\s+")
_WORD = re.compile(r"=\?([\w.:-]{1,40})(?:\*[^?]{0,20})?\?([BbQq])\?([^?]*)\?=")
_SEVEN_BIT = re.compile(r"iso-?2022-?\w{2,8}|hz(?:-gb-?2312)?|utf-?7", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """``fields`` are header fields by lower-case name, unfolded, raw. ``body`` is as it travelled."""

    fields: Mapping[str, tuple[bytes, ...]]
    body: bytes = b""
    parts: tuple[Part, ...] = field(default=())

    def raw(self, name: str) -> bytes:
        """The first field of this name; b"" where there is none."""
        return next(iter(self.fields.get(name, ())), b"")

    def line(self, name: str) -> str:
        """The same in readable text."""
        return readable(self.raw(name), self.parameter("content-type", "charset"))

    @property
    def kind(self) -> str:
        """The content type: "text/plain" where none is said, or nothing that is one."""
        found = _TYPE.match(self.raw("content-type").decode("latin-1"))
        return f"{found[1]}/{found[2]}".lower() if found else "text/plain"

    def parameter(self, name: str, key: str) -> str:
        """A parameter of a field, "" where there is none."""
        raw = self.raw(name).decode("latin-1")
        found = (each for each in _PARAMETER.finditer(raw) if each[1].lower() == key)
        return next((re.sub(r"\\(.)", r"\1", each[2] or each[3] or "") for each in found), "")

    @property
    def is_attached(self) -> bool:
        """Whether it is a file of its own beside the message."""
        how = self.raw("content-disposition").decode("latin-1").strip().lower()
        return how.startswith("attachment")

    def content(self) -> bytes:
        """The body as it was before it travelled."""
        way = self.raw("content-transfer-encoding").strip().lower()
        if way == b"base64":
            return _from_base64(self.body)
        return binascii.a2b_qp(self.body) if way == b"quoted-printable" else self.body

    def text(self) -> str:
        """The content as text, whatever its label says."""
        return decoded(self.content(), self.parameter("content-type", "charset"))


def parse(raw: bytes, depth: int = 0) -> Part:
    """A mail, or one part of one. A mail that was cut gives the parts that have begun."""
    found = _END_OF_HEAD.search(raw[:MAX_HEAD])
    head, body = (raw[: found.start()], raw[found.end() :]) if found else (raw[:MAX_HEAD], raw[MAX_HEAD:])
    part = Part(_fields(head), body)
    if depth >= MAX_DEPTH:
        return part
    if part.kind.startswith("multipart/"):
        return Part(part.fields, body, tuple(parse(each, depth + 1) for each in _pieces(body, _boundary(part))))
    if part.kind in {"message/rfc822", "message/global"}:
        return Part(part.fields, body, (parse(part.content(), depth + 1),))
    return part


def _fields(head: bytes) -> dict[str, tuple[bytes, ...]]:
    found: dict[str, list[bytes]] = {}
    last: list[bytes] = []
    for line in head.split(b"\n"):
        said = line.rstrip(b"\r")
        if said[:1] in {b" ", b"\t"} and last:
            last[-1] += b" " + said.strip() if len(last[-1]) < MAX_FIELD else b""
        elif named := _FIELD.match(said):
            last = found.setdefault(named[1].decode("ascii").lower(), [])
            last.append(said[named.end() :].strip()[:MAX_FIELD])
        else:
            last = []
    return {name: tuple(values) for name, values in found.items()}


def _boundary(part: Part) -> bytes:
    """What stands between the parts; guessed from the body where nobody says it."""
    said = part.parameter("content-type", "boundary").rstrip().encode("latin-1", "replace")
    if said and b"--" + said in part.body:
        return said
    found = _GUESSED.search(part.body[:MAX_HEAD])
    return found[1] if found else b""


def _pieces(body: bytes, boundary: bytes) -> list[bytes]:
    if not boundary:
        return [b"\r\n\r\n" + body]
    line = re.compile(rb"(?:\A|\r?\n)--" + re.escape(boundary) + rb"(--)?[ \t]{0,99}(?=\r?\n|\Z)")
    found: list[bytes] = []
    start: int | None = None
    for cut in line.finditer(body):
        if start is not None:
            found.append(_after_line(body[start : cut.start()]))
        start = None if cut[1] else cut.end()
        if cut[1] or len(found) >= MAX_PARTS:
            break
    if start is not None and len(found) < MAX_PARTS:
        found.append(_after_line(body[start:]))
    return found


def _after_line(piece: bytes) -> bytes:
    return piece.removeprefix(b"\r").removeprefix(b"\n")


def _from_base64(body: bytes) -> bytes:
    """As much as can be read; a body that only says it is base64 stays as it is."""
    packed = _NOT_BASE64.sub(b"", body)
    spoken = b" " in body.strip().partition(b"\n")[0].strip()
    if spoken or 10 * len(packed) < 9 * len(_SPACE.sub(b"", body).rstrip(b"=")):
        return body
    usable = packed[: len(packed) - (len(packed) % 4 == 1)]
    return binascii.a2b_base64(usable + b"=" * (-len(usable) % 4))


def decoded(raw: bytes, label: str) -> str:
    """``raw`` as text. The label comes first only where the encoding hides in ASCII; else the bytes speak first."""
    if _SEVEN_BIT.fullmatch(label.strip()):
        try:
            return raw.decode(label.strip())
        except (LookupError, UnicodeError):
            pass
    return decode(raw, f"text/plain; charset={label}" if label else "").text


def readable(raw: bytes, label: str = "") -> str:
    """A header field in readable text: encoded words (RFC 2047), raw bytes of any encoding, and both in one.

    A character that was cut between two encoded words is put together again. ``label`` is the encoding of the body.
    """
    line = raw.decode("latin-1")
    shown: list[str] = []
    place, packed, charset = 0, b"", ""
    for word in _WORD.finditer(line):
        between = line[place : word.start()]
        if between.strip() or (packed and word[1].lower() != charset) or not packed:
            shown += [decoded(packed, charset), _plain(between, label) if between.strip() or not packed else ""]
            packed = b""
        charset = word[1].lower()
        packed += _unpacked(word)
        place = word.end()
    return "".join((*shown, decoded(packed, charset), _plain(line[place:], label)))


def _plain(line: str, label: str) -> str:
    return decoded(line.encode("latin-1"), label)


def _unpacked(word: re.Match[str]) -> bytes:
    said = word[3].encode("latin-1")
    return _from_base64(said) if word[2] in "bB" else binascii.a2b_qp(said, header=True)
