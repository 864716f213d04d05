"""What a page usually is, what is strange in it, and when that is said."""

from dataclasses import replace
from datetime import timedelta

import pytest

from classifiers.finding import Kind
from monitor.checks import page_changed
from monitor.checks.page_changed import ENOUGH, KEPT, SKETCH, Shape, Usual, led_away, look, recalled, written
from tests.houses import T


def digests(name, count):
    return frozenset(f"{name}{n:03}" for n in range(count))


USUAL = Shape(
    title=digests("t", 8),
    steps=digests("s", 40),
    lines=digests("l", 60),
    hosts=frozenset({"script stat.example", "link news.example"}),
    length=3000,
    chinese=95,
)


def day(number):
    return (T + timedelta(days=number)).date().isoformat()


def known(shape=USUAL, days=ENOUGH):
    usual = Usual()
    for number in range(days):
        usual = look(usual, shape, T, day(number)).usual
    return usual


def seen(shape, usual=None):
    """The rules of what two looks at ``shape`` say."""
    first = look(usual or known(), shape, T, day(3))
    assert first.findings == ()
    second = look(first.usual, shape, T, day(3))
    return [found.rule for found in second.findings]


def test_nothing_is_said_before_a_page_has_been_seen_on_three_days():
    usual = known(days=ENOUGH - 1)
    assert not usual.learned
    assert look(usual, Shape(), T, day(1)).usual.learned is False  # the same day again
    assert known().learned
    assert seen(replace(USUAL, title=digests("x", 8)), known(days=ENOUGH)) == ["title_replaced"]


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        ({}, []),
        ({"title": digests("x", 9)}, ["title_replaced"]),
        ({"title": digests("t", 3)}, []),  # a part of it
        ({"title": frozenset()}, []),
        ({"steps": digests("s", 13)}, ["template_gone"]),
        ({"steps": digests("s", 14)}, []),
        ({"steps": digests("s", 40) | digests("new", 500)}, []),
        ({"lines": digests("l", 5)}, ["template_gone"]),
        ({"lines": digests("l", 6)}, []),
        ({"length": 299, "lines": frozenset()}, ["emptied"]),
        ({"length": 301}, []),
        ({"chinese": 10}, ["other_language"]),
        ({"chinese": 11}, []),
        ({"hosts": USUAL.hosts | {"script evil.example"}}, ["new_script"]),
        ({"hosts": USUAL.hosts | {"frame evil.example", "form evil.example"}}, ["new_form", "new_frame"]),
        ({"hosts": USUAL.hosts | {"away evil.example"}}, ["leads_away"]),
        ({"hosts": frozenset()}, []),
        ({"hosts": USUAL.hosts | {f"link shop{n}.example" for n in range(9)}}, []),
        ({"hosts": USUAL.hosts | {f"link shop{n}.example" for n in range(10)}}, ["new_links"]),
    ],
)
def test_what_is_strange(change, rules):
    assert sorted(seen(replace(USUAL, **change))) == rules


def test_a_page_about_which_little_is_known_is_not_judged_by_it():
    small = Shape(title=digests("t", 2), steps=digests("s", 7), lines=digests("l", 7), length=99, chinese=90)
    usual = known(small)

    assert seen(Shape(title=digests("x", 9), steps=digests("y", 90), lines=digests("z", 9), length=1), usual) == []
    assert seen(replace(small, length=500, chinese=0), usual) == []


def test_a_foreign_page_that_speaks_chinese_is_strange():
    usual = known(replace(USUAL, chinese=0))

    assert seen(replace(USUAL, chinese=60), usual) == ["other_language"]
    assert (
        seen(replace(USUAL, chinese=60, length=99, lines=USUAL.lines), known(replace(USUAL, chinese=0, length=150)))
        == []
    )


def test_a_title_that_changes_every_day_is_not_judged():
    usual = Usual()
    for number in range(ENOUGH):
        usual = look(usual, replace(USUAL, title=digests(f"d{number}", 8)), T, day(number)).usual

    assert seen(replace(USUAL, title=digests("x", 8)), usual) == []


def test_what_comes_and_goes_is_not_what_lasts():
    usual = Usual()
    for number in range(30):
        news = digests(f"news{number}-", 200)
        usual = look(usual, replace(USUAL, steps=USUAL.steps | news, lines=news), T, day(number)).usual
        assert usual.calm

    assert [*usual.days] == [day(27), day(28), day(29)]


def test_a_page_may_drift_into_another():
    usual, shape = known(), USUAL
    for number in range(3, 60):
        steps = [*sorted(shape.steps)[1:], f"z{number:03}"]
        shape = replace(shape, steps=frozenset(steps))
        looked = look(usual, shape, T, day(number))
        usual = looked.usual
        assert looked.findings == ()

    assert not shape.steps & USUAL.steps
    assert usual.calm


def test_a_full_sketch_says_nothing_of_what_lies_beyond_it():
    large = replace(USUAL, steps=frozenset(f"{n:05}" for n in range(0, 2 * SKETCH, 2)))
    crowded = replace(large, steps=frozenset(f"{n:05}" for n in range(SKETCH)))

    assert seen(crowded, known(large)) == []


