"""The installation key. EDGE. It lives in a file beside the database, never inside it."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from monitor.errors import SettingsError

KEY_BYTES = 32


def create(path: Path) -> bytes:
    """Make the key file, readable by its owner only; an existing one is kept and returned."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return load(path)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
    return load(path)


def load(path: Path) -> bytes:
    """The key.

    Raises SettingsError when the file is missing or damaged: a new key would make every Version new
    and forget every dismissal, so it is never replaced silently.
    """
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        lost = "the installation key is missing; restore it from a backup (`huiyin init` makes one for a new database)"
        raise SettingsError([f"{path}: {lost}"]) from None
    except (OSError, ValueError) as error:
        raise SettingsError([f"{path}: the installation key can't be read: {type(error).__name__}"]) from None
    if len(key) != KEY_BYTES:
        raise SettingsError([f"{path}: the installation key is damaged; restore it from a backup"])
    return key
