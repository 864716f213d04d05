"""The process that reads one file: from standard input, with nothing to write to but its answer.

Lines of JSON: ``{"at"}`` how far it got, ``{"found"}``, ``{"trouble"}``, and ``{"end"}`` when it came to the end. Asked
for tables it judges nothing and says their lines: ``{"line": [sheet, number, [[column, text], …]]}``.
"""

from __future__ import annotations

import json
import math
import os
import re
import resource
import sys
from types import TracebackType

from classifiers.finding import Finding
from monitor import masking
from monitor.attachments import files
from monitor.attachments.judging import Judge
from monitor.attachments.limits import Budget, Limits
from monitor.attachments.rows import TABLES, Row, Trouble
from monitor.attachments.sheetxml import EPOCH
from monitor.errors import AttachmentError

_ANSWER = 1  # the file descriptor
_OFTEN = 100  # rows between two words on how far it got
_FILES = 64
_PLACE = re.compile(r"(?:[A-Z]{1,3}|line )([0-9]{1,7})")
_LONGEST = 200_000  # characters of a cell


def main() -> None:
    limits = Limits(**json.loads(sys.argv[1]))
    sys.excepthook = _died
    close_in(limits)
    try:
        with os.fdopen(0, "rb") as source:
            body = source.read(limits.size + 1)
        if len(body) > limits.size:
            raise AttachmentError("too_large", f"more than {limits.size} bytes")
        (show if sys.argv[2:] == [TABLES] else scan)(body, Budget(limits))
    except AttachmentError as error:
        _say(trouble=[error.code, str(error), ""])
    except MemoryError:
        _say(trouble=["too_much", f"more than {limits.memory} bytes of memory", ""])
    else:
        _say(end=True)


def close_in(limits: Limits) -> None:
    """From here on: so much memory, so much time, no file to be written, no process to be started."""
    seconds = math.ceil(limits.seconds) + 1
    for what, limit in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, _FILES),
    ):
        hard = resource.getrlimit(what)[1]
        limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(what, (limit, limit))


def scan(body: bytes, budget: Budget) -> None:
    """Says what is found as it is found: what stands before a limit is not lost."""
    judge = Judge(budget)
    try:
        for count, part in enumerate(files.read(body, budget)):
            if isinstance(part, Trouble):
                _say(trouble=[part.code, part.detail, masking.mask_text(part.where)])
                continue
            for found in judge.row(part):
                _found(found, budget)
            if count % _OFTEN == 0:
                _say(at=masking.mask_text(judge.at))
    finally:
        _say(at=masking.mask_text(judge.at))
        for found in judge.end():
            _found(found, budget)


def show(body: bytes, budget: Budget) -> None:
    """Says the lines of all tables, empty ones left out. A cell that is far too long is cut."""
    for part in files.read(body, budget):
        if isinstance(part, Trouble):
            _say(trouble=[part.code, part.detail, part.where])
        elif part.cells and part.cells[0].where == EPOCH:
            raise AttachmentError("unsupported", "its dates count from 1904: save it anew with dates from 1900")
        elif number := _number(part):
            budget.spend("cells", len(part.cells))
            _say(line=[part.region, number, [[cell.columns[0], cell.text[:_LONGEST]] for cell in part.cells]])


def _number(row: Row) -> int:
    """Of the line in its sheet, from 1; 0 for what stands in no line, and for an empty one."""
    found = _PLACE.fullmatch(row.cells[0].where.rpartition("!")[2]) if row.cells else None
    return int(found[1]) if found else 0


def _found(found: Finding, budget: Budget) -> None:
    budget.spend("findings")
    _say(found=[str(found.kind), found.rule, found.score, found.excerpt, found.where, found.match])


def _died(kind: type[BaseException], _error: BaseException, trace: TracebackType | None) -> None:
    """A reader that failed in a way nobody foresaw: its name and line, never a word of the file."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    line = trace.tb_lineno if trace is not None else 0
    name = trace.tb_frame.f_code.co_name if trace is not None else ""
    _say(trouble=["crashed", f"{kind.__name__} at {name}:{line}", ""])


def _say(**said: object) -> None:
    line = (json.dumps(said) + "\n").encode()
    while line:
        line = line[os.write(_ANSWER, line) :]


if __name__ == "__main__":
    main()
