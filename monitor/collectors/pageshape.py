"""What a page looks like, without what it says: elements, text and title as keyed digests, and the hosts of outsiders.

Also the newest date that a home page shows beside its links. Nothing is fetched here.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from heapq import nsmallest
from itertools import islice, pairwise, takewhile
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborHTMLParser, LexborNode

from classifiers import lures
from classifiers.hosts import Hosts, host_of, is_number, registrable
from classifiers.page import parsed, visible_text
from monitor import dates
from monitor.checks.page_changed import SKETCH, Shape
from monitor.collectors import cleaning, listpage

FEWEST = 3  # rows with a date that make a list: a single one may be today's
_ELEMENTS = 20_000  # of a page that are looked at
_LINES = 5_000
_TITLE = 200  # characters
_LINKS = 2_000
_HEADLINE = 8  # characters
_IN_ROW = 3  # links
_HOSTS = 100  # of a page that are there for the same
_LONGEST = 4_000  # characters of an address
_LEVELS = 4  # from a link up to the row it stands in
_BRIEF, _LENGTHY = 2, 200  # characters of a piece of text that is compared
_LITTLE = 600  # visible characters that a page says at most that only asks to log in
_DAY = re.compile(r"(?<!\d)(20\d\d)([01]\d)([0-3]\d)(?!\d)|/(20\d\d)[-/]([01]?\d)[-/]([0-3]?\d)/")
_CHANGING = re.compile(r"\d+")
_REFRESH = re.compile(r"url\s*=\s*['\"]?([^'\"]*)", re.IGNORECASE)
_SOURCES = (
    ("script[src]", "src", "script"),
    ("iframe[src], frame[src], embed[src]", "src", "frame"),
    ("object[data]", "data", "frame"),
    ("form[action]", "action", "form"),
    ("base[href]", "href", "away"),
    ("a[href], area[href]", "href", "link"),
)


@dataclass(frozen=True, slots=True)
class Read:
    """``html`` is the page as it can be parsed; ``text`` what its visitors read."""

    html: str
    text: str
    title: str
    shape: Shape
    newest: datetime | None  # None where it shows no list with dates


def read(text: str, url: str, *, key: bytes, approved: Collection[str], zone: ZoneInfo, now: datetime | None) -> Read:
    """The page at ``url``; ``key`` is the installation key, ``approved`` are hosts that are no outsiders."""
    html = listpage.unpacked(text)
    tree = parsed(html)
    said = cleaning.clean(visible_text(html)).strip()
    named = tree.css_first("title")
    title = cleaning.line(named.text() if named else "")[:_TITLE]
    hosts = _hosts(url, approved)
    return Read(html, said, title, _shape(tree, said, title, hosts, key), _newest(tree, url, zone, now))


def outsider(url: str, base: str, approved: Collection[str]) -> str:
    """The host of the outsider to whom ``url`` leads from a page at ``base``; "" where it leads to nobody else."""
    return _outside(url, _hosts(base, approved))


def _hosts(url: str, approved: Collection[str]) -> Hosts:
    own = host_of(url)
    return Hosts(frozenset({own, registrable(own)}), lures.words("hosts", "approved") | frozenset(approved))


def asks_to_log_in(page: Read) -> bool:
    """Whether it has nothing but a field for a password, sent to nobody else: no page that anybody changed."""
    elsewhere = any(each.startswith("form ") for each in page.shape.hosts)
    return page.shape.password and page.shape.length <= _LITTLE and not elsewhere


def _shape(tree: LexborHTMLParser, text: str, title: str, hosts: Hosts, key: bytes) -> Shape:
    letters = [each for each in text if each.isalpha()]
    chinese = sum("\u4e00" <= each <= "\u9fff" for each in letters)
    return Shape(
        title=_digests(key, {one + other for one, other in pairwise(title.lower()) if not (one + other).isspace()}),
        steps=_digests(key, set(_steps(tree))),
        lines=_digests(key, set(_lines(text))),
        heads=_digests(key, set(_heads(tree))),
        hosts=_outsiders(tree, hosts),
        length=len("".join(text.split())),
        chinese=round(100 * chinese / max(1, len(letters))),
        password=tree.css_first("input[type=password i]") is not None,
    )


def _digests(key: bytes, pieces: Collection[str]) -> frozenset[str]:
    """Keyed, so that nobody can guess what they were; the smallest of very many."""
    made = {blake2b(each.encode("utf-8", "replace"), key=key[:64], digest_size=5).hexdigest() for each in pieces}
    return frozenset(made if len(made) <= SKETCH else nsmallest(SKETCH, made))


def _steps(tree: LexborHTMLParser) -> Iterator[str]:
    """Classes and ids, each by itself with its element: a skin may add its own to all. Numbers in them come and go."""
    for node in islice(tree.css("body[class], body[id], body [class], body [id]"), _ELEMENTS):
        around = node.parent.tag if node.parent is not None else ""
        names = [f".{each}" for each in (node.attributes.get("class") or "").split()]
        names += [f"#{node.id}"] if node.id else []
        for name in names:
            yield _CHANGING.sub("0", f"{around}>{node.tag}{name}")


def _called(node: LexborNode) -> str:
    names = (node.attributes.get("id") or "", node.attributes.get("class") or "")
    return ".".join((node.tag or "", *names))


def _lines(text: str) -> Iterator[str]:
    """Pieces of text without their numbers."""
    for line in islice(re.split(r"[\n\t]+", text), _LINES):
        piece = _CHANGING.sub("0", " ".join(line.split()))
        if len(piece) >= _BRIEF:
            yield piece[:_LENGTHY]


def _heads(tree: LexborHTMLParser) -> Iterator[str]:
    """What links say that say more than those of a menu."""
    for link in islice(tree.css("a[href]"), _LINKS):
        title = listpage.title_of(link)
        if len(title) >= _HEADLINE:
            yield _CHANGING.sub("0", title[:_LENGTHY])


def _outsiders(tree: LexborHTMLParser, hosts: Hosts) -> frozenset[str]:
    """By their registered names: what comes from one of ten servers of a service comes from another tomorrow."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for kind, url in _addresses(tree):
        if host := _outside(url, hosts):
            found[kind].add(host if is_number(f"//{host}") else registrable(host))
    return frozenset(f"{kind} {host}" for kind, each in found.items() for host in nsmallest(_HOSTS, each))


