"""Whose turn it is among links: fair between hosts, gentle to each together with platforms and files, after them."""

from datetime import timedelta

import pytest

from monitor.checks.broken_links import Look
from monitor.errors import LeaseLostError
from monitor.store import linked, passes
from monitor.store.link_tables import link
from monitor.store.passes import NO_REST, Rest
from tests.edges.test_attach_turns import Turns
from tests.houses import T

pytestmark = pytest.mark.usefixtures("each_database")
GENTLE = Rest(timedelta(seconds=1), 2)
LEASE = timedelta(minutes=10)


@pytest.fixture
def turns(tmp_path, clock):
    return Links(tmp_path, clock)


class Links(Turns):
    """The same house with links that are due."""

    def lead(self, platform, host, *names, due=T):
        with self.house.store.write() as tx:
            page = tx.exec_driver_sql(f"SELECT id FROM item WHERE platform = '{platform}'").scalar()
            for name in names:
                times = {"found_at": T, "seen_at": T, "next_check_at": due}
                row = {"url": f"http://{host}/{name}", "host": host, "platform": platform, "page_id": page} | times
                tx.execute(link.insert().values(**row))
            tx.exec_driver_sql(f"INSERT INTO host (name) VALUES ('{host}') ON CONFLICT DO NOTHING")

    def ask(self, rest=GENTLE):
        with self.house.store.write() as tx:
            claim = linked.claim(tx, self.platforms, self.clock(), self.clock() + LEASE, rest)
        return claim and claim.url.rpartition("/")[2]


def test_many_due_on_one_host_do_not_delay_the_one_on_another(turns):
    turns.lead("one", "127.0.0.1:9", *map(str, range(200)))
    turns.lead("one", "www.other.example", "alone")

    assert "alone" in [turns.ask(), turns.ask()]


def test_a_host_rests_between_two_and_is_never_asked_for_more_at_once_than_allowed(turns):
    turns.lead("one", "www.other.example", "a", "b", "c")
    first, at_once = turns.ask(), turns.ask()
    turns.clock.move(seconds=1)
    second = turns.ask()
    turns.clock.move(seconds=1)

    assert (first, at_once, second, turns.ask()) == ("a", None, "b", None)


def test_links_files_and_platforms_share_the_turns_of_their_host(turns):
    turns.put("one", "file", due=T + timedelta(seconds=59))
    turns.lead("one", "127.0.0.1:9", "a", "b")
    file = turns.take()
    rests = turns.ask()
    turns.clock.move(seconds=1)
    beside = turns.ask()
    turns.clock.move(seconds=1)
    turns.due("one", turns.clock())

    assert (file, rests, beside, turns.ask(), turns.read()) == ("file", None, "a", None, None)


@pytest.mark.parametrize("waits", ["platform", "file"])
def test_platforms_and_files_that_have_waited_go_first_but_not_for_ever(turns, waits):
    turns.lead("one", "127.0.0.1:9", "a")
    if waits == "platform":
        turns.due("one", T + timedelta(seconds=45))
    else:
        turns.put("one", "file", due=T + timedelta(seconds=45))
    overtaken = turns.ask()
    turns.clock.move(minutes=61)

    assert (overtaken, turns.ask()) == (None, "a")


def test_a_host_that_asked_for_time_is_left_alone(turns):
    turns.lead("one", "127.0.0.1:9", "a")
    with turns.house.store.write() as tx:
        passes.block_host(tx, "http://127.0.0.1:9/x", turns.clock() + timedelta(hours=1))

    assert turns.ask() is None


def test_links_of_platforms_that_are_not_watched_any_more_are_not_asked(turns):
    turns.lead("one", "127.0.0.1:9", "a")
    with turns.house.store.write() as tx:
        assert linked.claim(tx, ["two"], turns.clock(), turns.clock() + LEASE) is None


def test_whoever_comes_too_late_writes_nothing(turns):
    turns.lead("one", "127.0.0.1:9", "a")
    with turns.house.store.write() as tx:
        claim = linked.claim(tx, turns.platforms, turns.clock(), turns.clock() + LEASE, NO_REST)
        linked.release(tx)
    with pytest.raises(LeaseLostError), turns.house.store.write() as tx:
        linked.finish(tx, claim, Look(), T, T, gone=False)


def test_fifty_thousand_that_wait_do_not_make_choosing_slow(turns):
    turns.lead("two", "www.other.example", "alone")
    with turns.house.store.write() as tx:
        page = tx.exec_driver_sql("SELECT id FROM item LIMIT 1").scalar()
        row = {"platform": "one", "page_id": page, "host": "127.0.0.1:9", "found_at": T, "seen_at": T}
        for start in range(0, 50_000, 5_000):
            many = [row | {"url": str(start + n), "next_check_at": T} for n in range(5_000)]
            tx.execute(link.insert(), many)

    assert "alone" in [turns.ask(), turns.ask()]
