"""Verbs for the audit chain: entries are written in the transaction that writes the rows, and read to be verified.

A transaction says with ``promise`` what it wrote; at its end ``seal`` appends the entries, one transaction after the
other. So the turn is taken when all other locks are held, and only until the commit.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection as Tx
from sqlalchemy import Row as Found
from sqlalchemy import Select, and_, exists, func, insert, or_, select

from monitor import chain as links
from monitor.chain import Entry, Flaw, Head, Promise, Row, Walk, What
from monitor.model import Outcome
from monitor.store.chaintable import chain
from monitor.store.statements import one_at_a_time
from monitor.store.tables import attempt, notification, transition

AT_ONCE = 2000  # entries
_UNSEALED = "unsealed"
_ENDED = frozenset(map(str, (Outcome.SENT, Outcome.REFUSED, Outcome.UNKNOWN, Outcome.GATHERED, Outcome.LAPSED)))


def begin(tx: Tx) -> None:
    """Nothing has been written yet."""
    tx.info[_UNSEALED] = []


def promise(tx: Tx, *promises: Promise) -> None:
    """Say what this transaction has written."""
    tx.info.setdefault(_UNSEALED, []).extend(promises)


def seal(tx: Tx, key: bytes) -> None:
    """Append an entry for all that was promised; nothing when nothing was.

    The first time every row there is gets one: a chain begins with what stood there before.
    """
    promised: list[Promise] = tx.info.pop(_UNSEALED, [])
    if not promised:
        return
    one_at_a_time(tx, "chain")
    last, entries = head(tx), []
    for each in promised if last.count else _everything(tx):
        entry = links.forged(key, last, each, secrets.token_hex(16))
        last = Head(entry.place, entry.link)
        entries.append({name: getattr(entry, name) for name in Entry.__slots__})
        if len(entries) == AT_ONCE:
            tx.execute(insert(chain), entries)
            entries = []
    if entries:
        tx.execute(insert(chain), entries)


def of_transition(row: Found[Any]) -> Promise:
    return Promise(What.TRANSITION, row.id, (row.escalation_id, row.at, row.what, row.actor), (row.why,))


def of_notification(row: Found[Any], what: What) -> Promise:
    said = (row.key, row.escalation_id, row.contact, row.channel, row.message_id, row.created_at, row.bare)
    return Promise(what, row.id, said, (row.address, row.subject, row.text, row.html))


def of_attempt(row: Found[Any], state: str) -> Promise:
    said = (row.notification_id, row.started_at, row.data_at, row.ended_at, row.outcome)
    return Promise(What.ATTEMPT, row.id, said, (row.answer,), state)


def _everything(tx: Tx) -> Iterator[Promise]:
    yield from map(of_transition, _rows(tx, select(transition).order_by(transition.c.id)))
    for row in _rows(tx, select(notification).order_by(notification.c.id)):
        yield of_notification(row, What.INTENT)
    states = select(attempt, notification.c.state).join(notification).where(attempt.c.ended_at.is_not(None))
    last: dict[int, Promise] = {}
    for row in _rows(tx, states.order_by(attempt.c.id)):
        before = last.pop(row.notification_id, None)
        if before is not None:
            yield before._replace(state=str(Outcome.PENDING))
        last[row.notification_id] = of_attempt(row, row.state)
    yield from last.values()


def _rows(tx: Tx, query: Select[Any]) -> Iterator[Found[Any]]:
    yield from tx.execute(query.execution_options(yield_per=AT_ONCE))


def head(tx: Tx) -> Head:
    """The last entry; a count of 0 where there is none."""
    row = tx.execute(select(chain.c.place, chain.c.link).order_by(chain.c.place.desc()).limit(1)).first()
    return Head(row.place, row.link) if row else Head(0, "")


def walk(tx: Tx, key: bytes, kept: Sequence[Head]) -> Walk:
    """What goes along the chain of this transaction's moment, with heads that were kept elsewhere."""
    erased = select(func.max(chain.c.row)).where(chain.c.what == str(What.ERASED))
    return Walk(key, links.heads(kept), tx.execute(erased).scalar() or 0)


def flaws(tx: Tx, along: Walk) -> Iterator[Flaw]:
    """All that is wrong, in the order of the chain, then what is wrong beside it."""
    rewritten = select(chain.c.row, func.max(chain.c.place)).where(chain.c.what == str(What.REWRITTEN))
    latest = {row: place for row, place in tx.execute(rewritten.group_by(chain.c.row))}  # noqa: C416  rows are no pairs
    after = -1
    while entries := _batch(tx, after):
        after = entries[-1].place
        last = {each.place for each in entries if latest.get(each.row, each.place) == each.place or not _sent(each)}
        yield from along.along(entries, _rows_of(tx, entries), last)
    yield from along.ended()
    yield from _beside(tx)


def _sent(entry: Entry) -> bool:
    return links.kind(entry.what) == "notification"


def _batch(tx: Tx, after: int) -> list[Entry]:
    rows = tx.execute(select(chain).where(chain.c.place > after).order_by(chain.c.place).limit(AT_ONCE))
    return [Entry(**row._mapping) for row in rows]


def _rows_of(tx: Tx, entries: Sequence[Entry]) -> dict[tuple[str, int], Row]:
    found: dict[tuple[str, int], Row] = {}
    for table, read in ((transition, of_transition), (notification, _as_intent), (attempt, _as_attempt)):
        ids = [entry.row for entry in entries if links.kind(entry.what) == table.name]
        for row in tx.execute(select(table).where(table.c.id.in_(ids))) if ids else ():
            said = read(row)
            found[table.name, row.id] = Row(said.said, said.text)
    return found


def _as_intent(row: Found[Any]) -> Promise:
    return of_notification(row, What.INTENT)


def _as_attempt(row: Found[Any]) -> Promise:
    return of_attempt(row, "")


def _beside(tx: Tx) -> Iterator[Flaw]:
    """Rows that have no entry, and notifications in a state in which no attempt left them."""
    for table, what, rows in (
        (transition, What.TRANSITION, transition.c.id > 0),
        (notification, What.INTENT, notification.c.id > 0),
        (attempt, What.ATTEMPT, attempt.c.ended_at.is_not(None)),
    ):
        known = exists().where(chain.c.what == str(what), chain.c.row == table.c.id)
        for row in tx.execute(select(table.c.id).where(rows, ~known).order_by(table.c.id)).scalars():
            yield Flaw(links.Fault.ADDED, what, row)
    ended = select(func.max(attempt.c.id)).where(
        attempt.c.notification_id == notification.c.id, attempt.c.ended_at.is_not(None)
    )
    left = and_(chain.c.what == str(What.ATTEMPT), chain.c.row == ended.scalar_subquery())
    states = select(notification.c.id).select_from(notification.outerjoin(chain, left))
    differs = or_(chain.c.state.is_(None), chain.c.state != notification.c.state)
    either = or_(notification.c.state.in_(_ENDED), chain.c.state.in_(_ENDED))
    for row in tx.execute(states.where(differs, either).order_by(notification.c.id)):
        yield Flaw(links.Fault.STATE, What.INTENT, row.id)
