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
_SIGNS = late(r"[^\w，。、；：！？,.]+|_+")
_PARTS = late(r"[.\-_]")
_CAMEL = late(r"(?<=[a-z])(?=[A-Z])")


@cache
def _lists() -> dict[str, dict[str, str]]:
    return tomllib.loads((get_data("classifiers", "hidden_link.toml") or b"").decode())


@cache
def words(table: str, name: str) -> frozenset[str]:
    """A word list of hidden_link.toml."""
    return frozenset(_lists()[table][name].split())


@cache
def _any_of(table: str, name: str) -> re.Pattern[str]:
    longest_first = sorted((word.replace("_", " ") for word in words(table, name)), key=len, reverse=True)
    return re.compile("|".join(rf"(?<![a-z]){word}(?![a-z])" if word.isascii() else word for word in longest_first))


def _folded(text: str) -> str:
    return text[:_LONGEST].lower()


def mentioned(text: str) -> set[str]:
    """The different lures of a text, whatever it says of them; also those whose letters have signs between them."""
    folded, pattern = _folded(text), _any_of("words", "lures")
    found = set(pattern.findall(folded))
    if not folded.isascii():
        found.update(pattern.findall(_BREAKS.sub("", folded)), pattern.findall(_SIGNS.sub("", folded)))
        found.update(match[0] for match in _offers().finditer(folded))
    return found


def lures(text: str) -> set[str]:
    """The same; none where the text warns of them."""
    found = mentioned(text)
    return set() if found and (warns(text) or _any_of("words", "lawful").search(_folded(text))) else found


def warns(text: str) -> bool:
    """Whether the text warns of something."""
    return _any_of("words", "warnings").search(_folded(text)) is not None


def is_offer(text: str) -> bool:
    """Whether a title promises more than once something to be loaded, played or signed up for, and names no office."""
    folded = _folded(text)
    promises = {match[0] for name in ("promises", "mild_promises") for match in _any_of("words", name).finditer(folded)}
    return len(promises) > 1 and not _any_of("words", "offices").search(folded)


@cache
def _offers() -> re.Pattern[str]:
    """A trade and what it promises, side by side: 体育官网, 棋牌app下载."""
    trades, mild, promises, others = (
        "|".join(words("words", name)) for name in ("trades", "mild_trades", "promises", "mild_promises")
    )
    return re.compile(rf"(?:{trades})(?:app)?[·\-_ ]?(?:{promises}|{others})|(?:{mild})(?:app)?[·\-_ ]?(?:{promises})")


def is_hint(text: str) -> bool:
    """Whether the text tells what a browser must be able to do."""
    return _any_of("words", "hints").search(_folded(text)) is not None


def is_ware(text: str) -> bool:
    """Whether a text offers goods or services that no office deals in."""
    return bool(wares(text)) and _any_of("words", "institutions").search(_folded(text)) is None


def wares(text: str) -> set[str]:
    """The different goods and services of a text."""
    return set(_any_of("words", "wares").findall(_folded(text)))


def is_moving(text: str) -> bool:
    """Whether the text tells that the page has another address now."""
    return _any_of("words", "moving").search(_folded(text)) is not None


def is_lure_host(host: str, least: int = 1) -> bool:
    """Whether a part of the host says what it is for, by a lure of at least so many letters.

    As it stands, without its figures, or with more around it.
    """
    parts = set(_PARTS.split(host))
    known = _of_hosts(least)
    if not known.isdisjoint(parts | {part.strip("0123456789") for part in parts}):
        return True
    return any(lure in part for part in parts for lure in known if len(lure) >= _TELLING)


@cache
def _of_hosts(least: int) -> frozenset[str]:
    return frozenset(lure for lure in words("hosts", "lures") if len(lure) >= least)


def opens_on_demand(names: str) -> bool:
    """Whether a class or id is how pages call what a visitor opens."""
    lowered = _CAMEL.sub("-", names[:400]).lower().replace("table", "-")
    if not words("names", "whole").isdisjoint(re.split(r"[\s_]+", lowered) + re.split(r"[\s_\-]+", lowered)):
        return True
    return _in_a_name().search(lowered) is not None


@cache
def _in_a_name() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(words("names", "parts"), key=len, reverse=True))))
