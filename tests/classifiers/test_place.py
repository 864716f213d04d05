"""Where a danger is, in the words of the message."""

import json
from pathlib import Path

import pytest

from classifiers.finding import Document
from classifiers.place import LONGEST, place

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases" / "place.jsonl").read_text(encoding="utf-8").splitlines()
]


def told(case):
    start = case["text"].find(case["near"])
    near = (start, start + len(case["near"])) if start >= 0 else (0, 0)
    return place(Document(case["text"], case.get("title", "")), near)


def test_the_cases_are_told_as_people_would():
    exact = sum(told(case) == case["expect"] for case in CASES)

    assert exact >= 0.88 * len(CASES)


def test_where_there_is_a_place_it_leads_there():
    wrong = [
        (case["id"], told(case), case["expect"])
        for case in CASES
        if not (case["expect"] in told(case) or (told(case) and told(case) in case["expect"]))
    ]

    assert len(wrong) <= 0.05 * len(CASES), wrong


@pytest.mark.parametrize(
    "text", ["", "\0" * 1000, "路" * 50_000, "3号楼" * 30_000, "\ud800小区", "𠀀" * 9000, "县一中" * 20_000]
)
def test_hostile_text_gives_a_short_answer(text):
    assert len(place(Document(text, text), (0, 10))) <= LONGEST


def test_the_title_goes_before_the_rest():
    assert place(Document("我们小区的电梯又停了", "和平小区3号楼电梯困人")).startswith("和平小区3号楼")


def test_a_message_without_a_place_has_none():
    assert place(Document("电梯又困人了，太吓人了"), (0, 5)) == ""
