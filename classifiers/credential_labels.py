"""Secrets behind a label that says what they are: ``password:``, 初始密码为, ``appSecret=``, 令牌.

A label names the kind of its value; a link (``=``, 为, a quote) leads to it; the value must look like one; and the
words around may take it all back: advice, an example, the code of a share that everybody may open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifiers.credential_forms import CODE, Hit, is_hollow, is_random
from classifiers.credential_values import SURE, key_score, password_score
from classifiers.folding import Folded
from classifiers.late import late

AROUND = 40  # code points that are read before a label or after a value

_BEFORE_KEY = (
    "api access encrypt encryption aes sm2 sm4 des 3des sign signing auth master hmac jwt mch pay crypt crypto cipher"
    " subscription private apiv3 api_v3 api-v3 partner"
).split()
_BEFORE_HAN_KEY = "aes sm4 api 支付 加密 解密 通信 接口 商户 签名 访问 对称 国密".split()
_HAN_BEFORE_KEY = "加密 解密 签名 加签 接口 通信 商户 支付 服务 md5".split()
_NO_PASS = "com by tres over under sur encom im".split()  # compass, bypass …
_SHARED_KEY = (
    "预共享 共享 无线 热点 wpa wpa2 wpa3 wifi wi-fi vpn l2tp ipsec 隧道 网络".split()
)  # people choose these like passwords
_HAN_KEY = "(?:密[钥匙鑰]|秘[钥匙]|私[钥鑰]|金[钥鑰])"
_PW = r"(?=[\"']?[ ]?[:=：])"
# Read in lower case. No alternative begins with a group: what begins with a character is looked for quickly.
_PASSWORD_LABELS = (
    r"pass(?:w(?:or)?d|[_-]?phrase|[_-]?code|[ ]word|(?<![a-z]pass))|pwd|psw|psk(?<![a-z]psk)|psd(?<![a-z.]psd)"
    + _PW
    + rf"|pw(?<![a-z]pw)(?:{_PW}|(?=[ ][!-~]{{0,20}}[0-9]))|rootpw(?:{_PW}|(?=[ ][!-~]{{0,20}}[0-9]))|bind_?pw(?:{_PW}|(?=[ ][!-~]{{0,20}}[0-9]))|"
    + f"pass{''.join(f'(?<!{begin}pass)' for begin in _NO_PASS)}{_PW}|"
    + r"pin(?<![a-z]pin)码?(?=[ ]?[:：为是]|[ ][0-9]{6,8}(?!\w))|mima(?<![a-z]mima)|p[ ]a[ ]s[ ]s[ ]w[ ]o[ ]r[ ]d|"
    + "".join(f"{name}[ ]?密[钥匙鑰]|" for name in _SHARED_KEY)
    + r"密[ ]{0,4}[码碼]|密(?=[:：])|账密|帐密|口[ ]{0,4}令|授[权權][码碼]|验证码|通行[码碼]|团体[名字]|redis[._-]auth"
)
_KEY_LABELS = (
    r"secret(?:[_. -]?access)?[_. -]?key|"
    + "".join(f"{name}[_. -]?key|" for name in _BEFORE_KEY)
    + "".join(f"{name}[ ]?key|" for name in _HAN_BEFORE_KEY)
    + r"sk(?<![a-z]sk)(?=[\"']?[ ]?[:=：为是(（]|[ ][a-z0-9+/_-]{16})|securityjscode|appcode|secret|"
    + r"key(?<![a-z?&/]key)(?=[\"']?[ ]?[:=：是为]|[ ][0-9a-f]{8}(?:[0-9a-f]{24}|-[0-9a-f]{4}-)(?![0-9a-f]{5}))|"
    + "".join(f"{name}{_HAN_KEY}|" for name in _BEFORE_HAN_KEY)
    + "密[钥匙鑰]|秘[钥匙]|私[钥鑰]|金[钥鑰]"
)
_LABEL = (  # (kind, words of which one stands in the text, the labels)
    ("password", "p mima 密 口 授 验证码 通行 团体 redis".split(), late(_PASSWORD_LABELS)),
    ("key", "key sk secret code 钥 匙 鑰".split(), late(_KEY_LABELS)),
    (
        "token",
        "token bearer auth 令牌 鉴权码".split(),
        late(r"token|bearer(?<![a-z]bearer)|authorization|auth(?<![a-z]auth)(?=[\"']?\s?[:=])|令牌|鉴权码"),
    ),
)
_TAIL = (
    r"(?i:[_.-]?(?:prod|dev|test|value|text|str|base64|hex|\d{1,2}(?=[\\\"'\])]{0,4}[ \t:=：]))|[_.-][A-Za-z]\w{0,15}(?=[\"'\])]{0,3}[ ]?[:=：]))?[\\\"'\])】]{0,4}"
    r"(?:[(（][^()（）\n]{0,16}[)）])?[ \t]{0,8}"
)
_ELEMENT = r"</?(?:t[dh]|span|b|strong|em|code|d[dt]|div|p|font|i|u|mark|kbd|label)\b[^<>\n]{0,60}>"
_LINK = (
    r"(?P<sep>:=|=>|={1,3}|[:：](?![:/]{2}|<)|,(?=[ ]?\\?[\"'])|value=(?=[\"'])|>(?=[^<\s])|→|[-—]{1,2}>|\((?=[\"'])|\|"
    r"|</[\w-]{1,16}name>\s{0,8}<[\w-]{0,16}value>(?=[^<\s])"
    rf"|[:：]?{_ELEMENT}\s{{0,6}}(?:{_ELEMENT})?(?=[^<\s])"
    r"|(?:(?:和|跟)?[^\s，。；:：]{0,8}一样[，,]?|(?:没|不|未)变[，,]?)?(?:居然|竟然|一直|果然|其实|依旧|依然)?"
    r"(?:已经|暂时?|均|都|已|现在?|仍|还|也|就|先|分别|全部)?被?(?:统一|默认|初始)?"
    r"(?:初始化|重置|[修更]?改|更[新换]|变更|恢复|调整|还原|换|设[置定]?|定)?(?:[为成是作係](?:老的|旧的|原来的|[大小]写的?)?了?)"
    r"|(?:没|不|未)变(?=[:：])|(?:发|给|告诉|发给)你了?[吧啊]?|[\"']?,?(?:\s{1,20}[\"']?value[\"']?[ ]?:|[ \t]{1,20}value[ ]?=)|(?i:is)(?=\s)|=(?=\s))?[:：]?[ \t]{0,8}"
)
_OPEN = (None, "", ":", "：")  # after these a value may stand farther off
_AFTER_LABEL = late(_TAIL + _LINK)
_QUOTED = late(
    r"\\?b?(?:\"([^\"\n\\]{1,256})|'([^'\n\\]{1,256})|[“”]([^“”\n]{1,128})|[‘’「『`]([^‘’」』`\n]{1,128})|\*\*([^*\s]{1,128})(?=\*\*))"
)
_BARE = late(
    r"(?i:Bearer |Basic |APPCODE )?((?![&()])(?!！)[^\s\"'“”‘’<>,;，。；、（）【】「」《》？：\u4e00-\u9fff|\\]{1,256})"
)
_NEXT_FIELD = late(r"&(?:[A-Za-z_][\w.\[\]-]{0,30}=|[\s&]|$)")
# A few words more between the label and a value that looks like nothing else: 密码忘了告诉你，是 …
_FAR = r"[ ]?(?P<words>[^\sA-Za-z0-9。；;！!？?:：<>|]{1,14})(?:是|为|成|叫|即|填写?|输入|[:：])了?[:：]?[ ]{0,3}"
_FAR_ENGLISH = r"(?P<words>[ ][a-z' ]{1,40}?)[ ](?:is|to)[: ]{1,2}"
_OWNER = r"(?:记录|清单|一览|汇总)?[ ]{0,2}[:：][ ]?(?P<words>(?![请联咨询找见问看打])[\u4e00-\u9fffA-Z]{1,8})[ ]{1,2}"
_CLOSE = r"[ ]{0,2}(?:[(（\[【「『](?=[!-~]{6,40}[)）\]】」』])|(?:[-—»]{1,2}|>>)[ ]{0,2}|(?:填写?|输入)[ ]?)"
_DIGIT, _FARTHEST = late("[0-9]"), 100
_SOLID = late(r"[^\s\u3000-\u303f\u3400-\u9fff\uff00-\uff20]")  # every secret holds what Chinese is not written with
_BLOB = late("[A-Za-z0-9+/]$")
_RULE_WORDS = late(
    "如(?!下)|[码号编型版址例格长必须应勿规算错强含比名机锁标]|不(?!变)|加密|至少|提示|文件|密文|哈希|摘要"
)
_BELOW = r"(?:[如见]下|在下面)?[ \t]{0,4}[:：]?[ \t]{0,4}\r?\n[ \t]{0,8}(?=[!-9;<>-~]{6,40}[ \t]{0,4}(?:[\r\n]|$))"
# Somebody asks for it and the next line answers: "老周：…", or the name in a line of its own.
_ANSWER = r"[^\n:：]{0,8}\r?\n(?P<words>[^\n:：]{1,16}(?:[ ]\d\d:\d\d(?::\d\d)?)?)(?:[:：]|\r?\n)[ ]{0,2}(?=[!-9;<>-~]{6,40}[ \t]{0,4}(?:[\r\n]|$))"
_SIMPLY = r"(?P<words>)(?:统一|一律|均|都|暂[定时]|[改换]回|恢复|记一?下|备[忘注]|即|[还仍现先备沿]?用|默认|告诉你|给你|发你)[，, ]{0,2}"
_CHANGED = r"[ ]?(?:从|由|是)?(?P<words>(?:原[来先]?|旧|默认|初始)?的?)[ ]?[!-~]{3,32}[ ]?[，,]?(?:现|已|后来?)?经?(?:[修更]?改|[更变]?换|变更|重置|调整|设置?)[为成]了?[ ]{0,2}"
_FARTHER = [
    late(pattern)
    for pattern in (
        _FAR,
        _FAR_ENGLISH,
        _OWNER,
        f"(?P<words>){_CLOSE}",
        f"(?P<words>){_BELOW}",
        _SIMPLY,
        _ANSWER,
        _CHANGED,
    )
]
_STRONG = late(r"(?![vV]\d)(?=[!-~]*[0-9])(?=[!-~]*[A-Za-z])[!-~]{6,64}")
# password_md5=, passwordMinLength=, api_key_name=: no secret follows.
_OTHER_NAME = late(
    r"[_.-]?(?:md5|sha|hash|salt|file|path|len|min|max|policy|name|id(?![a-z])|url|type|exp|reset|hint|strength|level|age|days|count"
    r"|encoder|field|input|version|label|title|placeholder|error|required|change|update|time|date|ttl|algo|attr|col|regex|pattern"
    r"|rule|format|valid|check|history|rotat|prefix|suffix)[a-z_-]{0,16}[\"'\])]{0,3}[ ]?[:=]"
)
_KEY_FARTHER = late(
    r"[ ]?(?:(?:[如见]下|即|值[为是])[:：]?|[（(\[【]|[-—]{1,2}|[:：])?\s{0,10}(?=[A-Za-z0-9+/=_-]{20,128}(?![A-Za-z0-9+/=_-]))"
)
_CODE_NUMBER = late(rf"{_STRONG.pattern}|\d{{4,8}}")
# What stands around a label is read in lower case. "Before" means directly before it.
_QUIET_TAIL = late(r"[\w\[.-]")
# The names of passwords: platform_password is one, whatever form_token is.
_QUIET_WORDS = "流量 财富 通关 健康 摩斯 人生 幸福 基因 遗传 动态 红包 一次性".split()
_QUIET_PASSWORD = late(
    "".join(f"{name}(?<![a-z]{name})[_.-]?$|" for name in ("count", "max", "min", "total", "captcha"))
    + "|".join(rf"{word}[\w\[-]{{0,12}}$" for word in _QUIET_WORDS)
)
_QUIET_PREFIX = late(
    r"(?:csrf|xsrf|authenticity|page|next|cancel|continuation|public|sync|(?<!plat)form|verification|anti|device|forgery|captcha|sms(?=[_-]?tok)"
    r"|(?<!web)site|client[_-]?id|reset|forgot|verify)[\w\[-]{0,12}$"
)
_FORM_TOKEN = late(r"(?<![a-z0-9.])_$")
_QUIET_NAME = late(
    r"(?<![a-z])(?:count|max|min|total|prompt|completion|input|output|context|pub|primary|foreign|sort|partition|cache|map|amap"
    r"|row|shard|idempotency|websocket|object|file|unique|index|group|host|lang|i18n)[_.-]?$"
)
_HARMLESS_URL = late(r"(?:reset|verify|unsubscribe|activate|confirm|share|preview|invite|csrf|captcha)[^\s]{0,60}$")
_SHARED = late(
    r"会议(?!室|系统|中心|终端|电视|平台|设备|主机|大?屏)|入会|参会|zoom|webex|提取|网盘|云盘|pan\.baidu|直播|观看|回放|取件|快递|抽奖|问卷|解压|压缩包|访问码|分享|链接|复制|支付宝|抖音(?!号)|淘"
)
_SHARE_LINK = late(r"/(?:s|share)/[\w-]{6,40}(?:[?&#]|[\s，,]{0,4}(?:访问|提取)?)$")
_SYSTEM = late(
    r"wi-?fi|无线|后台|管理员|[账帐]号|[账帐]户|用户名|服务器|数据库|路由|主机|邮箱|ssid|试[卷题]|题库|(?:登[录陆入]|开机|管理)$"
)
_DONT = "勿 不要 不得 不能 不可 不应 不宜 禁止 严禁 避免 杜绝 防止 别 不准".split()
_SOME = "有 不少 很多 许多 多数 部分".split()
_USING = late(f"(?:{'|'.join(_DONT)})(?:再|直接|继续|简单)?(?:使用|采用|设置|设为|设成|设|用|以|将|把|填|选)")
_ADVICE_BEFORE = late(
    "仍在?(?:使用|沿用)|例如|示例|样例|举例|比如|譬如|例[:：]|形如|弱$|假如|格式|如$|弱口令[^，。；]{0,8}[:：]|弱密码[^，。；]{0,8}[:：]|字典"
    r"|最(?:常用|常见|弱|差|糟糕?|不安全)的?$|排名?第[^，。]{1,3}的?$|排查[^，。；]{0,6}$|避免$|防止$|杜绝$|好的$|理想的?$|安全提示[:：]?$"
    + "".join(rf"|{many}(?:人|用户|市民|网民|单位)的?(?:[^，。；]{{0,3}}用)?$" for many in _SOME)
    + "".join(rf"|{once}[你您]?的?$" for once in ("假设", "假如", "若", "如果", "倘若"))
)
_ADVICE_AFTER = late(
    r"[\"'”’」)）]?\s{0,2}(?:[（(，,]?(?:仅为|仅供|此为|只是|为)?(?:示例|样例|举例|演示用|仅作示意)|这种|这样|这类|之类|等(?:弱|简单|常见)|的?太简单|也太|算什么"
    r"|[，,]?(?:太|过于|这么)(?:弱|简单)|一类|那种|[，,]?(?:极|很|都|也|非常|十分)?(?:不安全|不合规|危险)|强度(?:低|弱|不足|不够)|被(?:通报|列为|评为|破解|攻破|盗|爆破|猜|撞|黑)"
    r"|不到[^，。]{0,6}[就便]|(?:就|便|容易|极?易)会?被|只需|等(?:应|须|均|已|可|都)|则|[（(]请勿(?:照抄|使用)|、(?:空|弱)口令|则?(?:视为|属于?|均为|都是)弱|[—~～至到-]{1,2}\d|[位个次天年月日分秒元%％条种])"
)
EXAMPLE_BEFORE = late(
    r"示例|样例|例如|占位|举例|e\.g\.(?<!\we\.g\.)|example(?<![.@\w]example)(?![\w.])|sample(?<![.@\w]sample)(?!\w)"
)


def labelled(folded: Folded) -> Iterator[Hit]:
    """What stands behind the labels, surer with a link and with a digit in it."""
    for kind, words, pattern in _LABEL:
        sure_until = 0
        for label in _promising(folded, pattern) if any(word in folded.lowered for word in words) else ():
            hit = _behind(folded, kind, label, sure_until)
            if hit is not None:
                sure_until = hit.end if hit.score >= SURE else sure_until
                yield hit


def _promising(folded: Folded, labels: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """The labels that are near enough to something that may be a secret."""
    solid = -1
    for label in labels.finditer(folded.lowered):
        if solid < label.end():
            found = _SOLID.search(folded.text, label.end())
            if found is None:
                return
            solid = found.start()
        if solid <= label.end() + _FARTHEST:
            yield label


def _behind(folded: Folded, kind: str, label: re.Match[str], sure_until: int) -> Hit | None:
    """The secret that a label leads to, unless it begins inside one that is sure."""
    text, end = folded.text, label.end()
    if label[0].isascii() and _OTHER_NAME.match(folded.lowered, end):
        return None
    after = _AFTER_LABEL.match(text, end)
    value = after and _value_at(text, after.end())
    before = folded.lowered[max(0, label.start() - AROUND) : label.start()]
    if not after or (value and value[0] < sure_until):
        return None
    near = value and _judge(text, (kind, label[0], before), after["sep"] or "", value)
    if near or after["sep"] not in _OPEN or label[0] in ("验证码", "pass"):
        return near or None
    return _farther(text, label, before) if kind == "password" else _key_farther(text, (kind, label[0], before), end)


def _key_farther(text: str, named: tuple[str, str, str], at: int) -> Hit | None:
    """A long random key in brackets, behind a dash or in the next line."""
    link = _KEY_FARTHER.match(text, at)
    value = link and _value_at(text, link.end())
    return _judge(text, named, ":", value) if value and is_random(text[value[0] : value[1]], 20) else None


def _farther(text: str, label: re.Match[str], before: str) -> Hit | None:
    """A password that nobody takes for a word, some words or a line behind its label."""
    if not _DIGIT.search(text, label.end(), label.end() + _FARTHEST):
        return None
    found = next(_strong_values(text, label.end()), None)
    if found is None:
        return None
    link, start, end = found
    around = f"{before}{label[0]}{link.strip()}"[-AROUND:]
    after = text[end : end + AROUND]
    if not password_score(text[start:end], "是", False, ""):
        return None
    quiet = _is_quiet("password", label[0], before, after) or _is_quiet("password", label[0], around, after)
    return None if quiet else Hit("password", start, end, 0.7)


def _strong_values(text: str, at: int) -> Iterator[tuple[str, int, int]]:
    """What leads to a value that is no word, and the value's start and end."""
    for pattern in _FARTHER:
        link = pattern.match(text, at)
        value = link and not _RULE_WORDS.search(link["words"]) and _value_at(text, link.end())
        least = _CODE_NUMBER if pattern is _FARTHER[-1] else _STRONG
        if link and value and least.fullmatch(text, value[0], value[1]):
            yield link[0], value[0], value[1]


