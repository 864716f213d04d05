"""Words of danger that stand close together: from a text to hits. The words are in danger.toml.

A hit is not yet a finding: ``weighing`` judges what stands around it. Time is linear in the length of the text:
one walk over it finds every word by its first two characters, and pairs are joined inside a window of fixed width.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import cache, cached_property, lru_cache
from itertools import islice
from operator import itemgetter
from pkgutil import get_data
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifiers.finding import Kind
from classifiers.late import late
from classifiers.sentences import Reading, codes_of, fold, read

MOST_HITS = 64  # of one kind that are judged in one text; words that are enough alone come first
MOST_OF_A_PATTERN = 16
MOST_BEGINNINGS = 1 << 16  # of words that are read in one text: more than 100,000 usual characters have
SLOTS = 1 << 18  # of the hash of two characters
_PATTERN = re.compile(r"(\w+)(?: (<?)(\d+)>? (\w+))?", re.ASCII)
_LIST_END = "\0"

_SPECIAL = re.compile(r"[(.\[]")
_LITERAL = re.compile(r"[^(.\[?|]+(?![?])")  # what every text with this word has at its beginning

Span = tuple[int, int]


class Pattern(NamedTuple):
    """Words of ``first``, then within ``reach`` characters of the same sentence words of ``second``, "" for none."""

    first: str
    second: str
    reach: int
    either_order: bool
    strong: bool  # the words alone are enough; else something around them must confirm


class Rule(NamedTuple):
    kind: Kind
    name: str
    patterns: tuple[Pattern, ...]
    unless: tuple[str, ...]


Ranked = tuple[int, Rule, Pattern]


class Hit(NamedTuple):
    """Deciding words, as half-open offsets of the folded text."""

    rule: Rule
    pattern: Pattern
    start: int
    end: int


class Word(NamedTuple):
    """A word as it is written, or what matches an expression for it, and the names that it stands under."""

    plain: str
    expression: re.Pattern[str] | None
    names: tuple[str, ...]


class Index:
    """Words by their one or two first characters, each made ready when a text first needs it.

    ``pairs`` and ``singles`` say by a hash of two characters, or of one, where a word may begin: one look at the whole
    text leaves few places to read.
    """

    def __init__(self, under: Mapping[str, tuple[str, ...]]) -> None:
        """Of each word the names that it stands under."""
        self._under = under
        self._begins: dict[str, list[str]] = {}
        for word in under:
            self._begins.setdefault(_beginning(word), []).append(word)
        self._ready: dict[str, tuple[Word, ...]] = {}
        twos, ones = ([begin for begin in self._begins if len(begin) == length] for length in (2, 1))
        codes = codes_of("".join(twos))
        self._pairs, self._singles = np.zeros(SLOTS, np.bool_), np.zeros(SLOTS, np.bool_)
        self._pairs[_slots(codes[::2], codes[1::2])] = True
        self._singles[codes_of("".join(ones)) & np.uint32(SLOTS - 1)] = True

    def places(self, text: str) -> dict[str, list[Span]]:
        """Where the words of each name stand, ascending and apart; names without any are missing."""
        places: dict[str, list[Span]] = {}
        begins, ready = self._begins, self._ready
        codes = codes_of(text + " ")
        may_begin = self._pairs[_slots(codes[:-1], codes[1:])] | self._singles[codes[:-1] & np.uint32(SLOTS - 1)]
        for start in np.flatnonzero(may_begin)[:MOST_BEGINNINGS].tolist():
            begin = text[start : start + 2]
            if begin not in begins:
                begin = begin[:1]
            for plain, expression, names in ready.get(begin) or self._made_ready(begin):
                if expression is None:
                    end = start + len(plain) if text.startswith(plain, start) else 0
                else:
                    end = found.end() if (found := expression.match(text, start)) else 0
                if end:
                    _note(places, names, (start, end))
        return places

    def _made_ready(self, begin: str) -> tuple[Word, ...]:
        """The words that begin so: expressions first, then longer words before shorter; those of the first character
        alone stand behind.
        """
        if begin not in self._begins:
            return ()
        words = [
            Word(each, late(each) if _SPECIAL.search(each) else None, self._under[each]) for each in self._begins[begin]
        ]
        words.sort(key=lambda word: (word.expression is None, -len(word.plain)))
        self._ready[begin] = made = (*words, *(self._made_ready(begin[0]) if len(begin) > 1 else ()))
        return made


def _beginning(word: str) -> str:
    """The one or two characters that whatever a word stands for begins with."""
    if word.isalnum():
        return word[:2]
    literal = _LITERAL.match(word)
    if literal is None:
        raise ValueError(f"danger.toml: begins with nothing certain: {word}")
    return literal[0][:2]


def _note(places: dict[str, list[Span]], names: tuple[str, ...], span: Span) -> None:
    for name in names:
        found = places.setdefault(name, [])
        if not found or found[-1][1] <= span[0]:
            found.append(span)


class Lexicon(NamedTuple):
    """danger.toml: its words, its patterns, and the names of what stands around."""

    words: Index
    patterns: Mapping[str, tuple[Ranked, ...]]  # by the rarer of their names
    around: tuple[str, ...]


@cache
def lexicon() -> Lexicon:
    raw = tomllib.loads(source().decode())
    lists = [*raw["words"].items(), *raw["around"].items()]
    folded = fold(_LIST_END.join(words for _, words in lists)).split(_LIST_END)
    under: dict[str, tuple[str, ...]] = {}
    for (name, _), words in zip(lists, folded, strict=True):
        alone = (name,)
        for written in words.split():
            word = written.replace("_", " ")
            before = under.get(word, ())
            if name not in before:
                under[word] = before + alone if before else alone
    common = set(raw["common"].split())
    patterns: dict[str, list[Ranked]] = {}
    ranked = [(rule, pattern) for rule in map(_rule, raw["rule"]) for pattern in rule.patterns]
    for rank, (rule, pattern) in enumerate(ranked):
        rare = pattern.second if pattern.first in common else pattern.first
        patterns.setdefault(rare, []).append((rank, rule, pattern))
    return Lexicon(
        Index(under),
        {name: tuple(looked_for) for name, looked_for in patterns.items()},
        tuple(raw["around"]),
    )


def source() -> bytes:
    """danger.toml as it is shipped."""
    return get_data("classifiers", "danger.toml") or b""


def _slots(first: NDArray[np.uint32], second: NDArray[np.uint32]) -> NDArray[np.uint32]:
    return (first * np.uint32(40503) + second) & np.uint32(SLOTS - 1)


def _rule(entry: dict[str, Any]) -> Rule:
    patterns = [
        _pattern(text, strong) for strong in (True, False) for text in entry.get("strong" if strong else "weak", ())
    ]
    return Rule(Kind(entry["kind"]), entry["name"], tuple(patterns), tuple(entry.get("unless", ())))


def _pattern(text: str, strong: bool) -> Pattern:
    match = _PATTERN.fullmatch(text)
    if match is None:
        raise ValueError(f"danger.toml: not a pattern: {text}")
    first, either, reach, second = match.groups(default="")
    return Pattern(first, second, int(reach or 0), bool(either), strong)


class Scan:
    """A text with the places of all words of danger in it."""

    def __init__(self, reading_: Reading) -> None:
        self.reading = reading_
        known = lexicon()
        self._places = known.words.places(self.reading.text)
        ranked = (ranked for name in self._places for ranked in known.patterns.get(name, ()))
        self._patterns = sorted(ranked, key=itemgetter(0))

    @cached_property
    def around(self) -> dict[str, list[int]]:
        """Where words begin that stand around, ascending; names without any are missing."""
        return {name: [start for start, _ in self._places[name]] for name in lexicon().around if name in self._places}

    def hits(self, kind: Kind) -> list[Hit]:
        """The hits of a kind, at most ``MOST_HITS``, in the order of the rules, strong ones first."""
        found = [hit for _, rule, pattern in self._patterns if rule.kind is kind for hit in self._of(rule, pattern)]
        found.sort(key=lambda hit: not hit.pattern.strong)
        return found[:MOST_HITS]

    def _of(self, rule: Rule, pattern: Pattern) -> Iterator[Hit]:
        for start, end in islice(self._matches(pattern), MOST_OF_A_PATTERN):
            clause = self.reading.clause(start, end)
            if not any(self._holds(name, clause) for name in rule.unless):
                yield Hit(rule, pattern, start, end)

    def _holds(self, name: str, clause: Span) -> bool:
        places = self._places.get(name, ())
        i = bisect_left(places, (clause[0], 0))
        return i < len(places) and places[i][1] <= clause[1]

    def _matches(self, pattern: Pattern) -> Iterator[Span]:
        if not pattern.second:
            yield from self._places.get(pattern.first, ())
            return
        yield from self._pairs(pattern.first, pattern.second, pattern.reach)
        if pattern.either_order:
            yield from self._pairs(pattern.second, pattern.first, pattern.reach)

    def _pairs(self, first: str, second: str, reach: int) -> Iterator[Span]:
        seconds = self._places.get(second, ())
        for start, end in self._places.get(first, ()) if seconds else ():
            i = bisect_left(seconds, (end, 0))
            if i == len(seconds) or seconds[i][0] > end + reach:
                continue
            last = seconds[i][1]
            if self.reading.sentence(start) == self.reading.sentence(last - 1):
                yield start, last


@lru_cache(maxsize=1)
def reading(text: str) -> Reading:
    """The text as it is read; the last one is kept, since hazard and crisis judge the same text one after the other."""
    return read(text)


@lru_cache(maxsize=1)
def scan(text: str) -> Scan:
    """The scan of a text; the last one is kept, too."""
    return Scan(reading(text))
