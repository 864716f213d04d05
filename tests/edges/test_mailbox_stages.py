"""A mailbox through all stages: who is told, who waits, what is kept, and what a killed pass costs."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from classifiers.finding import Kind
from monitor.collectors import mailbox
from monitor.model import State
from monitor.store.tables import cursor, item, letter, metadata, version
from tests.dying import Dying, in_child
from tests.houses import CONFIGURATION, T, Web, all_records, build, drain, mails, only_record, platform_rows, text_of
from tests.imap_servers import PASSWORD, Account, Box, ca_file, door, serving
from tests.mails import mail, packed, part, parted

GAS = "东苑小区3号楼煤气一直在漏，楼道里全是味，快来人！"
ON_BOTH = pytest.mark.usefixtures("each_database")


@pytest.fixture(autouse=True)
def _password(monkeypatch):
    monkeypatch.setenv("HUIYIN_LETTERS_PASSWORD", PASSWORD)


@pytest.fixture
def account():
    return Account(boxes={"INBOX": Box(), "Sent": Box(validity=2)})


def configured(port, folder, more=""):
    at = CONFIGURATION[: CONFIGURATION.index("[[platform]]")]
    rest = CONFIGURATION[CONFIGURATION.index("[policy.default]") :]
    return f"""{at}
[[platform]]
name = "letters"
title = "局长信箱"
kind = "mailbox"
url = "imaps://localhost:{port}"
networks = ["127.0.0.0/8"]
[platform.mailbox]
username = "letters@agency.example"
sent = "Sent"
ca_file = "{ca_file(folder)}"
{more}
{rest}"""


def house_at(port, folder, clock, more=""):
    house = build(folder, Web(), configured(port, folder, more), clock.now)

    def collect(platform, at, fetch):
        return mailbox.collect(door(today=clock.now).open, platform, at, fetch)

    return replace(house, collectors={"mailbox": collect})


@pytest.fixture
def house(account, tmp_path, clock):
    with serving(account) as port:
        yield house_at(port, tmp_path, clock)


def write(account, n=1, text="路灯坏了，请来修。", **fields):
    """The n-th mail, as it arrives now."""
    at = fields.pop("at", T)
    return account.inbox.add(mail(text, subject=f"第{n}封", name=f"m{n}", **fields), at)


def answer(account, n=1, at=T, **fields):
    raw = mail(
        "已派人修好。", name=f"a{n}", From="letters@agency.example", In_Reply_To=f"<m{n}@mail.example>", **fields
    )
    account.boxes["Sent"].add(raw, at)


def passes(house, clock, n=1, **span):
    for _ in range(n):
        clock.move(**(span or {"minutes": 6}))
        drain(house, clock)


def remembered(house, *names):
    with house.store.read() as tx:
        rows = tx.execute(select(version.c.title, *(item.c[name] for name in names)).select_from(item.join(version)))
        return {row[0]: tuple(row[1:]) if len(names) > 1 else row[1] for row in rows}


def kept(house):
    """Every text in the database."""
    with house.store.read() as tx:
        return "\n".join(str(row) for table in metadata.sorted_tables for row in tx.execute(select(table)))


def test_a_danger_that_comes_by_mail_is_told_with_the_way_to_it(house, account, clock):
    write(account, text=GAS)
    drain(house, clock)

    record = only_record(house)
    assert (record.kind, record.subject) == (Kind.HAZARD, "第1封")
    (alert,) = mails(house)
    assert "东苑小区3号楼" in text_of(alert)
    assert "邮箱里的信（文件夹和时间：INBOX 2026-11-04 10:00）" in text_of(alert)


def test_leaked_numbers_are_masked_and_no_finding_and_nobody_is_named(house, account, clock):
    write(account, text="我叫王小明，身份证号210726196411200006，银行卡6212260000998033245。")
    drain(house, clock)

    assert all_records(house) == []
    assert not [
        known for known in ("210726196411200006", "zhangsan", "张三", "m1@mail.example") if known in kept(house)
    ]


def test_mail_that_stood_there_for_days_calls_nobody_however_many_passes_it_takes(house, account, clock, monkeypatch):
    monkeypatch.setattr(mailbox, "MAX_MAILS", 2)
    monkeypatch.setattr(mailbox, "TOGETHER", 2)
    for n in range(1, 6):
        write(account, n, GAS, at=T - timedelta(days=10))
    write(account, 6, GAS)
    drain(house, clock)
    assert platform_rows(house)[0].why == "behind"
    passes(house, clock, 4, minutes=1)

    assert [record.subject for record in all_records(house)] == ["第6封"]
    assert (
        len([one for one in mails(house) if "煤气" in text_of(one) or "第1封" in text_of(one)]) == 2
    )  # and one summary
    assert platform_rows(house)[0].why == "messages"


def test_a_new_numbering_tells_nobody_twice(house, account, clock):
    write(account, 1, GAS)
    write(account, 2)
    drain(house, clock)
    before = remembered(house, "id", "waits_since")
    account.inbox.renumber(8, first=90)
    passes(house, clock, 2)

    assert remembered(house, "id", "waits_since") == before
    assert len(all_records(house)) == 1
    with house.store.read() as tx:
        assert set(tx.execute(select(letter.c.spot)).scalars()) == {"INBOX/8/90", "INBOX/8/91"}


# who waits


@ON_BOTH
def test_an_answer_in_the_sent_folder_ends_the_waiting(house, account, clock):
    write(account, 1)
    write(account, 2)
    drain(house, clock)
    answer(account, 1, T + timedelta(minutes=5))
    passes(house, clock, 3)

    told = remembered(house, "waits_since", "replied_at", "withdrawn_at")
    assert told == {"第1封": (T, T + timedelta(minutes=5), None), "第2封": (T, None, None)}


@ON_BOTH
def test_who_is_not_answered_in_time_is_told_of_once_and_an_answer_closes_it(house, account, clock):
    write(account, 1)
    write(account, 2)
    drain(house, clock)
    answer(account, 2)
    passes(house, clock, 16, days=1)

    record = only_record(house)
    assert (record.kind, record.subject, record.waits_since) == (Kind.REPLY_OVERDUE, "第1封", T)
    answer(account, 1, clock.now)
    passes(house, clock)
    assert only_record(house).state is State.RESOLVED


def test_an_automatic_answer_is_none(house, account, clock):
    write(account)
    drain(house, clock)
    answer(account, Auto_Submitted="auto-replied")
    passes(house, clock, 16, days=1)

    assert only_record(house).kind is Kind.REPLY_OVERDUE


def test_what_machines_send_waits_for_nothing_and_a_danger_in_it_is_told(house, account, clock):
    write(account, 1, Precedence="bulk")
    write(account, 2, GAS, Auto_Submitted="auto-generated")
    drain(house, clock)
    passes(house, clock, 20, days=1)

    assert {record.kind for record in all_records(house)} == {Kind.HAZARD}
    assert remembered(house, "waits_since") == {"第1封": None, "第2封": None}


def test_a_mail_that_was_deleted_waits_no_longer_and_one_that_comes_back_does(house, account, clock):
    stored = write(account)
    drain(house, clock)
    account.inbox.mails.clear()
    passes(house, clock, 4)
    assert remembered(house, "withdrawn_at")["第1封"] is not None

    account.inbox.add(stored.raw, stored.arrived, uid=9)
    passes(house, clock, 1)
    assert remembered(house, "withdrawn_at", "waits_since")["第1封"] == (None, T)


def test_a_mail_that_moves_to_another_folder_that_is_read_waits_on(account, tmp_path, clock):
    account.boxes["Todo"] = Box(validity=5)
    with serving(account) as port:
        house = house_at(port, tmp_path, clock, 'folders = ["INBOX", "Todo"]')
        stored = write(account)
        drain(house, clock)
        account.inbox.mails.clear()
        account.boxes["Todo"].add(stored.raw, stored.arrived)
        passes(house, clock, 16, days=1)

    record = only_record(house)
    assert (record.kind, record.waits_since) == (Kind.REPLY_OVERDUE, T)


def test_what_had_been_answered_before_we_came_is_not_late(house, account, clock):
    for n in range(1, 4):
        write(account, n, at=T - timedelta(days=40))
        answer(account, n, T - timedelta(days=39))
    drain(house, clock)
    passes(house, clock, 3, days=1)

    assert all_records(house) == []
    assert set(remembered(house, "replied_at").values()) == {T - timedelta(days=39)}


def test_an_answer_is_kept_to_be_shown_to_the_next_who_asks(house, account, clock):
    write(account, text="东苑小区三号楼门口的路灯坏了半个月，晚上很黑。")
    drain(house, clock)
    answer(account)
    passes(house, clock)

    assert "已派人修好" in kept(house)
    with house.store.read() as tx:
        assert tx.exec_driver_sql("SELECT count(*) FROM reply").scalar() == 1


# trouble


def test_a_mailbox_that_lets_nobody_in_is_told_of_and_is_back(house, account, clock):
    account.says["LOGIN"] = b"TAG NO Login fail. Please using authorized code to login.\r\n"
    drain(house, clock)
    passes(house, clock, 3)

    record = only_record(house)
    assert record.kind is Kind.SOURCE_BROKEN
    (told,) = mails(house)
    assert "授权码" in text_of(told)
    assert PASSWORD not in kept(house)
    account.says.clear()
    passes(house, clock, 2)
    assert only_record(house).state is State.RESOLVED


@ON_BOTH
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_pass_that_is_killed_loses_no_mail_and_tells_nobody_twice(account, tmp_path, clock, when):
    write(account, 1, GAS)
    answer(account, 1)
    with serving(account) as port:
        for death in range(1, 9):
            write(account, death + 1)

            def work(death=death):
                one = house_at(port, tmp_path, clock)
                drain(replace(one, store=Dying(one.store, death, when)), clock)

            in_child(work)
            clock.move(minutes=11)
        house = house_at(port, tmp_path, clock)
        passes(house, clock, 3, minutes=11)

    assert len(all_records(house)) == 1
    told = remembered(house, "replied_at")
    assert len(told) == 9
    assert [title for title, replied in told.items() if replied] == ["第1封"]


def test_the_memory_of_a_mailbox_stays_small(house, account, clock, monkeypatch):
    monkeypatch.setattr(mailbox, "MAX_MAILS", 1)
    monkeypatch.setattr(mailbox, "TOGETHER", 1)
    for n in range(1, 60):
        write(account, 2 * n)
        write(account, 2 * n + 1)
        passes(house, clock, 1, minutes=2)
    with house.store.read() as tx:
        memory = tx.execute(select(cursor.c.memory)).scalar_one()

    assert len(memory) < 2_000
    monkeypatch.undo()
    passes(house, clock, 5)
    assert len(remembered(house, "id")) == 118


def test_a_picture_of_many_megabytes_says_that_it_was_read_in_part(house, account, clock):
    account.habits = frozenset({"nil"})
    picture = part(packed(bytes(2_000_000)), "image/jpeg", "base64", 'attachment; filename="a.jpg"')
    account.inbox.add(parted("mixed", part(GAS.encode()), picture), T)
    drain(house, clock)

    (alert,) = mails(house)
    assert "信太大，只读了一部分" in text_of(alert)
