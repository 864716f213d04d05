"""Watching the watcher: what the service sees of itself, and what follows from it. PURE: each decision says why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum, StrEnum
from ipaddress import IPv4Network, IPv6Network

from monitor.model import Contact
from monitor.options import Options, is_web_address
from monitor.sections import known

MB = 1_048_576
SILENT_AFTER = timedelta(minutes=5)  # a stage that has said nothing for so long is stuck
STARTING = timedelta(minutes=5)  # in which a stage may have said nothing yet
AHEAD = timedelta(minutes=5)  # that two clocks may differ
AGAIN = 1.1  # times the least free space, until collecting begins anew: not stopped and begun all the time
FULL = 32 * MB  # less than this is left: the reserve is given back at once
ROWS_OF_DAYS = 30  # days of free space that growth is counted from
LEAST_DAYS = 3  # days apart before anything is said of growth
PAUSED = frozenset({"attach", "backup", "collect", "links", "look", "prove"})  # stages that stop where space is short
SLOW = {"backup": timedelta(hours=4)}  # stages of which one unit may take so much longer


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchSettings:
    """How the service is watched from outside, and when it says something of itself."""

    to: tuple[str, ...]  # contacts who are told of the installation itself; empty: who is told first of anything
    file: str  # where the data centre's monitoring looks; "" for none
    url: str  # that is asked every minute while all is well enough; "" for none
    trouble_url: str  # that is asked instead while something is wrong; "": none is
    networks: tuple[IPv4Network | IPv6Network, ...]
    mute_after: timedelta  # mail that can't be sent for so long is said by ringing
    jump: timedelta  # the clock's least jump that is told
    reserve: int  # bytes kept for the day the disk is full
    least_free: int  # bytes: with less, collecting stops


def settings(table: Options, contacts: Mapping[str, Contact]) -> WatchSettings:
    """The table ``[watch]``."""
    found = WatchSettings(
        to=table.texts("to"),
        file=table.text("file", ""),
        url=table.text("url", ""),
        trouble_url=table.text("trouble_url", ""),
        networks=table.networks("networks"),
        mute_after=table.duration("mute_after", "30m", "5m", "1d"),
        jump=table.duration("jump", "5m", "1m", "6h"),
        reserve=table.number("reserve", 64, 8, 4096) * MB,
        least_free=table.number("least_free", 512, 64, 1_048_576) * MB,
    )
    known(table, "to", found.to, contacts)
    for key in ("url", "trouble_url"):
        address = getattr(found, key)
        if address and not is_web_address(address):
            table.problem(key, f"{address!r} is no web address")
    table.finish()
    return found


class Space(StrEnum):
    ENOUGH = "enough"
    LOW = "low"  # collecting stops, everything else goes on
    FULL = "full"  # and the reserve is given back, so that alerts can be written


def space(free: int, before: Space, least: int, reserve: int) -> Space:
    """How much room there is, by the bytes that are free beside a reserve as it was ``before``.

    It comes back only when there is room for the reserve and a tenth more than is asked for.
    """
    if free < FULL:
        return Space.FULL
    wanted = least if before is Space.ENOUGH else int(least * AGAIN) + (reserve if before is Space.FULL else 0)
    if free >= wanted:
        return Space.ENOUGH
    return Space.FULL if before is Space.FULL else Space.LOW


def jumped(wall: timedelta, steady: timedelta, least: timedelta) -> timedelta | None:
    """How far the clock was set between two looks, by what it and a clock that nobody sets say; None for less."""
    jump = wall - steady
    return jump if abs(jump) >= least else None


def stuck(begun: Mapping[str, Iterable[float]], last: Mapping[str, float], now: float, limit: float) -> tuple[str, ...]:
    """The stages that hang: a unit that began more than ``limit`` seconds ago is in hand, or none has for so long.

    ``begun`` are the moments at which the units in hand began, ``last`` when each stage last did something.
    """
    oldest = {name: min([last[name], *begun.get(name, ())]) for name in last}
    return tuple(sorted(name for name, at in oldest.items() if now - at > limit + _more(name).total_seconds()))


def silent_after(stage: str) -> timedelta:
    """For how long a stage may say nothing."""
    return SILENT_AFTER + _more(stage)


def _more(stage: str) -> timedelta:
    return SLOW.get(stage, timedelta(0))


class Level(IntEnum):
    WELL = 0
    WARNING = 1
    ERROR = 2


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is wrong with the service itself; ``code`` is its wording in ``watch``."""

    code: str
    level: Level
    n: int = 0
    span: timedelta | None = None
    what: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the service knows of itself."""

    now: datetime
    began: datetime  # when this process did
    beats: Mapping[str, tuple[datetime, str]]  # when each stage last said that it lives, and its error
    stages: tuple[str, ...]
    waiting: int  # mails
    oldest: datetime | None  # of them
    due: datetime | None  # since when any should have gone out
    sent: datetime | None  # when a mail was last accepted
    last_good: datetime | None  # reading of any platform
    broken: int  # platforms
    platforms: int
    space: Space
    newest: datetime | None  # moment in the database
    free: int | None = None  # bytes
    reserve: bool = True  # it is there
    pinged: str = ""  # why the monitoring's address could not be asked, "" when it could
    unreceived: str = ""  # likewise the mailbox of replies can't be read
    unserved: str = ""  # likewise the pages behind links in mails
    unwritten: str = ""  # likewise the file

    @property
    def collecting(self) -> bool:
        return self.space is Space.ENOUGH


def troubles(facts: Facts, settings: WatchSettings) -> tuple[Trouble, ...]:
    """What is wrong, worst first."""
    found = [*_stages(facts), *_mail(facts, settings), *_place(facts), *_reading(facts)]
    return tuple(sorted(found, key=lambda each: -each.level))


def _stages(facts: Facts) -> Iterable[Trouble]:
    for stage in facts.stages:
        at, error = facts.beats.get(stage, (facts.began, ""))
        if error:
            yield Trouble("stage_error", Level.ERROR, what=f"{stage}: {error}")
        silent = facts.now - max(at, facts.began)
        if silent > silent_after(stage):
            yield Trouble("stage_silent", Level.ERROR, span=silent, what=stage)


def _mail(facts: Facts, settings: WatchSettings) -> Iterable[Trouble]:
    since = mute_since(facts)
    if since is not None and facts.now - since >= settings.mute_after:
        yield Trouble("mute", Level.ERROR, n=facts.waiting, span=facts.now - since)


def mute_since(facts: Facts) -> datetime | None:
    """Since when mail is due and none has been accepted; None where none is due."""
    if facts.due is None:
        return None
    return facts.due if facts.sent is None else max(facts.due, facts.sent)


def _place(facts: Facts) -> Iterable[Trouble]:
    if facts.space is not Space.ENOUGH:
        yield Trouble(f"space_{facts.space}", Level.ERROR)
    elif not facts.reserve:
        yield Trouble("no_reserve", Level.WARNING)
    if facts.newest is not None and facts.newest - facts.now > AHEAD:
        yield Trouble("future", Level.ERROR, span=facts.newest - facts.now)
    for code in ("pinged", "unreceived", "unserved", "unwritten"):
        if getattr(facts, code):
            yield Trouble(f"not_{code}" if code == "pinged" else code, Level.WARNING, what=getattr(facts, code))


def _reading(facts: Facts) -> Iterable[Trouble]:
    if facts.platforms and facts.broken == facts.platforms:
        yield Trouble("all_broken", Level.ERROR, n=facts.broken)
    elif facts.broken:
        yield Trouble("broken", Level.WARNING, n=facts.broken)


def rings(since: datetime | None, rung: datetime | None, now: datetime, after: timedelta) -> int | None:
    """Whether to ring because mail is mute: the number of the day of silence, counted from 0; None for not now.

    ``rung`` is when it was said last. Said once, and again after each day.
    """
    if since is None or now - since < after:
        return None
    if rung is not None and since <= rung and abs(now - rung) < timedelta(days=1):
        return None
    return (now - since) // timedelta(days=1)


def days_left(free: Sequence[tuple[date, int]], floor: int) -> int | None:
    """Days until only ``floor`` bytes are free, if it goes on like this; None when it doesn't shrink, or too little
    is known.

    ``free`` are days and the bytes that were free then. Two points say it: the median of the slopes between the first
    and second half (Theil and Sen), so that one day with a large copy on the disk changes little.
    """
    points = sorted(free)[-ROWS_OF_DAYS:]
    if len(points) < 2 or (points[-1][0] - points[0][0]).days < LEAST_DAYS:
        return None
    half = len(points) // 2
    slopes = sorted(
        (second - first) / (later - day).days
        for (day, first), (later, second) in zip(points[:half], points[len(points) - half :], strict=True)
    )
    slope = slopes[len(slopes) // 2]
    return None if slope >= 0 else max(0, int((floor - points[-1][1]) / slope))
