"""From what was seen in the passages of a document to findings, and to text that hides all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from classifiers.finding import Finding, Kind, excerpt, mask
from classifiers.page import Passage


class Seen(NamedTuple):
    """A hit at ``text[start:end]`` of a passage; masked, it keeps so many characters at either end."""

    kind: Kind
    rule: str
    start: int
    end: int
    score: float
    keep_first: int = 0
    keep_last: int = 0


def report(
    read: Sequence[Passage], *classifiers: Callable[[Passage], list[Seen]]
) -> tuple[list[Finding], dict[str, str]]:
    """The findings in these passages, and the fields of the document with every hit masked.

    An excerpt hides what any of the classifiers saw. What the source of a page repeats of its visible text is
    reported once.
    """
    findings: list[Finding] = []
    masked: dict[str, str] = {}
    for passage in read:
        seen = [hit for see in classifiers for hit in see(passage)]
        text = mask(passage.text, [(hit.start, hit.end, hit.keep_first, hit.keep_last) for hit in seen])
        masked[passage.field] = text
        known = set() if passage.field else {(found.rule, found.match) for found in findings}
        findings += (found for found in _findings(passage, seen, text) if (found.rule, found.match) not in known)
    return findings, masked


def _findings(passage: Passage, seen: Sequence[Seen], masked: str) -> Iterator[Finding]:
    in_page, field = passage.in_page, "html" if passage.in_page else passage.field
    for hit in seen:
        yield Finding(
            hit.kind,
            hit.rule,
            None if in_page else hit.start,
            None if in_page else hit.end,
            hit.score,
            excerpt(masked, hit.start, hit.end),
            field,
            passage.where(hit.start),
            passage.text[hit.start : hit.end],
        )
