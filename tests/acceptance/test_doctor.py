"""`huiyin doctor` on installations that are well, broken in every way, slow, and full of secrets."""

import json
import os
import socket
import threading
import time

import pytest
from click.testing import CliRunner

from monitor import daemon, settings
from monitor.cli import cli, doctor
from monitor.store import proofs, views
from tests import imap_servers
from tests.houses import CONFIGURATION, Web, build
from tests.smtp_servers import PASSWORD

SECRET = "correct-horse-battery"


@pytest.fixture
def look(tmp_path, monkeypatch):
    def run(text=CONFIGURATION, *words, made=True, **environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(settings, "default_path", lambda: tmp_path / "huiyin.toml")
        if made:
            house = build(tmp_path, Web(), text, daemon.clock())
            house.store.close()
        else:
            (tmp_path / "huiyin.toml").write_text(text, encoding="utf-8")
        return CliRunner().invoke(cli, ["--config", str(tmp_path / "huiyin.toml"), "doctor", *words])

    return run


def level(result, part):
    return {each["part"]: each["level"] for each in json.loads(result.output)["checks"]}[part]


def smtp(port, more=""):
    way = f'[mail]\nway = "smtp"\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n{more}'
    return CONFIGURATION.replace("[pace]", f"{way}\n[pace]")


@pytest.fixture
def running(tmp_path):
    """The lock is held and every stage has just spoken, as while a daemon runs."""
    held = []

    def begin():
        house = build(tmp_path, Web())
        held.append(house.store.alone("another"))
        held[-1].__enter__()
        with house.store.write() as tx:
            for stage in daemon.STAGES:
                views.set_beat(tx, stage, daemon.clock(), "")
        house.sentry.disk.hold()
        return house

    yield begin
    for each in held:
        each.__exit__(None, None, None)


def test_an_installation_that_is_well(look, running, tmp_path, inbox):
    running()
    (tmp_path / "alive.json").write_text("{}")
    text = smtp(inbox.port) + f'\n[watch]\nfile = "{tmp_path}/alive.json"\n'
    result = look(text)

    assert result.exit_code == 0, result.output
    assert "能用，有几处要注意。" in result.output  # the mail goes without encryption
    assert inbox.mails == []
    assert "→" not in result.output


def test_a_test_mail_is_sent_only_when_asked_for(look, inbox):
    result = look(smtp(inbox.port), "--send", "duty")
    assert len(inbox.mails) == 1
    assert "给值班员（duty@agency.example）发了测试邮件" in result.output

    result = look(smtp(inbox.port), "--send", "nobody")
    assert result.exit_code == 1
    assert "nobody" in result.output
    assert len(inbox.mails) == 1


def test_everything_that_is_wrong_is_said_at_once(look, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    text = smtp(port).replace("http://127.0.0.1:9/", "http://no-such-host.invalid/")
    look(text)
    key = tmp_path / "data" / "installation.key"
    key.chmod(0o644)
    (tmp_path / "data" / "routing.npz").write_bytes(b"no model")
    os.utime(tmp_path / "huiyin.toml", (time.time() + 9000,) * 2)
    house = build(tmp_path, Web(), text, proven=False)
    with house.store.write() as tx:
        views.set_beat(tx, "collect", daemon.clock(), "KeyError")
        proofs.release(tx)
        tx.exec_driver_sql("DELETE FROM proof")
    os.utime(tmp_path / "huiyin.toml", (time.time() + 9000,) * 2)
    result = CliRunner().invoke(cli, ["--config", str(tmp_path / "huiyin.toml"), "doctor", "--json"])

    assert result.exit_code == 1
    for part in ("key", "service", "clock", "mail", "dns", "proofs", "models"):
        assert level(result, part) == "error", part
    for part in ("config", "database", "fonts"):
        assert level(result, part) == "well", part
    assert all(each["fix"] for each in json.loads(result.output)["checks"] if each["level"] == "error")


def test_without_a_database_the_rest_is_looked_at(look, tmp_path):
    result = look(CONFIGURATION, "--json", made=False)

    assert result.exit_code == 1
    assert level(result, "database") == level(result, "key") == level(result, "proofs") == "error"
    assert level(result, "models") == "well"
    assert not (tmp_path / "data").exists()  # it only looks


def test_a_newer_database_is_named(look, tmp_path):
    house = build(tmp_path, Web())
    with house.store.write() as tx:
        tx.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    house.store.close()
    result = CliRunner().invoke(cli, ["--config", str(tmp_path / "huiyin.toml"), "doctor"])

    assert "newer huiyin (schema 9999)" in result.output


def test_a_configuration_that_cannot_be_used_is_said_in_both_languages(look):
    result = look(CONFIGURATION + "\nnonsense = 1\n", made=False)
    assert result.exit_code == 2
    assert "不能用" in result.output
    assert "can't be used" in result.output
    result = look(CONFIGURATION + "\nnonsense = 1\n", "--json", made=False)
    assert json.loads(result.output)["state"] == "error"


def test_what_hangs_costs_no_more_than_the_limit(look, monkeypatch):
    never, begun = threading.Event(), time.monotonic()

    def hang(_settings, _words):
        never.wait()

    monkeypatch.setitem(doctor.LOOKS, doctor.Part.DNS, hang)
    result = look(CONFIGURATION, "--json", "--limit", "1")
    never.set()

    assert time.monotonic() - begun < 10
    assert level(result, "dns") == "error"
    assert level(result, "config") == "well"


def test_a_mail_server_that_says_nothing_is_left_behind(look):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        result = look(smtp(silent.getsockname()[1]), "--json", "--limit", "1")

    assert level(result, "mail") == "error"


def test_no_secret_is_ever_shown(look, inbox):
    way = 'username = "huiyin"\nsecurity = "tls"\n'
    text = smtp(inbox.port, "").replace('security = "none"\n', way)
    for words in ((), ("--json",), ("--send", "duty")):
        result = look(text, *words, HUIYIN_MAIL_PASSWORD=SECRET, HUIYIN_RING_TOKEN=PASSWORD)
        assert result.exit_code == 1
        assert SECRET not in result.output
        assert PASSWORD not in result.output


def test_whether_the_links_in_mails_lead_anywhere(look):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        web = f'[web]\nurl = "https://huiyin.agency.example"\nport = {listening.getsockname()[1]}\n'
        assert level(look(CONFIGURATION + web, "--json"), "pages") == "well"
    assert level(look(CONFIGURATION + web, "--json"), "pages") == "error"
    assert level(look(CONFIGURATION, "--json"), "pages") == "well"


def test_the_mailbox_of_replies_is_opened_and_no_mail_read(look, tmp_path):
    account = imap_servers.Account()
    with imap_servers.serving(account) as port:
        box = f'[replies]\nurl = "imaps://localhost:{port}"\nusername = "huiyin@agency.example"\n'
        box += f'ca_file = "{imap_servers.ca_file(tmp_path)}"\nnetworks = ["127.0.0.0/8"]\n'
        secret = {"HUIYIN_REPLIES_PASSWORD": imap_servers.PASSWORD}
        assert level(look(CONFIGURATION + box, "--json", **secret), "replies") == "well"
        assert (len(account.asked("EXAMINE")), account.asked("UID")) == (1, [])
        account.says["LOGIN"] = b"TAG NO [AUTHENTICATIONFAILED] " + imap_servers.PASSWORD.encode() + b"\r\n"
        told = look(CONFIGURATION + box)
    assert "HUIYIN_REPLIES_PASSWORD" in told.output
    assert imap_servers.PASSWORD not in told.output
    assert level(look(CONFIGURATION, "--json"), "replies") == "well"
