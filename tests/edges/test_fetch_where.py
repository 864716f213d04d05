"""Where the guarded client goes: redirects, names and their addresses, certificates, proxies."""

import contextlib
import socket
import ssl
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
import trustme

from demo.animals import ROUTES, RSS, answer, head, raw, redirect
from demo.zoo import Zoo
from monitor.errors import CollectError
from monitor.transport import resolve
from tests.fetching import HASTE, LOOPBACK, MAX_WAIT, closed_port, fetcher, platform, refused


@pytest.fixture(scope="module")
def zoo():
    with Zoo(ROUTES) as zoo:
        yield zoo


@pytest.mark.parametrize(
    "location",
    [
        "http://evil.example/",
        "//evil.example/",
        "https://{host}:{port}/feeds/rss",
        "http://{host}/feeds/rss",
        "http://2130706433:{port}/feeds/rss",
        "http://0x7f000001:{port}/feeds/rss",
        "http://0177.0.0.1:{port}/feeds/rss",
        "http://127.1:{port}/feeds/rss",
        "http://localhost:{port}/feeds/rss",
        "http://[::ffff:127.0.0.1]:{port}/feeds/rss",
        "http://0.0.0.0:{port}/feeds/rss",
        "http://169.254.169.254/latest/meta-data/",
        "http://user:word@{host}:{port}/feeds/rss",
        "http://{host}:{port}@evil.example/feeds/rss",
        "http:\\\\{host}:{port}\\feeds\\rss",
        "/secret",
        "../secret",
        "/feeds/%2e%2e/secret",
        "/feeds/..%5csecret",
        "file:///etc/passwd",
        "ftp://{host}:{port}/feeds/rss",
        "gopher://{host}:{port}/_x",
        "javascript:alert(1)",
    ],
)
def test_a_redirect_may_not_leave(location):
    with Zoo({"/secret": answer("secret"), "/feeds/rss": answer(RSS)}) as zoo:
        host, port = zoo.address
        zoo.routes["/feeds/start"] = redirect(location.format(host=host, port=port))

        error = refused(zoo.url("/feeds/start"), platform(zoo.url("/feeds/")))

    assert error.code == "redirect_outside"
    assert [request.path for request in zoo.seen] == ["/feeds/start"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_inside_is_followed(status):
    with Zoo({"/": redirect("/a?b=c", status), "/a": answer("there")}) as zoo:
        fetched = fetcher().get(platform(zoo.url()), zoo.url())

    assert (fetched.url, fetched.body) == (zoo.url("/a?b=c"), b"there")


def test_a_redirect_with_raw_bytes_is_asked_for_as_it_came():
    gbk = "路灯".encode("gbk")
    with Zoo({"/": raw(head(302, {"Location": "/" + gbk.decode("latin-1")})), "/%C2%B7%B5%C6": answer("there")}) as zoo:
        assert fetcher().get(platform(zoo.url()), zoo.url()).body == b"there"


def test_what_is_outside_is_not_even_asked(zoo):
    before = len(zoo.seen)
    at = platform(zoo.url("/feeds/"))

    assert refused(zoo.url("/rss"), at).code == "outside_prefix"
    assert refused(zoo.url("/feeds/../rss"), at).code == "bad_url"
    assert len(zoo.seen) == before


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        (["10.0.0.1"], "private use"),
        (["127.0.0.2"], "loopback"),
        (["100.64.0.1"], "carrier-grade NAT"),
        (["169.254.169.254"], "link-local"),
        (["0.0.0.0"], "unspecified"),
        (["255.255.255.255"], "reserved"),
        (["::1"], "loopback"),
        (["::ffff:127.0.0.2"], "loopback"),
        (["64:ff9b::7f00:2"], "loopback"),
        (["2002:7f00:1::"], "6to4"),
        (["10.0.0.1", "fe80::1%eth0"], "link-local, private use"),
    ],
)
def test_a_name_may_not_lead_inside(answers, reason):
    at = platform("http://yunxi.example/", networks=(ip_network("127.0.0.1/32"),))

    error = refused("http://yunxi.example/", at, fetcher(resolve=lambda host, port: answers))

    assert error.code == "private_address"
    assert f"({reason})" in str(error)


