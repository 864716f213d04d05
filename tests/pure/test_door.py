"""From an Item to an Entry: what is masked on the way, and what goes through as it is."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from classifiers import hazard
from classifiers.finding import Document, Kind
from monitor import door
from monitor.bymail import KEYED, Answer, Letter
from monitor.model import Item, Platform, Reply, Surface

KEY = b"k" * 32
BOARD = Platform(name="board", kind="board", title="局长信箱", url="", prefixes=(), surface=Surface.PUBLIC)
T = datetime(2026, 11, 3, tzinfo=UTC)


def entry(**fields):
    return door.entry(KEY, BOARD, Item(**({"external_id": "7", "text": "路灯坏了"} | fields)))


def test_text_title_link_and_place_are_masked():
    found = entry(text="身份证210726196411200006", title="电话13900000000", place="东苑小区，13900000000")

    assert "210726196411200006" not in repr(found)
    assert "13900000000" not in repr(found)
    assert found.place.startswith("东苑小区，139")
    assert {hit.seen.kind for hit in found.hits} == {Kind.PERSONAL_DATA}


def test_what_is_said_of_answers_goes_through():
    found = entry(message=True, reply=Reply(at=T), published_at=T, link="number:7", place="东苑小区3栋")

    assert (found.message, found.reply, found.published_at) == (True, Reply(at=T), T)
    assert (found.external_id, found.link, found.place) == ("7", "number:7", "东苑小区3栋")


def test_an_answer_and_who_gave_it_are_masked_before_they_are_cut():
    number = "13900000000"
    long = "好" * (door.LONGEST_REPLY - 4) + number
    found = entry(message=True, reply=Reply(text=f"联系人：李桂香，电话{number}", unit=f"路灯所{number}")).reply
    cut = entry(message=True, reply=Reply(text=long)).reply

    assert "李桂香" not in found.text
    assert number not in found.text + found.unit
    assert found.unit.startswith("路灯所")
    assert cut.text == "好" * (door.LONGEST_REPLY - 4) + "139*"
    assert len(entry(message=True, reply=Reply(text="好" * 10**6)).reply.text) == door.LONGEST_REPLY


def test_links_to_the_platform_itself_are_right():
    html = "<p>通知</p><p style='opacity:0'><a href='http://www.stove.example/'>煤炉</a></p>"
    own = replace(BOARD, url="https://board.stove.example/api", prefixes=("https://board.stove.example/",))

    assert [hit.seen.kind for hit in entry(html=html).hits] == [Kind.HIDDEN_LINK]
    assert door.entry(KEY, own, Item(external_id="7", html=html)).hits == ()


def test_a_number_that_is_personal_data_is_kept_as_a_digest():
    assert entry(external_id="210726196411200006").external_id.startswith("hmac:")


def test_an_edit_of_place_or_answer_is_no_new_version():
    assert entry(place="甲").digest == entry(place="乙", reply=Reply()).digest


GAS = "和平小区3号楼2单元楼道里煤气味很重，阀门在漏气，没人来修"


@pytest.mark.parametrize(
    ("told", "where"),
    [
        ("", "和平小区3号楼2单元楼道"),
        ("城关镇", "城关镇 和平小区3号楼2单元楼道"),
        ("和平小区", "和平小区3号楼2单元楼道"),
        ("城关镇和平小区3号楼2单元楼道", "城关镇和平小区3号楼2单元楼道"),
    ],
)
def test_what_the_platform_and_the_message_say_of_a_place_is_said_once(told, where):
    document = Document(GAS)

    assert door.where(document, hazard.find(document), told) == where


def test_a_danger_in_the_title_has_its_place_there():
    document = Document("请尽快处理", GAS)

    assert door.where(document, hazard.find(document), "").startswith("和平小区3号楼")


def test_what_is_no_danger_has_no_place():
    document = Document("和平小区的路灯什么时候修")

    assert door.where(document, hazard.find(document), "城关镇") == ""


HIDES = "<p>通知</p><p style='opacity:0'><a href='http://www.stove.example/'>煤炉</a></p>"


def test_links_to_friends_are_right():
    assert door.entry(KEY, BOARD, Item(external_id="7", html=HIDES), frozenset({"stove.example"})).hits == ()


def test_what_the_source_hides_makes_a_version_though_the_text_is_the_same():
    seen = [entry(html=html).digest for html in ("<p>通知</p>", HIDES, HIDES.replace("stove", "oven"), "<p>告知</p>")]

    assert len(set(seen)) == 3
    assert seen[0] == seen[3] == entry(html=None).digest


def test_a_doubt_about_the_source_makes_no_version():
    menu = (
        '<div class="menu"><ul style="display:none"><li><a href="https://www.other.example/">分站</a></li></ul></div>'
    )
    doubted = entry(html=menu)

    assert doubted.hits
    assert doubted.digest == entry(html=None).digest


def test_without_text_a_page_is_judged_for_what_it_hides_and_for_nothing_else():
    found = entry(text="", title="公示", html=f"<p>身份证210726196411200006</p>{HIDES}")

    assert ([hit.seen.kind for hit in found.hits], found.text) == ([Kind.HIDDEN_LINK], "")


def test_of_a_message_id_only_a_keyed_digest_is_left():
    one = entry(letter=Letter("INBOX/7/1", "m1@mail.example"), external_id=KEYED + "0f3a")
    nameless = entry(letter=Letter("INBOX/7/1", ""))
    answer = door.answer(KEY, Answer(("m0@mail.example", "m1@mail.example"), T, "电话13900000000"))

    assert one.letter.spot == "INBOX/7/1"
    assert one.letter.name == answer.names[1] != answer.names[0]
    assert not [known for known in ("mail.example", "0f3a", "13900000000") if known in repr((one, answer))]
    assert (nameless.letter.name, answer.at) == ("", T)
    assert door.answer(b"x" * 32, Answer(("m1@mail.example",), T, "")).names[0] != one.letter.name
