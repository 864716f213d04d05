"""What the service says of itself: in mails, in few words, in the digest, to the monitoring. PURE."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.letter import Context, Facts, Letter, Paragraph, Section, Value, clean
from monitor.model import Message, Severity
from monitor.summary import Installation, PlatformHealth
from monitor.watching import MB, Level, Trouble
from monitor.watching import Facts as Known
from monitor.words import Words

MAX_RING = 60  # UTF-16 units: one text message with the gateway's signature
LEAST_AGENCY = 4  # of its characters
SOON = 30  # days in which a certificate's end stands out
LITTLE = 30  # days left on the disk: likewise


def say(trouble: Trouble, words: Words) -> str:
    """What is wrong, in one sentence."""
    span = "" if trouble.span is None else words.span(trouble.span)
    what = words.error(trouble.what) if trouble.code == "not_pinged" else trouble.what
    return words.count(f"watch.{trouble.code}", trouble.n, span=span, what=what)


def worst(troubles: Sequence[Trouble], words: Words) -> str:
    """The worst of it."""
    return say(troubles[0], words) if troubles else words.say("watch.well")


def report(known: Known, troubles: Sequence[Trouble], version: str, words: Words) -> dict[str, object]:
    """What the data centre's monitoring reads; nothing of what anybody wrote stands in it."""
    level = max((each.level for each in troubles), default=Level.WELL)
    return {
        "time": _stamp(known.now),
        "version": version,
        "state": level.name.lower(),
        "worst": worst(troubles, words),
        "says": [say(each, words) for each in troubles],
        "waiting_mails": known.waiting,
        "oldest_waiting_mail": known.oldest and _stamp(known.oldest),
        "last_mail_accepted": known.sent and _stamp(known.sent),
        "last_good_reading": known.last_good and _stamp(known.last_good),
        "platforms": known.platforms,
        "platforms_in_trouble": known.broken,
        "collecting": known.collecting,
        "free_bytes": known.free,
    }


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def mute(span: timedelta, context: Context, words: Words) -> Message:
    """For a telephone: mail can't be sent."""
    room = MAX_RING - len(words.say("watch.ring_mute", agency="", span=words.span(span)))
    agency = clean(context.agency)[: max(room, LEAST_AGENCY)]
    text = words.say("watch.ring_mute", agency=agency, span=words.span(span))
    return Message(text, text, "")


def clock(jump: timedelta, moved: int, context: Context, words: Words, *, stopped: bool = False) -> Letter:
    """The clock was set while the service ran, or while it was ``stopped``; ``moved`` records have earlier steps."""
    way = "back" if jump < timedelta(0) else "on"
    values = {"span": words.span(abs(jump)), "moment": words.stamp(context.now, context.zone)}
    notes = [Paragraph(words.say(f"watch.clock_{way}_note"))]
    if moved:
        notes.append(Paragraph(words.count("watch.clock_moved", moved)))
    notes.append(Paragraph(words.say("watch.clock_fix")))
    first = "watch.clock_stopped" if stopped else f"watch.clock_{way}"
    return _letter(words.say("watch.clock_subject"), words.say(first, **values), notes, context, words)


def space(low: bool, full: bool, free: int, context: Context, words: Words) -> Letter:
    """Collecting has stopped because the disk is full, or ``full`` to the last, or it goes on."""
    key = "space_back" if not low else "space_full" if full else "space_low"
    values = {"free": size(free, words), "moment": words.stamp(context.now, context.zone)}
    notes = [Paragraph(words.say("watch.space_note"))] if low else []
    return _letter(
        words.say(f"watch.{key}_subject"),
        words.say(f"watch.{key}_first", **values),
        notes,
        context,
        words,
        calm=not low,
    )


