"""Serves the pages from a thread of the daemon."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from monitor import logs
from monitor.actions import WebSettings
from monitor.console.app import application
from monitor.house import Clock, House

AT_ONCE = 40  # connections; more are told to come again
IDLE = 5  # seconds that a connection may say nothing between two requests
ENDING = 5  # seconds for what is in hand when the service stops


@contextmanager
def serving(house: House, clock: Clock) -> Iterator[int]:
    """Serve while this lasts; the port, 0 where nothing is served.

    Without an address for readers there are no pages. That they can't be served keeps no alert back: it is logged,
    and the watch says so.
    """
    web = house.settings.web
    if not web.url:
        yield 0
        return
    for name in ("uvicorn.error", "uvicorn.asgi"):  # it would quote what was asked for, and with it the link
        logging.getLogger(name).disabled = True
    config = uvicorn.Config(
        application(house, clock),
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        http="h11",
        loop="asyncio",
        server_header=False,
        proxy_headers=False,
        limit_concurrency=AT_ONCE,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=ENDING,
        ssl_certfile=web.certificate or None,
        ssl_keyfile=web.certificate_key or None,
    )
    try:
        config.load()
        listening = _listening(web.address, web.port)
    except OSError as error:  # that of TLS is one, too
        house.sentry.unserved = error.strerror or type(error).__name__
        logs.event("pages_not_served", level=logging.ERROR, port=web.port, why=house.sentry.unserved)
        yield 0
        return
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="pages", daemon=True)
    thread.start()
    logs.event("serving", port=listening.getsockname()[1])
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(2 * ENDING)


def unheard(web: WebSettings) -> str:
    """Why nobody listens where the pages should be; "" when somebody does."""
    try:
        socket.create_connection((web.address, web.port), timeout=IDLE).close()
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""


def _listening(address: str, port: int) -> socket.socket:
    """Raises OSError: the port is taken, or the address is none of this machine."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((address, port))
        listening.listen(AT_ONCE)
    except OSError:
        listening.close()
        raise
    return listening
