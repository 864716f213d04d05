"""The routing model in use: the agency's own file where there is one, else the shipped one."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from classifiers import routing
from classifiers.finding import Document, Topic
from classifiers.routing import Model, ModelError
from monitor import logs


def own(path: Path) -> Model | None:
    """The agency's model; None where there is no file. Raises ModelError."""
    try:
        return routing.load(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ModelError(f"the routing model can't be read: {error.strerror}") from error


class Router:
    """Topics of messages. A file that comes, changes or goes is noticed; one that can't be used is logged once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, ...] | None = None
        self._own: Model | None = None

    def __call__(self, documents: Sequence[Document]) -> list[Topic]:
        stamp = self._look()
        if stamp != self._stamp:
            self._stamp, self._own = stamp, self._read()
        return routing.topics(documents, self._own)

    def _look(self) -> tuple[int, ...] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _read(self) -> Model | None:
        try:
            return own(self._path)
        except ModelError as error:
            logs.event("routing_model_unusable", level=logging.ERROR, file=self._path, why=error, used="shipped")
            return None
