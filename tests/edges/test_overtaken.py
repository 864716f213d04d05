"""A policy that is changed while a danger is open, or a trial run that ends then, leaves nobody out."""

from dataclasses import replace

import pytest

from monitor import settings
from monitor.model import State
from monitor.store import marks
from tests.histories import GAS, LEAK, said
from tests.houses import Clock, Web, build, drain, item, move, only_record, transitions
from tests.houses import mails as in_folder

pytestmark = pytest.mark.usefixtures("each_database")


def policy_of(house, name):
    """The house after its operator has written this policy and started it anew."""
    path = house.settings.data.parent / "huiyin.toml"
    before = path.read_text(encoding="utf-8")
    path.write_text(_text(name, before), encoding="utf-8")
    return replace(house, settings=settings.load(path))


def _text(name, before=""):
    """Into a folder; where the database stands is kept."""
    text = said(1, name).replace('way = "smtp"\nhost = "127.0.0.1"\nport = 1\nsecurity = "none"\n', "")
    where = next((line for line in before.splitlines() if line.startswith("database = ")), "")
    return text.replace("[agency]\n", f"[agency]\n{where}\n")


def told(house):
    return [each["To"].addresses[0].username for each in in_folder(house)]


@pytest.fixture
def open_danger(tmp_path, clock):
    """A danger of which three have been told, under a policy of four steps; the leader would be the next."""
    house = build(tmp_path, Web([item(GAS, published=clock.now)]), _text("four"))
    drain(house, clock)
    clock.move(minutes=12)
    drain(house, clock)
    assert told(house) == ["duty", "b", "c"]
    return house


def test_a_leader_whose_step_counts_as_taken_is_told_at_once_and_once(open_danger, clock):
    house = policy_of(open_danger, "late")

    drain(house, clock)
    drain(house, clock)

    assert told(house) == ["duty", "b", "c", "leader"]
    assert transitions(house, only_record(house))[-1] == "told"
    drain(policy_of(house, "usual"), clock)
    assert told(house) == ["duty", "b", "c", "leader"]


def test_who_has_acknowledged_is_left_alone(open_danger, clock):
    move(open_danger, State.ACKNOWLEDGED, clock)

    drain(policy_of(open_danger, "late"), clock)

    assert told(open_danger) == ["duty", "b", "c"]


def test_a_step_that_comes_sooner_does_not_wait_for_the_hour_of_the_old_one(tmp_path, clock):
    house = build(tmp_path, Web([item(GAS, published=clock.now)]), _text("usual"))
    drain(house, clock)
    clock.move(minutes=5)
    house = policy_of(house, "soon")
    drain(house, clock)
    assert told(house) == ["duty"]
    clock.move(minutes=5)
    drain(house, clock)
    assert told(house) == ["duty", "leader"]


def test_what_is_no_danger_keeps_the_hour_it_was_given(tmp_path, clock):
    house = build(tmp_path, Web([item(LEAK, published=clock.now)]), _text("usual"))
    drain(house, clock)
    before = only_record(house)

    clock.move(minutes=16)
    drain(policy_of(house, "late"), clock)

    assert only_record(house) == before
    assert told(house) == ["duty"]


def test_when_the_trial_run_ends_the_leader_is_told_of_a_danger_that_is_open(tmp_path):
    clock = Clock()
    house = build(tmp_path, Web([item(GAS, published=clock.now)]), _text("late"))
    with house.store.write() as tx:
        marks.take(tx, marks.LIVE)
    drain(house, clock)
    clock.move(minutes=40)
    drain(house, clock)
    assert set(told(house)) == {"duty"}

    with house.store.write() as tx:
        marks.put(tx, marks.LIVE, clock.now)
    drain(house, clock)

    assert told(house).count("leader") == 1
