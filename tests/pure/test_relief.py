"""What people read about duties: for whom they stand in, what they take over, holes ahead, are you there."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor import relief
from monitor.duty import Absence, Change, Gap, Person, Plan, Shift
from monitor.letter import noted, render
from monitor.model import Contact, Severity, State
from tests.letters import CONTEXT, NOW, RECORD, WORDS, ZH, agrees

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
JIA = Contact(name="jia", title="值班甲", mail="jia@agency.example", deputy="yi")
YI = Contact(name="yi", title="值班乙", mail="yi@agency.example")
DUTY = Contact(name="duty", title="值班员", mail="", deputy="yi")
PLAN = Plan(
    contacts={each.name: each for each in (DUTY, JIA, YI)},
    shifts=[Shift(duty="duty", person="jia", start=NOW - HOUR, end=NOW + 8 * HOUR)],
    absences=[Absence(contact="jia", start=NOW, end=NOW + 2 * DAY)],
)
ABOUT = replace(CONTEXT, titles={"duty": "值班员", "jia": "值班甲", "yi": "值班乙"})
CHANGE = Change("duty", NOW, ("jia",), ("yi",), NOW + 9 * HOUR, ("yi",))


def notes(names, at=NOW, missed=()):
    (person,) = PLAN.people(names, at)
    return [*relief.notes(person, missed, ABOUT, ZH)]


def test_the_reader_learns_for_whom_they_stand_in():
    assert notes(("jia",)) == ["值班甲不在岗（到11月25日（周三）10:00），由您代办。"]
    assert notes(("duty",)) == ["值班甲不在岗（到11月25日（周三）10:00），由您代办。本应由值班员处理。"]
    assert notes(("duty",), NOW - HOUR) == ["您正在当班：值班员（到今天（11月23日）18:00）。"]
    assert notes(("duty",), NOW + 9 * HOUR) == ["值班员此时没有排班，由您代办。"]
    assert notes(("yi",)) == []
    silent = Person(YI, PLAN.next_after("jia", NOW))
    assert [*relief.notes(silent, (), ABOUT, ZH)] == ["值班甲没有回应，由您代办。"]


def test_for_whom_nobody_is_there_is_said_in_a_plain_sentence():
    said = "按规定应通知的值班员、分管领导此时无人值班，也没有人替班，因此直接通知您。"

    assert notes(("yi",), missed=("duty", "leader")) == [said.replace("分管领导", "leader")]


def test_a_whole_way_is_one_line():
    (way,) = PLAN.ways("duty", NOW)
    nobody = Plan(contacts={"duty": replace(DUTY, deputy="")})

    assert relief.in_short(way, ABOUT, ZH) == (
        "值班员（值班表，到今天（11月23日）18:00） → 值班甲（不在岗，到11月25日（周三）10:00） → 值班乙"
    )
    assert relief.in_short(nobody.ways("duty", NOW)[0], ABOUT, ZH) == "值班员（没有排班） → 没有人"


def said(letter, language):
    agrees(letter, WORDS[language])
    return render(letter, WORDS[language])


def handed(left, *, comes=True, change=CHANGE, language="zh"):
    letter = relief.handover(change, left, comes=comes, contact=JIA, context=ABOUT, words=WORDS[language])
    return letter, said(letter, language)


@pytest.mark.parametrize("language", WORDS)
def test_who_comes_learns_what_is_open_what_is_due_and_who_follows(language):
    urgent = replace(RECORD, number="2026-0008", severity=Severity.URGENT, deadline=NOW + DAY, state=State.ACKNOWLEDGED)
    left = relief.Left(35, (urgent, RECORD), RECORD)
    letter, message = handed(left, language=language)

    assert "35" in message.subject
    assert "huiyin show 2026-0008" in message.text
    assert "2026-0007" in message.text
    assert message.text.count("值班乙") == 2  # before, and after
    assert "33" in message.text  # that are not listed
    assert letter.severity is None
    assert letter.sections[1].blocks[0].urgent == 1
    assert RECORD.subject not in message.text


def test_who_goes_learns_who_relieves_them():
    _, message = handed(relief.Left(), comes=False, change=replace(CHANGE, incoming=("yi",), outgoing=("jia",)))

    assert message.subject == "交班：值班员（没有未结事项）"
    assert message.text.startswith("您的值班已结束（值班员），接班的是：值班乙。没有未结事项。")
    assert "值班甲" in message.text  # to whom it goes


def test_whom_nobody_relieves_is_told_so():
    letter, message = handed(relief.Left(), comes=False, change=Change("duty", NOW, (), ("jia",)))

    assert "没有人接班" in message.text.splitlines()[0]
    assert letter.severity is Severity.SERIOUS


def test_before_the_first_shift_there_was_nobody_and_after_the_last_nobody_follows():
    _, message = handed(relief.Left(), change=replace(CHANGE, outgoing=(), following=()))
    _, open_end = handed(relief.Left(), change=replace(CHANGE, until=None, following=()))

    assert message.text.count("没有人") == 2
    assert "由谁接班" not in open_end.text


@pytest.mark.parametrize("language", WORDS)
def test_a_hole_is_told_with_what_to_do(language):
    gaps = [Gap("duty", NOW + DAY, NOW + 2 * DAY), Gap("leader", NOW + HOUR, NOW + 2 * HOUR)]
    letter = relief.unmanned(gaps, contact=JIA, context=ABOUT, words=WORDS[language])
    message = said(letter, language)

    assert "11:00" in message.subject  # the soonest
    assert "huiyin roster import" in message.text
    assert "值班员" in message.text


@pytest.mark.parametrize("language", WORDS)
def test_a_contact_is_asked_whether_mail_arrives(language):
    letter = relief.still_there(JIA, NOW - 91 * DAY, context=ABOUT, words=WORDS[language])
    message = said(letter, language)

    assert "91" in message.text.splitlines()[0]
    assert "huiyin contact confirm jia" in message.text


def test_notes_stand_behind_what_must_be_done_now():
    letter = relief.still_there(JIA, NOW, context=ABOUT, words=ZH)

    assert noted(letter, ()) is letter
    assert noted(letter, ["一", "二"]).sections[1].blocks[1].text == "二"
