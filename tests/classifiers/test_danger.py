"""``hazard`` and ``crisis`` on labelled cases: help must come, and an opinion is never a finding."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers import crisis, hazard
from classifiers.finding import Document
from tests.classifiers.scoring import cases, flagged

FINDERS = {"hazard": hazard.find, "crisis": crisis.find}


def score(name):
    """(share of dangers to which help was sent, share of alarms that were right) over a file of cases."""
    sent = danger = right = alarms = 0
    for case in cases(name):
        found = {kind for kind, find in FINDERS.items() if flagged(find, case)}
        danger += bool(case["expect"])
        sent += bool(case["expect"] and found)
        alarms += bool(found)
        right += bool(found and case["expect"])
    return sent / danger, right / alarms


@pytest.mark.parametrize(
    ("name", "recall", "precision"), [("hazard", 0.95, 0.95), ("hazard_more", 0.85, 0.85), ("hazard_held", 0.85, 0.85)]
)
def test_help_is_sent(name, recall, precision):
    sent, right = score(name)

    assert sent >= recall
    assert right >= precision


@pytest.mark.parametrize("name", ["opinions", "personal_data", "credential"])
@pytest.mark.parametrize("kind", FINDERS)
def test_no_other_text_is_a_danger(kind, name):
    assert [case["id"] for case in cases(name) if flagged(FINDERS[kind], case)] == []


@pytest.mark.parametrize(
    "text",
    [
        "煤气味很重，楼道里一直在漏气，快派人来",
        "電梯一直往下墜，裡面還困著兩個老人",
        "３号楼外墙瓷砖往下掉，砸到人怎么办",
        "小区路上一个井盖没了，晚上有人掉进去",
    ],
)
def test_a_danger_is_found_with_its_clause(text):
    (found, *_) = hazard.find(Document("前面一句无关的话。" + text))

    assert found.score >= 0.5
    assert 0 <= found.start < found.end <= len("前面一句无关的话。" + text)
    assert found.rule
    assert found.excerpt


def test_a_danger_in_the_title_counts():
    assert any(found.field == "title" for found in hazard.find(Document("请看图", "楼道里煤气味很重，一直在漏气")))


@pytest.mark.parametrize(
    "text", ["", " ", "。", "\0", "\ud800", "！" * 50_000, "漏气" * 20_000, "煤气味。" * 10_000, "好" * 100_000]
)
def test_hostile_text_is_survived(text):
    for find in FINDERS.values():
        find(Document(text, text[:200]))


@given(st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_text_gives_scores_and_spans_that_are_valid(text):
    for find in FINDERS.values():
        for found in find(Document(text)):
            assert 0 <= found.score <= 1
            assert 0 <= found.start < found.end <= len(text)


def test_cases_hold_no_field_a_detector_must_not_see():
    assert all(set(json.loads(json.dumps(case))) <= {"id", "text", "expect", "note"} for case in cases("hazard_more"))
