"""What the service knows of itself, gathered: for the watch, for the digest, for whoever asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.house import House
from monitor.model import Period
from monitor.settings import Settings
from monitor.store import marks, views, watched
from monitor.store.database import Tx
from monitor.summary import Installation
from monitor.watching import Facts, days_left

ENDING = timedelta(days=60)  # what ends within is said in the digest


def facts(house: House, tx: Tx, stages: tuple[str, ...], now: datetime) -> Facts:
    """What the watch judges by."""
    sentry, platforms, queue = house.sentry, house.settings.platforms, watched.queue(tx, now)
    return Facts(
        now=now,
        began=sentry.began,
        beats=views.beats(tx),
        stages=stages,
        waiting=queue.waiting,
        oldest=queue.oldest,
        due=queue.due,
        sent=queue.sent,
        last_good=watched.last_good(tx, platforms),
        broken=watched.broken(tx, platforms),
        platforms=len(platforms),
        space=sentry.space,
        newest=watched.newest(tx),
        free=sentry.free,
        reserve=sentry.disk.held,
        pinged=sentry.pinged,
        unreceived=sentry.unreceived,
        unserved=sentry.unserved,
        unwritten=sentry.unwritten,
    )


def installation(house: House, tx: Tx, period: Period, now: datetime) -> Installation:
    """How the installation is, for the digest of ``period``."""
    settings, sentry, today = house.settings, house.sentry, now.astimezone(house.settings.zone).date()
    years = [int(name) for name, _ in settings.calendar.sources]
    return Installation(
        free=free(house),
        days_left=days_left(watched.measures(tx), settings.watch.least_free),
        reserve=sentry.disk.held,
        collecting=watched.is_collecting(tx),
        holidays_until=max(years, default=None),
        key_since=key_since(settings),
        backed_up_at=marks.at(tx, marks.BACKUP),
        ending=tuple((each.what, each.on) for each in settings.expiries if each.on - today <= ENDING),
        jumps=tuple(watched.jumps(tx, period.start, now)),
    )


def free(house: House) -> int | None:
    """Bytes that are free where the data is; None where nobody can say."""
    try:
        return house.sentry.disk.free()
    except OSError:
        return None


def key_since(settings: Settings) -> datetime | None:
    """When the key file was written."""
    try:
        return datetime.fromtimestamp(settings.key_file.stat().st_mtime, UTC)
    except OSError:
        return None
