"""Fetching on loopback, for the tests of the guarded client."""

import socket
import ssl
from contextlib import closing
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest

from monitor.errors import CollectError
from monitor.fetch import Fetcher, FetchLimits
from monitor.model import Platform

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LOOPBACK = (ip_network("127.0.0.0/8"),)
HASTE = FetchLimits(total=timedelta(seconds=0.2), max_bytes=200_000)
PATIENCE = FetchLimits(max_bytes=200_000)
MAX_WAIT = 5  # seconds: far above the deadline, far below for ever
TRUST = ssl.create_default_context()  # made once: reading the authorities takes longer than a test


def platform(*prefixes, networks=LOOPBACK):
    return Platform(name="p", kind="feed", title="P", url=prefixes[0], prefixes=prefixes, networks=networks)


def fetcher(limits=PATIENCE, **options):
    return Fetcher(limits, clock=lambda: NOW, **{"ssl_context": TRUST} | options)


def refused(url, at, client=None, **validators):
    """The CollectError that fetching ``url`` for the platform ``at`` ends in."""
    with pytest.raises(CollectError) as error:
        (client or fetcher()).get(at, url, **validators)
    return error.value


def closed_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
