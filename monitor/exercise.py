"""Exercises: records that are marked as one, and how an exercise went. PURE.

An exercise is a record of a platform that can't exist: so no finding of a real platform joins it, no site that is down
holds it back, and it holds back nothing. Its number says what it is wherever a number stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.model import Channel, Escalation, Transition
from monitor.playbook import Standing

DRILL = "!"  # no platform can be called so
PREFIX = "DRILL"  # of their numbers
RULE = "drill"  # of what is "found"
CHAINED = "told", "overdue"  # lines of a history that say who was told


def is_drill(record: Escalation) -> bool:
    """Whether a record is an exercise."""
    return record.platform == DRILL


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One row of the report: ``took`` since the opening or since what it is counted from, ``allowed`` of the same.

    ``at`` is None for what has not been done, ``kept`` None where nothing is promised or the time still runs. What is
    not done when the exercise is closed was not kept.
    """

    what: str  # "mail", "ring", "acknowledged", "task", "told", "closed"
    about: str = ""  # the name of a task, or who was told
    at: datetime | None = None
    took: timedelta | None = None
    allowed: timedelta | None = None
    kept: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """All that happened in one exercise; ``next_level_at`` is when the next level is told unless somebody takes it."""

    record: Escalation
    accepted: Mapping[Channel, datetime]
    history: Sequence[Transition]
    tasks: Sequence[Standing]
    next_level_at: datetime | None
    now: datetime


def stages(course: Course) -> Iterator[Stage]:
    """How long each part took: mail, telephone, acknowledgement, tasks, further levels, closing."""
    record = course.record
    yield _stage("mail", course, course.accepted.get(Channel.MAIL))
    if Channel.RING in course.accepted:
        yield _stage("ring", course, course.accepted[Channel.RING])
    taken = record.acknowledged_at or record.closed_at
    yield _stage("acknowledged", course, taken, due=course.next_level_at)
    for each in course.tasks:
        since = each.due - each.task.within if each.due else None
        stage = _stage("task", course, each.tick.at if each.tick else None, due=each.due, since=since)
        yield replace(stage, about=each.task.name)
    for line in course.history:
        reason, _, names = line.why.partition(": ")
        if line.what in CHAINED and reason not in {"opened", ""}:
            yield replace(_stage("told", course, line.at), about=names)
    yield _stage("closed", course, record.closed_at, due=record.deadline)


def _stage(
    what: str, course: Course, at: datetime | None, *, due: datetime | None = None, since: datetime | None = None
) -> Stage:
    start = since or course.record.opened_at
    closed = course.record.closed_at
    late = due is not None and ((at or course.now) > due or (at is None and closed is not None))
    kept = None if due is None or (at is None and not late) else not late
    return Stage(
        what=what,
        at=at,
        took=at - start if at else None,
        allowed=due - start if due else None,
        kept=kept,
    )
