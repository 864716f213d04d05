"""The mailbox to which answers to our own mail come. EDGE. It is read and left as it was; nothing in it is stored.

Each mail is read once, by its UID; a folder that was numbered anew is read from two days back, which does no harm.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parseaddr

from monitor.collectors import mailtext, mime
from monitor.collectors.imap import Session
from monitor.collectors.mime import Part
from monitor.errors import CollectError
from monitor.model import Platform

AT_ONCE = 50  # mails of one reading
MAX_BYTES = 256_000  # of each: the code stands in the quoted mail, which is short
BACK = timedelta(days=2)  # at first contact
_OURS = re.compile(rb"^message-id:\s*<([0-9a-f]{8,64}(?:\.bare)?@huiyin\.invalid)>", re.IGNORECASE | re.MULTILINE)
_FAILED = re.compile(rb"^action:[ \t]*failed", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(rb"^status:[ \t]*([45]\.\d{1,3}\.\d{1,3})", re.IGNORECASE | re.MULTILINE)

Open = Callable[[Platform], AbstractContextManager[Session]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A mail that came: the Message-IDs that it ``answers``, without brackets, or that of ours that ``bounced``."""

    answers: tuple[str, ...] = ()
    sender: str = ""
    text: str = ""
    automatic: bool = False
    bounced: str = ""
    status: str = ""  # of a bounce: "5.1.1", or "4.4.1" where the time for trying ran out


@dataclass(frozen=True, slots=True)
class Read:
    """What one reading found, and up to where; ``more`` when it did not reach the end, ``trouble`` what ended it."""

    replies: tuple[Reply, ...]
    upto: str
    more: bool = False
    trouble: CollectError | None = None


def read(open_: Open, box: Platform, upto: str) -> Read:
    """The mails behind ``upto``, oldest first. Raises CollectError as a mailbox does.

    A mail at which the connection ends is tried once more and then left out, so that it keeps no other back.
    """
    validity, last, broke = (*upto.split("/"), "", "", "")[:3]
    reading = _Reading(validity, last, broke)
    trouble = None
    try:
        with open_(box) as session:
            reading.run(session, box)
    except CollectError as error:
        if not reading.asked:
            raise
        trouble = error
    return Read(tuple(map(_reply, reading.bodies)), reading.upto(), reading.more, trouble)


@dataclass(slots=True)
class _Reading:
    """Up to where it has been read, which mail broke the last reading, and what this one finds."""

    validity: str
    last: str
    broke: str
    asked: int = 0  # the mail that the server is busy with
    more: bool = False
    bodies: list[bytes] = field(default_factory=list)

    def run(self, session: Session, box: Platform) -> None:
        assert box.mailbox is not None
        now = str(session.examine(box.mailbox.folders[0]))
        known = int(self.last) if now == self.validity and self.last.isdecimal() else 0
        self.validity, self.last = now, str(known)
        uids = session.search(known + 1, None, None if known else session.today - BACK)
        for uid in uids[:AT_ONCE]:
            self.asked = uid
            self.bodies += _beginning(session, uid)
            self.last, self.asked = str(uid), 0
        self.more = len(uids) > AT_ONCE

    def upto(self) -> str:
        """What the next reading is told. A mail that broke two of them is left out."""
        if not self.asked:
            return f"{self.validity}/{self.last}"
        again = str(self.asked) == self.broke
        return f"{self.validity}/{self.asked}" if again else f"{self.validity}/{self.last}/{self.asked}"


def _beginning(session: Session, uid: int) -> list[bytes]:
    """Of one mail; nothing where the server refuses to give it."""
    try:
        return list(session.beginnings([uid], MAX_BYTES).values())
    except CollectError as error:
        if error.code == "mail_refused":
            return []
        raise


def _reply(raw: bytes) -> Reply:
    mail = mime.parse(raw)
    if mail.kind == "multipart/report":
        return _bounce(mail)
    said = mailtext.said(mail)
    return Reply(
        answers=said.names,
        sender=parseaddr(mail.line("from"))[1].lower(),
        text=f"{said.title}\n{said.text}",
        automatic=said.automatic or "x-huiyin" in mail.fields,
    )


def _bounce(mail: Part) -> Reply:
    """A delivery status notification (RFC 3464) that says that nobody tries any longer to deliver one of our mails."""
    told = b"\n".join(part.content() for part in mail.parts if part.kind == "message/delivery-status")
    ours, status = _OURS.search(b"\n".join(_lost(mail))), _STATUS.search(told)
    if ours is None or status is None or not _FAILED.search(told):
        return Reply(automatic=True)
    return Reply(automatic=True, bounced=ours[1].decode("ascii"), status=status[1].decode("ascii"))


def _lost(report: Part) -> Iterator[bytes]:
    """The mail that a report is about, or its headers, as it was before it was wrapped up to travel."""
    for part in report.parts:
        if part.kind in {"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"}:
            yield part.content()
