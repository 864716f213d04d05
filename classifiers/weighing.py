"""How sure we are that a hit is danger now: what stands around it, weighed.

Each fact is a named feature ("solved after", "lift strong") with a weight that was learned (see
training/danger.py and the model card); beside them stands the wording itself, as hashed runs of one to three
characters. The weights add up, and the logistic function makes a score of the sum: 0.5 and more is worth an
alert. The model file holds weights only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO
from math import exp, sqrt

import numpy as np
from numpy.typing import NDArray

from classifiers.danger import Hit, Scan, lexicon, scan
from classifiers.finding import Document, Finding, Kind, excerpt

LENGTHS = (80, 160, 320, 640)  # code points: a long message names much that isn't its matter
LONG = 160
WORDING = 40  # code points on each side of a hit whose characters are read
BUCKETS = 1 << 15
FLOOR = 0.05  # lower scores are no findings at all
_PRIMES = (2654435761, 2246822519, 3266489917)


@dataclass(frozen=True, slots=True)
class Weights:
    """Of one kind: by name of the feature, and by bucket of the wording (float32, ``BUCKETS`` long)."""

    named: dict[str, float]
    wording: NDArray[np.float32]


@cache
def weights(kind: Kind) -> Weights:
    raw = files("classifiers").joinpath("models", f"{kind}.npz").read_bytes()
    with np.load(BytesIO(raw), allow_pickle=False) as stored:
        named = dict(zip(stored["names"].tolist(), stored["named"].astype(float).tolist(), strict=True))
        return Weights(named, stored["wording"].astype(np.float32))


def buckets(text: str) -> NDArray[np.int64]:
    """The runs of one, two and three characters of a text, each as a number below ``BUCKETS``."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    runs = [codes * np.uint64(_PRIMES[0])]
    for size in (2, 3):
        longer = runs[-1][:-1] * np.uint64(31) + codes[size - 1 :] * np.uint64(_PRIMES[size - 1])
        runs.append(longer)
    mixed = np.concatenate(runs)
    spread: NDArray[np.int64] = ((mixed ^ (mixed >> np.uint64(29))) % np.uint64(BUCKETS)).astype(np.int64, copy=False)
    return spread


def wording(hit: Hit, scan_: Scan) -> str:
    return scan_.reading.text[max(0, hit.start - WORDING) : hit.end + WORDING]


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
    for name in lexicon().around:
        if not scan_.around(name, 0, len(reading.text)):
            continue
        yield f"{name} somewhere"
        if scan_.around(name, *clause):
            yield f"{name} in"
        if scan_.around(name, first, hit.start):
            yield f"{name} before"
        if scan_.around(name, hit.end, last):
            yield f"{name} after"
        if scan_.around(name, before, first) or scan_.around(name, last, after):
            yield f"{name} near"


def _of_the_others(hit: Hit, scan_: Scan, hits: list[Hit]) -> Iterator[str]:
    first, last = scan_.reading.bounds(scan_.reading.sentence(hit.start))
    strong = [other for other in hits if other.pattern.strong]
    if any(first <= other.start < last and other.pattern != hit.pattern for other in strong):
        yield "supported here"
    if len({other.rule.name for other in strong}) > 1:
        yield "several rules"
    if sum(other.rule is hit.rule for other in hits) > 1:
        yield "repeated"


def score(hit: Hit, scan_: Scan, hits: list[Hit]) -> float:
    """In 0..1; 0.5 is the shipped threshold."""
    learned = weights(hit.rule.kind)
    named = sum(learned.named.get(name, 0.0) for name in features(hit, scan_, hits))
    runs = buckets(wording(hit, scan_))
    total = named + float(learned.wording[runs].sum()) / sqrt(len(runs))
    return 1 / (1 + exp(-max(-30.0, min(30.0, total))))


def judge(document: Document, kind: Kind) -> list[Finding]:
    """The best hit of each rule in title and text, surest first."""
    whole = f"{document.title}\n{document.text}" if document.title else document.text
    scanned = scan(whole)
    hits = scanned.hits(kind)
    best: dict[str, tuple[float, Hit]] = {}
    for hit in hits:
        sure = score(hit, scanned, hits)
        if sure >= FLOOR and sure > best.get(hit.rule.name, (0.0, hit))[0]:
            best[hit.rule.name] = sure, hit
    found = [_finding(document, scanned, hit, sure) for sure, hit in best.values()]
    return sorted(found, key=lambda finding: -finding.score)


def _finding(document: Document, scanned: Scan, hit: Hit, sure: float) -> Finding:
    start, end = scanned.reading.original(*scanned.reading.trimmed(*scanned.reading.clause(hit.start, hit.end)))
    shift = len(document.title) + 1 if document.title else 0
    in_title = start < shift
    field, text = ("title", document.title) if in_title else ("text", document.text)
    if not in_title:
        start, end = start - shift, end - shift
    return Finding(
        kind=hit.rule.kind,
        rule=hit.rule.name,
        start=start,
        end=end,
        score=round(sure, 4),
        excerpt=excerpt(text, start, end),
        field=field,
        match=text[start:end],
    )
