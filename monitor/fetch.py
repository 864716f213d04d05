"""The guarded HTTP client. EDGE: with ``transport``, which nobody else uses, the only module that speaks HTTP.

Nothing is fetched outside the platform's prefixes, and no connection is opened to an address that
the guard refuses: names are resolved here, and what is connected to is the checked literal, so DNS
that changes its answer gains nothing. TLS still checks the certificate against the name. One
deadline holds for everything; decoded bytes are counted while they arrive. No cookie is kept,
nothing is read from the environment.

With ``proxy`` the guard applies to the proxy's own host. What is lost: the proxy resolves the
platform's name and opens the connection, so private addresses can't be refused here, and for plain
http it reads everything. The rules on URLs and redirects, size, time and the certificate still hold.
"""

from __future__ import annotations

import ssl
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_network
from typing import Any, BinaryIO
from urllib.parse import quote

import httpcore
import httpx

from monitor import __version__, blocked, guard
from monitor.dates import retry_after
from monitor.decoding import decode
from monitor.errors import CollectError
from monitor.guard import Network, Target
from monitor.model import Fetched, Platform
from monitor.transport import Backend, Resolve, Transport, Watch, resolve
from monitor.turns import Turns

USER_AGENT = f"Huiyin/{__version__}"
ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"

MAX_REPLY = 65_536  # bytes of the answer to a POST that are read, unless somebody asks for more
MAX_VALIDATOR = 1000  # characters of an ETag or Last-Modified that are remembered
Keep = Callable[[bytes], object]
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_READ = 65_536  # bytes decompressed at a time
_GZIP = 16 + zlib.MAX_WBITS
_PRINTABLE = "".join(chr(code) for code in range(0x21, 0x7F))


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    total: timedelta = timedelta(seconds=30)  # for everything: DNS, connecting, all hops, the body
    max_bytes: int = 8_388_608  # of the decoded body
    max_redirects: int = 5


@cache
def _ssl_context() -> ssl.SSLContext:
    """Made once: reading the certificates takes forty milliseconds."""
    return httpx.create_ssl_context(trust_env=False)


