"""What a person sees of messages that wait: in check-config, show and explain."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner

from demo import animals
from demo.zoo import Zoo
from monitor.cli import cli
from monitor.cli.service import longest
from monitor.settings import load
from tests.boards import ANSWERING, Box, answered, board_house, entry, paged
from tests.houses import Clock, T, drain


def huiyin(folder, *words, expect=0):
    result = CliRunner().invoke(cli, ["--config", str(folder / "huiyin.toml"), *words])
    assert result.exit_code == expect, result.output
    return result.stdout


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
    assert "还有1封留言没有答复" in huiyin(folder, "resolve", "2026-0001", "--by", "duty", "--why", "已电话答复")
    assert "等待答复" not in huiyin(folder, "show", "2026-0001")


def test_check_config_says_until_when_messages_must_be_answered(folder):
    assert "15天内答复" in huiyin(folder, "check-config")
    (folder / "huiyin.toml").write_text(ANSWERING.replace("15d", "36h"), encoding="utf-8")
    assert "2天内答复" in huiyin(folder, "check-config")
    (folder / "huiyin.toml").write_text(ANSWERING.replace('reply = "reply"', ""), encoding="utf-8")
    assert "看不出留言是否已答复" in huiyin(folder, "check-config")


def test_trying_a_board_shows_what_its_mapping_finds(tmp_path):
    pages = [[entry(9, address="东苑小区3栋"), answered(8)], [entry(7), entry(6)], animals.answer("", status=500)]
    with Zoo({"/api/list": paged(pages, total=99)}) as zoo:
        url = zoo.url("/api/list?page={page}")
        mapping = 'items = "data.list"\nplace = "address"\nposted = "createTime"\nreply = "replyContent"\n'
        text = ANSWERING.replace("http://127.0.0.1:9/feed.xml", url).replace('reply = "reply"\n', mapping)
        (tmp_path / "huiyin.toml").write_text(text, encoding="utf-8")
        said = huiyin(tmp_path, "platform", "try", url, expect=1)

    first, second, third, _, last = map(json.loads, said.splitlines())
    assert (first["id"], first["place"], first["answered"]) == ("9", "东苑小区3栋", False)
    assert first["published"] == "2026-11-03T00:12:00+00:00"
    assert (second["answered"], third["id"]) == (True, "7")
    assert last["items"] == 4
    assert last["error"].startswith("http_500: ")


def test_the_promise_of_check_config_counts_the_pages_of_a_board(folder):
    settings = load(folder / "huiyin.toml")
    board = settings.platforms["website"]

    assert longest(settings, board) - longest(settings, replace(board, board=None)) == timedelta(minutes=1)
