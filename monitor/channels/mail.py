"""Notifications by SMTP. EDGE: the only door to smtplib.

One connection a notification, step by step, so that it is always known whether the server may have
taken it: a drop before DATA is "not sent", a drop after it "unknown".
"""

from __future__ import annotations

import io
import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from monitor.channels.compose import Sender, compose
from monitor.errors import DeliveryError
from monitor.model import Notification

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAX_ANSWER = 300  # code points of a server's answer that are kept
MAX_ANSWERS = 1_000_000  # bytes a server may say in one conversation
GOODBYE = 5.0  # seconds to wait for the answer to QUIT: the mail is accepted by then
_TOO_LARGE = 552
_OURS_TO_MEND = frozenset({530, 534, 535, 538})  # the server wants other credentials, not another recipient
_OUR_ADDRESS = frozenset({("1", "7"), ("1", "8")})  # it does not like the sender, which it may say as late as at DATA
_STATUS = re.compile(r"5\.(\d{1,3})\.(\d{1,3})(?!\d)")  # RFC 3463: x.1 address, x.2 mailbox, x.7 policy


class _Step(StrEnum):
    """Where in the conversation a server says no; the value is how people read it."""

    MAIL = "the sender"
    RCPT = "the recipient"
    DATA = "DATA"
    CONTENT = "the mail"


class Security(StrEnum):
    STARTTLS = "starttls"  # must be offered: never silently without
    TLS = "tls"  # from the first byte
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """``timeout`` is for the whole conversation. ``ca_file`` replaces the system's authorities."""

    host: str
    port: int
    security: Security
    sender: Sender
    username: str = ""  # "" means no AUTH
    password: str = field(default="", repr=False)
    timeout: timedelta = timedelta(seconds=60)
    ca_file: Path | None = None


class Mail:
    """Sends each notification over a connection of its own."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings

    def send(self, notification: Notification, data_begins: Callable[[], None]) -> str:
        """Send and return the server's answer; ``data_begins`` is called just before DATA.

        Raises DeliveryError: ``permanent`` when the recipient was refused for good, with ``content`` when it was
        the text, ``unknown`` when the connection ended after DATA had begun. What only we can mend (credentials,
        sender, relaying) is neither. Anything ``data_begins`` raises goes through.
        """
        mail = compose(notification, self._settings.sender)
        conversation = _Conversation(self._settings)
        try:
            conversation.prepare(notification.address, len(mail))
            data_begins()
            return conversation.data(mail)
        finally:
            conversation.close()

    def knock(self) -> None:
        """Connect, encrypt and log in, and leave: nothing is sent. Raises DeliveryError."""
        conversation = _Conversation(self._settings)
        try:
            conversation.enter()
            conversation.leave()
        finally:
            conversation.close()


class _Conversation:
    """One SMTP session within one deadline."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._deadline = monotonic() + settings.timeout.total_seconds()
        self._smtp = smtplib.SMTP(local_hostname="localhost", timeout=1)  # not connected yet

    def prepare(self, recipient: str, size: int) -> None:
        """Everything up to DATA: connect, EHLO, STARTTLS, AUTH, MAIL, RCPT."""
        self.enter()
        self._understood(partial(self._envelope, recipient, size))

    def enter(self) -> None:
        """Everything before the envelope: connect, EHLO, STARTTLS, AUTH."""
        self._understood(self._introduce)

    def _understood(self, step: Callable[[], None]) -> None:
        try:
            step()
        except (OSError, ValueError) as error:  # every smtplib and ssl error is an OSError
            raise DeliveryError(f"{self._server}: {_in_words(error)}") from None

    def _introduce(self) -> None:
        self._greet()
        if self._settings.security is Security.STARTTLS:
            self._starttls()
        if self._settings.username:
            self._smtp.login(self._settings.username, self._settings.password)

    def data(self, mail: bytes) -> str:
        """Hand the mail over and return the answer."""
        try:
            code, answer = self._smtp.data(mail)
        except smtplib.SMTPDataError as error:
            raise self._refused(_Step.DATA, error.smtp_code, error.smtp_error) from None
        except (OSError, ValueError) as error:
            raise DeliveryError(f"{self._server} after DATA: {_in_words(error)}", unknown=True) from None
        if 400 <= code < 600:
            raise self._refused(_Step.CONTENT, code, answer)
        if not 200 <= code < 300:
            raise DeliveryError(f"{self._server}: no answer to the mail can be understood", unknown=True)
        self.leave()
        return f"{code} {_line(answer)}"

    def close(self) -> None:
        self._smtp.close()

    @property
    def _server(self) -> str:
        return f"{self._settings.host}:{self._settings.port}"

    def _greet(self) -> None:
        connection = self._connect()
        self._talk_over(connection)
        self._smtp.local_hostname = _literal(connection)
        if self._settings.security is Security.TLS:
            self._encrypt()
        code, answer = self._smtp.getreply()
        if code != 220:
            raise smtplib.SMTPConnectError(code, answer)
        self._smtp.ehlo_or_helo_if_needed()

    def _connect(self) -> socket.socket:
        """Try each address of the host, sharing the time that is left between them."""
        found = socket.getaddrinfo(self._settings.host, self._settings.port, type=socket.SOCK_STREAM)
        trouble: OSError = ConnectionError("the host has no address")
        for left, (*_, address) in zip(range(len(found), 0, -1), found, strict=True):
            try:
                return socket.create_connection(
                    (str(address[0]), self._settings.port), timeout=self._remaining() / left
                )
            except OSError as error:
                trouble = error
        raise trouble

    def _talk_over(self, connection: socket.socket) -> None:
        """Use this socket from here on; what was buffered before is forgotten."""
        self._smtp.sock = connection
        self._smtp.file = io.BufferedReader(_Answers(connection, self._remaining))

    def _encrypt(self) -> None:
        context = ssl.create_default_context(cafile=self._settings.ca_file)
        plain = self._smtp.sock
        assert plain is not None
        plain.settimeout(self._remaining())
        self._talk_over(context.wrap_socket(plain, server_hostname=self._settings.host))

    def _starttls(self) -> None:
        if not self._smtp.has_extn("starttls"):
            raise smtplib.SMTPNotSupportedError("the server offers no STARTTLS, so nothing was sent")
        code, answer = self._smtp.docmd("STARTTLS")
        if code != 220:
            raise smtplib.SMTPResponseException(code, answer)
        self._encrypt()
        self._smtp.ehlo_resp = self._smtp.helo_resp = None  # RFC 3207: what was said in the clear doesn't count
        self._smtp.esmtp_features = {}
        self._smtp.ehlo_or_helo_if_needed()

    def _envelope(self, recipient: str, size: int) -> None:
        options = [f"SIZE={size}"] if self._smtp.has_extn("size") else []
        code, answer = self._smtp.mail(self._settings.sender.address, options)
        if code != 250:
            raise self._refused(_Step.MAIL, code, answer)
        code, answer = self._smtp.rcpt(recipient)
        if not 250 <= code < 260:
            raise self._refused(_Step.RCPT, code, answer)

    def _refused(self, step: _Step, code: int, answer: bytes | str) -> DeliveryError:
        said = _line(answer)
        permanent, content = _meant(step, code, said)
        text = f"{self._server} refused {step}: {code} {said}"
        return DeliveryError(text, permanent=permanent, content=content)

    def _remaining(self) -> float:
        """Seconds left. Raises TimeoutError when there are none."""
        left = self._deadline - monotonic()
        if left <= 0:
            raise TimeoutError("no time left")
        return left

    def leave(self) -> None:
        """Say goodbye; nothing depends on the answer."""
        self._deadline = min(self._deadline, monotonic() + GOODBYE)
        with suppress(OSError, ValueError):
            self._smtp.quit()


