"""`make bundle`: one file with all that an installation without internet needs.

    python bundle/build.py [--arch aarch64] [--pythons 3.11,3.12] [--output dist]

The file is a shell script with a tar archive behind it: wheels for every Python named, install.sh, the systemd unit,
the licences and the checksums of all of it. Whatever comes from a package index is checked against the hashes in
requirements/. What the index has as source only, and Huiyin itself, are built with the locked build tools of the
environment that runs this. The same tree and the same index give the same file, byte for byte.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker
from packaging.utils import canonicalize_name, parse_wheel_filename

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
ARCHES = ("x86_64", "aarch64")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
GLIBC = (2, 28)  # what the wheels of numpy ask for; Debian 10, openEuler 20.03 and all that is newer have it
LOCK = ROOT / "requirements" / "all.txt"  # what the service needs, the driver of PostgreSQL, and what chat groups need
INSTALLER = ROOT / "requirements" / "bundle.txt"
SOURCE_ONLY = frozenset({"jieba"})  # pure Python: the wheel built here is right for every Python and machine
OURS = ("classifiers", "config", "demo", "fonts", "monitor", "LICENSE", "README.md", "pyproject.toml")
SHIPPED = ("README.txt", "huiyin.service", "install.sh", "launcher.sh")
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet")
BUILDING = ("--no-deps", "--no-build-isolation", "--no-cache-dir", "--no-binary", ",".join(sorted(SOURCE_ONLY)))
LICENCE = re.compile(
    r"\.dist-info/(?:licenses/.*[^/]|.*(?:licen[cs]e|ofl|copying|notice|authors)[^/]*)$", re.IGNORECASE
)
EPOCH = 315_532_800  # 1980-01-01, the first day that a zip file knows: no file says when it was made
GROWTH = 1.5  # compiled files stand beside the sources, and small files fill whole blocks: 1.4, measured


@dataclass(frozen=True, slots=True)
class Pin:
    """One package of a lock file."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]

    def fits(self, python: str, arch: str) -> bool:
        """Whether that Python on that machine needs it: pip would ask the machine it runs on."""
        there = {"python_version": python, "python_full_version": f"{python}.0", "platform_machine": arch}
        linux = {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"}
        cpython = {"implementation_name": "cpython", "platform_python_implementation": "CPython"}
        return not self.marker or Marker(self.marker).evaluate(there | linux | cpython)

    def line(self, hashes: tuple[str, ...], marker: str = "") -> str:
        condition = f" ; {marker}" if marker else ""
        return f"{self.name}=={self.version}{condition} {' '.join(f'--hash=sha256:{each}' for each in hashes)}\n"


def pins(lock: Path) -> list[Pin]:
    """The packages of a lock file as `uv pip compile --generate-hashes` writes it."""
    found = []
    for line in lock.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        requirement, *hashes = line.split(" --hash=sha256:")
        wanted, _, marker = requirement.partition(";")
        name, version = wanted.strip().split("==")
        found.append(Pin(name, version, marker.strip(), tuple(each.strip() for each in hashes)))
    return found


def pip(*arguments: str | Path) -> None:
    subprocess.run([*PIP, *map(str, arguments)], check=True, env=os.environ | {"SOURCE_DATE_EPOCH": str(EPOCH)})


def listed(folder: Path, chosen: list[Pin]) -> Path:
    """A requirements file for pip."""
    path = folder / "requirements.txt"
    path.write_text("".join(pin.line(pin.hashes) for pin in chosen), encoding="utf-8")
    return path


def download(chosen: list[Pin], python: str, arch: str, wheels: Path) -> None:
    """The wheels for one Python on one kind of machine, whatever machine this is."""
    glibcs = [f"manylinux_{GLIBC[0]}_{minor}_{arch}" for minor in range(GLIBC[1], 16, -1)]
    platforms = [f"--platform={each}" for each in (*glibcs, f"manylinux2014_{arch}")]
    abis = [f"--abi={each}" for each in (f"cp{python.replace('.', '')}", "abi3", "none")]
    only = ("--no-deps", "--require-hashes", "--only-binary=:all:", "--implementation=cp", f"--python-version={python}")
    with tempfile.TemporaryDirectory() as folder:
        pip("download", *only, *platforms, *abis, "--dest", wheels, "--requirement", listed(Path(folder), chosen))


def build(wheels: Path) -> None:
    """Our own wheel, from a copy: setuptools would leave its traces here and pack those of the last time."""
    with tempfile.TemporaryDirectory() as folder:
        ignore = shutil.ignore_patterns("__pycache__", ".*")
        for name in OURS:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, Path(folder, name), ignore=ignore, copy_function=shutil.copyfile)
            else:
                shutil.copyfile(ROOT / name, Path(folder, name))
        pip("wheel", *BUILDING, "--wheel-dir", wheels, folder)


