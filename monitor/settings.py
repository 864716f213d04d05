"""TOML and environment -> Settings, or one SettingsError that lists everything. EDGE: the only env door.

``config/huiyin.toml`` names every option with unit and default; a test keeps that true.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import ZoneInfo

from classifiers.finding import Kind
from monitor import (
    actions,
    chats,
    duty,
    holidays,
    platforms,
    playbook,
    promises,
    receipts,
    rules,
    sections,
    staff,
    watching,
)
from monitor.actions import WebSettings
from monitor.calendar import Calendar
from monitor.delivery import Delivery
from monitor.errors import SettingsError
from monitor.model import Contact, Database, Emergency, Platform, Policy
from monitor.options import Options
from monitor.playbook import Playbooks
from monitor.promises import Answers
from monitor.receipts import RepliesSettings
from monitor.sections import (
    LANGUAGES,
    SHIPPED,
    AttachmentSettings,
    DigestSettings,
    Expiry,
    HttpSettings,
    LinkSettings,
    Pace,
    Retention,
    RingSettings,
)

__all__ = ["LANGUAGES", "SHIPPED", "Settings", "default_path", "load", "read", "shipped"]

_SHIPPED = Path(__file__).parent / "config"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSection:
    """``way`` is "folder" or "smtp"; the password comes from the environment only."""

    way: str
    folder: Path
    host: str
    port: int
    security: str
    username: str
    password: str
    sender: str
    sender_name: str
    timeout: timedelta
    ca_file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupSettings:
    folder: Path | None  # None: no daily backup
    keep: int
    at: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    path: Path
    agency: str
    zone: ZoneInfo
    language: str
    data: Path
    database: Database
    http: HttpSettings
    attachments: AttachmentSettings
    links: LinkSettings
    mail: MailSection
    ring: RingSettings
    web: WebSettings
    replies: RepliesSettings
    emergency: Emergency
    delivery: Delivery
    digest: DigestSettings
    backup: BackupSettings
    retention: Retention
    watch: watching.WatchSettings
    pace: Pace
    contacts: Mapping[str, Contact]
    platforms: Mapping[str, Platform]
    policies: Mapping[Kind, Policy]
    playbooks: Playbooks
    answers: Answers
    units: Mapping[str, str]  # topic -> the unit that answers it
    unit_contacts: Mapping[str, str]  # unit -> who is told of what it has to answer
    calendar: Calendar  # when the agency works
    calendars: Mapping[str, Calendar]  # of units with office hours of their own
    expiries: tuple[Expiry, ...]
    chats: tuple[chats.Group, ...] = ()
    friends: frozenset[str] = frozenset()  # hosts that the agency's pages may link to unseen
    staff: staff.StaffSettings = field(default_factory=staff.StaffSettings)

    def calendar_of(self, platform: str, unit: str = "") -> Calendar:
        """When the unit works that owns a platform, or ``unit`` if something of it was handed on to that."""
        known = self.platforms.get(platform)
        return self.calendars.get(unit or (known.unit if known else ""), self.calendar)

    def contact_of(self, unit: str, otherwise: str) -> str:
        """Who answers for a unit."""
        return self.unit_contacts.get(unit, otherwise)

    @property
    def titles(self) -> Mapping[str, str]:
        """What people call each contact, and each group that stands where a contact does."""
        return {each.name: each.title for each in (*self.contacts.values(), *(one.contact for one in self.chats))}

    @property
    def told_of_danger(self) -> tuple[str, ...]:
        """The contacts who are told, at once or later, when people are in danger."""
        steps = [step for kind in (Kind.HAZARD, Kind.CRISIS) for step in self.policies[kind].steps]
        return tuple(dict.fromkeys(name for step in steps for name in step.tell))

    @property
    def ringing(self) -> tuple[str, ...]:
        """Those of them whose telephones ring; nobody without a channel that rings.

        Of a duty that a roster fills it is not known before: one that nobody with a telephone can hold is none of them.
        """
        anybody = any(contact.phone for contact in self.contacts.values())
        rosters = duty.on_roster(self.contacts) if anybody else ()
        names = self.told_of_danger if self.ring.way != "none" else ()
        return tuple(name for name in names if self.contacts[name].phone or name in rosters)

    @property
    def key_file(self) -> Path:
        return self.data / "installation.key"

    @property
    def routing_file(self) -> Path:
        """The agency's own routing model, where it has one."""
        return self.data / "routing.npz"


