"""A few random histories; `make soak` lives many more."""

from hypothesis import Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.histories import mail_server

SEED = 7  # these few have repeated mails, policies that change while there is danger, and leaders told of it
FEW = settings(max_examples=8, stateful_step_count=16, phases=[Phase.generate])


def test_random_histories():
    with mail_server() as histories:
        run_state_machine_as_test(seed(SEED)(histories), settings=FEW)
