"""``huiyin classify``: permanent interface. A process of its own where the process is what is asked about."""

import json
import subprocess
import sys
from tempfile import NamedTemporaryFile

import pytest
from click.testing import CliRunner

from monitor.cli import cli

COMMAND = [sys.executable, "-m", "monitor.cli", "classify"]
LEAK = "身份证号210726196411200006，请核对"
KEYS = {"id", "findings", "topic", "topic_score", "second", "sure"}


def as_input(lines):
    return b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)


def process(*lines):
    done = subprocess.run(COMMAND, input=as_input(lines), capture_output=True, timeout=120, check=False)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr.decode()


def classify(*lines, options=()):
    """The same command within this process, which need not load everything again."""
    with NamedTemporaryFile() as file:
        file.write(as_input(lines))
        file.flush()
        done = CliRunner().invoke(cli, ["classify", "--input", file.name, *options])
    if not isinstance(done.exception, SystemExit | None):
        raise done.exception
    return done.exit_code, [json.loads(line) for line in done.stdout_bytes.splitlines()], done.stderr


def test_lines_come_back_in_order_with_all_keys():
    code, answers, _ = process({"id": "b", "text": LEAK}, {"id": 7, "text": "谢谢"}, {"id": None, "text": ""})

    assert code == 0
    assert [answer["id"] for answer in answers] == ["b", 7, None]
    assert all(set(answer) == KEYS for answer in answers)
    (found,) = [each for each in answers[0]["findings"] if each["rule"].startswith("resident")]
    assert LEAK[found["start"] : found["end"]] == "210726196411200006"
    assert found["kind"] == "personal_data"
    assert 0.5 <= found["score"] <= 1
    assert "210726196411200006" not in found["excerpt"]
    assert "field" not in found
    assert answers[1]["findings"] == []


def test_each_message_has_its_own_topic_among_bad_lines_and_pages():
    works, river = "工地老板拖欠农民工工资，劳动监察说要等仲裁", "化工厂夜里偷排废水，河里的鱼都死了，空气刺鼻"
    page, titled = {"id": 3, "html": f"<p>{river}</p>"}, {"id": 4, "text": "", "title": works}
    code, answers, stderr = process({"id": 1, "text": works}, b"{", page, titled, {"id": 5, "text": ""})

    assert code == 1
    assert "Traceback" not in stderr
    assert [answer.get("topic") for answer in answers[:4]] == ["劳动和社会保障", None, "环境保护", "劳动和社会保障"]
    assert [answer.get("sure") for answer in answers[:3]] == [True, None, True]
    assert answers[4]["topic"]
    assert answers[4]["sure"] is False
    for answer in (answers[0], answers[2], answers[4]):
        assert 0 <= answer["topic_score"] <= 1
        assert answer["second"] not in {None, answer["topic"]}


def test_a_finding_in_the_title_says_so():
    _, (answer,), _ = classify({"id": 1, "text": "见附件", "title": LEAK})

    assert {found["field"] for found in answer["findings"]} == {"title"}


def test_offsets_are_code_points():
    text = "😀𠮷" + LEAK
    _, (answer,), _ = classify({"id": 1, "text": text})

    spans = [text[found["start"] : found["end"]] for found in answer["findings"]]
    assert "210726196411200006" in spans


def test_findings_in_html_have_a_path_and_no_offsets():
    html = "<div><table><tr><td>张**</td><td title='210726196411200006'>已通过</td></tr></table></div>"
    _, (answer,), _ = classify({"id": 1, "html": html, "url": "https://a.example/list.html"})

    assert answer["findings"]
    assert {(found["start"], found["end"]) for found in answer["findings"]} == {(None, None)}
    assert all("td" in found["where"] for found in answer["findings"])


def test_what_a_page_hides_is_found_by_its_address():
    html = "<p>通知</p><div style='left:-999px;position:absolute'><a href='http://stove.example/'>煤炉</a></div>"
    planted, own = {"id": 1, "html": html, "url": "https://a.example/"}, {"id": 2, "html": html}
    _, answers, _ = classify(planted, own | {"url": "https://www.stove.example/"})

    assert [[(found["kind"], found["where"]) for found in each["findings"]] for each in answers] == [
        [("hidden_link", "div")],
        [],
    ]


def test_on_a_private_surface_leaked_data_is_no_finding():
    _, (answer,), _ = classify({"id": 1, "text": LEAK}, options=["--surface", "private"])

    assert answer["findings"] == []


def test_all_shows_what_is_below_the_threshold():
    line = {"id": 1, "text": "申请人：李桂香，身份证号210726196411200006"}
    _, (some,), _ = classify(line)
    _, (everything,), _ = classify(line, options=["--all"])

    assert len(everything["findings"]) >= len(some["findings"])
    assert all(found["score"] >= 0.5 for found in some["findings"])


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (b"{", None),
        (b"[1]", None),
        (b"7", None),
        (b"\xff\xfe{}", None),
        (b'{"id": NaN, "text": "a"}', None),
        (b"[" * 100_000, None),
        ({"text": "a"}, None),
        ({"id": 1}, 1),
        ({"id": 1, "text": 7}, 1),
        ({"id": 1, "text": None}, 1),
        ({"id": 1, "text": "a", "title": ["b"]}, 1),
        ({"id": 1, "text": "a", "html": "b"}, 1),
    ],
)
def test_a_bad_line_is_an_error_and_the_rest_goes_on(line, name):
    code, (bad, good), stderr = classify(line, {"id": "after", "text": "好"})

    assert code == 1
    assert set(bad) == {"id", "error"}
    assert bad["id"] == name
    assert good["id"] == "after"
    assert "Traceback" not in stderr


def test_lone_surrogates_and_nul_come_through():
    code, answers, _ = process(b'{"id": "\\ud800", "text": "\\udfff\\u0000 13800001111"}', {"id": 2, "text": "a"})

    assert code == 0
    assert answers[0]["id"] == "\ud800"


def test_blank_lines_and_a_missing_last_newline_are_fine():
    code, answers, _ = classify({"id": 1, "text": "a"}, b"", b"  ", {"id": 2, "text": "b"})

    assert (code, len(answers)) == (0, 2)


def test_no_input_is_no_output():
    assert process()[:2] == (0, [])


def test_what_came_of_a_line_is_written_before_the_next_is_waited_for():
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        for n in range(3):
            process.stdin.write(json.dumps({"id": n, "text": "a"}).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == n
        process.stdin.close()
        assert process.wait(timeout=60) == 0


def test_a_megabyte_in_one_line():
    code, (answer,), _ = classify({"id": 1, "text": "好" * 1_000_000 + LEAK})

    assert code == 0
    (leak,) = [each for each in answer["findings"] if each["kind"] == "personal_data"]
    assert leak["start"] > 1_000_000


def test_a_locale_without_utf8_changes_nothing(monkeypatch):
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("PYTHONUTF8", "0")
    monkeypatch.setenv("PYTHONCOERCECLOCALE", "0")
    code, (answer,), _ = process(json.dumps({"id": "回", "text": LEAK}, ensure_ascii=False).encode())

    assert (code, answer["id"]) == (0, "回")
    assert "证" in answer["findings"][0]["excerpt"]


def test_the_output_closed_early_is_no_crash():
    lines = b"\n".join(json.dumps({"id": n, "text": "a"}).encode() for n in range(20_000))
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        _, stderr = process.communicate(lines, timeout=120)

    assert b"Traceback" not in stderr
