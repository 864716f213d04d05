"""Damaged feeds: mended where that is easy, read as far as they go where it isn't."""

import pytest

from demo.animals import RSS
from monitor.collectors import feed, mending, xmlfeed
from tests.feeds import FRESH, entry, given, items, only, platform, rss

TITLES = ["关于东湖路停水的通知", "关于公交改道的通知"]
PRINTED = "<br />\n<b>Warning</b>:  mysql_connect(): refused in <b>/www/db.php</b> on line <b>3</b><br />\n"


def damaged(old, new):
    assert old in RSS
    return RSS.replace(old, new)


SLIGHT = {
    "bare ampersand": damaged("周日上午", "周日 & 周一 &上午 &= &;"),
    "ampersand in an address": damaged("1.html</link>", "?id=1&type=2&copy</link>"),
    "ampersand in an attribute": damaged("</item>", "<enclosure url='http://yunxi.example/?a=1&b=2'/></item>"),
    "entities of HTML": damaged("周日上午", "周日&nbsp;上午&mdash;&hellip;"),
    "unknown entity": damaged("周日上午", "周日&whatever;上午"),
    "bare less-than": damaged("周日上午", "水位 < 3 米 <= 2<1 <（见附件）"),
    "control characters": damaged("周日上午", "周日\x00\x0b\x1f上午"),
    "forbidden references": damaged("周日上午", "周日&#0;&#x1F;&#xFFFF;上午"),
    "reference without an end": damaged("周日上午", "周日&#30005上午"),
    "end of CDATA alone": damaged("周日上午", "周日 ]]> 上午"),
    "undeclared prefixes": damaged("</item>", "<content:encoded>x</content:encoded><a:b/></item>"),
    "blank before the declaration": "\n \n" + RSS,
    "printed before": PRINTED + RSS,
    "printed after": RSS + PRINTED,
    "page's end after": RSS + "</body></html>",
    "two declarations": "<?xml version='1.0' encoding='gbk'?>\n" + RSS,
    "doctype of a page": "<!DOCTYPE html>\n" + RSS.partition("\n")[2],
}


@pytest.mark.parametrize("text", SLIGHT.values(), ids=SLIGHT)
def test_slight_damage_is_mended(text):
    assert not xmlfeed.parse(text).broken
    assert [item.title for item in items(text)] == TITLES


HEAVY = {
    "cut": RSS[: RSS.index("公交绕行")],
    "tag that nobody closes": damaged("周日上午", "<p>周日<br>上午"),
    "tag closed twice": damaged("周日上午", "</b>周日</b>上午"),
    "crossed tags": damaged("周日上午", "<i><b>周日</i>上午</b>"),
    "attribute without quotes": damaged('version="2.0"', "version=2.0"),
    "CDATA without an end": damaged("周日上午停水检修。</description></item>", "x</description></item>").replace(
        "&lt;p&gt;3", "<![CDATA[3"
    ),
    "two feeds": RSS + RSS.replace("notice", "other"),
}


@pytest.mark.parametrize("text", HEAVY.values(), ids=HEAVY)
def test_heavy_damage_is_read_as_far_as_it_goes(text):
    assert [item.title for item in items(text)][:2] == TITLES


@pytest.mark.parametrize(("text", "kept"), [(SLIGHT["bare ampersand"], '"1"'), (HEAVY["cut"], "")])
def test_only_a_feed_that_may_have_more_is_asked_again(text, kept):
    """What was cut must not hide behind a 304; what was mended is whole."""
    collected = feed.collect(platform(), FRESH, given(text, etag='"1"'))

    assert collected.cursor.etag == kept


@pytest.mark.parametrize(
    ("inside", "title"),
    [
        ("<title><![CDATA[水&电 < 气]]></title>", "水&电 < 气"),
        ("<title><![CDATA[水&nbsp;电]]></title>", "水 电"),
        ("<title>水 & 电<![CDATA[ & 气]]> & 热</title>", "水 & 电 & 气 & 热"),
        ("<title>a &lt; b &amp;lt; c</title>", "a < b < c"),
    ],
)
def test_what_stands_in_cdata_is_left_alone(inside, title):
    assert only(entry(inside)).title == title


def test_addresses_with_a_bare_ampersand_stay_as_they_were():
    inside = "<title>T</title><link>{0}</link><guid>{0}</guid>"
    bare = only(entry(inside.format("http://yunxi.example/?id=1&type=2")))
    right = only(entry(inside.format("http://yunxi.example/?id=1&amp;type=2")))

    assert (bare.link, bare.external_id) == (right.link, right.external_id)


def test_a_known_prefix_means_what_it_always_means():
    found = only(entry("<title>T</title><description>短</description><content:encoded>长</content:encoded>"))

    assert found.text == "长"


def test_more_prefixes_than_anybody_needs_are_not_declared():
    text = rss("<item><title>T</title></item>", *(f"<p{n}:x/>" for n in range(99)))

    assert "xmlns" not in mending.mended(text)
    assert [item.title for item in items(text)] == ["T"]
