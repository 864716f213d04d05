"""``huiyin demo``: the real service against a small hostile agency on loopback, and an account of it."""

from __future__ import annotations

import shlex
import signal
import sys
import threading
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import FrameType

import click
from rich.console import Console

from classifiers.finding import Kind
from demo import planted, scene
from demo.agency import Agency
from demo.scene import Scene
from monitor import daemon, keys, logs, pipeline, policy
from monitor.cli import live, wiring
from monitor.cli.live import Show, Teller, fitted, widest
from monitor.digest import iso_week, week_of
from monitor.pipeline import House
from monitor.settings import LANGUAGES, load, shipped
from monitor.store import outbox
from monitor.words import Words

LOOK_EVERY = 0.25  # seconds
GRACE = 20  # seconds after the play in which a slow machine may finish
LAST_LOOK = 2.0  # seconds for which a full screen stays
NARROWEST, LOWEST = 70, 20  # columns and rows a screen needs; below there are lines
INTERRUPTED = 128  # and the number of the signal: what shells expect


@click.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="写入哪个空文件夹 / an empty folder to write into (default: ./huiyin-demo/<time>)",
)
@click.option("--language", type=click.Choice(LANGUAGES), default="zh", show_default=True, help="语言 / language")
@click.option(
    "--seconds",
    type=click.IntRange(5, 300),
    default=30,
    show_default=True,
    help="大约演多少秒 / about how long the play lasts",
)
def demo(folder: Path | None, language: str, seconds: int) -> None:
    """在本机上演示全过程，半分钟，不连外网。/ Play the whole way on this machine: half a minute, no internet."""
    signals = Signals()
    words = _words(language)
    folder = _fresh(folder, words)
    logs.to_file(folder / "huiyin.log")
    with Agency(seconds) as agency, closing(_house(folder, agency, words).store) as store:
        del store
