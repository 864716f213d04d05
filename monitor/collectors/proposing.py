"""Proposes how a list page is read: the repeated structure with the most titles and dates, as stable CSS selectors.

Menus, footers and boxes at the side repeat too, but their titles are short and have no dates. Selectors are made of
ids, classes and tags that all entries share; places ("the third of its kind") only where nothing else tells entries
apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import islice
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborHTMLParser, LexborNode

from classifiers.page import css_path, parsed
from monitor import dates
from monitor.collectors import listpage
from monitor.collectors.onward import onward
from monitor.mapping import Listing

FEWEST = 3  # entries of a list
_MOST_LINKS = 3_000  # of a page that are looked at
_LEVELS = 7  # above a link at which its entry may be
_SHORTEST = 4  # code points of a title
_WORTH = 30  # code points of a title beyond which it is worth no more
_WITH_DATE = 2.5  # times that an entry with a date is worth one without
_ASIDE = 0.25  # of the worth of what stands at the side
_MOST_IN_ENTRY = 20  # links of any kind
_OTHER_LINKS = 4  # different addresses that one entry has at most
_MANY = 100  # strangers among the entries: no more are counted
_MOSTLY = 0.9
_LONGEST_DATE = 24  # code points

_SIDE = re.compile(
    r"(?:^|[\s_-])(?:foot|footer|bottom|copyright|nav|navbar|menu|crumb|side|sidebar|left|friend|links?|yqlj|header|top|hot|rank)",
    re.IGNORECASE,
)
_PASSING = re.compile(  # classes that say where an entry stands or how it looks just now
    r"odd|even|first|last|top|new|on|cur(?:rent)?|active|hover|select(?:ed)?|clearfix|clear|cf|fl|fr|.*\d.*",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Za-z_][\w-]{0,60}")
_MANY_DIGITS = re.compile(r"\d{3}")
_BLOCKS = "p, div, h1, h2, h3, h4, h5, h6, dt, dd, time, em, i, span"

_Group = dict[int, LexborNode]


@dataclass(frozen=True, slots=True)
class Proposal:
    listing: Listing
    page: listpage.ListPage  # what it catches


@dataclass(frozen=True, slots=True)
class _Site:
    """The page that is looked at, and how dates on it are read."""

    tree: LexborHTMLParser
    base: str
    near: Callable[[str], datetime | None]
    beside: Callable[[LexborNode, LexborNode], datetime | None]


def propose(text: str, base: str, zone: ZoneInfo, now: datetime | None) -> Proposal | None:
    """How the list on the page at ``base`` is read; None where there is none."""
    html = listpage.unpacked(text)
    tree = parsed(html)
    near, beside = partial(dates.near, zone=zone, now=now), partial(listpage.beside, zone=zone, now=now)
    site = _Site(tree, base, near, beside)
    group = _best(site)
    if not group:
        return None
    nodes = list(group.values())
    listing = Listing(entry=_entry(site, group))
    listing = replace(listing, link=_link(site, nodes))
    listing = replace(listing, title=_title(site, nodes, listing.link))
    listing = replace(listing, date=_date(site, nodes))
    listing = onward(tree, html, base, listing)
    return Proposal(listing, listpage.read(text, listing, base, zone, now))


# which elements are entries


def _best(site: _Site) -> _Group:
    """The group of like elements that is worth most; of equal ones the outermost."""
    groups: dict[tuple[str, ...], _Group] = {}
    for link in site.tree.css("a[href]")[:_MOST_LINKS]:
        if len(listpage.title_of(link)) < _SHORTEST or not listpage.address(link, site.base):
            continue
        for node in _upwards(link):
            whole, tag = _signature(node), node.tag or ""
            alike = (tag, *whole[1:])  # one may be marked as the latest, or as pinned
            beside = (tag, str(node.parent.mem_id) if node.parent else "")
            for signature in (whole, alike, beside):
                groups.setdefault(signature, {})[node.mem_id] = node
    rated = [(_worth(site, group), group) for group in groups.values() if len(group) >= FEWEST]
    worth, best = max(rated, key=lambda each: each[0], default=(0.0, {}))
    return best if worth else {}


def _upwards(node: LexborNode) -> Iterator[LexborNode]:
    at: LexborNode | None = node
    for _ in range(_LEVELS):
        if at is None or at.tag in ("body", "html"):
            return
        yield at
        at = at.parent


def _signature(node: LexborNode) -> tuple[str, ...]:
    """What like elements have in common: tag and lasting classes, and what they stand in."""
    around = [f"{each.tag}#{each.id}.{each.attributes.get('class')}" for each in islice(_all_above(node), 3)]
    return (".".join([node.tag or "", *_lasting(node)]), *around)


def _lasting(node: LexborNode) -> list[str]:
    names = (node.attributes.get("class") or "").split()
    return sorted(name for name in names if _NAME.fullmatch(name) and not _PASSING.fullmatch(name))


def _worth(site: _Site, group: _Group) -> float:
    """How much the titles and dates say; nothing where many of these elements are no entries."""
    said: dict[str, tuple[int, bool]] = {}  # address -> length of the title, whether there is a date
    bad = 0
    for node in group.values():
        link = _main_link(site, node)
        if link is None:
            bad += 1
            continue
        has_date = site.beside(node, link) is not None or _dated_inside(site, node) is not None
        said.setdefault(_url(site, link), (min(len(listpage.title_of(link)), _WORTH), has_date))
    if len(said) < FEWEST or bad > len(group) / 4:
        return 0.0
    first = next(iter(group.values()))
    dated = sum(length for length, has_date in said.values() if has_date)
    bare = sum(length for length, has_date in said.values() if not has_date)
    strange = -1.0 if dated > bare else 1.0  # among dated entries one without a date is no entry
    depth = sum(1 for _ in _upwards(first))
    return (_WITH_DATE * dated + strange * bare) * (_ASIDE if _stands_aside(first) else 1.0) * (1 - depth / 10_000)


def _main_link(site: _Site, node: LexborNode) -> LexborNode | None:
    """The link of an entry with the longest title; None where it leads to too many places to be one."""
    links = [node] if node.tag == "a" else node.css("a[href]")
    if len(links) > _MOST_IN_ENTRY:
        return None
    leading = [link for link in links if listpage.address(link, site.base)]
    titled = [link for link in leading if len(listpage.title_of(link)) >= _SHORTEST]
    if not titled or len({listpage.address(link, site.base) for link in leading}) > _OTHER_LINKS:
        return None
    return max(titled, key=lambda link: len(listpage.title_of(link)))


def _dated_inside(site: _Site, node: LexborNode) -> LexborNode | None:
    """The outermost element that says a date and nothing else."""
    for each in node.css("*"):
        said = listpage.said(each, " ")
        if 4 <= len(said) <= _LONGEST_DATE and site.near(said):
            return each
    return None


def _stands_aside(node: LexborNode) -> bool:
    return any(
        at.tag in ("nav", "footer", "header", "aside")
        or _SIDE.search(at.id or "")
        or _SIDE.search(at.attributes.get("class") or "")
        for at in _all_above(node)
    )


# from elements to selectors


def _entry(site: _Site, group: _Group) -> str:
    """The first selector, the simplest first, that catches these elements and no other entries."""
    nodes = list(group.values())
    best, fewest = "", _MANY
    for selector in _entry_selectors(nodes):
        caught = site.tree.css(selector)
        if len(caught) < len(group) or group.keys() - {node.mem_id for node in caught}:
            continue
        others = (node for node in caught if node.mem_id not in group and _main_link(site, node) is not None)
        strangers = sum(1 for _ in islice(others, fewest))
        if strangers < fewest or not best:
            best, fewest = selector, strangers
        if not strangers:
            break
    return best


def _entry_selectors(nodes: Sequence[LexborNode]) -> Iterator[str]:
    owns = _common_names(nodes)
    above = _shared_above(nodes)
    names = [name for node in above for name in _names(node)]
    yield from (f"{name} {own}" for own in owns for name in names if "#" in name or "." in name)
    yield from (own for own in owns if "." in own)
    telling = [name for name in names if "#" in name or "." in name]
    plain = [_tag(node) for node in above[:2]]
    yield from (f"{name} {tag} > {own}" for own in owns for name in telling for tag in plain)
    yield from (f"{tag} > {own}" for own in owns for tag in plain)
    if above:
        yield from (f"{css_path(above[0])} > {own}" for own in owns)
    yield owns[-1]


def _common_names(nodes: Sequence[LexborNode]) -> list[str]:
    """The tag with each class that all have, then the bare tag."""
    tag = _tag(nodes[0])
    shared = set.intersection(*(set(_stable(node)) for node in nodes))
    return [f"{tag}.{name}" for name in _stable(nodes[0]) if name in shared] + [tag]


def _stable(node: LexborNode) -> list[str]:
    """Classes that can stand in a selector, the telling ones first."""
    named = [name for name in (node.attributes.get("class") or "").split() if _NAME.fullmatch(name)]
    usable = [name for name in dict.fromkeys(named) if not _MANY_DIGITS.search(name)]
    return sorted(usable, key=lambda name: _PASSING.fullmatch(name) is not None)


def _names(node: LexborNode) -> list[str]:
    """How an element around entries can be called: by its id, by its classes."""
    ids = [f"#{node.id}"] if node.id and _NAME.fullmatch(node.id) and not _MANY_DIGITS.search(node.id) else []
    return [*ids, *(f"{_tag(node)}.{name}" for name in _stable(node))]


def _shared_above(nodes: Sequence[LexborNode]) -> list[LexborNode]:
    """The elements that all of these stand in, innermost first; only of the first where each has its own."""
    others = [{each.mem_id for each in _all_above(node)} for node in nodes[1:]]
    return [each for each in _all_above(nodes[0]) if all(each.mem_id in ids for ids in others)]


def _all_above(node: LexborNode) -> Iterator[LexborNode]:
    at = node.parent
    while at is not None and at.tag not in ("body", "html"):
        yield at
        at = at.parent


def _called(node: LexborNode) -> list[str]:
    """How a part of an entry can be called, the lasting names first."""
    tag, inside = _tag(node), node.parent
    names = [f"{tag}.{name}" for name in _stable(node)]
    within = [*_names(inside), f"{_tag(inside)}:nth-of-type({_place(inside)})"] if inside is not None else []
    places = [f"{tag}:last-of-type", f"{tag}:nth-of-type({_place(node)})"]
    return [*names, tag, *places, *(f"{name} {tag}" for name in within)]


def _tag(node: LexborNode) -> str:
    """The tag where it can stand in a selector: broken pages have tags that can't."""
    return node.tag if node.tag and _NAME.fullmatch(node.tag) else "*"


