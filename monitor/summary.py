"""What people look at, summed up, as frozen values. PURE."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from classifiers.finding import Kind, Purpose
from monitor.model import Escalation, Period
from monitor.playbook import Task
from monitor.proof import Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A matter that stood there at first contact: judged, told to nobody but in the summary of the first day."""

    item: int
    kind: Kind
    platform: str
    subject: str
    locator: str
    excerpt: str
    published_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Precedent:
    """A message that was answered before, and how. Everything is masked."""

    platform: str
    title: str
    link: str  # the locator of the original
    since: datetime  # when its clock began
    replied_at: datetime
    reply: str
    unit: str  # which office answered; "" when nobody said
    closeness: float  # 0..1, to the message that was asked about


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformHealth:
    """One row of the health table people read."""

    name: str
    title: str
    last_good_at: datetime | None
    failures: int
    error: str  # CollectError code, "" when well
    detail: str
    items: int  # new items in the period
    next_check_at: datetime | None = None
    why: str = ""  # why then: a value of ``polling.Why``
    decoded_by: str = ""  # the rule of decoding that won last
    certified_until: datetime | None = None  # the end of the certificate its pages came with
    proofs: tuple[Proof, ...] = ()  # of its prefixes, in their order


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """How the attachments of a platform stand: ``unread`` counts those that were not read whole, by why."""

    read: int = 0
    waiting: int = 0
    unread: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadFile:
    """An attachment that could not be read whole; ``error`` says why, ``name`` is masked."""

    platform: str
    name: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenLink:
    """A link that doesn't open, with the title (masked) and the address of the page it stands on."""

    url: str
    page: str
    page_link: str
    since: datetime  # when it failed first
    error: str  # what was answered: the code of a CollectError, or "http_404"


@dataclass(frozen=True, slots=True, kw_only=True)
class KindCount:
    """Records of one kind opened in the period and in the two before it (newest first)."""

    kind: Kind
    counts: tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Records of one kind that were closed: ``right`` as done, ``wrong`` as nothing."""

    kind: Kind
    right: int
    wrong: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What people said of an item: the kinds that were rightly found in its masked text."""

    item: int
    title: str
    text: str
    right: tuple[Kind, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """A message, masked, and what it is about as people said."""

    title: str
    text: str
    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """How the installation itself is; None where nobody knows."""

    free: int | None = None  # bytes on the disk
    days_left: int | None = None  # until collecting stops, if the disk fills up as it does now
    reserve: bool = True  # room is kept for alerts
    collecting: bool = True
    holidays_until: int | None = None  # the last year of which the official calendar is known
    key_since: datetime | None = None  # when the installation key was made
    ending: tuple[tuple[str, date], ...] = ()  # what the operator wrote down and ends soon: a password, a domain
    backed_up_at: datetime | None = None
    jumps: tuple[tuple[datetime, timedelta], ...] = ()  # of the clock in the period


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Somebody asked not to be told of a platform ("": of any) or a kind for a while; it never covers danger."""

    id: int
    platform: str
    kind: Kind | None
    begun_at: datetime
    until: datetime
    owner: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What happened in a Period: the one value every digest document is made of."""

    period: Period
    iso_week: str  # "2026-W48"
    now: datetime
    open_records: tuple[Escalation, ...]  # overdue first, then by deadline
    counts: tuple[KindCount, ...]  # kinds that occur in any of the three periods
    closed: tuple[Tally, ...]  # records closed in the period
    items: int  # new messages and articles in the period
    platforms: tuple[PlatformHealth, ...]
    words: tuple[tuple[str, int], ...] = ()  # what people wrote about most: word, number of items
    undelivered: int = 0  # notifications of the period that nobody accepted
    unread: tuple[UnreadFile, ...] = ()  # attachments found in the period that could not be read
    live: bool = True  # people above the duty officer are told
    installation: Installation = Installation()
    silences: tuple[Silence, ...] = ()  # in force
    dead: tuple[str, ...] = ()  # contacts whose addresses are refused
    drills: tuple[Escalation, ...] = ()  # exercises of the period, and those that go on; in none of the figures
    late: tuple[tuple[Escalation, tuple[Task, ...]], ...] = ()  # tasks of the period's records that were or are late


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """A message that waits for an answer, or did, as a mail speaks of it."""

    platform: str
    title: str  # or how it begins
    link: str
    since: datetime
    due: datetime | None  # None where it hasn't been counted
    purpose: Purpose
    hollow_at: datetime | None  # when it had an answer that says nothing
    open: bool  # it still waits


@dataclass(frozen=True, slots=True)
class Transfer:
    """A record was handed on."""

    at: datetime
    giver: str  # a unit; "" where nobody knew
    taker: str
