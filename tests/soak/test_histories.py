"""Hundreds of random histories, others each time: a failure is printed as the calls that lead to it."""

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.histories import mail_server

MANY = settings(
    max_examples=200,
    stateful_step_count=40,
    derandomize=False,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def test_random_histories():
    with mail_server() as histories:
        run_state_machine_as_test(histories, settings=MANY)
