"""Playbooks: what is done first about each kind of record, each task with its hour, and how far that is. PURE.

The shipped ones are ``config/playbooks.toml``; ``[playbook.<kind>]`` of the configuration adds to one, changes it or
replaces it. The wording of a shipped task is found by kind and name, an agency writes that of its own itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from classifiers.finding import Kind
from monitor.options import Options

MOST = 12  # tasks of one kind: nobody reads more when it burns
LONGEST = 100  # code points of a text


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """``within`` is clock time from the opening of the record, or from the tick of the task called ``after``."""

    name: str
    within: timedelta
    after: str = ""
    text: str = ""  # in the agency's own words; "" where the shipped wording says it


Playbooks = Mapping[Kind, tuple[Task, ...]]


@dataclass(frozen=True, slots=True)
class Tick:
    """A task of a record was done."""

    task: str
    at: datetime
    actor: str  # a contact name, or "operator"


@dataclass(frozen=True, slots=True)
class Standing:
    """How one task of a record stands; ``due`` is None while what it is counted from has not been done."""

    task: Task
    due: datetime | None
    tick: Tick | None = None

    def late(self, now: datetime) -> timedelta:
        """By how much it was done too late, or is late by ``now``; nothing where it is in time."""
        over = (self.tick.at if self.tick else now) - (self.due or now)
        return max(over, timedelta(0)) if self.due else timedelta(0)


def standing(tasks: Iterable[Task], ticks: Iterable[Tick], opened_at: datetime) -> tuple[Standing, ...]:
    """How the tasks of a record stand that was opened then, in their order."""
    done = {tick.task: tick for tick in ticks}
    found = []
    for task in tasks:
        since = opened_at if not task.after else done[task.after].at if task.after in done else None
        found.append(Standing(task, since + task.within if since else None, done.get(task.name)))
    return tuple(found)


def find(tasks: Sequence[Task], asked: str) -> Task | None:
    """The task that is called so, or stands at that place, counted from 1."""
    if asked.isascii() and asked.isdecimal() and 0 < int(asked[:4]) <= len(tasks):
        return tasks[int(asked[:4]) - 1]
    return next((task for task in tasks if task.name == asked), None)


def shipped(raw: Mapping[str, object], problems: list[str]) -> dict[Kind, tuple[Task, ...]]:
    """What ``config/playbooks.toml`` says."""
    return dict(read(Options("playbooks.toml", raw, problems), {}))


def read(table: Options, shipped: Playbooks) -> Playbooks:
    """``[playbook]``: for each kind its tasks, the shipped ones where nothing else is said."""
    found = dict(shipped)
    for kind in Kind:
        if str(kind) in table:
            found[kind] = _of_kind(table.table(str(kind)), shipped.get(kind, ()), own=bool(shipped))
    table.finish()
    return found


def _of_kind(table: Options, shipped: tuple[Task, ...], *, own: bool) -> tuple[Task, ...]:
    """``own``: an agency's, which has to say what its tasks are."""
    kept = () if table.flag("replace", False) else shipped
    tasks = {task.name: task for task in kept}
    said: set[str] = set()
    worded = {task.name for task in shipped} if own else None
    for row in table.tables("tasks"):
        task = _task(row, worded)
        if task.name in said:
            row.problem("name", f"{task.name!r} stands here twice")
        said.add(task.name)
        tasks[task.name] = task
        row.finish()
    if len(tasks) > MOST:
        table.problem("tasks", f"more than {MOST} are no help to anybody; leave the least urgent out")
    _in_order(tuple(tasks.values()), table)
    table.finish()
    return tuple(tasks.values())


def _task(row: Options, worded: set[str] | None) -> Task:
    name, text = row.name("name"), " ".join(row.text("text", "").split())
    if name.isdecimal():
        row.problem("name", f"{name!r} would be taken for a place in the list; write a word")
    if worded is not None and name not in worded and not text:
        row.problem("text", "is missing: what is to be done")
    if len(text) > LONGEST:
        row.problem("text", f"is longer than {LONGEST} characters; nobody reads that in a hurry")
    return Task(name=name, within=row.duration("within", "1h", "1m", "90d"), after=row.text("after", ""), text=text)


def _in_order(tasks: tuple[Task, ...], table: Options) -> None:
    before: set[str] = set()
    for task in tasks:
        if task.after and task.after not in before:
            table.problem("tasks", f"{task.name!r} is counted from {task.after!r}, which is no task before it")
        before.add(task.name)
