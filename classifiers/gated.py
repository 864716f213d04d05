"""Patterns that are tried only where a word stands without which they can't match.

Looking for a word costs a hundredth of looking for a pattern, and most texts hold none of the words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from classifiers.folding import Folded


class Gated(NamedTuple):
    """``words``: ASCII in lower case; whatever ``pattern`` matches holds one of them, in upper case or lower."""

    rule: str
    words: tuple[str, ...]
    pattern: re.Pattern[str]


def gated(*rows: tuple[str, str, str]) -> tuple[Gated, ...]:
    """Of (rule, words divided by spaces, pattern)."""
    return tuple(Gated(rule, tuple(words.split()), re.compile(pattern)) for rule, words, pattern in rows)


def opened(rows: Iterable[Gated], folded: Folded) -> Iterator[Gated]:
    """The rows that may match somewhere in the text."""
    ascii_only = folded.ascii
    for row in rows:
        for word in row.words:
            if word in ascii_only:
                yield row
                break
