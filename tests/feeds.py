"""Feeds for the tests of their collector."""

from datetime import UTC, datetime
from ipaddress import ip_network

import pytest

from monitor.collectors import feed
from monitor.errors import CollectError
from monitor.model import Cursor, Fetched, Platform

URL = "http://yunxi.example/feeds/all.xml"
FRESH = Cursor(platform="p")
PUBLISHED = datetime(2024, 5, 11, 1, 12, 33, tzinfo=UTC)


def platform(url=URL, **options):
    networks = (ip_network("127.0.0.0/8"),)
    return Platform(name="p", kind="feed", title="P", url=url, prefixes=(url,), networks=networks, **options)


def given(text, content_type="application/xml", **answered):
    """A ``fetch`` that answers with ``text``."""

    def fetch(platform, url, *, etag="", last_modified=""):
        body = text.encode("utf-8", "surrogatepass")
        return Fetched(url=url, status=200, body=body, content_type=content_type, **answered)

    return fetch


def items(text):
    return feed.collect(platform(), FRESH, given(text)).items


def only(text):
    (item,) = items(text)
    return item


def failure(text, cursor=FRESH):
    with pytest.raises(CollectError) as error:
        feed.collect(platform(), cursor, given(text))
    return error.value


def rss(*entries):
    return f'<rss version="2.0"><channel><title>T</title>{"".join(entries)}</channel></rss>'


def entry(inside):
    return rss(f"<item>{inside}</item>")


def json_feed(*entries):
    return f'{{"version": "https://jsonfeed.org/version/1.1", "items": [{", ".join(entries)}]}}'
