"""A year rehearsed: who waited, what was dangerous, what leaked, and whom it would have woken."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from classifiers.finding import Kind
from monitor import rehearsed
from monitor.letter import render
from monitor.model import Policy, Severity, Step
from monitor.rehearsal import Case, Seen, Terms, rehearse
from tests.letters import CONTEXT, WORDS
from tests.pure.days import CALENDAR

NOON = datetime(2026, 6, 3, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai
MIDNIGHT = datetime(2026, 6, 3, 16, 30, tzinfo=UTC)  # 00:30 in Shanghai
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def policy(kind, threshold=0.5):
    return Policy(
        kind=kind,
        severity=Severity.URGENT,
        owner="duty",
        threshold=threshold,
        deadline=timedelta(hours=2),
        steps=(Step(timedelta(0), ("duty",)), Step(30 * MINUTE, ("leader",))),
        repeat=DAY,
    )


TERMS = Terms(
    policies={kind: policy(kind) for kind in (Kind.HAZARD, Kind.CRISIS, Kind.PERSONAL_DATA, Kind.CREDENTIAL)},
    within=15 * DAY,
    acknowledged_after=15 * MINUTE,
    calendar=CALENDAR,
    now=NOW,
)


def seen(kind=Kind.HAZARD, rule="lift", score=0.8):
    return Seen(kind=kind, rule=rule, score=score)


def case(posted=NOON, *found, **values):
    return Case(posted=posted, title="电梯又停了", found=found, **values)


def asked(days, posted=NOON):
    return case(posted, message=True, answered=None if days is None else posted + days * DAY)


def test_late_is_what_was_answered_after_the_promise_or_never():
    answers = rehearse([asked(3), asked(15), asked(16), asked(None), asked(None, NOW - DAY), case()], TERMS).answers

    assert (answers.asked, answers.late, answers.unanswered) == (5, 2, 2)
    assert answers.usual == 15 * DAY
    assert answers.slow is not None
    assert 15 * DAY < answers.slow <= 16 * DAY
    assert [each.answered for each in answers.slowest] == [None, NOON + 16 * DAY]


@pytest.mark.parametrize("cases", [[case()], [asked(None)], [asked(2)]])
def test_few_answers_have_no_usual_time(cases):
    answers = rehearse(cases, TERMS).answers

    assert answers.slow is None
    assert answers.usual == (2 * DAY if cases[0].answered else None)


def test_dangers_and_leaks_are_listed_newest_first_and_once():
    leak = case(NOON + DAY, seen(Kind.PERSONAL_DATA, "mobile"), seen(Kind.CREDENTIAL, "password"))
    unsure = case(NOON, seen(score=0.4))
    danger = case(NOON, seen(), seen(Kind.CRISIS, "trapped"))

    found = rehearse([danger, unsure, leak], TERMS)

    assert found.dangers == (danger,)
    assert found.leaks == (leak,)
    assert (Kind.HAZARD, "lift", 1) in found.rules
    assert (found.cases, found.first, found.last) == (3, NOON, NOON + DAY)


def test_who_is_told_depends_on_how_soon_somebody_acts():
    cases = [case(NOON, seen()), case(MIDNIGHT, seen()), case(MIDNIGHT, seen(Kind.PERSONAL_DATA, "mobile"))]

    quick = rehearse(cases, TERMS).told
    slow = rehearse(cases, replace(TERMS, acknowledged_after=60 * MINUTE)).told

    assert [(each.contact, each.times, each.nights, each.busiest) for each in quick] == [("duty", 3, 1, 3)]
    assert {(each.contact, each.times) for each in slow} == {("duty", 3), ("leader", 3)}


def test_somebody_is_told_even_by_a_policy_that_begins_late():
    late = replace(policy(Kind.HAZARD), steps=(Step(60 * MINUTE, ("duty",)),))
    terms = replace(TERMS, policies=TERMS.policies | {Kind.HAZARD: late})

    (told,) = rehearse([case(NOON, seen())], terms).told

    assert (told.contact, told.times) == ("duty", 1)


def test_a_higher_threshold_finds_less_and_wakes_less():
    cases = [case(MIDNIGHT, seen(score=score)) for score in (0.35, 0.55, 0.95)]
    cases.append(case(NOON, seen(Kind.PERSONAL_DATA, "mobile", 0.95)))

    tried = rehearse(cases, TERMS).tried

    assert [each.dangers for each in tried] == sorted((each.dangers for each in tried), reverse=True)
    assert (tried[0].dangers, tried[0].nights, tried[0].leaks, tried[0].others) == (3, 3, 1, 0)
    assert (tried[-1].dangers, tried[-1].nights) == (1, 1)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_shows_it_all_and_counts_what_it_does_not_list(language):
    dangers = [
        case(NOON + n * DAY, seen(), message=True, place="和平小区", answered=None if n % 2 else NOON + (n + 20) * DAY)
        for n in range(rehearsed.ROWS + 3)
    ]
    leaks = [case(NOON + n * DAY, seen(Kind.PERSONAL_DATA, "mobile")) for n in range(rehearsed.ROWS + 1)]
    found = rehearse([*dangers, *leaks], TERMS)
    words = WORDS[language]

    message = render(rehearsed.page(found, TERMS, source="export.csv", context=CONTEXT, words=words), words)

    assert "export.csv" in message.subject
    assert "和平小区" in message.text
    assert "3" in message.text
    for cell in ("0.3", "0.9"):
        assert cell in message.html


def test_a_quiet_year_makes_a_short_page():
    words = WORDS["zh"]

    letter = rehearsed.page(rehearse([case()], TERMS), TERMS, source="export.csv", context=CONTEXT, words=words)

    assert [section.title for section in letter.sections] == [words.say("rehearsal.tried")]
    assert letter.severity is None


def test_what_needs_no_answer_is_said_so():
    words = WORDS["zh"]
    found = rehearse([case(NOON, seen())], TERMS)

    text = render(rehearsed.page(found, TERMS, source="x", context=CONTEXT, words=words), words).text

    assert words.say("rehearsal.no_answer_due") in text
