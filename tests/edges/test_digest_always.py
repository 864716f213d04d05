"""The weekly mail always comes: its absence says that something is wrong."""

from datetime import timedelta

import pytest

from monitor.errors import CollectError
from monitor.store import marks, watched
from tests.houses import Clock, Web, build, drain, mails, text_of

MONDAY = timedelta(days=5, hours=1)  # from T on: 11:00 in Shanghai
PROMISE = "这封周报每周都发，什么都没发生也发。哪个星期没收到，就是出了问题：请在服务器上运行 huiyin doctor。"


@pytest.fixture
def clock():
    return Clock()


def digests(house):
    return [(each["to"], text_of(each)) for each in mails(house) if each["subject"].startswith("回音周报")]


def test_it_comes_when_nothing_happened(tmp_path, clock):
    house = build(tmp_path, Web())
    drain(house, clock)
    clock.now += MONDAY
    drain(house, clock)

    ((to, text),) = digests(house)
    assert to == "leader@agency.example"
    assert PROMISE in text
    assert "备份：还没有备份记录，请安排备份" in text

    clock.move(days=7)
    drain(house, clock)
    assert len(digests(house)) == 2


def test_it_comes_when_every_platform_is_broken(tmp_path, clock):
    house = build(tmp_path, Web(error=CollectError("timeout")))
    for _ in range(8):
        drain(house, clock)
        clock.move(hours=1)
    clock.now += MONDAY
    drain(house, clock)

    ((_, text),) = digests(house)
    assert PROMISE in text


def test_it_comes_before_go_live_though_only_the_leader_is_named(tmp_path, clock):
    house = build(tmp_path, Web())
    with house.store.write() as tx:
        marks.take(tx, marks.LIVE)
    drain(house, clock)
    clock.now += MONDAY
    drain(house, clock)

    ((to, text),) = digests(house)
    assert to == "duty@agency.example"
    assert "试运行" in text


def test_it_says_that_the_clock_was_set_and_what_the_disk_holds(tmp_path, clock):
    house = build(tmp_path, Web())
    drain(house, clock)
    clock.now += MONDAY - timedelta(days=1)
    with house.store.write() as tx:
        watched.note_jump(tx, timedelta(hours=-2), clock())
        marks.put(tx, "backup", clock())
        for n in range(10):
            watched.measured(tx, (clock() - timedelta(days=9 - n)).date(), (8000 - 500 * n) << 20)
    clock.move(days=1)
    drain(house, clock)

    ((_, text),) = digests(house)
    assert "时间：被改动1次" in text
    assert "备份：上次备份在1天前" in text
    assert "拨回2小时" in text
    assert "天后停止读取平台；请尽快清理" in text
