"""What the service says of itself, in both languages."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor import notices
from monitor.letter import Context, render
from monitor.summary import Installation, PlatformHealth
from monitor.watching import MB, Level, Space, Trouble
from tests.pure.test_watching import WELL
from tests.pure.test_words import EN, ZH

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
ABOUT = Context(agency="青岚县住房和城乡建设局", zone=ZoneInfo("Asia/Shanghai"), now=NOW, titles={}, platforms={})
CODES = (
    *("stage_error", "stage_silent", "mute", "space_low", "space_full", "no_reserve", "future", "not_pinged"),
    *("unreceived", "unserved", "unwritten", "all_broken", "broken"),
)
SITE = PlatformHealth(name="site", title="局网站", last_good_at=NOW, failures=0, error="", detail="", items=0)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def facts(installation, platforms=(SITE,), words=ZH, now=NOW):
    lines, always = notices.strip(installation, platforms, replace(ABOUT, now=now), words)
    assert always.text
    return dict(lines.pairs)


@pytest.mark.parametrize("words", [ZH, EN])
@pytest.mark.parametrize("code", CODES)
def test_every_trouble_has_its_sentence(words, code):
    said = notices.say(Trouble(code, Level.ERROR, n=2, span=HOUR, what="timeout"), words)

    assert said
    assert "{" not in said


def test_the_monitoring_reads_the_worst_in_plain_words():
    troubles = (Trouble("mute", Level.ERROR, n=2, span=HOUR), Trouble("broken", Level.WARNING, n=1))
    known = replace(WELL, waiting=2, oldest=NOW - HOUR)
    said = notices.report(known, troubles, "1.0", ZH)

    assert json.loads(json.dumps(said)) == said
    assert said["state"] == "error"
    assert said["worst"] == said["says"][0] == "邮件已有1小时发不出去，有2封在等"
    assert said["oldest_waiting_mail"] == "2026-11-23T01:00:00Z"
    assert said["time"] == "2026-11-23T02:00:00Z"

    nothing = replace(WELL, sent=None, last_good=None, free=None, space=Space.LOW)
    said = notices.report(nothing, (), "1.0", EN)
    assert (said["state"], said["worst"]) == ("well", "All is well")
    assert said["last_mail_accepted"] is said["last_good_reading"] is said["free_bytes"] is None
    assert said["collecting"] is False


@pytest.mark.parametrize("words", [ZH, EN])
def test_a_ring_fits_one_text_message(words):
    about = replace(ABOUT, agency="某某某自治区某某某自治州某某某自治县住房和城乡建设局")
    text = notices.mute(timedelta(days=12, hours=23), about, words).text

    assert len(text.encode("utf-16-le")) // 2 <= 60


@pytest.mark.parametrize("words", [ZH, EN])
@pytest.mark.parametrize("jump", [-2 * HOUR, 3 * DAY])
@pytest.mark.parametrize("moved", [0, 3])
def test_a_clock_that_was_set_is_told(words, jump, moved):
    message = render(notices.clock(jump, moved, ABOUT, words), words)

    assert words.span(abs(jump)) in message.text
    assert (words.count("watch.clock_moved", moved) in message.text) == bool(moved)


def test_a_clock_that_was_set_while_the_service_stood_still_is_told_otherwise():
    assert "停机期间" in notices.clock(-HOUR, 0, ABOUT, ZH, stopped=True).first


@pytest.mark.parametrize("words", [ZH, EN])
def test_room_is_told_in_three_ways(words):
    letters = [notices.space(low, full, 400 * MB, ABOUT, words) for low, full in ((1, 0), (1, 1), (0, 0))]

    assert len({each.subject for each in letters}) == 3
    assert all("400 MB" in each.first for each in letters)
    assert letters[0].severity is not None
    assert letters[2].severity is None
    assert not letters[2].sections


def test_the_strip_of_a_fresh_installation():
    said = facts(Installation())

    assert said == {
        "磁盘": "看不到",
        "备份": "还没有备份记录，请安排备份",
        "网站证书": "还没有见过证书",
        "放假安排": "没有2026年的放假安排",
        "密钥和密码": "看不到安装密钥",
        "时间": "本期没有被改动",
    }


def test_the_strip_of_one_that_wants_attention():
    ends = replace(SITE, certified_until=NOW + 20 * DAY)
    installation = Installation(
        free=12_000 * MB,
        days_left=9,
        reserve=False,
        holidays_until=2026,
        key_since=NOW - 400 * DAY,
        ending=(("发件邮箱的授权码", date(2026, 12, 24)),),
        backed_up_at=NOW - DAY,
        jumps=((NOW - DAY, -2 * HOUR), (NOW - 2 * DAY, timedelta(minutes=9))),
    )
    said = facts(installation, (ends, replace(ends, certified_until=NOW + 90 * DAY), SITE))

    assert said == {
        "磁盘": "可用11 GB；照现在的速度约9天后停止读取平台；请尽快清理；没有预留空间",
        "备份": "上次备份在1天前",
        "网站证书": "局网站的证书还有20天到期，请续期",
        "放假安排": "已有到2026年的；2027年的一般十一月公布，公布后请升级回音",
        "密钥和密码": "发件邮箱的授权码12月24日到期；安装密钥已用400天",
        "时间": "被改动2次，最大的一次是昨天（11月22日）10:00拨回2小时",
    }


def test_the_strip_of_one_that_is_well():
    said = facts(
        Installation(free=900 * MB, days_left=200, holidays_until=2027, key_since=NOW + DAY, jumps=((NOW, HOUR),)),
        (replace(SITE, certified_until=NOW + 60 * DAY),),
        EN,
    )

    assert said["Disk"] == "900 MB free; at this pace platforms are not read any more in about 200 days"
    assert said["Certificates"] == "the first one ends in 60 days"
    assert said["Holidays"] == "known up to 2027"
    assert said["Credentials"] == "the installation key is 0 days old"
    assert said["Clock"].startswith("changed 1 time: forward by 1 hour")


def test_the_strip_says_that_collecting_has_stopped_and_a_certificate_is_over():
    said = facts(Installation(free=100 * MB, collecting=False), (replace(SITE, certified_until=NOW - DAY),))

    assert facts(Installation(free=100 * MB))["磁盘"] == "可用100 MB"
    assert said["磁盘"] == "可用100 MB；空间不够，已停止读取平台"
    assert said["网站证书"] == "局网站的证书已过期1天，请马上续期"
