"""Passwords and keys that stand in public: by their own form, or by a label that says what they are.

Two ways lead to a finding. Issuers give keys a form of their own (``AKIA...``, ``-----BEGIN ... PRIVATE KEY-----``, a
robot's address); the form is enough. Everything else needs a label (``password:``, 初始密码为, ``-u user:``) and a
value that is neither a placeholder nor a rule about passwords. Every pattern is bounded: linear on hostile input.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from classifiers.credential_forms import CODE, Hit, by_form, connections, has_digit, is_hollow, is_random, private_keys
from classifiers.finding import Document, Finding, Kind, excerpt, mask
from classifiers.folding import Folded, fold
from classifiers.page import Passage, passages

AROUND = 40  # code points that are read before a label or after a value


def find(document: Document) -> list[Finding]:
    """Secrets in title, text, URL and the source of a page; spans cover the secret alone, excerpts hide every secret."""
    return [found for passage in passages(document) for found in _in_passage(passage)]


def _in_passage(passage: Passage) -> Iterator[Finding]:
    folded = fold(passage.text)
    hits = _apart(_hits(folded))
    spans = [folded.span(hit.start, hit.end) for hit in hits]
    masked = mask(passage.text, [(start, end, 0, 0) for start, end in spans])
    for hit, (start, end) in zip(hits, spans, strict=True):
        yield Finding(
            Kind.CREDENTIAL,
            hit.rule,
            None if passage.in_page else start,
            None if passage.in_page else end,
            hit.score,
            excerpt(masked, start, end),
            "html" if passage.in_page else passage.field,
            passage.where(start),
            passage.text[start:end],
        )


def _hits(folded: Folded) -> Iterator[Hit]:
    text = folded.text
    for source in (private_keys, by_form, connections, _labelled, _commands, _pairs, _tables):
        yield from source(text)


def _apart(hits: Iterator[Hit]) -> list[Hit]:
    """The best of overlapping hits, in the order of the text."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.score, -hit.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
        elif hit.score > kept[-1].score:
            kept[-1] = hit
    return kept


# --- labels

