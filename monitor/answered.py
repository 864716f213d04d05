"""How messages like this one were answered before, in a mail and on a terminal. PURE."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.letter import Context, Facts, Link, Section, Value, clean
from monitor.replies import days_taken
from monitor.summary import Precedent
from monitor.words import Words, is_address

MAX_TITLE = 80
MAX_UNIT = 60
MAX_REPLY = 160
OPENING = 250  # code points in which an answer may say that it begins only now
_BEGINS = ("如下：", "如下:", "如下。", "如下，", "如下\n")


def gist(reply: str) -> str:
    """Where an answer begins to say something: behind "… are informed as follows:"."""
    places = [reply.rfind(mark, 0, OPENING) + len(mark) for mark in _BEGINS if mark in reply[:OPENING]]
    told = reply[max(places, default=0) :].strip()
    return told or reply


def section(found: Sequence[Precedent], context: Context, words: Words) -> tuple[Section, ...]:
    """What an alert says of it; nothing when there is none."""
    facts = [fact for each in found for fact in _facts(each, context, words)]
    return (Section(words.say("answered.title"), (Facts(tuple(facts)),)),) if facts else ()


def _facts(each: Precedent, context: Context, words: Words) -> Iterator[tuple[str, Value]]:
    say = words.say
    yield say("answered.message"), say("marks.name", text=clean(each.title, MAX_TITLE))
    reply = say("marks.name", text=clean(gist(each.reply), MAX_REPLY))
    yield say("answered.reply"), say("marks.colon").join((summary(each, context.now, context.zone, words), reply))
    yield say("alert.original"), Link(each.link) if is_address(each.link) else words.locator(each.link)


def summary(each: Precedent, now: datetime, zone: ZoneInfo, words: Words) -> str:
    """When it was answered, how many days that took, and by whom."""
    day = words.day(each.replied_at.astimezone(zone).date(), now.astimezone(zone).year)
    days, unit = days_taken(each.since, each.replied_at, zone), clean(each.unit, MAX_UNIT)
    took = words.count("answered.took", days, day=day) if days else words.say("answered.same_day", day=day)
    return took + (words.say("marks.aside", text=unit) if unit else "")
