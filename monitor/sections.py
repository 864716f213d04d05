"""The sections of the configuration, each from its table to frozen values. PURE: problems are noted in the table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from ipaddress import IPv4Network, IPv6Network

from classifiers.finding import Kind
from monitor.calendar import Calendar
from monitor.delivery import Delivery
from monitor.model import Contact, Emergency, Severity
from monitor.options import Options, is_web_address

_PHONE = re.compile(r"\+?[0-9][0-9 -]{2,24}")
LANGUAGES = ("zh", "en")
TURNS_WAITED = 20  # in a pass beyond its own time: the first and the last of its fetches, each behind all others
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Shipped:
    """What a kind gets unless the configuration says otherwise."""

    severity: Severity
    threshold: float
    deadline: str


SHIPPED: dict[Kind, Shipped] = {
    Kind.PERSONAL_DATA: Shipped(Severity.SERIOUS, 0.5, "4h"),
    Kind.CREDENTIAL: Shipped(Severity.SERIOUS, 0.5, "4h"),
    Kind.SCAM: Shipped(Severity.SERIOUS, 0.5, "4h"),
    Kind.HIDDEN_LINK: Shipped(Severity.SERIOUS, 0.5, "4h"),
    Kind.HAZARD: Shipped(Severity.URGENT, 0.5, "2h"),
    Kind.CRISIS: Shipped(Severity.URGENT, 0.5, "1h"),
    Kind.REPLY_OVERDUE: Shipped(Severity.ORDINARY, 0.5, "3d"),
    Kind.SITE_DOWN: Shipped(Severity.SERIOUS, 0.5, "1d"),
    Kind.PLATFORM_SILENT: Shipped(Severity.ORDINARY, 0.5, "3d"),
    Kind.SOURCE_BROKEN: Shipped(Severity.ORDINARY, 0.5, "3d"),
    Kind.CERTIFICATE_EXPIRING: Shipped(Severity.ORDINARY, 0.5, "7d"),
    Kind.WRONG_ENCODING: Shipped(Severity.ORDINARY, 0.5, "30d"),
    Kind.PAGE_STALE: Shipped(Severity.ORDINARY, 0.5, "7d"),
    Kind.PAGE_CHANGED: Shipped(Severity.SERIOUS, 0.5, "4h"),
    Kind.BROKEN_LINKS: Shipped(Severity.ORDINARY, 0.5, "7d"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    total: timedelta
    max_bytes: int
    proxy: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentSettings:
    """Whether files that hang on public pages are read, and how much of one."""

    read: bool
    max_bytes: int
    max_pages: int
    max_memory: int  # bytes that reading one may take
    fetching: timedelta
    reading: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSettings:
    """Whether the links of public pages are followed, and how many."""

    check: bool
    every: timedelta  # until one that is well is asked again
    outside: bool  # those that lead elsewhere, too
    most: int  # of one platform that are remembered


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestSettings:
    weekday: int  # 0 is Monday
    at: time
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long texts of closed records stay, by what they are."""

    mails: timedelta
    answers: timedelta
    reasons: timedelta
    excerpts: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often each stage looks for work, and when failures are told."""

    tick: timedelta
    broken_after: int
    lease: timedelta
    host_gap: timedelta  # between two readings of one host
    per_host: int  # readings of one host at the same time
    retry_after: str  # whom a Retry-After stops: "platform" or "host"

    @property
    def visit(self) -> timedelta:
        """How long a unit that asks a host is held: it waits for its turns, and on past the end of its own time."""
        return self.lease + TURNS_WAITED * self.host_gap


@dataclass(frozen=True, slots=True, kw_only=True)
class RingSettings:
    """The ringing channel: an HTTP gateway for text messages, or a webhook; ``way`` is "none" or "http"."""

    way: str
    url: str
    body: str  # "json" or "form"
    to: str  # the name of the field that takes the number
    text: str  # the name of the field that takes the text
    extra: tuple[tuple[str, str], ...]  # fields that are always sent
    accepted: str  # what the answer must contain to count as accepted; "" for any 2xx
    networks: tuple[IPv4Network | IPv6Network, ...]
    timeout: timedelta
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Expiry:
    """Something that ends on a day if nobody renews it: a certificate, a domain, a mailbox's code, a contract."""

    what: str
    on: date


