"""The like of a message: sketches that meet, who shares most, and how close two of them are."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from itertools import islice

import pytest

from classifiers import likeness
from classifiers.likeness import COPIES, CROWD, FULL, OF_ALL, OF_TITLE, PIECE, READ, closeness, copies, nearest

LAMP = ("路灯坏了", "东苑小区3栋楼下的路灯坏了半个月，晚上老人出门看不清路，请尽快派人来修。")
LAMP_AGAIN = ("", "请问东苑小区楼下路灯什么时候修？已经坏了很久，老人晚上出门看不清。")
PENSION = ("养老保险", "我户口迁到了外省，原来在本县交的养老保险怎样转移接续，要带哪些材料？")
LUCK = random.Random(7)
LETTER = "".join(chr(LUCK.randrange(0x4E00, 0x9FA5)) for _ in range(3_000))


def sketches(messages: Sequence[likeness.Text]) -> list[list[int]]:
    """One by one."""
    numbers, counts = likeness.sketches(messages)
    left = iter(numbers.tolist())
    return [[*islice(left, count)] for count in counts.tolist()]


def shared(one: likeness.Text, other: likeness.Text) -> int:
    first, second = sketches([one, other])
    return len({*first} & {*second})


def test_a_sketch_has_a_bounded_number_of_different_runs_of_32_bits() -> None:
    (found,) = sketches([("", LETTER)])

    assert len(found) == len({*found}) == OF_ALL
    assert all(-(2**31) <= run < 2**31 for run in found)
    assert all(isinstance(run, int) for run in found)


@pytest.mark.parametrize("nothing", [("", ""), (" ", "\n"), ("\u3000", "\t")])
def test_what_says_nothing_has_an_empty_sketch(nothing: likeness.Text) -> None:
    assert sketches([nothing, LAMP]) == [[], *sketches([LAMP])]


def test_no_messages_have_no_sketches() -> None:
    assert sketches([]) == []
    assert closeness(LAMP, []) == []


def test_a_message_has_the_same_sketch_alone_and_among_many() -> None:
    many = [("", LETTER[start : start + LUCK.randrange(300)]) for start in range(2 * PIECE + 40)]

    assert sketches(many) == [sketch for each in many for sketch in sketches([each])]


def test_messages_meet_as_far_as_they_say_the_same() -> None:
    half = LETTER[:1_500] + LETTER[::-1][:1_500]

    assert shared(("", LETTER), ("", LETTER)) == OF_ALL
    assert OF_ALL / 5 < shared(("", LETTER), ("", half)) < OF_ALL / 1.5  # a third of all their runs
    assert shared(LAMP, LAMP_AGAIN) > 2
    assert shared(LAMP, PENSION) == 0


def test_letters_count_whatever_their_width_and_case() -> None:
    assert sketches([("WIFI", "Ａ座 no wifi")]) == sketches([("wifi", "a座　NO WIFI")])


def test_the_title_has_places_of_its_own() -> None:
    title = LETTER[:60]

    assert shared((title, LETTER[60:]), (title, LETTER[::-1])) >= OF_TITLE
    assert len(sketches([(title, LETTER[60:])])[0]) <= OF_ALL


def test_no_more_is_read_than_is_said() -> None:
    long = "啊" + LETTER * 400

    assert sketches([("", long)]) == sketches([("", long[:READ])])
    assert sketches([(long, "")]) == sketches([(long[:READ], LAMP[1])])
    assert closeness(("", long), [("", long[:READ] + "别的")]) == [pytest.approx(1)]


def test_who_shares_what_few_have_comes_first_and_then_the_newest() -> None:
    common, rare = list(range(FULL)), [7, 9]

    assert nearest([common, common, rare], 3) == [9, 7, FULL - 1]
    assert nearest([[1], [], [2], [1, 2]], 9) == [2, 1]
    assert nearest([], 9) == []


def test_the_closest_says_the_same_in_other_words() -> None:
    near, far, same, nothing = closeness(LAMP_AGAIN, [LAMP, PENSION, LAMP_AGAIN, ("", "")])

    assert same == pytest.approx(1)
    assert 0.2 < near < same
    assert far < 0.05
    assert nothing == 0
    assert closeness(("", ""), [LAMP, ("", "")]) == [0, 0]


def test_to_say_it_again_is_not_to_say_it_more() -> None:
    once, often = closeness(("", "路灯"), [("", "路灯什么时候修"), ("", "路灯" * 300 + "什么时候修")])

    assert once > 0.2
    assert often < 1


def test_who_says_the_same_again_and_again_says_it_all() -> None:
    again, once = ("", "路灯坏了，" * 700), ("", "路灯坏了，" * 2)

    assert sketches([LAMP, again, PENSION]) == sketches([LAMP, once, PENSION])
    assert len(sketches([again])[0]) == 9


def letters(count: int) -> str:
    return "".join(chr(LUCK.randrange(0x4E00, 0x9FA5)) for _ in range(count))


def found(messages: Sequence[likeness.Text]) -> list[list[int]]:
    pairs: list[list[int]] = copies(messages).tolist()
    return pairs


def test_near_copies_are_found_and_nothing_else() -> None:
    many = [("", letters(100)) for _ in range(2 * PIECE)]
    near = [("", text[:40] + "改了" + text[40:90]) for _, text in many]  # a Jaccard of 0.8
    half = [("", text[:50] + letters(50)) for _, text in many]

    assert found(many) == []
    assert found([*many, *near]) == [[place, place + 2 * PIECE] for place in range(2 * PIECE)]
    assert len(found([*many, *half])) < 2 * PIECE * 0.6


def test_many_copies_are_all_found_and_too_many_say_nothing() -> None:
    same = [LAMP] * CROWD

    assert len(found([PENSION, *same])) == CROWD * (CROWD - 1) // 2
    assert found([PENSION, *same, LAMP]) == []


def test_more_pairs_than_are_compared_together_are_found_too() -> None:
    crowds = [("", text) for text in (letters(60) for _ in range(20)) for _ in range(CROWD)]

    assert len(found(crowds)) == 20 * CROWD * (CROWD - 1) // 2 > COPIES


@pytest.mark.parametrize("few", [[], [LAMP], [("", ""), ("", "")], [("a", ""), ("", "b")]])
def test_without_two_that_say_something_there_are_no_copies(few: list[likeness.Text]) -> None:
    assert found(few) == []


def test_copies_of_a_few_letters_are_copies() -> None:
    assert found([("", "路灯"), LAMP, ("路灯", ""), LAMP_AGAIN]) == [[0, 2]]


@pytest.mark.parametrize(
    "text",
    ["", "a" * 10**6, "1" * 10**5, "路灯" * 10**5, "\0" * 10**6, "\ud800" * 10**5, "".join(map(chr, range(0x110000)))],
    ids=["nothing", "no spaces", "digits", "a word", "NULs", "half characters", "every plane"],
)
def test_hostile_texts_take_no_time(text: str) -> None:
    started = time.process_time()
    many = [(text, text), ("", text), (text, "")] * 10
    sketches(many)
    copies(many)
    closeness(("", text), many)

    assert time.process_time() - started < 1
