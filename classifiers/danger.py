"""Words of danger that stand close together: from a text to hits. The words are in danger.toml.

A hit is not yet a finding: ``weighing`` judges what stands around it. Time is linear in the length of the text:
words are found by expressions without repetition, and pairs are joined inside a window of fixed width.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import islice
from typing import Any

from classifiers.finding import Kind
from classifiers.sentences import Reading, fold, read

MOST_HITS = 64  # of one kind that are judged in one text; words that are enough alone come first
MOST_OF_A_PATTERN = 16
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


@dataclass(frozen=True, slots=True)
class Hit:
    """Deciding words, as half-open offsets of the folded text."""

    rule: Rule
    pattern: Pattern
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Lexicon:
    """danger.toml: named words, words that stand around, and rules over them."""

    words: Mapping[str, re.Pattern[str]]
    around: Mapping[str, re.Pattern[str]]
    rules: tuple[Rule, ...]
    begins: Mapping[str, frozenset[str]]  # one or two first characters of a word: the names it may belong to

    def names(self, text: str) -> set[str]:
        """The names that a text may have words of: a look at its pairs of characters, cheaper than a search for each."""
        pairs = {*text, *map(str.__add__, text, text[1:])}
        return set().union(self.begins[""], *(self.begins[begin] for begin in self.begins.keys() & pairs))


@cache
def lexicon() -> Lexicon:
    raw = tomllib.loads(source().decode())
    named = {name: fold(words).split() for part in ("words", "around") for name, words in raw[part].items()}
    begins: dict[str, set[str]] = {"": set()}
    for name, words in named.items():
        for word in words:
            begins.setdefault(_beginning(word), set()).add(name)
    return Lexicon(
        {name: _any_of(named[name]) for name in raw["words"]},
        {name: _any_of(named[name]) for name in raw["around"]},
        tuple(_rule(entry) for entry in raw["rule"]),
        {begin: frozenset(names) for begin, names in begins.items()},
    )


def _beginning(word: str) -> str:
    literal = _LITERAL.match(word)
    return literal[0][:2].replace("_", " ") if literal else ""


def source() -> bytes:
    """danger.toml as it is shipped."""
    return files("classifiers").joinpath("danger.toml").read_bytes()


def _any_of(words: list[str]) -> re.Pattern[str]:
    plain = [word.replace("_", " ") for word in words if not _SPECIAL.search(word)]
    special = [word.replace("_", " ") for word in words if _SPECIAL.search(word)]
    return re.compile("|".join([*special, *([_tree(plain)] if plain else [])]))


def _tree(words: list[str]) -> str:
    """An expression for any of the words, the longest that fits: words that begin alike share their beginning."""
    tails: dict[str, list[str]] = {}
    for word in words:
        tails.setdefault(word[0], []).append(word[1:])
    return "|".join(re.escape(first) + _rest(rest) for first, rest in tails.items())


def _rest(tails: list[str]) -> str:
    longer = [tail for tail in tails if tail]
    if not longer:
        return ""
    return f"(?:{_tree(longer)})" + ("?" if len(longer) < len(tails) else "")


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
    """A text with the places of the words that were looked up in it so far."""

    def __init__(self, text: str) -> None:
        self.reading: Reading = read(text)
        self._possible = lexicon().names(self.reading.text)
        self._words: dict[str, list[Span]] = {}
        self._around: dict[str, list[int]] = {}

    def places(self, name: str) -> list[Span]:
        if name not in self._possible:
            return []
        if name not in self._words:
            self._words[name] = [match.span() for match in lexicon().words[name].finditer(self.reading.text)]
        return self._words[name]

    def around(self, name: str, start: int, end: int) -> bool:
        """Whether a word that stands around under this name begins within text[start:end]."""
        if name not in self._possible:
            return False
        if name not in self._around:
            self._around[name] = [match.start() for match in lexicon().around[name].finditer(self.reading.text)]
        places = self._around[name]
        i = bisect_left(places, start)
        return i < len(places) and places[i] < end

    def hits(self, kind: Kind) -> list[Hit]:
        """The hits of a kind, at most ``MOST_HITS``, in the order of the rules."""
        found = [hit for rule in lexicon().rules if rule.kind is kind for hit in self._of(rule)]
        found.sort(key=lambda hit: not hit.pattern.strong)
        return found[:MOST_HITS]

    def _of(self, rule: Rule) -> Iterator[Hit]:
        for pattern in rule.patterns:
            for start, end in islice(self._matches(pattern), MOST_OF_A_PATTERN):
                clause = self.reading.clause(start, end)
                if not any(self._holds(name, clause) for name in rule.unless):
                    yield Hit(rule, pattern, start, end)

    def _holds(self, name: str, clause: Span) -> bool:
        places = self.places(name)
        i = bisect_left(places, (clause[0], 0))
        return i < len(places) and places[i][1] <= clause[1]

    def _matches(self, pattern: Pattern) -> Iterator[Span]:
        if not pattern.second:
            yield from self.places(pattern.first)
            return
        if pattern.first not in self._possible or pattern.second not in self._possible:
            return
        yield from self._pairs(pattern.first, pattern.second, pattern.reach)
        if pattern.either_order:
            yield from self._pairs(pattern.second, pattern.first, pattern.reach)

    def _pairs(self, first: str, second: str, reach: int) -> Iterator[Span]:
        firsts = self.places(first)
        seconds = self.places(second) if firsts else []
        for start, end in firsts:
            i = bisect_left(seconds, (end, 0))
            if i == len(seconds) or seconds[i][0] > end + reach:
                continue
            last = seconds[i][1]
            if self.reading.sentence(start) == self.reading.sentence(last - 1):
                yield start, last


@lru_cache(maxsize=1)
def scan(text: str) -> Scan:
    """The scan of a text; the last one is kept, since hazard and crisis read the same text one after the other."""
    return Scan(text)
