"""A Rehearsal as a Letter: one page that is printed and saved. PURE."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from monitor.letter import Block, Context, Letter, Paragraph, Section, Table, clean
from monitor.model import Severity
from monitor.rehearsal import Case, Rehearsal, Terms, waited
from monitor.words import Words

ROWS = 12  # cases that are listed; the others are counted
MAX_TITLE = 40  # code points


def page(found: Rehearsal, terms: Terms, *, source: str, context: Context, words: Words) -> Letter:
    """What ``source`` would have brought, for the people who decide whether to go on."""
    shown = _Page(found, terms, context, words)
    return Letter(
        subject=words.say("rehearsal.subject", source=source),
        first=shown.first(),
        sections=tuple(Section(words.say(f"rehearsal.{title}"), blocks) for title, blocks in shown.parts() if blocks),
        footer=words.say("rehearsal.footer", agency=context.agency, moment=words.stamp(context.now, context.zone)),
        severity=Severity.SERIOUS if found.dangers or found.leaks or found.answers.late else None,
    )


@dataclass(frozen=True, slots=True)
class _Page:
    found: Rehearsal
    terms: Terms
    context: Context
    words: Words

    def day(self, case: Case) -> str:
        return self.words.day(case.posted.astimezone(self.context.zone).date(), 0)

    def first(self) -> str:
        say, count, found = self.words.say, self.words.count, self.found
        ends = (self.words.day(at.astimezone(self.context.zone).date(), 0) for at in (found.first, found.last))
        clauses = [
            count("rehearsal.late", found.answers.late),
            count("rehearsal.danger", len(found.dangers)),
            count("rehearsal.leak", len(found.leaks)),
            count("rehearsal.woken", sum(each.nights for each in found.told)),
        ]
        days = say("time.days", first=next(ends), last=next(ends))
        return count("rehearsal.first", found.cases, days=days, clauses=say("marks.semicolon").join(clauses))

    def parts(self) -> Iterator[tuple[str, tuple[Block, ...]]]:
        yield "dangers", self.dangers()
        yield "answers", self.answers()
        yield "leaks", self.leaks()
        yield "rules", self.rules()
        yield "told", self.told()
        yield "tried", self.tried()

    def heads(self, *names: str) -> tuple[str, ...]:
        return tuple(self.words.say(f"rehearsal.{name}") for name in names)

    def listed(self, cases: Sequence[Case], last: str) -> tuple[Block, ...]:
        rows = tuple((self.day(case), self.title(case), self.waited(case)) for case in cases[:ROWS])
        more = len(cases) - ROWS
        table = Table(self.heads("day", "title", last), rows)
        return (table, Paragraph(self.words.count("rehearsal.more", more))) if more > 0 else (table,)

    def title(self, case: Case) -> str:
        title = clean(case.title, MAX_TITLE)
        return title + (self.words.say("marks.aside", text=clean(case.place, MAX_TITLE)) if case.place else "")

    def waited(self, case: Case) -> str:
        if not case.message:
            return self.words.say("rehearsal.no_answer_due")
        span = self.words.span(waited(case, self.context.now))
        return self.words.say("rehearsal.answered" if case.answered else "rehearsal.waiting", span=span)

    def dangers(self) -> tuple[Block, ...]:
        return self.listed(self.found.dangers, "until_answer") if self.found.dangers else ()

    def answers(self) -> tuple[Block, ...]:
        answers, say = self.found.answers, self.words.say
        if not answers.asked:
            return ()
        figures = self.words.count(
            "rehearsal.answer_figures",
            answers.asked,
            within=self.words.delay(self.terms.within),
            late=answers.late,
            unanswered=answers.unanswered,
        )
        usual = [
            say(f"rehearsal.{name}", span=self.words.span(span))
            for name, span in (("usual", answers.usual), ("slow", answers.slow))
            if span is not None
        ]
        text = say("marks.semicolon").join([figures, *usual])
        late = self.listed(answers.slowest, "until_answer") if answers.slowest else ()
        return (Paragraph(text), *late)

    def leaks(self) -> tuple[Block, ...]:
        rows = tuple((self.day(case), self.title(case), self.rules_of(case)) for case in self.found.leaks[:ROWS])
        more = len(self.found.leaks) - ROWS
        notes = (Paragraph(self.words.count("rehearsal.more", more)),) if more > 0 else ()
        return (Table(self.heads("day", "title", "what"), rows), *notes) if rows else ()

    def rules_of(self, case: Case) -> str:
        return self.words.join(dict.fromkeys(self.words.rule(each.kind, each.rule) for each in case.found))

    def rules(self) -> tuple[Block, ...]:
        rows = tuple(
            (self.words.say(f"kinds.{kind}.name"), self.words.rule(kind, rule), str(n))
            for kind, rule, n in self.found.rules
        )
        return (Table(self.heads("kind", "what", "times"), rows, numbers=1),) if rows else ()

    def told(self) -> tuple[Block, ...]:
        rows = tuple(
            (self.context.title(each.contact), str(each.times), str(each.nights), str(each.busiest))
            for each in self.found.told
        )
        span = self.words.span(self.terms.acknowledged_after)
        note = Paragraph(self.words.say("rehearsal.told_note", span=span))
        return (Table(self.heads("contact", "times", "nights", "busiest"), rows, numbers=3), note) if rows else ()

    def tried(self) -> tuple[Block, ...]:
        days = max((self.found.last - self.found.first) / timedelta(days=1), 1.0)
        rows = tuple(
            (
                f"{each.threshold:.1f}",
                str(each.dangers),
                str(each.leaks),
                str(each.others),
                self.a_month(each.nights, days),
            )
            for each in self.found.tried
        )
        note = Paragraph(self.words.say("rehearsal.tried_note"))
        return (
            Table(
                self.heads("threshold", "danger_count", "leak_count", "other_count", "nights_a_month"), rows, numbers=4
            ),
            note,
        )

    def a_month(self, n: int, days: float) -> str:
        return f"{n / max(days / 30, 1.0):.1f}"