def test_a_private_address_in_the_url_must_be_named_too(zoo):
    at = platform(zoo.url(), networks=(ip_network("10.0.0.0/8"),))

    assert refused(zoo.url("/rss"), at).code == "private_address"


def test_dns_that_changes_its_answer_gains_nothing(zoo):
    """The name is resolved once a connection, and what was checked is what is connected to."""
    answers = iter([["127.0.0.1"], ["127.0.0.2"]])
    asked = []

    def fickle(host, port):
        asked.append((host, port))
        return next(answers)

    port = zoo.address[1]
    at = platform(f"http://yunxi.example:{port}/", networks=(ip_network("127.0.0.1/32"),))
    client = fetcher(resolve=fickle)

    assert client.get(at, f"http://yunxi.example:{port}/rss").body == RSS.encode()
    assert asked == [("yunxi.example", port)]
    assert refused(f"http://yunxi.example:{port}/rss", at, client).code == "private_address"


def test_a_redirect_to_a_listed_host_is_resolved_and_checked(zoo):
    inside, port = zoo.url(), zoo.address[1]
    with Zoo({"/": redirect(f"http://intranet.example:{port}/rss")}) as start:
        at = platform(start.url(), f"http://intranet.example:{port}/", networks=(ip_network("127.0.0.1/32"),))

        error = refused(start.url(), at, fetcher(resolve=lambda host, port: ["127.0.0.9"]))

    assert (error.code, inside) == ("private_address", zoo.url())


@pytest.mark.parametrize("answers", [["10.0.0.1", "127.0.0.1"], ["127.0.0.3", "127.0.0.1"], ["nonsense", "127.0.0.1"]])
def test_the_address_that_works_is_found(zoo, answers):
    """One that is refused, one where nothing listens, one that is none: the next is tried."""
    port = zoo.address[1]
    client = fetcher(resolve=lambda host, port: answers)

    fetched = client.get(platform(f"http://yunxi.example:{port}/"), f"http://yunxi.example:{port}/rss")

    assert fetched.body == RSS.encode()
    assert fetched.url == f"http://yunxi.example:{port}/rss"


@pytest.mark.parametrize("trouble", [socket.gaierror("no such name"), UnicodeError("label too long"), [], ["x"]])
def test_a_name_without_an_address(trouble):
    def failing(host, port):
        if isinstance(trouble, Exception):
            raise trouble
        return trouble

    at = platform("http://yunxi.example/")

    assert refused("http://yunxi.example/", at, fetcher(resolve=failing)).code == "dns"


def test_slow_dns_meets_the_deadline():
    over = threading.Event()
    begun = time.monotonic()
    try:
        client = fetcher(HASTE, resolve=lambda host, port: over.wait(30) and [])
        error = refused("http://yunxi.example/", platform("http://yunxi.example/"), client)
    finally:
        over.set()

    assert error.code == "timeout"
    assert time.monotonic() - begun < MAX_WAIT


def test_the_system_resolves_names():
    assert "127.0.0.1" in resolve("localhost", 80)


def test_nothing_listens():
    url = f"http://127.0.0.1:{closed_port()}/"

    assert refused(url, platform(url)).code == "refused"


def test_no_way_there():
    """The broadcast address of loopback: the system refuses to connect to it."""
    url = f"http://127.255.255.255:{closed_port()}/"

    assert refused(url, platform(url)).code == "unreachable"


def test_a_server_too_busy_to_accept_meets_the_deadline():
    with closing(socket.create_server(("127.0.0.1", 0), backlog=0)) as busy, contextlib.ExitStack() as waiting:
        for _ in range(4):
            caller = waiting.enter_context(closing(socket.socket()))
            caller.setblocking(False)
            caller.connect_ex(busy.getsockname())
        url = f"http://127.0.0.1:{busy.getsockname()[1]}/"

        assert refused(url, platform(url), fetcher(HASTE)).code == "timeout"