class Fetcher:
    """Built once and used by any thread; collectors are given ``get``, the ringing channel ``post``.

    ``clock`` tells the time for Retry-After; ``resolve`` is how names become addresses;
    ``proxy_networks`` are private ranges in which a proxy given by name may live (one given as an
    address is allowed as it stands); ``turns`` spare each host. With a ``referer`` it seems to come from there.
    """

    def __init__(
        self,
        limits: FetchLimits,
        proxy: str = "",
        user_agent: str = USER_AGENT,
        *,
        referer: str = "",
        clock: Callable[[], datetime],
        resolve: Resolve = resolve,
        ssl_context: ssl.SSLContext | None = None,
        proxy_networks: tuple[Network, ...] = (),
        turns: Turns | None = None,
    ) -> None:
        self._limits = limits
        self._turns = turns
        self._clock = clock
        self._resolve = resolve
        self._ssl = ssl_context or _ssl_context()
        self._proxy = guard.parse(proxy) if proxy else None
        address = guard.literal(self._proxy.host) if self._proxy else None
        self._proxy_networks = (*proxy_networks, ip_network(address)) if address else proxy_networks
        self._headers = {
            "User-Agent": user_agent,
            "Accept": ACCEPT,
            "Accept-Encoding": "gzip",
            "Accept-Language": "zh-CN, zh;q=0.9, *;q=0.5",
            "Connection": "close",
        } | ({"Referer": referer} if referer else {})

    def get(self, platform: Platform, url: str, *, etag: str = "", last_modified: str = "") -> Fetched:
        """Fetch ``url`` for ``platform``; with validators the answer may be "not modified".

        Raises CollectError with one of these codes:

        bad_url, outside_prefix    the configuration is wrong; permanent
        private_address            the name leads to an address the platform does not name
        dns, refused, unreachable, proxy, tls
        timeout                    the total deadline passed, wherever it stood
        too_large, truncated, encoding, protocol, connection_lost
        too_many_redirects, redirect_outside
        unexpected_304             "not modified" to a request without validators
        blocked                    a protection that tests browsers stands before it
        http_404, ...              any other status; 429 and 503 carry ``retry_after``
        """
        body = bytearray()
        fetched = self._ask(platform, url, _validators(etag, last_modified), self._limits, body.extend)
        return replace(fetched, body=bytes(body))

    def save(
        self,
        platform: Platform,
        url: str,
        into: BinaryIO,
        limits: FetchLimits,
        *,
        etag: str = "",
        last_modified: str = "",
    ) -> Fetched:
        """``get`` with other limits and for large answers: the body goes ``into`` a file as it arrives.

        What it raises leaves a part of the body there.
        """
        return self._ask(platform, url, _validators(etag, last_modified), limits, into.write)

    def head(self, url: str, total: timedelta, *, networks: tuple[Network, ...] = ()) -> int:
        """The status of ``url`` on any public host, asked for once: no redirect is followed and no body read.

        ``networks`` are private ranges that are let through. Raises CollectError as ``get`` does; the answer itself is
        no error, whatever its status.
        """
        target = guard.parse(url)
        request = httpx.Request("HEAD", target.url, headers=self._headers)
        with self._turn(target):
            watch = Watch(total, 0)
            transport = Transport(self._pool(networks, watch), watch)
            with transport, closing(transport.handle_request(request)) as answer:
                return answer.status_code

    def _ask(
        self, platform: Platform, url: str, validators: dict[str, str], limits: FetchLimits, keep: Keep
    ) -> Fetched:
        """``keep`` is given the body piece by piece. Waiting for a turn is no part of the time it takes."""
        target = guard.permit(url, platform.prefixes)
        with self._turn(target):
            return self._visit(target, platform, validators, limits, keep)

    def _visit(
        self, target: Target, platform: Platform, validators: dict[str, str], limits: FetchLimits, keep: Keep
    ) -> Fetched:
        watch = Watch(limits.total, limits.max_bytes)
        began = time.monotonic()
        with Transport(self._pool(platform.networks, watch), watch) as transport:
            target, response = self._walk(transport, target, platform.prefixes, validators, limits.max_redirects)
            with closing(response):
                fetched = self._fetched(target, response, asked=bool(validators))
                for part in () if fetched.not_modified else _body(response, limits.max_bytes):
                    keep(part)
        return replace(fetched, took=timedelta(seconds=time.monotonic() - began))

    def _turn(self, target: Target) -> AbstractContextManager[None]:
        return self._turns.of(f"{target.host}:{target.port}") if self._turns else nullcontext()

    def _walk(
        self, transport: Transport, target: Target, prefixes: Iterable[str], validators: dict[str, str], hops: int
    ) -> tuple[Target, httpx.Response]:
        """Hop by hop, each checked before it is asked; the open answer at the end, and where that is."""
        headers = self._headers | validators
        for _ in range(hops + 1):
            response = transport.handle_request(httpx.Request("GET", target.url, headers=headers))
            if response.status_code not in _REDIRECTS:
                return target, response
            with closing(response):
                target = guard.follow(target, _location(response), prefixes)
        raise CollectError("too_many_redirects", f"more than {hops} redirects")

    def post(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        networks: tuple[Network, ...],
        total: timedelta,
        begins: Callable[[], None],
        limit: int = MAX_REPLY,
        whole: bool = False,
    ) -> Fetched:
        """Send ``body`` to ``url`` once and read what is answered, whatever its status; no redirect is followed.

        ``networks`` are the private ranges the address may lie in; one that lies there is never asked through the
        proxy. ``begins`` is called when the connection stands, just before the body goes out, and anything it
        raises goes through. At most ``limit`` bytes of the answer are read: a ``whole`` one must be no longer, and what
        stops it is raised. It waits for no turn: telephones must ring at once. Raises CollectError as ``get`` does:
        before ``begins`` nothing was sent, after it nobody can know.
        """
        target = guard.parse(url)
        watch = Watch(total, limit)

        def sending() -> Iterator[bytes]:
            begins()
            yield body

        sent = {"User-Agent": self._headers["User-Agent"], "Content-Length": str(len(body)), "Connection": "close"}
        request = httpx.Request("POST", target.url, headers=sent | dict(headers), content=sending())
        pool = self._pool(networks, watch, direct=bool(networks))
        with Transport(pool, watch) as transport, closing(transport.handle_request(request)) as response:
            reply, complete = (_whole(response, limit), True) if whole else _beginning(response, limit)
            media = response.headers.get("content-type", "")
            status = response.status_code
            return Fetched(url=target.url, status=status, body=reply, complete=complete, content_type=media)

    def post_in_turn(self, url: str, body: bytes, headers: Mapping[str, str], **asked: Any) -> Fetched:
        """``post`` for what is in no hurry: an interface that is read like a platform."""
        with self._turn(guard.parse(url)):
            return self.post(url, body, headers, **asked)

    def _pool(self, networks: tuple[Network, ...], watch: Watch, *, direct: bool = False) -> httpcore.ConnectionPool:
        """A pool for one fetch: a connection checked for one platform never serves another."""
        if self._proxy is None or direct:
            backend = Backend(networks, self._resolve, watch)
            return httpcore.ConnectionPool(ssl_context=self._ssl, network_backend=backend)
        return httpcore.HTTPProxy(
            self._proxy.url,
            ssl_context=self._ssl,
            proxy_ssl_context=self._ssl if self._proxy.scheme == "https" else None,
            network_backend=Backend(self._proxy_networks, self._resolve, watch),
        )

    def _fetched(self, target: Target, response: httpx.Response, *, asked: bool) -> Fetched:
        """What the head of an answer says; ``asked``: the request had validators."""
        status, headers = response.status_code, response.headers
        if status == 304 and not asked:
            raise CollectError("unexpected_304", 'the server says "not modified" though it was asked for everything')
        if status not in {200, 203, 304}:
            if status in blocked.STATUSES and blocked.by_protection(_shown(response), status):
                raise CollectError("blocked", f"the server answered {status} with a page that tests browsers")
            wait = retry_after(headers.get("retry-after", ""), self._clock()) if status in {429, 503} else None
            raise CollectError(f"http_{status}", f"the server answered {status}", retry_after=wait)
        certified_until = _certified_until(response)  # while the connection stands
        return Fetched(
            url=target.url,
            status=status,
            content_type=headers.get("content-type", ""),
            etag=_validator(headers.get("etag", "")),
            last_modified=_validator(headers.get("last-modified", "")),
            not_modified=status == 304,
            certified_until=certified_until,
            at=self._clock(),
        )


