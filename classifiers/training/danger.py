"""How models/hazard.npz and models/crisis.npz were made and measured.

    python -m classifiers.training.danger [--sets FOLDER] [--write]

Learned from are the written cases in tests/classifiers/cases (never the held-back files) and, with ``--sets``, public
sets of messages: citizens' messages labelled by reading, and other genres as negatives. danger_labels.txt holds the
labels, no text: lines "fingerprint label" with the first 16 digits of the SHA-256 of a text, and h hazard, c crisis,
n nothing, ? unsure. A fifth of the citizens' messages is held back by fingerprint and never learned from.

The wording of whole texts is learned first; what it says of a text whose fold it never saw is then one feature beside
the others. Each text is a bag of hits of which the surest decides, so the deciding hit is chosen again between rounds
of logistic regression.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from classifiers.danger import Scan, source
from classifiers.finding import Kind
from classifiers.sentences import read
from classifiers.weighing import (
    ALONE_WORDING,
    BUCKETS,
    MOST_SURE,
    WORDING,
    Buckets,
    alone,
    features,
    hardly,
    near,
    runs,
    voices,
)

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "classifiers" / "cases"
LABELS = Path(__file__).with_name("danger_labels.txt")
WRITTEN = (
    "hazard",
    "hazard_more",
    "hazard_wide",
    "hazard_broad",
    "hazard_blind",
    "hazard_blind_after",
    "hazard_blind_last",
    "opinions",
    "opinions_more",
    "opinions_broad",
    "opinions_blind",
    "personal_data",
    "scam",
    "credential",
)
NEVER_LEARNED = (
    "hazard_held",
    "hazard_fresh",
    "hazard_blind_final",
    "hazard_unseen",
    "hazard_unseen2",
    "hazard_unseen3",
    "hazard_unseen4",
    "opinions_fresh",
)
CITIZENS = ("teddy-unlabelled", "teddy", "teddy-replies", "teddy-hot", "hotline-river")
OTHERS = {  # genre: one of how many texts is read
    "news-headlines": 4,
    "emergency-news": 1,
    "sentiment-hotel": 4,
    "sentiment-waimai": 5,
    "sentiment-shopping": 12,
    "spam-sms": 15,
    "fbs-sms": 5,
}
KINDS = (Kind.HAZARD, Kind.CRISIS)
MEANS = {"h": frozenset({Kind.HAZARD}), "c": frozenset({Kind.CRISIS}), "n": frozenset[Kind]()}
NEAR, WHOLE = 6.0, 3.0  # scale of the wording around a hit, and of the whole message, beside the named facts
LOUD = 2.5  # of these words around beside the others: their weights may grow freely, since they turn a meaning round
TURNS = ("solved", "drill", "notice", "news", "rule_asked", "figured", "rhetoric", "simile", "supposed", "past")
LEAN = 1.5  # added to every sum: a miss is the worse error, so a lesser chance than an even one is worth an alert
STRENGTH = 1.0  # C of the logistic regressions
ROUNDS = 3
FOLDS = 5
HELD = "33"  # fingerprints below it are held back


@dataclass(frozen=True, slots=True)
class Weight:
    """What an error costs: a miss is the worse one, and natural messages outnumber written ones."""

    short_positive: float = 6.0
    long_positive: float = 24.0
    short_negative: float = 3.0
    opinion: float = 12.0  # never a finding
    long_negative: float = 3.0
    genre: float = 1.5
    unread: float = 1.0
    beside: float = 1.0  # a danger of the other kind


WEIGHT = Weight()
Numbers = NDArray[np.float64]  # Any stands for sparse matrices, which have no types


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    kinds: frozenset[Kind]
    weight: float
    group: str


@dataclass(frozen=True, slots=True)
class Bag:
    """The hits of one kind in one line, and at last its wording alone: names of their features, the runs around each."""

    names: list[dict[str, float]]
    near: list[Buckets]
    strong: list[bool]
    length: int


def bag(text: str, kind: Kind) -> Bag:
    scan = Scan(read(text))
    hits = scan.hits(kind)
    around, length = runs(scan.reading.text), len(scan.reading.text)
    named = [{name: loudness(name) for name in features(hit, scan, hits)} for hit in hits]
    return Bag(
        [*named, dict.fromkeys(alone(length), 1.0)],
        [*(near(hit, around, length) for hit in hits), np.empty(0, np.intp)],
        [*(hit.pattern.strong for hit in hits), False],
        length,
    )


def loudness(name: str) -> float:
    return LOUD if name.split(" ")[0] in TURNS else 1.0


def written(name: str) -> Iterator[Line]:
    negative = WEIGHT.opinion if name.startswith("opinions") else WEIGHT.short_negative
    for row in map(json.loads, (CASES / f"{name}.jsonl").read_text("utf-8").splitlines()):
        kinds = frozenset(Kind(kind) for kind in row["expect"]) & frozenset(KINDS)
        yield Line(row["text"], kinds, WEIGHT.short_positive if kinds else negative, name)


def messages(sets: Path, name: str) -> Iterator[str]:
    with gzip.open(sets / name / "train.jsonl.gz", "rt", encoding="utf-8") as stream:
        for row in map(json.loads, stream):
            title = row.get("title") or ""
            body = row["text"].replace("_x000D_", "\n")
            yield f"{title}\n{body}" if title else body


def fingerprint(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def citizens(sets: Path) -> tuple[list[Line], list[Line]]:
    """Messages to learn from, and those held back; what nobody has read counts as nothing, unsure ones are left out."""
    labels = dict(line.split() for line in LABELS.read_text("ascii").splitlines())
    texts = {fingerprint(text): text for name in CITIZENS for text in messages(sets, name)}
    learned: list[Line] = []
    held: list[Line] = []
    for mark, text in texts.items():
        label = labels.get(mark, "")
        kinds = MEANS.get(label, frozenset())
        weight = WEIGHT.long_positive if kinds else WEIGHT.long_negative if label else WEIGHT.unread
        if label != "?":
            line = Line(text, kinds, weight, "read" if label else "unread")
            (held if mark < HELD else learned).append(line)
    return learned, held


def others(sets: Path) -> Iterator[tuple[Line, bool]]:
    """Texts of other genres, and whether each is learned from; else it serves to measure."""
    for name, step in OTHERS.items():
        for number, text in enumerate(messages(sets, name)):
            if number % step <= 1:
                yield Line(text, frozenset(), WEIGHT.genre, name), number % step == 0


def table(rows: list[Buckets], scale: float) -> Any:
    """How often each bucket is among the runs of a row, for its length."""
    counted = [np.unique(row, return_counts=True) for row in rows]
    values = [scale * counts / sqrt(max(1, counts.sum())) for _, counts in counted]
    ends = np.cumsum([0, *(len(found) for found, _ in counted)])
    return csr_matrix(
        (np.concatenate(values), np.concatenate([found for found, _ in counted]), ends), shape=(len(rows), BUCKETS)
    )


def learn(rows: Any, wanted: list[bool], weight: list[float]) -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, max_iter=3000).fit(rows, wanted, sample_weight=weight)


def wordings(lines: list[Line]) -> Any:
    return table([runs(read(line.text).text) for line in lines], WHOLE)


class Model:
    """What is learned of one kind."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind

    def fit(self, lines: list[Line], wholes: Any, bags: list[Bag]) -> Model:
        """Learn from lines, their wordings and their bags."""
        wanted = [self.kind in line.kinds for line in lines]
        weight = [
            line.weight if want or not line.kinds else WEIGHT.beside for line, want in zip(lines, wanted, strict=True)
        ]
        said = np.empty(len(lines))
        for fold in range(FOLDS):
            there = np.arange(len(lines)) % FOLDS == fold
            rest = np.flatnonzero(~there)
            seen = learn(wholes[rest], [wanted[i] for i in rest], [weight[i] for i in rest])
            said[there] = seen.decision_function(wholes[there])
        self.wording = learn(wholes, wanted, weight)
        self.names = DictVectorizer().fit([row for made in bags for row in named(made, 0.0)])
        rows, starts = self.rows(bags, said)
        chosen = [start + int(np.argmax(made.strong)) for start, made in zip(starts, bags, strict=False)]
        for _ in range(ROUNDS):
            self.hits = learn(rows[chosen], wanted, weight)
            sure = rows @ self.hits.coef_[0]
            chosen = [start + int(np.argmax(sure[start:end])) for start, end in pairwise(starts)]
        return self

    def rows(self, bags: list[Bag], said: Numbers) -> tuple[Any, list[int]]:
        """A row for each hit of each bag; and where the bags begin, and their end."""
        facts = self.names.transform(
            [row for made, whole in zip(bags, said, strict=True) for row in named(made, whole)]
        )
        around = table([row for made in bags for row in made.near], NEAR)
        return hstack([facts, around]).tocsr(), np.cumsum([0, *(len(made.names) for made in bags)]).tolist()

    def scores(self, wholes: Any, bags: list[Bag]) -> Numbers:
        said = self.wording.decision_function(wholes)
        rows, starts = self.rows(bags, said)
        sure = np.maximum.reduceat(rows @ self.hits.coef_[0], starts[:-1]) + self.hits.intercept_[0] + LEAN
        hard = [hardly(whole, made.length, self.kind) for whole, made in zip(said, bags, strict=True)]
        return np.where(hard, 0.0, 1 / (1 + np.exp(-sure)))

    def write(self) -> None:
        learned = self.hits.coef_[0]
        names = list(self.names.get_feature_names_out())
        facts = learned[: len(names)] * [loudness(name) for name in names]
        facts[names.index("bias")] += self.hits.intercept_[0] + LEAN
        np.savez(
            ROOT / "classifiers" / "models" / f"{self.kind}.npz",
            names=np.array(names),
            named=np.float32(facts),
            near=(learned[len(names) :] * NEAR).astype(np.float16),
            whole=(self.wording.coef_[0] * WHOLE).astype(np.float16),
            base=np.float32(self.wording.intercept_[0]),
            words=np.array(sha256(source()).hexdigest()),
        )


