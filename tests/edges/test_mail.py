"""SMTP against real servers on loopback: what was surely sent, surely not, or may have been, and who must act."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from monitor.channels.compose import Sender, compose
from monitor.channels.mail import Mail, MailSettings, Security
from monitor.errors import DeliveryError
from monitor.model import Message, Notification

PASSWORD = "correct horse"
SENDER = Sender("huiyin@agency.example", "回音")
NOTIFICATION = Notification(
    id=12,
    key="record:3:1:duty",
    contact="duty",
    address="duty@agency.example",
    language="zh",
    message=Message("【紧急】险情：市民留言板（2026-0012）", ".第一行\n..\n.\n第二行 " + "长" * 3000, "<p>第一行</p>"),
    message_id="<0f3a.12@agency.example>",
    escalation=3,
    created_at=datetime(2026, 11, 23, 2, 0, tzinfo=UTC),
)


@dataclass
class Inbox:
    """What a server keeps, and what it answers."""

    answers: dict[str, str] = field(default_factory=dict)
    mails: list[bytes] = field(default_factory=list)
    helo: str = ""
    encrypted: bool = False
    user: bytes = b""
    drop: bool = False  # the connection, after storing

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name, self.helo = hostname, hostname
        hidden = self.answers.get("hide", "nothing")
        return [line for line in responses if hidden not in line]

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        assert (envelope.mail_from, envelope.rcpt_tos) == ("huiyin@agency.example", ["duty@agency.example"])
        self.encrypted = session.ssl is not None or server.transport.get_extra_info("ssl_object") is not None
        if "DATA" not in self.answers:
            self.mails.append(envelope.content)
        if self.drop:
            server.transport.abort()
        return self.answers.get("DATA", "250 2.0.0 Ok: queued as 4F1")

    def login(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.user = data.login
        return AuthResult(success=data.password == PASSWORD.encode(), handled=False)


class Server(Controller):
    """On a free port; it ends its connections before it stops."""

    def factory(self) -> SMTP:
        session = super().factory()
        assert isinstance(session, SMTP)
        self.sessions = [*getattr(self, "sessions", []), session]
        return session

    async def hang_up(self) -> None:
        for session in self.sessions:
            if session.transport is not None:
                session.transport.abort()  # type: ignore[attr-defined]
        handlers = [session._handler_coroutine for session in self.sessions if session._handler_coroutine]
        await asyncio.wait(handlers)

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
        super()._trigger_server()


@contextmanager
def serving(inbox: Inbox, **options: object) -> Iterator[int]:
    server = Server(inbox, hostname="127.0.0.1", port=0, server_hostname="mail.agency.example", **options)  # type: ignore[arg-type]
    server.start()
    try:
        yield server.port
    finally:
        asyncio.run_coroutine_threadsafe(server.hang_up(), server.loop).result(10)
        server.stop()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


def certificate(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*names).configure_cert(context)
    return context


def settings(port: int, security: Security = Security.NONE, **changes: object) -> MailSettings:
    plain = MailSettings(
        host="127.0.0.1" if security is Security.NONE else "localhost",
        port=port,
        security=security,
        sender=SENDER,
        timeout=timedelta(seconds=20),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


@dataclass
class Sent:
    answer: str = ""
    error: DeliveryError | None = None
    data_began: int = 0


def send(chosen: MailSettings, notification: Notification = NOTIFICATION) -> Sent:
    """One attempt and everything it told."""
    sent = Sent()

    def data_begins() -> None:
        sent.data_began += 1

    try:
        sent.answer = Mail(chosen).send(notification, data_begins)
    except DeliveryError as error:
        sent.error = error
    return sent


def failed(sent: Sent, *, permanent: bool = False, unknown: bool = False, data_began: int = 0) -> str:
    """The error's text, after checking what it means."""
    assert sent.error is not None, sent.answer
    assert (sent.error.permanent, sent.error.unknown, sent.data_began) == (permanent, unknown, data_began)
    assert PASSWORD not in repr(sent.error)
    assert sent.error.__cause__ is None
    return str(sent.error)


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
        ("530 5.7.0 Authentication required", False),
    ],
)
def test_a_refused_recipient(answer: str, permanent: bool) -> None:
    with serving(Inbox({"RCPT": answer})) as port:
        text = failed(send(settings(port)), permanent=permanent)

    assert text == f"127.0.0.1:{port} refused the recipient: {answer}"


@pytest.mark.parametrize(("answer", "permanent"), [("550 5.7.1 Not you", False), ("552 5.3.4 Too large", True)])
def test_a_refused_sender_can_be_mended_but_a_size_cant(answer: str, permanent: bool) -> None:
    with serving(Inbox({"MAIL": answer})) as port:
        assert "refused the sender" in failed(send(settings(port)), permanent=permanent)


