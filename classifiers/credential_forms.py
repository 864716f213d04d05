"""Secrets that show themselves: keys with a form of their own, private keys, addresses that carry a password.

Also what tells a value from a placeholder. Every pattern is bounded: linear on hostile input.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from classifiers.folding import Folded
from classifiers.gated import gated, opened
from classifiers.late import late


class Hit(NamedTuple):
    """A secret at ``text[start:end]`` of the folded text; ``score`` lies in 0..1."""

    rule: str
    start: int
    end: int
    score: float


# --- what is no secret though it stands where one is expected

# Both are read in lower case; the first where the value begins.
_HOLLOW_HEAD = late(
    r"#\{|__[a-z_]+__$|:[a-z_]+$|[<{\[(（【^]|![a-z]+$|\$[a-z_]|%[a-z_]+%?$|@{1,2}[a-z._]+@{1,2}$|env[.(\[]|vault:|!vault|\{?cipher\}|(?:my|the)[_-]?(?:pass|secret|token|key)"
    r"|\$[0-9a-z]{1,6}\$|arn:|projects/|ssm:|file:|/run/secrets|op://|aws:|kms:|u2fsdgvkx1|pbkdf2|scrypt:|argon2|sha\d{1,3}[$:]"
)
_HOLLOW = late(
    r"xxxx|\(\?[=!:]|\[a-z\]|\[0-9\]|\*\*|••|●●|\.{3}|…|_{4}|-{4}|\?{3}|#{4}|\$\{|\{\{|\$\(|<%|%\(|enc\((?<!\wenc\()|your|example|placeholder|change[_-]?(?:me|it)"
    r"|to[_-]?be|todo|redact|mask(?:ed)?\b|dummy|replace|insert|process\.env|os\.environ|getenv|secretkeyref|abcdefghij"
    r"|0123456789|1234567890ab|deadbeef|secretsmanager|keyvault|enc\[|varchar|required\||\|string|\|min:"
)
_LONGEST_WORD = 14
_READ = 80  # code points in which a placeholder shows itself
_WORD = late(
    r"password|passwd|pass|pwd|passphrase|secret|token|key|true|false|null|none|nil|undefined|"
    r"string|str|text|varchar|char|int|required|optional|yes|no|on|off|empty|default|value|number|"
    r"boolean|bool|bytes?|unicode|integer|float|list|dict|noreturn|uuid|datetime|object|any|the|and|or|is|not|must|should|will|hidden|type|name|id|username|user|"
    r"account|login|submit|reset|forgot|forgotten|change|confirm|confirmed|new|old|invalid|incorrect|"
    r"wrong|error|expired|failed|success|ok|here|see|bearer|basic|digest|private|public|"
    r"test_password|input|encrypted|protected|unknown|disabled|enabled|blank|self|this|form|data|"
    r"return|raise|break|continue|print|throw|else|elif|while|const|var|static|final|def|class|import|"
    r"params|request|policy|manager|n/a|ignore|userpassword|newpassword|oldpassword|mypassword|"
    r"dbpassword|demo|sample|foobar|credentials|nopass"
)
CODE = late(
    r"[A-Za-z_$][\w$.]{0,80}[(\[]|(?:this|self|req|request|form|user|data|params|config|cfg|app"
    r"|ctx|settings|env"
    r"|props|state|options|opts|body|args|row|model|process|os|conf|me|that|vm|document|window)\.[A-Za-z_]"
    r"|[A-Za-z_]+\.[A-Za-z_.]+$|[A-Za-z]\.[A-Za-z_]\w{0,40}$|[a-z]\w{0,40}\.[A-Z][A-Za-z]\w{0,60}$|https?://|[./~]*/[a-z]|\\|function\b|new\s|@(?:Value|Param)|[#.$][A-Za-z_-]+$"
)

_DIGIT, _HAN = late(r"\d"), late("[\u3400-\u9fff]")
_TWO_DIGITS = late(r"\d\D*\d")
_MIXED = late("(?!.*[a-z]{5})(?!.*[A-Z]{6})(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])")
_CASE_CHANGES = late("[a-z](?=[A-Z])|[A-Z](?=[a-z])")
_NO_WORDS = late("[A-Z][a-z][A-Z]|[a-z][A-Z]{2}[a-z]")  # rare in camelCase
_TWO_LETTERS = late(r"[^\W\d_][\W\d_]*[^\W\d_]")


def is_hollow(value: str) -> bool:
    """Placeholders, references to a vault, masked values, words of code."""
    lowered = value[:_READ].lower()
    word = len(lowered) <= _LONGEST_WORD and _WORD.fullmatch(lowered.rstrip("=:"))
    return bool(word or _HOLLOW_HEAD.match(lowered) or _HOLLOW.search(lowered))


def is_random(value: str, least: int = 16) -> bool:
    """Whether a key's value looks made by a machine: long, many different characters, digits among letters.

    One digit is enough where cases are mixed and no word is written out, none where they change all the time.
    """
    return (
        len(value) >= least
        and (_TWO_DIGITS.search(value) is not None or _MIXED.match(value) is not None or _is_scrambled(value))
        and _TWO_LETTERS.search(value) is not None
        and len(set(value[:_READ])) >= min(8, least - 2)
        and not is_hollow(value)
        and not CODE.match(value)
        and "://" not in value
        and " " not in value
    )


def _is_scrambled(value: str) -> bool:
    """Whether upper and lower case change too often for words."""
    if not 16 <= len(value) <= 128 or len(_NO_WORDS.findall(value, 0, _READ)) < 2:
        return False
    return 10 * len(_CASE_CHANGES.findall(value, 0, _READ)) >= 3 * min(len(value), _READ)


# --- keys with a form of their own

_BEGIN = late(r"-----BEGIN [A-Z0-9 ]{0,36}PRIVATE KEY(?: BLOCK)?-----")
_BODY = late(r"[A-Za-z0-9+/=]{16}")


def private_keys(folded: Folded) -> Iterator[Hit]:
    """PEM, OpenSSH and PGP blocks, even without their last line; line ends may be escaped."""
    text = folded.text
    for begin in _BEGIN.finditer(text):
        limit = min(len(text), begin.end() + 16_384)
        end = text.find("-----", begin.end(), limit)
        end = limit if end < 0 else end
        body = text[begin.end() : end]
        solid = _BODY.search(body)
        if solid and not re.search(r"\*{3}|x{6}|X{6}|\.{3}|…|省略|脱敏|示例|your", body):
            yield Hit("private_key", begin.end() + solid.start(), begin.end() + len(body.rstrip('\\\r\n\t "')), 0.98)


# "-----BEGIN … PRIVATE KEY" in Base64, as Kubernetes writes it
_BASE64_PEM = "LS0tLS1CRUdJTi(?:BQUklWQVRFIEtFWS|BSU0EgUFJJVkFURSBLRVk|BFQyBQUklWQVRFIEtFWS|BPUEVOU1NIIFBSSVZBVEUgS0VZ)"
_PREFIXED = (
    r"dop_v1_[0-9a-f]{64} glsa_\w{32,} hvs\.[\w-]{24,} nvapi-[\w-]{40,} pplx-[A-Za-z0-9]{40,} r8_(?=[A-Za-z0-9]{0,36}[A-Za-z]{2})[A-Za-z0-9]{37}"
    r" ATATT3[\w=-]{60,} figd_[\w-]{30,} sq0csp-[\w-]{40,} xkeysib-[0-9a-f]{64} AGE-SECRET-KEY-1[A-Z0-9]{58}"
    r" shpss_[0-9a-f]{32} ntn_[A-Za-z0-9]{40,} NRAK-[A-Z0-9]{27} sq0atp-[\w-]{22} sqp_[0-9a-f]{40} sk\.eyJ[\w-]{30,}+\.[\w-]{20,}"
).split()
FORMS = gated(
    ("private_key", "private-lines", r"Private-Lines: {0,2}\d{1,3}\s{1,4}(?P<v>[A-Za-z0-9+/=\r\n]{16,8192})"),
    ("private_key", "b3blbnnzac1rzxktdjea", r"(?P<v>b3BlbnNzaC1rZXktdjEA[A-Za-z0-9+/=]{20,})"),
    (
        "private_key",
        "mii",
        r"(?P<v>MII[A-Za-z0-9+/]{2,4}IB(?:AD?ANBgkqhkiG9w0BAQEFAASC|AAK[BC])[A-Za-z0-9+/=]{12,})",
    ),
    (
        "private_key",
        "mig mhcc mc4c",
        r"(?P<v>M(?:IG[HT]AgEAMBMGByqGSM49|HcCAQEE|C4CAQAwBQYDK2Vw)[A-Za-z0-9+/=]{20,})",
    ),
    (
        "cloud_key",
        "akia asia akid aiza",
        r"(?P<v>A(?:(?:KIA|SIA)[A-Z2-7][A-Z0-9]{15}|KID[A-Za-z0-9]{12,40}|Iza[\w-]{35})(?![A-Za-z0-9]))",
    ),
    (
        "cloud_key",
        "ltai jdc_ aklt",
        r"(?P<v>LTAI[A-Za-z0-9]{12,26}(?![A-Za-z0-9])|JDC_[A-Z0-9]{24,36}|AKLT[A-Za-z0-9_=-]{20,64})",
    ),
    ("cloud_key", "accountkey=", r"AccountKey=(?P<v>[A-Za-z0-9+/]{40,88}={0,2})"),
    ("private_key", "ls0tls1crudjti", rf"(?P<v>{_BASE64_PEM}[A-Za-z0-9+/=]{{20,}})"),
    ("cloud_key", "altak-", r"(?P<v>bce-v3/ALTAK-[A-Za-z0-9]{16,32}/[0-9a-f]{32,64})"),
    ("cloud_key", "sig=", r"[?&=]sv=\d{4}-\d\d-\d\d&[^\s\"'<>]{0,200}?sig=(?P<v>[A-Za-z0-9+/]{40,60}=?)"),
    ("webhook", "logic.azure", r"\.logic\.azure\.c(?:om|n)[^\s\"'<>]{0,300}?[?&]sig=(?P<v>[\w-]{40,48})"),
    ("webhook", "api.day.app", r"api\.day\.app/(?P<v>[A-Za-z0-9]{20,24})(?![A-Za-z0-9])"),
    ("cloud_key", "ya29. gocspx-", r"(?P<v>ya29\.[\w-]{20,}|GOCSPX-[\w-]{20,})"),
    (
        "webhook",
        "qyapi.",
        r"qyapi\.weixin\.qq\.com/cgi-bin/webhook/\w{4,12}\?(?:[\w=&-]{0,40}&)?key=(?P<v>[\w-]{20,64})",
    ),
    ("webhook", "oapi.", r"oapi\.dingtalk\.com/robot/send\?(?:[\w=&-]{0,40}&)?access_token=(?P<v>[0-9A-Za-z]{32,80})"),
    ("webhook", "open.", r"open\.(?:feishu\.cn|larksuite\.com)/open-apis/bot/(?:v2/)?hook/(?P<v>[\w-]{16,64})"),
    ("webhook", "hooks.", r"hooks\.slack\.com/(?:services|workflows)/(?P<v>T\w{6,14}/[AB]\w{6,14}/\w{16,40})"),
    ("webhook", "discord", r"discord(?:app)?\.com/api/webhooks/\d{16,20}/(?P<v>[\w-]{40,80})"),
    (
        "webhook",
        "webhook",
        r"(?:webhook\.office\.com/webhookb2|outlook\.office(?:365)?\.com/webhook)/(?P<v>[\w@-]{36,90}/IncomingWebhook/[\w/-]{32,90})",
    ),
    ("webhook", "sec sct", r"(?P<v>SEC[0-9a-f]{60,64}(?![A-Za-z0-9])|SCT\d{2,7}T[A-Za-z0-9]{20,40})"),
    (
        "token",
        "gh gl",
        r"(?P<v>g(?:h[pousr]_[A-Za-z0-9]{30,255}|l(?:pat|dt|rt|ptt|ft|soat|cbt)-[\w-]{20,64}))",
    ),
    ("token", "github_pat_", r"(?P<v>github_pat_\w{22,255})"),
    (
        "token",
        "dop_v1_ glsa_ hvs. nvapi- pplx- r8_ atatt3 figd_ sq0csp- xkeysib- age-secret-key- shpss_ ntn_ nrak- sq0atp- sqp_ sk.eyj",
        rf"(?P<v>{'|'.join(_PREFIXED)})",
    ),
    ("token", "xox xapp-", r"(?P<v>xox[abeoprs]-[A-Za-z0-9-]{20,}|xapp-\d-[A-Za-z0-9-]{20,})"),
    (
        "token",
        "npm_ pypi- dckr_pat_ hf_",
        r"(?P<v>npm_[A-Za-z0-9]{36}|pypi-[\w-]{50,}|dckr_pat_[\w-]{20,}|hf_[A-Za-z0-9]{30,})",
    ),
    ("token", ":aa", r"(?P<v>\d{8,10}:AA[\w-]{32,34})(?![\w-])"),
    (
        "token",
        "basic",
        r"(?i:authorization[\"']?[ ]?[:=][ ]?[\"']?basic)[ ](?=[a-z]{0,40}[A-Z0-9])(?P<v>[A-Za-z0-9+/]{8,200}={0,2})",
    ),
    ("token", "bitlocker", r"(?i)bitlocker[^\n]{0,80}?(?P<v>\d{6}(?:-\d{6}){7})"),
    ("token", "otpauth", r"otpauth://[^\s]{0,120}?secret=(?P<v>[A-Z2-7]{16,64})"),
    ("token", "-us", r"(?P<v>(?<![0-9a-f])[0-9a-f]{32}-us\d{1,2}(?!\w))"),
    # what only begins like one is passed over as a whole, or each beginning in it would be followed to its end
    ("token", "eyj", r"(?P<v>eyJ[\w-]{10,}+\.eyJ[\w-]{10,}+\.[\w-]{16,})|eyJ[\w-]*+"),
    ("api_key", ".", r"(?<![/.\w-])(?P<v>[0-9a-f]{32}\.[A-Za-z0-9]{16}(?![\w.]))"),
    ("api_key", "key=", r"[?&](?:uid|user\w{0,6}|account|cid)=[^\s&=]{1,40}&key=(?P<v>[\w.@!-]{8,64})"),
    (
        "api_key",
        "sk- k_live_ k_test_ whsec_",
        r"(?P<v>sk-[\w-]{20,200}|[sr]k_(?:live|test)_[A-Za-z0-9]{16,200}|whsec_[A-Za-z0-9+/=]{20,})",
    ),
    ("api_key", "sg. sk", r"(?P<v>SG\.[\w-]{16,32}\.[\w-]{30,64}|SK[0-9a-f]{32}(?![A-Za-z0-9]))"),
    (
        "api_key",
        "key- gsk_ xai- shpat_",
        r"(?P<v>key-[0-9a-f]{32}|gsk_[A-Za-z0-9]{40,}|xai-[A-Za-z0-9]{40,}|shpat_[0-9a-f]{32})",
    ),
)
_SAMPLE = late(
    r"OiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9l|(?i:example|x{5}|your|test_key_here)|(.)\1{7}|0123456789|abcdefghij"
)


def by_form(folded: Folded) -> Iterator[Hit]:
    for rule, pattern in opened(FORMS, folded):
        for match in pattern.finditer(folded.text):
            value = match["v"]
            if value is None or _is_glued(folded.text, match):
                continue
            if not _SAMPLE.search(value) and len(set(value)) >= 8 and (rule != "api_key" or has_digit(value)):
                yield Hit(rule, *match.span("v"), 0.95)


def _is_glued(text: str, match: re.Match[str]) -> bool:
    """Whether the form is the tail of a longer word; "bot" may stand before a robot's token."""
    start = match.start()
    if start == 0 or match.start("v") != start or text.endswith("bot", 0, start):
        return False
    return text[start - 1].isascii() and (text[start - 1].isalnum() or text[start - 1] == "-")


