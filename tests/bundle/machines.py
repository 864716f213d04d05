"""Throw-away machines: this one with its network cut, and copies of its whole root folder that nothing survives.

Run as a script (inside new namespaces) this file prepares them: `machines.py offline COMMAND…` runs the command with
nothing but loopback; `machines.py copy FOLDER [offline]` lays a copy of the root folder there and holds it until its
input ends.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import pytest

PLAIN = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
CHROOT = shutil.which("chroot", path=PLAIN) or "chroot"
GET_FLAGS, SET_FLAGS, UP = 0x8913, 0x8914, 1  # of a network interface
REQUEST = "16sh22x"
NEEDED = "needs Linux namespaces and util-linux: run it as root, or where users may make user namespaces"
LONGEST = 600  # seconds for one command

Done = subprocess.CompletedProcess[str]


def clean(**more: str) -> dict[str, str]:
    """An environment without a trace of whoever runs the tests."""
    return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LANG": "C", **more}


def run(command: list[str], environment: Mapping[str, str] | None = None, text: str | None = None) -> Done:
    return subprocess.run(
        command,
        env=environment or clean(),
        input=text,
        stdin=subprocess.DEVNULL if text is None else None,
        capture_output=True,
        encoding="utf-8",
        timeout=LONGEST,
        check=False,
    )


def offline() -> list[str]:
    """What to put before a command to cut its network. Fails, and never skips, where that can't be done."""
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    command = ["unshare", *user, "--net", "--mount", sys.executable, __file__, "offline"]
    if shutil.which("unshare") is None or run([*command, "true"]).returncode:
        pytest.fail(NEEDED)
    return command


class Machine:
    """A copy of this machine, as root. What happens in it is gone when it ends; its network is cut if asked."""

    def __init__(self, folder: Path, *, network: bool) -> None:
        if os.geteuid() != 0:
            pytest.fail("needs root: it lays a copy over the root folder")
        self.folder = folder
        folder.mkdir()
        cut, loopback = ([], []) if network else (["--net"], ["offline"])
        self._holder = subprocess.Popen(
            ["unshare", *cut, "--mount", sys.executable, __file__, "copy", str(folder), *loopback],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._holder.stdout
        if self._holder.stdout.readline() != b"ready\n":
            self.__exit__(None, None, None)
            pytest.fail(f"{NEEDED}; and overlayfs on tmpfs")

    def __enter__(self) -> Machine:
        return self

    def __exit__(self, _kind: type | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self._holder.communicate()

    @property
    def root(self) -> Path:
        """Its root folder, as seen from here."""
        return Path(f"/proc/{self._holder.pid}/root{self.folder}")

    def inside(self, *command: str, user: str = "", folder: str = "/") -> list[str]:
        """The command line that runs ``command`` in there, as a "uid:gid" if one is given."""
        enter = ["nsenter", f"--target={self._holder.pid}", "--mount", "--net", CHROOT]
        become = [f"--userspec={user}", "--groups="] if user else []
        return [*enter, *become, str(self.folder), "sh", "-c", 'cd "$0" && exec "$@"', folder, *command]

    def run(self, *command: str, text: str | None = None, **more: str) -> Done:
        return run(self.inside(*command), clean(PATH=PLAIN) | more, text)

    def mount(self, *arguments: str) -> None:
        """Mount something in there, from the outside of its root folder."""
        done = run(["nsenter", f"--target={self._holder.pid}", "--mount", "mount", *arguments])
        assert done.returncode == 0, done.stderr


def _loopback_only() -> None:
    with socket.socket() as sock:
        flags = struct.unpack(REQUEST, fcntl.ioctl(sock, GET_FLAGS, struct.pack(REQUEST, b"lo", 0)))[1]
        fcntl.ioctl(sock, SET_FLAGS, struct.pack(REQUEST, b"lo", flags | UP))
    if [name for _, name in socket.if_nameindex()] != ["lo"]:
        sys.exit("the network is not cut")


def _offline(*command: str) -> None:
    _loopback_only()
    os.execvp(command[0], command)


def _copy(folder: str, *cut: str) -> None:
    def mount(*arguments: str) -> None:
        subprocess.run(["mount", *arguments], check=True)

    if cut:
        _loopback_only()
    ctypes.CDLL(None).prctl(1, 9)  # die with whoever started this
    mount("-t", "tmpfs", "copy", folder)
    for name in ("upper", "work", "root"):
        Path(folder, name).mkdir()
    root = f"{folder}/root"
    mount("-t", "overlay", "-o", f"lowerdir=/,upperdir={folder}/upper,workdir={folder}/work", "overlay", root)
    mount("--bind", root, folder)
    mount("--rbind", "/dev", f"{folder}/dev")
    mount("-t", "proc", "proc", f"{folder}/proc")
    mount("-t", "tmpfs", "tmp", f"{folder}/tmp")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    {"offline": _offline, "copy": _copy}[sys.argv[1]](*sys.argv[2:])
