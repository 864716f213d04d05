"""One value, rendered twice: a Letter becomes a Message whose text and HTML say the same. PURE.

Whatever comes in (titles, excerpts, links) is hostile: every value becomes one line without control
or invisible characters, and HTML is escaped where it is written. The HTML loads nothing from anywhere,
fits a telephone of 360 px, and names no text or background colour, so that a dark screen stays dark.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from monitor.exercise import DRILL
from monitor.model import LINE, Contact, Emergency, Message, Severity
from monitor.playbook import Standing
from monitor.summary import Awaited, BrokenLink, PlatformHealth, Precedent, Transfer
from monitor.words import Words

MAX_SUBJECT = 120  # code points
MAX_VALUE = 2000  # code points of a single value

NO_NUMBERS = Emergency(gas="", fire="", duty="", police="", ambulance="", mind="")

_SPACES = frozenset({"Cc", "Zl", "Zp"})
_NOTHING = frozenset({"Cf", "Cs"})  # invisible marks, direction overrides, lone surrogates
_COLOURS = {Severity.URGENT: "#d93025", Severity.SERIOUS: "#e8710a", Severity.ORDINARY: "#1a73e8"}
_CALM = "#188038"
_FONT = "font:16px/1.6 system-ui,-apple-system,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif"
_COLUMN = f"max-width:640px;margin:0 auto;padding:16px;{_FONT}"
_WRAP = "overflow-wrap:anywhere;word-break:break-word"
_CELL = "padding:6px 12px 6px 0;border-bottom:1px solid #8888;vertical-align:top;text-align:left"
_NUMBER = f"{_CELL};padding:6px 0 6px 12px;text-align:right;min-width:3em"
_WORDS = f"{_CELL};overflow-wrap:break-word;min-width:3em"
_DIAL = "font-size:20px;line-height:1.2;font-weight:bold;white-space:nowrap"
BUTTON = (
    "display:inline-block;margin:4px 8px 4px 0;padding:10px 18px;border:2px solid #1a73e8;border-radius:6px;"
    "font-size:17px;font-weight:bold;text-decoration:none"
)
_TABLE = '<table style="width:100%;border-collapse:collapse;font-size:15px;margin-bottom:8px"'


@dataclass(frozen=True, slots=True)
class Link:
    """An address, shown in full; it can be clicked only when it is a web address."""

    url: str


@dataclass(frozen=True, slots=True)
class Code:
    """Something to be typed."""

    text: str


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone number, large, to be tapped."""

    number: str


