"""The commands as a person would use them, on a real folder."""

import os
import signal
import subprocess
import sys
from contextlib import closing

import pytest
from click.testing import CliRunner

from monitor import daemon
from monitor.cli import cli
from monitor.settings import load
from monitor.store.database import open_store
from tests.houses import CONFIGURATION, PLACE, Web, build, configuration, drain, filled_in, item


def huiyin(folder, *words, expect=0):
    result = CliRunner().invoke(cli, ["--config", str(folder / "huiyin.toml"), *words])
    assert result.exit_code == expect, result.output
    assert "Traceback" not in result.output
    return result.output


def begin(folder):
    """`huiyin init`, and the telephone numbers that every agency has to fill in."""
    said = huiyin(folder, "init")
    path = folder / "huiyin.toml"
    path.write_text(filled_in(path.read_text(encoding="utf-8")), encoding="utf-8")
    return said


@pytest.fixture
def folder(tmp_path, each_database):
    """An agency with one open record, two mails deep in the folder."""
    now = daemon.clock()
    web = Web([item(published=now), item("谢谢", name="2", title="表扬", published=now)])
    house = build(tmp_path, web, now=now)
    drain(house, daemon.clock)
    house.store.close()
    return tmp_path


def test_init_writes_a_configuration_then_makes_database_and_key(tmp_path):
    said = begin(tmp_path)
    assert str(tmp_path / "huiyin.toml") in said
    huiyin(tmp_path, "check-config")

    huiyin(tmp_path, "init")

    key = tmp_path / "data" / "installation.key"
    assert (tmp_path / "data" / "huiyin.db").exists()
    assert key.stat().st_mode & 0o077 == 0
    before = key.read_bytes()
    huiyin(tmp_path, "init")
    assert key.read_bytes() == before


def test_check_config_fails_without_the_numbers_that_answer_at_night(tmp_path):
    huiyin(tmp_path, "init")

    said = huiyin(tmp_path, "check-config", expect=2)

    assert "emergency.gas" in said
    assert "emergency.duty" in said


def test_init_on_a_server_makes_tables_and_key_and_says_whose_the_backups_are(tmp_path, postgresql):
    with postgresql.fresh("template0") as database, PLACE.at(database.server):
        configuration(tmp_path)
        assert "huiyin init" in huiyin(tmp_path, "list", expect=1)

        said = huiyin(tmp_path, "init")

        assert database.server in said
        assert "备份" in said
        assert [path.name for path in (tmp_path / "data").iterdir()] == ["installation.key"]
        assert "没有" in huiyin(tmp_path, "list")
        assert said == huiyin(tmp_path, "init")


def test_check_config_repeats_what_is_claimed_and_says_who_is_told(folder):
    said = huiyin(folder, "check-config")

    assert "http://127.0.0.1:9/" in said
    assert "值班员" in said
    assert "分管领导" in said


def test_check_config_shows_all_mistakes(tmp_path):
    (tmp_path / "huiyin.toml").write_text(
        CONFIGURATION.replace("networks", "own = true\nnetworks").replace('"duty"]', '"ghost"]')
    )

    said = huiyin(tmp_path, "check-config", expect=2)

    assert "platform[website].own: is not known any more" in said
    assert "ghost" in said


def test_commands_without_a_configuration_say_what_to_do(tmp_path):
    assert "huiyin init" in huiyin(tmp_path, "list", expect=2)


def test_commands_without_a_database_say_what_to_do(tmp_path):
    begin(tmp_path)

    assert "huiyin init" in huiyin(tmp_path, "list", expect=1)


def test_list_shows_what_is_open(folder):
    said = huiyin(folder, "list")

    assert "2026-0001" in said or "-0001" in said
    assert "值班员" in said


def number(folder):
    with_numbers = [word for word in huiyin(folder, "list").split() if word.endswith("-0001")]
    return with_numbers[0]


def test_show_tells_the_whole_story(folder):
    said = huiyin(folder, "show", number(folder))

    assert "210726196411200006" not in said
    assert "建档" in said
    assert "值班员" in said


def test_a_record_is_acknowledged_then_resolved(folder):
    record = number(folder)
    huiyin(folder, "ack", record, "--by", "duty")
    huiyin(folder, "ack", record, expect=1)
    huiyin(folder, "resolve", record, "--by", "duty", "--why", "已撤下")
    huiyin(folder, "resolve", record, "--why", "x", expect=1)

    assert "没有" in huiyin(folder, "list")
    assert record in huiyin(folder, "list", "--all")
    assert "已撤下" in huiyin(folder, "show", record)


def test_a_record_is_dismissed_with_a_reason(folder):
    record = number(folder)
    huiyin(folder, "dismiss", record, expect=2)
    huiyin(folder, "dismiss", record, "--why", "是样例")

    assert "没有" in huiyin(folder, "list")


