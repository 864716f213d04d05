"""The words of IMAP both ways, and the text in winmail.dat."""

import struct
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors import imapwords, mailtext, mime, structure, tnef
from monitor.collectors.mailmemory import MAX_RANGES, Folder
from monitor.errors import CollectError
from tests.mails import mail, part, parted

GAS = "煤气一直在漏，快来人！"


@pytest.mark.parametrize(
    ("pieces", "said"),
    [
        ([b"SEARCH 1 2"], [b"SEARCH", b"1", b"2"]),
        ([b'1 FETCH (UID 5 X "a \\"b\\"" NIL nil)'], [b"1", b"FETCH", [b"UID", b"5", b"X", b'a "b"', None, None]]),
        ([b"1 FETCH (BODY[]<0> ", b"a (b", b" UID 5)"], [b"1", b"FETCH", [b"BODY[]<0>", b"a (b", b"UID", b"5"]]),
        ([b"x ((a)(b (c)))"], [b"x", [[b"a"], [b"b", [b"c"]]]]),
        ([b""], []),
    ],
)
def test_answers_are_read(pieces, said):
    assert imapwords.words(pieces) == said


@given(st.lists(st.binary(max_size=30), min_size=1, max_size=5))
def test_no_answer_breaks_the_reading(pieces):
    with suppress(CollectError):
        found = imapwords.words(pieces)
        imapwords.pairs(found)
        structure.outline(found, lambda _: b"x")


@pytest.mark.parametrize(
    ("shown", "sent"),
    [
        ("INBOX", "INBOX"),
        ("已发送", "&XfJT0ZAB-"),
        ("Sent & done", "Sent &- done"),
        ("办结/2026", "&Up5+0w-/2026"),
        ("𠮷", "&2ELft w-".replace(" ", "")),
    ],
)
def test_folders_are_called_as_people_and_as_servers_do(shown, sent):
    assert imapwords.folder_name(shown) == sent
    assert imapwords.shown_name(sent) == shown


@given(st.text(max_size=30))
def test_every_folder_can_be_named(shown):
    sent = imapwords.folder_name(shown)

    assert sent.isascii()
    if not any("\ud800" <= each <= "\udfff" for each in shown):
        assert imapwords.shown_name(sent) == shown


def test_a_name_that_can_not_be_read_stays():
    assert imapwords.shown_name("&A-&2D0-&") == "&A-&2D0-&"


@pytest.mark.parametrize(("numbers", "said"), [([3, 1, 2, 9, 9], "1:3,9"), ([7], "7"), ([1, 3, 5], "1,3,5")])
def test_numbers_are_named_in_runs(numbers, said):
    assert imapwords.as_set(numbers) == said


def test_days_are_named_in_english():
    assert imapwords.day(date(2026, 5, 4)) == "4-May-2026"


# large mails


def body_of(section):
    return {"1": b"one", "2": b"two", "2.1": b"two one", "1.1": b"one one", "1.2": b"<p>one two</p>"}.get(section, b"")


PLAIN = [b"TEXT", b"PLAIN", [b"charset", b"utf-8"], None, None, b"7bit", b"3", b"1"]
PAGE = [b"text", b"html", None, None, None, b"8bit", b"3", b"1"]
FILE = [*PLAIN, None, [b"Attachment", [b"filename", b"a.txt"]], None]
ENVELOPE = [None, b"=?utf-8?B?6Lev54Gv?=", *[None] * 8]


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (PLAIN, "one"),
        ([PLAIN, [b"image", b"png"], b"mixed"], "one"),
        ([PLAIN, PAGE, b"alternative"], "one"),
        ([FILE, PAGE, b"mixed"], "two"),
        ([[PLAIN, PAGE, b"mixed"], FILE, b"mixed"], "one one\n\none two"),
        ([PLAIN, [b"message", b"rfc822", *[None] * 5, ENVELOPE, PLAIN, b"9"], b"mixed"], "one\n\n路灯\n\ntwo one"),
        ([b"message", b"rfc822", *[None] * 5, ENVELOPE, [PLAIN, PAGE, b"mixed"], b"9"], "路灯\n\none one\n\none two"),
        ([b"message", b"rfc822"], ""),
        (None, ""),
        ([], ""),
        ([None, None], ""),
        ([[]], ""),
        ([PLAIN], "one"),
        (b"x", ""),
    ],
)
def test_only_texts_are_fetched_of_an_outline(found, text):
    mail_ = structure.outline(found, body_of)

    assert "\n\n".join(mailtext._texts(mail_)) == text


