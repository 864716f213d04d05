"""What is due. PURE: values in, decisions with their reason out.

A step is due that long after its record was opened, in clock or in working time, and never before the one before it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from classifiers.finding import Kind
from monitor.calendar import Calendar
from monitor.exercise import is_drill
from monitor.model import Escalation, Notification, Outcome, Policy, Reason, Severity, State
from monitor.polling import doubled

UNKNOWNS_ALLOWED = 2  # after so many attempts without an answer nobody waits for a third
FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(minutes=30)
LONGEST_URGENT_RETRY = timedelta(minutes=5)
GIVE_UP_AFTER = timedelta(days=5)  # a mail server down over a long weekend (RFC 5321, 4.5.4.1)


class Verdict(StrEnum):
    """What becomes of a matter's findings. The value is stored and shown."""

    OPENED = "opened"  # nothing is open about it: a new record
    JOINED = "joined"  # a record is open: number and deadline stay, no step restarts
    BELOW_THRESHOLD = "below_threshold"  # not sure enough
    BASELINE = "baseline"  # it stood there before we came: listed once, a person decides (`huiyin adopt`)
    DISMISSED_BEFORE = "dismissed_before"  # a person said that this very match is nothing
    NO_POLICY = "no_policy"  # this kind opens nothing here


def judge(best: float | None, record: Escalation | None, policy: Policy | None, *, old: bool = False) -> Verdict:
    """Decide on a matter: ``best`` is its highest score among matches never dismissed, None if all were.

    ``old`` says that all of it stood there at first contact with its platform.
    """
    if policy is None:
        return Verdict.NO_POLICY
    if best is None:
        return Verdict.DISMISSED_BEFORE
    if best < policy.threshold:
        return Verdict.BELOW_THRESHOLD
    if record is not None:
        return Verdict.JOINED
    return Verdict.BASELINE if old else Verdict.OPENED


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Who is told now and why; ``step``, ``next_step_at`` and ``overdue`` are what the record remembers then."""

    reason: Reason
    tell: tuple[str, ...]
    step: int
    next_step_at: datetime | None
    overdue: bool
    next_tell: tuple[str, ...] = ()  # who is told at next_step_at


def due(record: Escalation, policy: Policy, now: datetime, calendar: Calendar) -> Due | None:
    """What is due for a record at ``now``; None when nothing is.

    Steps missed while nobody ran are told in one go, each contact once, the passing of the deadline included.
    When the last step has been told, its people are told again every ``policy.repeat`` until somebody acts. The
    passing of the deadline is told to the owner; those above get one mail a day about all of them (``chased``).
    """
    if record.state not in {State.OPEN, State.ACKNOWLEDGED}:
        return None
    late = record.deadline <= now and not record.overdue
    step = record.state is State.OPEN and record.next_step_at is not None and record.next_step_at <= now
    due = _steps_due(record, policy, now, calendar) if step else None
    if not late:
        return due
    if due is None:
        due = Due(reason=Reason.OVERDUE, tell=(), step=record.step, next_step_at=record.next_step_at, overdue=True)
    tell = _once((*due.tell, record.owner))
    return replace(due, reason=Reason.OVERDUE, tell=tell, overdue=True)


def _steps_due(record: Escalation, policy: Policy, now: datetime, calendar: Calendar) -> Due:
    # a policy shortened in mid-run leaves records beyond its end: they repeat its last step
    left = policy.steps[record.step :]
    if not left:
        tell = policy.steps[-1].tell
        reason, step, next_at = Reason.REPEAT, record.step + 1, now + policy.repeat
        return Due(reason=reason, tell=tell, step=step, next_step_at=next_at, overdue=record.overdue, next_tell=tell)
    # an undelivered message brings the next step forward: it is due although its time has not come
    moments = _moments(record, policy, calendar)[record.step :]
    ripe = [step for step, moment in zip(left, moments, strict=True) if moment <= now] or [left[0]]
    step = record.step + len(ripe)
    early = moments[len(ripe) - 1] > now
    reason = Reason.UNDELIVERED if early else Reason.OPENED if record.step == 0 else Reason.STEP
    return Due(
        reason=reason,
        tell=_once(tuple(name for each in ripe for name in each.tell)),
        step=step,
        next_step_at=next_told(record, policy, step, now, calendar),
        overdue=record.overdue,
        next_tell=(policy.steps[step : step + 1] or policy.steps[-1:])[0].tell,
    )


def overtaken(record: Escalation, policy: Policy, reached: Collection[str], now: datetime, calendar: Calendar) -> Due:
    """Who is left out of an open record under a ``policy`` that is new: whom a step that it has taken names, and nobody
    has ``reached``. Its next step comes when it would have come under this policy, if that is sooner.
    """
    tell = _once(tuple(name for step in policy.steps[: record.step] for name in step.tell if name not in reached))
    following = policy.steps[record.step : record.step + 1]
    soonest = next_told(record, policy, record.step, now, calendar) if following else record.next_step_at
    return Due(
        reason=Reason.STEP,
        tell=tell,
        step=record.step,
        next_step_at=min(record.next_step_at or now, soonest or now),
        overdue=record.overdue,
        next_tell=(following or policy.steps[-1:])[0].tell,
    )


def manned(
    due: Due, record: Escalation, policy: Policy, when: tuple[datetime, Calendar], there: Callable[[str], bool]
) -> tuple[Due, tuple[Due, ...]]:
    """What is left of ``due`` where nobody is ``there`` for a whole step: the next one at once; and what was skipped.

    ``when`` is now, and the calendar of the record. The last step is skipped, too: then what is due tells nobody.
    """
    skipped: list[Due] = []
    while record.state is State.OPEN and due.tell and not any(map(there, due.tell)):
        skipped.append(due)
        if due.step >= len(policy.steps):
            return replace(due, tell=()), tuple(skipped)
        record = replace(record, step=due.step, next_step_at=when[0], overdue=due.overdue)
        due = replace(_steps_due(record, policy, *when), reason=due.reason)
    return due, tuple(skipped)


def redirected(due: Due, record: Escalation, policy: Policy, before: Collection[str]) -> Due:
    """``due`` after a record was handed on: who owned it ``before`` is told no more, but its owner instead.

    Those above are told all the same, and where people are in danger everybody is.
    """
    gone = {*before} - {record.owner, *(above(policy) if len(policy.steps) > 1 else ())}
    if not gone or record.kind in IN_DANGER:
        return due
    tell, next_tell = (
        _once(tuple(record.owner if name in gone else name for name in names)) for names in (due.tell, due.next_tell)
    )
    return replace(due, tell=tell, next_tell=next_tell)


def above(policy: Policy) -> tuple[str, ...]:
    """Who stands above the first: the people of the last step."""
    return policy.steps[-1].tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Chase:
    """What one contact is reminded of: how many records are overdue, since when the first of them, and some of them."""

    contact: str
    count: int
    since: datetime
    records: tuple[Escalation, ...]


def chased(
    overdue: Iterable[Escalation], policies: Mapping[Kind, Policy], most: int, who: Callable[[str], tuple[str, ...]]
) -> list[Chase]:
    """Whom to remind of what, each contact once: owners and those above them, of ``overdue`` records in their order.

    ``who`` says who is told for a name. Of one contact's records at most ``most`` are kept; all are counted.
    """
    found: dict[str, Chase] = {}
    for record in overdue:
        asked = _once((record.owner, *above(policies[record.kind])))
        for name in _once(tuple(person for each in asked for person in who(each))):
            one = found.get(name) or Chase(contact=name, count=0, since=record.deadline, records=())
            kept = (*one.records, record) if one.count < most else one.records
            since = min(one.since, record.deadline)
            found[name] = Chase(contact=name, count=one.count + 1, since=since, records=kept)
    return list(found.values())


def is_new_day(last: datetime | None, now: datetime, zone: ZoneInfo) -> bool:
    """Whether a later day has begun since ``last``; one more than a day ahead is no memory, the clock was wrong."""
    if last is None or last - now > timedelta(days=1):
        return True
    return last.astimezone(zone).date() < now.astimezone(zone).date()


def duty(policy: Policy) -> tuple[str, ...]:
    """Who is told first of a kind: the only ones told of anything before the installation goes live."""
    return policy.steps[0].tell


def named(policy: Policy) -> tuple[str, ...]:
    """Everybody whom a policy names, each once."""
    return _once((policy.owner, *(name for step in policy.steps for name in step.tell)))


def held_back(due: Due, policy: Policy) -> Due:
    """What is left of ``due`` before the installation goes live: nobody above the duty officer is told."""
    allowed = duty(policy)
    return replace(
        due,
        tell=tuple(name for name in due.tell if name in allowed),
        next_tell=tuple(name for name in due.next_tell if name in allowed),
    )


def next_told(record: Escalation, policy: Policy, step: int, now: datetime, calendar: Calendar) -> datetime:
    """When somebody is told next, after ``step`` steps have been."""
    following = _moments(record, policy, calendar)[step : step + 1]
    return max(now, following[0]) if following else now + policy.repeat


def _moments(record: Escalation, policy: Policy, calendar: Calendar) -> list[datetime]:
    """When each step of a record is due."""
    return calendar.steps(record.opened_at, tuple(step.after for step in policy.steps))


def _once(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


IN_DANGER = frozenset({Kind.HAZARD, Kind.CRISIS})
PRIORITY = {Severity.URGENT: 0, Severity.SERIOUS: 1, Severity.ORDINARY: 2}
PRIORITY_DANGER = -1
PRIORITY_DIGEST = 3


def priority(record: Escalation) -> int:
    """People in danger first; lower goes first. No exercise goes before that."""
    in_danger = record.kind in IN_DANGER and not is_drill(record)
    return PRIORITY_DANGER if in_danger else PRIORITY[record.severity]


def rings(record: Escalation) -> bool:
    """Whether telephones ring for it, beside the mail."""
    return priority(record) <= PRIORITY[Severity.URGENT]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """How one attempt ended: sent, refused, unknown, lapsed, or pending for "not now".

    ``content`` says of a refusal that it was the text that was refused.
    """

    outcome: Outcome
    answer: str = ""
    content: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What an attempt makes of a notification: its state, when to try again, and what follows.

    ``undelivered``: it never will be; ``bare``: it is tried once more with a text that quotes nothing.
    """

    state: Outcome
    next_attempt_at: datetime
    undelivered: bool = False
    bare: bool = False