def named(made: Bag, whole: float) -> Iterator[dict[str, float]]:
    """The named features of each hit with what the whole wording says."""
    said = max(-MOST_SURE, min(MOST_SURE, whole))
    *hits, last = made.names
    yield from ({**row, **dict.fromkeys(voices(WORDING, made.length), said)} for row in hits)
    yield {**last, **dict.fromkeys(voices(ALONE_WORDING, made.length), said)}


def measure(models: list[Model], lines: list[Line]) -> None:
    """Print, by group, how many dangers were found and how many other texts were flagged."""
    wholes = wordings(lines)
    sure = np.max([model.scores(wholes, [bag(line.text, model.kind) for line in lines]) for model in models], axis=0)
    for group in dict.fromkeys(line.group for line in lines):
        rows = [
            (bool(line.kinds), score >= 0.5) for line, score in zip(lines, sure, strict=True) if line.group == group
        ]
        positives, rest = [was for want, was in rows if want], [was for want, was in rows if not want]
        out(f"{group:20} found {sum(positives)}/{len(positives)}  flagged wrongly {sum(rest)}/{len(rest)}")


def out(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sets", type=Path, help="folder of the public sets; without it only written cases are used")
    parser.add_argument("--write", action="store_true", help="write the model files")
    options = parser.parse_args()
    lines = [line for name in WRITTEN for line in written(name)]
    unseen = [line for name in NEVER_LEARNED for line in written(name)]
    if options.sets:
        learned, held = citizens(options.sets)
        genres = list(others(options.sets))
        lines += [*learned, *(line for line, used in genres if used)]
        unseen += [*held, *(line for line, used in genres if not used)]
    out(f"{len(lines)} lines, {sum(bool(line.kinds) for line in lines)} positive")
    wholes = wordings(lines)
    models = [Model(kind).fit(lines, wholes, [bag(line.text, kind) for line in lines]) for kind in KINDS]
    measure(models, unseen)
    if options.write:
        for model in models:
            model.write()


if __name__ == "__main__":
    main()
