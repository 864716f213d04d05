"""The daily mail about what is overdue, as its reader sees it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor import chasing
from monitor.letter import render
from monitor.model import Severity, State
from monitor.policy import Chase
from tests.letters import CONTEXT, DUTY, NOW, RECORD, WORDS, agrees

HOURS = timedelta(hours=1)


def said(n, language="zh", count=None):
    late = tuple(
        replace(RECORD, id=k, number=f"2026-{k:04}", deadline=NOW - (50 - k) * HOURS, state=State.ACKNOWLEDGED)
        for k in range(n)
    )
    chase = Chase(contact="duty", count=count or n, since=late[0].deadline, records=late)
    letter = chasing.letter(chase, {}, contact=DUTY, context=CONTEXT, words=WORDS[language])
    agrees(letter, WORDS[language])
    return render(letter, WORDS[language])


@pytest.mark.parametrize("language", WORDS)
def test_one_is_one(language):
    message = said(1, language)

    assert "1" in message.subject
    assert "2026-0000" in message.text
    assert "huiyin show 2026-0000" in message.text


def test_what_is_urgent_stands_out_and_who_has_no_terminal_is_told_whom_to_call():
    late = (replace(RECORD, severity=Severity.URGENT, deadline=NOW), replace(RECORD, deadline=NOW - HOURS))
    chase = Chase(contact="duty", count=2, since=NOW - HOURS, records=late)
    context = replace(CONTEXT, emergency=replace(CONTEXT.emergency, duty="0000-5550101"))
    letter = chasing.letter(chase, {}, contact=DUTY, context=context, words=WORDS["zh"])

    assert letter.sections[0].blocks[0].urgent == 1
    assert "打本单位值班0000-5550101，报编号2026-0007" in render(letter, WORDS["zh"]).text
    assert letter.subject.endswith("最久1小时")


def test_the_order_is_kept_and_the_rest_is_counted():
    message = said(chasing.ROWS, count=45)

    assert message.subject == "超过时限：45件事项还没有办结，最久2天2小时"
    assert message.text.index("2026-0000") < message.text.index("2026-0001")
    assert "另有15件" in message.text
    assert "值班员" in message.text
    assert "补贴名单公示" not in message.text  # numbers and kinds are enough where somebody above reads along
