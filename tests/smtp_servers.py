"""SMTP servers on loopback for tests: one that keeps the rules, and one that follows a script."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from monitor.channels.compose import Sender
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
            if session.transport is not None and not session.transport.is_closing():  # 3.11.2 fails on a closed one
                session.transport.abort()  # type: ignore[attr-defined]
        handlers = [session._handler_coroutine for session in self.sessions if session._handler_coroutine]
        await asyncio.wait(handlers)

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
        super()._trigger_server()


@contextmanager
def serving(inbox: object, **options: object) -> Iterator[int]:
    server = Server(inbox, hostname="127.0.0.1", port=0, server_hostname="mail.agency.example", **options)  # type: ignore[arg-type]
    server.start()
    try:
        yield server.port
    finally:
        asyncio.run_coroutine_threadsafe(server.hang_up(), server.loop).result(10)
        server.stop()


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


def failed(
    sent: Sent, *, permanent: bool = False, unknown: bool = False, content: bool = False, data_began: int = 0
) -> str:
    """The error's text, after checking what it means."""
    assert sent.error is not None, sent.answer
    assert (sent.error.permanent, sent.error.unknown, sent.data_began) == (permanent, unknown, data_began)
    assert sent.error.content is content
    assert PASSWORD not in repr(sent.error)
    assert sent.error.__cause__ is None
    return str(sent.error)


BOOK = {"hello": b"220 mail.agency.example\r\n", "DATA": b"354 go on\r\n", "QUIT": b"221 bye\r\n"}
Reply = bytes | Callable[[socket.socket], object]  # what it returns says whether the conversation goes on


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
            return bool(reply(connection))
        connection.sendall(reply)
        return bool(reply)

    def hang(self, connection: socket.socket) -> None:
        self.over.wait(30)

    def drip(self, connection: socket.socket) -> None:
        while not self.over.wait(0.01):
            connection.sendall(b"2")

    def dawdle(self, connection: socket.socket) -> bool:
        """Answers by the book, a character at a time, and goes on."""
        for character in b"250 OK\r\n":
            self.over.wait(0.02)
            connection.sendall(bytes([character]))
        return True

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
