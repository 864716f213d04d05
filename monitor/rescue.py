"""When people may be in danger: whom to call, how to reach the place and the person. PURE.

Which numbers fit is a table over the closed list of rules. Everything said here is about getting help to a person,
nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from classifiers.finding import Kind
from monitor.letter import Context, Items, Phone, Section, Value, clean
from monitor.model import Emergency, Escalation, Seen
from monitor.words import Words

MAX_PLACE = 60  # code points of a place in a mail

# rule -> numbers, the one to call first in front; a rule that is not here has none but the duty desk
CALLS = {
    Kind.HAZARD: {
        "gas_leak": ("gas", "fire"),
        "gas_store": ("gas",),
        "lift": ("lift", "fire"),
        "electric_shock": ("ambulance", "fire"),
        "ground_collapse": ("fire",),
        "collapse": ("fire", "ambulance"),
        "landslide": ("fire", "ambulance"),
        "fire": ("fire", "ambulance"),
        "flood": ("fire", "police"),
        "fumes": ("fire", "ambulance"),
        "boiler": ("fire",),
        "equipment": ("ambulance",),
        "beast": ("police",),
        "traffic": ("police",),
    },
    Kind.CRISIS: {
        "suicide": ("police", "ambulance", "mind"),
        "violence": ("police", "ambulance"),
        "trapped": ("fire", "police", "ambulance"),
        "medical": ("ambulance", "police"),
        "missing": ("police",),
    },
}
UNNAMED = {Kind.HAZARD: (), Kind.CRISIS: ("police", "ambulance", "mind")}  # a rule nobody has thought of


def what(record: Escalation, seen: Sequence[Seen], words: Words) -> str:
    """What was seen, in the words of the surest rule; the kind where there is none."""
    key = f"rescue.what.{record.kind}.{seen[0].rule}" if seen else ""
    if key in words:
        return words.say(key)
    return words.rule(record.kind, seen[0].rule if seen else "")


def heading(record: Escalation, seen: Sequence[Seen], words: Words) -> str:
    """The kind as subjects name it; a hazard with its rule. What ails a person stands in no subject."""
    name = words.say(f"kinds.{record.kind}.name")
    if record.kind is Kind.SOURCE_BROKEN and seen:  # a proof that is missing is no trouble of the platform
        return words.rule(record.kind, seen[0].rule)
    rule = words.rule(record.kind, seen[0].rule) if record.kind is Kind.HAZARD and seen else name
    return name if rule == name else words.say("rescue.heading", kind=name, rule=rule)


def where(record: Escalation, words: Words, limit: int = MAX_PLACE) -> str:
    """The place, or that none is known."""
    return clean(record.place, limit) or words.say("rescue.no_place")


def calls(kind: Kind, seen: Iterable[Seen], emergency: Emergency) -> tuple[tuple[str, str], ...]:
    """``(name, number)`` of whom to call, the most fitting first and the duty desk last; each number once."""
    names = [name for each in seen for name in CALLS[kind].get(each.rule, UNNAMED[kind])] or UNNAMED[kind]
    numbers: dict[str, str] = {}
    for name in (*names, "duty"):
        numbers.setdefault(getattr(emergency, name), name)
    return tuple((name, number) for number, name in numbers.items() if number)


def first_call(record: Escalation, seen: Sequence[Seen], context: Context, words: Words) -> str:
    """What to do now, with the number to call first where somebody outside must come."""
    act = words.say(f"kinds.{record.kind}.act")
    name, number = next(iter(calls(record.kind, seen[:1], context.emergency)), ("duty", ""))
    if name == "duty":
        return act
    called = words.say("rescue.call", name=words.say(f"rescue.{name}"), number=number)
    return words.say(f"rescue.first_{record.kind}", call=called, act=act)


def numbers(record: Escalation, seen: Sequence[Seen], context: Context, words: Words) -> Iterator[tuple[str, Phone]]:
    """The telephone numbers to call, each with its name."""
    for name, number in calls(record.kind, seen, context.emergency):
        label = words.say(f"rescue.{name}")
        yield f"{label[:1].upper()}{label[1:]}", Phone(number)


def ways(record: Escalation, original: Value, context: Context, words: Words) -> Iterator[tuple[str, Value]]:
    """Where it is, how to reach whoever wrote, and how to see the original, also at night."""
    say = words.say
    yield say("rescue.place"), where(record, words, limit=4 * MAX_PLACE)
    if record.telephone:
        yield say("rescue.telephone"), say("rescue.telephone_left")
    yield say("alert.original"), original
    if context.at_night:
        yield say("rescue.at_night"), clean(context.at_night, 4 * MAX_PLACE)


def how_to_answer(record: Escalation, context: Context, words: Words) -> str:
    """Who types the commands where the reader can't: the duty desk, once its number is known."""
    duty = context.emergency.duty
    return words.say("alert.act_note_phone", duty=duty, number=record.number) if duty else words.say("alert.act_note")


def help_for(record: Escalation, seen: Sequence[Seen], context: Context, words: Words) -> tuple[Section, ...]:
    """How to get help to a person; nothing where no person is known to need it."""
    rule = next((each.rule for each in seen if f"rescue.help.{each.rule}.1" in words), "person")
    if record.kind is not Kind.CRISIS:
        return ()
    lines: list[str] = []
    while f"rescue.help.{rule}.{len(lines) + 1}" in words:
        lines.append(words.say(f"rescue.help.{rule}.{len(lines) + 1}", **_spoken(context.emergency)))
    return (Section(words.say("rescue.help_title"), (Items(tuple(lines)),)),)


def _spoken(emergency: Emergency) -> dict[str, str]:
    return {name: getattr(emergency, name) for name in Emergency.__slots__}
