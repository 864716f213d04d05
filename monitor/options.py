"""Typed options out of TOML tables. PURE. Problems are collected, never raised one by one.

An ``Options`` wraps one table and knows its path, so each problem names the key and what to do.
What was asked for is remembered: ``finish`` reports keys nobody asked for, and a test compares
the whole with ``config/huiyin.toml``.
"""

from __future__ import annotations

import contextlib
import difflib
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from monitor.calendar import nominal
from monitor.model import Delay, Working

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"(\d{1,6})(s|m|h|d|w)")
_WORKING = re.compile(r"(\d{1,3})w(d|h)")
_PLACE = re.compile(r"\[[^\]]*\]")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_NO_HOST = frozenset("/:@*? ")
_SERVER = "postgresql://user@host:5432/name"
_SERVER_OPTIONS = ("host", "sslmode", "sslrootcert")  # of libpq: a socket's folder, encryption
_DATABASE = re.compile("/[^/]+")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_WINDOW = re.compile(r"((?:[01]\d|2[0-3]):[0-5]\d) ?[-–] ?((?:[01]\d|2[0-3]):[0-5]\d)")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def parse_duration(raw: str) -> timedelta | None:
    """``"15m"`` as a timedelta; units s, m, h, d, w; None for anything else."""
    found = _DURATION.fullmatch(raw.strip())
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]]) if found else None


def parse_delay(raw: str) -> Delay | None:
    """``"15m"`` as a timedelta, ``"5wd"`` as working days, ``"4wh"`` as office hours; None for anything else."""
    found = _WORKING.fullmatch(raw.strip())
    if found is None:
        return parse_duration(raw)
    amount = int(found[1])
    if not amount:
        return timedelta(0)
    return Working(days=amount) if found[2] == "d" else Working(hours=timedelta(hours=amount))


