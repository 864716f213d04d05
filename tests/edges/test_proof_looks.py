"""Looking at proofs on a real web server: each way, and what proves nothing."""

from dataclasses import replace

import pytest

from demo import animals
from monitor import proof, proving
from monitor.proof import Hold
from monitor.store import proofs
from tests.houses import CONFIGURATION, Web, all_records, build, drain
from tests.names import serving
from tests.owned import FILE, agency, known, known_in, look, passed, prefix, publish, token

pytestmark = pytest.mark.usefixtures("each_database")


def test_nothing_is_read_before_it_is_proven(tmp_path, clock):
    with agency(tmp_path) as (house, zoo):
        drain(house, clock)
        assert passed(house) == 0
        assert proof.hold(known(house, zoo), clock()) is Hold.NEVER
        assert known(house, zoo).error == "http_404"
        assert all_records(house) == []

        publish(house, zoo)
        look(house, clock, days=1)
        assert passed(house) == 1
        assert known(house, zoo).way == "file"


def test_a_proof_is_looked_at_every_week(tmp_path, clock):
    with agency(tmp_path) as (house, zoo):
        publish(house, zoo)
        drain(house, clock)
        for _ in range(20):
            look(house, clock, days=1)

        assert len([request for request in zoo.seen if request.path == FILE]) == 3


def test_each_way_proves(tmp_path, clock):
    with agency(tmp_path) as (house, zoo):
        zoo.routes["/col/"] = animals.answer(f"<head>{proof.meta_tag(house.key, prefix(zoo))}</head>", "text/html")
        drain(house, clock)
        assert known(house, zoo).way == "meta"

        url = zoo.url("/col/2026/1.html")
        zoo.routes = {"/col/2026/1.html": animals.answer(f"<title>{token(house, zoo)}</title>", "text/html")}
        with house.store.write() as tx:
            proofs.keep(tx, replace(known_in(tx, zoo), article=url), clock())
        look(house, clock, days=8)
        assert known(house, zoo).way == "article"
        assert all_records(house) == []


def test_the_dns_proves_every_prefix_of_the_host(tmp_path, clock):
    text = CONFIGURATION.replace("http://127.0.0.1:9/feed.xml", "http://www.agency.example:9/a/feed.xml")
    house = build(tmp_path, Web(), text, proven=False)
    at = "http://www.agency.example:9/a/"
    with serving({proof.record_name(at): [f'"{proof.record(house.key, at)}"']}) as names:
        house = replace(house, txt=lambda name: proving_txt(names, name), fetch_once=nothing)
        drain(house, clock, ("prove",))
    with house.store.read() as tx:
        assert proofs.of(tx, [at])[at].way == "dns"


def proving_txt(names, name):
    return [record.to_text().strip('"') for record in names.resolver().resolve(name, "TXT")]


def nothing(_at, url):
    raise proving.CollectError("http_404", url)


@pytest.mark.parametrize("target", ["/col/other.txt", "/elsewhere.txt", "http://127.0.0.1:1/x"])
def test_no_redirect_is_followed(tmp_path, clock, target):
    with agency(tmp_path) as (house, zoo):
        for path in ("/col/other.txt", "/elsewhere.txt"):
            zoo.routes[path] = animals.answer(token(house, zoo), "text/plain")
        zoo.routes[FILE] = animals.redirect(target)
        drain(house, clock, ("prove",))

        assert known(house, zoo).error == "redirect"
        assert {request.path for request in zoo.seen} == {FILE, "/col/"}


def test_tokens_of_others_prove_nothing(tmp_path, clock):
    with agency(tmp_path) as (house, zoo):
        for other in (proof.token(house.key, zoo.url("/")), proof.token(b"o" * 32, prefix(zoo))):
            publish(house, zoo, other)
            look(house, clock, days=2)
            assert known(house, zoo).error == "other_token"
        assert passed(house) == 0


def test_a_comment_with_the_token_proves_nothing(tmp_path, clock):
    with agency(tmp_path) as (house, zoo):
        page = f"<head><title>通知</title></head><body><p>正文</p><div>{token(house, zoo)}</div></body>"
        zoo.routes |= {"/col/": animals.answer(page, "text/html"), "/col/1.html": animals.answer(page, "text/html")}
        with house.store.write() as tx:
            proofs.keep(tx, replace(known_in(tx, zoo), article=zoo.url("/col/1.html"), way="article"), clock())
        drain(house, clock)

        assert known(house, zoo).error == "no_token"
        assert passed(house) == 0


def test_a_site_that_repeats_what_it_is_asked_for_proves_nothing(tmp_path, clock):
    with agency(tmp_path) as (house, zoo):

        class Echo(dict):
            def get(self, path, _default=None):
                return lambda request, wire: animals.answer(
                    f"{request.target}\n{request.headers}<head><title>{request.target}</title></head>", "text/html"
                )(request, wire)

        zoo.routes = Echo()
        drain(house, clock)

        assert len(zoo.seen) == 2
        assert not [request for request in zoo.seen if token(house, zoo)[7:15] in f"{request.target}{request.headers}"]
        assert passed(house) == 0


@pytest.mark.parametrize(
    "route",
    [animals.bombing(50_000_000), animals.answer("x" * 3_000_000, "text/plain")],
)
def test_a_huge_file_is_given_up(tmp_path, clock, route):
    with agency(tmp_path) as (house, zoo):
        zoo.routes[FILE] = route
        drain(house, clock, ("prove",))

        assert known(house, zoo).error == "too_large"


def test_another_prefix_in_the_configuration_needs_a_proof_of_its_own(tmp_path, clock):
    with agency(tmp_path) as (house, zoo):
        publish(house, zoo)
        drain(house, clock)
        read = passed(house)
        wider = CONFIGURATION.replace("http://127.0.0.1:9/", zoo.url("/col/"))
        wider = wider.replace("networks", f'prefixes = ["{zoo.url("/")}"]\nnetworks')
        house.store.close()

        house = build(tmp_path, house.collectors["feed"].__self__, wider, proven=False)
        look(house, clock, days=1)
        assert passed(house) == read

        again = CONFIGURATION.replace("http://127.0.0.1:9/", zoo.url("/COL/").replace("COL", "%63ol"))
        house.store.close()
        house = build(tmp_path, house.collectors["feed"].__self__, again, proven=False)
        look(house, clock, days=1)
        assert passed(house) > read  # the same prefix, written otherwise


def test_platforms_of_one_prefix_share_one_proof(tmp_path, clock):
    second = '[[platform]]\nname = "b"\ntitle = "b"\nurl = "http://127.0.0.1:9/b.xml"\nnetworks = ["127.0.0.0/8"]\n'
    with agency(tmp_path, text=CONFIGURATION.replace("[policy.default]", second + "[policy.default]")) as (house, zoo):
        publish(house, zoo)
        drain(house, clock)

        assert len([request for request in zoo.seen if request.path == FILE]) == 1
        assert passed(house) == 2
