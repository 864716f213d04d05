"""What follows from proofs: what is read, who hears of a lapse, when reading stops and goes on."""

from dataclasses import replace
from datetime import timedelta

import pytest

from classifiers.finding import Kind
from monitor import daemon, proof, proving
from monitor.errors import LeaseLostError
from monitor.house import House
from monitor.model import Outcome, State
from monitor.proof import GRACE, Hold
from monitor.store import marks, passes, proofs
from tests.dying import die, in_child
from tests.houses import (
    CONFIGURATION,
    Web,
    all_records,
    build,
    drain,
    item,
    mails,
    move,
    only_record,
    text_of,
    transitions,
)
from tests.owned import FILE, agency, known, known_in, look, passed, prefix, publish

pytestmark = pytest.mark.usefixtures("each_database")


def lost(house, zoo, clock):
    """A platform that was proven, whose file is then taken away and missed often enough."""
    publish(house, zoo)
    drain(house, clock)
    del zoo.routes[FILE]
    for _ in range(2):
        look(house, clock, days=7.2)


def test_a_lapse_is_told_then_reading_stops_and_goes_on_when_it_is_back(tmp_path, clock):
    with agency(tmp_path) as (house, zoo):
        publish(house, zoo)
        drain(house, clock)
        del zoo.routes[FILE]
        look(house, clock, days=7)
        gone_at = clock()
        assert known(house, zoo).failures == 1
        assert all_records(house) == []  # it may come back by itself

        for _ in range(3):
            look(house, clock, days=0.5)
        record = only_record(house)
        assert (record.kind, record.platform) == (Kind.SOURCE_BROKEN, "website")
        assert transitions(house, record)[0] == "opened"
        look(house, clock, days=0.1)
        told = [mail["To"].addresses[0].username for mail in mails(house)]
        assert {"duty", "leader"} <= {*told}

        read = passed(house)
        clock.now = gone_at + GRACE - timedelta(minutes=1)
        drain(house, clock)
        assert passed(house) > read
        read = passed(house)
        clock.now = gone_at + GRACE
        drain(house, clock)
        look(house, clock, days=1)
        assert passed(house) == read
        assert "已经停止读取" in max((text_of(mail) for mail in mails(house)), key=lambda text: "已经停止读取" in text)

        publish(house, zoo)
        look(house, clock, days=1)
        assert passed(house) > read
        assert only_record(house).state is State.RESOLVED
        assert "proven" in transitions(house, only_record(house))
        assert sum("已证明" in mail["Subject"] for mail in mails(house)) == 2  # duty and leader


def test_a_record_of_a_lapse_is_apart_from_an_outage(tmp_path, clock):
    web = Web([item("谢谢")])
    with agency(tmp_path, web=web) as (house, zoo):
        lost(house, zoo, clock)
        for _ in range(3):
            look(house, clock, days=1)
        assert len(all_records(house)) == 1

        web.error = proving.CollectError("timeout")
        for _ in range(5):
            look(house, clock, days=0.1)
        assert {record.state for record in all_records(house)} == {State.OPEN}
        assert len(all_records(house)) == 2
        web.error = None
        look(house, clock, days=0.1)
        states = {record.subject: record.state for record in all_records(house)}
        assert len([*filter(lambda record: record.state is State.OPEN, all_records(house))]) == 1, states


def test_a_lapse_that_a_person_closed_is_told_again_when_reading_stops(tmp_path, clock):
    with agency(tmp_path) as (house, zoo):
        lost(house, zoo, clock)
        for _ in range(3):
            look(house, clock, days=1)
        move(house, State.DISMISSED, clock)
        for _ in range(5):
            look(house, clock, days=1)
        assert len(all_records(house)) == 1

        for _ in range(30):
            look(house, clock, days=1)
        assert [record.state for record in all_records(house)] == [State.OPEN, State.DISMISSED]


def test_a_site_that_is_down_keeps_the_clock_running_and_the_record_says_so(tmp_path, clock):
    with agency(tmp_path) as (house, zoo):
        publish(house, zoo)
        drain(house, clock)
    for _ in range(7 * 2):
        look(house, clock, days=1)
    with house.store.read() as tx:
        (after,) = proofs.of(tx, proving.sites(house.settings.platforms)).values()
    assert after.error == "refused"
    assert after.until < clock() + GRACE
    for _ in range(10):
        look(house, clock, days=1)
    assert any("核对不了" in mail["Subject"] for mail in mails(house))


def test_a_clock_set_back_is_looked_at_anew(tmp_path, clock):
    with agency(tmp_path) as (house, zoo):
        publish(house, zoo)
        drain(house, clock)

        look(house, clock, days=-400)

        assert known(house, zoo).checked_at == clock()


