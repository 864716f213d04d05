"""Installed into a folder and run by whoever runs the tests, with the network cut."""

import re
import shutil
import signal
import stat
import subprocess
import sys
from functools import cached_property

import pytest

from tests.bundle.machines import clean, offline, run

FOLDER = "回 音's"  # a name that a shell could trip over
PERSONAL = '{"id": 1, "text": "退款请打到我卡上 6212260000998033245"}\n'
TOOLS = ("sh", "tail", "tar", "sha256sum", "mktemp", "df", "rm", "dirname", "uname", "id", "sed", "grep", "readlink")
SHADOW = """#!/bin/sh
# a Python without one module
[ "$1" = - ] || exit 1
{ echo 'import sys; sys.modules["MODULE"] = None'; cat; } | exec "%s" "$@"
"""


class Installed:
    """One installation in a folder, and how its commands are run."""

    def __init__(self, bundle, folder):
        self.bundle, self.folder = bundle, folder

    @cached_property
    def cut(self):
        return offline()

    def install(self, *arguments, bundle=None, environment=None):
        """With the umask that a careful agency sets."""
        command = ["sh", "-c", 'umask 077 && exec sh "$@"', "sh", str(bundle or self.bundle)]
        return run([*self.cut, *command, "--prefix", str(self.folder), *arguments], environment)

    def command(self, *arguments):
        return [*self.cut, str(self.folder / "bin" / "huiyin"), *arguments]

    def run(self, *arguments, text=None):
        return run(self.command(*arguments), text=text)

    def current(self):
        return (self.folder / "current").readlink().name

    def versions(self):
        return sorted(path.name for path in (self.folder / "versions").iterdir())


def on_postgresql(text):
    """The configuration with a server that isn't there."""
    return text.replace('# database = ""', 'database = "postgresql://huiyin@127.0.0.1:1/huiyin"')


def fill_in(path):
    """What the sample leaves to the agency."""
    text = path.read_text("utf-8")
    path.write_text(re.sub(r'^(\w+) = ""(\s+# 必填)', r'\1 = "0000-5550100"\2', text, flags=re.MULTILINE), "utf-8")


@pytest.fixture(scope="module")
def ours(bundle, tmp_path_factory):
    installed = Installed(bundle, tmp_path_factory.mktemp("home") / FOLDER)
    done = installed.install()
    assert done.returncode == 0, done.stderr
    assert f"{installed.folder}/huiyin.toml" in done.stdout
    yield installed
    assert installed.install("--uninstall").returncode == 0


@pytest.fixture(scope="module")
def set_up(ours):
    """With a configuration, database and key."""
    assert ours.run("check-config").returncode == 2  # as it came
    fill_in(ours.folder / "huiyin.toml")
    for command in ("init", "check-config"):
        done = ours.run(command)
        assert done.returncode == 0, done.stderr
    return ours


def test_only_its_owner_reads_passwords_and_data(ours):
    for name, mode in (("huiyin.toml", 0o600), ("mail.password", 0o600), ("data", 0o700), ("bin", 0o755)):
        assert stat.S_IMODE((ours.folder / name).stat().st_mode) == mode


def test_the_demo_plays_without_a_network(ours, tmp_path):
    done = ours.run("demo", "--folder", str(tmp_path / "demo"), "--seconds", "10")

    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "demo" / "digest.html").stat().st_size > 1000


def test_it_judges(ours):
    done = ours.run("classify", text=PERSONAL)

    assert (done.returncode, done.stderr) == (0, "")
    assert '"personal_data"' in done.stdout


def test_the_service_runs_is_well_and_stops(set_up):
    service = subprocess.Popen(set_up.command("run"), stderr=subprocess.PIPE, env=clean(), encoding="utf-8")
    for line in service.stderr:
        if "started" in line:
            break
    health = set_up.run("health")
    service.send_signal(signal.SIGTERM)
    log = service.communicate(timeout=100)[1]

    assert health.returncode == 0, health.stdout
    assert service.returncode == 0
    assert "stopped" in log
    assert set_up.run("health").returncode == 1


