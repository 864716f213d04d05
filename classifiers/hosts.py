"""Whose host an address leads to: the page's own, a well-known public service, an outsider or an imitation."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from classifiers.late import late

_LONGEST = 2000  # code points of an address that are looked at
_HOST = late(r"\s*(?:https?:)?[/\\]{2}(?:[^/\\?#@]*@)?([^/\\?#:]+)", re.IGNORECASE)
_INVISIBLE = late("[\t\r\n\u200b-\u200f\u2060\ufeff\u00ad]")
_ADDRESS = late(r"[0-9.]+|\[.*")
_SECOND = frozenset("com net org gov edu ac mil co".split())
# Letters of other scripts and digits that look like Latin letters.
_LOOKS = str.maketrans("аеорсухіјѕԁһԛԝνοαρτικγмвнтгɡıⅼӏ01", "aeopcyxijsdhqwvoaptikymbhtrgillol")
_ALPHABETS = ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "LISU")
_USER = late(r"\s*(?:https?:)?[/\\]{2}([^/\\?#@:\s]{1,200})(?::[^/\\?#@]{0,200})?@", re.IGNORECASE)
_ELSEWHERE = late(r"\s*(?:[a-z][a-z+.-]*:|#|$)", re.IGNORECASE)
_NUMBER = late(r"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}|\d{8,10}")
_INSIDE = late(r"(?:0|10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.")
_NAMES = frozenset(
    "baidu google jquery bootcss bdstatic sogou weibo aliyun alipay tencent cloudflare jsdelivr googletagmanager "
    "googleapis bootstrapcdn staticfile bytedance fontawesome googlesyndication".split()
)
_KNOWN = late(
    r"(?:^|\.)(?:baidu|bdstatic|qq|cnzz|51la|umeng|google|google-analytics|googleapis|googletagmanager|jquery|bootcss|sina|weibo|aliyun|"
    r"alicdn|sogou|360|bytedance|jsdelivr)[.-](?:com|cn|net|la)(?=[.-]|$)"
)
_PUBLIC = late(r"(?:^|[.-])(?:gov|edu|mil)[.-]cn(?=[.-]|$)")


def host_of(url: str) -> str:
    """The host of an absolute address in lower case, Punycode read; "" for a relative one or no web address."""
    found = _HOST.match(_INVISIBLE.sub("", url[:_LONGEST]))
    if not found:
        return ""
    written = unicodedata.normalize("NFKC", found[1]).replace("。", ".")  # as browsers read it
    return ".".join(map(_read, written.strip().strip(".").lower().split(".")))


def _read(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def registrable(host: str) -> str:
    """What was registered: the host without the parts that its owner is free to choose."""
    labels = host.split(".")
    deep = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND
    return ".".join(labels[-3 if deep else -2 :])


def is_below(host: str, names: Collection[str]) -> bool:
    """Whether the host is one of these, or stands below one."""
    labels = host.split(".")[-6:]
    return any(".".join(labels[i:]) in names for i in range(len(labels)))


def imitates(host: str) -> bool:
    """Whether the host is written to look like another: mixed scripts, or a public name that it is not."""
    if "." not in host or _ADDRESS.fullmatch(host):
        return False
    plain = unicodedata.normalize("NFKC", host)
    if any(_is_mixed(label) for label in plain.split(".")):
        return True
    bare = "".join(each for each in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(each))
    looks = bare.translate(_LOOKS)
    pretended = _PUBLIC.search(looks)
    return pretended is not None and (looks != plain or pretended.end() < len(looks))


def _is_mixed(label: str) -> bool:
    """Whether letters of another alphabet stand for Latin ones."""
    foreign = any(unicodedata.name(each, "").startswith(_ALPHABETS) for each in label if each > "\x7f")
    return foreign and (label.translate(_LOOKS).isascii() or any("a" <= each <= "z" for each in label))


def is_number(url: str) -> bool:
    """Whether the address names no host but the number of a machine in the public net."""
    found = _HOST.match(url[:_LONGEST])
    return found is not None and _NUMBER.fullmatch(found[1]) is not None and not _INSIDE.match(found[1])


def disguise(url: str) -> str:
    """The host that an address pretends to lead to: what stands there is the name of a user; "" without one."""
    found = _USER.match(_INVISIBLE.sub("", url[:_LONGEST]))
    return found[1].lower() if found and "." in found[1] else ""


def nearly(host: str) -> bool:
    """Whether a part of the host is the name of a well-known service but for one letter, or such a name has more behind it."""
    if "." not in host or _ADDRESS.fullmatch(host):
        return False
    pretended = _KNOWN.search(host)
    if pretended is not None and pretended.end() < len(host):
        return True
    return any(_differ_by_one(label, name) for label in host.split(".")[-3:] for name in _NAMES if label != name)


def _differ_by_one(one: str, other: str) -> bool:
    """Whether one letter is another, missing, added, or changed places with its neighbour."""
    if abs(len(one) - len(other)) > 1:
        return False
    begin = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[begin:], other[begin:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


@dataclass(frozen=True, slots=True)
class Hosts:
    """``own`` are the registrable names of the page itself, ``approved`` what anybody may link to.

    ``base`` is an outsider from whom relative addresses count.
    """

    own: frozenset[str]
    approved: Collection[str]
    base: str = ""

    def outside(self, url: str) -> str:
        """The host where the address leads to an outsider, else ""."""
        host = host_of(url)
        if not host and self.base and not _ELSEWHERE.match(url):
            return self.base
        if "." not in host or _ADDRESS.fullmatch(host):
            return ""
        known = is_below(host, self.approved) or registrable(host) in self.own
        return "" if known else host
