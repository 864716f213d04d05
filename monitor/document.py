"""A Paper as .docx (ECMA-376), on A4. PURE.

Whatever comes in (titles, links) becomes lines without control or invisible characters, escaped where it is written.
Nothing in the file points anywhere: no template, no picture, no link that opens by itself. The same paper made at the
same moment is the same file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from html import escape
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from monitor.letter import Block, Code, Facts, Items, Link, Paragraph, Phone, Section, Table, Value, clean
from monitor.papers import Paper

_LATIN, _BODY, _HEADING = "Times New Roman", "宋体", "黑体"  # on every Chinese office computer
_SIZE, _LARGE = 22, 24  # half points
_WIDTH = 9412  # twentieths of a point between the margins
_WIDEST, _NARROWEST = 36, 6  # characters of a cell that widen its column

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "http://schemas.openxmlformats.org"
_W = f'xmlns:w="{_OFFICE}/wordprocessingml/2006/main"'
_RELATION = f"{_OFFICE}/officeDocument/2006/relationships"
_PARTS = f"{_OFFICE}/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_CONTENT_TYPES = (
    f'<Types xmlns="{_PARTS}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_KIND}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_KIND}.styles+xml"/>'
    f'<Override PartName="/word/numbering.xml" ContentType="{_KIND}.numbering+xml"/>'
    f'<Override PartName="/word/footer1.xml" ContentType="{_KIND}.footer+xml"/>'
    '<Override PartName="/docProps/core.xml" '
    'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>'
)
_PACKAGE = (
    f'<Relationships xmlns="{_PARTS}/relationships">'
    f'<Relationship Id="r1" Type="{_RELATION}/officeDocument" Target="word/document.xml"/>'
    f'<Relationship Id="r2" Type="{_PARTS}/relationships/metadata/core-properties" Target="docProps/core.xml"/>'
    "</Relationships>"
)
_DOCUMENT = (
    f'<Relationships xmlns="{_PARTS}/relationships">'
    f'<Relationship Id="r1" Type="{_RELATION}/styles" Target="styles.xml"/>'
    f'<Relationship Id="r2" Type="{_RELATION}/numbering" Target="numbering.xml"/>'
    f'<Relationship Id="r3" Type="{_RELATION}/footer" Target="footer1.xml"/>'
    "</Relationships>"
)
_NUMBERING = (
    f'<w:numbering {_W}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
    '<w:numFmt w:val="bullet"/><w:lvlText w:val="•"/><w:lvlJc w:val="left"/>'
    '<w:pPr><w:ind w:left="400" w:hanging="400"/></w:pPr></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
)
_PAGE = (
    f'<w:sectPr><w:footerReference xmlns:r="{_RELATION}" w:type="default" r:id="r3"/>'
    '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="1247" w:bottom="1134" w:left="1247" '
    'w:header="567" w:footer="567" w:gutter="0"/></w:sectPr>'
)
_LINE = '<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
_BORDERS = "".join(_LINE.format(side=side) for side in ("top", "left", "bottom", "right", "insideH", "insideV"))
_GAP = '<w:p><w:pPr><w:spacing w:after="0" w:line="120" w:lineRule="exact"/></w:pPr></w:p>'  # two tables are not one


def docx(paper: Paper, now: datetime, language: str) -> bytes:
    """The file. ``language`` is "zh" or "en"; ``now`` is when it was made, as its properties say."""
    parts = {
        "[Content_Types].xml": _CONTENT_TYPES,
        "_rels/.rels": _PACKAGE,
        "word/document.xml": f"<w:document {_W}><w:body>{''.join(_body(paper, language))}{_PAGE}</w:body></w:document>",
        "word/_rels/document.xml.rels": _DOCUMENT,
        "word/styles.xml": _styles(_LARGE if paper.large else _SIZE),
        "word/numbering.xml": _NUMBERING,
        "word/footer1.xml": f"<w:ftr {_W}>{_paragraph(paper.footer, 'Footer')}</w:ftr>",
        "docProps/core.xml": _properties(paper, now),
    }
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(ZipInfo(name), _HEAD + part, ZIP_DEFLATED)
    return file.getvalue()


def _body(paper: Paper, language: str) -> Iterator[str]:
    yield _paragraph(paper.title, "Title")
    if paper.to:
        yield _paragraph(paper.to)
    if paper.opening:
        yield _paragraph(paper.opening, "Opening" if language == "zh" else "Normal")
    for section in paper.sections:
        yield from _section(section)
    for line in paper.signature:
        yield _paragraph(line, "Signature")


def _section(section: Section) -> Iterator[str]:
    if section.title:
        yield _paragraph(section.title, "Heading1")
    for block in section.blocks:
        yield from _block(block)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Paragraph(text):
            yield _paragraph(text)
        case Items(entries):
            yield from (_paragraph(entry, "ListBullet") for entry in entries)
        case Facts(pairs):
            yield _table((), tuple((name, _said(value)) for name, value in pairs))
        case Table(head, rows):
            yield _table(head, rows)
        case _:
            raise ValueError("a paper has no pictures")


def _said(value: Value) -> str:
    match value:
        case Link(text) | Code(text) | Phone(text):
            return text
        case _:
            return value


def _paragraph(text: str, style: str = "Normal", *, bold: bool = False) -> str:
    strong = "<w:rPr><w:b/></w:rPr>" if bold else ""
    said = escape(clean(text), quote=False)
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>'
        f'<w:r>{strong}<w:t xml:space="preserve">{said}</w:t></w:r></w:p>'
    )


def _table(head: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> str:
    """Bordered; a head is repeated on each page, and no row is torn apart. Facts have their names in bold."""
    widths = _widths((head, *rows) if head else rows)
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    lines = [_row(row, widths, "<w:cantSplit/>", bold=0 if head else 1) for row in rows]
    if head:
        lines.insert(0, _row(head, widths, "<w:cantSplit/><w:tblHeader/>", bold=len(head)))
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblInd w:w="108" w:type="dxa"/>'
        f"<w:tblBorders>{_BORDERS}</w:tblBorders>"
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(lines)}</w:tbl>{_GAP}'
    )


def _row(cells: Iterable[str], widths: list[int], marks: str, *, bold: int) -> str:
    """``bold`` counts the first cells that are."""
    made = []
    for place, (text, width) in enumerate(zip(cells, widths, strict=True)):
        lines = "".join(_paragraph(line, "Cell", bold=place < bold) for line in text.split("\n"))
        made.append(f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{lines}</w:tc>')
    return f"<w:tr><w:trPr>{marks}</w:trPr>{''.join(made)}</w:tr>"


def _widths(lines: tuple[tuple[str, ...], ...]) -> list[int]:
    """Of each column, by its longest line, within bounds."""
    longest = [max(_length(text) for text in column) for column in zip(*lines, strict=True)]
    shares = [min(max(length, _NARROWEST), _WIDEST) for length in longest]
    return [int(_WIDTH * share / sum(shares)) for share in shares]


def _length(text: str) -> float:
    """In Chinese characters: a Latin letter takes half the room."""
    return max(sum(0.55 if character < "\u2e80" else 1 for character in line) for line in text.split("\n"))


def _styles(size: int) -> str:
    language = '<w:lang w:val="en-US" w:eastAsia="zh-CN"/>'  # or some programs draw the punctuation of Taiwan
    defaults = f"<w:rPrDefault><w:rPr>{_fonts(_BODY)}<w:sz w:val={_quoted(size)}/>{language}</w:rPr></w:rPrDefault>"
    styles = (
        _style("Normal", 'w:after="120" w:line="252" w:lineRule="auto"'),
        _style("Title", 'w:after="160"', '<w:jc w:val="center"/>', size=40, font=_HEADING),
        _style("Opening", "", '<w:ind w:firstLineChars="200" w:firstLine="440"/>'),
        _style("Heading1", 'w:before="180" w:after="100"', "<w:keepNext/>", size=size + 4, font=_HEADING, bold=True),
        _style("ListBullet", 'w:after="60"', '<w:numPr><w:numId w:val="1"/></w:numPr>'),
        _style("Cell", 'w:before="20" w:after="40" w:line="240" w:lineRule="auto"', size=size - 2),
        _style("Signature", 'w:before="280"', "<w:keepNext/>"),
        _style("Footer", "", size=18),
    )
    return f"<w:styles {_W}><w:docDefaults>{defaults}</w:docDefaults>{''.join(styles)}</w:styles>"


def _style(name: str, spacing: str, more: str = "", *, size: int = 0, font: str = "", bold: bool = False) -> str:
    based = '<w:basedOn w:val="Normal"/>' if name != "Normal" else ""
    default = ' w:default="1"' if name == "Normal" else ""
    space = f"<w:spacing {spacing}/>" if spacing else ""
    before, after = (more, "") if more.startswith(("<w:keepNext", "<w:numPr")) else ("", more)  # the schema's order
    letters = (_fonts(font) if font else "") + ("<w:b/>" if bold else "")
    letters += f"<w:sz w:val={_quoted(size)}/>" if size else ""
    return (
        f'<w:style w:type="paragraph"{default} w:styleId="{name}"><w:name w:val="{name}"/>{based}'
        f"<w:pPr>{before}{space}{after}</w:pPr><w:rPr>{letters}</w:rPr></w:style>"
    )


def _fonts(east: str) -> str:
    return f'<w:rFonts w:ascii="{_LATIN}" w:hAnsi="{_LATIN}" w:eastAsia="{east}"/>'


def _quoted(number: int) -> str:
    return f'"{number}"'


def _properties(paper: Paper, now: datetime) -> str:
    at = f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    terms = "http://purl.org/dc"
    return (
        f'<cp:coreProperties xmlns:cp="{_PARTS}/metadata/core-properties" xmlns:dc="{terms}/elements/1.1/" '
        f'xmlns:dcterms="{terms}/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(clean(paper.title), quote=False)}</dc:title><dc:creator>Huiyin</dc:creator>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{at}</dcterms:created></cp:coreProperties>'
    )