def collect(arch: str, pythons: list[str], wheels: Path) -> list[str]:
    """All wheels; returns what install.sh hands to pip: each package with the hashes of its files that are here."""
    locked = pins(LOCK)
    sources = [pin for pin in locked if pin.name in SOURCE_ONLY]
    for python in pythons:
        print(f"  Python {python}", flush=True)
        chosen = [pin for pin in locked if pin.fits(python, arch) and pin not in sources]
        download(chosen, python, arch, wheels)
    with tempfile.TemporaryDirectory() as folder:
        path = listed(Path(folder), sources)
        pip("wheel", *BUILDING, "--require-hashes", "--wheel-dir", wheels, "--requirement", path)
    build(wheels)
    names: dict[tuple[str, str], list[str]] = {}
    for path in sorted(wheels.glob("*.whl")):
        name, version, *_ = parse_wheel_filename(path.name)
        names.setdefault((name, str(version)), []).append(digest(path))
    markers = {(canonicalize_name(pin.name), pin.version): pin.marker for pin in locked}
    pip("download", "--no-deps", "--require-hashes", "--only-binary=:all:", "--dest", wheels, "-r", INSTALLER)
    return [Pin(*key, "", ()).line(tuple(each), markers.get(key, "")) for key, each in names.items()]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def licences(wheels: Path, folder: Path) -> None:
    """The licence texts out of every wheel and of bundle/licences. Raises ValueError for a wheel with neither."""
    for wheel in sorted(wheels.glob("*.whl")):
        name, version, *_ = parse_wheel_filename(wheel.name)
        with zipfile.ZipFile(wheel) as archive:
            inside = [each for each in archive.namelist() if LICENCE.search(each)]
            texts = {each.partition("/")[2].removeprefix("licenses/"): archive.read(each) for each in inside}
        beside = HERE / "licences" / f"{name}.txt"
        if beside.is_file():
            texts["LICENSE"] = beside.read_bytes()
        if not texts:
            raise ValueError(f"{wheel.name} brings no licence text")
        for text, content in texts.items():
            path = folder / f"{name}-{version}" / text
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def unpacked(wheels: Path, pythons: list[str]) -> int:
    """Bytes that one installation takes, for the Python that takes most."""
    sizes = dict.fromkeys(pythons, 0)
    for wheel in wheels.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            size = sum(each.file_size for each in archive.infolist())
        tags = {tag.interpreter for tag in parse_wheel_filename(wheel.name)[3]}
        for python in pythons:
            own = not any(tag.startswith("cp") for tag in tags) or f"cp{python.replace('.', '')}" in tags
            sizes[python] += size if own or "abi3" in wheel.name else 0
    return int(max(sizes.values()) * GROWTH)


def files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def fill(payload: Path, arch: str, pythons: list[str]) -> str:
    """Everything that goes into the archive; returns the version."""
    wheels = payload / "wheels"
    wheels.mkdir()
    requirements = collect(arch, pythons, wheels)
    (payload / "requirements.txt").write_text("".join(requirements), encoding="utf-8")
    licences(wheels, payload / "licences")
    for name in SHIPPED:
        shutil.copy(HERE / name, payload / name)
    version = str(parse_wheel_filename(next(wheels.glob("huiyin-*.whl")).name)[1])
    facts = {
        "VERSION": version,
        "ARCH": arch,
        "PYTHONS": " ".join(pythons),
        "GLIBC": ".".join(map(str, GLIBC)),
        "NEED_KB": unpacked(wheels, pythons) // 1024,
    }
    (payload / "facts").write_text("".join(f"{name}='{fact}'\n" for name, fact in facts.items()), encoding="utf-8")
    sums = [f"{digest(path)}  {path.relative_to(payload)}\n" for path in files(payload)]
    (payload / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    return version


def archive(payload: Path, path: Path) -> None:
    """A plain tar: wheels are compressed already."""

    def plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = ""
        member.mtime = EPOCH
        member.mode = 0o644
        return member

    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as tar:
        for each in files(payload):
            tar.add(each, each.relative_to(payload), filter=plain)


def seal(tar: Path, path: Path, version: str, arch: str) -> None:
    """The script that checks and unpacks itself, with the archive behind it."""
    text = (HERE / "header.sh").read_text(encoding="utf-8")
    facts = {
        "VERSION": version,
        "ARCH": arch,
        "LINES": str(text.count("\n") + 1),
        "KILOBYTES": str(tar.stat().st_size // 1024 + 1),
        "SHA256": digest(tar),
    }
    for name, fact in facts.items():
        text = text.replace(f"@{name}@", fact)
    with path.open("wb") as file, tar.open("rb") as behind:
        file.write(text.encode())
        shutil.copyfileobj(behind, file)
    path.chmod(0o755)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arch", choices=ARCHES, default="x86_64")
    parser.add_argument("--pythons", default=",".join(PYTHONS), help="as in 3.11,3.12")
    parser.add_argument("--output", type=Path, default=ROOT / "dist")
    asked = parser.parse_args()
    os.umask(0o022)  # wheels remember modes
    asked.output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=asked.output, prefix=".bundle-") as folder:
        payload, tar = Path(folder, "payload"), Path(folder, "payload.tar")
        payload.mkdir()
        version = fill(payload, asked.arch, asked.pythons.split(","))
        archive(payload, tar)
        path = asked.output / f"huiyin-{version}-{asked.arch}.run"
        seal(tar, path, version, asked.arch)
    print(f"{path}  {path.stat().st_size / 1e6:.1f} MB\nSHA-256 {digest(path)}")


if __name__ == "__main__":
    main()
