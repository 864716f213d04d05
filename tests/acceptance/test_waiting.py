"""What a person sees of messages that wait: in check-config, show and explain."""

from datetime import timedelta

import pytest
from click.testing import CliRunner

from monitor.cli import cli
from tests.boards import ANSWERING, Box, board_house
from tests.houses import Clock, T, drain


def huiyin(folder, *words):
    result = CliRunner().invoke(cli, ["--config", str(folder / "huiyin.toml"), *words])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def folder(tmp_path):
    """An agency with a record about a message that waited for sixteen days."""
    box, clock = Box(), Clock()
    house = board_house(tmp_path, box)
    box.post("2026-17", T, title="电梯停用")
    drain(house, clock)
    clock.now = T + timedelta(days=16)
    drain(house, clock)
    house.store.close()
    return tmp_path


def test_a_late_answer_is_shown_with_its_number_and_how_long_it_has_waited(folder):
    assert "2026-0001" in huiyin(folder, "list")
    shown = huiyin(folder, "show", "2026-0001")

    assert "留言编号 2026-17" in shown
    assert "等待答复  11月4日" in shown
    assert "电梯停用" in shown
    assert "number:" not in shown + huiyin(folder, "explain", "电梯停用")
    huiyin(folder, "resolve", "2026-0001", "--by", "duty", "--why", "已电话答复")
    assert "等待答复" not in huiyin(folder, "show", "2026-0001")


def test_check_config_says_until_when_messages_must_be_answered(folder):
    assert "15天内答复" in huiyin(folder, "check-config")
    (folder / "huiyin.toml").write_text(ANSWERING.replace("15d", "36h"), encoding="utf-8")
    assert "2天内答复" in huiyin(folder, "check-config")
    (folder / "huiyin.toml").write_text(ANSWERING.replace('reply = "reply"', ""), encoding="utf-8")
    assert "看不出留言是否已答复" in huiyin(folder, "check-config")
