"""A link of ours doesn't open. PURE.

The national check counts the links of home and other pages that can't be opened, pictures, files and links to other
sites included; how much each costs differs from year to year, and no number of days is allowed. The worse error is a
false alarm: a link is called broken only when it failed at least twice, on days that lie apart.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from classifiers.finding import Finding, Kind

SOON, LATE = timedelta(hours=26), timedelta(hours=36)  # until it is tried again: another day, at another time of day
APART_INSIDE = timedelta(days=1)  # between the failures that count
APART_OUTSIDE = timedelta(days=7)
WATCHED = timedelta(days=14)  # for so long a broken link of our own is looked at daily: whoever mends it soon sees that

NO_NAME = "no_such_name"  # the name of the host is not known any more
_GONE = frozenset({"http_404", "http_410"})
_FAILS_INSIDE = _GONE | {NO_NAME, "dns"}
_OPENS = frozenset({"", "http_401", "http_407"})  # who asks for a password has something
_OPENS_INSIDE = frozenset({"too_large", "encoding", "truncated", "redirect_outside"})  # it answered with something
_OPENS_OUTSIDE = frozenset({"http_405", "http_501"})  # it has no HEAD


class Says(StrEnum):
    """What an answer says of a link."""

    OPENS = "opens"
    FAILS = "fails"
    NOTHING = "nothing"  # a protection, a login, a server that asks for time, trouble on the way


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is remembered of a link. ``broken_at`` is when it was called broken, None while it isn't."""

    failures: int = 0  # in a row
    failed_at: datetime | None = None  # the first of them
    broken_at: datetime | None = None
    error: str = ""  # the code of the last answer, "" when it opened


def says(code: str, *, inside: bool, asked_for_time: bool = False) -> Says:
    """What ``code`` says: that of a CollectError or ``http_<status>``, "" for an answer that is well.

    ``inside``: it stands below a prefix that is proven to be our own. Of others only "gone" counts, and a dead name.
    """
    if code in _OPENS or (code.startswith(("http_2", "http_3")) and not inside):
        return Says.OPENS
    if inside:
        lasting = code.startswith("http_5") and not asked_for_time
        return Says.FAILS if lasting or code in _FAILS_INSIDE else Says.OPENS if code in _OPENS_INSIDE else Says.NOTHING
    if code in _GONE or code == NO_NAME:
        return Says.FAILS
    return Says.OPENS if code in _OPENS_OUTSIDE else Says.NOTHING


def counts(before: Look, now: datetime, *, inside: bool) -> bool:
    """Whether one more failure makes or leaves the link broken: its page is looked at before anything is said."""
    if before.broken_at is not None:
        return True
    return before.failed_at is not None and now - before.failed_at >= (APART_INSIDE if inside else APART_OUTSIDE)


def after(before: Look, code: str, said: Says, now: datetime, *, broken: bool) -> Look:
    """What is remembered after an answer; ``broken`` says that a failure is enough now."""
    if said is Says.OPENS:
        return Look()
    if said is Says.NOTHING:
        return replace(before, error=code)
    return Look(
        failures=before.failures + 1,
        failed_at=before.failed_at or now,
        broken_at=(before.broken_at or now) if broken else before.broken_at,
        error=code,
    )


def wait(look: Look, said: Says, now: datetime, luck: float, *, inside: bool, every: timedelta) -> timedelta:
    """How long until the link is asked again; ``luck`` is in 0..1."""
    usual = every * (0.9 + 0.2 * luck)
    if said is not Says.FAILS:
        return usual
    if not inside:
        return max(every, APART_OUTSIDE) * (1 + 0.1 * luck)
    if look.broken_at is not None and now - look.broken_at > WATCHED:
        return usual
    return SOON + (LATE - SOON) * luck


def finding(url: str, code: str, page: str) -> Finding:
    """What is said of a broken link; ``page`` is the address of the page it stands on, without its scheme.

    An address that had another scheme in it would read as a place of its own: all links of a platform are one matter.
    """
    match = sha256(url.encode()).hexdigest()
    where = page.replace("://", ":/")
    return Finding(Kind.BROKEN_LINKS, code, None, None, 1.0, url, where=where, match=match)
