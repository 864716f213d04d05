"""How messages were answered: kept as a board shows it, found by what was asked, erased with it. On both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update

from monitor import daemon
from monitor.model import Reply
from monitor.store import precedents
from monitor.store.tables import finding, item, reply, sketch, version
from tests.boards import ANSWERING, MIDNIGHT, Box, alerts, at, board_house, passes
from tests.dying import Dying, in_child
from tests.houses import T, drain, text_of

pytestmark = pytest.mark.usefixtures("each_database")

LAMP = "东苑小区3栋楼下的路灯坏了半个月，晚上散步很不方便，请尽快派人来修。"
LAMP_AGAIN = "请问东苑小区楼下路灯什么时候修？已经坏了很久，晚上散步很不方便。"
PENSION = "我户口迁到了外省，原来在本县交的养老保险怎样转移接续，要带哪些材料？"
DAY = timedelta(days=1)
POSTED = T - 10 * DAY


@pytest.fixture
def box():
    return Box()


@pytest.fixture
def house(tmp_path, box):
    return board_house(tmp_path, box)


def like(house, title, text="", besides=None):
    with house.store.read() as tx:
        return precedents.like(tx, (title, text), besides=besides)


def answers(house, title, text=""):
    return [found.reply for found in like(house, title, text)]


def kept(house):
    """How many answers, and for how many messages there are runs to find them by."""
    with house.store.read() as tx:
        owners = select(func.count(sketch.c.item_id.distinct()))
        return tx.execute(select(func.count()).select_from(reply)).scalar(), tx.execute(owners).scalar()


def says(text, unit="", after=DAY):
    return Reply(at=POSTED + after, text=text, unit=unit)


def answered(box, number, text, said="已派人修好。", **fields):
    box.post(number, POSTED, text, **({"title": "", "reply": says(said)} | fields))


# found


def test_the_like_of_a_message_is_found_with_its_answer(house, box, clock):
    lamp = says("已派人修好。", unit="县路灯所", after=3 * DAY)
    answered(box, "1", LAMP, title="东苑小区路灯坏了", reply=lamp)
    answered(box, "2", PENSION, "请持身份证到2号窗口。", title="养老保险怎样转移")
    drain(house, clock)

    (found,) = like(house, "路灯", LAMP_AGAIN)
    assert (found.title, found.link, found.reply, found.unit) == ("东苑小区路灯坏了", "number:1", lamp.text, lamp.unit)
    assert found.replied_at - found.since == 3 * DAY
    assert 0.1 < found.closeness < 1
    assert like(house, "", "今天天气真好") == like(house, "", "") == []


def test_no_more_than_three_the_closest_first_and_of_equal_ones_the_last_answered(house, box, clock):
    for number in range(1, 6):
        answered(box, str(number), LAMP, reply=says(f"第{number}次修好。", after=number * DAY))
    answered(box, "6", LAMP_AGAIN, "又修好了。")
    drain(house, clock)

    assert answers(house, "", LAMP) == ["第5次修好。", "第4次修好。", "第3次修好。"]
    found = like(house, "", LAMP_AGAIN)
    assert [each.reply for each in found] == ["又修好了。", "第5次修好。", "第4次修好。"]
    assert found[0].closeness > 0.99 > found[1].closeness == found[2].closeness


def test_a_message_is_not_its_own_precedent_and_one_without_a_title_begins_with_one(house, box, clock):
    answered(box, "1", LAMP)
    drain(house, clock)

    (found,) = like(house, "", LAMP)
    assert found.title == LAMP
    with house.store.read() as tx:
        (itself,) = tx.execute(select(item.c.id)).scalars()
        assert precedents.said(tx, itself) == ("", LAMP)
        assert precedents.said(tx, itself + 1) is None
    assert like(house, "", LAMP, besides=itself) == []


def test_the_like_is_found_among_more_than_are_looked_at(house, box, clock):
    box.messages.clear()
    for number in range(150):
        answered(box, f"{number}", f"{LAMP}{number}号楼。", f"{number}号楼修好。")
    answered(box, "rare", "东苑小区地下车库积水，电动车进不去。", "已抽干。")
    drain(house, clock)

    assert len(answers(house, "", LAMP)) == 3
    assert answers(house, "", "东苑小区地下车库里积水很深") == ["已抽干。"]


@pytest.mark.parametrize(
    "text",
    ["", "\n", "修", "啊" * 100_000, "😀𠮷" * 3_000, "%_';--" * 50, "".join(map(chr, range(0x4E00, 0x9FFF)))],
    ids=["empty", "blank", "one character", "one run", "beyond U+FFFF", "SQL", "every character"],
)
def test_whatever_is_asked_or_answered_does_no_harm(house, box, clock, text):
    answered(box, "1", text or LAMP, text or "好")
    answered(box, "2", LAMP, text or "好")
    drain(house, clock)

    assert all(len(found.reply) <= 4_000 for found in like(house, text[:500], text))
    assert len(answers(house, "", LAMP)) in ({1, 2} if text.strip() or not text else {0})  # a blank answers nothing


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ("以前是怎么答的", "用了3天（县路灯所）：“已派人修好。”")),
        ("en", ("How it was answered before", "after 3 days (县路灯所): “已派人修好。”")),
    ],
)
def test_the_mail_about_a_late_answer_says_how_the_like_was_answered(tmp_path, box, clock, language, words):
    text = ANSWERING.replace('mail = "duty@', f'language = "{language}"\nmail = "duty@')
    house = board_house(tmp_path, box, text.replace('name = "website"', 'name = "website"\nunit = "县路灯所"'))
    said = says("网友：您好！现答复如下：已派人修好。", after=3 * DAY)
    answered(box, "1", LAMP, title="路灯坏了", reply=said)
    box.post("2", T, LAMP_AGAIN, title="路灯")
    box.post("3", T, PENSION)
    at(house, clock, MIDNIGHT + DAY)

    late = {text_of(mail) for mail in alerts(house) if "duty@" in mail["To"]}
    told = {text for text in late if "路灯" in text}
    assert 0 < len(told) < len(late)
    assert told == {text for text in late if all(word in text for word in words)}
    assert told == {text for text in late if any(word in text for word in words)}


# not shown


def test_what_waits_is_no_precedent(house, box, clock):
    box.post("1", POSTED, LAMP)
    drain(house, clock)

    assert (like(house, "", LAMP), kept(house)) == ([], (0, 0))


def test_an_answer_that_only_has_a_date_is_none_to_show(house, box, clock):
    answered(box, "1", LAMP, reply=Reply(at=T))
    drain(house, clock)

    assert (like(house, "", LAMP), kept(house)) == ([], (0, 0))


def test_a_withdrawn_message_is_not_shown_until_it_is_back(house, box, clock):
    answered(box, "1", LAMP)
    drain(house, clock)
    back = box.messages.pop("1")
    box.gone = ("1",)
    passes(house, clock, 1)
    assert like(house, "", LAMP) == []

    box.gone, box.messages["1"] = (), back
    passes(house, clock, 1)
    assert answers(house, "", LAMP) == ["已派人修好。"]


def test_an_answer_that_is_taken_away_is_erased(house, box, clock):
    answered(box, "1", LAMP)
    answered(box, "2", PENSION)
    drain(house, clock)
    assert kept(house) == (2, 2)

    box.change("1", reply=None)
    passes(house, clock, 1)
    assert kept(house) == (1, 1)
    assert like(house, "", LAMP) == []


def test_a_board_that_loses_its_answers_takes_none_away(house, box, clock):
    for number in range(6):
        answered(box, str(number), f"{LAMP}{number}")
    drain(house, clock)
    for number in range(6):
        box.change(str(number), reply=None)
    passes(house, clock, 1)

    assert kept(house) == (6, 6)


# kept as it is now


def test_a_better_answer_and_another_question_replace_the_old_ones(house, box, clock):
    answered(box, "1", LAMP, "已转办。")
    drain(house, clock)
    box.change("1", reply=says("已修好。", unit="路灯所"))
    passes(house, clock, 1)
    assert [(found.reply, found.unit) for found in like(house, "", LAMP)] == [("已修好。", "路灯所")]

    box.change("1", text=PENSION)
    passes(house, clock, 1)
    assert like(house, "", LAMP) == []
    assert answers(house, "", PENSION) == ["已修好。"]
    assert kept(house) == (1, 1)


def test_what_has_been_kept_is_not_written_again(house, box, clock):
    answered(box, "1", LAMP)
    drain(house, clock)
    with house.store.write() as tx:
        tx.execute(update(reply).values(text="so far"))
    passes(house, clock, 3)

    assert answers(house, "", LAMP) == ["so far"]


def test_a_database_from_before_answers_were_kept_is_filled_by_the_next_pass(house, box, clock):
    answered(box, "1", LAMP)
    drain(house, clock)
    with house.store.write() as tx:
        precedents.forget(tx, [1])
    assert kept(house) == (0, 0)
    passes(house, clock, 1)

    assert answers(house, "", LAMP) == ["已派人修好。"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_killed_around_a_commit_an_answer_is_kept_once(tmp_path, box, clock, n, when):
    answered(box, "1", LAMP)

    def work():
        house = board_house(tmp_path, box)
        drain(replace(house, store=Dying(house.store, n, when)), clock)

    assert in_child(work)
    house = board_house(tmp_path, box)
    with daemon.alone(house):
        passes(house, clock, 2)

    assert (answers(house, "", LAMP), kept(house)) == (["已派人修好。"], (1, 1))
    house.store.close()


# erased and masked


def test_who_erases_an_item_erases_its_answer_and_what_it_is_found_by(house, box, clock):
    answered(box, "1", LAMP)
    answered(box, "2", PENSION)
    drain(house, clock)
    with house.store.write() as tx:
        lamp = tx.execute(select(item.c.id).where(item.c.external_id == "1")).scalar()
        for table in (finding, version):
            tx.execute(delete(table).where(table.c.item_id == lamp))
        tx.execute(delete(item).where(item.c.id == lamp))

    assert kept(house) == (1, 1)
    assert like(house, "", LAMP) == []


def test_nothing_that_is_kept_says_who_wrote_or_how_to_reach_them(house, box, clock):
    number = "13800138000"
    said = f"“…”网友：联系人李桂香，身份证号210726196411200006，电话{number}。" + "好" * 3_990 + number
    answered(box, "1", LAMP, reply=says(said, unit=f"路灯所{number}"))
    drain(house, clock)

    (found,) = like(house, "", LAMP)
    assert len(found.reply) == 4_000
    for secret in ("李桂香", "210726196411200006", number, "1380"):
        assert secret not in found.reply + found.unit
