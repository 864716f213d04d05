"""The files that hang on a page of the loopback agency, made byte by byte: a workbook, and the same list in print."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

Rows = Sequence[Sequence[str]]

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_WIDTHS = "1[500] 17[500 500 500 500 500 500 500 500 500 500]"
_SYSTEM = "/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>"
_SHAPE = "/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 93"
_LETTERS = f"/BaseFont/STSong-Light/FontDescriptor 5 0 R/W[{_WIDTHS}]{_SYSTEM}"
_FONT = (  # Chinese, not embedded: every reader of PDF knows it
    "3 0 obj<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[4 0 R]>>endobj",
    f"4 0 obj<</Type/Font/Subtype/CIDFontType0{_LETTERS}>>endobj",
    f"5 0 obj<</Type/FontDescriptor/FontName/STSong-Light{_SHAPE}>>endobj",
)


def workbook(sheet: str, rows: Rows, hidden: int) -> bytes:
    """An .xlsx of one sheet of which the column ``hidden`` (from 1) is not shown."""
    written = "".join(f'<row r="{r}">{_cells(r, row)}</row>' for r, row in enumerate(rows, 1))
    columns = f'<cols><col min="{hidden}" max="{hidden}" width="20" hidden="1"/></cols>'
    parts = {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>'
        ),
        "_rels/.rels": _relation(f"{_RELATIONS}/officeDocument", "xl/workbook.xml"),
        "xl/_rels/workbook.xml.rels": _relation(f"{_RELATIONS}/worksheet", "worksheets/sheet1.xml"),
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
            f'<sheet name="{sheet}" sheetId="1" r:id="r1"/></sheets></workbook>'
        ),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}">{columns}<sheetData>{written}</sheetData></worksheet>',
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return packed.getvalue()


def _relation(kind: str, target: str) -> str:
    one = f'<Relationship Id="r1" Type="{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{one}</Relationships>'


def _cells(row: int, values: Sequence[str]) -> str:
    return "".join(
        f'<c r="{chr(ord("A") + column)}{row}" t="inlineStr"><is><t>{value}</t></is></c>'
        for column, value in enumerate(values)
    )


def printed(title: str, rows: Rows) -> bytes:
    """A PDF of one page."""
    lines = [_drawn(60, 760, title)]
    lines += [
        _drawn(60 + 130 * column, 720 - 24 * row, value)
        for row, values in enumerate(rows)
        for column, value in enumerate(values)
    ]
    content = "\n".join(lines)
    objects = (
        "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj",
        "2 0 obj<</Type/Pages/Kids[6 0 R]/Count 1/MediaBox[0 0 600 800]>>endobj",
        *_FONT,
        "6 0 obj<</Type/Page/Parent 2 0 R/Resources<</Font<</F 3 0 R>>>>/Contents 7 0 R>>endobj",
        f"7 0 obj<</Length {len(content)}>>stream\n{content}\nendstream endobj",
    )
    return ("%PDF-1.7\n" + "\n".join(objects) + "\ntrailer<</Root 1 0 R>>\n%%EOF").encode()


def _drawn(x: int, y: int, text: str) -> str:
    return f"BT /F 11 Tf 1 0 0 1 {x} {y} Tm <{text.encode('utf-16-be').hex()}> Tj ET"
