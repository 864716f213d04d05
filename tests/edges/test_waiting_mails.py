"""Mails that wait, on a real database: lists, limits, quiet hours, silences, sites that are down, dead addresses."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from classifiers.finding import Kind
from monitor.chain import Fault
from monitor.errors import DeliveryError
from monitor.model import Channel, Hit, Message, Outcome, Seen, State, Transition
from monitor.policy import PRIORITY_DANGER
from monitor.store import chained, held, outbox, passes, records, silences, views
from monitor.summary import Silence
from tests.houses import CONFIGURATION, Web, all_records, build, drain, item, mails, text_of, transitions

SHANGHAI = ZoneInfo("Asia/Shanghai")
LEAK = "煤气一直在漏，楼道里全是味，快来人！"
pytestmark = pytest.mark.usefixtures("each_database")


def burst(n):
    return [item(name=str(k), title=f"公示{k}") for k in range(n)]


def house_of(folder, items, delivery="", more="", send=None):
    text = f"{CONFIGURATION}\n[delivery]\n{delivery}\n{more}\n"
    house = build(folder, Web(items), text)
    return house if send is None else replace(house, send=send)


def refusing(*addresses):
    """A way out that refuses some addresses for good; remembers whom it accepted and how often it was asked."""
    accepted, asked = [], []

    def send(notification, data_begins):
        asked.append(notification.address)
        if notification.address in addresses:
            raise DeliveryError("550 5.1.1 no such user", permanent=True)
        data_begins()
        accepted.append(notification)
        return "250"

    return send, accepted, asked


def faults(house):
    with house.store.read() as tx:
        return [flaw.fault for flaw in chained.flaws(tx, chained.walk(tx, house.key, ()))]


def silence(house, clock, until=timedelta(hours=2), **about):
    values = {"platform": "website", "kind": None, "owner": "duty", "why": "网站改版"} | about
    asked = Silence(id=0, begun_at=clock(), until=clock() + until, **values)
    with house.store.write() as tx:
        return silences.add(tx, asked)


def to(house, name):
    return [mail for mail in mails(house) if mail["To"].addresses[0].username == name]


def states(house):
    with house.store.read() as tx:
        return [sent.state for sent in views.sent(tx)]


def test_a_burst_is_one_mail_that_lists_all_and_danger_is_not_in_it(tmp_path, clock):
    house = house_of(tmp_path, [*burst(40), item(LEAK, name="danger")], 'group = "2m"')
    drain(house, clock)
    (alone,) = mails(house)
    assert "险情" in alone["Subject"]

    clock.move(minutes=2)
    drain(house, clock)
    _, listed = mails(house)
    assert listed["Subject"] == "一并通知：40件事项"
    assert "2026-0001" in text_of(listed)
    assert "公示1" not in text_of(listed)
    assert states(house).count(Outcome.GATHERED) == 40
    assert faults(house) == []

    with house.store.write() as tx:
        tx.exec_driver_sql("UPDATE notification SET state = 'gathered' WHERE state = 'sent' AND priority < 0")
    assert faults(house) == [Fault.STATE]


def test_one_that_waited_for_others_and_stayed_alone_is_an_ordinary_mail(tmp_path, clock):
    house = house_of(tmp_path, burst(1), 'group = "2m"')
    drain(house, clock)
    assert mails(house) == []
    clock.move(minutes=2)
    drain(house, clock)

    assert "2026-0001" in mails(house)[0]["Subject"]


def test_too_many_are_told_that_they_wait_and_later_ones_come_in_one(tmp_path, clock):
    web = burst(28)
    house = house_of(tmp_path, web, "per_hour = 5")
    drain(house, clock)
    assert [mail["Subject"] for mail in to(house, "duty")][5:] == ["还有23件在等：一小时内邮件已满5封"]

    web += [item(name=f"late{k}", title=f"后来{k}") for k in range(3)] + [item(LEAK, name="danger")]
    clock.move(minutes=20)
    drain(house, clock)
    assert ["险情" in mail["Subject"] for mail in to(house, "duty")[6:]] == [True]

    clock.move(minutes=41)
    drain(house, clock, ["deliver"])
    assert [mail["Subject"] for mail in to(house, "duty")][7:] == ["还有3件在等：一小时内邮件已满5封"]


def test_the_mail_server_is_spared_and_danger_is_not_held_up(tmp_path, clock):
    send, accepted, _ = refusing()
    house = house_of(tmp_path, [*burst(5), item(LEAK, name="danger")], "per_minute = 2", send=send)
    drain(house, clock)
    assert [each.escalation is not None and "险情" in each.message.subject for each in accepted] == [True, False]
    clock.move(seconds=61)
    drain(house, clock, ["deliver"])

    assert len(accepted) == 4


def test_at_night_ordinary_mails_wait_and_danger_does_not(tmp_path, clock):
    clock.now = datetime(2026, 11, 4, 23, tzinfo=SHANGHAI).astimezone(UTC)
    items = [*burst(3), item(LEAK, name="danger")]
    house = house_of(
        tmp_path, items, more='[quiet]\nhours = "22:00-07:00"\n[policy.personal_data]\nseverity = "ordinary"'
    )
    drain(house, clock)
    assert ["险情" in mail["Subject"] for mail in mails(house)] == [True]

    clock.now = datetime(2026, 11, 5, 6, 59, tzinfo=SHANGHAI).astimezone(UTC)
    drain(house, clock)
    assert not [mail for mail in mails(house) if "险情" not in mail["Subject"] and "公示" in text_of(mail)]
    clock.move(minutes=1)
    drain(house, clock, ["deliver"])
    subjects = [mail["Subject"] for mail in mails(house)]
    assert subjects.count("夜间汇总：3件事项") == 2  # the duty and, since nobody acted, the leader


def test_a_silence_opens_records_and_is_summed_up_at_its_end(tmp_path, clock):
    house = house_of(tmp_path, [*burst(3), item(LEAK, name="danger")])
    begun = silence(house, clock)
    drain(house, clock)
    assert len(all_records(house)) == 4
    assert ["险情" in mail["Subject"] for mail in mails(house)] == [True]
    with house.store.read() as tx:
        assert silences.held_by(tx, begun.id) == 3
        assert silences.in_force(tx, clock()) == [begun]

    clock.move(hours=2)
    drain(house, clock, ["deliver"])
    (summed,) = [mail for mail in mails(house) if "静默" in mail["Subject"]]
    assert summed["Subject"] == "静默已结束：期间有3件事项，3件未结"
    assert "网站改版" in text_of(summed)


def test_a_silence_that_is_ended_early_is_summed_up_at_once(tmp_path, clock):
    house = house_of(tmp_path, burst(1))
    begun = silence(house, clock, kind=Kind.PERSONAL_DATA, platform="")
    drain(house, clock)
    clock.move(minutes=5)
    with house.store.write() as tx:
        assert silences.end(tx, begun.id, clock())
        assert not silences.end(tx, begun.id, clock())
    drain(house, clock, ["deliver"])

    assert [mail["Subject"] for mail in mails(house)] == ["静默已结束：期间有1件事项，1件未结"]


def test_a_silence_over_danger_in_the_store_holds_nothing(tmp_path, clock):
    house = house_of(tmp_path, [item(LEAK)])
    silence(house, clock, kind=Kind.HAZARD)
    drain(house, clock)

    assert len(mails(house)) == 1


COLUMNS = """[[platform]]
name = "news"
title = "新闻栏目"
url = "http://127.0.0.1:9/news.xml"
networks = ["127.0.0.0/8"]
"""


def finding(house, clock, kind, platform, rule="r"):
    with house.store.write() as tx:
        passes.add_findings(tx, platform, [Hit(Seen(kind=kind, rule=rule, score=1.0, excerpt=""), rule)], clock())


def test_a_site_that_is_down_holds_back_its_columns_and_names_them(tmp_path, clock):
    house = house_of(tmp_path, [], more=COLUMNS)
    finding(house, clock, Kind.SITE_DOWN, "website", "timeout")
    drain(house, clock, ["escalate", "deliver"])
    finding(house, clock, Kind.SITE_DOWN, "news", "timeout")
    finding(house, clock, Kind.PAGE_STALE, "news")
    clock.move(minutes=1)
    drain(house, clock, ["escalate", "deliver"])
    (mail,) = mails(house)
    assert "新闻栏目" in text_of(mail)

    clock.move(minutes=1)
    for record in sorted(all_records(house), key=lambda each: each.id)[:2]:
        assert record.kind is Kind.SITE_DOWN
        with house.store.write() as tx:
            records.move(tx, record, State.RESOLVED, Transition(clock(), "back", "system"))
    clock.move(minutes=10)
    drain(house, clock, ["deliver"])
    assert len(mails(house)) == 2
    assert "更新" in mails(house)[1]["Subject"]


def test_a_share_of_bad_visits_holds_nothing_back(tmp_path, clock):
    house = house_of(tmp_path, [], more=COLUMNS)
    finding(house, clock, Kind.SITE_DOWN, "website", "too_often")
    finding(house, clock, Kind.PAGE_STALE, "news")
    drain(house, clock, ["escalate", "deliver"])

    assert len(mails(house)) == 2


def test_a_dead_address_is_not_tried_the_next_is_told_and_danger_is_tried(tmp_path, clock):
    send, accepted, asked = refusing("duty@agency.example")
    items = burst(2)
    house = house_of(tmp_path, items, 'dead_after = 2\ndead_for = "1d"', send=send)
    drain(house, clock)
    drain(house, clock)
    assert asked.count("duty@agency.example") == 2
    with house.store.read() as tx:
        assert [each.contact for each in silences.dead(tx)] == ["duty"]

    items += [item(name="new", title="新的"), item(LEAK, name="danger")]
    clock.move(minutes=20)
    drain(house, clock)
    drain(house, clock)
    assert asked.count("duty@agency.example") == 3  # for danger alone
    assert {each.address for each in accepted} == {"leader@agency.example"}
    assert len({each.escalation for each in accepted}) == 4

    items.append(item(name="later", title="一天后"))
    clock.move(hours=25)
    drain(house, clock)
    assert asked.count("duty@agency.example") > 3


def test_an_address_that_takes_a_mail_again_is_alive(tmp_path, clock):
    house = house_of(tmp_path, [], "dead_after = 1")
    with house.store.write() as tx:
        one = outbox_row(tx, house, clock)
        silences.refused(tx, one, "550", house.settings.delivery, clock())
        assert silences.is_dead(tx, one.address, clock(), timedelta(days=7))
        assert not silences.is_dead(tx, one.address, clock() - timedelta(days=9), timedelta(days=7))
        silences.accepted(tx, one.address, clock())
        assert silences.dead(tx) == []


def outbox_row(tx, house, clock):
    contact = house.settings.contacts["duty"]
    outbox.intend(tx, key="k", contact=contact, message=Message("s", "t", "h"), record=None, priority=2, now=clock())
    return outbox.claim(tx, clock(), clock()).notification


def test_a_list_that_nobody_took_hastens_every_record_in_it(tmp_path, clock):
    send, accepted, _ = refusing("duty@agency.example")
    house = house_of(tmp_path, burst(3), 'group = "2m"', send=send)
    drain(house, clock)
    clock.move(minutes=2)
    drain(house, clock)
    for record in all_records(house):
        assert "undelivered" in transitions(house, record)
    drain(house, clock)

    assert [(each.contact, each.message.subject) for each in accepted] == [("leader", "一并通知：3件事项")]


def test_a_clock_set_back_lets_what_waits_go(tmp_path, clock):
    house = house_of(tmp_path, burst(2), 'group = "2m"')
    drain(house, clock, ["collect", "classify", "escalate"])
    clock.move(days=-3)
    drain(house, clock, ["deliver"])

    assert len(mails(house)) == 1


def test_under_a_flood_danger_is_next(tmp_path, clock):
    house = house_of(tmp_path, [])
    contact, message = house.settings.contacts["duty"], Message("s", "t", "h")
    with house.store.write() as tx:
        for n in range(300):
            outbox.intend(tx, key=f"k{n}", contact=contact, message=message, record=None, priority=0, now=clock())
        values = {"contact": contact, "message": message, "record": None, "now": clock()}
        outbox.intend(tx, key="danger", priority=PRIORITY_DANGER, **values)
        later = clock() + timedelta(minutes=10)
        assert outbox.claim(tx, clock(), later).notification.key == "danger"
        assert outbox.claim(tx, clock(), later, least=PRIORITY_DANGER) is None
        assert outbox.claim(tx, clock(), later, Channel.RING) is None
        assert held.next_contact(tx, clock()) is None
