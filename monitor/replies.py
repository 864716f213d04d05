"""Who waits for an answer, since when, and whether that is too long. PURE.

The clock of a message begins when it was posted or first seen, whichever came first, and nothing restarts it: no edit,
no reply that is taken away again, no time in which it was withdrawn, no answer that says nothing
(``classifiers.hollow``). When it becomes late, ``promises`` says.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.model import Reply

LISTINGS = 3  # complete ones in a row without a message: then it has been withdrawn
MANY_LOST = 5  # answers that disappear at once, and more than half of all: then it is the board that is broken
_DAY = timedelta(days=1)


def waits_since(published_at: datetime | None, first_seen_at: datetime) -> datetime:
    """When the clock begins. A date in the future is a lie, and counts for nothing."""
    return min(published_at or first_seen_at, first_seen_at)


def replied_at(reply: Reply, since: datetime, now: datetime) -> datetime:
    """When a message that waited ``since`` was answered: what the platform says, if that can be; else ``now``.

    Many platforms only name the day, which then begins before a message of the same day was posted.
    """
    if reply.at is None or not since - _DAY < reply.at <= now:
        return now
    return max(reply.at, since)


def days_taken(since: datetime, replied_at: datetime, zone: ZoneInfo) -> int:
    """Calendar days from the day a message came to the day it was answered; 0 on the same one."""
    return (replied_at.astimezone(zone).date() - since.astimezone(zone).date()).days


def stood_late(first_seen_at: datetime, baselined_at: datetime | None, due: datetime) -> bool:
    """Whether a message stood there, late already, when its platform was read for the first time."""
    return baselined_at is None or (first_seen_at <= baselined_at and due <= baselined_at)


def today(now: datetime, zone: ZoneInfo) -> datetime:
    """The midnight with which the day of ``now`` began."""
    return datetime.combine(now.astimezone(zone).date(), time(0), zone)


def is_suspicious(lost: int, answered: int) -> bool:
    """Whether so many answers out of so many can't have been taken away by people: the board shows them no longer."""
    return lost >= MANY_LOST and 2 * lost > answered
