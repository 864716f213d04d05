"""Verbs for messages that wait for an answer: what a pass says of them, and which are late."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, exists, func, or_, select, update

from classifiers.finding import Kind
from monitor import replies
from monitor.model import Entry, Escalation
from monitor.store.database import Tx
from monitor.store.records import RECORDS, as_record
from monitor.store.tables import OPEN, WAITING, cursor, escalation, finding, item, version

AT_ONCE = 500  # ids in one question
REPLIES_GONE = "replies_gone"  # the error of a board on which most answers disappeared at once

_OVERDUE = and_(escalation.c.kind == str(Kind.REPLY_OVERDUE), OPEN)
_UNANSWERED = and_(item.c.waits_since.is_not(None), item.c.replied_at.is_(None), item.c.withdrawn_at.is_(None))
_SPOKEN_OF = escalation.join(finding, finding.c.escalation_id == escalation.c.id).join(
    item, item.c.id == finding.c.item_id
)
_ALL = item.c.id.is_not(None)
_UNSETTLED = or_(item.c.waits_since.is_(None), item.c.replied_at.is_(None), item.c.withdrawn_at.is_not(None))
_REMEMBERED = ("waits_since", "replied_at", "reopened_at", "withdrawn_at", "overdue_at", "missed", "seen_at")


def note(
    tx: Tx,
    platform: str,
    entries: Sequence[Entry],
    gone: Collection[str],
    *,
    complete: bool,
    now: datetime,
    stays: bool = False,
) -> None:
    """Remember who waits, who was answered and what was withdrawn, as a pass has just seen it.

    ``entries`` are stored already. ``gone`` are external ids; ``complete`` says that what isn't among ``entries`` isn't
    there. Whatever is seen again waits again; where what is read may be older than what was read before, an answer
    ``stays``.
    """
    said = {entry.external_id: entry for entry in entries if entry.message}
    answered = [name for name, entry in said.items() if entry.reply is not None]
    rows = _known(tx, platform, [name for name, entry in said.items() if entry.reply is None])
    lost = {row.id for row in rows if row.replied_at is not None}
    if stays:
        rows = [row for row in rows if row.id not in lost]
    elif replies.is_suspicious(len(lost), len(lost) + len(answered)):
        trouble = {"error": REPLIES_GONE, "detail": str(len(lost))}
        tx.execute(update(cursor).where(cursor.c.platform == platform).values(trouble))
        rows = [row for row in rows if row.id not in lost]
    rows += _known(tx, platform, answered, _UNSETTLED)
    _remember(tx, [(row, _after(row, said[row.external_id], now)) for row in rows])
    _withdraw(tx, platform, gone, now)
    if complete:
        _miss(tx, platform, now)
    _keep_places(tx, platform, entries)


def _known(tx: Tx, platform: str, external_ids: Sequence[str], only: ColumnElement[bool] = _ALL) -> list[Row[Any]]:
    names = (item.c[name] for name in _REMEMBERED)
    query = select(item.c.id, item.c.external_id, item.c.first_seen_at, *names).where(item.c.platform == platform, only)
    return [row for some in _parts(external_ids) for row in tx.execute(query.where(item.c.external_id.in_(some)))]


def _parts(ids: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def _after(row: Row[Any], entry: Entry, now: datetime) -> dict[str, object]:
    """What is remembered of a message that was just seen."""
    since = row.waits_since or replies.waits_since(entry.published_at, row.first_seen_at)
    values = {name: getattr(row, name) for name in _REMEMBERED} | {"waits_since": since, "withdrawn_at": None}
    if entry.reply is not None:
        return values | {"replied_at": row.replied_at or replies.replied_at(entry.reply, since, now)}
    if row.replied_at is not None:
        values |= {"reopened_at": now, "overdue_at": None}
    if row.withdrawn_at is not None:
        values["overdue_at"] = None
    return values | {"replied_at": None, "missed": 0, "seen_at": now}


def _remember(tx: Tx, found: Sequence[tuple[Row[Any], dict[str, object]]]) -> None:
    changed = [
        {"of": row.id, **{f"new_{name}": value for name, value in values.items()}}
        for row, values in found
        if any(getattr(row, name) != value for name, value in values.items())
    ]
    if changed:
        values = {name: bindparam(f"new_{name}", type_=item.c[name].type) for name in _REMEMBERED}
        tx.execute(update(item).where(item.c.id == bindparam("of")).values(values), changed)


def _withdraw(tx: Tx, platform: str, gone: Collection[str], now: datetime) -> None:
    mine = and_(item.c.platform == platform, item.c.waits_since.is_not(None), item.c.withdrawn_at.is_(None))
    for some in _parts(list(gone)):
        tx.execute(update(item).where(mine, item.c.external_id.in_(some)).values(withdrawn_at=now))


def _miss(tx: Tx, platform: str, now: datetime) -> None:
    """Count the complete listings that a waiting message is missing from; it was not seen in this one."""
    unseen = or_(item.c.seen_at.is_(None), item.c.seen_at != now)
    missing = and_(item.c.platform == platform, _UNANSWERED, unseen)
    tx.execute(update(item).where(missing).values(missed=item.c.missed + 1))
    tx.execute(update(item).where(missing, item.c.missed >= replies.LISTINGS).values(withdrawn_at=now))


def _keep_places(tx: Tx, platform: str, entries: Sequence[Entry]) -> None:
    """The place of a message stays with it until it has been judged (``forget_places``)."""
    places = {entry.external_id: entry.place for entry in entries if entry.place}
    waiting = select(item.c.id, item.c.external_id).join(version)
    rows = tx.execute(waiting.where(version.c.classified_at.is_(None), item.c.platform == platform)) if places else ()
    found = [{"of": row.id, "where": places[row.external_id]} for row in rows if row.external_id in places]
    if found:
        tx.execute(update(item).where(item.c.id == bindparam("of")).values(place=bindparam("where")), found)


def forget_places(tx: Tx, items: Sequence[int]) -> None:
    """Keep the place of a message only where somebody may have to go there (charter, rule 5)."""
    danger = exists().where(finding.c.item_id == item.c.id, finding.c.kind.in_((str(Kind.HAZARD), str(Kind.CRISIS))))
    tx.execute(update(item).where(item.c.id.in_(items), item.c.place != "", ~danger).values(place=""))


def set_reach(tx: Tx, platform: str, now: datetime) -> None:
    """Say how far back the next pass must read: to the oldest message that may still become late or has an open record
    about that, and at least to the newest one known.
    """
    mine = item.c.platform == platform
    moments = (
        tx.execute(select(func.min(item.c.waits_since)).where(mine, WAITING)).scalar(),
        tx.execute(select(func.min(item.c.waits_since)).select_from(_SPOKEN_OF).where(mine, _OVERDUE)).scalar(),
        tx.execute(select(func.max(item.c.published_at)).where(mine, item.c.published_at <= now)).scalar(),
    )
    reach = min((moment for moment in moments if moment is not None), default=None)
    tx.execute(update(cursor).where(cursor.c.platform == platform).values(reach=reach))


def settled(tx: Tx, platform: str) -> list[tuple[Escalation, str]]:
    """Open records about late answers of which nothing is late any more, with what became of each."""
    over = or_(item.c.replied_at.is_not(None), item.c.withdrawn_at.is_not(None))
    other = item.alias()
    waits = and_(other.c.id == finding.c.item_id, other.c.replied_at.is_(None), other.c.withdrawn_at.is_(None))
    gathered = exists().where(finding.c.escalation_id == escalation.c.id, waits).correlate(escalation)
    settled = RECORDS.add_columns(item.c.replied_at).where(_OVERDUE, item.c.platform == platform, over, ~gathered)
    rows = tx.execute(settled).all()
    return [(as_record(row), "withdrawn" if row.replied_at is None else "answered") for row in rows]
