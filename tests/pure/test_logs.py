"""One line a unit, that nothing can forge."""

import logging
import subprocess
import sys

import pytest

from monitor import logs


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.INFO, logger="huiyin")
    return caplog


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (3, "v=3"),
        ("website", "v=website"),
        ("a b", 'v="a b"'),
        ('a"b\\', 'v="a\\"b\\\\"'),
        ("a\nevil x=1", 'v="a\\u000aevil x=1"'),
        ("局", 'v="局"'),
        ("\u202e\x1b[31m", 'v="\\u202e\\u001b[31m"'),
        ("", 'v=""'),
    ],
)
def test_values_are_plain_or_quoted_and_escaped(lines, value, shown):
    logs.event("pass", v=value)

    assert lines.messages == [f"pass {shown}"]


def test_a_value_is_bounded(lines):
    logs.event("pass", v="x" * 10_000)

    assert len(lines.messages[0]) < 400


def test_an_error_is_named_by_place_not_by_text():
    with pytest.raises(ValueError, match="2107") as caught:
        raise ValueError("210726196411200006")

    assert logs.place(caught.value).startswith("test_logs.py:")
    assert logs.place(ValueError()) == ""


def test_lines_go_to_standard_error_with_the_time():
    program = "from monitor import logs; logs.to_stderr(); logs.event('started', platforms=3)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == ""
    assert done.stderr.endswith("Z INFO started platforms=3\n")
