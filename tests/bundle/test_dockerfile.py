"""Every step of the Dockerfile in a clean folder; then what it makes, not as root and with a root that is read-only."""

import signal
import subprocess

import pytest

from tests.bundle.dockerfile import Player, ignored, read
from tests.bundle.test_installing import fill_in, on_postgresql
from tests.sources import ROOT

TEXT = (ROOT / "Dockerfile").read_text("utf-8")
RULES = [line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line and line[0] != "#"]
DATA = "/var/lib/huiyin"


@pytest.fixture(scope="module")
def player(tmp_path_factory):
    player = Player(ROOT, tmp_path_factory.mktemp("stages"))
    yield player
    player.close()


@pytest.fixture(scope="module")
def image(player):
    return player.play(read(TEXT))


@pytest.fixture(scope="module")
def container(image):
    """As compose.yaml starts it: the root read-only, /tmp and the data folder not, and no network."""
    folder = str(image.machine.folder)
    image.machine.mount("-t", "tmpfs", "-o", "mode=700,uid=10001,gid=10001", "data", f"{folder}{DATA}")
    config = image.path("/etc/huiyin/huiyin.toml")
    sample = (ROOT / "config" / "huiyin.toml").read_text("utf-8")
    config.write_text(sample.replace('# data = "data"', f'data = "{DATA}"'), "utf-8")
    fill_in(config)
    image.machine.mount("-o", "remount,ro,bind", folder)
    assert image.run("touch", "/opt/x").returncode != 0
    for command in ("init", "check-config"):
        done = image.run("huiyin", command)
        assert done.returncode == 0, done.stderr
    return image


def test_every_step_runs(player, image):
    assert player.steps == TEXT.count("\nRUN ") > 3
    assert set(player.stages) == {"build", ""}


def test_the_image_has_no_tools_and_its_font(image):
    files = {path.name for path in image.path("/opt/huiyin").rglob("*")}

    assert "HuiyinSans-Regular.otf" in files
    assert not files & {"pip", "setuptools", "wheel", "scikit_learn", "pytest"}
    assert not image.path("/build").exists()


def test_nobody_is_root_in_there(image):
    assert image.run("id", "-u").stdout == "10001\n"
    assert image.run("touch", "/opt/huiyin/x").returncode != 0


def test_the_demo_plays_on_a_root_that_is_read_only(container):
    done = container.run(*container.said["ENTRYPOINT"].words(), "demo", "--folder", "/tmp/demo", "--seconds", "10")

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_driver_of_postgresql_is_there(container):
    config = on_postgresql(container.path("/etc/huiyin/huiyin.toml").read_text("utf-8"))
    made = container.run("sh", "-c", "cat > /tmp/other.toml", text=config)

    assert made.returncode == 0, made.stderr
    assert container.run("huiyin", "--config", "/tmp/other.toml", "check-config").returncode == 0
    assert "127.0.0.1" in container.run("huiyin", "--config", "/tmp/other.toml", "init").stderr  # it tried


def test_the_service_is_well_and_stops_in_time(container):
    command = [*container.said["ENTRYPOINT"].words(), *container.said["CMD"].words()]
    health = container.said["HEALTHCHECK"].text.partition(" CMD ")[2]
    with subprocess.Popen(
        container.command(*command), env=container.environment, stderr=subprocess.PIPE, encoding="utf-8"
    ) as service:
        for line in service.stderr:
            if "started" in line:
                break
        well = container.run(*read(f"CMD {health}")[0].words())
        service.send_signal(getattr(signal, container.said["STOPSIGNAL"].text))
        log = service.communicate(timeout=60)[1]

    assert well.returncode == 0, well.stdout
    assert service.returncode == 0
    assert "stopped" in log
    assert container.run(*read(f"CMD {health}")[0].words()).returncode == 1


def test_the_grace_stands_where_people_read_it():
    compose = (ROOT / "compose.yaml").read_text("utf-8")

    assert compose.count("stop_grace_period: 60s") == 2
    assert "--time 60" in TEXT
    assert 'HEALTHCHECK --interval=1m --timeout=30s --start-period=1m --retries=3 CMD ["huiyin", "health"]' in TEXT


def test_every_base_is_pinned():
    bases = [line.split()[-1] for line in TEXT.splitlines() if line.startswith("ARG PYTHON=")]
    images = [
        line.split()[-1] for line in (ROOT / "compose.yaml").read_text("utf-8").splitlines() if " image: " in line
    ]

    assert len(bases) == 1
    assert {"@sha256:" in each for each in (*bases, *images) if each != "huiyin"} == {True}


@pytest.mark.parametrize(
    ("name", "out"),
    [
        ("monitor/pipeline.py", False),
        ("classifiers/models/hazard.npz", False),
        ("requirements/run.txt", False),
        ("monitor/__pycache__/pipeline.pyc", True),
        ("huiyin.toml", True),
        ("data/huiyin.db", True),
        ("secrets/mail.password", True),
        (".git/config", True),
        ("tests/bundle/dockerfile.py", True),
    ],
)
def test_what_goes_into_the_image(name, out):
    assert ignored(name, RULES) is out


def test_a_step_that_fails_is_seen(player, image):
    with pytest.raises(AssertionError, match="RUN true"):
        player.play(read("RUN true \\\n    # a remark\n    && false"))
