"""Words for messages that come by mail, as frozen values. PURE."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

KEYED = "keyed:"  # how an external id begins of which only the keyed digest may be kept
MAIL = "mail:"  # how a locator begins that is time and folder of a mail
MAIL_IN_PART = "mail-part:"  # and of one that is so large that not all of it was read


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """How a mailbox is read. Folders are called as people see them."""

    username: str
    folders: tuple[str, ...] = ("INBOX",)
    sent: str = ""  # where the agency's answers are kept; "" where they can't be seen
    back: timedelta = timedelta(days=90)  # how old mail may be that is read at first contact
    ca_file: str = ""  # root certificates of the agency's own


@dataclass(frozen=True, slots=True)
class Letter:
    """Of a message that came by mail: where it lies now, and its Message-ID, behind the door a keyed digest of it."""

    spot: str  # folder, UIDVALIDITY and UID
    name: str  # "" where it has none


@dataclass(frozen=True, slots=True)
class Answer:
    """A mail of the agency's: ``names`` are the Message-IDs of what it answers, behind the door their keyed digests."""

    names: tuple[str, ...]
    at: datetime | None
    text: str
