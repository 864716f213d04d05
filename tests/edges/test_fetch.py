"""The guarded client against servers that misbehave, over real sockets on loopback."""

import gzip
import time
import tracemalloc
from datetime import timedelta

import pytest

from demo.animals import ATOM, JSON_FEED, ROUTES, RSS, answer, conditional
from demo.zoo import Zoo
from tests.fetching import HASTE, MAX_WAIT, fetcher, platform, refused


@pytest.fixture(scope="module")
def zoo():
    with Zoo(ROUTES) as zoo:
        yield zoo


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/rss", RSS),
        ("/atom", ATOM),
        ("/json", JSON_FEED),
        ("/gzip", RSS),
        ("/two-members", RSS),
        ("/chunks", "hello!"),
        ("/no-length", RSS),
        ("/to-rss", RSS),
        ("/empty", ""),
        ("/long", RSS.encode()[:20].decode()),
    ],
)
def test_a_good_answer(zoo, path, body):
    fetched = fetcher().get(platform(zoo.url()), zoo.url(path))

    assert (fetched.status, fetched.body, fetched.not_modified) == (200, body.encode(), False)


def test_the_last_address_is_told(zoo):
    assert fetcher().get(platform(zoo.url()), zoo.url("/to-rss")).url == zoo.url("/rss")


def test_what_is_sent():
    with Zoo({"/": answer("")}) as zoo:
        fetcher(user_agent="Huiyin/test").get(platform(zoo.url()), zoo.url())
        (request,) = zoo.seen

    assert request.headers["accept-encoding"] == "gzip"
    assert request.headers["user-agent"] == "Huiyin/test"
    assert request.headers["host"] == "{}:{}".format(*zoo.address)
    assert not {"cookie", "if-none-match", "if-modified-since", "authorization"} & set(request.headers)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/bomb", "too_large"),
        ("/bombs", "too_large"),
        ("/flood", "too_large"),
        ("/gzip-name", "too_large"),
        ("/huge-header", "too_large"),
        ("/many-headers", "too_large"),
        ("/brotli", "encoding"),
        ("/not-gzip", "encoding"),
        ("/cut-gzip", "truncated"),
        ("/short", "truncated"),
        ("/cut-chunks", "truncated"),
        ("/bad-chunks", "protocol"),
        ("/two-lengths", "protocol"),
        ("/not-http", "protocol"),
        ("/hang-up", "protocol"),
        ("/reset", "connection_lost"),
        ("/to-nowhere", "protocol"),
        ("/always-304", "unexpected_304"),
        ("/round", "too_many_redirects"),
        ("/round-and-round", "too_many_redirects"),
        ("/missing", "http_404"),
        ("/nothing-here", "http_404"),
    ],
)
def test_a_bad_answer(zoo, path, code):
    assert refused(zoo.url(path), platform(zoo.url())).code == code


@pytest.mark.parametrize("path", ["/silent", "/drip-head", "/drip-body", "/interim"])
def test_the_deadline_holds_for_everything(zoo, path):
    begun = time.monotonic()

    error = refused(zoo.url(path), platform(zoo.url()), fetcher(HASTE))

    assert error.code in {"timeout", "too_large"} if path == "/interim" else error.code == "timeout"
    assert time.monotonic() - begun < MAX_WAIT


def test_a_bomb_stops_early(zoo):
    """48 kB that unpack to 50 MB."""
    client, at = fetcher(), platform(zoo.url())
    tracemalloc.start()
    try:
        refused(zoo.url("/bomb"), at, client)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 3_000_000


@pytest.mark.parametrize("status", [201, 204, 206, 300, 400, 401, 403, 410, 412, 451, 500, 502])
def test_only_a_whole_answer_is_one(status):
    with Zoo({"/": answer("x", status=status, headers={"Retry-After": "60"})}) as zoo:
        error = refused(zoo.url(), platform(zoo.url()))

    assert (error.code, error.retry_after, error.permanent) == (f"http_{status}", None, False)


@pytest.mark.parametrize("status", [202, 403, 412, 521])
@pytest.mark.parametrize("packed", [False, True])
def test_a_protection_that_tests_browsers_is_told_from_a_refusal(status, packed):
    page = b"<html><script src='/4a/7.js'></script></html>"
    body, headers = (gzip.compress(page), {"Content-Encoding": "gzip"}) if packed else (page, {})
    with Zoo({"/": answer(body, "text/html", status=status, headers=headers)}) as zoo:
        assert refused(zoo.url(), platform(zoo.url())).code == "blocked"


def test_a_refusal_that_is_too_long_or_broken_is_a_refusal():
    long = b"<script src=x></script>" + b"<!-- -->" * 20_000
    for body, headers in ((long, {}), (b"x", {"Content-Encoding": "gzip"}), (b"x", {"Content-Length": "9"})):
        with Zoo({"/": answer(body, "text/html", status=403, headers=headers)}) as zoo:
            assert refused(zoo.url(), platform(zoo.url())).code == "http_403"


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("60", timedelta(minutes=1)),
        ("-1", timedelta(0)),
        ("Thu, 01 Jan 2026 00:02:00 GMT", timedelta(minutes=2)),
        ("Thu, 01 Jan 2015 00:02:00 GMT", timedelta(0)),
        ("315360000", timedelta(days=1)),
        ("soon", None),
    ],
)
def test_the_server_asks_for_a_pause(status, value, wait):
    with Zoo({"/": answer("x", status=status, headers={"Retry-After": value})}) as zoo:
        error = refused(zoo.url(), platform(zoo.url()))

    assert (error.code, error.retry_after) == (f"http_{status}", wait)


def test_validators_come_back_and_save_the_body():
    stamp = "Sat, 11 May 2024 01:12:33 GMT"
    with Zoo({"/": conditional(RSS, 'W/"é1"', stamp), "/plain": conditional(RSS, '"1"', stamp)}) as zoo:
        at, client = platform(zoo.url()), fetcher()
        first = client.get(at, zoo.url("/plain"))
        second = client.get(at, zoo.url("/plain"), etag=first.etag, last_modified=first.last_modified)
        changed = client.get(at, zoo.url("/plain"), etag='"0"')
        odd = client.get(at, zoo.url(), etag='W/"é1"', last_modified="x\r\ny: z")

    assert (first.etag, first.last_modified) == ('"1"', stamp)
    assert (second.status, second.not_modified, second.body, second.etag) == (304, True, b"", '"1"')
    assert changed.body == RSS.encode()
    assert (odd.status, odd.etag) == (200, "")  # what can't be sent back isn't remembered or sent


def test_a_server_that_always_says_not_modified_is_found_out(zoo):
    """It is believed while validators are sent, so the collector asks for everything now and then."""
    at = platform(zoo.url())

    assert fetcher().get(at, zoo.url("/always-304"), etag='"1"').not_modified
    assert refused(zoo.url("/always-304"), at).code == "unexpected_304"
