"""Feeds as they come: fetched from the zoo, decoded, read; and what becomes of broken ones."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from demo.animals import ATOM, EMPTY_RSS, LOGIN, ROUTES, RSS, answer, conditional, in_turn
from demo.encodings import SAMPLES
from demo.zoo import Zoo
from monitor.collectors import feed
from monitor.errors import CollectError
from monitor.fetch import Fetcher, FetchLimits
from monitor.model import Item
from tests.feeds import FRESH, PUBLISHED, entry, failure, platform

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def zoo():
    with Zoo(ROUTES) as zoo:
        yield zoo


@pytest.fixture(scope="module")
def fetch():
    return Fetcher(FetchLimits(total=timedelta(seconds=20)), clock=lambda: NOW).get


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_every_encoding_and_lie_gives_the_right_title(zoo, fetch, sample):
    collected = feed.collect(platform(zoo.url(f"/encoding/{sample.name}")), FRESH, fetch)

    assert [item.title for item in collected.items] == [sample.title]
    assert collected.cursor.decoded_by == sample.rule


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (
            "/rss",
            [
                Item(
                    external_id="notice-1",
                    title="关于东湖路停水的通知",
                    text="周日上午停水检修。",
                    link="http://yunxi.example/1.html",
                    published_at=PUBLISHED,
                ),
                Item(
                    external_id="notice-2",
                    title="关于公交改道的通知",
                    text="3 路公交绕行。",
                    html="<p>3 路公交绕行。</p>",
                    link="http://yunxi.example/2.html",
                    published_at=datetime(2024, 5, 10, tzinfo=UTC),  # 08:00 in the platform's zone
                ),
            ],
        ),
        (
            "/atom",
            [
                Item(
                    external_id="urn:yunxi:7",
                    title="路灯不亮",
                    text="东湖路三盏路灯不亮。",
                    link="http://yunxi.example/7",
                    published_at=PUBLISHED,
                )
            ],
        ),
        (
            "/rdf",
            [
                Item(
                    external_id="http://yunxi.example/n/3",
                    title="汛期值班安排",
                    text="值班电话已公布。",
                    link="http://yunxi.example/n/3",
                    published_at=PUBLISHED,
                )
            ],
        ),
        (
            "/json",
            [
                Item(
                    external_id="m-1",
                    title="井盖松动",
                    text="东湖路口井盖松动。",
                    html="<p>东湖路口<b>井盖</b>松动。</p>",
                    link="http://yunxi.example/m/1",
                    published_at=PUBLISHED,
                ),
                Item(
                    external_id="2",
                    text="公交站牌倒了",
                    link="{url}",
                    published_at=datetime(2024, 5, 11, 2, tzinfo=UTC),
                ),
            ],
        ),
    ],
)
def test_every_format(zoo, fetch, path, expected):
    url = zoo.url(path)

    collected = feed.collect(platform(url), FRESH, fetch)

    assert list(collected.items) == [replace(item, link=item.link.format(url=url)) for item in expected]
    assert collected.cursor == replace(FRESH, fetches=1, had_items=True, decoded_by="utf-8")


@pytest.mark.parametrize(
    ("path", "code", "words"),
    [
        ("/login", "became_html", "统一身份认证平台"),
        ("/empty", "broken_feed", "empty"),
        ("/missing", "http_404", ""),
        ("/short", "truncated", ""),
        ("/brotli", "encoding", ""),
    ],
)
def test_what_is_no_feed_is_an_error(zoo, fetch, path, code, words):
    with pytest.raises(CollectError) as error:
        feed.collect(platform(zoo.url(path)), FRESH, fetch)

    assert error.value.code == code
    assert words in str(error.value)


def test_a_feed_cut_short_gives_what_it_has_and_is_not_trusted(zoo, fetch):
    """A 304 must not hide the rest of it."""
    cut = RSS[: RSS.index("公交绕行")]
    with Zoo({"/": conditional(cut, '"1"')}) as server:
        collected = feed.collect(platform(server.url()), FRESH, fetch)

    assert [item.external_id for item in collected.items] == ["notice-1", "notice-2"]
    assert (collected.cursor.etag, collected.cursor.had_items) == ("", True)


def test_nothing_changed_keeps_the_validators(fetch):
    with Zoo({"/": conditional(ATOM, '"1"', "Sat, 11 May 2024 01:12:33 GMT")}) as server:
        at = platform(server.url())
        first = feed.collect(at, FRESH, fetch)
        second = feed.collect(at, first.cursor, fetch)

    assert first.cursor.etag == '"1"'
    assert second.items == ()
    assert second.cursor == replace(first.cursor, fetches=2)


def test_every_nth_pass_asks_for_everything(fetch):
    with Zoo({"/": conditional(ATOM, '"1"')}) as server:
        at = platform(server.url(), full_every=3)
        cursor = FRESH
        counts = []
        for _ in range(7):
            collected = feed.collect(at, cursor, fetch)
            cursor = collected.cursor
            counts.append(len(collected.items))

    assert counts == [1, 0, 1, 0, 0, 1, 0]


def test_a_server_that_hides_behind_304_is_found_out(fetch):
    with Zoo({"/": in_turn(conditional(ATOM, '"1"'), ROUTES["/always-304"])}) as server:
        at = platform(server.url(), full_every=3)
        cursor = feed.collect(at, FRESH, fetch).cursor
        cursor = feed.collect(at, cursor, fetch).cursor
        with pytest.raises(CollectError) as error:
            feed.collect(at, cursor, fetch)

    assert error.value.code == "unexpected_304"


def test_an_empty_feed_is_right_until_it_has_had_entries(fetch):
    with Zoo({"/": in_turn(answer(EMPTY_RSS), answer(RSS), answer(EMPTY_RSS))}) as server:
        at = platform(server.url())
        empty = feed.collect(at, FRESH, fetch)
        full = feed.collect(at, empty.cursor, fetch)
        with pytest.raises(CollectError) as error:
            feed.collect(at, full.cursor, fetch)

    assert (empty.items, empty.cursor.had_items, full.cursor.had_items) == ((), False, True)
    assert error.value.code == "empty_after_entries"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (LOGIN, "became_html"),
        ("<html><body>404</body></html>", "became_html"),
        ("<!-- x --><!DOCTYPE HTML PUBLIC '-//W3C//DTD HTML 4.01//EN'>\n<p>x", "became_html"),
        ('<?xml version="1.0"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"/>', "became_html"),
        ("<script>location.href='/waf'</script>", "became_html"),
        ("<div>维护中</div>", "became_html"),
        ("", "broken_feed"),
        ("\ufeff \n", "broken_feed"),
        ("it works", "broken_feed"),
        ("<", "broken_feed"),
        ("<sitemap><url/></sitemap>", "broken_feed"),
        (RSS[:120], "broken_feed"),
        ("{}", "broken_feed"),
        ('{"version": 1, "items": []}', "broken_feed"),
        ('{"version": "https://jsonfeed.org/version/1"}', "broken_feed"),
        ('{"version": "https://jsonfeed.org/version/1", "items": [', "broken_feed"),
        ("{" + '"a":{' * 100_000, "broken_feed"),
        ("<!DOCTYPE rss [<!ENTITY a 'b'", "broken_feed"),
        ("<!DOCTYPE rss [" + " " * 20_000 + "]><rss/>", "broken_feed"),
        ("<rss " + " ".join(f'xmlns:a{i}="b{i}"' for i in range(99)) + "/>", "broken_feed"),
        (entry("<a " + " ".join(f'a{i}="b"' for i in range(999)) + "/>"), "broken_feed"),
        (entry("<a>" * 20_000), "broken_feed"),
    ],
    ids=lambda value: value[:30],
)
def test_the_error_says_what_it_became(text, code):
    assert failure(text).code == code


def test_the_title_of_the_page_is_told_on_one_line():
    page = f"<html><title class=x>\n 安全\x07 &amp;\n 验证 {'长' * 500}</title></html>"

    message = str(failure(page))

    assert "安全 & 验证 长长" in message
    assert len(message) < 150
