"""The guarded HTTP client. EDGE: the only module that speaks HTTP.

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

import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network
from urllib.parse import quote

import httpcore
import httpx

from monitor import __version__, guard
from monitor.dates import retry_after
from monitor.errors import CollectError
from monitor.guard import Address, Network, Target
from monitor.model import Fetched, Platform

USER_AGENT = f"Huiyin/{__version__}"
ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"

MAX_ADDRESSES = 8  # of one name
MAX_VALIDATOR = 1000  # characters of an ETag or Last-Modified that are remembered
_OVERHEAD = 262_144  # bytes on the wire beside the body: headers of all hops, chunk sizes
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS_TOO_LARGE = 431  # how h11 marks it, beyond 100 KiB
_READ = 65_536  # bytes decompressed at a time
_GZIP = 16 + zlib.MAX_WBITS
_PRINTABLE = "".join(chr(code) for code in range(0x21, 0x7F))

Resolve = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    total: timedelta = timedelta(seconds=30)  # for everything: DNS, connecting, all hops, the body
    max_bytes: int = 8_388_608  # of the decoded body
    max_redirects: int = 5


def resolve(host: str, port: int) -> list[str]:
    """The addresses of ``host`` as the system knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Fetcher:
    """Built once and used by any thread; ``get`` is what collectors are given as ``fetch``.

    ``clock`` tells the time for Retry-After; ``resolve`` is how names become addresses;
    ``proxy_networks`` are private ranges in which a proxy given by name may live (one given as an
    address is allowed as it stands).
    """

    def __init__(
        self,
        limits: FetchLimits,
        proxy: str = "",
        user_agent: str = USER_AGENT,
        *,
        clock: Callable[[], datetime],
        resolve: Resolve = resolve,
        ssl_context: ssl.SSLContext | None = None,
        proxy_networks: tuple[Network, ...] = (),
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._resolve = resolve
        self._ssl = ssl_context or httpx.create_ssl_context(trust_env=False)
        self._proxy = guard.parse(proxy) if proxy else None
        address = guard.literal(self._proxy.host) if self._proxy else None
        self._proxy_networks = (*proxy_networks, ip_network(address)) if address else proxy_networks
        self._headers = {
            "User-Agent": user_agent,
            "Accept": ACCEPT,
            "Accept-Encoding": "gzip",
            "Accept-Language": "zh-CN, zh;q=0.9, *;q=0.5",
            "Connection": "close",
        }

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
        http_404, ...              any other status; 429 and 503 carry ``retry_after``
        """
        target = guard.permit(url, platform.prefixes)
        watch = _Watch(self._limits)
        with _Transport(self._pool(platform, watch), watch) as transport:
            return self._walk(transport, target, platform.prefixes, _validators(etag, last_modified))

    def _walk(
        self, transport: _Transport, target: Target, prefixes: Iterable[str], validators: dict[str, str]
    ) -> Fetched:
        """Hop by hop, each checked before it is asked."""
        headers = self._headers | validators
        for _ in range(self._limits.max_redirects + 1):
            with closing(transport.handle_request(httpx.Request("GET", target.url, headers=headers))) as response:
                if response.status_code not in _REDIRECTS:
                    return self._fetched(target, response, asked=bool(validators))
                target = guard.follow(target, _location(response), prefixes)
        raise CollectError("too_many_redirects", f"more than {self._limits.max_redirects} redirects")

    def _pool(self, platform: Platform, watch: _Watch) -> httpcore.ConnectionPool:
        """A pool for one fetch: a connection checked for one platform never serves another."""
        if self._proxy is None:
            backend = _Backend(platform.networks, self._resolve, watch)
            return httpcore.ConnectionPool(ssl_context=self._ssl, network_backend=backend)
        return httpcore.HTTPProxy(
            self._proxy.url,
            ssl_context=self._ssl,
            proxy_ssl_context=self._ssl if self._proxy.scheme == "https" else None,
            network_backend=_Backend(self._proxy_networks, self._resolve, watch),
        )

    def _fetched(self, target: Target, response: httpx.Response, *, asked: bool) -> Fetched:
        """``asked`` says that the request had validators."""
        status, headers = response.status_code, response.headers
        if status == 304 and not asked:
            raise CollectError("unexpected_304", 'the server says "not modified" though it was asked for everything')
        if status not in {200, 203, 304}:
            wait = retry_after(headers.get("retry-after", ""), self._clock()) if status in {429, 503} else None
            raise CollectError(f"http_{status}", f"the server answered {status}", retry_after=wait)
        return Fetched(
            url=target.url,
            status=status,
            body=b"" if status == 304 else _body(response, self._limits.max_bytes),
            content_type=headers.get("content-type", ""),
            etag=_validator(headers.get("etag", "")),
            last_modified=_validator(headers.get("last-modified", "")),
            not_modified=status == 304,
        )


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


def _body(response: httpx.Response, limit: int) -> bytes:
    """The body without its content encoding, counted while it arrives."""
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in {"", "identity", "gzip", "x-gzip"}:
        raise CollectError("encoding", "the server packed its answer in a way it was not asked for")
    body = bytearray()
    for part in _unpacked(response.iter_raw()) if "gzip" in encoding else response.iter_raw():
        body += part
        if len(body) > limit:
            raise CollectError("too_large", f"more than {limit} bytes")
    return bytes(body)


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


class _Watch:
    """What one fetch may still use: time, and bytes on the wire."""

    def __init__(self, limits: FetchLimits) -> None:
        self._end = time.monotonic() + limits.total.total_seconds()
        self._bytes = limits.max_bytes + _OVERHEAD
        self.ended = False  # the other side has closed the connection

    def left(self, most: float | None = None) -> float:
        """Seconds, more than 0 and not more than ``most``. Raises CollectError "timeout"."""
        seconds = self._end - time.monotonic()
        if seconds <= 0:
            raise _timeout()
        return seconds if most is None else min(seconds, most)

    def received(self, data: bytes) -> bytes:
        self.ended = not data
        self._bytes -= len(data)
        if self._bytes < 0:
            raise CollectError("too_large", "more bytes than the limit")
        return data


def _timeout() -> CollectError:
    return CollectError("timeout", "no complete answer within the time limit")


class _Transport(httpx.BaseTransport):
    """httpx's requests and responses over a guarded pool; errors come out as CollectError."""

    def __init__(self, pool: httpcore.ConnectionPool, watch: _Watch) -> None:
        self._pool = pool
        self._watch = watch

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with _translated(self._watch):
            answer = self._pool.handle_request(
                httpcore.Request(
                    method=request.method,
                    url=httpcore.URL(
                        scheme=request.url.raw_scheme,
                        host=request.url.raw_host,
                        port=request.url.port,
                        target=request.url.raw_path,
                    ),
                    headers=request.headers.raw,
                )
            )
        assert isinstance(answer.stream, Iterable)
        stream = _Body(answer.stream, answer.close, self._watch)
        return httpx.Response(answer.status, headers=answer.headers, stream=stream, request=request)

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, parts: Iterable[bytes], close: Callable[[], None], watch: _Watch) -> None:
        self._parts = parts
        self._close = close
        self._watch = watch

    def __iter__(self) -> Iterator[bytes]:
        with _translated(self._watch, reading=True):
            yield from self._parts

    def close(self) -> None:
        self._close()


