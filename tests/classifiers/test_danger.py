"""``hazard`` and ``crisis`` on labelled cases: help must come, and an opinion is never a finding."""

import json
import tomllib
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers import crisis, danger, hazard, weighing
from classifiers.finding import Document, Kind
from tests.classifiers.scoring import cases, flagged

MODELS = Path(weighing.__file__).with_name("models")
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
    ("name", "recall", "precision"),
    [
        ("hazard", 0.98, 0.98),
        ("hazard_more", 0.98, 0.98),
        ("hazard_wide", 0.98, 0.98),
        ("hazard_broad", 0.98, 0.98),
        ("hazard_blind", 0.98, 0.98),
        ("hazard_blind_after", 0.98, 0.98),
        ("hazard_blind_last", 0.98, 0.98),
        # never learned from
        ("hazard_held", 0.95, 0.9),
        ("hazard_fresh", 0.95, 0.9),
        ("hazard_blind_final", 0.93, 0.9),
        ("hazard_unseen", 0.88, 0.9),
        ("hazard_unseen2", 0.95, 0.84),
        ("hazard_unseen3", 0.98, 0.88),
        ("hazard_unseen4", 0.98, 0.9),
    ],
)
def test_help_is_sent(name, recall, precision):
    sent, right = score(name)

    assert sent >= recall
    assert right >= precision


@pytest.mark.parametrize(
    "name", ["opinions", "opinions_more", "opinions_blind", "opinions_fresh", "personal_data", "credential"]
)
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


def test_a_hostile_text_is_read_to_a_limit_and_no_further():
    places = danger.lexicon().words.places("煤气味。" * (danger.MOST_BEGINNINGS + 1))

    assert sum(map(len, places.values())) < 20 * danger.MOST_BEGINNINGS
    assert max(end for spans in places.values() for _, end in spans) <= 4 * danger.MOST_BEGINNINGS


def test_each_pattern_of_the_lexicon_has_words_and_one_of_them_is_rare():
    raw = tomllib.loads(danger.source().decode())
    common = set(raw["common"].split())
    known = set(raw["words"])
    patterns = [ranked[2] for ranked_ones in danger.lexicon().patterns.values() for ranked in ranked_ones]

    assert common <= known
    assert not known & set(raw["around"])
    for pattern in patterns:
        names = {pattern.first, pattern.second} - {""}
        assert names <= known
        assert names - common, pattern


def test_hazard_and_crisis_share_the_reading_of_a_text():
    for kept in (danger.reading, danger.scan, weighing.runs):
        kept.cache_clear()
    for find in FINDERS.values():
        find(Document("楼道里煤气味很重，里面有人昏倒了", "救命"))

    assert [kept.cache_info().misses for kept in (danger.reading, danger.scan, weighing.runs)] == [1, 1, 1]


def test_most_messages_are_answered_by_their_wording_alone():
    asked = "我去年提交了公租房的申请，窗口让我补收入证明，补了以后又说要单位盖章。请问自由职业的人怎么开证明，"
    text = asked + "公示名单在哪里能查到？打了几次电话都没有人接，希望尽快答复，也希望把流程写清楚一些。"
    danger.scan.cache_clear()
    for find in FINDERS.values():
        assert (
            find(
                Document(
                    text + "公示名单在哪里能查到？打了几次电话都没有人接，希望尽快答复，也希望把流程写清楚一些。",
                    "咨询",
                )
            )
            == []
        )

    assert danger.scan.cache_info().misses == 0


def test_a_danger_without_a_word_of_the_lexicon_is_found_by_its_wording():
    text = "请看一下。山上的石头裂成两半悬着，天天往学校这边滑，娃娃们都不敢走。谢谢"
    (found, *_) = hazard.find(Document(text))

    assert found.score >= 0.5
    assert found.match in text


def test_a_score_is_never_below_what_the_wording_says():
    text = "楼道里煤气味很重，一直在漏气"
    said = weighing.wording(danger.reading(text).text, Kind.HAZARD)
    scanned = danger.scan(text)
    sure = max(weighing.scores(scanned.hits(Kind.HAZARD), scanned, Kind.HAZARD, said))

    assert hazard.find(Document(text))[0].score == round(sure, 4)
    assert hazard.find(Document(text))[0].rule == "gas_leak"


def test_the_models_were_learned_with_the_words_that_are_shipped():
    for kind in FINDERS:
        with np.load(MODELS / f"{kind}.npz") as stored:
            assert str(stored["words"]) == sha256(danger.source()).hexdigest()


@given(st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_text_gives_scores_and_spans_that_are_valid(text):
    for find in FINDERS.values():
        for found in find(Document(text)):
            assert 0 <= found.score <= 1
            assert 0 <= found.start < found.end <= len(text)


def test_cases_hold_no_field_a_detector_must_not_see():
    assert all(set(json.loads(json.dumps(case))) <= {"id", "text", "expect", "note"} for case in cases("hazard_more"))
