"""Characters -> numbers: the runs of one to three characters of many texts at once, as rows of a hashed table.

Full-width letters count as half-width ones, capitals as small ones, every kind of blank as a space and every
character beyond U+FFFF as the same one. No run reaches from one text into the next. Time is linear in the
characters, whatever they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

LONGEST_RUN = 3  # characters
PIECE = 32  # texts looked up at a time: what they need stays in the processor's cache
_GAP = "\0"  # stands before each text; with it a run may say that a text begins or ends here
_PRIMES = tuple(map(np.uint32, (2654435761, 2246822519, 3266489917)))
_SPREAD = np.uint32(0x9E3779B1)


def _folded() -> NDArray[np.uint32]:
    """For each UTF-16 code unit, the one it counts as."""
    table = np.arange(1 << 16, dtype=np.uint32)
    table[0xFF01:0xFF5F] = table[0x21:0x7F]
    for first in (0x41, 0xFF21):  # A and its full-width form
        table[first : first + 26] = table[0x61:0x7B]
    table[[*map(ord, "\t\n\v\f\r\x85\xa0\u2028\u2029\u202f\u205f\u3000")]] = ord(" ")
    table[0x2000:0x200B] = ord(" ")
    return table


_FOLDED = _folded()


def runs(texts: Sequence[str], longest: int, bits: int) -> tuple[list[NDArray[np.intp]], NDArray[np.intp]]:
    """The runs that begin at each place, as numbers below ``1 << bits``: one array for each length up to ``longest``.

    The second result says at which place each text begins; the gap before it is its first place, so a text has at
    least one, and a text without characters has runs of gaps only.
    """
    gap = max(1, longest - 1)
    codes, starts = characters(texts, gap)
    return numbered(codes, len(codes) - gap, longest, bits), starts


def numbered(codes: NDArray[np.uint32], places: int, longest: int, bits: int) -> list[NDArray[np.intp]]:
    """The runs that begin at each of the first ``places`` codes; ``longest - 1`` codes more must follow them."""
    mixed = codes * _PRIMES[0]
    rows = [_spread(mixed[:places], bits)]
    for size in range(2, longest + 1):
        mixed = mixed[:-1] * np.uint32(31) + codes[size - 1 :] * _PRIMES[size - 1]
        rows.append(_spread(mixed[:places], bits))
    return rows


def characters(texts: Sequence[str], gap: int) -> tuple[NDArray[np.uint32], NDArray[np.intp]]:
    """The characters of all texts as numbers below 2^16, ``gap`` zeros before each text and behind the last.

    The second result says where the gap before each text begins.
    """
    between = _GAP * gap
    joined = between + between.join(texts) + between
    raw = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    starts = accumulate((len(text) + gap for text in texts[:-1]), initial=0)
    return _FOLDED.take(raw, mode="clip"), np.fromiter(starts, np.intp, len(texts))


def _spread(mixed: NDArray[np.uint32], bits: int) -> NDArray[np.intp]:
    well = (mixed ^ (mixed >> np.uint32(15))) * _SPREAD
    return (well >> np.uint32(32 - bits)).astype(np.intp)


def sums(table: NDArray[np.float32], texts: Sequence[str], longest: int) -> NDArray[np.float32]:
    """For each text the sum of the rows of ``table`` that its runs name; the number of rows is a power of two."""
    bits = len(table).bit_length() - 1
    found = np.zeros((len(texts), table.shape[1]), np.float32)
    for first in range(0, len(texts), PIECE):
        rows, starts = runs(texts[first : first + PIECE], longest, bits)
        each = table.take(rows[0], axis=0)
        for longer in rows[1:]:
            each += table.take(longer, axis=0)
        np.add.reduceat(each, starts, axis=0, out=found[first : first + PIECE])
    return found
