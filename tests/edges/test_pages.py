"""Home pages are looked at for themselves: what they hide, what is changed in them, how old they are."""

from datetime import timedelta

import pytest

from classifiers.finding import Kind
from demo import animals
from monitor.model import State
from monitor.store import records
from tests.attached import ID
from tests.homes import (
    CHALLENGE,
    DEFACED,
    HIDDEN,
    HTML,
    LOGIN,
    TITLE,
    again,
    lively,
    pass_time,
    redesigned,
    row,
    rules,
    said,
    serving,
)
from tests.houses import T, Web, all_records, drain, item, mails, move, only_record, text_of, transitions

pytestmark = pytest.mark.usefixtures("each_database")
DAY = timedelta(days=1)
OTHERS = """
[[platform]]
name = "second"
title = "通知公告"
url = "{base}/b/feed.xml"
networks = ["127.0.0.0/8"]
[[platform]]
name = "third"
title = "政策文件"
url = "{base}/c/feed.xml"
networks = ["127.0.0.0/8"]
"""
DAYS = 4 * DAY


@pytest.fixture
def home(clock):
    with serving(clock) as home:
        yield home


@pytest.fixture
def learned(tmp_path, clock, home):
    """A house that knows its home page."""
    house = home.house(tmp_path)
    pass_time(house, clock, DAYS, DAY)
    assert said(house) == []
    return house


def test_nothing_is_said_of_a_lively_home_page_in_sixty_days(tmp_path, clock, home):
    house = home.house(tmp_path)
    pass_time(house, clock, 60 * DAY, timedelta(hours=17))

    assert said(house) == []
    assert len(home.seen) >= 80
    with house.store.read() as tx:
        kept = str([tx.exec_driver_sql(f"SELECT * FROM {table}").all() for table in ("page", "item", "version")])
        assert len(row(house, "memory")[0]) < 40_000
    for words in (TITLE, "燃气", "访问量", "首页"):
        assert words not in kept


def test_a_hidden_link_in_the_home_page_opens_a_record(clock, home, learned):
    home.beside = HIDDEN
    pass_time(learned, clock, timedelta(hours=6))

    record = only_record(learned)
    assert (record.kind, record.locator) == (Kind.HIDDEN_LINK, home.zoo.url("/"))
    assert record.subject == home.zoo.url("/").removeprefix("http://")
    move(learned, State.RESOLVED, clock)
    pass_time(learned, clock, 2 * DAY, DAY)
    assert said(learned) == [("hidden_link", "resolved")]


def test_what_stood_there_at_first_contact_is_listed_and_alerts_nobody(tmp_path, clock, home):
    home.beside = HIDDEN
    house = home.house(tmp_path, web=Web([item("路灯已修好")]))
    drain(house, clock, ["collect", "classify", "escalate"])
    assert mails(house) == []  # the page has not been looked at
    drain(house, clock)
    drain(house, clock)

    assert all_records(house) == []
    (mail,) = mails(house)
    assert "网页暗链" in text_of(mail)


def test_personal_data_and_scam_on_a_home_page_are_found_and_not_kept(clock, home, learned):
    advert = "代办各类证件，不成功不收费，加微信 abc12345 详谈，快速出证，可先看样品"
    home.beside = f"<p>公示：李桂香，身份证号{ID}</p><p>{advert}</p>"
    pass_time(learned, clock, timedelta(hours=6))

    assert {record.kind for record in all_records(learned)} == {Kind.PERSONAL_DATA, Kind.SCAM}
    with learned.store.read() as tx:
        tables = ("page", "item", "version", "finding")
        kept = str([tx.exec_driver_sql(f"SELECT * FROM {table}").all() for table in tables])
    assert ID not in kept


def test_a_defaced_page_is_told_after_a_second_look_and_closes_when_it_is_restored(clock, home, learned):
    home.page = lambda _now: DEFACED
    pass_time(learned, clock, timedelta(hours=6))
    assert said(learned) == []  # a single look is not believed
    again(learned, clock)

    record = only_record(learned)
    assert record.kind is Kind.PAGE_CHANGED
    assert rules(learned, record) == ["emptied", "title_replaced"]
    again(learned, clock, 3)
    assert len(rules(learned, record)) == 2

    home.page = None
    pass_time(learned, clock, timedelta(hours=6))
    assert said(learned) == [("page_changed", "open")]
    again(learned, clock)
    assert said(learned) == [("page_changed", "resolved")]
    assert "back" in transitions(learned, record)

    home.page = lambda _now: DEFACED
    pass_time(learned, clock, timedelta(hours=6))
    again(learned, clock)
    assert said(learned) == [("page_changed", "open"), ("page_changed", "resolved")]


