"""Numbers as people write them: split, spelled out, mixed. Finds what may be a number, judges nothing.

A *word* is a run of digits of one script (1, or 一 and 壹, or ①) without anything between; a *group* is a run of
words with nothing or short separators between them, such as ``166 1234 3690``, ``1 7 7-0000--1357`` or ``幺七八3434``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

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
_RUN = re.compile(f"[0-9{_HAN}{_ROUND}][0-9{_HAN}{_ROUND}{_BETWEEN}]{{5,}}")
_WORD = re.compile(f"[0-9]+|[{_HAN}]+|[{_ROUND}]")
_LONGEST_GAP = 5  # characters between two words of a group
_LETTERS = {
    **{w: str(i) for i, w in enumerate("zero one two three four five six seven eight nine".split())},
    **{w: str(i) for i, w in enumerate("ling yi er san si wu liu qi ba jiu".split())},
    "yao": "1",
    "oh": "0",
}
_LETTER_WORD = re.compile(r"(?<![A-Za-z])(?:" + "|".join(_LETTERS) + r")(?![A-Za-z])", re.IGNORECASE)
_LETTER_HINT = ("one", "two", "yao", "san", "three", "wu", "liu", "nine", "jiu")
_LOOKALIKE = re.compile(r"(?<![0-9A-Za-z])[1lI][3-9OoIl][0-9OoIl]{9}(?![0-9A-Za-z])")


@dataclass(frozen=True, slots=True)
class Word:
    digits: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Group:
    """Words that may belong together. ``bounds`` are the places in ``digits`` where a word begins, and its length."""

    words: tuple[Word, ...]
    digits: str
    bounds: tuple[int, ...]


def groups(text: str) -> Iterator[Group]:
    """Every group of six or more digits of the folded ``text``, in order."""
    for run in _RUN.finditer(text):
        pending: list[Word] = []
        for match in _WORD.finditer(text, run.start(), run.end()):
            word = Word(match[0].translate(_VALUE), match.start(), match.end())
            if pending and word.start - pending[-1].end > _LONGEST_GAP:
                yield _group(pending)
                pending = []
            pending.append(word)
        yield _group(pending)
    yield from _lettered(text)
    for match in _LOOKALIKE.finditer(text):
        digits = match[0].translate({ord("O"): "0", ord("o"): "0", ord("I"): "1", ord("l"): "1"})
        if digits != match[0]:
            yield _group([Word(digits, match.start(), match.end())])


def _group(words: list[Word]) -> Group:
    bounds, total = [0], 0
    for word in words:
        total += len(word.digits)
        bounds.append(total)
    return Group(tuple(words), "".join(word.digits for word in words), tuple(bounds))


def _lettered(text: str) -> Iterator[Group]:
    """Eleven or more English or pinyin digit words in a row are one word."""
    lowered = text.lower()
    if not any(hint in lowered for hint in _LETTER_HINT):
        return
    pending: list[re.Match[str]] = []
    for match in _LETTER_WORD.finditer(text):
        if pending and match.start() - pending[-1].end() > _LONGEST_GAP:
            yield from _spoken(pending)
            pending = []
        pending.append(match)
    yield from _spoken(pending)


def _spoken(matches: list[re.Match[str]]) -> Iterator[Group]:
    if len(matches) >= 11:
        digits = "".join(_LETTERS[match[0].lower()] for match in matches)
        yield _group([Word(digits, matches[0].start(), matches[-1].end())])
