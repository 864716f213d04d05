"""Advertisements for fraud, gambling, escort, loans, fake papers and their like, however they are spelt.

The worse error is the false alarm. Read are the letters of title and text (``lettering``). Each run of one to three of
them has a weight; the runs of every stretch of a few lengths add up, and the stretches that speak loudest are weighed
together with named facts: who speaks (a citizen who reports or asks, an office that warns, a shop), whether a way to
answer stands there, whether a card or a code is asked for. A mention of an offer is not the offer.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from math import exp, sqrt
from pkgutil import get_data
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifiers import features, lettering, stored
from classifiers.finding import MASK, Document, Finding, Kind
from classifiers.lettering import ACCOUNT, ADDRESS, NUMBER, Lettering

VERSION = 1  # of the file's form
RUN = 3  # letters
STRETCHES = (14, 28, 56)  # letters
SHORTEST = 12  # letters: the sum of less is divided as if it were so many
FLOOR = 0.05  # lower scores are no findings at all
SUREST = 6.0  # of the sum of the facts: nothing is wholly sure
LONGEST_MATCH = 200  # code points
# Does it sell something; something unlawful; as who offers, not who reports; is it a scam, all in all
VIEWS = ("sells", "unlawful", "offers", "scam")
SHORT, AROUND = 160, 20  # letters
HEARD = 4000  # letters of a text in which who speaks is looked for
AT_ONCE = 1 << 15  # letters whose runs are looked up together
_LONG = (12, 20, 35, 60, 120, 240, 480)  # letters
_TOKENS = NUMBER + ADDRESS + ACCOUNT
_REACHED = re.compile(
    "(?:加|微|威|薇|徽|信|v|vx|wx|wei|q|扣|企鹅|裙|群|飞|机|报|tg|telegram|赖|line|询|系|电|打|号|找)"
    f"[^{_TOKENS}]{{0,3}}[{NUMBER}{ACCOUNT}]"
)


class Peak(NamedTuple):
    """The loudest stretch of a length, as half-open places of letters."""

    score: float
    start: int
    end: int


@dataclass(frozen=True)
class Model:
    """Each table has a row for each run, a power of two.

    ``table`` counts in steps of ``step``; ``views`` has a column for each of ``VIEWS`` and ``bias`` what is added to it;
    ``rules`` has a column for each of ``labels``.
    """

    table: NDArray[np.int8]
    step: float
    views: NDArray[np.float32]
    bias: NDArray[np.float32]
    rules: NDArray[np.float32]
    labels: tuple[str, ...]
    facts: dict[str, float]
    gate: float  # a text without a louder stretch is looked at no further

    @cached_property
    def hope(self) -> float:
        """The most that the words around it can add."""
        return sum(weight for name, weight in self.facts.items() if weight > 0 and name.split()[0] in around())


@cache
def shipped() -> Model:
    """The model that comes with Huiyin, read once."""
    return load(get_data("classifiers", "models/scam.npz") or b"")


def find(document: Document) -> list[Finding]:
    """At most one finding, with the loudest stretch as its span; its rule says what is advertised.

    Judges title and text; ``html`` is not read. The excerpt says how much was written, never what: it would get mails
    filtered. Time is linear in the length of both.
    """
    whole = f"{document.title}\n{document.text}" if document.title else document.text
    model = shipped()
    read, weight = heard(whole, model)
    loud = peaks(weight, model.step)
    score = weighed(read, weight, loud, model)
    return [_finding(document, whole, read, loud, score)] if score >= FLOOR else []


def judge(text: str, model: Model) -> float:
    """How sure the model is that a text advertises such things, in 0..1."""
    read, weight = heard(text, model)
    return weighed(read, weight, peaks(weight, model.step), model)


def heard(text: str, model: Model) -> tuple[Lettering, NDArray[np.int16]]:
    """What is read, and how loud each letter of it is, in steps."""
    read = lettering.read(text)
    return read, weights(read, model.table)


def weighed(read: Lettering, weight: NDArray[np.int16], loud: Sequence[Peak], model: Model) -> float:
    """The chance; 0 for what is too quiet to be looked at, or hopeless whatever words stand around it."""
    if not loud or max(loud).score < model.gate:
        return 0.0
    known = measures(loud, views(read, loud, model), apart(read.letters, weight, loud, model.step)) | signs(read, loud)
    if chance(model.facts, known, model.hope) < FLOOR:
        return 0.0
    return chance(model.facts, known | words(read, loud))


def weights(read: Lettering, table: NDArray[np.int8]) -> NDArray[np.int16]:
    """What the runs that begin at each letter add up to, in steps."""
    bits = len(table).bit_length() - 1
    found = np.zeros(len(read), np.int16)
    for first in range(0, len(read), AT_ONCE):
        part = found[first : first + AT_ONCE]
        for rows in rows_of(read.codes, first, first + len(part), bits):
            part += table.take(rows)
    return found


def rows_of(codes: NDArray[np.uint32], first: int, last: int, bits: int) -> list[NDArray[np.intp]]:
    """The rows of the runs that begin at letters [first, last)."""
    return features.numbered(codes[first : last + RUN - 1], last - first, RUN, bits)


def peaks(weight: NDArray[np.generic], step: float = 1.0) -> list[Peak]:
    """The loudest stretch of each length, then the whole; nothing where there is no letter."""
    length = len(weight)
    if not length:
        return []
    sums = np.zeros(length + 1)
    np.cumsum(weight, out=sums[1:])
    whole = Peak(float(sums[-1]) * step / loudness(length), 0, length)
    found = []
    for size in STRETCHES:
        if size >= length:
            found.append(whole)
            continue
        each = sums[size:] - sums[:-size]
        start = int(each.argmax())
        found.append(Peak(float(each[start]) * step / loudness(size), start, start + size))
    return [*found, whole]


def apart(letters: str, weight: NDArray[np.generic], loud: Sequence[Peak], step: float = 1.0) -> float:
    """How loud the loudest stretch is when ways to answer count for nothing: ordinary matters end with the same."""
    if NUMBER not in letters and ACCOUNT not in letters:
        return max(loud).score
    left = weight.copy()
    for match in _REACHED.finditer(letters):
        left[max(0, match.start() + 1 - RUN) : match.end()] = 0
    return max(peaks(left, step)).score


def loudness(length: int) -> float:
    """By what the sum over so many letters is divided."""
    return sqrt(max(length, SHORTEST))


def looked_at(length: int, loud: Sequence[Peak]) -> tuple[int, int]:
    """What of a text is seen by the views: all of a short one, else the loudest stretch and a little around it."""
    best = max(loud[:-1])
    return (0, length) if length <= SHORT else (max(0, best.start - AROUND), min(length, best.end + AROUND))


def views(read: Lettering, loud: Sequence[Peak], model: Model) -> list[float]:
    """How each of ``VIEWS`` sees it: 0 is undecided, 1 sure."""
    first, last = looked_at(len(read), loud)
    rows = rows_of(read.codes, first, last, len(model.views).bit_length() - 1)
    sums = sum(model.views.take(each, axis=0).sum(axis=0) for each in rows) / loudness(last - first) + model.bias
    return [float(each) for each in sums]


def measures(loud: Sequence[Peak], seen: Sequence[float], alone: float) -> dict[str, float]:
    """The facts that have a size; ``seen`` by the views, and how loud it is ``apart`` from ways to answer."""
    found = {"bias": 1.0}
    for least in (-4.0, 0.0, 1.0):
        found[f"apart over {least:g}"] = max(0.0, min(4.0, alone) - least)
    for name, peak in zip((*map(str, STRETCHES), "whole"), loud, strict=True):
        found[f"loud {name}"] = max(-4.0, min(4.0, peak.score))
    for name, value in zip((*VIEWS, "both"), (*seen, min(seen[:2])), strict=True):
        found[name] = max(-2.0, min(2.0, value))
        found[f"{name} under 0"] = min(0.0, found[name])
    for limit in _LONG:
        found[f"longer than {limit}"] = float(loud[-1].end > limit)
    best = max(loud)
    for least in (0.0, 1.0, 2.0):
        found[f"loudest over {least:g}"] = max(0.0, min(4.0, best.score) - least)
    return found


def near(letters: str, loud: Sequence[Peak]) -> str:
    """The loudest stretch and a little around it."""
    best = max(loud)
    return letters[max(0, best.start - 8) : best.end + 16]


def signs(read: Lettering, loud: Sequence[Peak]) -> dict[str, float]:
    """The facts that are so or are not: is something asked, is there a way to answer."""
    return dict.fromkeys(_signs(read.asks, read.letters, near(read.letters, loud)), 1.0)


def _signs(asks: bool, letters: str, close: str) -> Iterator[str]:
    if asks:
        yield "question"
    for name, token in (("number", NUMBER), ("address", ADDRESS), ("account", ACCOUNT)):
        if token in close:
            yield f"{name} near"
        elif token in letters:
            yield f"{name} elsewhere"
    if _REACHED.search(close):
        yield "reached near"


def words(read: Lettering, loud: Sequence[Peak]) -> dict[str, float]:
    """How many words of each list stand there; what costs most to know."""
    return dict.fromkeys(_words(read.letters, near(read.letters, loud)), 1.0)


def _words(letters: str, close: str) -> Iterator[str]:
    for name, each in around().items():
        somewhere = len(set(each.findall(letters[:HEARD])))
        here = len(set(each.findall(close)))
        yield from (f"{name} somewhere {count}" for count in (1, 2, 4) if somewhere >= count)
        yield from (f"{name} near {count}" for count in (1, 2) if here >= count)


@cache
def around() -> dict[str, re.Pattern[str]]:
    """The word lists of scam.toml."""
    raw = tomllib.loads((get_data("classifiers", "scam.toml") or b"").decode())
    return {
        name: re.compile("|".join(map(re.escape, sorted(words.split(), key=len, reverse=True))))
        for name, words in raw["around"].items()
    }


def chance(learned: Mapping[str, float], found: Mapping[str, float], more: float = 0.0) -> float:
    total = more + sum(value * learned.get(name, 0.0) for name, value in found.items())
    return 1 / (1 + exp(-max(-30.0, min(SUREST, total))))


def rule(model: Model, codes: NDArray[np.uint32], first: int, last: int) -> str:
    """What letters [first, last) advertise."""
    bits = len(model.rules).bit_length() - 1
    total = sum(model.rules.take(rows, axis=0).sum(axis=0) for rows in rows_of(codes, first, last, bits))
    return model.labels[int(np.argmax(total))]


def _finding(document: Document, whole: str, read: Lettering, loud: Sequence[Peak], score: float) -> Finding:
    best = max(loud[:-1])
    start, end = read.span(best.start, best.end)
    shift = len(document.title) + 1 if document.title else 0
    in_title = start < shift
    if in_title:
        end = min(end, len(document.title))
    match = whole[start:end]
    return Finding(
        kind=Kind.SCAM,
        rule=rule(shipped(), read.codes, best.start, best.end),
        start=start if in_title else start - shift,
        end=end if in_title else end - shift,
        score=round(score, 4),
        excerpt=MASK * min(len("".join(match.split())), 12),
        field="title" if in_title else "text",
        match=match[:LONGEST_MATCH],
    )


def steps(table: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """A table in whole steps, and how large a step of each column is; the few largest values are cut."""
    largest = np.maximum(np.quantile(np.abs(table), 0.9999, axis=0), 1e-9)
    step = (largest / 127).astype(np.float32)
    return np.rint(np.clip(table / step, -127, 127)).astype(np.int8), step


def dump(model: Model) -> bytes:
    """The model as a file; tables are rounded to 255 steps, column by column."""
    views, views_step = steps(model.views)
    rules, rules_step = steps(model.rules)
    arrays: dict[str, NDArray[np.generic]] = {
        "table": model.table,
        "step": np.array(model.step, np.float32),
        "views": views,
        "views_step": views_step,
        "bias": model.bias,
        "rules": rules,
        "rules_step": rules_step,
        "labels": np.array(model.labels),
        "names": np.array([*model.facts]),
        "facts": np.array([*model.facts.values()], np.float32),
        "gate": np.array(model.gate, np.float32),
    }
    return stored.dump(arrays, VERSION)


def load(raw: bytes) -> Model:
    """The model of a file. Raises ``stored.ModelError``."""
    arrays = stored.load(raw, VERSION)
    return Model(
        arrays["table"].astype(np.int8),
        float(arrays["step"].astype(float)),
        arrays["views"].astype(np.float32) * arrays["views_step"].astype(np.float32),
        arrays["bias"].astype(np.float32),
        arrays["rules"].astype(np.float32) * arrays["rules_step"].astype(np.float32),
        tuple(map(str, arrays["labels"])),
        dict(zip(arrays["names"].tolist(), arrays["facts"].astype(float).tolist(), strict=True)),
        float(arrays["gate"].astype(float)),
    )