Value = str | Link | Code | Phone


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class Items:
    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    pairs: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """``numbers`` counts the last columns that hold numbers, ``urgent`` the first rows that stand out."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: int = 0
    urgent: int = 0


@dataclass(frozen=True, slots=True)
class Picture:
    """SVG of ``charts``, for pages only: a mail would lose it. What it shows must stand in words beside it."""

    svg: str


@dataclass(frozen=True, slots=True)
class Buttons:
    """``(label, address)`` pairs, to be tapped."""

    pairs: tuple[tuple[str, str], ...]


Block = Paragraph | Items | Facts | Table | Picture | Buttons


@dataclass(frozen=True, slots=True)
class Section:
    title: str  # may be empty
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a person is sent. ``first`` must be enough for who reads nothing else; no severity means all is well."""

    subject: str
    first: str
    sections: tuple[Section, ...]
    footer: str
    severity: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a letter needs to know beside its matter. People and platforms are shown by their titles."""

    agency: str
    zone: ZoneInfo
    now: datetime
    titles: Mapping[str, str]  # contact name -> title
    platforms: Mapping[str, str]  # platform name -> title
    told: tuple[str, ...] = ()  # contact names told at the same time, the reader included
    next_tell: tuple[str, ...] = ()  # who is told at the record's ``next_step_at``
    health: PlatformHealth | None = None  # of the record's platform
    at_night: str = ""  # how its originals are opened outside office hours
    prefixes: tuple[str, ...] = ()  # where its own pages stand
    emergency: Emergency = NO_NUMBERS
    ringing: bool = True  # a telephone rings for people in danger
    units: Mapping[str, str] = field(default_factory=dict)  # topic -> the unit that answers it
    unpublished: int | None = None  # the year whose holidays are needed soon and not known
    provisional: bool = False  # the record's deadline was counted across days that nobody has published
    awaited: tuple[Awaited, ...] = ()  # messages that the record speaks of, the one it was opened for first
    promise_provisional: bool = False  # so was the time in which that one was to be answered
    transfers: tuple[Transfer, ...] = ()  # from office to office
    precedents: tuple[Precedent, ...] = ()  # how messages like the record's were answered
    stale: int = 0  # columns of the record's site whose newest entry is older than allowed
    web: str = ""  # where the pages are on which readers act; "" where there are none
    replies: bool = False  # answers to our mail are read
    columns: tuple[str, ...] = ()  # titles of what else stands on the record's site, when that is down
    links: tuple[BrokenLink, ...] = ()  # of the record, that still don't open
    head: str = ""  # of the audit chain, for a digest
    tasks: tuple[Standing, ...] = ()  # of the record's playbook

    def title(self, contact: str) -> str:
        return self.titles.get(contact, contact)

    def platform(self, name: str, words: Words) -> str:
        own = {LINE: "marks.line", DRILL: "marks.drill"}.get(name)
        return words.say(own) if own else self.platforms.get(name, name)


def noted(letter: Letter, notes: Iterable[str]) -> Letter:
    """The same with a word to this reader alone, behind what must be done now."""
    said = tuple(Paragraph(note) for note in notes)
    if not said:
        return letter
    return replace(letter, sections=(*letter.sections[:1], Section("", said), *letter.sections[1:]))


def footer(contact: Contact, context: Context, words: Words) -> str:
    """Who sent a letter that is about no single record, when, and to whom."""
    moment = words.stamp(context.now, context.zone)
    return words.say("chasing.footer", agency=context.agency, moment=moment, contact=contact.title)


def render(letter: Letter, words: Words) -> Message:
    """The letter as subject, plain text and HTML."""
    return Message(subject_line(letter.subject), _text(letter, words), page(letter, words))


def repeated(message: Message, words: Words) -> Message:
    """The same message, visibly marked as one that may have arrived before."""
    mark = words.say("repeat.first")
    body, end, rest = message.html.partition("<body")
    attributes, close, content = rest.partition(">")
    opening = body + end + attributes + close
    notice = f'<p style="{_COLUMN};padding-bottom:0;font-weight:bold">{escape(mark)}</p>'
    return Message(
        subject_line(words.say("repeat.subject", subject=message.subject)),
        f"{mark}\n\n{message.text}",
        opening + notice + content,
    )


def clean(text: str, limit: int = MAX_VALUE) -> str:
    """One line without control, invisible or direction-changing characters, at most ``limit`` code points."""
    kept = []
    for character in text[: limit * 4]:
        category = unicodedata.category(character)
        if category not in _NOTHING:
            kept.append(" " if category in _SPACES else character)
    line = " ".join("".join(kept).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def subject_line(text: str) -> str:
    """A subject: one line, bounded."""
    return clean(text, MAX_SUBJECT)


def _text(letter: Letter, words: Words) -> str:
    parts = [clean(letter.first)]
    for section in letter.sections:
        title = [words.say("marks.section", title=clean(section.title))] if section.title else []
        lines = [line for block in section.blocks for line in _lines(block, words)]
        parts.append("\n".join(title + lines))
    return "\n\n".join([*parts, clean(letter.footer)]) + "\n"


def _lines(block: Block, words: Words) -> list[str]:
    colon = words.say("marks.colon")
    match block:
        case Paragraph(text):
            return [clean(text)]
        case Items(entries):
            return [f"- {clean(entry)}" for entry in entries]
        case Facts(pairs):
            return [f"{clean(label)}{colon}{clean(_plain(value))}" for label, value in pairs]
        case Buttons(pairs):
            return [f"{clean(label)}{colon}{clean(url)}" for label, url in pairs]
        case Picture():
            return []
    names = ["", *(clean(name) + colon for name in block.head[1:])]
    return ["- " + " | ".join(name + clean(cell) for name, cell in zip(names, row, strict=True)) for row in block.rows]


def _plain(value: Value) -> str:
    match value:
        case Phone(number):
            return number
        case Link(url):
            return url
        case Code(text):
            return text
    return value


def page(letter: Letter, words: Words, more: str = "") -> str:
    """The letter as HTML; ``more`` is HTML that stands before its footer."""
    colour = _COLOURS[letter.severity] if letter.severity else _CALM
    first = (
        f'<p style="margin:0 0 16px;padding:4px 0 4px 12px;border-left:5px solid {colour};font-size:18px;'
        f'font-weight:bold;{_WRAP}">{_escaped(letter.first)}</p>'
    )
    sections = "\n".join(_section(section) for section in letter.sections)
    footer = f'<p style="margin:28px 0 0;font-size:13px;opacity:.75">{_escaped(letter.footer)}</p>'
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(words.language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'
        f"<title>{escape(subject_line(letter.subject))}</title></head>\n"
        '<body style="margin:0">\n'
        f'<div style="{_COLUMN}">\n'
        f"{first}\n{sections}\n{more}{footer}\n</div></body></html>\n"
    )


def _section(section: Section) -> str:
    style = "margin:24px 0 6px;font-size:16px;font-weight:bold"
    title = [f'<h2 style="{style}">{_escaped(section.title)}</h2>'] if section.title else []
    return "\n".join(title + [_block(block) for block in section.blocks])


def _block(block: Block) -> str:
    match block:
        case Paragraph(text):
            return f'<p style="margin:0 0 8px;{_WRAP}">{_escaped(text)}</p>'
        case Items(entries):
            rows = "".join(f'<li style="{_WRAP}">{_escaped(entry)}</li>' for entry in entries)
            return f'<ul style="margin:0 0 8px;padding-left:20px">{rows}</ul>'
        case Facts(pairs):
            return f'{_TABLE} role="presentation">{"".join(_fact(label, value) for label, value in pairs)}</table>'
        case Picture(svg):
            return f'<div style="margin:8px 0">{svg}</div>'
        case Buttons(pairs):
            links = " ".join(
                f'<a href="{_escaped(url)}" style="{BUTTON}">{_escaped(label)}</a>' for label, url in pairs
            )
            return f'<p style="margin:4px 0 8px">{links}</p>'
    lines = [_row("th", block.head, block.numbers)]
    lines += [_row("td", row, block.numbers, bold=place < block.urgent) for place, row in enumerate(block.rows)]
    return f"{_TABLE}>{''.join(lines)}</table>"


def _row(tag: str, cells: tuple[str, ...], numbers: int, *, bold: bool = False) -> str:
    weight = ";font-weight:bold" if bold else ""
    styles = [_WORDS + weight] * (len(cells) - numbers) + [_NUMBER + weight] * numbers
    styles[0] += ";min-width:6em"
    row = "".join(f'<{tag} style="{style}">{_escaped(cell)}</{tag}>' for style, cell in zip(styles, cells, strict=True))
    return f"<tr>{row}</tr>"


def _fact(label: str, value: Value) -> str:
    text = _escaped(_plain(value))
    if isinstance(value, Link) and value.url.startswith(("http://", "https://")):
        text = f'<a href="{text}">{text}</a>'
    elif isinstance(value, Phone):
        dialled = "".join(each for each in value.number if each in "+0123456789")
        text = f'<a href="tel:{dialled}" style="{_DIAL}">{text}</a>'
    elif isinstance(value, Code):
        text = f'<code style="font-size:15px">{text}</code>'
    name = f'<td style="{_CELL};white-space:nowrap;width:1%;opacity:.75">{_escaped(label)}</td>'
    return f'<tr>{name}<td style="{_CELL};{_WRAP}">{text}</td></tr>'


def _escaped(text: str) -> str:
    return escape(clean(text))
