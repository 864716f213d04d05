"""The stage that looks whether the agency's own places are still proven to be its own; and the same by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from classifiers.finding import Kind
from monitor import logs, masking, proof, telling
from monitor.errors import CollectError
from monitor.house import Clock, House
from monitor.model import Hit, Platform, Seen, State, Transition
from monitor.proof import Proof, Tried, Way
from monitor.store import passes, proofs, records
from monitor.store.database import Tx

REDIRECTS = frozenset({"too_many_redirects", "redirect_outside"})


@dataclass(frozen=True, slots=True)
class Site:
    """A prefix and the platforms below it; ``at`` is the first of them, narrowed to the prefix."""

    at: Platform
    names: tuple[str, ...]


def sites(platforms: Mapping[str, Platform]) -> dict[str, Site]:
    """What must be proven, by canonical prefix: platforms of one prefix share one proof."""
    found: dict[str, Site] = {}
    for name, platform in platforms.items():
        for prefix in proof.claimed(platform):
            known = found.get(prefix, Site(replace(platform, prefixes=(prefix,), networks=()), ()))
            networks = tuple(dict.fromkeys((*known.at.networks, *platform.networks)))
            found[prefix] = Site(replace(known.at, networks=networks), (*known.names, name))
    return found


def prove(house: House, clock: Clock) -> bool:
    """Look at the proof whose turn it is; a week later again, sooner where it was missed."""
    now = clock()
    with house.store.write() as tx:
        due = proofs.due(tx, now)
        places = sites(house.settings.platforms) if due else {}
        prefix = next((each for each in due if each in places), None)
        look = proofs.claim(tx, prefix, now, now + house.settings.pace.visit) if prefix else None
    if look is None:
        return False
    site = places[look.proof.prefix]
    tried = list(looked(house, look.proof, site.at))
    now = clock()
    after = proof.after(look.proof, tried, now, house.luck())
    with house.store.write() as tx:
        proofs.finish(tx, look, after)
        if after.error:
            _note_lapse(tx, site.at, after, now)
        else:
            note_back(house, tx, after, now)
    held = proof.hold(after, now)
    logs.event("proof", platform=site.at.name, way=after.way, error=after.error, hold=held, until=after.until)
    return True


def looked(house: House, known: Proof, at: Platform) -> Iterator[Tried]:
    """Each way in turn, until the token is found."""
    for way in proof.order(known):
        tried = _looked_at(house, way, known, at)
        yield tried
        if not tried.code:
            return


def _looked_at(house: House, way: Way, known: Proof, at: Platform) -> Tried:
    prefix = known.prefix
    where = {
        Way.FILE: proof.file_url(prefix),
        Way.META: prefix,
        Way.DNS: proof.record_name(prefix),
        Way.ARTICLE: known.article,
    }[way]
    try:
        code = _found(house, way, where, at)
    except CollectError as error:
        return Tried(way, where, "redirect" if error.code in REDIRECTS else error.code, masking.mask_text(str(error)))
    return Tried(way, where, code)


def _found(house: House, way: Way, where: str, at: Platform) -> str:
    (prefix,) = at.prefixes
    if way is Way.DNS:
        return proof.in_records(house.txt(where), proof.record(house.key, prefix))
    if way is Way.ARTICLE:
        where = proof.article_url(house.key, prefix, where)
    found = {Way.FILE: proof.in_file, Way.META: proof.in_head, Way.ARTICLE: proof.in_title}[way]
    return found(house.fetch_once(at, where), proof.token(house.key, prefix))


def _note_lapse(tx: Tx, at: Platform, after: Proof, now: datetime) -> None:
    """Write one finding when a proof is gone for good, and one more when reading stops."""
    lapse = proof.lapse(after, now)
    if lapse is None:
        return
    since = after.until if lapse is proof.Lapse.OVER else after.proven_at
    since = since or datetime.min.replace(tzinfo=now.tzinfo)
    if not records.told_since(tx, Kind.SOURCE_BROKEN, at.name, since, after.prefix):
        seen = Seen(kind=Kind.SOURCE_BROKEN, rule=lapse, score=1.0, excerpt=after.detail, where=after.prefix)
        passes.add_findings(tx, at.name, [Hit(seen, "")], now)


def note_back(house: House, tx: Tx, after: Proof, now: datetime) -> None:
    """Close the record of a proof that stands again."""
    record = records.active(tx, Kind.SOURCE_BROKEN, records.at(after.prefix))
    if record is not None:
        records.move(tx, record, State.RESOLVED, Transition(now, "proven", "system"))
        telling.back(house, tx, record, record.opened_at, now, what="proven")
