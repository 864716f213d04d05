"""Few words: what a telephone shows, a mail that quotes nothing, and a platform that is back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given

from classifiers.finding import Kind
from monitor import brief
from monitor.letter import render
from monitor.model import Reason, Seen, State
from tests.letters import HOSTILE, NOW, RECORD, WORDS, ZH, Page, agrees, text_of
from tests.pure.test_rescue import BRIDGE, LEAK, NIGHT, crisis, hazard

RULES = [(Kind(kind), rule) for kind in ("hazard", "crisis") for rule in ZH.table["rules"][kind]]  # type: ignore[index]


GAS = hazard()


def ring(record=GAS, seen=(LEAK,), reason=Reason.OPENED, words=ZH):  # type: ignore[no-untyped-def]
    message = brief.ring(record, seen, reason=reason, context=NIGHT, words=words)
    assert (message.subject, message.html) == (message.text, "")
    return message.text


def test_a_ring_says_number_kind_and_place() -> None:
    assert ring() == "回音：险情·燃气泄漏，地点东苑小区3栋。请马上看邮件，编号2026-0007。"
    assert ring(words=WORDS["en"]) == "Danger (Gas leak): 东苑小区3栋. Mail 2026-0007"


def test_a_ring_does_not_say_what_ails_a_person() -> None:
    assert ring(crisis(), (BRIDGE,)) == "回音：有人需要紧急帮助，地点青石桥。请马上看邮件，编号2026-0007。"


def test_a_ring_without_a_place_says_so_and_one_of_a_platform_names_it() -> None:
    assert ring(hazard(place="")) == "回音：险情·燃气泄漏，地点见邮件。请马上看邮件，编号2026-0007。"
    assert "地点市民留言板" in ring(replace(RECORD, kind=Kind.SOURCE_BROKEN, item=None), ())


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize(("kind", "rule"), RULES)
def test_a_ring_fits_one_text_message_beside_the_gateways_signature(
    kind: Kind, rule: str, reason: Reason, language: str
) -> None:
    seen = (Seen(kind=kind, rule=rule, score=0.9, excerpt="x"),)
    for place in ("", "桥", "东苑小区3栋2单元" * 9, "𠮷" * 40):
        text = ring(hazard(kind=kind, place=place, number="2026-12345"), seen, reason, WORDS[language])

        assert brief.units(text) <= 60
        assert "2026-12345" in text
        assert place[:3] in text


@given(place=HOSTILE, title=HOSTILE, excerpt=HOSTILE)
def test_a_ring_holds_nothing_hostile_and_nothing_of_the_item(place: str, title: str, excerpt: str) -> None:
    record = hazard(place=place, subject=title)
    text = ring(record, (replace(LEAK, excerpt=excerpt),))

    assert text == ring(hazard(place=place), (LEAK,))
    assert text.encode("utf-8")
    assert len(text.splitlines()) == 1


def test_a_test_ring_says_that_it_is_one() -> None:
    message = brief.ring_trial(replace(NIGHT, agency="局" * 90), ZH)

    assert "测试" in message.text
    assert brief.units(message.text) <= 60


# bare


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("kind", Kind)
def test_a_bare_mail_quotes_nothing_and_leads_nowhere(kind: Kind, language: str) -> None:
    words = WORDS[language]
    record = hazard(kind=kind, subject="offending title", locator="https://board.agency.example/offending")
    letter = brief.bare(
        record, (Seen(kind=kind, rule="x", score=0.9, excerpt="offending words"),), context=NIGHT, words=words
    )
    message = render(letter, words)

    agrees(letter, words)
    assert "offending" not in message.subject + message.text + message.html
    assert "://" not in message.text
    assert Page(message.html).links == []
    assert "huiyin show 2026-0007" in message.text
    assert words.say(f"kinds.{kind}.name") in message.text


def test_a_bare_mail_of_a_danger_says_where_and_whom_to_call() -> None:
    text = text_of(brief.bare(hazard(), (LEAK,), context=NIGHT, words=ZH))

    assert text.startswith("险情，地点：东苑小区3栋。请马上处置")
    assert "燃气抢修：0000-5550100" in text
    assert "我来办理：huiyin ack 2026-0007" in text
    taken = text_of(brief.bare(hazard(state=State.ACKNOWLEDGED), (LEAK,), context=NIGHT, words=ZH))
    assert "huiyin ack" not in taken


@pytest.mark.parametrize("language", WORDS)
def test_a_refused_digest_is_replaced_by_where_to_look(language: str) -> None:
    letter = brief.bare_notice(NIGHT, WORDS[language])

    agrees(letter, WORDS[language])
    assert "huiyin digest --preview" in text_of(letter, WORDS[language])


# back


@pytest.mark.parametrize("language", WORDS)
def test_a_platform_that_is_back_is_said_in_one_line(language: str) -> None:
    words = WORDS[language]
    record = replace(RECORD, kind=Kind.SOURCE_BROKEN, item=None)
    letter = brief.back(record, NOW - timedelta(hours=6), context=NIGHT, words=words)

    agrees(letter, words)
    assert letter.severity is None
    assert "2026-0007" in letter.subject
    assert words.span(timedelta(hours=6)) in letter.first
