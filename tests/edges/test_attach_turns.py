"""Whose turn it is among files: fair between hosts, gentle to each together with the platforms, never in their way."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor import door
from monitor.model import Period, Platform
from monitor.store import attached, passes
from monitor.store.passes import NO_REST, Rest
from monitor.store.tables import attachment, cursor
from tests.edges.test_claiming import another, house_with
from tests.houses import T, item

pytestmark = pytest.mark.usefixtures("each_database")
GENTLE = Rest(timedelta(seconds=1), 2)
LEASE = timedelta(minutes=10)


@pytest.fixture
def turns(tmp_path, clock):
    return Turns(tmp_path, clock)


class Turns:
    """A house with platforms on two hosts, which aren't due, and files on them, which are."""

    def __init__(self, folder, clock):
        names = {"one": "http://127.0.0.1:9/a/feed.xml", "two": "http://127.0.0.2:9/b/feed.xml"}
        self.house = house_with(folder, *(another(name, url) for name, url in names.items()))
        self.clock = clock
        self.platforms = self.house.settings.platforms
        with self.house.store.write() as tx:
            for _ in names:
                claim = passes.claim_platform(tx, self.platforms, T, T + LEASE, NO_REST)
                entries = [_entry(claim.cursor.platform)]
                after = replace(claim.cursor, next_check_at=T + timedelta(days=1))
                passes.finish_pass(tx, claim, after, entries, T)
        clock.move(minutes=1)

    def put(self, platform, *names, due=T):
        url = self.platforms[platform].url.rpartition("/")[0]
        with self.house.store.write() as tx:
            page = tx.exec_driver_sql(f"SELECT id FROM item WHERE platform = '{platform}'").scalar()
            for name in names:
                row = {
                    "platform": platform,
                    "external_id": name,
                    "page_id": page,
                    "link": f"{url}/{name}",
                    "name": name,
                }
                tx.execute(attachment.insert().values(**row, host=passes.host_of(url), found_at=T, next_check_at=due))

    def take(self, rest=GENTLE):
        with self.house.store.write() as tx:
            claim = attached.claim(tx, self.platforms, self.clock(), self.clock() + LEASE, rest)
        return claim and claim.name

    def read(self, rest=GENTLE):
        """A platform; its name."""
        with self.house.store.write() as tx:
            claim = passes.claim_platform(tx, self.platforms, self.clock(), self.clock() + LEASE, rest)
        return claim and claim.cursor.platform

    def due(self, platform, at):
        with self.house.store.write() as tx:
            tx.execute(cursor.update().where(cursor.c.platform == platform).values(next_check_at=at))


def _entry(name):
    page = item("x", name=name)
    return door.entry(b"k", Platform(name=name, kind="feed", title=name, url=page.link, prefixes=()), page)


def test_two_hundred_due_on_one_host_do_not_delay_the_one_on_another(turns):
    turns.put("one", *map(str, range(200)))
    turns.put("two", "alone")

    assert "alone" in [turns.take(), turns.take()]


def test_a_host_rests_between_two_and_is_never_asked_for_more_at_once_than_allowed(turns):
    turns.put("one", "a", "b", "c")
    first, at_once = turns.take(), turns.take()
    turns.clock.move(seconds=1)
    second = turns.take()
    turns.clock.move(seconds=1)
    third = turns.take()

    assert (first, at_once, second, third) == ("a", None, "b", None)


def test_files_and_platforms_share_the_turns_of_their_host(turns):
    turns.put("one", "a", "b")
    turns.due("one", T)
    turns.due("two", T)
    read = [turns.read(), turns.read()]
    rests = turns.take()
    turns.clock.move(seconds=1)
    beside = turns.take()
    turns.clock.move(seconds=1)

    assert (sorted(read), rests, beside, turns.take()) == (["one", "two"], None, "a", None)


def test_a_platform_is_not_read_while_two_files_of_its_host_are(turns):
    turns.put("one", "a", "b")
    turns.take(NO_REST)
    turns.take(NO_REST)
    turns.clock.move(seconds=5)
    turns.due("one", turns.clock())

    assert turns.read() is None


def test_a_platform_that_has_waited_goes_first_but_not_for_ever(turns):
    turns.put("one", "a", due=T)
    turns.due("one", T + timedelta(seconds=45))
    overtaken = turns.take()
    turns.clock.move(minutes=61)

    assert (overtaken, turns.take()) == (None, "a")


def test_a_host_that_asked_for_time_is_left_alone(turns):
    turns.put("one", "a")
    with turns.house.store.write() as tx:
        passes.block_host(tx, "http://127.0.0.1:9/x", turns.clock() + timedelta(hours=1))

    assert turns.take() is None


def test_files_of_platforms_that_are_not_watched_any_more_are_not_fetched(turns):
    turns.put("one", "a")
    with turns.house.store.write() as tx:
        assert attached.claim(tx, ["two"], turns.clock(), turns.clock() + LEASE) is None


def test_many_files_that_wait_do_not_make_choosing_slow(turns):
    """Fifty thousand: what waits is looked at through an index, one host after the other."""
    turns.put("two", "alone")
    with turns.house.store.write() as tx:
        page = tx.exec_driver_sql("SELECT id FROM item LIMIT 1").scalar()
        row = {"platform": "one", "page_id": page, "link": "x", "name": "x", "host": "127.0.0.1:9"}
        for start in range(0, 50_000, 5_000):
            many = [row | {"external_id": str(start + n), "found_at": T, "next_check_at": T} for n in range(5_000)]
            tx.execute(attachment.insert(), many)
    began = time.perf_counter()
    taken = [turns.take(), turns.take()]

    assert "alone" in taken
    assert time.perf_counter() - began < 2  # some milliseconds; it was twenty seconds once


def test_how_files_stand_is_counted_and_the_unread_are_listed(turns):
    turns.put("one", "a", "b", "c", "d", "e", due=None)
    with turns.house.store.write() as tx:
        for name, error in (("b", "encrypted"), ("c", "pictures"), ("d", "pictures"), ("e", "outside_prefix")):
            tx.execute(attachment.update().where(attachment.c.name == name).values(error=error))
        stands = attached.stand(tx, turns.platforms)
        unread = attached.unread(tx, Period(T, T + timedelta(days=7)))
        later = attached.unread(tx, Period(T + timedelta(days=7), T + timedelta(days=14)))

    assert (stands["one"].waiting, stands["one"].unread) == (1, {"pictures": 2, "encrypted": 1, "outside_prefix": 1})
    assert [(each.name, each.error) for each in unread] == [("d", "pictures"), ("c", "pictures"), ("b", "encrypted")]
    assert later == []
    assert "two" not in stands
