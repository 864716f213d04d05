"""Fixtures that several floors share."""

import gc
import os
import socket

import pytest
import trustme
from aiosmtpd.controller import Controller
from hypothesis import settings

from tests import servers
from tests.dying import Inbox
from tests.houses import PLACE, Clock
from tests.smtp_servers import certificate

os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(servers.QUICK))

# a busy machine is no failure, and the same run gives the same result
settings.register_profile("ours", deadline=None, derandomize=True)
settings.load_profile("ours")


@pytest.fixture
def inbox():
    handler = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        handler.port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port, decode_data=False)
    controller.start()
    yield handler
    controller.stop()


@pytest.fixture(scope="session")
def trust(tmp_path_factory):
    """What a mail server on localhost shows: a certificate we accept and one we don't, and the file that says so."""
    known, unknown = trustme.CA(), trustme.CA()
    file = tmp_path_factory.mktemp("trust") / "authority.pem"
    known.cert_pem.write_to_path(file)
    return certificate(known, "localhost"), certificate(unknown, "localhost"), file


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(scope="session")
def postgresql():
    """A running server."""
    with servers.serving(servers.installed() or servers.brought()) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def each_database(request):
    """Houses of this test stand on SQLite and, in a second run, on PostgreSQL."""
    if request.param == "sqlite":
        yield
        return
    with request.getfixturevalue("postgresql").fresh() as database, PLACE.at(database.server):
        yield


def pytest_collection_finish():
    """Ten thousand tests stay as they are: looking through them again and again for rubbish takes its time."""
    gc.freeze()


def pytest_make_parametrize_id(val, argname):
    """Bytes are named by their argument: an archive carries the hour it was packed, and workers must agree on names."""
    return argname if isinstance(val, bytes) else None
