"""Labelled messages for training, and fair ways to divide them.

Messages that resemble each other always fall on the same side, or else a model is asked what it has been told.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold

ALIKE = 0.4  # share of common runs of five letters from which two messages count as one
COMMON = 60  # a run in more messages than this says nothing about two of them

Indices = NDArray[np.intp]
Split = tuple[Indices, Indices]  # to learn from, to be asked about


@dataclass(frozen=True, slots=True)
class Message:
    title: str
    text: str
    label: str


def read(path: Path) -> list[Message]:
    """JSON lines with title (optional), text and label; packed with gzip if the name says so."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        Message(row.get("title") or "", row["text"].replace("_x000D_\n", "\n"), row["label"])  # left by a spreadsheet
        for row in rows
    ]


def alike(messages: Sequence[Message]) -> Indices:
    """For each message the number of the first one of its group of near duplicates."""
    group = list(range(len(messages)))
    holders: dict[str, list[int]] = defaultdict(list)
    sets = [_runs(message.text) for message in messages]
    for number, runs in enumerate(sets):
        shared = Counter(other for run in runs for other in holders[run] if len(holders[run]) <= COMMON)
        for other, common in shared.items():
            if common >= ALIKE * (len(runs) + len(sets[other]) - common):
                first, second = sorted((_root(group, number), _root(group, other)))
                group[second] = first
        for run in runs:
            holders[run].append(number)
    return np.array([_root(group, number) for number in range(len(messages))])


def _runs(text: str) -> set[str]:
    letters = re.sub(r"[\W_]", "", re.sub(r"\d", "0", text))
    return {letters[start : start + 5] for start in range(max(1, len(letters) - 4))}


def _root(group: list[int], number: int) -> int:
    while group[number] != number:
        number = group[number]
    return number


def folds(wanted: Indices, groups: Indices, count: int, seed: int) -> list[Split]:
    """Cross-validation: each message is asked about once."""
    made = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
    return list(made.split(wanted, wanted, groups))


def splits(wanted: Indices, groups: Indices, count: int) -> Iterator[Split]:
    """Random divisions of 80 to 20."""
    for seed in range(count):
        yield folds(wanted, groups, 5, 1000 + seed)[0]
