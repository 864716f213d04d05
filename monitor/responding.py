"""How the reader of a mail responds: with a link, where the pages are reached, else with commands. PURE."""

from __future__ import annotations

from collections.abc import Sequence

from monitor import actions, receipts, rescue
from monitor.letter import Block, Buttons, Code, Context, Facts, Paragraph, Section
from monitor.model import Escalation, State
from monitor.words import Words

BUTTONS = 8  # in a mail that lists records


def section(record: Escalation, context: Context, words: Words) -> Section:
    """What can be done about one record."""
    say, number = words.say, record.number
    reply = (Paragraph(say("alert.reply_note", code=receipts.PLACE)),) if _may_reply(record, context) else ()
    if context.web:
        return Section(say("alert.act"), (_buttons((record,), context, words), _note(context, words), *reply))
    ways = ("ack",) if record.state is State.OPEN else ()
    pairs = tuple(
        (say(f"alert.{way}"), Code(say(f"alert.{way}_command", number=number)))
        for way in (*ways, "resolve", "dismiss", "show")
    )
    return Section(say("alert.act"), (Paragraph(rescue.how_to_answer(record, context, words)), *reply, Facts(pairs)))


def _may_reply(record: Escalation, context: Context) -> bool:
    return context.replies and record.state is State.OPEN


def of_list(records: Sequence[Escalation], look: str, context: Context, words: Words) -> Section:
    """The same for a mail that lists ``records``, the most urgent first; ``look`` is how its command is called."""
    first, blocks = records[0], list[Block]()
    if context.web:
        blocks = [_buttons(records[:BUTTONS], context, words, short=True), _note(context, words)]
    else:
        command = Code(words.say("alert.show_command", number=first.number))
        blocks = [Paragraph(rescue.how_to_answer(first, context, words)), Facts(((look, command),))]
    return Section(words.say("alert.act"), tuple(blocks))


def _buttons(records: Sequence[Escalation], context: Context, words: Words, *, short: bool = False) -> Buttons:
    def label(record: Escalation) -> str:
        key = "button_one" if short else "button" if record.state is State.OPEN else "button_later"
        return words.say(f"alert.{key}", number=record.number)

    return Buttons(tuple((label(each), actions.place(context.web, each.id, each.step)) for each in records))


def _note(context: Context, words: Words) -> Paragraph:
    duty = context.emergency.duty
    return Paragraph(words.say("alert.button_note_phone" if duty else "alert.button_note", duty=duty))
