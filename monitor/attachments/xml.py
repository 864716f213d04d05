"""XML as a stream of events, for parts of office documents. No document type, no entities, bounded depth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol
from xml.parsers import expat

from monitor.attachments.rows import Part, Trouble
from monitor.errors import AttachmentError

_DEEPEST = 512
_CHUNK = 1 << 16  # bytes parsed before what came of them is handed on
Attributes = Mapping[str, str]  # by local name


class Hearer(Protocol):
    """Names are local; ``text`` comes whole, with the element that it stands directly in."""

    def start(self, name: str, attributes: Attributes) -> None: ...

    def text(self, name: str, text: str) -> None: ...

    def end(self, name: str) -> None: ...

    def rows(self) -> Iterable[Part]:
        """What has come together since this was asked last."""
        ...


def heard(body: bytes, hearer: Hearer, where: str) -> Iterator[Part]:
    """What ``hearer`` makes of the part ``where``, as it comes; the reason why it ends early is the last."""
    parser = _parser(hearer)
    try:
        for start in range(0, len(body) or 1, _CHUNK):
            parser.Parse(body[start : start + _CHUNK], start + _CHUNK >= len(body))
            yield from hearer.rows()
    except expat.ExpatError as error:
        yield from hearer.rows()
        yield Trouble("broken", f"not whole: {error}", where)
    except AttachmentError as error:
        if error.permanent:
            raise
        yield from hearer.rows()
        yield Trouble(error.code, str(error), where)


def _parser(hearer: Hearer) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = 1 << 16
    open_: list[str] = []
    pieces: list[str] = []

    def tell() -> None:
        if pieces:
            hearer.text(open_[-1] if open_ else "", "".join(pieces))
            pieces.clear()

    def start(name: str, attributes: dict[str, str]) -> None:
        tell()
        if len(open_) >= _DEEPEST:
            raise AttachmentError("too_deep", f"more than {_DEEPEST} elements in one another")
        open_.append(local(name))
        hearer.start(open_[-1], {local(key): said for key, said in attributes.items()})

    def end(_name: str) -> None:
        tell()
        hearer.end(open_.pop())

    def doctype(*_: object) -> None:
        raise AttachmentError("entities", "it declares a document type, which office documents never do")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = pieces.append
    parser.StartDoctypeDeclHandler = doctype
    return parser


def local(name: str) -> str:
    return name.rpartition(":")[2]
