"""The page of an evaluation, and its pictures."""

import re
from datetime import UTC, datetime

import pytest

from classifiers.evaluating import Case, figures
from classifiers.finding import Kind
from monitor import charts, evaluated
from monitor.evaluated import Evaluation, Week
from monitor.letter import render
from monitor.model import Period
from monitor.summary import Tally
from tests.letters import CONTEXT, WORDS

CASES = [
    Case("漏一", frozenset({Kind.HAZARD}), {}, "电梯困人"),
    Case("漏二", frozenset({Kind.HAZARD}), {Kind.HAZARD: 0.31}, "墙皮要掉"),
    Case("中", frozenset({Kind.HAZARD}), {Kind.HAZARD: 0.9}, "燃气泄漏"),
    Case("误<b>", frozenset(), {Kind.HAZARD: 0.77}, "演练"),
    Case("静", frozenset(), {}, "感谢"),
]


def page(cases=CASES, language="zh", **changed):
    found = Evaluation(
        **{
            "cases": len(cases),
            "unread": 0,
            "figures": [figures(cases, Kind.HAZARD, 0.5)],
            "helped": (1, 3),
            **changed,
        }
    )
    letter = evaluated.page(found, source="样本.jsonl", context=CONTEXT, words=WORDS[language])
    return render(letter, WORDS[language])


def test_the_page_says_what_was_missed_and_what_was_flagged_wrongly():
    message = page()

    assert "5条样本：该报的漏了2条，不该报的报了1条" in message.text
    assert "险情 | 该报：3 | 漏报：2 | 误报：1 | 每千条：500.0" in message.text
    assert "需要派人的3条里，1条会有人收到通知（33.3%）" in message.text
    assert "漏一 | 内容（已打码）：电梯困人 | 把握：没看到" in message.text
    assert "漏二 | 内容（已打码）：墙皮要掉 | 把握：0.31" in message.text
    assert "误<b> | 内容（已打码）：演练 | 把握：0.77" in message.text
    assert "误&lt;b&gt;" in message.html


def test_the_page_in_english():
    message = page(language="en", unread=2)

    assert "5 cases: 2 missed, 1 flagged wrongly." in message.text
    assert "2 more could not be read or judged" in message.text


def test_many_errors_are_counted_and_figures_may_be_missing():
    cases = [Case(str(n), frozenset({Kind.HAZARD})) for n in range(evaluated.ERRORS + 5)]

    message = page(cases)

    assert "另有5条未列出" in message.text
    assert "报得准：– | 报得全：0.0%" in message.text


def test_what_no_case_asks_for_is_not_said():
    text = page(helped=(0, 0), figures=[figures(CASES[4:], Kind.HAZARD, 0.5)]).text

    assert "需要派人" not in text
    assert "报得准：– | 报得全：– | 综合（F1）：–" in text


def test_without_kinds_there_is_one_line():
    assert "各类" not in page(figures=[], helped=(0, 0)).text


def test_a_picture_stands_in_the_page_and_not_in_the_text():
    message = page()

    assert message.html.count("<svg") == 1
    assert "svg" not in message.text


@pytest.mark.parametrize("mark", [None, 0.5])
def test_lines_have_a_title_a_legend_and_stay_inside(mark):
    drawn = [charts.Line("准<1>", ((0.0, 1.0), (1.0, 0.0))), charts.Line("空", ())]

    svg = charts.lines("一张图", "门槛", drawn, mark)

    assert "<title>一张图</title>" in svg
    assert "准&lt;1&gt;" in svg
    assert ('stroke-dasharray="1 4"' in svg) is (mark is not None)
    height = int(re.search(rf'viewBox="0 0 {charts.WIDTH} (\d+)"', svg)[1])
    for x, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", svg):
        assert 0 <= float(x) <= charts.WIDTH
        assert 0 <= float(y) <= height


def test_what_people_said_is_summed_by_kind_and_week():
    hazards = (Tally(kind=Kind.HAZARD, right=3, wrong=1), Tally(kind=Kind.SCAM, right=2, wrong=0))
    weeks = [Week("2026-W48", hazards), Week("2026-W47", (Tally(kind=Kind.HAZARD, right=0, wrong=1),))]
    period = Period(datetime(2026, 11, 15, 16, tzinfo=UTC), datetime(2026, 11, 29, 16, tzinfo=UTC))

    text = render(evaluated.feedback(weeks, period, CONTEXT, WORDS["zh"]), WORDS["zh"]).text

    assert "11月16日至11月29日：办结5件，排除2件。" in text
    assert "- 险情 | 办结：3 | 排除：2 | 报得准：60%" in text
    assert "- 险情（2026年第47周） | 办结：0 | 排除：1 | 报得准：0%" in text
    assert render(evaluated.feedback(weeks, period, CONTEXT, WORDS["en"]), WORDS["en"]).text
