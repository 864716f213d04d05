"""Handing a record on from office to office; whoever owns it then is told, and the leader when it goes round.

Stands beside the main path: people do it (``huiyin transfer``).
"""

from __future__ import annotations

from datetime import datetime

from monitor import policy, reaching, telling
from monitor.house import House
from monitor.model import Escalation, Reason, Transition
from monitor.reaching import Reached
from monitor.store import records, transfers
from monitor.store.database import Tx
from monitor.summary import Transfer


def giver(house: House, record: Escalation) -> str:
    """The unit that has a record now; "" where nobody knows."""
    platform = house.settings.platforms.get(record.platform)
    return record.unit or (platform.unit if platform else "")


def hand_on(house: House, tx: Tx, record: Escalation, taker: str, line: Transition) -> bool:
    """Give ``record`` to the unit ``taker``, which has a contact; False when it has moved meanwhile.

    Number and deadline stay. Of a record that somebody had acknowledged the next step is due as long after now as it
    would be after its opening, in the new unit's office hours where it is counted in them.
    """
    now, settings = line.at, house.settings
    rules, owner = settings.policies[record.kind], settings.unit_contacts[taker]
    given = Transfer(now, giver(house, record), taker)
    again_at = _again_at(house, record, taker, now)
    if not transfers.hand_on(tx, record, given, line, owner=owner, again_at=again_at):
        return False
    times = len(transfers.chain(tx, record.id))
    above = policy.above(rules) if times > settings.answers.handed_on else ()
    allowed = reaching.allowed(house, tx)
    handed = records.get(tx, record.id)
    tell = tuple(name for name in dict.fromkeys((owner, *above)) if name in allowed or name == owner)
    due = policy.Due(
        reason=Reason.HANDED, tell=tell, step=handed.step, next_step_at=handed.next_step_at, overdue=handed.overdue
    )
    people = reaching.somebody(house, tx, tell, now)
    telling.alert(house, tx, handed, Reached(due=due, people=tuple(people)), now)
    return True


def _again_at(house: House, record: Escalation, taker: str, now: datetime) -> datetime:
    rules = house.settings.policies[record.kind]
    left = rules.steps[record.step : record.step + 1]
    calendar = house.settings.calendar_of(record.platform, taker)
    return calendar.after(now, left[0].after) if left else now + rules.repeat
