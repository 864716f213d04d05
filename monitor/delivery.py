"""When a mail about a record goes: by itself, in a list, or later. PURE: values in, a plan with its reasons out.

Nothing of this touches danger: a hazard and a person in danger are told at once, each by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from classifiers.finding import Kind
from monitor.exercise import is_drill
from monitor.model import Escalation, Severity
from monitor.policy import IN_DANGER, priority
from monitor.summary import Silence

HOUR = timedelta(hours=1)
LOOK_AGAIN = timedelta(minutes=10)  # at a site that is down
WITH_THE_SITE = frozenset(
    {Kind.SITE_DOWN, Kind.SOURCE_BROKEN, Kind.PAGE_STALE, Kind.PLATFORM_SILENT, Kind.BROKEN_LINKS}
)  # what a site that is down explains; a page that was changed it does not


class Why(StrEnum):
    """Why a mail waits, or stands in a list. The value is stored; later ones say more than earlier ones."""

    BURST = "burst"  # others may follow at once
    QUIET = "quiet"  # it is night, and it can wait
    DOWN = "down"  # its site is down, and that has been told
    RATE = "rate"  # too many have gone to this contact
    SILENCE = "silence"  # somebody asked not to be told for a while


_TELLING = tuple(Why)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How mails are spared, as configured."""

    group: timedelta  # so long a mail waits for others
    per_hour: int  # mails to one contact
    per_minute: int  # mails to the mail server; 0: as fast as it takes them
    dead_after: int  # refusals in a row
    dead_for: timedelta
    longest_silence: timedelta
    quiet: tuple[time, time] | None  # from, to


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """What decides whether somebody is told now; ``down`` are platforms and the record that says that their site is."""

    now: datetime
    zone: ZoneInfo
    rules: Delivery
    silences: tuple[Silence, ...] = ()
    down: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    why: Why
    until: datetime
    silence: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A notification that has not been let go, and the record it is about as that is now."""

    id: int
    why: Why
    record: Escalation
    silence: int | None = None


@dataclass(frozen=True, slots=True)
class Lately:
    """What went to a contact within the hour: how many mails, when there is room again, and whether one said so."""

    count: int
    room_at: datetime | None
    warned: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """One mail about several: the last of each record."""

    why: Why
    members: tuple[Waiting, ...]
    silence: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What becomes of what waits for one contact."""

    alone: tuple[int, ...] = ()
    lists: tuple[Listing, ...] = ()
    held: tuple[tuple[int, Hold], ...] = ()
    lapsed: tuple[int, ...] = ()  # nobody needs them any more


def waits_for_others(record: Escalation, group: timedelta, now: datetime) -> datetime | None:
    """When a new mail is looked at first; None for danger, which nothing looks at, and for an exercise."""
    if record.kind in IN_DANGER or is_drill(record):
        return None
    return now if record.severity is Severity.URGENT else now + group


def hold(record: Escalation, weather: Weather) -> Hold | None:
    """Why nobody is told of ``record`` now, and until when; None when somebody is."""
    if record.kind in IN_DANGER:
        return None
    silence = max((each for each in weather.silences if covers(each, record, weather.now)), key=_end, default=None)
    if silence is not None:
        return Hold(why=Why.SILENCE, until=silence.until, silence=silence.id)
    cause = weather.down.get(record.platform, record.id)
    if record.kind in WITH_THE_SITE and cause != record.id:
        return Hold(why=Why.DOWN, until=weather.now + LOOK_AGAIN)
    morning = _morning(weather)
    if morning is not None and record.severity is not Severity.URGENT:
        return Hold(why=Why.QUIET, until=morning)
    return None


def covers(silence: Silence, record: Escalation, now: datetime) -> bool:
    """Whether a silence is in force for a record; before its beginning it is not: then the clock was set back."""
    in_force = silence.begun_at <= now < silence.until
    about = silence.platform in {"", record.platform} and silence.kind in {None, record.kind}
    return in_force and about and record.kind not in IN_DANGER