def test_a_proof_that_nobody_looks_at_ends_by_itself(tmp_path, clock):
    with agency(tmp_path) as (house, zoo):
        publish(house, zoo)
        drain(house, clock)
        read = passed(house)
        clock.move(days=39)
        drain(house, clock, ("collect",))
        assert passed(house) == read

        drain(house, clock)
        assert passed(house) == read + 1


def test_a_daemon_that_dies_while_it_looks_looks_again(tmp_path, clock):
    with agency(tmp_path) as (house, zoo):
        publish(house, zoo)
        house.store.close()
        text = CONFIGURATION.replace("http://127.0.0.1:9/", zoo.url("/col/"))

        def life():
            doomed = replace(build(tmp_path, Web(), text, proven=False), fetch_once=lambda *_: die())
            with daemon.alone(doomed):
                proving.prove(doomed, clock)

        assert in_child(life)
        house = build(tmp_path, Web([item("谢谢")]), text, proven=False)
        assert known(house, zoo).checked_at is None
        with daemon.alone(house):
            drain(house, clock)
        assert known(house, zoo).proven_at == clock()


def test_a_look_that_comes_too_late_writes_nothing(tmp_path, clock):
    with agency(tmp_path) as (house, zoo):

        def slow(at, url):
            with house.store.write() as tx:
                proofs.keep(
                    tx, proof.after(known_in(tx, zoo), [proof.Tried(proof.Way.FILE, url)], clock(), 0.5), clock()
                )
            raise proving.CollectError("http_404")

        with pytest.raises(LeaseLostError):
            proving.prove(replace(house, fetch_once=slow), clock)
        assert known(house, zoo).proven_at == clock()
        assert known(house, zoo).failures == 0


def test_only_one_looks_at_a_time(tmp_path, clock):
    with agency(tmp_path) as (house, zoo):
        with house.store.write() as tx:
            assert proofs.claim(tx, prefix(zoo), clock(), clock() + timedelta(minutes=10))
        with house.store.write() as tx:
            assert proofs.claim(tx, prefix(zoo), clock(), clock() + timedelta(minutes=10)) is None
        clock.move(minutes=10)
        with house.store.write() as tx:
            assert proofs.claim(tx, prefix(zoo), clock(), clock() + timedelta(minutes=10))


def older(house: House, name="website"):
    """As migration 0007 leaves what an older version has read."""
    with house.store.write() as tx:
        marks.put(tx, f"claimed:{name}", daemon.clock())


@pytest.mark.parametrize(("moved", "hold"), [(False, Hold.GRACE), (True, Hold.NEVER)])
def test_what_was_read_on_a_claim_is_read_on_for_the_grace(tmp_path, clock, moved, hold):
    with agency(tmp_path) as (house, _):
        older(house)
        platforms = house.settings.platforms
        if moved:
            platforms = {name: replace(each, prefixes=("http://127.0.0.9:9/col/",)) for name, each in platforms.items()}
        with house.store.write() as tx:
            passes.register(tx, platforms, clock())
            passes.register(tx, platforms, clock() + timedelta(days=9))  # once
            (found,) = proofs.of(tx, proving.sites(platforms)).values()

        assert proof.hold(found, clock()) is hold
        assert found.until in {None, clock() + GRACE}


def test_the_migrated_are_told_that_a_proof_is_missing(tmp_path, clock):
    with agency(tmp_path) as (house, _):
        older(house)
        with house.store.write() as tx:
            passes.register(tx, house.settings.platforms, clock())
        drain(house, clock)
        assert passed(house) == 1
        for _ in range(4):
            look(house, clock, days=0.5)

        assert "还没有证明归本单位所有" in text_of(mails(house)[0])
        assert all(mail["To"] for mail in mails(house))
        with house.store.read() as tx:
            assert tx.exec_driver_sql("SELECT DISTINCT state FROM notification").scalars().all() == [str(Outcome.SENT)]


def test_a_mailbox_needs_no_proof(tmp_path, clock):
    house = build(tmp_path, Web(), proven=False)
    platforms = {name: replace(each, proven_by_credentials=True) for name, each in house.settings.platforms.items()}

    assert proving.sites(platforms) == {}
    with house.store.read() as tx:
        assert proofs.standing(tx, platforms, clock()) == ["website"]


def test_a_platform_without_prefixes_is_not_read(tmp_path, clock):
    house = build(tmp_path, Web())
    platforms = {name: replace(each, prefixes=()) for name, each in house.settings.platforms.items()}

    with house.store.read() as tx:
        assert proofs.standing(tx, platforms, clock()) == []
