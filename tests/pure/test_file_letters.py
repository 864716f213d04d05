"""What people are told of files: which one, on which page, where in it; and which could not be read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given

from monitor import messages
from monitor.digest import summarise
from monitor.letter import Letter
from monitor.model import Period
from monitor.summary import UnreadFile
from monitor.weekly import FILES
from tests.letters import CONTEXT, DUTY, EN, HOSTILE, NOW, RECORD, SEEN, WORDS, ZH, ZONE, agrees, alert, text_of

PAGE = "https://www.agency.example/n/1.html"
FILE = replace(
    RECORD, subject="配租名单.xlsx", locator="https://www.agency.example/n/a.xlsx", page="配租公示", page_link=PAGE
)
CELL = replace(SEEN, where="名单!C7", start=None, end=None)


def test_the_first_line_names_the_file() -> None:
    assert alert(FILE, seen=(CELL,)).first.startswith("“市民留言板”的附件“配租名单.xlsx”上公开了市民的个人信息")
    assert alert(FILE, seen=(CELL,), words=EN).first.startswith(
        "Citizens' personal data stands in public on “市民留言板”, in the file “配租名单.xlsx”"
    )


@pytest.mark.parametrize("language", WORDS)
def test_page_place_and_number_are_said(language: str) -> None:
    words = WORDS[language]
    letter = alert(FILE, seen=tuple(replace(CELL, where=f"名单!C{n}") for n in range(9)), words=words)
    text = text_of(letter, words)

    agrees(letter, words)
    assert words.count("alert.seen_in_file", 9) in text
    assert "名单!C0" in text
    assert words.count("alert.more", 4) in text
    assert f"{words.say('alert.file')}{words.say('marks.colon')}配租名单.xlsx" in text
    assert "配租公示" in text
    assert PAGE in text


def test_a_page_without_a_title_is_named_by_its_address() -> None:
    text = text_of(alert(replace(FILE, page=""), seen=(CELL,)), ZH)

    assert ZH.say("alert.page") not in text
    assert PAGE in text


@given(HOSTILE, HOSTILE)
def test_whatever_a_file_is_called_the_letter_stands(name: str, where: str) -> None:
    agrees(alert(replace(FILE, subject=name, page=name), seen=(replace(CELL, where=where),)), ZH)


def weekly(*unread: UnreadFile, language: str = "zh") -> Letter:
    summary = summarise(
        period=Period(NOW - timedelta(days=7), NOW),
        zone=ZONE,
        now=NOW,
        open_records=(),
        opened=({}, {}, {}),
        platforms=(),
        unread=unread,
    )
    return messages.digest(summary, DUTY, CONTEXT, WORDS[language])


def test_the_digest_lists_files_that_could_not_be_read_and_counts_why() -> None:
    many = [UnreadFile(platform="board", name=f"{n}.pdf", error="pictures") for n in range(FILES + 3)]
    letter = weekly(*many, UnreadFile(platform="board", name="a.xlsx", error="http_403"))
    text = text_of(letter, ZH)

    agrees(letter, ZH)
    assert f"有{FILES + 4}个没能读出（图片或扫描件{FILES + 3}个、对方拒绝访问1个）" in text
    assert f"- {FILES - 1}.pdf（市民留言板）：图片或扫描件" in text
    assert f"{FILES}.pdf" not in text


def test_in_english_one_is_one() -> None:
    text = text_of(weekly(UnreadFile(platform="board", name="a.pdf", error="encrypted"), language="en"), EN)

    assert "1 attachment that appeared this week could not be read (has a password: 1)" in text


def test_a_week_in_which_all_could_be_read_says_nothing_of_files() -> None:
    assert ZH.say("digest.files") not in text_of(weekly(), ZH)
