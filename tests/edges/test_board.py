"""A message board over JSON on a real server: how far back a pass goes, how it ends, and what is wrong."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from demo import animals
from demo.zoo import Zoo
from monitor.collectors import board
from monitor.errors import CollectError
from tests.boards import CLIENT, FRESH, JSON, answer, answered, collected, entry, mapped, numbers, paged, platform

SEEN = replace(FRESH, fetches=1, had_items=True)


def failure(route, cursor=FRESH, **options):
    with pytest.raises(CollectError) as error:
        collected(route, cursor, **options)
    return error.value


# page after page


def test_every_page_is_read_until_one_is_empty():
    found, asked = collected(paged([[entry(9), entry(8)], [entry(7), entry(6)], [entry(5)]]))

    assert (numbers(found), asked, found.complete) == (["9", "8", "7", "6", "5"], ["1", "2", "3", "4"], True)


def test_pages_may_count_from_nought():
    with Zoo({"/api/list": paged([[entry(1)]])}) as zoo:
        board.collect(platform(zoo, mapped(first_page=0)), FRESH, CLIENT.get)
        assert [request.target[-1] for request in zoo.seen][:1] == ["0"]


def test_without_a_page_in_the_address_one_answer_is_everything():
    found, asked = collected(paged([[entry(1)]]), query="")

    assert (numbers(found), len(asked), found.complete) == (["1"], 1, True)


LAST = animals.answer(answer([entry(6), entry(5)]), JSON)
FIRST = animals.answer(answer([entry(8), entry(7)]), JSON)
PAGES = [[entry(8), entry(7)], [entry(6), entry(5)]]


@pytest.mark.parametrize(
    "beyond",
    [
        LAST,
        FIRST,
        animals.answer("", JSON, status=404),
        animals.answer(answer(None), JSON),
        animals.answer(answer(""), JSON),
    ],
    ids=["the last again", "the first again", "404", "null", "nothing"],
)
def test_the_end_is_known_in_many_ways(beyond):
    found, asked = collected(paged(PAGES, beyond))

    assert (numbers(found), len(asked), found.complete, found.trouble) == (["8", "7", "6", "5"], 3, True, None)


ODD_ENDS = {
    "error": animals.answer("no", "text/plain", status=500),
    "no list": animals.answer('{"code": 404, "msg": "没有数据"}', JSON),
    "page": animals.answer("<html><title>404</title></html>", "text/html"),
}


@pytest.mark.parametrize("beyond", ODD_ENDS.values(), ids=ODD_ENDS)
def test_an_odd_answer_after_a_short_page_or_the_last_counted_message_is_the_end(beyond):
    short, _ = collected(paged([*PAGES, [entry(4)]], beyond))
    counted, _ = collected(paged(PAGES, beyond, total="4"))

    assert [(each.complete, each.trouble) for each in (short, counted)] == [(True, None)] * 2


def test_an_odd_answer_anywhere_else_is_trouble_and_what_was_read_is_kept():
    for beyond, code in (("error", "http_500"), ("page", "became_html")):
        found, _ = collected(paged(PAGES, ODD_ENDS[beyond], total=400))
        assert (len(found.items), found.complete, found.trouble.code) == (4, False, code)

    found, _ = collected(paged(PAGES, ODD_ENDS["no list"]))
    assert (found.complete, found.trouble) == (False, None)


def test_the_same_first_page_again_and_again_proves_nothing():
    route = animals.answer(answer([entry(8), entry(7)]), JSON)
    found, asked = collected(route)
    counted, _ = collected(animals.answer(answer([entry(8), entry(7)], total=2), JSON))

    assert (numbers(found), len(asked), found.complete) == (["8", "7"], 2, False)
    assert counted.complete


def test_a_message_that_moved_to_the_next_page_is_one_and_its_later_reading_counts():
    found, _ = collected(paged([[entry(9), entry(8)], [answered(8), entry(7)]]))

    assert numbers(found) == ["9", "8", "7"]
    assert found.items[1].reply is not None


def test_a_number_that_several_messages_claim_loses_none_of_them():
    found, _ = collected(paged([[entry(1, "甲"), entry(1, "乙"), entry(2)]]))

    assert sorted(item.text for item in found.items) == sorted(["甲", "乙", "路灯坏了，请来修。"])
    assert len(set(numbers(found))) == 3


def test_a_pass_goes_back_as_far_as_it_must():
    pages = [[entry(n, day=n)] for n in range(9, 0, -1)]
    cursor = replace(SEEN, reach=datetime(2026, 11, 6, tzinfo=UTC))

    found, asked = collected(paged(pages), cursor)

    assert (numbers(found), found.complete) == (["9", "8", "7", "6", "5"], False)
    assert len(asked) == 5


@pytest.mark.parametrize(
    ("cursor", "pages"),
    [
        (replace(SEEN, fetches=11), [[entry(9, day=9)], [entry(8, day=8)], [entry(1, day=1)]]),
        (SEEN, [[entry(1, day=1), entry(2, day=2)], [entry(3, day=3)], [entry(9, day=9)]]),
        (SEEN, [[entry(3, createTime=None), entry(2, day=1)], [entry(9, day=1), entry(1, createTime="")]]),
    ],
    ids=["every twelfth pass", "oldest first", "no dates"],
)
def test_a_pass_goes_to_the_end(cursor, pages):
    found, _ = collected(paged(pages), replace(cursor, reach=datetime(2026, 11, 9, tzinfo=UTC)))

    assert found.complete
    assert len(found.items) == sum(map(len, pages))


def test_old_messages_pinned_to_the_top_do_not_end_a_pass():
    pages = [[entry(1, day=1), entry(9, day=9)], [entry(8, day=8), entry(7, day=7)], [entry(6, day=5)]]

    found, _ = collected(paged(pages), replace(SEEN, reach=datetime(2026, 11, 7, tzinfo=UTC)))

    assert "7" in numbers(found)


def test_a_pass_reads_no_more_pages_than_allowed():
    found, asked = collected(paged([[entry(9 - n, day=9 - n)] for n in range(9)]), mapping=mapped(pages=3))

    assert (len(asked), found.complete, found.trouble) == (3, False, None)


def test_newest_messages_on_a_page_that_is_never_read_are_trouble():
    pages = [[entry(n, day=n)] for n in range(1, 9)]

    assert collected(paged(pages), mapping=mapped(pages=3))[0].trouble.code == "pages_unread"
    assert collected(paged(pages), mapping=mapped(pages=8, posted=""))[0].trouble.code == "pages_unread"
    assert collected(paged(pages, total=3), mapping=mapped(pages=3))[0].trouble is None


def test_a_pass_ends_in_time(monkeypatch):
    monkeypatch.setattr(board, "PASS_TIME", 0.0)

    found, asked = collected(paged([[entry(9, day=9)], [entry(8, day=8)]]))

    assert (numbers(found), asked, found.complete) == (["9"], ["1"], False)


# what is wrong with it


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "broken_board"),
        ("null", "fields_missing"),
        ("正在维护", "broken_board"),
        ("maintenance(", "broken_board"),
        (answer([entry(7)])[:-9], "broken_board"),
        ("<!DOCTYPE html>\n<html><title>统一身份认证</title>", "became_html"),
        ("<?xml version='1.0'?><string/>", "broken_board"),
        ('{"code": 401, "msg": "未登录", "data": null}', "fields_missing"),
        ('{"data": {"list": ["a", "b"]}}', "fields_missing"),
        ('{"data": {"list": 7}}', "fields_missing"),
        ('{"data": {"list": {"code": "1"}}}', "fields_missing"),
        ("[" * 200_000, "broken_board"),
        ('{"data":' * 100_000, "broken_board"),
    ],
    ids=lambda value: value[:24],
)
def test_the_error_says_what_it_became(body, code):
    assert failure(animals.answer(body, JSON), query="").code == code


def test_a_login_page_is_told_by_its_title():
    assert "统一身份认证平台" in str(failure(animals.answer(animals.LOGIN, "text/html")))


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ({"number": "no"}, "number = 'no' is in no entry; there are: id, title, content, createTime"),
        ({"text": "body.text"}, "text = 'body.text'"),
        ({"posted": "time"}, "posted = 'time'"),
        ({"items": "rows"}, "items = 'rows' is no list; there are: code, data"),
        ({"number": "address"}, "number = 'address' is the same in all entries"),
    ],
)
def test_a_mapping_that_finds_nothing_names_the_field_and_what_is_there(mapping, says):
    error = failure(paged([[entry(1), entry(2), entry(3)]]), mapping=mapped(**mapping))

    assert error.code == "fields_missing"
    assert says in str(error)
    assert "老赵" not in str(error)


def test_where_no_answer_is_ever_found_nobody_is_said_to_wait():
    many = [{key: value for key, value in entry(n).items() if "reply" not in key} for n in range(60)]
    found, _ = collected(paged([many]))
    few, _ = collected(paged([many[:9]]))

    assert found.trouble.code == "fields_missing"
    assert len(found.items) == 60
    assert not any(item.message for item in found.items)
    assert all(item.message for item in few.items)


@pytest.mark.parametrize(
    ("entries", "mapping", "says"),
    [
        ([entry(n, "") for n in range(3)], {}, "text = 'content' is empty in every message"),
        (
            [entry(n) for n in range(3)],
            {"withdrawn": "createTime"},
            "withdrawn = 'createTime' takes every message away",
        ),
    ],
)
def test_a_mapping_that_can_not_be_right_is_trouble(entries, mapping, says):
    found, _ = collected(paged([entries]), mapping=mapped(**mapping))
    few, _ = collected(paged([entries[:2]]), mapping=mapped(**mapping))

    assert (found.trouble.code, str(found.trouble), found.complete) == ("fields_missing", says, False)
    assert few.trouble is None


def test_a_board_that_has_always_had_messages_and_has_none_is_suspect():
    assert failure(paged([[]]), SEEN).code == "empty_after_entries"
    found, _ = collected(paged([[]]))
    assert (found.items, found.complete, found.cursor.had_items) == ((), True, False)


def test_an_error_of_the_first_page_is_the_error_of_the_pass():
    assert failure(animals.answer("", JSON, status=503, headers={"Retry-After": "7"})).retry_after == timedelta(
        seconds=7
    )
