"""Exports of a hotline in a folder: what goes in, once, and what is left for later."""

import json
import os
import pathlib
from datetime import UTC, datetime, timedelta

import pytest

from monitor.errors import CollectError
from monitor.model import Reply
from tests.attached import R, X, sheet, xlsx, zipped
from tests.exporting import FIELDS, HEAD, Folder, T, row, table


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)


def numbers(found):
    return [item.external_id for item in found.items]


def test_a_row_is_a_message_with_its_place_in_the_file(folder):
    folder.drop("十一月.csv", table([row("20261104001", "小区路灯不亮", reply="已修好")]))

    (item,) = folder.read().items

    assert item.external_id == "20261104001"
    assert (item.title, item.text, item.place) == ("夜间照明", "小区路灯不亮", "东苑路1号")
    assert item.published_at == datetime(2026, 11, 4, 1, 0, tzinfo=UTC)
    assert item.reply == Reply(at=datetime(2026, 11, 4, 3, 0, tzinfo=UTC), text="已修好", unit="市政科")
    assert item.link == "row:2|20261104001|十一月.csv"
    assert item.message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_any_encoding_and_delimiter_with_line_ends_in_cells(folder, encoding, delimiter):
    text = '第一行,有逗号;分号\n第二行"引号"㐀𠮷'
    folder.drop("a.csv", table([row(f"2026{n}", text) for n in range(5)], delimiter=delimiter).encode(encoding))

    found = folder.read()

    assert found.trouble is None
    assert [item.text for item in found.items] == [text] * 5


def test_a_workbook_with_a_title_above_its_headings_and_dates_as_numbers(folder):
    cells = [*HEAD[:3], *HEAD[6:7]]
    head = {f"{column}2": text for column, text in zip("ABCD", cells, strict=True)}
    content = {"A3": "20261104001", "B3": "照明", "C3": "路灯不亮", "D3": "46330.375"}
    folder.board = FIELDS.__class__(number=HEAD[0], title=HEAD[1], text=HEAD[2], posted=HEAD[6])
    folder.drop("a.xlsx", xlsx(sheet({"A1": "热线工单明细表"}, head, content)))

    (item,) = folder.read().items

    assert (item.external_id, item.text) == ("20261104001", "路灯不亮")
    assert item.published_at == datetime(2026, 11, 4, 1, 0, tzinfo=UTC)
    assert item.link.startswith("row:3|")


def test_a_workbook_whose_days_are_counted_otherwise_is_refused(folder):
    sheets = '<sheets><sheet name="a" r:id="r1"/></sheets>'
    book = f'<workbook xmlns="{X}" xmlns:r="{R}"><workbookPr date1904="1"/>{sheets}</workbook>'
    rows = sheet({"A1": "工单编号", "B1": "诉求内容"}, {"A2": "1", "B2": "x"})
    folder.drop("a.xlsx", xlsx(rows, {"xl/workbook.xml": book}))

    found = folder.read()

    assert found.items == ()
    assert "its dates count from 1904" in str(found.trouble)


def test_who_called_is_never_kept(folder):
    folder.drop(
        "a.csv",
        table([row("1", "王晓明来电反映路灯不亮，王晓明请求尽快修", caller="王晓明", reply="王晓明您好，已修好")]),
    )

    found = folder.read()

    assert "晓明" not in repr(found.items)
    assert "13800000000" not in repr(found)
    assert found.items[0].text == "…来电反映路灯不亮，…请求尽快修"


def test_a_file_is_read_once_whatever_it_is_called(folder):
    content = table([row("1")])
    folder.drop("a.csv", content)
    first = folder.read()
    folder.drop("copy of a.csv", content)
    (folder.path / "a.csv").unlink()

    second = folder.read()
    (folder.path / "copy of a.csv").unlink()
    folder.read()
    folder.drop("once more.csv", content)

    assert numbers(first) == ["1"]
    assert numbers(second) == []
    assert numbers(folder.read()) == []


def test_a_longer_export_brings_its_rows_under_the_same_numbers(folder):
    folder.drop("a.csv", table([row("1")]))
    folder.read()
    folder.drop("a.csv", table([row("1"), row("2")]), ago=timedelta(seconds=40))

    assert numbers(folder.read()) == ["1", "2"]


def test_of_two_exports_the_later_one_holds_but_an_answer_stays(folder):
    folder.drop("b-old.csv", table([row("1", "旧"), row("2", reply="已办结")]), ago=timedelta(hours=2))
    folder.drop("a-new.csv", table([row("1", "新"), row("2")]))

    found = {item.external_id: item for item in folder.read().items}

    assert found["1"].text == "新"
    assert found["2"].reply.text == "已办结"


def test_the_memory_holds_no_word_of_a_file(folder):
    folder.drop("王晓明.csv", table([row("20261104001", "", caller="王晓明")]))
    folder.drop("错.csv", table([row("1", caller="王晓明")], head=row("2", caller="王晓明")))

    found = folder.read()

    assert found.trouble is not None
    assert not set("王晓明路灯") & set(
        repr(json.loads(folder.cursor.memory)) + str(found.trouble).replace("错.csv", "")
    )


