"""Records -> what people are sent. PURE: values and wording in, a Letter out; ``render`` makes it a Message.

The first line says what, where, how sure, what to do now and by when; a reader may stop there.
Subjects name urgency, kind, platform and number, never the text of an item, its place included: they are shown on
locked screens and in the logs of mail servers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import floor

from classifiers.finding import Kind
from monitor import answered, awaited, drilled, rescue, responding, ticking, unopened
from monitor.exercise import is_drill
from monitor.letter import Code, Context, Facts, Items, Letter, Link, Paragraph, Section, Value, clean, render, repeated
from monitor.model import LINE, NUMBER, Contact, Escalation, Reason, Seen, State
from monitor.proof import GRACE, Lapse, Proof
from monitor.weekly import digest
from monitor.words import Words, is_address

__all__ = ["Context", "alert", "digest", "render", "repeated", "trial"]

COLUMNS = 10  # of a site that is down that are named; the others are counted
EXCERPTS = 5  # in an alert; the others are counted
MAX_EXCERPT = 160  # code points
MAX_TITLE = 120
STALE_COLUMNS = 5  # of one site fail it as a whole: State Council office letter 2019 No. 19

_MASKED = frozenset({Kind.PERSONAL_DATA, Kind.CREDENTIAL})
_UNQUOTED = frozenset({Kind.SCAM, Kind.HIDDEN_LINK})  # quoting these gets a mail filtered
_CHECKED = frozenset({Kind.PAGE_STALE, Kind.PLATFORM_SILENT, Kind.CERTIFICATE_EXPIRING, Kind.WRONG_ENCODING})
_COUNTED = _CHECKED | {Kind.REPLY_OVERDUE, Kind.BROKEN_LINKS}  # not guessed
_OFTEN = "too_often"  # the rule of a site that doesn't open too often, though it does now
_OF_PAGES = frozenset({Kind.PAGE_CHANGED, Kind.PAGE_STALE})  # where they have an item, it is a page
_UNREADABLE = frozenset({Kind.SITE_DOWN, Kind.SOURCE_BROKEN})  # their rule is the code of a CollectError
_SURE = ((0.95, "p95"), (0.8, "p80"), (0.6, "p60"), (0.0, "p0"))

_TAG = re.compile(r"[a-z][a-z0-9]{0,15}(?![a-z0-9-])")  # of one step in a CSS path, without class and id

Fact = tuple[str, Value]


def held_back(context: Context, words: Words) -> tuple[Paragraph, ...]:
    """Of which platforms nothing is told while their site is down."""
    if not context.columns:
        return ()
    shown, n = words.join(context.columns[:COLUMNS]), len(context.columns)
    return (
        Paragraph(
            words.count("alert.held_back", n, columns=shown, more=words.say("marks.and_more") if n > COLUMNS else "")
        ),
    )


def alert(
    record: Escalation, seen: Sequence[Seen], *, reason: Reason, contact: Contact, context: Context, words: Words
) -> Letter:
    """Tell ``contact`` of a record; ``seen`` are its findings, masked, surest first."""
    return _Alert(record=record, seen=seen, reason=reason, contact=contact, context=context, words=words).letter()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Alert:
    record: Escalation
    seen: Sequence[Seen]
    reason: Reason
    contact: Contact
    context: Context
    words: Words

    def letter(self) -> Letter:
        say, record = self.words.say, self.record
        respond = responding.section(record, self.context, self.words)
        return Letter(
            subject=drilled.marked(record, self.subject(), self.words),
            first=drilled.first(record, self.reason, self.context, self.words) if self.is_drill else self.first(),
            sections=(
                *(drilled.note(record, self.words) if self.is_drill else self.what_matters()),
                *ticking.section(record, self.context, self.words),
                *((respond,) if self.context.web else ()),
                Section(say("alert.record"), (Facts(tuple(self.facts())),)),
                *awaited.section(self.context, self.words),
                *answered.section(self.context.precedents, self.context, self.words),
                *(() if self.context.web else (respond,)),
            ),
            footer=say(
                "alert.footer",
                agency=self.context.agency,
                number=record.number,
                moment=self.words.stamp(self.context.now, self.context.zone),
            ),
            severity=drilled.colour(record),
        )

    def subject(self) -> str:
        return self.words.say(
            f"alert.subject_{self.reason}",
            severity=self.words.say(f"severities.{self.record.severity}"),
            kind=rescue.heading(self.record, self.seen, self.words),
            platform=self.context.platform(self.record.platform, self.words),
            number=self.record.number,
        )

    @property
    def is_drill(self) -> bool:
        return is_drill(self.record)

    def at(self, moment: datetime) -> str:
        return self.words.moment(moment, self.context.now, self.context.zone)

    def of_kind(self, what: str, **values: object) -> str:
        """What is said of the kind, or of the rule or our own line where these have words of their own."""
        kind, rule = f"kinds.{self.record.kind}", self.seen[0].rule if self.seen else ""
        own = f"{kind}.line_{what}" if self.record.platform == LINE else f"{kind}.{rule}.{what}"
        return self.words.say(own if own in self.words else f"{kind}.{what}", **self.of_proof(), **values)

    def of_proof(self) -> dict[str, str]:
        """What the words on a missing proof are filled with; why it is missed goes before why a platform fails."""
        if self.unproven is None:
            return {}
        until = self.unproven.until or self.record.opened_at + GRACE
        return {"until": self.at(until), "name": self.record.platform}

    @property
    def unproven(self) -> Proof | None:
        """The proof that is missed, where that is the matter."""
        if not self.seen or self.seen[0].rule not in {*Lapse}:
            return None
        prefix, health = self.seen[0].where, self.context.health
        known = {each.prefix: each for each in health.proofs} if health else {}
        return known.get(prefix, Proof(prefix=prefix))

    @property
    def in_danger(self) -> bool:
        return self.record.kind in rescue.CALLS

    def first(self) -> str:
        say, record = self.words.say, self.record
        act = self.of_kind("act")
        if self.in_danger:
            act = rescue.first_call(record, self.seen, self.context, self.words)
        return say(
            f"alert.first_{self.reason}",
            seen=self.in_one_sentence(),
            waited=self.words.span(self.context.now - record.opened_at),
            act=act,
            due=self.by_when(),
        )

    def in_one_sentence(self) -> str:
        """What was seen, where and how sure it is; of people in danger the place itself."""
        say, record = self.words.say, self.record
        platform = say("marks.name", text=self.context.platform(record.platform, self.words))
        if record.page_link:
            name = say("marks.name", text=clean(record.subject, MAX_TITLE))
            platform = say("alert.in_file", platform=platform, name=name)
        if record.kind in _OF_PAGES and record.item is not None:
            name = say("marks.name", text=clean(record.subject, MAX_TITLE))
            platform = say("alert.on_page", platform=platform, name=name)
        if self.in_danger:
            what, place = rescue.what(record, self.seen, self.words), rescue.where(record, self.words)
            seen = say("rescue.seen", what=what, place=place)
        else:
            rule = self.seen[0].rule if self.seen else ""
            many = self.words.count("awaited.count", len(self.context.awaited)) if len(self.context.awaited) > 1 else ""
            seen = self.of_kind(
                "often" if rule == _OFTEN else "many" if many else "seen",
                many=many,
                platform=platform,
                since=self.at(self.since()),
                waits=self.words.span(self.context.now - self.since()),
                error=self.words.error(self.unproven.error or "no_token" if self.unproven else rule),
                **self.what_was_checked(),
            )
        return seen + (say("marks.aside", text=self.how_sure()) if self.how_sure() else "")

    def what_was_checked(self) -> dict[str, str]:
        """Of a check: the figure or day it saw, the limit, and how much time is left."""
        if self.record.kind is Kind.BROKEN_LINKS:
            return {"links": self.words.count("links.count", len(self.context.links) or len(self.seen))}
        if not self.seen or not self.seen[0].where.isdecimal():
            return {"day": "", "limit": "", "left": ""}
        figure, limit = self.seen[0].excerpt, self.seen[0].where
        try:
            day = date.fromisoformat(figure)
        except ValueError:
            return {"day": figure, "limit": limit, "left": ""}
        end = day + timedelta(days=int(limit)) if self.record.kind is Kind.PAGE_STALE else day
        left = (end - self.context.now.astimezone(self.context.zone).date()).days
        said = self.words.count("checks.left" if left >= 0 else "checks.over", abs(left))
        return {"day": self.words.day(day, 0), "limit": limit, "left": said}

    def what_matters(self) -> tuple[Section, ...]:
        if not self.in_danger:
            harm = Paragraph(self.words.say("alert.harm", harm=self.of_kind("harm")))
            return (Section("", (harm, *held_back(self.context, self.words))), *self.what_was_seen())
        calls = rescue.numbers(self.record, self.seen, self.context, self.words)
        ways = rescue.ways(self.record, self.original(), self.context, self.words)
        now = Section(self.words.say("rescue.now"), (Facts((*calls, *ways)),))
        return (now, *self.what_was_seen(), *rescue.help_for(self.record, self.seen, self.context, self.words))

    def since(self) -> datetime:
        """When the matter began: a message waits, a platform has failed since it was last well."""
        health = self.context.health
        if self.record.kind is Kind.REPLY_OVERDUE:
            return self.record.waits_since or self.record.opened_at
        if self.record.kind is Kind.BROKEN_LINKS:
            return min((each.since for each in self.context.links), default=self.record.opened_at)
        return (health and health.last_good_at) or self.record.opened_at

    def how_sure(self) -> str:
        """In words and per cent, never wholly; that a platform fails or somebody waits is counted, not guessed."""
        best = max((each.score for each in self.seen), default=None)
        failures = (self.unproven or self.context.health or Proof(prefix="")).failures
        if self.record.kind in _UNREADABLE:
            return self.words.count("sure.failures", failures) if failures else ""
        if best is None or self.record.kind in _COUNTED:
            return ""
        level = next(name for least, name in _SURE if best >= least)
        return self.words.say(f"sure.{level}", percent=f"{min(99, floor(best * 100 + 1e-9))}%")

    def by_when(self) -> str:
        deadline, late = self.at(self.record.deadline), self.context.now - self.record.deadline
        if late < timedelta(0):
            return self.words.say("alert.due_before", moment=deadline)
        return self.words.say("alert.due_passed", moment=deadline, span=self.words.span(late))

    def what_was_seen(self) -> tuple[Section, ...]:
        """A few findings quoted and the others counted; nothing where the first line has said it all."""
        kind, more = self.record.kind, len(self.seen) - EXCERPTS
        if kind is Kind.BROKEN_LINKS:
            return unopened.section(self.context.links, self.record.number, self.context, self.words)
        said = kind in _UNREADABLE | _CHECKED or (kind is Kind.REPLY_OVERDUE and self.record.subject)
        if not self.seen or said:
            return ()
        notes = [self.words.count("alert.more", more)] if more > 0 else []
        if kind in _MASKED:
            notes.append(self.words.say("alert.masked"))
        if kind in _UNQUOTED:
            notes.append(self.words.say("alert.unquoted"))
        if kind is Kind.PAGE_CHANGED:
            notes.append(self.words.say("alert.as_it_is"))
        quoted = Items(tuple(self.quote(each) for each in self.seen[:EXCERPTS]))
        title = self.words.say("alert.seen")
        if self.record.page_link:
            title = self.words.count("alert.seen_in_file", len(self.seen))
        return (Section(title, (quoted, *map(Paragraph, notes))),)

    def quote(self, seen: Seen) -> str:
        say, rule = self.words.say, self.words.rule(seen.kind, seen.rule)
        excerpt = "" if seen.kind in _UNQUOTED else clean(seen.excerpt, MAX_EXCERPT)
        parts = [rule, excerpt] if rule != self.of_kind("name") else [excerpt or rule]
        where = _structure(seen.where) if seen.kind in _UNQUOTED else clean(seen.where, MAX_EXCERPT)
        place = say("marks.aside", text=say("alert.where", where=where)) if where else ""
        return say("marks.colon").join(filter(None, parts)) + place

    def facts(self) -> Iterator[Fact]:
        say, record = self.words.say, self.record
        severity = say("marks.aside", text=say(f"severities.{record.severity}"))
        yield say("alert.number"), record.number + severity
        yield say("alert.kind"), self.of_kind("name")
        yield say("alert.platform"), self.context.platform(record.platform, self.words)
        yield from self.facts_of_platform() if record.item is None else self.facts_of_item()
        if record.kind is Kind.PAGE_STALE and self.context.stale:
            yield say("alert.stale"), self.words.count("alert.stale_of_site", self.context.stale, limit=STALE_COLUMNS)
        yield say("alert.opened"), self.at(record.opened_at)
        state = say(f"states.{record.state}")
        if record.acknowledged_at is not None:
            state = say("alert.state_since", state=state, moment=self.at(record.acknowledged_at))
        yield say("alert.state"), state
        yield say("alert.owner"), self.context.title(record.owner)
        unsure = say("marks.aside", text=say("alert.provisional")) if self.context.provisional else ""
        yield say("alert.deadline"), self.at(record.deadline) + unsure
        others = [self.context.title(name) for name in self.context.told if name != self.contact.name]
        if others:
            yield say("alert.told"), self.words.join(others)
        if record.state is State.OPEN:
            yield say("alert.next"), self.what_comes_next()
        yield say("alert.why"), say(f"alert.why_{self.reason}")

    def facts_of_item(self) -> Iterator[Fact]:
        say, record = self.words.say, self.record
        if record.subject and record.kind not in _UNQUOTED and record.subject not in record.locator:
            yield say("alert.file" if record.page_link else "alert.title"), clean(record.subject, MAX_TITLE)
        if not self.in_danger:
            yield say("alert.original"), self.original()
        if record.page:
            yield say("alert.page"), clean(record.page, MAX_TITLE)
        if record.page_link:
            yield say("alert.page_link"), Link(record.page_link)
        if record.topic and (not self.in_danger or record.topic.best in self.context.units):
            # of a danger only what the agency itself has settled: a guess could send somebody the wrong way
            label, said = self.words.belongs(record.topic, self.context.units)
            yield label, clean(said, MAX_TITLE)
        waits = record.waits_since if record.kind is Kind.REPLY_OVERDUE else None
        if waits is not None:
            yield say("alert.waits"), self.at(waits)
        yield from awaited.facts(self.context, self.words)
        if record.published_at is not None and record.published_at != waits:
            yield say("alert.published"), self.at(record.published_at)

    def original(self) -> Link | str:
        """Its address or number; of what filters would catch only if it is the agency's own."""
        locator = self.record.locator
        if locator.startswith(NUMBER):
            return self.words.say("alert.by_number", number=self.words.locator(locator))
        if not is_address(locator):
            return self.words.locator(locator)
        own = any(f"{locator}/".startswith(prefix.rstrip("/") + "/") for prefix in self.context.prefixes)
        if self.record.kind in _UNQUOTED and locator and not own:
            return self.words.say("alert.not_linked", number=self.record.number)
        return Link(locator) if locator else self.words.say("alert.no_original")

    def facts_of_platform(self) -> Iterator[Fact]:
        say, health = self.words.say, self.context.health
        if self.record.locator:
            yield say("alert.address"), Link(self.record.locator)
        if health is None:
            return
        yield say("alert.last_good"), self.at(health.last_good_at) if health.last_good_at else say("alert.never")
        detail = health.detail
        if self.unproven is not None:
            yield say("alert.prefix"), Code(self.unproven.prefix)
            detail = self.unproven.detail
        if detail:
            yield say("alert.detail"), Code(clean(detail, MAX_EXCERPT))

    def what_comes_next(self) -> str:
        names = self.words.join(self.context.title(name) for name in self.context.next_tell)
        if self.record.next_step_at is None or not names:
            return self.words.say("alert.next_none")
        return self.words.say("alert.next_step", moment=self.at(self.record.next_step_at), names=names)


def _structure(where: str) -> str:
    """A CSS path without the names that the page's author chose."""
    tags = (_TAG.match(step.strip()) for step in clean(where, MAX_EXCERPT).split(">"))
    return " > ".join(tag[0] for tag in tags if tag)


def trial(contact: Contact, context: Context, words: Words) -> Letter:
    """The mail of ``huiyin send-test``."""
    say = words.say
    facts = Facts(
        (
            (say("trial.to"), contact.title),
            (say("trial.agency"), context.agency),
            (say("trial.sent"), words.stamp(context.now, context.zone)),
            (say("trial.zone"), context.zone.key),
        )
    )
    return Letter(
        subject=say("trial.subject", agency=context.agency),
        first=say("trial.first", contact=contact.title),
        sections=(Section("", (facts, Paragraph(say("trial.note")))),),
        footer=say("trial.footer", agency=context.agency),
    )
