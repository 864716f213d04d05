"""A letter says the same in text and HTML, and nothing of a stranger's making gets into either."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import messages
from monitor.letter import Facts, Letter, Phone, Section, clean, render, subject_line
from monitor.model import Message
from tests.letters import (
    BROKEN,
    CONTEXT,
    HOSTILE,
    RECORD,
    SEEN,
    WORDS,
    ZH,
    Page,
    agrees,
    alert,
    text_of,
)


@settings(max_examples=60)
@given(values_=st.lists(HOSTILE, min_size=6, max_size=6))
def test_hostile_values_change_neither_text_nor_html(values_: list[str]) -> None:
    title, excerpt, link, platform, agency, detail = values_
    record = replace(RECORD, subject=title, locator=link)
    context = replace(
        CONTEXT, agency=agency, platforms={"board": platform}, health=replace(BROKEN, detail=detail, title=title)
    )
    letter = alert(record, (replace(SEEN, excerpt=excerpt, where=detail),), context=context)
    message = render(letter, ZH)
    plain = Page(render(alert(), ZH).html)

    agrees(letter, ZH)
    assert Page(message.html).tags <= plain.tags
    assert Page(message.html).attributes <= plain.attributes
    assert message.text.count("\n") <= text_of(alert()).count("\n")
    assert message.text.encode("utf-8")
    assert message.html.encode("utf-8")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "收件箱 2026-11-20", " https://a.example"])
def test_only_web_addresses_can_be_clicked(url: str) -> None:
    page = Page(render(alert(replace(RECORD, locator=url)), ZH).html)

    assert page.links == []
    assert clean(url) in page.shown


def test_a_link_shows_where_it_leads_and_cant_break_out() -> None:
    url = 'https://board.agency.example/?a=1&b="><script>'
    message = render(alert(replace(RECORD, locator=url)), ZH)

    assert Page(message.html).links == [url]
    assert f">{html.escape(url)}</a>" in message.html


def test_the_page_loads_nothing() -> None:
    page = render(alert(), ZH).html

    assert not re.search(r"<(?:img|script|link|iframe|style|object|base|form)|src=|url\(|@import", page)
    assert re.findall(r"https?://[^\"<]+", page) == [RECORD.locator] * 2


@given(text=HOSTILE)
def test_cleaning_is_idempotent_and_bounded(text: str) -> None:
    once = clean(text, 30)

    assert clean(once, 30) == once
    assert len(once) <= 30


def test_cleaning_a_megabyte_is_quick_because_it_is_cut_first() -> None:
    assert clean("\u202e甲" * 500_000) == "甲" * 1999 + "…"
    assert clean(" \r\n a\u3000 b\u200b\ud800 ") == "a b"
    assert subject_line("x" * 121) == "x" * 119 + "…"


# repeats


@pytest.mark.parametrize("language", WORDS)
def test_a_repeat_is_marked_where_everybody_sees_it(language: str) -> None:
    words = WORDS[language]
    message = render(alert(words=words), words)
    marked = messages.repeated(message, words)
    notice = words.say("repeat.first")

    assert marked.subject == words.say("repeat.subject", subject=message.subject)
    assert marked.text == f"{notice}\n\n{message.text}"
    assert Page(marked.html).shown == [notice, *Page(message.html).shown]
    assert marked.html.replace("\n", "").startswith("<!DOCTYPE html>")


def test_a_repeat_of_a_bare_page_is_marked_too() -> None:
    assert ZH.say("repeat.first") in messages.repeated(Message("s", "t", "no body"), ZH).html


NUMBER = "+86 0000-555\"<01'00>"


def test_a_telephone_number_can_be_tapped_and_is_escaped() -> None:
    letter = Letter(subject="s", first="f", sections=(Section("", (Facts((("a", Phone(NUMBER)),)),)),), footer="e")
    message = render(letter, ZH)

    assert Page(message.html).links == ["tel:+8600005550100"]
    assert NUMBER in Page(message.html).shown
    assert f"a：{NUMBER}" in message.text
