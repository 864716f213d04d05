"""`[agency] database`: the address of a PostgreSQL server, and where its password comes from."""

from pathlib import Path

import pytest

from monitor import settings
from monitor.model import Database
from tests.houses import CONFIGURATION

PASSWORD = "HUIYIN_DATABASE_PASSWORD"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch):
    for name in (PASSWORD, f"{PASSWORD}_FILE"):
        monkeypatch.delenv(name, raising=False)


def read(tmp_path, address):
    """The database that a configuration with this address leads to, and the problems with it."""
    path = tmp_path / "huiyin.toml"
    problems = []
    text = CONFIGURATION.replace("[agency]", f'[agency]\ndatabase = "{address}"')
    found = settings.read(path, settings.tomllib.loads(text), problems)
    return found.database, problems


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://huiyin@db.example:5432/huiyin",
        "postgresql://huiyin@[::1]/huiyin?sslmode=verify-full&sslrootcert=/etc/ssl/agency.pem",
        "postgresql:///huiyin?host=/var/run/postgresql",
    ],
)
def test_a_server_is_named(tmp_path, address):
    assert read(tmp_path, address) == (Database(server=address), [])


def test_without_one_it_is_a_file_in_the_data_folder(tmp_path):
    database, problems = read(tmp_path, "")

    assert (database, problems) == (Database(file=str(tmp_path / "data" / "huiyin.db")), [])
    assert str(database) == database.file


@pytest.mark.parametrize(
    "address",
    [
        "data.db",
        "mysql://huiyin@db.example/huiyin",
        "postgres://huiyin@db.example/huiyin",
        "postgresql://huiyin@db.example",
        "postgresql://huiyin@db.example/",
        "postgresql://huiyin@db.example/a/b",
        "postgresql://huiyin@db.example/huiyin#x",
        "postgresql://huiyin@db.example/hui yin",
        "postgresql://huiyin@db.example:0/huiyin",
        "postgresql://huiyin@db.example:65536/huiyin",
        "postgresql://huiyin@[::1/huiyin",
        "postgresql://huiyin@db.example/huiyin?options=-cfsync%3Doff",
        "postgresql://huiyin@db.example/huiyin?service=x",
    ],
)
def test_what_is_no_address_is_a_problem(tmp_path, address):
    database, problems = read(tmp_path, address)

    assert [problem.split(";")[0] for problem in problems] == ["agency.database: is no address of a database"]
    assert database.server == ""


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://huiyin:geheim@db.example/huiyin",
        "postgresql://huiyin:@db.example/huiyin",
        "postgresql://huiyin:geheim@weiter@db.example/huiyin",
        "postgresql://huiyin@db.example/huiyin?password=geheim",
    ],
)
def test_a_password_in_it_is_a_problem_and_not_repeated(tmp_path, address):
    _, problems = read(tmp_path, address)

    (problem,) = problems
    assert PASSWORD in problem
    assert "geheim" not in problem


def test_the_password_comes_from_the_environment_or_a_file_and_is_never_shown(monkeypatch, tmp_path):
    address = "postgresql://huiyin@db.example/huiyin"
    (tmp_path / "secret").write_text("from-file\n", encoding="utf-8")
    monkeypatch.setenv(f"{PASSWORD}_FILE", str(tmp_path / "secret"))
    assert read(tmp_path, address)[0].password == "from-file"
    monkeypatch.setenv(PASSWORD, "from-environment")
    database, _ = read(tmp_path, address)

    assert database.password == "from-environment"
    assert "from-environment" not in f"{database} {database!r}"
    assert str(database) == address


def test_a_password_file_is_only_read_for_a_server(monkeypatch, tmp_path):
    monkeypatch.setenv(f"{PASSWORD}_FILE", str(tmp_path / "none"))

    assert read(tmp_path, "")[1] == []
    assert any(f"{PASSWORD}_FILE" in each for each in read(tmp_path, "postgresql://huiyin@db.example/huiyin")[1])


def test_a_missing_driver_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(settings, "find_spec", lambda _name: None)

    assert read(tmp_path, "")[1] == []
    (problem,) = read(tmp_path, "postgresql://huiyin@db.example/huiyin")[1]
    assert "huiyin[postgres]" in problem


def test_the_path_of_the_file_stands_beside_the_configuration():
    found = settings.read(Path("somewhere/huiyin.toml"), settings.tomllib.loads(CONFIGURATION), [])

    assert found.database == Database(file="somewhere/data/huiyin.db")
