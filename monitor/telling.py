"""From what the store knows to what people are sent: each notification's intent is written here, never sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from classifiers.finding import Kind
from monitor import (
    brief,
    chasing,
    chatting,
    delivery,
    duty,
    firstday,
    messages,
    playbook,
    policy,
    reaching,
    releasing,
    relief,
    ticking,
    vitals,
)
from monitor import digest as weekly
from monitor.house import House, context
from monitor.letter import noted
from monitor.model import (
    Channel,
    Contact,
    Escalation,
    Message,
    Notification,
    Period,
    Platform,
    Reason,
    Seen,
    Severity,
    State,
    Working,
)
from monitor.reaching import Reached
from monitor.settings import Settings
from monitor.store import (
    attached,
    chained,
    drills,
    duties,
    labels,
    linked,
    looked,
    marks,
    outbox,
    passes,
    precedents,
    promised,
    records,
    silences,
    standing,
    ticks,
    transfers,
    views,
)
from monitor.store.database import Tx
from monitor.summary import BrokenLink, Precedent

WORDS = 12  # words in a digest


def alert(house: House, tx: Tx, record: Escalation, reached: Reached, now: datetime) -> None:
    """Write a mail a person, a ring where one is due, and a post a group: intent first, sent by deliver, ring and chat.

    Who has a deputy is awaited: without an acknowledgement the deputy is told, at the next step at the latest.
    """
    seen, due = _seen(house, tx, record), reached.due
    told = tuple(person.contact.name for person in reached.people)
    about = replace(_about(house, tx, record, now), told=told, next_tell=due.next_tell)
    if record.kind is Kind.REPLY_OVERDUE and record.item is not None:
        said = precedents.said(tx, record.item) or (record.subject, "")
        about = replace(about, precedents=like(house.settings, tx, said, record.item))
        about = replace(about, **_awaited(house, tx, record))
    about = replace(about, transfers=tuple(transfers.chain(tx, record.id)))
    group = timedelta(0) if due.reason is Reason.UNDELIVERED else house.settings.delivery.group
    waits = delivery.waits_for_others(record, group, now)
    hushed = waits is not None and releasing.is_hushed(house, tx, record, now)
    silence = now + house.settings.staff.silence(record.severity)
    moments = {
        Reason.OVERDUE: "overdue",
        Reason.SILENT: f"{due.step}:silent",
        Reason.HANDED: f"handed{len(about.transfers)}",
    }
    key = f"record:{record.id}:{moments.get(due.reason, str(due.step))}"
    chatting.tell(house, tx, record, reached, key=key, held_until=waits, now=now)
    for person in reached.people:
        contact = person.contact
        words = house.words[contact.language]
        letter = messages.alert(record, seen, reason=due.reason, contact=contact, context=about, words=words)
        letter = noted(letter, relief.notes(person, reached.missed, about, words))
        if contact.deputy and record.state is State.OPEN:
            duties.await_answer(tx, record.id, contact.name, min(silence, due.next_step_at or silence))
        ways = {Channel.MAIL: (f"{key}:{contact.name}", messages.render(letter, words))}
        if policy.rings(record) and not hushed and contact.phone and house.settings.ring.way != "none":
            text = brief.ring(record, seen, reason=due.reason, context=about, words=words)
            ways[Channel.RING] = (f"{key}:{contact.name}:ring", text)
        for channel, (unique, message) in ways.items():
            outbox.intend(
                tx,
                key=unique,
                contact=contact,
                message=message,
                record=record.id,
                priority=policy.priority(record),
                now=now,
                channel=channel,
                held_until=waits if channel is Channel.MAIL else None,
            )


def silent(house: House, tx: Tx, record: Escalation, name: str, now: datetime) -> tuple[str, ...]:
    """Tell the deputy of a contact who has said nothing; who that is, or nobody who has not been told already."""
    plan = duties.plan(tx, house.settings.contacts, now)
    people = tuple(
        person
        for person in plan.reached(plan.next_after(name, now))
        if not any(
            outbox.exists(tx, f"record:{record.id}:{record.step}{how}:{person.contact.name}") for how in ("", ":silent")
        )
    )
    due = policy.Due(
        reason=Reason.SILENT,
        tell=(name,),
        step=record.step,
        next_step_at=record.next_step_at,
        overdue=record.overdue,
    )
    alert(house, tx, record, Reached(due=due, people=people), now)
    return tuple(person.contact.name for person in people)


def _awaited(house: House, tx: Tx, record: Escalation) -> dict[str, Any]:
    """The messages that a record about late answers speaks of, and whether their time was counted for certain."""
    found, calendar = promised.of_record(tx, record.id), house.settings.calendar
    first = found[0] if found else None
    unsure = first is not None and first.due is not None and calendar.is_provisional(first.since, first.due)
    platform = house.settings.platforms.get(record.platform)
    within = platform.by_purpose.get(first.purpose, platform.answer_within) if platform and first else None
    return {"awaited": tuple(found), "promise_provisional": unsure and isinstance(within, Working)}


def like(settings: Settings, tx: Tx, message: tuple[str, str], besides: int | None = None) -> tuple[Precedent, ...]:
    """How messages like this one were answered; by the unit of their platform, where the answer names none."""
    units = {name: platform.unit for name, platform in settings.platforms.items()}
    found = precedents.like(tx, message, besides=besides)
    return tuple(replace(each, unit=each.unit or units.get(each.platform, "")) for each in found)


def back(house: House, tx: Tx, record: Escalation, since: datetime, now: datetime, *, what: str = "back") -> None:
    """Tell those who heard that a platform was broken (or lost its proof: ``what``) that it is back; nobody else."""
    about = context(house.settings, now)
    for name in outbox.reached(tx, record.id):
        chatting.back(house, tx, record, name, now, what=what)
        contact = house.settings.contacts.get(name)
        if contact is None:
            continue
        words = house.words[contact.language]
        letter = brief.back(record, since, context=about, words=words, what=what)
        outbox.intend(
            tx,
            key=f"record:{record.id}:back:{name}",
            contact=contact,
            message=messages.render(letter, words),
            record=record.id,
            priority=policy.priority(record),
            now=now,
        )


def bare(house: House, tx: Tx, refused: Notification, now: datetime) -> Message:
    """What is sent instead of a mail whose text was refused."""
    words = house.words[refused.language]
    if refused.escalation is None:
        return messages.render(brief.bare_notice(context(house.settings, now), words), words)
    record = records.get(tx, refused.escalation)
    letter = brief.bare(record, _seen(house, tx, record), context=_about(house, tx, record, now), words=words)
    return messages.render(letter, words)


def _seen(house: House, tx: Tx, record: Escalation) -> list[Seen]:
    threshold = house.settings.policies[record.kind].threshold
    found = [each for each in records.seen(tx, record.id) if each.score >= threshold]
    return found[::-1] if record.kind is Kind.SOURCE_BROKEN else found  # the newest says what is the matter now


def _about(house: House, tx: Tx, record: Escalation, now: datetime) -> messages.Context:
    """What a letter about ``record`` needs to know of its platform."""
    tasks = house.settings.playbooks.get(record.kind, ())
    standing_now = playbook.standing(tasks, ticks.of(tx, record.id), record.opened_at)
    about = replace(context(house.settings, now), tasks=standing_now)
    platform = house.settings.platforms.get(record.platform)
    if platform is None:
        return about
    (health,) = views.health(tx, [platform], {})
    working = isinstance(house.settings.policies[record.kind].deadline, Working)
    return replace(
        about,
        health=health,
        links=_links(tx, record),
        at_night=platform.at_night,
        prefixes=platform.prefixes,
        columns=releasing.columns(house.settings.platforms.values(), platform.name)
        if record.kind is Kind.SITE_DOWN
        else (),
        provisional=working and house.settings.calendar.is_provisional(record.opened_at, record.deadline),
        stale=_stale_columns(house, tx, platform, now) if record.kind is Kind.PAGE_STALE else 0,
    )


def _stale_columns(house: House, tx: Tx, platform: Platform, now: datetime) -> int:
    """How many columns of the same site have had nothing new for longer than is allowed."""
    site = passes.host_of(platform.url)
    limits = {
        each.name: each.stale_after
        for each in house.settings.platforms.values()
        if each.stale_after is not None and passes.host_of(each.url) == site
    }
    newest = looked.newest(tx, limits, now)
    return sum(now - newest[name] >= limit for name, limit in limits.items() if name in newest)


def _links(tx: Tx, record: Escalation) -> tuple[BrokenLink, ...]:
    """Those of the record that are still broken."""
    if record.kind is not Kind.BROKEN_LINKS:
        return ()
    told = {seen.excerpt for seen in records.seen(tx, record.id)}
    return tuple(each for each in linked.broken(tx, record.platform) if each.url in told)


def first_day(
    house: House, tx: Tx, platforms: Sequence[str], now: datetime, *, since: Mapping[str, datetime] | None = None
) -> int:
    """One letter on what stood on ``platforms`` before we came, to each duty that is told first; how many matters.

    With ``since`` it is the second, on what was found in files after the first had been sent.
    """
    found, about = standing.standing(tx, platforms, since), context(house.settings, now)
    for person in reaching.somebody(house, tx, reaching.first(house), now) if found else ():
        contact = person.contact
        words = house.words[contact.language]
        letter = firstday.summary(found, platforms, contact=contact, context=about, words=words)
        letter = noted(letter, relief.notes(person, (), about, words))
        outbox.intend(
            tx,
            key=f"{'baseline' if since is None else 'files'}:{','.join(platforms)}:{contact.name}",
            contact=contact,
            message=messages.render(letter, words),
            record=None,
            priority=policy.PRIORITY_DIGEST,
            now=now,
        )
    return len(found)


def chase(house: House, tx: Tx, now: datetime) -> int:
    """One mail about what is overdue to each who owns it or stands above; how many. Before go-live only to duties."""
    day, about = now.astimezone(house.settings.zone).date().isoformat(), context(house.settings, now)
    people = {each.contact.name: each for each in reaching.people(house, tx, reaching.allowed(house, tx), now)}
    who: dict[str, tuple[str, ...]] = {}
    for name, person in people.items():
        for asked in dict.fromkeys(way.asked for way in person.ways):
            who[asked] = (*who.get(asked, ()), name)
    chases = policy.chased(records.overdue(tx), house.settings.policies, chasing.ROWS, lambda asked: who.get(asked, ()))
    late = _late(house, tx, {record.id: record for each in chases for record in each.records}.values(), now)
    counts = {record.id: sum(task.tick is None for task in tasks) for record, tasks in late}
    for each in chases:
        contact = house.settings.contacts[each.contact]
        words = house.words[contact.language]
        letter = chasing.letter(each, counts, contact=contact, context=about, words=words)
        letter = noted(letter, relief.notes(people[each.contact], (), about, words))
        outbox.intend(
            tx,
            key=f"overdue:{day}:{contact.name}",
            contact=contact,
            message=messages.render(letter, words),
            record=None,
            priority=policy.PRIORITY[Severity.URGENT],
            now=now,
        )
    return len(chases)


def _late(
    house: House, tx: Tx, found: Iterable[Escalation], now: datetime
) -> list[tuple[Escalation, tuple[playbook.Standing, ...]]]:
    """Those of these records with tasks of their playbooks that were done too late or are late by now, and which."""
    known = list(found)
    done, books = ticks.of_all(tx, [record.id for record in known]), house.settings.playbooks
    late = []
    for record in known:
        stand = playbook.standing(books.get(record.kind, ()), done.get(record.id, ()), record.opened_at)
        tasks = ticking.late(record, stand, record.closed_at or now)
        late += [(record, tasks)] if tasks else []
    return late


def notes(house: House, plan: duty.Plan, person: duty.Person, now: datetime) -> list[str]:
    """What the reader of a digest is told about duties: for whom they stand in, and when nobody is there."""
    about, words = context(house.settings, now), house.words[person.contact.language]
    gaps = plan.gaps(reaching.relied_on(house.settings), now, now + relief.AHEAD)
    empty = [words.say("marks.colon").join(pair) for pair in relief.spans(gaps, about, words)]
    return [*relief.notes(person, (), about, words), *(words.say("relief.gap_line", gap=each) for each in empty)]


def digest(house: House, period: Period, contact: Contact, now: datetime, notes: Iterable[str] = ()) -> Message:
    """The digest of a period as one contact reads it, with ``notes`` for this reader alone."""
    zone = house.settings.zone
    before = weekly.previous(period, zone)
    periods = (period, before, weekly.previous(before, zone))
    with house.store.read() as tx:
        items = views.new_items(tx, period)
        open_records = views.open_records(tx, drills=False)
        opened = (
            views.opened_by_kind(tx, periods[0]),
            views.opened_by_kind(tx, periods[1]),
            views.opened_by_kind(tx, periods[2]),
        )
        closed = labels.tallies(tx, period)
        platforms = views.health(tx, tuple(house.settings.platforms.values()), items)
        texts = views.texts(tx, period)
        undelivered = views.undelivered(tx, period)
        unread = attached.unread(tx, period)
        live = marks.at(tx, marks.LIVE) is not None
        head = chained.head(tx)
        installation = vitals.installation(house, tx, period, now)
        in_force, dead = silences.in_force(tx, now), silences.dead(tx)
        played, late = drills.of_period(tx, period), _late(house, tx, views.opened(tx, period), now)
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
        unread=tuple(unread),
        live=live,
        installation=installation,
    )
    summary = replace(
        summary,
        silences=tuple(in_force),
        dead=tuple(dict.fromkeys(each.contact for each in dead)),
        drills=tuple(played),
        late=tuple((record, tuple(each.task for each in tasks)) for record, tasks in late),
    )
    words = house.words[contact.language]
    about = replace(context(house.settings, now), head=str(head) if head.count else "")
    letter = messages.digest(summary, contact, about, words)
    return messages.render(noted(letter, notes), words)
