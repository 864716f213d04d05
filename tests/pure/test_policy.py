"""What is due, as a function of values and time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.finding import Kind
from monitor import policy
from monitor.model import Escalation, Message, Notification, Outcome, Policy, Reason, Severity, State, Step
from monitor.policy import Verdict
from tests.pure.days import CALENDAR

T = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
POLICY = Policy(
    kind=Kind.PERSONAL_DATA,
    severity=Severity.SERIOUS,
    owner="duty",
    threshold=0.5,
    deadline=timedelta(hours=4),
    steps=(Step(timedelta(0), ("duty",)), Step(15 * MINUTE, ("deputy", "duty")), Step(30 * MINUTE, ("leader",))),
    repeat=timedelta(hours=12),
)


def due_of(record, policy_, now):
    return policy.due(record, policy_, now, CALENDAR)


def record(**values):
    usual = {
        "id": 1,
        "number": "2026-0001",
        "kind": Kind.PERSONAL_DATA,
        "severity": Severity.SERIOUS,
        "state": State.OPEN,
        "platform": "website",
        "item": 1,
        "subject": "",
        "locator": "",
        "owner": "duty",
        "opened_at": T,
        "deadline": T + POLICY.deadline,
        "next_step_at": T,
    }
    return Escalation(**(usual | values))


@pytest.mark.parametrize(
    ("best", "open_record", "rules", "verdict"),
    [
        (0.9, None, POLICY, Verdict.OPENED),
        (0.5, None, POLICY, Verdict.OPENED),
        (0.9, record(), POLICY, Verdict.JOINED),
        (0.49, None, POLICY, Verdict.BELOW_THRESHOLD),
        (0.49, record(), POLICY, Verdict.BELOW_THRESHOLD),
        (None, record(), POLICY, Verdict.DISMISSED_BEFORE),
        (0.9, None, None, Verdict.NO_POLICY),
    ],
)
def test_a_matter_gets_a_verdict_with_its_reason(best, open_record, rules, verdict):
    assert verdict == policy.judge(best, open_record, rules)


def test_the_first_step_is_told_at_once():
    due = due_of(record(), POLICY, T)

    assert (due.reason, due.tell, due.step, due.next_step_at) == (Reason.OPENED, ("duty",), 1, T + 15 * MINUTE)
    assert due.next_tell == ("deputy", "duty")


def test_nothing_is_due_before_its_time():
    assert due_of(record(step=1, next_step_at=T + 15 * MINUTE), POLICY, T + 14 * MINUTE) is None


def test_steps_missed_while_nobody_ran_are_told_in_one_go_each_contact_once():
    due = due_of(record(overdue=True), POLICY, T + timedelta(days=3))

    assert (due.tell, due.step) == (("duty", "deputy", "leader"), 3)
    assert T + timedelta(days=3, hours=12) == due.next_step_at
    assert due.next_tell == ("leader",)


def test_the_deadline_missed_as_well_makes_one_mail_not_two():
    due = due_of(record(deadline=T + MINUTE, owner="chief"), POLICY, T + timedelta(days=3))

    assert (due.reason, due.tell, due.step) == (Reason.OVERDUE, ("duty", "deputy", "leader", "chief"), 3)
    assert due.overdue


def test_the_last_step_repeats_until_somebody_acts():
    later = T + timedelta(hours=13)
    due = due_of(record(step=3, next_step_at=later, overdue=True), POLICY, later)

    assert (Reason.REPEAT, ("leader",), 4, later + POLICY.repeat) == (due.reason, due.tell, due.step, due.next_step_at)


def test_an_undelivered_message_brings_the_next_step_forward():
    due = due_of(record(step=1, next_step_at=T + MINUTE), POLICY, T + MINUTE)

    assert (due.reason, due.tell, due.step) == (Reason.UNDELIVERED, ("deputy", "duty"), 2)
    assert due.next_step_at == T + 30 * MINUTE


def test_acknowledging_stops_the_steps_but_not_the_deadline():
    taken = record(state=State.ACKNOWLEDGED, step=1, next_step_at=None)

    assert due_of(taken, POLICY, T + 30 * MINUTE) is None
    late = due_of(taken, POLICY, T + POLICY.deadline)
    assert (late.reason, late.tell, late.overdue) == (Reason.OVERDUE, ("duty",), True)


def test_the_passing_of_the_deadline_is_told_once():
    late = record(state=State.ACKNOWLEDGED, overdue=True, next_step_at=None)

    assert due_of(late, POLICY, T + timedelta(days=9)) is None


@pytest.mark.parametrize("state", [State.RESOLVED, State.DISMISSED])
def test_a_closed_record_tells_nobody(state):
    assert due_of(record(state=state), POLICY, T + timedelta(days=9)) is None


def test_a_policy_shortened_in_mid_run_repeats_its_last_step():
    due = due_of(record(step=7, next_step_at=T), POLICY, T)

    assert (due.reason, due.tell, due.step) == (Reason.REPEAT, ("leader",), 8)


def test_a_policy_lengthened_in_mid_run_goes_on_where_the_record_stands():
    longer = replace(POLICY, steps=(*POLICY.steps, Step(60 * MINUTE, ("head",))))
    due = due_of(record(step=3, next_step_at=T + 45 * MINUTE), longer, T + 45 * MINUTE)

    assert (due.reason, due.tell, due.step) == (Reason.UNDELIVERED, ("head",), 4)
    assert due_of(record(step=3, next_step_at=T + 60 * MINUTE), longer, T + 60 * MINUTE).reason is Reason.STEP


def test_a_policy_made_quicker_in_mid_run_tells_at_the_next_step_all_that_is_due_by_then():
    quick = replace(POLICY, steps=tuple(replace(step, after=step.after / 5) for step in POLICY.steps))
    due = due_of(record(step=1, next_step_at=T + 15 * MINUTE), quick, T + 15 * MINUTE)

    assert (due.reason, due.tell, due.step) == (Reason.STEP, ("deputy", "duty", "leader"), 3)


def test_a_policy_with_other_people_tells_those_of_today():
    others = replace(POLICY, steps=(POLICY.steps[0], Step(15 * MINUTE, ("night",))), owner="night")
    due = due_of(record(step=1, next_step_at=T + 15 * MINUTE), others, T + 15 * MINUTE)

    assert (due.tell, due.step, due.next_tell) == (("night",), 2, ("night",))


def test_whom_a_new_policy_leaves_out_is_told_and_its_next_step_comes_in_its_time():
    def overtaken(step, next_step_at, reached=("deputy",)):
        waits = record(step=step, next_step_at=next_step_at)
        return policy.overtaken(waits, POLICY, reached, T + 20 * MINUTE, CALENDAR)

    beyond = overtaken(5, T + 60 * MINUTE)
    assert (beyond.tell, beyond.step, beyond.next_step_at) == (("duty", "leader"), 5, T + 60 * MINUTE)
    assert beyond.next_tell == ("leader",)
    sooner = overtaken(2, T + 60 * MINUTE, ("deputy", "duty"))
    assert (sooner.tell, sooner.next_step_at, sooner.next_tell) == ((), T + 30 * MINUTE, ("leader",))
    assert overtaken(2, T + 25 * MINUTE).next_step_at == T + 25 * MINUTE
    assert overtaken(1, T + 60 * MINUTE).next_step_at == T + 20 * MINUTE


def test_whoever_owns_or_stands_above_is_reminded_of_all_that_is_overdue_once():
    late = [record(id=n, deadline=T - n * MINUTE, overdue=True, owner="duty" if n % 2 else "deputy") for n in range(7)]
    chased = {each.contact: each for each in policy.chased(late, {Kind.PERSONAL_DATA: POLICY}, 3, lambda name: (name,))}

    assert {name: each.count for name, each in chased.items()} == {"deputy": 4, "duty": 3, "leader": 7}
    assert [each.id for each in chased["leader"].records] == [0, 1, 2]
    assert chased["leader"].since == T - 6 * MINUTE
    assert policy.chased([], {}, 3, lambda name: (name,)) == []


@given(
    step=st.integers(0, 5),
    minutes=st.integers(0, 10_000),
    state=st.sampled_from([State.OPEN, State.ACKNOWLEDGED]),
    overdue=st.booleans(),
)
def test_an_open_record_always_has_a_next_moment(step, minutes, state, overdue):
    now = T + minutes * MINUTE
    due = due_of(record(step=step, state=state, overdue=overdue), POLICY, now)

    if state is State.OPEN:
        assert due is not None
        assert due.next_step_at is not None
        assert due.next_step_at >= now
        assert due.step > step or due.overdue


def test_people_in_danger_come_first():
    order = [
        record(kind=Kind.CRISIS, severity=Severity.ORDINARY),
        record(severity=Severity.SERIOUS),
        record(severity=Severity.ORDINARY),
    ]

    assert [policy.priority(each) for each in order] == [-1, 1, 2]


NOTIFICATION = Notification(
    id=1,
    key="record:1:1:duty",
    contact="duty",
    address="duty@agency.example",
    language="zh",
    message=Message("s", "t", "h"),
    message_id="<1@huiyin.invalid>",
    attempts=1,
    created_at=T,
)


def settled(outcome, *, now=T, urgent=False, content=False, **values):
    tried = policy.Tried(outcome=outcome, content=content)
    return policy.settled(tried, replace(NOTIFICATION, **values), now, urgent=urgent)


@pytest.mark.parametrize("outcome", [Outcome.SENT, Outcome.LAPSED])
def test_sent_and_needless_are_the_end(outcome):
    assert settled(outcome) == policy.Settled(state=outcome, next_attempt_at=T)


def test_refused_tells_the_next_contact():
    assert settled(Outcome.REFUSED) == policy.Settled(state=Outcome.REFUSED, next_attempt_at=T, undelivered=True)


def test_a_refused_text_is_tried_once_more_bare_and_at_once():
    first, second = (settled(Outcome.REFUSED, content=True, bare=bare) for bare in (False, True))

    assert first == policy.Settled(state=Outcome.PENDING, next_attempt_at=T, bare=True)
    assert second == policy.Settled(state=Outcome.REFUSED, next_attempt_at=T, undelivered=True)


@pytest.mark.parametrize(("urgent", "longest"), [(False, 30), (True, 5)])
def test_not_now_is_tried_again_with_doubling_waits_that_are_short_where_people_may_be_hurt(urgent, longest):
    tries = [settled(Outcome.PENDING, attempts=attempts, urgent=urgent) for attempts in (1, 2, 3, 9, 10_000)]

    assert [each.next_attempt_at - T for each in tries] == [n * MINUTE for n in (1, 2, 4, longest, longest)]


def test_a_mail_server_may_be_down_over_a_long_weekend():
    after = settled(Outcome.PENDING, attempts=200, now=T + timedelta(hours=110))

    assert (after.state, after.undelivered) == (Outcome.PENDING, False)


def test_nobody_is_tried_for_longer_than_five_days():
    after = settled(Outcome.PENDING, attempts=250, now=T + timedelta(days=5))

    assert (after.state, after.undelivered) == (Outcome.REFUSED, True)
    assert settled(Outcome.PENDING, now=T + timedelta(days=5), created_at=None).state is Outcome.PENDING


@pytest.mark.parametrize(("before", "state"), [(0, Outcome.PENDING), (1, Outcome.UNKNOWN)])
def test_two_unknowns_count_as_not_delivered(before, state):
    after = settled(Outcome.UNKNOWN, unknowns=before)

    assert (after.state, after.undelivered) == (state, before == 1)


@pytest.mark.parametrize(
    ("kind", "severity", "rings"),
    [
        (Kind.HAZARD, Severity.ORDINARY, True),
        (Kind.CRISIS, Severity.URGENT, True),
        (Kind.SOURCE_BROKEN, Severity.URGENT, True),
        (Kind.PERSONAL_DATA, Severity.SERIOUS, False),
    ],
)
def test_telephones_ring_for_people_in_danger_and_for_what_is_urgent(kind, severity, rings):
    assert policy.rings(record(kind=kind, severity=severity)) is rings


@pytest.mark.parametrize(
    ("hours", "new"), [(None, True), (-1, False), (-20, True), (0, False), (20, False), (25, True)]
)
def test_a_day_is_new_once_also_for_clocks_that_jump(hours, new):
    last = None if hours is None else T + timedelta(hours=hours)  # T is 09:00 in Shanghai

    assert policy.is_new_day(last, T, ZoneInfo("Asia/Shanghai")) is new


@pytest.mark.parametrize(
    ("best", "open_record", "verdict"),
    [(0.9, None, Verdict.BASELINE), (0.9, record(), Verdict.JOINED), (0.4, None, Verdict.BELOW_THRESHOLD)],
)
def test_what_stood_there_at_first_contact_opens_nothing_but_joins(best, open_record, verdict):
    assert verdict == policy.judge(best, open_record, POLICY, old=True)


def test_before_going_live_nobody_above_the_duty_officer_is_told():
    late = record(deadline=T + 20 * MINUTE)
    everybody = due_of(late, POLICY, T + 40 * MINUTE)

    held = policy.held_back(everybody, POLICY)

    assert {"duty", "deputy", "leader"} == {*everybody.tell}
    assert held.tell == ("duty",)
    assert (held.step, held.next_step_at, held.overdue) == (everybody.step, everybody.next_step_at, True)


def manned(there, *, step=0, now=T, **values):
    one = record(step=step, next_step_at=now, **values)
    due = due_of(one, POLICY, now)
    assert due is not None
    return policy.manned(due, one, POLICY, (now, CALENDAR), lambda name: name in there)


def test_a_step_with_somebody_is_taken_as_it_is():
    due, skipped = manned({"duty"})

    assert (due.reason, due.tell, due.step, skipped) == (Reason.OPENED, ("duty",), 1, ())
    assert manned({"deputy"}, step=1, now=T + 15 * MINUTE)[0].tell == ("deputy", "duty")


def test_an_empty_step_is_skipped_at_once_and_what_comes_next_keeps_its_time():
    due, skipped = manned({"deputy"})

    assert (due.reason, due.tell, due.step) == (Reason.OPENED, ("deputy", "duty"), 2)
    assert due.next_step_at == T + 30 * MINUTE
    assert [each.tell for each in skipped] == [("duty",)]
    assert [each.tell for each in manned({"leader"})[1]] == [("duty",), ("deputy", "duty")]


def test_where_every_step_is_empty_nobody_is_told_and_it_is_tried_again():
    due, skipped = manned(set())

    assert (due.tell, due.step, due.next_step_at) == ((), 3, T + POLICY.repeat)
    assert len(skipped) == 3
    again, skipped = manned(set(), step=3, now=T + POLICY.repeat)
    assert (again.tell, again.step, len(skipped)) == ((), 4, 1)


def test_a_deadline_that_passes_skips_no_step_of_what_somebody_has_taken_on():
    late = T + 5 * 60 * MINUTE
    due, skipped = manned(set(), now=late, state=State.ACKNOWLEDGED)

    assert (due.tell, skipped) == (("duty",), ())


def test_everybody_whom_a_policy_names_is_named_once():
    assert policy.named(POLICY) == ("duty", "deputy", "leader")


def test_who_owned_a_record_before_it_was_handed_on_is_told_no_more():
    rules = Policy(
        kind=Kind.REPLY_OVERDUE,
        severity=Severity.ORDINARY,
        owner="a",
        threshold=0.5,
        deadline=timedelta(days=1),
        steps=(Step(timedelta(0), ("a",)), Step(timedelta(hours=1), ("a", "b")), Step(timedelta(hours=2), ("boss",))),
        repeat=timedelta(days=1),
    )
    due = policy.Due(
        reason=Reason.STEP, tell=("a", "b", "boss"), step=2, next_step_at=None, overdue=False, next_tell=("boss", "a")
    )
    handed = record(kind=Kind.REPLY_OVERDUE, owner="c")

    found = policy.redirected(due, handed, rules, {"a", "boss"})
    assert (found.tell, found.next_tell) == (("c", "b", "boss"), ("boss", "c"))
    assert policy.redirected(due, handed, rules, set()) == due
    assert policy.redirected(due, record(kind=Kind.REPLY_OVERDUE, owner="a"), rules, {"a"}) == due
    assert policy.redirected(due, record(kind=Kind.HAZARD, owner="c"), rules, {"a"}) == due
    alone = replace(rules, steps=rules.steps[:1])
    assert policy.redirected(replace(due, tell=("a",)), handed, alone, {"a"}).tell == ("c",)
