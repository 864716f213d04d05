"""A page is written in another encoding than it says, or in none throughout. PURE."""

from __future__ import annotations

from classifiers.finding import Finding, Kind
from monitor.checks.observed import Observed

WRONG = frozenset(  # rules of ``decoding`` that went against the label, or lost something
    {"gb18030", "header-mislabelled", "utf-8-mislabelled", "utf-8-repaired", "replaced"}
)


def check(observed: Observed) -> Finding | None:
    """A finding once for each way in which it is wrong."""
    rule = observed.decoded_by
    if rule not in WRONG or observed.platform.board is not None:  # of a board's JSON no visitor sees the encoding
        return None
    return Finding(Kind.WRONG_ENCODING, rule, None, None, 1.0, rule, match=rule)