def _end(silence: Silence) -> datetime:
    return silence.until


def _morning(weather: Weather) -> datetime | None:
    """When the quiet hours end in which we are; None outside of them."""
    if weather.rules.quiet is None:
        return None
    (begin, end), local = weather.rules.quiet, weather.now.astimezone(weather.zone)
    since_begin, length = _minutes(local.time(), begin), _minutes(end, begin)
    if since_begin >= length:
        return None
    day = local.date() + timedelta(days=local.time() >= end)
    return datetime.combine(day, end, weather.zone).astimezone(UTC)


def _minutes(moment: time, since: time) -> int:
    return (moment.hour * 60 + moment.minute - since.hour * 60 - since.minute) % (24 * 60)


def planned(waiting: Iterable[Waiting], weather: Weather, lately: Lately) -> Plan:
    """What becomes of all that waits for one contact, most urgent first."""
    held: list[tuple[int, Hold]] = []
    ready: list[Waiting] = []
    lapsed: list[int] = []
    for each in sorted(waiting, key=lambda each: (priority(each.record), each.id)):
        found = hold(each.record, weather)
        if each.record.closed_at is not None and each.why is not Why.SILENCE:
            lapsed.append(each.id)
        elif found is not None:
            held.append((each.id, found))
        else:
            ready.append(each)
    sums, rest = _summed_up(ready)
    alone, together = _apart(rest, weather.rules)
    danger = [each for each in alone if each.record.kind in IN_DANGER]
    others = [each for each in alone if each.record.kind not in IN_DANGER]
    room = max(0, weather.rules.per_hour - lately.count)
    if len(others) + bool(together) <= room:
        lists = [Listing(_most_telling(together), tuple(together))] if together else []
        return _plan([*danger, *others], [*lists, *sums], held, lapsed)
    late = [*others[room:], *together]
    if not lately.warned:
        return _plan([*danger, *others[:room]], [Listing(Why.RATE, tuple(late)), *sums], held, lapsed)
    until = Hold(why=Why.RATE, until=lately.room_at or weather.now + HOUR)
    return _plan([*danger, *others[:room]], sums, [*held, *((each.id, until) for each in late)], lapsed)


def _summed_up(ready: Sequence[Waiting]) -> tuple[list[Listing], list[Waiting]]:
    """A list for each silence that has ended, and what none had kept back."""
    by_silence: dict[int | None, list[Waiting]] = {}
    rest: list[Waiting] = []
    for each in ready:
        silenced = each.why is Why.SILENCE and each.record.kind not in IN_DANGER
        (by_silence.setdefault(each.silence, []) if silenced else rest).append(each)
    return [Listing(Why.SILENCE, tuple(members), silence) for silence, members in by_silence.items()], rest


def _apart(ready: Sequence[Waiting], rules: Delivery) -> tuple[list[Waiting], list[Waiting]]:
    """Which go by themselves, and which in one list: what has waited, where it is about more than one record."""
    together = [each for each in ready if _is_listed(each, rules)]
    if len({each.record.id for each in together}) < 2:
        return list(ready), []
    return [each for each in ready if not _is_listed(each, rules)], together


def _is_listed(each: Waiting, rules: Delivery) -> bool:
    if each.record.kind in IN_DANGER:
        return False
    return each.why is not Why.BURST or (rules.group > timedelta(0) and each.record.severity is not Severity.URGENT)


def _most_telling(together: Sequence[Waiting]) -> Why:
    return max((each.why for each in together), key=_TELLING.index)


def _plan(
    alone: Sequence[Waiting], lists: Sequence[Listing], held: Sequence[tuple[int, Hold]], lapsed: Sequence[int]
) -> Plan:
    ids = tuple(each.id for each in alone)
    return Plan(alone=ids, lists=tuple(lists), held=tuple(held), lapsed=tuple(lapsed))


def latest(members: Iterable[Waiting]) -> tuple[Escalation, ...]:
    """The records of a list, each once, in its order."""
    return tuple({each.record.id: each.record for each in members}.values())