def contact(table: Options, language: str) -> Contact:
    """A duty that a roster fills has no address of its own."""
    roster = table.flag("roster", False)
    contact = Contact(
        name=table.name("name"),
        title=table.text("title"),
        mail=table.text("mail", "") if roster else table.text("mail"),
        language=table.text("language", language, one_of=LANGUAGES),
        phone=table.text("phone", ""),
        deputy=table.text("deputy", ""),
    )
    if roster and (contact.mail or contact.phone):
        table.problem("roster", "leave mail and phone out: who is told is who the roster names")
        contact = replace(contact, mail="", phone="")
    if contact.phone and not _PHONE.fullmatch(contact.phone):
        table.problem("phone", f"{contact.phone!r} is no telephone number; write digits, with + - or spaces between")
    local, at, host = contact.mail.partition("@")
    if contact.mail and not (local and at and host and contact.mail.isascii() and contact.mail.isprintable()):
        table.problem("mail", f"{contact.mail!r} is no mail address")
    if any(character in contact.mail for character in ' ,;<>"'):
        table.problem("mail", "must be one bare address, without name or brackets")
    table.finish()
    return contact


def units(
    top: Options, calendar: Calendar, contacts: Mapping[str, Contact]
) -> tuple[dict[str, str], dict[str, Calendar], dict[str, str]]:
    """For each topic the unit that answers it; when units work that have hours of their own; the contacts of units."""
    found: dict[str, str] = {}
    told: dict[str, str] = {}
    calendars: dict[str, Calendar] = {}
    for table in top.tables("unit"):
        name, topics, hours = table.text("name"), table.texts("topics"), table.hours("hours", ())
        if hours:
            calendars[name] = replace(calendar, hours=hours)
        contact = table.text("contact", "")
        known(table, "contact", (contact,) if contact else (), contacts)
        if contact:
            told[name] = contact
        if not topics and not hours and not contact:
            table.problem("topics", "is missing: the topics that this unit answers")
        for topic in topics:
            if found.setdefault(topic, name) != name:
                table.problem("topics", f"{topic!r} is answered by {found[topic]!r} already")
        table.finish()
    return found, calendars, told


def expiries(top: Options) -> tuple[Expiry, ...]:
    """What ends when, as the operator wrote it down."""
    found = []
    for table in top.tables("expiry"):
        found.append(Expiry(table.text("what"), table.day("on")))
        table.finish()
    return tuple(found)


def http(table: Options) -> HttpSettings:
    settings = HttpSettings(
        total=table.duration("total", "30s", "1s", "90s"),
        max_bytes=table.number("max_bytes", 8_388_608, 1024, 268_435_456),
        proxy=table.text("proxy", ""),
        contact=table.text("contact", ""),
    )
    if settings.proxy and not is_web_address(settings.proxy):
        table.problem("proxy", f"{settings.proxy!r} is no web address")
    table.finish()
    return settings


def attachments(table: Options) -> AttachmentSettings:
    settings = AttachmentSettings(
        read=table.flag("read", True),
        max_bytes=table.number("max_bytes", 31_457_280, 65_536, 134_217_728),
        max_pages=table.number("max_pages", 3000, 1, 100_000),
        max_memory=table.number("max_memory", 402_653_184, 268_435_456, 4_294_967_296),
        fetching=table.duration("fetching", "60s", "1s", "2m"),
        reading=table.duration("reading", "60s", "1s", "2m"),
    )
    table.finish()
    return settings


def links(table: Options) -> LinkSettings:
    settings = LinkSettings(
        check=table.flag("check", True),
        every=table.duration("every", "7d", "1d", "90d"),
        outside=table.flag("outside", True),
        most=table.number("most", 1000, 1, 20_000),
    )
    table.finish()
    return settings


