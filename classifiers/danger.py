"""Words of danger that stand close together: from a text to hits. The words are in danger.toml.

A hit is not yet a finding: ``weighing`` judges what stands around it. Time is linear in the length of the text:
one walk over it finds every word by its first two characters, and pairs are joined inside a window of fixed width.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from itertools import islice
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifiers.finding import Kind
from classifiers.sentences import Reading, codes_of, fold, read

MOST_HITS = 64  # of one kind that are judged in one text; words that are enough alone come first
MOST_OF_A_PATTERN = 16
MOST_BEGINNINGS = 1 << 16  # of words that are read in one text: more than 100,000 usual characters have
SLOTS = 1 << 18  # of the hash of two characters
_PATTERN = re.compile(r"(\w+)(?: (<?)(\d+)>? (\w+))?", re.ASCII)

_SPECIAL = re.compile(r"[(.\[]")
_LITERAL = re.compile(r"[^(.\[?|]+(?![?])")  # what every text with this word has at its beginning

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Pattern:
    """Words of ``first``, then within ``reach`` characters of the same sentence words of ``second``, "" for none."""

    first: str
    second: str
    reach: int
    either_order: bool
    strong: bool  # the words alone are enough; else something around them must confirm


@dataclass(frozen=True, slots=True)
class Rule:
    kind: Kind
    name: str
    patterns: tuple[Pattern, ...]
    unless: tuple[str, ...]


Ranked = tuple[int, Rule, Pattern]


@dataclass(frozen=True, slots=True)
class Hit:
    """Deciding words, as half-open offsets of the folded text."""

    rule: Rule
    pattern: Pattern
    start: int
    end: int


class Word(NamedTuple):
    """A word as it is written, or what matches an expression for it, and the names that it stands under."""

    plain: str
    match: Callable[[str, int], re.Match[str] | None] | None
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """Words by their one or two first characters; under two stand also the words of the first alone.

    Expressions come first, then longer words before shorter. ``pairs`` and ``singles`` say by a hash of two
    characters, or of one, where a word may begin: one look at the whole text leaves few places to read.
    """

    begins: Mapping[str, tuple[Word, ...]]
    pairs: NDArray[np.bool_]
    singles: NDArray[np.bool_]

    def places(self, text: str) -> dict[str, list[Span]]:
        """Where the words of each name stand, ascending and apart; names without any are missing."""
        places: dict[str, list[Span]] = {}
        begins = self.begins
        codes = codes_of(text + " ")
        may_begin = self.pairs[_slots(codes[:-1], codes[1:])] | self.singles[codes[:-1] & np.uint32(SLOTS - 1)]
        for start in np.flatnonzero(may_begin)[:MOST_BEGINNINGS].tolist():
            for plain, match, names in begins.get(text[start : start + 2]) or begins.get(text[start], ()):
                if match is None:
                    end = start + len(plain) if text.startswith(plain, start) else 0
                else:
                    end = found.end() if (found := match(text, start)) else 0
                if end:
                    _note(places, names, (start, end))
        return places


def _note(places: dict[str, list[Span]], names: tuple[str, ...], span: Span) -> None:
    for name in names:
        found = places.setdefault(name, [])
        if not found or found[-1][1] <= span[0]:
            found.append(span)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """danger.toml: its words, its patterns, and the names of what stands around."""

    words: Index
    patterns: Mapping[str, tuple[Ranked, ...]]  # by the rarer of their names
    around: tuple[str, ...]


@cache
def lexicon() -> Lexicon:
    raw = tomllib.loads(source().decode())
    under: dict[str, list[str]] = {}
    for part in ("words", "around"):
        for name, words in raw[part].items():
            for word in fold(words).split():
                under.setdefault(word.replace("_", " "), []).append(name)
    common = set(raw["common"].split())
    patterns: dict[str, list[Ranked]] = {}
    ranked = [(rule, pattern) for rule in map(_rule, raw["rule"]) for pattern in rule.patterns]
    for rank, (rule, pattern) in enumerate(ranked):
        rare = pattern.second if pattern.first in common else pattern.first
        patterns.setdefault(rare, []).append((rank, rule, pattern))
    return Lexicon(
        _index(under),
        {name: tuple(looked_for) for name, looked_for in patterns.items()},
        tuple(raw["around"]),
    )


def source() -> bytes:
    """danger.toml as it is shipped."""
    return files("classifiers").joinpath("danger.toml").read_bytes()


def _index(under: Mapping[str, list[str]]) -> Index:
    words = [
        Word(text, re.compile(text).match if _SPECIAL.search(text) else None, tuple(dict.fromkeys(names)))
        for text, names in under.items()
    ]
    begins: dict[str, list[Word]] = {}
    for word in sorted(words, key=lambda word: (word.match is None, -len(word.plain))):
        literal = _LITERAL.match(word.plain)
        if literal is None:
            raise ValueError(f"danger.toml: begins with nothing certain: {word.plain}")
        begins.setdefault(literal[0][:2], []).append(word)
    pairs, singles = np.zeros(SLOTS, np.bool_), np.zeros(SLOTS, np.bool_)
    for begin in begins:
        codes = codes_of(begin)
        if len(begin) == 1:
            singles[codes & np.uint32(SLOTS - 1)] = True
        else:
            pairs[_slots(codes[:1], codes[1:])] = True
    merged = {begin: (*words, *(begins.get(begin[0], ()) if len(begin) > 1 else ())) for begin, words in begins.items()}
    return Index(merged, pairs, singles)


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
