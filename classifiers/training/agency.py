"""Learns an agency's own topics, and says how well: the process behind `huiyin train routing`.

    python -m classifiers.training.agency --model FILE --trial FILE [--present FILE]

JSON lines with title, text and label come in; progress, and at last one report, go out as JSON lines. It is a process
of its own, so that the service never imports scikit-learn.

All messages are divided into five parts by what they say, near copies together, so that a message falls into the same
part whatever else is learned. Each part is asked of a model that learned the others. The one that never saw the first
part is the *trial*: kept beside the model, it lets the next model be compared with this one on messages that neither
of the two had seen.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np

from classifiers import routing
from classifiers.training.messages import Indices, Message, alike
from classifiers.training.routing import (
    FOLDS,
    FORMS,
    Curve,
    Told,
    Unseen,
    calibrated,
    covered,
    fit,
    unseen,
)

LEAST = 20  # messages of a topic, near copies counted once
LEAST_IN_ALL = 100  # so that no part is empty
POINTS = 40  # of the curve
STEPS = FOLDS + 2


def say(**values: object) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


def parts(messages: Sequence[Message], groups: Indices) -> Indices:
    """For each message the number of its part: near copies share that of the one whose digest is the least."""
    digests = [sha256(f"{each.title}\n{each.text}".encode("utf-8", "surrogatepass")).digest() for each in messages]
    least: dict[int, bytes] = {}
    for group, digest in zip(groups.tolist(), digests, strict=True):
        least[group] = min(digest, least.get(group, digest))
    return np.array([least[group][0] % FOLDS for group in groups.tolist()])


def too_few(messages: Sequence[Message], groups: Indices) -> dict[str, int]:
    """How many messages the topics have that have fewer than ``LEAST``."""
    told = {(each.label, group) for each, group in zip(messages, groups.tolist(), strict=True)}
    return {label: count for label, count in Counter(label for label, _ in told).items() if count < LEAST}


def refused(messages: Sequence[Message], groups: Indices) -> dict[str, object]:
    """Why there is not enough to learn from; {} if there is."""
    different = len(set(groups.tolist()))
    if few := too_few(messages, groups):
        return {"why": "too_few", "topics": few, "least": LEAST}
    if len({each.label for each in messages}) < 2:
        return {"why": "one_topic"}
    return {"why": "too_few_in_all", "n": different, "least": LEAST_IN_ALL} if different < LEAST_IN_ALL else {}


def learn(messages: Sequence[Message], groups: Indices, present: routing.Model) -> list[routing.Model]:
    """The model and its trial; what was found out about them is told on the way."""
    told = Told.of(messages)
    part = parts(messages, groups)
    models: list[routing.Model] = []

    def one(learned: Indices) -> routing.Model:
        models.append(fit(told, learned))
        say(done=len(models) + 1, of=STEPS)
        return models[-1]

    made = [(np.flatnonzero(part != n), np.flatnonzero(part == n)) for n in range(FOLDS)]
    answers = unseen(messages, told.wanted, made, one)
    model = calibrated(one(np.arange(len(messages))), answers)
    first = made[0][1]
    report = figures(answers, told, model) | {"alike": len(messages) - len(set(groups.tolist()))}
    if set(present.labels) == set(told.labels):
        asked = [messages[n] for n in first.tolist()]
        both = [said(asked, known, told.labels) for known in (present, routing.load(routing.dump(models[0])))]
        report["compared"] = [table(told.wanted[first], found, told) for found in both]
    say(report=report)
    return [model, models[0]]


def said(messages: Sequence[Message], model: routing.Model, labels: Sequence[str]) -> Indices:
    """What another model calls them, as numbers of ``labels``."""
    scores = routing.scores([FORMS["title and text"](each) for each in messages], model)
    numbers = np.array([labels.index(label) for label in model.labels])
    found: Indices = numbers[scores.argmax(axis=1)]
    return found


def figures(answers: Unseen, told: Told, model: routing.Model) -> dict[str, object]:
    """What the models answered about messages that they had not seen, each message once."""
    right = answers.right[0]
    chances, accuracy = covered(Curve.of(answers).chances(answers), right)
    sure = int((chances >= model.sure).sum())
    ends = np.unique(np.linspace(0, len(right) - 1, POINTS + 1).round().astype(int)[1:])
    two = np.argsort(answers.scores, axis=1)[:, -2:] == told.wanted[:, None]
    return {
        "labels": told.labels,
        "table": table(told.wanted, answers.scores.argmax(axis=1), told),
        "in_two": int(two.any(axis=1).sum()),
        "sure": sure,
        "sure_right": round(float(accuracy[sure - 1]) * sure) if sure else 0,
        "curve": [[float((end + 1) / len(right)), float(accuracy[end])] for end in ends],
    }


def table(wanted: Indices, found: Indices, told: Told) -> list[list[int]]:
    """A row for each topic as labelled, a column for each as answered: how many messages."""
    counts = np.zeros((len(told.labels), len(told.labels)), int)
    np.add.at(counts, (wanted, found), 1)
    rows: list[list[int]] = counts.tolist()
    return rows


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("model", "trial"):
        parser.add_argument(f"--{name}", type=Path, required=True, help="where to write it")
    parser.add_argument("--present", type=Path, help="the model, or its trial, to compare with; else the shipped one")
    parser.add_argument("--drop-small", action="store_true", help="leave out topics with too few messages")
    options = parser.parse_args()
    messages = [Message(**json.loads(line)) for line in sys.stdin.buffer]
    groups = alike(messages)
    few = too_few(messages, groups) if options.drop_small else {}
    kept = [n for n, each in enumerate(messages) if each.label not in few]
    messages, groups = [messages[n] for n in kept], groups[kept]
    if why := refused(messages, groups):
        say(refused=why)
        return
    say(done=1, of=STEPS)
    present = routing.load(options.present.read_bytes()) if options.present else routing.shipped()
    for model, path in zip(learn(messages, groups, present), (options.model, options.trial), strict=True):
        path.write_bytes(routing.dump(model))


if __name__ == "__main__":
    main()
