"""What a page shows search engines only, looked for where its provider has agreed; on both databases."""

from datetime import timedelta

import pytest

from classifiers.finding import Kind
from demo import animals
from monitor.model import State
from monitor.store import records
from tests.homes import CHALLENGE, LOGIN, again, lively, pass_time, row, rules, said, serving
from tests.houses import drain, mails, move, only_record, text_of

pytestmark = pytest.mark.usefixtures("each_database")
AGREED = '[platform.robot_view]\nagreed = "2026-05-01 第12号函"\n'
SPAM = '<a href="https://bet-777.invalid/">真人百家乐</a><a href="https://lottery.invalid/">彩票</a>'
DAY = timedelta(days=1)


@pytest.fixture
def home(clock):
    with serving(clock) as home:
        yield home


def html(text):
    return animals.answer(text, "text/html; charset=utf-8")


def test_without_an_agreement_nobody_asks_as_a_robot(tmp_path, clock, home):
    house = home.house(tmp_path)
    pass_time(house, clock, 3 * DAY, DAY)

    assert home.robots == 0


def test_links_that_only_robots_get_are_a_hidden_link(tmp_path, clock, home):
    home.as_robot = lambda request, wire: html(lively(clock(), beside=SPAM))(request, wire)
    house = home.house(tmp_path, extra=AGREED)
    drain(house, clock, ["collect", "look", "escalate", "deliver"])

    record = only_record(house)
    assert (record.kind, rules(house, record)) == (Kind.HIDDEN_LINK, ["robot_view"])
    with house.store.read() as tx:
        (seen,) = records.seen(tx, record.id)
    assert seen.excerpt == "be*-***.******d, lo*****.******d"
    text = text_of(mails(house)[0])
    assert "只给搜索引擎看的外部链接、标题或跳转" in text
    assert "invalid" not in text
    assert "bet" not in text
    asked = [request for request in home.seen if "Baiduspider" in request.headers["user-agent"]]
    assert {(request.headers["referer"], "Huiyin" in request.headers["user-agent"]) for request in asked} == {
        ("https://www.baidu.com/", True)
    }
    assert len(home.seen) == 4  # each once more, where they differ

    move(house, State.RESOLVED, clock)
    home.as_robot = None
    pass_time(house, clock, 2 * DAY)
    assert said(house) == [("hidden_link", "resolved")]


def test_between_two_looks_as_a_robot_nothing_is_said_anew(tmp_path, clock, home):
    home.as_robot = lambda request, wire: html(lively(clock(), beside=SPAM))(request, wire)
    house = home.house(tmp_path, extra=AGREED)
    pass_time(house, clock, 3 * DAY, DAY / 2)

    assert len(rules(house, only_record(house))) == 1
    with house.store.read() as tx:
        assert tx.exec_driver_sql("SELECT count(*) FROM version").scalar() == 1


@pytest.mark.parametrize(
    "route",
    [
        animals.redirect("https://bet-777.invalid/"),
        html(lively.__doc__ + '<meta http-equiv="refresh" content="0;url=https://bet-777.invalid/">'),
        html("<html><title>澳门威尼斯人官网开户注册</title><body>欢迎</body></html>"),
    ],
)
def test_redirects_and_titles_that_only_robots_get_are_found(tmp_path, clock, home, route):
    house = home.house(tmp_path, extra=AGREED)
    home.as_robot = route
    pass_time(house, clock, timedelta(hours=6))

    assert rules(house, only_record(house)) == ["robot_view"]


def test_banners_that_change_with_every_look_are_no_cloaking(tmp_path, clock, home):
    count = iter(range(10_000))
    home.page = lambda now: lively(now, beside=f'<a href="https://shop{next(count)}.example/">广告</a>')
    house = home.house(tmp_path, extra=AGREED)
    pass_time(house, clock, 10 * DAY, DAY)

    assert said(house) == []
    assert home.robots >= 9


@pytest.mark.parametrize("route", [html(CHALLENGE), html(LOGIN), animals.answer("", status=403)])
def test_who_refuses_robots_is_left_alone_for_a_month(tmp_path, clock, home, route):
    home.as_robot = route
    house = home.house(tmp_path, extra=AGREED)
    pass_time(house, clock, 20 * DAY, DAY)
    assert (home.robots, said(house)) == (1, [])
    assert row(house, "robot_error")[0] in {"blocked", "became_html", "http_403"}
    home.as_robot = None
    pass_time(house, clock, 20 * DAY, DAY)
    assert home.robots > 5


def test_a_robot_that_gets_no_answer_is_asked_again_the_next_day(tmp_path, clock, home):
    home.as_robot = animals.answer("", status=502)
    house = home.house(tmp_path, extra=AGREED)
    pass_time(house, clock, 4 * DAY, DAY / 2)

    assert (home.robots, said(house)) == (4, [])


def test_no_robot_where_a_protection_stands(tmp_path, clock, home):
    home.page = lambda _now: CHALLENGE
    house = home.house(tmp_path, extra=AGREED)
    pass_time(house, clock, 3 * DAY, DAY)
    assert home.robots == 0

    home.page = None
    with house.store.write() as tx:
        tx.exec_driver_sql("UPDATE page SET error = ''")
        tx.exec_driver_sql("UPDATE cursor SET error = 'blocked', next_check_at = '2100-01-01 00:00:00+00'")
    pass_time(house, clock, 2 * DAY)
    assert home.robots == 0


def test_no_more_pages_a_day_than_agreed_and_none_at_night(tmp_path, clock, home):
    base = home.zoo.url("")
    pages = "pages = [" + ", ".join(f'"{base}/{n}.html"' for n in range(4)) + "]\n"
    house = home.house(tmp_path, extra=pages + AGREED + "pages_a_day = 2\n")
    pass_time(house, clock, timedelta(hours=12), timedelta(hours=3))
    assert home.robots == 2
    pass_time(house, clock, DAY, timedelta(hours=3))
    assert home.robots == 4

    home.seen.clear()
    night = home.house(tmp_path, extra='night = "10:00-20:00"\n' + AGREED)  # in Shanghai
    clock.now = clock.now.replace(hour=2, minute=30) + 3 * DAY
    drain(night, clock, ["collect", "look"])
    assert (len(home.seen), home.robots) == (1, 0)


def test_what_a_robot_sees_changes_nothing_of_what_visitors_see(tmp_path, clock, home):
    home.as_robot = html("<html><body>只给搜索引擎</body></html>")
    house = home.house(tmp_path, extra=AGREED)
    pass_time(house, clock, 5 * DAY, DAY)
    again(house, clock)

    assert said(house) == []
