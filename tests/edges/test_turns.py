"""One queue of hosts for everybody who fetches: who waits how long, on a clock that only waiting moves."""

import threading
from datetime import timedelta

import pytest

from demo.animals import RSS, answer, redirect
from demo.zoo import Zoo
from monitor import daemon
from monitor.errors import CollectError
from monitor.turns import Turns
from tests.accounts import Service, article, serving
from tests.fetching import closed_port, fetcher, platform, refused
from tests.houses import CONFIGURATION, Clock, T, Web, build, drain, item
from tests.owned import agency, publish
from tests.sites import Serving, Site, articles

GAP = timedelta(seconds=7)


class Hours:
    """Seconds that pass only while somebody waits."""

    def __init__(self):
        self.now = 0.0
        self.waits = []

    def wait(self, seconds):
        self.waits.append(seconds)
        self.now += seconds

    def turns(self, gap=GAP, at_once=2):
        return Turns(gap, at_once, clock=lambda: self.now, wait=self.wait)


@pytest.fixture
def hours():
    return Hours()


def test_a_host_rests_between_two_starts_and_another_does_not_wait(hours):
    turns = hours.turns()
    for host in ("a", "b", "a", "b", "a"):
        with turns.of(host):
            hours.now += 1

    assert hours.waits == [5, 5]  # of seven, two were spent elsewhere
    hours.now += 100
    with turns.of("a"):
        pass
    assert len(hours.waits) == 2


def test_no_more_than_allowed_are_with_a_host_at_once(hours):
    turns, inside, out = hours.turns(timedelta(0)), threading.Semaphore(0), threading.Event()
    seen = []

    def visit():
        with turns.of("a"):
            seen.append(1)
            inside.release()
            out.wait(30)

    visitors = [threading.Thread(target=visit) for _ in range(5)]
    for each in visitors:
        each.start()
    assert inside.acquire(timeout=30)
    assert inside.acquire(timeout=30)
    assert len(seen) == 2
    with turns.of("b"):
        assert len(seen) == 2
    out.set()
    for each in visitors:
        each.join(30)
    assert (len(seen), hours.waits) == (5, [])


def test_a_fetch_that_fails_gives_its_place_back(hours):
    client, url = fetcher(turns=hours.turns(at_once=1)), f"http://127.0.0.1:{closed_port()}/"

    assert [refused(url, platform(url), client).code for _ in range(3)] == ["refused"] * 3
    assert hours.waits == pytest.approx([7, 7])


def test_a_redirect_is_part_of_its_fetch_and_what_is_refused_takes_no_turn(hours):
    with Zoo({"/": redirect("/there"), "/there": answer(RSS)}) as zoo:
        client = fetcher(turns=hours.turns())

        assert client.get(platform(zoo.url()), zoo.url()).took < timedelta(seconds=5)
        with pytest.raises(CollectError):
            client.get(platform(zoo.url("/feeds/")), zoo.url())
        assert hours.waits == []
        client.get(platform(zoo.url()), zoo.url())

    assert hours.waits == [7]


@pytest.mark.parametrize(("kind", "path", "pages"), [("list", "/gs/index.html", 1), ("sitemap", "/sitemap.xml", 1)])
def test_articles_of_one_pass_are_asked_for_one_by_one(hours, monkeypatch, kind, path, pages):
    site = Site()
    site.post(*range(1, 6))
    monkeypatch.setattr("tests.sites.CLIENT", fetcher(turns=hours.turns()))
    with Serving(site, kind=kind, path=path) as column:
        places = "".join(f"<url><loc>{column.url(f'/gs/t{n}.html')}</loc></url>" for n in range(1, 6))
        site.routes["/sitemap.xml"] = answer(f"<urlset>{places}</urlset>")
        found = column.read()

    assert sorted(articles(found)) == [1, 2, 3, 4, 5]
    assert hours.waits == [7] * (len(column.seen) - 1)
    assert len(column.seen) >= 5 + pages


def test_an_interface_is_read_in_turn_and_a_telephone_rings_at_once(hours):
    client = fetcher(turns=hours.turns())
    with Zoo({"/": answer("ok")}) as zoo:
        asked = {"networks": platform(zoo.url()).networks, "total": timedelta(seconds=9), "begins": lambda: None}
        for _ in range(3):
            client.post(zoo.url(), b"{}", {}, **asked)
        assert hours.waits == []
        for _ in range(3):
            client.post_in_turn(zoo.url(), b"{}", {}, **asked)

    assert (hours.waits, len(zoo.seen)) == ([7, 7], 6)


def test_the_account_is_read_in_turn(hours, monkeypatch):
    service = Service(Clock())
    service.articles = [article(7, int(T.timestamp()))]
    with serving(service) as reader:
        monkeypatch.setattr(reader.door, "_post", fetcher(turns=hours.turns()).post_in_turn)
        assert reader.read().trouble is None

    assert hours.waits == [7] * (sum(service.calls.values()) - 1)


def test_pages_and_proofs_of_one_house_share_the_queue(tmp_path, hours, monkeypatch, clock):
    monkeypatch.setattr("time.monotonic", lambda: hours.now)
    monkeypatch.setattr("time.sleep", hours.wait)
    with agency(tmp_path, text=CONFIGURATION.replace('host_gap = "0s"', 'host_gap = "7s"')) as (house, zoo):
        publish(house, zoo)
        drain(house, clock, ["prove"])
        asked = len(zoo.seen)
        where = house.settings.platforms["website"]
        zoo.routes["/col/feed.xml"] = answer(RSS)
        house.fetch(where, where.url)

    assert asked >= 1
    assert hours.waits == [7] * asked


ANOTHER = """
[[platform]]
name = "p{n}"
title = "栏目{n}"
url = "http://127.0.0.1:9/{n}/feed.xml"
networks = ["127.0.0.0/8"]
"""
FIVE = "".join(ANOTHER.format(n=n) for n in range(5))


def test_once_reads_all_that_is_due_of_one_host_and_no_platform_twice(tmp_path):
    """In a minute-long gap the client would wait; what is read here asks nobody."""
    text = CONFIGURATION.replace('host_gap = "0s"', 'host_gap = "1m"').replace("[policy", f"{FIVE}[policy", 1)
    web = Web([item()])
    house = build(tmp_path, web, text)

    daemon.once(house)
    assert web.passes == 6
    daemon.once(house)
    assert web.passes == 6
