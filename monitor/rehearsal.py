"""What a year would have brought: late answers, dangers, leaks, and whom they would have woken. PURE.

Nothing is stored and nobody is told. A Case keeps no text: a masked title, its times and what was found in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from statistics import median, quantiles
from zoneinfo import ZoneInfo

from classifiers.finding import Kind
from monitor.calendar import Calendar
from monitor.model import Delay, Policy
from monitor.promises import last_day

TRIED = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)  # thresholds
NIGHT = (time(22), time(7))  # local; who is told of danger between these is woken
DANGER = (Kind.CRISIS, Kind.HAZARD)
LEAKS = (Kind.PERSONAL_DATA, Kind.CREDENTIAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The surest finding of one kind in a message."""

    kind: Kind
    rule: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One message of the past. ``answered`` is None where nobody answered, or nobody had to."""

    posted: datetime
    title: str  # masked
    message: bool = False  # somebody waited for an answer
    answered: datetime | None = None
    place: str = ""
    found: tuple[Seen, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the year is held against."""

    policies: dict[Kind, Policy]
    within: Delay  # promised time to an answer
    acknowledged_after: timedelta  # how long the duty officer takes to say "I act"
    calendar: Calendar
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    asked: int
    late: int  # answered, but after the promised time, or not answered and late by now
    unanswered: int
    usual: timedelta | None  # the middle one of those answered
    slow: timedelta | None  # nine of ten were quicker
    slowest: tuple[Case, ...]  # the late ones, latest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One contact over the whole time. ``nights`` are the times they would have been woken."""

    contact: str
    times: int
    nights: int
    busiest: int  # times in the busiest week


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What one threshold, for all kinds alike, would have meant."""

    threshold: float
    dangers: int
    leaks: int
    others: int
    nights: int  # times anybody would have been woken


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    cases: int
    first: datetime
    last: datetime
    answers: Answers
    dangers: tuple[Case, ...]  # newest first
    leaks: tuple[Case, ...]
    rules: tuple[tuple[Kind, str, int], ...]  # what was found how often, most first
    told: tuple[Told, ...]
    tried: tuple[Tried, ...]


def rehearse(cases: Sequence[Case], terms: Terms) -> Rehearsal:
    """Hold ``cases`` (at least one) against ``terms``."""
    kept = sorted(cases, key=lambda case: case.posted, reverse=True)
    sure = [(case, each) for case in kept for each in case.found if each.score >= terms.policies[each.kind].threshold]
    rules = Counter((each.kind, each.rule) for _, each in sure)
    return Rehearsal(
        cases=len(kept),
        first=kept[-1].posted,
        last=kept[0].posted,
        answers=answers(kept, terms),
        dangers=tuple(dict.fromkeys(case for case, each in sure if each.kind in DANGER)),
        leaks=tuple(dict.fromkeys(case for case, each in sure if each.kind in LEAKS)),
        rules=tuple((kind, rule, n) for (kind, rule), n in rules.most_common()),
        told=tuple(whom(kept, terms)),
        tried=tuple(tried(kept, threshold, terms) for threshold in TRIED),
    )


def answers(cases: Sequence[Case], terms: Terms) -> Answers:
    """How quickly those who wrote were answered."""
    asked = [case for case in cases if case.message]
    waits = sorted(case.answered - case.posted for case in asked if case.answered is not None)
    late = [case for case in asked if is_late(case, terms)]
    seconds = [wait.total_seconds() for wait in waits]
    slow = quantiles(seconds, n=10, method="inclusive")[-1] if len(seconds) > 1 else None
    return Answers(
        asked=len(asked),
        late=len(late),
        unanswered=sum(case.answered is None for case in asked),
        usual=timedelta(seconds=median(seconds)) if seconds else None,
        slow=None if slow is None else timedelta(seconds=slow),
        slowest=tuple(sorted(late, key=lambda case: waited(case, terms.now), reverse=True)),
    )


def is_late(case: Case, terms: Terms) -> bool:
    """Whether a message was answered after the last day on which it might be, or isn't yet."""
    answered = (case.answered or terms.now).astimezone(terms.calendar.zone)
    return answered.date() > last_day(case.posted, terms.within, terms.calendar)


def waited(case: Case, now: datetime) -> timedelta:
    """From written to answered, or until now."""
    return (case.answered or now) - case.posted


def whom(cases: Sequence[Case], terms: Terms) -> Iterator[Told]:
    """Who would have been told how often, the most called first."""
    thresholds = {kind: policy.threshold for kind, policy in terms.policies.items()}
    calls = [call for case in cases for call in _calls(case, thresholds, terms)]
    times = Counter(contact for contact, _, _ in calls)
    nights = Counter(contact for contact, at, kind in calls if _wakes(at, kind, terms.calendar.zone))
    weeks = Counter((contact, at.astimezone(terms.calendar.zone).isocalendar()[:2]) for contact, at, _ in calls)
    for contact, count in times.most_common():
        busiest = max(n for (name, _), n in weeks.items() if name == contact)
        yield Told(contact=contact, times=count, nights=nights[contact], busiest=busiest)


def tried(cases: Sequence[Case], threshold: float, terms: Terms) -> Tried:
    """The same year with ``threshold`` for every kind."""
    found = Counter(each.kind for case in cases for each in case.found if each.score >= threshold)
    everywhere = dict.fromkeys(terms.policies, threshold)
    calls = (call for case in cases for call in _calls(case, everywhere, terms))
    woken = sum(_wakes(at, kind, terms.calendar.zone) for _, at, kind in calls)
    dangers, leaks = (sum(found[kind] for kind in kinds) for kinds in (DANGER, LEAKS))
    return Tried(
        threshold=threshold, dangers=dangers, leaks=leaks, others=found.total() - dangers - leaks, nights=woken
    )


def _calls(case: Case, thresholds: dict[Kind, float], terms: Terms) -> Iterator[tuple[str, datetime, Kind]]:
    """Who is told when of a case, until the duty officer has acknowledged."""
    for each in case.found:
        if each.score < thresholds[each.kind]:
            continue
        steps = terms.policies[each.kind].steps
        moments = terms.calendar.steps(case.posted, tuple(step.after for step in steps))
        for place, (step, at) in enumerate(zip(steps, moments, strict=True)):
            if not place or at <= case.posted + terms.acknowledged_after:
                yield from ((contact, at, each.kind) for contact in step.tell)


def _wakes(at: datetime, kind: Kind, zone: ZoneInfo) -> bool:
    local = at.astimezone(zone).time()
    return kind in DANGER and (local >= NIGHT[0] or local < NIGHT[1])