_LABEL = re.compile(
    r"(?=[PpRrBbMmSsAaEeDdHhJjCcTt33密口授秘私令支加解通接商签访对国])"
    r"(?P<password>(?i:passw(?:or)?d|passwd|pass[_-]?phrase|pass[_-]?code|pwd|psw|(?<![a-z])pass|(?<![a-z])psk"
    r"|(?<![a-z])(?:root|bind)?pw(?=[\"']?[ ]?[:=：])"
    r"|(?<![a-z])pin码?(?=[ ]?[:：为])|(?<![a-z])mima|p[ ]a[ ]s[ ]s[ ]w[ ]o[ ]r[ ]d)"
    r"|密[ ]{0,4}[码碼]|口[ ]{0,4}令|授权码)"
    r"|(?P<key>(?i:secret(?:[_. -]?access)?[_. -]?key|(?:api|access|encrypt(?:ion)?|aes|sm[24]|3?des|sign(?:ing)?"
    r"|auth|master|hmac|jwt"
    r"|mch|pay|crypto?|cipher|subscription|private|api[_-]?v3|partner)[_. -]?key|(?<![a-z])sk(?=[ ]?[:=：为]"
    r"|[ ][a-z0-9+/_-]{30})|securityjscode|secret|(?<=[a-z0-9][_.-])key(?=[\"']?[ ]?[:=：]))"
    r"|(?:AES|SM4|API|支付|加密|解密|通信|接口|商户|签名|访问|对称|国密)?(?:密[钥匙鑰]|秘[钥匙]|私[钥鑰]))"
    r"|(?P<token>(?i:token|authorization|(?<![a-z])auth(?=[\"']?\s?[:=]))|令牌)"
)
_TAIL = (
    r"(?i:[_.-]?(?:prod|dev|test|value|text|str|base64|hex|\d{1,2}))?[\\\"'\])]{0,4}"
    r"(?:[(（][^()（）\n]{0,16}[)）])?[ \t]{0,8}"
)
_LINK = (
    r"(?P<sep>:=|=>|={1,3}|[:：](?![:/]{2})|,(?=[ ]?\\?[\"'])|value=(?=[\"'])|>(?=[^<\s])|→|[-—]{1,2}>|\((?=[\"'])|\|"
    r"|(?:(?:和|跟)?[^\s，。；:：]{0,8}一样[，,]?)?(?:居然|竟然|一直|果然|其实|依旧)?(?:已经|暂时?|均|都|已|现在?|仍|也|就|先|全部|还)?被?(?:统一|默认|初始)?(?:初始化|重置|[修更]?改|更新|变更|恢复|设[置定]?|定)?(?:为|成|是|作)"
    r"|is(?=\s)|=(?=\s))?[:：]?[ \t]{0,8}"
)
_AFTER_LABEL = re.compile(_TAIL + _LINK)
_QUOTED = re.compile(
    r"\\?(?:\"([^\"\n\\]{1,256})|'([^'\n\\]{1,256})|[“”]([^“”\n]{1,128})|[‘’「『`]([^‘’」』`\n]{1,128}))"
)
_BARE = re.compile(
    r"(?:Bearer |Basic )?([^\s\"'“”‘’<>,;&，。；、（）()【】「」《》！？：\u4e00-\u9fff"
    r"|\\][^\s\"'“”‘’<>,;&，。；、（）【】「」《》？：\u4e00-\u9fff|\\]{0,255})"
)
_QUIET_PREFIX = re.compile(
    r"(?i)(?:(?:csrf|xsrf|page|next|cancel|continuation|public|sync|form|verification|anti|device|forgery|captcha|sms(?=[_-]?tok)|site"
    r"|client[_-]?id|reset|forgot|verify)[\w\[-]{0,12}"
    r"|(?<![a-z])(?:count|max|min|total|prompt|completion|input|output|context|pub|primary|foreign|sort|partition|cache|map|amap"
    r"|row|shard|object|file|unique|index|group|host|lang|i18n)[_.-]?"
    r"|(?:流量|财富|通关|健康|摩斯|人生|幸福|基因|遗传|动态|红包|一次性)[\w\[-]{0,12})$"
)
_HARMLESS_URL = re.compile(
    r"(?i)(?:reset|verify|unsubscribe|activate|confirm|share|preview|invite|csrf|captcha)[^\s]{0,60}$"
)
_SHARED = re.compile(
    r"(?i)会议(?!室|系统|中心)|入会|参会|zoom|webex|提取|网盘|云盘|pan\.baidu|直播|观看|回放|取件|快递|抽奖|问卷|解压|压缩包|访问码|分享|链接"
)
_SYSTEM = re.compile(r"(?i)wi-?fi|无线|后台|管理员|[账帐]号|[账帐]户|用户名|服务器|数据库|路由|主机|邮箱|ssid")
_ADVICE_BEFORE = re.compile(
    r"(?:勿|不要|不得|不能|不可|不应|不宜|禁止|严禁|避免|杜绝|防止|别|不准)(?:再|直接|继续|简单)?(?:使用|采用|设置|设为|设成|设|用|以|将|把|填|选)"
    r"|例如|示例|样例|举例|比如|譬如|例[:：]|形如|弱$|假如|格式"
)
_ADVICE_AFTER = re.compile(
    r"^[\"'”’」)）]?\s{0,2}(?:[（(，,]?(?:仅为|仅供|此为|只是|为)?(?:示例|样例|举例|演示用|仅作示意)|这种|这样|这类|之类|等(?:弱|简单|常见)|的?太简单|也太|算什么"
    r"|[，,]?(?:太|过于|这么)(?:弱|简单)|一类|那种|[—~～至到-]{1,2}\d|[位个次天年月日分秒元%％条种])"
)
_EXAMPLE_BEFORE = re.compile(r"(?i)示例|样例|例如|占位|举例|\be\.g\.|(?<![.@])\bexample\b(?!\.)|(?<![.@])\bsample\b")


def _labelled(text: str) -> Iterator[Hit]:
    for label in _LABEL.finditer(text):
        after = _AFTER_LABEL.match(text, label.end())
        if after is not None and (value := _value_at(text, after.end())) is not None:
            yield from _judge(text, label, after, value)


def _value_at(text: str, at: int) -> tuple[int, int, bool] | None:
    """Start, end and whether quotes enclose it; None where no value stands."""
    if quoted := _QUOTED.match(text, at):
        start, end = quoted.span(quoted.lastindex or 0)
        return start, end, True
    bare = _BARE.match(text, at)
    if bare is None:
        return None
    start, end = bare.span(1)
    return start, start + len(text[start:end].rstrip(".)]}:")), False


def _judge(text: str, label: re.Match[str], after: re.Match[str], where: tuple[int, int, bool]) -> Iterator[Hit]:
    start, end, quoted = where
    before = text[max(0, label.start() - AROUND) : label.start()]
    link = after["sep"] or ""
    kind = label.lastgroup or ""
    if kind == "password":
        if _LISTED.search(before) and (pair := _USER_THEN.match(text, start)):
            start, end = pair.span("v")
        score = _password_score(text[start:end], link, quoted, text[end : end + AROUND])
    else:
        score = _key_score(text[start:end], link, kind, quoted)
    if score and not _is_quiet(kind, before, text[end : end + AROUND]):
        yield Hit(_rule(kind, label[0]), start, end, score)


