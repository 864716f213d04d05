"""Within what time messages are promised an answer, as configured and as counted; when somebody is warned."""

import tomllib
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from classifiers.finding import Purpose
from monitor import promises
from monitor.model import Working
from monitor.options import Options
from monitor.settings import shipped
from tests.pure.days import CALENDAR
from tests.pure.test_settings import BOARD, EXAMPLE, SECRETS, read

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KNOWN = promises.presets(tomllib.loads(shipped("answers.toml")), [])


@pytest.fixture(autouse=True)
def _the_secrets(monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


def local(*moment):
    return datetime(*moment, tzinfo=SHANGHAI).astimezone(UTC)


def answers(**said):
    problems = []
    found = promises.read(Options("answers", said, problems), KNOWN)
    return found, problems


def test_presets_name_their_source_and_are_right():
    raw, problems = tomllib.loads(shipped("answers.toml")), []

    promises.presets(raw, problems)

    assert problems == []
    assert all(table["source"] and table["note"] and table["within"] for table in raw.values())
    assert KNOWN["guangdong-12345"].by_purpose == {
        Purpose.QUESTION: Working(days=2),
        Purpose.COMPLAINT: Working(days=15),
        Purpose.SUGGESTION: Working(days=10),
    }
    assert KNOWN["petition"].within == 60 * DAY


def test_what_a_table_says_stands_before_its_preset():
    found, problems = answers(preset="website", question="4wh", warn="1wd", handed_on=5)

    assert problems == []
    assert found.by_purpose[Purpose.QUESTION] == Working(hours=4 * HOUR)
    assert found.by_purpose[Purpose.CORRECTION] == Working(days=3)
    assert (found.within, found.warn, found.handed_on) == (Working(days=15), Working(days=1), 5)


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"preset": "moon"}, "answers.preset: 'moon' is not known; known are: guangdong-12345"),
        ({"question": "soon"}, "answers.question: 'soon' is no span of time"),
        ({"question": "5m"}, "answers.question: '5m' is out of range"),
        ({"warn": "100%"}, "answers.warn: '100%' must be a share"),
        ({"warn": "4wh"}, "answers.warn: '4wh' must be a share"),
        ({"warn": "0d"}, "answers.warn: '0d' must be a share"),
        ({"warn": "early"}, "answers.warn: 'early' must be a share"),
        ({"sooner": "1d"}, "answers.sooner"),
    ],
)
def test_what_is_wrong_is_said(said, problem):
    assert [problem in each for each in answers(**said)[1]] == [True]


@pytest.mark.parametrize(("said", "warn"), [("", None), ("75%", 0.75), ("2d", 2 * DAY), ("1wd", Working(days=1))])
def test_when_to_warn(said, warn):
    assert answers(warn=said)[0].warn == warn


def board(old="", new=""):
    text = BOARD.replace('# reply = ""', 'reply = "answer.text"')
    assert old in text
    found, problems, _ = read(text.replace(old, new, 1))
    assert [each for each in problems if "needs a" not in each] == []  # secrets of other platforms
    return found.platforms["board"], found.answers


def test_a_platform_has_the_times_of_all_unless_it_has_its_own():
    usual, _ = board()
    assert (usual.by_purpose, usual.answer_within) == ({}, 15 * DAY)

    own, general = board('# preset = ""                     #', 'preset = "yueqing-online" #')
    assert (own.answer_within, own.by_purpose[Purpose.QUESTION]) == (Working(days=5), Working(days=2))
    assert general.by_purpose == {}


def test_an_ordinary_time_that_is_written_stands_before_that_of_a_preset():
    text = BOARD.replace('# reply = ""', 'reply = "answer.text"').replace(
        '# answer_within = "15d"', 'answer_within = "9d"'
    )
    found, _, _ = read(text.replace('# preset = ""', 'preset = "petition"'))

    assert found.platforms["board"].answer_within == 9 * DAY


def test_all_platforms_have_what_answers_says():
    said, general = board('# question = ""                     #', 'question = "1wd" #')

    assert said.by_purpose == general.by_purpose == {Purpose.QUESTION: Working(days=1)}


def test_a_unit_may_have_a_contact():
    unit = '[[unit]]\nname = "物业科"\ncontact = "duty"\n'
    found, problems, _ = read(EXAMPLE + unit)
    assert (found.unit_contacts, problems) == ({"物业科": "duty"}, [])
    assert (found.contact_of("物业科", "leader"), found.contact_of("", "leader")) == ("duty", "leader")
    assert found.calendar_of("website", "物业科") == found.calendar

    _, problems, _ = read(EXAMPLE + unit.replace('"duty"', '"nobody"'))
    assert problems == ["unit[物业科].contact: 'nobody' is no contact; known are: duty, leader"]


@pytest.mark.parametrize(
    ("within", "due"),
    [
        (15 * DAY, local(2026, 11, 20)),
        (24 * HOUR, local(2026, 11, 6)),  # a day is a day
        (30 * HOUR, local(2026, 11, 5, 16)),
        (Working(days=1), local(2026, 11, 6)),
        (Working(days=3), local(2026, 11, 10)),
    ],
)
def test_days_end_at_midnight_and_hours_at_the_hour(within, due):
    assert promises.due(local(2026, 11, 4, 10), within, CALENDAR) == due


def test_office_hours_end_at_the_hour():
    since = local(2026, 11, 6, 16, 30)  # a Friday

    assert promises.due(since, Working(hours=2 * HOUR), CALENDAR) == CALENDAR.after(since, Working(hours=2 * HOUR))


@pytest.mark.parametrize(
    ("due", "warn", "moment"),
    [
        (local(2026, 11, 20), None, None),
        (local(2026, 11, 20), 0.8, local(2026, 11, 16, 8, 30)),  # four fifths are over in its evening
        (local(2026, 11, 20), 2 * DAY, local(2026, 11, 18, 8, 30)),
        (local(2026, 11, 20), Working(days=1), local(2026, 11, 18, 8, 30)),
        (local(2026, 11, 24), 2 * DAY, local(2026, 11, 20, 8, 30)),  # the 22nd is a Sunday
        (local(2026, 11, 5, 16), 0.8, local(2026, 11, 5, 10)),
        (local(2026, 11, 5, 16), 2 * HOUR, local(2026, 11, 5, 14)),
        (local(2026, 11, 5), 0.8, local(2026, 11, 4, 10)),  # not before it was written
    ],
)
def test_warnings_come_when_the_office_opens_or_at_the_hour(due, warn, moment):
    assert promises.warned(local(2026, 11, 4, 10), due, warn, CALENDAR) == moment
