"""Lines of tables from a process of its own: what they say, and how it ends."""

import os
import signal
from pathlib import Path

import pytest

from monitor.attachments import apart
from monitor.attachments.limits import MB, Limits
from monitor.errors import AttachmentError
from tests.attached import sheet, xls, xlsx

MANY = "编号,内容\r\n" + "".join(f'{n},"路灯,不亮"\r\n' for n in range(20_000))


def lines(path, limits=Limits()):  # noqa: B008
    with path.open("rb") as source:
        yield from apart.lines(source, limits)


def running():
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


OTHERS = set()  # what other tests have started: their databases


@pytest.fixture(autouse=True)
def others():
    OTHERS.clear()
    OTHERS.update(running())


def children():
    """The processes that this test has started and not ended."""
    return sorted(running() - OTHERS)


def test_a_line_has_sheet_number_and_text_by_column(tmp_path):
    path = tmp_path / "a"
    merged = '<mergeCells><mergeCell ref="A1:C1"/></mergeCells>'
    path.write_bytes(xlsx(sheet({"A1": "明细"}, {"B2": "甲", "D2": "17"}, {"A4": "乙"}, behind=merged)))

    assert [*lines(path)] == [("名单", 1, {0: "明细"}), ("名单", 2, {1: "甲", 3: "17"}), ("名单", 4, {0: "乙"})]


def test_an_older_workbook_is_read_as_well(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(xls(["编号", "内容"], ["7", "路灯不亮"]))

    assert [line for _, _, line in lines(path)] == [{0: "编号", 1: "内容"}, {0: "7", 1: "路灯不亮"}]


def test_cells_with_delimiters_and_line_ends_make_one_line(tmp_path):
    path = tmp_path / "a"
    path.write_text('编号,内容,地址\r\n1,"甲,乙\r\n丙",a\r\n2,"丁\n\n戊, 己, 庚",b\r\n', encoding="gb18030", newline="")

    assert [(number, len(cells)) for _, number, cells in lines(path)] == [(1, 3), (2, 3), (3, 3)]


def test_whoever_stops_early_leaves_no_process_behind(tmp_path):
    path = tmp_path / "a"
    path.write_text(MANY)
    reading = lines(path)
    next(reading)
    assert len(children()) == 1

    reading.close()

    assert children() == []


def test_a_process_that_is_killed_is_an_error_after_what_it_said(tmp_path):
    path = tmp_path / "a"
    path.write_text(MANY)
    reading = lines(path)
    next(reading)
    os.kill(int(children()[0]), signal.SIGKILL)

    with pytest.raises(AttachmentError) as error:
        list(reading)

    assert error.value.code == "crashed"
    assert children() == []


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(seconds=0.05), "too_slow"),
        (Limits(memory=48 * MB), "too_much"),
        (Limits(size=1000), "too_large"),
        (Limits(cells=100), "too_much"),
    ],
)
def test_a_limit_is_an_error_and_ends_the_process(tmp_path, limits, code):
    path = tmp_path / "a"
    path.write_text(MANY)

    with pytest.raises(AttachmentError) as error:
        list(lines(path, limits))

    assert error.value.code == code
    assert children() == []
