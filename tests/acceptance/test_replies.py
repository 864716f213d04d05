"""A reply to an alert acknowledges it, and nothing else does; a mail that came back counts as refused."""

from base64 import b64encode, encodebytes
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from monitor import linkkeys, receiving
from monitor.cli import cli
from monitor.collectors import replybox
from monitor.errors import SettingsError
from monitor.model import State
from monitor.settings import load
from monitor.store import outbox, records, silences, views
from monitor.store.delivery_tables import refusal
from tests.houses import (
    CONFIGURATION,
    Clock,
    Web,
    build,
    configuration,
    drain,
    item,
    mails,
    move,
    only_record,
    text_of,
    transitions,
)
from tests.imap_servers import PASSWORD, Account, ca_file, door, serving
from tests.mails import mail, part, parted

DUTY = "值班员 <Duty@agency.example>"
BOUNCE = """Reporting-MTA: dns; mx.agency.example

Final-Recipient: rfc822; duty@agency.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 user unknown
"""


@pytest.fixture
def account():
    return Account()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def house(tmp_path, account, clock, monkeypatch):
    monkeypatch.setenv("HUIYIN_REPLIES_PASSWORD", PASSWORD)
    with serving(account) as port:
        box = f'[mail]\nsender = "huiyin@agency.example"\n[replies]\nurl = "imaps://localhost:{port}"\n'
        more = f'ca_file = "{ca_file(tmp_path)}"\nnetworks = ["127.0.0.0/8"]\n'
        house = build(tmp_path, Web([item()]), CONFIGURATION + box + more)
        house = replace(house, replies=partial(replybox.read, door().open))
        drain(house, clock)
        yield house


def sent(house, place=0):
    return mails(house)[place]


def reply(house, text=None, *, place=0, **fields):
    """As a mail program answers the mail: its Message-ID, its subject, its text quoted."""
    original = sent(house, place)
    quoted = "\n".join(f"> {line}" for line in text_of(original).splitlines())
    usual = {"From": DUTY, "To": "huiyin@agency.example", "In_Reply_To": original["Message-ID"]}
    usual["subject"] = f"回复：{original['Subject']}"
    written = f"收到\n\n{quoted}" if text is None else text
    return mail(written, **(usual | fields))


def read(house, clock, minutes=2):
    """What reading the mailbox adds to the history."""
    clock.move(minutes=minutes)
    before = len(transitions(house, only_record(house)))
    drain(house, clock, ("receive",))
    return transitions(house, only_record(house))[before:]


def put(account, *raw):
    for each in raw:
        account.inbox.add(each)


def test_a_reply_acknowledges_once(house, account, clock):
    put(account, reply(house), reply(house, name="m2"))
    assert read(house, clock) == ["acknowledged_by_reply"]
    record = only_record(house)
    assert (record.state, record.next_step_at) == (State.ACKNOWLEDGED, None)
    with house.store.read() as tx:
        line = records.history(tx, record.id)[-1]
    assert (line.actor, line.why) == ("duty", "")
    assert read(house, clock) == []


def test_what_is_told_names_the_code_and_the_database_does_not(house):
    text = text_of(sent(house))
    assert "直接回复本邮件" in text
    assert "HUIYIN~CODE" not in text
    with house.store.read() as tx:
        (stored,) = views.sent(tx)
    assert stored.state == "sent"


def in_gbk(house):
    original = sent(house)
    body = f"知道了\n\n------------------ 原始邮件 ------------------\n{text_of(original)}".encode("gb18030")
    head = {"Content_Type": 'text/plain; charset="gbk"', "Content_Transfer_Encoding": "base64"}
    return reply(house, body=b64encode(body), **head)


def in_html(house):
    lines = "".join(f"<div>{line}</div>" for line in text_of(sent(house)).splitlines())
    html = f"<html><body><p>好的</p><blockquote>{lines}</blockquote></body></html>"
    stub = part("好的".encode())
    whole = parted("alternative", stub, part(html.encode(), "text/html; charset=utf-8"), From=DUTY)
    return whole.replace(b"Subject:", f"In-Reply-To: {sent(house)['Message-ID']}\r\nSubject:".encode(), 1)


def in_broken_lines(house):
    text = text_of(sent(house))
    at = text.index("回执码") + 9
    return reply(house, f"> {text[:at]}\n> > {text[at:]}")


def with_references(house):
    return reply(house, In_Reply_To="", References=f"<a@b.example> {sent(house)['Message-ID']}")


@pytest.mark.parametrize("program", [in_gbk, in_html, in_broken_lines, with_references])
def test_as_programs_write_them(house, account, clock, program):
    put(account, program(house))
    assert read(house, clock) == ["acknowledged_by_reply"]


