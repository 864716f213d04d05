"""The font that ships has every character that we or a Chinese agency write, and a name of its own."""

import struct
from itertools import product

from tests.sources import ROOT

FONT = ROOT / "fonts" / "HuiyinSans-Regular.otf"
WORDING = sorted((ROOT / "config").glob("*.toml"))
RESERVED = ("Source", "Noto")


def tables(data: bytes) -> dict[str, bytes]:
    """The tables of an OpenType file, by name."""
    count = struct.unpack_from(">H", data, 4)[0]
    rows = (struct.unpack_from(">4s4xII", data, 12 + 16 * n) for n in range(count))
    return {tag.decode(): data[at : at + length] for tag, at, length in rows}


def characters(cmap: bytes) -> set[int]:
    """Every code point with a glyph, from the subtable of format 12."""
    count = struct.unpack_from(">H", cmap, 2)[0]
    places = [struct.unpack_from(">I", cmap, 8 + 8 * n)[0] for n in range(count)]
    place = next(at for at in places if struct.unpack_from(">H", cmap, at)[0] == 12)
    groups = struct.unpack_from(">I", cmap, place + 12)[0]
    ranges = (struct.unpack_from(">II", cmap, place + 16 + 12 * n) for n in range(groups))
    return {code for first, last in ranges for code in range(first, last + 1)}


def names(table: bytes) -> dict[int, str]:
    count, start = struct.unpack_from(">HH", table, 2)
    rows = [struct.unpack_from(">6H", table, 6 + 12 * n) for n in range(count)]
    return {row[3]: table[start + row[5] : start + row[5] + row[4]].decode("utf-16-be") for row in rows}


def test_every_character_of_the_wording_has_a_glyph():
    said = {char for path in WORDING for char in path.read_text(encoding="utf-8") if char.isprintable()}

    assert len(said) > 500
    assert sorted(said - {*map(chr, characters(tables(FONT.read_bytes())["cmap"]))}) == []


def test_every_character_of_gb2312_has_a_glyph():
    written = {bytes(pair).decode("gb2312", "ignore") for pair in product(range(0xA1, 0xF8), range(0xA1, 0xFF))} - {""}
    found = characters(tables(FONT.read_bytes())["cmap"])

    assert len(written) == 7445
    assert sorted(char for char in written if ord(char) not in found) == []


def test_a_missing_character_would_be_seen():
    assert ord("\U0001f600") not in characters(tables(FONT.read_bytes())["cmap"])


def test_the_font_keeps_its_licence_and_takes_no_reserved_name():
    said = names(tables(FONT.read_bytes())["name"])

    assert said[1] == "Huiyin Sans"
    assert not [said[number] for number in (1, 3, 4, 6) for name in RESERVED if name in said[number]]
    assert "Adobe" in said[0]
    assert "SIL Open Font License" in said[13]
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONT.parent / "OFL.txt").read_text(encoding="utf-8")
