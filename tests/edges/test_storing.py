"""What one pass leaves in the database: many items in few statements, and a bad one refused alone."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from classifiers.finding import Kind
from monitor.errors import LeaseLostError
from monitor.model import Entry, Hit, Platform, Seen
from monitor.store import passes
from monitor.store.passes import Stored
from monitor.store.tables import cursor, finding, item, version
from tests.houses import T, Web, build

pytestmark = pytest.mark.usefixtures("each_database")
HOUR = timedelta(hours=1)


def entry(n, text="煤气一直在漏", **fields):
    plain = Entry(
        external_id=f"guid-{n}",
        digest=f"{hash((n, text)) & 0xFFFFFFFF:064x}",
        title=f"第{n}条",
        text=text,
        link=f"http://127.0.0.1:9/{n}.html",
        published_at=T - HOUR if n % 3 else None,
    )
    return replace(plain, **fields)


def seen(rule):
    return Hit(Seen(kind=Kind.PERSONAL_DATA, rule=rule, score=0.9, excerpt="*"), f"digest of {rule}")


@pytest.fixture
def store(tmp_path):
    return build(tmp_path, Web()).store


def platforms(*names, host="127.0.0.1:9"):
    """Platforms that share a host, as the configuration gives them; nobody need prove them."""
    usual = {"kind": "feed", "prefixes": (), "proven_by_credentials": True}
    return {name: Platform(name=name, title=name, url=f"http://{host}/{name}.xml", **usual) for name in names}


WEBSITE = platforms("website")


def give(store, *entries, now=T):
    """One pass that brings these entries."""
    with store.write() as tx:
        tx.execute(update(cursor).values(next_check_at=now, etag='"1"'))
        claim = passes.claim_platform(tx, WEBSITE, now, now + HOUR)
    with store.write() as tx:
        return passes.finish_pass(tx, claim, claim.cursor, entries, now)


def rows(store, *columns, order):
    with store.read() as tx:
        return [tuple(row) for row in tx.execute(select(*columns).order_by(order))]


def test_a_thousand_are_stored_once(store):
    many = [entry(n) for n in range(1234)]

    assert give(store, *many) == Stored(new=1234)
    assert give(store, *many) == Stored()
    assert give(
        store, *many[:7], *(entry(n, "改了") for n in range(7, 10)), *(entry(n) for n in range(1234, 1300))
    ) == (Stored(new=66, changed=3))
    with store.read() as tx:
        counts = [tx.execute(select(func.count()).select_from(table)).scalar() for table in (item, version)]
    assert counts == [1300, 1303]


def test_everything_that_was_said_is_there(store):
    one = entry(1, text="第一行\n第二行 😀 " + "长" * 50_000)
    give(store, one, entry(3))

    columns = (item.c.platform, item.c.external_id, item.c.link, item.c.published_at, item.c.first_seen_at)
    assert rows(store, *columns, order=item.c.id) == [
        ("website", "guid-1", one.link, T - HOUR, T),
        ("website", "guid-3", entry(3).link, None, T),
    ]
    columns = (version.c.item_id, version.c.digest, version.c.title, version.c.text, version.c.seen_at)
    assert rows(store, *columns, order=version.c.id)[0] == (1, one.digest, one.title, one.text, T)
    waits = (version.c.classified_at, version.c.classified_by, version.c.lease)
    assert rows(store, *waits, order=version.c.id) == [(None, "", None)] * 2


@pytest.mark.parametrize(
    "bad",
    [
        {"link": None},
        {"text": "a\ud800b"},
        {"external_id": "\udfff"},
        {"published_at": datetime(2026, 1, 1)},
        {"title": {"no": "text"}},
    ],
    ids=str,
)
@pytest.mark.parametrize("places", [[0], [499], [3, 4, 250]])
def test_bad_ones_are_refused_alone(store, bad, places):
    many = [replace(entry(n), **bad) if n in places else entry(n) for n in range(500)]

    assert give(store, *many) == Stored(new=500 - len(places), refused=len(places))
    stored = {row[0] for row in rows(store, item.c.external_id, order=item.c.id)}
    assert stored == {entry(n).external_id for n in range(500) if n not in places}
    assert rows(store, func.count(version.c.id), order=func.count(version.c.id)) == [(500 - len(places),)]
    assert rows(store, cursor.c.etag, order=cursor.c.etag) == [("",)]  # or a 304 would hide them for ever


def test_only_bad_ones(store):
    assert give(store, *(entry(n, link=None) for n in range(9))) == Stored(refused=9)


def test_one_that_stands_there_twice(store):
    assert give(store, entry(1), entry(1)) == Stored(new=1)
    assert give(store, entry(1), entry(1, "改了"), entry(2), entry(2, "改了")) == Stored(new=1, changed=2)

    assert [row[0] for row in rows(store, version.c.text, order=version.c.id)][-2:] == ["改了", "改了"]
    assert give(store, entry(1, "改了"), entry(2, "改了")) == Stored()


def test_findings_belong_to_their_item_and_version(store):
    give(store, entry(1), entry(2, hits=(seen("a"), seen("b"))), entry(3, hits=(seen("c"),)))
    give(store, entry(1, "改了", hits=(seen("d"),)), entry(4, hits=(seen("e"),)))

    of = select(finding.c.rule, item.c.external_id, version.c.text, finding.c.found_at).select_from(
        finding.join(item, item.c.id == finding.c.item_id).join(version, version.c.id == finding.c.version_id)
    )
    with store.read() as tx:
        found = {tuple(row) for row in tx.execute(of.where(version.c.item_id == item.c.id))}
    assert found == {
        ("a", "guid-2", "煤气一直在漏", T),
        ("b", "guid-2", "煤气一直在漏", T),
        ("c", "guid-3", "煤气一直在漏", T),
        ("d", "guid-1", "改了", T),
        ("e", "guid-4", "煤气一直在漏", T),
    }


def test_ten_versions_of_each_are_kept_and_findings_outlive_theirs(store):
    give(store, entry(1, hits=(seen("a"),)), entry(2), entry(3))
    for n in range(12):
        changed = [entry(1, f"第{n}稿"), entry(2, f"第{n}稿")]
        assert give(store, *changed, entry(3)) == Stored(changed=2)

    kept = rows(store, version.c.item_id, version.c.text, order=version.c.id)
    for item_id in (1, 2):
        assert [text for of, text in kept if of == item_id] == [f"第{n}稿" for n in range(2, 12)]
    assert [text for of, text in kept if of == 3] == ["煤气一直在漏"]
    assert rows(store, finding.c.item_id, finding.c.version_id, order=finding.c.id) == [(1, None)]


def test_a_new_link_is_kept_with_a_new_text(store):
    give(store, entry(1))
    give(store, entry(1, "改了", link="http://127.0.0.1:9/moved.html"))

    assert rows(store, item.c.link, order=item.c.id) == [("http://127.0.0.1:9/moved.html",)]


def test_what_stood_there_at_first_contact_is_marked_until_it_changes(store):
    give(store, entry(1, old=True, hits=(seen("a"),)), entry(2, hits=(seen("b"),)))
    give(store, entry(1, "改了", old=True, hits=(seen("c"),)))

    assert rows(store, version.c.item_id, version.c.baseline, order=version.c.id) == [(1, True), (2, False), (1, False)]
    assert rows(store, finding.c.rule, finding.c.baseline, order=finding.c.id) == [
        ("a", True),
        ("b", False),
        ("c", False),
    ]


def test_another_platform_has_its_own(store):
    with store.write() as tx:
        tx.execute(item.insert().values(platform="other", external_id="guid-1", link="", first_seen_at=T))

    assert give(store, entry(1)) == Stored(new=1)


def test_ids_go_on_where_others_insert(store):
    """Reserved ids and those that the database gives never meet."""
    for n in range(3):
        give(store, entry(n))
        with store.write() as tx:
            row = {"platform": "other", "external_id": str(n), "link": "", "first_seen_at": T}
            tx.execute(item.insert().values(row))

    assert len({row[0] for row in rows(store, item.c.id, order=item.c.id)}) == 6


def test_a_lost_lease_leaves_nothing(store):
    with store.write() as tx:
        first = passes.claim_platform(tx, WEBSITE, T, T + HOUR)
    with store.write() as tx:
        second = passes.claim_platform(tx, WEBSITE, T + HOUR, T + 2 * HOUR)
    with pytest.raises(LeaseLostError), store.write() as tx:
        passes.finish_pass(tx, first, first.cursor, [entry(1)], T + HOUR)
    assert rows(store, item.c.id, order=item.c.id) == []

    with store.write() as tx:
        assert passes.finish_pass(tx, second, second.cursor, [entry(1)], T + HOUR) == Stored(new=1)
    assert rows(store, cursor.c.lease, cursor.c.checked_at, order=cursor.c.lease) == [(None, T + HOUR)]
