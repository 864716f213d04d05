"""How much is done: counted in calls, never in time, so that a busy machine disturbs nothing.

What most texts are costs next to nothing, and twice a hostile text costs twice the work.
"""

import random
import re
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stdnum import luhn

from classifiers import credential, credential_commands, credential_forms, numbers, personal_data
from classifiers.digits import groups
from classifiers.finding import Document
from classifiers.folding import fold
from classifiers.page import Passage
from classifiers.spotting import spots
from monitor import masking
from monitor.model import Surface

SEES = {"personal_data": personal_data.see, "credential": credential.see}
ORDINARY = {
    "a complaint": "我们小区的路灯坏了半个月，晚上走路很不方便，老人孩子都不敢出门，希望尽快派人来修好。" * 5,
    "a question": "请问A市B区2026年的公租房什么时候开始申请？需要带哪些材料，在哪个窗口办理，谢谢！" * 5,
    "amounts and dates": "2026年3月5日缴的物业费1,380.50元，2025年是1,200元，涨了15%，一直没有说明。" * 5,
    "a post": "建议在学校门口（青岚路12号）加装红绿灯，早晚高峰7:30至8:10太挤，孩子过马路不安全。" * 5,
}


def calls(do, *given):
    """Calls of functions, of Python's and of C's."""
    count = 0

    def seen(_frame, event, _argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(seen)
    try:
        do(*given)
    finally:
        sys.setprofile(None)
    return count


def passage(text):
    return Passage(text, fold(text), "text")


@pytest.mark.parametrize("name", ORDINARY)
def test_an_ordinary_message_costs_next_to_nothing(name):
    found = {kind: calls(see, passage(ORDINARY[name])) for kind, see in SEES.items()}

    assert found["credential"] <= 12, found
    assert found["personal_data"] <= 18, found


def repeated(unit):
    return lambda size: (unit * (size // len(unit) + 1))[:size]


def digits_one_by_one(size):
    return " ".join(random.Random(1).choices("0123456789", k=size // 2))


HOSTILE = {
    "no spaces": repeated("好"),
    "digits": repeated("1"),
    "digits one by one": digits_one_by_one,
    "ones with commas": repeated("1,"),
    "a number one by one": repeated("1 3 8 1 2 3 4 1 2 3 4 "),
    "numbers": repeated("手机13912345672，"),
    "numbers with names": repeated("姓名：李桂，210726196411200006，"),
    "numbers in words": repeated("一 三 八 "),
    "papers": repeated("护照"),
    "passwords": repeated("密码：Qy7!mw2_f01\n"),
    "labels": repeated("密码\n"),
    "keys": repeated("secret_key=a1"),
    "quotes": repeated("password='"),
    "addresses": repeated("http://root:Qy7mw2fang@h.example "),
    "pairs": repeated("登录 root/Qy7mw2f "),
    "tables": lambda size: "账号\t密码\n" + repeated("wang\tQy7mw2f\n")(size),
    "commands": repeated("curl -u a:b2c3 "),
    "letters": repeated("a"),
    "hexadecimal": repeated("0123456789abcdef"),
    "nul": repeated("\0"),
    "escapes": repeated("%31"),
    "planes": lambda size: "".join(chr(code * 0x10FFFF // size) for code in range(size)),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("kind", SEES)
def test_twice_a_hostile_text_is_twice_the_work(kind, name):
    once, twice = (calls(SEES[kind], passage(HOSTILE[name](size))) for size in (10_000, 20_000))

    assert twice <= 2.1 * once + 100


def test_every_password_of_a_list_is_found_once():
    text = "".join(f"密码：Qy7!mw2_f{n:04d}\n" for n in range(500))

    assert len(credential.see(passage(text))) == 500


def test_numbers_are_looked_for_only_where_one_may_begin():
    assert list(groups("2026年3月5日，共 1 2 0 0 0 0 0 0 0 0 0 0 元")) == []
    assert list(spots("9" * 100_000)) == []


def test_a_page_is_read_once(monkeypatch):
    read = []
    original = masking.page._read
    monkeypatch.setattr(masking.page, "_read", lambda html: read.append(html) or original(html))
    masking.door(Document(html="<p>名单</p>"), Surface.PRIVATE)

    assert len(read) == 1


@given(st.text("0123456789", min_size=2, max_size=24))
def test_the_check_digit_is_that_of_the_library(number):
    assert numbers.is_card(number) == luhn.is_valid(number)


GATED = [*credential_forms.FORMS, *credential_commands.COMMANDS, *credential_commands.INSERTS]


@pytest.mark.parametrize("row", GATED, ids=lambda row: row.words[0])
@given(data=st.data())
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_pattern_matches_without_its_words(row, data):
    pattern = re.compile(row.expression)
    folded = fold(data.draw(st.from_regex(pattern)))

    if pattern.search(folded.text):
        assert any(word in folded.ascii for word in row.words)
        assert credential._may_hold(folded.text) or row.words == (".",)  # a key without two letters side by side
