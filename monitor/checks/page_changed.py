"""A page is not what it usually is: put in its place, emptied, or given a stranger's script. The worse error is a false
alarm. PURE.

What a page usually is, is learned over three days. After that it may drift: what is stable is what its last days have
in common, so news, banners and counters come and go. Something unusual is said when a second look has seen it as well.
It is over when two looks no longer see it; when a person has closed the record, the page is right as it is now.

Nothing of a page can be read from what is remembered: keyed digests, counts, and the hosts of outsiders.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import combinations
from typing import Any, NamedTuple

from classifiers.finding import Finding, Kind

VERSION = 1  # of what is written
ENOUGH = 3  # days over which a page is learned, and that are kept
KEPT = 500  # hosts that are remembered
SKETCH = 300  # digests of elements, and of pieces of text, that a Shape has at most: the smallest
FEWEST = 8  # lasting elements, or pieces of text, without which nothing is known of a page
GONE = 0.35  # share of the lasting elements below which a page is another one
SAYS_NOTHING_OF_IT = 0.1  # share of the lasting pieces of text below which it is another one, in the same dress
LIKE = 0.34  # of the pairs of characters of two titles, from which they speak of the same
SHORTEST = 3  # pairs of characters of a title by which it is known
LENGTH = 200  # visible characters of a page that can become empty
EMPTIED = 0.1
MANY = 10  # outsiders to whom a page suddenly leads
NEWS = 2  # links that say something new: a single one may be the weather
_CHINESE, _FOREIGN = 50, 10  # per cent of letters
_WORDED = 100  # characters that tell a language
_TAKEN = {"script": "new_script", "frame": "new_frame", "form": "new_form", "away": "leads_away"}
_SCORES = {"emptied": 0.9, "template_gone": 0.9, "other_language": 0.85, "leads_away": 0.85, "title_replaced": 0.8}
_SCORE = 0.7  # of the others


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One look at a page. All sets but ``hosts`` hold keyed digests.

    ``hosts`` are the registered names of outsiders, each after what it is there for: "script", "frame", "form", "away"
    or "link".
    """

    title: frozenset[str] = frozenset()  # its pairs of characters
    steps: frozenset[str] = frozenset()  # the classes and ids of its elements
    lines: frozenset[str] = frozenset()  # its pieces of text
    heads: frozenset[str] = frozenset()  # its links that say more than a menu does
    hosts: frozenset[str] = frozenset()
    length: int = 0  # visible characters
    chinese: int = 0  # per cent of its letters
    password: bool = False  # it has a field for one


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What is remembered of a page. ``known`` are hosts with the day on which they were last seen.

    ``before`` is what it was until a person called a change right. ``strange`` is what the last look has seen, ``said``
    what people have been told since ``since``; ``renewed`` is when its links last said something new.
    """

    days: Mapping[str, Shape] = field(default_factory=dict)  # by ISO date, oldest first
    known: Mapping[str, str] = field(default_factory=dict)
    before: Mapping[str, Shape] = field(default_factory=dict)
    learned: bool = False
    strange: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    since: str = ""
    renewed: str = ""

    @property
    def calm(self) -> bool:
        return not (self.strange or self.said)


class Looked(NamedTuple):
    """``again``: soon, to be sure. ``back``: what was said is over."""

    usual: Usual
    findings: tuple[Finding, ...] = ()
    again: bool = False
    back: bool = False


class _Seen(NamedTuple):
    rule: str
    what: str = ""  # a host

    @property
    def name(self) -> str:
        return f"{self.rule} {self.what}".rstrip()


def look(usual: Usual, shape: Shape, now: datetime, day: str, *, closed: bool = False) -> Looked:
    """What a look at ``now``, on the local ``day``, makes of what is known.

    ``closed``: a person has closed the record of what was said.
    """
    if usual.said and closed:
        return Looked(_learned(replace(usual, days={}, before=usual.days), shape, now, day))
    strange = [*_strange(usual, shape)] if usual.learned else []
    if strange and usual.before and not [*_strange(replace(usual, days=usual.before), shape)]:
        return Looked(_learned(replace(usual, days=usual.before), shape, now, day))  # restored after all
    found = _judged(usual, strange, now)
    return found or Looked(_learned(usual, shape, now, day), back=bool(usual.said))


def led_away(usual: Usual, host: str, now: datetime) -> Looked:
    """The same where the server sends its visitors to another ``host`` instead of showing the page."""
    found = _judged(usual, [_Seen("leads_away", host)], now) if usual.learned else None
    return found or Looked(usual)


def _judged(usual: Usual, strange: list[_Seen], now: datetime) -> Looked | None:
    """What strange things lead to; None where all is as usual, for the second time if it was not.

    Of one sort no more than ``ENOUGH`` are said: hosts may change with every look.
    """
    if not strange:
        return Looked(replace(usual, strange=()), again=True) if usual.said and usual.strange else None
    before, since = _rules(usual.strange), usual.since or now.isoformat()
    said = [*usual.said]
    fresh = []
    for each in strange:
        if each.rule in before and each.name not in said and sum(_rule(name) == each.rule for name in said) < ENOUGH:
            fresh.append(_finding(each, since))
            said.append(each.name)
    names = tuple(each.name for each in strange)
    after = replace(usual, strange=names, said=tuple(said), since=since)
    return Looked(after, tuple(fresh), again=not _rules(names) <= _rules(said))


def _rules(names: Iterable[str]) -> set[str]:
    return {_rule(name) for name in names}


def _rule(name: str) -> str:
    return name.partition(" ")[0]


def _finding(each: _Seen, since: str) -> Finding:
    """Who dismissed one change has not dismissed the like of it that comes later: so ``since`` belongs to the match."""
    excerpt = each.what.replace(".", "[.]")  # no mail filter follows it
    match = f"{each.name} {since}"
    return Finding(Kind.PAGE_CHANGED, each.rule, None, None, _SCORES.get(each.rule, _SCORE), excerpt, "html", "", match)


def _learned(usual: Usual, shape: Shape, now: datetime, day: str) -> Usual:
    days = {**{at: each for at, each in usual.days.items() if at != day}, day: shape}
    kept = dict(sorted(days.items())[-ENOUGH:])
    known = {**usual.known} | dict.fromkeys(shape.hosts, day)
    lasting = sorted(known.items(), key=lambda pair: (not pair[0].startswith("link "), pair[1]))  # links go first
    whole = len(kept) == ENOUGH
    return Usual(
        days=kept,
        known=dict(lasting[-KEPT:]),
        before={} if whole else usual.before,
        learned=usual.learned or whole,
        renewed=now.isoformat() if _says_something_new(usual, shape) else usual.renewed,
    )


def _says_something_new(usual: Usual, shape: Shape) -> bool:
    past = [each.heads for each in usual.days.values()]
    end = min((max(each) for each in past if len(each) >= SKETCH), default="~")
    fresh = shape.heads.difference(*past) if past else ()
    return sum(each <= end for each in fresh) >= NEWS


def _strange(usual: Usual, shape: Shape) -> Iterable[_Seen]:
    past = [*usual.days.values()]
    if min(each.length for each in past) >= LENGTH and shape.length < EMPTIED * min(each.length for each in past):
        yield _Seen("emptied")
    else:
        if _is_another(past, shape):
            yield _Seen("template_gone")
        if _speaks_another(past, shape):
            yield _Seen("other_language")
    if _is_renamed(past, shape):
        yield _Seen("title_replaced")
    for kind, host in sorted(map(_parted, shape.hosts - usual.known.keys())):
        if kind in _TAKEN:
            yield _Seen(_TAKEN[kind], host)
    if _leads_elsewhere(usual, shape):
        yield _Seen("new_links")


def _parted(named: str) -> tuple[str, str]:
    kind, _, host = named.partition(" ")
    return kind, host


def _is_another(past: list[Shape], shape: Shape) -> bool:
    """Whether most of what lasts is gone: the elements, or all that is written in them."""
    steps = _kept([each.steps for each in past], shape.steps)
    lines = _kept([each.lines for each in past], shape.lines)
    return (steps is not None and steps < GONE) or (lines is not None and lines < SAYS_NOTHING_OF_IT)


def _kept(past: list[frozenset[str]], now: frozenset[str]) -> float | None:
    """Which share of what was there on all days is there now; None where that is too little to tell.

    A sketch that is full knows nothing of what is larger than its largest digest.
    """
    lasting = frozenset.intersection(*past)
    end = max(now) if len(now) >= SKETCH else "~"
    comparable = {each for each in lasting if each <= end}
    return len(comparable & now) / len(comparable) if len(comparable) >= FEWEST else None


def _speaks_another(past: list[Shape], shape: Shape) -> bool:
    if shape.length < _WORDED or min(each.length for each in past) < _WORDED:
        return False
    usually = [each.chinese for each in past]
    foreign = min(usually) >= _CHINESE and shape.chinese <= _FOREIGN
    return foreign or (max(usually) <= _FOREIGN and shape.chinese >= _CHINESE)


def _is_renamed(past: list[Shape], shape: Shape) -> bool:
    """Whether a title that was much the same on all days has nothing to do with it now."""
    titles = [each.title for each in past]
    steady = all(likeness(one, other) >= LIKE for one, other in combinations(titles, 2))
    known = steady and min(map(len, titles)) >= SHORTEST and len(shape.title) >= SHORTEST
    return known and all(likeness(title, shape.title) < LIKE for title in titles)


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """How much of the shorter title stands in the other, 0..1."""
    return len(one & other) / max(1, min(len(one), len(other)))


def _leads_elsewhere(usual: Usual, shape: Shape) -> bool:
    """Whether most of the outsiders that the page links to are new, and many."""
    linked = {each for each in shape.hosts if each.startswith("link ")}
    fresh = linked - usual.known.keys()
    return len(fresh) >= MANY and 2 * len(fresh) > len(linked)


def written(usual: Usual) -> str:
    """As it is stored."""
    values = {name: getattr(usual, name) for name in Usual.__slots__}
    return json.dumps({"version": VERSION, **values}, default=_plain, separators=(",", ":"))


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else {each: getattr(value, each) for each in Shape.__slots__}


def recalled(memory: str) -> Usual:
    """What ``written`` has written; nothing is known where nothing was, or in another form."""
    raw: dict[str, Any] = json.loads(memory) if memory else {}
    if raw.pop("version", 0) != VERSION:
        return Usual()
    raw |= {name: {day: _shape(each) for day, each in raw[name].items()} for name in ("days", "before")}
    raw |= {name: tuple(raw[name]) for name in ("strange", "said")}
    return Usual(**raw)


def _shape(raw: Mapping[str, Any]) -> Shape:
    return Shape(**{name: _frozen(value) for name, value in raw.items()})


def _frozen(value: Any) -> Any:
    return frozenset(value) if isinstance(value, list) else value
