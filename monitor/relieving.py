"""Units of the stage escalate about people: who is silent, changes of shift, gaps, contacts who may be gone, reminders.

Each takes one unit of work and says whether there may be more; what is written twice is sent once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from monitor import duty, logs, messages, policy, reaching, relief, telling
from monitor.house import Clock, House, context
from monitor.letter import Letter, noted
from monitor.model import Contact, State, Transition
from monitor.store import duties, marks, outbox, records
from monitor.store.database import Tx

GOES = timedelta(hours=12)  # who goes off duty is told of it that long
COMES = timedelta(days=7)  # and who comes, that long
ASKED_AGAIN = timedelta(days=7)
STAFFED, CHASED = "staffed", "chased"  # marks of the days on which gaps and contacts, and overdue records, were told


def tell_deputy(house: House, clock: Clock) -> bool:
    """Who was told and has a deputy has said nothing for too long: the deputy is told."""
    now = clock()
    with house.store.read() as tx:
        if not duties.any_unanswered(tx, now):
            return False
    until = now + house.settings.pace.lease
    with house.store.write() as tx:
        claimed = duties.claim_unanswered(tx, now, until)
    if claimed is None:
        return False
    with house.store.write() as tx:
        duties.forget_unanswered(tx, *claimed, until)
        record = records.get(tx, claimed[0])
        if record.state is not State.OPEN:
            return True
        names = telling.silent(house, tx, record, claimed[1], now)
        what = "told" if names else "skipped"
        records.note(tx, record.id, Transition(now, what, "system", f"silent: {', '.join(names) or claimed[1]}"))
    logs.event("told", record=record.number, kind=record.kind, reason="silent", contacts=len(names))
    return True


def hand_over(house: House, clock: Clock) -> bool:
    """A duty has changed hands: who comes, and who goes, gets what is open; each change once, none long past."""
    rosters = duty.on_roster(house.settings.contacts)
    if not rosters:
        return False
    now = clock()
    with house.store.read() as tx:
        plan, allowed = duties.plan(tx, house.settings.contacts, now), reaching.allowed(house, tx)
        owed = next((each for name in rosters if name in allowed for each in _owed(tx, plan, name, now)), None)
    if owed is None:
        return False
    change, person, comes = owed
    kinds = {kind for kind, rules in house.settings.policies.items() if change.duty in policy.named(rules)}
    with house.store.write() as tx:
        count, urgent, soonest = records.open_of(tx, kinds, relief.ROWS)
        left, about = relief.Left(count, tuple(urgent), soonest), context(house.settings, now)
        words = house.words[person.contact.language]
        letter = relief.handover(change, left, comes=comes, contact=person.contact, context=about, words=words)
        letter = noted(letter, relief.notes(person, (), about, words))
        _intend(house, tx, person.contact, letter, key=_key(change, person), now=now)
    logs.event("handed_over", duty=change.duty, contact=person.contact.name, open=count)
    return True


def _owed(tx: Tx, plan: duty.Plan, name: str, now: datetime) -> Iterator[tuple[duty.Change, duty.Person, bool]]:
    """Who is to be told of the last change of a duty and has not been; whether they come."""
    change = plan.change(name, now)
    if change is None or now - change.at >= COMES:
        return
    coming = plan.people(change.incoming, now)
    going = [each for each in change.outgoing if each not in change.incoming and now - change.at < GOES]
    people = [(each, True) for each in coming]
    here = {each.contact.name for each in coming}
    people += [(each, False) for each in plan.people(going, change.at) if each.contact.name not in here]
    for person, comes in people:
        if not outbox.exists(tx, _key(change, person)):
            yield change, person, comes


def _key(change: duty.Change, person: duty.Person) -> str:
    return f"handover:{change.duty}:{change.at:%Y%m%dT%H%MZ}:{person.contact.name}"


def look_ahead(house: House, clock: Clock) -> bool:
    """Once a day: tell who can fill it that a duty will be nobody's, and ask contacts who may be gone."""
    now, settings = clock(), house.settings
    if not _is_due(house, STAFFED, now):
        return False
    with house.store.write() as tx:
        marks.renew(tx, STAFFED, now)
        plan = duties.plan(tx, settings.contacts, now)
        gaps, asked = _warn(house, tx, plan, now), _ask(house, tx, now)
    logs.event("staffed", gaps=gaps, asked=asked)
    return True


def _warn(house: House, tx: Tx, plan: duty.Plan, now: datetime) -> int:
    gaps = plan.gaps(reaching.relied_on(house.settings), now, now + relief.AHEAD)
    if not gaps:
        return 0
    empty = {gap.duty for gap in gaps}
    rules = [each for each in house.settings.policies.values() if empty & {*policy.named(each)}]
    names = dict.fromkeys(name for each in rules for name in (each.owner, *policy.above(each)))
    allowed, about = reaching.allowed(house, tx), context(house.settings, now)
    people = plan.people((name for name in names if name in allowed), now)
    for person in people or [each for each in reaching.everybody(plan) if each.contact.name in allowed]:
        words = house.words[person.contact.language]
        letter = relief.unmanned(gaps, contact=person.contact, context=about, words=words)
        _intend(house, tx, person.contact, letter, key=f"gap:{_day(house, now)}:{person.contact.name}", now=now)
    return len(gaps)


def _ask(house: House, tx: Tx, now: datetime) -> int:
    settings, asked = house.settings, 0
    allowed, about = reaching.allowed(house, tx), context(settings, now)
    for each in duties.reached(tx, settings.contacts, now):
        contact = settings.contacts[each.contact]
        if contact.name in allowed and duty.unsure(each, now, settings.staff.confirm_after, ASKED_AGAIN):
            letter = relief.still_there(contact, each.confirmed_at, context=about, words=house.words[contact.language])
            _intend(house, tx, contact, letter, key=f"confirm:{_day(house, now)}:{contact.name}", now=now)
            duties.remember(tx, replace(each, asked_at=now))
            asked += 1
        else:
            duties.remember(tx, each)
    return asked


def _intend(house: House, tx: Tx, contact: Contact, letter: Letter, *, key: str, now: datetime) -> None:
    priority = policy.PRIORITY_DIGEST if letter.severity is None else policy.PRIORITY[letter.severity]
    message = messages.render(letter, house.words[contact.language])
    outbox.intend(tx, key=key, contact=contact, message=message, record=None, priority=priority, now=now)


def _day(house: House, now: datetime) -> str:
    return now.astimezone(house.settings.zone).date().isoformat()


def chase(house: House, clock: Clock) -> bool:
    """Once a day whoever owns what is overdue, and who stands above, gets one mail about all of it."""
    now = clock()
    if not _is_due(house, CHASED, now):
        return False
    with house.store.write() as tx:
        marks.renew(tx, CHASED, now)
        reminded = telling.chase(house, tx, now)
    logs.event("chased", contacts=reminded)
    return True


def _is_due(house: House, mark: str, now: datetime) -> bool:
    """Whether it is the hour of the digests and what ``mark`` stands for was not done today."""
    if now.astimezone(house.settings.zone).time() < house.settings.digest.at:
        return False
    with house.store.read() as tx:
        return policy.is_new_day(marks.at(tx, mark), now, house.settings.zone)


UNITS = (chase, hand_over, look_ahead)  # and before all others ``tell_deputy``: a flood must not keep it waiting