def _place(node: LexborNode) -> int:
    """Which of its tag it is among its siblings."""
    place, before = 1, node.prev
    while before is not None:
        place += before.tag == node.tag
        before = before.prev
    return place


def _first_that(
    nodes: Sequence[LexborNode], selectors: Iterable[str], is_right: Callable[[LexborNode, str], bool]
) -> str:
    """The selector that is right in the most entries, of equal ones the first; "" where none mostly is."""
    rated = {selector: sum(is_right(node, selector) for node in nodes) for selector in dict.fromkeys(selectors)}
    best = max(rated, key=lambda selector: rated[selector], default="")
    return best if best and rated[best] >= _MOSTLY * len(nodes) else ""


def _link(site: _Site, nodes: Sequence[LexborNode]) -> str:
    right = {node.mem_id: _main_link(site, node) for node in nodes}
    linked = [node for node in nodes if right[node.mem_id] is not None]
    samples = [link for node in linked[:3] if (link := right[node.mem_id]) is not None and link != node]
    selectors = ["a", *(name for link in samples for name in _called(link))]

    def leads_there(node: LexborNode, selector: str) -> bool:
        link, wanted = listpage.link_of(node, selector), right[node.mem_id]
        return link is not None and wanted is not None and _url(site, link) == _url(site, wanted)

    return _first_that(linked, selectors, leads_there) or "a"