def has_han(value: str) -> bool:
    return not value.isascii() and _HAN.search(value) is not None


def has_digit(value: str) -> bool:
    return _DIGIT.search(value) is not None


# A session's number lets in whoever sends it along. In a link servers put it there themselves, for every visitor.
SESSIONS = gated(
    (
        "token",
        "sess sid auth rememberme satoken",
        r"(?i)(?:SESS(?:ION)?(?:[_-]?ID)?\w{0,8}|(?<![a-z])sid|ASPXAUTH|rememberMe|satoken)=(?P<v>[^\s;,\"'<>一-鿿]{16,1024})",
    )
)
_COOKIE = late(r"(?<!set-)cookie|[ ]-b[ ][\"']?$")
_COOKIES = 400  # code points of other cookies before it


def sessions(folded: Folded) -> Iterator[Hit]:
    """Numbers of sessions among the cookies of a request."""
    for rule, pattern in opened(SESSIONS, folded):
        for match in pattern.finditer(folded.text):
            before = folded.lowered[max(0, match.start() - _COOKIES) : match.start()]
            if _COOKIE.search(before, before.rfind("\n") + 1) and is_random(match["v"]):
                yield Hit(rule, *match.span("v"), 0.8)


# --- addresses that carry a password

_ADDRESS = late(  # who sends mail by it may be an address too
    r"://(?<=[A-Za-z0-9]://)(?P<user>[^\s/@:\"'<>?]{0,64}(?:@[\w.-]{1,64}(?=:[^\s/@]{1,128}@))?):(?P<v>[^\s\"'<>，。；、）]{1,128}?)@(?=[\w\[.{*-])"
)
_PAN = late(r"(?i)(?:pass(?:word|wd)?|pwd|passw0rd|secret|token|user(?:name)?|用户|密码)$")
_PORT = late(r"\d{1,5}(?:/|$)")
# Oracle: user/secret@where
# who:secret@10.1.2.3 without a scheme
_AT_NUMBER = late(r"@(?=\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})")
_WHO_AND = late(r"(?<![\w.@/:-])[A-Za-z][\w.-]{1,31}:(?P<v>[^\s:/@]{5,64})$")
_SLASHED = late(r"/(?P<v>[^\s/@\"'：，。]{3,64})@")
_CLIENT = late(r"(?i)(?:jdbc:oracle:(?:thin|oci):|sqlplus\s{1,3}|\b(?:exp|imp)(?:dp)?\s)\w{1,32}$")
_NAME = late(r"(?<!\w)[A-Za-z]\w{1,31}$")
_WHERE = late(r"(?i)orcl\b|//[\w.-]{4,64}[:/]|[\d.]{7,15}:\d{2,5}[:/]")

