"""A citizen's number that stands where the public reads it, with the name beside it.

The worse error is the false alarm. Resident numbers (18 digits, and the 15 of before 1999), mobiles, bank cards, and
the numbers of passports and permits behind the name of the paper; written whole, grouped, in full width or in words.
What stands around a number decides between a citizen's and the agency's own hotline, permit, account or order number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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
_Hit = tuple[str, int, int, float]  # rule, start and end in the folded text, score


def find(document: Document) -> list[Finding]:
    """Numbers from 0.3 upward (0.5 and more is worth an alert), and the names that stand beside them.

    What the source of a page repeats of its visible text is reported once.
    """
    findings: list[Finding] = []
    for passage in passages(document):
        seen = set() if passage.field else {(found.rule, found.match) for found in findings}
        findings += [found for found in _in_passage(passage) if (found.rule, found.match) not in seen]
    return findings


def kept_of(rule: str, match: str) -> tuple[int, int]:
    """How many characters stay at either end when a match is masked: three and two, of a name the surname."""
    return (kept(match), 0) if rule == NAME else (3, 2)


def _in_passage(passage: Passage) -> Iterator[Finding]:
    folded = fold(passage.text)
    numbers = _apart(_numbers(folded.text))
    beside = names(folded.text, [(start, end) for _, start, end, _ in numbers]) if numbers else []
    hits = _apart([*numbers, *((NAME, start, end, NAME_SCORE) for start, end in beside)])
    placed = [(rule, *folded.span(start, end), score) for rule, start, end, score in hits]
    text = passage.text
    masked = mask(text, [(start, end, *kept_of(rule, text[start:end])) for rule, start, end, _ in placed])
    for rule, start, end, score in placed:
        yield Finding(
            Kind.PERSONAL_DATA,
            rule,
            None if passage.in_page else start,
            None if passage.in_page else end,
            score,
            excerpt(masked, start, end),
            "html" if passage.in_page else passage.field,
            passage.where(start),
            text[start:end],
        )


def _numbers(text: str) -> Iterator[_Hit]:
    for spot in spots(text):
        score = verdict.score(text, spot)
        if score >= MASKED_FROM:
            yield spot.rule, spot.start, spot.end, score
    yield from papers(text)


def _apart(hits: Iterable[_Hit]) -> list[_Hit]:
    """In the order of the text; of two that overlap the surer stays."""
    chosen: list[_Hit] = []
    for hit in sorted(hits, key=lambda hit: hit[1:3]):
        rivals = [other for other in chosen[-1:] if hit[1] < other[2]]
        chosen[len(chosen) - len(rivals) :] = [max([*rivals, hit], key=lambda rival: rival[3])]
    return chosen
