"""Exercises: nobody takes one for real, nobody takes a real one for an exercise; and the report on one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from classifiers.finding import Kind
from monitor import actpage, brief, delivery, drilled, messages, policy
from monitor.actpage import Asked
from monitor.digest import summarise
from monitor.exercise import DRILL, RULE, Course, is_drill, stages
from monitor.letter import Letter, Phone, render
from monitor.model import Channel, Escalation, Reason, Seen, Severity, State, Transition
from monitor.options import _NAME
from monitor.playbook import Tick, standing
from tests.letters import CONTEXT, DUTY, NOW, RECORD, WORDS, ZH, ZONE, agrees, alert, text_of
from tests.pure.test_playbook import MINUTE, SHIPPED, TASKS
from tests.pure.test_rescue import LEAK, NIGHT, hazard
from tests.pure.test_weekly import WEEK

MARK = {"zh": "【演练】", "en": "[EXERCISE] "}


def exercise(kind: Kind = Kind.HAZARD, **changes: object) -> Escalation:
    values = {"platform": DRILL, "item": None, "subject": "", "locator": "", "number": "DRILL2026-100007"}
    return replace(RECORD, kind=kind, severity=Severity.URGENT, **(values | changes))  # type: ignore[arg-type]


def seen(kind: Kind) -> tuple[Seen, ...]:
    return (Seen(kind=kind, rule=RULE, score=1.0, excerpt=""),)


def dialled(letter: Letter) -> list[str]:
    pairs = [pair for section in letter.sections for block in section.blocks for pair in getattr(block, "pairs", ())]
    return [value.number for _, value in pairs if isinstance(value, Phone)]


def test_no_platform_can_be_called_like_an_exercise() -> None:
    assert not _NAME.fullmatch(DRILL)
    assert is_drill(exercise())
    assert not is_drill(RECORD)


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("kind", Kind)
def test_whatever_is_sent_of_an_exercise_is_marked_and_makes_nobody_call(kind: Kind, language: str) -> None:
    words, mark, record = WORDS[language], MARK[language], exercise(kind)
    context = replace(NIGHT, tasks=standing(SHIPPED[kind], (), record.opened_at))
    for reason in Reason:
        letter = alert(record, seen(kind), reason=reason, context=context, words=words)
        agrees(letter, words)
        message = render(letter, words)
        assert letter.severity is None
        assert message.subject.startswith(mark)
        assert message.text.startswith(mark)
        assert words.say("drill.note") in message.text
        assert words.say("tasks.played") in message.text
        assert dialled(letter) == []
        ring = brief.ring(record, seen(kind), reason=reason, context=context, words=words)
        assert ring.text.startswith(mark)
        assert record.number in ring.text
        assert brief.units(ring.text) <= brief.MAX_RING
    linked = render(alert(record, seen(kind), context=replace(context, web="https://a.example"), words=words), words)
    assert words.say("alert.button", number=record.number) in linked.text
    assert words.say("alert.button", number=record.number) in linked.html
    bare = brief.bare(record, seen(kind), context=context, words=words)
    assert bare.subject.startswith(mark)
    assert bare.first.startswith(mark)
    assert not any(
        getattr(NIGHT.emergency, name) in text_of(bare, words).split(words.say("drill.note"))[0]
        for name in ("gas", "fire")
    )
    page = actpage.html(
        record,
        seen(kind),
        (),
        asked=Asked(),
        waiting=0,
        tasks=context.tasks,
        contact=DUTY,
        context=context,
        words=words,
    )
    assert page.count(mark.strip()) >= 3
    assert words.say("tasks.played") in page
    assert "tel:" not in page.replace("tel:00005550101", "")


@pytest.mark.parametrize("language", WORDS)
def test_nothing_of_a_real_danger_speaks_of_exercises(language: str) -> None:
    words, real = WORDS[language], hazard()
    context = replace(NIGHT, tasks=standing(TASKS, (), real.opened_at))
    letter = alert(real, (LEAK,), context=context, words=words)
    ring = brief.ring(real, (LEAK,), reason=Reason.OPENED, context=context, words=words)
    page = actpage.html(
        real, (LEAK,), (), asked=Asked(), waiting=0, tasks=context.tasks, contact=DUTY, context=context, words=words
    )
    bare = brief.bare(real, (LEAK,), context=context, words=words)
    for text in (*render(letter, words).__getstate__(), ring.text, page, text_of(bare, words)):
        assert not any(word in text for word in ("演练", "EXERCISE", "xercise", "DRILL"))
    assert drilled.note(real, words) == ()
    assert dialled(letter)


def test_an_exercise_never_goes_before_a_danger_and_never_waits_for_others() -> None:
    assert policy.priority(exercise()) > policy.priority(hazard())
    assert policy.rings(exercise())
    ordinary = replace(RECORD, severity=Severity.ORDINARY)
    group = timedelta(minutes=5)
    assert delivery.waits_for_others(exercise(Kind.PAGE_STALE), group, NOW) is None
    assert delivery.waits_for_others(ordinary, group, NOW) == NOW + group


@pytest.mark.parametrize("language", WORDS)
def test_the_digest_counts_exercises_apart(language: str) -> None:
    words = WORDS[language]
    summary = summarise(period=WEEK, zone=ZONE, now=NOW, open_records=(), opened=({}, {}, {}), platforms=())
    plain = messages.digest(summary, DUTY, CONTEXT, words)
    over = exercise(state=State.RESOLVED, closed_at=NOW)
    letter = messages.digest(replace(summary, drills=(over, exercise(Kind.SCAM))), DUTY, CONTEXT, words)
    agrees(letter, words)
    assert (letter.subject, letter.first, letter.severity) == (plain.subject, plain.first, plain.severity)
    assert text_of(letter, words).count(f"- {MARK[language]}DRILL2026-100007") == 2
    assert text_of(letter, words).count(words.span(NOW - over.opened_at)) == 1


def course(record: Escalation, *ticks: Tick, after: float, history: tuple[Transition, ...] = ()) -> Course:
    opened = record.opened_at
    return Course(
        record=record,
        accepted={Channel.MAIL: opened + timedelta(seconds=3)},
        history=(Transition(opened, "opened", "system", "hazard"), *history),
        tasks=standing(TASKS, ticks, opened),
        next_level_at=opened + 30 * MINUTE,
        now=opened + after * MINUTE,
    )


def test_the_report_tells_what_was_in_time_late_never_done_and_still_runs() -> None:
    record = exercise()
    opened = record.opened_at
    ticks = (Tick("call_help", opened + 14 * MINUTE, "duty"), Tick("tell_head", opened + 31 * MINUTE, "duty"))
    told = (
        Transition(opened, "told", "system", "opened: duty"),
        Transition(opened + 30 * MINUTE, "told", "system", "step: leader"),
    )
    running = {each.about or each.what: each for each in stages(course(record, *ticks, after=40, history=told))}

    assert list(running) == ["mail", "acknowledged", *(task.name for task in TASKS), "leader", "closed"]
    assert running["mail"].took == timedelta(seconds=3)
    assert running["call_help"].kept is True
    assert (running["tell_head"].took, running["tell_head"].kept) == (31 * MINUTE, False)
    assert (running["keep_away"].at, running["keep_away"].kept) == (None, False)
    assert (running["report_accident"].allowed, running["report_accident"].kept) == (60 * MINUTE, None)
    assert (running["report_upward"].allowed, running["report_upward"].kept) == (None, None)
    assert running["acknowledged"].kept is False
    assert (running["closed"].allowed, running["closed"].kept) == (record.deadline - opened, None)

    closed = replace(record, state=State.RESOLVED, closed_at=opened + 41 * MINUTE)
    over = replace(course(closed, *ticks, after=99), accepted={Channel.MAIL: opened, Channel.RING: opened + MINUTE})
    ended = {each.about or each.what: each for each in stages(over)}
    assert ended["ring"].took == MINUTE
    assert (ended["acknowledged"].took, ended["acknowledged"].kept) == (41 * MINUTE, False)
    assert ended["report_accident"].kept is False
    assert ended["closed"].kept is True

    taken = replace(record, acknowledged_at=opened + MINUTE)
    found = next(each for each in stages(course(taken, after=2)) if each.what == "acknowledged")
    assert (found.took, found.kept) == (MINUTE, True)


def test_short_spans_are_said_to_the_second() -> None:
    assert [ZH.seconds(timedelta(seconds=n)) for n in (-1, 7, 67, 3700)] == ["0秒", "7秒", "1分钟7秒", "1小时1分钟"]