def test_bad_rows_are_told_by_number_and_the_rest_goes_in(folder):
    rows = [row("1"), row("", "没有编号"), row("3", ""), row("4", posted="去年冬天"), row("2.02611E+11"), row("6")]
    folder.drop("a.csv", table(rows))

    found = folder.read()

    assert found.trouble is None
    assert found.left_out.code == "rows_left_out"
    told = ("3: no number", "4: no text", "5: the time is no date", "6: a spreadsheet has shortened the number")
    assert str(found.left_out) == "a.csv " + ", ".join(f"row {each}" for each in told)
    assert {"1", "3", "4", "6"} < set(numbers(found))
    assert "没有编号" in [item.text for item in found.items]  # a danger must not be lost for want of a number
    assert str(folder.read().left_out) == str(found.left_out)  # as long as the file lies there
    (folder.path / "a.csv").unlink()
    assert folder.read().left_out is None


def test_many_bad_rows_are_counted(folder):
    folder.drop("a.csv", table([row("", f"{n}") for n in range(30)]))

    assert str(folder.read().left_out).endswith("row 11: no number, 20 more")


def test_a_file_with_other_headings_is_named_with_what_may_be_right_and_others_go_in(folder):
    folder.drop("a.csv", table([row("1")], head=("受理编号", *HEAD[1:])))
    folder.drop("b.csv", table([row("2")]))

    found = folder.read()

    assert numbers(found) == ["2"]
    assert found.trouble.code == "export_unread"
    assert "a.csv: no heading number = '工单编号'" in str(found.trouble)
    assert 'number = "受理编号"' in str(found.trouble)
    assert "来电人" not in str(found.trouble)
    assert str(folder.read().trouble) == str(found.trouble)


def test_without_a_mapping_everything_is_proposed_and_nothing_read(folder):
    folder.board = folder.board.__class__()
    folder.drop("a.csv", table([row("1")]))

    found = folder.read()

    assert found.items == ()
    for name in ("number", "title", "text", "place", "posted", "replied", "reply", "unit"):
        assert f'{name} = "{getattr(FIELDS, name)}"' in str(found.trouble)


def test_once_the_mapping_is_right_what_was_unread_is_read(folder):
    folder.drop("a.csv", table([row("1")], head=("受理编号", *HEAD[1:])))
    folder.read()
    folder.board = folder.board.__class__(number="受理编号", title="", text="诉求内容")

    found = folder.read()

    assert (numbers(found), found.trouble) == (["1"], None)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"title": "来电人"}, "who somebody is"),
        ({"place": "联系电话"}, "who somebody is"),
        ({"reply": "办结时间", "posted": "承办单位"}, "is empty, or can't be read, in every row"),
    ],
)
def test_a_mapping_that_can_not_be_right_is_an_error(folder, change, why):
    folder.board = FIELDS.__class__(**{name: getattr(FIELDS, name) for name in FIELDS.__slots__} | change)
    folder.drop("a.csv", table([row(f"{n}") for n in range(5)]))

    found = folder.read()

    assert found.items == ()
    assert why in str(found.trouble)


def test_a_count_of_rows_is_no_number(folder):
    folder.board = FIELDS.__class__(number="序号", title="", text="诉求内容")
    folder.drop("a.csv", table([["1", "路灯不亮"]], head=("序号", "诉求内容")))

    assert "only counts the rows" in str(folder.read().trouble)


def test_the_same_number_everywhere_is_no_number(folder):
    folder.drop("a.csv", table([row("住建局", f"第{n}件") for n in range(40)]))

    assert "is the same in every row" in str(folder.read().trouble)


def test_one_heading_twice_is_ambiguous(folder):
    folder.drop("a.csv", table([[*row("1"), "2"]], head=(*HEAD, "工单编号")))

    assert "is the heading of several columns" in str(folder.read().trouble)


def test_every_sheet_with_headings_is_read_and_one_without_is_told(folder):
    head = dict(zip(("A1", "B1"), ("工单编号", "诉求内容"), strict=True))
    second = sheet({"A1": "x", "B1": "y"}, {"A2": "x", "B2": "y"}, {"A3": "x", "B3": "y"})
    folder.board = FIELDS.__class__(number="工单编号", title="", text="诉求内容")
    folder.drop("a.xlsx", xlsx(sheet(head, {"A2": "1", "B2": "路灯不亮"}), {"xl/worksheets/sheet2.xml": second}))

    found = folder.read()

    assert numbers(found) == ["1"]
    assert str(found.left_out) == "a.xlsx sheet 2 row 1: no headings on this sheet"


# left for later, or alone


def test_a_file_that_is_being_written_is_left_for_the_next_pass(folder):
    folder.drop("a.csv", table([row("1")]), ago=timedelta(seconds=3))

    assert numbers(folder.read()) == []
    folder.drop("a.csv", table([row("1"), row("2")]), ago=timedelta(seconds=1))
    assert numbers(folder.read()) == []
    folder.clock.move(minutes=5)
    assert numbers(folder.read()) == ["1", "2"]


