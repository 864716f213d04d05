"""A stage of the way through: look at the single page whose turn it is. Stands beside ``pipeline``, as ``attach`` does.

A home page and other pages that the configuration names are judged like every page at the door, and against what they
usually are. Nothing that they say is kept: what was found, masked, and digests, hosts and counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from classifiers import scam
from classifiers.finding import Document, Finding, Kind
from monitor import door, logs, masking, pagesight, polling
from monitor.checks import page_changed, page_stale
from monitor.checks.observed import Observed
from monitor.checks.page_changed import Looked
from monitor.collectors.pageshape import Read
from monitor.house import Clock, House
from monitor.model import Entry, Hit, Item, Seen, State, Surface, Transition
from monitor.pagesight import Sight, Turn
from monitor.store import looked, marks, passes, proofs, records
from monitor.store.database import Tx
from monitor.store.looked import After

HOME_STALE = timedelta(days=14)  # State Council office letter 2019 No. 19: nothing new on a home page in two weeks
LINES = 5_000  # of a page
ADVERTS = 10  # that are told of one page
LOOKS = 4  # as visitor and as robot, and both again where they differ


def look(house: House, clock: Clock) -> bool:
    """Look at one page that is due; store what was found, and when it is looked at again."""
    turn = _turn(house, clock())
    if turn is None:
        return False
    sight = pagesight.look(turn, clock())
    now = clock()
    judged = _judged(turn, sight, now)
    after = _after(turn, sight, judged, now)
    entry = _entry(turn, sight, sight.page) if sight.page is not None else None
    with house.store.write() as tx:
        item = looked.finish(tx, turn.claim, after, entry, now)
        if sight.trouble is not None and sight.trouble.retry_after and house.settings.pace.retry_after == "host":
            passes.block_host(tx, turn.claim.link, after.next_check_at)
        if item is not None:
            _say(tx, turn, item, judged.findings, now)
            if judged.back:
                _close(tx, Kind.PAGE_CHANGED, item, now)
        if item is not None and sight.trouble is None and turn.claim.link == turn.platform.pages.home:
            _say_how_old(tx, turn, item, _renewed(judged, after), now)
    rules = ",".join(found.rule for found in judged.findings)
    logs.event("page", platform=turn.platform.name, id=turn.claim.id, error=after.error, changed=rules)
    return True


def _turn(house: House, now: datetime) -> Turn | None:
    platforms = {name: each for name, each in house.settings.platforms.items() if each.pages.all}
    if not platforms:
        return None
    pace = house.settings.pace
    until = now + pace.visit + LOOKS * house.settings.http.total
    with house.store.write() as tx:
        pages = looked.wanted(platforms, proofs.standing(tx, platforms, now))
        claim = looked.claim(tx, pages, now, until, passes.Rest(pace.host_gap, pace.per_host)) if pages else None
        if claim is None:
            return None
        return Turn(
            house=house,
            platform=platforms[claim.platform],
            claim=claim,
            usual=page_changed.recalled(claim.memory),
            closed=looked.is_closed(tx, claim.item_id, Kind.PAGE_CHANGED),
            old=claim.item_id is None and marks.at(tx, f"baseline:{claim.platform}") is None,
        )


def _judged(turn: Turn, sight: Sight, now: datetime) -> Looked:
    """The page against what it usually is; what is no page (or none of ours) is not judged."""
    if sight.page is not None:
        day = now.astimezone(turn.platform.zone).date().isoformat()
        return page_changed.look(turn.usual, sight.page.shape, now, day, closed=turn.closed)
    return page_changed.led_away(turn.usual, sight.led_to, now) if sight.led_to else Looked(turn.usual)


def _after(turn: Turn, sight: Sight, judged: Looked, now: datetime) -> After:
    claim, platform, luck = turn.claim, turn.platform, turn.house.luck()
    asked = sight.robot_error is not None
    after = After(
        next_check_at=polling.after_look(platform, now, luck, again=judged.again),
        fetches=claim.fetches + 1,
        newest=claim.newest if sight.page is None else sight.page.newest,
        memory=page_changed.written(judged.usual),
        robot_at=now if asked else claim.robot_at,
        robot_error=sight.robot_error or "" if asked else claim.robot_error,
        robot_seen=claim.robot_seen if sight.robot is None else " ".join(_digests(turn, sight.robot)),
    )
    trouble, fetched = sight.trouble, sight.fetched
    if trouble is not None:
        failures, at = claim.failures + 1, after.next_check_at
        if not judged.again:
            at = polling.after_failure(platform, failures, trouble.retry_after, now, luck).at
        return replace(after, next_check_at=at, failures=failures, error=trouble.code)
    kept = claim if fetched is None or fetched.not_modified else fetched
    return replace(after, etag=kept.etag, last_modified=kept.last_modified)


def _entry(turn: Turn, sight: Sight, page: Read) -> Entry:
    """The page as an item without a text, called by its address: what was found in it makes its Versions.

    What a robot saw belongs to them until it is asked again.
    """
    link, key = turn.claim.link, turn.house.key
    item = Item(external_id=f"page:{link}", text=page.text, html=page.html, link=link)
    entry = door.entry(key, turn.platform, item, turn.house.settings.friends)
    found = [*entry.hits, *_advertised(turn, entry.text, page.title)]
    if turn.platform.kind == "list" and link == turn.platform.url:  # its collector has judged it
        found = []
    sure = {hit.match_digest for hit in found if hit.seen.score >= door.SURE}
    robot = door.hits(key, sight.robot or ())
    as_robot = turn.claim.robot_seen.split() if sight.robot is None else [hit.match_digest for hit in robot]
    parts = urlsplit(link)
    return replace(
        entry,
        title=masking.mask_text(f"{parts.netloc}{parts.path}"),
        text="",
        digest=masking.version_digest(key, "", "", *sorted({*sure, *as_robot})),
        hits=(*(Hit(_placeless(hit.seen), hit.match_digest) for hit in found), *robot),
        telephone=False,
        attachments=(),
        old=turn.old,
    )


def _placeless(seen: Seen) -> Seen:
    """Offsets mean nothing where the text isn't kept."""
    return replace(seen, start=None, end=None)


