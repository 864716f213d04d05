"""Playbooks: the shipped ones, what an agency makes of them, and by when each task is due."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import timedelta

import pytest

from classifiers.finding import Kind
from monitor import chasing, messages, playbook, ticking
from monitor.digest import summarise
from monitor.model import Severity, State
from monitor.options import Options
from monitor.playbook import Standing, Task, Tick, find, standing
from monitor.policy import Chase
from monitor.settings import shipped
from tests.letters import CONTEXT, DUTY, NOW, RECORD, WORDS, ZH, ZONE, agrees, alert, text_of
from tests.pure.test_rescue import LEAK, hazard
from tests.pure.test_weekly import WEEK

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SHIPPED = playbook.shipped(tomllib.loads(shipped("playbooks.toml")), [])
TASKS = SHIPPED[Kind.HAZARD]
OPENED = NOW - 31 * MINUTE


def read(**kinds: object) -> tuple[playbook.Playbooks, list[str]]:
    problems: list[str] = []
    return playbook.read(Options("playbook", kinds, problems), SHIPPED), problems


def test_every_kind_has_a_playbook_and_every_task_its_words_in_both_languages() -> None:
    problems: list[str] = []
    assert playbook.shipped(tomllib.loads(shipped("playbooks.toml")), problems) == SHIPPED
    assert problems == []
    assert {*SHIPPED} == {*Kind}
    assert all(SHIPPED.values())
    for words in WORDS.values():
        said = {kind: [*words.table["playbook"][kind]] for kind in words.table["playbook"]}  # type: ignore[index, call-overload]
        assert said == {str(kind): [task.name for task in tasks] for kind, tasks in SHIPPED.items()}


def test_the_hours_of_an_accident_are_those_of_decree_493() -> None:
    """One hour for the head of the unit once told (article 9), two for each authority (article 11)."""
    told = Tick("tell_head", OPENED + 20 * MINUTE, "duty")
    reported = Tick("report_accident", OPENED + 50 * MINUTE, "duty")

    assert [each.due for each in standing(TASKS, (), OPENED)[2:]] == [OPENED + 30 * MINUTE, None, None]
    assert standing(TASKS, (told,), OPENED)[3].due == told.at + HOUR
    assert standing(TASKS, (told, reported), OPENED)[4].due == reported.at + 2 * HOUR


def test_a_task_is_late_from_the_minute_after() -> None:
    first = standing(TASKS, (), OPENED)[0]
    assert first.late(OPENED + 15 * MINUTE) == timedelta(0)
    assert first.late(OPENED + 16 * MINUTE) == MINUTE
    done = replace(first, tick=Tick("call_help", OPENED + 17 * MINUTE, "duty"))
    assert done.late(OPENED + 9 * HOUR) == 2 * MINUTE
    assert Standing(TASKS[3], None).late(OPENED + 9 * HOUR) == timedelta(0)


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("1", "call_help"),
        ("05", "report_upward"),
        ("keep_away", "keep_away"),
        *((no, "") for no in ("0", "6", "x", "²")),
    ],
)
def test_a_task_is_found_by_place_or_name(asked: str, name: str) -> None:
    found = find(TASKS, asked)
    assert (found.name if found else "") == name


def test_an_agency_adds_changes_and_replaces() -> None:
    own = {"name": "tell_district", "text": " 报告区\n值班室 ", "within": "20m", "after": "tell_head"}
    added, problems = read(hazard={"tasks": [own, {"name": "call_help", "within": "5m"}]})
    assert problems == []
    assert added[Kind.HAZARD] == (
        Task(name="call_help", within=5 * MINUTE),
        *TASKS[1:],
        Task(name="tell_district", text="报告区 值班室", within=20 * MINUTE, after="tell_head"),
    )
    assert added[Kind.SCAM] == SHIPPED[Kind.SCAM]

    alone, problems = read(scam={"replace": True, "tasks": [{"name": "a", "text": "下线"}]}, hazard={"replace": True})
    assert problems == []
    assert alone[Kind.SCAM] == (Task(name="a", text="下线", within=HOUR),)
    assert alone[Kind.HAZARD] == ()


def test_all_that_is_wrong_is_said_at_once() -> None:
    many = [{"name": f"t{n}", "text": "x"} for n in range(13)]
    twice = {"name": "a", "text": "x"}
    _, problems = read(
        hazzard={},
        hazard={"tasks": [{"name": "new", "within": "0s"}, {"name": "7", "text": "很" * 101, "aftr": "a"}]},
        crisis={"tasks": [{**twice, "after": "b"}, twice]},
        scam={"replace": True, "tasks": many},
    )
    said = "\n".join(problems)
    for part in (
        "playbook.hazzard: is not known",
        "[new].text: is missing",
        "[new].within: '0s' is out of range",
        "[7].name: '7' would be taken for a place",
        "[7].text: is longer than 100",
        "[7].aftr: is not known; did you mean 'after'?",
        "[a].name: 'a' stands here twice",
        "playbook.scam.tasks: more than 12",
    ):
        assert part in said
    assert "counted from 'b'" in "\n".join(read(crisis={"tasks": [{**twice, "after": "b"}]})[1])
    assert read(crisis={"tasks": [{**twice, "after": "is_safe"}]})[1] == []


def about(*ticks: Tick, kind: Kind = Kind.HAZARD) -> messages.Context:
    return replace(CONTEXT, tasks=standing(SHIPPED[kind], ticks, OPENED))


@pytest.mark.parametrize("language", WORDS)
def test_a_mail_lists_what_is_left_with_its_hour(language: str) -> None:
    words = WORDS[language]
    letter = alert(hazard(), (LEAK,), context=about(Tick("tell_head", NOW, "duty")), words=words)
    text = text_of(letter, words)
    agrees(letter, words)
    lines = [line for line in text.splitlines() if line[:4] in {f"- {n}." for n in range(1, 6)}]
    assert [line[2] for line in lines] == ["1", "2", "4", "5"]
    assert {"zh": "原定09:44前，已晚16分钟：打", "en": "was due by 09:44, 16 minutes late: call"}[language] in lines[0]
    assert {"zh": "4. 11:00前：", "en": "4. by 11:00: "}[language] in lines[2]
    assert {"zh": "第4项之后2小时内", "en": "within 2 hours of task 4"}[language] in lines[3]
    assert {"zh": "已做完1项。", "en": "1 task is done."}[language] in text


def test_a_mail_says_the_day_of_what_is_not_due_today_and_counts_what_is_done() -> None:
    leak = alert(context=about(kind=Kind.PERSONAL_DATA))
    late = replace(CONTEXT, now=NOW + timedelta(days=1), tasks=about(kind=Kind.PERSONAL_DATA).tasks)
    assert "1. 10:29前" in text_of(leak)
    assert "昨天（11月23日）10:29前" in text_of(alert(context=late))

    done = about(*(Tick(task.name, NOW, "duty") for task in TASKS))
    assert "已做完5项。" in text_of(alert(hazard(), (LEAK,), context=done))
    assert "处置清单" not in text_of(alert(hazard(state=State.RESOLVED), (LEAK,), context=done))
    assert "处置清单" not in text_of(alert(hazard(), (LEAK,)))


def test_where_nobody_ticks_only_danger_is_called_late() -> None:
    tasks = standing(SHIPPED[Kind.PERSONAL_DATA], (), OPENED)
    later = NOW + 9 * HOUR
    assert ticking.late(RECORD, tasks, later) == ()
    assert len(ticking.late(replace(RECORD, kind=Kind.CRISIS), tasks, later)) == 3
    used = standing(SHIPPED[Kind.PERSONAL_DATA], (Tick("take_down", OPENED, "duty"),), OPENED)
    assert [each.task.name for each in ticking.late(RECORD, used, later)] == ["look_further", "tell_data_officer"]


@pytest.mark.parametrize("language", WORDS)
def test_reminders_and_digest_say_which_playbooks_are_late(language: str) -> None:
    words = WORDS[language]
    chase = Chase(
        contact="duty", count=2, since=NOW - HOUR, records=(RECORD, replace(RECORD, id=8, number="2026-0008"))
    )
    letter = chasing.letter(chase, {7: 1, 8: 0}, contact=DUTY, context=CONTEXT, words=words)
    assert {"zh": "2026-0007的处置清单有1项", "en": "1 task of the playbook of 2026-0007"}[language] in text_of(
        letter, words
    )
    assert text_of(letter, words).count("2026-0008") == 1

    summary = summarise(period=WEEK, zone=ZONE, now=NOW, open_records=(), opened=({}, {}, {}), platforms=())
    late = replace(summary, late=((hazard(), TASKS[:2]),) * 11)
    digest = messages.digest(late, DUTY, CONTEXT, words)
    text = text_of(digest, words)
    agrees(digest, words)
    assert text.count(words.say("playbook.hazard.keep_away")) == 10
    assert words.count("digest.more", 1) in text
    assert digest.severity is Severity.SERIOUS  # for the platforms that are missing: lateness alone is no alarm


def test_own_words_go_before_shipped_ones() -> None:
    assert ticking.said(Kind.HAZARD, Task(name="call_help", within=HOUR, text="打总机"), ZH) == "打总机"
