"""Bytes into text: the right rule wins, and nothing is lost without being counted."""

import codecs

import pytest

from demo.encodings import SAMPLES
from monitor.decoding import Decoded, decode

LETTER = "市民来信：东湖路三盏路灯不亮，请尽快派人修理。"
FRENCH = "été à la plage, garçon"
RUSSIAN = "Привет, мир, сегодня хорошая погода"
JAPANESE = "日本語のテストです"
BINARY = b"\xff\0\x80" * 200


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_the_title_survives_every_label(sample):
    decoded = decode(sample.body, sample.content_type)

    assert sample.rule == decoded.rule
    assert sample.title in decoded.text
    assert decoded.text.count("\ufffd") == decoded.replaced


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        pytest.param(b"", "", Decoded("", "utf-8"), id="nothing"),
        pytest.param(b"plain", "text/plain; charset=us-ascii", Decoded("plain", "utf-8"), id="ascii"),
        pytest.param(b"a\0b", "", Decoded("a\0b", "utf-8"), id="a NUL is no UTF-16"),
        pytest.param(FRENCH.encode("latin-1"), "text/html; charset=iso-8859-1", Decoded(FRENCH, "header"), id="latin"),
        pytest.param(
            RUSSIAN.encode("cp1251"), "text/html; charset=windows-1251", Decoded(RUSSIAN, "header"), id="russian"
        ),
        pytest.param(
            JAPANESE.encode("shift_jis"), 'text/html; charset="Shift_JIS"', Decoded(JAPANESE, "header"), id="japanese"
        ),
        pytest.param(JAPANESE.encode("shift_jis"), "charset=X-SJIS", Decoded(JAPANESE, "header"), id="x-sjis"),
        pytest.param(RUSSIAN.encode("cp1251"), "", Decoded(RUSSIAN, "detected"), id="guessed"),
        pytest.param(LETTER.encode("gbk"), "text/html; charset=utf-7", Decoded(LETTER, "gb18030"), id="no utf-7"),
        pytest.param(LETTER.encode("gbk"), "text/html; charset=rot13", Decoded(LETTER, "gb18030"), id="no text codec"),
        pytest.param(LETTER.encode("gbk"), "charset=latin1; charset=gbk", Decoded(LETTER, "header"), id="latin first"),
        pytest.param("<a>中".encode()[:-1], "charset=utf8", Decoded("<a>\ufffd", "utf-8-repaired", 1), id="cut"),
        pytest.param(b"\xff\xfe\x00\xd8\x00\xd8", "", Decoded("��\0�\0�", "replaced", 4), id="false UTF-16 mark"),
    ],
)
def test_decode(body, content_type, expected):
    assert expected == decode(body, content_type)


@pytest.mark.parametrize(
    "head",
    [
        '<meta charset="gbk">',
        "<meta charset=gb2312>",
        "<META http-equiv='Content-Type' content='text/html; charset=GB2312'>",
        '<html>\n<head>\n<meta name="x"><meta content="text/html;charset=gbk" http-equiv="content-type"/>',
    ],
)
def test_a_page_declares_its_encoding(head):
    """httpx looks at the header only."""
    decoded = decode(f"{head}<title>{LETTER}</title>".encode("gbk"), "text/html")

    assert (decoded.rule, decoded.replaced) == ("declaration", 0)
    assert LETTER in decoded.text


@pytest.mark.parametrize(
    ("head", "content_type", "encoding", "rule"),
    [
        pytest.param("<meta charset=gb2312>", "text/html", "utf-8", "utf-8-mislabelled", id="meta"),
        pytest.param("<meta charset=big5>", "text/html", "utf-8", "utf-8-mislabelled", id="meta of Taiwan"),
        pytest.param("<meta charset=utf-8>", "text/html; charset=gbk", "utf-8", "utf-8-mislabelled", id="header"),
        pytest.param("<meta charset=gbk>", "text/html; charset=utf-8", "utf-8", "utf-8", id="the header wins"),
        pytest.param("<meta charset=gbk>", "text/html; charset=utf-8", "gbk", "header-mislabelled", id="and loses"),
        pytest.param("<meta charset=gbk>", "charset=iso-8859-1", "gbk", "declaration", id="a server's own"),
        pytest.param("", "text/html; charset=gbk; charset=utf-8", "utf-8", "utf-8", id="said twice"),
        pytest.param("<!-- <meta charset=gbk> -->", "text/html", "utf-8", "utf-8", id="in a comment"),
        pytest.param("<!-- <meta charset=gbk>", "text/html", "utf-8", "utf-8", id="in one that doesn't end"),
        pytest.param("", "application/json; charset=gbk", "utf-8", "utf-8", id="json knows no label"),
        pytest.param("<meta charset=ascii>", "text/html", "utf-8", "utf-8", id="no encoding we know"),
    ],
)
def test_a_label_that_lies_is_seen(head, content_type, encoding, rule):
    decoded = decode(f"{head}<title>{LETTER}</title>".encode(encoding), content_type)

    assert (decoded.rule, LETTER in decoded.text) == (rule, True)


