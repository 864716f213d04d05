"""Fixtures that several floors share."""

import pytest
from aiosmtpd.controller import Controller

from tests.dying import Inbox


@pytest.fixture
def inbox():
    handler = Inbox()
    controller = Controller(handler, hostname="127.0.0.1", port=0, decode_data=False)
    controller.start()
    handler.port = controller.server.sockets[0].getsockname()[1]
    yield handler
    controller.stop()
