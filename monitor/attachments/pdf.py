"""PDF: letters put together by where they stand, whatever order and direction they were written in; notes and forms."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from urllib.parse import unquote

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from monitor.attachments.limits import Budget
from monitor.attachments.rows import Cell, Nested, Part, Row, Trouble, prose
from monitor.attachments.setting import Letter, lines
from monitor.errors import AttachmentError

_BLANK = 32  # code points up to that show nothing
_NO_BREAK = 0xA0
_NOTHING = 2  # bytes of an empty string in UTF-16
_STEP = 6  # points of a column: what stands below a heading overlaps it
_NOTE_KEYS = (b"Contents", b"DV", b"TU", b"RC", b"Subj")
_LONGEST = 100_000  # characters of one note
_KEPT_PICTURELESS = 20  # pages that are named


def read(body: bytes, budget: Budget) -> Iterator[Part]:
    try:
        document = pdfium.PdfDocument(body)
    except pdfium.PdfiumError as error:
        locked = getattr(error, "err_code", None) == pdfium_c.FPDF_ERR_PASSWORD
        raise AttachmentError("encrypted" if locked else "broken", str(error)) from error
    form = document.formenv if document.get_formtype() and document.init_forms() else None
    for key, said in document.get_metadata_dict(skip_empty=True).items():
        yield prose(said, f"properties ({key})", "properties")
    pictures: list[int] = []
    count = len(document)
    if not count:
        yield Trouble("broken", "it has no pages")
    for number in range(count):
        budget.spend("pages")
        yield from _page(document, form, number, pictures)
    for entry in document.get_toc():
        yield prose(entry.get_title(), "outline", "properties")
    yield from _attached(document, budget)
    if pictures:
        pages = ", ".join(f"p. {number}" for number in pictures[:_KEPT_PICTURELESS])
        yield Trouble("pictures", f"{len(pictures)} of {count} pages: {pages}")


def _page(
    document: pdfium.PdfDocument, form: pdfium.PdfFormEnv | None, number: int, pictures: list[int]
) -> Iterator[Part]:
    where = f"p. {number + 1}"
    try:
        page = document[number]
        text = page.get_textpage()
    except pdfium.PdfiumError as error:
        yield Trouble("broken", str(error), where)
        return
    letters = _letters(text)
    for line in lines(letters):
        cells = [
            Cell(words, where, range(int(left // _STEP), int(right // _STEP) + 1), tight=tight)
            for words, left, right, tight in line
        ]
        yield Row(cells, "pages")
    if not letters and next(page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=3), None):
        pictures.append(number + 1)
    yield from _notes(document, page, form, where)
    text.close()
    page.close()


def _letters(text: pdfium.PdfTextPage) -> list[Letter]:
    """Every character with its place on the page; spaces are found again from the gaps."""
    found = []
    box = pdfium_c.FS_RECTF()
    x, y = ctypes.c_double(), ctypes.c_double()
    for index in range(text.count_chars()):
        code = pdfium_c.FPDFText_GetUnicode(text, index)
        if code <= _BLANK or code == _NO_BREAK or pdfium_c.FPDFText_IsGenerated(text, index) == 1:
            continue
        pdfium_c.FPDFText_GetLooseCharBox(text, index, box)
        pdfium_c.FPDFText_GetCharOrigin(text, index, x, y)
        angle = -pdfium_c.FPDFText_GetCharAngle(text, index)  # the library turns with the clock
        size = pdfium_c.FPDFText_GetFontSize(text, index)
        found.append(Letter(chr(code), x.value, y.value, angle, size, (box.left, box.bottom, box.right, box.top)))
    return found


def _notes(
    document: pdfium.PdfDocument, page: pdfium.PdfPage, form: pdfium.PdfFormEnv | None, where: str
) -> Iterator[Part]:
    """Comments, what is filled into a form, behind the name of its field, and where links lead."""
    for index in range(pdfium_c.FPDFPage_GetAnnotCount(page)):
        note = pdfium_c.FPDFPage_GetAnnot(page, index)
        if not note:
            continue
        for key in _NOTE_KEYS:
            if said := _string(pdfium_c.FPDFAnnot_GetStringValue, note, key):
                yield prose(said, f"{where} (note)", "notes")
        if form is not None and (said := _string(pdfium_c.FPDFAnnot_GetFormFieldValue, form, note)):
            called = _string(pdfium_c.FPDFAnnot_GetFormFieldName, form, note)
            yield prose(f"{called}：{said}", f"{where} (note)", "notes")
        if action := pdfium_c.FPDFLink_GetAction(pdfium_c.FPDFAnnot_GetLink(note)):
            yield prose(_address(document, action), f"{where} (link)", "notes")
        pdfium_c.FPDFPage_CloseAnnot(note)


def _address(document: pdfium.PdfDocument, action: object) -> str:
    """Where an action leads, unescaped; "" where it leads to no address."""
    size = min(pdfium_c.FPDFAction_GetURIPath(document, action, None, 0), _LONGEST)
    buffer = ctypes.create_string_buffer(size + 1)
    pdfium_c.FPDFAction_GetURIPath(document, action, buffer, size)
    return unquote(buffer.value.decode("utf-8", "replace"))


def _string(ask: Callable[..., int], *about: object) -> str:
    size = ask(*about, None, 0)
    if size <= _NOTHING or size > _LONGEST:
        return ""
    buffer = (pdfium_c.FPDF_WCHAR * (size // 2))()
    ask(*about, buffer, size)
    return bytes(buffer).decode("utf-16-le", "replace").rstrip("\0")


def _attached(document: pdfium.PdfDocument, budget: Budget) -> Iterator[Part]:
    for index in range(document.count_attachments()):
        budget.spend("members")
        attached = document.get_attachment(index)
        content = bytes(attached.get_data())
        budget.spend("unpacked", len(content))
        yield Nested(attached.get_name(), content)
