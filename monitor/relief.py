"""What people are told about duties: for whom they stand in, what they take over, who is missing. PURE."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.duty import Change, Gap, Person, Way
from monitor.letter import Code, Context, Facts, Letter, Paragraph, Section, Table, Value, footer
from monitor.model import Contact, Escalation, Severity
from monitor.words import Words

AHEAD = timedelta(days=7)  # so long before nobody is there it is told
ROWS = 30  # records or gaps that are listed; the others are counted


def notes(person: Person, missed: Iterable[str], context: Context, words: Words) -> Iterator[str]:
    """One line for each contact the reader stands in for, and one for those for whom nobody is there."""
    for way in person.ways:
        if len(way.hops) > 1:
            yield why(way, context, words)
    names = words.join(context.title(name) for name in missed)
    if names:
        yield words.say("relief.missed", names=names)


def why(way: Way, context: Context, words: Words) -> str:
    """Why it is this person who is told: the last turn of the way, and for whom it was meant."""
    turn = way.hops[-2]
    until = words.moment(turn.until, context.now, context.zone) if turn.until else ""
    said = words.say(f"relief.{turn.why}", name=context.title(turn.contact), until=until)
    if turn.contact == way.asked:
        return said
    return said + words.say("relief.meant", name=context.title(way.asked))


def in_short(way: Way, context: Context, words: Words) -> str:
    """The whole way in one line: who was asked for, why it went on, who is told; for the terminal."""
    parts = []
    for hop in way.hops:
        until = words.moment(hop.until, context.now, context.zone) if hop.until else ""
        name = context.title(hop.contact)
        parts.append(words.say(f"relief.hop_{hop.why}", name=name, until=until))
    if not way.person:
        parts.append(words.say("relief.nobody"))
    return words.say("relief.arrow").join(parts)


@dataclass(frozen=True, slots=True)
class Left:
    """What is handed over: how many records are open, the most urgent of them, and the one that is due first."""

    count: int = 0
    records: tuple[Escalation, ...] = ()
    soonest: Escalation | None = None


def handover(change: Change, left: Left, *, comes: bool, contact: Contact, context: Context, words: Words) -> Letter:
    """To who ``comes`` on duty, or goes: what is open, what is due next, who relieves."""
    say = words.say
    others = change.outgoing if comes else change.incoming
    values = {
        "duty": context.title(change.duty),
        "others": words.join(map(context.title, others)) or say("relief.nobody"),
        "open": words.count("relief.open", left.count) if left.count else say("relief.none_open"),
    }
    return Letter(
        subject=say(f"relief.subject_{'on' if comes else 'off'}", **values),
        first=say(f"relief.first_{_turn(comes, others)}", **values),
        sections=(
            Section(say("relief.duty"), (Facts(tuple(_facts(change, left, comes, context, words))),)),
            *_listed(left, context, words),
        ),
        footer=footer(contact, context, words),
        severity=Severity.SERIOUS if not (comes or others) else None,
    )


def _turn(comes: bool, others: tuple[str, ...]) -> str:
    if comes:
        return "on"
    return "off" if others else "unrelieved"


def _facts(change: Change, left: Left, comes: bool, context: Context, words: Words) -> Iterator[tuple[str, Value]]:
    say = words.say

    def at(moment: datetime) -> str:
        return words.moment(moment, context.now, context.zone)

    yield say("relief.since" if comes else "relief.ended"), at(change.at)
    if comes and change.until is not None:
        yield say("relief.until"), at(change.until)
        yield say("relief.then"), words.join(map(context.title, change.following)) or say("relief.nobody")
    if left.soonest is not None:
        soonest = left.soonest
        yield say("relief.due_next"), say("relief.due_line", number=soonest.number, moment=at(soonest.deadline))
        yield say("relief.look"), Code(say("alert.show_command", number=left.records[0].number))


def _listed(left: Left, context: Context, words: Words) -> Iterator[Section]:
    if not left.records:
        return
    heads = tuple(words.say(f"relief.{name}") for name in ("matter", "state", "due"))
    rows = tuple(_row(record, context, words) for record in left.records)
    urgent = sum(record.severity is Severity.URGENT for record in left.records)
    rest = left.count - len(rows)
    more = (Paragraph(words.count("relief.more", rest)),) if rest else ()
    yield Section(words.say("relief.records"), (Table(heads, rows, urgent=urgent), *more))


def _row(record: Escalation, context: Context, words: Words) -> tuple[str, ...]:
    kind, platform = words.say(f"kinds.{record.kind}.name"), context.platform(record.platform, words)
    return (
        words.say("digest.matter_line", number=record.number, kind=kind, platform=platform),
        words.say(f"states.{record.state}"),
        words.moment(record.deadline, context.now, context.zone),
    )


def unmanned(gaps: Sequence[Gap], *, contact: Contact, context: Context, words: Words) -> Letter:
    """To who must fill the roster: when nobody can be told in the next days. ``gaps``: at least one."""
    soonest = min(gaps, key=lambda gap: gap.start)
    values = {
        "duty": context.title(soonest.duty),
        "start": words.moment(soonest.start, context.now, context.zone),
    }
    fill = (words.say("relief.fill"), Code(words.say("relief.import_command")))
    who = (words.say("relief.check"), Code(words.say("relief.who_command")))
    return Letter(
        subject=words.say("relief.gap_subject", **values),
        first=words.say("relief.gap_first", **values),
        sections=(
            Section(words.say("relief.gaps"), (Facts(tuple(spans(gaps[:ROWS], context, words))),)),
            Section(words.say("alert.act"), (Paragraph(words.say("relief.gap_act")), Facts((fill, who)))),
        ),
        footer=footer(contact, context, words),
        severity=Severity.SERIOUS,
    )


def spans(gaps: Iterable[Gap], context: Context, words: Words) -> Iterator[tuple[str, str]]:
    """Each gap as the duty and from when to when."""
    for gap in gaps:
        start, end = (words.moment(each, context.now, context.zone) for each in (gap.start, gap.end))
        yield context.title(gap.duty), words.say("relief.span", start=start, end=end)


def still_there(contact: Contact, since: datetime, *, context: Context, words: Words) -> Letter:
    """To a contact who has confirmed nothing since then: is this still the right address?"""
    say = words.say
    values = {"contact": contact.title, "span": words.span(context.now - since), "agency": context.agency}
    confirm = (say("relief.confirm"), Code(say("relief.confirm_command", name=contact.name)))
    return Letter(
        subject=say("relief.ask_subject", **values),
        first=say("relief.ask_first", **values),
        sections=(Section("", (Paragraph(say("relief.ask_note")), Facts((confirm,)))),),
        footer=footer(contact, context, words),
    )
