"""Secrets that show themselves: keys with a form of their own, private keys, addresses that carry a password.

Also what tells a value from a placeholder. Every pattern is bounded: linear on hostile input.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hit:
    """A secret at ``text[start:end]`` of the folded text; ``score`` lies in 0..1."""

    rule: str
    start: int
    end: int
    score: float


# --- what is no secret though it stands where one is expected

_HOLLOW = re.compile(
    r"(?i)x{4,}|\*{2,}|•{2,}|●{2,}|\.{3}|…|_{4,}|-{4,}|\?{3,}|#{4,}|\$\{|\{\{|\$\(|<%|%\(|\benc\(|^[<{\[(（【]"
    r"|^\$[a-z_]|^%[a-z_]+%?$"
    r"|^@[a-z.]+@$|your|example|placeholder|change[_-]?(?:me|it)|to[_-]?be|todo|redact|mask(?:ed)?\b|dummy"
    r"|replace|insert|process\.env|os\.environ|getenv|^env[.(\[]|^vault:|^!vault|secretkeyref|^\{?cipher\}|^(?:my"
    r"|the)[_-]?(?:pass|secret|token|key)"
    r"|^\$[0-9a-z]{1,6}\$|^\{\w{3,12}\}|^arn:|^projects/|^ssm:|^file:|^/run/secrets|abcdefghij|0123456789"
    r"|1234567890ab|deadbeef"
)
_WORD = re.compile(
    r"(?i)password|passwd|pass|pwd|passphrase|secret|token|key|true|false|null|none|nil|undefined|"
    r"string|str|text|varchar|char|int|required|optional|yes|no|on|off|empty|default|value|number|"
    r"boolean|object|any|the|and|or|is|not|must|should|will|hidden|type|name|id|username|user|"
    r"account|login|submit|reset|forgot|forgotten|change|confirm|confirmed|new|old|invalid|incorrect|"
    r"wrong|error|expired|failed|success|ok|here|see|bearer|basic|digest|private|public|"
    r"test_password|input|encrypted|protected|unknown|disabled|enabled|blank|self|this|form|data|"
    r"params|request|policy|manager|n/a|ignore|userpassword|newpassword|oldpassword|mypassword|"
    r"dbpassword|demo|sample|foobar|credentials|nopass"
)
CODE = re.compile(
    r"[A-Za-z_$][\w$.]{0,80}[(\[]|(?:this|self|req|request|form|user|data|params|config|cfg|app"
    r"|ctx|settings|env"
    r"|props|state|options|opts|body|args|row|model|process|os|conf|me|that|vm|document|window)\.[A-Za-z_]"
    r"|[A-Za-z]+\.[A-Za-z]+$|https?://|[./~]*/[a-z]|\\|function\b|new\s|@(?:Value|Param)|[#.$][A-Za-z_-]+$"
)


def is_hollow(value: str) -> bool:
    """Placeholders, references to a vault, masked values, words of code."""
    return _HOLLOW.search(value) is not None or _WORD.fullmatch(value) is not None


def is_random(value: str, least: int = 16) -> bool:
    """Whether a key's value looks made by a machine: long, many different characters, digits among letters."""
    digits = sum(character.isdigit() for character in value)
    letters = sum(character.isalpha() for character in value)
    return (
        len(value) >= least
        and len(set(value)) >= min(8, least - 2)
        and digits >= 2
        and letters >= 2
        and not is_hollow(value)
        and not CODE.match(value)
    )


# --- keys with a form of their own

_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]{0,36}PRIVATE KEY(?: BLOCK)?-----")
_BODY = re.compile(r"[A-Za-z0-9+/=]{16}")


def private_keys(text: str) -> Iterator[Hit]:
    """PEM, OpenSSH and PGP blocks, even without their last line; line ends may be escaped."""
    for begin in _BEGIN.finditer(text):
        end = text.find("-----", begin.end())
        end = min(len(text) if end < 0 else end, begin.end() + 16_384)
        body = text[begin.end() : end]
        solid = _BODY.search(body)
        if solid and not re.search(r"\*{3}|x{6}|X{6}|\.{3}|…|省略|脱敏|示例|your", body):
            yield Hit("private_key", begin.end() + solid.start(), begin.end() + len(body.rstrip('\\\r\n\t "')), 0.98)


