"""How duties are filled: the sections ``[contacts]`` and ``[roster]``, and deputies. PURE: problems are noted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta

from monitor import duty
from monitor.model import Contact, Severity
from monitor.options import Options
from monitor.roster import Custom, Hours

LONGEST_IN_DANGER = "30m"  # the longest time after which the deputy of who is silent is told of danger


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSettings:
    """``deputy_after`` counts for what is urgent, ``deputy_after_others`` for the rest."""

    deputy_after: timedelta = timedelta(minutes=15)
    deputy_after_others: timedelta = timedelta(hours=2)
    confirm_after: timedelta = timedelta(days=90)
    custom: Custom = field(default_factory=Custom)

    def silence(self, severity: Severity) -> timedelta:
        """How long a contact may say nothing until the deputy is told."""
        return self.deputy_after if severity is Severity.URGENT else self.deputy_after_others


def read(top: Options, contacts: Mapping[str, Contact]) -> StaffSettings:
    """Both sections; who stands in for whom is checked, too."""
    table = top.table("contacts")
    after = table.duration("deputy_after", "15m", "1m", LONGEST_IN_DANGER)
    others = table.duration("deputy_after_others", "2h", "1m", "7d")
    confirm = table.duration("confirm_after", "90d", "7d", "365d")
    table.finish()
    custom = _custom(top.table("roster"))
    _check(top, contacts)
    return StaffSettings(deputy_after=after, deputy_after_others=others, confirm_after=confirm, custom=custom)


def _custom(table: Options) -> Custom:
    change = table.clock("change", "08:30")
    shifts = tuple(filter(None, (_shift(table, raw) for raw in table.texts("shifts"))))
    table.finish()
    return Custom(change=change, shifts=shifts)


def _shift(table: Options, raw: str) -> tuple[str, Hours] | None:
    name, _, hours = raw.partition("=")
    begin, _, end = hours.strip().partition("-")
    try:
        found = time.fromisoformat(begin), time.fromisoformat(end)
    except ValueError:
        table.problem("shifts", f'{raw!r} must be written like "夜班=17:30-08:30"')
        return None
    return name.strip(), found


def _check(top: Options, contacts: Mapping[str, Contact]) -> None:
    if contacts and len(duty.on_roster(contacts)) == len(contacts):
        top.problem("contact", "nobody has a mail address: a roster fills duties with contacts that have one")
    for contact in contacts.values():
        if contact.deputy and contact.deputy not in contacts:
            known = ", ".join(name for name in contacts if name != contact.name)
            top.problem(
                f"contact[{contact.name}].deputy", f"{contact.deputy!r} is no contact; known are: {known or 'none'}"
            )
    for circle in duty.circles(contacts):
        if len(circle) == 2:  # each other's deputy, as offices like it: nobody stands on a way twice
            continue
        names = " → ".join((*circle, circle[0]))
        top.problem("contact", f"deputies lead in a circle: {names}; leave one of them out")
