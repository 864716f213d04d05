"""Hostile and broken files: each ends at its limit, says so, and takes nothing else with it."""

import subprocess
import sys
import zipfile
from itertools import pairwise
from pathlib import Path

import pytest

from monitor.attachments import apart
from monitor.attachments.limits import MB, Limits
from tests.attached import ID, PHONE, TYPES, W, compound, doc, docx, paragraph, pdf, seen, sheet, xls, xlsx, zipped

LIST = f"手机{PHONE}\n".encode()


def nested(depth: int) -> bytes:
    body = zipped({"x.txt": LIST})
    for _ in range(depth):
        body = zipped({"n.zip": body}, zipfile.ZIP_STORED)
    return body


def entities() -> str:
    names = "abcdefghij"
    more = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise(names))
    return f'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">{more}]><w:p xmlns:w="{W}"><w:t>&j;</w:t></w:p>'


LOOPS = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R 3 0 R]/Parent 2 0 R/Count 1000000000>>endobj
3 0 obj<</Type/Page/Parent 3 0 R/Contents[4 0 R 3 0 R]/Resources 3 0 R>>endobj
4 0 obj<</Length 5 0 R/Filter[/FlateDecode/FlateDecode]>>stream
endstream endobj
5 0 obj 5 0 R endobj
trailer<</Root 1 0 R/Prev 0>>
"""


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty"),
        (bytes(100_000), "empty"),
        (b"%PDF-1.7\n%%EOF", "broken"),
        (pdf("BT ET")[:300], "broken"),
        (zipped({"a.txt": LIST})[:-30], "broken"),
        (b"PK\x03\x04" + bytes(100), "broken"),
        (zipped(TYPES | {"word/header1.xml": "<p/>"}), "broken"),
        (zipped(TYPES | {"xl/styles.xml": "<p/>"}), "broken"),
        (zipped(TYPES | {"ppt/slide.xml": "<p/>"}), "unsupported"),
        (docx("<w:p>" * 1000), "too_deep"),
        (zipped(TYPES | {"word/document.xml": entities()}), "entities"),
        (xlsx(sheet({"A1": PHONE})[:-60]), "broken"),
        (xlsx(sheet({"A1": '<c r="1A"><v>1</v></c>'})), "broken"),
        (xls(["a"])[:1024], "broken"),
        (xls(["a"]).replace(b"\x09\x08\x10\x00\x00\x06\x10", b"\x09\x08\x10\x00\x00\x06\x99"), "broken"),
        (compound({"Workbook": b"\x09\x08\x10\x00" + bytes(8)}), "broken"),
        (compound({"EncryptedPackage": b""}), "encrypted"),
        (doc("x", flags=0x0300), "encrypted"),
        (doc(), "broken"),
        (compound({"WordDocument": b""}), "unsupported"),
        (compound({"WordDocument": b"\xec\xa5".ljust(1000, b"\xff")}), "encrypted"),
        (compound({"WordDocument": b"\xec\xa5".ljust(1000, b"\0")}), "broken"),
        (compound({"Nothing": b""}), "unsupported"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "pictures"),
        (b"MZ" + bytes(range(256)), "unsupported"),
        (bytes(range(256)) * 40, "unsupported"),
        (nested(100), "too_deep"),
        (zipped({"bomb.txt": b"0" * 60_000_000}), "bomb"),
        (b'a,b\nc,"' + b"x" * 1_100_000, "broken"),
    ],
)
def test_a_file_that_cannot_be_read_whole_says_why(body, code):
    found, codes = seen(body)

    assert codes[:1] == [code]
    assert found == []


def test_what_stands_before_the_damage_is_found():
    assert seen(xlsx(sheet({"A1": "手机", "B1": PHONE}, {"A2": "手机"})[:-60])) == ([("名单!B1", "mobile")], ["broken"])
    assert seen(docx(paragraph(f"身份证{ID}") + "<w:p>" * 1000)) == ([("paragraph 1", "resident_id")], ["too_deep"])


def test_the_other_members_of_an_archive_are_read():
    body = zipped(
        {
            "1.docx": docx("<w:p>")[:-9],
            "2.zip": nested(9),
            "3.bin": b"MZ",
            "../../etc/4.txt": LIST,
            "5.jpg": b"\xff\xd8\xff",
        }
    )

    found, codes = seen(body)

    assert found == [("../../etc/4.txt!line 1", "mobile")]
    assert codes == ["broken", "too_deep", "unsupported", "pictures"]


def test_a_member_with_a_password():
    body = bytearray(zipped({"a.txt": LIST, "b.txt": LIST}))
    body[6] |= 1
    body[body.index(b"PK\x01\x02") + 8] |= 1

    assert seen(bytes(body)) == ([("b.txt!line 1", "mobile")], ["encrypted"])


def test_a_header_that_lies_about_a_size():
    body = zipped({"a.txt": LIST * 10}).replace((len(LIST) * 10).to_bytes(4, "little"), (1).to_bytes(4, "little"))

    assert seen(body)[1] == ["broken"]


def test_rows_that_are_only_declared_cost_nothing():
    content = sheet({"XFD1048576": '<c r="XFD1048576"><v>15900001111</v></c>', "A1": "手机"}).replace(
        "<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>'
    )
    merged = content.replace("</sheetData>", '</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>')

    assert seen(xlsx(merged)) == ([("名单!XFD1048576", "mobile")], [])


@pytest.mark.parametrize(
    ("body", "limits"),
    [
        (zipped({f"{n}.txt": LIST for n in range(9)}), Limits(members=8)),
        (zipped({f"{n}.txt": LIST for n in range(9)}), Limits(unpacked=8 * len(LIST))),
        (xlsx(sheet({f"A{n}": str(n) for n in range(1, 30)})), Limits(cells=20)),
        (pdf(*["BT ET"] * 9), Limits(pages=8)),
        (LIST * 30, Limits(findings=20)),
        (LIST * 30, Limits(size=100)),
    ],
)
def test_every_limit_holds(body, limits, tmp_path):
    scanned = apart.scan(written(tmp_path, body), limits)

    assert [trouble.code for trouble in scanned.troubles] in (["too_much"], ["too_large"])
    assert len(scanned.findings) <= limits.findings


def written(folder: Path, body: bytes) -> Path:
    path = folder / "file"
    path.write_bytes(body)
    return path


def codes(path: Path, limits: Limits = Limits()) -> list[str]:  # noqa: B008
    return [trouble.code for trouble in apart.scan(path, limits).troubles]


def test_references_that_go_in_circles(tmp_path):
    """The engine mends the tree or refuses it; either way it comes to an end."""
    assert {*codes(written(tmp_path, LOOPS), Limits(seconds=20, pages=50))} <= {"too_much", "broken"}


def test_the_clock_stops_a_file_and_keeps_what_was_found(tmp_path):
    rows = [{f"A{n}": "手机", f"B{n}": f"159{n:08}"} for n in range(1, 120_000)]

    scanned = apart.scan(written(tmp_path, xlsx(sheet(*rows))), Limits(seconds=4, findings=10**9))

    assert [trouble.code for trouble in scanned.troubles] == ["too_slow"]
    assert scanned.at.startswith("名单!")
    assert scanned.findings


def test_memory_is_limited_by_the_kernel(tmp_path):
    body = b"".join(b"%d\n" % n for n in range(3_000_000))

    assert codes(written(tmp_path, body), Limits(memory=120 * MB)) == ["too_much"]


TRY = """
import os, resource, sys
from pathlib import Path
from monitor.attachments.__main__ import close_in
from monitor.attachments.limits import Limits

