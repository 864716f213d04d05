"""A month of 300 platforms with faults, on a clock of its own: no item missed, no false "down", memory flat."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select

from classifiers.finding import Kind
from demo.zoo import Zoo
from monitor.checks import site_down
from monitor.cli import wiring
from monitor.collectors import account, accountapi, board, exports, feed, listing, mailbox, sitemap
from monitor.fetch import Fetcher, FetchLimits
from monitor.model import LINE
from monitor.store import records as records_of
from monitor.store import views
from monitor.store.tables import item as items
from tests.accounts import PATHS, SECRET
from tests.exporting import Folder
from tests.fetching import TRUST
from tests.houses import Clock, Web, build, drain
from tests.imap_servers import PASSWORD, ca_file, door, serving
from tests.month import BY_WEB, LONGEST_WAIT, World

DAYS = float(os.environ.get("HUIYIN_SOAK_DAYS", "30"))
STEP = timedelta(minutes=30)
SURELY_SEEN = LONGEST_WAIT + timedelta(hours=2)  # an outage of this length is met by three readings
MAILBOX = """
[[platform]]
name = "{name}"
title = "局长信箱"
kind = "mailbox"
url = "imaps://localhost:PORT"
networks = ["127.0.0.0/8"]
[platform.mailbox]
username = "letters@agency.example"
ca_file = "CA"
"""
EXPECTED = {Kind.SITE_DOWN, Kind.SOURCE_BROKEN}


def memory() -> float:
    """Resident, in MB."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


class _Routes(dict):
    def __init__(self, world):
        super().__init__()
        self.get = world.get


@pytest.fixture
def world():
    return World(DAYS, 20261127, Clock())


@pytest.fixture
def house(world, tmp_path, monkeypatch):
    """Real collectors, the real client, real servers on loopback."""
    clock, dropped = world.clock, tmp_path / "hotline"
    dropped.mkdir()
    names = {life.kind: life.name.upper() for life in world.lives.values()}
    monkeypatch.setenv(f"HUIYIN_{names['mailbox']}_PASSWORD", PASSWORD)
    monkeypatch.setenv(f"HUIYIN_{names['account']}_SECRET", SECRET)
    with ExitStack() as open_:
        proxy = open_.enter_context(Zoo({}))
        proxy.routes, proxy.seen = _Routes(world), _Forgetful()
        wechat = open_.enter_context(Zoo({f"/cgi-bin/{path}": world.wechat(path) for path in PATHS}))
        wechat.seen = _Forgetful()
        port = open_.enter_context(serving(world.letters))
        box = MAILBOX.replace("PORT", str(port)).replace("CA", ca_file(tmp_path))
        built = build(tmp_path, Web(), world.configuration(proxy.url(""), wechat.url(""), box, str(dropped)))
        client = Fetcher(FetchLimits(total=timedelta(seconds=20)), proxy.url(""), clock=clock, ssl_context=TRUST)
        collectors = {
            "account": partial(account.collect, accountapi.Door(client.post, clock)),
            "board": board.collect,
            "exports": partial(exports.collect, exports.Door(wiring.sheets, clock, built.key)),
            "feed": feed.collect,
            "list": listing.collect,
            "mailbox": lambda *asked: mailbox.collect(door(today=clock.now).open, *asked),
            "sitemap": sitemap.collect,
        }
        yield replace(built, collectors=collectors, fetch=client.get), Folder(dropped, clock=clock)


class _Forgetful(list):
    """What a server has been asked is not kept for a month."""

    def append(self, _request):
        pass


def test_a_month(world, house, capsys):
    house, folder = house
    clock, sizes, begun = world.clock, [], (time.perf_counter(), time.process_time())

    for step in range(int(timedelta(days=DAYS) / STEP)):
        world.move(folder)
        drain(house, clock, ("collect", "classify", "escalate"))
        world.letters.seen.clear()
        world.wechat.asked.clear()
        if step % 48 == 0:
            sizes.append(memory())
        clock.now += STEP

    spent = time.perf_counter() - begun[0], time.process_time() - begun[1]
    with house.store.read() as tx:
        found = views.open_records(tx, closed_too=True, limit=100_000)
        pages = items.c.external_id.like("http%") & items.c.external_id.not_like("http%/a%.html")
        rows = tx.execute(select(items.c.platform, func.count()).where(~pages).group_by(items.c.platform))
        counted = dict(rows.all())
        shares = {each.id for each in found if any(one.rule == site_down.RULE for one in records_of.seen(tx, each.id))}
    records = [record for record in found if record.kind in EXPECTED and record.id not in shares]
    kinds = Counter(str(record.kind) for record in found)
    by_kind = Counter()
    for name, many in counted.items():
        by_kind[world.lives[name].kind] += many
    early = sizes[min(3, len(sizes) - 1)]
    with capsys.disabled():
        sys.stdout.write(
            f"\n{DAYS:g} days: {sum(counted.values())} items {dict(by_kind)}, {world.asked} requests, records "
            f"{dict(kinds)}, memory {early:.0f} -> {sizes[-1]:.0f} MB, {spent[0]:.0f} s, CPU {spent[1]:.0f} s\n"
        )
    assert lost_or_double(world, counted) == []
    few = [each for each in found if each.id in shares and world.share_away(each.platform, each.opened_at) < 0.02]
    assert [(each.platform, each.opened_at) for each in few] == []  # of a week's visits: blips count, too
    false = [record for record in records if not world.was_away(record.platform, record.opened_at)]
    assert [(each.platform, each.kind, each.opened_at, world.lives.get(each.platform)) for each in false] == []
    assert [record.number for record in records if record.closed_at is None] == []
    assert {*kinds} <= {*map(str, EXPECTED)}
    assert LINE in {record.platform for record in records}
    assert missed(world, records) == []
    assert sizes[-1] - early < 40


def lost_or_double(world, counted):
    """Platforms of which something was not read that had been out for long enough, or something was read twice."""
    due = world.clock.now - LONGEST_WAIT - timedelta(hours=1)
    return [
        (name, life.kind, life.out(due), counted.get(name, 0), life.out(world.clock.now))
        for name, life in world.lives.items()
        if not life.out(due) <= counted.get(name, 0) <= life.out(world.clock.now)
    ]


def missed(world, records):
    """Long outages of which nobody was told."""
    return [
        (name, start)
        for name, life in world.lives.items()
        for start, end, _ in life.outages
        if life.kind in BY_WEB
        and end - start >= SURELY_SEEN
        and not any(record.platform in {name, LINE} and start <= record.opened_at <= end for record in records)
    ]
