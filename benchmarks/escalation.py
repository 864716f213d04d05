"""From a message that is posted to a mail that a server has accepted, while many records are open.

Ours goes the whole way: the item is stored behind the door, judged, a record is opened, its mail is written and handed
to an SMTP server on loopback. The peer does the same work without keeping anything: it classifies the text and hands a
mail of the same size to the same server. Both are measured in the same run, message by message in turn; ratios are of
medians. Waiting for the next reading of a platform, which polling decides, is no part of either.

A tick is what ``escalate`` and ``deliver`` cost when nothing is due; it and a claim under a flood of waiting mails are
measured at each size, and must stay flat in the number of open records.
"""

from __future__ import annotations

import argparse
import smtplib
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from classifiers.finding import Document
from monitor import pipeline
from monitor.channels.mail import Mail
from monitor.house import House
from monitor.model import Message, State, Surface
from monitor.store import outbox
from monitor.store.tables import escalation
from tests.houses import LATE, Clock, Web, build, drain, item, move
from tests.smtp_servers import serving, settings

NOW = datetime(2026, 11, 4, 2, tzinfo=UTC)
STAGES = ("collect", "classify", "escalate", "deliver")
DANGER = "煤气一直在漏，楼道里全是味，快来人！"
FLOOD = 10_000
MAIL = b"Subject: x\r\n\r\n" + (b"x" * 70 + b"\r\n") * 160


class Accepted:
    """A mail server that takes everything."""

    mails = 0

    async def handle_DATA(self, *_: object) -> str:  # noqa: N802  the library says so
        self.mails += 1
        return "250 OK"


def fill(house: House, records: int) -> None:
    """Open records of which nothing is due."""
    rows = [
        {
            "number": f"2025-{n:07}",
            "kind": "personal_data",
            "severity": "serious",
            "state": "open",
            "platform": "website",
            "matter_key": f"filled:{n}",
            "subject": "",
            "locator": "",
            "owner": "duty",
            "opened_at": NOW,
            "deadline": LATE,
            "step": 1,
            "next_step_at": LATE,
        }
        for n in range(records)
    ]
    with house.store.write() as tx:
        for start in range(0, records, 10_000):
            tx.execute(insert(escalation), rows[start : start + 10_000])


def timed(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def way(house: House, web: Web, clock: Clock, port: int, n: int) -> tuple[float, float]:
    """Seconds of one message on our way and on the peer's."""
    web.items = [item(DANGER + str(n), name=f"danger-{n}", title="求助")]
    clock.move(minutes=16)
    ours = timed(lambda: drain(house, clock, STAGES))

    def peer() -> None:
        pipeline.judge(Document(DANGER + str(n), "求助"), Surface.PRIVATE)
        with smtplib.SMTP("127.0.0.1", port) as server:
            server.sendmail("huiyin@agency.example", ["duty@agency.example"], MAIL)

    move(house, State.RESOLVED, clock)
    return ours, timed(peer)


def claim(house: House, clock: Clock) -> None:
    with house.store.write() as tx:
        assert outbox.claim(tx, clock(), clock() + timedelta(minutes=10)) is not None


def flood(house: House, clock: Clock, start: int, end: int) -> None:
    contact, message = house.settings.contacts["duty"], Message("s", "t", "h")
    with house.store.write() as tx:
        for n in range(start, end):
            values = {"contact": contact, "message": message, "record": None, "priority": 2, "now": clock()}
            outbox.intend(tx, key=f"flood:{n}", **values)  # type: ignore[arg-type]


def measure(records: int, messages: int) -> None:
    inbox, clock, web = Accepted(), Clock(NOW), Web()
    with tempfile.TemporaryDirectory() as folder, serving(inbox, data_size_limit=None) as port:
        house = build(Path(folder), web, now=NOW)
        house = replace(house, send=Mail(settings(port)).send)
        fill(house, records)
        drain(house, clock, STAGES)
        pairs = [way(house, web, clock, port, n) for n in range(messages)]
        ours, theirs = (sorted(each) for each in zip(*pairs, strict=True))
        ticks = [timed(lambda: drain(house, clock, ("escalate", "deliver"))) for _ in range(50)]
        accepted = inbox.mails - messages
        flood(house, clock, 0, 100)
        few = [timed(lambda: claim(house, clock)) for _ in range(30)]
        flood(house, clock, 100, FLOOD)
        many = [timed(lambda: claim(house, clock)) for _ in range(30)]
        house.store.close()
    p50, p99 = statistics.median(ours), ours[min(len(ours) - 1, int(len(ours) * 0.99))]
    ratio = p50 / statistics.median(theirs)
    print(f"{records:>7} open: posted to accepted p50 {p50 * 1e3:.0f} ms, p99 {p99 * 1e3:.0f} ms, ", end="")
    print(f"{ratio:.1f} x the peer; accepted {accepted}/{messages}")
    print(
        f"        tick {statistics.median(ticks) * 1e3:.1f} ms; claim of 100 {statistics.median(few) * 1e3:.2f} ms, ",
        end="",
    )
    print(f"of {FLOOD} {statistics.median(many) * 1e3:.2f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, nargs="+", default=[1000, 100_000])
    parser.add_argument("--messages", type=int, default=100)
    chosen = parser.parse_args()
    for records in chosen.records:
        measure(records, chosen.messages)


if __name__ == "__main__":
    main()
