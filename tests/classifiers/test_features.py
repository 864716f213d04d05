"""Characters as rows of a hashed table, many texts at once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers import features

TABLE = np.random.default_rng(1).normal(size=(1 << 12, 3)).astype(np.float32)
TEXTS = ["路灯坏了", "", "电梯困人，请快来！", "a", "ＡＢＣ abc", "\ud800", "😀𠮷", "长" * 5000]


def every(texts, longest=2, bits=12):
    rows, starts = features.runs(texts, longest, bits)
    return [row.tolist() for row in rows], starts.tolist()


@pytest.mark.parametrize(
    ("one", "other"),
    [("ＡＢｃ１", "abC1"), ("a\u3000b\tc\nd", "a b c d"), ("a\xa0\u2003b", "a  b"), ("😀", "𠮷"), ("！", "!")],
)
def test_what_counts_as_the_same(one, other):
    assert every([one], 3) == every([other], 3)


@pytest.mark.parametrize(("one", "other"), [("路", "灯"), ("ab", "ba"), ("a b", "ab"), ("路灯", "灯路"), ("1", "2")])
def test_what_does_not(one, other):
    assert every([one]) != every([other])


@pytest.mark.parametrize("longest", range(1, features.LONGEST_RUN + 1))
def test_many_texts_give_what_each_gives_alone(longest):
    many = TEXTS * 20  # more than are looked up at a time

    together = features.sums(TABLE, many, longest)
    alone = np.concatenate([features.sums(TABLE, [text], longest) for text in TEXTS])

    assert together.shape == (len(many), 3)
    assert np.allclose(together, np.tile(alone, (20, 1)), atol=1e-2)


def test_a_sum_is_the_sum_of_the_named_rows():
    text = "路灯坏了"
    (single, double), starts = features.runs([text], 2, 12)

    assert len(single) == len(double) == len(text) + 1  # the gap before it begins a run too
    assert starts.tolist() == [0]
    assert np.allclose(features.sums(TABLE, [text], 2)[0], TABLE[single].sum(axis=0) + TABLE[double].sum(axis=0))


def test_no_text_no_sums():
    assert features.sums(TABLE, [], 2).shape == (0, 3)


@pytest.mark.parametrize("bits", [1, 8, 16, 18])
def test_rows_stand_in_the_table(bits):
    rows, _ = features.runs(["".join(map(chr, range(0, 0x10FFFF, 13)))], 3, bits)

    assert all(row.min() >= 0 and row.max() < 1 << bits for row in rows)


def test_runs_spread_evenly():
    (single, double), _ = features.runs(["".join(map(chr, range(0x4E00, 0x9FA5)))], 2, 12)

    for row in (single, double):
        held = np.bincount(row, minlength=1 << 12)
        assert held.max() < 6 * held.mean()
        assert (held == 0).mean() < 0.05


@given(st.lists(st.text(st.characters(codec=None)), max_size=40), st.integers(1, 3))
def test_work_grows_with_the_characters_and_nothing_else(texts, longest):
    rows, starts = features.runs(texts, longest, 12)
    gap = max(1, longest - 1)

    assert len(rows) == longest
    assert all(len(row) == sum(map(len, texts)) + gap * max(1, len(texts)) for row in rows)
    assert starts.tolist() == [sum(map(len, texts[:n])) + gap * n for n in range(len(texts))]
