"""Colours as style sheets write them, as far as two of them can be compared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from colorsys import hls_to_rgb
from functools import cache, lru_cache

from classifiers.late import late

Colour = tuple[int, int, int]

_CLOSE = 12  # of 255, the difference of colours that nobody sees
_SHEER = 0.1  # of a colour that can't be seen any more
_HEX = late(r"#?([0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})")
_CALL = late(r"(rgb|hsl|hwb|lab|lch|oklab|oklch|color)a?\(\s*([^()]{1,100})\)")
_MIX = late(r"color-mix\(\s*in [^,()]{1,40},(.{1,200})\)")
_LIGHT = late(r"light-dark\(([^,()]{1,60}|[^,()]{1,20}\([^()]{1,60}\)),.{1,100}\)")
_PART = late(r"\s*([\w#]+(?:\([^()]{0,100}\))?)\s*(?:(\d{1,3})%)?\s*(?:,|$)")
_NUMBER = late(r"([+-]?(?:\d+\.?\d*|\.\d+))(%?)(?:deg)?|none")
_NAMED = """
aliceblue f0f8ff antiquewhite faebd7 aqua 00ffff aquamarine 7fffd4 azure f0ffff beige f5f5dc bisque ffe4c4 black 000000
blanchedalmond ffebcd blue 0000ff blueviolet 8a2be2 brown a52a2a burlywood deb887 cadetblue 5f9ea0 chartreuse 7fff00
chocolate d2691e coral ff7f50 cornflowerblue 6495ed cornsilk fff8dc crimson dc143c cyan 00ffff darkblue 00008b
darkcyan 008b8b darkgoldenrod b8860b darkgray a9a9a9 darkgreen 006400 darkgrey a9a9a9 darkkhaki bdb76b
darkmagenta 8b008b darkolivegreen 556b2f darkorange ff8c00 darkorchid 9932cc darkred 8b0000 darksalmon e9967a
darkseagreen 8fbc8f darkslateblue 483d8b darkslategray 2f4f4f darkslategrey 2f4f4f darkturquoise 00ced1
darkviolet 9400d3 deeppink ff1493 deepskyblue 00bfff dimgray 696969 dimgrey 696969 dodgerblue 1e90ff
firebrick b22222 floralwhite fffaf0 forestgreen 228b22 fuchsia ff00ff gainsboro dcdcdc ghostwhite f8f8ff gold ffd700
goldenrod daa520 gray 808080 green 008000 greenyellow adff2f grey 808080 honeydew f0fff0 hotpink ff69b4
indianred cd5c5c indigo 4b0082 ivory fffff0 khaki f0e68c lavender e6e6fa lavenderblush fff0f5 lawngreen 7cfc00
lemonchiffon fffacd lightblue add8e6 lightcoral f08080 lightcyan e0ffff lightgoldenrodyellow fafad2 lightgray d3d3d3
lightgreen 90ee90 lightgrey d3d3d3 lightpink ffb6c1 lightsalmon ffa07a lightseagreen 20b2aa lightskyblue 87cefa
lightslategray 778899 lightslategrey 778899 lightsteelblue b0c4de lightyellow ffffe0 lime 00ff00 limegreen 32cd32
linen faf0e6 magenta ff00ff maroon 800000 mediumaquamarine 66cdaa mediumblue 0000cd mediumorchid ba55d3
mediumpurple 9370db mediumseagreen 3cb371 mediumslateblue 7b68ee mediumspringgreen 00fa9a mediumturquoise 48d1cc
mediumvioletred c71585 midnightblue 191970 mintcream f5fffa mistyrose ffe4e1 moccasin ffe4b5 navajowhite ffdead
navy 000080 oldlace fdf5e6 olive 808000 olivedrab 6b8e23 orange ffa500 orangered ff4500 orchid da70d6
palegoldenrod eee8aa palegreen 98fb98 paleturquoise afeeee palevioletred db7093 papayawhip ffefd5 peachpuff ffdab9
peru cd853f pink ffc0cb plum dda0dd powderblue b0e0e6 purple 800080 rebeccapurple 663399 red ff0000 rosybrown bc8f8f
royalblue 4169e1 saddlebrown 8b4513 salmon fa8072 sandybrown f4a460 seagreen 2e8b57 seashell fff5ee sienna a0522d
silver c0c0c0 skyblue 87ceeb slateblue 6a5acd slategray 708090 slategrey 708090 snow fffafa springgreen 00ff7f
steelblue 4682b4 tan d2b48c teal 008080 thistle d8bfd8 tomato ff6347 turquoise 40e0d0 violet ee82ee wheat f5deb3
white ffffff whitesmoke f5f5f5 yellow ffff00 yellowgreen 9acd32 canvas ffffff canvastext 000000 window ffffff
"""


def colour(value: str) -> Colour | None:
    """Its parts; None for what can't be said (and for what is transparent)."""
    found = _read(value.strip().lower())
    return None if found is None or found[1] <= _SHEER else found[0]


