"""The keys that sign links in mails. EDGE. They live in a file beside the installation key, never inside the database.

One line a key, newest first: its bytes, and when it was retired. Losing the file costs the links of a week, no more.
"""

from __future__ import annotations

import logging
import os
import secrets
import threading
from datetime import datetime
from pathlib import Path

from monitor import logs
from monitor.errors import SettingsError
from monitor.signed import LIFETIME, SigningKey

KEY_BYTES = 32


def file_of(key_file: Path) -> Path:
    """Where the keys of an installation are kept."""
    return key_file.with_suffix(".links")


def create(path: Path) -> None:
    """Make the file with a first key; an existing one is kept."""
    if not path.exists():
        _write(path, (_fresh(),))


def rotate(path: Path, now: datetime, *, at_once: bool = False) -> int:
    """Let a new key sign from now on; how many old ones still open what they signed.

    Links of the old one work until they expire, and with ``at_once`` never again: for a key that others may know.
    """
    kept = () if at_once else tuple(_retired(key, now) for key in (load(path) if path.exists() else ()))
    kept = tuple(key for key in kept if key.retired is None or now - key.retired <= LIFETIME)
    _write(path, (_fresh(), *kept))
    return len(kept)


def load(path: Path) -> tuple[SigningKey, ...]:
    """The keys, newest first; at least one. Raises SettingsError when the file is missing or damaged."""
    try:
        keys = tuple(_parsed(line) for line in path.read_text(encoding="ascii").splitlines() if line.strip())
        if not keys or keys[0].retired is not None:
            raise ValueError(path)
    except (OSError, ValueError):
        what = "the keys of links can't be read; `huiyin rotate-links --at-once` writes a new one"
        raise SettingsError([f"{path}: {what}"]) from None
    return keys


class Keyring:
    """The keys as the file has them now: a rotation needs no restart.

    A file that can't be read or made must not keep a mail back: a key of this process signs until that is mended.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._keys: tuple[SigningKey, ...] = ()
        self._own = _fresh()

    def __call__(self) -> tuple[SigningKey, ...]:
        """Newest first; at least one."""
        with self._lock:
            try:
                create(self._path)
                stat = self._path.stat()
                if self._seen != (stat.st_mtime_ns, stat.st_ino):
                    self._keys = load(self._path)
                    self._seen = (stat.st_mtime_ns, stat.st_ino)
            except (OSError, SettingsError) as error:
                logs.event("link_keys_unreadable", level=logging.ERROR, why=type(error).__name__)
                self._seen = None
                return (self._own,)
            return self._keys


def _fresh() -> SigningKey:
    return SigningKey(secrets.token_bytes(KEY_BYTES))


def _retired(key: SigningKey, now: datetime) -> SigningKey:
    return SigningKey(key.secret, key.retired or now)


def _parsed(line: str) -> SigningKey:
    secret, _, retired = line.strip().partition(" ")
    key = SigningKey(bytes.fromhex(secret), datetime.fromisoformat(retired) if retired else None)
    if len(key.secret) != KEY_BYTES or (key.retired is not None and key.retired.tzinfo is None):
        raise ValueError(line)
    return key


def _write(path: Path, keys: tuple[SigningKey, ...]) -> None:
    """Whole or not at all, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{key.secret.hex()} {key.retired.isoformat() if key.retired else ''}".strip() for key in keys]
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
