"""Secrets without a label of their own: beside an account's name, and in the columns of tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from classifiers.credential_forms import CODE, Hit, has_digit, is_hollow
from classifiers.credential_labels import AROUND, EXAMPLE_BEFORE, is_advice
from classifiers.credential_values import password_score
from classifiers.folding import Folded
from classifiers.late import late

_USER = late(  # in lower case
    r"root|admin[a-z0-9_]{0,10}|superuser|sys(?:dba|tem)?|sa|test\d{0,3}|guest|user(?:\d{1,4}|(?![ ][ ]?[a-z0-9\"']))|oracle|postgres|mysql|ftp\w{0,8}"
    r"|operator|weblogic|tomcat|nacos|minio|dev|ubuntu|deploy"
)
_BEFORE_ADMIN = late(r"[a-z][a-z_]{0,10}$")
_PAIRED = late(r"[ ]{0,2}(?:[/|]|[:：](?!//)|[，,]|[ ])[ ]{0,2}(?P<v>[!-.0-~][!-~]{3,63})")
_WORD = late(r"[\w/.@-]")
_SLASHED = late(
    r"/[ ]{0,2}(?=[A-Za-z]{0,20}[@#$!%*&_]|[A-Za-z0-9]{0,20}[@#$!%*&])(?P<v>[A-Za-z][A-Za-z0-9@#$!%*&_.-]{5,40})"
)
_ACCOUNT_AND = late(  # 用户bdc/bdc2020, 账号fgk01 Fgk#2025
    r"(?:[账帐][号户]|用户名?|登录名)[:：为是]?[ ]{0,2}(?P<u>[A-Za-z][\w.@-]{1,31})"
    r"(?:[ ]{0,2}/[ ]{0,2}|[ ，,、](?=[A-Za-z0-9]{1,20}[@#$!%&*])(?![^\s@]{1,40}@[\w-]{1,40}\.))(?=[!-~]{0,20}[0-9])(?P<v>[A-Za-z][!-~]{5,40})"
)
_DASHED = late(
    r"(?<![\w.@-])(?P<u>[A-Za-z0-9][\w.@]{2,40})-{4}(?=[!-~]{0,40}[0-9])(?=[!-~]{0,40}[A-Za-z])(?P<v>[^\s，。；、-]{5,40})"
)
_BEFORE_SLASH = late(r"(?<![\w/.@-])[A-Za-z][\w.@-]{1,40}[ ]{0,2}$")
_LOGIN = late(  # in lower case
    r"登录|登陆|登入|账密|账号|账户|帐号|帐户|wi-?fi|无线|3389|后台|服务器|密码|口令|管理员|login|log[ ](?:in|on)\b|ssh|smtp|imap|pop3|webdav|远程|控制台|数据库|主机|路由器|摄像|录像机|监控|ftp|vpn|堡垒机|防火墙|网关|交换机|nvr|系统[:：]|nas|邮箱|credential|账套|sqlserver|mssql|oracle|mysql|redis|平台|门禁|终端|道闸|大屏|工控|组态|网卡|ups\b|bmc\b|ilo\b|idrac|plc|scada|rabbitmq|kafka|zabbix|grafana|jenkins|gitlab|harbor|nexus|elastic|kibana|管理台|admin"
)
_ADDRESS = late(r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}")
_STRONG = late("(?=[!-~]*[A-Za-z])(?=[!-~]*[0-9])[!-~]{6,64}")
_DEVICE = late(r"(?i)[a-z]{2,5}/[0-9.]+$")  # pts/0, HTTP/1.1
_LONGEST = 64
_OFFICE = late("operator|dev|user|system|guest|test")
_ADMIN = late("admin|root")
_WARNING = late("弱口令|弱密码|高危|漏洞|黑客|攻击|整改|排查|加密密码|切勿|请勿|不要使用|不得使用|禁止")
_NO_SECRET = late(
    r"(?i)^https?:|^\d+[-.:]\d|^'|\.(?:docx?|xlsx?|pdf|html?|css|js|jpe?g|png|zip|rar|xml|txt|php|do|aspx?|jsp)$|@v\d"
)
_SECRET_WORD = late(r"[账帐][号户]|密码|口令|用户|登录|pass|pwd")
_MARK = late("[@#$!%*&]")  # an underscore also stands in the names of files


def pairs(folded: Folded) -> Iterator[Hit]:
    """``root / secret`` where the words around speak of logging in."""
    if not (_LOGIN.search(folded.lowered) or _ADDRESS.search(folded.text)):
        return
    for start, pair in (*_named(folded), *_slashed(folded.text)):
        value = pair["v"].rstrip(".,;:)]}")
        around = folded.lowered[max(0, start - AROUND) : pair.end() + AROUND]
        blank = pair[0][: pair.start("v") - pair.start()].isspace()
        named = blank and folded.lowered[start : pair.start()]
        if _may_be_secret(value, named or "") and _speaks_of_login(around, value):
            yield Hit("password", pair.start("v"), pair.start("v") + len(value), 0.85)
    for twins in _TWINS.finditer(folded.lowered) if "/" in folded.text else ():
        around = folded.lowered[max(0, twins.start() - AROUND) : twins.end() + AROUND]
        if _speaks_of_login(around, "") and not is_hollow(twins["v"]):
            yield Hit("password", *twins.span("v"), 0.6)


def _may_be_secret(value: str, named: str) -> bool:
    """``named``: the account, where only a space divides them. Then a version of it, or a name behind it, is none."""
    repeats = len(value) - len(named) if value.lower().startswith(named) else _LONGEST
    return (
        len(value) >= 5
        and has_digit(value)
        and not (named and (_DEVICE.match(value) or _OFFICE.fullmatch(named)))
        and not (named and repeats < (3 if _ADMIN.match(named) else _LONGEST))
        and not (is_hollow(value) or CODE.match(value) or _NO_SECRET.search(value))
    )


def _speaks_of_login(around: str, value: str) -> bool:
    """An address of the network is enough where the secret looks like nothing else."""
    named = _LOGIN.search(around) or ("/" not in value and _STRONG.fullmatch(value) and _ADDRESS.search(around))
    return bool(named) and not (EXAMPLE_BEFORE.search(around) or _WARNING.search(around))


def _named(folded: Folded) -> Iterator[tuple[int, re.Match[str]]]:
    """Where the account begins, and what follows its name: for names that systems give."""
    text, last = folded.lowered, 0
    for user in _USER.finditer(text):
        start = user.start()
        if text.startswith("admin", start) and (before := _BEFORE_ADMIN.search(text, max(last, start - 10), start)):
            start = before.start()
        if start < last or (start and _WORD.match(text, start - 1)):
            continue
        if pair := _PAIRED.match(folded.text, user.end()):
            last = pair.end()
            yield start, pair


def _slashed(text: str) -> Iterator[tuple[int, re.Match[str]]]:
    """The same for any name, where a slash divides and the password has a mark in it."""
    last = 0
    for pair in _SLASHED.finditer(text):
        user = _BEFORE_SLASH.search(text, max(last, pair.start() - 44), pair.start())
        if user and (pair[0][1] == " " or _MARK.search(pair["v"]) or _login_before(text, user.start())):
            last = pair.end()
            yield user.start(), pair
    for pattern in (_ACCOUNT_AND, _DASHED):
        yield from ((pair.start("u"), pair) for pair in pattern.finditer(text))


def _login_before(text: str, at: int) -> bool:
    return _SECRET_WORD.search(text, max(0, at - AROUND), at) is not None


# --- the account is the password, or its letters stand apart

_LABEL = r"(?:初始|默认|登录)?(?:密[ ]{0,4}[码碼]|口[ ]{0,4}令)"
_SAME = late(
    r"(?:[账帐][号户]|用户名?|登录名|user(?:name)?)[:：为是 ]{0,3}(?P<v>[A-Za-z][\w.@-]{2,31})[，,、；;/ ]{0,3}"
    rf"{_LABEL}[:：]?(?:均|都|也)?[为是]?"
    r"(?:同(?:上|样|[账帐用登])|[和与跟][^\s，。]{0,6}(?:一样|相同|一致)|[ ]{0,2}(?P=v)(?!\w))"
)
_TWINS = late(
    r"(?i)(?<![a-z0-9_/.@-])(?!anonym)([a-z][a-z0-9_]{2,15})[ ]?/[ ]?(?P<v>\1)(?![a-z0-9_/.@-])"
)  # nacos/nacos: as delivered
_APART = late(rf"{_LABEL}[ ]?[:：为是]?[ ]{{0,2}}(?P<v>[!-~](?:[ ][!-~]){{5,31}})(?![!-~])")
_REVERSED = late(  # 以 Zjj#2025 为密码
    rf"[用以将把][ ]?(?=[!-~]{{0,40}}[0-9])(?=[!-~]{{0,40}}[A-Za-z])(?P<v>[!-~]{{6,40}})[ ]?(?:作为?|当作?|设为|做|为){_LABEL}"
)


def spelled(folded: Folded) -> Iterator[Hit]:
    """An account that is its own password, a password before its label, one with a blank behind each letter."""
    text = folded.text
    if "密" in text or ("口" in text and "令" in text):
        found = (
            *_SAME.finditer(text),
            *_reversed(text),
            *(match for match in _APART.finditer(text) if _is_strong(match["v"])),
        )
        yield from (Hit("password", *match.span("v"), 0.7) for match in found)


def _reversed(text: str) -> Iterator[re.Match[str]]:
    for match in _REVERSED.finditer(text):
        if not is_advice(
            text[max(0, match.start() - AROUND) : match.start("v")], text[match.end() : match.end() + AROUND]
        ):
            yield match


def _is_strong(letters: str) -> bool:
    return _STRONG.fullmatch(letters.replace(" ", "")) is not None


# --- tables: a header line names the column

_TABBED, _COMMAS, _BLANKS = late(r"[\t|]|[ ]{2,}"), late("[,，;；]"), late(" ")
_DRESS = " \t`*"  # of cells, in Markdown too
_FIGURE = late(r"\d[.:-]\d")  # stands in no head
_DIVIDER = late(r"[^\\s][\t|,，;； ]")
_WORDS = "密码|口令|password|passwd|pwd"
_COLUMN = late(rf"(?:{_WORDS})[ ]{{0,8}}(?=[\t|,，;；\r\n ]|$)")  # in lower case
_HEAD = late(rf"(?i)(?:登录|初始|默认|系统|管理员)?(?:{_WORDS})")


class _Table(NamedTuple):
    """How its cells are divided, how many there are, and which is the password's."""

    divided: re.Pattern[str]
    width: int
    column: int

    def value(self, line: str) -> str | None:
        """The password's cell; None where the table has ended. The less sure the divider, the stricter."""
        cells = self.divided.split(line.strip("\r\n"))
        if len(cells) <= self.column or (self.divided is not _TABBED and len(cells) != self.width):
            return None
        value = cells[self.column].strip(_DRESS)
        return value if self.divided is not _BLANKS or _STRONG.fullmatch(value) else ""


def tables(folded: Folded) -> Iterator[Hit]:
    """Rows below a header with a password's column; a shorter line ends the table."""
    first = _COLUMN.search(folded.lowered)
    if first is None:
        return
    table: _Table | None = None
    place = folded.text.rfind("\n", 0, first.start()) + 1
    for line in folded.text[place:].splitlines(keepends=True):
        head = _header(line) if _DIVIDER.search(line) and _COLUMN.search(line.lower()) else None
        value = table.value(line) if table and not head else None
        if value and has_digit(value) and password_score(value, "|", False, ""):
            start = place + line.rfind(value)
            yield Hit("password", start, start + len(value), 0.8)
        table = head or (None if value is None and not line.isspace() else table)
        place += len(line)


def _header(line: str) -> _Table | None:
    for divided in (_TABBED, _COMMAS, _BLANKS):
        cells = [cell.strip(_DRESS) for cell in divided.split(line.strip("\r\n"))]
        column = next((i for i, cell in enumerate(cells) if _HEAD.fullmatch(cell)), -1)
        if len(cells) > 1 and column >= 0 and not any(map(_FIGURE.search, cells)):
            return _Table(divided, len(cells), column)
    return None
