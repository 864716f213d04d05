"""Selectors proposed for list pages as portal systems make them; all content is invented."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from monitor.collectors import listpage, proposing
from monitor.collectors.onward import onward
from monitor.collectors.proposing import propose
from monitor.decoding import decode
from monitor.mapping import Listing
from tests import columns, fresh_columns, harder_columns
from tests.columns import TITLES, entries, shell, url

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)
HOST = "http://www.yunxi.example"
BASE = HOST + "/gsgg/index.html"
COLUMNS = (*columns.COLUMNS, *fresh_columns.COLUMNS, *harder_columns.COLUMNS)
BY_NAME = pytest.mark.parametrize("column", COLUMNS, ids=lambda make: make.__name__)


def proposed(html, base=BASE):
    return propose(html, base, ZONE, NOW)


@BY_NAME
def test_titles_dates_and_further_pages_are_found(column):
    made = column()
    text = decode(made.html.encode(made.encoding), "text/html").text
    found = proposed(text, HOST + made.at)

    assert tuple(each.title for each in found.page.listed) == made.titles
    if made.dated:
        assert tuple(each.at.astimezone(ZONE).date() for each in found.page.listed) == made.days
    further = listpage.further(found.listing, HOST + made.at, 3)
    assert further == (HOST + made.more if made.more else "")


@BY_NAME
def test_selectors_name_no_places_except_where_nothing_else_tells_entries_apart(column):
    entry = proposed(column().html).listing.entry

    assert "nth" not in entry or column in (fresh_columns.strips, harder_columns.old)


def test_the_same_selectors_read_the_page_when_it_has_new_entries_and_a_new_box():
    made = columns.plain()
    listing = proposed(made.html).listing
    first = f'<li><a href="{url(0)}"'
    new = '<li><a href="/art/n.html">关于新的事项的通知</a><span>2026-11-26</span></li>'
    box = '<div class="banner"><ul><li><a href="/x.html">新设专题专栏</a></li></ul></div>'
    later = made.html.replace(first, new + first).replace('<div class="crumb">', box + '<div class="crumb">')
    page = listpage.read(later, listing, BASE, ZONE, NOW)

    assert [each.title for each in page.listed] == ["关于新的事项的通知", *TITLES]


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<p>网站建设中",
        shell(""),
        shell("<ul>" + "<li><a href='javascript:go()'>关于开展检查的通知</a> 2026-11-03</li>" * 9 + "</ul>"),
        shell("<ul>" + "<li><a href='/a.html'>关于开展检查的通知</a> 2026-11-03</li>" * 9 + "</ul>"),
    ],
    ids=["empty", "one line", "menus only", "scripts", "the same again"],
)
def test_where_there_is_no_list_none_of_notices_is_made_up(html):
    found = proposed(html)

    assert found is None or not any("通知" in each.title for each in found.page.listed)


HOSTILE = {
    "deep": "<div>" * 20_000 + entries(lambda n, title, href, at: f"<li><a href={href}>{title}</a>{at}</li>"),
    "wide": "".join(f"<li><a href=/{n}.html>关于第{n}号事项的通知</a><i>2026-11-03</i></li>" for n in range(20_000)),
    "classes": "".join(f'<li class="{"a" * 50} b{n}"><a href=/{n}>关于事项的通知{n}</a></li>' for n in range(3_000)),
    "links": "<p>" + "<a href=//x.example/>关于开展检查" * 20_000,
    "tags": "".join(
        f'<li"x><a" href=/{n}.html>关于开展第{n}次检查的通知</a"><b:c/>2026-11-03</li"x>' for n in range(50)
    ),
    "nested": "<ul><li><a href=/1.html>关于开展检查</a>" * 2_000,
}


@pytest.mark.parametrize("html", HOSTILE.values(), ids=HOSTILE)
def test_hostile_pages_end_soon(html):
    proposed(html)  # the whole test has its time limit


@pytest.mark.parametrize(
    ("html", "more", "second", "follows"),
    [
        ('<script>createPageHTML(9, 0, "index", "htm")</script>', "index_{page}.htm", 1, ""),
        ('<a href="index_1.html">下一页</a>', HOST + "/gsgg/index_{page}.html", 1, ""),
        ('<a href="?id=7&amp;page=2">下页</a>', HOST + "/gsgg/index.html?id=7&page={page}", 2, ""),
        ('<a href="2.html">[2]</a>', HOST + "/gsgg/{page}.html", 2, ""),
        ('<a href="/gsgg/x.html">Next</a>', "", 2, 'a:lexbor-contains("Next")'),
        ('<a href="javascript:p(2)">下一页</a>', "", 2, ""),
        ('<a href="/a/2.html">关于2号文件</a>', "", 2, ""),
        ("", "", 2, ""),
    ],
)
def test_where_a_list_goes_on(html, more, second, follows):
    found = onward(listpage.parsed(html), html, BASE, Listing())

    assert (found.more, found.more_from, found.next) == (more, second, follows)


def test_page_numbers_are_told_from_other_numbers_in_an_address():
    html = '<a href="list.aspx?page=2&amp;cid=12">下一页</a>'
    found = onward(listpage.parsed(html), html, HOST + "/list.aspx?page=1&cid=12", Listing())

    assert found.more == HOST + "/list.aspx?page={page}&cid=12"


def test_an_entry_is_no_entry_without_a_title():
    rows = "".join(f'<li><a href="{url(n)}">详</a><span>2026-11-03</span></li>' for n in range(8))
    found = proposed(shell(f"<ul class='x'>{rows}</ul>"))

    assert found is None or "ul.x" not in found.listing.entry
    assert proposing.FEWEST == 3
