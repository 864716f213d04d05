"""What routing has learned: whether the new model is used, and the page that says so."""

import re
from dataclasses import replace

import pytest

from monitor import charts, learned
from monitor.learned import Learned, Present, Verdict, macro_f1, page, shares
from monitor.letter import render
from monitor.model import Severity
from tests.letters import CONTEXT, EN, WORDS, ZH, Page

GOOD, BAD = ((40, 2), (4, 54)), ((30, 12), (20, 38))
FOUND = Learned(
    labels=("城乡建设", "水务"),
    table=GOOD,
    alike=3,
    in_two=100,
    sure=80,
    sure_right=79,
    curve=[[n / 40, 1 - n / 40 * 0.06] for n in range(1, 41)],
    present=Present.SHIPPED,
)


def test_shares_of_each_topic():
    first, second = shares(GOOD)

    assert (first.precision, first.recall) == (40 / 44, 40 / 42)
    assert first.f1 == pytest.approx(2 * first.precision * first.recall / (first.precision + first.recall))
    assert macro_f1(GOOD) == (first.f1 + second.f1) / 2


def test_a_topic_that_is_never_answered_has_none_and_one_that_never_occurs_doesnt_count():
    assert [share.f1 for share in shares(((5, 0), (5, 0)))] == [pytest.approx(2 / 3), 0]
    assert macro_f1(((5, 0), (0, 0))) == 1


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (FOUND, Verdict.OTHER_TOPICS),
        (replace(FOUND, compared=(GOOD, GOOD)), Verdict.NO_WORSE),
        (replace(FOUND, compared=(BAD, GOOD)), Verdict.NO_WORSE),
        (replace(FOUND, compared=(GOOD, BAD)), Verdict.WORSE),
        (replace(FOUND, table=((0, 42), (0, 58))), Verdict.GUESSING),
        (replace(FOUND, table=((20, 22), (22, 36)), compared=(BAD, GOOD)), Verdict.GUESSING),
    ],
)
def test_a_new_model_is_used_if_it_knows_something_and_is_no_worse(found, verdict):
    assert found.verdict is verdict
    assert verdict.replaces == (verdict in {Verdict.OTHER_TOPICS, Verdict.NO_WORSE})
    for words in WORDS.values():
        letter = page(found, source="own.csv", context=CONTEXT, words=words)
        assert letter.severity is (None if verdict.replaces else Severity.SERIOUS)


def test_it_is_said_plainly_why():
    better, worse = replace(FOUND, compared=(BAD, GOOD)), replace(FOUND, compared=(GOOD, BAD), present=Present.TRIAL)

    assert learned.outcome(better, ZH).startswith("已启用。在同样的100条留言上")
    assert f"新模型的宏平均F1是{macro_f1(GOOD) * 100:.1f}%" in learned.outcome(better, ZH)
    assert f"{macro_f1(BAD) * 100:.1f}%" in learned.outcome(better, ZH)
    assert learned.outcome(worse, EN).startswith("No, the agency's present model stays in use. On the same 100")


@pytest.mark.parametrize(("present", "caution"), [(Present.TRIAL, False), (Present.OWN, True), (Present.SHIPPED, True)])
def test_a_present_model_that_may_have_seen_the_messages_is_said_to(present, caution):
    worse = replace(FOUND, compared=(GOOD, BAD), present=present)

    assert ("可能学过" in learned.outcome(worse, ZH)) == caution


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_the_page_says_the_same_in_text_and_pictures(words):
    message = render(page(FOUND, source="own.csv", context=CONTEXT, words=words), words)
    shown = " ".join(Page(message.html).shown)

    for figure in ("94.0%", "98.8%", "80%", "100.0%", "own.csv", "40", "54", words.topic("城乡建设"), "水务"):
        assert figure in shown + message.subject
    assert message.html.count("<svg") == 2
    assert "80%" in message.text
    assert words.topic("城乡建设") in message.text
    assert Page(message.html).links == []
    assert not {"script", "img", "link", "iframe"} & Page(message.html).tags


def test_without_a_mistake_none_is_listed():
    right = replace(FOUND, table=((42, 0), (0, 58)))

    assert "没有判错的" in render(page(right, source="a", context=CONTEXT, words=ZH), ZH).text


def test_when_nothing_is_sure_nothing_is_claimed():
    text = render(page(replace(FOUND, sure=0, sure_right=0), source="a", context=CONTEXT, words=ZH), ZH).text

    assert "占0.0%，其中0.0%判对" in text


def test_names_in_pictures_are_escaped_and_cut():
    names = ["<b>&\"'", "劳动和社会保障科室", "labour and social security"]
    svg = charts.confusion("<i>", "<", ">", names, [[1, 0, 2]] * 3)

    assert "<b>" not in svg
    assert "<i>" not in svg
    assert "3 labour and soci…" in svg
    assert "2 劳动和社会保障…" in svg


@pytest.mark.parametrize("curve", [[(1, 1.0)], [(0.5, 0.2), (1, 0.0)], [(n / 40, 0.95) for n in range(1, 41)]])
def test_a_curve_stays_inside_its_frame(curve):
    html = render(page(replace(FOUND, curve=curve), source="a", context=CONTEXT, words=ZH), ZH).html
    points = re.search(r'<path d="M([^"HVh]+)" stroke="#', html)[1].split("L")

    assert len(points) == len(curve)
    for point in points:
        x, y = map(float, point.split())
        assert 0 <= x <= charts.WIDTH
        assert 0 <= y <= charts.HEIGHT


def test_an_axis_that_begins_above_zero_says_so():
    svg = charts.lines("a", "b", [charts.Line("c", [(0.0, 0.9), (1.0, 1.0)])], least=0.9)

    assert ">90%<" in svg
    assert ">97.5%<" in svg
    assert ">0%<" not in svg
