"""What a message is about, so that it reaches the office that answers: the topic, how sure, and why.

The judgement is linear. Title and text are each read as runs of one and two characters, each run names a row of a
table, and the rows add up to a score for each topic. A message without a title is taken to begin with one. The
model is a file of plain numbers (see models/routing.md); an agency may train its own, with its own topics.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from io import BytesIO
from pkgutil import get_data
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from classifiers import features
from classifiers.finding import Document, Topic

VERSION = 1  # of the file's form
RUN = 2  # characters: longer runs made nothing better (docs/adr)
READ = 2_000  # characters of a text that are read: reading on made nothing better, and what is read is bounded
FIRST_LINE = range(8, 41)  # characters: a first line of this length is a title, ...
BEGINNING = 30  # ... and where it has another, this many characters are
WORDS = 5  # told as the reason
LONGEST_WORD = 8  # characters
COUNTS = 0.05  # of the heaviest character; one that weighs less belongs to no word
ENOUGH = 100  # characters; a shorter message is doubted
DAMAGES = (ValueError, OSError, EOFError, KeyError, RuntimeError, BadZipFile, zlib.error)
_PARTS = ("labels", "text", "title", "scale", "bias", "numbers")


class ModelError(ValueError):
    """This is no model file, or a damaged one, or one of another version; the message says which."""


@dataclass(frozen=True, slots=True)
class Model:
    """The tables have a row for each run (a power of two) and a column for each topic, and one more with what the
    run adds to the length by which the sum of its part is divided: (sum of that column) ** ``power``.
    """

    labels: tuple[str, ...]
    text: NDArray[np.float32]
    title: NDArray[np.float32]
    bias: NDArray[np.float32]
    power: float
    trust: float  # log odds that the best topic is right where the second is as good, in a message of ENOUGH characters
    doubt: float  # taken off for each factor of e by which a message is shorter
    sure: float  # from this probability on the best topic counts as sure


@dataclass(frozen=True, slots=True)
class Word:
    """What spoke for the best topic against the second: ``weight`` is the log odds that it added, over all places.

    ``start`` and ``end`` are half-open code-point offsets of its first place in the document's ``field``.
    """

    word: str
    weight: float
    field: str
    start: int
    end: int


@cache
def shipped() -> Model:
    """The model that comes with Huiyin, read once."""
    return load(get_data("classifiers", "models/routing.npz") or b"")


def topic(document: Document, model: Model | None = None) -> Topic:
    return topics([document], model)[0]


def topics(documents: Sequence[Document], model: Model | None = None) -> list[Topic]:
    """For each document, in their order; many at once cost far less than one after the other.

    Reads title and text, never ``html``. A document that says nothing gets some topic too, but is not sure.
    """
    model = model or shipped()
    if not documents:
        return []
    best, second, chances = judged(scores(documents, model), lengths(documents), model)
    labels, sure = model.labels, model.sure
    return [
        Topic(labels[first], chance, labels[then], chance >= sure)
        for first, then, chance in zip(best.tolist(), second.tolist(), chances.tolist(), strict=True)
    ]


def judged(
    scores: NDArray[np.float32], lengths: NDArray[np.float32], model: Model
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    """Of each document the best topic, the second, and the probability that the best is right."""
    each = np.arange(len(scores))
    best = scores.argmax(axis=1)
    others = scores.copy()
    others[each, best] = -np.inf
    second = others.argmax(axis=1)
    odds = scores[each, best] - scores[each, second] + model.trust + model.doubt * shortness(lengths)
    return best, second, 1 / (1 + np.exp(-odds))


def shortness(lengths: NDArray[np.float32]) -> NDArray[np.float32]:
    """0 from ``ENOUGH`` characters on, and below the logarithm of the share that is there."""
    short: NDArray[np.float32] = np.log(np.minimum(lengths + 1, ENOUGH) / ENOUGH)
    return short


def lengths(documents: Sequence[Document]) -> NDArray[np.float32]:
    """Characters of title and text, without blanks around them."""
    each = (len(document.title.strip()) + len(document.text.strip()) for document in documents)
    return np.fromiter(each, np.float32, len(documents))


def scores(documents: Sequence[Document], model: Model) -> NDArray[np.float32]:
    """(documents, topics): what speaks for each topic; the distance of two is a logarithm of odds."""
    titles, texts = zip(*map(parts, documents), strict=True)
    total = model.bias.copy()
    for table, part in ((model.text, texts), (model.title, titles)):
        summed = features.sums(table, part, RUN)
        total = total + summed[:, :-1] / _length(summed[:, -1:], model.power)
    return total


def parts(document: Document) -> tuple[str, str]:
    """Title and text as they are read; one of blanks is none."""
    title, text = ("" if part.isspace() else part[:READ] for part in (document.title, document.text))
    return title or beginning(text), text or title


def beginning(text: str) -> str:
    """What stands for the title of a text that has none."""
    first, broken, _ = text[: FIRST_LINE.stop].partition("\n")
    return first if broken and len(first) in FIRST_LINE else text[:BEGINNING]


def _length(squares: NDArray[np.float32], power: float) -> NDArray[np.float32]:
    return np.maximum(squares, 1e-6) ** np.float32(power)


def why(document: Document, model: Model | None = None) -> list[Word]:
    """The words that decided, heaviest first, at most ``WORDS``."""
    model = model or shipped()
    order = np.argsort(scores([document], model)[0])
    pair = int(order[-1]), int(order[-2])
    title, text = parts(document)
    by_text = _weights(text, model.text, pair, model.power)
    by_title = _weights(title, model.title, pair, model.power)
    if text.startswith(title):  # it is the beginning, or all there is
        by_text[: len(title)] += by_title
        words = _words(text, by_text, "text" if document.text.strip() else "title")
    else:
        words = _words(text, by_text, "text") + _words(title, by_title, "title")
    merged: dict[str, Word] = {}
    for word in words:
        first = merged.get(word.word)
        merged[word.word] = replace(first, weight=first.weight + word.weight) if first else word
    return sorted(merged.values(), key=lambda word: -word.weight)[:WORDS]


def _weights(part: str, table: NDArray[np.float32], pair: tuple[int, int], power: float) -> NDArray[np.float32]:
    """What each character of a part says for the first topic of the pair against the second."""
    bits = len(table).bit_length() - 1
    by_length, _ = features.runs([part], RUN, bits)
    each = np.zeros(len(part) + 2 * RUN, np.float32)
    squares = np.zeros(1, np.float32)
    for size, rows in enumerate(by_length, 1):
        said = (table[rows, pair[0]] - table[rows, pair[1]]) / np.float32(size)
        squares += table[rows, -1].sum()
        for shift in range(size):
            each[shift : shift + len(said)] += said
    gap = RUN - 1
    weights: NDArray[np.float32] = each[gap : gap + len(part)] / _length(squares, power)
    return weights


def _words(part: str, weights: NDArray[np.float32], field: str) -> list[Word]:
    """Stretches of at least two letters that speak for the topic."""
    found: list[Word] = []
    start = 0
    least = COUNTS * max(0.0, float(weights.max(initial=0)))
    says = [weight > least and letter.isalpha() for letter, weight in zip(part, weights.tolist(), strict=True)]
    for place, speaks in enumerate([*says, False]):
        if speaks and place - start < LONGEST_WORD:
            continue
        if place - start > 1:
            found.append(Word(part[start:place], float(weights[start:place].sum()), field, start, place))
        start = place if speaks else place + 1
    return found


def dump(model: Model) -> bytes:
    """The model as a file; the tables are rounded to 255 steps a column, and of squares the roots are kept.

    Not compressed: half of the time that a model takes to load would go to that.
    """
    text, title = _rooted(model.text), _rooted(model.title)
    scale = np.maximum(np.abs(text).max(axis=0), np.abs(title).max(axis=0)) / 127
    scale = np.where(scale > 0, scale, 1).astype(np.float32)
    stored = {
        "labels": np.array(model.labels),
        "text": np.rint(text / scale).astype(np.int8),
        "title": np.rint(title / scale).astype(np.int8),
        "scale": scale,
        "bias": model.bias.astype(np.float32),
        "numbers": np.array([model.power, model.trust, model.doubt, model.sure]),
    }
    out = BytesIO()
    np.savez(out, version=np.int32(VERSION), checksum=np.array(_checksum(stored)), **stored)
    return out.getvalue()


def _rooted(table: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.hstack([table[:, :-1], np.sqrt(table[:, -1:])])


def load(raw: bytes) -> Model:
    """The model of a file. Raises ModelError; nothing of the file is ever run."""
    try:
        with np.load(BytesIO(raw), allow_pickle=False) as archive:
            stored = {name: archive[name] for name in archive.files}
    except DAMAGES as error:
        raise ModelError("the routing model can't be read: this is no model file, or a damaged one") from error
    if not np.array_equal(stored.get("version", 0), VERSION):
        raise ModelError(f"the routing model has another form than version {VERSION}")
    if not {*_PARTS} <= stored.keys() or str(stored.get("checksum")) != _checksum(stored):
        raise ModelError("the routing model is damaged: its checksum is wrong")
    text, title = (stored[name].astype(np.float32) for name in ("text", "title"))
    for table in (text, title):
        table *= stored["scale"]
        table[:, -1] **= 2
    return Model(tuple(map(str, stored["labels"])), text, title, stored["bias"], *map(float, stored["numbers"]))


def _checksum(stored: Mapping[str, NDArray[Any]]) -> str:
    digest = sha256()
    for name in _PARTS:
        digest.update(f"{name} {stored[name].dtype} {stored[name].shape}".encode())
        digest.update(np.ascontiguousarray(stored[name]).view(np.uint8).data)
    return digest.hexdigest()
