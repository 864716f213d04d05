"""The links of a record that don't open, in a mail. PURE."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.letter import Context, Items, Paragraph, Section, clean
from monitor.summary import BrokenLink
from monitor.words import Words

SHOWN = 20  # in a mail; the others are counted
MAX_TITLE = 60
MAX_URL = 300


def section(found: Sequence[BrokenLink], number: str, context: Context, words: Words) -> tuple[Section, ...]:
    """Each with what was answered, since when, and the page it stands on; nothing when none is broken any more."""
    if not found:
        return ()
    entries = tuple(_entry(each, context, words) for each in found[:SHOWN])
    more = len(found) - SHOWN
    notes = [words.count("links.more", more, number=number)] if more > 0 else []
    return (Section(words.say("links.title"), (Items(entries), *map(Paragraph, (*notes, words.say("links.note"))))),)


def _entry(each: BrokenLink, context: Context, words: Words) -> str:
    since = each.since.astimezone(context.zone).date()
    said = words.say(
        "links.answer",
        why=words.broken(each.error),
        day=words.day(since, context.now.astimezone(context.zone).year),
    )
    page = words.say("marks.name", text=clean(each.page, MAX_TITLE)) if each.page else ""
    where = words.say("links.on", page=page, address=clean(each.page_link, MAX_URL))
    return words.say("links.entry", url=clean(each.url, MAX_URL), said=said, where=where)
