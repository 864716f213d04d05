"""The words of the house as frozen values. PURE: imports kinds, errors and parts of values. Times are aware, in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from zoneinfo import ZoneInfo

from classifiers.finding import Kind, Purpose, Topic
from monitor.attachment import Attachment
from monitor.bymail import Answer, Letter, Mailbox
from monitor.errors import CollectError
from monitor.mapping import Account, Board, Listing, Pages

LINE = "*"  # stands for all platforms at once: nothing answers, so it is our own line
NUMBER = "number:"  # how a locator begins that is the number of a message, where the platform has no address for it
ROW = "row:"  # and one that is a row of an export: its place, number and file, with "|" between


class Surface(StrEnum):
    PUBLIC = "public"  # anybody can read it: leaked data there is a finding
    PRIVATE = "private"  # only the agency reads it: leaked data is masked, no finding


class State(StrEnum):
    OPEN = "open"  # nobody has said yet that they act
    ACKNOWLEDGED = "acknowledged"  # somebody acts; the deadline still runs
    RESOLVED = "resolved"  # done; a new Version may open a new record
    DISMISSED = "dismissed"  # it was nothing; the same match never opens a record again


class Severity(StrEnum):
    URGENT = "urgent"  # people may be hurt
    SERIOUS = "serious"  # harms while it stands
    ORDINARY = "ordinary"  # must be mended


class Outcome(StrEnum):
    PENDING = "pending"  # intent written, not sent yet (or to be tried again)
    SENDING = "sending"  # an attempt runs
    SENT = "sent"  # the other side said yes
    REFUSED = "refused"  # the other side said no for good
    UNKNOWN = "unknown"  # twice DATA had begun and no answer came: counts as not delivered
    HELD = "held"  # waits to be let go, or to be listed with others
    GATHERED = "gathered"  # another mail lists it
    LAPSED = "lapsed"  # nobody needs it any more: a newer one says more, or somebody has acted meanwhile


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """Where everything is kept: an SQLite ``file`` or, where that is "", PostgreSQL at ``server``."""

    file: str = ""
    server: str = ""  # "postgresql://user@host:5432/name"; its password stands apart
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        return self.file or self.server


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """A place of the agency's own that is watched: what is *configured*."""

    name: str
    kind: str  # the collector: "feed", "board", "list", "sitemap", "mailbox", "exports", "account"
    title: str
    url: str
    prefixes: tuple[str, ...]  # URL prefixes that may be fetched, redirects included
    surface: Surface = Surface.PUBLIC
    unit: str = ""
    messages: bool = False  # takes citizens' messages: read at least every five minutes
    every: timedelta = timedelta(minutes=15)  # the shortest time between two readings
    every_max: timedelta = timedelta(hours=1)  # the longest, where little is published
    stale_after: timedelta | None = None  # how old the newest entry may get (an official limit); None: any age
    answer_within: Delay | None = None  # how long a message may wait; None where nothing is answered
    by_purpose: Mapping[Purpose, Delay] = field(default_factory=dict)  # and those that are for this
    night: tuple[time, time] | None = None  # when it is not read, in its zone; None where citizens write
    at_night: str = ""  # how the duty officer opens the original outside office hours
    board: Board | None = None
    listing: Listing | None = None
    mailbox: Mailbox | None = None
    account: Account | None = None
    secret: str = field(default="", repr=False)  # the password or key with which it is read
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    networks: tuple[IPv4Network | IPv6Network, ...] = ()  # private ranges this platform may live in
    full_every: int = 12  # every n-th fetch ignores ETag and Last-Modified
    proven_by_credentials: bool = False  # only who owns it can log in: no proof of control over URLs is needed
    pages: Pages = field(default_factory=Pages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where we are in a Platform: what is *remembered*."""

    platform: str
    etag: str = ""
    last_modified: str = ""
    next_check_at: datetime | None = None
    fetches: int = 0  # passes so far, failures included
    failures: int = 0  # in a row
    had_items: bool = False  # it has had entries at least once
    decoded_by: str = ""  # the rule of decoding that won last
    last_good_at: datetime | None = None
    error: str = ""  # the code of the last error, "" when well
    detail: str = ""  # the same in words
    why: str = ""  # why next_check_at is what it is: a value of ``polling.Why``
    memory: str = ""  # what the collector itself must remember, in a form of its own
    certified_until: datetime | None = None  # the end of the certificate its pages came with
    baselined_at: datetime | None = None  # when everything that stood there had been read for the first time
    reach: datetime | None = None  # a board is read back to here, where the oldest stands that waits; None: all of it

    def passed(self, memory: str, *, had_items: bool) -> Cursor:
        """After a pass of a collector that keeps a ``memory`` and no validators; whether the pass brought items."""
        had_items = had_items or self.had_items
        return replace(self, etag="", last_modified="", fetches=self.fetches + 1, had_items=had_items, memory=memory)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The agency's own answer to a message. ``at`` is None where the platform doesn't say when."""

    at: datetime | None = None
    text: str = ""  # "" where the platform doesn't show it
    unit: str = ""  # which office answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry as it was fetched: original text, in memory only. There is no author field.

    Identity is ``(platform, external_id)``. ``html`` is what ``text`` was read from: without ``text`` it is judged.
    """

    external_id: str
    title: str = ""
    text: str = ""
    html: str | None = None
    link: str = ""  # the locator: an address, or ``NUMBER`` and the number of a message that has none
    published_at: datetime | None = None
    place: str = ""  # of the matter, where the platform has a field for it
    label: str = ""  # what the platform says a message is for
    message: bool = False  # somebody waits for an answer
    reply: Reply | None = None
    files: tuple[str, ...] = ()  # addresses that a feed names beside the text; those in ``html`` are found there
    letter: Letter | None = None
    part: bool = False  # of pages: what isn't in it may still stand on them


@dataclass(frozen=True, slots=True)
class Collected:
    """What one pass brought: ``gone`` are the ids that the platform says it has withdrawn.

    ``complete`` says that ``items`` is everything that stands there now: what is missing may have been withdrawn.
    ``trouble`` stopped the pass midway: what was read before is good, and the pass counts as a failure.
    ``behind`` says that there is more to read at once, of what stood there at first contact or of much that is new.
    ``left_out`` is what could not be read of it while the pass is good all the same: shown, and nobody is called.
    ``answers`` came by mail; ``spots`` are where mail lies now, None unless every answer has been read as well.
    """

    items: tuple[Item, ...]
    cursor: Cursor
    gone: tuple[str, ...] = ()
    complete: bool = False
    trouble: CollectError | None = None
    behind: bool = False
    left_out: CollectError | None = None
    answers: tuple[Answer, ...] = ()
    spots: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A guarded answer: ``body`` is decoded from its content encoding and within the size limit.

    ``not_modified`` is a 304 (then ``body`` is empty). ``content_type`` is the raw header.
    """

    url: str  # after redirects
    status: int
    body: bytes = b""
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    not_modified: bool = False
    took: timedelta = timedelta(0)  # until all of it was there
    certified_until: datetime | None = None  # None without TLS
    at: datetime | None = None  # when it was answered: what "today" and a date without a year mean there
    complete: bool = True  # False where the answer to a POST was longer than what is read, or broke off


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A named duty with an address, or one whose holder a roster names: "duty officer", never a person's file."""

    name: str
    title: str
    mail: str  # "" where a roster names who holds it
    language: str = "zh"
    phone: str = ""  # where the ringing channel reaches this duty
    deputy: str = ""  # the contact who is told when this one is away, or silent


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """Telephone numbers that answer day and night, as mails about danger print them."""

    gas: str  # gas repair
    fire: str
    duty: str  # the agency's own duty desk
    lift: str = ""  # lift rescue
    police: str = "110"
    ambulance: str = "120"
    mind: str = "12356"  # the national line for people in distress


@dataclass(frozen=True, slots=True)
class Working:
    """A span of working time: so many working days, or else so much time within office hours."""

    days: int = 0
    hours: timedelta = timedelta(0)


Delay = timedelta | Working  # in clock or in working time


@dataclass(frozen=True, slots=True)
class Step:
    """Who is told, that long after the record was opened."""

    after: Delay
    tell: tuple[str, ...]  # contact names


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How a Kind is judged."""

    kind: Kind
    severity: Severity
    owner: str  # contact name
    threshold: float  # 0..1: findings below it open nothing
    deadline: Delay
    steps: tuple[Step, ...]
    repeat: timedelta  # after the last step its people are told again this often, until somebody acts


@dataclass(frozen=True, slots=True)
class Period:
    """Half-open: ``start <= moment < end``."""

    start: datetime
    end: datetime


class Reason(StrEnum):
    """Why a person is told."""

    OPENED = "opened"  # the first step of a new record
    STEP = "step"  # nobody has acted since
    REPEAT = "repeat"  # the last step again
    UNDELIVERED = "undelivered"  # the one before could not be reached
    OVERDUE = "overdue"  # the deadline has passed
    SILENT = "silent"  # who was told has a deputy and has said nothing
    HANDED = "handed"  # another office has it now


class Channel(StrEnum):
    MAIL = "mail"
    RING = "ring"  # a telephone rings: fixed text with number, kind and place
    CHAT = "chat"  # a group of a chat program


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A stored Finding: masked, without the match, with its place in the record."""

    kind: Kind
    rule: str
    score: float
    excerpt: str
    field: str = "text"
    start: int | None = None
    end: int | None = None
    where: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A Finding on its way into the store: masked, with the keyed digest of what matched."""

    seen: Seen
    match_digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An Item that has passed the door: masked, ready to be stored."""

    external_id: str
    digest: str  # of the Version
    title: str
    text: str
    link: str
    published_at: datetime | None
    hits: tuple[Hit, ...] = ()
    place: str = ""
    telephone: bool = False  # a number was left in it
    label: str = ""
    message: bool = False
    reply: Reply | None = None
    letter: Letter | None = None
    old: bool = False  # it stood there at first contact: part of the baseline
    attachments: tuple[Attachment, ...] = ()
    links: tuple[str, ...] = ()  # addresses that its page leads to; none of them carries personal data
    part: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """The record: opened by findings, told of until somebody acts, closed by a person or by recovery.

    ``subject`` is the masked title of the item, or the title of the platform for platform matters.
    ``locator`` leads to the original: a link (masked if it carried personal data).
    ``step`` counts the policy steps that have been told; ``next_step_at`` is None when none is due any more.
    """

    id: int
    number: str  # "2026-0001", what people say on the telephone
    kind: Kind
    severity: Severity
    state: State
    platform: str
    item: int | None  # None for matters of the platform itself
    subject: str
    locator: str
    owner: str  # contact name
    opened_at: datetime
    deadline: datetime
    step: int = 0
    next_step_at: datetime | None = None
    acknowledged_at: datetime | None = None
    closed_at: datetime | None = None
    overdue: bool = False  # the passing of the deadline has been told
    published_at: datetime | None = None  # of the item, when known
    place: str = ""  # of a hazard or crisis
    telephone: bool = False  # the item has a telephone number in it
    unit: str = ""  # to which it was handed on; "": it is with whom its platform belongs to
    waits_since: datetime | None = None  # a message: when its clock began
    topic: Topic | None = None  # what a message is about, as routing sees it
    page: str = ""  # of an attachment: the title of the page it hangs on
    page_link: str = ""  # and its address


@dataclass(frozen=True, slots=True)
class Transition:
    """One line of a record's history; append-only."""

    at: datetime
    what: str  # "opened", "joined", "told", "acknowledged", "resolved", "dismissed", "overdue", ...
    actor: str  # a contact name, "operator" or "system"
    why: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What a person reads: the same content twice."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One message to one Contact over one channel.

    ``key`` is unique: queueing twice sends once. ``message_id`` stays the same over attempts.
    ``repeat`` says that an earlier attempt may have arrived: the message is then marked.
    """

    id: int
    key: str
    contact: str
    address: str  # a mail address, a telephone number, or the name of a group
    language: str
    message: Message
    message_id: str  # "<...@...>"
    channel: Channel = Channel.MAIL
    bare: bool = False  # its content was refused before: nothing is quoted now
    attempts: int = 0
    unknowns: int = 0  # attempts that ended without an answer after DATA began
    repeat: bool = False
    escalation: int | None = None
    created_at: datetime | None = None
