"""The bundle, built once from this tree for all tests."""

import subprocess
import sys

import pytest

from tests.sources import ROOT


def build(folder, *arguments):
    """Run what `make bundle` runs; the one file that comes of it."""
    subprocess.run([sys.executable, str(ROOT / "bundle" / "build.py"), "--output", str(folder), *arguments], check=True)
    (made,) = folder.iterdir()
    return made


@pytest.fixture(scope="session")
def bundle(tmp_path_factory):
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def unpacked(bundle, tmp_path_factory):
    """What is inside. Tests that change it take a copy."""
    folder = tmp_path_factory.mktemp("unpacked")
    subprocess.run(["sh", str(bundle), "--unpack", str(folder)], check=True)
    return folder
