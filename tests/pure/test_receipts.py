"""The code in a mail that says who answers which mail."""

from dataclasses import replace

import pytest

from monitor import receipts, responding
from monitor.model import Message, Notification, State
from monitor.options import Options
from monitor.signed import SigningKey
from tests.letters import CONTEXT, RECORD, WORDS

KEY, OLD = SigningKey(b"k" * 32), SigningKey(b"o" * 32)
SENT = Notification(
    id=1,
    key="record:1:0:duty",
    contact="duty",
    address="duty@agency.example",
    language="zh",
    message=Message("s", f"a {receipts.PLACE} b", f"<p>{receipts.PLACE}</p>"),
    message_id="<0123456789abcdef01234567@huiyin.invalid>",
)


def configured(password="x", **table):
    problems = []
    return receipts.read(Options("replies", table, problems), "huiyin@agency.example", password), problems


def test_a_code_is_of_one_mail_one_person_and_one_key():
    others = (replace(SENT, contact="leader"), replace(SENT, message_id="<1@huiyin.invalid>"))
    codes = {receipts.code(SENT, KEY), receipts.code(SENT, OLD), *(receipts.code(each, KEY) for each in others)}
    assert len(codes) == 4
    assert all([len(part) for part in code.split("-")] == [4, 4, 4, 4] for code in codes)


def test_it_is_written_when_the_mail_is_sent():
    code, sent = receipts.code(SENT, KEY), receipts.filled(SENT, (KEY, OLD))
    assert (sent.text, sent.html) == (f"a {code} b", f"<p>{code}</p>")
    plain = replace(SENT, message=Message("s", "a", "b"))
    assert receipts.filled(plain, ()) == plain.message


@pytest.mark.parametrize("key", [KEY, OLD])
def test_it_is_found_again_however_the_reply_was_quoted(key):
    code = receipts.code(SENT, key)
    for text in (code, code.lower(), f"> {code[:7]}\n> > {code[7:]}", f"（回执码 {code}）。", code.replace("-", " ")):
        assert receipts.holds(text, SENT, (KEY, OLD))
    for text in ("", "收到", code[:-1], code[::-1], "a" * receipts.LONGEST + code):
        assert not receipts.holds(text, SENT, (KEY, OLD))
    assert not receipts.holds(code, replace(SENT, contact="leader"), (KEY, OLD))


def test_nothing_is_read_as_shipped():
    found, problems = configured(password="")
    assert (found.url, problems) == ("", [])


def test_the_mailbox_is_that_of_the_sender():
    found, problems = configured(url="imaps://mail.agency.example")
    assert problems == []
    assert found.mailbox.mailbox.username == "huiyin@agency.example"
    assert found.mailbox.secret == "x"
    assert "password" not in repr(found)


def test_what_is_wrong_is_said():
    assert "is no mail server" in configured(url="https://mail.agency.example")[1][0]
    assert "HUIYIN_REPLIES_PASSWORD" in configured(password="", url="imaps://mail.agency.example")[1][0]


@pytest.mark.parametrize("web", ["", "https://huiyin.agency.example"])
def test_only_a_mail_about_what_nobody_has_taken_on_asks_for_a_reply(web):
    context = replace(CONTEXT, web=web, replies=True)
    said = [str(responding.section(RECORD, context, WORDS["zh"]))]
    said += [str(responding.section(replace(RECORD, state=State.ACKNOWLEDGED), context, WORDS["zh"]))]
    said += [str(responding.section(RECORD, replace(context, replies=False), WORDS["zh"]))]
    assert [receipts.PLACE in each for each in said] == [True, False, False]


def test_of_message_ids_only_those_that_we_give_are_looked_up():
    assert receipts.is_ours(SENT.message_id.strip("<>"))
    assert receipts.is_ours("0123456789abcdef01234567.bare@huiyin.invalid")
    assert not any(map(receipts.is_ours, ("", "0123\x004567@huiyin.invalid", "m1@mail.example", "1@huiyin.invalid")))
