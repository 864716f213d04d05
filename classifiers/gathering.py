"""Which messages say the same of the same matter, so that they can be answered together. PURE.

The worse error is to put different matters together: one would go without its answer. So two messages are the same only
when most of what they say is the same, word for word (``likeness``), and the places they name are, too. Complaints copied
from street to street differ in just that, and of a few words like "the lamp is out" nobody knows which lamp is meant.
"""

from __future__ import annotations

from collections.abc import Sequence

from classifiers import likeness
from classifiers.late import late
from classifiers.likeness import Text

CLOSE = 0.5  # closeness of two messages
SHORT = 40  # code points of a message that names no place
OPENING = 300  # code points in which a message names its place
_PLACE = late(
    "[\\w]市|[\\w]{2}(?:小区|家园|花园|街道|社区|学校|小学|中学|学院|大学|幼儿园|医院|公司|[区县镇乡村路街巷苑城])|[0-9]{1,5}(?:号|栋|幢|单元|室)"
)


def same_matter(one: Text, others: Sequence[Text]) -> list[int]:
    """Which of ``others`` say the same of the same matter as ``one``, as places in their order."""
    both = likeness.copies([one, *others])
    found = [int(other) - 1 for first, other in both.tolist() if first == 0]
    return [each for each in found if _close(one, others[each]) and not _apart(one, others[each])]


def _close(one: Text, other: Text) -> bool:
    return likeness.closeness(one, [other])[0] >= CLOSE


def _apart(one: Text, other: Text) -> bool:
    """Whether they may speak of different places."""
    here, there = _places(one), _places(other)
    if not here or not there:
        return min(len("".join(one)), len("".join(other))) < SHORT
    return 2 * len(here & there) < min(len(here), len(there))


def _places(message: Text) -> frozenset[str]:
    return frozenset(_PLACE.findall("\n".join(message)[:OPENING]))
