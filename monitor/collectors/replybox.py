"""The mailbox to which answers to our own mail come. EDGE. It is read and left as it was; nothing in it is stored.

Each mail is read once, by its UID; a folder that was numbered anew is read from two days back, which does no harm.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr

from monitor.collectors import mailtext, mime
from monitor.collectors.imap import Session
from monitor.collectors.mime import Part
from monitor.model import Platform

AT_ONCE = 50  # mails of one reading
MAX_BYTES = 256_000  # of each: the code stands in the quoted mail, which is short
BACK = timedelta(days=2)  # at first contact
_OURS = re.compile(rb"^message-id:\s*<([0-9a-f]{8,64}(?:\.bare)?@huiyin\.invalid)>", re.IGNORECASE | re.MULTILINE)
_FAILED = re.compile(rb"^action:[ \t]*failed", re.IGNORECASE | re.MULTILINE)
_FOR_GOOD = re.compile(rb"^status:[ \t]*(5\.\d{1,3}\.\d{1,3})", re.IGNORECASE | re.MULTILINE)

Open = Callable[[Platform], AbstractContextManager[Session]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A mail that came: the Message-IDs that it ``answers``, without brackets, or that of ours that ``bounced``."""

    answers: tuple[str, ...] = ()
    sender: str = ""
    text: str = ""
    automatic: bool = False
    bounced: str = ""
    status: str = ""  # of a bounce, "5.1.1"


@dataclass(frozen=True, slots=True)
class Read:
    """What one reading found, and up to where; ``more`` when it did not reach the end."""

    replies: tuple[Reply, ...]
    upto: str
    more: bool = False


def read(open_: Open, box: Platform, upto: str) -> Read:
    """The mails behind ``upto``, oldest first. Raises CollectError as a mailbox does."""
    assert box.mailbox is not None
    validity, _, top = upto.partition("/")
    with open_(box) as session:
        now = session.examine(box.mailbox.folders[0])
        known = int(top) if str(now) == validity and top.isdecimal() else 0
        uids = session.search(known + 1, None, None if known else session.today - BACK)
        batch = uids[:AT_ONCE]
        bodies = {uid: raw for uid in batch for raw in session.beginnings([uid], MAX_BYTES).values()}
    last = batch[-1] if batch else known
    return Read(tuple(map(_reply, bodies.values())), f"{now}/{last}", more=len(uids) > len(batch))


def _reply(raw: bytes) -> Reply:
    mail = mime.parse(raw)
    if mail.kind == "multipart/report":
        return _bounce(mail, raw)
    said = mailtext.said(mail)
    return Reply(
        answers=said.names,
        sender=parseaddr(mail.line("from"))[1].lower(),
        text=f"{said.title}\n{said.text}",
        automatic=said.automatic or "x-huiyin" in mail.fields,
    )


def _bounce(mail: Part, raw: bytes) -> Reply:
    """A delivery status notification (RFC 3464) that says that one of our mails was refused for good."""
    told = b"\n".join(part.content() for part in mail.parts if part.kind == "message/delivery-status")
    ours, status = _OURS.search(raw), _FOR_GOOD.search(told)
    if ours is None or status is None or not _FAILED.search(told):
        return Reply(automatic=True)
    return Reply(automatic=True, bounced=ours[1].decode("ascii"), status=status[1].decode("ascii"))
