"""Letters on a page, put together into lines and cells by where they stand: any order, any direction."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

Segment = tuple[str, float, float, bool]  # words, where they begin and end along the line, and whether without a gap

_TURN = math.pi / 36  # what stands within five degrees has one direction
_LINE = 0.45  # of the letters' size: as far may a letter stand off its line
_WORD = 0.25  # a gap that is a space
_CELL = 1.0  # a gap that is the next cell
_SPREAD = 1.7  # of letters set apart, times their usual gap
_STACK = 2.2  # letters below one another, in sizes
_NUMBER = 9  # digits behind other text that may stand in a column of their own
_STACKED = 8  # so many make a number
_SMALLEST = 1.0  # points


class Letter(NamedTuple):
    """``angle`` in radians, ``box`` is left, bottom, right and top on the page, in points."""

    text: str
    x: float
    y: float
    angle: float
    size: float
    box: tuple[float, float, float, float]


class _Placed(NamedTuple):
    """A letter in its own direction: from ``left`` to ``right`` on the line at height ``line``."""

    text: str
    left: float
    right: float
    line: float
    size: float


def lines(letters: Iterable[Letter]) -> Iterator[list[Segment]]:
    """From top to bottom; what stands in another direction follows, then what stands letter below letter."""
    turned: dict[int, list[_Placed]] = {}
    for letter in letters:
        turn = round(letter.angle / _TURN)
        turned.setdefault(turn, []).append(_placed(letter, turn * _TURN))
    for placed in turned.values():
        singles: list[_Placed] = []
        for line in _lines(placed):
            segments = [*_segments(line)]
            singles += (segment[0] for segment in segments if len(segment) == 1)
            yield [part for segment in segments for part in _parts(segment)]
        yield from ([_written(stack)] for stack in _stacks(singles))


def _placed(letter: Letter, angle: float) -> _Placed:
    cos, sin = math.cos(angle), math.sin(angle)
    left, bottom, right, top = letter.box
    along = [x * cos + y * sin for x in (left, right) for y in (bottom, top)]
    across = [y * cos - x * sin for x in (left, right) for y in (bottom, top)]
    size = max(max(across) - min(across), _SMALLEST)
    return _Placed(letter.text, min(along), max(along), letter.y * cos - letter.x * sin, size)


def _lines(placed: Sequence[_Placed]) -> Iterator[list[_Placed]]:
    """Letters of about the same height; each line from left to right."""
    line: list[_Placed] = []
    for letter in sorted(placed, key=lambda each: -each.line):
        if line and line[0].line - letter.line > _LINE * min(line[0].size, letter.size):
            yield sorted(line, key=lambda each: each.left)
            line = []
        line.append(letter)
    if line:
        yield sorted(line, key=lambda each: each.left)


def _segments(line: Sequence[_Placed]) -> Iterator[list[_Placed]]:
    """Cells: parted where a gap is wider than the letters, or than those between digits set apart."""
    segment = [line[0]]
    for letter, gap, usual in _gaps(line):
        if gap > max(_CELL * max(segment[-1].size, letter.size), _SPREAD * usual):
            yield segment
            segment = []
        segment.append(letter)
    yield segment


def _parts(segment: Sequence[_Placed]) -> Iterator[Segment]:
    """A long number at the end is a part of its own: in narrow columns no gap is left before it."""
    digits = 0
    while digits < len(segment) and segment[-1 - digits].text in "0123456789xX":
        digits += 1
    if _NUMBER <= digits < len(segment):
        yield _written(segment[:-digits])
        yield _written(segment[-digits:], tight=True)
    else:
        yield _written(segment)


def _written(segment: Sequence[_Placed], *, tight: bool = False) -> Segment:
    words = [segment[0].text]
    for letter, gap, usual in _gaps(segment):
        words.append((" " if gap > max(_WORD * letter.size, _SPREAD * usual) else "") + letter.text)
    return "".join(words), segment[0].left, segment[-1].right, tight


def _gaps(line: Sequence[_Placed]) -> Iterator[tuple[_Placed, float, float]]:
    """Each letter but the first with the gap before it, and the gap that is usual there: that of digits set apart.

    Digits are set apart where the gaps beside are as wide; the last of them has a gap on one side only.
    """
    gaps = [(_is_number(a, b), b.left - a.right) for a, b in pairwise(line)]
    inner = [gap for number, gap in gaps if number]
    middle = median(inner) if inner else 0.0
    none = (False, 0.0)
    for letter, before, (number, gap), behind in zip(line[1:], [none, *gaps], gaps, [*gaps[1:], none], strict=False):
        beside = [each for is_number, each in (before, behind) if is_number]
        yield letter, gap, max(0.0, min([middle, *beside])) if number and beside else 0.0


def _is_number(before: _Placed, letter: _Placed) -> bool:
    return before.text.isdecimal() and (letter.text.isdecimal() or letter.text in "xX")


def _stacks(singles: Sequence[_Placed]) -> Iterator[list[_Placed]]:
    """Upright letters that stand below one another, each alone in its line."""
    stack: list[_Placed] = []
    for letter in sorted(singles, key=lambda each: (round(each.left / each.size), -each.line)):
        below = bool(stack) and 0 < stack[-1].line - letter.line < _STACK * letter.size
        if stack and not (below and abs(stack[-1].left - letter.left) < letter.size / 2):
            if len(stack) >= _STACKED:
                yield _row(stack)
            stack = []
        stack.append(letter)
    if len(stack) >= _STACKED:
        yield _row(stack)


def _row(stack: Sequence[_Placed]) -> list[_Placed]:
    """As if they stood side by side."""
    return [each._replace(left=float(n), right=n + 1.0) for n, each in enumerate(stack)]
