"""Spots in a text that have the form of a citizen's number, whatever way it is written. Context judges them later."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise
from operator import sub
from typing import NamedTuple

from classifiers import digits, numbers
from classifiers.digits import Group
from classifiers.late import late

MOBILE_SPLITS = frozenset(
    [(3, 4, 4), (3, 8), (7, 4), (4, 3, 4), (4, 4, 3), (4, 7), (3, 3, 5), (3, 5, 3), (5, 6), (6, 5), (3, 2, 3, 3)]
    + [(3, 4, 2, 2), (3, 2, 2, 4), (3, 2, 2, 2, 2), (3, 3, 3, 2), (5, 3, 3), (3, 4, 1, 3), (2, 9)]
)
_CARD_SPLITS = frozenset([(4, 4, 4, 4), *((4, 4, 4, 4, n) for n in (1, 2, 3)), *((6, n) for n in (10, 11, 12, 13))])
_TEN = late(r"[ -]?[xXⅩⅹ×Хх✕✖](?![0-9A-Za-z])")
_TEN_AND_CARE = late(r"[xX][1-7][1-4](?![0-9A-Za-z])")  # the disability card: 18 characters, kind, degree
_CARD_LENGTHS = {None: (19, 18, 17, 16), "abroad": (16,)}
_LISTED = frozenset([(3, 4, 4), (3, 8), (4, 4, 4, 4), (4, 4, 4, 4, 3)])  # what commas and brackets may divide
_LISTED_SIZES = frozenset(map(sum, _LISTED))
_LIST_MARKS = ",，、/|。…()（）[]【】"
_LIST_MARK = late(f"[{re.escape(_LIST_MARKS)}]")
_BINDERS = frozenset("-‐‑‒–—―−.·_~")
_TWO_FOURS = late(r"(?<!\d)\d{4} \d{4} $")  # before a number: all of it is the number of an account
_COUNTRY = frozenset({"86", "086", "0086", "0"})
_GLUED = range(22, 1000)  # digits of a word that may hold several numbers
_MAY_BE_GLUED = (None, "resident")  # forms that such a word may begin with


class Spot(NamedTuple):
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
        yield from _in_group(text, group)


def _in_group(text: str, group: Group) -> Iterator[Spot]:
    words = {bound: i for i, bound in enumerate(group.bounds)}
    place = 0
    while match := numbers.BEGINS.search(group.digits, place):
        first = words.get(match.start())
        if first is None:
            place = group.bounds[bisect_left(group.bounds, match.start())]
            continue
        found, after = _attempt(text, group, first, words, match.lastgroup)
        yield from found
        place = group.bounds[after]


def _attempt(text: str, group: Group, first: int, words: dict[int, int], form: str | None) -> tuple[list[Spot], int]:
    """The number that begins at this word, or several that are glued together, and the word after them."""
    if form in _MAY_BE_GLUED and (glued := _glued(group, first)):
        return glued
    for recognise in _RECOGNISERS[form]:
        spot, after = recognise(text, group, first, words)
        if spot is not None:
            return [spot], after
    return [], first + 1


def _glued(group: Group, first: int) -> tuple[list[Spot], int] | None:
    """A long word that is nothing but identity and mobile numbers one after another."""
    start, length = group.starts[first], group.bounds[first + 1] - group.bounds[first]
    if length not in _GLUED or group.ends[first] - start != length:
        return None
    found: list[Spot] = []
    word = group.digits[group.bounds[first] : group.bounds[first + 1]]
    place = 0
    while place < length:
        if (
            place + 18 <= length
            and numbers.RESIDENT.match(word, place)
            and numbers.is_resident(word[place : place + 18])
        ):
            rule, size = "resident_id", 18
        elif numbers.MOBILE.match(word, place):
            rule, size = "mobile", 11
        else:
            return None
        found.append(Spot(rule, word[place : place + size], start + place, start + place + size))
        place += size
    return found, first + 1


def _resident(text: str, group: Group, first: int, words: dict[int, int]) -> tuple[Spot | None, int]:
    begin, start = group.bounds[first], group.starts[first]
    if not numbers.RESIDENT.match(group.digits, begin):
        return None, first
    if (after := words.get(begin + 18)) is not None:
        return _checked(text, group, (first, after), Spot("resident_id", group.digits[begin : begin + 18], start, 0))
    if (after := words.get(begin + 17)) is not None:
        end = group.ends[after - 1]
        ten = _TEN.match(text, end) or _TEN_AND_CARE.match(text, end)
        if ten:
            number = group.digits[begin : begin + 17] + "X"
            return _checked(text, group, (first, after), Spot("resident_id", number, start, ten.end()))
    if words.get(begin + 20) == first + 1 and numbers.is_resident(group.digits[begin : begin + 18]):
        return Spot("resident_id", group.digits[begin : begin + 18], start, start + 18, "tailed"), first + 1
    return None, first


def _checked(text: str, group: Group, reach: tuple[int, int], spot: Spot) -> tuple[Spot | None, int]:
    first, after = reach
    sound = numbers.is_resident(spot.number)
    if not (sound or (_is_solid(group, reach) and numbers.looks_resident(spot.number))):
        return None, first
    split = _split(text, group, reach, MOBILE_SPLITS)
    if not split:
        return None, first
    end = spot.end or group.ends[after - 1]
    return Spot(spot.rule, spot.number, spot.start, end, "whole" if split == "whole" else "regular", sound), after


def _mobile(text: str, group: Group, first: int, words: dict[int, int]) -> tuple[Spot | None, int]:
    begin = group.bounds[first]
    for prefix in ("", "86", "0086", "0"):
        skip = len(prefix)
        if not group.digits.startswith(prefix, begin) or not numbers.MOBILE.match(group.digits, begin + skip):
            continue
        after = words.get(begin + skip + 11)
        split = _split(text, group, (first, after), MOBILE_SPLITS) if after else ""
        if after and split and _stands_alone(text, group, first, after):
            split = "prefixed" if prefix and split == "whole" else split
            start = group.starts[first] + (skip if split == "prefixed" else 0)
            number = group.digits[begin + skip : begin + skip + 11]
            return Spot("mobile", number, start, group.ends[after - 1], split), after
    return None, first


def _card(text: str, group: Group, first: int, words: dict[int, int]) -> tuple[Spot | None, int]:
    begin = group.bounds[first]
    lead = numbers.CARD_LEAD.match(group.digits, begin)
    for length in _CARD_LENGTHS[lead.lastgroup] if lead else ():
        after = words.get(begin + length)
        if not after:
            continue
        number = group.digits[begin : begin + length]
        sound = numbers.is_card(number)
        if not (sound or _is_solid(group, (first, after))) or not numbers.CARD.fullmatch(number):
            continue
        if split := _split(text, group, (first, after), _CARD_SPLITS):
            return Spot("bank_card", number, group.starts[first], group.ends[after - 1], split, sound), after
    return None, first


def _former(text: str, group: Group, first: int, words: dict[int, int]) -> tuple[Spot | None, int]:
    begin = group.bounds[first]
    after = words.get(begin + 15)
    number = group.digits[begin : begin + 15]
    if not after or not numbers.FORMER.match(number):
        return None, first
    if (after > first + 1 and text[group.ends[first]] in _LIST_MARKS) or not numbers.is_former(number):
        return None, first
    split = _split(text, group, (first, after), frozenset([(6, 6, 3)]))
    if not split:
        return None, first
    return Spot("former_id", number, group.starts[first], group.ends[after - 1], split), after


# What may begin where a form was seen: see ``numbers.BEGINS``.
_RECOGNISERS = {
    None: (_resident, _mobile, _card, _former),
    "resident": (_resident, _card, _former),
    "former": (_card, _former),
    "card": (_card,),
}


def _is_solid(group: Group, reach: tuple[int, int]) -> bool:
    """Whether nothing stands between the words."""
    first, after = reach
    written = group.ends[after - 1] - group.starts[first]
    return after - first == 1 or written == group.bounds[after] - group.bounds[first]


def _split(text: str, group: Group, reach: tuple[int, int], regular: frozenset[tuple[int, ...]]) -> str:
    """How the words of ``reach`` are put together; "" when they don't belong to one number."""
    if _is_solid(group, reach):
        return "whole"
    first, after = reach
    written = text[group.starts[first] : group.ends[after - 1]]
    listed = _LIST_MARK.search(written) is not None
    if listed and group.bounds[after] - group.bounds[first] not in _LISTED_SIZES:
        return ""
    lengths = _lengths(group, reach, written)
    begin = group.bounds[first]
    if not _is_one_kind(written, lengths, group.digits[begin : begin + lengths[0]]) or _holds_mobile(group, reach):
        return ""
    if listed:
        return "regular" if lengths in _LISTED else ""
    return "regular" if lengths in regular or max(lengths) == 1 else "odd"


