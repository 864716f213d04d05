"""How the like was answered, as a mail says it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given

from classifiers.finding import Kind
from monitor import answered
from monitor.letter import Facts, Link, render
from monitor.model import Reason
from monitor.summary import Precedent
from monitor.words import Words
from tests.letters import CONTEXT, EN, HOSTILE, NOW, RECORD, WORDS, ZH, ZONE, Page, agrees, alert, text_of

LAMP = Precedent(
    platform="board",
    title="东苑小区路灯坏了",
    link="https://www.agency.example/17.html",
    since=NOW - timedelta(days=40),
    replied_at=NOW - timedelta(days=37),
    reply="网友：您好！您反映的问题收悉，现答复如下：已派人修好。",
    unit="路灯所",
    closeness=0.4,
)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("已修好。", "已修好。"),
        (LAMP.reply, "已派人修好。"),
        ("来信收悉，现将有关情况回复如下: 网友您好！答复如下：一、已修好。", "一、已修好。"),
        ("您好！答复如下：", "您好！答复如下："),
        ("已修好。" + "好" * 300 + "如下：再见", "已修好。" + "好" * 300 + "如下：再见"),
        ("", ""),
    ],
    ids=["at once", "after its opening", "after two openings", "nothing else", "far down", "nothing"],
)
def test_an_answer_begins_where_it_says_something(reply: str, said: str) -> None:
    assert answered.gist(reply) == said


@pytest.mark.parametrize(
    ("precedent", "zh", "en"),
    [
        (LAMP, "10月17日，用了3天（路灯所）", "17 Oct, after 3 days (路灯所)"),
        (
            replace(LAMP, since=LAMP.replied_at - timedelta(hours=11), unit=""),
            "10月17日，用了1天",
            "17 Oct, after 1 day",
        ),
        (
            replace(LAMP, since=LAMP.replied_at - timedelta(hours=9), unit=""),
            "10月17日，当天",
            "17 Oct, the same day",
        ),
    ],
    ids=["days and unit", "one day begun before midnight", "the same day"],
)
def test_days_are_those_of_the_calendar(precedent: Precedent, zh: str, en: str) -> None:
    assert answered.summary(precedent, NOW, ZONE, ZH) == zh
    assert answered.summary(precedent, NOW, ZONE, EN) == en


LATE = replace(RECORD, kind=Kind.REPLY_OVERDUE, subject="路灯", waits_since=NOW - timedelta(days=16))


def mail(*precedents: Precedent, words: Words = ZH) -> str:
    return text_of(alert(LATE, context=replace(CONTEXT, precedents=precedents), words=words), words)


def test_a_mail_about_a_late_answer_says_how_the_like_was_answered() -> None:
    said = mail(LAMP, replace(LAMP, title="路灯不亮", link="number:5"))

    assert "【以前是怎么答的】\n来信：“东苑小区路灯坏了”\n" in said
    assert "答复：10月17日，用了3天（路灯所）：“已派人修好。”\n原文：https://www.agency.example/17.html\n" in said
    assert "来信：“路灯不亮”" in said
    assert "原文：留言编号 5\n" in said
    assert said.index("基本情况") < said.index("以前是怎么答的") < said.index("怎样回应")
    said = "Message: “东苑小区路灯坏了”\nAnswered: 17 Oct, after 3 days (路灯所): “已派人修好。”\n"
    assert said in mail(LAMP, words=EN)


def test_where_nothing_alike_was_answered_the_mail_says_nothing_of_it() -> None:
    assert "以前是怎么答的" not in mail()


def test_a_link_can_be_followed_and_a_number_cannot() -> None:
    context = replace(CONTEXT, precedents=(LAMP, replace(LAMP, link="number:5")))

    assert LAMP.link in Page(render(alert(LATE, context=context), ZH).html).links
    assert "number:5" not in render(alert(LATE, context=context), ZH).html
    facts = answered.section((LAMP,), CONTEXT, ZH)[0].blocks[0]
    assert isinstance(facts, Facts)
    assert facts.pairs[-1] == ("原文", Link(LAMP.link))


@given(HOSTILE, HOSTILE, HOSTILE)
def test_whatever_was_asked_and_answered_stays_one_line_and_text(title: str, reply: str, unit: str) -> None:
    found = replace(LAMP, title=title, reply=reply * 9, unit=unit)
    for words in WORDS.values():
        letter = alert(LATE, reason=Reason.OPENED, context=replace(CONTEXT, precedents=(found,)), words=words)
        agrees(letter, words)
        assert Page(render(letter, words).html).tags <= {
            *("html", "head", "meta", "title", "body", "div", "p", "h2", "table", "tr", "td", "a", "code", "ul", "li")
        }
