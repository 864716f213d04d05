"""Installed for the whole machine: on a copy of this one, as root, with the network cut."""

import re
import shutil
import stat

import pytest

from tests.bundle.machines import Machine
from tests.bundle.test_installing import PERSONAL, fill_in

UNIT = "/etc/systemd/system/huiyin.service"


@pytest.fixture(scope="module")
def machine(bundle, tmp_path_factory):
    with Machine(tmp_path_factory.mktemp("machine") / "root", network=False) as machine:
        shutil.copy(bundle, machine.root / "tmp" / "huiyin.run")
        done = install(machine)
        assert done.returncode == 0, done.stderr
        assert "systemctl enable --now huiyin" in done.stdout
        yield machine


def install(machine, *arguments):
    return machine.run("sh", "-c", 'umask 077 && exec sh /tmp/huiyin.run "$@"', "sh", *arguments)


@pytest.fixture(scope="module")
def set_up(machine):
    """With a good configuration, database and key."""
    fill_in(machine.root / "etc/huiyin/huiyin.toml")
    for command in ("init", "check-config"):
        done = machine.run("huiyin", command)
        assert done.returncode == 0, done.stderr
    return machine


def owners(machine, *paths):
    lines = machine.run("stat", "--format=%U:%G %a %n", *paths).stdout.splitlines()
    return {name: f"{owner} {mode}" for owner, mode, name in (line.split(" ", 2) for line in lines)}


def test_each_place_has_its_owner(machine):
    found = owners(
        machine,
        *("/opt/huiyin", "/etc/huiyin", "/var/lib/huiyin", UNIT),
        *("/etc/huiyin/huiyin.toml", "/etc/huiyin/mail.password", "/opt/huiyin/current/huiyin"),
    )

    assert found == {
        "/opt/huiyin": "root:root 755",
        "/etc/huiyin": "root:huiyin 750",
        "/var/lib/huiyin": "huiyin:huiyin 700",
        UNIT: "root:root 644",
        "/etc/huiyin/huiyin.toml": "root:huiyin 640",
        "/etc/huiyin/mail.password": "root:huiyin 640",
        "/opt/huiyin/current/huiyin": "root:root 755",
    }


def test_the_service_may_write_nothing_but_its_data(machine):
    account = machine.run("getent", "passwd", "huiyin").stdout

    assert account.strip().endswith(":/var/lib/huiyin:/usr/sbin/nologin")
    writable = machine.run("find", "/opt/huiyin", "-perm", "/022", "-not", "-type", "l").stdout
    assert writable == ""
    assert machine.run("runuser", "-u", "huiyin", "--", "touch", "/etc/huiyin/x").returncode != 0


def test_root_becomes_the_service_user(set_up):
    """A database that root made would be closed to the service."""
    assert set_up.run("huiyin", "once").returncode == 0
    names = ("huiyin.db", "installation.key", "huiyin.lock")

    assert {*owners(set_up, *(f"/var/lib/huiyin/{name}" for name in names)).values()} <= {
        *("huiyin:huiyin 600", "huiyin:huiyin 644", "huiyin:huiyin 640")
    }
    assert owners(set_up, "/var/lib/huiyin/installation.key") == {
        "/var/lib/huiyin/installation.key": "huiyin:huiyin 600"
    }
    assert set_up.run("huiyin", "classify", text=PERSONAL).returncode == 0


def test_passwords_stand_in_files(set_up):
    config = set_up.root / "etc/huiyin/huiyin.toml"
    before = config.read_text("utf-8")
    smtp = '[mail]\nway = "smtp"\nhost = "127.0.0.1"\nusername = "huiyin"\n'
    config.write_text(before.replace("[mail]\n", smtp), "utf-8")
    without = set_up.run("huiyin", "check-config")
    (set_up.root / "etc/huiyin/mail.password").write_text("made up\n", "utf-8")
    with_one = set_up.run("huiyin", "check-config")
    config.write_text(before, "utf-8")

    assert (without.returncode, with_one.returncode) == (2, 0)
    assert "HUIYIN_MAIL_PASSWORD" in without.stderr


def test_the_unit_starts_what_is_installed(machine):
    unit = (machine.root / UNIT.lstrip("/")).read_text("utf-8")
    programs = re.findall(r"^Exec\w+=(\S+) (\S+)", unit, re.MULTILINE)

    assert [command for _, command in programs] == ["check-config", "run"]
    assert [program for program, _ in programs if machine.run("test", "-x", program).returncode] == []


def test_an_upgrade_keeps_what_the_agency_set(set_up):
    config = set_up.root / "etc/huiyin"
    (config / "huiyin.toml").chmod(0o600 | stat.S_IRGRP | stat.S_IWGRP)
    key = set_up.root / "var/lib/huiyin/installation.key"
    before = {path: path.read_bytes() for path in (*config.iterdir(), key)}
    done = install(set_up)

    assert done.returncode == 0, done.stderr
    assert {path: path.read_bytes() for path in before} == before
    assert owners(set_up, "/etc/huiyin/huiyin.toml") == {"/etc/huiyin/huiyin.toml": "root:huiyin 660"}
    assert set_up.run("huiyin", "list").returncode == 0
    assert len([*(set_up.root / "opt/huiyin/versions").iterdir()]) == 2


def test_removed_and_installed_again_it_has_its_data(set_up):
    key = (set_up.root / "var/lib/huiyin/installation.key").read_bytes()
    assert set_up.run("sh", "/opt/huiyin/install.sh", "--uninstall").returncode == 0
    gone = [path for path in ("/opt/huiyin", "/usr/local/bin/huiyin", UNIT) if set_up.run("ls", path).returncode]

    assert len(gone) == 3
    assert install(set_up).returncode == 0
    assert (set_up.root / "var/lib/huiyin/installation.key").read_bytes() == key
    assert set_up.run("huiyin", "check-config").returncode == 0


def test_who_is_not_root_is_told_what_to_write(machine):
    done = machine.run("runuser", "-u", "nobody", "--", "sh", "-c", "TMPDIR=/tmp sh /tmp/huiyin.run")

    assert done.returncode == 1
    assert "--prefix" in done.stderr