def test_a_page_that_is_half_published_for_a_moment_alarms_nobody(clock, home, learned):
    for _ in range(3):
        home.page = lambda _now: DEFACED
        pass_time(learned, clock, timedelta(hours=6))
        home.page = None
        pass_time(learned, clock, timedelta(hours=6))

    assert said(learned) == []


def test_a_strangers_script_is_told_with_its_host_and_friends_are_not(tmp_path, clock, home):
    house = home.house(tmp_path, top='friends = ["vendor.example"]')
    pass_time(house, clock, DAYS, DAY)
    home.head = '<script src="//cdn.vendor.example/a.js"></script><script src="https://hm.baidu.com/hm.js"></script>'
    pass_time(house, clock, DAY)
    assert said(house) == []

    home.head += '<script src="//evil-cdn.invalid/a.js"></script>'
    home.beside = '<iframe src="https://frame.invalid/x"></iframe><form action="https://phish.invalid/in"></form>'
    pass_time(house, clock, timedelta(hours=6))
    again(house, clock)
    drain(house, clock)

    record = next(each for each in all_records(house) if each.kind is Kind.PAGE_CHANGED)
    assert rules(house, record) == ["new_form", "new_frame", "new_script"]
    with house.store.read() as tx:
        assert "evil-cdn[.]invalid" in {seen.excerpt for seen in records.seen(tx, record.id)}


def test_a_redesign_is_told_once_and_is_the_baseline_once_a_person_has_closed_it(clock, home, learned):
    home.page = redesigned
    pass_time(learned, clock, timedelta(hours=6))
    again(learned, clock)
    assert rules(learned, only_record(learned)) == ["template_gone"]

    move(learned, State.DISMISSED, clock)
    pass_time(learned, clock, 6 * DAY, DAY)
    assert said(learned) == [("page_changed", "dismissed")]

    home.page = lambda _now: DEFACED
    pass_time(learned, clock, timedelta(hours=6))
    again(learned, clock)
    assert said(learned) == [("page_changed", "dismissed"), ("page_changed", "open")]


def test_a_festival_may_dress_the_page_up(clock, home, learned):
    home.page = lambda now: lively(now, head='<link href="/skin.css">').replace('class="', 'class="spring ')
    pass_time(learned, clock, 9 * DAY, DAY)
    home.page = None
    pass_time(learned, clock, 3 * DAY, DAY)

    assert said(learned) == []


def test_a_login_page_or_a_protection_is_no_change(clock, home, learned):
    for text, code in ((LOGIN, "became_html"), (CHALLENGE, "blocked")):
        home.page = lambda _now, text=text: text
        pass_time(learned, clock, DAY)
        assert (said(learned), row(learned, "error")) == ([], (code,))
    home.page = None
    pass_time(learned, clock, timedelta(hours=6))
    assert row(learned, "error, failures") == ("", 0)


