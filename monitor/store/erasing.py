"""Text whose time has come is erased; the rows stay, and the audit chain still verifies.

Nothing of an open record goes, and nothing by which a matter is known again: digests, dismissals and states stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, Table, and_, func, or_, select, update

from classifiers.finding import Kind
from monitor.chain import Promise, What
from monitor.model import Outcome
from monitor.store import chained
from monitor.store.chaintable import chain
from monitor.store.database import Tx
from monitor.store.tables import attempt, escalation, finding, notification, transition

AT_ONCE = 1000  # rows in one transaction
_ENDED = notification.c.state.in_(
    [str(each) for each in Outcome if each not in {Outcome.PENDING, Outcome.SENDING, Outcome.HELD}]
)


@dataclass(frozen=True, slots=True)
class Aged:
    """What of one kind would go: how many rows, and the oldest."""

    rows: int
    oldest: datetime | None


def aged(tx: Tx, kind: str, before: datetime) -> Aged:
    """What of ``kind`` (a key of ``KINDS``) is older than ``before`` and has its text still."""
    chosen = KINDS[kind](before)
    found = chosen.subquery()
    rows, oldest = tx.execute(select(func.count(), func.min(found.c.at))).one()
    return Aged(rows, oldest)


def erase(tx: Tx, kind: str, before: datetime) -> int:
    """Erase the texts of the oldest rows of ``kind``; how many, at most ``AT_ONCE``."""
    table, texts, entries = _TEXTS[kind]
    ids = list(tx.execute(KINDS[kind](before).order_by(table.c.id).limit(AT_ONCE)).scalars())
    tx.execute(update(table).where(table.c.id.in_(ids)).values(dict.fromkeys(texts, "")))
    if ids and entries:
        salted = and_(chain.c.what.in_(entries), chain.c.row.in_(ids))
        last = tx.execute(select(func.max(chain.c.place)).where(salted)).scalar()
        tx.execute(update(chain).where(salted).values(salt=""))
        chained.promise(tx, Promise(What.ERASED, last or 0, (), ()))
    return len(ids)


def _closed(before: datetime, record: Column[Any]) -> ColumnElement[bool]:
    """Whether it belongs to no record, or to one that was closed before."""
    return or_(record.is_(None), record.in_(select(escalation.c.id).where(escalation.c.closed_at < before)))


def _mails(before: datetime) -> Select[Any]:
    old = and_(notification.c.created_at < before, _ENDED, _closed(before, notification.c.escalation_id))
    text = or_(notification.c.text != "", notification.c.address != "")
    return select(notification.c.id, notification.c.created_at.label("at")).where(old, text)


def _answers(before: datetime) -> Select[Any]:
    old = and_(attempt.c.ended_at < before, _ENDED, _closed(before, notification.c.escalation_id))
    query = select(attempt.c.id, attempt.c.ended_at.label("at")).join(notification)
    return query.where(old, attempt.c.answer != "")


def _reasons(before: datetime) -> Select[Any]:
    old = and_(transition.c.at < before, _closed(before, transition.c.escalation_id))
    return select(transition.c.id, transition.c.at.label("at")).where(old, transition.c.why != "")


def _excerpts(before: datetime) -> Select[Any]:
    """Of findings about an item; what was found of a platform is known again by its excerpt."""
    old = and_(finding.c.found_at < before, finding.c.judged_at.is_not(None), finding.c.item_id.is_not(None))
    kept = finding.c.kind == str(Kind.BROKEN_LINKS)
    query = select(finding.c.id, finding.c.found_at.label("at"))
    return query.where(old, ~kept, finding.c.excerpt != "", _closed(before, finding.c.escalation_id))


KINDS = {"mails": _mails, "answers": _answers, "reasons": _reasons, "excerpts": _excerpts}
_TEXTS: Mapping[str, tuple[Table, tuple[str, ...], tuple[str, ...]]] = {
    "mails": (notification, ("address", "subject", "text", "html"), (str(What.INTENT), str(What.REWRITTEN))),
    "answers": (attempt, ("answer",), (str(What.ATTEMPT),)),
    "reasons": (transition, ("why",), (str(What.TRANSITION),)),
    "excerpts": (finding, ("excerpt",), ()),
}