def _letter(
    subject: str, first: str, notes: Sequence[Paragraph], context: Context, words: Words, *, calm: bool = False
) -> Letter:
    return Letter(
        subject=subject,
        first=first,
        sections=(Section("", tuple(notes)),) if notes else (),
        footer=words.say("watch.footer", agency=context.agency, moment=words.stamp(context.now, context.zone)),
        severity=None if calm else Severity.SERIOUS,
    )


def size(count: int, words: Words) -> str:
    """Bytes as people read them."""
    if count >= 10 * 1024 * MB:
        return words.say("watch.gigabytes", n=count // (1024 * MB))
    return words.say("watch.megabytes", n=count // MB)


def presses(installation: Installation) -> bool:
    """Whether the disk must be looked at this week."""
    left = installation.days_left
    return not installation.collecting or (left is not None and left <= LITTLE)


def strip(
    installation: Installation, platforms: Sequence[PlatformHealth], context: Context, words: Words
) -> tuple[Facts, Paragraph]:
    """ "This installation" in a digest: what ends, fills up or is missing, and what to do about it."""
    made = _Strip(installation, platforms, context, words)
    return Facts(tuple(made.facts())), Paragraph(words.say("strip.always"))


@dataclass(frozen=True, slots=True)
class _Strip:
    its: Installation
    platforms: Sequence[PlatformHealth]
    context: Context
    words: Words

    def facts(self) -> Iterator[tuple[str, Value]]:
        for name in ("disk", "backup", "certificates", "calendar", "credentials", "clock"):
            yield self.words.say(f"strip.{name}"), getattr(self, name)()

    def ago(self, moment: datetime) -> str:
        return self.words.count("strip.days", max(0, (self.context.now - moment).days))

    def disk(self) -> str:
        if self.its.free is None:
            return self.words.say("strip.unknown")
        said = [self.words.say("strip.free", size=size(self.its.free, self.words))]
        if not self.its.collecting:
            said.append(self.words.say("strip.stopped"))
        elif self.its.days_left is not None:
            said.append(self.words.count("strip.left", self.its.days_left))
            said += [self.words.say("strip.little")] if presses(self.its) else []
        if not self.its.reserve:
            said.append(self.words.say("strip.no_reserve"))
        return self.words.say("marks.semicolon").join(said)

    def backup(self) -> str:
        made = self.its.backed_up_at
        return (
            self.words.say("strip.no_backup") if made is None else self.words.say("strip.backed_up", ago=self.ago(made))
        )

    def certificates(self) -> str:
        ends = sorted((each.certified_until, each.title) for each in self.platforms if each.certified_until is not None)
        if not ends:
            return self.words.say("strip.no_certificate")
        until, title = ends[0]
        left = (until - self.context.now).days
        if left > SOON:
            return self.words.count("strip.certified", left)
        key = "strip.certificate_ends" if left >= 0 else "strip.certificate_over"
        return self.words.count(key, abs(left), title=title)

    def calendar(self) -> str:
        until, year = self.its.holidays_until, self.context.now.astimezone(self.context.zone).year
        if until is None or until < year:
            return self.words.say("strip.no_calendar", year=year)
        key = "strip.calendar_known" if until > year else "strip.calendar_ends"
        return self.words.say(key, year=until, next=year + 1)

    def credentials(self) -> str:
        today = self.context.now.astimezone(self.context.zone).date()
        said = [
            self.words.say("strip.ends", what=clean(what, 60), day=self.words.day(on, today.year))
            for what, on in self.its.ending
        ]
        key = self.its.key_since
        said.append(self.words.say("strip.no_key") if key is None else self.words.say("strip.key", ago=self.ago(key)))
        return self.words.say("marks.semicolon").join(said)

    def clock(self) -> str:
        if not self.its.jumps:
            return self.words.say("strip.steady")
        when, jump = max(self.its.jumps, key=lambda each: abs(each[1]))
        moment = self.words.moment(when, self.context.now, self.context.zone)
        way = "strip.back" if jump < timedelta(0) else "strip.on"
        return self.words.count(way, len(self.its.jumps), span=self.words.span(abs(jump)), moment=moment)
