"""The watch over the service: a disk that fills up, mail that is mute, a sign of life for the monitoring."""

import json
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from classifiers.finding import Kind
from monitor import daemon, watch
from monitor.disk import Disk
from monitor.errors import DeliveryError, DiskFullError
from monitor.model import Channel, Outcome
from monitor.store import chained, marks, views, watched
from monitor.store.tables import notification
from monitor.watching import MB, Space
from tests.houses import CONFIGURATION, Clock, Web, all_records, build, drain, item, mails, text_of

STAGES = tuple(daemon.STAGES)
GAS = "小区楼道里有很浓的燃气味，已经有人头晕，请马上派人来看"
RINGING = 'phone = "0000-5550199"\n'
RULES = '[ring]\nway = "http"\nurl = "http://127.0.0.1:9/"\nnetworks = ["127.0.0.0/8"]\n'

databases = pytest.mark.usefixtures("each_database")


class Room:
    """A disk whose free space is what the test says, less the reserve while it is there."""

    def __init__(self, house, free=10_000 * MB):
        self.free = free
        self.disk = Disk(house.settings.data, 8 * MB, self.asked)
        house.sentry.disk = self.disk

    def asked(self, _folder):
        return self.free - 8 * MB * self.disk.held


def house_in(folder, more="", text=CONFIGURATION, **given):
    house = build(folder, Web([item(GAS, name="gas")]), f"{text}\n[watch]\nreserve = 8\n{more}\n")
    return replace(house, **given) if given else house


def look(house, clock, **span):
    clock.move(**(span or {"seconds": 5}))
    return watch.watch(house, clock, STAGES)


def subjects(house):
    return [each["subject"] for each in mails(house)]


def run(house, clock, *stages):
    """The stages as the daemon runs them."""
    drain(house, clock, [name for name in stages if watch.may_run(house, name)])


@databases
def test_with_a_full_disk_collecting_stops_first_and_alerts_still_go(tmp_path):
    web = Web([item(GAS, name="gas")])
    house = replace(house_in(tmp_path), collectors={"feed": web.collect})
    room, clock = Room(house), Clock()
    look(house, clock)
    assert room.disk.held

    run(house, clock, "collect", "classify")
    room.free = 400 * MB  # less than least_free
    look(house, clock)
    assert house.sentry.space is Space.LOW
    assert room.disk.held

    clock.move(hours=2)
    run(house, clock, *STAGES)
    assert web.passes == 1
    assert [record.kind for record in all_records(house)] == [Kind.HAZARD]
    said = subjects(house)
    assert "回音：磁盘快满了，已停止读取平台" in said
    assert any("险情" in each for each in said)

    room.free = 20 * MB
    look(house, clock)
    assert house.sentry.space is Space.FULL
    assert not room.disk.held
    assert house.sentry.free == 12 * MB  # as it was seen; now the reserve is free, too
    run(house, clock, "deliver")
    assert "回音：磁盘已满，已停止读取平台" in subjects(house)

    for _ in range(50):
        look(house, clock)
    run(house, clock, "deliver")
    assert sum("磁盘" in each for each in subjects(house)) == 2  # nobody is told again and again

    room.free = 540 * MB  # not a tenth more than it asks for
    look(house, clock)
    assert house.sentry.space is Space.FULL
    room.free = 1000 * MB
    look(house, clock)
    assert house.sentry.space is Space.ENOUGH
    assert room.disk.held
    run(house, clock, "collect", "deliver")
    assert web.passes == 2
    assert "回音：磁盘有空间了，已恢复读取平台" in subjects(house)
    assert text_of(mails(house)[-1]).count("已恢复读取平台") >= 1


def test_what_is_known_of_the_disk_outlives_the_process(tmp_path):
    house, clock = house_in(tmp_path), Clock()
    room = Room(house, 100 * MB)
    watch.start(house, clock())
    run(house, clock, "deliver")
    assert len(subjects(house)) == 1
    with house.store.read() as tx:
        assert not watched.is_collecting(tx)

    again = replace(house, sentry=replace(house.sentry, space=Space.ENOUGH))
    watch.start(again, clock())
    run(house, clock, "deliver")
    assert len(subjects(house)) == 1
    room.free = 9000 * MB
    watch.start(again, clock())
    with house.store.read() as tx:
        assert watched.is_collecting(tx)


