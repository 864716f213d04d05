"""``[[chat]]``: groups of a chat program that are told beside the mail, never instead of it. PURE.

A robot of a group is known by the address that the program shows for it. That address is the key to the group, so it
stands in the environment and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from urllib.parse import parse_qs, urlsplit

from monitor.model import Contact, Severity
from monitor.options import Options, is_web_address

PREFIX = "chat:"  # how the name begins that stands for a group where other notifications have a contact's
LANGUAGES = ("zh", "en")
SEVERITIES = tuple(str(each) for each in Severity)

Secret = Callable[[str, Options], str]  # what stands in an environment variable, or in the file that another names


@dataclass(frozen=True, slots=True)
class _Form:
    """How the address of a robot is written: path, and the parameter that is its key; "" where the path ends in it."""

    path: str
    key: str
    token: re.Pattern[str]


_FORMS = {
    "wecom": _Form("/cgi-bin/webhook/send", "key", re.compile(r"[A-Za-z0-9_-]+")),
    "dingtalk": _Form("/robot/send", "access_token", re.compile(r"[A-Za-z0-9]+")),
    "feishu": _Form("/open-apis/bot/v2/hook/", "", re.compile(r"[A-Za-z0-9_-]+")),
}
KINDS = tuple(_FORMS)
_SIGN = re.compile(r"[A-Za-z0-9]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group and its robot. ``webhook`` is "" where the environment names none: then nothing can be sent."""

    name: str
    kind: str  # one of KINDS
    title: str = ""
    language: str = "zh"
    severities: frozenset[Severity] = frozenset({Severity.URGENT})
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    timeout: timedelta = timedelta(seconds=15)
    webhook: str = field(default="", repr=False)
    sign: str = field(default="", repr=False)  # with which a robot of DingTalk wants its messages signed

    @property
    def contact(self) -> Contact:
        """What stands for it where other notifications have a contact."""
        return Contact(name=PREFIX + self.name, title=self.title, mail="", language=self.language)

    @property
    def host(self) -> str:
        return urlsplit(self.webhook).netloc

    @property
    def token(self) -> str:
        """The key in the address of the robot, "" where that isn't one of its kind."""
        return token(self.kind, self.webhook)


def token(kind: str, webhook: str) -> str:
    """The key in the address of a robot; "" where it isn't written as its program writes it."""
    form, parts = _FORMS[kind], urlsplit(webhook)
    if form.key:
        found = parse_qs(parts.query).get(form.key, [""]) if parts.path == form.path else [""]
        key = found[0] if len(found) == 1 else ""
    else:
        key = parts.path.removeprefix(form.path).removesuffix("/") if parts.path.startswith(form.path) else ""
    return key if form.token.fullmatch(key) else ""


def variable(name: str, what: str) -> str:
    """The environment variable with the WEBHOOK of a group, or its SIGN."""
    return f"HUIYIN_{name.upper().replace('-', '_')}_{what}"


def read(top: Options, language: str, secret: Secret, *, installed: bool) -> tuple[Group, ...]:
    """The groups as configured; ``installed`` says whether what sends to them is there."""
    tables = top.tables("chat")
    if tables and not installed:
        top.problem("chat", "chat groups need a library; install it with: pip install 'huiyin[chat]'")
    groups: dict[str, Group] = {}
    for table in tables:
        group = _group(table, language, secret)
        if variable(group.name, "") in {variable(name, "") for name in groups}:
            table.problem("name", f"{group.name!r} is taken by another group; write another one")
        groups[group.name] = group
        table.finish()
    return tuple(groups.values())


def _group(table: Options, language: str, secret: Secret) -> Group:
    name, kind = table.name("name"), table.text("kind", one_of=KINDS)
    group = Group(
        name=name,
        kind=kind or KINDS[0],
        title=table.text("title"),
        language=table.text("language", language, one_of=LANGUAGES),
        severities=_severities(table),
        networks=table.networks("networks"),
        timeout=table.duration("timeout", "15s", "1s", "60s"),
        webhook=secret(variable(name, "WEBHOOK"), table),
        sign=secret(variable(name, "SIGN"), table),
    )
    for problem in _problems(group):
        table.problem("", problem)
    return group


def _severities(table: Options) -> frozenset[Severity]:
    """Which matters are told to the group."""
    names = table.texts("severities", (str(Severity.URGENT),))
    for each in names:
        if each not in SEVERITIES:
            table.problem("severities", f"{each!r} is not known; write some of: {', '.join(SEVERITIES)}")
    if not names:
        table.problem("severities", f"must not be empty; write some of: {', '.join(SEVERITIES)}")
    return frozenset(Severity(each) for each in names if each in SEVERITIES)


def _problems(group: Group) -> list[str]:
    """What is wrong with the secrets of a group; none of them is repeated."""
    where = variable(group.name, "WEBHOOK")
    if not group.webhook:
        return [f"needs the address of its robot: set {where} or {where}_FILE"]
    found = []
    if not is_web_address(group.webhook) or not group.token:
        found.append(f"{where} is no address of a robot of {group.kind}; copy it whole from the program")
    if group.webhook.startswith("http:") and not group.networks:
        found.append(f"{where} is never asked in the clear; use https, or name the network of a server of your own")
    if group.sign and (group.kind != "dingtalk" or not _SIGN.fullmatch(group.sign)):
        found.append(
            f"{variable(group.name, 'SIGN')} is the key that DingTalk shows for signing, and only DingTalk's is used"
        )
    return found
