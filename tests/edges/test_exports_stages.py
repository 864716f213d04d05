"""Exports and the official account through all stages: what is stored, who is told, what a crash costs."""

from dataclasses import replace

import pytest

from classifiers.finding import Kind
from monitor.cli import wiring
from monitor.model import State
from monitor.store import passes
from tests.accounts import SECRET, Service, article, comment, serving
from tests.attached import resident
from tests.exporting import FIELDS, Folder, row, table
from tests.houses import CONFIGURATION, Clock, T, Web, all_records, build, drain, mails, platform_rows, text_of

GAS = "东苑路1号楼道里有很浓的煤气味，燃气管道在漏气，邻居都在家"
HOTLINE = """
[[platform]]
name = "hotline"
title = "12345 热线"
kind = "exports"
url = "file://{folder}"
[platform.fields]
"""
WECHAT = """
[[platform]]
name = "wechat"
title = "公众号"
kind = "account"
url = "{url}"
networks = ["127.0.0.0/8"]
[platform.account]
appid = "wx0000000000000000"
"""


class Died(BaseException):
    """The process ends here."""


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def folder(tmp_path, clock):
    where = tmp_path / "热线"
    where.mkdir()
    return Folder(where, clock=clock)


@pytest.fixture
def house(tmp_path, folder, clock):
    fields = "\n".join(
        f'{name} = "{getattr(FIELDS, name)}"' for name in FIELDS.__slots__ if name not in ("first_page", "pages")
    )
    text = CONFIGURATION.replace("[policy.default]", f"{HOTLINE.format(folder=folder.path)}{fields}\n[policy.default]")
    built = build(tmp_path, Web(), text)
    client = wiring.fetcher(built.settings)
    exports = wiring.collectors(built.key, client) | {"feed": Web().collect}
    return replace(built, collectors=exports | {"exports": _at(clock, built.key)})


def _at(clock, key):
    """The collector of the house, with the clock of the test."""
    from_wiring = wiring.exports.Door(wiring.sheets, clock, key)
    return lambda *given: wiring.exports.collect(from_wiring, *given)


def kinds(house):
    return [(record.kind, record.state) for record in all_records(house)]


def later(house, clock, **span):
    clock.move(**span)
    drain(house, clock)


def test_danger_in_a_row_without_a_number_is_told_at_once(house, folder, clock):
    folder.drop("a.csv", table([row("", GAS), row("2")]))

    drain(house, clock)

    (record,) = all_records(house)
    (mail,) = mails(house)
    assert record.kind is Kind.HAZARD
    assert "导出文件 a.csv，第 2 行" in text_of(mail)


def test_what_the_rows_say_of_persons_is_masked_and_the_number_leads_to_the_original(house, folder, clock):
    folder.drop("a.csv", table([row("20261104001", GAS + resident(), caller="王晓明")]))

    drain(house, clock)

    (mail,) = mails(house)
    assert "工单编号 20261104001（导出文件 a.csv，第 2 行）" in text_of(mail)
    kept = (house.settings.data / "huiyin.db").read_bytes() + (house.settings.data / "huiyin.db-wal").read_bytes()
    for secret in (resident(), "王晓明", "13800000000"):
        assert secret.encode() not in kept
    assert resident() not in text_of(mail)


def test_a_message_that_an_export_still_shows_unanswered_is_late_until_one_shows_the_answer(house, folder, clock):
    folder.drop("1.csv", table([row("1")]))
    drain(house, clock)
    later(house, clock, days=20)
    assert all_records(house) == []  # nobody has looked since

    folder.drop("2.csv", table([row("1"), row("2", posted="2026-11-20 09:00")]))
    later(house, clock, minutes=5)
    assert kinds(house) == [(Kind.REPLY_OVERDUE, State.OPEN)]

    folder.drop("3.csv", table([row("1", reply="已修好")]))
    later(house, clock, minutes=5)
    assert kinds(house) == [(Kind.REPLY_OVERDUE, State.RESOLVED)]

    folder.drop("0.csv", table([row("1", "路灯不亮了")]))  # an old export, after the new ones
    later(house, clock, minutes=5)
    assert kinds(house) == [(Kind.REPLY_OVERDUE, State.RESOLVED)]