def _value_at(text: str, at: int) -> tuple[int, int, bool] | None:
    """Start, end and whether quotes enclose it; None where no value stands."""
    if quoted := _QUOTED.match(text, at):
        start, end = quoted.span(quoted.lastindex or 0)
        return start, end, True
    bare = _BARE.match(text, at)
    if bare is None:
        return None
    start, end = bare.span(1)
    if text.find("&", start, end) >= 0 and (field := _NEXT_FIELD.search(text, start, end)):
        end = field.start()
    value = text[start:end]
    return start, end if value.endswith("...") else start + len(value.rstrip(".)]}:")), False


def _judge(text: str, named: tuple[str, str, str], link: str, where: tuple[int, int, bool]) -> Hit | None:
    """``named`` is the kind of the label, the label and what stands before it."""
    start, end, quoted = where
    kind, label, before = named
    glued = label.isascii() and not (link or quoted) and text[start - 1].isalnum()
    if glued and (text[start].islower() or text[start] in "_}>])" or _BLOB.search(before)):  # a longer word, or Base64
        return None
    if kind == "password":
        start, end, score = _password(text, named, link, where)
    elif label == "auth" and (pair := _USER_COLON.fullmatch(text, start, end)):
        start, score = pair.start("v"), 0.8
    elif label == "key" and before[-1:] not in ("_", ".", "-") and not _is_plain_key(text[start:end], before):
        score = 0.0
    else:
        score = key_score(text[start:end], link, kind, quoted)
    if not score and kind == "key" and _WIRELESS.search(before):
        score = password_score(text[start:end], link, quoted, text[end : end + AROUND])
    if not score or _is_quiet(kind, label, before, text[end : end + AROUND]):
        return None
    return Hit(_rule(kind, label), start, end, score)


