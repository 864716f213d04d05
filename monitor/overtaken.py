"""Records overtaken by a new policy, or by going live: where there is danger it leaves nobody out.

A record remembers how many steps it has taken, nothing of the policy. So a step of today's policy can count as taken
although its people have never been told, and one that now comes sooner would wait for the hour of the old one.
A unit of the stage escalate.
"""

from __future__ import annotations

from hashlib import sha256

from monitor import logs, policy, reaching, telling
from monitor.house import Clock, House, each
from monitor.model import Escalation, State, Transition
from monitor.store import marks, outbox, records
from monitor.store.database import Tx

SEEN = "danger"  # the family of marks that say under which policies of danger all open records have been looked at


def catch_up(house: House, clock: Clock) -> bool:
    """Where the policies of danger are others than last time, look at each open record of danger.

    The mark is written at the end: whoever is killed before begins again, and what was told is told once.
    """
    with house.store.read() as tx:
        rules = _rules(house, tx)
        if marks.at(tx, f"{SEEN}:{rules}") is not None:
            return False
        found = [record for record in records.every_open(tx) if record.kind in policy.IN_DANGER]
    for _ in each(lambda record: _tell(house, record, clock), found):
        pass
    with house.store.write() as tx:
        return marks.only(tx, SEEN, rules, clock())


def _rules(house: House, tx: Tx) -> str:
    steps = [(str(kind), house.settings.policies[kind].steps) for kind in sorted(policy.IN_DANGER)]
    return sha256(f"{marks.at(tx, marks.LIVE) is not None} {steps}".encode()).hexdigest()[:32]


def _tell(house: House, found: Escalation, clock: Clock) -> None:
    """Tell at once whom a step that counts as taken names and nothing has reached; the next step comes in its time."""
    now, settings = clock(), house.settings
    with house.store.write() as tx:
        record = records.get(tx, found.id)
        rules, calendar = settings.policies[record.kind], settings.calendar_of(record.platform, record.unit)
        if record.state is not State.OPEN or record.next_step_at is None:
            return
        due = policy.overtaken(record, rules, outbox.reached(tx, record.id), now, calendar)
        reached = reaching.reach(house, tx, record, due, now)
        names = [person.contact.name for person in reached.people]
        records.told(tx, record, step=reached.due.step, next_step_at=reached.due.next_step_at, overdue=record.overdue)
        if not names:
            return
        telling.alert(house, tx, record, reached, now)
        records.note(tx, record.id, Transition(now, "told", "system", f"{due.reason}: {', '.join(names)}"))
    logs.event("told", record=record.number, kind=record.kind, reason="overtaken", contacts=len(names))
