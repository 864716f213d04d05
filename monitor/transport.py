"""What a fetch travels over: httpx's requests, and IMAP, over connections that are checked, timed and counted. EDGE.

Names are resolved here, and what is connected to is the checked literal, so DNS that changes its answer gains
nothing. TLS still checks the certificate against the name. One deadline holds for everything, and every byte on the
wire is counted while it arrives. ``fetch`` and ``collectors.imap`` say what is asked for; nobody else uses this.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

import httpcore
import httpx

from monitor import guard
from monitor.errors import CollectError, NoSuchNameError
from monitor.guard import Address, Network

MAX_ADDRESSES = 8  # of one name
_OVERHEAD = 262_144  # bytes on the wire beside the body: headers of all hops, chunk sizes
_NO_NAME = (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))  # and not "try again later"
_HEADERS_TOO_LARGE = 431  # how h11 marks it, beyond 100 KiB

Resolve = Callable[[str, int], Sequence[str]]
Connection = httpcore.NetworkStream


def resolve(host: str, port: int) -> list[str]:
    """The addresses of ``host`` as the system knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Watch:
    """What one fetch may still use: time, and bytes on the wire."""

    def __init__(self, total: timedelta, max_bytes: int) -> None:
        self._end = time.monotonic() + total.total_seconds()
        self._bytes = max_bytes + _OVERHEAD
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


class Transport(httpx.BaseTransport):
    """httpx's requests and responses over a guarded pool; errors come out as CollectError."""

    def __init__(self, pool: httpcore.ConnectionPool, watch: Watch) -> None:
        self._pool = pool
        self._watch = watch

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with translated(self._watch):
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
                    content=request.stream,
                )
            )
        assert isinstance(answer.stream, Iterable)
        stream = _Body(answer.stream, answer.close, self._watch)
        response = httpx.Response(answer.status, headers=answer.headers, stream=stream, request=request)
        response.extensions = dict(answer.extensions)
        return response

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, parts: Iterable[bytes], close: Callable[[], None], watch: Watch) -> None:
        self._parts = parts
        self._close = close
        self._watch = watch

    def __iter__(self) -> Iterator[bytes]:
        with translated(self._watch, reading=True):
            yield from self._parts

    def close(self) -> None:
        self._close()


@contextmanager
def translated(watch: Watch, *, reading: bool = False) -> Iterator[None]:
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


class Backend(httpcore.NetworkBackend):
    """Opens connections to checked addresses only."""

    def __init__(self, networks: tuple[Network, ...], resolve: Resolve, watch: Watch) -> None:
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
            unknown = isinstance(answers[0], socket.gaierror) and answers[0].errno in _NO_NAME
            raise (NoSuchNameError if unknown else CollectError)("dns", f"the name {host} is not known") from answers[0]
        return [address for raw in answers[0] if (address := guard.literal(raw))]


def _not_connected(error: Exception) -> CollectError:
    if isinstance(error, httpcore.ConnectTimeout):
        return _timeout()
    if isinstance(error.__cause__, ConnectionRefusedError):
        return CollectError("refused", "nothing answers at that port")
    return CollectError("unreachable", "the server can't be reached")


class _Stream(httpcore.NetworkStream):
    """Every operation gets what is left of the deadline, so a slow drip can't hold us."""

    def __init__(self, stream: httpcore.NetworkStream, watch: Watch) -> None:
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
