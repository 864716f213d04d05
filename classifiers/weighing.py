"""How sure we are that a text tells of danger now: its wording, and what stands around the words of danger.

First the wording alone: runs of one to three characters, hashed, each with a weight that was learned (see
training/danger.py and the model card). Their sum answers at once for most messages: no danger, and nothing more is
read. In the others the words of danger.toml are looked up. Each fact about such a hit is a named feature ("solved
after", "lift strong") with a weight, beside the wording near the hit and that of the whole; the weights add up, and
the logistic function makes a score of the sum: 0.5 and more is worth an alert. A text without a hit may still be
found by its wording, since nobody knows all words for danger. The model file holds weights only.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from functools import cache, lru_cache
from io import BytesIO
from math import exp, sqrt
from operator import itemgetter
from pkgutil import get_data
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifiers.danger import Hit, Scan, reading, scan
from classifiers.finding import Document, Finding, Kind, excerpt
from classifiers.sentences import codes_of

LENGTHS = (80, 160, 320, 640)  # code points: a long message names much that isn't its matter
LONG = 160
AROUND = 40  # code points on each side of a hit whose characters are read
BUCKETS = 1 << 16
FLOOR, EVEN = 0.05, 0.5  # lower scores are no findings at all; worth an alert
WORDING = "wording"  # the rule of what no words of the lexicon decided; beside a hit, the feature of the whole wording
ALONE, ALONE_WORDING = "alone", "alone wording"
SHORT = 100  # code points: in so short a text words are always looked up, in longer ones when the wording comes to
LEAST = {Kind.HAZARD: -5.5, Kind.CRISIS: -7.0}
FEWEST, FEWEST_CHINESE, MOST_OF_EACH = 5, 3, 50  # characters of a text that is judged by its wording alone
MOST_SURE = 6.0  # the sum of a wording counts up to this, on both sides
_PRIMES = (np.uint32(2654435761), np.uint32(2246822519), np.uint32(3266489917))
_NEXT, _HALF, _LAST = np.uint32(31), np.uint32(15), np.uint32(BUCKETS - 1)

Buckets = NDArray[np.intp]


class Weights(NamedTuple):
    """Of one kind: by name of the feature, and by bucket of the wording (float32, ``BUCKETS`` long)."""

    named: dict[str, float]
    near: NDArray[np.float32]
    whole: NDArray[np.float32]
    base: float  # what a wording without any weight comes to


@cache
def weights(kind: Kind) -> Weights:
    raw = get_data("classifiers", f"models/{kind}.npz") or b""
    with np.load(BytesIO(raw), allow_pickle=False) as stored:
        named = dict(zip(stored["names"].tolist(), stored["named"].astype(float).tolist(), strict=True))
        near_, whole = (stored[name].astype(np.float32) for name in ("near", "whole"))
        return Weights(named, near_, whole, float(stored["base"]))


@lru_cache(maxsize=1)
def runs(text: str) -> Buckets:
    """The runs of one character of a text, then those of two, then those of three, each as a number below ``BUCKETS``.

    The last ones are kept, since hazard and crisis read the same text one after the other.
    """
    codes = codes_of(text)
    one = codes * _PRIMES[0]
    two = one[:-1] * _NEXT + codes[1:] * _PRIMES[1]
    three = two[:-1] * _NEXT + codes[2:] * _PRIMES[2]
    mixed = np.concatenate((one, two, three))
    return np.asarray((mixed ^ (mixed >> _HALF)) & _LAST, dtype=np.intp)


def near(hit: Hit, read: Buckets, length: int) -> Buckets:
    """Those of the runs of a text of this length that lie around a hit."""
    start, end = max(0, hit.start - AROUND), min(length, hit.end + AROUND)
    begins = (0, length, length + max(0, length - 1))
    return np.concatenate([read[begin + start : begin + max(start, end - less)] for less, begin in enumerate(begins)])


def features(hit: Hit, scan_: Scan, hits: list[Hit]) -> Iterator[str]:
    """Names of all that is true of a hit among the ``hits`` of its kind."""
    yield from _of_the_rule(hit)
    yield from _of_the_length(hit, len(scan_.reading.text))
    yield from _of_the_surroundings(hit, scan_)
    yield from _of_the_others(hit, scan_, hits)


def _of_the_rule(hit: Hit) -> Iterator[str]:
    strength = "strong" if hit.pattern.strong else "weak"
    yield "bias"
    yield strength
    yield f"{hit.rule.name} {strength}"
    yield f"{hit.rule.name}: {hit.pattern.first} {hit.pattern.second}"


def _of_the_length(hit: Hit, length: int) -> Iterator[str]:
    yield from (f"longer than {limit}" for limit in LENGTHS if length > limit)
    if length > LONG:
        yield f"{hit.rule.name} in a long text"


def _of_the_surroundings(hit: Hit, scan_: Scan) -> Iterator[str]:
    reading = scan_.reading
    number = reading.sentence(hit.start)
    first, last = reading.bounds(number)
    before, after = reading.neighbours(number)
    clause = reading.clause(hit.start, hit.end)
    if "?" in (reading.text[clause[1] - 1], reading.text[last - 1]):
        yield "question"
    for name, starts in scan_.around.items():
        yield f"{name} somewhere"
        if not _between(starts, before, after):
            continue
        if _between(starts, *clause):
            yield f"{name} in"
        if _between(starts, first, hit.start):
            yield f"{name} before"
        if _between(starts, hit.end, last):
            yield f"{name} after"
        if _between(starts, before, first) or _between(starts, last, after):
            yield f"{name} near"


def _between(starts: list[int], first: int, end: int) -> bool:
    i = bisect_left(starts, first)
    return i < len(starts) and starts[i] < end


def _of_the_others(hit: Hit, scan_: Scan, hits: list[Hit]) -> Iterator[str]:
    first, last = scan_.reading.bounds(scan_.reading.sentence(hit.start))
    strong = [other for other in hits if other.pattern.strong]
    if any(first <= other.start < last and other.pattern != hit.pattern for other in strong):
        yield "supported here"
    if len({other.rule.name for other in strong}) > 1:
        yield "several rules"
    if sum(other.rule is hit.rule for other in hits) > 1:
        yield "repeated"


def alone(length: int) -> Iterator[str]:
    """Names of what is true of a whole text that is judged by its wording alone."""
    yield "bias"
    yield ALONE
    yield from (f"{ALONE} longer than {limit}" for limit in LENGTHS if length > limit)


def voices(voice: str, length: int) -> Iterator[str]:
    """Names of the features that have what the wording comes to as their value."""
    yield voice
    if length > LONG:
        yield f"{voice} of a long text"


def judge(document: Document, kind: Kind) -> list[Finding]:
    """The best hit of each rule in title and text, surest first; the wording alone when no hit is sure by itself."""
    text = f"{document.title}\n{document.text}" if document.title else document.text
    said = wording(reading(text).text, kind)
    if hardly(said, len(reading(text).text), kind):
        return []
    scanned = scan(text)
    hits = scanned.hits(kind)
    *sures, whole = scores(hits, scanned, kind, said)
    ranked = sorted(zip(sures, hits, strict=True), key=itemgetter(0), reverse=True)
    if ranked and ranked[0][0] >= EVEN:
        ranked[0] = max(ranked[0][0], whole), ranked[0][1]
    best: dict[str, tuple[float, Hit]] = {}
    for sure, hit in ranked:
        if sure >= FLOOR:
            best.setdefault(hit.rule.name, (sure, hit))
    clause = scanned.reading.clause
    found = [
        _finding(document, scanned, clause(hit.start, hit.end), rule=rule, kind=kind, sure=sure)
        for rule, (sure, hit) in best.items()
    ]
    if whole > max([FLOOR, *(sure for sure, _ in best.values())]):
        found.insert(0, _finding(document, scanned, _loudest(scanned, kind), rule=WORDING, kind=kind, sure=whole))
    return found


def hardly(said: float, length: int, kind: Kind) -> bool:
    """Whether the wording of a text of this length leaves so little chance that no words need to be looked up."""
    return length > SHORT and said < LEAST[kind]


def scores(hits: list[Hit], scan_: Scan, kind: Kind, said: float) -> list[float]:
    """Of each hit, and at last of the wording alone, in 0..1; 0.5 is the shipped threshold."""
    learned = weights(kind)
    read = runs(scan_.reading.text)
    said, length = max(-MOST_SURE, min(MOST_SURE, said)), len(scan_.reading.text)

    def sure(names: Iterator[str], voice: str) -> float:
        loud = sum(learned.named.get(name, 0.0) for name in voices(voice, length))
        return said * loud + sum(learned.named.get(name, 0.0) for name in names)

    return [
        *(
            _logistic(_worth(near(hit, read, length), learned.near) + sure(features(hit, scan_, hits), WORDING))
            for hit in hits
        ),
        _logistic(sure(alone(length), ALONE_WORDING)) if _varied(scan_.reading.text) else 0.0,
    ]


def wording(text: str, kind: Kind) -> float:
    """What the wording of a folded text comes to: far below zero for most, above it when it tells of danger."""
    learned = weights(kind)
    return _worth(runs(text), learned.whole) + learned.base


def _varied(text: str) -> bool:
    """Whether somebody may have written this, in the language that was learned: the wording of a few characters again
    and again says nothing, nor does that of English.
    """
    different = set(text)
    chinese = sum("一" <= letter <= "\u9fff" for letter in different)
    return chinese >= FEWEST_CHINESE and len(different) >= FEWEST and len(text) <= MOST_OF_EACH * len(different)


def _worth(read: Buckets, table: NDArray[np.float32]) -> float:
    return float(table.take(read).sum()) / sqrt(max(1, len(read)))


def _logistic(total: float) -> float:
    return 1 / (1 + exp(-max(-30.0, min(30.0, total))))


def _loudest(scan_: Scan, kind: Kind) -> tuple[int, int]:
    """The clause whose wording weighs most."""
    text = scan_.reading.text
    parts = np.split(weights(kind).whole.take(runs(text)), [len(text), 2 * len(text) - 1])
    worth = np.zeros(len(text))
    for part in parts:
        worth[: len(part)] += part
    starts = [start for start in scan_.reading.clauses if start < len(worth)]
    first = int(np.argmax(np.add.reduceat(worth, starts)))
    return starts[first], [*starts, len(worth)][first + 1]


def _finding(
    document: Document, scanned: Scan, clause: tuple[int, int], *, rule: str, kind: Kind, sure: float
) -> Finding:
    start, end = scanned.reading.original(*scanned.reading.trimmed(*clause))
    shift = len(document.title) + 1 if document.title else 0
    in_title = start < shift
    field, text = ("title", document.title) if in_title else ("text", document.text)
    if not in_title:
        start, end = start - shift, end - shift
    return Finding(
        kind=kind,
        rule=rule,
        start=start,
        end=end,
        score=round(sure, 4),
        excerpt=excerpt(text, start, end),
        field=field,
        match=text[start:end],
    )