def _meant(step: _Step, code: int, answer: str) -> tuple[bool, bool]:
    """Whether a refusal is for good, and whether it is the text that was refused and not the recipient.

    Relaying and other matters of policy come up at RCPT and are ours to mend; after the text has been read they are
    mostly about the text. A text too large is refused as a text: a shorter one may get through.
    """
    found = _STATUS.match(answer)
    subject, detail = found.groups() if found else ("", "")
    if not 500 <= code < 600 or code in _OURS_TO_MEND or (subject, detail) in _OUR_ADDRESS:
        return False, False
    if step is _Step.MAIL:
        return code == _TOO_LARGE, code == _TOO_LARGE
    if step is _Step.CONTENT:
        return True, subject != "1" and (subject != "2" or detail == "3")
    return subject != "7", False


class _Answers(io.RawIOBase):
    """What the server says, until the deadline and up to a limit: a drip or a flood ends too."""

    def __init__(self, connection: socket.socket, remaining: Callable[[], float]) -> None:
        super().__init__()
        self._connection = connection
        self._remaining = remaining
        self._allowed = MAX_ANSWERS

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        if self._allowed <= 0:
            raise OSError("the server does not stop talking")
        self._connection.settimeout(self._remaining())
        got = self._connection.recv_into(buffer)
        self._allowed -= got
        return got


def _literal(connection: socket.socket) -> str:
    """Our address as EHLO names it (RFC 5321, 4.1.3); a host name would have to be looked up and may leak."""
    address = str(connection.getsockname()[0])
    return f"[IPv6:{address}]" if connection.family == socket.AF_INET6 else f"[{address}]"


def _in_words(error: Exception) -> str:
    """What went wrong, without anything that was sent: a password must not come back in a message."""
    match error:
        case ssl.SSLCertVerificationError():
            return f"its certificate is not accepted: {_line(error.verify_message)}"
        case smtplib.SMTPAuthenticationError():
            return f"user name or password not accepted ({error.smtp_code})"
        case smtplib.SMTPResponseException():
            return f"{error.smtp_code} {_line(error.smtp_error)}"
        case UnicodeError():
            return "host, user name and password must be ASCII"
        case FileNotFoundError():
            return "the file of certificate authorities does not exist"
        case OSError() if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
            return "no answer in time"
        case OSError():
            return _line(error.strerror or str(error)) or type(error).__name__
    return "an answer that can't be understood"


def _line(answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())[:MAX_ANSWER]
