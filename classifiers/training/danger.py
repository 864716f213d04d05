"""How models/hazard.npz and models/crisis.npz were made and measured.

    python -m classifiers.training.danger [--sets FOLDER] [--write]

Learned from are the written cases in tests/classifiers/cases (never the held-back file) and, with ``--sets``,
public sets of messages: citizens' messages labelled by reading (danger_labels.txt: the first 16 digits of the
SHA-256 of a text, and h hazard, c crisis, n nothing, ? unsure), and other genres as negatives. Each text is a bag
of hits of which the surest decides, so the deciding hit is chosen again between rounds of logistic regression.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from math import sqrt
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from classifiers.danger import Scan, source
from classifiers.finding import Kind
from classifiers.weighing import BUCKETS, buckets, features, wording

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "classifiers" / "cases"
WRITTEN = ("hazard", "hazard_more", "opinions", "opinions_more", "personal_data", "scam", "credential")
HELD = "hazard_held"
LABELS = Path(__file__).with_name("danger_labels.txt")
CITIZENS = ("teddy-unlabelled", "teddy", "teddy-replies", "teddy-hot", "hotline-river")
OTHERS = {  # genre: how many texts are read
    "news-headlines": 16000,
    "emergency-news": 300,
    "sentiment-hotel": 7000,
    "sentiment-waimai": 10000,
    "sentiment-shopping": 12000,
    "spam-sms": 16000,
    "fbs-sms": 10000,
}
KINDS = (Kind.HAZARD, Kind.CRISIS)
MEANS = {"h": frozenset({Kind.HAZARD}), "c": frozenset({Kind.CRISIS}), "n": frozenset[Kind]()}
SCALE = 4.0  # of the wording beside the named facts
LOUD = 2.5  # of these words around beside the others: their weights may grow freely, since they turn a meaning round
TURNS = ("solved", "drill", "notice", "news", "rule_asked", "figured", "rhetoric", "simile", "supposed", "past")
STRENGTH = 1.0  # C of the logistic regression
ROUNDS = 3
UNLIKELY = 0.08  # unread citizens' messages below this are taken as negatives


@dataclass(frozen=True, slots=True)
class Weight:
    """What an error costs: a miss is the worse one, and natural messages outnumber written ones."""

    short_positive: float = 14.0
    long_positive: float = 6.0
    short_negative: float = 3.0
    long_negative: float = 1.0
    genre: float = 0.3
    unread: float = 0.2


WEIGHT = Weight()


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    kinds: frozenset[Kind]
    weight: float
    group: str


@dataclass(frozen=True, slots=True)
class Bag:
    """The hits of one kind in one line: names of their features, and the wording around them."""

    names: list[dict[str, float]]
    wordings: list[str]
    strong: list[bool]


def bag(text: str, kind: Kind) -> Bag:
    scan = Scan(text)
    hits = scan.hits(kind)
    return Bag(
        [{name: loudness(name) for name in features(hit, scan, hits)} for hit in hits],
        [wording(hit, scan) for hit in hits],
        [hit.pattern.strong for hit in hits],
    )


def loudness(name: str) -> float:
    return LOUD if name.split(" ")[0] in TURNS else 1.0


def written(name: str) -> Iterator[Line]:
    for row in map(json.loads, (CASES / f"{name}.jsonl").read_text("utf-8").splitlines()):
        kinds = frozenset(Kind(kind) for kind in row["expect"]) & frozenset(KINDS)
        yield Line(row["text"], kinds, WEIGHT.short_positive if kinds else WEIGHT.short_negative, name)


def messages(sets: Path, name: str) -> Iterator[str]:
    with gzip.open(sets / name / "train.jsonl.gz", "rt", encoding="utf-8") as stream:
        for row in map(json.loads, stream):
            title = row.get("title") or ""
            body = row["text"].replace("_x000D_", "\n")
            yield f"{title}\n{body}" if title else body


def fingerprint(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def labels() -> dict[str, str]:
    return dict(line.split() for line in LABELS.read_text("ascii").splitlines())


def read_lines(sets: Path) -> tuple[list[Line], list[Line]]:
    """Citizens' messages that were read, and those that were not."""
    known = labels()
    seen, unseen = [], []
    for name in CITIZENS:
        for text in messages(sets, name):
            label = known.get(fingerprint(text))
            if label is None:
                unseen.append(Line(text, frozenset(), WEIGHT.unread, "unread"))
            elif label != "?":
                kinds = MEANS[label]
                seen.append(Line(text, kinds, WEIGHT.long_positive if kinds else WEIGHT.long_negative, name))
    return seen, unseen