def test_a_quota_that_nobody_sees_counts_when_the_database_says_so(tmp_path):
    house, clock = house_in(tmp_path), Clock()
    room = Room(house)
    look(house, clock)

    def full(_house, _clock):
        raise DiskFullError

    drain_ = daemon._Drain(house, "classify", full, threading.Event(), tell=clock)
    drain_()
    assert house.sentry.space is Space.FULL
    assert not room.disk.held
    assert not watch.may_run(house, "collect")
    assert watch.may_run(house, "deliver")
    called = []
    for name in ("collect", "attach", "look", "links", "prove", "deliver"):
        daemon._Drain(house, name, lambda *_: called.append(1), threading.Event())()
    assert len(called) == 1

    house.sentry.filled_at = clock()
    look(house, clock, minutes=50)
    assert house.sentry.space is Space.FULL
    look(house, clock, minutes=20)
    assert house.sentry.space is Space.ENOUGH


def test_a_disk_that_cannot_be_asked_changes_nothing(tmp_path):
    house, clock = house_in(tmp_path), Clock()

    def gone(_folder):
        raise OSError(5, "Input/output error")

    house.sentry.disk = Disk(house.settings.data, 8 * MB, gone)
    watch.make_room(house)
    look(house, clock)
    assert house.sentry.space is Space.ENOUGH


def test_before_the_first_word_the_reserve_makes_room(tmp_path):
    house = house_in(tmp_path)
    room = Room(house)
    assert room.disk.hold()

    room.free = 10 * MB
    watch.make_room(house)
    assert not room.disk.held


