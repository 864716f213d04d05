"""How much is done: counted in calls, never in time, so that a busy machine disturbs nothing.

What most texts are costs next to nothing, and twice a hostile text costs twice the work.
"""

import importlib
import pkgutil
import random
import re
import sys
from re._constants import BRANCH, MAX_REPEAT, MAXREPEAT, MIN_REPEAT, SUBPATTERN

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.cn import ric

import classifiers
from classifiers import (
    credential,
    credential_commands,
    credential_forms,
    credential_labels,
    late,
    names,
    numbers,
    personal_data,
)
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
    """Calls of functions, of Python's and of C's, once the patterns are compiled."""
    do(*given)
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


def test_labels_far_from_anything_that_may_be_a_secret_are_passed_over():
    far = "密码" + "好" * 200
    assert credential.see(passage(far + "Qy7!mw2_fang")) == []

    assert calls(credential.see, passage(far * 100 + "Qy7!mw2_fang")) <= 5 * 100 + 200


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


def patterns(value):
    """All late patterns in a value of a module."""
    if isinstance(value, late._Late):
        yield value
    elif isinstance(value, tuple | list):
        for each in value:
            yield from patterns(each)
    elif isinstance(value, dict):
        yield from patterns([*value.values()])


LATE = [
    (module.name, pattern)
    for module in pkgutil.iter_modules(classifiers.__path__, "classifiers.")
    if not module.ispkg
    for pattern in patterns([*vars(importlib.import_module(module.name)).values()])
]


def test_every_late_pattern_can_be_compiled():
    assert len(LATE) > 150
    for _, pattern in LATE:
        re.compile(pattern.pattern, pattern.flags)


def test_a_pattern_is_compiled_once_and_when_it_is_needed(monkeypatch):
    compiled = []
    monkeypatch.setattr(late.re, "compile", lambda *given: compiled.append(given) or original(*given))
    pattern = late.late("a(b)", re.IGNORECASE)
    assert compiled == []

    assert pattern.sub("", "xABy") == "xy"
    assert pattern.search("AB")[1] == "B"
    assert (pattern.pattern, pattern.flags) == ("a(b)", re.IGNORECASE)
    assert compiled == [("a(b)", re.IGNORECASE)]
    with pytest.raises(AttributeError):
        pattern.scanner  # noqa: B018


@pytest.mark.parametrize("row", credential_labels._LABEL, ids=lambda row: row[0])
@given(data=st.data())
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_label_stands_without_its_words(row, data):
    _, words, pattern = row
    lowered = data.draw(st.from_regex(re.compile(pattern.pattern)))

    assert any(word in lowered for word in words)


original = re.compile


@given(st.from_regex(names._NAME, fullmatch=True))
def test_a_name_begins_with_what_may_begin_one(name):
    assert name[0] in names._MAY_BEGIN


@given(st.integers(0, 999))
def test_the_check_digit_of_a_resident_number_is_that_of_the_library(serial):
    number = f"11010519800101{serial:03}"
    number += ric.calc_check_digit(number + "0")

    assert numbers.is_resident(number)
    assert not any(numbers.is_resident(number[:-1] + other) for other in "0123456789X".replace(number[-1], ""))


GATED = [*credential_forms.FORMS, *credential_commands.COMMANDS, *credential_commands.INSERTS]


def backs_off(parsed, last=True):
    """The repetitions without an end that may be taken back, because something must follow them."""
    for place, (what, parts) in enumerate(parsed):
        ends = last and place == len(parsed) - 1
        if what in (MAX_REPEAT, MIN_REPEAT):
            yield from [parts] * (parts[1] is MAXREPEAT and not ends)
            yield from backs_off(parts[2], False)
        elif what is SUBPATTERN:
            yield from backs_off(parts[3], ends)
        elif what is BRANCH:
            for branch in parts[1]:
                yield from backs_off(branch, ends)


@pytest.mark.parametrize("row", GATED, ids=lambda row: row.words[0])
def test_no_repetition_without_an_end_is_taken_back(row):
    assert not [*backs_off(re._parser.parse(row.expression))]


def test_a_long_word_like_a_web_token_is_passed_over_at_once():
    assert [*backs_off(re._parser.parse(r"(?:a|(b[\w-]{10,}))c"))]  # what the test before this is for
    (row,) = [row for row in GATED if row.words == ("eyj",)]

    assert len(re.findall(row.expression, "eyJ" * 1000)) == 1
    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3MTkzIn0.Zk3xQ9_vB2mT7pLw4cRs8a"
    assert [found.match for found in credential.find(Document(f"eyJ{'a' * 40} {token}"))] == [token]


@pytest.mark.parametrize("row", GATED, ids=lambda row: row.words[0])
@given(data=st.data())
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_pattern_matches_without_its_words(row, data):
    pattern = re.compile(row.expression)
    folded = fold(data.draw(st.from_regex(pattern)))

    if pattern.search(folded.text):
        assert any(word in folded.ascii for word in row.words)
        assert credential._may_hold(folded.text) or row.words == (".",)  # a key without two letters side by side
