"""Acknowledging by reply: the code in a mail that says who answers which mail, and where answers are read. PURE.

A reply can only acknowledge. It counts when it names the mail it answers (In-Reply-To), carries that mail's code, comes
from the address the mail went to, and was written by a person.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network

from monitor.bymail import Mailbox
from monitor.model import Message, Notification, Platform
from monitor.options import Options, is_mail_server
from monitor.signed import SigningKey

NAME = "replies"
LIFETIME = timedelta(days=7)  # of a mail's code
PLACE = "~HUIYIN~CODE~"  # what stands in a stored mail where its code will be
PURPOSE = b"huiyin reply 1"
CHARS = 16  # of a code, 80 bits
LONGEST = 200_000  # characters of a reply in which the code is looked for
_OURS = re.compile(r"[0-9a-f]{8,64}(?:\.bare)?@huiyin\.invalid")
_OTHERS = re.compile(r"[^A-Z2-7]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class RepliesSettings:
    """The mailbox to which answers to our own mail come; ``url`` is "" where none is read."""

    url: str = ""
    username: str = ""
    folder: str = "INBOX"
    every: timedelta = timedelta(minutes=1)
    ca_file: str = ""
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    password: str = field(default="", repr=False)

    @property
    def mailbox(self) -> Platform:
        """As what reads mailboxes wants it. It is never collected from."""
        box = Mailbox(username=self.username, folders=(self.folder,), ca_file=self.ca_file)
        return Platform(
            name=NAME,
            kind="mailbox",
            title="",
            url=self.url,
            prefixes=(self.url,),
            mailbox=box,
            secret=self.password,
            networks=self.networks,
        )


def read(table: Options, sender: str, password: str) -> RepliesSettings:
    """``[replies]``; ``sender`` is the address that our mail comes from, ``password`` is from the environment."""
    found = RepliesSettings(
        url=table.text("url", ""),
        username=table.text("username", "") or sender,
        folder=table.text("folder", "INBOX"),
        every=table.duration("every", "1m", "30s", "1h"),
        ca_file=table.text("ca_file", ""),
        networks=table.networks("networks"),
        password=password,
    )
    if found.url and not is_mail_server(found.url):
        table.problem("url", f'{found.url!r} is no mail server; write it like "imaps://mail.agency.example"')
    if found.url and not password:
        table.problem("url", "its password is missing: HUIYIN_REPLIES_PASSWORD, or HUIYIN_REPLIES_PASSWORD_FILE")
    table.finish()
    return found


def is_ours(name: str) -> bool:
    """Whether a Message-ID, without brackets, is one that we give. Strangers write anything there, NUL included."""
    return _OURS.fullmatch(name) is not None


def code(sent: Notification, key: SigningKey) -> str:
    """What says that the mail ``sent`` is answered, and by whom; like "K7QF-2M4X-PA6B-WZ3E"."""
    about = b"\0".join((PURPOSE, sent.message_id.encode(), sent.contact.encode()))
    seal = hmac.digest(key.secret, about, hashlib.sha256)
    plain = base64.b32encode(seal)[:CHARS].decode("ascii")
    return "-".join(plain[at : at + 4] for at in range(0, CHARS, 4))


def filled(sent: Notification, keys: Sequence[SigningKey]) -> Message:
    """The mail as it is sent: the newest key's code stands at its place."""
    message = sent.message
    if PLACE not in message.text:
        return message
    known = code(sent, keys[0])
    return replace(message, text=message.text.replace(PLACE, known), html=message.html.replace(PLACE, known))


def holds(text: str, sent: Notification, keys: Iterable[SigningKey]) -> bool:
    """Whether a reply holds the code of the mail it answers, however its lines were broken and marked."""
    letters = _OTHERS.sub("", text[:LONGEST].upper())
    return any(code(sent, key).replace("-", "") in letters for key in keys)
