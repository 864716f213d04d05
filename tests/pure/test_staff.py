"""The configuration of duties: who stands in for whom, and what a roster may say."""

import tomllib
from datetime import time, timedelta
from pathlib import Path

import pytest

from monitor import settings
from monitor.model import Severity
from tests.houses import CONFIGURATION

ROSTERED = CONFIGURATION.replace('mail = "duty@agency.example"', "roster = true")


def read(text):
    problems = []
    return settings.read(Path("huiyin.toml"), tomllib.loads(text), problems), problems


def with_deputies(**deputies):
    text = CONFIGURATION
    for name, deputy in deputies.items():
        text = text.replace(f'name = "{name}"', f'name = "{name}"\ndeputy = "{deputy}"')
    return text


def test_what_is_usual():
    found, problems = read(CONFIGURATION)

    assert problems == []
    assert found.staff.silence(Severity.URGENT) == timedelta(minutes=15)
    assert found.staff.silence(Severity.SERIOUS) == timedelta(hours=2)
    assert found.staff.confirm_after == timedelta(days=90)
    assert found.staff.custom.change == time(8, 30)


def test_a_duty_that_a_roster_fills_has_no_address():
    found, problems = read(ROSTERED)
    assert (problems, found.contacts["duty"].mail) == ([], "")

    _, problems = read(ROSTERED.replace("roster = true", 'roster = true\nmail = "x@agency.example"'))
    assert "leave mail and phone out" in problems[0]


def test_somebody_must_have_an_address():
    _, problems = read(ROSTERED.replace('mail = "leader@agency.example"', "roster = true"))

    assert "nobody has a mail address" in problems[0]


def test_a_deputy_is_a_contact_and_deputies_lead_in_no_circle():
    assert read(with_deputies(duty="leader"))[1] == []
    assert "'chief' is no contact; known are: leader" in read(with_deputies(duty="chief"))[1][0]
    assert read(with_deputies(duty="leader", leader="duty"))[1] == []
    assert "duty → duty" in read(with_deputies(duty="duty"))[1][0]


def test_shifts_have_names_and_hours():
    found, problems = read(CONFIGURATION + '[roster]\nchange = "08:00"\nshifts = ["夜班=17:30-08:30"]\n')
    assert (problems, found.staff.custom.shifts) == ([], (("夜班", (time(17, 30), time(8, 30))),))
    assert found.staff.custom.change == time(8)

    assert "夜班=17:30-08:30" in read(CONFIGURATION + '[roster]\nshifts = ["夜班"]\n')[1][0]


@pytest.mark.parametrize(
    "line", ['deputy_after = "31m"', 'deputy_after = "0s"', 'deputy_after_others = "8d"', 'confirm_after = "400d"']
)
def test_limits_hold(line):
    assert "out of range" in read(CONFIGURATION + f"[contacts]\n{line}\n")[1][0]


def test_who_may_hold_a_duty_and_has_a_telephone_may_ring():
    ring = '[ring]\nway = "http"\nurl = "https://sms.agency.example/"\n'
    phone = ROSTERED.replace('mail = "leader@agency.example"', 'mail = "leader@agency.example"\nphone = "000-5550103"')

    assert read(ROSTERED + ring)[0].ringing == ()
    assert read(phone + ring)[0].ringing == ("duty", "leader")
    assert read(phone)[0].ringing == ()
