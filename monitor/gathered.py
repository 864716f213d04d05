"""One mail that lists records, instead of one mail a record: a burst, a night, too many, or a silence that ended. PURE.

Numbers, kinds and platforms only: nothing an item says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from monitor import responding
from monitor.delivery import Delivery, Why
from monitor.letter import Context, Letter, Paragraph, Section, Table, footer
from monitor.model import Contact, Escalation, Severity, State
from monitor.policy import PRIORITY
from monitor.summary import Silence
from monitor.weekly import silenced
from monitor.words import Words

ROWS = 30  # records that are listed; the others are counted
_OPEN = frozenset({State.OPEN, State.ACKNOWLEDGED})


def letter(
    records: Sequence[Escalation],
    why: Why,
    *,
    silence: Silence | None,
    rules: Delivery,
    contact: Contact,
    context: Context,
    words: Words,
) -> Letter:
    """Tell ``contact`` of ``records`` in one mail, and ``why`` they come together; at least one, most urgent first."""
    still, n = [each for each in records if each.state in _OPEN], len(records)
    said = {"most": rules.per_hour, "open": len(still)}
    note = words.say("gathered.note", deadlines=words.say("gathered.deadlines"))
    if silence is not None:
        note = words.say(
            "gathered.silence",
            about=silenced(silence, context, words),
            owner=context.title(silence.owner),
            why=silence.why,
        )
    return Letter(
        subject=words.count(f"gathered.subject_{why}", n, **said),
        first=words.count(f"gathered.first_{why}", n, **said),
        sections=(
            Section("", (*_listed(records, context, words), Paragraph(note))),
            responding.of_list(still or records[:1], words.say("gathered.look"), context, words),
        ),
        footer=footer(contact, context, words),
        severity=min((each.severity for each in still), key=PRIORITY.__getitem__, default=Severity.ORDINARY),
    )


def _listed(records: Sequence[Escalation], context: Context, words: Words) -> Iterator[Table | Paragraph]:
    heads = (words.say("chasing.matter"), words.say("chasing.owner"), words.say("gathered.due"))
    shown = records[:ROWS]
    urgent = sum(each.severity is Severity.URGENT for each in shown)
    yield Table(heads, tuple(_row(each, context, words) for each in shown), urgent=urgent)
    if len(records) > len(shown):
        yield Paragraph(words.count("chasing.more", len(records) - len(shown)))


def _row(record: Escalation, context: Context, words: Words) -> tuple[str, ...]:
    kind, left = words.say(f"kinds.{record.kind}.name"), record.deadline - context.now
    due = words.say("digest.left" if left > timedelta(0) else "digest.over", span=words.span(abs(left)))
    state = words.say(f"states.{record.state}")
    return (
        words.say(
            "digest.matter_line",
            number=record.number,
            kind=kind,
            platform=context.platform(record.platform, words),
        ),
        context.title(record.owner),
        words.say("digest.due_state", due=due, state=state) if record.state in _OPEN else state,
    )
