"""Exports at the terminal: what check-config proposes, and what is shown after a pass; as processes."""

import os
import subprocess
import sys
import time

import pytest

from monitor.collectors import headings
from tests.exporting import FIELDS, row, table
from tests.houses import CONFIGURATION, configuration

COMMAND = [sys.executable, "-m", "monitor.cli"]
HOTLINE = """
[[platform]]
name = "hotline"
title = "12345 热线"
kind = "exports"
url = "file://{folder}"
[platform.fields]
{fields}
[policy.default]"""
WEBSITE = CONFIGURATION[CONFIGURATION.index("[[platform]]") : CONFIGURATION.index("[policy.default]")]


@pytest.fixture
def folder(tmp_path):
    where = tmp_path / "导出"
    where.mkdir()
    path = where / "十一月.csv"
    path.write_bytes(table([row("20261104001"), row("", "没有编号")]).encode("gb18030"))
    a_minute_ago = time.time() - 60
    os.utime(path, (a_minute_ago, a_minute_ago))
    return where


def run(tmp_path, folder, fields, *words):
    written = "\n".join(f'{name} = "{heading}"' for name, heading in fields.items())
    text = CONFIGURATION.replace(WEBSITE, "").replace("[policy.default]", HOTLINE.format(folder=folder, fields=written))
    command = [*COMMAND, "--config", str(configuration(tmp_path, text)), *words]
    done = subprocess.run(command, capture_output=True, timeout=120, check=True, env=os.environ)
    assert b"Traceback" not in done.stderr
    return done.stdout.decode()


def test_check_config_proposes_what_the_columns_may_be(tmp_path, folder):
    shown = run(tmp_path, folder, {}, "check-config")

    for name, heading in headings.named(FIELDS).items():
        assert f'{name} = "{heading}"' in shown
    assert "来电人" not in shown


def test_check_config_says_how_much_is_there_and_remembers_nothing(tmp_path, folder):
    fields = headings.named(FIELDS)

    for _ in range(2):
        shown = run(tmp_path, folder, fields, "check-config")
        assert "读到 2 条" in shown
        assert "十一月.csv row 3: no number" in shown


def test_after_a_pass_the_bad_row_is_named_below_the_table(tmp_path, folder):
    fields = headings.named(FIELDS)
    run(tmp_path, folder, fields, "init")
    run(tmp_path, folder, fields, "once")

    assert "12345 热线，技术说明：十一月.csv row 3: no number" in run(tmp_path, folder, fields, "platform", "list")
