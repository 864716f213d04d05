"""SMTP against real servers on loopback: what was surely sent, surely not, or may have been, and who must act."""

from __future__ import annotations

import socket
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path

import pytest
import trustme

from monitor.channels.compose import compose
from monitor.channels.mail import Security
from tests.smtp_servers import (
    NOTIFICATION,
    PASSWORD,
    SENDER,
    Inbox,
    Sent,
    certificate,
    failed,
    send,
    serving,
    settings,
)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


# what goes well


def test_a_mail_arrives_as_it_was_composed() -> None:
    inbox = Inbox()
    with serving(inbox) as port:
        sent = send(settings(port))

    assert sent == Sent("250 2.0.0 Ok: queued as 4F1", None, 1)
    assert inbox.mails == [compose(NOTIFICATION, SENDER)]
    mail = message_from_bytes(inbox.mails[0], policy=policy.default)
    assert mail["Subject"] == NOTIFICATION.message.subject
    body = mail.get_body(("plain",))  # type: ignore[attr-defined]
    assert body.get_content().replace("\r\n", "\n") == NOTIFICATION.message.text + "\n"
    assert inbox.helo == "[127.0.0.1]"
    assert not inbox.encrypted


@pytest.mark.parametrize("hidden", ["8BITMIME", "SIZE", "SMTPUTF8"])
def test_no_extension_is_needed(hidden: str) -> None:
    inbox = Inbox({"hide": hidden})
    with serving(inbox) as port:
        assert send(settings(port)).error is None
    assert inbox.mails[0].isascii()


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_the_line_is_encrypted_and_the_password_goes_over_it(
    security: Security, authority: trustme.CA, ca_file: Path
) -> None:
    inbox = Inbox()
    context = certificate(authority, "localhost")
    options = (
        {"ssl_context": context} if security is Security.TLS else {"tls_context": context, "require_starttls": True}
    )
    with serving(inbox, authenticator=inbox.login, auth_require_tls=security is Security.STARTTLS, **options) as port:
        sent = send(settings(port, security, ca_file=ca_file, username="huiyin", password=PASSWORD))

    assert sent.error is None
    assert inbox.encrypted
    assert inbox.user == b"huiyin"
    assert len(inbox.mails) == 1


def test_an_address_with_a_certificate_is_a_host_too(authority: trustme.CA, ca_file: Path) -> None:
    with serving(Inbox(), ssl_context=certificate(authority, "127.0.0.1")) as port:
        assert send(settings(port, Security.TLS, host="127.0.0.1", ca_file=ca_file)).error is None


# what must not be done silently


def test_without_starttls_nothing_is_sent() -> None:
    inbox = Inbox()
    with serving(inbox) as port:
        text = failed(send(settings(port, Security.STARTTLS, username="huiyin", password=PASSWORD)))

    assert text == f"localhost:{port}: the server offers no STARTTLS, so nothing was sent"
    assert inbox.mails == []
    assert inbox.user == b""


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_a_certificate_of_another_host_is_not_accepted(
    security: Security, authority: trustme.CA, ca_file: Path
) -> None:
    context = certificate(authority, "mail.other.example")
    with serving(Inbox(), **{"tls_context" if security is Security.STARTTLS else "ssl_context": context}) as port:
        text = failed(send(settings(port, security, ca_file=ca_file, username="huiyin", password=PASSWORD)))

    assert "its certificate is not accepted: Hostname mismatch" in text


@pytest.mark.parametrize("known", [True, False])
def test_a_certificate_nobody_vouches_for_is_not_accepted(known: bool, ca_file: Path) -> None:
    stranger = trustme.CA()
    with serving(Inbox(), ssl_context=certificate(stranger, "localhost")) as port:
        text = failed(send(settings(port, Security.TLS, ca_file=ca_file if known else None)))

    assert "its certificate is not accepted: unable to get local issuer certificate" in text


def test_a_missing_file_of_authorities_is_said(tmp_path: Path, authority: trustme.CA) -> None:
    with serving(Inbox(), ssl_context=certificate(authority, "localhost")) as port:
        text = failed(send(settings(port, Security.TLS, ca_file=tmp_path / "none.pem")))

    assert text.endswith("the file of certificate authorities does not exist")


def test_tls_where_none_is_spoken_is_said(ca_file: Path) -> None:
    with serving(Inbox()) as port:
        assert "SSL" in failed(send(settings(port, Security.TLS, ca_file=ca_file)))


