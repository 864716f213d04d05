"""Records about a platform itself: they open, tell once, and close by themselves."""

from dataclasses import replace
from datetime import timedelta

import pytest

from classifiers.finding import Kind
from monitor.checks.observed import Visits
from monitor.errors import CollectError
from monitor.model import LINE, Collected, Fetched, State
from monitor.store import health
from monitor.wellness import Noting
from tests.houses import (
    CONFIGURATION,
    Clock,
    T,
    Web,
    all_records,
    build,
    drain,
    item,
    mails,
    move,
    text_of,
    transitions,
)

OUTSIDE = CONFIGURATION.replace('networks = ["127.0.0.0/8"]\n', "")
INSIDE = """
[[platform]]
name = "inside"
title = "内网"
url = "http://10.0.0.5/feed.xml"
networks = ["10.0.0.0/8"]
"""
OTHER = """
[[platform]]
name = "other"
title = "另一个网站"
url = "http://www.other.example/feed.xml"
"""


@pytest.fixture
def clock():
    return Clock()


def passes(house, clock, times, every=timedelta(minutes=10)):
    for _ in range(times):
        clock.now += every
        drain(house, clock)


def kinds(house):
    return sorted((str(record.kind), str(record.state)) for record in all_records(house))


@pytest.mark.parametrize(
    ("code", "kind"),
    [("timeout", Kind.SITE_DOWN), ("dns", Kind.SITE_DOWN), ("http_502", Kind.SITE_DOWN), ("tls", Kind.SITE_DOWN)]
    + [(code, Kind.SOURCE_BROKEN) for code in ("http_404", "http_403", "became_html", "broken_feed", "http_412")],
)
def test_whoever_cant_be_reached_is_down_and_whoever_answers_wrongly_is_broken(tmp_path, clock, code, kind):
    web = Web([item("路灯已修好")])
    house = build(tmp_path, web)
    drain(house, clock)

    web.error = CollectError(code)
    passes(house, clock, 6, timedelta(hours=2))
    assert kinds(house) == [(str(kind), "open")]

    web.error = None
    passes(house, clock, 1, timedelta(hours=2))
    assert kinds(house) == [(str(kind), "resolved")]
    assert "back" in transitions(house, all_records(house)[0])


def test_a_column_without_anything_new_is_told_before_the_limit_and_closes_with_the_next_entry(tmp_path, clock):
    web = Web([item("旧闻", published=T - timedelta(days=2))])
    text = CONFIGURATION.replace("[policy.default]", 'stale_after = "14d"')
    house = build(tmp_path, web, text.replace('owner = "duty"', '[policy.default]\nowner = "duty"'))
    drain(house, clock)
    assert kinds(house) == []

    passes(house, clock, 3, timedelta(days=3.5))
    assert kinds(house) == [("page_stale", "open")]
    (told, *_) = [mail for mail in mails(house) if "栏目长期未更新" in mail["Subject"]]
    assert "最新的内容是2026年11月2日的，更新时限14天，还剩" in text_of(told)

    passes(house, clock, 2, timedelta(hours=2))
    assert len(all_records(house)) == 1
    web.items.append(item("新消息", name="2", published=clock.now))
    passes(house, clock, 1, timedelta(hours=2))
    assert kinds(house) == [("page_stale", "resolved")]


def test_a_person_who_dismissed_it_is_left_alone_until_the_limit(tmp_path, clock):
    web = Web([item("旧闻", published=T - timedelta(days=150))])
    house = build(tmp_path, web)
    drain(house, clock)
    passes(house, clock, 1, timedelta(days=17))
    move(house, State.DISMISSED, clock)

    passes(house, clock, 3, timedelta(days=1))
    assert kinds(house) == [("page_stale", "dismissed")]

    passes(house, clock, 1, timedelta(days=12))
    assert kinds(house) == [("page_stale", "dismissed"), ("page_stale", "open")]


class Line:
    """Two unrelated hosts; ``down`` names those that can't be reached, ``wrong`` those that answer wrongly."""

    def __init__(self):
        self.down, self.wrong = set(), set()

    def collect(self, platform, cursor, _fetch):
        if platform.name in self.down:
            raise CollectError("unreachable")
        if platform.name in self.wrong:
            raise CollectError("http_404")
        return Collected((item("路灯已修好"),), replace(cursor, fetches=cursor.fetches + 1, had_items=True))


@pytest.fixture
def line():
    return Line()


@pytest.fixture
def both(tmp_path, clock, line):
    house = replace(build(tmp_path, Web(), OUTSIDE + OTHER), collectors={"feed": line.collect})
    drain(house, clock)
    return house


def down(house):
    return sorted((record.platform, str(record.state)) for record in all_records(house))


def test_when_nothing_answers_it_is_our_own_line_and_one_record(both, clock, line):
    line.down = {"website", "other"}
    passes(both, clock, 12)

    assert down(both) == [(LINE, "open")]
    assert "本单位自己的网络" in text_of(mails(both)[-1])
    assert "运营商" in text_of(mails(both)[-1])

    line.down = set()
    passes(both, clock, 8)
    assert down(both) == [(LINE, "resolved")]
    assert "本单位的网络线路" in mails(both)[-1]["Subject"]


