"""Verbs for messages that came by mail: where they lie, and which of them an answer names."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, func, select, update

from monitor import replies
from monitor.bymail import Answer
from monitor.model import Entry, Reply
from monitor.store.database import Tx
from monitor.store.statements import load
from monitor.store.tables import item, letter, version

AT_ONCE = 500  # in one question
LOOKED_AGAIN = timedelta(hours=1)  # after which it is noted once more that a message is still there


def keep(tx: Tx, platform: str, entries: Sequence[Entry]) -> None:
    """Remember where messages lie that a pass has just stored, and what their answers will call them."""
    told = {entry.external_id: entry.letter for entry in entries if entry.message and entry.letter}
    query = select(item.c.id, item.c.external_id).where(item.c.platform == platform)
    for some in _parts([*told]):
        ids = {row.id: row.external_id for row in tx.execute(query.where(item.c.external_id.in_(some)))}
        known = [(item_id, told[external_id]) for item_id, external_id in ids.items()]
        tx.execute(delete(letter).where(letter.c.item_id.in_(ids)))
        columns = {
            "item_id": [item_id for item_id, _ in known],
            "spot": [one.spot for _, one in known],
            "name": [one.name for _, one in known],
        }
        load(tx, letter, columns)


def listed(tx: Tx, platform: str, given: Sequence[Answer], spots: Collection[str] | None, now: datetime) -> list[Entry]:
    """Of the messages that nobody had answered those that ``given`` answers, and those that lie at one of ``spots``.

    They come as a board would show them: with or without a reply. Those that have been seen within the hour, and of
    which nothing else is to be noted, are left out; those that lie nowhere any more have been withdrawn in the end.
    """
    answered = _answered(tx, platform, given)
    if spots is None:
        return list(answered.values())
    rows = [row for row in tx.execute(_unanswered(platform)) if row.external_id not in answered]
    waiting = [_entry(row) for row in rows if row.spot in spots and _is_news(row, now)]
    _miss(tx, [row.id for row in rows if row.waits_since and not row.withdrawn_at and row.spot not in spots], now)
    return [*answered.values(), *waiting]


def _is_news(row: Row[Any], now: datetime) -> bool:
    settled = row.waits_since and row.seen_at and not row.withdrawn_at and not row.missed
    return not settled or not now - LOOKED_AGAIN < row.seen_at <= now


def _miss(tx: Tx, items: Sequence[int], now: datetime) -> None:
    """Count how often in a row a message was not there."""
    for some in _parts(items):
        these = item.c.id.in_(some)
        tx.execute(update(item).where(these).values(missed=item.c.missed + 1))
        tx.execute(update(item).where(these, item.c.missed >= replies.LISTINGS).values(withdrawn_at=now))


def _unanswered(platform: str) -> Any:
    remembered = (item.c.waits_since, item.c.withdrawn_at, item.c.missed, item.c.seen_at)
    return (
        select(item.c.id, item.c.external_id, item.c.link, item.c.published_at, letter.c.spot, letter.c.name)
        .add_columns(*remembered)
        .select_from(letter.join(item))
        .where(item.c.platform == platform, item.c.replied_at.is_(None))
    )


def _answered(tx: Tx, platform: str, given: Sequence[Answer]) -> dict[str, Entry]:
    """Messages by external id with the first answer that names each."""
    told: dict[str, Reply] = {}
    for answer in sorted(given, key=lambda each: each.at.timestamp() if each.at else float("inf")):
        for name in answer.names:
            told.setdefault(name, Reply(at=answer.at, text=answer.text))
    rows = [row for some in _parts([*told]) for row in tx.execute(_unanswered(platform).where(letter.c.name.in_(some)))]
    return {row.external_id: _entry(row, _said(tx, row.id), told[row.name]) for row in rows}


def _said(tx: Tx, item_id: int) -> Any:
    newest = select(func.max(version.c.id)).where(version.c.item_id == item_id).scalar_subquery()
    return tx.execute(select(version.c.title, version.c.text, version.c.digest).where(version.c.id == newest)).first()


def _entry(row: Row[Any], said: Any = None, reply: Reply | None = None) -> Entry:
    """What is stored of a message, as if it had been read again; its words only where they are needed."""
    return Entry(
        external_id=row.external_id,
        digest=said.digest if said else "",
        title=said.title if said else "",
        text=said.text if said else "",
        link=row.link,
        published_at=row.published_at,
        message=True,
        reply=reply,
    )


def _parts(names: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (names[start : start + AT_ONCE] for start in range(0, len(names), AT_ONCE))
