"""A thousand mails to each mail server of the zoo."""

import pytest

from tests.smtp_zoo import HABITS, check


@pytest.mark.parametrize("habit", HABITS)
def test_nothing_of_a_thousand_is_lost(tmp_path, trust, habit):
    check(tmp_path, habit, 1000, trust)
