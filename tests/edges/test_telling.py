"""Who is told over which channel: rings beside mails, bare mails, mails nobody needs any more, and "back"."""

from dataclasses import replace

import pytest

from classifiers.finding import Kind
from monitor import pipeline
from monitor.errors import CollectError, DeliveryError
from monitor.model import Channel, Message, Outcome, State
from monitor.store import outbox, records, views
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
from tests.ways import GAS, RINGING, Way, told

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def way():
    return Way()


def house_of(folder, way, *items, text=RINGING):
    return replace(build(folder, Web(list(items)), text), send=way.mail, ring=way.ring)


# ringing


def test_a_hazard_rings_beside_the_mail(tmp_path, clock, way):
    house = house_of(tmp_path, way, item(GAS))
    drain(house, clock, ["collect", "classify"])
    with house.store.write() as tx:
        tx.exec_driver_sql("UPDATE item SET place = '东苑小区3栋'")
    drain(house, clock)

    (mail,), (ring,) = way.mails, way.rings
    assert (mail.contact, ring.contact, ring.address) == ("duty", "duty", "000-5550102")
    assert ring.key == f"{mail.key}:ring"
    assert mail.message_id != ring.message_id
    assert ring.message.text == "回音：险情·燃气泄漏，地点东苑小区3栋。请马上看邮件，编号2026-0001。"
    assert "东苑小区3栋" in mail.message.text.splitlines()[0]
    assert [sent.channel for sent in told(house)] == [Channel.MAIL, Channel.RING]


def test_each_told_contact_with_a_phone_rings_and_only_for_what_is_urgent(tmp_path, clock, way):
    house = house_of(tmp_path, way, item(), item(GAS, name="2"))
    drain(house, clock)
    clock.move(minutes=31)
    drain(house, clock)

    assert [ring.contact for ring in way.rings] == ["duty"]  # the leader has no phone, a leak rings nobody
    assert [mail.contact for mail in way.mails] == ["duty", "duty", "leader", "leader"]


def test_whatever_the_agency_calls_urgent_rings(tmp_path, clock, way):
    house = house_of(tmp_path, way, item(), text=f'{RINGING}\n[policy.personal_data]\nseverity = "urgent"\n')
    drain(house, clock)

    assert [ring.message.text for ring in way.rings] == [
        "回音：个人信息外泄，地点局网站。请马上看邮件，编号2026-0001。"
    ]


def test_nobody_rings_without_a_channel(tmp_path, clock, way):
    house = house_of(tmp_path, way, item(GAS), text=CONFIGURATION)
    drain(house, clock)

    assert (len(way.mails), way.rings) == (1, [])


def test_a_mail_server_that_hangs_keeps_no_telephone_waiting(tmp_path, clock, way):
    house = house_of(tmp_path, way, item(GAS))
    drain(house, clock, ["collect", "classify", "escalate"])
    with house.store.write() as tx:
        assert outbox.claim(tx, clock(), clock().replace(hour=23)) is not None  # the only mail hangs

    assert pipeline.ring(house, clock)
    assert not pipeline.deliver(house, clock)
    assert len(way.rings) == 1


def test_a_ring_that_is_refused_is_noted_but_calls_nobody_earlier(tmp_path, clock, way):
    way.ring_errors.append(DeliveryError("no such number", permanent=True))
    house = house_of(tmp_path, way, item(GAS))
    drain(house, clock)
    drain(house, clock)

    assert transitions(house, only_record(house)) == ["opened", "told", "not_rung"]
    assert [sent.state for sent in told(house)] == [Outcome.SENT, Outcome.REFUSED]


def test_when_both_fail_the_next_contact_is_told_at_once(tmp_path, clock, way):
    way.ring_errors.append(DeliveryError("no such number", permanent=True))
    way.mail_errors.append(DeliveryError("550 5.1.1", permanent=True))
    house = house_of(tmp_path, way, item(GAS))
    drain(house, clock)
    drain(house, clock)

    assert [mail.contact for mail in way.mails] == ["leader"]
    assert transitions(house, only_record(house)) == ["opened", "told", "undelivered", "not_rung", "told"]


def test_a_ring_that_may_have_rung_rings_once_more_unmarked_and_then_never(tmp_path, clock, way):
    way.ring_errors += [DeliveryError("dropped", unknown=True)] * 3
    house = house_of(tmp_path, way, item(GAS))
    for _ in range(5):
        drain(house, clock)
        clock.move(minutes=2)

    first, second = (each for each in way.attempts if each.channel is Channel.RING)
    assert first.message == second.message  # a mark would make it two text messages
    assert (second.repeat, second.message_id) == (True, first.message_id)
    assert [sent.state for sent in told(house)] == [Outcome.SENT, Outcome.UNKNOWN]