def genre_lines(sets: Path) -> Iterator[Line]:
    for name, most in OTHERS.items():
        for number, text in enumerate(messages(sets, name)):
            if number < most:
                yield Line(text, frozenset(), WEIGHT.genre, name)


class Model:
    """Logistic regression over the surest hit of each bag."""

    def matrix(self, made: Bag) -> csr_matrix:
        named = self.names.transform(made.names)
        rows = [np.bincount(buckets(text), minlength=BUCKETS) / sqrt(len(buckets(text))) for text in made.wordings]
        return hstack([named, csr_matrix(np.array(rows)) * SCALE]).tocsr()

    def fit(self, lines: list[Line], bags: list[Bag], kind: Kind) -> Model:
        """Bags without hits teach nothing and must be left out by the caller."""
        self.names = DictVectorizer().fit([row for made in bags for row in made.names])
        matrices = [self.matrix(made) for made in bags]
        wanted = [kind in line.kinds for line in lines]
        weight = [line.weight for line in lines]
        chosen = [int(np.argmax(made.strong)) for made in bags]
        for _ in range(ROUNDS):
            rows = vstack([matrix[row] for matrix, row in zip(matrices, chosen, strict=True)])
            self.regression = LogisticRegression(C=STRENGTH, max_iter=3000).fit(rows, wanted, sample_weight=weight)
            chosen = [int(np.argmax(self.regression.decision_function(matrix))) for matrix in matrices]
        return self

    def score(self, made: Bag) -> float:
        if not made.names:
            return 0.0
        return float(self.regression.predict_proba(self.matrix(made))[:, 1].max())

    def write(self, kind: Kind) -> None:
        weights = self.regression.coef_[0]
        names = list(self.names.get_feature_names_out())
        named = weights[: len(names)].copy()
        named[names.index("bias")] += self.regression.intercept_[0]
        np.savez_compressed(
            ROOT / "classifiers" / "models" / f"{kind}.npz",
            names=np.array(names),
            named=np.float32(named * [loudness(name) for name in names]),
            wording=(weights[len(names) :] * SCALE).astype(np.float16),
            words=np.array(sha256(source()).hexdigest()),
        )


def taught(lines: list[Line], kind: Kind) -> tuple[list[Line], list[Bag]]:
    """What a kind learns from: its positives and the lines that expect nothing, if they have hits."""
    kept = [line for line in lines if kind in line.kinds or not line.kinds]
    pairs = [(line, bag(line.text, kind)) for line in kept]
    pairs = [(line, made) for line, made in pairs if made.names]
    return [line for line, _ in pairs], [made for _, made in pairs]


def gather(sets: Path | None) -> list[Line]:
    lines = [line for name in WRITTEN for line in written(name)]
    if sets is None:
        return lines
    seen, unread = read_lines(sets)
    lines += seen
    first = {kind: Model().fit(*taught(lines, kind), kind) for kind in KINDS}
    unlikely = [line for line in unread if all(m.score(bag(line.text, k)) < UNLIKELY for k, m in first.items())]
    return lines + unlikely + list(genre_lines(sets))


def cross_validate(lines: list[Line], folds: int = 5) -> None:
    """Print, by group, how many positives were found and how many others were flagged by models that never saw them."""
    random.Random(1).shuffle(lines)
    flagged = [False] * len(lines)
    for kind in KINDS:
        bags = [bag(line.text, kind) for line in lines]
        useful = [i for i, made in enumerate(bags) if made.names and (kind in lines[i].kinds or not lines[i].kinds)]
        for fold in range(folds):
            chosen = [i for i in useful if i % folds != fold]
            model = Model().fit([lines[i] for i in chosen], [bags[i] for i in chosen], kind)
            for i in range(fold, len(lines), folds):
                flagged[i] |= model.score(bags[i]) >= 0.5
    for group in dict.fromkeys(sorted(line.group for line in lines)):
        rows = [(bool(line.kinds), was) for line, was in zip(lines, flagged, strict=True) if line.group == group]
        positives, others = [was for want, was in rows if want], [was for want, was in rows if not want]
        out(f"{group:20} found {sum(positives)}/{len(positives)}  flagged wrongly {sum(others)}/{len(others)}")


def out(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sets", type=Path, help="folder of the public sets; without it only written cases are used")
    parser.add_argument("--write", action="store_true", help="write the model files")
    parser.add_argument("--measure", action="store_true", help="cross-validate")
    options = parser.parse_args()
    lines = gather(options.sets)
    out(f"{len(lines)} lines, {sum(bool(line.kinds) for line in lines)} positive")
    if options.measure:
        cross_validate(lines)
    if options.write:
        for kind in KINDS:
            Model().fit(*taught(lines, kind), kind).write(kind)


if __name__ == "__main__":
    main()
