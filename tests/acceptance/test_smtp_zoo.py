"""Through the whole stage to mail servers with bad habits: nothing lost, no copy too many, repeats marked."""

import pytest

from tests.smtp_zoo import HABITS, check


@pytest.mark.parametrize("habit", HABITS)
def test_nothing_is_lost(tmp_path, trust, habit):
    check(tmp_path, habit, 20, trust)