@pytest.mark.parametrize(
    ("route", "code"),
    [
        (animals.answer("", status=502), "http_502"),
        (animals.reset(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<html>"), "connection_lost"),
        (animals.answer("x" * 2_100_000, HTML), "too_large"),
        (animals.tired(503, "7200"), "http_503"),
        (animals.redirect("/"), "too_many_redirects"),
    ],
)
def test_a_server_in_trouble_says_nothing_of_the_page(clock, home, learned, route, code):
    home.routes["/"] = route
    pass_time(learned, clock, DAY)

    assert said(learned) == []
    assert row(learned, "error")[0] == code
    home.routes.clear()
    pass_time(learned, clock, timedelta(hours=6))
    assert row(learned, "error, failures") == ("", 0)


def test_visitors_who_are_sent_to_strangers_are_told_of(clock, home, learned):
    home.routes["/"] = animals.redirect("https://bet-777.invalid/welcome?x=1")
    pass_time(learned, clock, timedelta(hours=6))
    again(learned, clock)
    assert rules(learned, only_record(learned)) == ["leads_away"]
    again(learned, clock, 2)
    home.routes.clear()
    pass_time(learned, clock, timedelta(hours=6))
    again(learned, clock)
    assert said(learned) == [("page_changed", "resolved")]


def test_a_redirect_within_the_house_or_to_a_friend_is_trouble_and_no_change(tmp_path, clock, home):
    house = home.house(tmp_path, top='friends = ["sso.example"]')
    pass_time(house, clock, DAYS, DAY)
    home.routes["/"] = animals.redirect("https://login.sso.example/")
    pass_time(house, clock, DAY)

    assert said(house) == []
    assert row(house, "error")[0] == "redirect_outside"


def test_another_language_is_told(clock, home, learned):
    english = {ord(each): f"word{number % 40} " for number, each in enumerate(map(chr, range(0x4E00, 0x9FA6)))}
    home.page = lambda now: lively(now).translate(english)
    pass_time(learned, clock, timedelta(hours=6))
    again(learned, clock)

    assert "other_language" in rules(learned, only_record(learned))


def test_the_same_page_in_another_encoding_is_the_same(clock, home, learned):
    home.encoding = "gb18030"
    home.page = lambda now: lively(now, charset="utf-8").replace("℃", "度")  # the label lies
    pass_time(learned, clock, DAY)

    assert said(learned) == []


def test_a_server_that_says_304_for_ever_hides_nothing_for_long(clock, home, learned):
    home.etag = '"1"'
    pass_time(learned, clock, timedelta(hours=12))
    assert row(learned, "etag") == ('"1"',)
    home.page = lambda _now: DEFACED
    pass_time(learned, clock, timedelta(days=4))  # every twelfth look asks for all of it

    assert said(learned) == [("page_changed", "open")]


def test_a_home_page_that_nobody_updates_is_told_before_the_limit_and_after_it(clock, home, learned):
    home.frozen = clock()
    pass_time(learned, clock, timedelta(days=10), timedelta(hours=12))
    assert said(learned) == []
    pass_time(learned, clock, timedelta(days=2), timedelta(hours=12))
    record = only_record(learned)
    assert (record.kind, rules(learned, record)) == (Kind.PAGE_STALE, ["home_soon"])
    pass_time(learned, clock, timedelta(days=3), timedelta(hours=12))
    assert rules(learned, record) == ["home_over", "home_soon"]

    home.frozen = None
    pass_time(learned, clock, timedelta(hours=12), timedelta(hours=12))
    assert said(learned) == [("page_stale", "resolved")]


def test_news_without_dates_beside_an_old_list_keep_a_home_page_fresh(clock, home, learned):
    old = home.clock()

    def news(now):
        signs = (chr(0x4E00 + 9 * now.day + n) for n in range(9))
        return "".join(f'<p><a href="/v">住建视频新闻报道之{sign}</a></p>' for sign in signs)

    home.page = lambda now: lively(old, beside=news(now))
    pass_time(learned, clock, 20 * DAY, DAY)
    assert said(learned) == []

    stop = clock()
    home.page = lambda _now: lively(old, beside=news(stop))
    pass_time(learned, clock, 11 * DAY, DAY)
    assert said(learned) == []
    pass_time(learned, clock, 2 * DAY, DAY)
    assert said(learned) == [("page_stale", "open")]


def test_the_mail_of_a_column_counts_the_others_of_its_site(tmp_path, clock, home):
    web = Web([item("旧闻", published=T - timedelta(days=160))])
    house = home.house(tmp_path, web=web, top=OTHERS.format(base=home.zoo.url("")))
    drain(house, clock)
    clock.move(days=21)
    drain(house, clock)

    texts = [text_of(mail) for mail in mails(house) if "栏目长期未更新" in mail["Subject"]]
    assert len(texts) == 3
    assert all("同一网站：有3个栏目超期未更新" in text for text in texts)


def test_pages_without_lists_or_dates_are_not_called_old(tmp_path, clock, home):
    home.page = redesigned
    house = home.house(tmp_path)
    pass_time(house, clock, timedelta(days=30), DAY)

    assert said(house) == []


def test_a_huge_page_is_read_in_time_and_its_memory_stays_small(tmp_path, clock, home):
    rows = "".join(f'<p class="c{n:b}"><a href="/{n}">第{n:b}条：青岚县{n}</a><i>11-03</i></p>' for n in range(5_000))
    home.page = lambda now: lively(now, beside=rows)
    house = home.house(tmp_path)
    pass_time(house, clock, 2 * DAY, DAY)

    assert said(house) == []
    assert len(row(house, "memory")[0]) < 60_000
