"""A citizen's number that stands where the public reads it, with the name beside it.

The worse error is the false alarm. Resident numbers (18 digits, and the 15 of before 1999), mobiles, bank cards, and
the numbers of passports and permits behind the name of the paper; written whole, grouped, in full width or in words.
What stands around a number decides between a citizen's and the agency's own hotline, permit, account or order number.
"""

from __future__ import annotations

from collections.abc import Iterator

from classifiers import verdict
from classifiers.finding import Document, Finding, Kind, excerpt, mask
from classifiers.folding import fold
from classifiers.names import kept, names
from classifiers.page import Passage, passages
from classifiers.papers import papers
from classifiers.spotting import spots

NAME = "name"
NAME_SCORE = 0.4  # masked, never an alert by itself
MASKED_FROM = 0.3


def find(document: Document) -> list[Finding]:
    """Numbers from 0.3 upward (0.5 and more is worth an alert), and the names that stand beside them."""
    return [found for passage in passages(document) for found in _in_passage(passage)]


def kept_of(rule: str, match: str) -> tuple[int, int]:
    """How many characters stay at either end when a match is masked: three and two, of a name the surname."""
    return (kept(match), 0) if rule == NAME else (3, 2)


def _in_passage(passage: Passage) -> Iterator[Finding]:
    folded = fold(passage.text)
    numbers = {(start, end): (rule, score) for rule, start, end, score in _numbers(folded.text)}
    beside = {span for start, end in numbers for span in names(folded.text, start, end)}
    hits = dict.fromkeys(beside, (NAME, NAME_SCORE)) | numbers
    spans = {folded.span(*span): hits[span] for span in sorted(hits)}
    text = passage.text
    masked = mask(text, [(start, end, *kept_of(rule, text[start:end])) for (start, end), (rule, _) in spans.items()])
    for (start, end), (rule, score) in spans.items():
        yield Finding(
            Kind.PERSONAL_DATA,
            rule,
            start if passage.field else None,
            end if passage.field else None,
            score,
            excerpt(masked, start, end),
            passage.field or "html",
            passage.where(start),
            text[start:end],
        )


def _numbers(text: str) -> Iterator[tuple[str, int, int, float]]:
    for spot in spots(text):
        score = verdict.score(text, spot)
        if score >= MASKED_FROM:
            yield spot.rule, spot.start, spot.end, score
    yield from papers(text)
