"""A real process and a real datagram socket: what systemd hears, and what it no longer hears once a stage hangs."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from tests.houses import CONFIGURATION, Web, build

HANGING = """
import sys, threading
from datetime import timedelta
from monitor import daemon
from monitor.cli import cli
daemon.STAGES["classify"] = (lambda house, clock: threading.Event().wait(), 1)
daemon.Pulse.stuck = (lambda stuck: lambda pulse, limit: stuck(pulse, timedelta(seconds=2)))(daemon.Pulse.stuck)
cli()
"""


@contextmanager
def listening(address):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(address)
        yield server


def heard(server, seconds):
    """The next message as fields; None when there is none in time."""
    if not select.select([server], [], [], seconds)[0]:
        return None
    return dict(line.split("=", 1) for line in server.recv(4096).decode().splitlines())


@contextmanager
def service(folder, address, *python, watch=""):
    """``huiyin run`` in a configured folder."""
    build(folder, Web(), CONFIGURATION + watch).store.close()
    words = [sys.executable, *(python or ("-c", "from monitor.cli import main; main()")), "run"]
    environment = os.environ | {"NOTIFY_SOCKET": address, "HUIYIN_CONFIG": str(folder / "huiyin.toml")}
    with subprocess.Popen(words, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


@pytest.mark.parametrize("abstract", [False, True])
def test_systemd_hears_of_the_life_of_the_service(tmp_path, abstract):
    name = f"@huiyin-{os.getpid()}" if abstract else str(tmp_path / "notify")
    watch = f'[watch]\nfile = "{tmp_path}/alive.json"\n'
    address = f"\0{name[1:]}" if abstract else name
    with listening(address) as server, service(tmp_path, name, watch=watch) as process:
        ready = heard(server, 60)
        assert ready == {"READY": "1", "STATUS": "1 platforms"}

        beats = [heard(server, 20) for _ in range(3)]
        assert all(beat is not None and beat["WATCHDOG"] == "1" for beat in beats)

        while (alive := heard(server, 20)) is not None and not alive.get("STATUS"):
            pass  # until the watch has looked for the first time
        said = json.loads((tmp_path / "alive.json").read_text("utf-8"))
        assert said["worst"] == alive["STATUS"]

        process.send_signal(signal.SIGTERM)
        last = heard(server, 20)
        while last is not None and "WATCHDOG" in last:
            last = heard(server, 20)
        assert last == {"STOPPING": "1"}
        assert process.wait(60) == 0


def test_a_stage_that_hangs_is_not_covered_up(tmp_path):
    name = str(tmp_path / "notify")
    with listening(name) as server, service(tmp_path, name, "-c", HANGING) as process:
        assert heard(server, 60)["READY"] == "1"
        begun = time.monotonic()
        while heard(server, 4) is not None:
            assert time.monotonic() - begun < 30

        assert process.poll() is None  # it lives, and systemd would end it now
        process.send_signal(signal.SIGABRT)  # which is what systemd sends
        assert process.wait(20) == -signal.SIGABRT