# A line of a .pgpass: host, port, database, user, secret
_PGPASS = gated(
    (
        "connection_string",
        ":5432: :*:",
        r"(?m)^[\w.*-]{1,64}:(?:5432|\*):[\w*-]{1,32}:[\w.*-]{1,32}:(?P<v>[^\s:]{4,64})$",
    )
)


def connections(folded: Folded) -> Iterator[Hit]:
    text = folded.text
    for match in _ADDRESS.finditer(text):
        user, value = match["user"], match["v"]
        port_only = _PORT.match(value) and ("/" in value or not user.strip())
        local = user == value and text.startswith(("localhost", "127.0.0.1"), match.end())
        if not (port_only or local or user.lower() == "anonymous" or "://" in value or _is_sample(value)):
            yield Hit("connection_string", *match.span("v"), 0.95 if len(value) > 3 else 0.6)
    for rule, pattern in opened(_PGPASS, folded):
        yield from (Hit(rule, *match.span("v"), 0.9) for match in pattern.finditer(text) if not _is_sample(match["v"]))
    for at in _AT_NUMBER.finditer(text):
        who = _WHO_AND.search(text, max(0, at.start() - 96), at.start())
        if who and not _is_sample(who["v"]):
            yield Hit("connection_string", *who.span("v"), 0.9)
    for match in _SLASHED.finditer(text):
        start = match.start()
        before = text[max(0, start - 64) : start]
        known = _CLIENT.search(before) or (_WHERE.match(text, match.end()) and _NAME.search(before))
        if known and not _is_sample(match["v"]):
            yield Hit("connection_string", *match.span("v"), 0.95)


def _is_sample(value: str) -> bool:
    return is_hollow(value) or _PAN.match(value) is not None or has_han(value)
