"""What stood there when a platform was first read, as one letter instead of many. PURE."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from classifiers.finding import Kind
from monitor.letter import Code, Context, Facts, Items, Letter, Paragraph, Section, clean
from monitor.model import Contact, Severity
from monitor.summary import Standing
from monitor.words import Words

ROWS = 30  # matters that are listed; the others are counted
MAX_TITLE = 60  # code points
_UNQUOTED = frozenset({Kind.SCAM, Kind.HIDDEN_LINK})  # quoting these gets a mail filtered
_FIRST = (Kind.CRISIS, Kind.HAZARD)  # people before papers


def summary(
    standing: Sequence[Standing], platforms: Sequence[str], *, contact: Contact, context: Context, words: Words
) -> Letter:
    """Tell ``contact`` once what was found standing on ``platforms`` (names) before anybody watched them."""
    say, count = words.say, words.count
    counts = Counter(each.kind for each in standing)
    kinds = words.join(
        say("firstday.kind", kind=say(f"kinds.{kind}.name"), n=counts[kind]) for kind in Kind if counts[kind]
    )
    return Letter(
        subject=count("firstday.subject", len(standing)),
        first=count("firstday.first", len(standing), kinds=kinds),
        sections=(
            Section("", (Paragraph(say("firstday.note")),)),
            Section(say("firstday.list"), tuple(_rows(standing, context, words))),
            Section(
                say("firstday.act"),
                (
                    Facts(
                        (
                            (say("firstday.look"), Code("huiyin adopt")),
                            (say("firstday.adopt"), Code(f"huiyin adopt {standing[0].item}")),
                            (say("firstday.all"), Code("huiyin adopt --all")),
                        )
                    ),
                ),
            ),
        ),
        footer=say(
            "firstday.footer",
            agency=context.agency,
            platforms=words.join(context.platform(name, words) for name in platforms),
            moment=words.stamp(context.now, context.zone),
            contact=contact.title,
        ),
        severity=Severity.SERIOUS,
    )


def _rows(standing: Sequence[Standing], context: Context, words: Words) -> Iterator[Items | Paragraph]:
    ordered = sorted(standing, key=lambda each: (each.kind not in _FIRST, each.platform, -each.item))
    yield Items(tuple(line(each, context, words) for each in ordered[:ROWS]))
    if len(ordered) > ROWS:
        yield Paragraph(words.count("firstday.more", len(ordered) - ROWS))


def line(each: Standing, context: Context, words: Words) -> str:
    """One matter on one line; the words of an advertisement are not repeated."""
    say, platform = words.say, context.platform(each.platform, words)
    what = say("firstday.line", item=each.item, kind=say(f"kinds.{each.kind}.name"), platform=platform)
    title = "" if each.kind in _UNQUOTED else clean(each.subject or each.excerpt, MAX_TITLE)
    day = words.day(each.published_at.astimezone(context.zone).date(), 0) if each.published_at else ""
    return say("marks.colon").join(filter(None, (what, title))) + (say("marks.aside", text=day) if day else "")
