"""What is read of a page without what it says, whatever the page is; and the newest date beside its links."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.collectors import pageshape
from tests import columns, fresh_columns, harder_columns
from tests.homes import LOGIN, lively

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
URL = "https://www.agency.example/"


def read(html, key=b"k" * 32, now=NOW, url=URL):
    return pageshape.read(html, url, key=key, approved={"friend.example"}, zone=ZONE, now=now)


def shape(body, head=""):
    return read(f"<html><head>{head}</head><body>{body}</body></html>").shape


def test_hosts_are_those_of_outsiders_by_what_they_are_there_for():
    found = shape(
        '<script src="//a.example/x.js"></script><iframe src="https://b.example/"></iframe>'
        '<form action="http://c.example/in"></form><a href="https://d.example/">x</a><embed src="http://e.example/">'
        '<script src="/own.js"></script><a href="https://sub.agency.example/">x</a><a href="https://x.gov.cn/">x</a>'
        '<script src="https://cdn.friend.example/x.js"></script><img src="https://f.example/i.png">'
        '<script src="http://45.77.1.2/x.js"></script><a href="mailto:x@g.example">x</a><a href="javascript:x()">x</a>',
        '<base href="https://h.example/"><meta HTTP-EQUIV=Refresh content="0; URL=\'https://i.example/x\'">',
    )

    assert found.hosts == {
        "script a.example",
        "frame b.example",
        "form c.example",
        "link d.example",
        "frame e.example",
        "script 45.77.1.2",
        "away h.example",
        "away i.example",
    }


def test_servers_of_one_service_are_one_and_very_many_are_cut():
    cdn = "".join(f'<script src="//cdn{n}.vendor.example/x.js"></script>' for n in range(9))
    assert shape(cdn).hosts == {"script vendor.example"}
    many = "".join(f'<a href="//site{n}.example/">x</a>' for n in range(900))
    assert len(shape(many).hosts) == 100


def test_a_site_that_is_a_number_is_no_outsider_to_itself():
    assert read('<a href="http://45.77.1.2/x">x</a>', url="http://45.77.1.2/").shape.hosts == frozenset()
    assert pageshape.outsider("http://45.77.1.2/", URL, ()) == "45.77.1.2"
    assert pageshape.outsider("https://login.agency.example/", URL, ()) == ""
    assert pageshape.outsider("", URL, ()) == ""


def test_digests_are_keyed_and_numbers_count_for_nothing():
    one, other = read(lively(NOW)), read(lively(NOW), key=b"o" * 32)
    assert not one.shape.lines & other.shape.lines
    assert shape('<p id="s12" class="b a">第12条公告</p>') == shape('<p id="s7" class="a b">第88条公告</p>')


def test_language_length_and_password():
    assert (shape("<p>路灯已修好 ok</p>").chinese, shape("<p>路灯已修好 ok</p>").length) == (71, 7)
    assert shape("").chinese == 0
    assert pageshape.asks_to_log_in(read(LOGIN))
    assert not pageshape.asks_to_log_in(read(LOGIN.replace("<form ", '<form action="https://phish.example/" ')))
    assert not pageshape.asks_to_log_in(read(lively(NOW, beside=LOGIN)))


HOSTILE = {
    "nothing": "",
    "no page": "\x00\x01\x02PK",
    "a lone half of a character": "<title>\ud800</title><p class='\udfff'>\ud83d</p>",
    "very deep": "<div class=x>" * 50_000,
    "an endless title": "<title>" + "青" * 2_000_000,
    "many attributes": "<p " + " ".join(f"a{n}=1" for n in range(50_000)) + ">x",
    "many links in one row": "<ul><li>" + "<a href=/x>关于停水的通知</a>" * 50_000,
    "links in one another": "<a href=/x>" * 20_000 + "关于停水的通知",
    "classes without end": "<p class='" + "a " * 1_000_000 + "'>x",
    "a refresh without end": f"<meta http-equiv=refresh content='0;url={'u' * 1_000_000}'>",
    "refreshes": "<meta http-equiv=refresh content='url=url=url=url='>" * 20_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_end(name):
    found = read(HOSTILE[name])

    assert max(len(found.shape.steps), len(found.shape.lines), len(found.shape.heads)) <= 300
    assert len(found.title) <= 200


MADE = [make() for make in (*columns.COLUMNS, *harder_columns.COLUMNS, *fresh_columns.COLUMNS)]
DATED = [each for each in MADE if each.dated]


@pytest.mark.parametrize("column", DATED, ids=lambda each: each.name)
def test_the_newest_date_of_lists_as_portal_systems_make_them(column):
    found = read(column.html, url=f"https://www.agency.example{column.at}", now=NOW)

    assert found.newest is None or found.newest.astimezone(ZONE).date() >= columns.NEWEST  # others may be newer


def test_nearly_all_of_these_lists_show_a_date():
    without = [each.name for each in DATED if read(each.html, url=f"{URL}{each.at}").newest is None]

    assert len(without) <= len(DATED) / 10, without


def rows(*days):
    entries = (f'<li><a href="/{n}">关于停水的通知</a><i>{day}</i></li>' for n, day in enumerate(days))
    return f"<ul>{''.join(entries)}</ul>"


@pytest.mark.parametrize(
    ("html", "day"),
    [
        (rows("2026-11-20", "2026-11-03", "2026-10-01"), 20),
        (rows("11-20", "11-03", "10-01"), 20),
        (rows("2026-11-20", "2026-11-03"), None),  # two are no list
        (rows("2026-11-03", "2026-12-25", "2026-11-02", "2026-11-01"), 3),  # one is announced for later
        (f'<p>2026年11月24日 <a href="/set">设为首页</a></p>{rows("11-03", "11-02", "11-01")}', 3),
        ("".join(f'<a href="/202611/t202611{n:02}_77.html">关于停水的通知</a>' for n in (9, 8, 7)), 9),
        ("".join(f'<a href="/art/2026/11/{n}/art_1_77.html">关于停水的通知</a>' for n in (9, 8, 7)), 9),
        ("".join(f'<a href="/x/{n}"><em>11-{n:02}</em>关于停水的通知</a>' for n in (9, 8, 7)), 9),
        ("".join(f'<a href="/20269999{n}.html">关于停水的通知</a>' for n in range(5)), None),
        ("<p>2026-11-20</p>" * 9, None),
    ],
)
def test_what_counts_as_the_newest(html, day):
    newest = read(html).newest

    assert (newest and newest.astimezone(ZONE).day) == day


def test_without_a_clock_only_whole_dates_are_read():
    assert read(rows("11-20", "11-03", "10-01"), now=None).newest is None
    whole = rows("2026-11-20", "2026-11-03", "2026-10-01")
    assert read(whole, now=None).newest == datetime(2026, 11, 19, 16, tzinfo=UTC)
    assert read(lively(NOW), now=NOW).newest > NOW - timedelta(days=1)


def test_classes_and_ids_are_steps_by_themselves():
    bare = shape("<div><p>路灯已修好</p></div>").steps
    dressed = shape('<div class="a b" id="c"><p class="a">路灯已修好</p></div>').steps
    more = shape('<div class="red a b" id="c"><p class="red a">路灯已修好</p></div>').steps

    assert (len(bare), len(dressed), len(more)) == (0, 4, 6)
    assert dressed < more
