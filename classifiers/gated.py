"""Patterns that are tried only where a word stands without which they can't match.

Looking for a word costs a hundredth of looking for a pattern, and most texts hold none of the words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from classifiers.folding import Folded


class Gated(NamedTuple):
    """``words``: ASCII in lower case; whatever ``expression`` matches holds one of them, in upper case or lower."""

    rule: str
    words: tuple[str, ...]
    expression: str


def gated(*rows: tuple[str, str, str]) -> tuple[Gated, ...]:
    """Of (rule, words divided by spaces, expression)."""
    return tuple(Gated(rule, tuple(words.split()), expression) for rule, words, expression in rows)


def opened(rows: Iterable[Gated], folded: Folded) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Rule and pattern of the rows that may match somewhere in the text."""
    ascii_only = folded.ascii
    for row in rows:
        for word in row.words:
            if word in ascii_only:
                yield row.rule, _compiled(row.expression)
                break


_compiled = cache(re.compile)  # not before a text asks for it: most texts ask for none
