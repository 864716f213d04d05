"""Pictures for pages: SVG that stands in the HTML itself, has no ground of its own and reads on a dark screen. PURE."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 400, 230  # of the drawing, in units of which a letter has 14: fits a telephone as it is
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 388, 12, 186
_STYLES = (("#1a73e8", ""), ("#e8710a", "6 4"), ("#188038", "2 3"))  # colour and dashes: told apart without colour too
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
_FAINT = 'stroke="currentColor" stroke-opacity=".25"'


@dataclass(frozen=True, slots=True)
class Line:
    """``points`` in 0..1 on both axes, from left to right."""

    name: str
    points: Sequence[tuple[float, float]]


def lines(title: str, across: str, drawn: Sequence[Line], mark: float | None = None) -> str:
    """At most three lines over an axis called ``across``; ``mark`` is a place on it that stands out.

    ``title`` is read to who can't see the picture.
    """
    parts = [*_grid()]
    for place, (line, style) in enumerate(zip(drawn, _STYLES, strict=False), 1):
        parts += _line(line, *style, _BOTTOM + 36 + 20 * place)
    if mark is not None:
        parts.append(f'<path d="M{_x(mark):.1f} {_TOP}V{_BOTTOM}" stroke="currentColor" stroke-dasharray="1 4"/>')
    parts.append(_text((_LEFT + _RIGHT) / 2, _BOTTOM + 36, across, "middle"))
    return _picture(title, parts, HEIGHT + 20 * len(drawn))


def _picture(title: str, parts: Sequence[str], height: int) -> str:
    size = f'viewBox="0 0 {WIDTH} {height}" style="width:100%;max-width:520px;height:auto"'
    return f'<svg role="img" {size} font-size="14" fill="none"><title>{escape(title)}</title>{"".join(parts)}</svg>'


def _x(share: float) -> float:
    return _LEFT + share * (_RIGHT - _LEFT)


def _y(share: float) -> float:
    return _BOTTOM - share * (_BOTTOM - _TOP)


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="currentColor" text-anchor="{anchor}">{escape(text)}</text>'


def _grid() -> Iterator[str]:
    for tick in _TICKS:
        yield f'<path d="M{_LEFT} {_y(tick):.1f}H{_RIGHT}" {_FAINT}/>'
        yield _text(_LEFT - 6, _y(tick) + 5, f"{tick:.0%}", "end")
        yield _text(_x(tick), _BOTTOM + 18, f"{tick:g}", "middle")


def _line(line: Line, colour: str, dashes: str, legend: float) -> Iterator[str]:
    stroke = f'stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dashes}"'
    path = "L".join(f"{_x(x):.1f} {_y(y):.1f}" for x, y in line.points)
    if path:
        yield f'<path d="M{path}" {stroke}/>'
    yield f'<path d="M{_LEFT} {legend - 5:.1f}h36" {stroke}/>'
    yield _text(_LEFT + 44, legend, line.name, "start")
