"""The page behind a link in a mail: one record, how it stands, and what its reader can do. PURE.

It works without scripts, loads nothing, and fits a telephone. It shows no text of an item: who is passed the link on
learns no more than number, kind and platform.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from html import escape

from monitor import drilled, rescue
from monitor.exercise import is_drill
from monitor.letter import BUTTON, Block, Context, Facts, Letter, Paragraph, Phone, Section, Value, page
from monitor.model import Contact, Escalation, Seen, Severity, State, Transition
from monitor.playbook import Standing
from monitor.ticking import Said, said
from monitor.words import Words

LINES = 8  # of the history, the newest
MAX_WHY = 500  # code points
_BUTTON = f"{BUTTON};background:transparent;color:inherit;font-family:inherit;cursor:pointer"
_TITLE = "margin:24px 0 6px;font-size:16px;font-weight:bold"
_SMALL = (
    "margin:4px 0 0;padding:6px 16px;border:1px solid #1a73e8;border-radius:6px;background:transparent;color:inherit;"
    "font:inherit;font-size:15px;cursor:pointer"
)
_FIELD = "display:block;width:100%;box-sizing:border-box;margin:4px 0 12px;padding:10px;font:inherit;font-size:16px"


class Do(StrEnum):
    """What a page lets its reader do."""

    ACK = "ack"
    RESOLVE = "resolve"
    DISMISS = "dismiss"
    TICK = "tick"  # a task of the playbook off


TO = {Do.ACK: State.ACKNOWLEDGED, Do.RESOLVE: State.RESOLVED, Do.DISMISS: State.DISMISSED}


class Refused(StrEnum):
    """Why nothing was done."""

    WHY = "why"  # nobody said what was done, or why it was nothing
    ADDRESS = "address"  # another address than the one the mail went to
    OFTEN = "often"  # too many of these
    ALREADY = "already"
    MEANWHILE = "meanwhile"
    UNKNOWN = "unknown"  # no such thing can be done


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the reader filled in; and what was the matter with it, if it was refused."""

    do: Do | None = None
    task: str = ""
    why: str = ""
    address: str = ""
    refused: Refused | None = None


def possible(record: Escalation) -> tuple[Do, ...]:
    """What can still be done about a record."""
    if record.state is State.OPEN:
        return (Do.ACK, Do.RESOLVE, Do.DISMISS)
    return (Do.RESOLVE, Do.DISMISS) if record.state is State.ACKNOWLEDGED else ()


def html(
    record: Escalation,
    seen: Sequence[Seen],
    history: Sequence[Transition],
    *,
    asked: Asked,
    waiting: int,
    tasks: Sequence[Standing],
    contact: Contact,
    context: Context,
    words: Words,
) -> str:
    """The page as ``contact`` sees it; ``history`` is in the order of time, ``waiting`` messages have no answer yet."""
    say = words.say
    sections = [
        *_refused(asked, words),
        *drilled.note(record, words),
        *_calls(record, seen, context, words),
        *((Section("", (Paragraph(words.count("actpage.waiting", waiting)),)),) if waiting else ()),
        Section("", (Facts(tuple(_facts(record, contact, context, words))),)),
    ]
    title = say("actpage.title", number=record.number, kind=say(f"kinds.{record.kind}.name"))
    first = say(f"actpage.first_{record.state}", number=record.number, kind=rescue.heading(record, seen, words))
    letter = Letter(
        subject=drilled.marked(record, title, words),
        first=drilled.marked(record, first, words),
        sections=tuple(sections),
        footer=say("actpage.footer", agency=context.agency, moment=words.stamp(context.now, context.zone)),
        severity=drilled.colour(record) if possible(record) else None,
    )
    forms = [_form(do, asked, words) for do in possible(record)]
    listed = _tasks(record, tasks, context, words) if forms else ""
    parts = (*forms[:-2], listed, *forms[-2:], _history(history, context, words))  # closing comes last
    return page(letter, words, "".join(parts))


def no_link(languages: Sequence[Words], agency: str) -> str:
    """What stands where a link is none, or none any more."""
    first, *others = languages
    said: tuple[Block, ...] = tuple(Paragraph(each.say("actpage.none")) for each in others)
    letter = Letter(
        subject=first.say("actpage.none_title"),
        first=first.say("actpage.none"),
        sections=(Section("", said),),
        footer=agency,
        severity=Severity.ORDINARY,
    )
    return page(letter, first)


def _refused(asked: Asked, words: Words) -> Iterator[Section]:
    if asked.refused is not None:
        yield Section(words.say("actpage.not_done"), (Paragraph(words.say(f"actpage.refused_{asked.refused}")),))


