"""Texts go when their time has come; rows, open records and the audit chain stay."""

from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from monitor import keeping
from monitor.chain import Fault
from monitor.cli import cli
from monitor.model import State
from monitor.store import chained, erasing, packing
from monitor.store.tables import attempt, finding, notification, transition
from tests.houses import LEAK, Clock, Web, build, drain, item, move

TEXTS = {attempt: ("answer",), transition: ("why",), finding: ("excerpt",), notification: ("address", "text", "html")}


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def house(tmp_path, clock, each_database):
    house = build(tmp_path, Web([item(LEAK)]))
    drain(house, clock, ("collect", "classify", "escalate", "deliver"))
    return house


def texts(house):
    """How many texts stand in each table."""
    with house.store.read() as tx:
        return {
            table.name: sum(
                bool(value) for row in tx.execute(select(*(table.c[name] for name in names))) for value in row
            )
            for table, names in TEXTS.items()
        }


def verified(house):
    with house.store.read() as tx:
        along = chained.walk(tx, house.key, [])
        return {flaw.fault for flaw in chained.flaws(tx, along)}, along.erased


def erase(house, clock):
    while keeping.erase(house, clock):
        pass


def test_nothing_of_an_open_record_goes_however_old(house, clock):
    before = texts(house)
    assert all(before.values())
    clock.move(days=10_000)
    erase(house, clock)
    assert texts(house) == before


@pytest.mark.parametrize("state", ["pending", "sending", "held"])
def test_a_mail_that_has_still_to_go_keeps_its_text(house, clock, state):
    move(house, State.RESOLVED, clock)
    with house.store.write() as tx:
        tx.execute(update(notification).values(state=state))
    before = texts(house)["notification"]
    clock.move(days=2000)
    erase(house, clock)

    assert texts(house)["notification"] == before


def test_texts_of_a_closed_record_go_and_the_chain_still_verifies(house, clock):
    move(house, State.RESOLVED, clock)
    before = texts(house)
    clock.move(days=1094)
    erase(house, clock)
    assert texts(house) == before

    clock.move(days=2)
    with house.store.read() as tx:
        rows = {sheet.name: sheet.rows for sheet in packing.sheets(tx, house.key)}
    erase(house, clock)
    assert not any(texts(house).values())
    flaws, erased = verified(house)
    assert flaws == set()
    assert erased >= 3
    with house.store.read() as tx:
        after = {sheet.name: sheet.rows for sheet in packing.sheets(tx, house.key)}
    assert {name for name in rows if after[name] < rows[name]} == set()

    erase(house, clock)
    assert verified(house) == (set(), erased)


@pytest.mark.parametrize("value", ["another", ""])
def test_a_text_that_was_not_erased_by_us_is_found(house, clock, value):
    move(house, State.RESOLVED, clock)
    clock.move(days=1096)
    erase(house, clock)
    with house.store.write() as tx:
        chosen = select(notification.c.id).limit(1).scalar_subquery()
        tx.execute(update(notification).where(notification.c.id == chosen).values(text=value, contact="other"))
    assert verified(house)[0] == {Fault.CHANGED}


def test_a_text_that_came_back_is_found(house, clock):
    move(house, State.RESOLVED, clock)
    clock.move(days=1096)
    erase(house, clock)
    with house.store.write() as tx:
        tx.execute(update(transition).values(why="nothing happened"))
    assert Fault.CHANGED in verified(house)[0]


def test_some_at_a_time(house, clock, monkeypatch):
    monkeypatch.setattr(erasing, "AT_ONCE", 1)
    move(house, State.RESOLVED, clock)
    clock.move(days=1096)
    assert keeping.erase(house, clock) is True
    assert any(texts(house).values())
    erase(house, clock)
    assert not any(texts(house).values())
    assert verified(house)[0] == set()


def test_the_preview_says_what_would_go_and_erases_nothing(house, clock, tmp_path, monkeypatch):
    move(house, State.RESOLVED, clock)
    before = texts(house)
    clock.move(days=1096)
    monkeypatch.setattr("monitor.daemon.clock", clock)
    shown = CliRunner().invoke(cli, ["--config", str(tmp_path / "huiyin.toml"), "retention", "preview"])

    assert shown.exit_code == 0, shown.output
    assert "通知的收件地址和正文：保存1095天；已到期1条，最早2026-11-04" in shown.output
    assert texts(house) == before
    clock.now -= timedelta(days=10)
    again = CliRunner().invoke(cli, ["--config", str(tmp_path / "huiyin.toml"), "retention", "preview"])
    assert "已到期0条，最早–" in again.output