def _is_plain_key(value: str, before: str) -> bool:
    """Keys are of many sorts: the words before must say that this one signs or opens something."""
    return _PLAIN_KEY.fullmatch(value) is not None and _KEY_NEAR.search(before) is not None


def _password(
    text: str, named: tuple[str, str, str], link: str, where: tuple[int, int, bool]
) -> tuple[int, int, float]:
    """Where the password stands and how sure that is: behind the account's name if the label was for both."""
    start, end, quoted = where
    _, label, before = named
    both = label in _BOTH or _LISTED.search(before, len(before) - _LONGEST_LISTED) is not None
    if pair := _USER_THEN.match(text, start) if both else None:
        start, end = pair.span("v")
    elif (
        label in _BOTH
        or (label == "验证码" and not _REMOTE.search(before))
        or (label in _SHORT and not _ACCOUNT.search(before) and not (label == "pw" and link))
    ):
        return start, end, 0.0
    elif not (quoted or label.isascii()) and (more := _MORE.match(text, end)):
        end, quoted = more.end(), True
    value = text[start:end]
    score = password_score(value, link, quoted, text[end : end + AROUND])
    if not score and not (link or quoted) and not label.isascii() and _NAMED.search(before):
        score = 0.7 if _PLAIN.fullmatch(value) and not is_hollow(value) and not CODE.match(value) else 0.0
    if not score and not link and _SHORT_VALUE.match(text, start, end + 1) and _may_be_short(text, start, before):
        score = 0.6 if not is_hollow(value) else 0.0
    if label in ("授权码", "授權碼"):  # of a mailbox; other such codes are numbers
        score = 0.8 if _MAIL_CODE.fullmatch(value) else 0.0 if value.isdigit() else score
    return start, end, score


