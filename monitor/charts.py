"""Pictures for pages: SVG that stands in the HTML itself, has no ground of its own and reads on a dark screen. PURE."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate
from unicodedata import east_asian_width

WIDTH, HEIGHT = 400, 230  # of the drawing, in units of which a letter has 14: fits a telephone as it is
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 388, 12, 186
_STYLES = (("#1a73e8", ""), ("#e8710a", "6 4"), ("#188038", "2 3"))  # colour and dashes: told apart without colour too
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
_CELL, _LETTER = 44, 7  # of a table: a cell; a letter, of which a Chinese character takes two
_LONGEST = 16  # letters of a name beside its row
_FAINT = 'stroke="currentColor" stroke-opacity=".25"'


@dataclass(frozen=True, slots=True)
class Line:
    """``points`` in 0..1 on both axes, from left to right."""

    name: str
    points: Sequence[tuple[float, float]]


def lines(title: str, across: str, drawn: Sequence[Line], mark: float | None = None, least: float = 0.0) -> str:
    """At most three lines over an axis called ``across``; ``mark`` is a place on it that stands out.

    ``title`` is read to who can't see the picture. The upright axis begins at ``least``, below every point.
    """
    parts = [*_grid(least)]
    for place, (line, style) in enumerate(zip(drawn, _STYLES, strict=False), 1):
        points = [(x, (y - least) / (1 - least)) for x, y in line.points]
        parts += _line(Line(line.name, points), *style, _BOTTOM + 36 + 20 * place)
    if mark is not None:
        parts.append(f'<path d="M{_x(mark):.1f} {_TOP}V{_BOTTOM}" stroke="currentColor" stroke-dasharray="1 4"/>')
    parts.append(_text((_LEFT + _RIGHT) / 2, _BOTTOM + 36, across, "middle"))
    return _picture(title, parts, HEIGHT + 20 * len(drawn))


def confusion(title: str, across: str, down: str, names: Sequence[str], table: Sequence[Sequence[int]]) -> str:
    """How many of each row were taken for each column; the darker, the larger the share of the row.

    ``names`` are those of the rows, and by their numbers of the columns. A table that is too wide for a telephone is
    moved sideways.
    """
    left = 40 + _LETTER * max(map(_letters, map(_short, names)))
    parts = [_text(left, 14, across, "start"), _text(0, _CELL - 6, down, "start")]
    for row, name in enumerate(names):
        middle = _CELL * (row + 1.5) + 5
        parts.append(_text(left - 8, middle, f"{row + 1} {_short(name)}", "end"))
        parts.append(_text(left + _CELL * (row + 0.5), _CELL - 6, str(row + 1), "middle"))
        for column, count in enumerate(table[row]):
            share = count / max(1, sum(table[row]))
            shade = f'fill="{_STYLES[0][0]}" fill-opacity="{0.75 * share**0.5:.2f}"'
            corner = f'd="M{left + _CELL * column} {_CELL * (row + 1)}h{_CELL}v{_CELL}h-{_CELL}z"'
            parts.append(f"<path {corner} {shade} {_FAINT}/>")
            if count:
                parts.append(_text(left + _CELL * (column + 0.5), middle, str(count), "middle"))
    size = _CELL * len(names)
    drawn = _picture(title, parts, size + _CELL + 2, left + size + 2)
    return f'<div style="overflow-x:auto">{drawn}</div>'


def _picture(title: str, parts: Sequence[str], height: int, width: int = WIDTH) -> str:
    least, most = (f"{width * by // 10}px" for by in (8, 13))
    size = f'viewBox="0 0 {width} {height}" style="width:100%;min-width:{least};max-width:{most};height:auto"'
    return f'<svg role="img" {size} font-size="14" fill="none"><title>{escape(title)}</title>{"".join(parts)}</svg>'


def _x(share: float) -> float:
    return _LEFT + share * (_RIGHT - _LEFT)


def _y(share: float) -> float:
    return _BOTTOM - share * (_BOTTOM - _TOP)


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="currentColor" text-anchor="{anchor}">{escape(text)}</text>'


def _grid(least: float) -> Iterator[str]:
    for tick in _TICKS:
        yield f'<path d="M{_LEFT} {_y(tick):.1f}H{_RIGHT}" {_FAINT}/>'
        yield _text(_LEFT - 6, _y(tick) + 5, f"{(least + tick * (1 - least)) * 100:.3g}%", "end")
        yield _text(_x(tick), _BOTTOM + 18, f"{tick:g}", "middle")


def _line(line: Line, colour: str, dashes: str, legend: float) -> Iterator[str]:
    stroke = f'stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dashes}"'
    path = "L".join(f"{_x(x):.1f} {_y(y):.1f}" for x, y in line.points)
    if path:
        yield f'<path d="M{path}" {stroke}/>'
    yield f'<path d="M{_LEFT} {legend - 5:.1f}h36" {stroke}/>'
    yield _text(_LEFT + 44, legend, line.name, "start")


def _short(name: str) -> str:
    if _letters(name) <= _LONGEST:
        return name
    while _letters(name) >= _LONGEST:
        name = name[:-1]
    return name + "…"


def _letters(name: str) -> int:
    return sum(1 + (east_asian_width(letter) in "WF") for letter in name)


@dataclass(frozen=True, slots=True)
class Stop:
    """One station of a way: when, and who or what. ``mark``: a deadline, where nobody is told anything new."""

    when: str
    what: str
    mark: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    name: str
    stops: Sequence[Stop]


_ROUND, _SQUARE = "m-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0", "m-6 -6h12v12h-12z"
_SHORTEST, _WAY = 110, 96  # from one station to the next, from one way to the next
_NAME_ABOVE, _WHEN_ABOVE, _WHAT_BELOW = 40, 14, 24  # of a way's line


def ways(title: str, drawn: Sequence[Way]) -> str:
    """Ways one below the other, their stations in order and not to scale, as a picture that stands alone."""
    width, height = 20 + max(_places(way)[-1] for way in drawn), _WAY * len(drawn)
    parts = [part for place, way in enumerate(drawn) for part in _way(way, 60 + _WAY * place)]
    ground = f'<rect width="{width}" height="{height}" fill="white"/>'
    picture = _picture(title, [ground, *parts], height, width)
    alone = 'xmlns="http://www.w3.org/2000/svg" color="black" font-family="sans-serif"'
    return picture.replace("<svg ", f"<svg {alone} ", 1)


def _places(way: Way) -> list[int]:
    """Where its stations stand from the left, as far apart as their words ask for, and where the last words end."""
    wide = [max(_SHORTEST, 24 + _LETTER * max(_letters(stop.when), _letters(stop.what))) for stop in way.stops]
    return list(accumulate(wide, initial=20))


def _way(way: Way, line: int) -> Iterator[str]:
    places = _places(way)
    yield f'<g font-weight="bold">{_text(12, line - _NAME_ABOVE, way.name, "start")}</g>'
    yield f'<path d="M20 {line}H{places[-2]}" stroke="currentColor" stroke-opacity=".4"/>'
    for x, stop in zip(places, way.stops, strict=False):
        colour, shape = _STYLES[stop.mark][0], _SQUARE if stop.mark else _ROUND
        yield f'<path d="M{x} {line}{shape}" fill="{colour}"/>'
        yield _text(x - 8, line - _WHEN_ABOVE, stop.when, "start")
        yield _text(x - 8, line + _WHAT_BELOW, stop.what, "start")
