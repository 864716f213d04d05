"""The one letter about what stood there before anybody watched."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from classifiers.finding import Kind
from monitor import firstday
from monitor.letter import render
from monitor.model import Contact
from monitor.summary import Standing
from tests.letters import CONTEXT, WORDS

T = datetime(2026, 10, 1, 2, 0, tzinfo=UTC)
LEAK = Standing(
    item=7,
    kind=Kind.PERSONAL_DATA,
    platform="website",
    subject="资格公示",
    locator="https://www.agency.example/7.html",
    excerpt="身份证号**",
    published_at=T,
)


def letter(standing, language="zh"):
    contact = Contact(name="duty", title="值班员", mail="duty@agency.example", language=language)
    words = WORDS[language]
    return render(firstday.summary(standing, ["website"], contact=contact, context=CONTEXT, words=words), words)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_counts_and_lists_what_stood_there(language):
    message = letter([LEAK, replace(LEAK, item=8, kind=Kind.HAZARD, subject="电梯坠落", published_at=None)], language)

    assert "2" in message.subject
    lines = message.text.splitlines()
    assert lines.index(next(line for line in lines if "#8" in line)) < lines.index(
        next(line for line in lines if "#7" in line)
    )
    assert "资格公示" in message.text
    assert "huiyin adopt" in message.text


def test_what_an_advertisement_says_is_not_repeated():
    assert "代办假证" not in letter([replace(LEAK, kind=Kind.SCAM, subject="代办假证", excerpt="代办假证")]).text


def test_an_untitled_matter_is_known_by_its_excerpt():
    assert "身份证号**" in letter([replace(LEAK, subject="")]).text


def test_many_are_counted_not_listed():
    many = [replace(LEAK, item=n, published_at=T - timedelta(days=n)) for n in range(1, firstday.ROWS + 4)]

    text = letter(many).text

    assert text.count("#") == firstday.ROWS
    assert "另有3件" in text
