"""Which addresses a page leads to, and which of them are kept."""

import pytest

from monitor import door, pagelinks
from monitor.model import Item, Platform, Surface

PAGE = "http://www.agency.example/gsgg/1.html"
AT = Platform(name="p", kind="list", title="P", url=PAGE, prefixes=("http://www.agency.example/",))


def item(html, **more):
    return Item(external_id="1", html=html, link=PAGE, **more)


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ('<a href="2.html">', ["http://www.agency.example/gsgg/2.html"]),
        ('<a href=" /2.html\n#top">', ["http://www.agency.example/2.html"]),
        (
            '<area href="//other.example"><img src=../p.png>',
            ["http://other.example/", "http://www.agency.example/p.png"],
        ),
        ('<iframe src="/f"></iframe><embed src="/e"><object data="/o"></object>', ["f", "e", "o"]),
        ('<base href="/b/"><a href="2.html">', ["http://www.agency.example/b/2.html"]),
        ('<base target="_blank"><a href="2.html">', ["http://www.agency.example/gsgg/2.html"]),
        ('<a href="2.html"><a href="2.html#x"><a href="2%2Ehtml">', ["http://www.agency.example/gsgg/2.html"]),
        ('<a href="#x"><a href="1.html"><a href=""><a>', []),
        ('<a href="javascript:void(0)"><a href="mailto:a@b.example"><a href="tel:110"><img src="data:x,y">', []),
        ('<a href="http://a@b.example/"><a href="http://[1/"><a href="http://0x7f.1/">', []),
        (f'<a href="/{"x" * 1000}">', []),
        ('<a href="/附件.html"><a href="/s?q=%CE%C4"><a href="/s?q=文">', ["%E9%99%84%E4%BB%B6.html", "s?q=%CE%C4"]),
        ("no links at all", []),
    ],
)
def test_where_a_page_leads(html, found):
    expected = [each if "//" in each else f"http://www.agency.example/{each}" for each in found]

    assert list(pagelinks.links(item(html))) == expected


def test_a_page_with_very_many_links_gives_the_first():
    many = "".join(f'<a href="/{number}">' for number in range(2000))

    assert len(pagelinks.links(item(many))) == pagelinks.MOST
    assert pagelinks.links(Item(external_id="1")) == ()


def test_addresses_with_personal_data_are_left_out_and_the_others_kept():
    html = '<a href="/a"><a href="/b?id=210726196411200006"><a href="/c%0A?tel=%31%35900001111"><a href="/d">'

    assert door.links(AT, item(html)) == ("http://www.agency.example/a", "http://www.agency.example/d")


def test_links_of_private_places_and_of_citizens_messages_are_nobodys():
    private = Platform(name="p", kind="board", title="P", url=PAGE, prefixes=(), surface=Surface.PRIVATE)

    assert door.links(private, item('<a href="/a">')) == ()
    assert door.links(AT, item('<a href="/a">', message=True)) == ()
    assert door.links(AT, item("nothing")) == ()
    assert door.entry(b"key", AT, item("x", part=True)).part