def test_a_wrong_file_is_told_of_while_others_go_in_and_forgotten_when_it_is_gone(house, folder, clock):
    wrong = folder.drop("错.csv", table([row("1")], head=["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸"]))
    folder.drop("a.csv", table([row("2", GAS)]))

    for _ in range(6):
        later(house, clock, minutes=5)
    assert {kind for kind, _ in kinds(house)} == {Kind.HAZARD, Kind.SOURCE_BROKEN}
    assert any("错.csv" in text_of(mail) for mail in mails(house))

    wrong.unlink()
    later(house, clock, minutes=10)
    assert (Kind.SOURCE_BROKEN, State.RESOLVED) in kinds(house)


def test_bad_rows_call_nobody_and_are_shown(house, folder, clock):
    folder.drop("a.csv", table([row("1", posted="某天"), row("2")]))

    for _ in range(6):
        later(house, clock, minutes=5)

    (shown,) = [each for each in platform_rows(house) if each.name == "hotline"]
    assert all_records(house) == []
    assert shown.error == "rows_left_out"
    assert shown.detail == "a.csv row 2: the time is no date"


def test_a_crash_before_a_pass_is_stored_costs_nothing(house, folder, clock, monkeypatch):
    folder.drop("a.csv", table([row("1", GAS)]))

    def dies(*_, **__):
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(passes, "finish_pass", dies)
        with pytest.raises(Died):
            drain(house, clock)
    later(house, clock, hours=1)

    assert [kind for kind, _ in kinds(house)] == [Kind.HAZARD]
    assert len(mails(house)) >= 1


def test_the_official_account_through_all_stages(tmp_path, clock, monkeypatch):
    monkeypatch.setenv("HUIYIN_WECHAT_SECRET", SECRET)
    service = Service(clock)
    now = int(T.timestamp())
    service.articles = [article(7, now - 60, content=f"<p>公示名单：李桂香，身份证号{resident()}，住东苑小区</p>")]
    service.comments[7, 0] = [comment(1, now - 30, GAS)]
    with serving(service) as reader:
        text = CONFIGURATION.replace("[policy.default]", f"{WECHAT.format(url=reader.platform.url)}[policy.default]")
        built = build(tmp_path, Web(), text)
        collectors = {"feed": Web().collect, "account": lambda *given: wiring.account.collect(reader.door, *given)}
        house = replace(built, collectors=collectors)
        drain(house, clock)
        later(house, clock, minutes=4)

    assert {kind for kind, _ in kinds(house)} == {Kind.PERSONAL_DATA, Kind.HAZARD}
    kept = b"".join(path.read_bytes() for path in house.settings.data.glob("huiyin.db*"))
    for secret in (SECRET, "token-1", "OPENID", "某昵称", resident()):
        assert secret.encode() not in kept


def test_a_trouble_of_the_account_is_told_with_the_address_to_add(tmp_path, clock, monkeypatch):
    monkeypatch.setenv("HUIYIN_WECHAT_SECRET", SECRET)
    service = Service(clock)
    service.errors["stable_token"] = [(40164, "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist")] * 99
    with serving(service) as reader:
        text = CONFIGURATION.replace("[policy.default]", f"{WECHAT.format(url=reader.platform.url)}[policy.default]")
        built = build(tmp_path, Web(), text)
        collectors = {"feed": Web().collect, "account": lambda *given: wiring.account.collect(reader.door, *given)}
        house = replace(built, collectors=collectors)
        for _ in range(6):
            later(house, clock, minutes=5)

    (mail, *_) = mails(house)
    assert "203.0.113.7" in text_of(mail)
    assert "IP 白名单" in text_of(mail)
