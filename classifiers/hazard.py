"""Danger that exists now or keeps recurring and could injure people if nobody acts.

A miss is the worse error. A harsh tone neither adds nor takes away; an opinion is never a finding. What is past
and mended, asked about, exercised, feared only, figurative or reported from elsewhere is no hazard.
"""

from __future__ import annotations

from classifiers.finding import Document, Finding, Kind
from classifiers.weighing import judge


def find(document: Document) -> list[Finding]:
    """At most one finding a rule ("gas_leak", "lift", ...), surest first, with the span of the deciding clause.

    Judges title and text; ``html`` is not read. Time is linear in the length of both.
    """
    return judge(document, Kind.HAZARD)
