"""A Summary as the Letter of the week. PURE."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor import drilled, notices, proof, ticking
from monitor.letter import Context, Items, Letter, Paragraph, Section, Table
from monitor.model import Contact, Escalation, Period, Severity
from monitor.proof import Hold
from monitor.summary import PlatformHealth, Silence, Summary, Tally
from monitor.words import Words

ROWS = 30  # open records that are listed; the others are counted
FILES = 10  # attachments that could not be read: likewise
LATE = 10  # records whose playbooks were late: likewise

UNPROVEN = {Hold.GRACE: "proof_grace", Hold.OVER: "proof_over", Hold.NEVER: "proof_never"}


def digest(summary: Summary, contact: Contact, context: Context, words: Words) -> Letter:
    """The week for ``contact``: one line that may be all that is read, then what is open, then the rest."""
    weekly = _Digest(summary, context, words)
    head = words.say("digest.head", head=context.head) if context.head else ""
    return Letter(
        subject=words.say("digest.subject", week=weekly.week(), gist=weekly.gist()),
        first=weekly.first(),
        sections=tuple(weekly.sections()),
        footer=words.say(
            "digest.footer", agency=context.agency, moment=words.stamp(summary.now, context.zone), contact=contact.title
        )
        + head,
        severity=weekly.severity(),
    )


@dataclass(frozen=True, slots=True)
class _Digest:
    summary: Summary
    context: Context
    words: Words

    @property
    def overdue(self) -> int:
        return sum(record.deadline <= self.summary.now for record in self.summary.open_records)

    @property
    def broken(self) -> int:
        now = self.summary.now
        return sum(bool(row.error) or not proof.allows(row.proofs, now) for row in self.summary.platforms)

    @property
    def quiet(self) -> bool:
        """Nothing happened that anybody must look at."""
        opened = any(row.counts[0] for row in self.summary.counts)
        return not (self.summary.open_records or opened or self.summary.closed or self.troubles)

    @property
    def troubles(self) -> int:
        told = bool(self.summary.undelivered) + notices.presses(self.summary.installation)
        return self.broken + told + (not self.summary.platforms)

    def at(self, moment: datetime) -> str:
        return self.words.moment(moment, self.summary.now, self.context.zone)

    def severity(self) -> Severity | None:
        if self.overdue:
            return Severity.URGENT
        if self.summary.open_records or self.troubles:
            return Severity.SERIOUS
        return None

    def week(self) -> str:
        year, _, week = self.summary.iso_week.partition("-W")
        return self.words.say("time.week", year=year, week=int(week))

    def days(self) -> str:
        return spoken(self.summary.period, self.summary.now, self.context.zone, self.words)

    def gist(self) -> str:
        if self.quiet:
            return self.words.say("digest.gist_quiet")
        if self.overdue:
            return self.words.say("digest.gist_overdue", n=len(self.summary.open_records), overdue=self.overdue)
        if self.summary.open_records:
            return self.words.say("digest.gist_open", n=len(self.summary.open_records))
        if self.troubles:
            return self.words.count("digest.gist_trouble", self.troubles)
        return self.words.say("digest.gist_closed")

    def first(self) -> str:
        say, week, days = self.words.say, self.week(), self.days()
        if self.quiet:
            items = self.words.count("digest.items", self.summary.items)
            return say("digest.quiet", week=week, days=days, items=items, platforms=self.health())
        clauses = say("marks.semicolon").join(self.clauses())
        return say("digest.first", week=week, days=days, clauses=clauses)

    def clauses(self) -> Iterator[str]:
        count, summary = self.words.count, self.summary
        still_open, opened = len(summary.open_records), sum(row.counts[0] for row in summary.counts)
        if self.overdue:
            yield count("digest.open_overdue", still_open, overdue=self.overdue)
        else:
            yield count("digest.open", still_open) if still_open else self.words.say("digest.open_none")
        if opened:
            yield count("digest.opened", opened)
        right, wrong = (sum(getattr(each, name) for each in summary.closed) for name in ("right", "wrong"))
        if right:
            yield count("digest.closed", right)
        if wrong:
            yield count("digest.set_aside", wrong)
        yield count("digest.new_items", summary.items)
        yield self.health()
        if summary.undelivered:
            yield count("digest.lost", summary.undelivered)
        if notices.presses(summary.installation):
            yield self.words.say("digest.filling")

    def health(self) -> str:
        total = len(self.summary.platforms)
        if not total:
            return self.words.say("digest.no_platforms")
        if self.broken:
            return self.words.say("digest.broken", n=self.broken, total=total)
        return self.words.count("digest.well", total)

    def sections(self) -> Iterator[Section]:
        """Empty ones are left out, so that a quiet week is short."""
        parts = (
            ("installation", self.installation()),
            ("records", self.records()),
            ("tasks", self.late()),
            ("undelivered", self.undelivered()),
            ("counts", self.counts()),
            ("verdicts", self.verdicts()),
            ("platforms", self.platforms()),
            ("files", self.files()),
            ("drills", self.drills()),
            ("words", self.most_mentioned()),
            ("strip", notices.strip(self.summary.installation, self.summary.platforms, self.context, self.words)),
        )
        for title, blocks in parts:
            if blocks:
                yield Section(self.words.say(f"digest.{title}"), blocks)

    def installation(self) -> tuple[Paragraph, ...]:
        """What people must know of the installation itself."""
        notes = {"not_live": self.summary.live, "no_ring": self.context.ringing}
        said = [self.words.say(f"digest.{note}") for note, well in notes.items() if not well]
        said += [self.silence(each) for each in self.summary.silences]
        if self.summary.dead:
            names = self.words.join(self.context.title(each) for each in self.summary.dead)
            said.append(self.words.say("digest.dead", names=names))
        if self.context.unpublished:
            said.append(self.words.say("digest.unpublished", year=self.context.unpublished))
        return tuple(Paragraph(each) for each in said)

    def silence(self, silence: Silence) -> str:
        until = self.at(silence.until)
        matter = silenced(silence, self.context, self.words)
        return self.words.say(
            "digest.silence", about=matter, until=until, owner=self.context.title(silence.owner), why=silence.why
        )

    def drills(self) -> tuple[Items, ...]:
        """Exercises, apart from all figures."""
        return (Items(tuple(map(self.drill, self.summary.drills))),) if self.summary.drills else ()

    def drill(self, record: Escalation) -> str:
        span = record.closed_at - record.opened_at if record.closed_at else None
        said = self.words.say(
            "digest.drill",
            number=record.number,
            kind=self.words.say(f"kinds.{record.kind}.name"),
            moment=self.at(record.opened_at),
            state=self.words.say(f"states.{record.state}"),
            took=self.words.say("digest.drill_took", span=self.words.span(span)) if span is not None else "",
        )
        return drilled.marked(record, said, self.words)

    def late(self) -> tuple[Items | Paragraph, ...]:
        """Tasks of playbooks that were done too late, or still are to be done."""
        lines = tuple(
            self.words.say(
                "digest.late_tasks",
                number=record.number,
                kind=self.words.say(f"kinds.{record.kind}.name"),
                tasks=self.words.say("marks.semicolon").join(
                    ticking.said(record.kind, each, self.words) for each in tasks
                ),
            )
            for record, tasks in self.summary.late[:LATE]
        )
        more = len(self.summary.late) - len(lines)
        rest = (Paragraph(self.words.count("digest.more", more)),) if more > 0 else ()
        return (Items(lines), *rest) if lines else ()

    def heads(self, *names: str) -> tuple[str, ...]:
        return tuple(self.words.say(f"digest.{name}") for name in names)

    def records(self) -> tuple[Table | Paragraph, ...]:
        shown, more = self.summary.open_records[:ROWS], len(self.summary.open_records) - ROWS
        if not shown:
            return ()
        table = Table(
            self.heads("matter", "owner", "due"), tuple(self.record(record) for record in shown), urgent=self.overdue
        )
        return (table, Paragraph(self.words.count("digest.more", more))) if more > 0 else (table,)

    def record(self, record: Escalation) -> tuple[str, ...]:
        say, left = self.words.say, record.deadline - self.summary.now
        kind = say(f"kinds.{record.kind}.name")
        platform = self.context.platform(record.platform, self.words)
        due = say("digest.left" if left > timedelta(0) else "digest.over", span=self.words.span(abs(left)))
        return (
            say("digest.matter_line", number=record.number, kind=kind, platform=platform),
            self.context.title(record.owner),
            say("digest.due_state", due=due, state=say(f"states.{record.state}")),
        )

    def counts(self) -> tuple[Table, ...]:
        rows = tuple(
            (self.words.say(f"kinds.{row.kind}.name"), *(str(count) for count in row.counts))
            for row in self.summary.counts
        )
        return (Table(self.heads("kind", "this_week", "last_week", "week_before"), rows, numbers=3),) if rows else ()

    def verdicts(self) -> tuple[Table, ...]:
        rows = tuple(tallied(each, self.words) for each in self.summary.closed)
        return (Table(self.heads("kind", "resolved", "dismissed", "right"), rows, numbers=3),) if rows else ()

    def platforms(self) -> tuple[Table, ...]:
        rows = tuple((row.title, self.condition(row), str(row.items)) for row in self.summary.platforms)
        return (Table(self.heads("platform", "condition", "new"), rows, numbers=1),) if rows else ()

    def condition(self, row: PlatformHealth) -> str:
        say, unproven = self.words.say, proof.missing(row.proofs, self.summary.now)
        if unproven is not None:
            until = self.at(unproven.until) if unproven.until else ""
            return say(f"digest.{UNPROVEN[proof.hold(unproven, self.summary.now)]}", until=until)
        if row.error:
            last = say("digest.never")
            if row.last_good_at:
                last = say("digest.last_good", moment=self.at(row.last_good_at))
            return self.words.count("digest.trouble", row.failures, error=self.words.error(row.error), last=last)
        return say("digest.fine" if row.last_good_at else "digest.not_read")

    def files(self) -> tuple[Paragraph | Items, ...]:
        """Attachments that nobody could read: somebody must look at them."""
        unread, words = self.summary.unread, self.words
        if not unread:
            return ()
        shown = tuple(
            words.say(
                "digest.file",
                name=each.name,
                platform=self.context.platform(each.platform, words),
                why=words.unread(each.error),
            )
            for each in unread[:FILES]
        )
        whys = words.join(
            words.say("digest.file_why", why=words.unread(code), n=n)
            for code, n in Counter(each.error for each in unread).most_common()
        )
        return Paragraph(words.count("digest.unread", len(unread), whys=whys)), Items(shown)

    def most_mentioned(self) -> tuple[Paragraph, ...]:
        pairs = [self.words.say("digest.word", word=word, n=n) for word, n in self.summary.words]
        return (Paragraph(self.words.join(pairs)), Paragraph(self.words.say("digest.words_note"))) if pairs else ()

    def undelivered(self) -> tuple[Paragraph, ...]:
        lost = self.summary.undelivered
        return (Paragraph(self.words.count("digest.undelivered_note", lost)),) if lost else ()


def silenced(silence: Silence, context: Context, words: Words) -> str:
    """What a silence is about."""
    platform = context.platform(silence.platform, words) if silence.platform else words.say("gathered.any_platform")
    kind = words.say(f"kinds.{silence.kind}.name") if silence.kind else words.say("gathered.any_kind")
    return words.say("gathered.about", platform=platform, kind=kind)


def spoken(period: Period, now: datetime, zone: ZoneInfo, words: Words) -> str:
    """The first and last day of a period."""
    first, last = period.start, period.end - timedelta(hours=12)
    year = now.astimezone(zone).year
    ends = (words.day(each.astimezone(zone).date(), year) for each in (first, last))
    return words.say("time.days", first=next(ends), last=next(ends))


def tallied(tally: Tally, words: Words) -> tuple[str, str, str, str]:
    """A row: the kind, how many were right and how many wrong, and the share of the right ones."""
    share = tally.right / (tally.right + tally.wrong)
    return words.say(f"kinds.{tally.kind}.name"), str(tally.right), str(tally.wrong), f"{share:.0%}"
