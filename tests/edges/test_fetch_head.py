"""One HEAD to somebody else's server: its status, and nothing else."""

import socket
import time
from datetime import timedelta

import pytest

from demo import animals
from demo.zoo import Zoo
from monitor.errors import CollectError, NoSuchNameError
from tests.fetching import LOOPBACK, MAX_WAIT, fetcher

TOTAL = timedelta(seconds=0.5)
PAGE = animals.answer("<p>正文</p>", "text/html")


def asked(route, path="/x"):
    """The status, or the code of the error; and what the server was asked."""
    with Zoo({path: route, "/target": PAGE}) as zoo:
        try:
            answer = fetcher().head(zoo.url(path), TOTAL, networks=LOOPBACK)
        except CollectError as error:
            answer = error.code
        return answer, [(request.method, request.target) for request in zoo.seen]


@pytest.mark.parametrize("status", [200, 204, 301, 302, 404, 405, 410, 429, 500, 503])
def test_any_status_is_an_answer_and_no_redirect_is_followed(status):
    route = animals.raw(animals.head(status, {"Location": "/target", "Content-Length": "0"}))

    assert asked(route) == (status, [("HEAD", "/x")])


@pytest.mark.parametrize(
    ("route", "answer"),
    [
        (animals.flood(animals.head(200), b"x" * 65_536), 200),  # a body that no HEAD has is left unread
        (animals.flood(animals.head(200, {"Content-Encoding": "gzip"}), b"x" * 65_536), 200),
        (animals.flood(b"HTTP/1.1 200 OK\r\n", b"X-Line: 1\r\n" * 100), "too_large"),
        (animals.flood(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100), "too_large"),
        (animals.drip(b"HTTP/1.1 200 OK\r\nX-Slow: "), "timeout"),
        (animals.silent(), "timeout"),
        (animals.raw(b"SSH-2.0-OpenSSH_9.9\r\n"), "protocol"),
    ],
)
def test_whatever_comes_it_costs_no_more_than_its_limits(route, answer):
    began = time.monotonic()

    assert asked(route)[0] == answer
    assert time.monotonic() - began < MAX_WAIT


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "[::1]", "100.64.0.1", "[64:ff9b::a00:1]", "[2002:a00:1::]"]
)
def test_a_private_address_is_never_asked(address):
    with pytest.raises(CollectError) as error:
        fetcher().head(f"http://{address}:9/x", TOTAL)
    assert error.value.code == "private_address"


def test_a_name_that_leads_to_a_private_address_is_not_asked_either():
    with pytest.raises(CollectError) as error:
        fetcher(resolve=lambda host, port: ["10.0.0.1"]).head("http://www.other.example/", TOTAL)
    assert error.value.code == "private_address"


@pytest.mark.parametrize(
    ("number", "unknown"), [(socket.EAI_NONAME, True), (socket.EAI_AGAIN, False), (socket.EAI_FAIL, False)]
)
def test_a_name_that_does_not_exist_is_told_from_one_that_is_not_found_now(number, unknown):
    def resolve(_host, _port):
        raise socket.gaierror(number, "no")

    with pytest.raises(CollectError) as error:
        fetcher(resolve=resolve).head("http://www.other.example/", TOTAL)
    assert error.value.code == "dns"
    assert isinstance(error.value, NoSuchNameError) is unknown