def test_telephones_ring_when_mail_is_mute(tmp_path):
    sent, rung = [], []

    def mail(notification, _begins):
        if clock() < repaired:
            raise DeliveryError("mail.agency.example: no answer in time")
        sent.append(notification)
        return "250"

    def ring(notification, _begins):
        if notification.key.startswith("mute:"):  # and not for the danger itself
            rung.append(notification)
        return "200"

    text = CONFIGURATION.replace('title = "值班员"\n', f'title = "值班员"\n{RINGING}') + RULES
    house, clock = house_in(tmp_path, text=text, send=mail, ring=ring), Clock()
    repaired = clock() + timedelta(days=1, hours=3)
    drain(house, clock)
    assert rung == []

    for _ in range(24 * 2 + 2):
        look(house, clock, minutes=30)
        drain(house, clock, ("deliver", "ring"))
    texts = [each.message.text for each in rung if each.channel is Channel.RING]
    assert [text.partition("：")[2][:8] for text in texts] == ["邮件已有30分钟", "邮件已有1天发不"]
    assert "青岚县住房和城乡建设局" in texts[0]
    assert max(len(each.encode("utf-16-le")) // 2 for each in texts) <= 60

    clock.move(hours=4)
    drain(house, clock, ("deliver",))
    look(house, clock)
    with house.store.read() as tx:
        assert marks.at(tx, marks.MUTE) is None
    assert sent


@databases
def test_a_ring_that_is_no_longer_true_is_not_made(tmp_path):
    text = CONFIGURATION.replace('title = "值班员"\n', f'title = "值班员"\n{RINGING}') + RULES
    house, clock, rung = house_in(tmp_path, text=text), Clock(), []
    drain(house, clock, ("collect", "classify", "escalate"))
    look(house, clock, minutes=31)  # nobody has delivered yet
    with house.store.read() as tx:
        assert marks.at(tx, marks.MUTE) is not None

    drain(house, clock, ("deliver",))
    look(house, clock, minutes=2)
    drain(replace(house, ring=lambda notification, _: rung.append(notification.key) or "200"), clock, ("ring",))
    assert not any(key.startswith("mute:") for key in rung)
    with house.store.read() as tx:
        assert [flaw.fault for flaw in chained.flaws(tx, chained.walk(tx, house.key, ()))] == []
        assert [each.state for each in views.sent(tx) if each.channel is Channel.RING].count(Outcome.LAPSED) == 1


def test_a_mail_that_is_held_back_on_purpose_is_not_mute(tmp_path):
    house, clock = house_in(tmp_path), Clock()
    drain(house, clock, ("collect", "classify", "escalate"))
    with house.store.write() as tx:
        tx.execute(update(notification).values(next_attempt_at=clock() + timedelta(hours=9)))
    look(house, clock, hours=8)
    with house.store.read() as tx:
        assert marks.at(tx, marks.MUTE) is None
    look(house, clock, hours=2)
    with house.store.read() as tx:
        assert marks.at(tx, marks.MUTE) is not None


def test_where_nothing_can_be_written_the_monitoring_still_hears_it(tmp_path):
    asked = []
    house, clock = house_in(tmp_path, 'trouble_url = "http://m.agency.example/bad"'), Clock()
    house.sentry.ping = lambda url, body: asked.append(json.loads(body)) or ""
    Room(house, 10 * MB)

    class Full:
        read, alone = house.store.read, house.store.alone

        def write(self):
            raise DiskFullError

    with pytest.raises(DiskFullError):  # which the daemon takes for what it is
        look(replace(house, store=Full()), clock)
    assert asked[0]["worst"] == "磁盘已满，已停止读取平台，通知用预留的空间发"
    look(house, clock)
    drain(house, clock, ("deliver",))
    assert "回音：磁盘已满，已停止读取平台" in subjects(house)


def test_without_a_ringing_channel_it_is_noted(tmp_path):
    house, clock = house_in(tmp_path), Clock()
    drain(house, clock, ("collect", "classify", "escalate"))
    look(house, clock, minutes=31)

    with house.store.read() as tx:
        assert marks.at(tx, marks.MUTE) is not None
        assert {each.channel for each in views.sent(tx)} == {Channel.MAIL}


@databases
def test_the_monitoring_reads_how_it_is(tmp_path):
    asked = []
    more = 'file = "alive.json"\nurl = "http://m.agency.example/ok"\ntrouble_url = "http://m.agency.example/bad"'
    house, clock = house_in(tmp_path, more), Clock()
    house.sentry.ping = lambda url, body: asked.append((url, json.loads(body))) or ""
    Room(house)
    house.sentry.began = clock()
    drain(house, clock)
    look(house, clock)

    said = json.loads((tmp_path / "alive.json").read_text("utf-8"))
    assert said["state"] == "well"
    assert said["worst"] == "一切正常"
    assert said["collecting"] is True
    assert said["waiting_mails"] == 0
    assert said["last_good_reading"] == "2026-11-04T02:00:00Z"
    assert asked[-1] == ("http://m.agency.example/ok", said)

    look(house, clock)  # within the minute
    assert len(asked) == 1
    look(house, clock, minutes=6)  # no stage has said anything
    assert asked[-1][0] == "http://m.agency.example/bad"
    assert asked[-1][1]["state"] == "error"
    assert "已有6分钟没有动静" in asked[-1][1]["worst"]


def test_nothing_of_a_message_is_in_it(tmp_path):
    house, clock = house_in(tmp_path, 'file = "alive.json"'), Clock()
    house = replace(house, collectors={"feed": Web([item("李桂香的燃气表漏气", title="秘密标题")]).collect})
    drain(house, clock)
    look(house, clock)

    text = (tmp_path / "alive.json").read_text("utf-8")
    assert not any(word in text for word in ("李桂香", "秘密标题", "青岚县", "duty@agency.example", "局网站"))


@pytest.mark.parametrize("broken", ["file", "url"])
def test_a_sign_that_cannot_be_given_is_seen_and_stops_nothing(tmp_path, broken, caplog):
    lines = {"file": 'file = "gone/alive.json"', "url": 'url = "http://m.agency.example/ok"'}
    house, clock = house_in(tmp_path, lines[broken]), Clock()
    answers = ["timeout"]
    house.sentry.ping = lambda _url, _body: answers[0] if broken == "url" else ""
    Room(house)
    house.sentry.began = clock()

    with caplog.at_level("ERROR", "huiyin"):
        look(house, clock)
        look(house, clock, seconds=61)
    assert sum("sign_of_life" in line for line in caplog.messages) == 1  # not each minute
    with house.store.read() as tx:
        assert marks.at(tx, watched.UNSEEN) is not None
    assert house.sentry.worst != "一切正常"

    (tmp_path / "gone").mkdir()
    answers[0] = ""
    look(house, clock, seconds=61)
    look(house, clock, seconds=61)
    with house.store.read() as tx:
        assert marks.at(tx, watched.UNSEEN) is None
    assert house.sentry.worst == "一切正常"


@databases
def test_growth_is_remembered_and_told(tmp_path):
    house, clock = house_in(tmp_path), Clock()
    room = Room(house, 5000 * MB)
    for _ in range(10):
        look(house, clock, hours=24)
        room.free -= 100 * MB
    with house.store.read() as tx:
        days = watched.measures(tx)
    assert len(days) == 10
    assert days[0][1] - days[-1][1] in range(890 * MB, 912 * MB)