_WIRELESS = late("wi-?fi|wlan|无线|ssid")  # people choose its key like a password
# Marks that may also end a password belong to it where figures or letters follow and nothing else does.
_MORE = late(r"[,;|('`<\\][A-Za-z0-9!@#$%^&*_+.)-]{1,32}(?![!-~])")
_BOTH = ("账密", "帐密")
_SHORT = ("pw", "密")  # only beside an account
_REMOTE = late("向日葵|识别码|设备代码|todesk|序列号|萤石")  # its code opens a screen or a camera
_ACCOUNT = late(r"[账帐]|用户|登[录陆]|user|(?<![a-z])u?id(?![a-z])|login|account")
_NAMED = late(  # an account with its name
    r"(?:[账帐][号户]|用户名?|登录名|user(?:name)?)(?:名|[:：为是 ]){0,2}[a-z0-9_@.\-]{2,32}[^a-z0-9]{1,6}(?:登[录陆]|初始|默认|的)?$"
    r"|(?<![a-z])(?:root|admin|sa|administrator|sysdba)[ ]?(?:的|用户|账号)?[ ]?(?:登[录陆]|初始|默认)?$"
)
_PLAIN = late("[A-Za-z][!-~]{3,31}")


def _may_be_short(text: str, start: int, before: str) -> bool:
    return _OF_DEVICE.search(before, len(before) - 4) is not None or (text[start - 1] == " " and text[start].isdigit())


