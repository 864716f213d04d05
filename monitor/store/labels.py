"""What people said: whether a record was rightly opened, and what a message is about. Kept with the masked text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from sqlalchemy import and_, func, select, update

from classifiers.finding import Kind
from monitor.exercise import DRILL
from monitor.model import Escalation, Period, State
from monitor.store.database import Tx
from monitor.store.statements import put
from monitor.store.tables import correction, escalation, item, label, version
from monitor.summary import Corrected, Label, Tally

TEACHING = frozenset({Kind.SCAM, Kind.HAZARD, Kind.CRISIS})  # judged on masked text: it can be judged again


def remember(tx: Tx, record: Escalation, confirmed: bool, now: datetime) -> None:
    """Whether it was right to open ``record``; what was said before of the same item and kind is replaced."""
    if record.kind not in TEACHING or record.item is None:
        return
    said = {"item_id": record.item, "kind": str(record.kind), "confirmed": confirmed, "at": now}
    put(tx, label, {**said, **_newest(tx, record.item)})


def correct(tx: Tx, about: int, topic: str, now: datetime) -> None:
    """What item ``about`` is about: holds against whatever a model says later."""
    told = {"topic": topic, "topic_second": "", "topic_score": 1.0, "topic_sure": True}
    tx.execute(update(item).where(item.c.id == about).values(told))
    put(tx, correction, {"item_id": about, "topic": topic, "at": now, **_newest(tx, about)})


def corrected(tx: Tx) -> list[Corrected]:
    """The messages whose topic people said, oldest first."""
    rows = tx.execute(select(correction).order_by(correction.c.item_id))
    return [Corrected(title=row.title, text=row.text, topic=row.topic) for row in rows]


def _newest(tx: Tx, of: int) -> dict[str, str]:
    """Title and text of an item's newest Version."""
    newest = select(version.c.title, version.c.text).where(version.c.item_id == of)
    return dict(tx.execute(newest.order_by(version.c.id.desc()).limit(1)).one()._mapping)


def labels(tx: Tx) -> Iterator[Label]:
    """Every item of which somebody said something."""
    rows = tx.execute(select(label).order_by(label.c.item_id, label.c.kind))
    for about, said in groupby(rows, key=lambda row: row.item_id):
        each = list(said)
        yield Label(
            item=about,
            title=each[-1].title,
            text=each[-1].text,
            right=tuple(Kind(row.kind) for row in each if row.confirmed),
        )


def tallies(tx: Tx, period: Period) -> tuple[Tally, ...]:
    """Of the records closed in the period, by kind: how many were right, and how many were dismissed as nothing.

    Exercises say nothing of that.
    """
    within = and_(escalation.c.closed_at >= period.start, escalation.c.closed_at < period.end)
    within = and_(within, escalation.c.platform != DRILL)
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
