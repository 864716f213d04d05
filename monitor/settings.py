"""TOML and environment -> Settings, or one SettingsError that lists everything. EDGE: the only env door.

``config/huiyin.toml`` names every option with unit and default; a test keeps that true.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from classifiers.finding import Kind
from monitor.errors import SettingsError
from monitor.model import Contact, Platform, Policy, Severity, Step, Surface
from monitor.options import Options, parse_duration

LANGUAGES = ("zh", "en")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
COLLECTORS = ("feed",)
_SHIPPED = Path(__file__).parent / "config"


@dataclass(frozen=True, slots=True)
class Shipped:
    """What a kind gets unless the configuration says otherwise."""

    severity: Severity
    threshold: float
    deadline: str


SHIPPED: dict[Kind, Shipped] = {
    Kind.PERSONAL_DATA: Shipped(Severity.SERIOUS, 0.5, "4h"),
    Kind.CREDENTIAL: Shipped(Severity.SERIOUS, 0.5, "4h"),
    Kind.HAZARD: Shipped(Severity.URGENT, 0.5, "2h"),
    Kind.CRISIS: Shipped(Severity.URGENT, 0.5, "1h"),
    Kind.SOURCE_BROKEN: Shipped(Severity.ORDINARY, 0.5, "3d"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    total: timedelta
    max_bytes: int
    proxy: str
    contact: str


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
class DigestSettings:
    weekday: int  # 0 is Monday
    at: time
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often each stage looks for work, and when failures are told."""

    tick: timedelta
    broken_after: int
    lease: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    path: Path
    agency: str
    zone: ZoneInfo
    language: str
    data: Path
    http: HttpSettings
    mail: MailSection
    digest: DigestSettings
    pace: Pace
    contacts: Mapping[str, Contact]
    platforms: Mapping[str, Platform]
    policies: Mapping[Kind, Policy]

    @property
    def database(self) -> Path:
        return self.data / "huiyin.db"

    @property
    def key_file(self) -> Path:
        return self.data / "installation.key"


def shipped(name: str) -> str:
    """The text of a file of ``config/``, from the installed package or the source tree."""
    folder = _SHIPPED if _SHIPPED.is_dir() else Path(__file__).parent.parent / "config"
    return (folder / name).read_text(encoding="utf-8")


def default_path() -> Path:
    """``$HUIYIN_CONFIG``, else ``huiyin.toml`` in the working folder."""
    return Path(os.environ.get("HUIYIN_CONFIG", "huiyin.toml"))


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


def read(path: Path, raw: object, problems: list[str], asked: dict[str, object] | None = None) -> Settings:
    """Settings from parsed TOML; ``problems`` is filled, ``asked`` tells every option and its default."""
    top = Options("", raw, problems, asked)
    agency = top.table("agency")
    name = agency.text("name")
    zone = agency.zone("zone", "Asia/Shanghai")
    language = agency.text("language", "zh", one_of=LANGUAGES)
    data = path.parent / agency.text("data", "data")
    agency.finish()
    contacts = {contact.name: contact for contact in (_contact(table, language) for table in top.tables("contact"))}
    if not contacts:
        top.problem("contact", "at least one [[contact]] is needed: somebody must be told")
    platforms = _platforms(top, zone)
    settings = Settings(
        path=path,
        agency=name,
        zone=zone,
        language=language,
        data=data,
        http=_http(top.table("http")),
        mail=_mail(top.table("mail"), path.parent),
        digest=_digest(top.table("digest"), contacts),
        pace=_pace(top.table("pace")),
        contacts=contacts,
        platforms=platforms,
        policies=_policies(top.table("policy"), contacts),
    )
    top.finish()
    return settings


def _contact(table: Options, language: str) -> Contact:
    contact = Contact(
        name=table.name("name"),
        title=table.text("title"),
        mail=table.text("mail"),
        language=table.text("language", language, one_of=LANGUAGES),
    )
    local, at, host = contact.mail.partition("@")
    if contact.mail and not (local and at and host and contact.mail.isascii() and contact.mail.isprintable()):
        table.problem("mail", f"{contact.mail!r} is no mail address")
    if any(character in contact.mail for character in ' ,;<>"'):
        table.problem("mail", "must be one bare address, without name or brackets")
    table.finish()
    return contact


def _platforms(top: Options, zone: ZoneInfo) -> dict[str, Platform]:
    found: dict[str, Platform] = {}
    for table in top.tables("platform"):
        platform = _platform(table, zone)
        if platform.name in found:
            table.problem("name", f"{platform.name!r} is used twice")
        found[platform.name] = platform
    if not found:
        top.problem("platform", "at least one [[platform]] is needed")
    return found


