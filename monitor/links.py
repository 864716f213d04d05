"""A stage of the way through: ask the link whose turn it is whether it still opens. Stands beside ``pipeline``.

Links of our own are asked for like pages, those that lead elsewhere by one HEAD where robots.txt allows it. Before one
is called broken the page it stands on is read again, over the same line: so neither a line that is down nor a link that
has been taken off the page is taken for a broken link.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from urllib.parse import urlsplit

from classifiers.finding import Kind
from monitor import door, guard, logs, pagelinks, polling, robots
from monitor.blocked import by_protection
from monitor.checks import broken_links
from monitor.checks.broken_links import Says
from monitor.collectors import listpage
from monitor.decoding import decode
from monitor.errors import CollectError, NoSuchNameError
from monitor.fetch import FetchLimits
from monitor.house import Clock, House
from monitor.model import LINE, Escalation, Platform, State, Surface, Transition
from monitor.store import linked, passes, proofs, records, robotstxt
from monitor.store.database import Tx
from monitor.store.linked import Claim
from monitor.store.robotstxt import Allowed

GONE = frozenset({"http_404", "http_410"})
TIME = timedelta(seconds=20)  # for one answer
ROBOTS_TIME = timedelta(seconds=10)
TOGETHER = timedelta(days=2)  # how long the first broken link of a platform waits for others that are in doubt
LONGEST_ASKED = timedelta(days=7)  # of a Retry-After
NOT_ASKED = "not_asked"
FORBIDDEN = "robots"


@dataclass(frozen=True, slots=True)
class _Ground:
    """Our own platforms by name; those that are well and awake now; and of these the ones whose links are followed."""

    own: Mapping[str, Platform] = field(default_factory=dict)
    ready: frozenset[str] = frozenset()
    pages: frozenset[str] = frozenset()

    @property
    def hosts(self) -> frozenset[str]:
        return frozenset(passes.host_of(prefix) for each in self.own.values() for prefix in each.prefixes)

    def place(self, url: str) -> Platform | None:
        """Whose ``url`` is, if it stands below a proven prefix of ours."""
        for platform in self.own.values():
            try:
                guard.permit(url, platform.prefixes)
            except CollectError:
                continue
            return platform
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """``code`` as ``broken_links.says`` takes it; ``unsure``: nobody can say, and it is tried again on another day."""

    code: str
    inside: bool
    said: Says = Says.NOTHING
    asked: timedelta | None = None  # the server's Retry-After
    broken: bool = False
    gone: bool = False  # its page has it no longer
    unsure: bool = False


def follow(house: House, clock: Clock) -> bool:
    """Ask for one link that is due; store what was answered and when it is asked again, and say what is broken."""
    now, pace = clock(), house.settings.pace
    if not house.settings.links.check:
        return False
    with house.store.write() as tx:
        ground, rest = _ground(house, tx, now), passes.Rest(pace.host_gap, pace.per_host)
        claim = linked.claim(tx, ground.pages, now, now + pace.visit, rest) if ground.pages else None
        for name in linked.recorded(tx) if claim is None else ():  # their last link may have been taken off its page
            _close_mended(tx, name, now)
    if claim is None:
        return False
    seen = _seen(house, ground, claim, clock)
    now = clock()
    after = broken_links.after(claim.known, seen.code, seen.said, now, broken=seen.broken)
    after = claim.known if seen.unsure else after
    following = now + _wait(house, after, seen, now)
    with house.store.write() as tx:
        linked.finish(tx, claim, after, following, now, gone=seen.gone)
        if seen.asked and pace.retry_after == "host":
            passes.block_host(tx, claim.url, now + min(seen.asked, LONGEST_ASKED))
        _conclude(house, tx, claim, now, still=after.broken_at is not None and not seen.gone)
    logs.event("link", platform=claim.platform, id=claim.id, inside=seen.inside, error=seen.code, said=seen.said)
    return True


def _ground(house: House, tx: Tx, now: datetime) -> _Ground:
    """Where links may be followed now. The one place that decides it: nowhere while our own line is down."""
    if records.active(tx, Kind.SITE_DOWN, f"platform:{LINE}") is not None:
        return _Ground()
    watched = house.settings.platforms
    own = {name: watched[name] for name in proofs.standing(tx, watched, now)}
    own = {name: each for name, each in own.items() if not each.proven_by_credentials}
    awake = [name for name, each in own.items() if not polling.is_night(each, now)]
    ready = frozenset(linked.well(tx, awake))
    return _Ground(own, ready, frozenset(name for name in ready if own[name].surface is Surface.PUBLIC))


def _seen(house: House, ground: _Ground, claim: Claim, clock: Clock) -> _Seen:
    place = ground.place(claim.url)
    inside = place is not None
    if place is None:
        code, asked = _outside(house, claim.url, clock), None
    elif place.name not in ground.ready:
        return _Seen(code=claim.known.error, inside=inside, unsure=True)
    else:
        code, asked = _inside(house, place, claim.url)
    said = broken_links.says(code, inside=inside, asked_for_time=asked is not None)
    if code == broken_links.NO_NAME and not inside and not _leads_out(house, ground, clock()):
        said = Says.NOTHING
    broken = said is Says.FAILS and broken_links.counts(claim.known, clock(), inside=inside)
    stands = _stands(house, ground, claim.page, claim.url) if broken else True
    if stands is None:
        return _Seen(code=code, inside=inside, unsure=True)
    return _Seen(code=code, inside=inside, said=said, asked=asked, broken=broken, gone=not stands)


def _leads_out(house: House, ground: _Ground, now: datetime) -> bool:
    """Whether anybody else has answered lately: in a closed network no name but its own is known, and none is dead."""
    with house.store.read() as tx:
        return linked.answered(tx, ground.hosts, now - 2 * house.settings.links.every)


def _inside(house: House, place: Platform, url: str) -> tuple[str, timedelta | None]:
    """What our own server answers: the beginning is enough."""
    limits = FetchLimits(total=min(TIME, house.settings.http.total), max_bytes=1)
    try:
        house.save(place, url, BytesIO(), limits)
    except CollectError as error:
        return _code(error), error.retry_after
    return "", None


def _code(error: CollectError) -> str:
    return broken_links.NO_NAME if isinstance(error, NoSuchNameError) else error.code


def _outside(house: House, url: str, clock: Clock) -> str:
    """What a server of somebody else answers to one HEAD, if it may be asked.

    A proxy would open the connection itself, and nobody could say that it leads to a public address.
    """
    if not house.settings.links.outside or house.settings.http.proxy:
        return NOT_ASKED
    allowed = _allowed(house, url, clock)
    if allowed.error == broken_links.NO_NAME:
        return allowed.error
    if not robots.allows(allowed.rules, url):
        return FORBIDDEN
    try:
        return f"http_{house.head(url, min(TIME, house.settings.http.total))}"
    except CollectError as error:
        return _code(error)


def _allowed(house: House, url: str, clock: Clock) -> Allowed:
    """What the robots.txt of the host allows; it is read once a day."""
    parts = urlsplit(url)
    site, now = f"{parts.scheme}://{parts.netloc}", clock()
    with house.store.read() as tx:
        known = robotstxt.of(tx, site, now)
    if known is not None:
        return known
    allowed = _robots(house, site)
    with house.store.write() as tx:
        robotstxt.keep(tx, site, allowed, clock())
    return allowed


def _robots(house: House, site: str) -> Allowed:
    """RFC 9309: where there is none everything is allowed; where it can't be had nothing is, for a day."""
    url, body = f"{site}/robots.txt", BytesIO()
    prefixes = tuple(f"{scheme}://{urlsplit(site).netloc}/" for scheme in guard.PORTS)
    host = Platform(name="robots", kind="", title="", url=url, prefixes=prefixes)
    limits = FetchLimits(total=min(ROBOTS_TIME, house.settings.http.total), max_bytes=robots.MOST_BYTES)
    try:
        house.save(host, url, body, limits)
    except CollectError as error:
        if error.code.startswith("http_4"):
            return Allowed("")
        if error.code != "too_large":
            return Allowed(robots.NOTHING, _code(error))
    text = body.getvalue()[: robots.MOST_BYTES].decode("utf-8", "replace")
    return Allowed(robots.rules(text.replace("\0", "")))


