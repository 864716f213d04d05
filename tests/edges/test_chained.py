"""The audit chain in the database: written with every transaction, and whoever touches a row is found."""

from dataclasses import replace

import pytest
from sqlalchemy import delete, insert, text, update

from monitor import heads
from monitor.chain import Fault, Head
from monitor.errors import SettingsError
from monitor.model import State
from monitor.store import chained
from monitor.store.chaintable import chain
from monitor.store.database import Store
from monitor.store.tables import attempt, notification, transition
from tests.houses import Clock, T, Web, build, drain, item, mails, move

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def house(tmp_path, clock):
    """One record that was opened, told of over two steps and closed; every mail in the folder."""
    house = build(tmp_path, Web([item(), item("煤气一直在漏，快来人", name="2", title="")]))
    drain(house, clock)
    clock.move(minutes=31)
    drain(house, clock)
    move(house, State.ACKNOWLEDGED, clock)
    assert mails(house)
    return house


def found(house, *kept):
    with house.store.read() as tx:
        return {flaw.fault for flaw in chained.flaws(tx, chained.walk(tx, house.key, kept))}


def head(house):
    with house.store.read() as tx:
        return chained.head(tx)


def meddle(house, statement):
    """What somebody does who has the database and not the key."""
    with house.store.write() as tx:
        assert tx.execute(statement).rowcount != 0


def test_all_that_happened_is_in_it(house):
    with house.store.read() as tx:
        rows = sum(len(tx.execute(table.select()).all()) for table in (transition, notification, attempt))

    assert head(house).count == rows > 6
    assert found(house) == set()
    assert found(house, head(house)) == set()


OTHERS = {"integer": 99, "moment": T.replace(year=2020), "boolean": True}
COLUMNS = {
    transition: ("escalation_id", "at", "what", "actor", "why"),
    attempt: ("notification_id", "started_at", "ended_at", "outcome", "answer"),
    notification: (
        *("key", "escalation_id", "contact", "channel", "bare", "address"),
        *("subject", "text", "html", "message_id", "created_at", "state"),
    ),
}


def test_a_change_of_any_column_is_found(house):
    for table, column in [(table, column) for table, columns in COLUMNS.items() for column in columns]:
        with house.store.write() as tx:
            last = tx.execute(table.select().order_by(table.c.id.desc()).limit(1)).one()
            value = OTHERS.get(type(table.c[column].type).__name__.lower(), "refused" if column == "state" else "other")
            if column in {"escalation_id", "notification_id"}:
                other = table.c[column] != getattr(last, column)
                value = getattr(tx.execute(table.select().where(other).limit(1)).one(), column)
            changed = tx.begin_nested()
            tx.execute(update(table).where(table.c.id == last.id).values({column: value}))
            wrong = {flaw.fault for flaw in chained.flaws(tx, chained.walk(tx, house.key, ()))}
            changed.rollback()

        assert (Fault.STATE if column == "state" else Fault.CHANGED) in wrong, (table.name, column)
        assert wrong <= {Fault.STATE, Fault.CHANGED}
    assert found(house) == set()


def test_a_row_that_was_removed_is_found(house):
    last = {transition: 1, attempt: 1}
    for table, row in last.items():
        meddle(house, delete(table).where(table.c.id == row))

    assert Fault.MISSING in found(house)


def test_a_row_that_was_put_in_is_found_also_after_the_next_one(house, clock):
    with house.store.write() as tx:
        record = tx.execute(transition.select().limit(1)).one().escalation_id
    meddle(house, insert(transition).values(escalation_id=record, at=T, what="told", actor="system", why="all"))
    assert found(house) == {Fault.ADDED}

    clock.move(days=8)
    drain(house, clock)
    assert found(house) == {Fault.ADDED}


def test_moved_and_changed_entries_are_found(house):
    meddle(house, update(chain).where(chain.c.place == 2).values(place=1000))
    assert Fault.BROKEN in found(house)


def test_a_cut_end_is_found_against_a_head(house):
    kept = head(house)
    with house.store.write() as tx:
        last = tx.execute(chain.select().order_by(chain.c.place.desc()).limit(1)).one()
        tx.execute(delete(chain).where(chain.c.place == last.place))
        tx.execute(delete(transition).where(transition.c.id == last.row))
    assert last.what == "transition"

    assert found(house) == set()
    assert found(house, kept) == {Fault.CUT}


def test_another_key_fits_nothing(house):
    assert found(replace(house, key=b"x" * 32)) == {Fault.BROKEN, Fault.CHANGED}


def test_what_stood_there_before_gets_its_entries_at_the_first_write(house, clock):
    meddle(house, delete(chain))
    before = found(house)
    clock.move(hours=3)
    drain(house, clock)

    assert before == {Fault.ADDED, Fault.STATE}
    assert found(house) == set()


def test_a_transaction_that_fails_leaves_no_entry(house):
    before = head(house)
    with pytest.raises(RuntimeError), house.store.write() as tx:
        chained.promise(tx, *[])
        tx.execute(text("UPDATE mark SET name = name"))
        raise RuntimeError
    assert head(house) == before


def test_without_a_key_nothing_is_sealed(house):
    plain = Store(house.store._engine)
    before = head(house)
    with plain.write() as tx:
        row = tx.execute(transition.select().limit(1)).one()
        chained.promise(tx, chained.of_transition(row))

    assert head(house) == before


def test_heads_are_kept_and_read_back(tmp_path):
    path = heads.file_of(tmp_path / "key")
    assert heads.kept(path) == []
    for count in (3, 5):
        heads.remember(path, Head(count, "ab" * 32), T)

    assert heads.kept(path) == [Head(3, "ab" * 8), Head(5, "ab" * 8)]
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("raw", [b"2026 nonsense\n", b"\xff\xfe"])
def test_a_damaged_file_of_heads_is_named(tmp_path, raw):
    path = tmp_path / "key.heads"
    path.write_bytes(raw)

    with pytest.raises(SettingsError, match=r"key\.heads"):
        heads.kept(path)
