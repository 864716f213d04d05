"""Which messages are about the same matter: what is kept of each to find the others by, and how close two of them are.

A sketch is a sample of the runs of three characters in a message, as numbers: those with the smallest ones, so that of
two messages that have a run in common mostly both choose it or neither ("bottom-k" sampling: Broder, "On the resemblance
and containment of documents", 1997). The title, which names the matter in the fewest words, has places of its own. A
message can't be read back from its sketch, but guesses at its words can be tested with it: it is erased with the text.

Work is linear in what is read, and of one message no more is read than ``READ`` characters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers import features

READ = 4_000  # characters of a message, its title included
OF_TITLE = 16  # runs
OF_ALL = 40  # runs, those of the title included
FULL = 64  # messages that have a run: more are not looked at
SPARE = 2.5
PIECE = 64  # messages looked at together: what they need stays in the processor's cache
_FACTORS = tuple(map(np.uint32, (2654435761, 2246822519, 3266489917)))  # of the characters of a run
_HIGHEST = 2.0**32 - 1
_TERM = 2  # shorter runs: messages are found by what few others say, and compared by all they say
_TERM_BITS = 18
_LOW = np.uint64(0xFFFFFFFF)
_UP = np.uint64(32)

Text = tuple[str, str]  # title and text
Keys = NDArray[np.uint64]  # the place of a message among those looked at, and below it the number of a run


def sketches(messages: Sequence[Text]) -> tuple[NDArray[np.int32], NDArray[np.intp]]:
    """The numbers of the runs of all messages one after the other, and how many each has.

    At most ``OF_ALL``, each once, in ascending order when they are taken without their sign; none for a message that
    says nothing.
    """
    numbers, counts = [np.empty(0, np.int32)], [np.empty(0, np.intp)]
    for first in range(0, len(messages), PIECE):
        some = messages[first : first + PIECE]
        titles = _lowest([title[:READ].strip() for title, _ in some], np.full(len(some), OF_TITLE))
        rest = _lowest([*map(_read, some)], OF_ALL - _counts(titles, len(some)))
        chosen = _distinct(np.concatenate((titles, rest)))
        numbers.append((chosen & _LOW).astype(np.uint32).view(np.int32))
        counts.append(_counts(chosen, len(some)))
    return np.concatenate(numbers), np.concatenate(counts)


def _read(message: Text) -> str:
    return "\n".join(message)[:READ].strip()


def _lowest(texts: Sequence[str], most: NDArray[np.intp], spare: float = SPARE) -> Keys:
    """The keys of each text's lowest numbers, as many as it may have.

    Of a long text only numbers so low are put in order that about ``spare`` times as many are left as are wanted; where
    too few are, because it says the same again and again, all are.
    """
    runs, starts = _runs(texts)
    sizes = np.diff(starts, append=len(runs))
    limits = np.minimum(most * (spare * _HIGHEST) / sizes, _HIGHEST)
    places = np.flatnonzero(runs <= np.repeat(limits.astype(np.uint32), sizes))
    owners = np.searchsorted(starts, places, side="right") - 1
    keys = _distinct(_keys(runs[places], owners))
    counts = _counts(keys, len(texts))
    if np.any((counts < most) & (limits < _HIGHEST)):
        return _lowest(texts, most, np.inf)
    rank = np.arange(len(keys)) - np.repeat(np.cumsum(counts) - counts, counts)
    return keys[rank < np.repeat(most, counts)]


def _runs(texts: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.intp]]:
    """The numbers of the runs that begin at each place, and where each text begins.

    Sums of products mod 2^32 ("multilinear" hashing): its high bits, which decide what is low, are well mixed.
    """
    codes, starts = features.characters(texts, len(_FACTORS) - 1)
    numbers = codes[: 1 - len(_FACTORS)] * _FACTORS[0]
    for place, factor in enumerate(_FACTORS[1:], 1):
        numbers += codes[place : place + len(numbers)] * factor
    return numbers, starts


def _keys(runs: NDArray[np.integer[Any]], owners: NDArray[np.intp]) -> Keys:
    """None for what has no characters and so only gaps, whose runs are 0."""
    return ((owners.astype(np.uint64) << _UP) | runs.astype(np.uint64))[runs > 0]


def _distinct(keys: Keys) -> Keys:
    """In ascending order. (Not ``np.unique``, which takes ten times as long.)"""
    ordered = np.sort(keys)
    return ordered[_starts(ordered)]


def _starts(ordered: Keys) -> NDArray[np.bool_]:
    """Where another key begins."""
    return np.concatenate(([True], ordered[1:] != ordered[:-1]))[: len(ordered)]


def _counts(keys: Keys, messages: int) -> NDArray[np.intp]:
    return np.bincount((keys >> _UP).astype(np.intp), minlength=messages)


def nearest(sharing: Iterable[Sequence[int]], most: int) -> list[int]:
    """Who shares most with a message, best first, newest first: ``sharing`` says of each of its runs who else has it.

    A run that is in few of them says more than one that is in many: in ``FULL`` or more it says least, and no more of
    them need be given.
    """
    said: defaultdict[int, float] = defaultdict(float)
    for others in sharing:
        worth = log(1 + FULL / len(others)) if others else 0.0
        for other in others:
            said[other] += worth
    return sorted(said, key=lambda other: (-said[other], -other))[:most]


def closeness(one: Text, others: Sequence[Text]) -> list[float]:
    """How close ``one`` is to each of the ``others``, from 0 to 1, by all they say.

    The cosine of their counted runs of two characters; what is rare among them weighs more, and saying it once more
    weighs less than saying it at all.
    """
    messages = (one, *others)
    (_, runs), starts = features.runs([*map(_read, messages)], _TERM, _TERM_BITS)
    owners = np.repeat(np.arange(len(messages)), np.diff(starts, append=len(runs)))
    ordered = np.sort(_keys(runs, owners))
    starts = np.flatnonzero(_starts(ordered))
    counts = np.diff(starts, append=len(ordered))
    numbers = (ordered[starts] & _LOW).astype(np.intp)
    owners = (ordered[starts] >> _UP).astype(np.intp)
    among = np.bincount(numbers, minlength=1 << _TERM_BITS)[numbers]  # how many say it
    weights = (1 + np.log(counts)) * (1 + np.log((1 + len(messages)) / (1 + among)))
    asked = np.zeros(1 << _TERM_BITS)
    asked[numbers[owners == 0]] = weights[owners == 0]
    common = np.bincount(owners, weights * asked[numbers], len(messages))
    squares = np.bincount(owners, weights**2, len(messages))
    close: list[float] = (common / np.sqrt(np.maximum(squares * squares[0], 1e-12)))[1:].tolist()
    return close