def shipped(name: str) -> str:
    """The text of a file of ``config/``, from the installed package or the source tree."""
    folder = _SHIPPED if _SHIPPED.is_dir() else Path(__file__).parent.parent / "config"
    return (folder / name).read_text(encoding="utf-8")


def _data(name: str) -> dict[str, object]:
    return tomllib.loads(shipped(name))


def default_path() -> Path:
    """``$HUIYIN_CONFIG``, else ``huiyin.toml`` in the working folder."""
    return Path(os.environ.get("HUIYIN_CONFIG", "huiyin.toml"))


def notify_socket() -> str:
    """Where systemd listens to the service, "" where nobody does."""
    return os.environ.get("NOTIFY_SOCKET", "")


def load(path: Path) -> Settings:
    """Read and check the whole configuration.

    Raises SettingsError with every problem, each naming the file, the key and what to write.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise SettingsError([f"{path}: there is no such file; `huiyin init` writes one to start from"]) from None
    except OSError as error:
        raise SettingsError([f"{path}: can't be read: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise SettingsError([f"{path}: must be saved as UTF-8"]) from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([f"{path}: is not valid TOML: {error}"]) from None
    problems: list[str] = []
    settings = read(path, raw, problems)
    if problems:
        raise SettingsError([f"{path}: {problem}" for problem in problems])
    return settings


def example(path: Path) -> Settings:
    """The shipped configuration, as if it stood at ``path``: for what needs no agency of its own."""
    return read(path, tomllib.loads(shipped("huiyin.toml")), [])


def read(path: Path, raw: object, problems: list[str], asked: dict[str, object] | None = None) -> Settings:
    """Settings from parsed TOML; ``problems`` is filled, ``asked`` tells every option and its default."""
    top = Options("", raw, problems, asked)
    agency = top.table("agency")
    name = agency.text("name")
    zone = agency.zone("zone", "Asia/Shanghai")
    language = agency.text("language", "zh", one_of=LANGUAGES)
    data = path.parent / agency.text("data", "data")
    database = _database(agency, data)
    friends = agency.hosts("friends")
    agency.finish()
    calendar = _calendar(top.table("calendar"), path.parent, zone)
    contacts = {one.name: one for one in (sections.contact(table, language) for table in top.tables("contact"))}
    units, calendars, unit_contacts = sections.units(top, calendar, contacts)
    if not contacts:
        top.problem("contact", "at least one [[contact]] is needed: somebody must be told")
    known = promises.presets(_data("answers.toml"), problems)
    answers = promises.read(top.table("answers"), known)
    watched = platforms.read(top, zone, _secret, partial(promises.of_platform, known=known, usual=answers))
    mail = _mail(top.table("mail"), path.parent)
    _keep_apart(mail, watched, top)
    settings = Settings(
        path=path,
        agency=name,
        zone=zone,
        language=language,
        data=data,
        database=database,
        http=sections.http(top.table("http")),
        attachments=sections.attachments(top.table("attachments")),
        links=sections.links(top.table("links")),
        mail=mail,
        ring=_ring(top.table("ring")),
        web=actions.read(top.table("web")),
        replies=_replies(top.table("replies"), mail, watched),
        emergency=sections.emergency(top.table("emergency")),
        delivery=sections.delivery(top.table("delivery"), top.table("quiet")),
        digest=sections.digest(top.table("digest"), contacts),
        backup=_backup(top.table("backup"), path.parent),
        retention=sections.retention(top.table("retention")),
        watch=watching.settings(top.table("watch"), contacts),
        pace=sections.pace(top.table("pace")),
        contacts=contacts,
        platforms=watched,
        policies=rules.policies(top.table("policy"), contacts),
        playbooks=playbook.read(top.table("playbook"), playbook.shipped(_data("playbooks.toml"), problems)),
        answers=answers,
        units=units,
        unit_contacts=unit_contacts,
        calendar=calendar,
        calendars=calendars,
        expiries=sections.expiries(top),
        chats=chats.read(top, language, _secret, installed=find_spec("apprise") is not None),
        friends=friends,
        staff=staff.read(top, contacts),
    )
    top.finish()
    return settings


def _calendar(table: Options, beside: Path, zone: ZoneInfo) -> Calendar:
    hours = table.hours("hours", ("08:30-12:00", "14:30-17:30"))
    if not hours and not table.texts("hours"):
        table.problem("hours", 'must not be empty: when people work, like ["08:30-12:00", "14:30-17:30"]')
    name = table.text("file", "")
    own = _own_days(beside / name, table) if name else {}
    table.finish()
    years = holidays.together(holidays.read(_data("calendar.toml"), table.problems), own)
    return Calendar(
        zone=zone,
        hours=hours or ((time(0), time(23, 59)),),
        off=frozenset(day for year in years.values() for day in year.off),
        work=frozenset(day for year in years.values() for day in year.work),
        half=frozenset(day for year in years.values() for day in year.half),
        sources=tuple((name, year.source) for name, year in years.items() if year.source),
    )


def _own_days(file: Path, table: Options) -> dict[int, holidays.Year]:
    problems: list[str] = []
    try:
        years = holidays.read(tomllib.loads(file.read_text(encoding="utf-8-sig")), problems)
    except OSError as error:
        problems, years = [f"can't be read: {error.strerror}"], {}
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problems, years = [f"is not valid TOML in UTF-8: {error}"], {}
    for problem in problems:
        table.problem("file", f"{file}: {problem}")
    return years


def _database(table: Options, data: Path) -> Database:
    server = table.server("database")
    if not server:
        return Database(file=str(data / "huiyin.db"))
    if find_spec("psycopg") is None:
        table.problem("database", "PostgreSQL needs its driver; install it with: pip install 'huiyin[postgres]'")
    return Database(server=server, password=_secret("HUIYIN_DATABASE_PASSWORD", table))


def _mail(table: Options, beside: Path) -> MailSection:
    way = table.text("way", "folder", one_of=("folder", "smtp"))
    security = table.text("security", "starttls", one_of=("starttls", "tls", "none"))
    section = MailSection(
        way=way,
        folder=beside / table.text("folder", "outbox"),
        host=table.text("host", ""),
        port=table.number("port", 587, 1, 65535),
        security=security,
        username=table.text("username", ""),
        password=_secret("HUIYIN_MAIL_PASSWORD", table),
        sender=table.text("sender", "huiyin@localhost"),
        sender_name=table.text("sender_name", "回音"),
        timeout=table.duration("timeout", "60s", "1s", "90s"),
        ca_file=table.text("ca_file", ""),
    )
    if way == "smtp" and not section.host:
        table.problem("host", "is missing: the name of the mail server")
    if way == "smtp" and section.username and not section.password:
        table.problem("username", "needs a password: set HUIYIN_MAIL_PASSWORD or HUIYIN_MAIL_PASSWORD_FILE")
    if section.username and security == "none":
        table.problem("security", "a password is never sent in the clear; use starttls or tls")
    table.finish()
    return section


def _backup(table: Options, beside: Path) -> BackupSettings:
    """Where the daily backup goes; a folder that is not absolute stands beside the configuration."""
    to = table.text("to", "")
    section = BackupSettings(
        folder=beside / to if to else None, keep=table.number("keep", 7, 1, 400), at=table.clock("at", "03:30")
    )
    table.finish()
    return section


def _keep_apart(mail: MailSection, watched: Mapping[str, Platform], top: Options) -> None:
    """Answers to our own mail come to its sender; a mailbox that is read is another one."""
    for platform in watched.values():
        read = platform.mailbox.username.lower() if platform.mailbox else ""
        if read and read in {mail.sender.lower(), mail.username.lower()}:
            top.problem(
                "mail.sender", f"{mail.sender!r} is the mailbox that {platform.name!r} reads; write another one"
            )


def _replies(table: Options, mail: MailSection, watched: Mapping[str, Platform]) -> RepliesSettings:
    """What is read for replies is never read for messages."""
    found = receipts.read(table, mail.sender, _secret("HUIYIN_REPLIES_PASSWORD", table))
    for platform in watched.values():
        if found.url and platform.mailbox and platform.mailbox.username.lower() == found.username.lower():
            table.problem("username", f"{found.username!r} is the mailbox that {platform.name!r} reads")
    return found


def _ring(table: Options) -> RingSettings:
    return sections.ring(table, _secret("HUIYIN_RING_TOKEN", table))


def _secret(name: str, table: Options) -> str:
    """``$NAME``, else what stands in the file ``$NAME_FILE`` names, else ""."""
    if name in os.environ:
        return os.environ[name]
    if f"{name}_FILE" not in os.environ:
        return ""
    path = Path(os.environ[f"{name}_FILE"])
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        table.problem("", f"{name}_FILE: {path} can't be read ({type(error).__name__})")
        return ""
