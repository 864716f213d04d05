"""Mail servers that refuse, break off, lie and never end: each is named rightly, and no mail is lost to another one."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.collectors import imap, mailbox
from monitor.errors import CollectError
from tests.edges.test_mailbox import collected, fill, texts
from tests.fetching import closed_port
from tests.imap_servers import FRESH, PASSWORD, Account, Box, door, platform, serving
from tests.mails import mail


@pytest.fixture
def account():
    account = Account()
    fill(account, 3)
    return account


def trouble(account, folder, **options):
    found = collected(account, folder, **options)
    assert found.items == ()
    assert PASSWORD not in str(found.trouble)
    return found.trouble.code


# who is let in


def test_a_server_that_asks_who_we_are_is_told(account, tmp_path):
    account.habits = frozenset({"unsafe"})

    assert len(collected(account, tmp_path).items) == 3
    assert account.asked("ID")[0].startswith('ID ("name" "huiyin" "version"')


def test_one_that_does_not_list_it_is_not_told(account, tmp_path):
    account.able = "IMAP4rev1"

    assert len(collected(account, tmp_path).items) == 3
    assert account.asked("ID") == []


@pytest.mark.parametrize(
    ("command", "answer", "code"),
    [
        ("LOGIN", "NO LOGIN Login error or password error", "mail_login"),
        ("LOGIN", "NO Login fail. Please using authorized code to login.", "mail_app_password"),
        ("LOGIN", "NO [ALERT] Application-specific password required", "mail_app_password"),
        ("LOGIN", "NO 请使用授权码登录", "mail_app_password"),
        ("LOGIN", "NO IMAP service is not enabled for this account", "mail_service_off"),
        ("LOGIN", "NO Login frequency limited", "mail_busy"),
        ("EXAMINE", "NO EXAMINE Unsafe Login. Please contact kefu@mail.example for help", "mail_unsafe_login"),
        ("EXAMINE", "NO no such mailbox", "mail_no_folder"),
        ("UID SEARCH", "BAD what?", "mail_refused"),
        ("hello", "* BYE Too many connections", "mail_busy"),
        ("hello", "* BYE go away", "mail_busy"),
        ("hello", "HTTP/1.1 400 Bad Request", "mail_busy"),
    ],
)
def test_a_no_is_named_for_what_it_means(account, tmp_path, command, answer, code):
    said = answer if command == "hello" else f"TAG {answer}"
    account.says[command] = f"{said}\r\n".encode()

    assert trouble(account, tmp_path) == code


def test_a_wrong_password_is_not_repeated(account, tmp_path):
    found = collected(account, tmp_path, secret='wr"ong\\')

    assert (found.trouble.code, "wr" in str(found.trouble)) == ("mail_login", False)


def test_a_password_may_be_anything(account, tmp_path, monkeypatch):
    monkeypatch.setattr("tests.imap_servers.PASSWORD", '密码 "\\')

    assert len(collected(account, tmp_path, secret='密码 "\\').items) == 3
    assert PASSWORD not in str(platform(1, tmp_path))


def test_a_folder_that_is_not_there_comes_with_those_that_are(account, tmp_path):
    account.boxes["&XfJT0ZAB-"] = Box()
    found = collected(account, tmp_path, folders=("INBOX", "发件箱"))

    assert found.trouble.code == "mail_no_folder"
    assert str(found.trouble) == "'发件箱'; there are: 'INBOX', '已发送'"
    assert len(found.items) == 3


# where it is, and whether it is the right one


def test_with_starttls_nothing_is_said_in_the_clear(account, tmp_path):
    account.able += " STARTTLS"

    assert len(collected(account, tmp_path, tls=False, scheme="imap").items) == 3
    assert [each.split()[0] for each in account.seen[:4]] == ["CAPABILITY", "STARTTLS", "CAPABILITY", "LOGIN"]


@pytest.mark.parametrize(
    ("able", "says", "code"),
    [
        ("IMAP4rev1", {}, "tls"),
        ("IMAP4rev1 STARTTLS", {"STARTTLS": b"TAG NO not today\r\n"}, "tls"),
        ("IMAP4rev1 STARTTLS", {"STARTTLS": b"TAG OK go\r\n* OK injected\r\n"}, "mail_protocol"),
        ("IMAP4rev1 STARTTLS", {"hello": b"* PREAUTH welcome\r\n", "STARTTLS": b"TAG BAD no\r\n"}, "tls"),
    ],
)
def test_without_starttls_no_password_is_sent(account, tmp_path, able, says, code):
    account.able, account.says = able, says

    assert trouble(account, tmp_path, tls=False, scheme="imap") == code
    assert account.asked("LOGIN") == []


def test_a_server_that_takes_no_password_gets_none(account, tmp_path):
    account.able += " LOGINDISABLED"

    assert trouble(account, tmp_path) == "mail_login"
    assert account.asked("LOGIN") == []


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"networks": ()}, "private_address"),
        ({"ca_file": ""}, "tls"),
        ({"ca_file": "/nowhere.pem"}, "tls"),
        ({"url": "imaps://localhost:{port}@mail.example"}, "bad_url"),
        ({"url": "imaps://127.0.0.1:{port}"}, "tls"),
        ({"url": "https://localhost:{port}"}, "bad_url"),
    ],
)
def test_only_the_right_server_is_talked_to(account, tmp_path, options, code):
    with serving(account) as port:
        at = platform(port, tmp_path)
        if "ca_file" in options:
            at = replace(at, mailbox=replace(at.mailbox, ca_file=options.pop("ca_file")))
        at = replace(at, **{key: value.format(port=port) if key == "url" else value for key, value in options.items()})
        found = mailbox.collect(door().open, at, FRESH, lambda: None)

    assert found.trouble.code == code
    assert account.asked("LOGIN") == []


def test_nobody_there(account, tmp_path):
    found = mailbox.collect(door().open, platform(closed_port(), tmp_path), FRESH, lambda: None)

    assert (found.trouble.code, found.cursor.fetches, found.behind) == ("refused", 1, False)


# what servers say


@pytest.mark.parametrize("habit", ["lower", "chatty", "boasts", "nil"])
def test_odd_but_right_answers_are_understood(account, tmp_path, habit):
    account.habits = frozenset({habit})
    found = collected(account, tmp_path)

    assert (sorted(texts(found)), found.trouble) == (["第1封", "第2封", "第3封"], None)


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("UID SEARCH", b"* SEARCH (1 2\r\nTAG OK\r\n"),
        ("UID SEARCH", b"* SEARCH 1)\r\nTAG OK\r\n"),
        ("UID SEARCH", b'* SEARCH "1\r\nTAG OK\r\n'),
        ("UID SEARCH", b"* SEARCH " + b"(" * 200 + b"\r\nTAG OK\r\n"),
    ],
)
def test_answers_that_can_not_be_read_are_named(account, tmp_path, command, answer):
    account.says[command] = answer

    assert trouble(account, tmp_path) == "mail_protocol"


@pytest.mark.parametrize(
    "answer",
    [
        b"* SEARCH 0 99999999999 -1 1.5 x NIL 7\r\nTAG OK\r\n",
        b"* SEARCH\r\n* SEARCH 7\r\n* search 7\r\nTAG OK\r\n",
        b"* 7\r\n* SEARCH 7\r\n* \r\nTAG OK\r\n",
    ],
)
def test_odd_numbers_are_left_out(account, tmp_path, answer):
    account.says["UID SEARCH"] = answer
    found = collected(account, tmp_path)

    assert account.asked("UID FETCH") == ["UID FETCH 7 (UID RFC822.SIZE INTERNALDATE)"]
    assert str(found.trouble) == "1"


def test_a_line_and_an_answer_without_end(account, tmp_path, monkeypatch):
    monkeypatch.setattr(imap, "MAX_LINE", 100_000)
    monkeypatch.setattr(imap, "MAX_LINES", 100)
    account.says["UID SEARCH"] = b"* SEARCH " + b"1" * 400_000 + b"\r\nTAG OK\r\n"
    assert trouble(account, tmp_path) == "mail_protocol"

    account.says["UID SEARCH"] = b"* OK still here\r\n" * 200 + b"TAG OK\r\n"
    assert trouble(account, tmp_path) == "mail_protocol"


def test_more_bytes_than_a_session_may_cost(account, tmp_path, monkeypatch):
    monkeypatch.setattr(imap, "MAX_BYTES", 10_000)
    account.inbox.add(mail("长" * 200_000))

    assert collected(account, tmp_path).trouble.code == "too_large"


def test_a_literal_that_is_larger_than_asked(account, tmp_path):
    account.habits = frozenset({"huge"})

    assert trouble(account, tmp_path) == "too_large"


def test_a_server_that_drips_ends_with_the_deadline(account, tmp_path, monkeypatch):
    monkeypatch.setattr(mailbox, "TIME_KEPT", 0.0)
    account.habits = frozenset({"drip"})

    assert trouble(account, tmp_path, limit=timedelta(seconds=1)) == "timeout"


# one mail that can't be fetched


def test_a_mail_that_the_server_refuses_keeps_back_no_other(account, tmp_path):
    account.refuses = {2}
    first = collected(account, tmp_path)

    assert (sorted(texts(first)), first.trouble.code, str(first.trouble)) == (
        ["第1封", "第3封"],
        "mail_unreadable",
        "1",
    )
    second = collected(account, tmp_path, first.cursor)
    assert (second.items, second.trouble) == ((), None)


def test_a_mail_at_which_the_connection_breaks_keeps_back_no_other_for_long(account, tmp_path):
    account.drops = {2}
    cursor, seen, codes = FRESH, [], []
    for _ in range(7):
        found = collected(account, tmp_path, cursor)
        cursor = found.cursor
        seen += texts(found)
        codes.append(found.trouble.code if found.trouble else "")

    assert {*seen} == {"第1封", "第3封"}
    assert codes == ["connection_lost"] * 4 + ["", "", ""]


def test_a_connection_that_broke_once_costs_nothing(account, tmp_path):
    account.drops = {2}
    first = collected(account, tmp_path)
    account.drops = set()
    fill(account, 1, first=4)
    second = collected(account, tmp_path, first.cursor)

    assert first.trouble.code == "connection_lost"
    assert {*texts(first), *texts(second)} == {"第1封", "第2封", "第3封", "第4封"}
    assert second.trouble is None
    assert json.loads(second.cursor.memory)["folders"]["INBOX"]["broke"] == {}


def test_mails_that_the_server_says_nothing_of_are_counted(account, tmp_path):
    account.says["UID FETCH"] = b"TAG OK nothing there\r\n"
    found = collected(account, tmp_path)

    assert (found.items, found.trouble.code, str(found.trouble)) == ((), "mail_unreadable", "3")


def test_mails_that_vanish_between_two_questions_are_no_trouble(account, tmp_path):
    account.ghosts = 2
    found = collected(account, tmp_path)

    assert (len(found.items), found.trouble) == (3, None)


@pytest.mark.parametrize(
    "memory", ["", "{", "[]", '{"folders": 3}', '{"folders": {"INBOX": {"x": 1}}, "listed": true}']
)
def test_what_was_remembered_wrongly_is_forgotten(account, tmp_path, memory):
    assert len(collected(account, tmp_path, replace(FRESH, memory=memory)).items) == 3


def test_a_day_that_jumps_reads_nothing_twice_and_loses_nothing(account, tmp_path):
    first = collected(account, tmp_path)
    with serving(account) as port:
        for days in (-4000, 4000):
            ahead = door(today=door()._clock() + timedelta(days=days))
            assert mailbox.collect(ahead.open, platform(port, tmp_path), first.cursor, lambda: None).items == ()


def test_goodbye_may_fail(account, tmp_path):
    account.says["LOGOUT"] = b""

    assert collected(account, tmp_path).trouble is None


def test_only_an_open_door_is_logged_in(tmp_path):
    with pytest.raises(CollectError), door().open(platform(closed_port(), tmp_path)):
        raise AssertionError
