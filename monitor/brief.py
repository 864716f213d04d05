"""What is said in few words: to telephones and groups, in a mail that was refused, when a platform is back. PURE."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from monitor import drilled, rescue
from monitor.exercise import is_drill
from monitor.letter import Code, Context, Facts, Letter, Paragraph, Section, Value, clean
from monitor.model import Escalation, Message, Reason, Seen, State
from monitor.words import Words

MAX_RING = 60  # UTF-16 units: one text message takes 70, and the gateway puts its signature before ours
LISTED = 20  # numbers in one post to a group
MAX_TITLE = 60  # code points of a title in a post: WeCom takes 2048 bytes
_CALLS = str.maketrans("@<>", "＠〈〉")
SHORT_PLACE = 12  # units that a place gets at least, if need be at the cost of the rule


def ring(record: Escalation, seen: Sequence[Seen], *, reason: Reason, context: Context, words: Words) -> Message:
    """Number, kind and place in one text message; nothing an item says but its place."""
    if is_drill(record):
        return _ring_of_drill(record, words)
    place = clean(record.place) or (context.platform(record.platform, words) if record.kind not in rescue.CALLS else "")
    place = place or words.say("ring.no_place")

    def say(kind: str, place: str) -> str:
        return words.say(f"ring.{reason}", kind=kind, place=place, number=record.number)

    kind = rescue.heading(record, seen, words)
    if units(say(kind, "")) > MAX_RING - SHORT_PLACE:  # the place says more than the rule
        kind = words.say(f"kinds.{record.kind}.name")
    text = say(kind, _cut(place, MAX_RING - units(say(kind, ""))))
    return Message(text, text, "")


def _ring_of_drill(record: Escalation, words: Words) -> Message:
    def say(kind: str) -> str:
        return drilled.marked(record, words.say("ring.drill", kind=kind, number=record.number), words)

    text = say(_cut(words.say(f"kinds.{record.kind}.name"), MAX_RING - units(say(""))))
    return Message(text, text, "")


def ring_trial(context: Context, words: Words) -> Message:
    """The text of ``huiyin send-test``."""
    text = words.say("ring.trial", agency=_cut(clean(context.agency), MAX_RING // 2))
    return Message(text, text, "")


def chat(record: Escalation, told: Sequence[str], *, reason: Reason, context: Context, words: Words) -> Message:
    """What a group reads: number, kind, platform, since when, which duties were ``told``; nothing of the item."""
    lines = (
        words.say(f"chat.{reason}", number=record.number, **_matter(record, words)),
        words.say("chat.platform", platform=_plain(context.platform(record.platform, words))),
        words.say("chat.since", since=words.stamp(record.opened_at, context.zone)),
        words.say("chat.told", who=words.join(_plain(each) for each in told)) if told else words.say("chat.nobody"),
        words.say("chat.mail"),
    )
    return _posted(lines)


def chat_list(records: Sequence[Escalation], words: Words) -> Message:
    """The same for several at once: how many, of which kinds, and the numbers of the first."""
    kinds = Counter(words.say(f"kinds.{each.kind}.name") for each in records)
    numbers = words.join(each.number for each in records[:LISTED])
    more = len(records) - LISTED
    lines = (
        words.count("chat.list", len(records)),
        words.join(words.say("chat.kind", kind=kind, n=n) for kind, n in kinds.most_common()),
        words.say("chat.numbers", numbers=numbers) + (words.count("chat.more", more) if more > 0 else ""),
        words.say("chat.mail"),
    )
    return _posted(lines)


def chat_back(record: Escalation, *, context: Context, words: Words, what: str) -> Message:
    """A platform is "back", or "proven" again."""
    platform = _plain(context.platform(record.platform, words))
    return _posted((words.say(f"chat.{what}", number=record.number, platform=platform),))


def chat_trial(context: Context, words: Words) -> Message:
    """The text of ``huiyin send-test``."""
    return _posted((words.say("chat.trial", agency=_plain(context.agency)),))


def chat_again(message: Message, words: Words) -> Message:
    """A post that may stand there already."""
    return _posted((message.text, words.say("chat.again")))


def _matter(record: Escalation, words: Words) -> dict[str, str]:
    return {"kind": words.say(f"kinds.{record.kind}.name"), "severity": words.say(f"severities.{record.severity}")}


def _plain(text: str) -> str:
    """A title from the configuration, short, without what a chat program takes for a call of people."""
    return clean(text, MAX_TITLE).translate(_CALLS)


def _posted(lines: Iterable[str]) -> Message:
    text = "\n".join(lines)
    return Message(text.partition("\n")[0], text, "")


def units(text: str) -> int:
    """How much of a text message it takes: UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _cut(text: str, room: int) -> str:
    if units(text) <= room:
        return text
    while text and units(text) >= room:
        text = text[:-1]
    return text + "…"