class Options:
    """One TOML table. Every method returns a usable value even when it has noted a problem."""

    def __init__(self, path: str, table: object, problems: list[str], asked: dict[str, object] | None = None) -> None:
        self.path = path
        self.problems = problems
        self.asked: dict[str, object] = {} if asked is None else asked
        self._seen: set[str] = set()
        self._table: Mapping[str, Any] = table if isinstance(table, Mapping) else {}
        if not isinstance(table, Mapping):
            self.problem("", "must be a table")

    def problem(self, key: str, what: str) -> None:
        """Note what is wrong with ``key`` and what to write instead."""
        self.problems.append(f"{'.'.join(part for part in (self.path, key) if part)}: {what}")

    def __contains__(self, key: str) -> bool:
        return key in self._table

    def _raw(self, key: str, default: object) -> Any:
        self._seen.add(key)
        self.asked[f"{_PLACE.sub('[]', self.path)}.{key}".lstrip(".")] = default
        if key in self._table:
            return self._table[key]
        if default is None:
            self.problem(key, "is missing")
        return default

    def text(self, key: str, default: str | None = None, *, one_of: Sequence[str] = ()) -> str:
        """A string; ``default=None`` says that the key must be given."""
        raw = self._raw(key, default)
        if not isinstance(raw, str):
            if raw is not None:
                self.problem(key, f'must be text in quotes, like {key} = "…"')
            return default or ""
        if one_of and raw not in one_of:
            self.problem(key, f"{raw!r} is not known; write one of: {', '.join(one_of)}")
            return default or one_of[0]
        if default is None and not raw.strip():
            self.problem(key, "must not be empty")
        return raw

    def name(self, key: str) -> str:
        """A short name that this file, logs and the database use: ASCII letters, digits, ``-`` and ``_``."""
        raw = self.text(key)
        if raw and not _NAME.fullmatch(raw):
            self.problem(key, f"{raw!r} must be letters a-z, digits, - and _ only, at most 40")
        return raw

    def texts(self, key: str, default: tuple[str, ...] | None = ()) -> tuple[str, ...]:
        """A list of strings."""
        raw = self._raw(key, default)
        if isinstance(raw, (list, tuple)) and all(isinstance(entry, str) for entry in raw):
            return tuple(raw)
        if raw is not None:
            self.problem(key, 'must be a list of texts, like ["a", "b"]')
        return default or ()

    def flag(self, key: str, default: bool) -> bool:
        raw = self._raw(key, default)
        if not isinstance(raw, bool):
            self.problem(key, "must be true or false, without quotes")
            return default
        return raw

    def number(self, key: str, default: int, low: int, high: int) -> int:
        """A whole number in ``low..high``."""
        raw = self._raw(key, default)
        if isinstance(raw, bool) or not isinstance(raw, int) or not low <= raw <= high:
            self.problem(key, f"must be a whole number from {low} to {high}")
            return default
        return raw

    def share(self, key: str, default: float) -> float:
        """A number in 0..1."""
        raw = self._raw(key, default)
        if isinstance(raw, bool) or not isinstance(raw, (int, float)) or not 0 <= raw <= 1:
            self.problem(key, "must be a number from 0 to 1")
            return default
        return float(raw)

    def duration(self, key: str, default: str, low: str, high: str) -> timedelta:
        """A span like ``"15m"`` between ``low`` and ``high``."""
        span = self.delay(key, default, low, high)
        if isinstance(span, timedelta):
            return span
        self.problem(key, f'is no working time; write it like "{default}" (s, m, h, d or w)')
        return nominal(span)

    def delay(self, key: str, default: str, low: str, high: str) -> Delay:
        """A span of clock time like ``"15m"``, or of working time like ``"5wd"`` or ``"4wh"``, in the same limits."""
        raw = self._raw(key, default)
        span = parse_delay(raw) if isinstance(raw, str) else None
        least, most = parse_duration(low), parse_duration(high)
        fallback = parse_delay(default)
        assert least is not None
        assert most is not None
        assert fallback is not None
        if span is None:
            self.problem(key, f'{raw!r} is no span of time; write it like "{default}" (s, m, h, d or w)')
            return fallback
        if not least <= nominal(span) <= most:
            self.problem(key, f"{raw!r} is out of range; it may be from {low} to {high}")
            return fallback
        return span

    def clock(self, key: str, default: str) -> time:
        """A time of day like ``"08:30"``."""
        raw = self._raw(key, default)
        found = _TIME.fullmatch(raw) if isinstance(raw, str) else None
        if found is None:
            self.problem(key, f'{raw!r} is no time of day; write it like "{default}"')
            found = _TIME.fullmatch(default)
            assert found is not None
        return time(int(found[1]), int(found[2]))

    def window(self, key: str) -> tuple[time, time] | None:
        """Two times of day like ``"23:00-06:00"``; None for "", which says that there is none."""
        raw = self._raw(key, "")
        if raw == "":
            return None
        found = _WINDOW.fullmatch(raw) if isinstance(raw, str) else None
        if found is None or found[1] == found[2]:
            self.problem(key, f'{raw!r} is no time of night; write it like "23:00-06:00"')
            return None
        return time.fromisoformat(found[1]), time.fromisoformat(found[2])

    def hours(self, key: str, default: tuple[str, ...]) -> tuple[tuple[time, time], ...]:
        """Office hours of a day, like ``["08:30-12:00", "14:30-17:30"]``: in order, and apart."""
        found = [found for raw in self.texts(key, default) if (found := _WINDOW.fullmatch(raw))]
        hours = [(time.fromisoformat(each[1]), time.fromisoformat(each[2])) for each in found]
        edges = [edge for window in hours for edge in window]
        if len(found) != len(self.texts(key, default)) or edges != sorted(set(edges)):
            self.problem(key, 'must be times of day in order, like ["08:30-12:00", "14:30-17:30"]')
            return ()
        return tuple(hours)

    def day(self, key: str) -> date:
        """A day like ``2027-03-01``, with or without quotes."""
        raw = self._raw(key, None)
        if isinstance(raw, str) and _DAY.fullmatch(raw):
            with contextlib.suppress(ValueError):
                raw = date.fromisoformat(raw)
        if isinstance(raw, date) and not isinstance(raw, datetime):
            return raw
        if raw is not None:
            self.problem(key, f"{str(raw)!r} is no day; write it like {key} = 2027-03-01")
        return date.min

    def zone(self, key: str, default: str) -> ZoneInfo:
        raw = self.text(key, default)
        try:
            return ZoneInfo(raw)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.problem(key, f'{raw!r} is no time zone; write it like "Asia/Shanghai"')
            return ZoneInfo(default)

    def networks(self, key: str) -> tuple[IPv4Network | IPv6Network, ...]:
        """Address ranges like ``"10.20.0.0/16"``."""
        found: list[IPv4Network | IPv6Network] = []
        for raw in self.texts(key):
            try:
                found.append(ip_network(raw))
            except ValueError:
                self.problem(key, f'{raw!r} is no address range; write it like "10.20.0.0/16"')
        return tuple(found)

    def hosts(self, key: str) -> frozenset[str]:
        """Names of hosts like ``"www.agency.example"``."""
        found = frozenset(raw.strip().lower() for raw in self.texts(key))
        for name in found:
            if "." not in name.strip(".") or _NO_HOST & set(name):
                self.problem(key, f'{name!r} is no name of a host; write it like "www.agency.example"')
        return found

    def server(self, key: str) -> str:
        """The address of a PostgreSQL database, "" for none. A password in it is a problem, and never repeated."""
        raw = self.text(key, "")
        if not raw:
            return ""
        wrong = _wrong_with_server(raw)
        if wrong:
            self.problem(key, wrong)
        return "" if wrong else raw

    def forget(self, key: str, what: str) -> None:
        """Say of an option that there was once what became of it."""
        self._seen.add(key)
        self.problem(key, what)

    def table(self, key: str) -> Options:
        """The table below ``key``; an empty one when it isn't there."""
        self._seen.add(key)
        path = f"{self.path}.{key}" if self.path else key
        return Options(path, self._table.get(key, {}), self.problems, self.asked)

    def tables(self, key: str) -> list[Options]:
        """The tables ``[[key]]``; each one's path carries its name, or its place when it has none."""
        self._seen.add(key)
        raw = self._table.get(key, [])
        if not isinstance(raw, list):
            self.problem(key, f"must be written as [[{key}]]")
            return []
        path = f"{self.path}.{key}" if self.path else key
        found = []
        for place, table in enumerate(raw, start=1):
            name = table.get("name", f"#{place}") if isinstance(table, Mapping) else f"#{place}"
            found.append(Options(f"{path}[{name}]", table, self.problems, self.asked))
        return found

    def finish(self) -> None:
        """Note every key that nobody asked for, with the nearest one that exists."""
        for key in self._table:
            if key not in self._seen:
                near = difflib.get_close_matches(key, sorted(self._seen), 1)
                self.problem(key, "is not known" + (f"; did you mean {near[0]!r}?" if near else ""))


