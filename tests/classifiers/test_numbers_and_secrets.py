"""``personal_data`` and ``credential`` on labelled cases, on every notation, and on hostile text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import ric

from classifiers import credential, personal_data
from classifiers.finding import Document, Kind
from tests.classifiers.scoring import THRESHOLD, cases, wrong

FINDERS = [(personal_data.find, Kind.PERSONAL_DATA), (credential.find, Kind.CREDENTIAL)]


@pytest.mark.parametrize(
    ("find", "kind", "name", "missed", "false"),
    [
        (personal_data.find, "personal_data", "personal_data", 0, 0),
        (personal_data.find, "personal_data", "personal_data_held", 0, 0),
        (personal_data.find, "personal_data", "personal_data_more", 0, 0),
        (personal_data.find, "personal_data", "personal_data_fresh", 0, 0),
        (personal_data.find, "personal_data", "personal_data_blind", 0, 0),
        (personal_data.find, "personal_data", "personal_data_blind2", 0, 0),
        (credential.find, "credential", "credential", 0, 0),
        (credential.find, "credential", "credential_held", 0, 0),
        (credential.find, "credential", "credential_more", 0, 0),
        (credential.find, "credential", "credential_fresh", 0, 0),
        (credential.find, "credential", "credential_blind", 0, 0),
        (credential.find, "credential", "credential_blind2", 4, 0),
        (credential.find, "credential", "credential_blind3", 0, 0),
        (credential.find, "credential", "credential_blind4", 0, 0),
        (credential.find, "credential", "credential_blind5", 0, 0),
        (credential.find, "credential", "credential_blind6", 0, 0),
        (credential.find, "credential", "credential_blind7", 1, 0),
        (credential.find, "credential", "credential_blind8", 0, 0),
        (credential.find, "credential", "credential_blind9", 0, 0),
        (credential.find, "credential", "credential_blind10", 1, 0),
        (credential.find, "credential", "credential_blind11", 1, 0),
        (credential.find, "credential", "credential_families", 25, 0),
        (credential.find, "credential", "secret_pages", 0, 0),
    ],
)
def test_labelled_cases(find, kind, name, missed, false):
    """A blind set is written before it is measured; then its errors are read, and what generalises is mended.

    At first sight (precision, recall): ``credential_blind4`` 1.000, 0.970; ``credential_blind5``, of longer and
    stranger texts, 0.980, 0.833; ``credential_blind6``, after both, 0.983, 0.967; ``credential_blind7``, after
    the first of ``credential_families`` (no blind set: what was tried while mending), 1.000, 0.860;
    ``credential_blind8``, after the rest of them, 1.000, 0.925; ``credential_blind9``, of short and plain lines,
    1.000, 1.000; ``credential_blind10``, in the manner of the first suite, 0.974, 0.950; ``credential_blind11``
    1.000, 0.980.
    """
    misses, alarms = wrong(find, kind, name)

    assert len(misses) <= missed, misses
    assert len(alarms) <= false, alarms


@pytest.mark.parametrize(("find", "kind"), FINDERS)
def test_an_opinion_is_never_a_finding(find, kind):
    assert wrong(find, kind, "opinions") == ([], [])


def test_a_case_file_is_not_empty():
    assert len(cases("opinions")) == 120
    assert sum(bool(case["expect"]) for case in cases("personal_data_more")) > 100


def best(text):
    return max((found.score for found in personal_data.find(Document(text))), default=0)


DIGITS = st.text("0123456789", min_size=8, max_size=8)
WORDS = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
FULL = {str(n): chr(0xFF10 + n) for n in range(10)}
NOTATIONS = {
    "plain": lambda number: number,
    "spaced": lambda number: f"{number[:3]} {number[3:7]} {number[7:]}",
    "dashed": lambda number: f"{number[:3]}-{number[3:7]}-{number[7:]}",
    "full width": lambda number: "".join(FULL.get(digit, digit) for digit in number),
    "in words": lambda number: "".join(WORDS.get(digit, digit) for digit in number),
    "zero width": lambda number: "\u200b".join(number),
}


@pytest.mark.parametrize("notation", NOTATIONS)
@given(head=st.sampled_from(["138", "150", "186", "177", "199"]), tail=DIGITS)
@settings(max_examples=40, deadline=None)
def test_a_labelled_mobile_is_found_in_every_notation(notation, head, tail):
    number = NOTATIONS[notation](head + tail)

    if len(set(tail)) > 3:  # 13800000000 and the like are samples
        assert best(f"我的手机号是{number}，请联系我") >= THRESHOLD, number


@given(
    area=st.sampled_from(["330106", "110105", "440224", "511725", "210726"]),
    year=st.integers(1940, 2010),
    month=st.integers(1, 12),
    day=st.integers(1, 28),
    serial=st.integers(1, 999),
)
@settings(max_examples=80, deadline=None)
def test_a_resident_number_is_found_whoever_it_belongs_to(area, year, month, day, serial):
    body = f"{area}{year}{month:02}{day:02}{serial:03}"
    number = body + ric.calc_check_digit(body + "0")

    assert best(f"名单：{number}，已通过") >= THRESHOLD
    assert best(f"名单：{''.join(FULL.get(digit, digit) for digit in number)}，已通过") >= THRESHOLD


def test_findings_point_at_what_they_mean():
    text = "😀退款请打到卡上 6212260000998033245 农行"
    (found, *_) = personal_data.find(Document(text))

    assert text[found.start : found.end] == "6212260000998033245"
    assert found.match == "6212260000998033245"
    assert "6212260000998033245" not in found.excerpt
    assert repr(found).count("6212260000998033245") == 0


def test_a_name_alone_is_no_finding_and_beside_a_number_it_is_found_for_masking():
    assert personal_data.find(Document("姓名：李桂香，请到窗口办理")) == []
    rules = {found.rule: found for found in personal_data.find(Document("姓名：李桂香，身份证号210726196411200006"))}
    assert rules["name"].match == "李桂香"
    assert rules["name"].score < THRESHOLD


def test_a_number_in_the_source_of_a_page_has_a_place():
    html = "<table><tr><td>张**</td><td title='210726196411200006'>已通过</td></tr></table>"
    (found,) = personal_data.find(Document(html=html))

    assert (found.start, found.end, found.field) == (None, None, "html")
    assert "td" in found.where


def test_a_secret_in_the_source_of_a_page_has_a_place():
    html = "<html><body><!-- 后台 账号 admin 密码 Qy7!mw2_fang --><p>欢迎</p></body></html>"
    found = credential.find(Document(html=html))

    assert found
    assert {each.start for each in found} == {None}
    assert "Qy7" not in found[0].excerpt


HOSTILE = {
    "no spaces": "好" * 300_000,
    "digits": "1" * 100_000,
    "mobiles": "13812341234" * 20_000,
    "spaced digits": " 1" * 100_000,
    "labels": "密码：" * 100_000,
    "names": "姓名：" * 100_000,
    "letters": "a" * 300_000,
    "equals": "password=" * 30_000,
    "nul": "\0" * 300_000,
    "planes": "".join(chr(code) for code in range(0, 0x110000, 5)),
    "words of digits": "一二三四五六七八九〇" * 30_000,
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize(("find", "kind"), FINDERS)
def test_hostile_text_is_survived(find, kind, name):
    """Anything quadratic would not end."""
    assert {found.kind for found in find(Document(HOSTILE[name]))} <= {kind}