def test_no_telephone_rings_for_what_somebody_has_taken_on(tmp_path, clock, way):
    way.ring_errors.append(DeliveryError("500"))
    house = house_of(tmp_path, way, item(GAS))
    drain(house, clock)
    clock.move(minutes=1)
    move(house, State.ACKNOWLEDGED, clock)
    clock.move(minutes=10)
    drain(house, clock)
    assert way.rings == []
    assert [sent.state for sent in told(house)] == [Outcome.SENT, Outcome.LAPSED]

    clock.move(hours=2)  # but it does when the deadline passes
    drain(house, clock)
    assert ["已超期" in ring.message.text for ring in way.rings] == [True]


def test_a_channel_that_was_taken_away_rings_nobody_and_stops_nothing(tmp_path, clock, way):
    house = house_of(tmp_path, way, item(GAS))
    drain(house, clock, ["collect", "classify", "escalate"])
    house.store.close()
    without = replace(build(tmp_path, Web(), CONFIGURATION), send=way.mail)
    drain(without, clock)

    assert [sent.state for sent in told(without)] == [Outcome.SENT, Outcome.REFUSED]
    assert "no channel that rings" in told(without)[1].answer


# a text that was refused


def test_a_refused_text_goes_out_bare_at_once_under_another_id(tmp_path, clock, way):
    way.mail_errors.append(DeliveryError("554 5.7.1 Content", permanent=True, content=True))
    house = house_of(tmp_path, way, item())
    drain(house, clock)

    (mail,), (refused, _) = way.mails, way.attempts
    assert mail.bare
    assert mail.message_id == refused.message_id.replace("@", ".bare@")
    assert "资格公示" in refused.message.text
    for part in (mail.message.subject, mail.message.text, mail.message.html):
        assert not [word for word in ("李桂香", "210726", "资格公示", "http://") if word in part]
    assert "huiyin show 2026-0001" in mail.message.text
    assert [(sent.state, sent.bare, sent.attempts) for sent in told(house)] == [(Outcome.SENT, True, 2)]
    assert transitions(house, only_record(house)) == ["opened", "told"]


def test_when_the_bare_text_is_refused_too_the_next_contact_is_told(tmp_path, clock, way):
    way.mail_errors += [DeliveryError("554 5.7.1 Content", permanent=True, content=True)] * 2
    house = house_of(tmp_path, way, item())
    drain(house, clock)
    drain(house, clock)

    assert [mail.contact for mail in way.mails] == ["leader"]
    assert [sent.state for sent in told(house)] == [Outcome.REFUSED, Outcome.SENT]


def test_a_refused_digest_says_where_to_look(tmp_path, clock, way):
    house = house_of(tmp_path, way, item())
    drain(house, clock)
    way.mail_errors.append(DeliveryError("554", permanent=True, content=True))
    clock.move(days=5)
    drain(house, clock, ["digest", "deliver"])

    assert "huiyin digest --preview" in way.mails[-1].message.text
    assert way.mails[-1].contact == "leader"


# what nobody needs any more


def test_a_mail_server_down_over_the_weekend_owes_each_contact_one_mail_a_record(tmp_path, clock, way):
    house = house_of(tmp_path, way, item(GAS), item(name="2"))
    down = DeliveryError("Connection refused")
    for _ in range(21):
        way.mail_errors[:] = [down] * 40
        drain(house, clock)
        clock.move(hours=3)
    way.mail_errors.clear()
    drain(house, clock)

    assert sorted((mail.contact, mail.escalation) for mail in way.mails if mail.escalation) == [
        ("duty", 1),
        ("duty", 2),
        ("leader", 1),
        ("leader", 2),
    ]
    assert {sent.state for sent in told(house)} <= {Outcome.SENT, Outcome.LAPSED}
    assert "undelivered" not in transitions(house, all_records(house)[0])


def test_what_was_closed_meanwhile_is_not_told_any_more(tmp_path, clock, way):
    way.mail_errors.append(DeliveryError("451"))
    house = house_of(tmp_path, way, item())
    drain(house, clock)
    clock.move(minutes=1)
    move(house, State.RESOLVED, clock)
    clock.move(minutes=1)
    drain(house, clock)

    assert (way.mails, [sent.state for sent in told(house)]) == ([], [Outcome.LAPSED])


def test_two_digests_that_wait_both_go_out(tmp_path, clock, way):
    house = house_of(tmp_path, way)
    contact = house.settings.contacts["duty"]
    with house.store.write() as tx:
        for week in ("44", "45"):
            message, values = Message(week, "t", "h"), {"contact": contact, "record": None, "priority": 3}
            assert outbox.intend(tx, key=week, message=message, now=clock(), **values)
    drain(house, clock)

    assert [mail.message.subject for mail in way.mails] == ["44", "45"]


# people in danger first