def bare(record: Escalation, seen: Sequence[Seen], *, context: Context, words: Words) -> Letter:
    """A record without a word of its item, a title or a link: for a mail server that refused the whole."""
    say = words.say
    values = {
        "kind": say(f"kinds.{record.kind}.name"),
        "place": rescue.where(record, words),
        "due": words.moment(record.deadline, context.now, context.zone),
    }
    how = (Paragraph(say("bare.note")), Paragraph(rescue.how_to_answer(record, context, words)))
    placed = record.kind in rescue.CALLS and not is_drill(record)
    subject = say("bare.subject", severity=say(f"severities.{record.severity}"), number=record.number)
    return Letter(
        subject=drilled.marked(record, subject, words),
        first=drilled.marked(record, say("bare.first_placed" if placed else "bare.first", **values), words),
        sections=(
            *drilled.note(record, words),
            *_bare_numbers(record, seen, context, words),
            Section(say("alert.act"), (*how, Facts(tuple(_bare_facts(record, context, words))))),
        ),
        footer=_footer(record.number, context, words),
        severity=drilled.colour(record),
    )


def _bare_numbers(record: Escalation, seen: Sequence[Seen], context: Context, words: Words) -> tuple[Section, ...]:
    """Whom to call, as plain text: what can be clicked makes a filter wary."""
    if record.kind not in rescue.CALLS or is_drill(record):
        return ()
    numbers = tuple((name, phone.number) for name, phone in rescue.numbers(record, seen, context, words))
    return (Section(words.say("rescue.now"), (Facts(numbers),)),)


def _bare_facts(record: Escalation, context: Context, words: Words) -> Iterator[tuple[str, Value]]:
    say, number = words.say, record.number
    yield say("alert.number"), number
    yield say("alert.platform"), context.platform(record.platform, words)
    yield say("alert.state"), say(f"states.{record.state}")
    yield say("bare.look"), Code(say("alert.show_command", number=number))
    if record.state is State.OPEN:
        yield say("alert.ack"), Code(say("alert.ack_command", number=number))


def bare_notice(context: Context, words: Words) -> Letter:
    """The same for a mail that is about no single record: a digest, a summary."""
    say = words.say
    commands = tuple((say(f"bare.{name}"), Code(say(f"bare.{name}_command"))) for name in ("list", "digest"))
    return Letter(
        subject=say("bare.notice_subject"),
        first=say("bare.notice_first"),
        sections=(Section("", (Paragraph(say("bare.note")), Facts(commands))),),
        footer=say("trial.footer", agency=context.agency),
    )


def back(record: Escalation, since: datetime, *, context: Context, words: Words, what: str = "back") -> Letter:
    """A broken platform can be read again, or is "proven" again; ``since`` is when it last could, or was."""
    say, platform = words.say, context.platform(record.platform, words)
    values = {
        "platform": say("marks.name", text=platform),
        "since": words.moment(since, context.now, context.zone),
        "span": words.span(context.now - since),
        "number": record.number,
    }
    return Letter(
        subject=say(f"{what}.subject", platform=platform, number=record.number),
        first=say(f"{what}.first", **values),
        sections=(Section("", (Paragraph(say({"back": "back.note", "proven": "proven.note"}[what])),)),),
        footer=_footer(record.number, context, words),
    )


def _footer(number: str, context: Context, words: Words) -> str:
    moment = words.stamp(context.now, context.zone)
    return words.say("alert.footer", agency=context.agency, number=number, moment=moment)
