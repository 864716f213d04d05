"""Working time in the configuration: office hours, an agency's own days, deadlines that wait for them."""

from datetime import date, time, timedelta
from pathlib import Path

import pytest

from classifiers.finding import Kind
from monitor import settings
from monitor.model import Working
from tests.pure.test_settings import BOARD, EXAMPLE, read

OWN_DAYS = '# file = ""                         # 本地放假'
HOURS = '# hours = ["08:30-12:00", "14:30-17:30"]'
STEPS = """[policy.page_stale]
deadline = "5wd"
steps = [{ after = "0m", tell = ["duty"] }, { after = "4wh", tell = ["leader"] }]
"""


def test_deadlines_and_steps_may_be_working_time():
    found, problems, _ = read(EXAMPLE.replace("[policy.page_stale]\n", STEPS))

    assert problems == []
    rules = found.policies[Kind.PAGE_STALE]
    assert (rules.deadline, rules.steps[1].after) == (Working(days=5), Working(hours=timedelta(hours=4)))


@pytest.mark.parametrize("kind", ["hazard", "crisis"])
@pytest.mark.parametrize("own", ['deadline = "1wd"', 'steps = [{ after = "1wh", tell = ["leader"] }]'])
def test_danger_never_waits_for_office_hours(kind, own):
    _, problems, _ = read(EXAMPLE.replace(f"[policy.{kind}]\n", f"[policy.{kind}]\n{own}\n"))

    assert problems == [
        f"policy.{kind}: danger doesn't wait for office hours: steps and deadline must be in clock time"
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('# every = "15m"', 'every = "1wd"', "platform[website].every: is no working time"),
        ('# deadline = "30d"', 'deadline = "99wd"', "is out of range; it may be from 5m to 90d"),
        ('# deadline = "30d"', 'deadline = "0wd"', "is out of range"),
        (HOURS, "hours = []", "calendar.hours: must not be empty"),
        (
            HOURS,
            'hours = ["8-12"]',
            "calendar.hours: must be times of day in order",
        ),
        (
            HOURS,
            'hours = ["13:00-17:00", "08:00-12:00"]',
            "calendar.hours: must be times of day in order",
        ),
        (OWN_DAYS, 'file = "none.toml" #', "none.toml: can't be read: No such file or directory"),
    ],
)
def test_what_is_no_working_time_is_said(old, new, said):
    assert old in EXAMPLE
    _, problems, _ = read(EXAMPLE.replace(old, new, 1))

    assert [said in problem for problem in problems] == [True]


def test_answers_are_promised_in_whole_days():
    def within(text):
        board = BOARD.replace('# reply = ""', 'reply = "answer.text"').replace('# answer_within = "15d"', text)
        found, problems, _ = read(board)
        return found.platforms["board"].answer_within, [each for each in problems if "board].answer_within" in each]

    assert within('answer_within = "5wd"') == (Working(days=5), [])
    assert within('answer_within = "25h"') == (timedelta(days=2), [])
    assert within('answer_within = "30wh"')[1] == [
        'platform[board].answer_within: is counted in whole days: "15d", or working days: "5wd"'
    ]


def test_a_unit_may_have_hours_of_its_own():
    own = '[[unit]]\nname = "服务大厅"\nhours = ["09:00-17:00"]\n'
    text = EXAMPLE.replace('# unit = ""', 'unit = "服务大厅"', 1) + own
    found, problems, _ = read(text)

    assert problems == []
    assert found.calendar_of("website").hours == ((time(9), time(17)),)
    assert found.calendar_of("gone").hours == ((time(8, 30), time(12)), (time(14, 30), time(17, 30)))
    assert found.calendar_of("website").off == found.calendar.off


def own_days(tmp_path: Path, body: str | bytes) -> tuple[settings.Settings, list[str]]:
    file = tmp_path / "days.toml"
    file.write_bytes(body if isinstance(body, bytes) else body.encode())
    problems: list[str] = []
    text = EXAMPLE.replace(OWN_DAYS, 'file = "days.toml" #', 1)
    return settings.read(tmp_path / "huiyin.toml", settings.tomllib.loads(text), problems), problems


def test_an_agencys_own_days_add_to_those_of_the_country(tmp_path):
    body = '[2026]\nhalf = ["2026-03-09"]\n[2027]\nsource = "号"\noff = ["2027-01-01/2027-01-03"]\n'
    found, problems = own_days(tmp_path, body)

    assert problems == []
    assert found.calendar.half == {date(2026, 3, 9)}
    assert dict(found.calendar.sources)[2027] == "号"
    assert max(day for day in found.calendar.off if day.year == 2027) == date(2027, 1, 3)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("[2027", "is not valid TOML in UTF-8"),
        (b"\xff\xfe", "is not valid TOML in UTF-8"),
        ('[2027]\noff = ["soon"]', "2027.off: 'soon' is no day"),
    ],
)
def test_a_file_that_is_wrong_is_named(tmp_path, body, said):
    _, problems = own_days(tmp_path, body)

    assert ["days.toml" in problem and said in problem for problem in problems] == [True]