OTHERS = {
    "without the code": {"text": "收到"},
    "from somebody else": {"From": "leader@agency.example"},
    "from nobody": {"From": ""},
    "answers nothing": {"In_Reply_To": ""},
    "answers another": {"In_Reply_To": "<0123456789abcdef01234567@huiyin.invalid>"},
    "out of office": {"Auto_Submitted": "auto-replied"},
    "bulk": {"Precedence": "bulk"},
    "said to be automatic": {"subject": "自动回复：外出"},
    "a list": {"List_Id": "<all.agency.example>"},
    "empty return path": {"Return_Path": "<>"},
    "our own": {"X_Huiyin": "notification"},
}


@pytest.mark.parametrize("fields", OTHERS.values(), ids=OTHERS)
def test_what_is_no_reply_of_the_reader_does_nothing(house, account, clock, fields):
    put(account, reply(house, **fields))
    assert read(house, clock) == []
    assert only_record(house).state is State.OPEN


def test_the_code_of_another_mail_does_nothing(house, account, clock):
    clock.move(minutes=31)
    drain(house, clock)
    assert sent(house, 1)["To"] == "leader@agency.example"
    stolen = text_of(sent(house, 1))
    put(account, reply(house, stolen))
    assert read(house, clock) == []


def test_a_late_reply_and_one_to_a_closed_record_do_nothing(house, account, clock):
    late = reply(house)
    move(house, State.RESOLVED, clock)
    put(account, late)
    assert read(house, clock) == []


def test_after_a_week_the_code_is_worth_nothing(house, account, clock):
    put(account, reply(house))
    assert read(house, clock, minutes=7 * 24 * 60 + 1) == []


def test_a_new_key_keeps_codes_and_at_once_ends_them(house, account, clock):
    path = linkkeys.file_of(house.settings.key_file)
    linkkeys.rotate(path, clock())
    put(account, reply(house))
    assert read(house, clock) == ["acknowledged_by_reply"]


def test_and_at_once_ends_them(house, account, clock):
    linkkeys.rotate(linkkeys.file_of(house.settings.key_file), clock(), at_once=True)
    put(account, reply(house))
    assert read(house, clock) == []


def bounce(house, action="failed", status="5.1.1", original=True):
    told = part(BOUNCE.format(action=action, status=status).encode(), "message/delivery-status")
    head = f"Message-ID: {sent(house)['Message-ID']}\r\nSubject: x\r\n" if original else "Subject: x\r\n"
    lost = part(head.encode(), "text/rfc822-headers")
    raw = parted("report", part("无法投递".encode()), told, lost, From="MAILER-DAEMON@agency.example")
    return raw.replace(b"multipart/report;", b"multipart/report; report-type=delivery-status;", 1)


def test_a_mail_that_came_back_tells_the_next_contact_at_once(house, account, clock):
    put(account, bounce(house), bounce(house))
    assert read(house, clock) == ["undelivered"]
    with house.store.read() as tx:
        (told,) = views.sent(tx)
    assert told.state == "refused"
    verified = CliRunner().invoke(cli, ["--config", str(house.settings.path), "audit", "verify"])
    assert verified.exit_code == 0, verified.output
    drain(house, clock)
    assert sent(house, 1)["To"] == "leader@agency.example"
    assert "没有收到通知" in text_of(sent(house, 1))


def as_coremail_sends_it(house):
    """With the whole original, in base64, and its Message-ID on a line of its own."""
    told = part(BOUNCE.format(action="failed", status="5.1.1").encode(), "message/delivery-status")
    original = encodebytes(f"Subject: x\r\nMessage-ID:\r\n {sent(house)['Message-ID']}\r\n\r\ny".encode())
    lost = part(original, "message/rfc822", way="base64")
    return parted("report", part("退信".encode()), told, lost, From="postmaster@agency.example")


def test_a_bounce_with_the_original_in_base64_counts(house, account, clock):
    put(account, as_coremail_sends_it(house))
    assert read(house, clock) == ["undelivered"]


def test_a_mail_given_up_after_days_is_undelivered_and_its_address_lives(house, account, clock):
    put(account, bounce(house, status="4.4.1"))
    assert read(house, clock) == ["undelivered"]
    with house.store.read() as tx:
        assert tx.execute(select(func.count()).select_from(refusal)).scalar_one() == 0


def test_an_address_whose_mails_are_taken_and_come_back_dies(house, account, clock):
    rules = house.settings.delivery
    for n in range(rules.dead_after):
        with house.store.write() as tx:
            told = outbox.by_message_id(tx, sent(house)["Message-ID"])
            silences.accepted(tx, told.address, clock())
            silences.refused(tx, told, f"{silences.CAME_BACK} 5.1.1", rules, clock() + timedelta(minutes=n))
    with house.store.write() as tx:
        assert [each.contact for each in silences.dead(tx)] == ["duty"]
        silences.accepted(tx, "duty@agency.example", clock() + rules.dead_for + timedelta(hours=1))
        assert silences.dead(tx) == []


