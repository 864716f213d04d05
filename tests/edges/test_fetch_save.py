"""A large answer goes into a file piece by piece, under limits of its own and the guard of every fetch."""

import gzip
import io
from datetime import timedelta

import pytest

from demo import animals
from demo.zoo import Zoo
from monitor.errors import CollectError
from monitor.fetch import FetchLimits
from tests.fetching import fetcher, platform

LARGE = FetchLimits(total=timedelta(seconds=5), max_bytes=2_000_000)
BODY = b"0123456789" * 100_000


def saved(route, limits=LARGE, **validators):
    """What was answered, and what stands in the file."""
    into = io.BytesIO()
    with Zoo({"/a.pdf": route}) as zoo:
        url = zoo.url("/a.pdf")
        fetched = fetcher().save(platform(zoo.url("/")), url, into, limits, **validators)
    return fetched, into.getvalue()


def refused(route, limits=LARGE):
    with pytest.raises(CollectError) as error:
        saved(route, limits)
    return error.value.code


def test_it_may_be_larger_than_what_is_fetched_else():
    fetched, content = saved(animals.answer(BODY, headers={"ETag": '"1"'}))

    assert (content, fetched.body, fetched.etag, fetched.status) == (BODY, b"", '"1"', 200)


def test_what_was_packed_on_the_way_is_unpacked():
    assert saved(animals.packed(gzip.compress(BODY)))[1] == BODY


def test_nothing_is_written_where_nothing_has_changed():
    fetched, content = saved(animals.conditional(BODY, '"1"'), etag='"1"')

    assert (fetched.not_modified, content) == (True, b"")


@pytest.mark.parametrize(
    ("route", "code"),
    [
        (animals.answer(BODY * 3), "too_large"),
        (animals.bombing(50_000_000), "too_large"),
        (animals.answer("", status=404), "http_404"),
        (animals.redirect("http://127.0.0.2:9/a.pdf"), "redirect_outside"),
        (animals.endless_redirect(), "redirect_outside"),
        (animals.raw(animals.head(200, {"Content-Length": "100"}) + b"12"), "truncated"),
        (animals.raw(animals.head(304)), "unexpected_304"),
    ],
)
def test_the_same_errors_as_for_every_fetch(route, code):
    assert refused(route) in {code, "too_many_redirects"}


def test_the_time_is_limited():
    assert refused(animals.drip(animals.head(200)), FetchLimits(total=timedelta(seconds=0.3))) == "timeout"


def test_outside_the_prefixes_nothing_is_asked():
    with Zoo({"/a.pdf": animals.answer(BODY)}) as zoo, pytest.raises(CollectError) as error:
        fetcher().save(platform(zoo.url("/n/")), zoo.url("/a.pdf"), io.BytesIO(), LARGE)

    assert error.value.code == "outside_prefix"
