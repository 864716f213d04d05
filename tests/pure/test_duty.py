"""Who holds a duty, and why: rosters, absences, deputies of deputies, and nobody."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import duty
from monitor.duty import Absence, Change, Gap, Hop, Plan, Reach, Shift, Way, Why
from monitor.model import Contact

T = datetime(2026, 11, 27, 0, 30, tzinfo=UTC)  # 08:30 in Shanghai
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NAMES = ("a", "b", "c", "d")


def contact(name, deputy="", mail=None):
    return Contact(
        name=name, title=name.upper(), mail=f"{name}@agency.example" if mail is None else mail, deputy=deputy
    )


def contacts(*some):
    return {each.name: each for each in some}


def shift(person, start, end, of="duty"):
    return Shift(duty=of, person=person, start=T + start * HOUR, end=T + end * HOUR)


def away(name, start, end, deputy="", number=0):
    return Absence(contact=name, start=T + start * HOUR, end=T + end * HOUR, deputy=deputy, id=number)


PEOPLE = contacts(contact("a", "b"), contact("b", "c"), contact("c"), contact("duty", "c", mail=""))


def told(plan, name, at=0):
    return [each.contact.name for each in plan.people((name,), T + at * HOUR)]


def whys(plan, name, at=0):
    return [[(hop.contact, hop.why) for hop in way.hops] for way in plan.ways(name, T + at * HOUR)]


def test_who_is_there_is_told():
    assert whys(Plan(contacts=PEOPLE), "a") == [[("a", Why.HOLDS)]]


def test_who_is_away_has_a_deputy_and_that_one_another():
    plan = Plan(contacts=PEOPLE, absences=[away("a", -1, 8), away("b", 0, 2)])

    assert whys(plan, "a") == [[("a", Why.AWAY), ("b", Why.AWAY), ("c", Why.HOLDS)]]
    assert plan.ways("a", T)[0].hops[1] == Hop("b", Why.AWAY, T + 2 * HOUR)
    assert told(plan, "a", 2) == ["b"]
    assert told(plan, "a", 8) == ["a"]  # half-open
    assert told(plan, "a", -1.5) == ["a"]


def test_an_absence_may_name_another_deputy():
    plan = Plan(contacts=PEOPLE, absences=[away("a", 0, 8, "c", 1), away("a", 0, 9, number=2)])

    assert told(plan, "a") == ["c"]
    assert plan.ways("a", T)[0].hops[0].until == T + 9 * HOUR
    assert told(plan, "a", 8) == ["b"]


def test_nobody_stands_on_a_way_twice():
    plan = Plan(contacts=PEOPLE, absences=[away("a", 0, 8), away("b", 0, 8), away("c", 0, 8, "a")])

    assert whys(plan, "a")[0][-1] == ("a", Why.AGAIN)
    assert told(plan, "a") == []
    assert plan.missing(("a", "a", "duty"), T) == ("a", "duty")


def test_a_roster_says_who_holds_a_duty_and_a_night_goes_past_midnight():
    plan = Plan(contacts=PEOPLE, shifts=[shift("a", 0, 9), shift("b", 9, 24), shift("a", 9, 10, "other")])

    assert told(plan, "duty") == ["a"]
    assert told(plan, "duty", 9) == ["b"]
    assert told(plan, "duty", 23.9) == ["b"]  # 08:24 on the next day
    assert plan.ways("duty", T)[0].hops[0] == Hop("duty", Why.SHIFT, T + 9 * HOUR)


def test_without_a_shift_the_deputy_of_the_duty_is_told_and_without_one_nobody():
    bare = PEOPLE | contacts(contact("duty", mail=""))

    assert whys(Plan(contacts=PEOPLE), "duty") == [[("duty", Why.NO_SHIFT), ("c", Why.HOLDS)]]
    assert whys(Plan(contacts=bare), "duty") == [[("duty", Why.NO_SHIFT)]]
    assert whys(Plan(contacts=bare, shifts=[shift("a", 0, 9)], absences=[away("duty", 0, 1)]), "duty") == [
        [("duty", Why.AWAY)]
    ]


def test_several_may_hold_a_shift_together_and_each_is_told_once():
    plan = Plan(
        contacts=PEOPLE, shifts=[shift("a", 0, 9), shift("b", 0, 9), shift("b", 1, 9)], absences=[away("a", 0, 1)]
    )

    (person,) = plan.people(("duty", "b"), T)
    assert (person.contact.name, [way.asked for way in person.ways]) == ("b", ["duty", "duty", "b"])
    assert told(plan, "duty", 1) == ["a", "b"]


def test_whom_nobody_knows_is_gone():
    plan = Plan(contacts=PEOPLE, shifts=[shift("left", 0, 9)])

    assert whys(plan, "duty") == [[("duty", Why.SHIFT), ("left", Why.GONE)]]
    assert plan.next_after("left", T) == ()


def test_who_is_silent_has_a_deputy_who_must_be_there():
    plan = Plan(contacts=PEOPLE, absences=[away("b", 0, 8)])

    assert plan.next_after("a", T) == (
        Way((Hop("a", Why.SILENT), Hop("b", Why.AWAY, T + 8 * HOUR), Hop("c", Why.HOLDS))),
    )
    assert plan.next_after("c", T) == ()
    assert plan.next_after("a", T, Why.GONE)[0].hops[0].why is Why.GONE
    assert plan.anyway("a").contact.name == "a"
    assert plan.anyway("a").ways[0].person == "a"


def test_gaps_are_what_nobody_holds_in_the_time_asked_about():
    bare = contacts(contact("a"), contact("b"), contact("duty", mail=""))
    plan = Plan(
        contacts=bare,
        shifts=[shift("a", -5, 2), shift("b", 4, 6), shift("a", 6, 9)],
        absences=[away("b", 5, 30)],
    )

    assert plan.gaps(("duty", "a"), T, T + 10 * HOUR) == [
        Gap("duty", T + 2 * HOUR, T + 4 * HOUR),
        Gap("duty", T + 5 * HOUR, T + 6 * HOUR),
        Gap("duty", T + 9 * HOUR, T + 10 * HOUR),
    ]
    assert plan.gaps(("b",), T, T + 10 * HOUR) == [Gap("b", T + 5 * HOUR, T + 10 * HOUR)]
    assert plan.gaps(("b",), T + 5 * HOUR, T + 7 * HOUR) == [Gap("b", T + 5 * HOUR, T + 7 * HOUR)]  # joined


def test_a_change_is_one_of_people():
    plan = Plan(contacts=PEOPLE, shifts=[shift("a", 0, 9), shift("a", 9, 24), shift("b", 24, 33), shift("c", 26, 28)])

    assert plan.change("duty", T - HOUR) is None
    assert plan.change("duty", T + 10 * HOUR) == Change("duty", T, ("a",), (), T + 24 * HOUR, ("b",))
    assert plan.change("duty", T + 24 * HOUR) == Change("duty", T + DAY, ("b",), ("a",), T + 26 * HOUR, ("b", "c"))
    assert plan.change("duty", T + 40 * HOUR) == Change("duty", T + 33 * HOUR, (), ("b",))
    assert plan.change("other", T) is None


def test_circles_of_deputies_are_found_once():
    assert duty.circles(PEOPLE) == []
    assert duty.circles(contacts(contact("a", "a"), contact("d", "b"), contact("b", "c"), contact("c", "b"))) == [
        ("a",),
        ("b", "c"),
    ]
    assert duty.circles(contacts(contact("a", "nobody"))) == []
    assert duty.on_roster(PEOPLE) == ("duty",)


def test_a_new_roster_replaces_its_span_and_cuts_at_the_edges():
    old = [shift("a", 0, 24), shift("b", 24, 48), shift("c", 48, 90), shift("a", 0, 90, "other")]
    new = [shift("b", 12, 20), shift("a", 40, 60)]

    assert duty.kept(old, new) == [shift("a", 0, 12), shift("c", 60, 90), shift("a", 0, 90, "other")]
    assert duty.kept([shift("a", 0, 90)], new) == [shift("a", 0, 12), shift("a", 60, 90)]


@given(
    old=st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 50), st.integers(1, 30)), max_size=8),
    new=st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 50), st.integers(1, 30)), min_size=1, max_size=4),
    at=st.integers(-1, 90),
)
def test_outside_of_the_new_span_everything_stays_and_inside_only_the_new_holds(old, new, at):
    before = [shift(name, start, start + length) for name, start, length in old]
    fresh = [shift(name, start, start + length) for name, start, length in new]
    moment = T + at * HOUR
    after = Plan(contacts={}, shifts=[*duty.kept(before, fresh), *fresh]).holders("duty", moment)
    inside = min(each.start for each in fresh) <= moment < max(each.end for each in fresh)

    assert {*after} == {*Plan(contacts={}, shifts=fresh if inside else before).holders("duty", moment)}


@pytest.mark.parametrize(
    ("confirmed", "asked", "unsure"),
    [(89, None, False), (90, None, True), (200, 8, True), (200, 7, True), (200, 6, False), (1, 100, False)],
)
def test_a_contact_is_asked_after_ninety_days_and_then_weekly(confirmed, asked, unsure):
    reach = Reach("a", "a@agency.example", T - confirmed * DAY, None if asked is None else T - asked * DAY)

    assert duty.unsure(reach, T, 90 * DAY, 7 * DAY) is unsure


@given(
    deputies=st.lists(st.sampled_from(("", *NAMES)), min_size=4, max_size=4),
    gone=st.sets(st.sampled_from(NAMES)),
    other=st.lists(st.sampled_from(("", *NAMES)), min_size=4, max_size=4),
)
def test_whatever_stands_in_for_whom_a_way_ends_and_leads_to_somebody_who_is_there(deputies, gone, other):
    people = contacts(*(contact(name, deputy) for name, deputy in zip(NAMES, deputies, strict=True)))
    absences = [away(name, 0, 1, deputy) for name, deputy in zip(NAMES, other, strict=True) if name in gone]
    plan = Plan(contacts=people, absences=absences)

    for name in NAMES:
        (way,) = plan.ways(name, T)
        assert len(way.hops) <= len(NAMES) + 1
        assert way.person not in gone
        assert way.person or name in gone


def test_two_who_stand_in_for_each_other_end_with_nobody():
    pair = contacts(contact("a", "b"), contact("b", "a"))

    assert told(Plan(contacts=pair, absences=[away("a", 0, 1)]), "a") == ["b"]
    assert told(Plan(contacts=pair, absences=[away("a", 0, 1), away("b", 0, 1)]), "a") == []
