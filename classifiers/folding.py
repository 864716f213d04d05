"""Text as it is meant: full-width and exotic digits become ASCII, zero-width characters vanish.

Finders read the folded text; its map leads every place back to the original.
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass
from functools import cached_property

from classifiers.late import late

# First characters of the runs of ten decimal digits outside ASCII (Unicode category Nd), full width included.
_TENS = (
    "\u0660\u06f0\u07c0\u0966\u09e6\u0a66\u0ae6\u0b66\u0be6\u0c66\u0ce6\u0d66\u0de6\u0e50\u0ed0\u0f20\u1040\u1090"
    "\u17e0\u1810\u1946\u19d0\u1a80\u1a90\u1b50\u1bb0\u1c40\u1c50\ua620\ua8d0\ua900\ua9d0\ua9f0\uaa50\uabf0\uff10"
    "\U0001d7ce\U0001d7d8\U0001d7e2\U0001d7ec\U0001d7f6"
)
_PLAIN = {
    **{chr(ord(zero) + i): str(i) for zero in _TENS for i in range(10)},
    **{chr(ord(first) + i): chr(ord(to) + i) for first, to in (("Ａ", "A"), ("ａ", "a")) for i in range(26)},
    **dict(zip("＿＠＃＄％＆＊＋－．／＝～＂＇＜＞＼｀｜\u3000\xa0", "_@#$%&*+-./=~\"'<>\\`|  ", strict=True)),
    **dict(zip("İıſ\u212a", "IisK", strict=True)),  # the four that pass for ASCII letters where case is ignored
}
_TABLE = {ord(character): plain for character, plain in _PLAIN.items()}
_INVISIBLE = (
    "\xad\u0300-\u036f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff"
)
# A class is quick while it stays within the Basic Multilingual Plane; what lies beyond is one range each.
_WIDE = late(f"[{re.escape(''.join(plain for plain in _PLAIN if plain < chr(0x10000)))}]+")
_STYLED = late("[\U0001d7ce-\U0001d7ff]+")
_MAY_FOLD = late(f"{_WIDE.pattern[:-2]}{_INVISIBLE}%&\U00010000-\U0010ffff]")
_INVISIBLE_ONE = late(f"[{_INVISIBLE}]")
_ESCAPE = late(
    f"[{_INVISIBLE}%&](?:(?<=%)[2-7][0-9A-Fa-f]|(?<=&)(?:nbsp|amp|quot|lt|gt|#[0-9]{{1,7}}|#[xX][0-9A-Fa-f]{{1,6}});"
    "|(?<![%&]))"
)
_NAMED = {"&nbsp;": " ", "&amp;": "&", "&quot;": '"', "&lt;": "<", "&gt;": ">"}


@dataclass(frozen=True)
class Folded:
    """``starts[i]`` is where the character ``text[i]`` begins in the original; None means that nothing moved."""

    text: str
    starts: array[int] | None = None

    @cached_property
    def lowered(self) -> str:
        """``text`` in lower case, character by character."""
        return self.text.lower()

    @cached_property
    def ascii(self) -> str:
        """The ASCII characters of ``lowered`` alone: whatever ASCII word stands in the text stands here too."""
        return self.lowered.encode("ascii", "ignore").decode("ascii")

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The half-open span of the original that became ``text[start:end]``."""
        if self.starts is None:
            return start, end
        return self.starts[start], self.starts[end]


def fold(text: str) -> Folded:
    """Read ``text`` as a person or a browser would: linear, and nearly free when there is nothing to fold.

    Invisible characters go; HTML character references and percent escapes of printable ASCII are decoded.
    """
    if not _MAY_FOLD.search(text):
        return Folded(text)
    for pattern in (_WIDE, _STYLED):
        text = pattern.sub(lambda match: match[0].translate(_TABLE), text)
    return _shrink(text) if _ESCAPE.search(text) else Folded(text)


def _shrink(text: str) -> Folded:
    pieces: list[str] = []
    starts = array("L")
    last = 0
    for match in _ESCAPE.finditer(text):
        meant = _meaning(match[0])
        pieces += (text[last : match.start()], meant)
        starts.extend(range(last, match.start()))
        starts.extend([match.start()] * len(meant))
        last = match.end()
    pieces.append(text[last:])
    starts.extend(range(last, len(text) + 1))
    return Folded("".join(pieces), starts)


def _meaning(code: str) -> str:
    """One character for an escape, "" for an invisible one; unknown ones become a space."""
    if code[0] == "%":
        return chr(int(code[1:], 16))
    if code[0] != "&":
        return ""
    if code in _NAMED:
        return _NAMED[code]
    number = int(code[3:-1], 16) if code[2] in "xX" else int(code[2:-1])
    character = chr(number) if number <= 0x10FFFF else " "
    if _INVISIBLE_ONE.match(character):
        return ""
    return _PLAIN.get(character, character)
