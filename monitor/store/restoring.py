"""A database out of a backup, and into the place of another."""

from __future__ import annotations

from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from monitor.errors import StoreError
from monitor.model import Database
from monitor.store import marks, outbox, packing, sqlite
from monitor.store.database import connected, newest, upgrade
from monitor.store.packing import Manifest
from monitor.store.statements import one_at_a_time

_WITH_IT = ("-wal", "-shm", "")  # the file itself last: without it the others are nothing


def restore(database: Database, path: Path, key: bytes, now: datetime) -> Manifest:
    """Fill a database in which nothing stands with the backup ``path``, in one transaction.

    Every row is compared with what was packed. Then the schema is brought up to date, and what waited to be sent is
    marked: it may have been sent after the backup.
    Raises StoreError when anything stands there, or the backup is damaged, of another key or of a newer program.
    """
    manifest = packing.read(path, key)
    if database.file:
        sqlite.make(database)
    with closing(connected(database)) as store, store.write() as tx:
        one_at_a_time(tx, "update")
        if not packing.is_empty(tx):
            raise StoreError(f"{database}: isn't empty; a backup is only restored where nothing stands")
        store.kind.before_update(tx, None, manifest.schema)
        upgrade(tx, manifest.schema)
        packing.unpack(tx, path, manifest, key)
        upgrade(tx, newest())
        outbox.may_have_gone(tx)
        marks.renew(tx, marks.RESTORED, now)
    return manifest


def take_place(new: Path, old: Path, aside: Path) -> None:
    """Put the database file ``new`` where ``old`` is, which is kept as ``aside``; nobody has either open.

    Raises StoreError where files can't be moved.
    """
    try:
        for end in _WITH_IT:
            with suppress(FileNotFoundError):
                Path(f"{old}{end}").replace(f"{aside}{end}")
        new.replace(old)
    except OSError as error:
        raise StoreError(f"{old}: can't be replaced: {error.strerror}") from error


def forget(path: Path) -> None:
    """Remove a database file that nobody needs, and what stands beside it."""
    for end in _WITH_IT:
        Path(f"{path}{end}").unlink(missing_ok=True)