def test_unknown_numbers_and_contacts_are_said(folder):
    assert "2026-9999" in huiyin(folder, "show", "2026-9999", expect=1)
    assert "2026-9999" in huiyin(folder, "ack", "2026-9999", expect=1)
    assert "duty" in huiyin(folder, "ack", number(folder), "--by", "ghost", expect=1)


def test_explain_says_why_and_why_not(folder):
    assert number(folder) in huiyin(folder, "explain", "公示")
    assert "没有发现" in huiyin(folder, "explain", "表扬")
    assert "没有找到" in huiyin(folder, "explain", "不存在的词", expect=1)


def test_the_digest_can_be_looked_at(folder):
    page = folder / "digest.html"
    said = huiyin(folder, "digest", "--preview", "--this-week", "--html", str(page))

    assert "-0001" in said
    assert "<html" in page.read_text(encoding="utf-8")
    huiyin(folder, "digest", "--preview", "--contact", "ghost", expect=1)


def test_send_test_reaches_every_contact(folder):
    before = set((folder / "outbox").glob("*.eml"))
    said = huiyin(folder, "send-test")

    assert "值班员" in said
    assert len(set((folder / "outbox").glob("*.eml")) - before) == 2
    huiyin(folder, "send-test", "--to", "ghost", expect=1)


def test_send_test_says_what_went_wrong(tmp_path):
    mail = '[mail]\nway = "smtp"\nhost = "127.0.0.1"\nport = 9\nsecurity = "none"\n'
    (tmp_path / "huiyin.toml").write_text(CONFIGURATION + mail, encoding="utf-8")

    assert "没有发出" in huiyin(tmp_path, "send-test", expect=1)


def test_health_says_that_nobody_runs(folder):
    assert "没有在运行" in huiyin(folder, "health", expect=1)


def test_english_is_complete(tmp_path):
    text = CONFIGURATION.replace("[agency]", '[agency]\nlanguage = "en"')
    now = daemon.clock()
    house = build(tmp_path, Web([item(published=now)]), text, now=now)
    drain(house, daemon.clock)
    house.store.close()

    for words in (
        ["check-config"],
        ["list"],
        ["show", number(tmp_path)],
        ["explain", "公示"],
        ["digest", "--preview", "--this-week"],
    ):
        assert huiyin(tmp_path, *words)


def start(folder):
    return subprocess.Popen(
        [sys.executable, "-m", "monitor.cli", "--config", str(folder / "huiyin.toml"), "run"],
        stderr=subprocess.PIPE,
        env={"PATH": os.environ["PATH"]},
        text=True,
    )


def wait_for(process, word):
    for line in process.stderr:
        if word in line:
            return line
    raise AssertionError(f"{word} was never said")


def test_the_service_runs_until_it_is_told_to_stop(tmp_path, each_database):
    build(tmp_path, Web(), CONFIGURATION.replace('name = "website"', 'name = "website"\nevery = "1s"')).store.close()

    with start(tmp_path) as process:
        wait_for(process, "started")
        assert "error=refused" in wait_for(process, "pass platform=website")
        assert "another huiyin is running" in huiyin(tmp_path, "once", expect=1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0


def test_a_second_service_on_the_same_database_refuses(tmp_path, each_database):
    build(tmp_path, Web()).store.close()

    with start(tmp_path) as first:
        wait_for(first, "started")
        with start(tmp_path) as second:
            assert "another huiyin is running" in second.stderr.read()
            assert second.wait(timeout=60) == 1
        assert "一切正常" in huiyin(tmp_path, "health")
        first.send_signal(signal.SIGINT)
        assert first.wait(timeout=60) == 0


def test_once_does_what_is_due_and_ends(tmp_path):
    (tmp_path / "huiyin.toml").write_text(CONFIGURATION, encoding="utf-8")
    huiyin(tmp_path, "init")

    huiyin(tmp_path, "once")

    assert "-0001" not in huiyin(tmp_path, "list")


def test_a_damaged_or_lost_key_is_never_replaced_silently(folder):
    key = folder / "data" / "installation.key"
    key.write_text("zz")
    assert "installation.key" in huiyin(folder, "once", expect=2)
    key.write_text("00" * 3)
    assert "damaged" in huiyin(folder, "once", expect=2)
    key.unlink()
    assert "backup" in huiyin(folder, "once", expect=2)


def test_init_never_makes_a_new_key_for_an_old_database(folder):
    key = folder / "data" / "installation.key"
    key.unlink()

    assert "backup" in huiyin(folder, "init", expect=2)
    assert not key.exists()


def test_a_newer_database_is_refused(folder):
    with closing(open_store(load(folder / "huiyin.toml").database)) as store, store.write() as tx:
        tx.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    assert "newer huiyin" in huiyin(folder, "list", expect=1)
    assert "newer huiyin" in huiyin(folder, "once", expect=1)


def test_a_file_that_is_no_database_is_refused(tmp_path):
    begin(tmp_path)
    huiyin(tmp_path, "init")
    (tmp_path / "data" / "huiyin.db").write_bytes(b"x" * 5000)

    assert "database" in huiyin(tmp_path, "list", expect=1)
