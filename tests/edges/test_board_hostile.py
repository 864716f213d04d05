"""Boards that are made to hurt: too much, too deep, too large, for ever."""

import contextlib
import itertools
import json
import time
from datetime import UTC, datetime, timedelta

import pytest

from demo import animals
from monitor.collectors import board
from monitor.errors import CollectError
from tests.boards import FRESH, JSON, answer, collected, entry, mapped, paged, raw

DAY = datetime(2026, 11, 3, tzinfo=UTC)


def endless(page):
    """A route that has a page for every number there is."""
    count = itertools.count(1)
    return lambda request, wire: animals.answer(answer(page(next(count))), JSON)(request, wire)


def test_a_board_that_never_ends_is_left_in_time():
    found, asked = collected(endless(lambda n: [entry(-n, day=9)]))

    assert len(found.items) == len(asked) == 50
    assert not found.complete


def test_a_board_of_a_hundred_thousand_entries():
    entries = [entry(n, f"第{n}条：东湖路路灯坏了") for n in range(100_000)]
    begun = time.process_time()

    found = raw(answer(entries))

    assert len(found.items) == 100_000
    assert found.items[-1].text.endswith("东湖路路灯坏了")
    assert time.process_time() - begun < 60


def test_entries_and_characters_of_a_pass_are_bounded(monkeypatch):
    monkeypatch.setattr(board, "MAX_ENTRIES", 10)
    found, asked = collected(endless(lambda n: [entry(f"{n}-{m}") for m in range(4)]))
    assert (len(found.items), len(asked)) == (12, 3)

    monkeypatch.setattr(board, "MAX_CHARACTERS", 1_000_000)
    found, asked = collected(endless(lambda n: [entry(n, "长" * 300_000)]))
    assert len(asked) == 10
    assert {len(item.text) for item in found.items} == {100_000}


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("9" * 300, "9" * 300),
        ("1e5", "100000"),
        ("1e999999999", "1e999999999"),
        ("-1e-999999999", "-1e-999999999"),
        ("0.1", "0.1"),
        ("1" * 60 + ".0", "1" * 60 + ".0"),
    ],
)
def test_huge_numbers_stay_text(number, expected):
    (item,) = raw(answer([entry("NUMBER", createTime="NUMBER")]).replace('"NUMBER"', number)).items

    assert item.external_id == expected
    assert item.published_at is None


def test_a_number_of_a_million_figures_is_known_by_its_digest():
    body = answer([entry("NUMBER")]).replace('"NUMBER"', "7" * 1_000_000)

    (item,) = raw(body).items

    assert len(item.external_id) == 64
    assert item.link == "number:" + "7" * 300


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_what_json_does_not_know_is_nothing(value):
    (item, _) = raw(answer([entry(7, createTime="VALUE", replyTime="VALUE"), entry(8)]).replace('"VALUE"', value)).items

    assert (item.published_at, item.reply) == (None, None)


def test_of_a_key_that_stands_there_twice_the_later_counts():
    body = answer([entry(7)]).replace('"title":', '"content": "后写的", "title":').replace('"id":', '"id": 6, "id":')

    (item,) = raw(body.replace('"content": "路灯坏了，请来修。",', "")).items

    assert (item.external_id, item.text) == ("7", "后写的")


HOSTILE = {
    "lists in a field": answer([entry(7, "X"), entry(8)]).replace('"X"', "[" * 90_000 + "]" * 90_000),
    "lists": "[" * 150_000 + "]" * 150_000,
    "objects": '{"data":' * 60_000 + "1" + "}" * 60_000,
    "strings of json": json.dumps({"data": {"list": "[" * 200_000}}),
    "keys": json.dumps({"data": {"list": [{str(n): n for n in range(30_000)}]}}),
    "tags": answer([entry(7, "<b>" * 100_000), entry(8)]),
    "open tags": answer([entry(7, "<b" * 150_000), entry(8)]),
    "comments": answer([entry(7, "<!--" * 75_000), entry(8)]),
    "ampersands": answer([entry(7, "&" * 300_000), entry(8)]),
    "references": answer([entry(7, "&lt;" * 75_000), entry(8)]),
    "spaces": answer([entry(7, " " * 300_000), entry(8)]),
    "date": answer([entry(7, createTime="1-" * 150_000), entry(8)]),
    "dates": answer([entry(7, createTime=[2026] * 60_000), entry(8)]),
    "number": answer([entry("7/" * 150_000), entry(8)]),
    "reply": answer([entry(7, replyContent="。" * 300_000), entry(8)]),
    "call": "a" * 300_000,
    "calls": "a(" * 150_000,
    "page": "<html>" + "<title " * 40_000,
    "same": answer([entry(7, str(n)) for n in range(2_000)]),
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_hostile_boards_take_linear_time(body):
    """300 kB each; where something is quadratic these take from half a minute to hours."""
    begun = time.process_time()

    with contextlib.suppress(CollectError):
        raw(body, mapping=mapped(link="m/{number}.html"))

    assert time.process_time() - begun < 20


def test_a_board_that_only_lies_about_its_total_can_not_end_a_pass():
    pages = [[entry(9, day=9)], [entry(8, day=8)], [entry(7, day=7)]]
    for total in (1, "0", -5, 10**9, "many", None, 2.5):
        found, _ = collected(paged(pages, total=total))
        assert (len(found.items), found.complete) == (3, True)


def test_a_pass_that_stopped_midway_does_not_count_as_whole():
    found, _ = collected(paged([[entry(9, day=9)], animals.reset(b"HTTP/1.1 200 OK\r\nContent-Le")]))

    assert (len(found.items), found.complete) == (1, False)
    assert found.trouble.code in {"connection_lost", "protocol"}


def test_a_server_that_asks_for_time_midway_is_heard():
    busy = animals.answer("", JSON, status=429, headers={"Retry-After": "90"})
    found, _ = collected(paged([[entry(9)], busy]), FRESH)

    assert found.trouble.retry_after == timedelta(seconds=90)
