"""A fortnight of 300 platforms with faults, on a clock of its own: no item missed, no false "down", memory flat."""

from __future__ import annotations

import gc
import random
import sys
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from classifiers.finding import Kind
from monitor.errors import CollectError
from monitor.model import LINE, Collected, Item
from monitor.store import views
from monitor.store.tables import item as items
from tests.houses import CONFIGURATION, Clock, T, Web, build, drain

PLATFORMS, DAYS = 300, 14
STEP = timedelta(minutes=10)
SHOWN = 20  # entries that a feed shows
LONGEST_WAIT = timedelta(hours=9)  # every_max, moved by a tenth
SURELY_SEEN = timedelta(hours=12)  # an outage of this length is met by three readings
TABLE = """
[[platform]]
name = "p{n}"
title = "栏目{n}"
url = "http://www.host{host}.example/{n}/feed.xml"
every = "2h"
every_max = "8h"
"""


@dataclass
class Life:
    """What one platform really does: when it publishes, and when it fails and how."""

    published: list[datetime]
    outages: list[tuple[datetime, datetime, str]] = field(default_factory=list)

    def error(self, now: datetime) -> str:
        return next((code for start, end, code in self.outages if start <= now < end), "")


class World:
    """Three hundred lives, by seed. Short faults come often, long ones seldom; once the line itself is dead."""

    def __init__(self, seed: int) -> None:
        luck = random.Random(seed)
        end = T + timedelta(days=DAYS)
        self.line = (T + timedelta(days=12), T + timedelta(days=12, hours=14))
        self.lives = {f"p{n}": self._life(luck, end) for n in range(PLATFORMS)}
        self.clock = Clock()
        self.blips = luck

    @staticmethod
    def _life(luck: random.Random, end: datetime) -> Life:
        life, at = Life([]), T - timedelta(hours=luck.uniform(0, 40))
        while at < end:
            life.published.append(at)
            at += timedelta(hours=luck.choice((2, 6, 20, 30)) * luck.uniform(0.5, 1.5))
        at = T + timedelta(days=luck.uniform(1, 20))
        while at < end - timedelta(days=2):
            span = timedelta(hours=luck.choice((0.2, 0.5, 2, 10, 20)))
            code = luck.choice(("timeout", "refused", "http_503", "became_html", "http_404", "empty_after_entries"))
            life.outages.append((at, at + span, code))
            at += span + timedelta(days=luck.uniform(3, 12))
        return life

    def collect(self, platform, cursor, _fetch):
        now, life = self.clock.now, self.lives[platform.name]
        error = "unreachable" if self.line[0] <= now < self.line[1] else life.error(now)
        if error or self.blips.random() < 0.02:
            raise CollectError(error or "connection_lost")
        last = bisect_right(life.published, now)
        shown = [self._item(platform.name, n, life.published[n]) for n in range(max(0, last - SHOWN), last)]
        return Collected(tuple(shown), replace(cursor, fetches=cursor.fetches + 1, had_items=True))

    @staticmethod
    def _item(name: str, number: int, published: datetime) -> Item:
        text = f"关于{name}第{number}号事项的通知，请各单位按时办理。"
        return Item(external_id=f"{name}-{number}", title=f"通知{number}", text=text, published_at=published)

    def was_away(self, name: str, at: datetime) -> bool:
        """Whether the platform (or all of them) really failed at that moment, or had just begun to answer again."""
        spans = [self.line] if name == LINE else [self.line, *((s, e) for s, e, _ in self.lives[name].outages)]
        return any(start <= at <= end + timedelta(hours=2) for start, end in spans)


def memory() -> float:
    """Resident, in MB."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def test_a_fortnight(tmp_path, capsys):
    world = World(seed=20261127)
    tables = "".join(TABLE.format(n=n, host=n % 120) for n in range(PLATFORMS))
    head, own, rest = CONFIGURATION.partition("[[platform]]")
    text = head + tables + "[policy" + (own + rest).partition("[policy")[2]
    house = replace(build(tmp_path, Web(), text), collectors={"feed": world.collect})
    clock, sizes = world.clock, []

    for step in range(int(timedelta(days=DAYS) / STEP)):
        drain(house, clock, ("collect", "classify", "escalate"))
        if step % 144 == 0:
            sizes.append(memory())
        clock.now += STEP

    with house.store.read() as tx:
        found = views.open_records(tx, closed_too=True, limit=100_000)
    records = [record for record in found if record.kind in {Kind.SITE_DOWN, Kind.SOURCE_BROKEN}]
    assert [record.number for record in records if not world.was_away(record.platform, record.opened_at)] == []
    assert [record.number for record in records if record.closed_at is None] == []
    assert LINE in {record.platform for record in records}
    missed = [
        (name, start)
        for name, life in world.lives.items()
        for start, end, _ in life.outages
        if end - start >= SURELY_SEEN + LONGEST_WAIT / 2
        and not any(record.platform == name and start <= record.opened_at <= end for record in records)
    ]
    assert missed == []
    with house.store.read() as tx:
        counted = dict(tx.execute(select(items.c.platform, func.count()).group_by(items.c.platform)).all())
    due = clock.now - LONGEST_WAIT - timedelta(hours=1)
    lost = [name for name, life in world.lives.items() if counted.get(name, 0) < bisect_right(life.published, due)]
    assert lost == []
    with capsys.disabled():
        items_read, grown = sum(counted.values()), f"{sizes[3]:.0f} -> {sizes[-1]:.0f} MB"
        sys.stdout.write(f"\na fortnight: {items_read} items, {len(records)} records, memory {grown}\n")
    assert sizes[-1] - sizes[3] < 40
