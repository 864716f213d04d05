"""Files to scan, written byte by byte, and what is found in them."""

import io
import struct
import zipfile

from monitor.attachments import files
from monitor.attachments.judging import Judge
from monitor.attachments.limits import Budget, Limits
from monitor.attachments.rows import Trouble

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
X = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = {"[Content_Types].xml": "<Types/>"}
SECTOR, FREE, END, TABLE = 512, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD

FONT = (  # Chinese, not embedded: the reader must know the characters
    "3 0 obj<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[4 0 R]>>endobj",
    (
        "4 0 obj<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/DW 1000/FontDescriptor 5 0 R/W[1[500] 17"
        "[500 500 500 500 500 500 500 500 500 500]]"
        "/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>>>endobj"
    ),
    (
        "5 0 obj<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0"
        "/Ascent 880/Descent -120/CapHeight 880/StemV 93>>endobj"
    ),
)


def resident(number: int = 0) -> str:
    """A made-up identity number with the right check digit and a sequence that is not issued."""
    first = f"33032619{80 + number % 20}0819{990 + number % 10}"
    total = sum(int(digit) * weight for digit, weight in zip(first, WEIGHTS, strict=True))
    return first + "10X98765432"[total % 11]


ID, PHONE = resident(), "15900001111"


def seen(body: bytes, limits: Limits = Limits()) -> tuple[list[tuple[str, str]], list[str]]:  # noqa: B008
    """Place and rule of everything worth an alert, and the codes of trouble."""
    budget = Budget(limits)
    judge, found, codes = Judge(budget), [], []
    for part in files.read(body, budget):
        if isinstance(part, Trouble):
            codes.append(part.code)
        else:
            found += judge.row(part)
    found += judge.end()
    return [(each.where, each.rule) for each in found if each.score >= 0.5], codes


def places(body: bytes) -> list[str]:
    """Where something was found, all of it read."""
    found, codes = seen(body)
    assert codes == []
    return [where for where, _ in found]


def zipped(members: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def docx(body: str, members: dict[str, str | bytes] | None = None) -> bytes:
    """``body`` is what stands in w:body."""
    main = f'<w:document xmlns:w="{W}" xmlns:r="{R}" xmlns:a="{A}"><w:body>{body}</w:body></w:document>'
    return zipped(TYPES | {"word/document.xml": main} | (members or {}))


def paragraph(*runs: str) -> str:
    return "<w:p>" + "".join(f"<w:r><w:t>{run}</w:t></w:r>" for run in runs) + "</w:p>"


def sheet(*rows: dict[str, str], behind: str = "") -> str:
    """Each row by references; a value that begins with "<" is a whole cell, one of digits a number."""
    written = "".join(f"<row>{''.join(_cell(*each) for each in row.items())}</row>" for row in rows)
    return f'<worksheet xmlns="{X}" xmlns:r="{R}"><sheetData>{written}</sheetData>{behind}</worksheet>'


def _cell(reference: str, value: str) -> str:
    if value.startswith("<"):
        return value
    if value.replace(".", "").replace("E+", "").isdecimal():
        return f'<c r="{reference}"><v>{value}</v></c>'
    return f'<c r="{reference}" t="inlineStr"><is><t>{value}</t></is></c>'


def xlsx(content: str, members: dict[str, str | bytes] | None = None, state: str = "visible") -> bytes:
    """A workbook of one sheet, 名单."""
    named = f'<sheets><sheet name="名单" r:id="r1" state="{state}"/></sheets>'
    book = f'<workbook xmlns="{X}" xmlns:r="{R}">{named}</workbook>'
    relations = '<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>'
    parts = {"xl/workbook.xml": book, "xl/_rels/workbook.xml.rels": relations, "xl/worksheets/sheet1.xml": content}
    return zipped(TYPES | parts | (members or {}))


def pdf(*pages: str, extra: str = "", page: str = "") -> bytes:
    """``pages`` are content streams with the font /F; ``extra`` more objects from 90 on, ``page`` more of each page."""
    kids = " ".join(f"{10 + 2 * n} 0 R" for n in range(len(pages)))
    form = "/AcroForm<</Fields[90 0 R]>>" if extra else ""
    objects = [
        f"1 0 obj<</Type/Catalog/Pages 2 0 R {form}>>endobj",
        f"2 0 obj<</Type/Pages/Kids[{kids}]/Count {len(pages)}/MediaBox[0 0 600 800]>>endobj",
        *FONT,
    ]
    for n, content in enumerate(pages):
        parts = f"/Resources<</Font<</F 3 0 R>>>>/Contents {11 + 2 * n} 0 R {page}"
        objects.append(f"{10 + 2 * n} 0 obj<</Type/Page/Parent 2 0 R{parts}>>endobj")
        objects.append(f"{11 + 2 * n} 0 obj<</Length {len(content)}>>stream\n{content}\nendstream endobj")
    return ("%PDF-1.7\n" + "\n".join([*objects, extra]) + "\ntrailer<</Root 1 0 R>>\n%%EOF").encode()


def drawn(x: float, y: float, text: str, turn: str = "1 0 0 1") -> str:
    return f"BT /F 10 Tf {turn} {x} {y} Tm <{text.encode('utf-16-be').hex()}> Tj ET"


def xls(*rows: list[str | float], hidden: bool = False, note: str = "", choice: str = "", said: bytes = b"") -> bytes:
    """BIFF8 with one sheet in a compound file; ``note`` stands in a text box, ``said`` in the properties."""
    cells = b"".join(_biff(r, c, value) for r, row in enumerate(rows) for c, value in enumerate(row))
    if note:
        cells += _record(0x5D, struct.pack("<HHHHH12xHH", 0x15, 18, 6, 1, 0, 0, 0))
        cells += _record(0x1B6, struct.pack("<10xHH4x", len(note), 0)) + _record(0x3C, b"\1" + note.encode("utf-16-le"))
    cells += _record(0x1BE, bytes(9) + f"手机{choice}".encode("utf-16-le")) if choice else b""
    sheet_ = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0)) + cells + _record(0x0A, b"")
    name = "名单".encode("utf-16-le")
    start = _record(0x809, struct.pack("<HHHHII", 0x600, 0x05, 0, 0, 0, 0)) + _record(0x42, struct.pack("<H", 1200))
    bound = lambda at: _record(0x85, struct.pack("<IBBBB", at, hidden, 0, 2, 1) + name)  # noqa: E731
    globals_ = start + bound(0) + _record(0x0A, b"")
    book = start + bound(len(globals_)) + _record(0x0A, b"") + sheet_
    return compound({"Workbook": book} | ({"\x05SummaryInformation": said} if said else {}))


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _biff(row: int, column: int, value: str | float) -> bytes:
    if isinstance(value, float):
        return _record(0x203, struct.pack("<HHHd", row, column, 0, value))
    return _record(0x204, struct.pack("<HHHHB", row, column, 0, len(value), 1) + value.encode("utf-16-le"))


