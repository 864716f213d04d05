"""Whose turn it is: fair between hosts, gentle to each, quick where citizens write."""

from datetime import timedelta

import pytest

from monitor.errors import CollectError
from monitor.store import passes
from monitor.store.passes import Rest
from tests.houses import CONFIGURATION, Web, build, drain, platform_rows

pytestmark = pytest.mark.usefixtures("each_database")
GENTLE = Rest(timedelta(seconds=1), 2)


def another(name, url, extra=""):
    return f'[[platform]]\nname = "{name}"\ntitle = "{name}"\nurl = "{url}"\nnetworks = ["127.0.0.0/8"]\n{extra}\n'


@pytest.fixture
def claim(clock):
    """Claim the next platform of a house; the time a pass takes is the caller's."""

    def claimed(house, rest=GENTLE):
        with house.store.write() as tx:
            taken = passes.claim_platform(tx, house.settings.platforms, clock(), clock() + timedelta(minutes=10), rest)
        return None if taken is None else taken.cursor.platform

    return claimed


def house_with(folder, *platforms):
    start = CONFIGURATION.index("[[platform]]")
    end = CONFIGURATION.index("[policy.default]")
    return build(folder, Web(), CONFIGURATION[:start] + "".join(platforms) + CONFIGURATION[end:])


def test_many_due_on_one_host_do_not_delay_the_one_on_another(tmp_path, clock, claim):
    """D17: 200 due on one host and one on another: the one is read in the first batch."""
    crowd = [another(f"crowd-{n}", f"http://127.0.0.1:9/{n}/feed.xml") for n in range(200)]
    house = house_with(tmp_path, *crowd, another("alone", "http://127.0.0.2:9/feed.xml"))

    first = [claim(house), claim(house)]

    assert "alone" in first


def test_hosts_take_turns(tmp_path, clock, claim):
    platforms = [another(f"{host}-{n}", f"http://127.0.0.{host}:9/{n}.xml") for host in (1, 2, 3) for n in range(5)]
    house = house_with(tmp_path, *platforms)
    order = []
    while (name := claim(house, Rest(timedelta(0), 100))) is not None:
        order.append(name.partition("-")[0])
        clock.move(seconds=1)

    assert all(set(order[at : at + 3]) == {"1", "2", "3"} for at in range(0, 15, 3))


def test_a_host_is_left_alone_between_two_readings(tmp_path, clock, claim):
    house = house_with(tmp_path, *(another(f"p{n}", f"http://127.0.0.1:9/{n}.xml") for n in range(3)))

    assert claim(house) is not None
    assert claim(house) is None
    clock.move(seconds=1)
    assert claim(house) is not None


def test_no_more_than_so_many_readings_of_a_host_at_once(tmp_path, clock, claim):
    house = house_with(tmp_path, *(another(f"p{n}", f"http://127.0.0.1:9/{n}.xml") for n in range(4)))
    taken = []
    for _ in range(4):
        taken.append(claim(house))
        clock.move(seconds=2)

    assert [name is not None for name in taken] == [True, True, False, False]
    clock.move(minutes=11)  # the leases have ended
    assert claim(house) is not None


def test_citizens_messages_come_first(tmp_path, clock, claim):
    crowd = [another(f"p{n}", f"http://127.0.0.1:9/{n}.xml") for n in range(5)]
    house = house_with(tmp_path, *crowd, another("letters", "http://127.0.0.1:9/letters.xml", "messages = true"))

    assert claim(house) == "letters"


def test_a_clock_set_back_stops_nobody(tmp_path, clock, claim):
    house = house_with(tmp_path, *(another(f"p{n}", f"http://127.0.0.1:9/{n}.xml") for n in range(2)))
    claim(house)

    clock.move(days=-2)

    assert claim(house) is not None


@pytest.mark.parametrize(("scope", "others"), [("platform", 1), ("host", 0)])
def test_a_retry_after_stops_the_platform_or_the_host_as_configured(tmp_path, clock, scope, others):
    web = Web(error=CollectError("http_503", retry_after=timedelta(hours=2)))
    text = CONFIGURATION.replace("[pace]\n", f'[pace]\nretry_after = "{scope}"\n')
    house = build(
        tmp_path, web, text.replace("[policy.default]", another("b", "http://127.0.0.1:9/b.xml") + "[policy.default]")
    )

    drain(house, clock, ("collect",))

    assert web.passes == 1 + others
    waits = {row.name: row.next_check_at - clock.now for row in platform_rows(house) if row.failures}
    assert set(waits.values()) == {timedelta(hours=2)}
    clock.move(hours=1)
    drain(house, clock, ("collect",))
    assert web.passes == 1 + others


def test_a_platform_that_moves_to_another_host_is_remembered_there(tmp_path, clock):
    house = build(tmp_path, Web())
    moved = CONFIGURATION.replace("127.0.0.1:9", "127.0.0.2:9")

    again = build(tmp_path, Web(), moved)

    with again.store.read() as tx:
        hosts = tx.exec_driver_sql("SELECT host FROM cursor").scalars().all()
    assert hosts == ["127.0.0.2:9"]
    house.store.close()


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://User@WWW.Agency.example/x", "www.agency.example"),
        ("http://[::1]:8080/feed", "[::1]:8080"),
        ("http://127.0.0.1:9/{page}", "127.0.0.1:9"),
    ],
)
def test_the_host_of_an_address(url, host):
    assert host == passes.host_of(url)
