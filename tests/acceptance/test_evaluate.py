"""Findings held against labelled lines, from the command line."""

import json

import pytest
from click.testing import CliRunner

from monitor import daemon
from monitor.cli import cli
from monitor.model import State
from tests.houses import Web, build, configuration, drain, item, move

GAS = "和平小区3号楼楼道里煤气味很重，阀门在漏气，没人来修"
LEAK = "公示名单：李桂香，身份证号210726196411200006"
LINES = [
    {"id": "gas", "text": GAS, "expect": ["hazard"]},
    {"id": "leak", "title": "公示", "text": LEAK, "expect": ["personal_data"]},
    {"id": "wrongly labelled", "text": GAS, "expect": []},
    {"id": "missed", "text": "路灯坏了", "expect": ["hazard"]},
    {"id": 5, "html": "<p>停水通知</p>", "expect": []},
]


def write(folder, lines=LINES, name="cases.jsonl"):
    path = folder / name
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n", encoding="utf-8")
    return path


def run(folder, *words, expect=0):
    arguments = ["--config", str(folder / "huiyin.toml"), "evaluate", *map(str, words)]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == expect, result.output
    return result


def test_labelled_lines_are_compared_and_the_errors_listed(tmp_path):
    page = tmp_path / "page.html"

    said = run(tmp_path, write(tmp_path), "--html", page).output

    assert "5条样本：该报的漏了1条，不该报的报了1条" in said
    assert "missed | 内容（已打码）：路灯坏了 | 把握：没看到" in said
    assert "wrongly labelled" in said
    assert "<svg" in page.read_text(encoding="utf-8")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["cases.jsonl", "page.html"]


def test_what_is_shown_is_masked(tmp_path):
    lines = [{"id": "leak", "text": LEAK, "expect": []}]

    result = run(tmp_path, write(tmp_path, lines), "--html", tmp_path / "page.html")

    assert "误报：1" in result.output
    assert "210726196411200006" not in result.output + (tmp_path / "page.html").read_text(encoding="utf-8")


def test_figures_for_programs(tmp_path):
    found = json.loads(run(tmp_path, write(tmp_path), "--json").stdout)

    assert found["cases"] == 5
    assert found["help"] == {"sent": 1, "needed": 2}
    hazard = found["kinds"]["hazard"]
    assert (hazard["found"], hazard["missed"], hazard["false"]) == (1, 1, 1)
    assert hazard["missed_ids"] == ["missed"]
    assert hazard["false_ids"] == ["wrongly labelled"]
    assert hazard["f1_interval"][0] < hazard["f1"] < hazard["f1_interval"][1]


def test_the_thresholds_of_the_configuration_are_used(tmp_path):
    path = configuration(tmp_path)
    path.write_text(path.read_text(encoding="utf-8") + "\n[policy.hazard]\nthreshold = 1.0\n", encoding="utf-8")

    found = json.loads(run(tmp_path, write(tmp_path), "--json").stdout)

    assert found["kinds"]["hazard"]["found"] == 0
    assert found["kinds"]["hazard"]["threshold"] == 1.0


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b'{"id": "x", "text": "y"}', "expect must be a list"),
        (b'{"id": "x", "text": "y", "expect": ["opinion"]}', "'opinion' is no kind; there are: personal_data"),
        (b'{"id": "x", "text": "y", "expect": [["hazard"]]}', "is no kind"),
        (b'{"id": "x", "expect": []}', "text (or html) is missing"),
        (b'{"id": "x"', "no sound JSON"),
        (b"[" * 100_000, "no sound JSON"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_a_line_that_is_no_case_is_named_and_the_rest_goes_on(tmp_path, line, says):
    path = write(tmp_path)
    path.write_bytes(path.read_bytes() + line)

    result = run(tmp_path, path, expect=1)

    assert f"{path}:6: " in result.stderr
    assert says in result.stderr
    assert "5条样本" in result.output
    assert "另有1条读不了" in result.output


def test_without_cases_that_is_said(tmp_path):
    assert "没有一条样本能判断" in run(tmp_path, write(tmp_path, []), expect=1).output


def test_what_people_said_is_shown_and_saved_as_cases(tmp_path, clock):
    clock.now = daemon.clock()
    house = build(tmp_path, Web([item(GAS, name="1", published=clock()), item(GAS, name="2", published=clock())]))
    drain(house, clock)
    move(house, State.RESOLVED, clock)
    move(house, State.DISMISSED, clock)
    saved = tmp_path / "said.jsonl"

    shown = run(tmp_path, "--feedback", "--save", saved, "--html", tmp_path / "page.html")

    assert "办结1件，排除1件" in shown.output
    assert "险情 | 办结：1 | 排除：1 | 报得准：50%" in shown.output
    assert "50%" in (tmp_path / "page.html").read_text(encoding="utf-8")
    again = run(tmp_path, saved).output
    assert "2条样本：该报的漏了0条，不该报的报了1条" in again


def test_where_nobody_has_said_anything_that_is_said(tmp_path):
    build(tmp_path, Web())

    assert "没有关闭的记录" in run(tmp_path, "--feedback", expect=1).output


@pytest.mark.parametrize("words", [(), ("--feedback", "cases.jsonl")])
def test_files_or_feedback(tmp_path, monkeypatch, words):
    write(tmp_path)
    monkeypatch.chdir(tmp_path)

    assert "--feedback" in run(tmp_path, *words, expect=2).output
