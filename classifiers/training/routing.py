"""How models/routing.npz was made and measured.

    python -m classifiers.training.routing MESSAGES.jsonl.gz [--measure] [--write FILE]

Three linear views (the text; the title among the texts' runs; the title by itself) are learned together by a linear
support vector machine over hashed runs of one and two characters, and added up into one table each for text and
title. A run counts for more the rarer it is and the more it tells one topic from the others, and for nothing if
fewer than ``LEAST`` messages have it. Probabilities are fitted to answers about messages that the asked model had
not seen.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, hstack, vstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.svm import LinearSVC

from classifiers import features, routing
from classifiers.finding import Document
from classifiers.training.messages import Indices, Message, Split, alike, folds, read, splits

BITS = 17  # of each table
LEAST = 3  # messages that have a run
TELLING = 0.7  # power of how well a run tells topics apart
TITLE_SHARED, TITLE_OWN = 0.5, 0.5  # loudness of the title, as text and as title
POWER = 0.6  # of the sum of squares, in the length of a part
UNTITLED = 0.3  # weight of a message told again without its title
STRENGTH = 1.0  # C of the support vector machine
ACCURATE = 0.975  # of the answers called sure
LEAST_SLOPE = 1e-3  # of the curve: below it the distance says nothing, and turned round it would say the opposite
FOLDS = 5
AT_ONCE = 500

Floats = NDArray[Any]
Flags = NDArray[np.bool_]
Weights = NDArray[np.float32]
Answer = Callable[[Sequence[Document]], Floats]  # scores, a column for each topic

FORMS: dict[str, Callable[[Message], Document]] = {
    "title and text": lambda message: Document(message.text, message.title),
    "text only": lambda message: Document(message.text),
    "title, space, text": lambda message: Document(f"{message.title} {message.text}"),
    "title, line, text": lambda message: Document(f"{message.title}\n{message.text}"),
    "title only": lambda message: Document("", message.title),
    "20 characters": lambda message: Document(message.text[:20]),
}
DOUBTED = ("title and text", "title only", "20 characters")  # what probabilities are fitted to
TAUGHT = {"title and text": 1.0, "text only": UNTITLED}


def counted(parts: Sequence[str]) -> csr_matrix:
    """How often each run is in each part."""
    blocks = []
    for first in range(0, len(parts), AT_ONCE):
        some = parts[first : first + AT_ONCE]
        rows, starts = features.runs(some, routing.RUN, BITS)
        places = np.repeat(np.arange(len(some)), np.diff(starts, append=len(rows[0])))
        ones = np.ones(len(places) * len(rows), np.float32)
        at = np.tile(places, len(rows)), np.concatenate(rows)
        blocks.append(csr_matrix((ones, at), shape=(len(some), 1 << BITS)))
    return vstack(blocks).tocsr()


@dataclass(frozen=True, slots=True)
class Counts:
    """Of many documents."""

    text: csr_matrix
    title: csr_matrix

    def only(self, chosen: Indices) -> Counts:
        return Counts(self.text[chosen], self.title[chosen])


def counts(documents: Sequence[Document]) -> Counts:
    titles, texts = zip(*map(routing.parts, documents), strict=True)
    return Counts(counted(texts), counted(titles))


def weights(found: csr_matrix, wanted: Indices) -> Weights:
    """What one occurrence of each run counts: rarity times how well it tells some topic from all others."""
    seen = np.bincount(found.indices, minlength=1 << BITS)
    telling = np.zeros(1 << BITS)
    for topic in np.unique(wanted):
        own = wanted == topic
        inside = np.bincount(found[own].indices, minlength=1 << BITS)
        odds = np.log((inside + 1) / (own.sum() + 2)) - np.log((seen - inside + 1) / ((~own).sum() + 2))
        telling = np.maximum(telling, np.abs(odds))
    rarity = np.log((1 + len(wanted)) / (1 + seen)) + 1
    worth = rarity * np.clip((telling / telling[seen > 0].mean()) ** TELLING, 0.03, 6)
    return np.where(seen >= LEAST, worth, 0).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Views:
    """Counts -> the rows that the support vector machine learns from."""

    text: Weights
    title: Weights
    text_scale: float = 1.0
    title_scale: float = 1.0

    @classmethod
    def of(cls, found: Counts, wanted: Indices) -> Views:
        """Each view of the messages learned from has the mean square length of one."""
        made = cls(weights(found.text, wanted), weights(found.title, wanted))
        text, _, own = made.split(found)
        return replace(made, text_scale=_loudness(text), title_scale=_loudness(own))

    def split(self, found: Counts) -> tuple[csr_matrix, csr_matrix, csr_matrix]:
        by_text = diags(self._length(found.text, self.text) / self.text_scale)
        by_title = diags(self._length(found.title, self.title) / self.title_scale)
        text, title = diags(self.text), diags(self.title)
        return by_text @ found.text @ text, by_title @ found.title @ text, by_title @ found.title @ title

    def rows(self, found: Counts) -> csr_matrix:
        text, shared, own = self.split(found)
        return hstack([text + TITLE_SHARED * shared, TITLE_OWN * own]).tocsr()

    @staticmethod
    def _length(found: csr_matrix, weight: Weights) -> Weights:
        squares = np.maximum(found @ (weight * weight), 1e-6)
        inverse: Weights = (squares**-POWER).astype(np.float32)
        return inverse


def _loudness(rows: csr_matrix) -> float:
    return float(np.sqrt(rows.multiply(rows).sum() / rows.shape[0]))


@dataclass(frozen=True, slots=True)
class Told:
    """Messages in the forms that are learned from, counted once for all models."""

    wanted: Indices  # number of the label
    labels: tuple[str, ...]
    forms: dict[str, Counts]

    @classmethod
    def of(cls, messages: Sequence[Message]) -> Told:
        labels, wanted = np.unique([message.label for message in messages], return_inverse=True)
        return cls(wanted, tuple(map(str, labels)), {f: counts([*map(FORMS[f], messages)]) for f in TAUGHT})


def fit(told: Told, chosen: Indices) -> routing.Model:
    """A model of the chosen messages with scores that are not yet probabilities."""
    wanted = told.wanted[chosen]
    found = {form: each.only(chosen) for form, each in told.forms.items()}
    views = Views.of(found["title and text"], wanted)
    rows = vstack([views.rows(each) for each in found.values()])
    weight = np.repeat([TAUGHT[form] for form in found], len(chosen))
    machine = LinearSVC(C=STRENGTH, class_weight="balanced", random_state=0)
    machine.fit(rows, np.tile(wanted, len(found)), sample_weight=weight)
    learned, bias = machine.coef_, machine.intercept_
    if len(told.labels) == 2:  # one line divides both
        learned, bias = np.vstack([-learned, learned]), np.concatenate([-bias, bias])
    text = learned[:, : 1 << BITS].T * views.text[:, None]
    own = learned[:, 1 << BITS :].T * views.title[:, None]
    title = TITLE_SHARED * text + TITLE_OWN * own
    return routing.Model(
        told.labels,
        np.hstack([text / views.text_scale, views.text[:, None] ** 2]).astype(np.float32),
        np.hstack([title / views.title_scale, views.title[:, None] ** 2]).astype(np.float32),
        bias.astype(np.float32),
        POWER,
        trust=0.0,
        doubt=0.0,
        sure=1.0,
    )


def train(messages: Sequence[Message], chosen: Indices | None = None, told: Told | None = None) -> routing.Model:
    """The model to ship, as it comes out of its file."""
    told = told or Told.of(messages)
    chosen = np.arange(len(messages)) if chosen is None else chosen
    some, wanted = [messages[n] for n in chosen], told.wanted[chosen]
    made = folds(wanted, alike(some), FOLDS, seed=1)
    answers = unseen(some, wanted, made, lambda learned: fit(told, chosen[learned]))
    return routing.load(routing.dump(calibrated(fit(told, chosen), answers)))


@dataclass(frozen=True, slots=True)
class Unseen:
    """Answers about messages that the asked models had not seen.

    Of ``distance`` (between the first two topics), ``short``ness and ``right`` one row for each form of ``DOUBTED``,
    and in it one column for each message. ``scores`` are of the first form: a row for each message.
    """

    distance: Floats
    short: Floats
    right: Flags
    scores: Floats


def unseen(
    messages: Sequence[Message], wanted: Indices, made: Sequence[Split], learn: Callable[[Indices], routing.Model]
) -> Unseen:
    """Each message is asked about once; ``learn`` makes the model of the others."""
    distance, short, right = (np.zeros((len(DOUBTED), len(messages))) for _ in range(3))
    found = np.zeros((len(messages), int(wanted.max()) + 1))
    for learned, asked in made:
        model = learn(learned)
        for row, form in enumerate(DOUBTED):
            documents = [FORMS[form](messages[n]) for n in asked]
            scores = routing.scores(documents, model)
            distance[row, asked] = np.diff(np.sort(scores, axis=1)[:, -2:], axis=1)[:, 0]
            short[row, asked] = routing.shortness(routing.lengths(documents))
            right[row, asked] = scores.argmax(axis=1) == wanted[asked]
            if row == 0:
                found[asked] = scores
    return Unseen(distance, short, right > 0, found)


@dataclass(frozen=True, slots=True)
class Curve:
    """From the distance of the first two topics and the shortness to the probability that the first is right."""

    slope: float
    trust: float
    doubt: float

    @classmethod
    def of(cls, answers: Unseen) -> Curve:
        """Two answers are added, without any distance and one of them wrong: so there is a curve where all are right."""
        seen = np.column_stack([answers.distance.ravel(), answers.short.ravel()])
        right = [*answers.right.ravel(), True, False]
        curve = LogisticRegression(C=1e4).fit(np.vstack([seen, np.zeros((2, 2))]), right)
        slope, doubt = map(float, curve.coef_[0])
        return cls(max(slope, LEAST_SLOPE), float(curve.intercept_[0]), doubt)

    def chances(self, answers: Unseen) -> Floats:
        """For each message, asked in the first form."""
        odds = self.slope * answers.distance[0] + self.trust + self.doubt * answers.short[0]
        chances: Floats = 1 / (1 + np.exp(-odds))
        return chances


def covered(chances: Floats, right: Flags) -> tuple[Floats, Floats]:
    """The probabilities from the surest on, and for each the accuracy of the answers down to it."""
    order = np.argsort(-chances)
    return chances[order], np.cumsum(right[order]) / np.arange(1, len(order) + 1)


def calibrated(model: routing.Model, answers: Unseen) -> routing.Model:
    """The distance becomes a logarithm of odds, and the threshold the least one with ``ACCURATE`` right above it."""
    curve = Curve.of(answers)
    chances, accuracy = covered(curve.chances(answers), answers.right[0])
    good = np.flatnonzero(accuracy >= ACCURATE)
    sure = float(chances[good[-1]]) if len(good) else 1.0
    steeper = np.array([curve.slope] * len(model.labels) + [1], np.float32)
    return replace(
        model,
        text=model.text * steeper,
        title=model.title * steeper,
        bias=(model.bias * curve.slope).astype(np.float32),
        trust=curve.trust,
        doubt=curve.doubt,
        sure=sure,
    )


@dataclass(frozen=True, slots=True)
class Figures:
    macro_f1: float
    top_two: float  # share where the topic is among the first two
    surest: float  # accuracy of the surest 80 %
    sure: float  # share that is called sure ...
    sure_right: float  # ... and its accuracy
    miscalibrated: float  # mean distance between probability and accuracy, over ten equal parts of 0..1

    @classmethod
    def of(cls, scores: Floats, chances: Floats, wanted: Indices, sure_from: float) -> Figures:
        right = scores.argmax(axis=1) == wanted
        surest = np.argsort(-chances)[: round(0.8 * len(chances))]
        tenth = np.minimum((chances * 10).astype(int), 9)
        apart = [abs(float((chances - right)[tenth == n].sum())) for n in range(10)]
        sure = chances >= sure_from
        return cls(
            f1_score(wanted, scores.argmax(axis=1), average="macro"),
            float((np.argsort(scores, axis=1)[:, -2:] == wanted[:, None]).any(axis=1).mean()),
            float(right[surest].mean()),
            float(sure.mean()),
            float(right[sure].mean()) if sure.any() else 1.0,
            sum(apart) / len(chances),
        )


def ours(documents: Sequence[Document], wanted: Indices, model: routing.Model) -> Figures:
    scores = routing.scores(documents, model)
    chances = routing.judged(scores, routing.lengths(documents), model)[2]
    return Figures.of(scores, chances, wanted, model.sure)


def peer(messages: Sequence[Message]) -> Answer:
    """What one would take first: TF-IDF of one to three characters and a linear support vector machine."""
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 3))
    rows = vectors.fit_transform([f"{message.title}\n{message.text}" for message in messages])
    machine = LinearSVC().fit(rows, [message.label for message in messages])

    def answer(documents: Sequence[Document]) -> Floats:
        joined = [f"{document.title}\n{document.text}" for document in documents]
        scores: Floats = machine.decision_function(vectors.transform(joined))
        return scores

    return answer


def measure(messages: Sequence[Message], rounds: int) -> None:
    """Print figures of random divisions, then of five-fold cross-validation, beside those of the peer."""
    told, groups = Told.of(messages), alike(messages)
    out(f"{len(messages)} messages, {len(set(groups.tolist()))} groups, {len(told.labels)} topics")
    for name, made in (
        ("80/20", list(splits(told.wanted, groups, rounds))),
        ("cross-validation", folds(told.wanted, groups, FOLDS, seed=7)),
    ):
        figures: dict[str, list[Figures]] = {form: [] for form in (*FORMS, "peer")}
        for learned, asked in made:
            model = train(messages, learned, told)
            wanted = told.wanted[asked]
            for form, shape in FORMS.items():
                figures[form].append(ours([shape(messages[n]) for n in asked], wanted, model))
            scores = peer([messages[n] for n in learned])([FORMS["title and text"](messages[n]) for n in asked])
            margins = np.diff(np.sort(scores, axis=1)[:, -2:], axis=1)[:, 0]
            figures["peer"].append(Figures.of(scores, margins / margins.max(), wanted, 2.0))
            out(f"{name}: ours {figures['title and text'][-1].macro_f1:.4f}  peer {figures['peer'][-1].macro_f1:.4f}")
        table(name, figures)


def table(name: str, figures: dict[str, list[Figures]]) -> None:
    out(f"{name:20} macro-F1 (least-most)      top two  surest 80 %   sure  right if sure  miscalibrated")
    for form, each in figures.items():
        mean = np.mean([(f.top_two, f.surest, f.sure, f.sure_right, f.miscalibrated) for f in each], axis=0)
        f1 = [f.macro_f1 for f in each]
        cells = f"{np.mean(f1):.4f} ({min(f1):.4f}-{max(f1):.4f})"
        top_two, surest, sure, right, apart = mean
        out(f"  {form:18} {cells:26} {top_two:.4f}   {surest:.4f}     {sure:6.1%}    {right:.4f}        {apart:.4f}")


def out(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("messages", type=Path, help="JSON lines with title, text and label")
    parser.add_argument("--measure", type=int, metavar="ROUNDS", help="measure on so many random divisions")
    parser.add_argument("--write", type=Path, metavar="FILE", help="train on all messages and write the model file")
    options = parser.parse_args()
    messages = read(options.messages)
    if options.measure:
        measure(messages, options.measure)
    if options.write:
        options.write.write_bytes(routing.dump(train(messages)))


if __name__ == "__main__":
    main()
