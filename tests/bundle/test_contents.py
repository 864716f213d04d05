"""What is inside the one file: all that is needed, for every Python named, and nothing of the machine that built it."""

import hashlib
import re
import subprocess
import sys
import zipfile

import pytest
from packaging.tags import compatible_tags, cpython_tags
from packaging.utils import parse_wheel_filename

from tests.bundle.conftest import build
from tests.bundle.machines import run
from tests.sources import ROOT
from tests.test_docs import INDEX, MACHINE

sys.path.insert(0, str(ROOT / "bundle"))

from build import LOCK, PYTHONS, pins

FIXED = {"README.txt", "SHA256SUMS", "facts", "huiyin.service", "install.sh", "launcher.sh", "requirements.txt"}
DATA = ("classifiers", "config", "demo", "fonts", "monitor")  # folders whose files that aren't Python ship too
SMALL = 1_000_000  # bytes: what is read as text
ABIS = ("abi3", "none")


def tags(python, arch):
    """What such a machine takes: CPython of that version, glibc 2.28."""
    version = tuple(map(int, python.split(".")))
    platforms = [f"manylinux_2_{minor}_{arch}" for minor in range(28, 4, -1)] + [f"manylinux2014_{arch}"]
    own = cpython_tags(version, [f"cp{python.replace('.', '')}", *ABIS], platforms)
    return {*own, *compatible_tags(version, f"cp{python.replace('.', '')}", platforms)}


def uncovered(folder, python, arch):
    """Packages without a wheel that this Python on this kind of machine could install."""
    taken = tags(python, arch)
    wheels = [parse_wheel_filename(path.name) for path in (folder / "wheels").glob("*.whl")]
    there = {(name, str(version)) for name, version, _, kinds in wheels if kinds & taken}
    asked = [pin for pin in pins(folder / "requirements.txt") if pin.fits(python, arch)]
    locked = [pin for pin in pins(LOCK) if pin.fits(python, arch)]
    assert {pin.name for pin in asked} == {pin.name for pin in locked} | {"huiyin"}
    return [pin.name for pin in (*asked, *locked) if (pin.name, pin.version) not in there]


def texts(folder):
    """Every file small enough to be text, also those inside wheels that were built here."""
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix != ".whl" and "licences" not in path.parts:
            yield path.name, path.read_bytes()
    built = [wheel for wheel in (folder / "wheels").glob("*.whl") if wheel.name.startswith(("huiyin", "jieba"))]
    for wheel in built:
        with zipfile.ZipFile(wheel) as archive:
            small = [each for each in archive.infolist() if each.file_size < SMALL]
            yield from ((each.filename, archive.read(each)) for each in small)


@pytest.mark.parametrize("python", PYTHONS)
def test_every_python_finds_all_it_needs(unpacked, python):
    assert uncovered(unpacked, python, "x86_64") == []


def test_a_python_that_is_not_served_is_seen(unpacked):
    assert "numpy" in uncovered(unpacked, "3.10", "x86_64")
    assert "numpy" in uncovered(unpacked, "3.11", "aarch64")


def test_the_other_architecture_is_served_too(tmp_path):
    made = build(tmp_path / "dist", "--arch", "aarch64")
    subprocess.run(["sh", str(made), "--unpack", str(tmp_path / "in")], check=True)

    assert [name for python in PYTHONS for name in uncovered(tmp_path / "in", python, "aarch64")] == []
    assert not [path.name for path in (tmp_path / "in" / "wheels").iterdir() if "x86_64" in path.name]


def test_checksums_name_every_file(unpacked):
    rows = [line.split("  ", 1) for line in (unpacked / "SHA256SUMS").read_text("utf-8").splitlines()]
    found = {str(path.relative_to(unpacked)): path for path in unpacked.rglob("*") if path.is_file()}

    assert {name for _, name in rows} == {*found} - {"SHA256SUMS"}
    assert [name for digest, name in rows if hashlib.sha256(found[name].read_bytes()).hexdigest() != digest] == []
    assert {path.name for path in unpacked.iterdir()} == FIXED | {"licences", "wheels"}


def test_our_wheel_carries_every_file_that_is_no_python(unpacked):
    """Models, word lists, configuration, wording, font: a forgotten pattern in pyproject.toml fails here."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", *DATA]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    needed = {name.replace("config/", "monitor/config/").replace("fonts/", "monitor/fonts/") for name in listed if name}
    (wheel,) = (unpacked / "wheels").glob("huiyin-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        shipped = {*archive.namelist()}

    assert "classifiers/danger.toml" in needed
    assert sorted(needed - shipped - {"monitor/fonts/make.py"}) == []


def test_every_package_has_its_licence(unpacked):
    wheels = [parse_wheel_filename(path.name) for path in (unpacked / "wheels").glob("*.whl")]
    named = {f"{name}-{version}" for name, version, *_ in wheels}
    found = {
        path.relative_to(unpacked / "licences").parts[0]
        for path in (unpacked / "licences").rglob("*")
        if path.is_file()
    }

    assert len(named) > 20
    assert named == found
    ours = {path.name for path in (unpacked / "licences").glob("huiyin-*/**/*") if path.is_file()}
    assert ours == {"LICENSE", "OFL.txt"}


def test_nothing_of_the_building_machine_is_inside(unpacked):
    found = [
        (name, match[0])
        for name, content in texts(unpacked)
        for pattern in (MACHINE, INDEX, re.compile(re.escape(str(ROOT))))
        if (match := pattern.search(content.decode("utf-8", "replace")))
    ]

    assert found == []


def test_a_damaged_file_is_refused(bundle, tmp_path):
    damaged = tmp_path / "huiyin.run"
    content = bytearray(bundle.read_bytes())
    content[-100_000] ^= 1
    damaged.write_bytes(content)
    cut = tmp_path / "cut.run"
    cut.write_bytes(content[:-2_000_000])

    for path in (damaged, cut):
        done = run(["sh", str(path), "--prefix", str(tmp_path / "there")])
        assert done.returncode == 1
        assert "校验和不符" in done.stderr
    assert not (tmp_path / "there").exists()
