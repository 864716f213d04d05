"""Ordinary feeds are read without feedparser, and come out as they would there."""

from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.animals import ATOM, EMPTY_RSS, RDF, RSS
from monitor.collectors import feed, mending, ordinary, xmlfeed
from tests.feeds import URL, entry, platform, rss

SPACES = (
    "xmlns:content='http://purl.org/rss/1.0/modules/content/' xmlns:dc='http://purl.org/dc/elements/1.1/' "
    "xmlns:slash='http://purl.org/rss/1.0/modules/slash/' xmlns:wfw='http://wellformedweb.org/CommentAPI/'"
)
BLOG = f"""<rss version="2.0" {SPACES}><channel><title>云溪市</title><item><title>停水</title>
<link>http://yunxi.example/?p=7</link><comments>http://yunxi.example/?p=7#comments</comments>
<dc:creator><![CDATA[办公室]]></dc:creator><pubDate>Sat, 11 May 2024 01:12:33 +0000</pubDate>
<category><![CDATA[公告]]></category><guid isPermaLink="false">http://yunxi.example/?p=7</guid>
<description><![CDATA[东湖路&#8230;]]></description><content:encoded><![CDATA[<p>东湖路<b>停水</b></p>]]></content:encoded>
<wfw:commentRss>http://yunxi.example/?feed=rss2&amp;p=7</wfw:commentRss><slash:comments>0</slash:comments>
<enclosure url="http://yunxi.example/7.pdf" length="1" type="application/pdf"/></item></channel></rss>"""

TEXTS = st.sampled_from(
    [
        *(
            "停水通知",
            "A &amp; B",
            "a &lt; b",
            "&lt;b&gt;急&lt;/b&gt;停水",
            "<![CDATA[<p>停&nbsp;水</p>]]>",
            "",
            "\n x \t",
        ),
        *(
            "&lt;div&gt;x&lt;/div&gt;",
            "&lt;blink&gt;x",
            "x &amp;foo; y",
            "&lt;br&gt;",
            "&amp;amp;",
            "<!-- c -->z",
            "\ufeffx",
        ),
        *("Ã©tÃ©", "\x85\x93", "a&#x85;b", "中文 Ã©", "　全角　", "\xa0", "&lt;", "<b>内</b>"),
    ]
)
ADDRESSES = st.sampled_from(
    [
        *(
            "http://a.example/1",
            "/1.html",
            "http://a.example/?a=1&amp;b=2",
            "http://a.example/?a=1&amp;amp;b",
            "",
            " x \n",
        ),
        *("http:///x", "路", "tag:x,1", "HTTP://A.EXAMPLE/", "javascript:x", "http://a.example/?a&amp;b;", quote("路")),
    ]
)
DATES = st.sampled_from(["Sat, 11 May 2024 09:12:33 +0800", "2024-05-11", "soon", ""])
PEOPLE = st.sampled_from(["青山客", "x@a.example (青山客)", "a@b.example", ""])
TYPES = st.sampled_from(["", "", "type='text'", "type='html'", "type='xhtml'", "type='TEXT/HTML'", "type='image/png'"])
RELATIONS = st.sampled_from(["", "rel='alternate'", "rel='ALTERNATE'", "rel='self'", "rel='enclosure'"])


def written(pattern, **parts):
    return st.builds(pattern.format, **parts)


OF_RSS = [
    *(written(f"<{name}>{{x}}</{name}>", x=TEXTS) for name in ("title", "description", "content:encoded", "category")),
    *(written(f"<{name}>{{x}}</{name}>", x=ADDRESSES) for name in ("link", "guid", "comments")),
    *(written(f"<{name}>{{x}}</{name}>", x=DATES) for name in ("pubDate", "dc:date")),
    *(written(f"<{name}>{{x}}</{name}>", x=PEOPLE) for name in ("author", "dc:creator")),
    written("<guid isPermaLink='{y}'>{x}</guid>", x=ADDRESSES, y=st.sampled_from(["true", "false"])),
    written("<enclosure url='{x}'/><source url='{x}'>s</source>", x=ADDRESSES),
]
OF_ATOM = [
    *(written(f"<{name} {{t}}>{{x}}</{name}>", x=TEXTS, t=TYPES) for name in ("title", "summary", "content")),
    *(written(f"<{name}>{{x}}</{name}>", x=DATES) for name in ("updated", "published")),
    *(written(f"<{name}><name>{{x}}</name><email>a@b.example</email></{name}>", x=PEOPLE) for name in ("author",)),
    written("<id>{x}</id>", x=ADDRESSES),
    written("<link href='{x}' {r}/>", x=ADDRESSES.map(str.strip), r=RELATIONS),
]


def listed(children):
    """Two or three entries, each of a few of ``children`` in any order."""
    some = st.lists(st.sampled_from(children), max_size=6, unique_by=id).flatmap(lambda chosen: st.tuples(*chosen))
    return st.lists(some.map("".join), min_size=1, max_size=3)


def rss_feed(entries):
    return f"<rss version='2.0' {SPACES}><channel>{''.join(f'<item>{each}</item>' for each in entries)}</channel></rss>"


def atom_feed(entries):
    return f"<feed xmlns='http://www.w3.org/2005/Atom'>{''.join(f'<entry>{each}</entry>' for each in entries)}</feed>"


@settings(max_examples=400)
@given(listed(OF_RSS).map(rss_feed) | listed(OF_ATOM).map(atom_feed))
def test_both_ways_of_reading_give_the_same(text):
    text = mending.mended(text)
    quick = ordinary.read(text)

    if quick is not None:
        thorough = xmlfeed.thorough(text)
        assert feed._items(quick, platform(), URL) == feed._items(thorough, platform(), URL)
        assert (quick.known, quick.broken) == (thorough.known, thorough.broken)


@pytest.mark.parametrize("text", [RSS, ATOM, RDF, BLOG, EMPTY_RSS], ids=["rss", "atom", "rdf", "blog", "empty"])
def test_what_everybody_publishes_is_ordinary(text):
    text = mending.mended(text)
    quick = ordinary.read(text)

    assert quick is not None
    assert feed._items(quick, platform(), URL) == feed._items(xmlfeed.thorough(text), platform(), URL)


@pytest.mark.parametrize(
    "text",
    [
        entry("<title>停<b>水</b></title>"),
        entry("<title type='html'>停水</title>"),
        entry("<title>停</title><title>水</title>"),
        entry("<media:title xmlns:media='http://search.yahoo.com/mrss/'>停水</media:title>"),
        entry("<item><title>T</title></item>"),
        rss("<items><item/></items>"),
        entry("<link>http:///a.example</link>"),
        entry("<link xml:base='http://a.example/'>1</link>"),
        "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><entry><title>T</title></entry></feed>",
        "<channel><item><title>T</title></item></channel>",
        atom_feed(["<title type='xhtml'><div>T</div></title>"]),
        atom_feed(["<link rel='alternate'>http://a.example/</link>"]),
        atom_feed(["<author><name>a<b/></name></author>"]),
        atom_feed(["<source><title>T</title></source>"]),
        rss("<item><title>T</title></item>")[:-8],
    ],
)
def test_what_is_unusual_is_left_to_feedparser(text):
    assert ordinary.read(mending.mended(text)) is None
