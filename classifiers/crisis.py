"""A person in danger who needs help now: announced suicide, trapped, beaten, collapsed, missing.

A miss is the worse error. The findings serve to get help to a person, and nothing else.
"""

from __future__ import annotations

from classifiers.finding import Document, Finding, Kind
from classifiers.weighing import judge


def find(document: Document) -> list[Finding]:
    """At most one finding a rule ("suicide", "trapped", ...), surest first, with the span of the deciding clause.

    Judges title and text; ``html`` is not read. Time is linear in the length of both.
    """
    return judge(document, Kind.CRISIS)
