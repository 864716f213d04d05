"""Mail servers that drop, hang, drip, flood or talk nonsense: what was surely not sent, and what may have been."""

from __future__ import annotations

import socket
from datetime import timedelta
from pathlib import Path

import pytest
import trustme

from monitor.channels.mail import Mail, Security
from tests.smtp_servers import (
    NOTIFICATION,
    PASSWORD,
    Inbox,
    Reply,
    Sent,
    certificate,
    failed,
    run,
    send,
    serving,
    settings,
)


def test_what_was_stored_and_then_dropped_is_unknown() -> None:
    inbox = Inbox(drop=True)
    with serving(inbox) as port:
        text = failed(send(settings(port)), unknown=True, data_began=1)

    assert "after DATA" in text
    assert len(inbox.mails) == 1


def test_what_data_begins_raises_goes_through_and_nothing_is_sent() -> None:
    def taken() -> None:
        raise LookupError("somebody else has it")

    inbox = Inbox()
    with serving(inbox) as port, pytest.raises(LookupError):
        Mail(settings(port)).send(NOTIFICATION, taken)
    assert inbox.mails == []


SHORT = timedelta(seconds=0.3)
LONG_ENOUGH = timedelta(seconds=1)  # to reach DATA on a busy machine
STEPS = ["hello", "EHLO", "MAIL", "RCPT"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    "reply", [b"", b"nonsense\r\n", b"\xff\xfe\x00\r\n", b"421 closing\r\n", b"2" * 9000 + b"\r\n"]
)
def test_trouble_before_data_is_surely_not_sent(step: str, reply: bytes) -> None:
    sent, seen = run({step: reply, "HELO": reply})

    failed(sent)
    assert "DATA" not in seen


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("way", ["hang", "drip", "flood"])
def test_a_server_that_hangs_drips_or_floods_before_data(step: str, way: str) -> None:
    text = failed(run(step=step, way=way, timeout=SHORT)[0])

    assert "no answer in time" in text or "does not stop talking" in text


def test_a_drop_at_data_is_unknown() -> None:
    failed(run({"DATA": b""})[0], unknown=True, data_began=1)


@pytest.mark.parametrize("reply", [b"", b"nonsense\r\n", b"\r\n", b"199 what\r\n", b"354 again\r\n", b"2" * 9000])
def test_no_clear_answer_to_the_mail_is_unknown(reply: bytes) -> None:
    sent, seen = run({"content": reply})

    failed(sent, unknown=True, data_began=1)
    assert seen[-1] == "content"


@pytest.mark.parametrize("way", ["hang", "drip", "flood"])
@pytest.mark.parametrize("step", ["DATA", "content"])
def test_a_server_that_hangs_drips_or_floods_after_data(step: str, way: str) -> None:
    failed(run(step=step, way=way, timeout=LONG_ENOUGH)[0], unknown=True, data_began=1)


@pytest.mark.parametrize(
    ("reply", "permanent"),
    [
        (b"554 no\r\n", True),
        (b"554 5.7.1 client rejected\r\n", False),
        (b"451 later\r\n", False),
        (b"503 RCPT first\r\n", True),
        (b"250 what\r\n", False),
    ],
)
def test_a_no_to_data_itself_is_a_clear_no(reply: bytes, permanent: bool) -> None:
    sent, _ = run({"DATA": reply})

    assert "refused DATA" in failed(sent, permanent=permanent, data_began=1)


@pytest.mark.parametrize("step", ["EHLO", "MAIL", "RCPT", "content"])
def test_a_slow_server_is_waited_for(step: str) -> None:
    sent, seen = run(step=step, way="dawdle")

    assert sent == Sent("250 OK", None, 1)
    assert seen[-1] == "QUIT"


OFFER = b"250-mail.agency.example\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n"


def test_a_starttls_that_is_refused_sends_nothing() -> None:
    replies: dict[str, Reply] = {"EHLO": OFFER, "STAR": b"454 4.7.0 Not now\r\n"}
    sent, seen = run(replies, security=Security.STARTTLS, username="huiyin", password=PASSWORD)

    assert failed(sent).endswith("454 4.7.0 Not now")
    assert seen == ["hello", "EHLO", "STAR"]


def test_what_is_said_before_encryption_does_not_count(tmp_path: Path) -> None:
    authority, ca_file = trustme.CA(), tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(ca_file)

    def inject(connection: socket.socket) -> None:
        connection.sendall(b"220 go on\r\n250-injected\r\n250 AUTH PLAIN\r\n")
        with certificate(authority, "localhost").wrap_socket(connection, server_side=True) as encrypted:
            encrypted.recv(1000)
            encrypted.sendall(b"250 mail.agency.example\r\n")

    replies: dict[str, Reply] = {"EHLO": OFFER, "STAR": inject}
    sent, _ = run(replies, security=Security.STARTTLS, ca_file=ca_file, username="huiyin", password=PASSWORD)

    assert failed(sent).endswith("SMTP AUTH extension not supported by server.")


def test_a_server_that_knows_only_helo_will_do() -> None:
    sent, seen = run({"EHLO": b"502 not implemented\r\n"})

    assert sent.answer == "250 OK"
    assert seen == ["hello", "EHLO", "HELO", "MAIL", "RCPT", "DATA", "content", "QUIT"]


@pytest.mark.parametrize("reply", [b"", b"500 no\r\n", b"nonsense\r\n"])
def test_what_follows_the_yes_changes_nothing(reply: bytes) -> None:
    assert run({"QUIT": reply})[0] == Sent("250 OK", None, 1)


def test_a_server_that_hangs_at_the_goodbye_is_left() -> None:
    assert run(step="QUIT", way="hang", timeout=LONG_ENOUGH)[0].error is None


def test_an_answer_of_many_lines_becomes_one_bounded_line() -> None:
    sent, _ = run({"content": b"250-\x1b[31mfirst\r\n250-" + b"x" * 500 + b"\r\n250 last\r\n"})

    assert sent.answer.startswith("250 [31mfirst xxx")
    assert len(sent.answer) == 304
    assert sent.answer.isprintable()
