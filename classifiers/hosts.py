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


@dataclass(frozen=True, slots=True)
class Hosts:
    """``own`` are the registrable names of the page itself, ``approved`` what anybody may link to."""

    own: frozenset[str]
    approved: Collection[str]

    def outside(self, url: str) -> str:
        """The host where the address leads to an outsider, else ""."""
        host = host_of(url)
        if "." not in host or _ADDRESS.fullmatch(host):
            return ""
        known = is_below(host, self.approved) or registrable(host) in self.own
        return "" if known else host
