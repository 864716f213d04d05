"""The files that hang on a published text: what its links lead to, and what a feed names beside it. PURE.

A link leads to a file by the ending of its path, or, where a program hands the file out, by what its query, its
``download`` attribute or its words call it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from classifiers.page import parsed
from monitor import guard
from monitor.attachment import MOST
from monitor.errors import CollectError
from monitor.model import Item

READ = frozenset("pdf docx doc xlsx xlsm xls wps et csv txt zip".split())
UNREAD = frozenset("rar 7z rtf ofd ppt pptx dps gz tar".split())  # of which no word can be read here
LONGEST_NAME = 200  # code points

_ENDINGS = "|".join(sorted(READ | UNREAD, key=len, reverse=True))
_ANY = re.compile(rf"\.(?:{_ENDINGS})(?![a-z0-9])", re.IGNORECASE)
_NAME = re.compile(rf"[^\\/:*?\"<>|\x00-\x1f]{{1,{LONGEST_NAME}}}\.(?:{_ENDINGS})(?![a-z0-9])", re.IGNORECASE)
_PAGE = re.compile(r"\.[a-z]{0,2}html?$", re.IGNORECASE)  # what ends so is a page, whatever its words say
_LINKS = "a[href], area[href], iframe[src], embed[src], object[data]"
_LOOKED_AT = 500  # characters of a text in which a name must stand
_TELLING = 4  # characters of words that tell more than the name in an address
_HANDED_OUT = re.compile("down|file|att|annex|upload|fj", re.IGNORECASE)  # an address that may hand a file out
_ONLY_HOW = re.compile("下载|点击|查看|附件[0-9一二三四五六七八九十]*$|download|click|here", re.IGNORECASE)


class File(NamedTuple):
    """``url`` is canonical, ``name`` what people call it, ``ending`` in lower case and one of READ or UNREAD."""

    url: str
    name: str
    ending: str


def files(item: Item) -> tuple[File, ...]:
    """Each file once, in the order of the text, at most MOST of them."""
    found: dict[str, File] = {}
    for file in (*_beside(item), *_linked(item)):
        if len(found) < MOST:
            found.setdefault(file.url, file)
    return tuple(found.values())


def _beside(item: Item) -> Iterator[File]:
    for url in item.files:
        yield from _file(url, item.link)


def _linked(item: Item) -> Iterator[File]:
    if not item.html or not _ANY.search(item.html):
        return
    page = parsed(item.html)
    first = page.css_first("base[href]")
    bases = (item.link, first.attributes.get("href") or "") if first is not None else (item.link,)
    for node in page.css(_LINKS):
        at = node.attributes
        address = at.get("href") or at.get("src") or at.get("data") or ""
        yield from _file(address, *bases, words=" ".join(node.text().split()), attributes=at)


def _file(
    address: str, *bases: str, words: str = "", attributes: Mapping[str, str | None] | None = None
) -> Iterator[File]:
    """The file behind an address, if it is one."""
    try:
        url = guard.parse(joined(*bases, address)).url
        parts = urlsplit(url)
        values = [value for _, value in parse_qsl(parts.query, max_num_fields=20)]
    except (CollectError, ValueError):
        return
    at = attributes or {}
    in_path, in_query = _whole(parts.path), list(filter(None, map(_whole, values)))
    said = [name for name in map(_within, (at.get("download") or "", words, at.get("title") or "")) if name]
    if _PAGE.search(parts.path):  # a page; perhaps one that shows a file, and then what it shows is the file
        shown = next((value for value in values if value.startswith(("/", "http")) and _whole(value)), "")
        yield from _file(shown, url, words=words) if shown and not urlsplit(shown).query else ()
        return
    names = [name for name in (in_path, *in_query) if name] or (said if _HANDED_OUT.search(url) else [])
    if names:
        ending = names[0].rpartition(".")[2].lower()
        called = said[0] if said else _telling(words, ending) or names[0]
        yield File(url, called[-LONGEST_NAME:], ending)


def _telling(words: str, ending: str) -> str:
    """The words of a link as the name of its file, where they say what is in it."""
    return f"{words[:LONGEST_NAME]}.{ending}" if len(words) >= _TELLING and not _ONLY_HOW.search(words) else ""


def _whole(raw: str) -> str:
    """The name that a path or value ends in, "" if it ends in none."""
    last = unquote(raw).partition(";")[0].rpartition("/")[2].strip()
    return last if len(last) <= _LOOKED_AT and _NAME.fullmatch(last) else ""


def _within(raw: str) -> str:
    """The first name in some words, "" when there is none."""
    found = _NAME.search(raw[:_LOOKED_AT])
    return found[0].strip() if found else ""


def joined(*parts: str) -> str:
    """Raises ValueError for what is no address."""
    found = ""
    for part in parts:
        found = urljoin(found, "".join(part.split("\n")).strip().replace(" ", "%20"))
    return found
