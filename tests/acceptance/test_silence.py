"""``huiyin silence`` and ``huiyin addresses``: what may be silenced, what is shown, and what the digest says of it."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor import daemon
from monitor.store import outbox, silences
from tests.acceptance.test_commands import huiyin
from tests.houses import Web, build

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def house(tmp_path):
    house = build(tmp_path, Web(), now=daemon.clock())
    yield house
    house.store.close()


def in_hours(hours):
    return f"{daemon.clock().astimezone(ZONE) + timedelta(hours=hours):%Y-%m-%dT%H:%M}"


def asked(**changes):
    words = {"--platform": "website", "--until": in_hours(5), "--why": "网站改版", "--by": "duty"} | changes
    return ["silence", "add", *(part for name, value in words.items() if value for part in (name, value))]


def test_a_silence_begins_is_shown_in_the_digest_and_ends(tmp_path, house):
    said = huiyin(tmp_path, *asked())
    assert "静默 1：局网站" in said
    assert "险情和求助照常立即通知" in said
    said = huiyin(tmp_path, "silence", "list")
    assert "网站改版" in said
    assert "期间已有0件" in said
    said = huiyin(tmp_path, "digest", "--preview", "--this-week")
    assert "静默中：局网站" in said
    assert "申请人值班员" in said

    assert "已结束" in huiyin(tmp_path, "silence", "end", "1")
    assert "没有正在静默的 1" in huiyin(tmp_path, "silence", "end", "1", expect=1)
    assert "没有正在静默的" in huiyin(tmp_path, "silence", "list")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"--kind": "hazard"}, "险情不能静默"),
        ({"--kind": "crisis", "--platform": ""}, "不能静默"),
        ({"--platform": ""}, "不能把全部平台"),
        ({"--platform": "nowhere"}, "没有平台"),
        ({"--by": "nobody"}, "nobody"),
        ({"--why": " "}, "请写明原因"),
        ({"--until": in_hours(-1)}, "已经过去"),
        ({"--until": in_hours(24 * 8)}, "静默最长7天"),
    ],
)
def test_what_can_not_be_silenced_is_refused_with_the_reason(tmp_path, house, changes, why):
    assert why in huiyin(tmp_path, *asked(**changes), expect=1)
    assert "没有正在静默的" in huiyin(tmp_path, "silence", "list")


def test_dead_addresses_are_named_with_what_was_answered(tmp_path, house):
    assert "没有失效的收件地址" in huiyin(tmp_path, "addresses")
    now, contact = daemon.clock(), house.settings.contacts["duty"]
    with house.store.write() as tx:
        outbox.intend(
            tx, key="k", contact=contact, message=outbox.Message("s", "t", "h"), record=None, priority=2, now=now
        )
        sent = outbox.claim(tx, now, now).notification
        for _ in range(3):
            silences.refused(tx, sent, "550 5.1.1 no such user", house.settings.delivery, now)

    assert "被拒收3次" in huiyin(tmp_path, "addresses")
    assert "550 5.1.1" in huiyin(tmp_path, "addresses")
    assert "收件地址失效：值班员" in huiyin(tmp_path, "digest", "--preview", "--this-week")