# A default or a device's password may be as short as 8861 or admin.
_OF_DEVICE = late("(?:默认|初始|出厂|管理员?|操作|工程|开机|统一|登[录陆])$")
_SHORT_VALUE = late(r"(?:(?!(?:19|20)\d\d)\d{4,5}|[a-z]{4,12})(?![^\s，。；、,;)）])")
_MAIL_CODE = late("[a-z]{16}|[A-Z]{16}")  # what mailboxes give to programs
_USER_COLON = late(
    r"(?!required|optional|type|mode|method|enabled?|true|false|none|basic|bearer)[A-Za-z][\w.-]{1,31}:(?P<v>(?=[^\s:/]{0,63}[0-9])[^\s:/]{5,64})"
)
_PLAIN_KEY = late(
    "[0-9A-Fa-f]{32}|[0-9A-Za-z+/=]{20,64}|[A-Z0-9]{5}(?:-[A-Z0-9]{5}){5}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
)
_KEY_NEAR = late(
    r"(?<![a-z])iv(?![a-z])|salt|加密|解密|签名|密钥|接口|api|appid|商户|支付|高德|腾讯|和风|聚合|短信|授权|机器人|企微|企业微信|webhook|模型|豆包|方舟|地图|位置"
)
_LONGEST_LISTED = 16
_LISTED = late(
    r"(?:[账帐][号户]|用户名?|登录名|user(?:name)?|login|工号)[ ]?(?:[/、和与及&+|-][ ]?)?(?:初始|登录|默认)?$"
)
_USER_THEN = late(
    r"(?P<u>[A-Za-z0-9][\w.@-]{1,31})[ ]{0,2}(?:[/,，、|:：；;]|和|及|密码"
    r"|[ ])[ ]{0,2}(?P<v>[^\s，。；、）)\"'”\u4e00-\u9fff]{4,64})"
)


