"""A web server that misbehaves on purpose, on loopback: for tests and for ``huiyin demo``.

A route writes raw bytes, so it can break every rule of HTTP. ``demo.animals`` has the routes.
"""

from __future__ import annotations

import contextlib
import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType

MAX_REQUEST = 65_536  # bytes of a request that are read


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    target: str  # path and query as they were sent
    headers: Mapping[str, str]  # lower-case names
    body: bytes = b""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


class Wire:
    """The open connection a route writes to."""

    def __init__(self, connection: socket.socket, closing: threading.Event) -> None:
        self._connection = connection
        self._closing = closing

    def send(self, data: bytes) -> None:
        """Raises OSError when the other side has gone."""
        self._connection.sendall(data)

    def reset(self) -> None:
        """Break the connection instead of closing it."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._connection.close()

    def rest(self, seconds: float) -> bool:
        """Wait; False as soon as the zoo closes."""
        return not self._closing.wait(seconds)


Route = Callable[[Request, Wire], None]


class Zoo:
    """Serves ``routes`` (by exact path; others are 404) while the ``with`` block runs.

    ``seen`` are the requests so far. With ``tls`` it speaks HTTPS.
    """

    def __init__(
        self, routes: Mapping[str, Route], *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
    ) -> None:
        self.routes = dict(routes)
        self.seen: list[Request] = []
        self._tls = tls
        self._closing = threading.Event()
        self._server = _Server((host, 0), self._serve)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), name="zoo", daemon=True)

    def __enter__(self) -> Zoo:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def address(self) -> tuple[str, int]:
        host, port = self._server.server_address[:2]
        return str(host), int(port)

    def url(self, path: str = "/", host: str = "") -> str:
        """``host`` is another name for the same server."""
        return f"{'https' if self._tls else 'http'}://{host or self.address[0]}:{self.address[1]}{path}"

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):  # the other side may leave at any moment
            connection.settimeout(5)
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                request = _read(connection)
                if request:
                    self.seen.append(request)
                    self.routes.get(request.path, _not_found)(request, Wire(connection, self._closing))


class _Server(socketserver.ThreadingTCPServer):
    """One thread a connection; closing waits for them."""

    allow_reuse_address = True
    block_on_close = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], serve: Callable[[socket.socket], None]) -> None:
        super().__init__(address, _Handler)
        self.serve = serve


class _Handler(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        self.server.serve(self.request)


def _read(connection: socket.socket) -> Request | None:
    """The request; None when there is none."""
    head = b""
    while b"\r\n\r\n" not in head:
        data = connection.recv(MAX_REQUEST)
        head += data
        if not head[:1].isalpha() or not data or len(head) > MAX_REQUEST:
            return None
    head, _, body = head.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, *_ = [*first.split(" "), ""]
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    size = min(int(headers.get("content-length", 0)), MAX_REQUEST)
    while len(body) < size and (data := connection.recv(MAX_REQUEST)):
        body += data
    return Request(method, target, headers, body)


def _not_found(_: Request, wire: Wire) -> None:
    wire.send(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
