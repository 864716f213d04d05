"""Too many visits of a week don't open: the official limit is 5 % beyond 15 seconds. PURE.

State Council office letter 2019 No. 19, as copied in self-check tables: one week, more than 20 visits a day. That a
platform can't be reached at all now is noticed while it is read, long before a week is over.
"""

from __future__ import annotations

from classifiers.finding import Finding, Kind
from monitor.checks.observed import Observed, Visits

RULE = "too_often"
LIMIT = 5  # per cent of a week's visits
ENOUGH = 140  # visits a week: twenty a day


def check(observed: Observed, visits: Visits) -> Finding | None:
    """A finding where the share is at the limit; whatever the excerpt says is in per cent."""
    if (
        not observed.platform.url.startswith("http")
        or visits.total < ENOUGH
        or 100 * visits.failed < LIMIT * visits.total
    ):
        return None
    share = f"{100 * visits.failed / visits.total:.1f}"
    year, week, _ = observed.now.astimezone(observed.platform.zone).isocalendar()
    match = f"{year}-W{week}"
    return Finding(Kind.SITE_DOWN, RULE, None, None, 1.0, share, where=str(LIMIT), match=match)