def _addresses(tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    for selector, attribute, kind in _SOURCES:
        for node in islice(tree.css(selector), _LINKS):
            yield kind, node.attributes.get(attribute) or ""
    for node in islice(tree.css("meta[http-equiv=refresh i]"), _LINKS):
        if found := _REFRESH.search((node.attributes.get("content") or "")[:_LONGEST]):
            yield "away", found[1]


def _outside(url: str, hosts: Hosts) -> str:
    """The host of an outsider, also one without a name; "" where the address leads to nobody else."""
    return hosts.outside(url) or (host_of(url) if is_number(url) and host_of(url) not in hosts.own else "")


def _newest(tree: LexborHTMLParser, base: str, zone: ZoneInfo, now: datetime | None) -> datetime | None:
    """Of the dates that stand beside links in lists; one that lies ahead announces something, and is no news."""
    lists: defaultdict[str, list[datetime]] = defaultdict(list)
    links = tree.css("a[href]")[:_LINKS]
    held = Counter(each.mem_id for link in links for each in _above(link))
    for link in links:
        if not listpage.address(link, base) or not listpage.title_of(link):
            continue
        told = [*_beside(link, held, zone, now), _inside(link, zone, now), _in_address(link, zone)]
        at = max((each for each in told if each is not None and (now is None or each <= now)), default=None)
        if at is not None:
            around = next(iter(_around(link, held, 1)), link).parent
            lists[_called(around) if around is not None else ""].append(at)
    return max((at for each in lists.values() if len(each) >= FEWEST for at in each), default=None)


def _above(link: LexborNode) -> Iterator[LexborNode]:
    at = link.parent
    for _ in range(_LEVELS):
        if at is None or at.tag in ("body", "html"):
            return
        yield at
        at = at.parent


def _around(link: LexborNode, held: Mapping[int, int], most: int) -> list[LexborNode]:
    """The elements around a link that hold no more than so many, the largest first."""
    return [*takewhile(lambda each: held[each.mem_id] <= most, _above(link))][::-1]


def _beside(
    link: LexborNode, held: Mapping[int, int], zone: ZoneInfo, now: datetime | None
) -> Iterator[datetime | None]:
    """The date in the row of a link, which may hold one to its column and one to read more."""
    for most in (1, _IN_ROW):
        row = next(iter(_around(link, held, most)), link)
        at = listpage.beside(row, link, zone, now)
        if at is not None:
            yield at
            return


def _inside(link: LexborNode, zone: ZoneInfo, now: datetime | None) -> datetime | None:
    """The date in a part of the link by itself, as calendar sheets have it."""
    parts = islice((each for each in link.css("span, em, i, b, p, div, time") if each != link), 20)
    return next((at for each in parts if (at := _dated(each, zone, now))), None)


def _in_address(link: LexborNode, zone: ZoneInfo) -> datetime | None:
    """The day on which portal systems say in its address that an article was written."""
    found = _DAY.search(link.attributes.get("href") or "")
    return dates.parse("-".join(filter(None, found.groups())), zone) if found else None


def _dated(node: LexborNode, zone: ZoneInfo, now: datetime | None) -> datetime | None:
    said = listpage.said(node, " ")
    return dates.near(said, zone, now) if len(said) <= 20 else None