_FORMS: tuple[tuple[str, str], ...] = (
    ("private_key", r"Private-Lines: {0,2}\d{1,3}\s{1,4}(?P<v>[A-Za-z0-9+/=\r\n]{16,8192})"),
    ("private_key", r"(?P<v>b3BlbnNzaC1rZXktdjEA[A-Za-z0-9+/=]{20,})"),
    ("private_key", r"(?P<v>MII[A-Za-z0-9+/]{2,4}IB(?:AD?ANBgkqhkiG9w0BAQEFAASC|AAK[BC])[A-Za-z0-9+/=]{12,})"),
    ("private_key", r"(?P<v>M(?:IG[HT]AgEAMBMGByqGSM49|HcCAQEE|C4CAQAwBQYDK2Vw)[A-Za-z0-9+/=]{20,})"),
    ("cloud_key", r"(?P<v>A(?:(?:KIA|SIA)[A-Z2-7][A-Z0-9]{15}|KID[A-Za-z0-9]{12,40}|Iza[\w-]{35})(?![A-Za-z0-9]))"),
    ("cloud_key", r"(?P<v>LTAI[A-Za-z0-9]{12,26}(?![A-Za-z0-9])|JDC_[A-Z0-9]{24,36}|AKLT[A-Za-z0-9_=-]{20,64})"),
    ("cloud_key", r"AccountKey=(?P<v>[A-Za-z0-9+/]{40,88}={0,2})"),
    ("cloud_key", r"(?P<v>ya29\.[\w-]{20,}|GOCSPX-[\w-]{20,})"),
    ("webhook", r"qyapi\.weixin\.qq\.com/cgi-bin/webhook/\w{4,12}\?(?:[\w=&-]{0,40}&)?key=(?P<v>[\w-]{20,64})"),
    ("webhook", r"oapi\.dingtalk\.com/robot/send\?(?:[\w=&-]{0,40}&)?access_token=(?P<v>[0-9A-Za-z]{32,80})"),
    ("webhook", r"open\.(?:feishu\.cn|larksuite\.com)/open-apis/bot/(?:v2/)?hook/(?P<v>[\w-]{16,64})"),
    ("webhook", r"hooks\.slack\.com/(?:services|workflows)/(?P<v>T\w{6,14}/[AB]\w{6,14}/\w{16,40})"),
    ("webhook", r"discord(?:app)?\.com/api/webhooks/\d{16,20}/(?P<v>[\w-]{40,80})"),
    ("webhook", r"webhook\.office\.com/webhookb2/(?P<v>[\w@-]{36,90}/IncomingWebhook/[\w/-]{32,90})"),
    ("webhook", r"(?P<v>SEC[0-9a-f]{60,64}(?![A-Za-z0-9])|SCT\d{2,7}T[A-Za-z0-9]{20,40})"),
    (
        "token",
        r"(?P<v>g(?:h[pousr]_[A-Za-z0-9]{30,255}|ithub_pat_\w{22,255}|l(?:pat|dt|rt|ptt|ft|soat|cbt)-[\w-]{20,64}))",
    ),
    ("token", r"(?P<v>xox[abeoprs]-[A-Za-z0-9-]{20,}|xapp-\d-[A-Za-z0-9-]{20,})"),
    ("token", r"(?P<v>npm_[A-Za-z0-9]{36}|pypi-[\w-]{50,}|dckr_pat_[\w-]{20,}|hf_[A-Za-z0-9]{30,})"),
    ("token", r"(?P<v>\d{8,10}:AA[\w-]{32,34})(?![\w-])"),
    ("token", r"(?P<v>eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{16,})"),
    ("api_key", r"[?&](?:uid|user\w{0,6}|account|cid)=[^\s&=]{1,40}&key=(?P<v>[\w.@!-]{8,64})"),
    ("api_key", r"(?P<v>sk-[\w-]{20,200}|[sr]k_(?:live|test)_[A-Za-z0-9]{16,200}|whsec_[A-Za-z0-9+/=]{20,})"),
    ("api_key", r"(?P<v>SG\.[\w-]{16,32}\.[\w-]{30,64}|SK[0-9a-f]{32}(?![A-Za-z0-9]))"),
    ("api_key", r"(?P<v>key-[0-9a-f]{32}|gsk_[A-Za-z0-9]{40,}|xai-[A-Za-z0-9]{40,}|shpat_[0-9a-f]{32})"),
)
_FORM = [(rule, re.compile(pattern)) for rule, pattern in _FORMS]
_SAMPLE = re.compile(
    r"OiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9l|(?i:example|x{5}|your|test_key_here)|(.)\1{7}|0123456789|abcdefghij"
)


def by_form(text: str) -> Iterator[Hit]:
    for rule, pattern in _FORM:
        for match in pattern.finditer(text):
            value = match["v"]
            if _is_glued(text, match):
                continue
            if not _SAMPLE.search(value) and len(set(value)) >= 8 and (rule != "api_key" or has_digit(value)):
                yield Hit(rule, *match.span("v"), 0.95)


def _is_glued(text: str, match: re.Match[str]) -> bool:
    """Whether the form is the tail of a longer word; "bot" may stand before a robot's token."""
    start = match.start()
    if start == 0 or match.start("v") != start or text.endswith("bot", 0, start):
        return False
    return text[start - 1].isascii() and text[start - 1].isalnum()


def has_digit(value: str) -> bool:
    return any(character.isdigit() for character in value)


# --- addresses that carry a password

_ADDRESS = re.compile(
    r"(?<=[A-Za-z0-9])://(?P<user>[^\s/@:\"'<>?]{0,64}):(?P<v>[^\s\"'<>，。；、）]{1,128}?)@(?=[\w\[.{*-])"
)
_ORACLE = re.compile(
    r"(?i)(?:jdbc:oracle:(?:thin|oci):|sqlplus\s{1,3}|\bexpdp?\s"
    r"|\bimpdp?\s)(?P<user>\w{1,32})/(?P<v>[^\s/@\"']{3,64})@"
)
_PAN = re.compile(r"(?i)^(?:pass(?:word|wd)?|pwd|passw0rd|secret|token|user(?:name)?|用户|密码)$")


def connections(text: str) -> Iterator[Hit]:
    for pattern in (_ADDRESS, _ORACLE):
        for match in pattern.finditer(text):
            value = match["v"]
            port_only = re.match(r"\d{1,5}(?:/|$)", value) and ("/" in value or not match["user"].strip())
            if not (
                port_only
                or match["user"].lower() == "anonymous"
                or is_hollow(value)
                or _PAN.match(value)
                or "://" in value
                or re.search("[一-鿿]", value)
            ):
                yield Hit("connection_string", *match.span("v"), 0.95 if len(value) > 3 else 0.6)
