"""Whether a page is no page but a protection that tests browsers (a challenge, an interception). PURE.

Such a page says next to nothing and runs a script that sets a cookie and comes back. A program that keeps no cookies
and runs nothing never gets past it: the provider has to let it through by address or User-Agent.
"""

from __future__ import annotations

import re

from classifiers.page import visible_text

STATUSES = frozenset({202, 403, 405, 412, 503, 521})  # with which such pages come, beside 200
_TELLING = frozenset({202, 403, 412, 521})  # with which a page that has a script and says nothing is always one
_LOOKED_AT = 65_536  # characters
_LITTLE = 120  # visible characters that a challenge says at most
_SHORT = 600  # visible characters that an interception says at most
_MADE_BY = re.compile(  # what their scripts are called
    r"__jsl_clearance|acw_sc__v[23]|\$_ts\s?=|yunsuo_session|security_verify_|_cf_chl_|challenge-platform|/cdn-cgi/challenge"
    r"|safeline|slg-box|wzws-waf-cgi|wzwsconfirm|t-sec-waf|captcha\.gtimg|_waf_|aliyun_waf|bxpunish|sec-cpt|__tst_status"
    r"|yunjiasu|365cyd|jiasule",
    re.IGNORECASE,
)
_SAYS = re.compile(
    r"网站防火墙|应用防火墙|安全防护|云防护|云盾|安全狗|(?:请求|访问|操作|行为).{0,20}(?:拦截|阻断|被拒绝|存在威胁|不合法|异常)"
    r"|人机验证|安全验证|滑动验证|正在(?:检测|验证).{0,10}浏览器"
    r"|just a moment|web application firewall|request blocked",
    re.IGNORECASE,
)
_COMES_BACK = re.compile(r"document\.cookie\s?=", re.IGNORECASE)
_SCRIPT = re.compile(r"<script\b", re.IGNORECASE)


def by_protection(text: str, status: int = 200) -> bool:
    """Whether ``text``, which came with ``status``, is such a page."""
    head = text[:_LOOKED_AT]
    script, made = _SCRIPT.search(head) is not None, _MADE_BY.search(head) is not None
    tests = script and (made or _COMES_BACK.search(head) is not None)
    if status == 200 and not tests:
        return False  # the usual case, and an article about firewalls
    seen = "".join(visible_text(head).split())
    if len(seen) <= _LITTLE and (tests or (script and status in _TELLING)):
        return True
    return len(seen) <= _SHORT and bool(_SAYS.search(seen)) and (made or status in STATUSES)
