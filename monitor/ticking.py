"""The playbook of a record as mails and the terminal say it: what is still to be done, and by when. PURE."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from classifiers.finding import Kind
from monitor.exercise import is_drill
from monitor.letter import Context, Items, Paragraph, Section
from monitor.model import Escalation, State
from monitor.playbook import Standing, Task
from monitor.policy import IN_DANGER
from monitor.words import Words

_OPEN = frozenset({State.OPEN, State.ACKNOWLEDGED})


@dataclass(frozen=True, slots=True)
class Said:
    """How the tasks of a record are spoken of at one moment."""

    tasks: Sequence[Standing]
    now: datetime
    zone: ZoneInfo
    words: Words

    def hour(self, each: Standing) -> str:
        """By when a task is to be done, and that it is late by now."""
        if each.due is None:
            place = next(n for n, one in enumerate(self.tasks, start=1) if one.task.name == each.task.after)
            return self.words.say("tasks.after", span=self.words.span(each.task.within), place=place)
        late = each.late(self.now)
        return self.words.say(
            "tasks.late" if late else "tasks.due", due=self.clock(each.due), span=self.words.span(late)
        )

    def clock(self, at: datetime) -> str:
        """The time of day; with its day where that isn't today."""
        local = at.astimezone(self.zone)
        today = local.date() == self.now.astimezone(self.zone).date()
        return f"{local:%H:%M}" if today else self.words.moment(at, self.now, self.zone)


def said(kind: Kind, task: Task, words: Words) -> str:
    """What a task is, in the words of the agency or in ours."""
    return task.text or words.say(f"playbook.{kind}.{task.name}")


def section(record: Escalation, context: Context, words: Words) -> tuple[Section, ...]:
    """What is still to be done about an open record, in its order and by its place; what is done is only counted."""
    if record.state not in _OPEN or not context.tasks:
        return ()
    speaking = Said(context.tasks, context.now, context.zone, words)
    lines = tuple(
        words.say("tasks.line", place=place, task=said(record.kind, each.task, words), hour=speaking.hour(each))
        for place, each in enumerate(context.tasks, start=1)
        if each.tick is None
    )
    done = len(context.tasks) - len(lines)
    counted = (Paragraph(words.count("tasks.done", done)),) if done else ()
    listed = (Items(lines),) if lines else ()
    return (Section(words.say("tasks.played" if is_drill(record) else "tasks.title"), (*listed, *counted)),)


def late(record: Escalation, tasks: Sequence[Standing], now: datetime) -> tuple[Standing, ...]:
    """The tasks that were done too late, or are late by now.

    Where nobody ticks, nothing is known of how late anything is: then only danger counts.
    """
    if record.kind not in IN_DANGER and not any(each.tick for each in tasks):
        return ()
    return tuple(each for each in tasks if each.late(now) > timedelta(0))
