"""The keys that sign links in mails: made, rotated, damaged."""

import ssl
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
import trustme
from click.testing import CliRunner

from monitor import linkkeys
from monitor.cli import cli
from monitor.console.server import serving
from monitor.errors import SettingsError
from monitor.signed import LIFETIME
from tests.acceptance.test_acting_from_mail import free_port
from tests.houses import Clock, T, Web, build, configuration


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "installation.links"


def test_the_first_key_is_made_once_and_for_its_owner_only(path):
    keyring = linkkeys.Keyring(path)
    (key,) = keyring()
    assert path.stat().st_mode & 0o777 == 0o600
    assert linkkeys.load(path) == keyring() == linkkeys.Keyring(path)() == (key,)


def test_a_rotation_is_seen_and_retired_keys_go_after_their_week(path):
    keyring = linkkeys.Keyring(path)
    (first,) = keyring()
    assert linkkeys.rotate(path, T) == 1
    second, old = keyring()
    assert (old.secret, old.retired) == (first.secret, T)
    assert second.secret != first.secret
    assert linkkeys.rotate(path, T + LIFETIME + timedelta(seconds=1)) == 1
    assert [key.secret for key in keyring()][1:] == [second.secret]
    assert linkkeys.rotate(path, T, at_once=True) == 0
    assert len(keyring()) == 1
    assert sorted(each.name for each in path.parent.iterdir()) == [path.name]


ZEROS = "00" * 32
DAMAGED = ("", "zz", ZEROS[2:], f"{ZEROS} 2026-11-04T10:00:00", f"{ZEROS} 2026-11-04T10:00:00+00:00", "密钥")


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_file_keeps_no_mail_back_and_is_said(path, text, caplog):
    keyring = linkkeys.Keyring(path)
    keyring()
    path.write_text(text, encoding="utf-8")
    (own,) = keyring()
    assert keyring() == (own,)
    assert "link_keys_unreadable" in caplog.text
    with pytest.raises(SettingsError, match="rotate-links --at-once"):
        linkkeys.rotate(path, T)
    linkkeys.rotate(path, T, at_once=True)
    assert keyring() == linkkeys.load(path) != (own,)


def test_a_folder_that_takes_no_file_keeps_no_mail_back(tmp_path, caplog):
    (tmp_path / "data").write_text("a file where the folder should be", encoding="utf-8")
    assert len(linkkeys.Keyring(tmp_path / "data" / "installation.links")()) == 1
    assert "link_keys_unreadable" in caplog.text


def test_the_command_says_what_becomes_of_links(tmp_path):
    said = [
        CliRunner().invoke(cli, ["--config", str(configuration(tmp_path)), "rotate-links", *more])
        for more in ((), (), ("--at-once",))
    ]
    assert [each.exit_code for each in said] == [0, 0, 0]
    assert ["7天" in each.output for each in said] == [False, True, False]


def test_pages_may_speak_tls_themselves(tmp_path):
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "cert.pem"))
    house, clock = build(tmp_path, Web([])), Clock()
    web = replace(
        house.settings.web,
        url="https://127.0.0.1",
        port=free_port(),
        certificate=str(tmp_path / "cert.pem"),
        certificate_key=str(tmp_path / "cert.pem"),
    )
    house = replace(house, settings=replace(house.settings, web=web))
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)
    with serving(house, clock) as port, httpx.Client(trust_env=False, verify=trusted) as browser:
        assert browser.get(f"https://127.0.0.1:{port}/a/x").status_code == 404
    broken = replace(web, certificate=str(tmp_path / "missing.pem"))
    with serving(replace(house, settings=replace(house.settings, web=broken)), clock) as port:
        assert port == 0
    assert house.sentry.unserved
