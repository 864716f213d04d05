"""Verbs for how messages were answered: kept with what they were given to, and found by it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import chain, repeat
from typing import Any

from sqlalchemy import Row, delete, func, select, text

from classifiers import likeness
from classifiers.likeness import Text
from monitor.model import Entry, Reply
from monitor.store.database import Tx
from monitor.store.statements import load, look_up
from monitor.store.tables import item, reply, sketch, version
from monitor.summary import Precedent

SHOWN = 3
COMPARED = 64  # messages whose whole text is looked at
LEAST = 0.1  # closeness: 98 of 100 texts from elsewhere (hotels, shops, news) are less close to the nearest message
GIST = 80  # code points of a message without a title
AT_ONCE = 500  # ids in one statement
KNOWN = """
    SELECT value, id, (SELECT digest FROM reply WHERE item_id = known.id)
    FROM (
        SELECT asked.value, (SELECT id FROM item WHERE platform = {one} AND external_id = asked.value) AS id FROM {many}
    ) AS known
    WHERE id IS NOT NULL
"""
SHARING = """
    SELECT run, item_id FROM (
        SELECT run, item_id FROM sketch WHERE run = :run{n} ORDER BY item_id DESC LIMIT :most
    ) AS part{n}
"""


def keep(tx: Tx, platform: str, entries: Sequence[Entry]) -> None:
    """Keep the answers that a pass has just seen; forget those that were taken away.

    ``entries`` are stored already, and noted (``answers.note``), which says whether an answer is really gone.
    """
    said = {entry.external_id: entry for entry in entries if entry.message}
    changed: list[tuple[int, Entry, Reply, str]] = []
    silent: list[int] = []
    for name, item_id, known in look_up(tx, KNOWN, platform, [*said]):
        entry, answer = said[name], said[name].reply
        if answer is None and known:
            silent.append(item_id)
        if answer is not None and answer.text and (digest := _digest(entry.digest, answer)) != known:
            changed.append((item_id, entry, answer, digest))
    forget(tx, [*(each[0] for each in changed), *_unanswered(tx, silent)])
    _add(tx, changed)


def _digest(said: str, answer: Reply) -> str:
    return sha256("\0".join((said, answer.text, answer.unit)).encode()).hexdigest()


def _unanswered(tx: Tx, items: Sequence[int]) -> list[int]:
    open_ = select(item.c.id).where(item.c.replied_at.is_(None))
    return [id_ for some in _parts(items) for id_ in tx.execute(open_.where(item.c.id.in_(some))).scalars()]


def _parts(items: Sequence[int]) -> list[Sequence[int]]:
    return [items[start : start + AT_ONCE] for start in range(0, len(items), AT_ONCE)]


def _add(tx: Tx, answered: Sequence[tuple[int, Entry, Reply, str]]) -> None:
    ids = [id_ for id_, _, _, _ in answered]
    columns: dict[str, Iterable[object]] = {
        "item_id": ids,
        "text": [answer.text for _, _, answer, _ in answered],
        "unit": [answer.unit for _, _, answer, _ in answered],
        "digest": [digest for _, _, _, digest in answered],
    }
    load(tx, reply, columns)
    runs, counts = likeness.sketches([(entry.title, entry.text) for _, entry, _, _ in answered])
    owners = chain.from_iterable(map(repeat, ids, counts.tolist()))
    rows = sorted(zip(runs.tolist(), owners, strict=True))  # as the table is ordered: half the time in a large one
    load(tx, sketch, {"run": [run for run, _ in rows], "item_id": [id_ for _, id_ in rows]})


def forget(tx: Tx, items: Sequence[int]) -> None:
    """Erase answers and what their messages are found by. (Who erases an item erases these with it.)"""
    for some in _parts(items):
        tx.execute(delete(sketch).where(sketch.c.item_id.in_(some)))
        tx.execute(delete(reply).where(reply.c.item_id.in_(some)))


def said(tx: Tx, item_id: int) -> Text | None:
    """What an item says now, as far as it is looked at; None when there is none with this id."""
    newest = select(version.c.title, func.substr(version.c.text, 1, likeness.READ)).where(version.c.item_id == item_id)
    row = tx.execute(newest.order_by(version.c.id.desc()).limit(1)).first()
    return None if row is None else (row[0], row[1])


def like(tx: Tx, message: Text, *, besides: int | None = None) -> list[Precedent]:
    """The closest answered messages, closest first, but for the item ``besides``; none is better than a far one.

    Bounded: of each run of characters the newest messages that have it are looked at, and the best of these compared.
    """
    runs, _ = likeness.sketches([message])
    best = [other for other in likeness.nearest(_sharing(tx, runs.tolist()), COMPARED) if other != besides]
    found = _answered(tx, best)
    close = likeness.closeness(message, [(row.title, row.words) for row in found])
    nearest = sorted(zip(close, found, strict=True), key=lambda pair: (pair[0], pair[1].replied_at), reverse=True)
    return [_precedent(row, closeness) for closeness, row in nearest[:SHOWN] if closeness >= LEAST]


def _sharing(tx: Tx, runs: Sequence[int]) -> list[list[int]]:
    """Of each run the newest messages that have it."""
    if not runs:
        return []
    query = " UNION ALL ".join(SHARING.format(n=n) for n in range(len(runs)))
    asked = {f"run{n}": run for n, run in enumerate(runs)}
    owners: defaultdict[int, list[int]] = defaultdict(list)
    for run, item_id in tx.execute(text(query), {**asked, "most": likeness.FULL}):
        owners[run].append(item_id)
    return list(owners.values())


def _answered(tx: Tx, items: Sequence[int]) -> list[Row[Any]]:
    """Those of ``items`` whose answer still stands."""
    other = version.alias()
    newest = select(func.max(other.c.id)).where(other.c.item_id == item.c.id).correlate(item).scalar_subquery()
    words = func.substr(version.c.text, 1, likeness.READ).label("words")
    told = (item.c.platform, item.c.link, item.c.waits_since, item.c.replied_at)
    query = (
        select(*told, version.c.title, words, reply.c.text.label("reply"), reply.c.unit)
        .select_from(item.join(reply).join(version, version.c.id == newest))
        .where(item.c.id.in_(items), item.c.replied_at.is_not(None), item.c.withdrawn_at.is_(None))
    )
    return [*tx.execute(query)]


def _precedent(row: Row[Any], closeness: float) -> Precedent:
    return Precedent(
        platform=row.platform,
        title=row.title or " ".join(row.words.split())[:GIST],
        link=row.link,
        since=row.waits_since,
        replied_at=row.replied_at,
        reply=row.reply,
        unit=row.unit,
        closeness=closeness,
    )