def test_a_new_hazard_goes_out_next_though_a_thousand_mails_wait(tmp_path, clock, way):
    house = house_of(tmp_path, way, item(GAS))
    contact = house.settings.contacts["leader"]
    with house.store.write() as tx:
        for n in range(1000):
            values = {"message": Message(str(n), "t", "h"), "priority": n % 3 + 1, "now": clock()}
            outbox.intend(tx, key=str(n), contact=contact, record=None, **values)
    clock.move(minutes=1)
    drain(house, clock, ["collect", "classify", "escalate"])
    assert pipeline.deliver(house, clock)

    assert "险情" in way.mails[0].message.subject
    for _ in range(5):
        assert pipeline.deliver(house, clock)
    assert [mail.message.subject for mail in way.mails[1:]] == ["0", "3", "6", "9", "12"]


def test_one_full_mailbox_does_not_hold_up_what_is_less_urgent(tmp_path, clock, way):
    house = house_of(tmp_path, way, item(GAS), item(name="2"))
    way.mail_errors.append(DeliveryError("452 4.2.2 Mailbox full"))
    drain(house, clock)

    (mail,) = way.mails
    assert "个人信息" in mail.message.subject
    clock.move(minutes=1)
    drain(house, clock)
    assert "险情" in way.mails[-1].message.subject


def test_what_failed_before_does_not_go_before_a_new_hazard(tmp_path, clock, way):
    """A server that hangs takes its whole time for each try: behind many of them the new one would wait for ever."""
    web = Web([item(GAS, name=str(n)) for n in range(3)])
    house = replace(build(tmp_path, web, RINGING), send=way.mail, ring=way.ring)
    way.mail_errors += [DeliveryError("no answer in time")] * 3
    drain(house, clock)
    web.items.append(item("楼下的井盖不见了，晚上有人差点掉进去！", name="new"))
    clock.move(minutes=20)
    drain(house, clock)

    assert [mail.attempts for mail in way.mails] == [1, 2, 2, 2]


# back


def broken(folder, clock, way, text=CONFIGURATION):
    web = Web(error=CollectError("timeout"))
    house = replace(build(folder, web, text), send=way.mail)
    for _ in range(4):
        drain(house, clock)
        clock.move(minutes=5)
    web.error = None
    return house


def test_who_was_told_that_a_platform_is_broken_hears_that_it_is_back(tmp_path, clock, way):
    house = broken(tmp_path, clock, way)
    clock.move(minutes=31)
    drain(house, clock, ["escalate", "deliver"])
    drain(house, clock)

    assert [(mail.contact, "已恢复" in mail.message.subject) for mail in way.mails] == [
        ("duty", False),
        ("leader", False),
        ("duty", True),
        ("leader", True),
    ]
    assert only_record(house).state is State.RESOLVED
    assert "中断了" in way.mails[-1].message.text.splitlines()[0]
    clock.move(hours=1)
    drain(house, clock)
    assert len(way.mails) == 4


def test_who_was_not_told_hears_nothing_of_it(tmp_path, clock, way):
    way.mail_errors += [DeliveryError("Connection refused")] * 50
    house = broken(tmp_path, clock, way)
    way.mail_errors.clear()
    clock.move(minutes=10)
    drain(house, clock)

    assert way.mails == []
    assert [sent.state for sent in told(house)] == [Outcome.LAPSED]


def test_who_may_have_been_told_hears_it_too_and_who_is_gone_does_not(tmp_path, clock, way):
    way.mail_errors += [DeliveryError("dropped", unknown=True)]
    house = broken(tmp_path, clock, way)
    with house.store.write() as tx:
        record = records.active(tx, Kind.SITE_DOWN, "platform:website")
        assert outbox.reached(tx, record.id) == ["duty"]
    rules = {kind: replace(each, owner="leader") for kind, each in house.settings.policies.items()}
    contacts = {"leader": house.settings.contacts["leader"]}
    gone = replace(house, settings=replace(house.settings, contacts=contacts, policies=rules))
    clock.move(minutes=5)
    assert pipeline.collect(gone, clock)

    assert [sent for sent in told(gone) if "已恢复" in sent.subject] == []


def test_a_platform_that_was_never_broken_for_long_sends_nothing(tmp_path, clock, way):
    web = Web(error=CollectError("timeout"))
    house = replace(build(tmp_path, web), send=way.mail)
    drain(house, clock)
    web.error = None
    clock.move(minutes=5)
    drain(house, clock)

    assert way.mails == []


# the digest


def test_every_digest_says_whether_telephones_ring(tmp_path, clock):
    silent = build(tmp_path, Web())
    drain(silent, clock)
    clock.move(days=5)
    drain(silent, clock, ["digest", "deliver"])

    assert "没有会响的通道" in text_of(mails(silent)[-1])
    silent.store.close()
    ringing = build(tmp_path, Web(), RINGING)
    clock.move(days=7)
    drain(ringing, clock, ["digest", "deliver"])
    assert "没有会响的通道" not in text_of(mails(ringing)[-1])
    with ringing.store.read() as tx:
        assert len(views.sent(tx)) == 2
