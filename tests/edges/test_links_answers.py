"""What the answers to links mean, and what they cost."""

from dataclasses import replace

import pytest

from demo import animals
from monitor.cli import wiring
from tests.houses import CONFIGURATION, all_records, drain, only_record
from tests.linking import DEAD, FINE, HTML, days, linking, links

HASTY = f'[http]\ntotal = "1s"\n{CONFIGURATION}'
DOWN = animals.answer("", status=500)


@pytest.fixture
def site():
    with linking() as site:
        yield site


def weeks(house, clock, count):
    """The links are found, and then asked so many times, unless they fail."""
    drain(house, clock)
    for _ in range(count):
        clock.move(days=8)
        drain(house, clock)


@pytest.mark.parametrize(
    "route",
    [
        animals.answer("", status=403),
        animals.answer("", status=401),
        animals.answer("", status=407),
        animals.tired(503, "3600"),
        animals.tired(429, "3600"),
        animals.answer("<script>document.cookie='__jsl_clearance=1'</script>", HTML, status=412),
        animals.answer("<script>document.cookie='a=1'</script>", HTML, status=503),
        animals.answer("<script>location.reload()</script>", HTML, status=202),
        animals.redirect("/loop.html"),
        animals.redirect("http://127.0.0.2:9/elsewhere"),
        animals.reset(animals.head(200, {"Content-Length": "999"}) + b"PK"),
        animals.drip(b"HTTP/1.1 200 OK\r\nX-Slow: "),
        animals.flood(animals.head(200), b"x" * 65_536),
        animals.bombing(5_000_000),
        animals.packed(animals.BROTLI_BOMB, "br"),
        animals.raw(b"SSH-2.0-OpenSSH_9.9\r\n"),
    ],
)
def test_what_is_no_proof_that_a_link_is_broken_is_never_told(tmp_path, clock, site, route):
    site.put("/loop.html")
    site.serve("/loop.html", route)
    house = site.linked(tmp_path, text=HASTY)
    weeks(house, clock, 3)

    assert all_records(house) == []
    assert [row[2] for row in links(house)] == [0]
    assert site.asked.count("/loop.html") <= 3 * 6  # with its redirects


@pytest.mark.parametrize("route", [animals.answer("", status=410), DOWN, animals.answer("", status=504)])
def test_gone_for_good_and_errors_that_last_are_broken(tmp_path, clock, site, route):
    site.put("/x.html")
    site.serve("/x.html", route)
    house = site.linked(tmp_path)
    days(house, clock, 4)

    assert only_record(house).kind == "broken_links"


def test_one_bad_day_is_not_told(tmp_path, clock, site):
    site.put("/x.html")
    site.serve("/x.html", animals.in_turn(DOWN, FINE))
    house = site.linked(tmp_path)
    days(house, clock, 20)

    assert all_records(house) == []
    assert links(house) == [(f"{site.base}/x.html", "", 0)]


@pytest.mark.parametrize("status", [301, 302, 400, 403, 405, 412, 429, 451, 500, 501, 502, 503, 999])
def test_of_others_any_other_answer_is_no_trouble_and_no_redirect_is_followed(tmp_path, clock, site, status):
    target = site.outside("/other")
    site.others.routes["/other"] = animals.raw(animals.head(status, {"Location": "/target", "Content-Length": "0"}))
    site.put(target)
    house = site.linked(tmp_path)
    weeks(house, clock, 3)

    assert all_records(house) == []
    assert site.elsewhere() == ["/other"] * 3


def test_no_body_of_others_is_read_and_a_slow_one_costs_its_limit(tmp_path, clock, site):
    site.others.routes |= {
        "/flood": animals.flood(animals.head(200), b"x" * 65_536),
        "/slow": animals.drip(b"HTTP/1.1 200 OK\r\nX-Slow: "),
        "/many": animals.flood(b"HTTP/1.1 200 OK\r\n", b"X-Line: 1\r\n" * 100),
    }
    site.put(*(site.outside(path) for path in ("/flood", "/slow", "/many")))
    house = site.linked(tmp_path, text=HASTY)
    weeks(house, clock, 1)

    assert [row[1] for row in links(house)] == ["", "timeout", "too_large"]


def test_where_no_name_of_others_is_known_none_of_them_is_dead(tmp_path, clock, site):
    """A closed network: its own names are known, and nothing else."""
    site.put(f"http://{DEAD}/", "/fine.html")
    site.serve("/fine.html", FINE)
    house = site.linked(tmp_path)
    weeks(house, clock, 3)

    assert all_records(house) == []
    assert links(house)[0][1:] == ("no_such_name", 0)


def test_a_private_address_is_never_asked(tmp_path, clock, site):
    """With the real way out: what the guard refuses is refused here too."""
    addresses = ["http://127.0.0.2:9/x", "http://10.0.0.1/x", "http://169.254.169.254/latest/meta-data/"]
    addresses += ["http://[::1]/x", "http://100.64.0.1/", "http://[64:ff9b::a00:1]/"]
    site.put(*addresses, site.outside("/gone"))
    house = site.linked(tmp_path)
    real = _real(house)
    weeks(real, clock, 1)

    assert {row[1] for row in links(house)} == {"robots"}
    with house.store.read() as tx:
        assert {row[0] for row in tx.exec_driver_sql("SELECT error FROM robots")} == {"private_address"}
    assert site.others.seen == []


def _real(house):
    client = wiring.fetcher(house.settings)
    return replace(house, save=client.save, head=client.head)


def test_addresses_with_personal_data_are_not_kept(tmp_path, clock, site):
    site.put("/list?id=210726196411200006", "/fine.html")
    site.serve("/fine.html", FINE)
    house = site.linked(tmp_path)
    days(house, clock, 2)

    assert [row[0] for row in links(house)] == [f"{site.base}/fine.html"]


def test_switched_off_nothing_is_gathered_or_asked(tmp_path, clock, site):
    site.put("/x.html", site.outside("/gone"))
    within = site.linked(tmp_path, "outside = false\n")
    days(within, clock, 20)
    asked = site.elsewhere()
    with within.store.read() as tx:
        errors = [row[0] for row in tx.exec_driver_sql("SELECT error FROM link ORDER BY id")]

    assert asked == []
    assert errors == ["http_404", "not_asked"]
