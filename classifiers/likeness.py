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
COMPARED = 32  # lowest runs of a message by which near copies are told
MET = 14  # of these: near copies are found by two that both have
CROWD = 16  # messages with the same run: more of them say nothing of copies
ALIKE = 0.35  # part of the lowest runs of both that both have
SPARE = 2.2
COPIES = 2048  # pairs compared together
PIECE = 128  # messages looked at together: what they need stays in the processor's cache
_FACTORS = tuple(map(np.uint32, (2654435761, 2246822519, 3266489917)))  # of the characters of a run
_HIGHEST = 2.0**32 - 1
_NONE = np.uint32(0xFFFFFFFF)
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
        rest = _lowest([*map(_read, some)], OF_ALL - np.diff(_bounds(titles, len(some))))
        chosen = _distinct(np.concatenate((titles, rest)))
        numbers.append(chosen.astype(np.uint32).view(np.int32))
        counts.append(np.diff(_bounds(chosen, len(some))))
    return np.concatenate(numbers), np.concatenate(counts)


def _read(message: Text) -> str:
    return "\n".join(message)[:READ].strip()


def _lowest(texts: Sequence[str], most: NDArray[np.intp], spare: float = SPARE) -> Keys:
    """The keys of each text's lowest numbers, as many as it may have.

    Of a long text only numbers so low are put in order that about ``spare`` times as many are left as are wanted; where
    too few are, because it says the same again and again, all are. What has no characters and so only gaps, whose
    run is 0, has none.
    """
    runs, starts = _runs(texts)
    ends = np.append(starts, len(runs))
    limits = np.minimum(most * (spare * _HIGHEST) / np.diff(ends), _HIGHEST).astype(np.uint32)
    places = np.flatnonzero(runs - np.uint32(1) < np.repeat(limits, np.diff(ends)))
    owners = np.repeat(_owners(len(texts)), np.diff(np.searchsorted(places, ends)))
    keys = _distinct(owners | runs.take(places))
    bounds = _bounds(keys, len(texts))
    counts = np.diff(bounds)
    if np.any((counts < most) & (limits < _NONE)):
        return _lowest(texts, most, np.inf)
    return keys.take(_ranges(bounds[:-1], np.minimum(counts, most)))


def _runs(texts: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.intp]]:
    """The numbers of the runs that begin at each place, and where each text begins.

    Sums of products mod 2^32 ("multilinear" hashing): its high bits, which decide what is low, are well mixed.
    """
    codes, starts = features.characters(texts, len(_FACTORS) - 1)
    numbers = codes[: 1 - len(_FACTORS)] * _FACTORS[0]
    for place, factor in enumerate(_FACTORS[1:], 1):
        numbers += codes[place : place + len(numbers)] * factor
    return numbers, starts


def _owners(messages: int) -> Keys:
    return np.arange(messages, dtype=np.uint64) << _UP


def _bounds(ordered: Keys, messages: int) -> NDArray[np.intp]:
    """Where the keys of each message begin, and where the last end."""
    found: NDArray[np.intp] = np.searchsorted(ordered, _owners(messages + 1))
    return found


def _ranges(firsts: NDArray[np.intp], counts: NDArray[np.intp]) -> NDArray[np.intp]:
    """The numbers from each of ``firsts`` on, as many as ``counts`` says, one after the other."""
    found: NDArray[np.intp] = np.repeat(firsts - np.cumsum(counts) + counts, counts)
    found += np.arange(len(found))
    return found


def _distinct(keys: Keys) -> Keys:
    """In ascending order. (Not ``np.unique``, which takes ten times as long.)"""
    ordered = np.sort(keys)
    return ordered.take(_starts(ordered))


def _starts(ordered: NDArray[np.unsignedinteger[Any]]) -> NDArray[np.intp]:
    """Where another key begins."""
    return np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1]))[: len(ordered)])


def copies(messages: Sequence[Text]) -> NDArray[np.intp]:
    """Which messages are near copies of each other: a row for each pair, in ascending order.

    Nearly all pairs whose runs have a Jaccard of 0.6 and more, some from 0.3 on; of messages that say the same in more
    than ``CROWD`` copies perhaps none.
    """
    samples = [_sample(messages[first : first + PIECE]) for first in range(0, len(messages), PIECE)]
    table = np.concatenate([np.empty((0, COMPARED), np.uint32), *samples])
    places, columns = np.nonzero(table[:, :MET] < _NONE)
    codes = np.sort(_met(np.sort((table[places, columns].astype(np.uint64) << _UP) | places.astype(np.uint64))))
    twice = _distinct(codes[1:].take(np.flatnonzero(codes[1:] == codes[:-1])))
    both = np.stack((twice >> _UP, twice & _LOW), 1).astype(np.intp)
    shared = [_shared(table, both[first : first + COPIES]) for first in range(0, len(both), COPIES)]
    return both[np.concatenate([np.empty(0), *shared]) >= ALIKE]


def _sample(messages: Sequence[Text]) -> NDArray[np.uint32]:
    """A row of ascending runs for each message, ``_NONE`` where it has no more."""
    keys = _lowest([*map(_read, messages)], np.full(len(messages), COMPARED))
    table = np.full((len(messages), COMPARED), _NONE)
    table[np.arange(COMPARED) < np.diff(_bounds(keys, len(messages)))[:, None]] = keys.astype(np.uint32)
    return table


def _met(keys: Keys) -> Keys:
    """Every two messages that have a run in common, as often as they have: the first above the second.

    ``keys`` are ordered, and in them a run stands above the place of who has it.
    """
    starts = _starts(keys >> _UP)
    sizes = np.diff(starts, append=len(keys))
    codes = [np.empty(0, np.uint64)]
    for apart in range(1, CROWD):
        some = (sizes > apart) & (sizes <= CROWD)
        starts, sizes = starts[some], sizes[some]
        first = _ranges(starts, sizes - apart)
        codes.append((keys.take(first) << _UP) | (keys.take(first + apart) & _LOW))
    return np.concatenate(codes)


def _shared(table: NDArray[np.uint32], both: NDArray[np.intp]) -> NDArray[np.float64]:
    """Which part of the lowest runs of both they share: an estimate of their Jaccard. ``_NONE`` is no run."""
    ordered = np.sort(table[both].reshape(len(both), -1), axis=1)
    real = ordered[:, 1:] < _NONE
    twice = ordered[:, 1:] == ordered[:, :-1]
    place = np.cumsum(real & ~twice, axis=1, dtype=np.uint8) + 1  # among the runs of both
    found: NDArray[np.float64] = (twice & real & (place <= COMPARED)).sum(axis=1) / np.minimum(place[:, -1], COMPARED)
    return found


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
    owners = np.repeat(_owners(len(messages)), np.diff(starts, append=len(runs)))
    ordered = np.sort((owners | runs.astype(np.uint64))[runs > 0])
    starts = _starts(ordered)
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
