"""Letting mails go that had to wait: by themselves, or several in one. Stands before the stage deliver."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from monitor import chatting, delivery, gathered, logs, messages
from monitor.checks import site_down
from monitor.delivery import Listing, Weather, Why
from monitor.house import Clock, House, context
from monitor.model import LINE, Channel, Escalation, Notification, Outcome, Platform, Transition
from monitor.policy import PRIORITY_DANGER, PRIORITY_DIGEST, Tried, priority
from monitor.store import held, outbox, passes, records, silences
from monitor.store.database import Tx

MINUTE = timedelta(minutes=1)
DEAD = "not tried: this address has been refused too often"


def weather(house: House, tx: Tx, now: datetime) -> Weather:
    """What decides at this moment whether somebody is told."""
    settings = house.settings
    return Weather(
        now=now,
        zone=settings.zone,
        rules=settings.delivery,
        silences=tuple(silences.in_force(tx, now)),
        down=_down(settings.platforms.values(), held.down(tx, site_down.RULE)),
    )


def _down(platforms: Iterable[Platform], records: list[tuple[str, int]]) -> dict[str, int]:
    """Each platform whose site, or our own line, is down, and the first record that says so."""
    watched = {each.name: each for each in platforms}
    sites: dict[str, int] = {}
    for name, record in records:
        site = name if name == LINE else _site(watched[name]) if name in watched else ""
        if site:
            sites.setdefault(site, record)
    line = sites.get(LINE)
    found = {name: sites.get(_site(each), None if each.networks else line) for name, each in watched.items()}
    return {name: record for name, record in found.items() if record is not None}


def _site(platform: Platform) -> str:
    return passes.host_of(platform.url) if urlsplit(platform.url).hostname else ""


def columns(platforms: Iterable[Platform], name: str) -> tuple[str, ...]:
    """The titles of what else stands on the site of a platform: what goes down with it."""
    watched = {each.name: each for each in platforms}
    if name not in watched or not _site(watched[name]):
        return ()
    site = _site(watched[name])
    return tuple(each.title for each in watched.values() if each.name != name and _site(each) == site)


def is_hushed(house: House, tx: Tx, record: Escalation, now: datetime) -> bool:
    """Whether no telephone rings for a record: it is silenced, or its site is known to be down."""
    found = delivery.hold(record, weather(house, tx, now))
    return found is not None and found.why in {Why.SILENCE, Why.DOWN}


def release(house: House, clock: Clock) -> bool:
    """See to all that waits for the contact who has waited longest; danger never comes here."""
    now = clock()
    with house.store.read() as tx:
        if held.next_contact(tx, now) is None:
            return False
    with house.store.write() as tx:
        name = held.next_contact(tx, now)
        waiting = held.waiting(tx, name, now) if name is not None else []
        if name is None or not waiting:
            return False
        plan = delivery.planned(waiting, weather(house, tx, now), held.lately(tx, name, now))
        held.let_go(tx, plan.alone, now, counted=True)
        held.let_go(tx, plan.lapsed, now, counted=False)
        for hold in {each for _, each in plan.held}:
            held.hold(tx, [id_ for id_, why in plan.held if why == hold], hold)
        for listing in plan.lists:
            _list(house, tx, name, listing, now)
    lists = {str(each.why): len(each.members) for each in plan.lists}
    logs.event("released", contact=name, alone=len(plan.alone), held=len(plan.held), **lists)
    return True


def _list(house: House, tx: Tx, name: str, listing: Listing, now: datetime) -> None:
    if chatting.is_group(name):
        chatting.list_in(house, tx, name, listing, now)
        return
    contact = house.settings.contacts.get(name) or next(iter(house.settings.contacts.values()))
    records = delivery.latest(listing.members)
    ended = silences.find(tx, [listing.silence]) if listing.silence is not None else {}
    words = house.words[contact.language]
    letter = gathered.letter(
        records,
        listing.why,
        silence=next(iter(ended.values()), None),
        rules=house.settings.delivery,
        contact=contact,
        context=context(house.settings, now),
        words=words,
    )
    key = f"list:{name}:{max(each.id for each in listing.members)}"
    outbox.intend(
        tx,
        key=key,
        contact=contact,
        message=messages.render(letter, words),
        record=None,
        priority=min(priority(each) for each in records),
        now=now,
    )
    held.list_in(tx, listing, key, now)


def least(house: House, tx: Tx, channel: Channel, now: datetime) -> int:
    """Down to which priority something may go now: where the mail server has had enough, only danger."""
    most = house.settings.delivery.per_minute if channel is Channel.MAIL else 0
    busy = most and held.tried_since(tx, now - MINUTE, most) >= most
    return PRIORITY_DANGER if busy else PRIORITY_DIGEST


def is_dead(house: House, claim: outbox.Claim, now: datetime) -> bool:
    """Whether a mail is not even tried: its address was refused too often. Danger is tried."""
    sent = claim.notification
    if sent.channel is not Channel.MAIL or claim.priority == PRIORITY_DANGER:
        return False
    with house.store.read() as tx:
        return silences.is_dead(tx, sent.address, now, house.settings.delivery.dead_for)


def note_address(house: House, tx: Tx, claim: outbox.Claim, tried: Tried, now: datetime) -> None:
    """Remember of an address that it was refused for good, or that it took a mail."""
    sent = claim.notification
    if sent.channel is not Channel.MAIL:
        return
    if tried.outcome is Outcome.SENT:
        silences.accepted(tx, sent.address, now)
    elif tried.outcome is Outcome.REFUSED and not tried.content and tried.answer != DEAD:
        rules = house.settings.delivery
        if silences.refused(tx, sent, tried.answer, rules, now):
            logs.event("address_dead", contact=sent.contact)


def note_undelivered(house: House, tx: Tx, lost: Notification, state: Outcome, now: datetime) -> None:
    """A mail nobody got brings the next step forward; a ring and a post stand beside a mail, so they alone do not.

    After the last step there is nobody else, and telling the same people again at once would never end.
    """
    mail, lacks = lost.channel is Channel.MAIL, {Channel.RING: "not_rung", Channel.CHAT: "not_posted"}
    for record in [records.get(tx, lost.escalation)] if lost.escalation else held.listed(tx, lost.id):
        what = lacks.get(lost.channel, "undelivered")
        records.note(tx, record.id, Transition(now, what, "system", f"{state}: {lost.contact}"))
        if mail and record.step < len(house.settings.policies[record.kind].steps):
            records.hasten(tx, record.id, now)