def _advertised(turn: Turn, text: str, title: str) -> tuple[Hit, ...]:
    """Each line by itself: among a hundred headlines an advertisement is not heard (8 of 40, measured, against 40)."""
    if turn.platform.surface is Surface.PRIVATE:
        return ()
    sure = turn.house.settings.policies[Kind.SCAM].threshold
    lines = dict.fromkeys([masking.mask_text(title), *text.split("\n")[:LINES]])
    found = [each for line in lines if len(line) >= scam.SHORTEST for each in scam.find(Document(line))]
    return door.hits(turn.house.key, [each for each in found if each.score >= sure][:ADVERTS])


def _digests(turn: Turn, findings: Iterable[Finding]) -> list[str]:
    return [hit.match_digest for hit in door.hits(turn.house.key, findings)]


def _say(tx: Tx, turn: Turn, item: int, findings: Iterable[Finding], now: datetime) -> None:
    passes.add_findings(tx, turn.platform.name, door.hits(turn.house.key, findings), now, item_id=item)


def _renewed(judged: Looked, after: After) -> datetime | None:
    """When something new came last: the newest date, or a later headline without one; None where there are no dates."""
    seen = datetime.fromisoformat(judged.usual.renewed) if judged.usual.renewed else after.newest
    return None if after.newest is None or seen is None else max(after.newest, seen)


def _say_how_old(tx: Tx, turn: Turn, item: int, newest: datetime | None, now: datetime) -> None:
    """A home page has a limit of its own, shorter than that of most columns."""
    dates = () if newest is None else (newest,)
    home = replace(turn.platform, stale_after=HOME_STALE)
    found = page_stale.check(Observed(platform=home, now=now, published=dates))
    if found is None:
        _close(tx, Kind.PAGE_STALE, item, now)
        return
    said = replace(found, rule=f"home_{found.rule}", match=f"home {found.match}")
    if looked.unsaid(tx, item, door.hits(turn.house.key, [said])):
        _say(tx, turn, item, [said], now)


def _close(tx: Tx, kind: Kind, item: int, now: datetime) -> None:
    record = records.active(tx, kind, f"item:{item}")
    if record is not None:
        records.move(tx, record, State.RESOLVED, Transition(now, "back", "system"))