def _platform(table: Options, zone: ZoneInfo) -> Platform:
    url = table.text("url")
    platform = Platform(
        name=table.name("name"),
        kind=table.text("kind", "feed", one_of=COLLECTORS),
        title=table.text("title"),
        url=url,
        prefixes=table.texts("prefixes") or (_folder(url),),
        own=table.flag("own", False),
        surface=Surface(table.text("surface", "public", one_of=[str(surface) for surface in Surface])),
        unit=table.text("unit", ""),
        every=table.duration("every", "15m", "1s", "7d"),
        zone=table.zone("zone", zone.key),
        networks=table.networks("networks"),
        full_every=table.number("full_every", 12, 1, 1000),
    )
    for key, address in (("url", url), *(("prefixes", prefix) for prefix in platform.prefixes)):
        if not _is_web_address(address):
            table.problem(key, f"{address!r} is no web address; it must start with http:// or https:// and name a host")
    if not platform.own:
        table.problem("own", f"write `own = true` if {url or 'this place'} is the agency's own; others are never read")
    table.finish()
    return platform


def _is_web_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:
        return False


def _folder(url: str) -> str:
    """The folder a URL stands in: what may be fetched when nothing else is said."""
    parts = url.split("?")[0].split("#")[0]
    head, slash, _ = parts.rpartition("/")
    return head + slash if head.count("/") >= 2 else parts.rstrip("/") + "/"


def _http(table: Options) -> HttpSettings:
    settings = HttpSettings(
        total=table.duration("total", "30s", "1s", "90s"),
        max_bytes=table.number("max_bytes", 8_388_608, 1024, 268_435_456),
        proxy=table.text("proxy", ""),
        contact=table.text("contact", ""),
    )
    if settings.proxy and not _is_web_address(settings.proxy):
        table.problem("proxy", f"{settings.proxy!r} is no web address")
    table.finish()
    return settings


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


def _digest(table: Options, contacts: Mapping[str, Contact]) -> DigestSettings:
    settings = DigestSettings(
        weekday=WEEKDAYS.index(table.text("weekday", "monday", one_of=WEEKDAYS)),
        at=table.clock("at", "08:30"),
        to=table.texts("to") or tuple(contacts),
    )
    _known(table, "to", settings.to, contacts)
    table.finish()
    return settings


def _pace(table: Options) -> Pace:
    pace = Pace(
        tick=table.duration("tick", "5s", "1s", "5m"),
        broken_after=table.number("broken_after", 3, 1, 100),
        lease=table.duration("lease", "10m", "2m", "2h"),
    )
    table.finish()
    return pace


def _policies(table: Options, contacts: Mapping[str, Contact]) -> dict[Kind, Policy]:
    """``[policy.default]`` says owner, steps and repeat; ``[policy.<kind>]`` overrides any of them."""
    default = table.table("default")
    owner = default.text("owner")
    steps = _steps(default, contacts) or (Step(timedelta(0), tuple(contacts)[:1]),)
    if not default.tables("steps"):
        default.problem("steps", 'is missing: who is told, like [{ after = "0m", tell = ["duty"] }]')
    repeat = default.duration("repeat", "1d", "5m", "7d")
    _known(default, "owner", (owner,) if owner else (), contacts)
    default.finish()
    fallback = (owner, steps, repeat)
    policies = {kind: _policy(kind, table.table(str(kind)), contacts, fallback) for kind in SHIPPED}
    table.finish()
    return policies


def _policy(
    kind: Kind, table: Options, contacts: Mapping[str, Contact], default: tuple[str, tuple[Step, ...], timedelta]
) -> Policy:
    usual = SHIPPED[kind]
    owner = table.text("owner", default[0])
    _known(table, "owner", (owner,) if "owner" in table else (), contacts)
    repeat = table.duration("repeat", "1d", "5m", "7d") if "repeat" in table else default[2]
    policy = Policy(
        kind=kind,
        severity=Severity(table.text("severity", str(usual.severity), one_of=[str(each) for each in Severity])),
        owner=owner,
        threshold=table.share("threshold", usual.threshold),
        deadline=table.duration("deadline", usual.deadline, "5m", "90d"),
        steps=_steps(table, contacts) or default[1],
        repeat=repeat,
    )
    table.finish()
    return policy


def _steps(table: Options, contacts: Mapping[str, Contact]) -> tuple[Step, ...]:
    steps = []
    for step in table.tables("steps"):
        after = step.text("after", "0m")
        span = parse_duration(after)
        if span is None:
            step.problem("after", f'{after!r} is no span of time; write it like "15m"')
        tell = step.texts("tell")
        if not tell:
            step.problem("tell", "names nobody; an empty step would only wait")
        _known(step, "tell", tell, contacts)
        step.finish()
        steps.append(Step(span or timedelta(0), tell))
    if [step.after for step in steps] != sorted({step.after for step in steps}):
        table.problem("steps", "each step must come later than the one before it")
    return tuple(steps)


def _known(table: Options, key: str, names: tuple[str, ...], contacts: Mapping[str, Contact]) -> None:
    for name in names:
        if name not in contacts:
            table.problem(key, f"{name!r} is no contact; known are: {', '.join(contacts) or 'none'}")
