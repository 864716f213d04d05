"""From the names that policies say to the people who are told now: rosters, absences, deputies, and the last resort."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from monitor import duty, policy
from monitor.house import House
from monitor.model import Escalation, Policy
from monitor.settings import Settings
from monitor.store import duties, marks
from monitor.store.database import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Who is told of what is ``due``. ``missed`` are the names for whom nobody is there, ``skipped`` whole steps."""

    due: policy.Due
    people: tuple[duty.Person, ...]
    missed: tuple[str, ...] = ()
    skipped: tuple[policy.Due, ...] = ()

    @property
    def outcome(self) -> str:
        """What the history calls it."""
        if self.people:
            return "told"
        return "unreached" if self.missed else "held"


def people(house: House, tx: Tx, names: Iterable[str], now: datetime) -> list[duty.Person]:
    """Who is told for ``names`` now, each once. Who can't be reached isn't in it."""
    return duties.plan(tx, house.settings.contacts, now).people(names, now)


def somebody(house: House, tx: Tx, names: Iterable[str], now: datetime) -> list[duty.Person]:
    """The same, and where nobody can be reached everybody who has an address, away or not."""
    plan = duties.plan(tx, house.settings.contacts, now)
    return plan.people(names, now) or everybody(plan)


def everybody(plan: duty.Plan) -> list[duty.Person]:
    return [plan.anyway(name) for name, contact in plan.contacts.items() if contact.mail]


def readers(plan: duty.Plan, name: str, now: datetime) -> list[duty.Person]:
    """Who reads what can wait: the contact's own mailbox, where it has one and nobody stands in."""
    there = name in plan.contacts and plan.contacts[name].mail
    return plan.people((name,), now) or ([plan.anyway(name)] if there else [])


def allowed(house: House, tx: Tx) -> tuple[str, ...]:
    """The names that may be told of anything: before the installation goes live only those who are told first."""
    return tuple(house.settings.contacts) if marks.at(tx, marks.LIVE) else first(house)


def first(house: House) -> tuple[str, ...]:
    """Everybody who is told first of some kind."""
    return tuple(dict.fromkeys(name for rules in house.settings.policies.values() for name in policy.duty(rules)))


def relied_on(settings: Settings) -> tuple[str, ...]:
    """Everybody whom the policies name, each once: somebody must be there for each, always."""
    return tuple(dict.fromkeys(name for rules in settings.policies.values() for name in policy.named(rules)))


def reach(house: House, tx: Tx, record: Escalation, due: policy.Due, now: datetime) -> Reached:
    """Settle who is told of ``due``: a step for which nobody is there is skipped at once.

    Where no step has anybody, the owner is told, or who stands above; of a danger anybody at all, away or not.
    """
    settings = house.settings
    rules, plan = settings.policies[record.kind], duties.plan(tx, settings.contacts, now)
    gone = rules.owner  # tells for an owner who is no contact any more
    due = replace(due, tell=tuple(name if name in settings.contacts else gone for name in due.tell))
    skipped: tuple[policy.Due, ...] = ()
    live = marks.at(tx, marks.LIVE) is not None
    if not live:
        due = policy.held_back(due, rules)
        asked = due.tell
    else:
        when = now, settings.calendar_of(record.platform, record.unit)
        due, skipped = policy.manned(due, record, rules, when, lambda name: bool(plan.people((name,), now)))
        asked = (*(name for step in skipped for name in step.tell), *due.tell)
    found = plan.people(due.tell, now)
    if asked and not found:
        found = _last_resort(plan, rules, now, live=live)
    return Reached(
        due=replace(due, next_tell=_next(plan, due, now)),
        people=tuple(found),
        missed=plan.missing(asked, now),
        skipped=skipped,
    )


def _last_resort(plan: duty.Plan, rules: Policy, now: datetime, *, live: bool) -> list[duty.Person]:
    """Somebody, where a policy leads to nobody: the owner, who stands above, and of a danger anybody.

    Before the installation goes live only danger leads above the duty.
    """
    in_danger = rules.kind in policy.IN_DANGER
    names = (rules.owner, *policy.above(rules)) if live or in_danger else ()
    for name in (*names, *plan.contacts) if in_danger else names:
        found = plan.people((name,), now)
        if found:
            return found
    return everybody(plan) if in_danger else []


def _next(plan: duty.Plan, due: policy.Due, now: datetime) -> tuple[str, ...]:
    """Who is told next, by what is known today."""
    at = due.next_step_at
    if at is None or at - now >= duties.AROUND:
        return due.next_tell
    return tuple(person.contact.name for person in plan.people(due.next_tell, at)) or due.next_tell