def test_the_environment_is_not_read(zoo, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")

    assert fetcher(ssl_context=None).get(platform(zoo.url()), zoo.url("/rss")).status == 200


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


def served(authority, name="yunxi.example", **certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, **certificate).configure_cert(context)
    routes = {"/": answer(RSS), "/to-plain": redirect("http://yunxi.example:1/")}
    return Zoo(routes, tls=context)


def trusting(authority):
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return fetcher(ssl_context=context, resolve=lambda host, port: ["127.0.0.1"])


def test_tls_checks_the_name_though_the_address_is_connected_to(authority):
    with served(authority) as zoo:
        good, bad = zoo.url("/", "yunxi.example"), zoo.url("/", "other.example")

        assert trusting(authority).get(platform(good), good).body == RSS.encode()

        error = refused(bad, platform(bad), trusting(authority))

    assert error.code == "tls"
    assert "other.example" in str(error)


def test_the_end_of_the_certificate_and_the_time_it_took_are_told(zoo, authority):
    ends = datetime(2040, 3, 1, tzinfo=UTC)
    with served(authority, not_after=ends) as secure:
        url = secure.url("/", "yunxi.example")

        fetched = trusting(authority).get(platform(url), url)

    plain = fetcher().get(platform(zoo.url()), zoo.url("/rss"))
    assert (fetched.certified_until, plain.certified_until) == (ends, None)
    assert timedelta(0) < plain.took < timedelta(seconds=MAX_WAIT)


def test_tls_refuses_an_unknown_authority_and_an_old_certificate(authority):
    with served(authority) as zoo, served(authority, not_after=datetime(2025, 1, 1, tzinfo=UTC)) as old:
        url, old_url = zoo.url("/", "yunxi.example"), old.url("/", "yunxi.example")

        stranger = refused(url, platform(url), fetcher(resolve=lambda host, port: ["127.0.0.1"]))
        expired = refused(old_url, platform(old_url), trusting(authority))

    assert (stranger.code, expired.code) == ("tls", "tls")
    assert "expired" in str(expired)


def test_tls_to_a_server_that_has_none(zoo, authority):
    url = zoo.url("/rss", "yunxi.example").replace("http:", "https:")

    assert refused(url, platform(url), trusting(authority)).code == "tls"


def test_tls_with_a_silent_server_meets_the_deadline(authority):
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}/"

        assert refused(url, platform(url), fetcher(HASTE)).code == "timeout"


def test_no_way_down_to_plain_http_unless_it_is_listed(authority):
    with served(authority) as zoo:
        secure = zoo.url("/", "yunxi.example")
        client = trusting(authority)

        assert refused(secure + "to-plain", platform(secure), client).code == "redirect_outside"
        listed = platform(secure, "http://yunxi.example:1/")
        assert refused(secure + "to-plain", listed, client).code == "refused"  # it went there: nothing listens


def test_a_proxy_is_asked_for_the_whole_address():
    with Zoo({"http://yunxi.example/rss": answer(RSS)}) as proxy:
        client = fetcher(proxy=proxy.url())

        fetched = client.get(platform("http://yunxi.example/"), "http://yunxi.example/rss")

        assert refused("http://other.example/", platform("http://yunxi.example/"), client).code == "outside_prefix"
    assert (fetched.url, fetched.body) == ("http://yunxi.example/rss", RSS.encode())
    assert len(proxy.seen) == 1


def test_a_proxy_by_name_must_live_where_it_is_said_to():
    with Zoo({"http://yunxi.example/rss": answer(RSS)}) as zoo:
        named = {"proxy": zoo.url("", "proxy.example"), "resolve": lambda host, port: ["127.0.0.1"]}
        at, url = platform("http://yunxi.example/"), "http://yunxi.example/rss"

        assert refused(url, at, fetcher(**named)).code == "private_address"
        assert fetcher(**named, proxy_networks=LOOPBACK).get(at, url).status == 200


def test_a_proxy_that_refuses_a_tunnel():
    with Zoo({"yunxi.example:443": answer("no", status=403)}) as proxy:
        url = "https://yunxi.example/"

        error = refused(url, platform(url), fetcher(proxy=proxy.url()))

    assert error.code == "proxy"


def test_a_wrong_proxy_is_told_at_once():
    with pytest.raises(CollectError) as error:
        fetcher(proxy="socks5://127.0.0.1:1080")

    assert error.value.code == "bad_url"
