"""Fixtures that several floors share."""

import socket

import pytest
from aiosmtpd.controller import Controller

from tests.dying import Inbox
from tests.houses import Clock


@pytest.fixture
def inbox():
    handler = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        handler.port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port, decode_data=False)
    controller.start()
    yield handler
    controller.stop()


@pytest.fixture
def clock():
    return Clock()