def compound(streams: dict[str, bytes]) -> bytes:
    """An OLE2 file with up to three streams."""
    contents, chains, entries = b"", [TABLE, END], []
    for n, (name, raw) in enumerate(streams.items(), 1):
        content = raw.ljust(4096, b"\0").ljust(-(-len(raw) // SECTOR) * SECTOR, b"\0")
        start, count = len(chains), len(content) // SECTOR
        chains += [*range(start + 1, start + count), END]
        contents += content
        entries.append(_entry(name, start, len(content), right=n + 1 if n < len(streams) else FREE))
    folder = (_entry("Root Entry", END, 0, child=1) + b"".join(entries)).ljust(SECTOR, b"\0")
    table = struct.pack(f"<{len(chains)}I", *chains).ljust(SECTOR, b"\xff")
    sizes = (0x3E, 3, 0xFFFE, 9, 6, bytes(6), 0, 1, 1, 0, 4096, END, 0, END, 0)
    header = struct.pack("<8s16sHHHHH6sIIIIIIIII", files.ole.MAGIC, bytes(16), *sizes)
    return header + struct.pack("<109I", 0, *[FREE] * 108) + table + folder + contents


def _entry(name: str, start: int, size: int, *, right: int = FREE, child: int = FREE) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0"
    return struct.pack(
        "<64sHBBIII36sIII", raw, len(raw), 2 if child == FREE else 5, 1, FREE, right, child, bytes(36), start, size, 0
    )


def doc(*pieces: str, flags: int = 0x0200, struck: tuple[int, int] | None = None) -> bytes:
    """A Word 97 document; what is ASCII is kept in one byte a character, as Word does.

    ``struck``: which characters of a first piece in ASCII are deleted while changes are tracked.
    """
    main = bytearray(struct.pack("<H8xH", 0xA5EC, flags).ljust(1024, b"\0"))
    places, table = [0], b""
    for piece in pieces:
        at = len(main) * 2 | 0x40000000 if piece.isascii() else len(main)
        main += piece.encode("ascii" if piece.isascii() else "utf-16-le")
        main += bytes(len(main) % 2)
        places.append(places[-1] + len(piece))
        table += struct.pack("<HIH", 0, at, 0)
    plc = struct.pack(f"<{len(places)}I", *places) + table
    clx = b"\1\2\0xx" + struct.pack("<BI", 2, len(plc)) + plc
    main[0x01A2:0x01AA] = struct.pack("<II", 0, len(clx))
    if struck:
        main += bytes(-len(main) % 512)
        runs = struct.pack("<4I3B", 1024, 1024 + struck[0], 1024 + struck[1], 2048, 0, 100, 0).ljust(200, b"\0")
        page = runs + b"\6" + struct.pack("<HBHB", 0x0835, 1, 0x0800, 1)
        page = page.ljust(511, b"\0") + b"\3"
        main[0xFA:0x102] = struct.pack("<II", len(clx), 12)
        clx += struct.pack("<III", 0, 0, len(main) // 512)
        main += page
    return compound({"WordDocument": bytes(main), "1Table" if flags & 0x0200 else "0Table": clx})
