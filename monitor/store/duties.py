"""Verbs for rosters, absences, contacts that are silent, and those who were last known to be there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, insert, or_, select, update

from monitor.duty import Absence, Plan, Reach, Shift, kept
from monitor.errors import LeaseLostError
from monitor.model import Contact
from monitor.store.database import Tx
from monitor.store.duty_tables import absence, reach, shift, unanswered
from monitor.store.statements import add_new, one_at_a_time, put
from monitor.store.tables import utc

AROUND = timedelta(days=8)  # a plan knows the shifts and absences that long before and after its moment


def plan(tx: Tx, contacts: Mapping[str, Contact], at: datetime) -> Plan:
    """Who holds what from eight days before ``at`` to eight days after it."""
    return Plan(
        contacts=contacts,
        shifts=shifts(tx, at - AROUND, at + AROUND),
        absences=absences(tx, at - AROUND, at + AROUND),
    )


def shifts(tx: Tx, start: datetime, end: datetime | None = None) -> Sequence[Shift]:
    """Those that touch the time from ``start`` on, by duty and in order."""
    query = select(shift).where(shift.c.end_at > start)
    query = query if end is None else query.where(shift.c.start_at < end)
    rows = tx.execute(query.order_by(shift.c.duty, shift.c.start_at, shift.c.id))
    return [Shift(duty=row.duty, person=row.person, start=row.start_at, end=row.end_at) for row in rows]


def replace_shifts(tx: Tx, new: Sequence[Shift]) -> int:
    """Put ``new`` in the place of what their duties had in that time; how many shifts that changes or ends.

    Shifts that reach into that time are cut at its edges.
    """
    one_at_a_time(tx, "roster")
    of_these = shift.c.duty.in_(sorted({each.duty for each in new}))
    first, last = min(each.start for each in new), max(each.end for each in new)
    touched = of_these & (shift.c.end_at > first) & (shift.c.start_at < last)
    rows = tx.execute(select(shift).where(touched).order_by(shift.c.start_at, shift.c.id))
    old = [Shift(duty=row.duty, person=row.person, start=row.start_at, end=row.end_at) for row in rows]
    rest = kept(old, new)
    tx.execute(delete(shift).where(touched))
    values = [
        {"duty": each.duty, "person": each.person, "start_at": each.start, "end_at": each.end} for each in (*rest, *new)
    ]
    tx.execute(insert(shift), values)
    return len({*old} - {*rest, *new})


def absences(tx: Tx, start: datetime, end: datetime | None = None) -> Sequence[Absence]:
    """Those that touch the time from ``start`` on, in order."""
    query = select(absence).where(absence.c.end_at > start)
    query = query if end is None else query.where(absence.c.start_at < end)
    rows = tx.execute(query.order_by(absence.c.start_at, absence.c.id))
    return [
        Absence(id=row.id, contact=row.contact, start=row.start_at, end=row.end_at, deputy=row.deputy) for row in rows
    ]


def add_absence(tx: Tx, new: Absence) -> int:
    """The number under which it can be removed."""
    values = {"contact": new.contact, "start_at": new.start, "end_at": new.end, "deputy": new.deputy}
    number: int = tx.execute(insert(absence).values(**values).returning(absence.c.id)).scalar_one()
    return number


def remove_absence(tx: Tx, number: int) -> bool:
    return tx.execute(delete(absence).where(absence.c.id == number)).rowcount == 1


def await_answer(tx: Tx, record: int, contact: str, due: datetime) -> None:
    """Remember that ``contact`` was told of a record: without an answer the deputy is told at ``due``.

    Of somebody who is told again while that runs the first time holds.
    """
    add_new(tx, unanswered, {"escalation_id": record, "contact": contact, "due_at": due})


def claim_unanswered(tx: Tx, now: datetime, until: datetime) -> tuple[int, str] | None:
    """The record and the contact whose time is over, leased; None when none is."""
    free = or_(unanswered.c.lease_until.is_(None), unanswered.c.lease_until <= now)
    query = select(unanswered.c.escalation_id, unanswered.c.contact).where(unanswered.c.due_at <= now, free)
    first = query.order_by(unanswered.c.due_at, unanswered.c.escalation_id, unanswered.c.contact).limit(1)
    row = tx.execute(first.with_for_update(skip_locked=True)).one_or_none()
    if row is None:
        return None
    tx.execute(update(unanswered).where(_same(row.escalation_id, row.contact)).values(lease_until=until))
    return row.escalation_id, row.contact


def forget_unanswered(tx: Tx, record: int, contact: str, until: datetime) -> None:
    """The deputy has been told, or need not be. Raises LeaseLostError when somebody else has taken it since."""
    mine = and_(_same(record, contact), unanswered.c.lease_until == until)
    if tx.execute(delete(unanswered).where(mine)).rowcount != 1:
        raise LeaseLostError


def _same(record: int, contact: str) -> ColumnElement[bool]:
    return and_(unanswered.c.escalation_id == record, unanswered.c.contact == contact)


def any_unanswered(tx: Tx, now: datetime) -> bool:
    return tx.execute(select(unanswered.c.contact).where(unanswered.c.due_at <= now).limit(1)).first() is not None


def release(tx: Tx) -> None:
    """End every lease: the caller alone may work on this database."""
    tx.execute(update(unanswered).where(unanswered.c.lease_until.is_not(None)).values(lease_until=None))


def reached(tx: Tx, contacts: Mapping[str, Contact], now: datetime) -> list[Reach]:
    """When each contact with an address was last known to be there, in their order; a new address is, from ``now``."""
    known = {row.contact: row for row in tx.execute(select(reach))}
    found = []
    for name, contact in contacts.items():
        row = known.get(name)
        if not contact.mail:
            continue
        if row is None or row.address != contact.mail:
            found.append(Reach(name, contact.mail, utc(now)))
        else:
            found.append(Reach(name, row.address, row.confirmed_at, row.asked_at))
    return found


def remember(tx: Tx, one: Reach) -> None:
    """Keep when a contact was last known to be there, and asked."""
    values = {"contact": one.contact, "address": one.address}
    put(tx, reach, {**values, "confirmed_at": one.confirmed_at, "asked_at": one.asked_at})


def confirm(tx: Tx, contact: Contact, now: datetime) -> None:
    """Somebody has said as ``contact`` that they are there."""
    remember(tx, Reach(contact.name, contact.mail, now))
