"""The daily mail about what is overdue, as its reader sees it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor import chasing
from monitor.letter import render
from monitor.model import State
from monitor.policy import Chase
from tests.letters import CONTEXT, DUTY, NOW, RECORD, WORDS, agrees

HOURS = timedelta(hours=1)


def said(n, language="zh", count=None):
    late = tuple(
        replace(RECORD, id=k, number=f"2026-{k:04}", deadline=NOW - (50 - k) * HOURS, state=State.ACKNOWLEDGED)
        for k in range(n)
    )
    chase = Chase(contact="duty", count=count or n, records=late)
    letter = chasing.letter(chase, contact=DUTY, context=CONTEXT, words=WORDS[language])
    agrees(letter, WORDS[language])
    return render(letter, WORDS[language])


@pytest.mark.parametrize("language", WORDS)
def test_one_is_one(language):
    message = said(1, language)

    assert "1" in message.subject
    assert "2026-0000" in message.text
    assert "huiyin show 2026-0000" in message.text


def test_the_longest_comes_first_and_the_rest_is_counted():
    message = said(chasing.ROWS, count=45)

    assert message.subject == "超过时限：45件事项还没有办结，最久2天2小时"
    assert message.text.index("2026-0000") < message.text.index("2026-0001")
    assert "另有15件" in message.text
    assert "值班员" in message.text
    assert "补贴名单公示" not in message.text  # numbers and kinds are enough where somebody above reads along