close_in(Limits(seconds=7, memory=300_000_000))
for attempt in (lambda: os.write(os.open("x", os.O_WRONLY | os.O_CREAT), b"y"), lambda: bytearray(400_000_000)):
    try:
        attempt()
    except (OSError, MemoryError) as error:
        sys.stdout.write(type(error).__name__ + " ")
sys.stdout.write(str(resource.getrlimit(resource.RLIMIT_CPU)[0]))
"""


def test_the_process_can_write_nothing_and_is_bounded(tmp_path):
    done = subprocess.run([sys.executable, "-c", TRY], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert done.stdout == "OSError MemoryError 8"
    assert [path.stat().st_size for path in tmp_path.iterdir()] in ([], [0])


def test_a_reader_that_dies_is_named(tmp_path):
    """Too little memory for the libraries themselves."""
    assert codes(written(tmp_path, pdf("BT ET")), Limits(memory=1 * MB)) in (["crashed"], ["too_much"])


@pytest.mark.parametrize("name", ["missing.pdf", ".", "half\udce5.txt", "zero\0.txt"])
def test_what_is_no_file(name, tmp_path):
    assert codes(tmp_path / name) == ["unreadable"]


def test_nothing_is_left_behind(tmp_path):
    path = written(tmp_path, zipped({"../evil.txt": LIST, "/tmp/evil.txt": LIST, "C:\\evil.txt": LIST}))

    scanned = apart.scan(path, Limits())

    assert len(scanned.findings) == 3
    assert [*tmp_path.iterdir()] == [path]
    assert not Path("/tmp/evil.txt").exists()
    assert not (tmp_path.parent / "evil.txt").exists()
