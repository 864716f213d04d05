"""The routing model in use: the agency's own, the shipped one, and one that can't be used."""

import logging
import pathlib

import numpy as np
import pytest

from classifiers import routing
from classifiers.finding import Document
from classifiers.routing import ModelError
from monitor.router import Router, own

MESSAGES = [Document("路灯坏了"), Document("老板拖欠工资，劳动监察不管")]


def model(*labels):
    """One that knows nothing but its topics, the first of them best."""
    table = np.zeros((16, len(labels) + 1), np.float32)
    table[:, -1] = 1
    bias = np.arange(len(labels), 0, -1, dtype=np.float32)
    return routing.Model(labels, table, table.copy(), bias, 0.5, trust=0.0, doubt=0.0, sure=0.6)


def write(path, *labels):
    path.with_suffix(".new").write_bytes(routing.dump(model(*labels)))
    pathlib.Path(path.with_suffix(".new")).replace(path)  # as a training does it


def best(router):
    return [each.best for each in router(MESSAGES)]


def test_without_a_file_the_shipped_model_answers(tmp_path):
    path = tmp_path / "routing.npz"

    assert own(path) is None
    assert best(Router(path)) == [each.best for each in routing.topics(MESSAGES)]


def test_a_file_that_comes_changes_or_goes_is_noticed(tmp_path):
    path = tmp_path / "routing.npz"
    router = Router(path)
    shipped = best(router)

    write(path, "甲", "乙")
    first = best(router)
    write(path, "丙", "丁")
    second = best(router)
    path.unlink()

    assert (first, second, best(router)) == (["甲"] * 2, ["丙"] * 2, shipped)


def test_a_damaged_file_is_logged_once_and_the_shipped_model_answers(tmp_path, caplog):
    path = tmp_path / "routing.npz"
    path.write_bytes(b"PK\x03\x04 no model")
    router = Router(path)

    with caplog.at_level(logging.INFO, logger="huiyin"):
        assert best(router) == best(router) == best(Router(tmp_path / "none.npz"))

    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith("routing_model_unusable file=")
    assert str(path) in line
    assert "used=shipped" in line


def test_a_damaged_file_that_is_mended_is_used(tmp_path):
    path = tmp_path / "routing.npz"
    path.write_bytes(b"no model")
    router = Router(path)
    best(router)

    write(path, "甲", "乙")

    assert best(router) == ["甲"] * 2


@pytest.mark.parametrize("make", [lambda path: path.mkdir(), lambda path: path.write_bytes(b"")])
def test_what_is_no_model_is_one_clear_error(tmp_path, make):
    path = tmp_path / "routing.npz"
    make(path)

    with pytest.raises(ModelError, match="the routing model can't be read"):
        own(path)
    assert len(best(Router(path))) == 2
