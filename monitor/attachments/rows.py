"""What readers of every format hand over: rows of cells with their places, files in files, and trouble on the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

TABLES = "tables"  # what the process is asked for that judges nothing
SINGLE = 11  # cells of one character that follow one another are one number, a digit a box


class Cell(NamedTuple):
    """``columns`` are those it stands in, so that a heading above is found; ``amount``: it is shown as a quantity.

    ``tight``: a number without a gap before it, of the next column or of the same text.
    """

    text: str
    where: str
    columns: Sequence[int] = (0,)
    amount: bool = False
    tight: bool = False


class Row(NamedTuple):
    """Cells of one line, from left to right; prose is a row of one cell. Another ``region`` has headings of its own."""

    cells: Sequence[Cell]
    region: str = ""


class Nested(NamedTuple):
    """A file in the file."""

    name: str
    body: bytes


class Trouble(NamedTuple):
    """What could not be read; the rest goes on."""

    code: str
    detail: str
    where: str = ""


Part = Row | Nested | Trouble


def prose(text: str, where: str, region: str = "") -> Row:
    return Row((Cell(text, where),), region)


def boxed(cells: Sequence[Cell]) -> list[Cell]:
    """The cells of a row; where each holds one character for a long stretch, these are one."""
    joined: list[Cell] = []
    run: list[Cell] = []
    for cell in (*cells, None):
        if cell is not None and len(cell.text.strip()) == 1:
            run.append(cell)
            continue
        if len(run) >= SINGLE:
            run = [Cell("".join(each.text.strip() for each in run), run[0].where, run[0].columns)]
        joined += [*run, cell] if cell is not None else run
        run = []
    return joined