def test_one_that_stays_away_when_the_line_is_back_gets_its_own_record(both, clock, line):
    line.down = {"website", "other"}
    passes(both, clock, 12)
    line.down = {"other"}
    passes(both, clock, 12)

    assert down(both) == [(LINE, "resolved"), ("other", "open")]


@pytest.mark.parametrize("wrong", [set(), {"other"}])
def test_while_anything_answers_it_is_not_our_line(both, clock, line, wrong):
    line.down, line.wrong = {"website"}, wrong
    passes(both, clock, 12)

    assert ("website", "open") in down(both)
    assert LINE not in dict(down(both))


def test_five_in_a_hundred_visits_open_a_record_that_closes_when_the_week_is_better(tmp_path, clock):
    web = Web([item("路灯已修好")])
    house = build(tmp_path, web)
    drain(house, clock)
    with house.store.write() as tx:
        for _ in range(150):
            health.visited(tx, "website", T.date().isoformat(), failed=_ % 10 == 0)

    passes(house, clock, 2, timedelta(hours=1))
    assert kinds(house) == [("site_down", "open")]
    assert "最近一周有9.9%的访问在15秒内打不开，检查的红线是5%" in text_of(mails(house)[-1])

    passes(house, clock, 1, timedelta(days=8))
    assert kinds(house) == [("site_down", "resolved")]


def test_an_outage_is_told_anew_although_the_week_was_bad_already(tmp_path, clock):
    web = Web([item("路灯已修好")])
    house = build(tmp_path, web)
    drain(house, clock)
    with house.store.write() as tx:
        for _ in range(150):
            health.visited(tx, "website", T.date().isoformat(), failed=True)
    passes(house, clock, 2, timedelta(hours=1))

    web.error = CollectError("timeout")
    passes(house, clock, 5, timedelta(hours=1))

    assert kinds(house) == [("site_down", "open"), ("site_down", "resolved")]


def test_visits_older_than_a_fortnight_are_forgotten(tmp_path, clock):
    house = build(tmp_path, Web([item("路灯已修好")]))
    with house.store.write() as tx:
        for day in range(40):
            date = (T + timedelta(days=day)).date().isoformat()
            for _ in range(2):
                health.visited(tx, "website", date, failed=True)
        assert health.visits(tx, "website", "") == Visits(30, 30)
        assert health.visits(tx, "website", (T + timedelta(days=37)).date().isoformat()) == Visits(4, 4)


def test_another_encoding_than_declared_is_told_once(tmp_path, clock):
    web = Web([item("路灯已修好")])
    house = build(tmp_path, web)
    house = replace(house, collectors={"feed": lambda *asked: encoded(web, *asked)})
    drain(house, clock)
    passes(house, clock, 3, timedelta(hours=2))

    assert kinds(house) == [("wrong_encoding", "open")]


def encoded(web, platform, cursor, fetch):
    collected = web.collect(platform, cursor, fetch)
    return replace(collected, cursor=replace(collected.cursor, decoded_by="gb18030"))


def test_slow_answers_and_the_first_certificate_to_end_are_noted():
    answers = iter(
        [
            Fetched(url="", status=200, took=timedelta(seconds=2), certified_until=T + timedelta(days=3)),
            Fetched(url="", status=200, took=timedelta(seconds=16), certified_until=T),
            Fetched(url="", status=200),
        ]
    )
    noted = Noting(lambda *_, **__: next(answers))

    assert (noted.slow, noted.certified_until) == (False, None)
    noted.get()
    assert (noted.slow, noted.certified_until) == (False, T + timedelta(days=3))
    noted.get()
    noted.get(etag="x")
    assert (noted.slow, noted.certified_until) == (True, T)


def test_a_certificate_that_ends_soon_opens_a_record_once(tmp_path, clock):
    web = Web([item("路灯已修好")])
    ends = T + timedelta(days=10)
    house = build(tmp_path, web)
    house = replace(
        house,
        fetch=lambda *_, **__: Fetched(url="", status=200, certified_until=ends),
        collectors={"feed": lambda platform, cursor, fetch: fetch() and web.collect(platform, cursor, fetch)},
    )
    drain(house, clock)
    passes(house, clock, 3, timedelta(hours=2))

    assert kinds(house) == [("certificate_expiring", "open")]
    assert "证书2026年11月14日到期，还剩10天" in text_of(mails(house)[0])


def test_what_is_read_without_the_line_says_nothing_of_it(tmp_path, clock, line):
    house = replace(build(tmp_path, Web(), OUTSIDE + OTHER + INSIDE), collectors={"feed": line.collect})
    drain(house, clock)
    line.down = {"website", "other"}
    passes(house, clock, 12)
    assert down(house) == [(LINE, "open")]

    line.down = {"website", "other", "inside"}
    passes(house, clock, 12)
    assert down(house) == [(LINE, "open"), ("inside", "open")]
