"""Nothing new for longer than is allowed: official limits are 14 days for news, 6 months for notices and rules. PURE.

State Council office letter 2019 No. 19, as copied in self-check tables. It is said while there is time left to write
something: a fifth of the limit, at most 14 days.
"""

from __future__ import annotations

from datetime import timedelta

from classifiers.finding import Finding, Kind
from monitor.checks.observed import Observed

LONGEST_WARNING = timedelta(days=14)


def check(observed: Observed) -> Finding | None:
    """A finding where the newest entry is nearly ``stale_after`` old, or more. Without dates nothing is said."""
    limit = observed.platform.stale_after
    dates = [date for date in observed.published if date <= observed.now]
    if limit is None or not dates:
        return None
    newest = max(dates)
    age = observed.now - newest
    if age < limit - min(limit / 5, LONGEST_WARNING):
        return None
    rule = "over" if age >= limit else "soon"
    said = newest.astimezone(observed.platform.zone).date().isoformat()
    return Finding(Kind.PAGE_STALE, rule, None, None, 1.0, said, where=str(limit.days), match=f"{rule} {said}")
