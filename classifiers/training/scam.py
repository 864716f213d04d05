"""How models/scam.npz was made and measured.

    python -m classifiers.training.scam --sets FOLDER [--measure] [--write FILE]

FOLDER holds the public sets (see the model card), each as NAME/train.jsonl.gz. Weights of the runs come from a linear
support vector machine over stretches of texts, learned twice: the second time the loudest stretches of the first
are what is learned from. The facts are weighed by logistic regression on answers about texts whose run weights were
learned from two thirds without them, near copies on one side; what is made of these is what --measure prints.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from classifiers import lettering, scam
from classifiers.training.scam_sets import PARTS, SCAM, Text, texts

BITS, VIEW_BITS, RULE_BITS = 18, 16, 13
LEAST = 3  # texts that have a run
RARITY = 1.0  # power of how rare a run is, in what it counts
STRENGTH = 0.2
FACT_STRENGTH = 0.3
CAUTION = 0.1  # taken off the sum of the facts: a false alarm is the worse error
GATE = 0.4  # how loud a text must be to be looked at: one scam in three hundred is less
SURE = 0.9  # from then on a text of ordinary advertising is believed to be labelled wrongly
SUSPECT = 0.6  # a promotion of which a first model thinks this is left out: the set does not say what is a scam

DRAWS = 3  # of invented messages; the shipped model is the mean of what is learned from each

UNTOLD = {"inside scam", "inside clean"}  # known to the facts only
MIXED_UP = {"lines", "joined"}  # some of these sell, some do not

ADVERTISING = {"fbs AD:Retail", "fbs AD:Network_service"}
MESSAGES = {*SCAM, *ADVERTISING, "fbs AD:Other", "fbs Other"}
SELLS = {*MESSAGES, "spam-sms spam", "composed"} - {"fbs Other"}
VIEW_WEIGHT = {
    "lines": 3.0,
    "joined": 2.0,
    "reached": 2.0,
    "framed": 2.0,
    "cases": 2.0,
    "IL:Gambling": 2.0,
    "IL:Escort_service": 5.0,
    "IL:Fake_ID_and_invoice": 4.0,
}
VIEWED = 90  # letters of a long text
MIXED = {"fbs AD:Other", "spam-sms spam"}  # advertising that may hold scams without a label
ASIDE = {"fbs AD:Real_estate", "fbs FR:Financial"}  # measured, never learned from
WEIGHT = {
    "composed": 2.0,
    "lines": 4.0,
    "joined": 2.0,
    "reached": 4.0,
    "cases": 3.0,
    **dict.fromkeys(("teddy", "teddy-unlabelled", "teddy-replies", "teddy-replies reply"), 2.0),
    **dict.fromkeys(ADVERTISING, 2.0),
    "framed": 2.0,
    "news-headlines": 2.0,
    "IL:Gambling": 1.5,
    "IL:Escort_service": 5.0,
    "IL:Fake_ID_and_invoice": 4.0,
}

HEAVY = {  # where the facts are weighed
    "composed": 8.0,
    **dict.fromkeys(("lines", "reached", "framed"), 8.0),
    "joined": 6.0,
    **dict.fromkeys(("teddy", "teddy-unlabelled", "teddy-replies", "teddy-replies reply"), 30.0),
    "cases": 50.0,
    **dict.fromkeys(ADVERTISING, 20.0),
    "inside clean": 3.0,
    "inside scam": 6.0,
    "news-headlines": 2.0,
    "IL:Gambling": 300.0,
    "IL:Escort_service": 500.0,
    "IL:Fake_ID_and_invoice": 400.0,
}

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Table = NDArray[np.float32]


Piece = tuple[int, int, int]  # number of the text, half-open letters


@dataclass(frozen=True, slots=True)
class Known:
    """Texts with their runs, read once."""

    texts: list[Text]
    rows: list[NDArray[np.uint32]]  # (RUN, letters)
    wanted: NDArray[np.bool_]
    weight: Floats

    @classmethod
    def of(cls, texts: list[Text]) -> Known:
        kept, found = [], []
        for text in texts:
            read = lettering.read(text.text)
            if len(read) > (13 if text.source == "FR:Other" else 3):
                kept.append(text)
                found.append(np.array(scam.rows_of(read.codes, 0, len(read), BITS), np.uint32))
        wanted = np.array([bool(text.rule) for text in kept])
        return cls(kept, found, wanted, np.array([WEIGHT.get(text.source, 1.0) for text in kept]))

    def where(self, chosen: Callable[[Text], bool]) -> Indices:
        return np.flatnonzero([chosen(text) for text in self.texts])


def counted(known: Known, pieces: Sequence[Piece], bits: int) -> csr_matrix:
    """A row for each piece: how often each run is in it, divided as the sums are when it is judged."""
    columns = [known.rows[text][:, first:last].ravel() for text, first, last in pieces]
    starts = np.cumsum([0, *map(len, columns)])
    sizes = [1 / scam.loudness(last - first) for _, first, last in pieces]
    values = np.repeat(np.array(sizes, np.float32), np.diff(starts))
    flat = np.concatenate(columns).astype(np.int32) >> (BITS - bits)
    return csr_matrix((values, flat, starts), shape=(len(pieces), 1 << bits))


def loudest(known: Known, text: int, table: Table) -> list[scam.Peak]:
    return scam.peaks(weights(known, text, table))


def weights(known: Known, text: int, table: Table) -> Table:
    found: Table = table.take(known.rows[text]).sum(axis=0)
    return found


def table(known: Known, learned: Indices) -> Table:
    """Weights of the runs, learned from these texts; the last round knows what the one before found loud."""
    learned = np.array([text for text in learned if known.texts[text].source not in UNTOLD])
    seen = np.zeros(1 << BITS, np.int32)
    for text in learned:
        seen[np.unique(known.rows[text])] += 1
    rarity = np.log((1 + len(learned)) / (1 + seen))
    worth = np.where(seen < LEAST, 0, (rarity / rarity[seen >= LEAST].mean()) ** RARITY).astype(np.float32)
    luck = Random(1)
    pieces = [(int(text), 0, known.rows[text].shape[1]) for text in learned]
    for text in learned:
        length = known.rows[text].shape[1]
        if not known.wanted[text] and known.texts[text].source != "framed":
            size = luck.choice(scam.STRETCHES[1:])
            if length > size + 10:
                starts = range(luck.randrange(size), length - size, size * 3)
                pieces += [(int(text), first, first + size) for first in starts]
    found = _fit(known, pieces, worth)
    for text in learned:
        if known.texts[text].source == "framed":
            continue
        for peak in {*loudest(known, int(text), found)[:-1]}:
            if known.wanted[text] or peak.score > -0.9:
                pieces.append((int(text), peak.start, peak.end))
    return _fit(known, pieces, worth)


def _fit(known: Known, pieces: Sequence[Piece], worth: Table) -> Table:
    matrix = counted(known, pieces, BITS)
    numbers = np.array([text for text, _, _ in pieces])
    wanted, weight = known.wanted[numbers], known.weight[numbers].copy()
    weight[wanted] *= 0.5 * weight[~wanted].sum() / weight[wanted].sum()
    matrix.data *= worth[matrix.indices]
    matrix.eliminate_zeros()
    machine = LinearSVC(C=STRENGTH, random_state=0, tol=1e-3)
    machine.fit(matrix, wanted, sample_weight=weight)
    log(f"  {matrix.shape[0]} pieces, {matrix.nnz} runs")
    learned: Table = (machine.coef_[0] * worth).astype(np.float32)
    return learned


def views(known: Known, learned: Indices) -> tuple[Table, Table]:
    """Weights and biases of the views."""
    told = learned[[known.texts[text].source not in UNTOLD for text in learned]]
    own = [known.texts[text] for text in told]
    sells = _view(known, told[[text.source not in MIXED_UP for text in own]], lambda text: text.source in SELLS)
    unlawful = _view(known, told[[text.source in MESSAGES for text in own]], lambda text: text.source in SCAM)
    others = told[[text.source not in {*MESSAGES, *MIXED} for text in own]]
    offers = _view(known, others, lambda text: text.source == "composed")
    whole = _view(known, told, lambda text: bool(text.rule))
    all_views = (sells, unlawful, offers, whole)
    return np.stack([view[0] for view in all_views], axis=1), np.array([view[1] for view in all_views], np.float32)


def _view(known: Known, learned: Indices, chosen: Callable[[Text], bool]) -> tuple[Table, float]:
    """What tells the chosen texts from the others."""
    pieces = _viewed(known, learned)
    wanted = np.array([chosen(known.texts[text]) for text, _, _ in pieces])
    matrix = counted(known, pieces, VIEW_BITS)
    seen = np.bincount(matrix.indices, minlength=1 << VIEW_BITS)
    worth = np.where(seen < 2, 0, np.log((1 + len(pieces)) / (1 + seen)) + 1) / 7
    matrix.data *= worth[matrix.indices].astype(np.float32)
    weight = [VIEW_WEIGHT.get(known.texts[text].source, 1.0) for text, _, _ in pieces]
    machine = LinearSVC(C=1.0, random_state=0).fit(matrix, wanted, sample_weight=weight)
    return (machine.coef_[0] * worth).astype(np.float32), float(machine.intercept_[0])


def _viewed(known: Known, learned: Indices) -> list[Piece]:
    """Short texts as they are, and stretches of the others."""
    luck = Random(2)
    pieces: list[Piece] = []
    for text in learned.tolist():
        length = known.rows[text].shape[1]
        if length <= 2 * scam.SHORT:
            pieces.append((text, 0, length))
        else:
            starts = range(luck.randrange(VIEWED), length, 3 * VIEWED)
            pieces += [(text, first, min(length, first + VIEWED)) for first in starts]
    return pieces


def facts_of(known: Known, chosen: Indices, table: Table, seen: tuple[Table, Table]) -> list[dict[str, float]]:
    found = []
    model = scam.Model(np.zeros(1, np.int8), 1.0, *seen, seen[0], (), {}, 0.0)
    for text in chosen:
        read, weight = lettering.read(known.texts[text].text), weights(known, int(text), table)
        loud = scam.peaks(weight)
        alone = scam.apart(read.letters, weight, loud)
        measured = scam.measures(loud, scam.views(read, loud, model), alone)
        found.append(measured | scam.signs(read, loud) | scam.words(read, loud))
    return found


def suspects(known: Known) -> set[int]:
    """Promotions that a model which never saw any takes for scams."""
    mixed = known.where(lambda text: text.source in MIXED)
    first = table(known, known.where(lambda text: text.source not in MIXED | ASIDE))
    return {int(text) for text in mixed if max(loudest(known, int(text), first)).score > SUSPECT}


def asked(known: Known, learned: Indices) -> list[dict[str, float]]:
    """Facts of every text, its runs weighed by a table that was learned without its part."""
    parts = np.array([known.texts[text].part for text in learned])
    found: dict[int, dict[str, float]] = {}
    for part in range(PARTS):
        own = np.flatnonzero(parts == part)
        others = learned[parts != part]
        facts = facts_of(known, learned[own], table(known, others), views(known, others))
        found.update(zip(own.tolist(), facts, strict=True))
    return [found[place] for place in range(len(learned))]


def weighed(known: Known, learned: Indices, found: Sequence[dict[str, float]]) -> dict[str, float]:
    """A weight for each fact, so that from 0.5 on it is a scam."""
    names = sorted({name for each in found for name in each} - {"bias"})
    column = {name: place for place, name in enumerate(names)}
    rows = np.zeros((len(found), len(names)), np.float32)
    for row, each in zip(rows, found, strict=True):
        for name in each.keys() & column.keys():
            row[column[name]] = each[name]
    weight = [HEAVY.get(known.texts[text].source, 1.0) for text in learned]
    machine = LogisticRegression(C=FACT_STRENGTH, max_iter=5000)
    machine.fit(rows, known.wanted[learned], sample_weight=weight)
    learned_weights = dict(zip(names, machine.coef_[0].tolist(), strict=True))
    return {"bias": float(machine.intercept_[0]) - CAUTION, **learned_weights}


def rules(known: Known, learned: Indices, table: Table) -> tuple[Table, tuple[str, ...]]:
    """Which run speaks for which rule, and the rules."""
    scams = [int(text) for text in learned if known.wanted[text] and known.texts[text].source not in UNTOLD]
    pieces = [(text, peak.start, peak.end) for text in scams for peak in loudest(known, text, table)[1:]]
    names = [known.texts[text].rule for text, _, _ in pieces]
    machine = LinearSVC(C=STRENGTH, fit_intercept=False, class_weight="balanced", random_state=0)
    machine.fit(counted(known, pieces, RULE_BITS), names)
    return machine.coef_.T.astype(np.float32), tuple(map(str, machine.classes_))


def usable(known: Known) -> Indices:
    """Which texts are learned from."""
    doubtful = suspects(known)
    learned = [text for text in known.where(lambda text: text.source not in ASIDE).tolist() if text not in doubtful]
    log(f"{len(learned)} texts, {len(doubtful)} doubtful ones left out")
    return np.array(learned)


def credible(known: Known, learned: Indices, found: Sequence[dict[str, float]]) -> Indices:
    """Places of the texts whose label may be right: no advertising that a model without it is sure to be a scam."""
    facts = weighed(known, learned, found)
    doubted = [
        known.texts[text].source in ADVERTISING and scam.chance(facts, each) > SURE
        for text, each in zip(learned.tolist(), found, strict=True)
    ]
    log(f"{sum(doubted)} mislabelled ones left out")
    return np.flatnonzero(~np.array(doubted))


def shaped(known: Known, learned: Indices, found: Sequence[dict[str, float]]) -> scam.Model:
    """The model of all of these, as it comes out of its file."""
    full = table(known, learned)
    by_rule, labels = rules(known, learned, full)
    facts = weighed(known, learned, found)
    whole, step = scam.steps(full[:, None])
    seen = views(known, learned)
    model = scam.Model(whole[:, 0], float(step[0]), *seen, by_rule, labels, facts, GATE)
    return scam.load(scam.dump(model))


def mean(drawn: Sequence[scam.Model]) -> scam.Model:
    """The model between these: what each has from its own draw of invented messages weighs less."""
    full = np.mean([model.table * np.float32(model.step) for model in drawn], axis=0)
    whole, step = scam.steps(full[:, None])
    seen, bias, by_rule = (
        np.mean([getattr(model, part) for model in drawn], axis=0) for part in ("views", "bias", "rules")
    )
    facts = {name: float(np.mean([model.facts.get(name, 0.0) for model in drawn])) for name in drawn[0].facts}
    return scam.Model(whole[:, 0], float(step[0]), seen, bias, by_rule, drawn[0].labels, facts, GATE)


def measure(known: Known, learned: Indices, found: Sequence[dict[str, float]]) -> None:
    """Print what is called a scam by models that did not learn from it, nor from a near copy."""
    facts = weighed(known, learned, found)
    called: dict[str, list[bool]] = {}
    for text, each in zip(learned.tolist(), found, strict=True):
        loud = max(each[f"loud {size}"] for size in (*scam.STRETCHES, "whole"))
        called.setdefault(known.texts[text].source, []).append(loud >= GATE and scam.chance(facts, each) >= 0.5)
    sys.stdout.write("never learned from              texts   called a scam\n")
    for source, flags in sorted(called.items()):
        sys.stdout.write(f"  {source:28} {len(flags):6}   {sum(flags):5}  {sum(flags) / len(flags):7.2%}\n")


def log(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sets", type=Path, required=True, help="folder of the public sets")
    parser.add_argument("--cases", type=Path, default=Path("tests/classifiers/cases"), help="cases of other kinds")
    parser.add_argument("--measure", action="store_true", help="print what is made of texts not learned from")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the model file")
    options = parser.parse_args()
    drawn = []
    for draw in range(DRAWS if options.write else 1):
        known = Known.of(texts(options.sets, options.cases, draw))
        learned = usable(known)
        found = asked(known, learned)
        if options.measure:
            measure(known, learned, found)
        if options.write:
            believed = credible(known, learned, found)
            drawn.append(shaped(known, learned[believed], [found[place] for place in believed]))
    if options.write:
        options.write.write_bytes(scam.dump(mean(drawn)))


if __name__ == "__main__":
    main()
