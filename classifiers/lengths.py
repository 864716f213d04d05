"""Lengths and angles as style sheets write them, in pixels and degrees, with what ``calc()`` and its like compute."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from classifiers.late import late

SHARE = 4.0  # pixels of a hundredth of what is around: what is moved by the whole of it is a drawer
_WINDOW = dict.fromkeys("vw vh vmin vmax vi vb dvw dvh svw svh lvw lvh".split(), 6.0)  # moved by all of it is out of it
_UNITS = _WINDOW | {
    "%": SHARE,
    "em": 16.0,
    "rem": 16.0,
    "ex": 8.0,
    "ch": 8.0,
    "pt": 1.34,
    "pc": 16.0,
    "in": 96.0,
    "cm": 38.0,
    "mm": 3.8,
    "q": 0.95,
    "lh": 20.0,
    "rlh": 20.0,
}
_WIDE = _UNITS | dict.fromkeys((*_WINDOW, "%"), 16.0)  # the same on a wide screen
_LONGEST = 200  # code points of what is computed
_DEEP = 8  # brackets inside one another
_FIGURE = r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,2})?)(%|[a-z]*)"
_LENGTH = late(rf"\s*{_FIGURE}")
_TOKEN = late(rf"\s*(?:{_FIGURE}|([a-z-]*)\(|([-+*/,)]))")
_TURNS = {"deg": 1.0, "turn": 360.0, "grad": 0.9, "rad": 57.29578, "": 1.0}
_TIMES = {"s": 1.0, "ms": 0.001}


def pixels(value: str) -> float | None:
    """A length in pixels; None for what is none."""
    found = _LENGTH.match(value)
    if found is not None:
        return float(found[1]) * _UNITS.get(found[2], 1.0)
    return _computed(value) if "(" in value and len(value) <= _LONGEST else None


def share(value: str) -> float | None:
    """A number, or a share of a hundred."""
    number = pixels(value)
    return number / (100 * SHARE) if number is not None and "%" in value else number


def degrees(value: str) -> float | None:
    """An angle in degrees; None for what is none."""
    found = _LENGTH.match(value)
    return None if found is None or found[2] not in _TURNS else float(found[1]) * _TURNS[found[2]]


def seconds(value: str) -> float | None:
    """A time in seconds; None for what is none."""
    found = _LENGTH.fullmatch(value)
    return None if found is None or found[2] not in _TIMES else float(found[1]) * _TIMES[found[2]]


def _computed(value: str) -> float | None:
    """What an expression amounts to; None where that depends on how wide the screen is, or it is none."""
    small, wide = (_Expression(value, units).value() for units in (_UNITS, _WIDE))
    if small is None or wide is None or small * wide < 0:
        return None
    return max(small, wide)


def _middle(values: Sequence[float]) -> float:
    return max(values[0], min(values[1], values[2])) if len(values) == 3 else values[0]


_CALLS: dict[str, Callable[[Sequence[float]], float]] = {
    "": lambda values: values[0],
    "calc": lambda values: values[0],
    "min": min,
    "max": max,
    "clamp": _middle,
}


class _Expression:
    """Sums, products and calls, read from left to right."""

    def __init__(self, text: str, units: dict[str, float]) -> None:
        self.units = units
        self.tokens = self._tokens(text)
        self.place = 0

    @staticmethod
    def _tokens(text: str) -> list[re.Match[str]]:
        tokens: list[re.Match[str]] = []
        place = 0
        while match := _TOKEN.match(text, place):
            tokens.append(match)
            place = match.end()
        return tokens

    def value(self) -> float | None:
        try:
            return self._factor(_DEEP)
        except ValueError:
            return None

    def _sign(self, signs: str) -> str:
        """The sign that stands here, if it is one of these; it is passed over then."""
        if self.place < len(self.tokens) and (sign := self.tokens[self.place][4]) and sign in signs:
            self.place += 1
            return sign
        return ""

    def _sum(self, deep: int) -> float:
        value = self._product(deep)
        while sign := self._sign("+-"):
            value += self._product(deep) * (1 if sign == "+" else -1)
        return value

    def _product(self, deep: int) -> float:
        value = self._factor(deep)
        while sign := self._sign("*/"):
            other = self._factor(deep)
            if sign == "/" and other == 0:
                raise ValueError
            value = value * other if sign == "*" else value / other
        return value

    def _factor(self, deep: int) -> float:
        if self.place >= len(self.tokens) or deep < 0:
            raise ValueError
        match = self.tokens[self.place]
        self.place += 1
        if match[1]:
            return float(match[1]) * self.units.get(match[2], 1.0)
        if match[3] is None or match[3] not in _CALLS:
            raise ValueError
        values = [self._sum(deep - 1)]
        while self._sign(","):
            values.append(self._sum(deep - 1))
        if not self._sign(")"):
            raise ValueError
        return _CALLS[match[3]](values)