@pytest.mark.parametrize(
    "how",
    [
        {"action": "delayed", "status": "4.4.1"},
        {"action": "delayed"},
        {"action": "delivered", "status": "2.0.0"},
        {"original": False},
    ],
)
def test_what_is_only_late_or_not_ours_changes_nothing(house, account, clock, how):
    put(account, bounce(house, **how))
    assert read(house, clock) == []


def test_a_flood_and_hostile_mails_are_read_to_the_end(house, account, clock):
    put(account, *(mail(f"第{n}封", name=f"f{n}") for n in range(120)))
    put(account, b"", b"\x00" * 5000, b"From: x\r\n" * 3000, mail("大" * 400_000))
    put(account, b"Content-Type: multipart/x; boundary=a\r\n\r\n" + b"--a\r\n" * 5000)
    put(account, reply(house))
    assert read(house, clock) == ["acknowledged_by_reply"]
    asked = len(account.asked("UID FETCH"))
    clock.move(minutes=2)
    drain(house, clock, ("receive",))
    assert len(account.asked("UID FETCH")) == asked


def test_a_message_id_with_a_nul_stops_nothing(each_database, house, account, clock):
    put(account, reply(house, In_Reply_To="<0123\x004567@huiyin.invalid>"), reply(house, name="m2"))
    assert read(house, clock) == ["acknowledged_by_reply"]


def test_a_mailbox_that_was_numbered_anew_is_read_again(house, account, clock):
    put(account, mail("一"), mail("二"))
    assert read(house, clock) == []
    account.inbox.renumber(8, first=1)
    put(account, reply(house))
    assert read(house, clock) == ["acknowledged_by_reply"]


def test_a_server_that_is_down_stops_nothing_and_is_said(house, account, clock, caplog):
    put(account, reply(house))
    account.says["LOGIN"] = b"TAG NO [AUTHENTICATIONFAILED] no\r\n"
    account.seen.clear()
    assert read(house, clock) == []
    assert house.sentry.unreceived == "mail_login"
    assert "replies_unread" in caplog.text
    clock.move(seconds=20)
    drain(house, clock, ("receive",))
    assert len(account.asked("LOGIN")) == 1
    account.says.clear()
    assert read(house, clock) == ["acknowledged_by_reply"]
    assert house.sentry.unreceived == ""


@pytest.mark.parametrize("habit", ["drops", "refuses"])
def test_a_mail_that_can_not_be_read_keeps_no_other_back(house, account, clock, habit):
    put(account, mail("一"), mail("二"), reply(house))
    getattr(account, habit).add(2)
    found = [read(house, clock) for _ in range(3)]
    assert [what for each in found for what in each] == ["acknowledged_by_reply"]
    assert read(house, clock) == []


def test_a_crash_before_the_result_is_read_again(house, account, clock, monkeypatch):
    put(account, reply(house))
    monkeypatch.setattr(receiving, "_take", lambda *_: 1 / 0)
    clock.move(minutes=2)
    with pytest.raises(ZeroDivisionError):
        receiving.receive(house, clock)
    monkeypatch.undo()
    assert read(house, clock) == ["acknowledged_by_reply"]


def test_the_mailbox_of_replies_is_no_platform(tmp_path, monkeypatch):
    monkeypatch.setenv("HUIYIN_REPLIES_PASSWORD", PASSWORD)
    monkeypatch.setenv("HUIYIN_LETTERS_PASSWORD", PASSWORD)
    letters = '[[platform]]\nname = "letters"\ntitle = "局长信箱"\nkind = "mailbox"\nurl = "imaps://localhost"\n'
    letters += '[platform.mailbox]\nusername = "Letters@agency.example"\n'
    replies = '[replies]\nurl = "imaps://localhost"\nusername = "letters@agency.example"\n'
    with pytest.raises(SettingsError, match="is the mailbox that 'letters' reads"):
        load(configuration(tmp_path, CONFIGURATION + letters + replies))


def test_without_a_password_or_an_address_it_is_said(tmp_path):
    with pytest.raises(SettingsError, match="HUIYIN_REPLIES_PASSWORD"):
        load(configuration(tmp_path, f'{CONFIGURATION}[replies]\nurl = "imaps://localhost"\n'))
    with pytest.raises(SettingsError, match="is no mail server"):
        load(configuration(tmp_path, f'{CONFIGURATION}[replies]\nurl = "https://localhost"\n'))