def digest(table: Options, contacts: Mapping[str, Contact]) -> DigestSettings:
    settings = DigestSettings(
        weekday=WEEKDAYS.index(table.text("weekday", "monday", one_of=WEEKDAYS)),
        at=table.clock("at", "08:30"),
        to=table.texts("to") or tuple(contacts),
    )
    known(table, "to", settings.to, contacts)
    table.finish()
    return settings


def retention(table: Options) -> Retention:
    settings = Retention(
        **{name: table.duration(name, "1095d", "90d", "36500d") for name in ("mails", "answers", "reasons", "excerpts")}
    )
    table.finish()
    return settings


def delivery(table: Options, quiet: Options) -> Delivery:
    settings = Delivery(
        group=table.duration("group", "0s", "0s", "30m"),
        per_hour=table.number("per_hour", 60, 5, 1000),
        per_minute=table.number("per_minute", 0, 0, 6000),
        dead_after=table.number("dead_after", 3, 1, 20),
        dead_for=table.duration("dead_for", "7d", "1h", "30d"),
        longest_silence=table.duration("longest_silence", "7d", "1h", "30d"),
        quiet=quiet.window("hours"),
    )
    table.finish()
    quiet.finish()
    return settings


def emergency(table: Options) -> Emergency:
    usual = Emergency(gas="", fire="", duty="")
    numbers = Emergency(
        gas=table.text("gas"),
        fire=table.text("fire"),
        duty=table.text("duty"),
        lift=table.text("lift", usual.lift),
        police=table.text("police", usual.police),
        ambulance=table.text("ambulance", usual.ambulance),
        mind=table.text("mind", usual.mind),
    )
    for key in ("gas", "fire", "duty", "lift", "police", "ambulance", "mind"):
        number = getattr(numbers, key)
        if not number and key in {"police", "ambulance", "mind"}:
            table.problem(key, "must not be empty: mails about a person in danger name it")
        if number and not _PHONE.fullmatch(number):
            table.problem(key, f"{number!r} is no telephone number; write digits, with + - or spaces between")
    table.finish()
    return numbers


def ring(table: Options, token: str) -> RingSettings:
    """``token`` comes from the environment."""
    settings = RingSettings(
        way=table.text("way", "none", one_of=("none", "http")),
        url=table.text("url", ""),
        body=table.text("body", "json", one_of=("json", "form")),
        to=table.text("to", "phone"),
        text=table.text("text", "text"),
        extra=_pairs(table, "extra"),
        accepted=table.text("accepted", ""),
        networks=table.networks("networks"),
        timeout=table.duration("timeout", "15s", "1s", "60s"),
        token=token,
    )
    if settings.token and settings.url.startswith("http:") and not settings.networks:
        table.problem("url", "a token is never sent in the clear; use https, or name the gateway's own network")
    if settings.way == "http" and not settings.text:
        table.problem("text", "must not be empty: which field takes the text")
    if settings.way == "http" and not is_web_address(settings.url):
        table.problem("url", f"{settings.url!r} is no web address: where the gateway takes its messages")
    table.finish()
    return settings


def _pairs(table: Options, key: str) -> tuple[tuple[str, str], ...]:
    found = []
    for raw in table.texts(key):
        name, equals, value = raw.partition("=")
        if not (name and equals):
            table.problem(key, f'{raw!r} must be written like "name=value"')
        found.append((name, value))
    return tuple(found)


def pace(table: Options) -> Pace:
    pace = Pace(
        tick=table.duration("tick", "5s", "1s", "5m"),
        broken_after=table.number("broken_after", 3, 1, 100),
        lease=table.duration("lease", "10m", "2m", "2h"),
        host_gap=table.duration("host_gap", "1s", "0s", "5m"),
        per_host=table.number("per_host", 2, 1, 20),
        retry_after=table.text("retry_after", "platform", one_of=("platform", "host")),
    )
    table.finish()
    return pace


def known(table: Options, key: str, names: tuple[str, ...], contacts: Mapping[str, Contact]) -> None:
    for name in names:
        if name not in contacts:
            table.problem(key, f"{name!r} is no contact; known are: {', '.join(contacts) or 'none'}")
