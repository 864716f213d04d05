"""Notifications as ``.eml`` files in a folder: for trying out, and where another program does the sending."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from monitor.channels.compose import Sender, compose
from monitor.errors import DeliveryError
from monitor.model import Notification

_AWKWARD = re.compile(r"[^A-Za-z0-9@.-]")


class Folder:
    """Writes each notification to one file, whole or not at all; the same one again replaces its file."""

    def __init__(self, path: Path, sender: Sender) -> None:
        self._path = path
        self._sender = sender

    def send(self, notification: Notification, data_begins: Callable[[], None]) -> str:
        """Write the file and return its name. Raises DeliveryError when it can't be written."""
        mail = compose(notification, self._sender)
        name = file_name(notification)
        data_begins()
        try:
            self._write(name, mail)
        except OSError as error:
            raise DeliveryError(f"{self._path} can't be written: {error.strerror}") from error
        return name

    def _write(self, name: str, mail: bytes) -> None:
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=self._path)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(mail)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(self._path / name)
        except OSError:
            with suppress(OSError):
                Path(temporary).unlink()
            raise
        self._sync()

    def _sync(self) -> None:
        """Make the new name last as well."""
        folder = os.open(self._path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def file_name(notification: Notification) -> str:
    """``record-3-<message id>.eml``; "notice" where there is no record."""
    about = "notice" if notification.escalation is None else f"record-{notification.escalation}"
    return f"{about}-{_AWKWARD.sub('_', notification.message_id.strip('<>'))}.eml"
