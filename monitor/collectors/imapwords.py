"""The words of IMAP (RFC 3501): what a server's answers say, folder names, dates and sets of numbers.

An answer comes in pieces: text, literal, text, …, text. Read are atoms, quoted strings, literals, NIL and lists. A
server may write in small letters, leave out what it must say and add what nobody asked for.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import chain, zip_longest

from monitor.errors import CollectError

MAX_DEPTH = 100  # of lists in one another
MAX_UID = 0xFFFFFFFF

Word = bytes | None | list["Word"]

_WORD = re.compile(rb'\s+|(?P<opens>\()|(?P<closes>\))|"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<atom>[^\s()"]+)', re.DOTALL)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PLAIN = re.compile(r"[\x20-\x7e]*")
_PIECES = re.compile(r"[\x20-\x7e]+|[^\x20-\x7e]+")
_SHIFTED = re.compile(r"&([A-Za-z0-9+,]*)-")


def words(pieces: Sequence[bytes]) -> list[Word]:
    """What ``pieces`` say. Raises CollectError "protocol"."""
    reading = _Reading()
    for text, literal in zip_longest(pieces[::2], pieces[1::2]):
        reading.take(text)
        if literal is not None:
            reading.open[-1].append(literal)
    if len(reading.open) != 1:
        raise broken("a list that does not end")
    return reading.open[0]


class _Reading:
    """``open`` are the lists that have not ended; the first is the whole."""

    def __init__(self) -> None:
        self.open: list[list[Word]] = [[]]

    def take(self, text: bytes) -> None:
        place = 0
        while found := _WORD.match(text, place):
            place = found.end()
            if found["opens"]:
                self._begin()
            elif found["closes"]:
                self._end()
            elif found["quoted"] is not None:
                self.open[-1].append(_ESCAPED.sub(rb"\1", found["quoted"]))
            elif found["atom"]:
                self.open[-1].append(None if found["atom"].upper() == b"NIL" else found["atom"])
        if place != len(text):
            raise broken("a text that does not end")

    def _begin(self) -> None:
        if len(self.open) > MAX_DEPTH:
            raise broken("too many lists in one another")
        inner: list[Word] = []
        self.open[-1].append(inner)
        self.open.append(inner)

    def _end(self) -> None:
        if len(self.open) == 1:
            raise broken("the end of a list that has not begun")
        self.open.pop()


def broken(what: str) -> CollectError:
    return CollectError("mail_protocol", f"the mail server's answer can't be understood: {what}")


def pairs(found: Word) -> Mapping[bytes, Word]:
    """A list of names and values by upper-case name; what can't be a pair is left out."""
    entries = found if isinstance(found, list) else []
    named = zip(entries[::2], entries[1::2], strict=False)
    return {name.upper(): value for name, value in named if isinstance(name, bytes)}


def number(found: Word) -> int | None:
    """A number of 32 bits, else None."""
    if not isinstance(found, bytes) or not found.isdigit() or len(found) > 10:
        return None
    value = int(found)
    return value if value <= MAX_UID else None


def text(found: Word) -> str:
    return found.decode("latin-1") if isinstance(found, bytes) else ""


def as_set(numbers: Iterable[int]) -> str:
    """Numbers as a command names them: "3:5,9". In ascending order, each once."""
    runs: list[list[int]] = []
    for each in sorted(set(numbers)):
        if runs and each == runs[-1][1] + 1:
            runs[-1][1] = each
        else:
            runs.append([each, each])
    return ",".join(f"{first}:{last}" if first != last else f"{first}" for first, last in runs)


def day(moment: date) -> str:
    return f"{moment.day}-{_MONTHS[moment.month - 1]}-{moment.year:04}"


def is_plain(said: str) -> bool:
    """Whether ``said`` can stand in quotation marks."""
    return _PLAIN.fullmatch(said) is not None


def escaped(said: str) -> str:
    return said.replace("\\", "\\\\").replace('"', '\\"')


def quoted(said: str) -> bytes:
    return f'"{escaped(said)}"'.encode("ascii")


def folder_name(shown: str) -> str:
    """A folder as the server calls it: its own form of UTF-7 (RFC 3501, 5.1.3)."""
    return "".join(_encoded(piece) for piece in _PIECES.findall(shown))


def _encoded(piece: str) -> str:
    if is_plain(piece):
        return piece.replace("&", "&-")
    packed = b64encode(piece.encode("utf-16-be", "surrogatepass")).decode("ascii")
    return f"&{packed.rstrip('=').replace('/', ',')}-"


def shown_name(raw: str) -> str:
    """The same the other way; what can't be read stays as it is."""
    return _SHIFTED.sub(_decoded, raw)


def _decoded(found: re.Match[str]) -> str:
    packed = found[1].replace(",", "/")
    if not packed:
        return "&"
    try:
        return b64decode(packed + "=" * (-len(packed) % 4)).decode("utf-16-be")
    except ValueError:
        return found[0]


def numbers(lines: Iterable[Sequence[Word]]) -> list[int]:
    """The numbers of all SEARCH answers among ``lines``, in ascending order."""
    said = chain.from_iterable(line[1:] for line in lines if line and text(line[0]).upper() == "SEARCH")
    return sorted({value for each in said if (value := number(each)) is not None})
