"""Who is told of what: severities, kinds, and the leader whom nothing can leave out."""

from datetime import timedelta

import pytest

from classifiers.finding import Kind
from monitor.model import Step
from tests.pure.test_settings import EXAMPLE, read

MINUTE = timedelta(minutes=1)
DUTY_ONLY = 'steps = [{ after = "0m", tell = ["duty"] }]'
ALONE = ("[policy.hazard]\n", f"[policy.hazard]\n{DUTY_ONLY}\n")
DANGER = (Kind.HAZARD, Kind.CRISIS)


def rules(*changes):
    text = EXAMPLE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    found, problems, _ = read(text)
    return found.policies, problems


def test_a_severity_has_steps_of_its_own_and_a_kind_stands_before_it():
    own = '[policy.serious]\nowner = "leader"\nrepeat = "2h"\nsteps = [{ after = "0m", tell = ["leader"] }]\n'
    kind = f'[policy.scam]\nowner = "duty"\n{DUTY_ONLY}\n'
    found, problems = rules(("[policy.serious]\n", own), ("[policy.scam]\n", kind))

    assert problems == []
    assert (found[Kind.PERSONAL_DATA].owner, found[Kind.PERSONAL_DATA].repeat) == ("leader", timedelta(hours=2))
    assert found[Kind.PERSONAL_DATA].steps == (Step(timedelta(0), ("leader",)),)
    assert (found[Kind.SCAM].owner, found[Kind.SCAM].repeat) == ("duty", timedelta(hours=2))
    assert found[Kind.SCAM].steps == (Step(timedelta(0), ("duty",)),)
    assert found[Kind.PAGE_STALE].owner == "duty"


def test_a_kind_that_is_called_serious_goes_the_way_of_the_serious():
    own = f"[policy.serious]\n{DUTY_ONLY}\n"
    found, _ = rules(
        ("[policy.serious]\n", own), ("[policy.page_stale]\n", '[policy.page_stale]\nseverity = "serious"\n')
    )

    assert found[Kind.PAGE_STALE].steps == (Step(timedelta(0), ("duty",)),)


@pytest.mark.parametrize("kind", DANGER)
@pytest.mark.parametrize(
    ("steps", "told"),
    [
        (DUTY_ONLY, [("0m", "duty"), ("30m", "leader")]),
        (
            'steps = [{ after = "0m", tell = ["duty"] }, { after = "2h", tell = ["leader"] }]',
            [("0m", "duty"), ("30m", "leader"), ("120m", "leader")],
        ),
        (
            'steps = [{ after = "0m", tell = ["duty"] }, { after = "30m", tell = ["duty"] }]',
            [("0m", "duty"), ("30m", "duty leader")],
        ),
        ('steps = [{ after = "5m", tell = ["duty", "leader"] }]', [("5m", "duty leader")]),
    ],
)
def test_the_leader_is_told_of_danger_in_time_whatever_the_steps_say(kind, steps, told):
    found, problems = rules((f"[policy.{kind}]\n", f"[policy.{kind}]\n{steps}\n"))

    assert problems == []
    said = [(f"{step.after // MINUTE}m", " ".join(step.tell)) for step in found[kind].steps]
    assert said == told


def test_the_time_may_be_shorter_and_never_longer():
    def after(value):
        found, problems = rules(
            ('# leader_after = "30m"', f'leader_after = "{value}"'),
            ("[policy.hazard]\n", f"[policy.hazard]\n{DUTY_ONLY}\n"),
        )
        return found[Kind.HAZARD].steps[-1].after, problems

    assert after("10m") == (10 * MINUTE, [])
    assert after("0m") == (timedelta(0), [])
    assert after("31m")[1] == ["policy.leader_after: '31m' is out of range; it may be from 0m to 30m"]


def test_other_kinds_may_do_without():
    found, _ = rules(("[policy.personal_data]\n", f"[policy.personal_data]\n{DUTY_ONLY}\n"))

    assert [step.tell for step in found[Kind.PERSONAL_DATA].steps] == [("duty",)]


def test_the_leader_is_a_contact_and_by_default_the_last_of_the_usual_steps():
    found, problems = rules(
        ('# leader = ""', 'leader = "duty"'), ("[policy.hazard]\n", f"[policy.hazard]\n{DUTY_ONLY}\n")
    )
    assert (problems, len(found[Kind.HAZARD].steps)) == ([], 1)

    _, problems = rules(('# leader = ""', 'leader = "nobody"'))
    assert problems == ["policy.leader: 'nobody' is no contact; known are: duty, leader"]