def test_once_does_what_is_due(set_up):
    done = set_up.run("once")

    assert done.returncode == 0, done.stderr
    assert set_up.run("list", "--all").returncode == 0


def test_the_driver_of_postgresql_is_there(set_up, tmp_path):
    other = tmp_path / "huiyin.toml"
    other.write_text(on_postgresql((set_up.folder / "huiyin.toml").read_text("utf-8")), "utf-8")

    assert set_up.run("--config", str(other), "check-config").returncode == 0
    assert "127.0.0.1" in set_up.run("--config", str(other), "init").stderr  # it tried


def test_the_font_and_the_models_are_there(ours):
    files = {path.name for path in ours.folder.glob("current/lib/python*/site-packages/*/*/*")}

    assert {"HuiyinSans-Regular.otf", "OFL.txt", "huiyin.toml", "hazard.npz"} <= files


def test_an_upgrade_keeps_data_and_configuration(set_up):
    kept = [set_up.folder / name for name in ("huiyin.toml", "data/installation.key", "data/huiyin.db")]
    before = [path.read_bytes() for path in kept]
    first = set_up.current()
    assert set_up.install().returncode == 0
    second = set_up.current()

    assert [path.read_bytes() for path in kept] == before
    assert set_up.versions() == [first, second]
    assert set_up.run("list").returncode == 0
    assert set_up.install().returncode == 0
    assert set_up.versions() == sorted([second, set_up.current()])


def test_the_installed_copy_removes_it_and_leaves_the_data(bundle, tmp_path):
    there = Installed(bundle, tmp_path / "there")
    assert there.install().returncode == 0
    (there.folder / "data" / "huiyin.db").write_bytes(b"data")
    removing = ["sh", str(there.folder / "install.sh"), "--prefix", str(there.folder), "--uninstall"]

    assert run(removing).returncode == 0
    assert {path.name for path in there.folder.iterdir()} == {
        *("data", "huiyin.toml", "mail.password", "ring.token", "database.password")
    }
    assert (there.folder / "data" / "huiyin.db").read_bytes() == b"data"
    assert run(["sh", str(there.bundle), "--prefix", str(there.folder), "--uninstall"]).returncode == 0


def stand_in(path, text):
    path.write_text(text, "utf-8")
    path.chmod(0o755)
    return str(path)


def test_one_line_says_which_module_is_missing(bundle, tmp_path):
    python = sys.executable
    for module, package in (("venv", "python3-venv"), ("sqlite3", "sqlite3")):
        text = SHADOW.replace("MODULE", module) % python
        other = stand_in(tmp_path / module, text)
        done = run(["sh", str(bundle), "--prefix", str(tmp_path / "there"), "--python", other])

        assert done.returncode == 1
        assert len(done.stderr.splitlines()) == 2
        assert all(package in line for line in done.stderr.splitlines())
    assert not (tmp_path / "there").exists()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("old 3.9", "Python 太旧（3.9）"),
        ("other 3.99", "没有给 Python 3.99 的文件"),
        ("narrow", "64 位"),
        ("glibc 2.17", "2.17"),
    ],
)
def test_one_line_says_what_is_wrong_with_a_python(bundle, tmp_path, answer, said):
    python = stand_in(tmp_path / "python", f"#!/bin/sh\necho '{answer}'\n")
    done = run(["sh", str(bundle), "--prefix", str(tmp_path / "there"), "--python", python])

    assert (done.returncode, said in done.stderr, len(done.stderr.splitlines())) == (1, True, 2)


def test_no_python_at_all(bundle, tmp_path):
    for tool in TOOLS:
        (tmp_path / tool).symlink_to(shutil.which(tool))
    done = run(["sh", str(bundle), "--prefix", str(tmp_path / "there")], clean(PATH=str(tmp_path)))

    assert done.returncode == 1
    assert "缺少 Python 3.11" in done.stderr
