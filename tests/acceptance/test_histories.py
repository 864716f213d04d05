"""A few random histories; `make soak` lives many more."""

from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.histories import mail_server

FEW = settings(max_examples=8, stateful_step_count=16, phases=[Phase.generate])


def test_random_histories():
    with mail_server() as histories:
        run_state_machine_as_test(histories, settings=FEW)