def is_transparent(value: str) -> bool:
    found = _read(value.strip().lower())
    return found is not None and found[1] <= _SHEER


def is_opaque(value: str) -> bool:
    """Whether nothing shines through; what is no colour, or more than one, is taken for opaque."""
    found = _read(value.strip().lower())
    return found is None or found[1] >= 1


def is_alike(one: Colour, other: Colour) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) <= _CLOSE


@lru_cache(maxsize=256)
def _read(value: str) -> tuple[Colour, float] | None:
    """A colour, and how much of it covers what is below, 0 to 1."""
    if value == "transparent":
        return (0, 0, 0), 0.0
    if digits := _HEX.fullmatch(_names().get(value, value)):
        full = digits[1] if len(digits[1]) > 4 else "".join(2 * each for each in digits[1])
        parts = [int(full[place : place + 2], 16) for place in range(0, len(full), 2)]
        return (parts[0], parts[1], parts[2]), (parts[3] / 255 if len(parts) > 3 else 1.0)
    if call := _CALL.fullmatch(value):
        return _called(call[1], call[2])
    if light := _LIGHT.fullmatch(value):
        return _read(light[1].strip())
    mixed = _MIX.fullmatch(value)
    return _mixed(mixed[1]) if mixed else None


@cache
def _names() -> dict[str, str]:
    words = _NAMED.split()
    return dict(zip(words[::2], words[1::2], strict=True))


def _called(name: str, inside: str) -> tuple[Colour, float] | None:
    """A colour by its parts: each a number, or a share."""
    numbers = [
        (float(each[1] or 0), bool(each[2]))
        for part in re.split(r"[\s,/]+", inside.removeprefix("srgb").strip())
        if (each := _NUMBER.fullmatch(part))
    ]
    if not 3 <= len(numbers) <= 4:
        return None
    alpha = _share(numbers[3], 1.0) if len(numbers) > 3 else 1.0
    found = _PARTS[name](numbers)
    return None if found is None else (found, alpha)


def _share(number: tuple[float, bool], whole: float) -> float:
    """Between 0 and 1; ``whole`` is what a number that is no share would have to be for 1."""
    return min(max(number[0] / (100.0 if number[1] else whole), 0.0), 1.0)


_Numbers = Sequence[tuple[float, bool]]


def _of(red: float, green: float, blue: float) -> Colour:
    return round(red * 255), round(green * 255), round(blue * 255)


def _rgb(numbers: _Numbers) -> Colour:
    return _of(*(_share(each, 255.0) for each in numbers[:3]))


def _color(numbers: _Numbers) -> Colour:
    return _of(*(_share(each, 1.0) for each in numbers[:3]))


def _hsl(numbers: _Numbers) -> Colour:
    return _of(*hls_to_rgb(numbers[0][0] % 360 / 360, _share(numbers[2], 100.0), _share(numbers[1], 100.0)))


def _hwb(numbers: _Numbers) -> Colour:
    white, black = _share(numbers[1], 100.0), _share(numbers[2], 100.0)
    if white + black >= 1:
        return _of(*3 * [white / (white + black)])
    return _of(*(each * (1 - white - black) + white for each in hls_to_rgb(numbers[0][0] % 360 / 360, 0.5, 1.0)))


def _grey(light: float, tint: float, most: float) -> Colour | None:
    """Only white, black and grey are needed; others are left open."""
    return _of(light, light, light) if tint <= most else None


def _lab(numbers: _Numbers) -> Colour | None:
    return _grey(_share(numbers[0], 100.0), max(abs(numbers[1][0]), abs(numbers[2][0])), 3.0)


def _lch(numbers: _Numbers) -> Colour | None:
    return _grey(_share(numbers[0], 100.0), numbers[1][0], 3.0)


def _oklab(numbers: _Numbers) -> Colour | None:
    return _grey(_share(numbers[0], 1.0), max(abs(numbers[1][0]), abs(numbers[2][0])), 0.02)


def _oklch(numbers: _Numbers) -> Colour | None:
    return _grey(_share(numbers[0], 1.0), numbers[1][0], 0.02)


_PARTS = {
    "rgb": _rgb,
    "color": _color,
    "hsl": _hsl,
    "hwb": _hwb,
    "lab": _lab,
    "lch": _lch,
    "oklab": _oklab,
    "oklch": _oklch,
}


def _mixed(inside: str) -> tuple[Colour, float] | None:
    """Two colours, each with its share."""
    parts = [(_read(match[1]), match[2]) for match in _PART.finditer(inside)][:2]
    (one, much), (other, rest) = parts if len(parts) == 2 else ((None, None), (None, None))
    if one is None or other is None:
        return None
    share = int(much) / 100 if much else 1 - int(rest) / 100 if rest else 0.5
    red, green, blue = (round(a * share + b * (1 - share)) for a, b in zip(one[0], other[0], strict=True))
    return (red, green, blue), one[1] * share + other[1] * (1 - share)