def _certified_until(response: httpx.Response) -> datetime | None:
    """The end of the certificate that the connection was checked with."""
    stream = response.extensions.get("network_stream")
    connection = stream.get_extra_info("ssl_object") if stream is not None else None
    certificate = connection.getpeercert() if connection is not None else None
    if not certificate:
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)


def _whole(response: httpx.Response, limit: int) -> bytes:
    """The body as it came: what was not asked to be packed isn't unpacked."""
    body = bytearray()
    for part in response.iter_raw():
        body += part
        if len(body) > limit:
            raise CollectError("too_large", f"more than {limit} bytes")
    return bytes(body)


def _beginning(response: httpx.Response, limit: int) -> tuple[bytes, bool]:
    """The first bytes of the body, and whether they are all of it."""
    body = bytearray()
    try:
        for part in response.iter_raw():
            body += part
            if len(body) > limit:
                return bytes(body[:limit]), False
    except CollectError:
        return bytes(body), False
    return bytes(body), True


def _shown(response: httpx.Response) -> str:
    """The beginning of what came with a status that is an error; what can't be read is nothing."""
    try:
        return decode(b"".join(_body(response, MAX_REPLY)), response.headers.get("content-type", "")).text
    except CollectError:
        return ""


def _validator(raw: str) -> str:
    """``raw`` if it can be sent back as it is."""
    return raw if len(raw) <= MAX_VALIDATOR and raw.isascii() and raw.isprintable() else ""


def _validators(etag: str, last_modified: str) -> dict[str, str]:
    sent = {"If-None-Match": _validator(etag), "If-Modified-Since": _validator(last_modified)}
    return {name: value for name, value in sent.items() if value}


def _location(response: httpx.Response) -> str:
    """The raw header, in which servers put UTF-8 and GBK bytes, percent-encoded."""
    raw = next((value for name, value in response.headers.raw if name.lower() == b"location"), b"")
    if not raw.strip():
        raise CollectError("protocol", "a redirect without an address")
    return quote(raw.strip(), safe=_PRINTABLE)


def _body(response: httpx.Response, limit: int) -> Iterator[bytes]:
    """The body without its content encoding, counted while it arrives."""
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in {"", "identity", "gzip", "x-gzip"}:
        raise CollectError("encoding", "the server packed its answer in a way it was not asked for")
    length = 0
    for part in _unpacked(response.iter_raw()) if "gzip" in encoding else response.iter_raw():
        length += len(part)
        if length > limit:
            raise CollectError("too_large", f"more than {limit} bytes")
        yield part


def _unpacked(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Small pieces of what gzip packed, several members in a row included."""
    try:
        yield from _members(chunks)
    except zlib.error as error:
        raise CollectError("encoding", "the answer is not the gzip it says it is") from error


def _members(chunks: Iterable[bytes]) -> Iterator[bytes]:
    member, complete = zlib.decompressobj(_GZIP), False
    for chunk in chunks:
        while chunk:
            yield member.decompress(chunk, _READ)
            complete = member.eof
            chunk = member.unused_data if complete else member.unconsumed_tail
            member = zlib.decompressobj(_GZIP) if complete else member
    if not complete:
        raise CollectError("truncated", "the packed answer ends too early")
