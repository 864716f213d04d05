"""One file, read by a process of its own that can write nothing and is ended at its limits."""

from __future__ import annotations

import json
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any, BinaryIO

from classifiers.finding import Finding, Kind
from monitor.attachments.limits import Limits
from monitor.attachments.rows import TABLES, Trouble
from monitor.errors import AttachmentError

_COMMAND = (sys.executable, "-I", "-B", "-X", "utf8", "-m", "monitor.attachments")


@dataclass(frozen=True, slots=True)
class Scanned:
    """What was found, of every score, and what could not be read: "" for ``at`` where nothing was."""

    findings: tuple[Finding, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    at: str = ""


def scan(path: Path, limits: Limits) -> Scanned:
    """Never raises for what is in the file. Codes of trouble are words of the catalogue, [scan]."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return Scanned(troubles=(Trouble("unreadable", "no plain file"),))
        with path.open("rb") as source:
            return scan_open(source, limits)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        return Scanned(troubles=(Trouble("unreadable", reason),))


def scan_open(source: BinaryIO, limits: Limits) -> Scanned:
    """The same for a file that is open and may have no name; it is read from its beginning."""
    source.seek(0)
    command = (*_COMMAND, json.dumps(asdict(limits)))
    with subprocess.Popen(  # noqa: S603  fixed words and our own numbers
        command, stdin=source.fileno(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/", env={}
    ) as process:
        try:
            said, _ = process.communicate(timeout=limits.seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            said, _ = process.communicate()
            return _read(said.splitlines(), Trouble("too_slow", f"more than {limits.seconds:g} s"))
        late = process.returncode == -signal.SIGXCPU
        died = Trouble("too_slow" if late else "crashed", f"exit code {process.returncode}")
        return _read(said.splitlines(), died)


def _read(lines: Iterable[bytes], died: Trouble) -> Scanned:
    """What the process said before it ended; ``died`` is why, unless it said so itself."""
    findings: list[Finding] = []
    troubles: list[Trouble] = []
    at, ended = "", False
    for line in lines:
        try:
            said = json.loads(line)
        except ValueError:
            continue  # a line that it didn't come to the end of
        at = said.get("at", at)
        if "found" in said:
            kind, rule, score, excerpt, where, match = said["found"]
            findings.append(Finding(Kind(kind), rule, None, None, score, excerpt, "text", where, match))
        elif "trouble" in said:
            troubles.append(Trouble(*said["trouble"]))
        ended = ended or "end" in said or said.get("trouble", [""])[0] in ("too_much", "too_large", "crashed")
    if not ended:
        troubles.insert(0, died)
    return Scanned(tuple(findings), tuple(troubles), at)


Line = tuple[str, int, dict[int, str]]  # sheet, number from 1, text by column from 0


def lines(source: BufferedReader, limits: Limits) -> Generator[Line]:
    """The lines of the tables in an open file, as they are read; closing the iterator ends the process.

    Raises AttachmentError where it can't be read (to its end): what stood before has come.
    """
    source.seek(0)
    command = (*_COMMAND, json.dumps(asdict(limits)), TABLES)
    trouble: AttachmentError | None = None
    with (
        subprocess.Popen(  # noqa: S603  fixed words and our own numbers
            command, stdin=source.fileno(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/", env={}
        ) as process,
        _ended_after(process, limits.seconds) as late,
    ):
        ended = False
        for each in process.stdout or ():
            said = _said(each)
            if "line" in said:
                sheet, number, cells = said["line"]
                yield sheet, number, dict(cells)
            elif "trouble" in said:
                code, detail, _ = said["trouble"]
                trouble = trouble or AttachmentError(code, detail)
            ended = ended or "end" in said
        process.wait()
    if trouble is None and not ended:
        slow = late.is_set() or process.returncode == -signal.SIGXCPU
        trouble = AttachmentError("too_slow" if slow else "crashed", f"exit code {process.returncode}")
    if trouble is not None:
        raise trouble


def _said(line: bytes) -> dict[str, Any]:
    """{} for a line that the process didn't come to the end of."""
    try:
        found: dict[str, Any] = json.loads(line)
    except ValueError:
        return {}
    return found


@contextmanager
def _ended_after(process: subprocess.Popen[bytes], seconds: float) -> Iterator[threading.Event]:
    """Ends the process when that time, or the work with it, is over; the event says that it was the time."""
    late = threading.Event()

    def end() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(seconds, end)
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()
        process.kill()
