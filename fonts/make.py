"""How HuiyinSans-Regular.otf was made: Noto Sans CJK SC with the characters that a Chinese agency writes.

    python fonts/make.py NotoSansCJK-Regular.ttc Unihan_OtherMappings.txt.bz2

The first file is from Debian's fonts-noto-cjk (20220127), the second from its unicode-data (15.0); fontTools
(4.68) is needed. The same files give the same font, byte for byte. Why this font: docs/adr/0008-bundle.md.
"""

from __future__ import annotations

import bz2
import sys
from itertools import product
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

NAME = "Huiyin Sans"
MADE = Path(__file__).parent / "HuiyinSans-Regular.otf"
SIMPLIFIED = 2  # the number of Noto Sans CJK SC in the collection
FAMILY, STYLE, IDENTITY, FULL, VERSION, POSTSCRIPT = range(1, 7)
COPYRIGHT, LICENCE, LICENCE_URL = 0, 13, 14


def gb2312() -> set[str]:
    """Levels 1 and 2, punctuation, Greek, Cyrillic, kana, numbers in circles."""
    found = set()
    for pair in product(range(0xA1, 0xF8), range(0xA1, 0xFF)):
        found.add(bytes(pair).decode("gb2312", "ignore"))
    return found - {""}


def general(unihan: Path) -> set[str]:
    """The 8,105 characters of 通用规范汉字表 (2013): all that names of places and persons are registered with."""
    lines = bz2.decompress(unihan.read_bytes()).decode().splitlines()
    return {chr(int(line[2:].split("\t")[0], base=16)) for line in lines if "\tkTGH\t" in line}


def latin() -> set[str]:
    ranges = ((0x20, 0x7F), (0xA0, 0x180), (0x2010, 0x2028), (0x2190, 0x219A), (0xFF01, 0xFF5F))
    return {chr(code) for first, last in ranges for code in range(first, last)} | set("€‰′″※℃№✓✗■□▲△▼▽●○◆◇★☆")


def rename(font: TTFont) -> None:
    """Give the font a name of its own, and keep whose it is and under which licence."""
    names = font["name"]
    kept = {number: names.getDebugName(number) for number in (COPYRIGHT, VERSION, LICENCE, LICENCE_URL)}
    postscript = f"{NAME.replace(' ', '')}-Regular"
    kept |= {FAMILY: NAME, STYLE: "Regular", FULL: NAME, POSTSCRIPT: postscript, IDENTITY: f"{postscript};20220127"}
    names.names = []
    for number, text in kept.items():
        names.setName(text, number, 3, 1, 0x409)
    table = font["CFF "].cff
    table.fontNames = [postscript]
    top = table.topDictIndex[0]
    top.FullName, top.FamilyName = NAME, NAME
    for number, part in enumerate(top.FDArray):
        part.FontName = f"{postscript}-{number}"


def main(collection: Path, unihan: Path) -> None:
    font = TTFont(collection, fontNumber=SIMPLIFIED, recalcTimestamp=False)
    options = Options(hinting=False, layout_features=[], glyph_names=False, name_IDs=["*"], notdef_outline=True)
    subsetter = Subsetter(options)
    subsetter.populate(text="".join(sorted(gb2312() | general(unihan) | latin())))
    subsetter.subset(font)
    rename(font)
    font.save(MADE)
    print(f"{MADE}: {MADE.stat().st_size:,} bytes, {len(font.getBestCmap()):,} characters")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
