"""Five hundred lives with random deaths."""

import pytest

from tests.lives import live


@pytest.mark.parametrize("seed", range(10, 20))
def test_fifty_lives(tmp_path, inbox, seed):
    live(tmp_path, inbox, lives=50, seed=seed)
