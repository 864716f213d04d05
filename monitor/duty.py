"""Who holds a duty at a moment: contacts, their deputies (A/B 角), absences and rosters. PURE; each answer says why.

Policies name contacts; who that is gets settled when a step is taken.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.model import Contact


class Why(StrEnum):
    """Why a way leads on from a contact, or ends there."""

    HOLDS = "holds"  # it ends here: this contact has an address and is there
    SHIFT = "shift"  # a duty: the roster names who holds it
    NO_SHIFT = "no_shift"  # a duty that the roster gives to nobody
    AWAY = "away"
    SILENT = "silent"  # was told and has said nothing
    GONE = "gone"  # is no contact any more
    AGAIN = "again"  # a deputy's deputy is somebody the way came from


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """``person`` holds ``duty``, half-open; both are names of contacts."""

    duty: str
    person: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """``contact`` is away, half-open. ``deputy`` stands in instead of the usual one, unless it is ""."""

    contact: str
    start: datetime
    end: datetime
    deputy: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class Hop:
    """One contact on the way, and why it goes on from there or ends; ``until`` when that holds, if anybody knows."""

    contact: str
    why: Why
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """From the contact that was asked for to the ``person`` who is told; "" when that is nobody."""

    hops: tuple[Hop, ...]

    @property
    def asked(self) -> str:
        return self.hops[0].contact

    @property
    def person(self) -> str:
        return self.hops[-1].contact if self.hops[-1].why is Why.HOLDS else ""


@dataclass(frozen=True, slots=True)
class Person:
    """A contact with an address who is told, and by which ways it came to that."""

    contact: Contact
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """Nobody can be told for ``duty``, half-open: no shift and no deputy, or everybody away."""

    duty: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """The last change of who holds a duty, as its roster says. ``until`` is when the incoming ones are relieved."""

    duty: str
    at: datetime
    incoming: tuple[str, ...]
    outgoing: tuple[str, ...]
    until: datetime | None = None
    following: tuple[str, ...] = ()  # who relieves them then


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that says who holds what: the contacts, and the shifts and absences around the moments asked about."""

    contacts: Mapping[str, Contact]
    shifts: Sequence[Shift] = ()
    absences: Sequence[Absence] = field(default=())

    def ways(self, name: str, at: datetime) -> tuple[Way, ...]:
        """The ways from ``name`` at ``at``: several where several hold a shift together, at least one in any case."""
        return tuple(self._ways(name, at, ()))

    def people(self, names: Iterable[str], at: datetime) -> list[Person]:
        """Who is told for ``names``, each once, in order. Who can't be reached isn't in it."""
        return self.reached(way for name in names for way in self.ways(name, at))

    def reached(self, ways: Iterable[Way]) -> list[Person]:
        """Who stands at the ends of ``ways``, each once, in order."""
        found: dict[str, tuple[Way, ...]] = {}
        for way in ways:
            if way.person:
                found[way.person] = (*found.get(way.person, ()), way)
        return [Person(self.contacts[name], ways) for name, ways in found.items()]

    def anyway(self, name: str) -> Person:
        """A contact with an address, away or not."""
        return Person(self.contacts[name], (Way((Hop(name, Why.HOLDS),)),))

    def missing(self, names: Iterable[str], at: datetime) -> tuple[str, ...]:
        """Those of ``names`` for whom nobody can be told."""
        return tuple(name for name in dict.fromkeys(names) if not self.people((name,), at))

    def next_after(self, name: str, at: datetime, why: Why = Why.SILENT) -> tuple[Way, ...]:
        """Who stands in for a contact that is silent, or can't be reached: the ways by its deputy; () without one."""
        deputy = self.contacts[name].deputy if name in self.contacts else ""
        return tuple(self._ways(deputy, at, (Hop(name, why),))) if deputy else ()

    def holders(self, duty: str, at: datetime) -> tuple[str, ...]:
        """Whom the roster names, there or away."""
        return tuple(dict.fromkeys(each.person for each in self.shifts if each.duty == duty and _holds(each, at)))

    def gaps(self, duties: Iterable[str], start: datetime, end: datetime) -> list[Gap]:
        """When in ``start`` to ``end`` nobody can be told for one of ``duties``; by duty, in order of time."""
        spans: list[Shift | Absence] = [*self.shifts, *self.absences]
        edges = {each for span in spans for each in (span.start, span.end)}
        moments = sorted({start, *(each for each in edges if start < each < end)})
        found: list[Gap] = []
        for name in duties:
            for begin, stop in zip(moments, [*moments[1:], end], strict=True):
                if self.people((name,), begin):
                    continue
                if found and found[-1].duty == name and found[-1].end == begin:
                    begin = found.pop().start
                found.append(Gap(name, begin, stop))
        return found

    def change(self, duty: str, now: datetime) -> Change | None:
        """The last change of who holds ``duty`` by its roster; None where none is known.

        Two shifts of the same people one after the other are no change.
        """
        edges = sorted({each for span in self.shifts if span.duty == duty for each in (span.start, span.end)})
        held = [(edge, self.holders(duty, edge)) for edge in edges]
        before = [(), *(people for _, people in held)]
        changes = [(at, last, people) for last, (at, people) in zip(before, held, strict=False) if {*last} != {*people}]
        past = [each for each in changes if each[0] <= now]
        if not past:
            return None
        at, outgoing, incoming = past[-1]
        until, _, following = next((each for each in changes if each[0] > now), (None, (), ()))
        return Change(duty, at, incoming, outgoing, until, following)

    def _ways(self, name: str, at: datetime, before: tuple[Hop, ...]) -> Iterator[Way]:
        """Bounded: no contact stands on a way twice."""
        if any(hop.contact == name for hop in before):
            yield Way((*before, Hop(name, Why.AGAIN)))
            return
        contact = self.contacts.get(name)
        if contact is None:
            yield Way((*before, Hop(name, Why.GONE)))
            return
        here, onward = self._from(contact, at)
        if not onward:
            yield Way((*before, here))
        for each in onward:
            yield from self._ways(each, at, (*before, here))

    def _from(self, contact: Contact, at: datetime) -> tuple[Hop, tuple[str, ...]]:
        """Why a way leads on from a contact, and to whom."""
        deputy = (contact.deputy,) if contact.deputy else ()
        away = [each for each in self.absences if each.contact == contact.name and _holds(each, at)]
        if away:
            last = max(away, key=lambda each: (each.end, each.id))
            chosen = next((each.deputy for each in reversed(away) if each.deputy), "")
            return Hop(contact.name, Why.AWAY, last.end), (chosen,) if chosen else deputy
        if contact.mail:
            return Hop(contact.name, Why.HOLDS), ()
        holding = [each for each in self.shifts if each.duty == contact.name and _holds(each, at)]
        if not holding:
            return Hop(contact.name, Why.NO_SHIFT), deputy
        until = min(each.end for each in holding)
        return Hop(contact.name, Why.SHIFT, until), self.holders(contact.name, at)


