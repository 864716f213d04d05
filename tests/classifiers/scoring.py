"""Cases as data files, one JSON object a line: {"id", "text" or "html", "expect": [kinds]}."""

import json
from pathlib import Path

from classifiers.finding import Document

CASES = Path(__file__).parent / "cases"
THRESHOLD = 0.5


def cases(name):
    with (CASES / f"{name}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def flagged(find, case):
    document = Document(case.get("text", ""), html=case.get("html"))
    return any(found.score >= THRESHOLD for found in find(document))


def wrong(find, kind, name):
    """The ids of missed cases, and of falsely flagged ones."""
    missed, false = [], []
    for case in cases(name):
        expected, found = kind in case["expect"], flagged(find, case)
        if expected != found:
            (missed if expected else false).append(case["id"])
    return missed, false