def _calls(record: Escalation, seen: Sequence[Seen], context: Context, words: Words) -> Iterator[Section]:
    """Whom to call, while people may be in danger."""
    if record.kind in rescue.CALLS and possible(record) and not is_drill(record):
        yield Section(words.say("rescue.now"), (Facts(tuple(rescue.numbers(record, seen, context, words))),))


def _facts(record: Escalation, contact: Contact, context: Context, words: Words) -> Iterator[tuple[str, Value]]:
    say = words.say
    yield say("alert.state"), say(f"states.{record.state}")
    yield say("alert.platform"), context.platform(record.platform, words)
    if record.kind in rescue.CALLS and not is_drill(record):
        yield say("rescue.place"), rescue.where(record, words)
    yield say("actpage.opened"), words.moment(record.opened_at, context.now, context.zone)
    yield say("actpage.deadline"), words.moment(record.deadline, context.now, context.zone)
    yield say("actpage.owner"), context.title(record.owner)
    yield say("actpage.you"), contact.title
    if context.emergency.duty and record.kind not in rescue.CALLS:
        yield say("actpage.duty"), Phone(context.emergency.duty)


def _tasks(record: Escalation, tasks: Sequence[Standing], context: Context, words: Words) -> str:
    """The playbook: what is done, and a button for what is not."""
    if not tasks:
        return ""
    speaking = Said(tasks, context.now, context.zone, words)
    rows = "".join(f'<li style="margin:0 0 10px">{_task(each, record, speaking, words)}</li>' for each in tasks)
    title = escape(words.say("tasks.played" if is_drill(record) else "actpage.tasks"))
    return f'<h2 style="{_TITLE}">{title}</h2><ol style="padding-left:20px">{rows}</ol>'


def _task(each: Standing, record: Escalation, speaking: Said, words: Words) -> str:
    text = escape(said(record.kind, each.task, words))
    if each.tick is not None:
        done = words.say("actpage.ticked", moment=speaking.clock(each.tick.at))
        return f'<span style="opacity:.75">{text}  {escape(done)}</span>'
    name = escape(each.task.name)
    fields = f'<input type="hidden" name="do" value="{Do.TICK}"><input type="hidden" name="task" value="{name}">'
    button = f'<button style="{_SMALL}">{escape(words.say("actpage.tick"))}</button>'
    return f'{text} <b>{escape(speaking.hour(each))}</b><form method="post">{fields}{button}</form>'


def _history(lines: Sequence[Transition], context: Context, words: Words) -> str:
    """What has happened, the newest first."""
    rows = "".join(f"<li>{escape(_line(each, context, words))}</li>" for each in reversed(lines[-LINES:]))
    title = escape(words.say("actpage.history"))
    return f'<h2 style="{_TITLE}">{title}</h2><ul style="padding-left:20px">{rows}</ul>'


def _line(line: Transition, context: Context, words: Words) -> str:
    what = words.say(f"history.{line.what}") if f"history.{line.what}" in words else line.what
    who = "" if line.actor == "system" else context.title(line.actor)
    return "  ".join(filter(None, (words.moment(line.at, context.now, context.zone), what, who)))


def _form(do: Do, asked: Asked, words: Words) -> str:
    """One thing to do. Closing asks what was done, and for the address that the mail went to."""

    def say(key: str) -> str:
        return escape(words.say(key))

    hidden = f'<input type="hidden" name="do" value="{do}">'
    if do is Do.ACK:
        button, note = say("actpage.ack"), say("actpage.ack_note")
        return f'<form method="post">{hidden}<button style="{_BUTTON}">{button}</button><p>{note}</p></form>'
    mine = asked if asked.do is do else Asked()
    title, reason, address, button = (
        *(say(f"actpage.{do}{part}") for part in ("", "_why")),
        say("actpage.address"),
        say(f"actpage.{do}_button"),
    )
    return (
        f'<details{" open" if mine.refused else ""} style="margin:8px 0;padding:4px 0;border-top:1px solid #8888">'
        f'<summary style="padding:10px 0;font-size:17px;font-weight:bold;cursor:pointer">{title}</summary>'
        f'<form method="post">{hidden}<label>{reason}<textarea name="why" required maxlength="{MAX_WHY}" rows="3" '
        f'style="{_FIELD}">{escape(mine.why)}</textarea></label><label>{address}<input name="address" type="email" '
        f'required autocomplete="email" value="{escape(mine.address)}" style="{_FIELD}"></label>'
        f'<button style="{_BUTTON}">{button}</button></form></details>'
    )
