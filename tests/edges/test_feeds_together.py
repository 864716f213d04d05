"""Many passes at the same time on one database: rows D16 of the survey. The kills are in ``test_crash``."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from demo.animals import ATOM, JSON_FEED, ROUTES, RSS, answer, conditional, tired
from demo.zoo import Zoo
from monitor import pipeline
from monitor.collectors import feed
from tests.fetching import fetcher
from tests.houses import CONFIGURATION, Clock, Web, build

FEEDS = (answer(RSS), conditional(ATOM, '"1"'), answer(JSON_FEED), answer("<html/>"), tired(503, "60"), answer(b""))
EACH = (2, 1, 2, 0, 0, 0)  # entries
ROUNDS = 4  # platforms of each sort
READERS = 4


def houses(folder, zoo):
    platform = CONFIGURATION[CONFIGURATION.index("[[platform]]") : CONFIGURATION.index("[policy.default]")]
    platforms = "".join(
        platform.replace('"website"', f'"p{n}"').replace("http://127.0.0.1:9/feed.xml", zoo.url(f"/{n}"))
        for n in range(len(FEEDS) * ROUNDS)
    )
    house = build(folder, Web(), CONFIGURATION.replace(platform, platforms))
    return replace(house, collectors={"feed": feed.collect}, fetch=fetcher().get)


def passes(house, clock):
    count = 0
    while pipeline.collect(house, clock):
        count += 1
    return count


def test_passes_at_the_same_time_store_everything_once(tmp_path):
    clock = Clock()
    routes = {f"/{n}": FEEDS[n % len(FEEDS)] for n in range(len(FEEDS) * ROUNDS)}
    with Zoo(ROUTES | routes) as zoo:
        house = houses(tmp_path, zoo)
        for day in range(3):
            clock.move(days=day)
            with ThreadPoolExecutor(READERS) as pool:
                counts = list(pool.map(lambda _: passes(house, clock), range(READERS)))
            assert sum(counts) == len(routes)

    with house.store.read() as tx:
        stored = tx.exec_driver_sql("SELECT platform, count(*) FROM item GROUP BY platform").all()
        failing = tx.exec_driver_sql("SELECT count(*) FROM cursor WHERE failures = 3").scalar()
        whole = tx.exec_driver_sql("PRAGMA integrity_check").scalar()
    assert dict(map(tuple, stored)) == {
        f"p{n}": EACH[n % len(FEEDS)] for n in range(len(routes)) if EACH[n % len(FEEDS)]
    }
    assert (failing, whole) == (EACH.count(0) * ROUNDS, "ok")
    house.store.close()