def _stands(house: House, ground: _Ground, page: str, url: str) -> bool | None:
    """Whether the page still has the link, None when nobody can say; one that is not ours to read is believed."""
    place = ground.place(page)
    if place is None:
        return True
    if place.name not in ground.ready:
        return None
    try:
        fetched = house.fetch(place, page)
    except CollectError as error:
        return False if error.code in GONE else None
    text = listpage.unpacked(decode(fetched.body, fetched.content_type).text)
    return None if by_protection(text) else url in pagelinks.addresses(text, fetched.url)


def _wait(house: House, after: broken_links.Look, seen: _Seen, now: datetime) -> timedelta:
    said = Says.FAILS if seen.unsure and seen.inside else seen.said
    every = house.settings.links.every
    wait = broken_links.wait(after, said, now, house.luck(), inside=seen.inside, every=every)
    return max(wait, min(seen.asked or timedelta(0), LONGEST_ASKED))


def _conclude(house: House, tx: Tx, claim: Claim, now: datetime, *, still: bool) -> None:
    """Write findings for what is broken and not told, all at once; close the record of which nothing is any more.

    What somebody has called done is told anew while it is broken, what somebody has dismissed is not.
    """
    name = claim.platform
    if _close_mended(tx, name, now) is None and still and linked.fate(tx, name, claim.url) is State.RESOLVED:
        linked.tell(tx, [claim.url], told=False)
    since = linked.waits_since(tx, name)
    if since is None or (now - since < TOGETHER and linked.doubtful(tx, name, now + broken_links.LATE)):
        return
    untold = linked.broken(tx, name, untold=True)
    found = [broken_links.finding(each.url, each.error, each.page_link) for each in untold]
    passes.add_findings(tx, name, door.hits(house.key, found), now)
    linked.tell(tx, [each.url for each in untold])


def _close_mended(tx: Tx, platform: str, now: datetime) -> Escalation | None:
    """Close the record of a platform when none of its links is broken any more; the record that was open."""
    record = records.active(tx, Kind.BROKEN_LINKS, f"platform:{platform}")
    if record is not None:
        told = {seen.excerpt for seen in records.seen(tx, record.id)}
        if told.isdisjoint(each.url for each in linked.broken(tx, platform)):
            records.move(tx, record, State.RESOLVED, Transition(now, "mended", "system"))
    return record
