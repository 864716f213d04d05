"""From the intent to the outcome, digests, and clocks that jump; on a real database and a real folder of mails."""

from dataclasses import replace

import pytest

from monitor import pipeline
from monitor.errors import DeliveryError, StoreError
from monitor.model import Message, Outcome, State
from monitor.store import outbox, views
from tests.houses import (
    CONFIGURATION,
    Web,
    build,
    drain,
    item,
    mails,
    move,
    only_record,
    text_of,
    transitions,
)

pytestmark = pytest.mark.usefixtures("each_database")


def send_failing(*errors):
    """A way out that fails in turn and then accepts; remembers what it accepted."""
    left, accepted = list(errors), []

    def send(notification, data_begins):
        error = left.pop(0) if left else None
        if error is None or error.unknown:
            data_begins()
        if error is not None:
            raise error
        accepted.append(notification)
        return "250"

    return send, accepted


def test_a_mail_that_is_not_taken_now_is_tried_again(tmp_path, clock):
    send, accepted = send_failing(DeliveryError("451"), DeliveryError("451"))
    house = replace(build(tmp_path, Web([item()])), send=send)
    drain(house, clock)
    assert accepted == []

    for _ in range(3):
        clock.move(minutes=3)
        drain(house, clock, ["deliver"])

    assert [notification.repeat for notification in accepted] == [False]
    assert transitions(house, only_record(house)) == ["opened", "told"]


def test_a_refused_mail_tells_the_next_contact_at_once(tmp_path, clock):
    send, accepted = send_failing(DeliveryError("550 no such user", permanent=True))
    house = replace(build(tmp_path, Web([item()])), send=send)

    drain(house, clock)
    drain(house, clock)

    assert [notification.contact for notification in accepted] == ["leader"]
    assert transitions(house, only_record(house)) == ["opened", "told", "undelivered", "told"]


def test_an_unknown_outcome_is_sent_again_under_the_same_id_and_marked(tmp_path, clock):
    send, accepted = send_failing(DeliveryError("dropped", unknown=True))
    house = replace(build(tmp_path, Web([item()])), send=send)
    drain(house, clock)
    with house.store.read() as tx:
        ((message_id,),) = tx.exec_driver_sql("SELECT message_id FROM notification").all()

    clock.move(minutes=2)
    drain(house, clock, ["deliver"])

    (notification,) = accepted
    assert (message_id, True) == (notification.message_id, notification.repeat)
    assert "重复" in notification.message.subject
    assert "重复" in notification.message.text.splitlines()[0]


def test_after_two_unknowns_the_next_contact_is_told_at_once(tmp_path, clock):
    send, accepted = send_failing(DeliveryError("dropped", unknown=True), DeliveryError("dropped", unknown=True))
    house = replace(build(tmp_path, Web([item()])), send=send)
    drain(house, clock)
    clock.move(minutes=2)
    drain(house, clock)
    drain(house, clock)

    assert [notification.contact for notification in accepted] == ["leader"]
    with house.store.read() as tx:
        assert [sent.state for sent in views.sent(tx)] == [Outcome.UNKNOWN, Outcome.SENT]


def test_queueing_twice_sends_once(tmp_path, clock):
    house = build(tmp_path, Web())
    contact = house.settings.contacts["duty"]
    message = Message("s", "t", "h")
    with house.store.write() as tx:
        values = {"contact": contact, "message": message, "record": None, "priority": 0, "now": clock()}
        assert outbox.intend(tx, key="k", **values)
        assert not outbox.intend(tx, key="k", **values)
    drain(house, clock)

    assert len(mails(house)) == 1


def test_people_in_danger_go_first(tmp_path, clock):
    send, accepted = send_failing()
    web = Web([item(), item("煤气一直在漏，楼道里全是味，快来人！", name="2", title="求助")])
    house = replace(build(tmp_path, web), send=send)

    drain(house, clock)

    assert "险情" in accepted[0].message.subject


def test_the_digest_comes_once_per_contact_and_week(tmp_path, clock):
    house = build(tmp_path, Web([item()]))
    drain(house, clock)
    clock.move(days=5)  # Monday 10:00
    for _ in range(3):
        drain(house, clock)
        clock.move(hours=1)

    digests = [mail for mail in mails(house) if "W45" in mail["Subject"] or "45" in mail["Subject"]]
    assert len(digests) == 1
    assert "leader@agency.example" in digests[0]["To"]
    assert "2026-0001" in text_of(digests[0])


def test_an_empty_week_still_sends_a_short_digest(tmp_path, clock):
    house = build(tmp_path, Web())
    drain(house, clock)
    clock.move(days=5)
    drain(house, clock)
    clock.move(days=7)
    drain(house, clock)

    assert len(mails(house)) == 2


def test_no_digest_for_weeks_before_the_watch_began(tmp_path, clock):
    house = build(tmp_path, Web())

    drain(house, clock)

    assert mails(house) == []


def test_a_clock_set_back_sends_nothing_twice(tmp_path, clock):
    house = build(tmp_path, Web([item()]))
    drain(house, clock)
    clock.move(hours=-2)
    drain(house, clock)
    clock.move(hours=2)
    drain(house, clock)

    assert len(mails(house)) == 1


def test_a_clock_set_back_does_not_stop_the_polling(tmp_path, clock):
    web = Web()
    house = build(tmp_path, web)
    clock.move(days=900)
    drain(house, clock)
    clock.move(days=-900)
    drain(house, clock)
    clock.move(minutes=17)
    drain(house, clock)

    assert web.passes == 3


def test_an_owner_who_is_gone_is_stood_in_for(tmp_path, clock):
    house = build(tmp_path, Web([item()]), CONFIGURATION.replace('owner = "duty"', 'owner = "leader"'))
    drain(house, clock)
    move(house, State.ACKNOWLEDGED, clock)
    fewer = {"duty": house.settings.contacts["duty"]}
    rules = {kind: replace(each, owner="duty") for kind, each in house.settings.policies.items()}
    house = replace(house, settings=replace(house.settings, contacts=fewer, policies=rules))
    clock.move(hours=5)
    drain(house, clock, ["escalate", "deliver"])

    assert "duty@agency.example" in mails(house)[-1]["To"]


def test_three_days_asleep_tell_each_contact_once(tmp_path, clock):
    house = build(tmp_path, Web([item()]))
    drain(house, clock, ["collect", "classify"])
    assert pipeline._judge_matter(house, clock)
    clock.move(days=3)
    drain(house, clock)

    alerts = [mail["To"].addresses[0].addr_spec for mail in mails(house) if "2026-0001" in mail["Subject"]]
    assert sorted(alerts) == ["duty@agency.example", "leader@agency.example"]


def test_a_database_error_is_translated(tmp_path, clock):
    house = build(tmp_path, Web())

    with pytest.raises(StoreError, match="the database refused"), house.store.write() as tx:
        tx.exec_driver_sql("INSERT INTO nothing VALUES (1)")