@pytest.mark.parametrize("ahead", [timedelta(days=1), timedelta(days=4000)])
def test_a_clock_that_was_set_back_delays_a_file_by_one_pass(folder, ahead):
    folder.drop("a.csv", table([row("1")]), ago=-ahead)

    assert numbers(folder.read()) == []
    assert numbers(folder.read()) == ["1"]


def test_a_file_that_is_open_in_a_spreadsheet_waits_for_at_most_a_day(folder):
    folder.drop("a.xlsx.csv", table([row("1")]))
    lock = folder.drop("~$a.xlsx.csv", b"lock")

    assert numbers(folder.read()) == []
    folder.written(lock, T - timedelta(days=2))
    assert numbers(folder.read()) == ["1"]


def test_what_is_no_export_is_told_and_what_is_only_there_in_passing_is_not(folder):
    for name in ("a.csv.tmp", "b.xlsx.part", "c.csv.crdownload", ".hidden.csv", "Thumbs.db", "~$d.xlsx"):
        folder.drop(name, b"x")
    folder.drop("list.xls", b"x")
    (folder.path / "old").mkdir()
    (folder.path / "old" / "a.csv").write_text(table([row("1")]))
    (folder.path / "link.csv").symlink_to(folder.path / "old" / "a.csv")
    os.mkfifo(folder.path / "pipe.csv")

    found = folder.read()

    assert found.items == ()
    assert str(found.left_out) == "list.xls: is no .csv, .tsv, .txt, .xlsx; export or save it as one of these"


def test_files_are_left_as_they_are(folder):
    path = folder.drop("a.csv", table([row("1")]))
    pathlib.Path(path).chmod(0o400)
    before = path.stat()

    folder.read()

    assert [entry.name for entry in folder.path.iterdir()] == ["a.csv"]
    assert path.stat().st_mtime_ns == before.st_mtime_ns


def test_a_folder_that_is_not_there_is_an_error(folder):
    folder.path = folder.path / "nowhere"

    with pytest.raises(CollectError) as error:
        folder.read()

    assert error.value.code == "no_folder"


# hostile and huge


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.xlsx", b"PK\x03\x04 cut", "broken"),
        ("a.csv", b"", "empty"),
        ("a.csv", bytes(range(256)) * 40, "unsupported"),
        ("a.xlsx", zipped({"[Content_Types].xml": "", "xl/workbook.xml": "<x/>" * 5_000_000}), "bomb"),
    ],
)
def test_a_file_that_can_not_be_read_is_named_and_others_go_in(folder, name, content, why):
    folder.drop(name, content)
    folder.drop("good.csv", table([row("1")]))

    found = folder.read()

    assert numbers(found) == ["1"]
    assert str(found.trouble).startswith(f"{name}: {why}")
    assert str(folder.read().trouble) == str(found.trouble)


def test_a_table_that_breaks_off_gives_what_stands_before(folder):
    rows = table([row(f"{n}") for n in range(50)]).encode()
    folder.drop("a.csv", rows + b'"' + b"x" * 1_200_000)

    found = folder.read()

    assert len(found.items) == 50
    assert str(found.trouble).startswith("a.csv: broken")


def test_more_rows_than_a_pass_may_read_are_read_by_the_next_ones(folder, monkeypatch):
    monkeypatch.setattr("monitor.collectors.exports.ROWS_A_PASS", 4)
    folder.drop("a.csv", table([row(f"{n}") for n in range(10)]))
    folder.drop("b.csv", table([row("b")]), ago=timedelta(seconds=30))

    passes = [folder.read() for _ in range(4)]

    assert [numbers(found) for found in passes] == [
        ["0", "1", "2", "3"],
        ["4", "5", "6", "7"],
        ["8", "9", "b"],
        [],
    ]
    assert [found.behind for found in passes] == [True, True, False, False]


def test_a_file_that_changes_between_two_parts_is_read_from_its_beginning(folder, monkeypatch):
    monkeypatch.setattr("monitor.collectors.exports.ROWS_A_PASS", 4)
    folder.drop("a.csv", table([row(f"{n}") for n in range(6)]))
    folder.read()
    folder.drop("a.csv", table([row(f"x{n}") for n in range(6)]), ago=timedelta(seconds=30))

    assert numbers(folder.read()) == ["x0", "x1", "x2", "x3"]


@pytest.mark.parametrize(("rows", "told"), [(6, False), (7, True)])
def test_rows_beyond_the_most_of_a_file_are_told(folder, monkeypatch, rows, told):
    monkeypatch.setattr("monitor.collectors.exports.MAX_ROWS", 6)
    folder.drop("a.csv", table([row(f"{n}") for n in range(rows)]))

    found = folder.read()

    assert (len(found.items), found.behind) == (6, False)
    assert (found.left_out is not None) is told


def test_a_file_that_is_too_large_is_not_opened(folder):
    path = folder.drop("a.csv", b"")
    with path.open("r+b") as file:
        file.truncate(200 * 1024 * 1024)
    folder.written(path, T - timedelta(minutes=1))

    assert "a.csv: more than 104857600 bytes" in str(folder.read().trouble)
