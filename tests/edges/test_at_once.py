"""Several at once on one database, as when two daemons run by mistake: each unit is taken once."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from classifiers.finding import Kind
from monitor.errors import LeaseLostError, StoreError
from monitor.model import Hit, Message, Seen
from monitor.store import outbox, passes, records, views
from monitor.store.passes import Rest
from monitor.store.tables import escalation
from tests.edges.test_storing import WEBSITE, entry, give, platforms
from tests.houses import T, Web, build, drain, mails

pytestmark = pytest.mark.usefixtures("each_database")
UNTIL = T + timedelta(minutes=10)
AT_ONCE = 6


@pytest.fixture
def house(tmp_path):
    return build(tmp_path, Web())


def together(work, count=AT_ONCE):
    """Run ``work`` in so many threads that begin at the same moment; what they returned, or how they failed."""
    gate, answers = threading.Barrier(count), []

    def run(n):
        gate.wait()
        try:
            answers.append(work(n))
        except StoreError as error:
            answers.append(error)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == count
    return answers


def each_until_none(store, claim):
    """Claim until nothing is left, in several threads at once; everything that was claimed."""

    def work(_):
        found = []
        while True:
            with store.write() as tx:
                unit = claim(tx)
            if unit is None:
                return found
            found.append(unit)

    answers = together(work)
    assert [answer for answer in answers if isinstance(answer, StoreError)] == []
    return [unit for found in answers for unit in found]


def message(tx, house, key):
    contact = house.settings.contacts["duty"]
    values = {"contact": contact, "message": Message("s", "t", "h"), "record": None, "priority": 0, "now": T}
    return outbox.intend(tx, key=key, **values)


def test_each_platform_is_claimed_once(house):
    many = {name: each for n in range(20) for name, each in platforms(f"p{n}", host=f"127.0.0.{n}").items()}
    with house.store.write() as tx:
        passes.register(tx, many, T)

    claims = each_until_none(house.store, lambda tx: passes.claim_platform(tx, many, T, UNTIL))

    assert Counter(claim.cursor.platform for claim in claims) == Counter([*many])


@pytest.mark.parametrize(("rest", "claimed"), [(Rest(timedelta(0), 3), 3), (Rest(timedelta(seconds=1), 9), 1)])
def test_a_host_is_spared_however_many_come_at_once(house, rest, claimed):
    many = platforms(*(f"p{n}" for n in range(20)), host="127.0.0.7")
    with house.store.write() as tx:
        passes.register(tx, many, T)

    claims = each_until_none(house.store, lambda tx: passes.claim_platform(tx, many, T, UNTIL, rest))

    assert len(claims) == claimed


def test_each_version_is_claimed_once(house):
    give(house.store, *(entry(n) for n in range(97)))

    def claim(tx):
        return passes.claim_versions(tx, T, UNTIL, 5)[1] or None

    batches = each_until_none(house.store, claim)

    assert sorted(waiting.version for batch in batches for waiting in batch) == list(range(1, 98))


def test_each_matter_is_claimed_once_and_whole(house):
    hits = [Hit(Seen(kind=Kind.PERSONAL_DATA, rule=rule, score=0.9, excerpt="*"), rule) for rule in "abc"]
    give(house.store, *(entry(n, hits=tuple(hits)) for n in range(30)))

    matters = each_until_none(house.store, lambda tx: records.claim_matter(tx, T, UNTIL))

    assert Counter(matter.item for matter in matters) == Counter(range(1, 31))
    assert {len(matter.findings) for matter in matters} == {3}


def test_each_notification_is_claimed_once(house):
    with house.store.write() as tx:
        for n in range(40):
            message(tx, house, f"k{n}")

    claims = each_until_none(house.store, lambda tx: outbox.claim(tx, T, UNTIL))

    assert Counter(claim.notification.key for claim in claims) == Counter(f"k{n}" for n in range(40))


def test_each_due_record_is_claimed_once(house):
    for n in range(20):
        open_one(house, n)

    due = each_until_none(house.store, lambda tx: records.claim_due(tx, T, UNTIL))

    assert Counter(record.number for record in due) == Counter(f"2026-{n:04d}" for n in range(1, 21))


def matter(n):
    return records.Matter(kind=Kind.HAZARD, platform=f"p{n}", item=None, findings=(), best=1.0, subject="", locator="")


def open_one(house, n, now=T):
    """What the pipeline does with a matter: look, and open a record only where none is open."""
    with house.store.write() as tx:
        if records.active(tx, Kind.HAZARD, matter(n).key) is None:
            return records.open_record(
                tx, matter(n), house.settings.policies[Kind.HAZARD], now, house.settings.calendar
            ).number
    return None


def test_numbers_are_unique_however_many_open_records(house):
    def work(n):
        return [open_one(house, 100 * n + k) for k in range(10)]

    numbers = [number for answer in together(work) for number in answer]

    assert sorted(numbers) == [f"2026-{n:04d}" for n in range(1, 10 * AT_ONCE + 1)]


def test_one_matter_opens_one_record(house):
    answers = together(lambda _: [open_one(house, n) for n in range(10)])

    assert Counter(number is not None for answer in answers for number in answer) == {
        True: 10,
        False: 10 * AT_ONCE - 10,
    }


def test_numbers_begin_anew_each_year_also_when_the_clock_was_set_back(house):
    moments = [T, T + timedelta(days=90), T, T + timedelta(days=90)]

    assert [open_one(house, n, now) for n, now in enumerate(moments)] == [
        "2026-0001",
        "2027-0001",
        "2026-0002",
        "2027-0002",
    ]


def test_after_9999_the_numbers_go_on(house):
    open_one(house, 0)
    with house.store.write() as tx:
        row = tx.execute(select(escalation)).one()._mapping
        tx.execute(insert(escalation).values({**row, "id": 2, "number": "2026-9999", "matter_key": "x"}))

    numbers = []
    with house.store.write() as tx:
        tx.exec_driver_sql("SELECT setval('escalation_id_seq', 2)") if tx.dialect.name == "postgresql" else None
    numbers = [open_one(house, n) for n in (1, 2)]

    assert numbers == ["2026-10000", "2026-10001"]


def test_an_intent_is_written_once(house):
    def work(_):
        with house.store.write() as tx:
            return message(tx, house, "k")

    assert Counter(together(work)) == {True: 1, False: AT_ONCE - 1}


def test_two_passes_under_one_lease_write_once(house):
    with house.store.write() as tx:
        claim = passes.claim_platform(tx, WEBSITE, T, UNTIL)

    def work(n):
        with house.store.write() as tx:
            return passes.finish_pass(tx, claim, claim.cursor, [entry(k) for k in range(50)], T)

    answers = together(work)

    assert sum(isinstance(answer, LeaseLostError) for answer in answers) == AT_ONCE - 1
    assert [answer.new for answer in answers if not isinstance(answer, StoreError)] == [50]


def test_two_whole_daemons_by_mistake_tell_once(house, clock):
    leak = Hit(Seen(kind=Kind.PERSONAL_DATA, rule="id", score=0.9, excerpt="*"), "x")
    give(house.store, *(entry(n, "谢谢", hits=(leak,)) for n in range(12)))
    with house.store.write() as tx:
        tx.exec_driver_sql("UPDATE version SET baseline = false")

    answers = together(lambda _: drain(house, clock, ["classify", "escalate", "deliver"]), 2)

    assert [answer for answer in answers if answer is not None] == []
    drain(house, clock)
    with house.store.read() as tx:
        assert len(views.open_records(tx)) == 12
    assert len(mails(house)) == 12
