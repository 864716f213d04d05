"""Rosters, absences, contacts and `huiyin who`, as they are typed; a roster is read by a process of its own."""

from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from monitor.cli import cli
from monitor.store import duties
from tests.attached import sheet, xlsx, zipped
from tests.houses import Clock, Web, build, drain, item, only_record
from tests.rostered import ROSTERED
from tests.ways import GAS

REFUSED = [
    ("nobody", "2030-03-01", "2030-03-05", "", "nobody"),
    ("duty", "2030-03-01", "2030-03-05", "", "值班表"),
    ("jia", "2030-03-05", "2030-03-05", "", "--to"),
    ("jia", "2020-03-01", "2020-03-05", "", "--to"),
    ("jia", "2030-03-01", "2030-03-05", "jia", "本人"),
    ("jia", "2030-03-01", "2030-03-05", "chief", "chief"),
]
ROWS = "日期,班次,值班员\n2030-03-01,8:30-17:30,值班甲\n,17:30-次日8:30,值班乙\n2030-03-02至2030-03-09,,值班甲\n"


def huiyin(folder, *words):
    done = CliRunner().invoke(cli, ["--config", str(folder / "huiyin.toml"), *words])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def house(tmp_path):
    house = build(tmp_path, Web([item(GAS)]), ROSTERED)
    yield house
    house.store.close()


def shifts(house):
    with house.store.read() as tx:
        return [each.person for each in duties.shifts(tx, datetime(2000, 1, 1, tzinfo=UTC))]


def roster(folder, content, name="r.csv"):
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode("gb18030"))
    return huiyin(folder, "roster", "import", str(folder / name))


def test_a_roster_is_imported_shown_and_replaced(tmp_path, house):
    code, said, _ = roster(tmp_path, ROWS)
    assert code == 0
    assert "值班员：导入3班，2030年3月1日（周五）08:30 到 2030年3月10日（周日）08:30" in said
    assert "没有替换什么" in said
    assert shifts(house) == ["jia", "yi", "jia"]

    code, said, _ = huiyin(tmp_path, "who", "--at", "2030-03-02 03:00", "--kind", "hazard")
    assert code == 0
    assert "值班员（值班表，到" in said.splitlines()[3]
    assert said.splitlines()[3].endswith("→ 值班乙")
    assert said.splitlines()[5].strip() == "分管领导（没有回应） → 办公室主任"
    code, said, _ = roster(tmp_path, "日期,值班人员\n2030-03-01,值班乙\n")
    assert "替换了这段时间里原有的2班" in said
    assert shifts(house) == ["yi", "jia"]
    code, said, _ = huiyin(tmp_path, "roster", "show", "--days", "9")
    assert (code, "没有排班" in said) == (0, True)


def test_a_workbook_with_dates_and_a_merged_day_is_read(tmp_path, house):
    merged = '<mergeCells><mergeCell ref="A2:A3"/></mergeCells>'
    rows = (
        {"A1": "日期", "B1": "班次", "C1": "值班员"},
        {"A2": "47543", "B2": "8:30-17:30", "C2": "值班甲"},
        {"B3": "17:30-8:30", "C3": "值班乙"},
    )
    code, said, wrong = roster(tmp_path, xlsx(sheet(*rows, behind=merged)), "r.xlsx")

    assert (code, "导入2班，2030年3月1日（周五）08:30 到 2030年3月2日（周六）08:30" in said) == (0, True), wrong


