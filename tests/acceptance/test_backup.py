"""``huiyin backup`` and ``huiyin restore``: last night's backup in a fresh clone serves the same records."""

import shutil
from hashlib import sha256

import pytest
from click.testing import CliRunner

from monitor import daemon, heads, keys, watch
from monitor.cli import cli
from monitor.model import State, Transition
from monitor.store import records, views
from tests.houses import CONFIGURATION, LEAK, PLACE, Clock, Web, build, configuration, drain, item

SERVED = (("list",), ("show", "2026-0001"), ("health",), ("audit", "export", "history.jsonl"))


def huiyin(folder, *words):
    return CliRunner().invoke(cli, ["--config", str(folder / "huiyin.toml"), *words])


@pytest.fixture
def house(tmp_path):
    (tmp_path / "agency").mkdir()
    house, clock = build(tmp_path / "agency", Web([item(LEAK)])), Clock()
    drain(house, clock)
    watch.watch(house, clock, ())
    return house


@pytest.fixture
def agency(house):
    return house.settings.path.parent


@pytest.fixture
def backup(agency, tmp_path):
    made = huiyin(agency, "backup", str(tmp_path / "night.zip"))
    assert made.exit_code == 0, made.output
    assert "密钥不在备份里" in made.output
    return tmp_path / "night.zip"


def served(folder, monkeypatch):
    """A hash of what the commands say."""
    monkeypatch.chdir(folder)
    said = [huiyin(folder, *words).output.replace(str(folder), "") for words in SERVED]
    assert "2026-0001" in "".join(said)
    return sha256("".join(said).encode() + (folder / "history.jsonl").read_bytes()).hexdigest()


def close(house):
    with house.store.write() as tx:
        (record,) = views.open_records(tx)
        assert records.move(tx, record, State.RESOLVED, Transition(Clock()(), "resolved", "duty", "已修好"))


def clone(tmp_path, house):
    """A fresh machine with the configuration and the key that was kept elsewhere."""
    folder = tmp_path / "clone"
    (folder / "data").mkdir(parents=True)
    configuration(folder, CONFIGURATION)
    shutil.copy(house.settings.key_file, folder / "data")
    return folder


def test_last_nights_backup_in_a_fresh_clone_serves_the_same_records(house, agency, backup, tmp_path, monkeypatch):
    folder = clone(tmp_path, house)
    restored = huiyin(folder, "restore", str(backup))

    assert restored.exit_code == 0, restored.output
    assert "逐行核对一致" in restored.output
    assert served(folder, monkeypatch) == served(agency, monkeypatch)
    assert huiyin(folder, "audit", "verify").exit_code == 0


def test_a_backup_is_checked_by_restoring_it(agency, backup):
    checked = huiyin(agency, "backup", "--check", str(backup))

    assert checked.exit_code == 0, checked.output
    assert "全部一致" in checked.output
    assert "前后相接" in checked.output


def test_what_was_changed_in_the_database_shows_in_the_check(house, agency, tmp_path):
    with house.store.write() as tx:
        tx.exec_driver_sql("UPDATE transition SET actor = 'leader'")
    assert huiyin(agency, "backup", str(tmp_path)).exit_code == 0
    (path,) = tmp_path.glob("huiyin-*.zip")
    checked = huiyin(agency, "backup", "--check", str(path))

    assert checked.exit_code == 1
    assert "经过链有" in checked.output


def test_a_living_database_is_not_replaced_unasked(house, agency, backup, monkeypatch):
    before = served(agency, monkeypatch)
    close(house)
    refused = huiyin(agency, "restore", str(backup))
    assert refused.exit_code == 1
    assert "--replace" in refused.output
    assert served(agency, monkeypatch) != before

    house.store.close()
    replaced = huiyin(agency, "restore", str(backup), "--replace")
    assert replaced.exit_code == 0, replaced.output
    assert served(agency, monkeypatch) == before
    (aside,) = (agency / "data").glob("huiyin.before-*.db")
    assert aside.stat().st_size > 0


def test_a_running_service_is_not_replaced(house, agency, backup):
    with daemon.alone(house):
        refused = huiyin(agency, "restore", str(backup), "--replace")
    assert refused.exit_code == 1
    assert "正在运行" in refused.output


def test_heads_of_what_came_after_are_put_aside(house, agency, backup):
    close(house)
    later = Clock()
    later.move(hours=1)
    watch.watch(house, later, ())
    house.store.close()
    replaced = huiyin(agency, "restore", str(backup), "--replace")

    assert "链头不再适用" in replaced.output
    assert heads.kept(heads.file_of(house.settings.key_file)) == []
    assert huiyin(agency, "audit", "verify").exit_code == 0


def test_a_damaged_database_is_replaced_and_kept(house, agency, backup):
    house.store.close()
    (agency / "data" / "huiyin.db").write_bytes(b"no database" * 1000)
    assert "--replace" in huiyin(agency, "restore", str(backup)).output
    assert huiyin(agency, "restore", str(backup), "--replace").exit_code == 0
    assert huiyin(agency, "list").exit_code == 0


def test_into_another_file_leaves_the_installation_alone(house, agency, backup, tmp_path, monkeypatch):
    before = served(agency, monkeypatch)
    looked = huiyin(agency, "restore", str(backup), "--into", str(tmp_path / "look" / "at.db"))

    assert looked.exit_code == 0, looked.output
    assert (tmp_path / "look" / "at.db").stat().st_size > 0
    assert served(agency, monkeypatch) == before


def test_without_the_key_nothing_is_restored(house, backup, tmp_path):
    folder = clone(tmp_path, house)
    (folder / "data" / house.settings.key_file.name).unlink()
    assert huiyin(folder, "restore", str(backup)).exit_code == 2

    keys.create(folder / "data" / house.settings.key_file.name)
    refused = huiyin(folder, "restore", str(backup))
    assert refused.exit_code == 1
    assert "another installation key" in refused.output
    assert not (folder / "data" / "huiyin.db").exists()


def test_a_backup_moves_to_a_server_that_is_never_emptied(house, backup, tmp_path, postgresql):
    with postgresql.fresh("template0") as database, PLACE.at(database.server):
        folder = clone(tmp_path, house)
        restored = huiyin(folder, "restore", str(backup))
        assert restored.exit_code == 0, restored.output
        assert "2026-0001" in huiyin(folder, "list").output
        refused = huiyin(folder, "restore", str(backup), "--replace")
    assert refused.exit_code == 1
    assert "createdb" in refused.output


def test_a_daily_backup_that_is_missing_is_no_good_health(agency, tmp_path):
    path = agency / "huiyin.toml"
    path.write_text(path.read_text("utf-8") + '\n[backup]\nto = "backups"\n', "utf-8")
    assert "还没有备份成功过" in huiyin(agency, "health").output
    assert huiyin(agency, "backup", str(tmp_path)).exit_code == 0
    assert "备份" not in huiyin(agency, "health").output