_LISTED = re.compile(
    r"(?i)(?:[账帐][号户]|用户名?|登录名|user(?:name)?|login|工号)[ ]?(?:[/、和与及&+|-][ ]?)?(?:初始|登录|默认)?$"
)
_USER_THEN = re.compile(
    r"(?P<u>[A-Za-z0-9][\w.@-]{1,31})[ ]{0,2}(?:[/,，、|:：；;]|和|及|密码"
    r"|[ ])[ ]{0,2}(?P<v>[^\s，。；、）)\"'”\u4e00-\u9fff]{4,64})"
)


def _is_quiet(kind: str, before: str, after: str) -> bool:
    """Whether the words around say: no secret (a form's token, a share's code, advice, an example)."""
    line = before[before.rfind("\n") + 1 :]
    if _QUIET_PREFIX.search(line) or _EXAMPLE_BEFORE.search(line):
        return True
    if kind == "token" and _HARMLESS_URL.search(line):
        return True
    if kind != "password":
        return False
    sentence = re.split("[。！？]", line)[-1]
    shared = _SHARED.search(sentence) is not None and not _SYSTEM.search(sentence)
    return shared or _ADVICE_BEFORE.search(sentence) is not None or _ADVICE_AFTER.match(after) is not None


def _rule(kind: str, label: str) -> str:
    if kind != "key":
        return kind
    name = label.lower()
    if any(word in name for word in ("aes", "sm4", "des", "encrypt", "cipher", "加密", "对称", "国密")):
        return "encryption_key"
    return "app_secret" if "secret" in name or name == "sk" else "api_key"


_PROSE = re.compile(r"[ ][a-z]{2,12}[ ][a-z]{1,12}\b")


def _password_score(value: str, link: str, quoted: bool, after: str) -> float:
    """How surely ``value`` is a password, after a label that says so; 0 for no."""
    if len(value) < 4 or len(value) > 128 or is_hollow(value) or re.search("[\u3400-\u9fff]", value):
        return 0.0
    if not quoted and (CODE.match(value) or value[0] in "/+?-=}>])" or (value[0] == "@" and not link)):
        return 0.0
    if link == ">" and not after.startswith("<"):
        return 0.0
    if value.isdigit():
        return (0.75 if link else 0.6) if len(value) >= (4 if link else 6) else 0.0
    if not any(map(str.isalnum, value)) or value[0] in "￥¥" or re.fullmatch(r"\d+[-~—.:/][\d.:/-]+|[\d.]+%", value):
        return 0.0
    if has_digit(value) or not value.isalpha():
        return 0.9 if link or has_digit(value) else 0.0
    return 0.6 if link and value.isascii() and not _PROSE.match(after) and (quoted or link != "is") else 0.0


def _key_score(value: str, link: str, kind: str, quoted: bool) -> float:
    if is_random(value, 16):
        return 0.9
    firm = link in {"=", ":", "：", "=>", ":=", "value=", ","} or quoted
    return 0.7 if firm and kind == "key" and is_random(value, 8) else 0.0


# --- command lines, and an account with its password beside it

_V = r"(?:'(?P<a>[^'\n]{3,128})'|\"(?P<b>[^\"\n]{3,128})\"|(?P<c>[^\s\"'|;&，。；、）一-鿿]{3,128}))"
_COMMANDS = tuple(
    re.compile(pattern + _V)
    for pattern in (
        r"(?i:mysql|mysqldump|mysqladmin|mariadb)[ ](?=[^\n]{0,160}?[ ]-p)[^\n]{0,160}?[ ]-p(?=[^ \n-])",
        r"sshpass[ ]{1,3}-p[ ]{0,2}",
        r"(?:curl|wget|http)[ ][^\n]{0,160}?(?:-u|--user)[ =]{0,2}[\"']?[\w.@-]{1,64}:",
        r"redis-cli[ ][^\n]{0,120}?[ ](?:-a|--pass)[ ]{1,2}",
        r"(?:docker|podman|helm|az|oc|mongo|mongosh|mongodump|sqlcmd|bcp|psexec)[ ][^\n]{0,120}?[ ]-[pP][ ]{0,2}",
        r"--(?:password|passwd|http-password|ftp-password|pass)[ =]{1,2}",
        r"(?:plink|pscp|putty)[ ][^\n]{0,120}?[ ]-pw[ ]",
        r"(?i:identified[ ]by|requirepass|masterauth)[ ]{1,4}",
        r"(?i)(?:net[ ]user|htpasswd[ ]-b[ ][^\s]{1,60})[ ][\w.\\-]{1,40}[ ]{1,2}(?!/)",
        r"(?i)net[ ]use[ ](?:[a-z]:[ ])?\\\\[^\s]{1,80}[ ](?!/)",
        r"(?i)smb(?:client|mount)[^\n]{0,80}?-U[ ]?[\w.\\-]{1,40}%",
        r"echo[ ][\"']?[\w-]{1,32}:(?=[^\n]{3,80}chpasswd)",
        r"(?i)login[ ]{1,4}[^\s]{1,64}\s{1,4}password[ ]{1,4}",
        r"(?i)enable[ ](?:password|secret)[ ](?:\d[ ])?",
        r"(?i)snmp[^\n\u4e00-\u9fff]{0,20}community(?:[ ]string)?[ :：=]{1,3}(?!public|private|string)",
    )
)


