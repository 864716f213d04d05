"""One mail a day about everything that is overdue, to each owner and to those above. PURE."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from monitor import responding
from monitor.letter import Context, Letter, Paragraph, Section, Table, footer
from monitor.model import Contact, Escalation, Severity
from monitor.policy import Chase
from monitor.words import Words

ROWS = 30  # records that are listed; the others are counted


def letter(chase: Chase, late: Mapping[int, int], *, contact: Contact, context: Context, words: Words) -> Letter:
    """What ``contact`` is reminded of today; ``chase.records`` are the most urgent, at least one.

    ``late`` says of a record, by its id, how many tasks of its playbook are.
    """
    longest = words.span(context.now - chase.since)
    return Letter(
        subject=words.count("chasing.subject", chase.count, span=longest),
        first=words.count("chasing.first", chase.count, span=longest),
        sections=(
            Section("", (*_listed(chase, context, words), *_tasks(chase, late, words))),
            responding.of_list(chase.records, words.say("chasing.look"), context, words),
        ),
        footer=footer(contact, context, words),
        severity=Severity.URGENT,
    )


def _listed(chase: Chase, context: Context, words: Words) -> Iterator[Table | Paragraph]:
    heads = tuple(words.say(f"chasing.{name}") for name in ("matter", "owner", "over"))
    shown = chase.records[:ROWS]
    urgent = sum(record.severity is Severity.URGENT for record in shown)
    yield Table(heads, tuple(_row(record, context, words) for record in shown), urgent=urgent)
    if chase.count > len(shown):
        yield Paragraph(words.count("chasing.more", chase.count - len(shown)))


def _tasks(chase: Chase, late: Mapping[int, int], words: Words) -> Iterator[Paragraph]:
    for record in chase.records:
        if late.get(record.id):
            yield Paragraph(words.count("chasing.tasks", late[record.id], number=record.number))


def _row(record: Escalation, context: Context, words: Words) -> tuple[str, ...]:
    kind, platform = words.say(f"kinds.{record.kind}.name"), context.platform(record.platform, words)
    return (
        words.say("digest.matter_line", number=record.number, kind=kind, platform=platform),
        context.title(record.owner),
        words.say(
            "digest.due_state",
            due=words.span(context.now - record.deadline),
            state=words.say(f"states.{record.state}"),
        ),
    )
