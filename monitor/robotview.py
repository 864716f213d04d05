"""What a page shows to search engines only: a hidden link of the worst sort. The worse error is a false alarm. PURE.

Rotating banners show something else at each look: strange is what both looks as a robot have and no look as a visitor.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from classifiers.finding import Finding, Kind, mask
from monitor.checks.page_changed import LENGTH, LIKE, SHORTEST, Shape, likeness

RULE = "robot_view"
MOST = 5  # hosts that are named
SCORES = {"away": 0.95, "hosts": 0.85, "title": 0.8}


def is_shell(shape: Shape) -> bool:
    """Whether scripts write what the page says: search engines may then be given it written, and that is right."""
    return shape.length < LENGTH


def differs(visitor: Shape, robot: Shape) -> bool:
    """Whether a single pair of looks gives reason for another one."""
    strange = robot.hosts - visitor.hosts
    if is_shell(visitor):
        return any(each.startswith("away ") for each in strange)
    return bool(strange) or _has_another_title(visitor, robot)


def compare(visitor: Sequence[Shape], robot: Sequence[Shape], known: Collection[str] = ()) -> list[Finding]:
    """What only the robot got. ``known`` are hosts that visitors have seen on other days, named as in a Shape."""
    seen = frozenset(known).union(*(each.hosts for each in visitor))
    only = [each.hosts - seen for each in robot]
    away = [{each for each in hosts if each.startswith("away ")} for hosts in only]
    found = []
    if all(away):  # to somebody else each time, perhaps
        found.append(_of_hosts("away", set().union(*away)))
    if any(map(is_shell, visitor)):
        return found
    if both := frozenset.intersection(*only).difference(*away):
        found.append(_of_hosts("hosts", both))
    if all(_has_another_title(one, other) for one in visitor for other in robot):
        found.append(_finding("title", "", sorted(robot[0].title)))
    return found


def led_away(host: str) -> Shape:
    """What is seen by whom the server sends to ``host`` at once."""
    return Shape(hosts=frozenset({f"away {host}"}))


def _has_another_title(visitor: Shape, robot: Shape) -> bool:
    known = min(len(visitor.title), len(robot.title)) >= SHORTEST
    return known and likeness(visitor.title, robot.title) < LIKE


def _of_hosts(what: str, named: Iterable[str]) -> Finding:
    """Hosts are named as far as their owner may be told by them, without being an address that anybody could follow."""
    hosts = sorted({each.partition(" ")[2] for each in named})
    return _finding(what, ", ".join(mask(host, [(0, len(host), 2, 1)]) for host in hosts[:MOST]), hosts)


def _finding(what: str, excerpt: str, match: Iterable[str]) -> Finding:
    said = f"{what} {' '.join(match)}"
    return Finding(Kind.HIDDEN_LINK, RULE, None, None, SCORES[what], excerpt, "html", "", said)
