"""Messages that wait for an answer, as mails speak of them: what is due soon, and what belongs to one record. PURE."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from monitor.letter import Context, Items, Letter, Paragraph, Section, Value, clean, footer
from monitor.model import Contact, Severity
from monitor.summary import Awaited
from monitor.words import Words

ROWS = 20  # messages that are listed; the others are counted
UNITS = 6  # offices of a chain; the first ones are left out
MAX_TITLE = 60  # code points


def warning(soon: Sequence[Awaited], *, contact: Contact, context: Context, words: Words) -> Letter:
    """Tell ``contact`` which messages (at least one) become late soon; those in front do so first."""
    say, first = words.say, soon[0]
    due = _until(first.due or context.now, context, words)
    return Letter(
        subject=words.count("awaited.subject", len(soon)),
        first=words.count("awaited.first", len(soon), due=due),
        sections=(
            Section("", tuple(_listed(soon, context, words, where=True))),
            Section(say("alert.act"), (Paragraph(say("awaited.act")),)),
        ),
        footer=footer(contact, context, words),
        severity=Severity.ORDINARY,
    )


def facts(context: Context, words: Words) -> Iterator[tuple[str, Value]]:
    """What an alert says of the message its record was opened for, and of where it was handed on."""
    say, head = words.say, context.awaited[0] if context.awaited else None
    if head is not None and head.due is not None:
        unsure = say("marks.aside", text=say("alert.provisional")) if context.promise_provisional else ""
        until = _until(head.due, context, words) + unsure
        yield say("awaited.promised"), say("awaited.comma").join(filter(None, (_purpose(head, words), until)))
    if head is not None and head.hollow_at is not None and head.open:
        yield (
            say("awaited.hollow"),
            say("awaited.hollow_at", moment=words.moment(head.hollow_at, context.now, context.zone)),
        )
    chain = context.transfers
    if chain:
        units = [chain[0].giver or say("awaited.nobody"), *(each.taker for each in chain)]
        shown = say("awaited.arrow").join(clean(each, MAX_TITLE) for each in units[-UNITS:])
        yield say("awaited.handed_on"), words.count("awaited.times", len(chain), units=shown)


def section(context: Context, words: Words) -> tuple[Section, ...]:
    """The messages that are answered together; nothing where there is only one."""
    if len(context.awaited) < 2:
        return ()
    title = words.count("awaited.same", len(context.awaited))
    note = Paragraph(words.say("awaited.same_note"))
    return (Section(title, (*_listed(context.awaited, context, words), note)),)


def _listed(
    found: Sequence[Awaited], context: Context, words: Words, *, where: bool = False
) -> Iterator[Items | Paragraph]:
    """``where`` says on which platform each stands."""
    yield Items(tuple(_line(each, context, words, where=where) for each in found[:ROWS]))
    if len(found) > ROWS:
        yield Paragraph(words.count("awaited.more", len(found) - ROWS))


def _line(each: Awaited, context: Context, words: Words, *, where: bool) -> str:
    say = words.say
    state = say("awaited.until", moment=_until(each.due, context, words)) if each.due else ""
    parts = (
        say("marks.name", text=clean(each.title, MAX_TITLE)),
        context.platform(each.platform, words) if where else "",
        words.locator(each.link),
        _purpose(each, words),
        state if each.open else say("awaited.done"),
        say("awaited.had_hollow") if each.hollow_at and each.open else "",
    )
    return say("awaited.comma").join(filter(None, parts))


def _purpose(each: Awaited, words: Words) -> str:
    return words.say(f"purposes.{each.purpose}") if each.purpose else ""


def _until(due: datetime, context: Context, words: Words) -> str:
    """The last minute in which an answer is in time: "00:00" would be taken for the day that begins then."""
    return words.moment(due - timedelta(minutes=1), context.now, context.zone)
