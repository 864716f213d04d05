"""The audit chain: any single change of an entry or a row shows, and what was erased on purpose does not."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor import chain
from monitor.chain import SHOWN, Entry, Fault, Flaw, Head, Promise, Row, Walk, What

KEY = b"k" * 32
T = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
WRITTEN = [
    Promise(What.TRANSITION, 1, (7, T, "opened", "system"), ("hazard",)),
    Promise(What.INTENT, 1, ("record:7:0:duty", 7, "duty", False), ("duty@agency.example", "subject")),
    Promise(What.ATTEMPT, 1, (1, T, None, T + timedelta(seconds=1), "refused"), ("554",), "pending"),
    Promise(What.REWRITTEN, 1, ("record:7:0:duty", 7, "duty", True), ("duty@agency.example", "bare")),
    Promise(What.TRANSITION, 2, (7, T, "acknowledged", "duty"), ("",)),
]


def made(written=WRITTEN):
    entries, last = [], Head(0, "")
    for number, each in enumerate(written):
        entry = chain.forged(KEY, last, each, f"salt{number}")
        last = Head(entry.place, entry.link)
        entries.append(entry)
    return entries


def rows(written=WRITTEN):
    return {(chain.kind(each.what), each.row): Row(each.said, each.text) for each in written}


def wrong(entries, found=None, *, heads=(), allowed=0, last=None, walk=None):
    along = walk or Walk(KEY, chain.heads(heads), allowed)
    replaced = {entry.place for entry in entries if entry.what is What.INTENT}
    last = {entry.place for entry in entries} - replaced if last is None else last
    return [*along.along(entries, rows() if found is None else found, last), *along.ended()]


def faults(*given, **more):
    return [flaw.fault for flaw in wrong(*given, **more)]


def test_what_nobody_touched_is_whole():
    entries = made()

    assert wrong(entries) == []
    assert [entry.place for entry in entries] == [1, 2, 3, 4, 5]
    assert len({entry.link for entry in entries}) == 5


def test_it_is_walked_in_parts():
    entries, walk = made(), Walk(KEY, {})

    assert wrong(entries[:2], walk=walk) == wrong(entries[2:], walk=walk) == []
    assert (walk.count, walk.link) == (5, entries[-1].link)


@pytest.mark.parametrize("field", Entry.__slots__)
@pytest.mark.parametrize("place", range(5))
def test_a_change_of_any_entry_shows(place, field):
    entries = made()
    old = entries[place]
    changed = {
        "place": 9,
        "what": What.ATTEMPT if old.what is not What.ATTEMPT else What.TRANSITION,
        "row": 77,
        "state": "sent",
        "salt": "",
    }.get(field, "f" * 64)
    values = {name: getattr(old, name) for name in Entry.__slots__} | {field: changed}
    entries[place] = Entry(**values)
    replaced = field == "salt" and old.what is What.INTENT  # its text is looked at no more

    assert (wrong(entries) == []) is replaced


@pytest.mark.parametrize("key", rows())
@pytest.mark.parametrize("part", ["said", "text"])
def test_a_change_of_any_row_shows(key, part):
    found = rows()
    old = found[key]
    found[key] = (
        Row((*old.said[:-1], "other"), old.text) if part == "said" else Row(old.said, (*old.text[:-1], "other"))
    )

    assert faults(made(), found) == [Fault.CHANGED]


@pytest.mark.parametrize("key", rows())
def test_a_row_that_is_gone_shows(key):
    found = rows()
    del found[key]

    assert set(faults(made(), found)) == {Fault.MISSING}


@pytest.mark.parametrize("place", range(4))
def test_an_entry_that_is_gone_or_moved_shows(place):
    entries = made()
    swapped = [*entries]
    swapped[place], swapped[place + 1] = swapped[place + 1], swapped[place]

    assert Fault.BROKEN in faults(entries[:place] + entries[place + 1 :])
    assert Fault.BROKEN in faults(swapped)


def test_without_the_key_nobody_makes_one_anew():
    last, forged = Head(0, ""), []
    for each in WRITTEN:
        entry = chain.forged(b"another key", last, each, "salt")
        last = Head(entry.place, entry.link)
        forged.append(entry)

    assert set(faults(forged)) == {Fault.BROKEN, Fault.CHANGED}


def test_a_cut_end_shows_only_against_a_head():
    entries = made()
    head = Head(5, entries[-1].link)

    assert wrong(entries[:3]) == []
    assert faults(entries[:3], heads=[head]) == [Fault.CUT]
    assert wrong(entries, heads=[head, chain.parse(str(head)), Head(2, entries[1].link)]) == []
    assert wrong(entries, heads=[Head(2, "f" * SHOWN)]) == [Flaw(Fault.CUT, What.INTENT, 1, 2)]


def erased(place):
    old = made()[place]
    return Entry(old.place, old.what, old.row, old.state, old.digest, "", old.text_digest, old.link)


def test_a_text_erased_on_purpose_is_counted():
    entries, found, walk = made(), rows(), Walk(KEY, {}, 1)
    entries[0] = erased(0)
    found["transition", 1] = Row(found["transition", 1].said, ("",))

    assert wrong(entries, found, walk=walk) == []
    assert walk.erased == 1


def test_a_text_erased_by_hand_shows():
    entries, found = made(), rows()
    entries[0] = erased(0)
    assert faults(entries, found, allowed=1) == [Fault.CHANGED]

    found["transition", 1] = Row(found["transition", 1].said, ("",))
    assert faults(entries, found) == [Fault.WIPED]


def test_erasing_stands_in_the_chain_itself():
    entries = made([*WRITTEN, Promise(What.ERASED, 3, (), ())])

    assert wrong(entries) == []


def test_a_promise_holds_only_what_can_be_written():
    with pytest.raises(TypeError, match="bytes"):
        chain.forged(KEY, Head(0, ""), Promise(What.TRANSITION, 1, (b"raw",), ()), "salt")


@pytest.mark.parametrize(
    "written", ["", "5", "x:0123456789abcdef", "5:0123", "5:0123456789ABCDEF", "-5:0123456789abcdef"]
)
def test_what_is_no_head_is_refused(written):
    with pytest.raises(ValueError, match=written or "^$"):
        chain.parse(written)