def test_a_wrong_password_is_ours_to_mend(authority: trustme.CA, ca_file: Path) -> None:
    inbox = Inbox()
    with serving(inbox, tls_context=certificate(authority, "localhost"), authenticator=inbox.login) as port:
        wrong = settings(port, Security.STARTTLS, ca_file=ca_file, username="huiyin", password=PASSWORD + "!")
        text = failed(send(wrong))

    assert text == f"localhost:{port}: user name or password not accepted (535)"


def test_a_password_that_cant_be_sent_is_not_shown() -> None:
    with serving(Inbox(), auth_require_tls=False) as port:
        text = failed(send(settings(port, username="huiyin", password=PASSWORD + "密码")))

    assert text.endswith("host, user name and password must be ASCII")


def test_a_server_without_auth_is_said() -> None:
    with serving(Inbox({"hide": "AUTH"}), auth_require_tls=False) as port:
        assert "AUTH" in failed(send(settings(port, username="huiyin", password=PASSWORD)))


def test_a_password_is_in_no_repr() -> None:
    assert PASSWORD not in repr(settings(25, password=PASSWORD))


# refusals


@pytest.mark.parametrize(
    ("answer", "permanent"),
    [
        ("451 4.7.1 Greylisted, come back later", False),
        ("450 4.2.2 Mailbox full", False),
        ("550 5.1.1 No such user here", True),
        ("550 No such user here", True),
        ("552 5.2.2 Mailbox full", True),
        ("530 5.7.0 Authentication required", False),
        ("550 5.7.1 Relaying denied", False),  # ours to mend, and then every recipient can be reached
        ("554 5.7.1 Client host blocked", False),
        ("553 5.1.8 Sender address rejected", False),
    ],
)
def test_a_refused_recipient(answer: str, permanent: bool) -> None:
    with serving(Inbox({"RCPT": answer})) as port:
        text = failed(send(settings(port)), permanent=permanent)

    assert text == f"127.0.0.1:{port} refused the recipient: {answer}"


@pytest.mark.parametrize(("answer", "size"), [("550 5.7.1 Not you", False), ("552 5.3.4 Too large", True)])
def test_a_refused_sender_can_be_mended_and_a_size_needs_a_shorter_text(answer: str, size: bool) -> None:
    with serving(Inbox({"MAIL": answer})) as port:
        assert "refused the sender" in failed(send(settings(port)), permanent=size, content=size)


@pytest.mark.parametrize(
    ("answer", "permanent", "content"),
    [
        ("554 5.7.1 Content not accepted", True, True),
        ("550 5.7.1 Message looks like spam", True, True),
        ("554 DT:SPM", True, True),
        ("552 5.3.4 Message too big for system", True, True),
        ("552 5.2.3 Message too big for this mailbox", True, True),
        ("550 5.1.1 No such user", True, False),  # said late
        ("552 5.2.2 Mailbox full", True, False),
        ("550 5.1.7 Bad sender", False, False),
        ("530 5.7.0 Authentication required", False, False),
        ("451 4.3.0 Try again", False, False),
    ],
)
def test_whose_fault_a_refusal_after_the_text_is(answer: str, permanent: bool, content: bool) -> None:
    inbox = Inbox({"DATA": answer})
    with serving(inbox) as port:
        text = failed(send(settings(port)), permanent=permanent, content=content, data_began=1)

    assert text == f"127.0.0.1:{port} refused the mail: {answer}"


def test_a_server_with_a_small_limit_refuses_for_good() -> None:
    with serving(Inbox(), data_size_limit=1000) as port:
        assert "552" in failed(send(settings(port)), permanent=True, content=True)
    with serving(Inbox({"hide": "SIZE"}), data_size_limit=1000) as port:
        assert "552" in failed(send(settings(port)), permanent=True, content=True, data_began=1)


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    assert failed(send(settings(port))) == f"127.0.0.1:{port}: Connection refused"


@pytest.mark.parametrize("host", ["x" * 64 + ".invalid", "a..b", "a\0b"])
def test_a_host_that_is_none(host: str) -> None:
    failed(send(settings(25, host=host)))


def test_a_recipient_that_is_none_needs_no_server() -> None:
    failed(send(settings(1), replace(NOTIFICATION, address="nobody")), permanent=True)
