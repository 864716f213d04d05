"""A citizen's number that stands where the public reads it, with the name beside it.

The worse error is the false alarm. Resident numbers (18 digits, and the 15 of before 1999), mobiles, bank cards, and
the numbers of passports and permits behind the name of the paper; written whole, grouped, in full width or in words.
What stands around a number decides between a citizen's and the agency's own hotline, permit, account or order number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import itemgetter

from classifiers import verdict
from classifiers.finding import Document, Finding, Kind
from classifiers.folding import Folded
from classifiers.names import kept, names
from classifiers.page import Passage, passages
from classifiers.papers import papers
from classifiers.reporting import Seen, report
from classifiers.spotting import spots

NAME = "name"
NAME_SCORE = 0.4  # masked, never an alert by itself
MASKED_FROM = 0.3
_Hit = tuple[str, int, int, float]  # rule, start and end in the folded text, score


def find(document: Document) -> list[Finding]:
    """Numbers from 0.3 upward (0.5 and more is worth an alert), and the names that stand beside them."""
    return report(passages(document), see)[0]


def see(passage: Passage) -> list[Seen]:
    """The same in one passage, in the order of its text. Numbers keep three and two digits, names the surname."""
    folded = passage.folded
    hits = _apart(_numbers(folded))
    if not hits:
        return []
    if beside := names(folded.text, [(start, end) for _, start, end, _ in hits]):
        hits = _apart([*hits, *((NAME, start, end, NAME_SCORE) for start, end in beside)])
    return [_seen(passage, rule, *folded.span(start, end), score) for rule, start, end, score in hits]


def _seen(passage: Passage, rule: str, start: int, end: int, score: float) -> Seen:
    keep_first, keep_last = (kept(passage.text[start:end]), 0) if rule == NAME else (3, 2)
    return Seen(Kind.PERSONAL_DATA, rule, start, end, score, keep_first, keep_last)


def _numbers(folded: Folded) -> Iterator[_Hit]:
    for spot in spots(folded.text):
        score = verdict.score(folded, spot)
        if score >= MASKED_FROM:
            yield spot.rule, spot.start, spot.end, score
    yield from papers(folded.text)


def _apart(hits: Iterable[_Hit]) -> list[_Hit]:
    """In the order of the text; of two that overlap the surer stays."""
    chosen: list[_Hit] = []
    for hit in sorted(hits, key=itemgetter(1, 2)):
        if not chosen or hit[1] >= chosen[-1][2]:
            chosen.append(hit)
        elif hit[3] > chosen[-1][3]:
            chosen[-1] = hit
    return chosen