@pytest.mark.parametrize(
    ("answer", "permanent"), [("554 5.7.1 Content not accepted", True), ("451 4.3.0 Try again", False)]
)
def test_a_refused_content(answer: str, permanent: bool) -> None:
    inbox = Inbox({"DATA": answer})
    with serving(inbox) as port:
        text = failed(send(settings(port)), permanent=permanent, data_began=1)

    assert text == f"127.0.0.1:{port} refused the mail: {answer}"


def test_a_server_with_a_small_limit_refuses_for_good() -> None:
    with serving(Inbox(), data_size_limit=1000) as port:
        assert "552" in failed(send(settings(port)), permanent=True)
    with serving(Inbox({"hide": "SIZE"}), data_size_limit=1000) as port:
        assert "552" in failed(send(settings(port)), permanent=True, data_began=1)


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    assert failed(send(settings(port))) == f"127.0.0.1:{port}: Connection refused"


@pytest.mark.parametrize("host", ["x" * 64 + ".invalid", "a..b", "a\0b"])
def test_a_host_that_is_none(host: str) -> None:
    failed(send(settings(25, host=host)))


def test_a_recipient_that_is_none_needs_no_server() -> None:
    failed(send(settings(1), replace(NOTIFICATION, address="nobody")), permanent=True)


# drops and nonsense


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


BOOK = {"hello": b"220 mail.agency.example\r\n", "DATA": b"354 go on\r\n", "QUIT": b"221 bye\r\n"}
Reply = bytes | Callable[[socket.socket], None]


@dataclass
class Script:
    """A server that answers each step by the book until a step that ``replies`` has another answer for.

    Steps: "hello", "EHLO", "HELO", "MAIL", "RCPT", "DATA", "content", "QUIT". b"" drops the connection.
    """

    replies: dict[str, Reply]
    seen: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def serve(self, listener: socket.socket) -> None:
        connection, _ = listener.accept()
        connection.settimeout(30)
        with connection, connection.makefile("rb") as lines:
            going = self.say(connection, "hello")
            while going and (line := lines.readline()):
                step = line[:4].decode("ascii", "replace").strip().upper()
                going = self.say(connection, step)
                if step == "DATA" and going:
                    going = any(line == b".\r\n" for line in lines) and self.say(connection, "content")

    def say(self, connection: socket.socket, step: str) -> bool:
        self.seen.append(step)
        reply = self.replies.get(step, BOOK.get(step, b"250 OK\r\n"))
        if callable(reply):
            reply(connection)
            return False
        connection.sendall(reply)
        return bool(reply)

    def hang(self, connection: socket.socket) -> None:
        self.over.wait(30)

    def drip(self, connection: socket.socket) -> None:
        while not self.over.wait(0.01):
            connection.sendall(b"2")

    def flood(self, connection: socket.socket) -> None:
        while not self.over.is_set():
            connection.sendall(b"250-more\r\n" * 1000)


def run(
    replies: dict[str, Reply] | None = None, *, step: str = "", way: str = "", **changes: object
) -> tuple[Sent, list[str]]:
    """Send to a scripted server; ``way`` names one of its bad habits at ``step``, ``changes`` our settings."""
    script = Script(dict(replies or {}))
    if way:
        script.replies[step] = getattr(script, way)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):  # the client has gone
                script.serve(listener)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            sent = send(settings(listener.getsockname()[1], **changes))  # type: ignore[arg-type]
        finally:
            script.over.set()
            thread.join()
    return sent, script.seen


SHORT = timedelta(seconds=0.3)
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
    failed(run(step=step, way=way, timeout=SHORT)[0], unknown=True, data_began=1)


@pytest.mark.parametrize(
    ("reply", "permanent"),
    [(b"554 no\r\n", True), (b"451 later\r\n", False), (b"503 RCPT first\r\n", True), (b"250 what\r\n", False)],
)
def test_a_no_to_data_itself_is_a_clear_no(reply: bytes, permanent: bool) -> None:
    sent, _ = run({"DATA": reply})

    assert "refused DATA" in failed(sent, permanent=permanent, data_began=1)


OFFER = b"250-mail.agency.example\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n"


def test_a_starttls_that_is_refused_sends_nothing() -> None:
    replies: dict[str, Reply] = {"EHLO": OFFER, "STAR": b"454 4.7.0 Not now\r\n"}
    sent, seen = run(replies, security=Security.STARTTLS, username="huiyin", password=PASSWORD)

    assert failed(sent).endswith("454 4.7.0 Not now")
    assert seen == ["hello", "EHLO", "STAR"]


def test_what_is_said_before_encryption_does_not_count(authority: trustme.CA, ca_file: Path) -> None:
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
    assert run(step="QUIT", way="hang", timeout=SHORT)[0].error is None


def test_an_answer_of_many_lines_becomes_one_bounded_line() -> None:
    sent, _ = run({"content": b"250-\x1b[31mfirst\r\n250-" + b"x" * 500 + b"\r\n250 last\r\n"})

    assert sent.answer.startswith("250 [31mfirst xxx")
    assert len(sent.answer) == 304
    assert sent.answer.isprintable()
