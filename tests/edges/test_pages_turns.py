"""When single pages are looked at and by whose leave, and how they are counted; on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from demo import animals
from monitor.store import looked, views
from monitor.summary import Files
from tests.homes import HTML, LOGIN, serving
from tests.houses import T, drain

pytestmark = pytest.mark.usefixtures("each_database")
DAYS = timedelta(days=4)


@pytest.fixture
def home(clock):
    with serving(clock) as home:
        yield home


def test_pages_beside_the_home_page_are_watched_and_unknown_ones_left_alone(tmp_path, clock, home):
    base = home.zoo.url("")
    house = home.house(tmp_path, extra=f'pages = ["{base}/about.html", "{base}/"]')
    drain(house, clock, ["collect", "look"])
    assert sorted(request.path for request in home.seen) == ["/", "/about.html"]

    other = home.house(tmp_path)
    clock.move(days=1)
    home.seen.clear()
    drain(other, clock, ["collect", "look"])
    assert [request.path for request in home.seen] == ["/"]


def test_how_pages_stand_is_counted_with_why(tmp_path, clock, home):
    base = home.zoo.url("")
    house = home.house(tmp_path, extra=f'pages = ["{base}/a.html", "{base}/b.html"]')
    platforms = house.settings.platforms
    with house.store.read() as tx:
        assert looked.stand(tx, platforms) == {"website": Files(waiting=3)}
    home.routes |= {"/a.html": animals.answer("", status=404), "/b.html": animals.answer(LOGIN, HTML)}
    drain(house, clock, ["collect", "look"])

    with house.store.read() as tx:
        assert looked.stand(tx, platforms) == {"website": Files(read=1, unread={"became_html": 1, "http_404": 1})}
        assert looked.tried(tx, platforms, ["website"]) == ["website"]


def test_at_night_and_without_a_proof_nothing_is_looked_at(tmp_path, clock, home):
    house = home.house(tmp_path, extra='night = "12:00-18:00"')
    clock.move(hours=1, minutes=30)
    drain(house, clock, ["collect", "look"])
    clock.move(hours=1)
    drain(house, clock, ["collect", "look"])
    assert len(home.seen) == 1
    with house.store.write() as tx:
        tx.exec_driver_sql("UPDATE proof SET until = NULL")
    clock.move(days=1)
    drain(house, clock, ["collect", "look"])
    assert len(home.seen) == 1


def test_a_host_has_its_rest_between_pages_and_platforms(tmp_path, clock, home):
    base = home.zoo.url("")
    house = home.house(tmp_path, extra=f'pages = ["{base}/a.html", "{base}/b.html"]')
    pace = replace(house.settings.pace, host_gap=timedelta(minutes=1))
    house = replace(house, settings=replace(house.settings, pace=pace))
    for expected in (0, 0, 1, 1, 2, 2, 3):  # the platform was first
        drain(house, clock, ["collect", "look"])
        assert len(home.seen) == expected
        clock.move(seconds=40)


def test_a_server_that_asks_for_time_gets_it(tmp_path, clock, home):
    house = home.house(tmp_path)
    pace = replace(house.settings.pace, retry_after="host")
    house = replace(house, settings=replace(house.settings, pace=pace))
    home.routes["/"] = animals.tired(429, "3600")
    drain(house, clock, ["collect", "look"])
    clock.move(minutes=59)
    drain(house, clock)
    assert len(home.seen) == 1
    clock.move(minutes=5)
    drain(house, clock, ["collect", "look"])
    assert len(home.seen) == 2


def test_pages_are_no_articles_in_the_figures(tmp_path, clock, home):
    house = home.house(tmp_path)
    drain(house, clock, ["collect", "look"])

    with house.store.read() as tx:
        assert views.new_items(tx, views.Period(T - DAYS, T + DAYS)) == {}
        assert views.texts(tx, views.Period(T - DAYS, T + DAYS)) == []
