"""``huiyin audit``: plain words for a leader, an exit code for a machine, and a table that calculates nothing."""

import csv
import json

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from monitor import heads, watch
from monitor.cli import cli
from monitor.model import State, Transition
from monitor.store import records, views
from monitor.store.tables import transition
from tests.houses import LEAK, Clock, Web, build, drain, item, mails, text_of

WHY = '=HYPERLINK("http://evil.example","李桂香 210726196411200006")'


def huiyin(folder, *words):
    return CliRunner().invoke(cli, ["--config", str(folder / "huiyin.toml"), "audit", *words])


@pytest.fixture
def house(tmp_path):
    house, clock = build(tmp_path, Web([item(LEAK)])), Clock()
    drain(house, clock)
    with house.store.write() as tx:
        (record,) = views.open_records(tx)
        assert records.move(tx, record, State.RESOLVED, Transition(clock(), "resolved", "duty", WHY))
    clock.move(days=7)
    drain(house, clock)
    return house


def test_a_whole_chain_is_said_to_be_whole(house, tmp_path):
    shown = huiyin(tmp_path, "verify")

    assert shown.exit_code == 0, shown.output
    assert "没有被改动、删除或调换" in shown.output
    assert "没有可比对的链头" in shown.output


def test_the_head_at_the_foot_of_a_digest_fits(house, tmp_path):
    (digest,) = [mail for mail in mails(house) if "周报" in mail["subject"]]
    head = text_of(digest).split("--head ")[1].split("）")[0]

    assert huiyin(tmp_path, "verify", "--head", head).exit_code == 0
    other = huiyin(tmp_path, "verify", "--head", f"9999:{head.partition(':')[2]}")
    assert other.exit_code == 1
    assert "与留存的链头不符" in other.output
    assert huiyin(tmp_path, "verify", "--head", "nonsense").exit_code == 2


def test_what_was_changed_is_named_with_its_record(house, tmp_path):
    with house.store.write() as tx:
        tx.execute(update(transition).values(actor="leader"))
    shown = huiyin(tmp_path, "verify")

    assert shown.exit_code == 1
    assert "办理经过（序号1，事项 2026-0001）：内容被改过" in shown.output
    assert "4处对不上" in shown.output or "3处对不上" in shown.output


def test_many_faults_are_counted(house, tmp_path):
    with house.store.write() as tx:
        record = tx.execute(transition.select().limit(1)).one().escalation_id
        row = {"escalation_id": record, "at": Clock()(), "what": "told", "actor": "system", "why": ""}
        tx.execute(transition.insert(), [row] * 30)
    shown = huiyin(tmp_path, "verify")

    assert "……另有10处" in shown.output
    assert "30处对不上" in shown.output


def test_the_daemon_keeps_heads_once_an_hour(house, tmp_path):
    clock = Clock()
    for minutes in (0, 59):
        clock.move(minutes=minutes)
        watch.watch(house, clock, ())

    assert len(heads.kept(heads.file_of(house.settings.key_file))) == 1
    assert "与密钥旁的文件等处留存的1个链头比对过" in huiyin(tmp_path, "verify").output


def test_a_head_that_cannot_be_kept_stops_nothing(house, caplog):
    heads.file_of(house.settings.key_file).mkdir()
    watch.watch(house, Clock(), ())

    assert "head_not_kept" in caplog.text


def test_the_table_opens_in_a_spreadsheet_and_calculates_nothing(house, tmp_path):
    path = tmp_path / "history.csv"
    shown = huiyin(tmp_path, "export", str(path))
    rows = list(csv.reader(path.read_text("utf-8-sig").splitlines()))

    assert shown.exit_code == 0, shown.output
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert rows[0] == ["时间", "事项", "类别", "经过", "谁", "说明"]
    assert f"{len(rows) - 1}行" in shown.output
    (why,) = [row[5] for row in rows if "HYPERLINK" in row[5]]
    assert why.startswith("'=")
    assert "210726196411200006" not in path.read_text("utf-8")
    assert ["邮件已送出", "值班员"] in [row[3:5] for row in rows]


def test_days_choose_what_is_exported(house, tmp_path):
    path = tmp_path / "history.jsonl"
    assert huiyin(tmp_path, "export", str(path), "--from", "2026-11-04", "--to", "2026-11-04").exit_code == 0
    days = {json.loads(line)["at"][:10] for line in path.read_text("utf-8").splitlines()}
    assert days == {"2026-11-04"}

    assert huiyin(tmp_path, "export", str(path), "--from", "2027-01-01").exit_code == 0
    assert path.read_text("utf-8") == ""
    assert huiyin(tmp_path, "export", str(tmp_path / "history.xls")).exit_code == 2
