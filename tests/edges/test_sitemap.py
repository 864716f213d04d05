"""Sitemaps on a real server: what is new, what has changed, indexes, gzip, and what is wrong."""

import gzip
from dataclasses import replace

import pytest

from demo import animals
from monitor.errors import CollectError
from monitor.mapping import Listing
from tests.sites import Serving, Site, articles

SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def urlset(serving, *numbers, lastmod=None, root="urlset", name="url"):
    def place(n):
        changed = (lastmod or {}).get(n, f"2026-11-{n:02d}")
        dated = f"<lastmod>{changed}</lastmod>" if changed else ""
        return f"<{name}><loc>{serving.url(f'/gs/t{n}.html')}</loc>{dated}</{name}>"

    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} {SPACE}>{"".join(map(place, numbers))}</{root}>'


@pytest.fixture
def site():
    made = Site()
    made.post(*range(1, 13))
    return made


@pytest.fixture
def serving(site):
    with Serving(site, Listing(), kind="sitemap", path="/sitemap.xml") as opened:
        yield opened


def shows(site, body, path="/sitemap.xml"):
    site.routes[path] = animals.answer(body, "application/xml")


def failure(serving, **changes):
    with pytest.raises(CollectError) as error:
        serving.read(**changes)
    return error.value.code


def test_pages_are_read_the_latest_first_with_titles_of_their_own(site, serving):
    shows(site, urlset(serving, 1, 3, 2))
    found = serving.read()

    assert articles(found) == [3, 2, 1]
    assert found.items[0].title == "城区停水通知第3号"


def test_only_what_is_new_or_has_changed_is_read_later(site, serving):
    shows(site, urlset(serving, 1, 2))
    serving.read()
    shows(site, urlset(serving, 1, 2, 3, lastmod={1: "2026-11-20"}))
    assert sorted(articles(serving.read())) == [1, 3]
    assert articles(serving.read()) == []


def test_a_sitemap_that_calls_every_page_changed_does_not_make_a_flood(site, serving):
    site.post(*range(13, 40))
    shows(site, urlset(serving, *range(1, 40), lastmod=dict.fromkeys(range(40), "2026-11-01")))
    while serving.read().behind:
        pass
    shows(site, urlset(serving, *range(1, 40), lastmod=dict.fromkeys(range(40), "2026-11-02")))
    found = serving.read()

    assert (len(articles(found)), found.behind) == (20, False)


def test_pages_without_dates_are_looked_at_again_in_full_passes(site, serving):
    shows(site, urlset(serving, 1, lastmod={1: ""}))
    serving.read()
    assert articles(serving.read()) == []
    assert articles(serving.read(fetches=999)) == [1]


def test_much_that_is_new_takes_several_passes(site, serving):
    serving.reading = Listing(articles=5)
    shows(site, urlset(serving, *range(1, 13)))

    passes = [serving.read() for _ in range(3)]
    assert [found.behind for found in passes] == [True, True, False]
    assert [number for found in passes for number in articles(found)] == list(range(12, 0, -1))


def test_an_index_is_followed_and_gzip_unpacked(site, serving):
    shows(site, urlset(serving, 1, 2, root="sitemapindex", name="sitemap"))
    shows(site, gzip.compress(urlset(serving, 5, 6).encode()), "/gs/t1.html")
    shows(site, urlset(serving, 7), "/gs/t2.html")

    assert articles(serving.read()) == [7, 6, 5]


def test_a_map_of_an_index_that_is_gone_does_not_keep_the_others(site, serving):
    shows(site, urlset(serving, 1, 2, root="sitemapindex", name="sitemap"))
    site.routes["/gs/t1.html"] = animals.answer("", status=404)
    shows(site, urlset(serving, 7), "/gs/t2.html")
    assert articles(serving.read()) == [7]

    site.routes["/gs/t2.html"] = animals.answer("", status=500)
    assert failure(serving) in {"http_404", "http_500"}


def test_files_and_foreign_pages_are_named_and_pictures_are_no_pages(site, serving):
    loc = f"<url><loc>{serving.url('/f/a%E8%A1%A8.pdf')}</loc><image:loc>{serving.url('/gs/t2.html')}</image:loc></url>"
    shows(site, f"<urlset><url><loc><![CDATA[{serving.url('/gs/t1.html')}]]></loc></url>{loc}</urlset>")
    found = serving.read()

    assert articles(found) == [1]
    assert [item.title for item in found.items if item.link.endswith(".pdf")] == ["a表.pdf"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<urlset></urlset>", "broken_sitemap"),
        (b"<html><title>404</title></html>", "became_html"),
        (b"", "broken_sitemap"),
        (b"\x1f\x8bnonsense", "broken_sitemap"),
        (gzip.compress(bytes(60_000_000)), "too_large"),
        (gzip.compress(b"<urlset><url><loc>http://a.example/1</loc>" * 9)[:60], "truncated"),
    ],
    ids=["empty", "page", "nothing", "no gzip", "bomb", "cut"],
)
def test_what_is_no_sitemap_is_told(site, serving, body, code):
    shows(site, body)
    assert failure(serving) == code


def test_a_sitemap_that_had_pages_and_has_none_is_told(site, serving):
    shows(site, "<urlset></urlset>")
    assert failure(serving, had_items=True) == "empty_after_entries"


def test_a_page_that_stays_broken_is_kept_by_its_name(site, serving):
    shows(site, urlset(serving, 1, 2, 3))
    site.routes["/gs/t2.html"] = animals.answer("", status=500)
    for _ in range(5):
        found = serving.read()
    assert [item.title for item in found.items] == ["t2.html"]
    assert serving.read().items == ()


def test_fifty_thousand_pages_are_read_quickly_and_remembered_in_little(site, serving):
    many = "".join(f"<url><loc>{serving.url(f'/x/{n}.html')}</loc></url>" for n in range(50_000))
    shows(site, urlset(serving, 1) + many)
    serving.reading = replace(Listing(), articles=1)
    found = serving.read()

    assert found.behind
    assert len(found.cursor.memory) < 1_000
