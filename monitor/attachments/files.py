"""Which format a file has, by its content and never by its name, and what stands in it and in the files within."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Iterator

from monitor.attachments import doc, docx, ole, package, pdf, plain, xls, xlsx
from monitor.attachments.limits import Budget
from monitor.attachments.rows import Nested, Part, Row, Trouble, prose
from monitor.errors import AttachmentError

Read = Callable[[bytes, Budget], Iterator[Part]]

_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_PDF_WITHIN = 1024  # bytes before a PDF begins, as its readers allow
_BIFF = (b"\x09\x08\x10\x00", b"\x09\x08\x08\x00", b"\x09\x04\x06\x00", b"\x09\x02\x06\x00", b"\x09\x00\x04\x00")
_UTF16 = "utf-16-le"
_OTHERS = (  # of which we say what they are
    (b"\x89PNG", "pictures"), (b"\xff\xd8\xff", "pictures"), (b"GIF8", "pictures"), (b"BM", "pictures"),
    (b"II*\0", "pictures"), (b"MM\0*", "pictures"), (b"Rar!", "unsupported"), (b"7z\xbc\xaf", "unsupported"),
    (b"\x1f\x8b", "unsupported"), (b"{\\rtf", "unsupported"), (b"MZ", "unsupported"), (b"\x7fELF", "unsupported"),
)  # fmt: skip
# What libraries raise on damaged files; each file is read in a process of its own, and the others go on.
_DAMAGED = (
    LookupError,
    ArithmeticError,
    ValueError,
    TypeError,
    AttributeError,
    AssertionError,
    RecursionError,
    EOFError,
    NameError,  # a variable that a library forgot
)


def read(body: bytes, budget: Budget, path: str = "", depth: int = 0) -> Iterator[Row | Trouble]:
    """Rows with their places behind ``path``, that of a file in files; and what could not be read of them.

    Raises AttachmentError only where a limit of the whole file is reached.
    """
    before = f"{path}!" if path else ""
    try:
        for part in _reader(body)(body, budget):
            if isinstance(part, Nested):
                yield from _nested(part, budget, path, depth)
            elif isinstance(part, Trouble):
                yield part._replace(where=before + part.where if part.where else path)
            else:
                cells = [cell._replace(where=before + cell.where) for cell in part.cells] if before else part.cells
                yield Row(cells, before + part.region)
    except AttachmentError as error:
        if error.permanent:
            raise
        yield Trouble(error.code, str(error), path)
    except (*_DAMAGED, struct.error) as error:
        yield Trouble("broken", type(error).__name__, path)


def _nested(part: Nested, budget: Budget, path: str, depth: int) -> Iterator[Row | Trouble]:
    name = f"{path}/{part.name}" if path else part.name
    yield prose(part.name, name, "names of files")
    if depth >= budget.limits.nesting:
        yield Trouble("too_deep", f"more than {budget.limits.nesting} files in one another", name)
        return
    yield from read(part.body, budget, name, depth + 1)


def _reader(body: bytes) -> Read:
    """Raises AttachmentError "empty", "encrypted", "pictures" or "unsupported"."""
    if not body.strip(b"\0 \t\r\n"):
        raise AttachmentError("empty", "there is nothing in it")
    if body.startswith(_ZIP):
        return _packed(body)
    if body.startswith(ole.MAGIC):
        return _compound(body)
    if b"%PDF-" in body[:_PDF_WITHIN]:
        return pdf.read
    if body.startswith(_BIFF):
        return xls.read
    for magic, code in _OTHERS:
        if body.startswith(magic):
            raise AttachmentError(code, "a kind of file that is not read")
    return plain.read


def _packed(body: bytes) -> Read:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = {*archive.namelist()}
    except package.DAMAGED:
        return package.read  # which says what is wrong
    if "[Content_Types].xml" not in names:
        return package.read
    if any(name.startswith("word/") for name in names):
        return docx.read
    if any(name.startswith("xl/") for name in names) and "xl/workbook.bin" not in names:
        return xlsx.read
    raise AttachmentError("unsupported", "an office document of a kind that is not read")


def _compound(body: bytes) -> Read:
    """By the streams that a compound file names in its folder."""
    if "EncryptedPackage".encode(_UTF16) in body:
        raise AttachmentError("encrypted", "it opens with a password only")
    if "WordDocument".encode(_UTF16) in body:
        return doc.read
    if "Workbook".encode(_UTF16) in body or "Book".encode(_UTF16) in body:
        return xls.read
    if "Root Entry".encode(_UTF16) not in body:
        raise AttachmentError("broken", "its folder is missing")
    raise AttachmentError("unsupported", "a compound file without text or sheets")
