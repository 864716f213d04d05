"""What `huiyin doctor` makes of what it has looked at."""

import json
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor import checkup
from monitor.checkup import Found, Part
from monitor.proof import Hold
from monitor.watching import FULL, MB, Level
from monitor.words import Words

ROOT = Path(__file__).parents[2]
TABLES = {
    language: {
        key: value
        for part in ("words", "terminal")
        for key, value in tomllib.loads((ROOT / "config" / f"{part}.{language}.toml").read_text("utf-8")).items()
    }
    for language in ("zh", "en")
}
ZH, EN = (Words(language, TABLES[language]) for language in ("zh", "en"))
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LEAST = 512 * MB
INODES = (900, 1000)


def said(found):
    return found.key, found.level


def test_the_clock_is_held_against_all_that_was_written():
    assert said(checkup.clock(NOW, None, None)) == ("clock_well", Level.WELL)
    assert said(checkup.clock(NOW, NOW, NOW - HOUR)) == ("clock_well", Level.WELL)
    assert said(checkup.clock(NOW, NOW + HOUR, NOW)) == ("clock_database", Level.ERROR)
    assert said(checkup.clock(NOW, NOW, NOW + HOUR)) == ("clock_files", Level.ERROR)
    assert checkup.clock(NOW, NOW + HOUR, None).values == {"span": HOUR}


@pytest.mark.parametrize(
    ("free", "held", "inodes", "key"),
    [
        (LEAST, True, INODES, "disk_well"),
        (LEAST, True, (0, 0), "disk_well"),  # nobody counts
        (LEAST, False, INODES, "disk_no_reserve"),
        (LEAST, False, (49, 1000), "disk_inodes"),
        (LEAST - 1, True, INODES, "disk_low"),
        (FULL - 1, True, INODES, "disk_full"),
    ],
)
def test_the_disk(free, held, inodes, key):
    assert checkup.disk(free, LEAST, held=held, inodes=inodes).key == key


@pytest.mark.parametrize(
    ("mode", "ours", "key"),
    [(0o600, True, "key_well"), (0o400, True, "key_well"), (0o640, True, "key_open"), (0o600, False, "key_foreign")],
)
def test_the_key_file(mode, ours, key):
    assert checkup.key(mode, ours=ours, path="key").key == key


def test_proofs():
    assert checkup.proofs({"a": Hold.PROVEN, "b": None}, ZH).key == "proofs_well"
    assert said(checkup.proofs({"a": Hold.GRACE}, ZH)) == ("proofs_grace", Level.WARNING)
    found = checkup.proofs({"a": Hold.GRACE, "b": Hold.OVER, "c": Hold.NEVER}, ZH)
    assert said(found) == ("proofs_missing", Level.ERROR)
    assert found.values == {"titles": "b、c"}


def test_names():
    assert checkup.names([], 0, ZH).key == "dns_none"
    assert checkup.names([], 2, ZH).key == "dns_well"
    assert said(checkup.names(["a.example"], 2, ZH)) == ("dns_unknown", Level.ERROR)


@pytest.mark.parametrize(
    ("written", "path", "running", "key"),
    [
        (None, "", True, "sign_none"),
        (NOW, "x", False, "sign_asleep"),
        (None, "x", True, "sign_late"),
        (NOW - HOUR, "x", True, "sign_late"),
        (NOW + HOUR, "x", True, "sign_late"),
        (NOW, "x", True, "sign_well"),
    ],
)
def test_the_sign_of_life(written, path, running, key):
    assert checkup.sign(written, NOW, path=path, running=running).key == key


def test_a_line_is_one_line_with_what_to_do():
    line = checkup.line(Found(Part.DATABASE, Level.ERROR, "database_bad", {"why": "broken\n\x20 twice"}), ZH)
    assert line.says == "broken twice"
    assert line.fix.startswith("连不上")
    assert checkup.line(Found(Part.CLOCK, Level.WELL, "clock_well"), EN).fix == ""


def test_programs_read_the_same():
    lines = [
        checkup.line(Found(Part.CLOCK, Level.WELL, "clock_well"), EN),
        checkup.line(Found(Part.SERVICE, Level.ERROR, "service_off"), EN),
    ]
    said = checkup.report(lines, NOW, "1.0")

    assert json.loads(json.dumps(said)) == said
    assert said["state"] == "error"
    assert [each["level"] for each in said["checks"]] == ["well", "error"]
    assert checkup.report([], NOW, "1.0")["state"] == "well"


def test_both_languages_say_the_same_things():
    ours, theirs = TABLES["zh"]["doctor"], TABLES["en"]["doctor"]
    assert list(ours) == list(theirs)
    code = "".join((ROOT / "monitor" / name).read_text("utf-8") for name in ("checkup.py", "cli/doctor.py"))
    made = {f"part_{part}" for part in Part} | {f"{kind}{level}" for kind in ("", "in_all_") for level in LEVELS}
    assert [
        key for key in ours if key.removesuffix("_fix") not in made and f'"{key.removesuffix("_fix")}"' not in code
    ] == []


LEVELS = ("well", "warning", "error")