@contextmanager
def _translated(watch: _Watch, *, reading: bool = False) -> Iterator[None]:
    """httpcore's errors as ours; ``reading`` says that the body had begun."""
    try:
        yield
    except httpcore.TimeoutException as error:
        raise _timeout() from error
    except httpcore.ProxyError as error:
        raise CollectError("proxy", "the proxy refused") from error
    except httpcore.ProtocolError as error:
        if getattr(error.__context__, "error_status_hint", 0) == _HEADERS_TOO_LARGE:
            raise CollectError("too_large", "the headers of the answer are too large") from error
        if reading and watch.ended:
            raise CollectError("truncated", "the answer ends too early") from error
        raise CollectError("protocol", "the answer is no HTTP") from error
    except httpcore.NetworkError as error:
        raise CollectError("connection_lost", "the connection broke") from error


class _Backend(httpcore.NetworkBackend):
    """Opens connections to checked addresses only."""

    def __init__(self, networks: tuple[Network, ...], resolve: Resolve, watch: _Watch) -> None:
        self._networks = networks
        self._resolve = resolve
        self._watch = watch

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """The addresses share what is left of the deadline."""
        addresses = self._allowed(host, port)
        for others, address in zip(reversed(range(len(addresses))), addresses, strict=True):
            try:
                stream = httpcore.SyncBackend().connect_tcp(
                    str(address), port, self._watch.left(timeout) / (others + 1), local_address, socket_options or ()
                )
                return _Stream(stream, self._watch)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                if not others:
                    raise _not_connected(error) from error
        raise CollectError("dns", f"{host} has no address")

    def _allowed(self, host: str, port: int) -> list[Address]:
        """The addresses of ``host`` that the guard allows. Raises CollectError if there is none."""
        literal = guard.literal(host)
        found = [literal] if literal else self._resolved(host, port)
        reasons = {address: guard.refusal(address, self._networks) for address in found[:MAX_ADDRESSES]}
        allowed = [address for address, reason in reasons.items() if not reason]
        if reasons and not allowed:
            why = ", ".join(sorted(set(reasons.values())))
            raise CollectError("private_address", f"{host} leads to an address that may not be fetched from ({why})")
        return allowed

    def _resolved(self, host: str, port: int) -> list[Address]:
        """Resolving knows no time limit of its own, so it runs beside us; what comes too late is dropped."""
        answers: list[Sequence[str] | OSError | UnicodeError] = []

        def ask() -> None:
            try:
                answers.append(self._resolve(host, port))
            except (OSError, UnicodeError) as error:
                answers.append(error)

        asking = threading.Thread(target=ask, name="resolve", daemon=True)
        asking.start()
        asking.join(self._watch.left())
        if not answers:
            raise _timeout()
        if isinstance(answers[0], Exception):
            raise CollectError("dns", f"the name {host} is not known") from answers[0]
        return [address for raw in answers[0] if (address := guard.literal(raw))]


def _not_connected(error: Exception) -> CollectError:
    if isinstance(error, httpcore.ConnectTimeout):
        return _timeout()
    if isinstance(error.__cause__, ConnectionRefusedError):
        return CollectError("refused", "nothing answers at that port")
    return CollectError("unreachable", "the server can't be reached")


class _Stream(httpcore.NetworkStream):
    """Every operation gets what is left of the deadline, so a slow drip can't hold us."""

    def __init__(self, stream: httpcore.NetworkStream, watch: _Watch) -> None:
        self._stream = stream
        self._watch = watch

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._watch.received(self._stream.read(max_bytes, self._watch.left(timeout)))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._watch.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            stream = self._stream.start_tls(ssl_context, server_hostname, self._watch.left(timeout))
        except httpcore.ConnectError as error:
            cause = error.__cause__
            why = cause.verify_message if isinstance(cause, ssl.SSLCertVerificationError) else "no secure connection"
            raise CollectError("tls", why) from error
        return _Stream(stream, self._watch)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)