def _commands(text: str) -> Iterator[Hit]:
    for pattern in _COMMANDS:
        for match in pattern.finditer(text):
            value = match[match.lastgroup or 0]
            if not (is_hollow(value) or re.search("[\u3400-\u9fff]", value) or value.startswith(("-", "$", "/"))):
                yield Hit("command_line", *match.span(match.lastgroup or 0), 0.85)


_PAIR = re.compile(
    r"(?<![\w/.@-])(?P<u>(?i:root|[a-z]{0,10}admin[a-z0-9_]{0,10}|administrator|superuser|sys(?:dba|tem)?|sa"
    r"|test\d{0,3}|guest|user\d{0,4}|oracle"
    r"|postgres|mysql|ftp\w{0,8}|operator|weblogic|tomcat|nacos|minio|dev|ubuntu|deploy))"
    r"[ ]{0,2}(?:[/|]|[:：](?!//)|[，,]|[ ])[ ]{0,2}(?P<v>[!-.0-~][!-~]{3,63})"
)
_SLASHED = re.compile(
    r"(?<![\w/.@-])[A-Za-z][\w.@-]{1,40}[ ]{0,2}/[ ]{0,2}"
    r"(?=[A-Za-z]{0,20}[@#$!%*&_])(?P<v>[A-Za-z][A-Za-z0-9@#$!%*&_.-]{5,40})"
)
_LOGIN = re.compile(
    r"(?i)登[录陆入]|[账帐][号户]|后台|服务器|密码|口令|管理员|login|ssh|远程|控制台|数据库|主机|路由器|摄像|录像机|监控|ftp|vpn|堡垒机|防火墙|网关|交换机|nvr|系统[:：]|nas|邮箱"
)


def _pairs(text: str) -> Iterator[Hit]:
    """``root / secret`` where the words around speak of logging in."""
    for match in chain(_PAIR.finditer(text), _SLASHED.finditer(text)):
        value = match["v"].rstrip(".,;:)]}")
        around = text[max(0, match.start() - AROUND) : match.end() + AROUND]
        mixed = has_digit(value) and (len(value) >= 5)
        if not mixed or is_hollow(value) or CODE.match(value) or not _LOGIN.search(around):
            continue
        if not re.search(r"(?i)^(?:https?:|\d+[-.:]\d)", value) and not _EXAMPLE_BEFORE.search(around):
            yield Hit("password", match.start("v"), match.start("v") + len(value), 0.85)


# --- tables: a header line names the column

_CELLS = re.compile(r"[\t|]|[ ]{2,}")
_HEAD = re.compile(r"(?i)(?:登录|初始|默认|系统|管理员)?(?:密码|口令|password|passwd|pwd)")


def _tables(text: str) -> Iterator[Hit]:
    """Rows below a header with a password's column; a blank or shorter line ends the table."""
    column, place = -1, 0
    for line in text.splitlines(keepends=True):
        cells = _CELLS.split(line.rstrip("\r\n"))
        head = [i for i, cell in enumerate(cells) if _HEAD.fullmatch(cell.strip())]
        if len(cells) > 1 and head:
            column = head[0]
        elif column >= 0 and len(cells) > column:
            yield from _cell(line, cells[column].strip(), place)
        else:
            column = -1
        place += len(line)


def _cell(line: str, value: str, place: int) -> Iterator[Hit]:
    if value and has_digit(value) and _password_score(value, "|", False, ""):
        start = place + line.rfind(value)
        yield Hit("password", start, start + len(value), 0.8)
