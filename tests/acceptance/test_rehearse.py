"""A year rehearsed from a file or a board: read only, one page, nothing kept."""

import csv
import json
from datetime import timedelta

import pytest
from click.testing import CliRunner

from classifiers.finding import Kind
from monitor import daemon
from monitor.cli import cli, rehearse
from monitor.collectors import sheet
from monitor.errors import CollectError
from monitor.model import Platform, Surface
from tests.houses import configuration

GAS = "和平小区3号楼楼道里煤气味很重，阀门在漏气，没人来修"
FILE = Platform(name="file", kind="board", title="x", url="", prefixes=())
LEAK = "公示名单：李桂香，身份证号210726196411200006"


def rows(now):
    def at(days):
        return (now - timedelta(days=days)).strftime("%Y-%m-%d %H:%M:%S")

    return [
        {"编号": "1", "标题": "漏气", "内容": GAS, "留言时间": at(40), "答复内容": "已修好", "答复时间": at(10)},
        {"编号": "2", "标题": "公示", "内容": LEAK, "留言时间": at(30), "答复内容": "已撤下", "答复时间": at(29)},
        {
            "编号": "3",
            "标题": "批评",
            "内容": "你们办事太慢，局长该下台",
            "留言时间": at(20),
            "答复内容": "",
            "答复时间": "",
        },
        {"编号": "4", "标题": "很久以前", "内容": GAS, "留言时间": at(500), "答复内容": "", "答复时间": ""},
        {"编号": "5", "标题": "没有日期", "内容": GAS, "留言时间": "", "答复内容": "", "答复时间": ""},
    ]


def write(path, table, encoding="utf-8-sig"):
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(table[0]))
        writer.writeheader()
        writer.writerows(table)
    return path


def run(folder, *words, expect=0):
    page = folder / "page.html"
    arguments = ["--config", str(folder / "huiyin.toml"), "rehearse", *map(str, words), "--html", str(page)]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == expect, result.output
    return result.output, page.read_text(encoding="utf-8") if page.exists() else ""


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_an_export_is_rehearsed_in_the_encoding_it_has(tmp_path, encoding):
    said, page = run(tmp_path, write(tmp_path / "export.csv", rows(daemon.clock()), encoding), "--surface", "public")

    assert "读到5条，其中过去12个月且有日期的3条" in said
    assert "逾期答复2条；险情和求助1条；信息外泄1条" in said
    assert "燃气泄漏" in said
    assert "30天后答复" in said
    assert "燃气泄漏" in page
    assert "李桂香" not in said + page
    assert "210726196411200006" not in said + page


def test_criticism_is_never_a_matter(tmp_path):
    table = [row | {"内容": "你们办事太慢，局长该下台"} for row in rows(daemon.clock())]

    said, _ = run(tmp_path, write(tmp_path / "export.csv", table))

    assert "险情和求助0条；信息外泄0条；夜间会叫醒人0次" in said


def test_nothing_is_kept_but_the_page(tmp_path):
    path = write(tmp_path / "export.csv", rows(daemon.clock()))

    run(tmp_path, path)

    assert sorted(each.name for each in tmp_path.iterdir()) == ["export.csv", "page.html"]


def test_the_own_policies_are_used_where_there_is_a_configuration(tmp_path):
    configuration(tmp_path)
    path = write(tmp_path / "export.csv", rows(daemon.clock()))

    quick, _ = run(tmp_path, path)
    slow, _ = run(tmp_path, path, "--ack", "1h")

    assert "分管领导" not in quick
    assert "分管领导" in slow


@pytest.mark.parametrize("shape", ["list", "lines"])
def test_json_in_two_shapes(tmp_path, shape):
    table, path = rows(daemon.clock()), tmp_path / "export.json"
    text = json.dumps(table) if shape == "list" else "\n".join(map(json.dumps, table))
    path.write_text(text, encoding="utf-8")

    assert "险情和求助1条" in run(tmp_path, path)[0]


def test_columns_with_names_of_their_own_are_said(tmp_path):
    table = [{"wat": row["内容"], "when": row["留言时间"]} for row in rows(daemon.clock())]
    path = write(tmp_path / "export.csv", table)

    refused, _ = run(tmp_path, path, expect=1)
    said, _ = run(tmp_path, path, "--field", "text=wat", "--field", "posted=when")

    assert "--field text=COLUMN" in refused
    assert "wat, when" in refused
    assert "险情和求助1条" in said


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"[1, 2", "broken_board"),
        (b'{"a"\n{"b": 1}', "broken_board"),
        (b'{"a": 1}', "fields_missing"),
        ("编号,内容\n1,二".encode(), "fields_missing"),
    ],
)
def test_a_file_that_is_no_export_is_a_clear_error(content, code):
    with pytest.raises(CollectError) as refused:
        list(sheet.pages(content, FILE, {}))

    assert refused.value.code == code


@pytest.mark.parametrize("content", [b"", b"[]", "编号,内容,时间\n".encode(), b"\x00\xff\xfe" * 50])
def test_a_file_without_rows_has_no_items(content):
    assert list(sheet.pages(content, FILE, {})) == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nowhere"], "nowhere"),
        (["export.csv", "--field", "author=谁"], "FIELD=COLUMN"),
        (["export.csv", "--ack", "soon"], "soon"),
    ],
)
def test_what_cannot_be_rehearsed_is_said(tmp_path, monkeypatch, words, says):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "export.csv", rows(daemon.clock()))
    result = CliRunner().invoke(cli, ["--config", "huiyin.toml", "rehearse", *words])

    assert result.exit_code != 0
    assert says in result.output
    assert "Traceback" not in result.output


def test_a_year_without_dates_says_so(tmp_path):
    table = [row | {"留言时间": ""} for row in rows(daemon.clock())]

    assert "无法预演" in run(tmp_path, write(tmp_path / "export.csv", table), expect=1)[0]


def test_a_line_that_is_cut_is_counted_and_the_rest_goes_on(tmp_path):
    path = tmp_path / "export.jsonl"
    lines = [*map(json.dumps, rows(daemon.clock())), '{"编号": "6", "内容']
    path.write_text("\n".join(lines), encoding="utf-8")

    said, _ = run(tmp_path, path)

    assert "读到6条，其中过去12个月且有日期的3条；1条无法判断" in said


def test_a_line_separator_inside_a_text_ends_no_line(tmp_path):
    table = [row | {"内容": f"第一行\u2028{row['内容']}"} for row in rows(daemon.clock())]
    path = tmp_path / "export.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in table), encoding="utf-8")

    assert "读到5条，其中过去12个月且有日期的3条；0条无法判断" in run(tmp_path, path)[0]


def test_all_cores_find_what_one_finds(tmp_path):
    now = daemon.clock()
    table = [row | {"编号": str(n)} for n, row in enumerate(rows(now) * 500)]
    path = write(tmp_path / "export.csv", table)
    pages = list(sheet.pages(path.read_bytes(), FILE, {}))
    assert sum(map(len, pages)) > rehearse.ALONE

    together = rehearse.judged(pages, Surface.PUBLIC, now)

    apart = [rehearse.judge(page, Surface.PUBLIC, now) for page in pages]
    assert together.cases == [case for part in apart for case in part.cases]
    assert sum(any(seen.kind is Kind.HAZARD for seen in case.found) for case in together.cases) == 500
