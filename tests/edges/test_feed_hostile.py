"""Feeds that are made to hurt: entities, depth, length, characters that must not come out."""

import contextlib
import time

import pytest

from monitor.collectors import feed
from monitor.errors import CollectError
from tests.feeds import FRESH, entry, given, json_feed, only, platform, rss

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DOCTYPES = [
    (f'<!DOCTYPE r [<!ENTITY l0 "ha">{LAUGHS}]>', "&l0; &l9;", "ha &l9;"),
    ('<!DOCTYPE r [<!ENTITY a "' + "a" * 5000 + '">]>', "&a;" * 50, "&a;" * 50),
    ('<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/hostname">]>', "x &a;", "x &a;"),
    ('<!DOCTYPE r [<!ENTITY % a SYSTEM "http://127.0.0.1:9/"> %a;]>', "x", "x"),
    ('<!DOCTYPE r SYSTEM "http://127.0.0.1:9/r.dtd">', "x &copy;", "x ©"),
    ("<!DOCTYPE r PUBLIC \"-//Netscape//DTD RSS 0.91//EN\" 'http://127.0.0.1:9/'>", "x", "x"),
    ('<!DOCTYPE r [<!-- ]> --><!ENTITY a "&#179;"><!ENTITY b "]>">]>', "m&a; &b;", "m³ ]>"),
]


@pytest.mark.parametrize(("doctype", "title", "expected"), DOCTYPES)
def test_no_doctype_reaches_the_parser(doctype, title, expected):
    assert only(f'<?xml version="1.0"?>\n{doctype}\n{entry(f"<title>{title}</title>")}').title == expected


HOSTILE = {
    "deep": entry("<title>T</title>" + "<a>" * 9000),
    "deep markup": entry("<title>T</title><description>" + "&lt;b&gt;" * 30_000 + "</description>"),
    "author": entry("<title>T</title><author>a@" + "a." * 150_000 + "</author>"),
    "author again": entry("<title>T</title><author>" + "a" * 300_000 + "</author>"),
    "authors": entry("<title>T</title>" + "<author>a b c</author>" * 14_000),
    "categories": entry("<title>T</title>" + "".join(f"<category>{n}</category>" for n in range(12_000))),
    "ampersands": entry("<title>" + "&" * 300_000 + "</title>"),
    "brackets": entry("<title>T</title>" + "<" * 300_000),
    "quotes": entry("<title>T</title>" + '<a " ' * 60_000),
    "comments": entry("<title>T</title>" + "<!--" * 75_000),
    "comments first": "<!--" * 75_000,
    "instructions first": "<?" * 150_000,
    "doctype": "<!DOCTYPE" + "<!--" * 75_000,
    "cdata": entry("<title>T</title>" + "<![CDATA[" * 33_000),
    "references": entry("<title>" + "&#" * 150_000 + "</title>"),
    "long reference": entry("<title>&#" + "1" * 300_000 + ";</title>"),
    "date": entry("<title>T</title><pubDate>" + "1-" * 150_000 + "</pubDate>"),
    "link": entry("<title>T</title><link>http://x/?" + "&amp;a;" * 40_000 + "</link>"),
    "items": rss("<item><title>T</title></item>" * 10_000),
    "page": "<html>" + "<title " * 40_000,
    "nested and closed": entry("<title>T</title>" + "<a>" * 40_000 + "</a>" * 40_000),
    "attribute": entry(f"<title a='{'x' * 300_000}'>T</title>"),
    "attribute of ampersands": entry(f"<title a='{'&' * 300_000}'>T</title>"),
    "attributes": entry("<title " + " ".join(f"a{n}='b'" for n in range(25_000)) + ">T</title>"),
    "namespaces": "<rss " + " ".join(f"xmlns:a{n}='b'" for n in range(20_000)) + "/>",
    "undeclared prefixes": rss("<item><title>T</title></item>", *(f"<p{n}:x/>" for n in range(30_000))),
    "short tags": entry("<title>T</title>" + "<a/" * 100_000),
    "closing tags": entry("</b>" * 75_000),
    "entities": f"<!DOCTYPE r [<!ENTITY a 'x'>]>{entry('<title>' + '&a;' * 100_000 + '</title>')}",
    "ends of cdata": entry("<title>" + "]]>" * 100_000 + "</title>"),
    "small cdata": entry("<title>" + "<![CDATA[x]]>" * 23_000 + "</title>"),
    "nul": entry("<title>" + "\0" * 300_000 + "T</title>"),
    "one identity": rss(*(f"<item><title>{n}</title><guid>1</guid></item>" for n in range(6000))),
    "dates": rss(*(f"<item><title>{n}</title><pubDate>{'9' * 50}</pubDate></item>" for n in range(3000))),
    "xhtml": "<feed xmlns='http://www.w3.org/2005/Atom'><entry><content type='xhtml'>"
    + "<b>x</b>" * 37_000
    + "</content></entry></feed>",
    "json": '{"version": "https://jsonfeed.org/version/1", "items": ' + "[" * 300_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_feeds_take_linear_time(text):
    """300 kB each, a second at most; where something is quadratic these take from half a minute to hours."""
    begun = time.process_time()

    with contextlib.suppress(CollectError):
        feed.collect(platform(), FRESH, given(text))

    assert time.process_time() - begun < 10


def test_surrogates_and_controls_never_come_out():
    item = only(
        json_feed(
            r'{"id": "\ud800\u0000a", "title": "b\ud800\u0007", "content_text": "c\udfffd", '
            r'"url": "http://yunxi.example/\ud800"}'
        )
    )

    assert (item.external_id, item.title, item.text, item.link) == ("a", "b", "cd", "http://yunxi.example/")
