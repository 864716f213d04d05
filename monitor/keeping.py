"""What is kept: a backup a day, checked as it is written; and texts no longer than their time."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from monitor import logs
from monitor.errors import StoreError
from monitor.house import Clock, House
from monitor.settings import Settings
from monitor.store import chained, erasing, marks, packing
from monitor.store.database import Store, Tx

AGAIN = timedelta(hours=1)  # after a backup that could not be made
LATE = timedelta(hours=50)  # older than two nights: something is wrong
_TRIED = "backup_tried"
_ERASED = "erased"
_DAY = timedelta(days=1)


def age(tx: Tx, now: datetime) -> timedelta | None:
    """How old the last backup is; None when there never was one."""
    made = marks.at(tx, marks.BACKUP)
    return None if made is None else max(now - made, timedelta(0))


def backup(house: House, clock: Clock) -> bool:
    """Make the backup of the day where it is due; there is never more to do.

    Raises StoreError when it can't be made; it is tried again in an hour.
    """
    wanted, now = house.settings.backup, clock()
    if wanted.folder is None:
        return False
    with house.store.read() as tx:
        made, tried = marks.at(tx, marks.BACKUP), marks.at(tx, _TRIED)
    at = datetime.combine(now.astimezone(house.settings.zone), wanted.at, house.settings.zone)
    last = at if at <= now else at - timedelta(days=1)
    if (made is not None and last <= made <= now) or (tried is not None and now - AGAIN < tried <= now):
        return False
    with house.store.write() as tx:
        marks.renew(tx, _TRIED, now)
    for left in wanted.folder.glob("huiyin-*.zip.part"):  # of a process that died
        left.unlink(missing_ok=True)
    path = make(house.store, wanted.folder, house.key, now)
    for old in sorted(wanted.folder.glob("huiyin-*.zip"))[: -wanted.keep]:
        old.unlink(missing_ok=True)
    logs.event("backed_up", path=path)
    return False


def erase(house: House, clock: Clock) -> bool:
    """Once a day erase the texts whose time has come, some at a time; whether there may be more."""
    now = clock()
    with house.store.read() as tx:
        last = marks.at(tx, _ERASED)
    if last is not None and now - _DAY < last <= now:
        return False
    for kind, before in limits(house.settings, now).items():
        with house.store.write() as tx:
            if count := erasing.erase(tx, kind, before):
                logs.event("erased", kind=kind, rows=count)
                return True
    with house.store.write() as tx:
        marks.renew(tx, _ERASED, now)
    return False


def limits(settings: Settings, now: datetime) -> dict[str, datetime]:
    """By kind of text: what is older goes."""
    return {kind: now - getattr(settings.retention, kind) for kind in erasing.KINDS}


def make(store: Store, folder: Path, key: bytes, now: datetime) -> Path:
    """A backup in ``folder``, read again, with the moment in its name. Raises StoreError."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{folder}: can't be made: {error.strerror}") from error
    path = folder / f"huiyin-{now:%Y%m%dT%H%M%SZ}.zip"
    to_file(store, path, key, now)
    return path


def to_file(store: Store, path: Path, key: bytes, now: datetime) -> packing.Manifest:
    """A backup in a file that isn't there yet. Raises StoreError."""
    with store.read() as tx:
        manifest = packing.pack(tx, path, key, str(chained.head(tx)), now)
    packing.check(path, key)
    with store.write() as tx:
        marks.renew(tx, marks.BACKUP, now)
    return manifest
