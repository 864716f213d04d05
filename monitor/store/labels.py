"""What people said of a matter by closing its record: kept with the masked text, so that judgement can be measured."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from sqlalchemy import and_, func, select

from classifiers.finding import Kind
from monitor.model import Escalation, Period, State
from monitor.store.database import Tx
from monitor.store.statements import put
from monitor.store.tables import escalation, label, version
from monitor.summary import Label, Tally

TEACHING = frozenset({Kind.SCAM, Kind.HAZARD, Kind.CRISIS})  # judged on masked text: it can be judged again


def remember(tx: Tx, record: Escalation, confirmed: bool, now: datetime) -> None:
    """Whether it was right to open ``record``; what was said before of the same item and kind is replaced."""
    if record.kind not in TEACHING or record.item is None:
        return
    newest = select(version).where(version.c.item_id == record.item).order_by(version.c.id.desc()).limit(1)
    row = tx.execute(newest).one()
    said = {"item_id": record.item, "kind": str(record.kind), "confirmed": confirmed, "at": now}
    put(tx, label, {**said, "title": row.title, "text": row.text})


def labels(tx: Tx) -> Iterator[Label]:
    """Every item of which somebody said something."""
    rows = tx.execute(select(label).order_by(label.c.item_id, label.c.kind))
    for item, said in groupby(rows, key=lambda row: row.item_id):
        each = list(said)
        yield Label(
            item=item,
            title=each[-1].title,
            text=each[-1].text,
            right=tuple(Kind(row.kind) for row in each if row.confirmed),
        )


def tallies(tx: Tx, period: Period) -> tuple[Tally, ...]:
    """Of the records closed in the period, by kind: how many were right, and how many were dismissed as nothing."""
    within = and_(escalation.c.closed_at >= period.start, escalation.c.closed_at < period.end)
    rows = tx.execute(
        select(escalation.c.kind, escalation.c.state, func.count())
        .where(within)
        .group_by(escalation.c.kind, escalation.c.state)
    )
    counts = {(kind, state): n for kind, state, n in rows}
    return tuple(
        Tally(
            kind=kind,
            right=counts.get((str(kind), str(State.RESOLVED)), 0),
            wrong=counts.get((str(kind), str(State.DISMISSED)), 0),
        )
        for kind in Kind
        if {(str(kind), str(State.RESOLVED)), (str(kind), str(State.DISMISSED))} & counts.keys()
    )
