"""``huiyin scan`` as a process: permanent interface."""

import json
import subprocess
import sys

import pytest

from tests.attached import ID, PHONE, docx, drawn, paragraph, pdf, sheet, xlsx, zipped
from tests.houses import CONFIGURATION

COMMAND = [sys.executable, "-m", "monitor.cli"]
FINDING = {"kind", "rule", "start", "end", "score", "excerpt", "where"}


def scan(*sources, config="missing.toml", options=()):
    """Exit code and lines."""
    words = [*COMMAND, "--config", str(config), "scan", *options, *map(str, sources)]
    done = subprocess.run(words, capture_output=True, timeout=120, check=False)
    assert done.stderr == b""
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def file(tmp_path):
    def written(name, body):
        path = tmp_path / name
        path.write_bytes(body)
        return str(path)

    return written


def test_one_line_a_file_in_order(file):
    list_ = xlsx(sheet({"A1": "姓名", "B1": "身份证号"}, {"A2": "张某", "B2": ID}))
    sources = [
        file("名单.xlsx", list_),
        file("notice.docx", docx(paragraph(f"手机{PHONE}"))),
        file("page.pdf", pdf(drawn(60, 700, "公示"), drawn(60, 700, f"手机{PHONE}"))),
        file("all.zip", zipped({"inner.zip": zipped({"list.xlsx": list_})})),
        file("text.txt", "退款密码：Yx#88k31m\n".encode("gb18030")),
        file("fine.csv", "项目,金额\n路灯,15912345678\n".encode()),
    ]

    code, lines = scan(*sources)

    assert code == 0
    assert [line["source"] for line in lines] == sources
    assert [[each["where"] for each in line["findings"]] for line in lines] == [
        ["名单!B2"],
        ["paragraph 1"],
        ["p. 2"],
        ["inner.zip/list.xlsx!名单!B2"],
        ["line 1"],
        [],
    ]
    assert {line["error"] for line in lines} == {None}
    assert all(set(each) == FINDING for line in lines for each in line["findings"])
    assert ID not in json.dumps(lines)
    assert PHONE not in json.dumps(lines)


def test_the_finding_is_the_one_of_classify(file):
    _, (line,) = scan(file("a.txt", f"本人身份证{ID}".encode()))

    assert line["findings"] == [
        {
            "kind": "personal_data",
            "rule": "resident_id",
            "start": None,
            "end": None,
            "score": 0.98,
            "excerpt": f"本人身份证{ID[:3]}{'*' * 13}{ID[-2:]}",
            "where": "line 1",
        }
    ]


def test_what_is_not_sure_is_shown_on_demand(file):
    text = file("a.txt", f"示例：手机{PHONE}\n".encode())

    assert scan(text)[1][0]["findings"] == []
    assert scan(text, options=["--all"])[1][0]["findings"] != []


def test_a_file_with_an_error_does_not_stop_the_rest(file):
    broken = zipped({"a.txt": f"手机{PHONE}", "b.bin": b"MZ\0"})

    code, lines = scan("missing.pdf", file("a.pdf", b""), file("b.zip", broken), file("c.txt", f"手机{PHONE}".encode()))

    assert code == 1
    assert [line["error"] for line in lines] == [
        "unreadable: 文件打不开 (No such file or directory)；没有读到内容",
        "empty: 空文件 (there is nothing in it)；没有读到内容",
        "unsupported: 不支持这种格式 (b.bin; a kind of file that is not read)；已读到 b.bin",
        None,
    ]
    assert [len(line["findings"]) for line in lines] == [0, 0, 1, 1]


def test_errors_in_the_language_of_the_agency(file, tmp_path):
    config = tmp_path / "huiyin.toml"
    config.write_text(CONFIGURATION.replace("[agency]", '[agency]\nlanguage = "en"'), encoding="utf-8")

    _, (line,) = scan(file("a.bin", b"MZ"), config=config)

    assert line["error"].startswith("unsupported: this format is not read")


def test_time_is_limited(file):
    code, (line,) = scan(file("a.txt", b"1\n" * 10), options=["--limit", "0.01"])

    assert code == 1
    assert line["error"].startswith("too_slow: 读取超时 (more than 0.01 s)")