@pytest.mark.parametrize("text", ["停水通知", "停水通知，市水务", "<title>停水通知</title>", "停"])
@pytest.mark.parametrize("label", ["text/html; charset=gb2312", "charset=utf-8; charset=gbk"])
def test_what_is_utf_8_by_chance_is_believed_to_be_what_it_says(text, label):
    """All bytes of 停水通知 in GB 2312 are UTF-8 for letters nobody meant."""
    assert decode(text.encode("gbk"), label) == Decoded(text, "header")
    assert decode(text.encode(), label).text == text


@pytest.mark.parametrize("text", ["<html><body>Plain &copy; &#36335;&#28783;</body></html>", "<p>© 2026 · 路</p>"])
@pytest.mark.parametrize("label", ["gbk", "gb2312", "big5", "shift_jis"])
def test_what_reads_the_same_in_any_encoding_is_no_lie(text, label):
    """A few marks beyond ASCII may be chance."""
    assert decode(text.encode(), f"text/html; charset={label}").rule == "utf-8"


def test_a_declaration_far_down_is_none():
    decoded = decode(b" " * 5000 + b"<meta charset=big5>" + LETTER.encode("gbk"))

    assert decoded.rule == "gb18030"


def test_one_bad_character_does_not_turn_the_rest_into_another_alphabet():
    """A CMS cuts summaries by bytes."""
    bad = LETTER.encode("gb18030").replace("修".encode("gbk"), b"\x80\x20")

    decoded = decode(b"<p>" + LETTER.encode("gbk") + bad, "text/html; charset=gbk")

    assert decoded.rule == "header"
    assert decoded.text.startswith(f"<p>{LETTER}市民来信")
    assert decoded.replaced == decoded.text.count("\ufffd") > 0


def test_what_is_no_text_is_counted():
    decoded = decode(BINARY)

    assert decoded.rule == "replaced"
    assert decoded.replaced > 100


def test_the_mark_goes_whatever_carried_it():
    assert decode(codecs.BOM_UTF8 + b"<rss/>").text == "<rss/>"
    assert decode("\ufeff<rss/>".encode("gb18030")).text == "<rss/>"


def test_hostile_labels_cost_nothing():
    label = "text/html" + "; charset=" * 100_000 + "x" * 100_000

    assert decode(LETTER.encode(), label).text == LETTER
    assert decode(b"<?xml " * 100_000 + b"\xff").replaced <= 1


EBCDIC = '<?xml version="1.0" encoding="{}"?><rss><channel><item><title>Été [1]!</title></item></channel></rss>'


@pytest.mark.parametrize("name", ["cp037", "cp500", "ebcdic-cp-be", "IBM1140"])
def test_the_members_of_the_ebcdic_family_are_told_apart(name):
    """They differ in "!" and "[", so one read as another is no XML."""
    decoded = decode(EBCDIC.format(name).encode(name))

    assert decoded == Decoded(EBCDIC.format(name), "declaration")


def test_ebcdic_that_names_nothing_known_is_the_commonest():
    assert decode(EBCDIC.format("nonsense").encode("cp037")).text == EBCDIC.format("nonsense")


NOTICE_JA = "本日の給水停止についてお知らせします。ご不便をおかけしますが、ご理解とご協力をお願い申し上げます。"
NOTICE_KO = "오늘 상수도 공사로 인한 단수를 안내하여 드립니다. 시민 여러분의 깊은 이해와 협조를 부탁드립니다."
NOTICE_TW = "東湖路路燈不亮已經三天，請派人查看。今日因管線工程停止供水，造成不便之處，敬請市民見諒，詳見公告。"
STRANGERS = {"shift_jis": NOTICE_JA, "euc_jp": NOTICE_JA, "euc_kr": NOTICE_KO, "big5": NOTICE_TW}


@pytest.mark.parametrize("encoding", STRANGERS)
def test_other_languages_that_fit_gb18030_are_not_taken_for_chinese(encoding):
    letter = f"<rss><channel><item><title>{STRANGERS[encoding]}</title></item></channel></rss>"

    assert decode(letter.encode(encoding)) == Decoded(letter, "detected")


def test_chinese_without_a_frequent_character_stays_chinese():
    """Names and places, not enough of them to tell."""
    places = "沙坪坝区歌乐山镇、綦江区篆塘镇、涪陵区"

    assert decode(places.encode("gbk")) == Decoded(places, "gb18030")
