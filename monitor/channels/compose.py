"""A Notification as the bytes of a mail: ASCII only, CRLF, no line over 76 characters but addresses.

Headers are written here, not by the email package, which let line breaks through (CVE-2024-6923) or
encoded separators (CVE-2025-1795) in some Python 3.11 to 3.13. What is not plain becomes base64, so
no value can begin a header of its own.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256

from monitor.errors import DeliveryError
from monitor.model import Notification

WORD_BYTES = 39  # of an encoded word: with "Subject: " before it the line stays within RFC 2047's 76

_POLICY = SMTP.clone(cte_type="7bit")
_PLAIN = re.compile(r"[A-Za-z0-9]([A-Za-z0-9 .-]{0,58}[A-Za-z0-9])?")
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,189}")
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9._+-]{1,128}@[A-Za-z0-9.-]{1,189}>")


@dataclass(frozen=True, slots=True)
class Sender:
    """Whom our mail comes from."""

    address: str
    name: str = ""


def compose(notification: Notification, sender: Sender) -> bytes:
    """The whole mail. The same notification always gives the same bytes.

    Raises DeliveryError for an address that can't be used, permanent when it is the recipient's.
    """
    if not usable(sender.address):
        raise DeliveryError("the sender's address can't be used")
    if not usable(notification.address):
        raise DeliveryError("the recipient's address can't be used", permanent=True)
    head = "".join(f"{name}: {value}\r\n" for name, value in _headers(notification, sender))
    return head.encode("ascii") + _body(notification)


def usable(address: str) -> bool:
    """Whether this is one bare ASCII address."""
    return _ADDRESS.fullmatch(address) is not None


def _headers(notification: Notification, sender: Sender) -> Iterator[tuple[str, str]]:
    if not _MESSAGE_ID.fullmatch(notification.message_id):
        raise ValueError("a Message-ID is <local@domain>")
    yield "From", f"{_encoded(sender.name)}\r\n <{sender.address}>" if sender.name else sender.address
    yield "To", notification.address
    yield "Subject", _encoded(notification.message.subject)
    if notification.created_at is not None:
        yield "Date", format_datetime(notification.created_at)
    yield "Message-ID", notification.message_id
    yield "Auto-Submitted", "auto-generated"  # RFC 3834: no automatic answers, please
    yield "X-Auto-Response-Suppress", "All"  # the same for Exchange
    yield "X-Huiyin", "notification"  # our own mail is never collected
    if notification.repeat:
        yield "X-Huiyin-Repeat", "yes"


def _encoded(text: str) -> str:
    """Header text: as it is when plain, else RFC 2047 encoded words, one a line."""
    line = "".join(character if character.isprintable() else " " for character in text)
    if _PLAIN.fullmatch(line):
        return line
    return "\r\n ".join(f"=?utf-8?B?{b64encode(chunk).decode('ascii')}?=" for chunk in _chunks(line))


def _chunks(text: str) -> Iterator[bytes]:
    """UTF-8 in pieces that fit an encoded word, never cut inside a character."""
    chunk = b""
    for character in text:
        piece = character.encode("utf-8")
        if len(chunk) + len(piece) > WORD_BYTES:
            yield chunk
            chunk = b""
        chunk += piece
    yield chunk


def _body(notification: Notification) -> bytes:
    message = EmailMessage(_POLICY)
    message.set_content(_sound(notification.message.text), charset="utf-8", cte="base64")
    message.add_alternative(_sound(notification.message.html), subtype="html", charset="utf-8", cte="base64")
    message.set_boundary("=_" + sha256(notification.message_id.encode("ascii")).hexdigest()[:32])
    return message.as_bytes()


def _sound(text: str) -> str:
    """Without what UTF-8 can't say."""
    return text.encode("utf-8", "replace").decode("utf-8")
