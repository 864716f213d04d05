"""Lives with five hundred random deaths, under a load of steps, acknowledgements and overdue mails."""

import pytest

from tests.lives import live


@pytest.mark.parametrize("seed", range(10, 21))
def test_fifty_lives(tmp_path, inbox, seed):
    live(tmp_path, inbox, lives=50, seed=seed)
