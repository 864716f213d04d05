"""The words that planted links carry, and whether a text merely warns of them. The words are in hidden_link.toml."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pkgutil import get_data

from classifiers.late import late

_TELLING = 5  # letters of a host's lure that may have others around them
_LONGEST = 20_000  # code points of a text that are looked at
_BREAKS = late(r"[\s\u200b-\u200f\u2060\ufeff\u00ad]+")
_PARTS = late(r"[.\-_]")
_CAMEL = late(r"(?<=[a-z])(?=[A-Z])")


@cache
def words(table: str, name: str) -> frozenset[str]:
    """A word list of hidden_link.toml."""
    raw = tomllib.loads((get_data("classifiers", "hidden_link.toml") or b"").decode())
    return frozenset(raw[table][name].split())


@cache
def _any_of(table: str, name: str) -> re.Pattern[str]:
    longest_first = sorted(words(table, name), key=len, reverse=True)
    return late("|".join(rf"(?<![a-z]){word}(?![a-z])" if word.isascii() else word for word in longest_first))


def _folded(text: str) -> str:
    return text[:_LONGEST].lower()


def lures(text: str) -> set[str]:
    """The different lures of a text; none where it warns of them."""
    folded = _folded(text)
    found = set(_any_of("words", "lures").findall(folded)) | set(
        _any_of("words", "lures").findall(_BREAKS.sub("", folded)) if not folded.isascii() else ()
    )
    return set() if found and _any_of("words", "warnings").search(folded) else found


def is_hint(text: str) -> bool:
    """Whether the text tells what a browser must be able to do."""
    return _any_of("words", "hints").search(_folded(text)) is not None


def is_lure_host(host: str) -> bool:
    """Whether a part of the host says what it is for: as it stands, without its figures, or with more around it."""
    parts = set(_PARTS.split(host))
    known = words("hosts", "lures")
    if not known.isdisjoint(parts | {part.strip("0123456789") for part in parts}):
        return True
    return any(lure in part for part in parts for lure in known if len(lure) >= _TELLING)


def opens_on_demand(names: str) -> bool:
    """Whether a class or id is how pages call what a visitor opens."""
    lowered = _CAMEL.sub("-", names[:400]).lower()
    if not words("names", "whole").isdisjoint(re.split(r"[\s_]+", lowered) + re.split(r"[\s_\-]+", lowered)):
        return True
    return _in_a_name().search(lowered) is not None


@cache
def _in_a_name() -> re.Pattern[str]:
    return late("|".join(map(re.escape, sorted(words("names", "parts"), key=len, reverse=True))))
