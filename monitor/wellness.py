"""How a platform is, beside what stands on it: findings about the platform itself, and their end.

Stands beside the main path: ``collect`` calls ``failed`` or ``well`` in the transaction that stores the pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from classifiers.finding import Finding, Kind
from classifiers.hosts import registrable
from monitor import door, polling, telling
from monitor.checks import certificate_expiring, page_stale, platform_silent, site_down, wrong_encoding
from monitor.checks.observed import Observed
from monitor.house import Fetch, House
from monitor.model import LINE, Cursor, Fetched, Hit, Platform, Seen, State, Transition
from monitor.store import health, passes, records
from monitor.store.database import Tx

CHECKS: dict[Kind, Callable[[Observed], Finding | None]] = {
    Kind.PAGE_STALE: page_stale.check,
    Kind.PLATFORM_SILENT: platform_silent.check,
    Kind.CERTIFICATE_EXPIRING: certificate_expiring.check,
    Kind.WRONG_ENCODING: wrong_encoding.check,
}
IN_TIME = timedelta(seconds=15)  # the official limit for a visit
WEEK = timedelta(days=7)
UNRELATED = 3  # hosts that fail together by chance only seldom


class Noting:
    """The guarded ``get``, which notes whether answers are slow and how long certificates last."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self.slow = False
        self.certified_until: datetime | None = None

    def get(self, *asked: object, **more: object) -> Fetched:
        fetched = self._fetch(*asked, **more)
        self.slow = self.slow or fetched.took > IN_TIME
        ends = [each for each in (self.certified_until, fetched.certified_until) if each is not None]
        self.certified_until = min(ends, default=None)
        return fetched


def observed(platform: Platform, after: Cursor, dates: Iterable[datetime], now: datetime) -> Observed:
    """What the checks see of a platform that has just been read well; ``dates`` are those of its entries."""
    return Observed(
        platform=platform,
        now=now,
        published=tuple(dates),
        decoded_by=after.decoded_by,
        certified_until=after.certified_until,
    )


def failed(tx: Tx, house: House, platform: Platform, after: Cursor, now: datetime) -> None:
    """After ``broken_after`` failures in a row write one finding an outage; when nothing answers, one for all."""
    pace, next_at = house.settings.pace, after.next_check_at or now
    if after.why == polling.Why.RETRY_AFTER and pace.retry_after == "host":
        passes.block_host(tx, platform.url, next_at)
    away = after.error in polling.UNREACHABLE
    health.visited(tx, platform.name, _day(now), failed=away)
    if not polling.is_broken(platform, after.failures, next_at - now, pace.broken_after):
        return
    kind = Kind.SITE_DOWN if away else Kind.SOURCE_BROKEN
    since = after.last_good_at or datetime.min.replace(tzinfo=now.tzinfo)
    about = LINE if away and _line_is_down(tx, house, platform) else platform.name
    if records.told_since(tx, kind, about, since) or (about != LINE and _line_record(tx) and away):
        return
    _close_share(tx, about, now)
    passes.add_findings(tx, about, [Hit(Seen(kind=kind, rule=after.error, score=1.0, excerpt=after.detail), "")], now)


def _line_is_down(tx: Tx, house: House, platform: Platform) -> bool:
    """Whether nobody has answered since, and several unrelated hosts have failed: then it is our own line.

    Unrelated are those of another registrable name. Where there are fewer than ``UNRELATED``, all must have failed.
    """
    watched = house.settings.platforms
    others = [(_domain(watched[each.platform]), each) for each in health.answers(tx) if each.platform in watched]
    others = [(domain, each) for domain, each in others if domain not in {"", _domain(platform)}]
    away = [(domain, each) for domain, each in others if each.error in polling.UNREACHABLE]
    heard = [each.last_good_at if each.error in polling.UNREACHABLE else each.checked_at for _, each in others]
    last = max((moment for moment in heard if moment is not None), default=None)
    silent = {domain for domain, each in away if last is None or each.checked_at > last}
    return bool(silent) and len(silent) >= min(UNRELATED, len({domain for domain, _ in others}))


def _domain(platform: Platform) -> str:
    return registrable(urlsplit(platform.url).hostname or "")


def _line_record(tx: Tx) -> bool:
    return records.active(tx, Kind.SITE_DOWN, f"platform:{LINE}") is not None


def well(tx: Tx, house: House, observed: Observed, noted: Noting, last_good_at: datetime | None) -> None:
    """After a good pass: what was broken is back; what the checks see is written, what they no longer see is closed."""
    name, now = observed.platform.name, observed.now
    health.visited(tx, name, _day(now), failed=noted.slow)
    for kind, about in ((Kind.SOURCE_BROKEN, name), (Kind.SITE_DOWN, name), (Kind.SITE_DOWN, LINE)):
        record = records.active(tx, kind, f"platform:{about}")
        if record is not None and not _is_share(tx, record.id):
            records.move(tx, record, State.RESOLVED, Transition(now, "back", "system"))
            telling.back(house, tx, record, last_good_at or record.opened_at, now)
    visits = health.visits(tx, name, _day(now - WEEK))
    share = site_down.check(observed, visits)
    if share is None:
        _close_share(tx, name, now)
    found = {kind: check(observed) for kind, check in CHECKS.items()}
    for kind, finding in found.items():
        if finding is None:
            _close(tx, kind, name, now)
    said = [finding for finding in (*found.values(), share) if finding is not None]
    passes.add_findings(tx, name, health.unsaid(tx, name, door.hits(house.key, said)), now)


def _day(now: datetime) -> str:
    return now.date().isoformat()


def _close(tx: Tx, kind: Kind, platform: str, now: datetime) -> None:
    record = records.active(tx, kind, f"platform:{platform}")
    if record is not None:
        records.move(tx, record, State.RESOLVED, Transition(now, "back", "system"))


def _is_share(tx: Tx, record: int) -> bool:
    """Whether a record is about the share of a week's visits, not about an outage."""
    return any(seen.rule == site_down.RULE for seen in records.seen(tx, record))


def _close_share(tx: Tx, platform: str, now: datetime) -> None:
    """The week is better, or an outage opens a record of its own, which tells people anew."""
    record = records.active(tx, Kind.SITE_DOWN, f"platform:{platform}")
    if record is not None and _is_share(tx, record.id):
        records.move(tx, record, State.RESOLVED, Transition(now, "back", "system"))
