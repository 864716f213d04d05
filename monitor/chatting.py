"""What groups of chat programs are told: beside a mail and like it, at most as often as their robots may speak."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from monitor import brief, logs
from monitor.chats import PREFIX, Group
from monitor.delivery import Listing, Why, latest
from monitor.exercise import is_drill
from monitor.house import Clock, House, context
from monitor.model import Channel, Contact, Escalation, Message, Notification
from monitor.policy import priority
from monitor.reaching import Reached
from monitor.store import chatted, held, marks, outbox
from monitor.store.database import Tx

MINUTE = timedelta(minutes=1)
# Robots of WeCom and DingTalk take 20; DingTalk's says nothing for ten minutes after more.
A_MINUTE = 15  # posts to a group


def tell(
    house: House, tx: Tx, record: Escalation, reached: Reached, *, key: str, held_until: datetime | None, now: datetime
) -> None:
    """Write a post for each group that wants such matters; ``key`` is the record's at this moment.

    It waits as its mail does, and before the installation goes live no group is told: people above the duty read it.
    Nobody's name stands in it: who was told is said as the duty that was asked for. Of an exercise no group is told:
    its robot may speak only so often, and a real danger could be the next.
    """
    if is_drill(record) or marks.at(tx, marks.LIVE) is None or not (reached.people or reached.missed):
        return
    about = context(house.settings, now)
    asked = dict.fromkeys(way.asked for person in reached.people for way in person.ways)
    told = [about.title(name) for name in asked if name]
    for group in house.settings.chats:
        if record.severity in group.severities:
            words = house.words[group.language]
            text = brief.chat(record, told, reason=reached.due.reason, context=about, words=words)
            _intend(tx, group.contact, text, key=f"{key}:{group.contact.name}", about=record, held=held_until, now=now)


def back(house: House, tx: Tx, record: Escalation, name: str, now: datetime, *, what: str) -> None:
    """Tell a group that heard of it that a platform is back."""
    group = _group(house, name)
    if group is not None:
        text = brief.chat_back(
            record, context=context(house.settings, now), words=house.words[group.language], what=what
        )
        _intend(tx, group.contact, text, key=f"record:{record.id}:back:{name}", about=record, held=None, now=now)


def _intend(
    tx: Tx, to: Contact, message: Message, *, key: str, about: Escalation, held: datetime | None, now: datetime
) -> None:
    outbox.intend(
        tx,
        key=key,
        contact=to,
        message=message,
        record=about.id,
        priority=priority(about),
        now=now,
        channel=Channel.CHAT,
        held_until=held,
    )


def is_group(name: str) -> bool:
    return name.startswith(PREFIX)


def _group(house: House, name: str) -> Group | None:
    return next((each for each in house.settings.chats if each.contact.name == name), None)


def list_in(house: House, tx: Tx, name: str, listing: Listing, now: datetime) -> None:
    """Tell a group of several records in one post."""
    group, records = _group(house, name), latest(listing.members)
    contact = group.contact if group else Contact(name=name, title=name, mail="")
    text = brief.chat_list(records, house.words[contact.language])
    key = f"list:{name}:{max(each.id for each in listing.members)}"
    outbox.intend(
        tx,
        key=key,
        contact=contact,
        message=text,
        record=None,
        priority=min(priority(each) for each in records),
        now=now,
        channel=Channel.CHAT,
    )
    held.list_in(tx, listing, key, now)


def gather(house: House, clock: Clock) -> bool:
    """Where more waits for a group than its robot may say this minute, one post says all of it, danger as well."""
    now = clock()
    for group in house.settings.chats:
        name = group.contact.name
        with house.store.read() as tx:
            room = A_MINUTE - chatted.tried_since(tx, name, now - MINUTE)
            if room <= 0 or chatted.ready(tx, name, now) <= room:
                continue
        with house.store.write() as tx:
            waiting = chatted.waiting(tx, name, now)
            if len(latest(waiting)) > room:
                list_in(house, tx, name, Listing(Why.BURST, tuple(waiting)), now)
                logs.event("gathered", contact=name, records=len(waiting))
                return True
    return False


def full(house: House, tx: Tx, now: datetime) -> Collection[str]:
    """The groups whose robots have said enough for this minute."""
    names = [group.contact.name for group in house.settings.chats]
    return [name for name in names if chatted.tried_since(tx, name, now - MINUTE) >= A_MINUTE]


def marked(house: House, notification: Notification) -> Message:
    """The text of a post that may stand there already, and says so."""
    return brief.chat_again(notification.message, house.words[notification.language])
