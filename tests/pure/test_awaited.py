"""Messages that wait, as the readers of mails see them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from classifiers.finding import Kind, Purpose
from monitor import awaited, messages
from monitor.letter import render
from monitor.model import Reason
from monitor.summary import Awaited, Transfer
from tests.letters import CONTEXT, DUTY, NOW, RECORD, WORDS, agrees

HOUR = timedelta(hours=1)


def message(n=1, **said):
    usual = {
        "platform": "board",
        "title": f"第{n}封",
        "link": f"number:{n}",
        "since": NOW - 99 * HOUR,
        "due": NOW + n * HOUR,
        "purpose": Purpose.UNKNOWN,
        "hollow_at": None,
        "open": True,
    }
    return Awaited(**(usual | said))


def warned(*soon, language="zh"):
    letter = awaited.warning(soon, contact=DUTY, context=CONTEXT, words=WORDS[language])
    agrees(letter, WORDS[language])
    return render(letter, WORDS[language])


def told(language="zh", **about):
    record = replace(RECORD, kind=Kind.REPLY_OVERDUE, waits_since=NOW - 99 * HOUR)
    context = replace(CONTEXT, **about)
    letter = messages.alert(record, (), reason=Reason.HANDED, contact=DUTY, context=context, words=WORDS[language])
    agrees(letter, WORDS[language])
    return render(letter, WORDS[language]).text


@pytest.mark.parametrize("language", WORDS)
def test_a_warning_counts_and_lists(language):
    said = warned(*(message(n) for n in range(1, 24)), language=language)

    assert "23" in said.subject
    assert "第20封" in said.text
    assert "第21封" not in said.text
    assert "3" in said.text.split("第20封")[1]


def test_one_is_one():
    assert warned(message(), language="en").subject == "Answer due soon: 1 message has no answer yet"
    assert "more" not in warned(message(), language="en").text


def test_each_line_says_what_is_known():
    full = message(purpose=Purpose.QUESTION, hollow_at=NOW - HOUR)
    assert "咨询，应于今天（11月23日）10:59前答复，有过自动答复" in warned(full).text
    assert "应于" not in warned(message(due=None)).text.split("- ")[1].split("\n")[0]


def test_an_alert_says_what_was_promised_and_what_came_instead():
    said = told(awaited=(message(purpose=Purpose.COMPLAINT, hollow_at=NOW - HOUR),), promise_provisional=True)

    assert "答复时限：投诉举报，今天（11月23日）10:59（放假安排未公布，暂定）" in said
    assert "自动答复：今天（11月23日）09:00看到一次" in said
    assert "同一件事" not in said
    assert "自动答复" not in told(awaited=(message(hollow_at=NOW, open=False),))
    assert "答复时限：" not in told(awaited=(message(due=None),))


@pytest.mark.parametrize("language", WORDS)
def test_an_alert_counts_the_messages_of_one_matter(language):
    said = told(language, awaited=(message(1), message(2, open=False), message(3, due=None)))

    assert "3" in said.splitlines()[0]
    assert "第2封" in said


def test_a_chain_of_offices_is_cut_in_front():
    chain = tuple(Transfer(NOW, f"{n}科" if n else "", f"{n + 1}科") for n in range(8))

    assert "转办：（未登记科室） → 1科（共1次）" in told(transfers=chain[:1])
    assert "转办：3科 → 4科 → 5科 → 6科 → 7科 → 8科（共8次）" in told(transfers=chain)
