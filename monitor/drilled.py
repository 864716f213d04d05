"""How people are told that a record is an exercise: nobody calls the fire brigade, nobody waves a real one off. PURE.

What they read of it comes from here; nothing of a real danger does.
"""

from __future__ import annotations

from monitor.exercise import is_drill
from monitor.letter import Context, Paragraph, Section
from monitor.model import Escalation, Reason, Severity
from monitor.words import Words


def marked(record: Escalation, text: str, words: Words) -> str:
    """``text`` about a record, with the mark in front where the record is an exercise."""
    return words.say("drill.mark", text=text) if is_drill(record) else text


def colour(record: Escalation) -> Severity | None:
    """How urgent a letter about a record looks; an exercise looks calm."""
    return None if is_drill(record) else record.severity


def first(record: Escalation, reason: Reason, context: Context, words: Words) -> str:
    """What a reader sees first of an exercise: that it is one, what is supposed, what is to be done."""
    said = words.say(
        f"drill.{reason if reason in {Reason.OPENED, Reason.OVERDUE} else 'again'}",
        kind=words.say(f"kinds.{record.kind}.name"),
        waited=words.span(context.now - record.opened_at),
        due=words.moment(record.deadline, context.now, context.zone),
    )
    return marked(record, said, words)


def note(record: Escalation, words: Words) -> tuple[Section, ...]:
    """What an exercise asks of its reader, and what not; nothing for a record that is none."""
    return (Section(words.say("drill.title"), (Paragraph(words.say("drill.note")),)),) if is_drill(record) else ()
