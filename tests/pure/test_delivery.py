"""What waits, what is listed and what goes at once, as a function of values and time; and the mails that list."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.finding import Kind
from monitor import delivery, gathered
from monitor.delivery import Delivery, Hold, Lately, Plan, Waiting, Weather, Why
from monitor.letter import render
from monitor.messages import held_back
from monitor.model import Severity, State
from monitor.policy import IN_DANGER
from monitor.summary import Silence
from tests.letters import CONTEXT, DUTY, NOW, RECORD, WORDS, ZONE, agrees

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
RULES = Delivery(
    group=timedelta(0),
    per_hour=60,
    per_minute=0,
    dead_after=3,
    dead_for=timedelta(days=7),
    longest_silence=timedelta(days=7),
    quiet=None,
)
BURST = replace(RULES, group=2 * MINUTE)
QUIET = replace(RULES, quiet=(time(22), time(7)))
FEW = replace(RULES, per_hour=2)
NOTHING = Lately(0, None, warned=False)
SILENCE = Silence(id=5, platform="board", kind=None, begun_at=NOW - HOUR, until=NOW + HOUR, owner="duty", why="改版")


def record(n=1, **values):
    return replace(RECORD, **({"id": n, "number": f"2026-{n:04}"} | values))


def waiting(n=1, why=Why.BURST, silence=None, **values):
    return Waiting(id=n, why=why, silence=silence, record=record(**({"n": n} | values)))


def weather(rules=RULES, now=NOW, **values):
    return Weather(now=now, zone=ZONE, rules=rules, **({"down": {}} | values))


def night(hour, minute=0):
    return datetime(2026, 11, 23, hour, minute, tzinfo=ZONE).astimezone(UTC)


def planned(rows, rules=RULES, lately=NOTHING, **values):
    return delivery.planned(rows, weather(rules, **values), lately)


def listed(plan):
    return [(each.why, [one.id for one in each.members]) for each in plan.lists]


def test_without_a_reason_to_wait_each_goes_by_itself():
    assert planned([waiting(1), waiting(2)]) == Plan(alone=(1, 2))


def test_a_burst_is_one_mail_and_urgent_ones_stay_apart():
    plan = planned([waiting(1), waiting(2), waiting(3, severity=Severity.URGENT)], BURST)

    assert plan.alone == (3,)
    assert listed(plan) == [(Why.BURST, [1, 2])]


def test_two_mails_about_one_record_are_no_list():
    assert planned([waiting(1), replace(waiting(2), record=record(1))], BURST).alone == (1, 2)


def test_how_long_a_new_mail_waits_for_others():
    assert delivery.waits_for_others(record(), 2 * MINUTE, NOW) == NOW + 2 * MINUTE
    assert delivery.waits_for_others(record(severity=Severity.URGENT), 2 * MINUTE, NOW) == NOW
    assert delivery.waits_for_others(record(kind=Kind.HAZARD), 2 * MINUTE, NOW) is None


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (night(21, 59), None),
        (night(22), night(7) + timedelta(days=1)),
        (night(23, 59), night(7) + timedelta(days=1)),
        (night(0), night(7)),
        (night(6, 59), night(7)),
        (night(7), None),
    ],
)
def test_ordinary_mails_wait_until_the_quiet_hours_end(now, until):
    found = delivery.hold(record(), weather(QUIET, now))

    assert found == (until and Hold(why=Why.QUIET, until=until))
    assert delivery.hold(record(severity=Severity.URGENT), weather(QUIET, now)) is None
    by_day = replace(QUIET, quiet=(time(12), time(13)))
    assert delivery.hold(record(), weather(by_day, night(12, 30))).until == night(13)
    assert delivery.hold(record(), weather(by_day, night(13))) is None


def test_what_waited_for_the_morning_is_one_mail():
    plan = planned([waiting(1, Why.QUIET), waiting(2, Why.QUIET), waiting(3, Why.QUIET)])

    assert listed(plan) == [(Why.QUIET, [1, 2, 3])]
    assert planned([waiting(1, Why.QUIET)]).alone == (1,)


def test_a_site_that_is_down_holds_back_what_it_explains_and_not_itself():
    down = weather(down={"board": 1})

    assert delivery.hold(record(1, kind=Kind.SITE_DOWN), down) is None
    assert delivery.hold(record(2, kind=Kind.PAGE_STALE), down) == Hold(why=Why.DOWN, until=NOW + 10 * MINUTE)
    assert delivery.hold(record(2, kind=Kind.PAGE_STALE, platform="other"), down) is None
    assert delivery.hold(record(2, kind=Kind.PAGE_CHANGED), down) is None


def test_what_is_no_longer_true_lapses_and_the_rest_comes_together():
    plan = planned([waiting(1, Why.DOWN, closed_at=NOW), waiting(2, Why.DOWN), waiting(3, Why.DOWN)])

    assert plan.lapsed == (1,)
    assert listed(plan) == [(Why.DOWN, [2, 3])]


@pytest.mark.parametrize(
    ("silence", "covered"),
    [
        (SILENCE, True),
        (replace(SILENCE, platform=""), True),
        (replace(SILENCE, platform="other"), False),
        (replace(SILENCE, kind=Kind.PERSONAL_DATA), True),
        (replace(SILENCE, kind=Kind.SCAM), False),
        (replace(SILENCE, until=NOW), False),
        (replace(SILENCE, begun_at=NOW + MINUTE), False),
    ],
)
def test_what_a_silence_covers(silence, covered):
    found = delivery.hold(record(), weather(silences=(silence,)))

    assert found == (Hold(why=Why.SILENCE, until=silence.until, silence=5) if covered else None)


def test_the_end_of_a_silence_is_summed_up_with_what_was_closed_and_each_silence_by_itself():
    rows = [
        waiting(1, Why.SILENCE, 5, state=State.RESOLVED, closed_at=NOW),
        waiting(2, Why.SILENCE, 5),
        waiting(3, Why.SILENCE, 6),
        waiting(4),
    ]
    plan = planned(rows)

    assert listed(plan) == [(Why.SILENCE, [1, 2]), (Why.SILENCE, [3])]
    assert [each.silence for each in plan.lists] == [5, 6]
    assert plan.alone == (4,)


def test_too_many_are_listed_once_an_hour_and_then_wait_for_room():
    rows = [waiting(n) for n in range(1, 6)]
    plan = planned(rows, FEW)
    assert plan.alone == (1, 2)
    assert listed(plan) == [(Why.RATE, [3, 4, 5])]

    room = NOW + 20 * MINUTE
    plan = planned(rows, FEW, Lately(3, room, warned=True))
    assert (plan.alone, plan.lists) == ((), ())
    assert {each for _, each in plan.held} == {Hold(why=Why.RATE, until=room)}
    assert planned(rows, FEW, Lately(0, None, warned=True)).held[0][1].until == NOW + HOUR


def test_the_strongest_reason_names_a_list():
    assert listed(planned([waiting(1, Why.QUIET), waiting(2, Why.RATE), waiting(3, Why.DOWN)])) == [
        (Why.RATE, [1, 2, 3])
    ]


def test_danger_is_never_listed_even_if_something_held_it():
    plan = planned([waiting(1, Why.QUIET), waiting(2, Why.RATE, kind=Kind.CRISIS), waiting(3, Why.QUIET)])

    assert plan.alone == (2,)
    assert listed(plan) == [(Why.QUIET, [1, 3])]


ROWS = st.lists(
    st.builds(
        waiting,
        n=st.integers(1, 9),
        why=st.sampled_from([*Why]),
        silence=st.sampled_from([None, 5]),
        kind=st.sampled_from([*Kind]),
        severity=st.sampled_from([*Severity]),
        platform=st.sampled_from(["board", "other"]),
    ),
    max_size=12,
).map(lambda rows: [replace(each, id=n) for n, each in enumerate(rows, 1)])
RULES_OF_ALL_SORTS = st.builds(
    replace,
    st.just(RULES),
    group=st.sampled_from([timedelta(0), HOUR]),
    per_hour=st.integers(1, 4),
    quiet=st.sampled_from([None, (time(0), time(23, 59)), (time(22), time(7))]),
)


@given(
    rows=ROWS,
    rules=RULES_OF_ALL_SORTS,
    lately=st.builds(Lately, st.integers(0, 5), st.just(NOW + 30 * HOUR), st.booleans()),
    down=st.sampled_from([{}, {"board": 99}]),
    silence=st.sampled_from([SILENCE, replace(SILENCE, platform="", kind=Kind.HAZARD)]),
)
def test_danger_is_never_delayed_and_nothing_is_ever_lost(rows, rules, lately, down, silence):
    now = NOW + lately.count * 4 * HOUR
    around = weather(rules, now, down=down, silences=(replace(silence, until=now + HOUR),))
    plan = delivery.planned(rows, around, lately)

    danger = [each.id for each in rows if each.record.kind in IN_DANGER]
    assert set(danger) <= {*plan.alone, *plan.lapsed}
    assert all(delivery.hold(each.record, around) is None for each in rows if each.record.kind in IN_DANGER)
    assert all(delivery.waits_for_others(each.record, HOUR, now) is None for each in rows if each.id in danger)
    fate = [*plan.alone, *plan.lapsed, *(id_ for id_, _ in plan.held)]
    fate += [each.id for one in plan.lists for each in one.members]
    assert sorted(fate) == sorted(each.id for each in rows)
    assert all(hold.until > now for _, hold in plan.held)


def said(n, why, language="zh", silence=None, **values):
    rows = tuple(record(k, **values) for k in range(1, n + 1))
    letter = gathered.letter(
        rows, why, silence=silence, rules=RULES, contact=DUTY, context=CONTEXT, words=WORDS[language]
    )
    agrees(letter, WORDS[language])
    return render(letter, WORDS[language])


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("why", Why)
@pytest.mark.parametrize("n", [1, 2, 33])
def test_a_list_says_numbers_and_kinds_and_quotes_nothing(language, why, n):
    message = said(n, why, language, SILENCE if why is Why.SILENCE else None)

    assert str(n) in message.subject
    assert "2026-0001" in message.text
    assert "补贴名单公示" not in message.text
    assert "2026-0031" not in message.text
    assert ("改版" in message.text) == (why is Why.SILENCE)


def test_what_waits_is_counted_and_what_was_closed_has_no_deadline():
    assert said(23, Why.RATE).subject == "还有23件在等：一小时内邮件已满60封"
    text = said(2, Why.SILENCE, silence=SILENCE, state=State.RESOLVED).text
    assert "0件还没有办结" in text
    assert "已办结" in text


def test_a_late_one_says_so():
    assert "超" in said(2, Why.BURST, deadline=NOW - HOUR).text


def test_a_list_has_each_record_once():
    rows = [waiting(1), replace(waiting(2), record=record(1)), waiting(3)]

    assert [each.id for each in delivery.latest(rows)] == [1, 3]


@pytest.mark.parametrize("language", WORDS)
def test_a_site_that_is_down_names_its_columns(language):
    few, many = (replace(CONTEXT, columns=tuple(f"栏目{k}" for k in range(n))) for n in (2, 12))

    assert held_back(CONTEXT, WORDS[language]) == ()
    assert "栏目1" in held_back(few, WORDS[language])[0].text
    assert "栏目10" not in held_back(many, WORDS[language])[0].text
    assert "12" in held_back(many, WORDS[language])[0].text
