"""The certificate of a website ends soon. PURE."""

from __future__ import annotations

from datetime import timedelta

from classifiers.finding import Finding, Kind
from monitor.checks.observed import Observed

WARNING = timedelta(days=14)  # certificates for 90 days are renewed with 30 days left; then something went wrong


def check(observed: Observed) -> Finding | None:
    """A finding once for each certificate that has no more than ``WARNING`` left."""
    until = observed.certified_until
    if until is None or until - observed.now > WARNING:
        return None
    said = until.astimezone(observed.platform.zone).date().isoformat()
    days = str(WARNING.days)
    return Finding(Kind.CERTIFICATE_EXPIRING, "soon", None, None, 1.0, said, where=days, match=until.isoformat())
