"""Excel workbooks: cells of every sheet, hidden ones too, with headers, notes, boxes, caches and properties."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator

from monitor.attachments import docx, package
from monitor.attachments.flow import Flow
from monitor.attachments.leaves import Leaves
from monitor.attachments.limits import Budget
from monitor.attachments.rows import Part, Trouble
from monitor.attachments.sheetxml import Named, Notes, Relations, Sheet, Strings, Styles
from monitor.attachments.xml import Hearer, heard
from monitor.errors import AttachmentError

_BOOK, _STRINGS, _STYLES = "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"
_MERGED = re.compile(rb"<(?:\w{1,20}:)?mergeCell\s[^>]{0,40}?ref=[\"']([A-Z]{1,3}[0-9]{1,7}):([A-Z]{1,3}[0-9]{1,7})")


def read(body: bytes, budget: Budget) -> Iterator[Part]:
    archive = package.opened(body, budget)
    named, strings, styles = Named(), Strings(), Styles()
    gathering: tuple[tuple[str, Hearer], ...] = ((_BOOK, named), (_STRINGS, strings), (_STYLES, styles))
    for name, listening in gathering:
        if name in archive.NameToInfo:
            yield from heard(_content(archive, name, budget), listening, name)
        elif name == _BOOK:
            yield Trouble("broken", f"{_BOOK} is missing")
    sheets = _sheets(archive, named, budget)
    for name, title in sheets.items():
        if name not in archive.NameToInfo:
            yield Trouble("broken", "the sheet is missing", title)
            continue
        content = _content(archive, name, budget)
        yield from heard(content, Sheet(title, strings.texts, styles.amounts, _MERGED.findall(content)), title)
    notes = {note: title for name, title in sheets.items() for note in _related(archive, name, budget)}
    rest = [each for each in archive.namelist() if each not in {*sheets, _STRINGS, _STYLES, _BOOK}]

    def hearer(name: str) -> Hearer:
        if "omments/" in name or posixpath.basename(name).startswith("comments"):
            return Notes(notes.get(name, name))
        return Flow(notes.get(name, name)) if name.startswith("xl/drawings/drawing") else Leaves(notes.get(name, name))

    yield from docx.others(archive, budget, rest, hearer)


def _content(archive: zipfile.ZipFile, name: str, budget: Budget) -> bytes:
    try:
        return package.content(archive, archive.getinfo(name), budget)
    except AttachmentError as error:
        raise AttachmentError(error.code, f"{name}: {error}", permanent=error.permanent) from error


def _sheets(archive: zipfile.ZipFile, named: Named, budget: Budget) -> dict[str, str]:
    """Member of each sheet and its title, in the order of the workbook; sheets that the workbook doesn't name last."""
    targets = _relations(archive, _BOOK, budget)
    titles = {targets[rid]: title for rid, title in named.sheets if rid in targets}
    sheetlike = (name for name in archive.namelist() if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name))
    return titles | {name: posixpath.basename(name) for name in sheetlike if name not in titles}


def _related(archive: zipfile.ZipFile, name: str, budget: Budget) -> list[str]:
    return [*_relations(archive, name, budget).values()]


def _relations(archive: zipfile.ZipFile, name: str, budget: Budget) -> dict[str, str]:
    """What a part calls its neighbours: id and member."""
    folder, base = posixpath.split(name)
    path = f"{folder}/_rels/{base}.rels"
    if path not in archive.NameToInfo:
        return {}
    found = Relations()
    for _ in heard(_content(archive, path, budget), found, path):
        pass
    return {rid: posixpath.normpath(posixpath.join("/", folder, target))[1:] for rid, target in found.targets.items()}
