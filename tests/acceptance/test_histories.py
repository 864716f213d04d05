"""A few random histories; ``make soak`` lives many more."""

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.histories import mail_server


def test_random_histories():
    with mail_server() as histories:
        run_state_machine_as_test(histories, settings=settings(max_examples=12, stateful_step_count=14))
