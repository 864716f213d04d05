"""What people say by closing a record is kept with the masked text, and counted."""

from datetime import timedelta

import pytest

from classifiers.finding import Kind
from monitor.digest import week_of
from monitor.model import Period, State
from monitor.store import labels
from monitor.summary import Label, Tally
from tests.houses import T, Web, build, drain, item, move

pytestmark = pytest.mark.usefixtures("each_database")
GAS = "和平小区3号楼楼道里煤气味很重，阀门在漏气，没人来修，电话13800000000"
EVER = Period(T - timedelta(days=9999), T + timedelta(days=9999))


def said(house):
    with house.store.read() as tx:
        return list(labels.labels(tx)), labels.tallies(tx, EVER)


@pytest.fixture
def house(tmp_path, clock):
    built = build(tmp_path, Web([item(GAS, title="漏气")]))
    drain(built, clock)
    return built


@pytest.mark.parametrize(("to", "right", "wrong"), [(State.RESOLVED, 1, 0), (State.DISMISSED, 0, 1)])
def test_closing_a_record_says_whether_it_was_right(house, clock, to, right, wrong):
    move(house, to, clock)

    ((label,), tallies) = said(house)
    assert label == Label(item=1, title="漏气", text=label.text, right=(Kind.HAZARD,) * right)
    assert label.text.startswith(GAS[:20])
    assert "13800000000" not in label.text
    assert tallies == (Tally(kind=Kind.HAZARD, right=right, wrong=wrong),)


def test_acknowledging_says_nothing_yet(house, clock):
    move(house, State.ACKNOWLEDGED, clock)

    assert said(house) == ([], ())


def test_what_was_found_in_the_original_is_counted_and_its_masked_text_not_kept(tmp_path, clock):
    house = build(tmp_path, Web([item()]))
    drain(house, clock)
    move(house, State.DISMISSED, clock)

    assert said(house) == ([], (Tally(kind=Kind.PERSONAL_DATA, right=0, wrong=1),))


def test_what_is_said_last_counts_and_every_record_is_counted(tmp_path, clock):
    web = Web([item(GAS, title="漏气")])
    house = build(tmp_path, web)
    drain(house, clock)
    move(house, State.RESOLVED, clock)
    clock.move(hours=1)
    web.items = [item(GAS + "，又漏了，味道更重", title="漏气")]
    drain(house, clock)
    move(house, State.DISMISSED, clock)

    ((label,), tallies) = said(house)
    assert label.right == ()
    assert "又漏了" in label.text
    assert tallies == (Tally(kind=Kind.HAZARD, right=1, wrong=1),)


def test_a_week_counts_what_was_closed_in_it(house, clock):
    clock.move(days=7)
    move(house, State.RESOLVED, clock)
    zone = house.settings.zone

    with house.store.read() as tx:
        assert labels.tallies(tx, week_of(T, zone)) == ()
        assert len(labels.tallies(tx, week_of(T + timedelta(days=7), zone))) == 1
