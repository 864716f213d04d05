"""List pages on a real server: which articles a pass reads, how far back it goes, what it remembers, what is wrong."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from demo import animals
from monitor.collectors.remembered import recalled
from monitor.errors import CollectError
from tests.sites import FRESH, HTML, READING, Serving, Site, articles, item_of

LOGIN = '<html><title>统一登录</title><form><input name=u><input type="password" name=p></form></html>'
CHALLENGE = '<html><head><script>var x=1;document.cookie="k="+x;location.reload()</script></head><body></body></html>'


def site(*numbers, **options):
    made = Site(**options)
    made.post(*numbers)
    return made


def failure(serving, **changes):
    with pytest.raises(CollectError) as error:
        serving.read(**changes)
    return error.value


# what an article becomes


def test_each_article_is_read_with_its_title_date_and_main_text():
    with Serving(site(3)) as serving:
        item = item_of(serving.read(), "t3.html")

        assert item.title == "城区停水通知第3号"
        assert item.text == "为保障施工安全，城南路今晚十时起停水，请居民提前储水。"
        assert item.published_at == datetime(2026, 11, 2, 16, tzinfo=UTC)
        assert item.link == item.external_id == serving.url("/gs/t3.html")


def test_pages_in_gb18030_are_read_whatever_they_call_it():
    made = site(3, encoding="gb2312")
    made.titles[3] = "城区停水通知"
    with Serving(made) as serving:
        found = serving.read()

        assert item_of(found, "t3.html").title == "城区停水通知"
        assert found.cursor.decoded_by == "declaration"


def test_a_title_that_the_list_cuts_is_taken_from_the_article():
    made = site(3)
    made.routes["/gs/index.html"] = animals.answer(made.page([3]).replace("通知第3号<", "通知…<"), HTML)
    with Serving(made) as serving:
        assert item_of(serving.read(), "t3.html").title == "城区停水通知第3号"


def test_a_file_and_a_page_elsewhere_are_what_the_list_says_of_them():
    made = site(3)
    rows = '<ul class="col"><li><a href="/f/名单.xls">配租名单</a><span>2026-11-02</span></li>'
    rows += '<li><a href="https://other.example/x.html">转发文章</a><span>2026-11-01</span></li></ul>'
    made.routes["/gs/index.html"] = animals.answer(rows, HTML)
    with Serving(made, replace(READING, pages=1)) as serving:
        found = serving.read()

        assert [(item.title, item.text) for item in found.items][:2] == [("配租名单", ""), ("转发文章", "")]
        assert "名单.xls" in found.items[0].html
        assert serving.asked == ["index.html"]


def test_who_wrote_and_how_often_it_was_read_goes_no_further():
    made = site()
    made.post(3, text="城南路今晚停水，请居民提前储水。</p><p>责任编辑：赵某某　浏览次数：1024")
    with Serving(made) as serving:
        text = item_of(serving.read(), "t3.html").text
        assert "赵某某" not in text
        assert "1024" not in text


# which articles


def test_only_what_is_new_is_read_in_later_passes():
    made = site(1, 2)
    with Serving(made) as serving:
        serving.read()
        made.post(3)
        found = serving.read()

        assert (articles(found), serving.asked) == ([3], ["index.html", "t3.html"])


def test_at_first_contact_all_pages_are_read_back_over_several_passes():
    with Serving(site(*range(1, 18)), replace(READING, articles=7)) as serving:
        first, second, third = serving.read(), serving.read(), serving.read()

        assert articles(first) == [17, 16, 15, 14, 13, 12, 11]
        assert articles(first) + articles(second) + articles(third) == list(range(17, 0, -1))
        assert (first.behind, second.behind, third.behind) == (True, True, False)


def test_no_more_pages_are_read_back_than_are_configured():
    with Serving(site(*range(1, 18)), replace(READING, pages=2)) as serving:
        found = serving.read()

        assert (articles(found), found.behind) == (list(range(17, 7, -1)), False)
        assert "index_3.html" not in serving.asked


def test_a_page_that_is_all_new_leads_on_until_something_is_known():
    made = site(1, 2, 3)
    with Serving(made) as serving:
        serving.read()
        made.post(*range(4, 12))
        found = serving.read()

        assert articles(found) == list(range(11, 3, -1))
        assert [name for name in serving.asked if name.startswith("index")] == ["index.html", "index_2.html"]


def test_the_link_to_the_next_page_leads_on_where_pages_have_no_numbers():
    made = site(*range(1, 8))
    for page, follows in (("index", "index_2"), ("index_2", "index_1")):
        numbers = range(7, 2, -1) if page == "index" else range(2, 0, -1)
        body = made.page(numbers) + f'<a class="next" href="{follows}.html">下一页</a>'
        made.routes[f"/gs/{page}.html"] = animals.answer(body, HTML)
    with Serving(made, replace(READING, more="", next="a.next")) as serving:
        assert articles(serving.read()) == [7, 6, 5, 4, 3, 2, 1]


def test_a_server_that_shows_the_first_page_again_after_the_last_ends_it():
    made = site(1, 2)
    made.routes["/gs/index_2.html"] = animals.answer(made.page([2, 1]), HTML)
    with Serving(made) as serving:
        found = serving.read()

        assert (articles(found), found.behind, len(serving.asked)) == ([2, 1], False, 4)


def test_nothing_is_read_while_the_page_has_not_changed():
    with Serving(site(1, etags=True)) as serving:
        serving.read()
        found = serving.read()

        assert (found.items, serving.asked) == ((), ["index.html"])


def test_the_newest_articles_are_looked_at_again_in_full_passes_and_only_the_changed_come():
    made = site(1, 2, etags=True)
    with Serving(made, full_every=3) as serving:
        serving.read()
        serving.read()
        made.post(2, text="更正：城南路停水改为明晚，请居民相互转告，不便之处请谅解。")
        found = serving.read()

        assert (articles(found), sorted(serving.asked)) == ([2], ["index.html", "t1.html", "t2.html"])


# trouble


def test_one_broken_article_does_not_keep_the_others():
    made = site(1, 2, 3, 4)
    made.routes["/gs/t3.html"] = animals.answer("", status=500)
    with Serving(made) as serving:
        found = serving.read()
        assert (articles(found), found.trouble) == ([4, 2, 1], None)

        del made.routes["/gs/t3.html"]
        assert articles(serving.read()) == [3]


def test_an_article_that_stays_broken_is_kept_as_the_list_names_it_after_five_passes():
    made = site(1, 2, 3, 4)
    made.routes["/gs/t3.html"] = animals.answer("", status=404)
    with Serving(made) as serving:
        for _ in range(4):
            assert 3 not in articles(serving.read())
        found = serving.read()
        assert item_of(found, "t3.html").title == "城区停水通知第3号"
        assert "t3.html" not in (serving.read(), serving.asked)[1]


def test_when_most_articles_are_broken_the_platform_is_in_trouble_and_is_spared():
    made = site(*range(1, 6))
    made.routes |= {f"/gs/t{n}.html": animals.answer("", status=500) for n in range(1, 6)}
    with Serving(made) as serving:
        found = serving.read()

        assert (found.trouble.code, str(found.trouble)) == ("articles_unread", "3 / 3: the server answered 500")
        assert len(serving.asked) == 4


def test_some_dead_links_in_a_list_are_no_trouble_of_the_platform():
    made = site(*range(1, 6))
    made.routes |= {f"/gs/t{n}.html": animals.answer("", status=404) for n in (1, 2)}
    with Serving(made) as serving:
        assert [serving.read().trouble for _ in range(8)] == [None] * 8


def test_new_articles_that_cant_be_read_are_trouble_though_the_old_ones_could():
    made = site(*range(1, 6))
    with Serving(made, full_every=14) as serving:
        codes = [serving.read().trouble]
        for n in range(6, 10):
            made.routes[f"/gs/t{n}.html"] = animals.answer("", status=500)
            made.post(n)
            for _ in range(3):
                trouble = serving.read().trouble
                codes.append(trouble.code if trouble else None)
        assert codes == [None] * 7 + ["articles_unread"] * 6  # three of five can't be read

        made.routes.clear()
        while serving.cursor.fetches % 14:
            found = serving.read()
        assert found.trouble is None


def test_old_articles_that_are_gone_are_kept_by_their_titles_at_once():
    made = site(*range(1, 11))
    made.routes |= {f"/gs/t{n}.html": animals.answer("", status=404) for n in range(1, 6)}
    with Serving(made) as serving:
        found = serving.read()

        assert (articles(found), found.trouble, found.behind) == (list(range(10, 0, -1)), None, False)


def test_an_entry_that_redirects_to_another_site_is_kept_by_its_title():
    made = site(1)
    made.routes["/gs/t1.html"] = animals.redirect("https://other.example/")
    with Serving(made) as serving:
        found = serving.read()

        assert (item_of(found, "t1.html").text, found.trouble) == ("", None)


def test_a_server_that_asks_for_time_is_left_alone_at_once():
    made = site(1, 2, 3)
    made.routes["/gs/t3.html"] = animals.tired(503, "120")
    with Serving(made) as serving:
        found = serving.read()

        assert (found.trouble.code, found.trouble.retry_after) == ("http_503", timedelta(seconds=120))
        assert serving.asked == ["index.html", "t3.html"]


def test_a_broken_page_further_back_is_asked_for_again_five_times():
    made = site(*range(1, 8))
    made.routes["/gs/index_2.html"] = animals.answer("", status=500)
    with Serving(made) as serving:
        assert [serving.read().behind for _ in range(6)] == [True] * 4 + [False] * 2

        serving.cursor = FRESH
        serving.read()
        del made.routes["/gs/index_2.html"]
        assert articles(serving.read()) == [2, 1]


@pytest.mark.parametrize(
    ("reading", "what"),
    [
        ({"entry": "ul.other li"}, "entry = 'ul.other li'"),
        ({"link": "b"}, "link = 'b'"),
        ({"title": "h3"}, "title = 'h3'"),
        ({"date": "em"}, "date = 'em'"),
    ],
)
def test_a_selector_that_finds_nothing_is_named(reading, what):
    with Serving(site(1, 2, 3), replace(READING, **reading)) as serving:
        error = failure(serving)

        assert (error.code, what in str(error)) == ("selector_finds_nothing", True)


def test_a_selector_of_the_main_text_that_finds_nothing_is_named_and_loses_nothing():
    made = site(1, 2, 3)
    with Serving(made, replace(READING, text="#zoom")) as serving:
        found = serving.read()
        assert (found.trouble.code, articles(found)) == ("selector_finds_nothing", [])
        assert "text = '#zoom'" in str(found.trouble)

        serving.reading = replace(READING, text="div.txt")
        assert articles(serving.read()) == [3, 2, 1]


@pytest.mark.parametrize("name", ["entry", "link", "title", "date"])
def test_what_is_no_selector_is_named(name):
    with Serving(site(1), replace(READING, **{name: "li["})) as serving:
        error = failure(serving)

        assert (error.code, error.permanent, f"{name} = 'li['" in str(error)) == ("bad_selector", True, True)


@pytest.mark.parametrize(
    ("body", "code"), [(LOGIN, "became_html"), (CHALLENGE, "blocked"), ("", "selector_finds_nothing")]
)
def test_what_stands_there_instead_of_the_list_is_told_apart(body, code):
    made = site(1)
    with Serving(made) as serving:
        serving.read()
        made.routes["/gs/index.html"] = animals.answer(body, HTML)
        assert failure(serving).code == code


def test_articles_behind_a_protection_are_told_apart():
    made = site(1, 2, 3)
    made.routes |= {f"/gs/t{n}.html": animals.answer(CHALLENGE, HTML) for n in (1, 2)}
    made.routes["/gs/t3.html"] = animals.answer(CHALLENGE, HTML, status=412)
    with Serving(made) as serving:
        assert serving.read().trouble.code == "blocked"


@pytest.mark.parametrize(
    "memory",
    ["", "{", "[]", "7", '{"read":[1]}', '{"tried":{"a":"b"}}', '{"proofs":{"a":[1,2]}}', '{"back":7}', "[" * 9999],
)
def test_a_memory_that_cannot_be_read_is_no_memory(memory):
    with Serving(site(1)) as serving:
        assert articles(serving.read(memory=memory)) == [1]


def test_what_is_remembered_stays_small():
    memory = recalled("")
    for n in range(30_000):
        memory.note(f"{n:012d}", "", '"etag"')
        memory.failed(f"x{n}")

    kept = recalled(memory.written())
    assert (len(kept.read), len(kept.tried), len(kept.proofs)) == (12_000, 200, 40)
    assert kept.knows(f"{29_999:012d}")


def test_numbers_of_sessions_in_addresses_do_not_make_articles_new():
    made = site(1)
    with Serving(made) as serving:
        for session in ("A1", "B2"):
            page = made.page([1]).replace("t1.html", f"t1.html;jsessionid={session}")
            made.routes["/gs/index.html"] = animals.answer(page, HTML)
            found = serving.read()
        assert articles(found) == []
