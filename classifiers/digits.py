"""Numbers as people write them: split, spelled out, mixed. Finds what may be a number, judges nothing.

A *word* is a run of digits of one script (1, or 一 and 壹, or ①) without anything between; a *group* is a run of
words with nothing or short separators between them, such as ``166 1234 3690``, ``1 7 7-0000--1357`` or ``幺七八3434``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate
from operator import add
from typing import NamedTuple

from classifiers import numbers
from classifiers.late import late

_SPELLED = {
    **dict(zip("〇零一二三四五六七八九", "00123456789", strict=True)),
    **dict(zip("○幺么壹贰叁肆伍陆柒捌玖", "011123456789", strict=True)),
    **dict(zip("貳參叄陸兩两弌洞拐勾", "2336221079", strict=True)),
}
_CIRCLED = {**{chr(0x2460 + i): str(i + 1) for i in range(9)}, **dict(zip("⓪⓿", "00", strict=True))}
_VALUE = {ord(c): v for table in (_SPELLED, _CIRCLED) for c, v in table.items()}
_HAN = "".join(_SPELLED)
_ROUND = "".join(_CIRCLED)
_BETWEEN = (
    r" \t\n\r\-‐‑‒–—―−➖·•∙⋅・.。…,，、/|_~()（）\[\]【】"
    "\u20e3\u2190-\u21ff\u2600-\u27bf\U0001f000-\U0001faff"
)
_LEAST = 11  # digits of the shortest number looked for
_RUN = late(f"[0-9{_HAN}{_ROUND}][0-9{_HAN}{_ROUND}{_BETWEEN}]{{{_LEAST - 1},}}")
_WORD = late(f"[0-9]+|[{_HAN}]+|[{_ROUND}]")
GAP = late(f"[^0-9{_HAN}{_ROUND}]+")
_LONGEST_GAP = 5  # characters between two words of a group
_LONG_GAP = late(f"[^0-9{_HAN}{_ROUND}]{{{_LONGEST_GAP + 1},}}")
_LETTERS = {
    **{w: str(i) for i, w in enumerate("zero one two three four five six seven eight nine".split())},
    **{w: str(i) for i, w in enumerate("ling yi er san si wu liu qi ba jiu".split())},
    "yao": "1",
    "oh": "0",
}
_LETTER_WORD = late("[A-Za-z]+")
_LETTER_HINT = late("[A-Za-z][A-Za-z]")
_LOOKALIKE = late(r"[1lI](?<![0-9A-Za-z].)[3-9OoIl][0-9OoIl]{9}(?![0-9A-Za-z])")
_ALIKE = str.maketrans("OoIl", "0011")


class Group(NamedTuple):
    """Words that may belong together: where each begins and ends in the text, and its place in ``digits``.

    ``bounds`` are the places in ``digits`` where a word begins, and its length.
    """

    digits: str
    starts: list[int]
    ends: list[int]
    bounds: list[int]


def groups(text: str) -> Iterator[Group]:
    """The groups of the folded ``text`` that hold the beginning of some number, in order for each way of writing."""
    for run in _RUN.finditer(text):
        written = run[0]
        digits = "".join(_WORD.findall(written))
        if len(digits) < _LEAST:
            continue
        if digits.isascii() and written.startswith(digits):
            yield _one_word(digits, run.start(), run.start() + len(digits))
        elif numbers.BEGINS.search(digits.translate(_VALUE)):
            yield from _divided(text, run.start(), run.end())
    if _LETTER_HINT.search(text):
        yield from _lettered(text)
    for match in _LOOKALIKE.finditer(text):
        digits = match[0].translate(_ALIKE)
        if digits != match[0]:
            yield _one_word(digits, match.start(), match.end())


def _divided(text: str, start: int, end: int) -> Iterator[Group]:
    """A run cut where a gap is too long."""
    for gap in _LONG_GAP.finditer(text, start, end):
        yield _group(text, start, gap.start())
        start = gap.end()
    yield _group(text, start, end)


def _group(text: str, start: int, end: int) -> Group:
    words = _WORD.findall(text, start, end)
    starts = [*map(re.Match.start, _WORD.finditer(text, start, end))]
    lengths = [*map(len, words)]
    ends = [*map(add, starts, lengths)]
    return Group("".join(words).translate(_VALUE), starts, ends, [*accumulate(lengths, initial=0)])


def _one_word(digits: str, start: int, end: int) -> Group:
    return Group(digits, [start], [end], [0, len(digits)])


def _lettered(text: str) -> Iterator[Group]:
    """Eleven or more English or pinyin digit words in a row are one word."""
    digits: list[str] = []
    first = last = 0
    for match in _LETTER_WORD.finditer(text):
        digit = _LETTERS.get(match[0].lower())
        if digit is None:
            continue
        start, end = match.span()
        if digits and start - last > _LONGEST_GAP:
            yield from _spoken(digits, first, last)
            digits = []
        first, last = (first if digits else start), end
        digits.append(digit)
    yield from _spoken(digits, first, last)


def _spoken(digits: list[str], first: int, last: int) -> Iterator[Group]:
    if len(digits) >= _LEAST:
        yield _one_word("".join(digits), first, last)
