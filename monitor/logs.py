"""Structured log lines: ``event key=value ...``. Ids, kinds and counts, never item text.

Control characters and quotes are escaped, so that nothing a platform says can forge a line.
"""

from __future__ import annotations

import logging
import re
import sys
import time
from pathlib import Path

_log = logging.getLogger("huiyin")
_PLAIN = re.compile(r"[\w.:/@+-]+", re.ASCII)
VALUE_LENGTH = 300  # code points of one value


def event(name: str, *, level: int = logging.INFO, **values: object) -> None:
    """Log one line."""
    _log.log(level, "%s", " ".join([name, *(f"{key}={_shown(value)}" for key, value in values.items())]))


def _shown(value: object) -> str:
    text = str(value)[:VALUE_LENGTH]
    if _PLAIN.fullmatch(text):
        return text
    escaped = "".join(_escaped(character) for character in text)
    return f'"{escaped}"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    return character if character.isprintable() else f"\\u{ord(character):04x}"


def to_stderr(level: int = logging.INFO) -> None:
    """Send log lines to standard error, with the time in UTC (systemd adds its own)."""
    _to(logging.StreamHandler(sys.stderr), level)


def to_file(path: Path, level: int = logging.INFO) -> None:
    """Send log lines to a file instead."""
    _to(logging.FileHandler(path, encoding="utf-8"), level)


def _to(handler: logging.Handler, level: int) -> None:
    formatter = logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%SZ")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.getLogger("huiyin").handlers = [handler]
    logging.getLogger("huiyin").setLevel(level)
    logging.getLogger("huiyin").propagate = False
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


def place(error: BaseException) -> str:
    """Where an error came from, ``file.py:12``: its text might quote an item, so only this is logged."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    return "" if frame is None else f"{Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}"
