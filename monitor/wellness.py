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
from monitor.model import LINE, Cursor, Escalation, Fetched, Hit, Platform, Seen, State, Transition
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
    by_line = away and bool(_domain(platform))
    about = LINE if by_line and _line_is_down(tx, house, platform) else platform.name
    if by_line and about != LINE and _active(tx, Kind.SITE_DOWN, LINE):
        return
    if records.told_since(tx, kind, about, since):
        return
    _close(tx, Kind.SITE_DOWN, about, now, only_share=True)  # an outage opens a record of its own, which tells anew
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
    """The registrable name beyond our line; "" for a folder, and for what lives in the agency's own network."""
    return "" if platform.networks else registrable(urlsplit(platform.url).hostname or "")


def _active(tx: Tx, kind: Kind, about: str) -> Escalation | None:
    return records.active(tx, kind, f"platform:{about}")


def well(tx: Tx, house: House, observed: Observed, noted: Noting, last_good_at: datetime | None) -> None:
    """After a good pass: what was broken is back; what the checks see is written, what they no longer see is closed."""
    name, now = observed.platform.name, observed.now
    health.visited(tx, name, _day(now), failed=noted.slow)
    broken = [(Kind.SOURCE_BROKEN, name), (Kind.SITE_DOWN, name)]
    if _domain(observed.platform):  # who is read without the line says nothing of it
        broken.append((Kind.SITE_DOWN, LINE))
    for kind, about in broken:
        record = _active(tx, kind, about)
        if record is not None and not _is_share(tx, record):
            _resolve(tx, record, now)
            telling.back(house, tx, record, last_good_at or record.opened_at, now)
    visits = health.visits(tx, name, _day(now - WEEK))
    share = site_down.check(observed, visits)
    if share is None:
        _close(tx, Kind.SITE_DOWN, name, now, only_share=True)
    found = {kind: check(observed) for kind, check in CHECKS.items()}
    for kind, finding in found.items():
        if finding is None:
            _close(tx, kind, name, now)
    said = [finding for finding in (*found.values(), share) if finding is not None]
    passes.add_findings(tx, name, health.unsaid(tx, name, door.hits(house.key, said)), now)


def _day(now: datetime) -> str:
    return now.date().isoformat()


def _close(tx: Tx, kind: Kind, platform: str, now: datetime, *, only_share: bool = False) -> None:
    record = _active(tx, kind, platform)
    if record is not None and (not only_share or _is_share(tx, record)):
        _resolve(tx, record, now)


def _resolve(tx: Tx, record: Escalation, now: datetime) -> None:
    records.move(tx, record, State.RESOLVED, Transition(now, "back", "system"))


def _is_share(tx: Tx, record: Escalation) -> bool:
    """Whether a record is about the share of a week's visits, not about an outage."""
    return any(seen.rule == site_down.RULE for seen in records.seen(tx, record.id))
