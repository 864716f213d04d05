"""What has happened so far in the play, read from the store as any person would look at it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from classifiers.finding import Kind
from demo.planted import NEVER, PAPERS, POSTS, TROUBLES, Post
from monitor.house import House
from monitor.model import Escalation, Outcome, Seen
from monitor.store import views
from monitor.store.database import Tx
from monitor.store.views import Sent, StoredItem
from monitor.summary import PlatformHealth

EVERYTHING = 10_000  # rows: far more than a play has


@dataclass(frozen=True, slots=True)
class Judged:
    """One Version of an item, when it was seen here that it was judged (or stopped at the door), and what was found."""

    at: datetime
    item: StoredItem
    found: tuple[Seen, ...]

    @property
    def path(self) -> str:
        return urlsplit(self.item.link).path


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """``judged``, ``records`` and ``sent`` are in the order in which they came."""

    platforms: tuple[PlatformHealth, ...] = ()
    judged: tuple[Judged, ...] = ()
    records: tuple[Escalation, ...] = ()
    sent: tuple[Sent, ...] = ()


def look(house: House, before: Scene, clock: Callable[[], datetime]) -> Scene:
    """The scene now; ``before`` is the last one, so that each Version is judged once."""
    with house.store.read() as tx:
        items = views.find_items(tx, "", EVERYTHING)
        found = [(item, _found(house, tx, item, before)) for item in items if _is_new(item, before)]
        counts = Counter(item.platform for item in items)
        health = views.health(tx, tuple(house.settings.platforms.values()), counts)
        opened = views.open_records(tx, closed_too=True, limit=EVERYTHING)
        sent = views.sent(tx, limit=EVERYTHING)
    now = clock()
    judged = [Judged(now, item, seen) for item, seen in found if item.classified_by or seen]
    return Scene(
        platforms=tuple(health),
        judged=(*before.judged, *sorted(judged, key=lambda each: each.item.published_at or now)),
        records=tuple(reversed(opened)),
        sent=tuple(sent),
    )


def _is_new(item: StoredItem, before: Scene) -> bool:
    known = {(each.item.id, each.item.versions) for each in before.judged}
    return (item.id, item.versions) not in known


def _found(house: House, tx: Tx, item: StoredItem, before: Scene) -> tuple[Seen, ...]:
    """What would open a record in this Version: what earlier ones held was found before they were looked at."""
    last = max((each.at for each in before.judged if each.item.id == item.id), default=None)
    policies = house.settings.policies
    return tuple(
        each.seen
        for each in views.explain(tx, item_id=item.id)
        if (last is None or each.found_at > last) and each.seen.score >= policies[each.seen.kind].threshold
    )


def missing(scene: Scene) -> Iterator[tuple[Kind, str]]:
    """What should have been recorded and is not: kind and platform."""
    opened = {(record.kind, record.item) for record in scene.records}
    items = {each.path: each.item.id for each in scene.judged}
    for post in (*POSTS, *PAPERS):
        yield from ((kind, post.place) for kind in post.expect if (kind, items.get(post.path)) not in opened)
    troubled = {(record.kind, record.platform) for record in scene.records if record.item is None}
    yield from (trouble for trouble in TROUBLES if trouble not in troubled)


def wrong(scene: Scene) -> list[Judged]:
    """Posts in which something was found though nothing is the matter with them."""
    innocent = {post.path for post in (*POSTS, *PAPERS) if not post.expect}
    return [each for each in scene.judged if each.found and each.path in innocent]


def left_alone(scene: Scene) -> list[Post]:
    """Posts that were judged and rightly opened nothing."""
    judged = {each.path for each in scene.judged}
    flagged = {each.path for each in scene.judged if each.found}
    return [post for post in POSTS if post.path in judged - flagged and not post.expect]


def all_read(scene: Scene) -> bool:
    """Whether every file, and every post as it stands at the end, has been judged."""
    versions = {each.path: each.item.versions for each in scene.judged}
    read = all(versions.get(post.path, 0) >= 1 + (post.edited_at != NEVER) for post in POSTS)
    return read and all(paper.path in versions for paper in PAPERS)


def all_told(house: House, scene: Scene) -> bool:
    """Whether every step of every record's policy has been told and accepted."""
    steps = sum(len(house.settings.policies[record.kind].steps) for record in scene.records)
    return len(scene.sent) >= steps and _accepted(scene.sent)


def _accepted(sent: Sequence[Sent]) -> bool:
    return all(each.state is Outcome.SENT for each in sent)


def complete(house: House, scene: Scene) -> bool:
    """Whether everything that is to happen has happened."""
    return all_read(scene) and not any(missing(scene)) and all_told(house, scene)