def test_an_outline_in_an_outline_ends_somewhere():
    found = PLAIN
    for _ in range(5_000):
        found = [found]

    assert mailtext._texts(structure.outline(found, body_of)) == []


# what is remembered


def test_many_ranges_are_joined_and_none_is_lost():
    folder = Folder(7)
    for number in range(1, 200, 2):
        folder.found([number, number])

    assert len(folder.unread) == MAX_RANGES
    assert (folder.unread[0], folder.unread[-1][0]) == ([199, 199], 1)
    assert folder.top == 199


# winmail.dat


def padded(raw):
    return struct.pack("<I", len(raw)) + raw + bytes(-len(raw) % 4)


def properties(*entries):
    return struct.pack("<I", len(entries)) + b"".join(entries)


def prop(kind, name, value):
    return struct.pack("<HH", kind, name) + (struct.pack("<I", 1) + padded(value) if kind & 0x1E else value)


def attribute(name, content, level=1):
    return struct.pack("<BHHI", level, name, 6, len(content)) + content + struct.pack("<H", sum(content) & 0xFFFF)


def winmail(*attributes):
    return tnef.SIGNATURE + struct.pack("<H", 1) + b"".join(attributes)


NAMES = (
    struct.pack("<HH", 0x1E, 0x8001)
    + bytes(16)
    + struct.pack("<I", 1)
    + padded("名".encode("utf-16-le"))
    + struct.pack("<I", 1)
    + padded(b"x")
)
NUMBERED = struct.pack("<HH", 3, 0x8002) + bytes(16) + bytes(4) + bytes(4) + bytes(4)
MANY = struct.pack("<HH", 0x1003, 0x6000) + struct.pack("<I", 3) + bytes(12)
SIZES = {2: 4, 3: 4, 5: 8, 0x0B: 4, 0x40: 8, 0x48: 16}
TYPES = [struct.pack("<HH", kind, 0x3000) + bytes(size) for kind, size in SIZES.items()]
SAID = prop(0x1E, 0x1000, GAS.encode("gbk") + b"\0")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (winmail(attribute(0x800C, GAS.encode("gbk") + b"\0")), GAS),
        (winmail(attribute(0x9003, properties(SAID))), GAS),
        (winmail(attribute(0x9003, properties(prop(0x1F, 0x1000, (GAS + "\0").encode("utf-16-le"))))), GAS),
        (winmail(attribute(0x9003, properties(prop(0x102, 0x1013, f"<p>{GAS}</p>".encode())))), GAS),
        (winmail(attribute(0x9006, bytes(4)), attribute(0x9003, properties(*TYPES, NUMBERED, MANY, NAMES, SAID))), GAS),
        (winmail(attribute(0x800C, b"short"), attribute(0x9003, properties(SAID))), GAS),
        (winmail(attribute(0x9003, properties(SAID)), b"\1\2\3"), GAS),
        (winmail(attribute(0x9003, properties(struct.pack("<HH", 0x77, 1), SAID))), ""),
        (winmail(attribute(0x9003, b"\xff\xff\xff\xff" + SAID)), GAS),
        (winmail(attribute(0x9003, properties(prop(0x102, 0x1009, b"rtf"))),), ""),
        (winmail(), ""),
        (b"", ""),
        (b"PK", ""),
    ],
)  # fmt: skip
def test_the_text_of_a_packed_mail(raw, text):
    assert tnef.text(raw) == text


def test_a_packed_mail_counts_where_it_says_more():
    packed = part(winmail(attribute(0x9003, properties(SAID))), "application/ms-tnef; name=winmail.dat")

    assert mailtext.said(mime.parse(parted("mixed", part(b"see"), packed))).text == GAS
    assert mailtext.said(mime.parse(parted("mixed", part((GAS + GAS).encode()), packed))).text == GAS + GAS
    alone = mail(body=winmail(attribute(0x800C, GAS.encode("gbk"))), Content_Type="application/ms-tnef")
    assert mailtext.said(mime.parse(alone)).text == GAS


@given(st.binary(max_size=200))
def test_damage_in_a_packed_mail_is_no_error(raw):
    tnef.text(tnef.SIGNATURE + raw)
    tnef.text(winmail(attribute(0x9003, raw)))
