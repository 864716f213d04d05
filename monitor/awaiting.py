"""The units of the escalate stage about messages that wait for an answer: called late, warned of, put together.

Stands beside the main path (``pipeline``).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from functools import partial

from classifiers.finding import Finding, Kind, Purpose
from classifiers.gathering import same_matter
from classifiers.hollow import is_hollow
from monitor import awaited, door, logs, messages, policy, promises, reaching, relief, replies
from monitor.house import Clock, House, context
from monitor.letter import noted
from monitor.model import Entry, Escalation, Platform
from monitor.store import duties, marks, outbox, passes, precedents, promised, records
from monitor.store.database import Tx
from monitor.store.records import Matter
from monitor.summary import Awaited


def answers_only(tx: Tx, platform: str, entries: list[Entry]) -> tuple[list[Entry], list[str]]:
    """``entries`` without the answers that say nothing, and the external ids of those that had one.

    A message that counts as answered already stays so: nothing is taken back because a rule is new.
    """
    said = [each.external_id for each in entries if each.reply and each.reply.text and is_hollow(each.reply.text)]
    hollow = {*said} - promised.answered(tx, platform, said)
    return [replace(each, reply=None) if each.external_id in hollow else each for each in entries], sorted(hollow)


def note_promises(
    tx: Tx, house: House, platform: Platform, entries: list[Entry], *, hollow: list[str], now: datetime
) -> None:
    """Count for messages that wait when they become late, and remember which had answers that say nothing."""
    if platform.answer_within is not None:
        promised.keep(tx, platform.name, entries, partial(_moments, house, platform), now)
        promised.note_hollow(tx, platform.name, hollow, now)


def _moments(house: House, platform: Platform, since: datetime, purpose: Purpose) -> promised.Moments:
    assert platform.answer_within is not None
    within = platform.by_purpose.get(purpose, platform.answer_within)
    calendar = house.settings.calendar_of(platform.name)
    due = promises.due(since, within, calendar)
    return due, promises.warned(since, due, house.settings.answers.warn, calendar)


def see_to_answers(house: House, clock: Clock) -> bool:
    """Messages that wait longer than promised become findings, each once, and go the way of every finding.

    All that are late together are noted together, so that those that say the same are told of in one mail. When none
    is, those that become so soon are warned of, each once, in one mail to whoever owns such records.
    """
    now, answering = clock(), [each.name for each in house.settings.platforms.values() if each.answer_within]
    if not answering:
        return False
    today = replies.today(now, house.settings.zone)
    with house.store.write() as tx:
        late = promised.claim_late(tx, answering, today, now)
        _become_findings(house, tx, late, now)
        soon = [] if late else promised.claim_warned(tx, answering, today, now)
        _warn(house, tx, soon, now)
    for each in late:
        logs.event("late", platform=each.platform, item=each.item)
    if soon:
        logs.event("warned", messages=len(soon))
    return bool(late or soon)


def _become_findings(house: House, tx: Tx, late: list[promised.Late], now: datetime) -> None:
    for each in late:
        found = Finding(Kind.REPLY_OVERDUE, "unanswered", None, None, 1.0, each.gist, match=str(each.item))
        old = not each.again and replies.stood_late(each.seen, each.baselined_at, each.due)
        hits = door.hits(house.key, [found])
        passes.add_findings(tx, each.platform, hits, now, item_id=each.item, baseline=old)


def _warn(house: House, tx: Tx, soon: list[Awaited], now: datetime) -> None:
    settings, rules = house.settings, house.settings.policies[Kind.REPLY_OVERDUE]
    by_contact: defaultdict[str, list[Awaited]] = defaultdict(list)
    for each in soon:
        by_contact[settings.contact_of(settings.platforms[each.platform].unit, rules.owner)].append(each)
    allowed = settings.contacts if marks.at(tx, marks.LIVE) else policy.duty(rules)
    plan, about = duties.plan(tx, settings.contacts, now), context(settings, now)
    for name in set(by_contact) & set(allowed):
        for person in reaching.readers(plan, name, now):
            contact = person.contact
            words = house.words[contact.language]
            letter = awaited.warning(by_contact[name], contact=contact, context=about, words=words)
            outbox.intend(
                tx,
                key=f"soon:{now.isoformat()}:{name}:{contact.name}",
                contact=contact,
                message=messages.render(noted(letter, relief.notes(person, (), about, words)), words),
                record=None,
                priority=policy.PRIORITY[rules.severity],
                now=now,
            )


def gathered(tx: Tx, matter: Matter) -> Escalation | None:
    """The open record about another message of the same platform that says the same of the same matter, if any.

    Only answers that are late are put together, never what may be danger: each such message tells people anew.
    """
    if matter.kind is not Kind.REPLY_OVERDUE or matter.item is None or matter.old:
        return None
    said = precedents.said(tx, matter.item)
    if said is None or promised.is_dangerous(tx, matter.item):
        return None
    heads = promised.heads(tx, matter.platform, matter.item)
    same = same_matter(said, [text for _, text in heads])
    return records.get(tx, heads[same[0]][0]) if same else None
