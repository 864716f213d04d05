"""``huiyin paper`` as a process, on a house with records."""

import subprocess
import sys
from io import BytesIO
from zipfile import ZipFile

import pytest

from monitor.papers import PAPERS
from tests.houses import CONFIGURATION, Clock, Web, build, drain, item, only_record

COMMAND = [sys.executable, "-m", "monitor.cli"]
ENDS = '[[expiry]]\nwhat = "网站证书"\non = 2020-03-01\n'


def huiyin(folder, *words):
    done = subprocess.run(
        [*COMMAND, "--config", str(folder / "huiyin.toml"), *words],
        cwd=folder,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def document(path):
    with ZipFile(BytesIO(path.read_bytes())) as package:
        return package.read("word/document.xml").decode()


@pytest.fixture
def house(tmp_path):
    house = build(tmp_path, Web([item()]), CONFIGURATION + ENDS)
    drain(house, Clock())
    yield house
    house.store.close()


def test_each_paper_is_written_in_both_languages(house, tmp_path):
    for name in PAPERS:
        for language in ("zh", "en"):
            code, said, wrong = huiyin(tmp_path, "paper", name, "--language", language)
            assert (code, wrong) == (0, ""), name
            (path,) = (path for path in tmp_path.glob("*.docx") if path.name in said)
            assert "<w:body>" in document(path)
    assert len(list(tmp_path.glob("*.docx"))) == 2 * len(PAPERS)


def test_the_record_stands_in_the_papers_masked(house, tmp_path):
    record = only_record(house)
    for name in ("provider", "successor"):
        assert huiyin(tmp_path, "paper", name, "--out", f"{name}.docx")[0] == 0
        text = document(tmp_path / f"{name}.docx")
        assert record.number in text
        assert "210726196411200006" not in text
    assert "网站证书" in document(tmp_path / "successor.docx")


def test_a_file_that_is_there_is_kept_unless_told_otherwise(house, tmp_path):
    path = tmp_path / "paper.docx"
    path.write_text("mine", encoding="utf-8")

    code, _, wrong = huiyin(tmp_path, "paper", "duty-desk", "--out", str(path))
    assert code == 1
    assert "--force" in wrong
    assert path.read_text(encoding="utf-8") == "mine"

    assert huiyin(tmp_path, "paper", "duty-desk", "--out", str(path), "--force")[0] == 0
    assert "119" in document(path)


def test_a_folder_that_isnt_there_is_a_clear_error(house, tmp_path):
    code, _, wrong = huiyin(tmp_path, "paper", "duty-desk", "--out", "missing/paper.docx")

    assert code == 1
    assert "missing/paper.docx" in wrong
    assert "Traceback" not in wrong


def test_what_has_ended_is_said_by_check_config(house, tmp_path):
    _, said, _ = huiyin(tmp_path, "check-config")

    assert "网站证书：已过期" in said


@pytest.mark.parametrize("on", ['"soon"', "2027-02-03T00:00:00Z", "true", '"2027-02-30"'])
def test_a_day_that_is_none_is_named(tmp_path, on):
    (tmp_path / "huiyin.toml").write_text(CONFIGURATION + f'[[expiry]]\nwhat = "x"\non = {on}\n', encoding="utf-8")

    code, _, wrong = huiyin(tmp_path, "check-config")

    assert code == 2
    assert "expiry[#1].on" in wrong
