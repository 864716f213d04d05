"""The stage that reads what comes back to our own mail: a reply acknowledges, a bounce is a refusal."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from monitor import acting, logs, receipts, releasing
from monitor.collectors.replybox import Read, Reply
from monitor.errors import CollectError
from monitor.house import Clock, House
from monitor.model import Notification, Outcome, State, Transition
from monitor.store import marks, outbox, records, silences
from monitor.store.database import Tx

ASKED = "replies_asked"  # when the mailbox was last asked
UPTO = "replies"  # the family of marks that says up to where it has been read


def receive(house: House, clock: Clock) -> bool:
    """Read the mailbox if it is time, and do what the mails in it say; whether there are more."""
    settings, now = house.settings.replies, clock()
    if not settings.url:
        return False
    with house.store.read() as tx:
        asked, upto = marks.at(tx, ASKED), marks.of_family(tx, UPTO)
    if asked is not None and timedelta(0) <= now - asked < settings.every:
        return False
    try:
        found = house.replies(settings.mailbox, upto)
    except CollectError as error:
        found = Read((), upto, trouble=error)
    failed = found.trouble.code if found.trouble else ""
    if failed and failed != house.sentry.unreceived:
        logs.event("replies_unread", level=logging.WARNING, error=failed)
    house.sentry.unreceived = failed
    with house.store.write() as tx:
        done = [_take(house, tx, reply, clock()) for reply in found.replies]
        if found.upto != upto:
            marks.only(tx, UPTO, found.upto, now)
        if not found.more:
            marks.renew(tx, ASKED, now)
    if found.replies:
        logs.event("replies", read=len(done), acknowledged=done.count("acknowledged"), bounced=done.count("bounced"))
    return found.more


def _take(house: House, tx: Tx, reply: Reply, now: datetime) -> str:
    if reply.bounced:
        return _bounced(house, tx, reply, now)
    if reply.automatic:
        return "ignored"
    for name in reply.answers:
        sent = outbox.by_message_id(tx, f"<{name}>") if receipts.is_ours(name) else None
        if sent is not None and _counts(house, reply, sent, now):
            return _acknowledge(house, tx, sent, now)
    return "ignored"


def _counts(house: House, reply: Reply, sent: Notification, now: datetime) -> bool:
    """Whether a reply is one of the person whom the mail was sent to, to that mail, in time."""
    contact = house.settings.contacts.get(sent.contact)
    in_time = sent.created_at is not None and now - sent.created_at <= receipts.LIFETIME
    own = contact is not None and reply.sender in {contact.mail.lower(), sent.address.lower()}
    return in_time and own and receipts.holds(reply.text, sent, house.link_keys())


def _acknowledge(house: House, tx: Tx, sent: Notification, now: datetime) -> str:
    if sent.escalation is None:
        return "ignored"
    record = records.get(tx, sent.escalation)
    if record.state is not State.OPEN:
        return "ignored"
    line = Transition(now, "acknowledged_by_reply", sent.contact)
    moved = acting.move(tx, record, State.ACKNOWLEDGED, line, house.settings.contacts[sent.contact])
    return "acknowledged" if moved is acting.Moved.DONE else "ignored"


def _bounced(house: House, tx: Tx, reply: Reply, now: datetime) -> str:
    """One of our mails came back: it counts as refused, as if the server had said so when it was sent."""
    answer = f"{silences.CAME_BACK} {reply.status}"
    sent = outbox.came_back(tx, f"<{reply.bounced}>", answer, now)
    if sent is None:
        return "ignored"
    for_good = reply.status.startswith("5")  # else it may be taken again
    if for_good and silences.refused(tx, sent, answer, house.settings.delivery, now):
        logs.event("address_dead", contact=sent.contact)
    releasing.note_undelivered(house, tx, sent, Outcome.REFUSED, now)
    return "bounced"
