"""What follows from what the service sees of itself."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import watching
from monitor.options import Options
from monitor.watching import FULL, MB, Facts, Level, Space

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
M, H, D = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LEAST, RESERVE = 512 * MB, 64 * MB
WELL = Facts(
    now=NOW,
    began=NOW - D,
    beats={"collect": (NOW - M, ""), "deliver": (NOW - M, "")},
    stages=("collect", "deliver"),
    waiting=0,
    oldest=None,
    due=None,
    sent=NOW - H,
    last_good=NOW - M,
    broken=0,
    platforms=3,
    space=Space.ENOUGH,
    newest=NOW,
    free=9000 * MB,
)


def rules(**given):
    problems = []
    found = watching.settings(Options("watch", given, problems), {})
    return found, problems


RULES, _ = rules()


def codes(**changes):
    return [(each.code, each.level) for each in watching.troubles(replace(WELL, **changes), RULES)]


def test_the_settings_have_bounds_and_say_what_is_wrong():
    assert rules()[1] == []
    assert RULES.reserve == 64 * MB
    assert RULES.least_free == 512 * MB
    assert RULES.mute_after == 30 * M
    _, problems = rules(to=["nobody"], url="ftp://x", trouble_url="x", reserve=1, least_free=1, jump="1s", mute="1h")
    assert [problem.split(":")[0] for problem in problems] == [
        *("watch.jump", "watch.reserve", "watch.least_free", "watch.to", "watch.url", "watch.trouble_url"),
        "watch.mute",
    ]


@pytest.mark.parametrize(
    ("free", "before", "after"),
    [
        (LEAST, Space.ENOUGH, Space.ENOUGH),
        (LEAST - 1, Space.ENOUGH, Space.LOW),
        (LEAST + 1, Space.LOW, Space.LOW),  # not yet
        (int(LEAST * 1.1), Space.LOW, Space.ENOUGH),
        (FULL - 1, Space.ENOUGH, Space.FULL),
        (FULL - 1, Space.LOW, Space.FULL),
        (FULL + RESERVE, Space.FULL, Space.FULL),  # that is the reserve itself
        (int(LEAST * 1.1) + RESERVE - 1, Space.FULL, Space.FULL),
        (int(LEAST * 1.1) + RESERVE, Space.FULL, Space.ENOUGH),
    ],
)
def test_how_much_room_there_is(free, before, after):
    assert watching.space(free, before, LEAST, RESERVE) is after


@given(st.lists(st.integers(0, 2 * LEAST), min_size=2), st.integers(0, MB))
def test_a_little_more_or_less_changes_nothing_twice(frees, little):
    """Whatever has been: taking or giving back the reserve, or a megabyte, never turns ENOUGH and FULL over."""
    space = Space.ENOUGH
    for free in frees:
        space = watching.space(free, space, LEAST, RESERVE)
        again = watching.space(free, space, LEAST, RESERVE)
        assert again is space
        if space is Space.ENOUGH and free > LEAST + RESERVE + little:
            assert watching.space(free - RESERVE - little, space, LEAST, RESERVE) is Space.ENOUGH
        if space is Space.FULL and free < FULL:
            assert watching.space(free + RESERVE, space, LEAST, RESERVE) is Space.FULL


def test_a_jump_is_told_from_time_that_passes():
    assert watching.jumped(timedelta(seconds=5), timedelta(seconds=5), 5 * M) is None
    assert watching.jumped(timedelta(seconds=5) + 4 * M, timedelta(seconds=5), 5 * M) is None
    assert watching.jumped(3 * D, timedelta(seconds=5), 5 * M) == 3 * D - timedelta(seconds=5)
    assert watching.jumped(-2 * H, timedelta(0), 5 * M) == -2 * H


def test_what_hangs_is_named():
    last = {"collect": 100.0, "deliver": 100.0, "ring": 100.0}
    assert watching.stuck({}, last, 110, 60) == ()
    assert watching.stuck({"collect": [40.0, 99.0]}, last, 110, 60) == ("collect",)  # one thread of several
    assert watching.stuck({}, last | {"ring": 10.0}, 110, 60) == ("ring",)  # is never woken
    assert watching.stuck({"nobody": [0.0]}, last, 110, 60) == ()
    slow = {"backup": 0.0}
    assert watching.stuck({}, slow, 4 * 3600, 60) == ()
    assert watching.stuck({}, slow, 4 * 3600 + 61, 60) == ("backup",)


def test_all_is_well():
    assert codes() == []
    assert WELL.collecting


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"beats": {"collect": (NOW, "KeyError"), "deliver": (NOW, "")}}, [("stage_error", Level.ERROR)]),
        ({"beats": {"collect": (NOW - H, ""), "deliver": (NOW, "")}}, [("stage_silent", Level.ERROR)]),
        ({"beats": {"collect": (NOW, "")}}, [("stage_silent", Level.ERROR)]),  # has never said a word
        ({"stages": ("backup",), "beats": {"backup": (NOW - H, "")}}, []),
        ({"beats": {}, "began": NOW - M}, []),  # it has just begun
        ({"beats": {"collect": (NOW - H, "")}, "began": NOW - M}, []),
        ({"due": NOW - 20 * M, "waiting": 2}, []),
        ({"due": NOW - 40 * M, "waiting": 2, "sent": NOW - 2 * M}, []),  # slow, not mute
        ({"due": NOW - 40 * M, "waiting": 2}, [("mute", Level.ERROR)]),
        ({"due": NOW - 40 * M, "waiting": 2, "sent": None}, [("mute", Level.ERROR)]),
        ({"space": Space.LOW}, [("space_low", Level.ERROR)]),
        ({"space": Space.FULL, "reserve": False}, [("space_full", Level.ERROR)]),
        ({"reserve": False}, [("no_reserve", Level.WARNING)]),
        ({"newest": NOW + 4 * M}, []),
        ({"newest": None}, []),
        ({"newest": NOW + H}, [("future", Level.ERROR)]),
        ({"pinged": "timeout"}, [("not_pinged", Level.WARNING)]),
        ({"unreceived": "mail_login"}, [("unreceived", Level.WARNING)]),
        ({"unserved": "Address already in use"}, [("unserved", Level.WARNING)]),
        ({"unwritten": "No space left on device"}, [("unwritten", Level.WARNING)]),
        ({"broken": 1}, [("broken", Level.WARNING)]),
        ({"broken": 3}, [("all_broken", Level.ERROR)]),
        ({"broken": 1, "space": Space.LOW}, [("space_low", Level.ERROR), ("broken", Level.WARNING)]),  # worst first
    ],
)
def test_what_is_wrong_is_said(changes, said):
    assert codes(**changes) == said


@pytest.mark.parametrize(
    ("since", "rung", "day"),
    [
        (None, None, None),
        (NOW - 29 * M, None, None),
        (NOW - 30 * M, None, 0),
        (NOW - 31 * M, NOW - M, None),
        (NOW - 31 * M, NOW - D, 0),  # that was about another silence
        (NOW - 25 * H, NOW - 24 * H, 1),
        (NOW - 3 * D, NOW - H, None),
        (NOW - 31 * M, NOW + H, None),  # the clock was set back
        (NOW - 31 * M, NOW + 30 * D, 0),  # it was wrong altogether
    ],
)
def test_when_telephones_ring_for_mail_that_is_mute(since, rung, day):
    assert watching.rings(since, rung, NOW, 30 * M) == day


def days(*free):
    return [(date(2026, 11, 1) + timedelta(days=n), each * MB) for n, each in enumerate(free)]


def test_days_left_are_counted_only_where_the_disk_fills_up():
    assert watching.days_left([], LEAST) is None
    assert watching.days_left(days(9000, 8000), LEAST) is None  # two days say nothing
    assert watching.days_left(days(9000, 9000, 9000, 9000), LEAST) is None
    assert watching.days_left(days(8000, 8500, 9000, 9500), LEAST) is None
    assert watching.days_left(days(*range(9000, 8000, -100)), LEAST) == (8100 - 512) // 100
    assert watching.days_left(days(2000, 1500, 1000, 500), LEAST) == 0


def test_one_large_copy_changes_little():
    steady = days(*range(9000, 7000, -100))
    copied = [(day, free - 4000 * MB if n == 5 else free) for n, (day, free) in enumerate(steady)]
    assert abs(watching.days_left(copied, LEAST) - watching.days_left(steady, LEAST)) <= 2


@given(st.lists(st.integers(0, 10_000), max_size=80))
def test_days_left_are_never_negative(free):
    left = watching.days_left(days(*free), LEAST)
    assert left is None or left >= 0
    assert all(second > first for first, second in pairwise([day for day, _ in days(*free)]))