def test_one_bad_cell_and_nothing_is_imported(tmp_path, house):
    roster(tmp_path, ROWS)
    bad = "日期,班次,值班员\n2030-03-01,,值班乙\n2月30日,,值班甲\n2030-03-03,早班,值班甲\n2030-03-04,,值班丙\n"
    code, said, wrong = roster(tmp_path, bad, "坏表.csv")

    assert (code, said) == (1, "")
    assert "坏表.csv 第3行 A列：“2月30日”不是日期" in wrong
    assert "坏表.csv 第4行 B列：“早班”不是时间" in wrong
    assert "坏表.csv 第5行 C列：“值班丙”不是联系人" in wrong
    assert "什么都没有导入" in wrong
    assert shifts(house) == ["jia", "yi", "jia"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02" * 5000,
        b"PK\x03\x04" + b"\xff" * 500,
        zipped({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<w>" + " " * 40_000_000}),
        b"\x89PNG\r\n\x1a\n",
        ("日期,值班员\n" + "2030-03-01," + "甲" * 300_000 + "\n").encode(),
        b"a" * (9 * 1024 * 1024),
    ],
    ids=["empty", "noise", "damaged", "bomb", "picture", "one_long_cell", "too_large"],
)
def test_a_hostile_file_is_an_error_in_words(tmp_path, house, content):
    code, said, wrong = roster(tmp_path, content, "x.xlsx")

    assert (code, said) == (1, "")
    assert "x.xlsx" in wrong
    assert "Traceback" not in wrong
    assert len(wrong) < 2000
    assert shifts(house) == []


def test_many_bad_rows_are_counted(tmp_path, house):
    code, _, wrong = roster(tmp_path, "日期,值班员\n" + "2030-13-01,甲\n" * 30)

    assert (code, len(wrong.splitlines())) == (1, 22)
    assert "另有10处不对" in wrong


def test_absences_are_noted_listed_and_removed(tmp_path, house):
    code, said, _ = huiyin(tmp_path, "absence", "add", "jia", "--from", "2030-03-01", "--to", "2030-03-05 12:00")
    assert (code, "#1 值班甲：2030年3月1日（周五）00:00 到 2030年3月5日（周二）12:00 不在岗，由值班乙代办" in said) == (
        0,
        True,
    )
    code, said, _ = huiyin(tmp_path, "absence", "add", "office", "--from", "2030-03-01", "--to", "2030-03-05")
    assert (code, "没有人代办" in said) == (0, True)
    assert "由值班乙代办" in huiyin(tmp_path, "absence", "list")[1]
    _, said, _ = huiyin(tmp_path, "who", "--at", "2030-03-04", "--kind", "hazard")
    assert "没有排班" in said
    assert huiyin(tmp_path, "absence", "remove", "2")[0] == 0
    assert huiyin(tmp_path, "absence", "remove", "2")[0] == 1
    assert huiyin(tmp_path, "absence", "remove", "1")[0] == 0
    assert "没有人登记不在岗" in huiyin(tmp_path, "absence", "list")[1]


def test_an_absence_that_can_not_be_is_refused(tmp_path, house):
    for name, start, end, deputy, says in REFUSED:
        more = ("--deputy", deputy) if deputy else ()
        code, _, wrong = huiyin(tmp_path, "absence", "add", name, "--from", start, "--to", end, *more)
        assert (code, says in wrong) == (1, True)


def test_a_contact_is_confirmed_by_the_operator_or_by_acting(tmp_path, house):
    old = datetime.now(UTC) - timedelta(days=100)
    drain(house, Clock())
    with house.store.write() as tx:
        for name in ("jia", "yi"):
            duties.confirm(tx, house.settings.contacts[name], old)
    assert huiyin(tmp_path, "contact", "list")[1].count("上次确认在100天") == 2

    assert huiyin(tmp_path, "contact", "confirm", "yi")[0] == 0
    assert huiyin(tmp_path, "ack", only_record(house).number, "--by", "jia")[0] == 0
    assert "100天" not in huiyin(tmp_path, "contact", "list")[1]
    assert huiyin(tmp_path, "contact", "confirm", "duty")[0] == 1


def test_a_hole_ahead_is_said_by_every_command_that_is_asked(tmp_path, house):
    code, _, wrong = huiyin(tmp_path, "check-config")
    assert (code, "没有人值班：值班员" in wrong) == (0, True)
    assert "没有人值班：值班员" in huiyin(tmp_path, "health")[1]
    assert "没有人值班：值班员" in huiyin(tmp_path, "roster", "show")[2]
    _, said, _ = huiyin(tmp_path, "policy", "show", "hazard")
    assert "值班员（按值班表）" in said
    assert "分管领导（B角办公室主任）" in said
    code, said, wrong = huiyin(tmp_path, "send-test", "--to", "duty")
    assert (code, "jia, yi, leader, office" in wrong) == (1, True)