def test_it_is_told_once_and_closes_after_two_calm_looks():
    strange = replace(USUAL, title=digests("x", 9))
    first = look(known(), strange, T, day(3))
    assert (first.findings, first.again, first.back) == ((), True, False)
    second = look(first.usual, strange, T, day(3))
    assert [(found.kind, found.rule, found.score) for found in second.findings] == [
        (Kind.PAGE_CHANGED, "title_replaced", 0.8)
    ]
    assert second.again is False
    third = look(second.usual, strange, T, day(4))
    assert (third.findings, third.again) == ((), False)
    assert third.usual.days == known().days  # nothing is learned of it

    calm = look(third.usual, USUAL, T, day(4))
    assert (calm.again, calm.back) == (True, False)
    back = look(calm.usual, USUAL, T, day(4))
    assert (back.again, back.back, back.usual.calm) == (False, True, True)

    again = look(look(back.usual, strange, T + timedelta(1), day(5)).usual, strange, T + timedelta(1), day(5))
    assert again.findings[0].match != second.findings[0].match


def test_a_moment_of_strangeness_is_forgotten():
    strange = look(known(), replace(USUAL, title=digests("x", 9)), T, day(3))
    after = look(strange.usual, USUAL, T, day(3))

    assert (after.usual.calm, after.back, after.again) == (True, False, False)


def test_more_that_becomes_strange_is_told_as_well_but_not_for_ever():
    shape, usual, rules = USUAL, known(), []
    for number in range(12):
        shape = replace(shape, hosts=shape.hosts | {f"script evil{number}.example"})
        looked = look(usual, shape, T, day(3))
        usual, rules = looked.usual, rules + [found.excerpt for found in looked.findings]

    assert rules == ["evil0[.]example", "evil1[.]example", "evil2[.]example"]
    looked = look(usual, replace(shape, title=digests("x", 9)), T, day(3))
    assert looked.again
    assert [found.rule for found in look(looked.usual, replace(shape, title=digests("x", 9)), T, day(3)).findings] == [
        "title_replaced"
    ]


def test_what_a_person_has_closed_is_right_from_then_on():
    strange = replace(USUAL, title=digests("x", 9), steps=digests("y", 50), hosts=frozenset({"script new.example"}))
    said = look(look(known(), strange, T, day(3)).usual, strange, T, day(3)).usual
    after = look(said, strange, T, day(4), closed=True)

    assert after.usual.calm
    assert after.usual.learned
    assert [*after.usual.days.values()] == [strange]
    assert look(after.usual, strange, T, day(5)).usual.calm
    other = replace(USUAL, title=digests("o", 9), steps=digests("o", 50))
    assert seen(other, after.usual) == ["template_gone", "title_replaced"]
    assert look(known(), USUAL, T, day(3), closed=True).usual.calm  # nothing had been said


def test_who_closes_it_before_the_page_is_restored_is_not_told_of_the_restoration():
    strange = replace(USUAL, steps=digests("y", 50))
    said = look(look(known(), strange, T, day(3)).usual, strange, T, day(3)).usual
    closed = look(said, strange, T, day(3), closed=True).usual
    restored = look(closed, USUAL, T, day(4))
    assert (restored.usual.calm, restored.again, [*restored.usual.days.values()]) == (True, False, [USUAL] * 3)

    usual = look(closed, strange, T, day(4)).usual
    usual = look(usual, strange, T, day(5)).usual  # three days: it is what it is
    assert usual.before == {}
    assert seen(USUAL, usual) == ["template_gone"]


def test_links_that_say_something_new_are_noticed_by_two_and_more():
    first = replace(USUAL, heads=digests("h", 20))
    usual = known(first)
    assert usual.renewed == ""
    one = look(usual, replace(first, heads=first.heads | {"weather"}), T, day(3)).usual
    assert one.renewed == ""
    two = look(one, replace(first, heads=first.heads | {"news0", "news1"}), T, day(3)).usual
    assert two.renewed == T.isoformat()
    later = look(two, replace(first, heads=first.heads | {"news0", "news1"}), T + timedelta(1), day(4)).usual
    assert later.renewed == T.isoformat()
    full = known(replace(first, heads=digests("h", SKETCH)))
    assert look(full, replace(first, heads=digests("h", SKETCH) | {"x1", "x2", "x3"}), T, day(3)).usual.renewed == ""


def test_visitors_who_are_sent_away_are_said_of_after_the_second_time():
    assert led_away(Usual(), "evil.example", T).usual == Usual()
    first = led_away(known(), "evil.example", T)
    second = led_away(first.usual, "other.example", T)
    assert (first.findings, first.again) == ((), True)
    assert [(found.rule, found.excerpt) for found in second.findings] == [("leads_away", "other[.]example")]


def test_hosts_are_remembered_but_not_all_for_ever():
    usual = known()
    for number in range(3, 90):
        hosts = USUAL.hosts | {f"link site{number}-{n}.example" for n in range(9)}
        usual = look(usual, replace(USUAL, hosts=hosts), T, day(number)).usual

    assert len(usual.known) == KEPT
    assert usual.known["script stat.example"] == day(89)
    assert "link site3-0.example" not in usual.known


def test_what_a_page_needs_is_not_forgotten_for_all_it_links_to():
    needed = frozenset(f"script cdn{n}.example" for n in range(50))
    shape = replace(USUAL, hosts=needed | {f"link site{n}.example" for n in range(2 * KEPT)})
    usual = known(shape)

    assert len(usual.known) == KEPT
    assert needed <= usual.known.keys()


def test_what_is_written_is_recalled():
    said = look(look(known(), Shape(), T, day(3)).usual, Shape(), T, day(3)).usual
    for usual in (Usual(), known(), said):
        assert recalled(written(usual)) == usual
    assert recalled("") == Usual()
    assert recalled('{"version":0,"days":{}}') == Usual()
    closed = look(said, Shape(), T, day(4), closed=True).usual
    assert closed.before
    assert recalled(written(closed)) == closed
    assert "\u4e00" not in written(said)


def test_titles_of_nothing_are_unlike():
    assert page_changed.likeness(frozenset(), frozenset()) == 0
