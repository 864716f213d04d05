"""Spots in a text that have the form of a citizen's number, whatever way it is written. Context judges them later."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from classifiers import digits, numbers
from classifiers.digits import Group

MOBILE_SPLITS = frozenset(
    [(3, 4, 4), (3, 8), (7, 4), (4, 3, 4), (4, 4, 3), (4, 7), (3, 3, 5), (3, 5, 3), (5, 6), (6, 5), (3, 2, 3, 3)]
    + [(3, 4, 2, 2), (3, 2, 2, 4), (3, 2, 2, 2, 2), (3, 3, 3, 2), (5, 3, 3), (3, 4, 1, 3), (2, 9)]
)
_CARD_SPLITS = frozenset([(4, 4, 4, 4), *((4, 4, 4, 4, n) for n in (1, 2, 3)), *((6, n) for n in (10, 11, 12, 13))])
_TEN = re.compile(r"[ -]?[xXⅩⅹ×Хх✕✖](?![0-9A-Za-z])")
_TEN_AND_CARE = re.compile(r"[xX][1-7][1-4](?![0-9A-Za-z])")  # the disability card: 18 characters, kind, degree
_LISTED = frozenset([(3, 4, 4), (3, 8), (4, 4, 4, 4), (4, 4, 4, 4, 3)])  # what commas and brackets may divide
_LIST_MARKS = frozenset(",，、/|。…()（）[]【】")
_BINDERS = frozenset("-‐‑‒–—―−.·_~")
_COUNTRY = frozenset({"86", "086", "0086", "0"})
_GLUED = range(22, 1000)  # digits of a word that may hold several numbers


@dataclass(frozen=True, slots=True)
class Spot:
    """A candidate in the folded text.

    ``split`` says how it is written: "whole", "regular" (the way people group such a number), "odd" (any other
    way: only a label makes it credible), "prefixed" (with 86 or 0 glued before it), "tailed" (digits follow).
    ``sound`` says that the check digit is right, where there is one.
    """

    rule: str
    number: str
    start: int
    end: int
    split: str = "whole"
    sound: bool = True


def spots(text: str) -> Iterator[Spot]:
    """Candidates in the order of the text, not overlapping within a group; linear in the text."""
    for group in digits.groups(text):
        if len(group.digits) >= 11:
            yield from _in_group(text, group)


def _in_group(text: str, group: Group) -> Iterator[Spot]:
    ends = {bound: i for i, bound in enumerate(group.bounds)}
    first = 0
    while first < len(group.words):
        found, after = _glued(group, first) or _attempt(text, group, first, ends)
        yield from found
        first = after


def _attempt(text: str, group: Group, first: int, ends: dict[int, int]) -> tuple[list[Spot], int]:
    """The number that begins at this word, and the word after it."""
    for recognise in (_resident, _mobile, _card, _former):
        spot, after = recognise(text, group, first, ends)
        if spot is not None:
            return [spot], after
    return [], first + 1


def _glued(group: Group, first: int) -> tuple[list[Spot], int] | None:
    """A long word that is nothing but identity and mobile numbers one after another."""
    word = group.words[first]
    found: list[Spot] = []
    place = 0
    if len(word.digits) not in _GLUED or word.end - word.start != len(word.digits):
        return None
    while place < len(word.digits):
        rest = word.digits[place:]
        if numbers.RESIDENT.match(rest) and len(rest) >= 18 and numbers.is_resident(rest[:18]):
            rule, length = "resident_id", 18
        elif numbers.MOBILE.match(rest):
            rule, length = "mobile", 11
        else:
            return None
        found.append(Spot(rule, rest[:length], word.start + place, word.start + place + length))
        place += length
    return found, first + 1


def _resident(text: str, group: Group, first: int, ends: dict[int, int]) -> tuple[Spot | None, int]:
    begin = group.bounds[first]
    if not numbers.RESIDENT.match(group.digits, begin):
        return None, first
    start = group.words[first].start
    if (after := ends.get(begin + 18)) is not None:
        return _checked(text, group, (first, after), Spot("resident_id", group.digits[begin : begin + 18], start, 0))
    if (after := ends.get(begin + 17)) is not None:
        end = group.words[after - 1].end
        ten = _TEN.match(text, end) or _TEN_AND_CARE.match(text, end)
        if ten:
            number = group.digits[begin : begin + 17] + "X"
            return _checked(text, group, (first, after), Spot("resident_id", number, start, ten.end()))
    if ends.get(begin + 20) == first + 1 and numbers.is_resident(group.digits[begin : begin + 18]):
        return Spot("resident_id", group.digits[begin : begin + 18], start, start + 18, "tailed"), first + 1
    return None, first


def _checked(text: str, group: Group, reach: tuple[int, int], spot: Spot) -> tuple[Spot | None, int]:
    first, after = reach
    split = _split(text, group, reach, MOBILE_SPLITS)
    sound = numbers.is_resident(spot.number)
    if not split or not (sound or (split == "whole" and numbers.looks_resident(spot.number))):
        return None, first
    end = spot.end or group.words[after - 1].end
    return Spot(spot.rule, spot.number, spot.start, end, "whole" if split == "whole" else "regular", sound), after


def _mobile(text: str, group: Group, first: int, ends: dict[int, int]) -> tuple[Spot | None, int]:
    begin = group.bounds[first]
    for prefix in ("", "86", "0086", "0"):
        skip = len(prefix)
        if not group.digits.startswith(prefix, begin) or not numbers.MOBILE.match(group.digits, begin + skip):
            continue
        after = ends.get(begin + skip + 11)
        split = _split(text, group, (first, after), MOBILE_SPLITS) if after else ""
        if after and split and _stands_alone(text, group, first, after):
            split = "prefixed" if prefix and split == "whole" else split
            start = group.words[first].start + (skip if split == "prefixed" else 0)
            number = group.digits[begin + skip : begin + skip + 11]
            return Spot("mobile", number, start, group.words[after - 1].end, split), after
    return None, first


def _card(text: str, group: Group, first: int, ends: dict[int, int]) -> tuple[Spot | None, int]:
    begin = group.bounds[first]
    for length in (19, 18, 17, 16):
        after = ends.get(begin + length)
        number = group.digits[begin : begin + length]
        if not after or not numbers.CARD.fullmatch(number):
            continue
        split = _split(text, group, (first, after), _CARD_SPLITS)
        sound = numbers.is_card(number)
        if split and (sound or split == "whole"):
            start, end = group.words[first].start, group.words[after - 1].end
            return Spot("bank_card", number, start, end, split, sound), after
    return None, first


def _former(text: str, group: Group, first: int, ends: dict[int, int]) -> tuple[Spot | None, int]:
    begin = group.bounds[first]
    after = ends.get(begin + 15)
    if not after or not numbers.FORMER.match(group.digits, begin):
        return None, first
    number = group.digits[begin : begin + 15]
    split = _split(text, group, (first, after), frozenset([(6, 6, 3)]))
    if not split or not numbers.is_former(number):
        return None, first
    return Spot("former_id", number, group.words[first].start, group.words[after - 1].end, split), after


def _split(text: str, group: Group, reach: tuple[int, int], regular: frozenset[tuple[int, ...]]) -> str:
    """How the words of ``reach`` are put together; "" when they don't belong to one number."""
    words = group.words[reach[0] : reach[1]]
    gaps = [text[a.end : b.start] for a, b in pairwise(words)]
    lengths = [len(words[0].digits)]
    for gap, word in zip(gaps, words[1:], strict=True):
        if gap:
            lengths.append(len(word.digits))
        else:
            lengths[-1] += len(word.digits)
    if len(lengths) == 1:
        return "whole"
    if any(numbers.MOBILE.fullmatch(word.digits) for word in words) or not _one_kind(gaps, lengths, words[0].digits):
        return ""
    if any(mark in gap for gap in gaps for mark in _LIST_MARKS):
        return "regular" if tuple(lengths) in _LISTED else ""
    return "regular" if tuple(lengths) in regular or set(lengths) == {1} else "odd"


def _one_kind(gaps: list[str], lengths: list[int], head: str) -> bool:
    """No column is crossed, lines only all the way down, and it is no address of the internet."""
    lines = [("\n" in gap) for gap in gaps if gap]
    if any("\t" in gap for gap in gaps) or (any(lines) and not (all(lines) and set(lengths) == {1})):
        return False
    return not (len(lengths) == 4 and all(gap == "." for gap in gaps) and max(lengths) <= 3 and int(head) < 256)


def _stands_alone(text: str, group: Group, first: int, after: int) -> bool:
    """A number put together of words must not go on: 138-1234-5678-90 is something else."""
    words = group.words
    if after - first == 1:
        return True
    before = text[words[first - 1].end : words[first].start] if first else ""
    behind = text[words[after - 1].end : words[after].start] if after < len(words) else ""
    inner = text[words[first].end : words[first + 1].start]
    if first and before and words[first - 1].digits not in _COUNTRY and set(before) & _BINDERS:
        return False
    if after < len(words) and (set(behind) & _BINDERS and behind.strip() == behind):
        return False
    return not (after < len(words) and behind == inner and len(words[after].digits) == 4 and inner == " ")
