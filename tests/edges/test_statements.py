"""What the two databases write differently does the same on both."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import repeat

import pytest
from sqlalchemy import insert, select

from monitor.store import statements
from monitor.store.tables import attempt, cursor, finding, item, notification, version
from tests.houses import T, Web, build

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def tx(tmp_path):
    with build(tmp_path, Web()).store.write() as tx:
        yield tx


ROW = {"platform": "p", "added_at": T, "next_check_at": T, "error": "old"}


def test_a_row_is_added_once(tx):
    assert statements.add_new(tx, cursor, ROW)
    assert not statements.add_new(tx, cursor, ROW | {"error": "new"})

    assert tx.execute(select(cursor.c.error).where(cursor.c.platform == "p")).all() == [("old",)]


def test_a_row_is_put_over_another(tx):
    statements.put(tx, cursor, ROW)
    statements.put(tx, cursor, ROW | {"error": "new"})

    assert tx.execute(select(cursor.c.error, cursor.c.fetches).where(cursor.c.platform == "p")).all() == [("new", 0)]


def test_only_some_of_a_row_is_put_over_another(tx):
    statements.put(tx, cursor, ROW)
    later = T + timedelta(days=1)
    statements.put(tx, cursor, ROW | {"error": "new", "added_at": later, "next_check_at": later}, only={"error"})

    columns = (cursor.c.error, cursor.c.added_at, cursor.c.next_check_at)
    assert tx.execute(select(*columns).where(cursor.c.platform == "p")).all() == [("new", T, T)]


@pytest.mark.parametrize("table", [item, version, finding, notification, attempt], ids=str)
def test_reserved_ids_rise_and_are_nobody_elses(tx, table):
    first, second = statements.reserve(tx, table, 3), statements.reserve(tx, table, 0)

    assert list(first) == sorted({*first})
    assert (len(first), list(second)) == (3, [])


def test_many_rows_are_what_one_by_one_would_be(tx):
    """The fast way writes what SQLAlchemy writes: text, None, booleans, and moments in any zone."""
    zone = timezone(timedelta(hours=8))
    moments = [None, T, datetime(1, 1, 2, tzinfo=UTC), datetime(2026, 2, 3, 4, 5, 6, 789, tzinfo=zone)] * 30
    columns = {
        "id": range(1, 121),
        "platform": repeat("fast"),
        "external_id": [f"'\\\"{{n}} %s ? {n}" for n in range(120)],
        "link": repeat(""),
        "published_at": moments,
        "first_seen_at": repeat(datetime(2026, 2, 3, 4, tzinfo=zone)),
    }
    statements.load(tx, item, columns)
    rows = list(zip(*columns.values(), strict=False))
    slow = [dict(zip(columns, row, strict=True)) | {"id": row[0] + 1000, "platform": "slow"} for row in rows]
    tx.execute(insert(item), slow)

    fast, slow = (
        tx.exec_driver_sql(
            f"SELECT external_id, published_at, first_seen_at FROM item WHERE platform = '{platform}' ORDER BY id"
        ).all()
        for platform in ("fast", "slow")
    )
    assert fast == slow
    assert (
        tx.execute(select(item.c.published_at).where(item.c.platform == "fast").order_by(item.c.id)).scalars().all()
        == moments
    )


def test_a_moment_without_a_zone_is_refused_in_the_fast_way_too(tx):
    columns = {
        "id": [1],
        "platform": ["p"],
        "external_id": ["1"],
        "link": [""],
        "first_seen_at": [datetime(2026, 1, 1)],
    }

    with pytest.raises(ValueError, match="zone"):
        statements.load(tx, item, columns)
    with pytest.raises(ValueError, match="zone"):
        statements.load(tx, item, columns | {"first_seen_at": repeat(datetime(2026, 1, 1))})


def test_many_are_looked_up_in_one_question(tx):
    names = [f"名字{n}" for n in range(1300)]
    ids = statements.reserve(tx, item, len(names))
    values = {"platform": repeat("p"), "external_id": names, "link": repeat(""), "first_seen_at": repeat(T)}
    statements.load(tx, item, {"id": ids, **values})

    query = "SELECT external_id FROM item WHERE platform = {one} AND external_id IN (SELECT value FROM {many})"
    found = [row[0] for row in statements.look_up(tx, query, "p", [*names, "没有"])]
    assert sorted(found) == sorted(names)
    assert list(statements.look_up(tx, query, "q", names)) == []
    assert list(statements.look_up(tx, query, "p", [])) == []


def test_one_of_says_its_values_word_for_word(tx):
    for value in ("a'; DROP TABLE item; --", "%s", "?", "\\", ":x"):
        condition = statements.one_of(cursor.c.platform, [value, "website"])
        assert tx.execute(select(cursor.c.platform).where(condition)).all() == [("website",)]


def test_turns_are_taken_within_one_transaction_again_and_again(tx):
    for _ in range(3):
        statements.one_at_a_time(tx, "matter")
