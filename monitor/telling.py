"""From what the store knows to what people are sent: each notification's intent is written here, never sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from monitor import digest as weekly
from monitor import firstday, messages, policy
from monitor.house import House, context
from monitor.model import Contact, Escalation, Message, Period
from monitor.store import marks, outbox, records, standing, views
from monitor.store.database import Tx

WORDS = 12  # words in a digest


def alert(house: House, tx: Tx, record: Escalation, due: policy.Due, now: datetime) -> None:
    """Write one notification a contact: intent first, sent by the deliver stage."""
    threshold = house.settings.policies[record.kind].threshold
    seen = [each for each in records.seen(tx, record.id) if each.score >= threshold]
    platform = house.settings.platforms.get(record.platform)
    health = views.health(tx, [platform] if platform else [], {})
    about = replace(
        context(house.settings, now), told=due.tell, next_tell=due.next_tell, health=health[0] if health else None
    )
    contacts = house.settings.contacts
    for name in due.tell:
        contact = contacts.get(name) or contacts[house.settings.policies[record.kind].owner]  # an owner who is gone
        words = house.words[contact.language]
        letter = messages.alert(record, seen, reason=due.reason, contact=contact, context=about, words=words)
        outbox.intend(
            tx,
            key=f"record:{record.id}:{'overdue' if due.reason == 'overdue' else due.step}:{name}",
            contact=contact,
            message=messages.render(letter, words),
            record=record.id,
            priority=policy.priority(record),
            now=now,
        )


def first_day(house: House, tx: Tx, platforms: Sequence[str], now: datetime) -> int:
    """One letter on what stood on ``platforms`` before we came, to each duty that is told first; how many matters."""
    found = standing.standing(tx, platforms)
    contacts = house.settings.contacts
    for name in duties(house) if found else ():
        contact = contacts[name]
        words = house.words[contact.language]
        letter = firstday.summary(found, platforms, contact=contact, context=context(house.settings, now), words=words)
        outbox.intend(
            tx,
            key=f"baseline:{','.join(platforms)}:{name}",
            contact=contact,
            message=messages.render(letter, words),
            record=None,
            priority=policy.PRIORITY_DIGEST,
            now=now,
        )
    return len(found)


def duties(house: House) -> tuple[str, ...]:
    """Everybody who is told first of some kind."""
    return tuple(dict.fromkeys(name for rules in house.settings.policies.values() for name in policy.duty(rules)))


def digest(house: House, period: Period, contact: Contact, now: datetime) -> Message:
    """The digest of a period as one contact reads it."""
    zone = house.settings.zone
    before = weekly.previous(period, zone)
    periods = (period, before, weekly.previous(before, zone))
    with house.store.read() as tx:
        items = views.new_items(tx, period)
        open_records = views.open_records(tx)
        opened = (
            views.opened_by_kind(tx, periods[0]),
            views.opened_by_kind(tx, periods[1]),
            views.opened_by_kind(tx, periods[2]),
        )
        closed = views.closed(tx, period)
        platforms = views.health(tx, tuple(house.settings.platforms.values()), items)
        texts = views.texts(tx, period)
        undelivered = views.undelivered(tx, period)
        live = marks.at(tx, marks.LIVE) is not None
    summary = weekly.summarise(
        period=period,
        zone=zone,
        now=now,
        open_records=open_records,
        opened=opened,
        closed=closed,
        platforms=platforms,
        words=weekly.top_words(texts, house.cut, WORDS),
        undelivered=undelivered,
        live=live,
    )
    words = house.words[contact.language]
    letter = messages.digest(summary, contact, context(house.settings, now), words)
    return messages.render(letter, words)
