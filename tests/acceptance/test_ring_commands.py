"""What a person sees of the telephone: check-config, send-test, ack --by-phone, show; the gateway is a real one."""

import json
from dataclasses import replace

import pytest

from demo.animals import answer, in_turn
from demo.zoo import Zoo
from monitor import daemon
from monitor.errors import DeliveryError
from tests.acceptance.test_commands import huiyin, number
from tests.houses import CONFIGURATION, Web, build, configuration, drain, item, only_record, transitions
from tests.ways import GAS, RINGING, Way

ENGLISH = '[agency]\nlanguage = "en"\n'


def english(text):
    return text.replace("[agency]\n", ENGLISH)


@pytest.fixture
def gateway():
    with Zoo({"/sms": answer('{"code": 0}')}) as zoo:
        yield zoo


def by(gateway, text=RINGING):
    return text.replace("http://127.0.0.1:9/sms", gateway.url("/sms"))


# check-config


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        (CONFIGURATION, "没有会响的通道", "No telephone rings"),
        (RINGING.replace("phone =", "# phone ="), "都没有填 phone", "nobody who is told of danger has a phone"),
        (RINGING, "电话会响：值班员（经 127.0.0.1:9）", "telephones ring: 值班员 (through 127.0.0.1:9)"),
        (RINGING, "只收邮件、电话不响：分管领导", "Mail only, no ring: 分管领导"),
    ],
)
def test_check_config_says_whether_telephones_ring(tmp_path, text, zh, en):
    configuration(tmp_path, text)
    assert zh in huiyin(tmp_path, "check-config")
    configuration(tmp_path, english(text))
    assert en in huiyin(tmp_path, "check-config")


def test_check_config_does_not_complain_where_everybody_rings(tmp_path):
    everybody = RINGING.replace('mail = "leader', 'phone = "000-5550103"\nmail = "leader')
    configuration(tmp_path, everybody)

    assert "只收邮件" not in huiyin(tmp_path, "check-config")


# send-test


def test_send_test_rings_too_unless_told_not_to(tmp_path, gateway):
    configuration(tmp_path, by(gateway))
    said = huiyin(tmp_path, "send-test")

    (request,) = gateway.seen
    asked = json.loads(request.body)
    assert asked["phone"] == "0005550102"
    assert "测试" in asked["text"]
    assert '值班员（电话 000-5550102）：200 {"code": 0}' in said
    assert said.count("agency.example") >= 2
    huiyin(tmp_path, "send-test", "--no-ring")
    assert len(gateway.seen) == 1


def test_send_test_says_what_the_gateway_did_not_like(tmp_path):
    with Zoo({"/sms": in_turn(answer("bad signature", status=401))}) as zoo:
        configuration(tmp_path, english(by(zoo)))
        said = huiyin(tmp_path, "send-test", "--to", "duty", expect=1)

    assert "did not ring" in said
    assert "401 bad signature" in said


# ack --by-phone


def test_a_colleague_who_calls_is_noted_as_the_one_who_acts(tmp_path):
    house = build(tmp_path, Web([item(published=daemon.clock())]), now=daemon.clock())
    drain(house, daemon.clock)
    house.store.close()
    huiyin(tmp_path, "ack", number(tmp_path), "--by-phone", "leader", "--why", "在路上")

    said = huiyin(tmp_path, "show", number(tmp_path))
    assert "来电认领，操作员代为登记  分管领导  在路上" in said
    assert "办理中" in said
    configuration(tmp_path, english(CONFIGURATION))
    assert "acknowledged by telephone, noted by the operator  分管领导" in huiyin(tmp_path, "show", number(tmp_path))
    again = build(tmp_path, Web())
    assert transitions(again, only_record(again)) == ["opened", "told", "acknowledged_by_phone"]


def test_who_acts_must_be_known_and_said_once(tmp_path):
    house = build(tmp_path, Web([item(published=daemon.clock())]), now=daemon.clock())
    drain(house, daemon.clock)
    house.store.close()

    assert "ghost" in huiyin(tmp_path, "ack", number(tmp_path), "--by-phone", "ghost", expect=1)
    said = huiyin(tmp_path, "ack", number(tmp_path), "--by-phone", "leader", "--by", "duty", expect=1)
    assert "--by-phone" in said
    assert "待认领" in huiyin(tmp_path, "show", number(tmp_path))


# show


def test_show_tells_of_each_recipient_and_way_how_it_went(tmp_path, clock):
    way, at_night = Way(), RINGING.replace('name = "website"', 'name = "website"\nat_night = "值班室电脑 [2] 号机"')
    way.mail_errors.append(DeliveryError("554 5.7.1 Content", permanent=True, content=True))
    way.ring_errors.append(DeliveryError("gateway refused: 400 no such number", permanent=True))
    house = replace(build(tmp_path, Web([item(GAS)]), at_night), send=way.mail, ring=way.ring)
    drain(house, clock)
    way.mail_errors.append(DeliveryError("mail refused the recipient: 451 4.7.1 Greylisted"))
    clock.move(minutes=31)
    drain(house, clock)
    with house.store.write() as tx:
        tx.exec_driver_sql("UPDATE item SET place = '东苑小区[3]栋', telephone = 1")
    house.store.close()

    said = huiyin(tmp_path, "show", "2026-0001")
    assert "地点  东苑小区[3]栋" in said
    assert "原文里留了电话" in said
    assert "夜间看原文  值班室电脑 [2] 号机" in said
    lines = [" ".join(line.split()) for line in said.splitlines()]
    told = [line.partition(" ")[2] for line in lines[lines.index("通知") + 1 :]]
    assert [line[line.index("邮件" if "邮件" in line else "电话") :] for line in told if line] == [
        "邮件 值班员 已发出 原内容被拒收，改发简版 试了2次",
        "电话 值班员 被拒收 gateway refused: 400 no such number",
        "邮件 分管领导 等待发送 mail refused the recipient: 451 4.7.1 Greylisted",
    ]
    assert "电话没有响通 对方拒收：值班员" in " ".join(said.split())
    configuration(tmp_path, english(RINGING))
    assert "telephone  值班员  refused  gateway refused: 400" in huiyin(tmp_path, "show", "2026-0001")
