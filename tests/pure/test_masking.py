"""The door: lengths never change, nothing passes unmasked, spans stay valid."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.finding import Document, Kind
from monitor import masking
from monitor.model import Surface

KEY = b"k" * 32
ID, MOBILE, CARD = "210726196411200006", "18834344554", "6212260000998033245"
LEAK = f"姓名：李桂香，身份证号{ID}，手机{MOBILE}，密码：Qy7!mw2_fang"


def test_numbers_names_and_secrets_are_masked_character_by_character():
    masked = masking.door(Document(LEAK), Surface.PUBLIC).document.text

    assert masked == "姓名：李**，身份证号210*************06，手机188******54，密码：************"
    assert len(masked) == len(LEAK)


def test_title_and_url_are_masked_too():
    document = Document("见附件", f"公示 {ID}", None, f"http://a.example/detail?idcard={ID}&year=2024")
    masked = masking.door(document, Surface.PUBLIC)

    assert ID not in masked.document.title + masked.document.url
    assert len(masked.document.url) == len(document.url)
    assert {found.field for found in masked.findings} >= {"title", "url"}


def test_a_private_surface_is_masked_without_findings():
    masked = masking.door(Document(LEAK), Surface.PRIVATE)

    assert ID not in masked.document.text
    assert masked.findings == ()


@pytest.mark.parametrize("surface", Surface)
@pytest.mark.parametrize(
    "text",
    [
        f"电梯坏了，我的手机{MOBILE}",
        "楼上漏气，电话一八八三四三四四五五四",
        "家里电话 5551234，随时有人",
        "座机０５５５－５５５１２３４",
        "（0555）55512345",
        "0555 5551234",
        "请回电话：5551234。",
    ],
)
def test_a_telephone_number_that_was_left_is_known_after_masking(text, surface):
    assert masking.door(Document(text), surface).telephone
    assert masking.door(Document("煤气味", text), surface).telephone


@pytest.mark.parametrize(
    "text",
    [
        "",
        "打了 12345 和 119 都没人接",
        f"身份证{ID}",
        f"卡号{CARD}",
        "电话打不通。5551234 号桩往北",
        "欠费 5551234 元，电话费",
        "订单 0555555123456789",
        "电话局赔了5551234元",
    ],
)
def test_other_numbers_are_no_telephone(text):
    assert not masking.door(Document(text, url=f"http://a.example/{MOBILE}?tel={MOBILE}"), Surface.PUBLIC).telephone


def test_excerpts_show_nothing_that_another_classifier_found():
    masked = masking.door(Document(LEAK), Surface.PUBLIC)

    for found in masked.findings:
        assert not any(secret in found.excerpt for secret in (ID, MOBILE, "Qy7", "李桂香"))


def test_spans_are_valid_in_original_and_stored_text():
    masked = masking.door(Document(LEAK), Surface.PUBLIC)

    for found in masked.findings:
        assert LEAK[found.start : found.end] == found.match
        assert "*" in masked.document.text[found.start : found.end]


def test_a_page_is_stored_as_what_is_visible_and_its_source_is_judged():
    html = f"<p>名单<b>已通过</b></p><td title='{ID}'>张**</td><!-- {MOBILE} 手机 -->"
    masked = masking.door(Document(html=html), Surface.PUBLIC)

    assert masked.document.html is None
    assert "名单" in masked.document.text
    hidden = [found for found in masked.findings if found.start is None]
    assert hidden
    assert all(found.where and ID not in found.excerpt for found in hidden)


def test_what_a_public_page_hides_is_found_before_its_source_is_dropped():
    page = Document("通知", html="<p>通知</p><div style='opacity:0'><a href='http://stove.example/'>煤炉</a></div>")

    (found,) = masking.door(page, Surface.PUBLIC).findings
    assert (found.kind, found.field, found.where) == (Kind.HIDDEN_LINK, "html", "div")
    assert masking.door(page, Surface.PRIVATE).findings == ()
    assert masking.door(page, Surface.PUBLIC, frozenset({"stove.example"})).findings == ()


def test_a_page_with_its_text_given_keeps_that_text():
    masked = masking.door(Document("只有这句", html=f"<p>别的 {ID}</p>"), Surface.PUBLIC)

    assert masked.document.text == "只有这句"


def test_single_strings():
    assert masking.mask_text(f"{ID}.xlsx").count("*") == 13
    assert masking.mask_text("名单.xlsx") == "名单.xlsx"


@pytest.mark.parametrize(
    ("external_id", "kept"), [("tag:a.example,2026:1", True), (f"/detail?idcard={ID}", False), ("x" * 400, False)]
)
def test_an_identity_that_tells_too_much_becomes_a_digest(external_id, kept):
    identity = masking.identity(KEY, external_id)

    assert (identity == external_id) is kept
    assert identity == masking.identity(KEY, external_id)
    assert len(identity) < 310


def test_the_digest_of_a_match_is_of_what_is_meant():
    def digest(text, key=KEY):
        (found, *_) = masking.door(Document(text), Surface.PUBLIC).findings
        return masking.match_digest(key, found)

    assert (
        digest(f"手机 {MOBILE} 请联系")
        == digest("手机 188 3434 4554 请联系")
        == digest("手机 １８８３４３４４５５４ 请联系")
    )
    assert digest(f"手机 {MOBILE} 请联系") != digest("手机 18834344555 请联系")
    assert digest(f"手机 {MOBILE} 请联系") != digest(f"手机 {MOBILE} 请联系", b"x" * 32)


def test_a_version_is_its_normalised_text():
    version = masking.version_digest(KEY, "标题", "内容 一")

    assert version == masking.version_digest(KEY, " 标题\n", "内容\u3000 一 ")
    assert version != masking.version_digest(KEY, "标题", "内容 二")
    assert version != masking.version_digest(KEY, "标题内容", "一")
    assert len(masking.version_digest(KEY, "\ud800", "\0")) == 64


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_lengths_never_change(text):
    masked = masking.door(Document(text, text, None, text), Surface.PUBLIC).document

    assert (len(masked.text), len(masked.title), len(masked.url)) == (len(text),) * 3


@pytest.mark.parametrize(
    "text", [LEAK, f"卡号 {CARD}", f"手机 {MOBILE}", "我的手机是幺八八三四三四四五五四", f"a=1&idcard={ID}"]
)
def test_what_has_passed_the_door_raises_nothing_at_it_again(text):
    first = masking.door(Document(text), Surface.PUBLIC)

    assert first.findings
    assert [found for found in masking.door(first.document, Surface.PUBLIC).findings if found.score >= 0.5] == []


def test_a_file_is_known_by_its_bytes_however_they_come():
    whole = masking.content_digest(KEY, [b"abcdef"])

    assert whole == masking.content_digest(KEY, [b"abc", b"", b"def"])
    assert whole != masking.content_digest(KEY, [b"abcdeg"])
    assert whole != masking.content_digest(b"other", [b"abcdef"])
