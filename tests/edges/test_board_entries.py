"""One page of a message board on a real server: what is read of it, however loosely it was written."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from demo import animals
from demo.zoo import Zoo
from monitor.collectors import board
from monitor.model import Reply
from tests.boards import (
    CLIENT,
    FRESH,
    JSON,
    MORNING,
    answer,
    collected,
    entry,
    mapped,
    numbers,
    only,
    paged,
    platform,
)


def test_the_mapped_fields_become_an_item_and_no_other_is_read():
    item = only({"address": "东苑小区3栋", "replyContent": "<p>已安排</p>", "replyTime": "2026-11-05 09:30:00"})

    assert (item.external_id, item.title, item.text) == ("7", "第7封", "路灯坏了，请来修。")
    assert (item.published_at, item.place, item.message) == (MORNING, "东苑小区3栋", True)
    assert item.reply == Reply(at=datetime(2026, 11, 5, 1, 30, tzinfo=UTC), text="已安排")
    assert item.link == "number:7"
    assert "老赵" not in repr(item)


@pytest.mark.parametrize(
    ("posted", "expected"),
    [
        ("2026-11-03 08:12", MORNING),
        ("2026-11-03T08:12:00+08:00", MORNING),
        ("2026-11-03T00:12:00Z", MORNING),
        ("2026年11月3日 8时12分", MORNING),
        ("20261103081200", MORNING),
        (1793664720, MORNING),
        ("1793664720", MORNING),
        (1793664720000, MORNING),
        (1793664720000.0, MORNING),
        ("/Date(1793664720000+0800)/", MORNING),
        ([2026, 11, 3, 8, 12], MORNING),
        ([2026, 11, 3, 8, 12, 0, 123_000_000], MORNING),
        ([2026, 11, 3], MORNING - timedelta(hours=8, minutes=12)),
        ("2026-11-03", MORNING - timedelta(hours=8, minutes=12)),
        (0, None),
        (-1, None),
        ("0000-00-00 00:00:00", None),
        ("0001-01-01T00:00:00", None),
        ("3天前", None),
        (10**30, None),
        ([], None),
        ([[2026]], None),
        ({"time": 1793664720000}, None),
        (True, None),
        (None, None),
    ],
    ids=str,
)
def test_dates_come_in_many_forms(posted, expected):
    assert only({"createTime": posted}).published_at == expected


def test_paths_lead_into_objects_and_lists():
    mapping = mapped(
        number="meta.no", posted="time.$date", reply="replies.-1.text", replied="replies.-1.at", title="t.0"
    )
    told = {
        "meta": {"no": "A-7"},
        "time": {"$date": 1793664720000},
        "t": ["路灯"],
        "replies": [{"text": "收到"}, {"text": "已修好", "at": "2026-11-05"}],
    }

    item = only(told, mapping)

    assert (item.external_id, item.title, item.published_at) == ("A-7", "路灯", MORNING)
    assert item.reply == Reply(at=datetime(2026, 11, 4, 16, tzinfo=UTC), text="已修好")
    assert only(told | {"replies": []}, mapping).reply is None
    assert only({"a.b": "有点的名字"}, mapped(text="a.b")).text == "有点的名字"


@pytest.mark.parametrize("number", [7, "7", " 7\n", 7.0])
def test_a_number_is_the_same_as_figure_and_as_text(number):
    assert only({"id": number}).external_id == "7"


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (2**63, "9223372036854775808"),
        (1.2345678e7, "12345678"),
        ("2026-〔1〕/3", "2026-〔1〕/3"),
    ],
)
def test_odd_numbers_stay_what_they_are(number, expected):
    assert only({"id": number}).external_id == expected


def test_a_message_without_a_number_is_known_by_what_it_says():
    def known(*entries):
        found, _ = collected(paged([[entry(1), *entries]]))
        return numbers(found)[1:]

    nameless = entry(None, "没有编号")
    assert known(nameless) == known(nameless)
    assert len(set(known(nameless, entry("", "也没有编号"), entry({}, "第三条")))) == 3


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<p>路灯坏了<br/>三天没人修</p><script>x()</script>", "路灯坏了\n三天没人修"),
        ("温度 <30 度，风力 >5 级", "温度 <30 度，风力 >5 级"),
        ("a<b 而且\nb<c", "a<b 而且\nb<c"),
        ("第一行\r\n第二行", "第一行\n第二行"),
        ("路灯&nbsp;坏了&amp;没人修", "路灯 坏了&没人修"),
        ("&lt;p&gt;路灯坏了&lt;/p&gt;", "路灯坏了"),
        (["第一段", "第二段", 3, None], "第一段\n第二段\n3"),
        (12345, "12345"),
    ],
)
def test_text_is_what_a_reader_sees(content, text):
    assert only({"content": content}).text == text


def test_half_characters_and_controls_never_come_out():
    body = answer([entry(7, "半HALF", title="题HALF", address="HALF东苑", id="HALF7")]).replace(
        "HALF", r"\ud83d\u0000\u0007"
    )

    (item,) = collected(animals.answer(body, JSON), query="")[0].items

    assert (item.external_id, item.title, item.text, item.place) == ("7", "题", "半", "东苑")


def test_what_markup_hides_is_still_shown_to_the_door():
    assert "data-phone" in only({"content": "<p data-phone='13900000000'>路灯</p>"}).html
    assert only({"content": "路灯"}).html is None


@pytest.mark.parametrize(
    "reply", [None, "", "  ", "<p>&nbsp;</p>", "暂无", "暂未回复。", "【待回复】", "——", "null", [], False, {"a": "b"}]
)
def test_an_empty_answer_is_none_whatever_its_date_says(reply):
    assert only({"replyContent": reply, "replyTime": "2026-11-05 09:30"}).reply is None


def test_an_answer_without_a_date_is_one():
    assert only({"replyContent": "已修好"}).reply == Reply(at=None, text="已修好")
    assert only({"replyContent": "已修好", "replyTime": "昨天"}).reply == Reply(at=None, text="已修好")


def test_who_answered_is_read_where_the_board_says_it():
    mapping = mapped(unit="dept.name")
    told = {"replyContent": "网友“青山客”：已修好", "dept": {"name": "<b>县路灯\n管理所</b>" + "所" * 99}}

    reply = only(told, mapping).reply
    assert reply.text == "网友“…”：已修好"
    assert reply.unit.startswith("县路灯 管理所所")
    assert len(reply.unit) == 60
    assert only({"replyContent": "已修好", "dept": None}, mapping).reply.unit == ""
    assert only({"replyTime": "2026-11-05"} | told, mapped(unit="dept.name", reply="")).reply.unit == reply.unit


def test_where_only_the_date_of_the_answer_is_shown_it_is_the_answer():
    mapping = mapped(reply="")

    assert only({"replyTime": "2026-11-04"}, mapping).reply == Reply(at=datetime(2026, 11, 3, 16, tzinfo=UTC))
    assert only({"replyTime": ""}, mapping).reply is None


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("url", "{base}/m/7.html"),
        ("https://www.agency.example/m/{number}.html", "https://www.agency.example/m/7.html"),
        ("detail?id={number}", "{base}/api/detail?id=7"),
        ("", "number:7"),
        ("gone", "number:7"),
    ],
)
def test_the_original_is_found_by_link_or_by_number(link, expected):
    with Zoo({"/api/list": animals.answer(answer([entry(7, url="/m/7.html")]), JSON)}) as zoo:
        found = board.collect(platform(zoo, mapped(link=link)), FRESH, CLIENT.get)
        assert found.items[0].link == expected.format(base=zoo.url(""))


def test_a_number_can_not_break_out_of_a_link():
    assert only({"id": "../../a?b#c"}, mapped(link="https://www.agency.example/m/{number}")).link == (
        "https://www.agency.example/m/..%2F..%2Fa%3Fb%23c"
    )
    assert only({"url": "javascript:alert(1)"}, mapped(link="url")).link == "number:7"


@pytest.mark.parametrize("mark", [True, 1, "1", "2", "Y", "2026-11-04"])
def test_what_is_marked_as_withdrawn_is_gone(mark):
    found, _ = collected(paged([[entry(1), entry(2, deleted=mark)]]))

    assert (numbers(found), found.gone) == (["1"], ("2",))


@pytest.mark.parametrize("mark", [None, False, 0, "0", "N", "", [], {}])
def test_what_is_not_marked_stands(mark):
    assert only({"deleted": mark}).external_id == "7"


def test_what_has_been_emptied_is_gone():
    found, _ = collected(paged([[entry(1), entry(2, None, title="")]]))

    assert (numbers(found), found.gone) == (["1"], ("2",))


# the answer as a whole


@pytest.mark.parametrize(
    ("items", "document"),
    [
        ("", [entry(7)]),
        ("rows", {"rows": [entry(7)]}),
        ("a.0.b", {"a": [{"b": [entry(7)]}]}),
        ("rows", {"rows": {"1": entry(7)}}),
        ("row", {"row": entry(7)}),
        ("rows", {"rows": json.dumps([entry(7)])}),
        ("rows", json.dumps({"rows": [entry(7)]})),
        ("rows", {"rows": [None, "x", entry(7)]}),
    ],
)
def test_the_list_stands_anywhere(items, document):
    found, _ = collected(animals.answer(json.dumps(document), JSON), mapping=mapped(items=items), query="")

    assert numbers(found) == ["7"]


@pytest.mark.parametrize(
    "before_and_after", [("jsonp_123(", ")"), ("/**/cb.a$1 (\n", ");\n"), ("\ufeff", ""), ("\n\n", "")]
)
def test_a_wrapper_is_taken_off(before_and_after):
    before, after = before_and_after
    found, _ = collected(animals.answer(before + answer([entry(7)]) + after, "text/javascript"), query="")

    assert numbers(found) == ["7"]


@pytest.mark.parametrize("label", ["gbk", "gb2312", "utf-8", "iso-8859-1"])
def test_gbk_is_read_whatever_the_label_says(label):
    body = answer([entry(7, "路灯坏了三天，𬒈石巷一片黑")]).encode("gb18030")
    found, _ = collected(animals.answer(body, f"application/json; charset={label}"), query="")

    assert found.items[0].text == "路灯坏了三天，𬒈石巷一片黑"
    assert found.cursor.decoded_by != "utf-8"


def test_nothing_is_asked_with_validators_and_none_are_remembered():
    route = animals.conditional(answer([entry(7)]), '"1"', content_type=JSON)
    with Zoo({"/api/list": route}) as zoo:
        for _ in range(2):
            cursor = replace(FRESH, fetches=1, etag='"1"', last_modified="Tue, 03 Nov 2026 00:00:00 GMT")
            found = board.collect(platform(zoo, query=""), cursor, CLIENT.get)
        assert all("if-none-match" not in request.headers for request in zoo.seen)
    assert (found.cursor.etag, found.cursor.last_modified, found.cursor.fetches) == ("", "", 2)
