"""Many random histories, the same each time; HUIYIN_SOAK_SEED chooses others. A failure is printed as the calls that
lead to it.
"""

import os

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.histories import mail_server

SEED = int(os.environ.get("HUIYIN_SOAK_SEED", "1"))
MANY = settings(
    max_examples=30, stateful_step_count=25, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)


def test_random_histories():
    with mail_server() as histories:
        run_state_machine_as_test(seed(SEED)(histories), settings=MANY)
