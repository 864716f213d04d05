"""Heads of the audit chain, kept in a file beside the key: what shows that the end of the chain was cut off. EDGE."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

from monitor.chain import Head, parse
from monitor.errors import SettingsError

EVERY = timedelta(hours=1)


def file_of(key_file: Path) -> Path:
    """Where the heads of an installation are kept."""
    return key_file.with_suffix(".heads")


def remember(path: Path, head: Head, now: datetime) -> None:
    """Append a head as a line, "2026-11-27T08:00:00+00:00 1042:9f86d081884c7d65", readable by the owner only."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"{now.isoformat(timespec='seconds')} {head}\n")
        file.flush()
        os.fsync(file.fileno())


def kept(path: Path) -> list[Head]:
    """All of them; none where there is no file. Raises SettingsError that names the line which is no head."""
    try:
        lines = path.read_text("ascii").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise SettingsError([f"{path}: can't be read: {type(error).__name__}"]) from None
    found = []
    for number, line in enumerate(lines, 1):
        try:
            found.append(parse(line.rpartition(" ")[2]))
        except ValueError:
            raise SettingsError([f"{path}, line {number}: is no head of the audit chain"]) from None
    return found