def _holds(span: Shift | Absence, at: datetime) -> bool:
    return span.start <= at < span.end


def on_roster(contacts: Mapping[str, Contact]) -> tuple[str, ...]:
    """The contacts whose holder a roster names."""
    return tuple(name for name, contact in contacts.items() if not contact.mail)


def circles(contacts: Mapping[str, Contact]) -> list[tuple[str, ...]]:
    """Deputies that lead back to where they came from, each circle once, from the first of its names on."""
    found: list[tuple[str, ...]] = []
    for start in contacts:
        trail: list[str] = []
        name = start
        while name in contacts and name not in trail:
            trail.append(name)
            name = contacts[name].deputy
        if name == start and not any(start in each for each in found):
            found.append(tuple(trail))
    return found


def kept(old: Iterable[Shift], new: Collection[Shift]) -> list[Shift]:
    """What is left of ``old`` when ``new`` replaces all that its duties had between its first and its last hour."""
    spans = {
        duty: (min(each.start for each in mine), max(each.end for each in mine))
        for duty in {each.duty for each in new}
        if (mine := [each for each in new if each.duty == duty])
    }
    rest: list[Shift] = []
    for each in old:
        start, end = spans.get(each.duty, (each.end, each.end))
        parts = ((each.start, min(each.end, start)), (max(each.start, end), each.end))
        rest += [
            Shift(duty=each.duty, person=each.person, start=begin, end=stop) for begin, stop in parts if begin < stop
        ]
    return rest


@dataclass(frozen=True, slots=True)
class Reach:
    """When a contact was last known to be reached by this address, and when it was last asked."""

    contact: str
    address: str
    confirmed_at: datetime
    asked_at: datetime | None = None


def unsure(reach: Reach, now: datetime, after: timedelta, again: timedelta) -> bool:
    """Whether to ask a contact if it is still there: unconfirmed for ``after``, and not asked for ``again``."""
    asked = reach.asked_at is not None and now - reach.asked_at < again
    return now - reach.confirmed_at >= after and not asked
