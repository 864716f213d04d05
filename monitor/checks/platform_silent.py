"""Where people usually write nobody has for much longer than usual: the form may be broken. PURE."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from classifiers.finding import Finding, Kind
from monitor.checks.observed import Observed

ENOUGH = 10  # dates from which a habit is known
TIMES = 3  # so many times the longest gap but one
SHORTEST = timedelta(days=3)  # over a weekend nobody worries


def check(observed: Observed) -> Finding | None:
    """A finding where citizens write and the silence is ``TIMES`` as long as nearly all the gaps before it."""
    dates = sorted(date for date in observed.published if date <= observed.now)
    if not observed.platform.messages or len(dates) < ENOUGH:
        return None
    usual = sorted(later - earlier for earlier, later in pairwise(dates))[-2]
    if observed.now - dates[-1] < max(TIMES * usual, SHORTEST):
        return None
    said = dates[-1].astimezone(observed.platform.zone).date().isoformat()
    days = str(max(1, round(usual / timedelta(days=1))))
    return Finding(Kind.PLATFORM_SILENT, "quiet", None, None, 1.0, said, where=days, match=said)