def _url(site: _Site, link: LexborNode) -> str:
    return listpage.address(link, site.base)


def _title(site: _Site, nodes: Sequence[LexborNode], selector: str) -> str:
    """Where the link says more than the title (a card with date and summary), the part of it that is the title."""
    links = [(node, link) for node in nodes if (link := listpage.link_of(node, selector)) is not None]
    if not any(link.css_first(_BLOCKS) and _says_more(site, link) for _, link in links[:FEWEST]):
        return ""
    parts = [part for node, _ in links[:1] for part in node.css("*") if part != node and _may_be_title(site, part)]
    parts.sort(key=lambda part: (not _is_heading(part), any(inner.is_element_node for inner in part.iter())))
    return _first_that(
        [node for node, _ in links],
        (name for part in parts for name in _called(part)),
        lambda node, name: _is_title(site, listpage.value(node, name, "title")),
    )


def _says_more(site: _Site, link: LexborNode) -> bool:
    whole = len(listpage.said(link))
    parts = [len(listpage.said(part)) for part in link.css("p, h1, h2, h3, h4, h5, h6")]
    return _dated_inside(site, link) is not None or any(_SHORTEST <= part < whole for part in parts)


def _may_be_title(site: _Site, part: LexborNode) -> bool:
    return _is_title(site, listpage.said(part)) and part.tag not in ("a", "img")


def _is_title(site: _Site, said: str) -> bool:
    return sum(map(str.isalpha, said)) >= _SHORTEST and len(said) <= 120 and site.near(said) is None


def _is_heading(part: LexborNode) -> bool:
    return (part.tag or "") in ("h1", "h2", "h3", "h4", "h5", "h6") or "tit" in (part.attributes.get("class") or "")


def _date(site: _Site, nodes: Sequence[LexborNode]) -> str:
    """ "" also where the date is no element of its own: then it is looked for beside the link."""
    parts = [part for node in nodes[:FEWEST] if (part := _dated_inside(site, node)) is not None]

    def is_date(node: LexborNode, name: str) -> bool:
        said = listpage.value(node, name, "date")
        return len(said) <= _LONGEST_DATE and site.near(said) is not None

    return _first_that(nodes, (name for part in parts for name in _called(part)), is_date)