def _is_quiet(kind: str, label: str, before: str, after: str) -> bool:
    """Whether the words around say: no secret (a form's token, a share's code, advice, an example)."""
    line = before[before.rfind("\n") + 1 :]
    if line and (EXAMPLE_BEFORE.search(line) or _is_quiet_name(kind, label, line)):
        return True
    if kind == "token" and _HARMLESS_URL.search(line):
        return True
    if kind != "password":
        return False
    sentence = line[max(map(line.rfind, "。！？")) + 1 :]
    if is_advice(sentence, after) or ("/" in before and _SHARE_LINK.search(before)):
        return True
    return _SHARED.search(sentence) is not None and not _SYSTEM.search(sentence)


def is_advice(before: str, after: str) -> bool:
    """Whether a password is quoted as one that nobody should use, or as an example."""
    return bool(_ADVICE_AFTER.match(after) or _USING.search(before) or _ADVICE_BEFORE.search(before))


def _is_quiet_name(kind: str, label: str, line: str) -> bool:
    """Whether the label is the end of a longer name that says so: csrf_token, primary_key, 流量密码."""
    if not _QUIET_TAIL.match(line, len(line) - 1):
        return False
    if kind == "password":
        return _QUIET_PASSWORD.search(line) is not None
    if label not in ("key", "token") or line.rstrip("_.-").endswith("access"):
        return False  # deviceSecret is one, whatever deviceToken is
    return bool(
        _QUIET_PREFIX.search(line) or _QUIET_NAME.search(line) or (label == "token" and _FORM_TOKEN.search(line))
    )


def _rule(kind: str, label: str) -> str:
    if kind != "key":
        return kind
    if any(word in label for word in ("aes", "sm4", "des", "encrypt", "cipher", "加密", "对称", "国密")):
        return "encryption_key"
    return "app_secret" if "secret" in label or label == "sk" else "api_key"
