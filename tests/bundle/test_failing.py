"""An upgrade that fails leaves the old version as it was."""

import hashlib
import os
import shutil
import signal
import subprocess
import zipfile

import pytest

from tests.bundle.machines import clean, run
from tests.bundle.test_installing import Installed, fill_in

DEMANDS = """

def emergency(table: Options) -> Emergency:
    table.problem("new", "must be filled in")
    return _emergency(table)
"""


def seal(folder):
    """Make the checksums right again."""
    rows = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "SHA256SUMS"]
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}\n" for path in rows]
    (folder / "SHA256SUMS").write_text("".join(sums), "utf-8")


def patched(folder, name, change):
    """Another version: one file of our wheel is otherwise."""
    (wheel,) = (folder / "wheels").glob("huiyin-*.whl")
    old = hashlib.sha256(wheel.read_bytes()).hexdigest()
    with zipfile.ZipFile(wheel) as archive:
        files = {each: archive.read(each) for each in archive.namelist()}
    files[name] = change(files[name].decode()).encode()
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, content in files.items():
            archive.writestr(each, content)
    new = hashlib.sha256(wheel.read_bytes()).hexdigest()
    requirements = folder / "requirements.txt"
    requirements.write_text(requirements.read_text("utf-8").replace(old, new), "utf-8")
    seal(folder)


@pytest.fixture(scope="module")
def old(bundle, tmp_path_factory):
    """An installation whose configuration is good."""
    installed = Installed(bundle, tmp_path_factory.mktemp("old") / "huiyin")
    assert installed.install().returncode == 0
    fill_in(installed.folder / "huiyin.toml")
    assert installed.run("init").returncode == 0
    return installed


@pytest.fixture
def other(unpacked, tmp_path):
    """A bundle that a test may spoil."""
    return shutil.copytree(unpacked, tmp_path / "other")


def unharmed(old):
    return old.versions() == [old.current()] and old.run("check-config").returncode == 0


def refused(old, other, said):
    done = old.install(bundle=other / "install.sh")
    assert done.returncode == 1, done.stdout
    assert said in done.stderr
    assert unharmed(old)


def test_a_file_that_was_changed(old, other):
    (other / "huiyin.service").write_text("[Unit]\n", "utf-8")

    refused(old, other, "被改动过")


def test_a_package_that_was_swapped(old, other):
    (wheel,) = (other / "wheels").glob("click-*.whl")
    wheel.write_bytes(wheel.read_bytes() + b"\0")
    seal(other)

    refused(old, other, "click")


def test_a_package_that_is_missing(old, other):
    next((other / "wheels").glob("click-*.whl")).unlink()
    seal(other)

    refused(old, other, "click")


def test_a_program_that_does_not_run(old, other):
    patched(other, "monitor/cli/__init__.py", lambda text: text + "\nraise RuntimeError('spoilt')\n")

    refused(old, other, "spoilt")


def test_a_version_that_does_not_take_the_configuration(old, other):
    patched(other, "monitor/sections.py", lambda text: text.replace("def emergency(", "def _emergency(") + DEMANDS)

    refused(old, other, "must be filled in")


def test_the_wrong_machine(old, other):
    facts = other / "facts"
    facts.write_text(facts.read_text("utf-8").replace("x86_64", "sparc64"), "utf-8")
    seal(other)

    refused(old, other, "sparc64")


def test_a_full_disk(old, other):
    facts = other / "facts"
    facts.write_text(facts.read_text("utf-8").replace("NEED_KB='", "NEED_KB='99999999"), "utf-8")
    seal(other)

    refused(old, other, "空间不够")


def test_a_file_in_the_way(bundle, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "huiyin").write_text("somebody else's\n", "utf-8")
    done = run(["sh", str(bundle), "--prefix", str(tmp_path)])

    assert done.returncode == 1
    assert (tmp_path / "bin" / "huiyin").read_text("utf-8") == "somebody else's\n"


def test_an_installation_that_is_interrupted(old):
    """The terminal is closed in the middle: what was begun is taken away, and the old version is there."""
    command = [*old.cut, "sh", str(old.bundle), "--prefix", str(old.folder)]
    installing = subprocess.Popen(
        command, stdout=subprocess.PIPE, env=clean(), encoding="utf-8", start_new_session=True
    )
    for line in installing.stdout:
        if "installing" in line:
            break
    os.killpg(installing.pid, signal.SIGTERM)
    installing.communicate(timeout=100)

    assert installing.returncode != 0
    assert unharmed(old)


def test_an_installation_that_is_killed(old):
    """Nothing can clean up after that but the next installation."""
    (old.folder / "versions" / "0.0.0-1" / "bin").mkdir(parents=True)
    (old.folder / "current.new").symlink_to("versions/0.0.0-1")
    assert old.run("check-config").returncode == 0
    first = old.current()
    assert old.install().returncode == 0

    assert old.versions() == sorted([first, old.current()])
    assert not (old.folder / "current.new").is_symlink()
