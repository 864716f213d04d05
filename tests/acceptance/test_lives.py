"""Forty lives with random deaths; `make soak` lives five hundred."""

import pytest

from tests.lives import live

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.mark.parametrize("seed", [1, 2])
def test_forty_lives(tmp_path, inbox, seed):
    live(tmp_path, inbox, lives=20, seed=seed)