def settled(tried: Tried, notification: Notification, now: datetime, *, urgent: bool) -> Settled:
    """What becomes of ``notification`` after an attempt; its counts are as they stood when the attempt began.

    Waiting doubles from one minute to half an hour, where people may be hurt to five minutes; after five days
    nobody is tried any longer. A refused text is tried once more, bare and at once.
    """
    if tried.outcome in {Outcome.SENT, Outcome.LAPSED}:
        return Settled(state=tried.outcome, next_attempt_at=now)
    if tried.content and not notification.bare:
        return Settled(state=Outcome.PENDING, next_attempt_at=now, bare=True)
    if tried.outcome is Outcome.REFUSED or now - (notification.created_at or now) >= GIVE_UP_AFTER:
        return Settled(state=Outcome.REFUSED, next_attempt_at=now, undelivered=True)
    if notification.unknowns + (tried.outcome is Outcome.UNKNOWN) >= UNKNOWNS_ALLOWED:
        return Settled(state=Outcome.UNKNOWN, next_attempt_at=now, undelivered=True)
    longest = LONGEST_URGENT_RETRY if urgent else LONGEST_RETRY
    wait = doubled(FIRST_RETRY, notification.attempts - 1, longest)
    return Settled(state=Outcome.PENDING, next_attempt_at=now + wait)