def is_web_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:
        return False


def is_mail_server(address: str) -> bool:
    """``imaps://host`` or ``imap://host``, perhaps with a port, and nothing else."""
    try:
        parts = urlsplit(address)
        alone = not parts.path.strip("/") and not parts.query and not parts.fragment and parts.username is None
        return parts.scheme in {"imap", "imaps"} and bool(parts.hostname) and alone and parts.port != 0
    except ValueError:
        return False


def is_folder(address: str) -> bool:
    """``file:///folder``: an absolute path, and nothing else."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    alone = not parts.netloc and not parts.query and not parts.fragment
    return parts.scheme == "file" and alone and len(parts.path) > 1


def _wrong_with_server(address: str) -> str:
    """What is wrong with the address of a database, "" when nothing is."""
    allowed = ", ".join(_SERVER_OPTIONS)
    wrong = f'is no address of a database; write it like "{_SERVER}", with nothing after "?" but {allowed}'
    try:
        parts = urlsplit(address)
        asked = parse_qs(parts.query, keep_blank_values=True)
        port = parts.port
    except ValueError:
        return wrong
    if parts.password is not None or "password" in asked:
        return "no password stands here; set HUIYIN_DATABASE_PASSWORD or HUIYIN_DATABASE_PASSWORD_FILE"
    named = parts.scheme == "postgresql" and _DATABASE.fullmatch(parts.path) and not parts.fragment
    plain = address.isprintable() and " " not in address and port != 0
    return "" if named and plain and set(asked) <= set(_SERVER_OPTIONS) else wrong