def _lengths(group: Group, reach: tuple[int, int], written: str) -> tuple[int, ...]:
    """How many digits stand together, from gap to gap."""
    starts, ends, bounds = group.starts, group.ends, group.bounds
    first, after = reach
    if written.isascii():  # words of one script never touch
        return tuple(map(sub, bounds[first + 1 : after + 1], bounds[first:after]))
    cuts = [first, *(i for i in range(first + 1, after) if starts[i] > ends[i - 1]), after]
    return tuple(bounds[end] - bounds[begin] for begin, end in pairwise(cuts))


def _is_one_kind(written: str, lengths: tuple[int, ...], head: str) -> bool:
    """No column is crossed, lines only all the way down, and it is no address of the internet."""
    if "\t" in written:
        return False
    if "\n" in written:
        return max(lengths) == 1 and all("\n" in gap for gap in digits.GAP.findall(written))
    dotted = len(lengths) == 4 and written.count(".") == 3 and len(written) == sum(lengths) + 3
    return not (dotted and max(lengths) <= 3 and int(head) < 256)


def _holds_mobile(group: Group, reach: tuple[int, int]) -> bool:
    """Whether one of the words is a whole mobile number; never one of many, for want of digits."""
    first, after = reach
    bounds = group.bounds
    return after - first < 10 and any(
        bounds[i + 1] - bounds[i] == 11 and numbers.MOBILE.match(group.digits, bounds[i]) for i in range(first, after)
    )


def _stands_alone(text: str, group: Group, first: int, after: int) -> bool:
    """A number put together of words must not go on: 138-1234-5678-90 is something else."""
    starts, ends, bounds = group.starts, group.ends, group.bounds
    if after - first == 1:
        return True
    before = text[ends[first - 1] : starts[first]] if first else ""
    behind = text[ends[after - 1] : starts[after]] if after < len(starts) else ""
    inner = text[ends[first] : starts[first + 1]]
    if first and before and group.digits[bounds[first - 1] : bounds[first]] not in _COUNTRY and set(before) & _BINDERS:
        return False
    if after < len(starts) and (set(behind) & _BINDERS and behind.strip() == behind):
        return False
    if inner == " " and _TWO_FOURS.search(text, max(0, starts[first] - 11), starts[first]):
        return False
    return not (after < len(starts) and behind == inner and bounds[after + 1] - bounds[after] == 4 and inner == " ")
