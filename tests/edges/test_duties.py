"""Who is told through the pipeline: who is away or silent, nights, empty steps; and what is kept."""

from datetime import timedelta

import pytest

from monitor.errors import LeaseLostError
from monitor.model import State
from monitor.store import duties, marks, records
from tests.houses import Clock, Web, all_records, build, drain, item, mails, move, only_record, text_of, transitions
from tests.rostered import DAY, HOUR, ROSTERED, away, house_of, local, shift, told

both = pytest.mark.usefixtures("each_database")  # where the store does more than remember


def why(house):
    with house.store.read() as tx:
        return [f"{line.what} {line.why}" for line in records.history(tx, only_record(house).id)]


# who is told


def test_who_holds_the_shift_is_told_and_the_mail_says_so(tmp_path, clock):
    house = house_of(tmp_path)
    drain(house, clock)

    assert told(house) == ["jia"]
    (mail,) = [mail for mail in mails(house) if "险情" in mail["Subject"]]
    assert "您正在当班：值班员（到今天（11月4日）17:30）。" in text_of(mail)
    assert why(house)[-1] == "told opened: jia"


def test_the_night_goes_past_midnight(tmp_path):
    house = house_of(tmp_path)
    clock = Clock(local(2026, 11, 5, 1))
    drain(house, clock)

    assert told(house) == ["yi"]


def test_who_is_away_is_not_told_but_the_deputy_and_the_mail_says_for_whom(tmp_path, clock):
    house = house_of(tmp_path, absences=[away("jia")])
    drain(house, clock)

    (mail,) = [mail for mail in mails(house) if "险情" in mail["Subject"]]
    assert mail["To"].addresses[0].username == "yi"
    assert "值班甲不在岗（到11月9日（周一）00:00），由您代办。本应由值班员处理。" in text_of(mail)


@both
def test_an_absence_names_another_deputy_and_ends_to_the_minute(tmp_path, clock):
    house = house_of(tmp_path, absences=[away("jia", end=(4, 10, 20), deputy="office")])
    drain(house, clock)
    assert told(house) == ["office"]

    with house.store.write() as tx:
        assert duties.remove_absence(tx, 1)
        assert not duties.remove_absence(tx, 1)


@both
def test_who_is_silent_has_a_deputy_who_is_told_once_a_step(tmp_path, clock):
    house = house_of(tmp_path)
    drain(house, clock)
    clock.move(minutes=14, seconds=59)
    drain(house, clock)
    assert told(house) == ["jia"]

    clock.move(seconds=1)
    drain(house, clock)
    assert told(house) == ["jia", "yi"]
    (mail,) = [mail for mail in mails(house) if mail["To"].addresses[0].username == "yi" and "险情" in mail["Subject"]]
    assert "值班甲没有回应，由您代办。" in text_of(mail)
    assert why(house)[-1] == "told silent: yi"

    clock.move(minutes=15)
    drain(house, clock)
    clock.move(minutes=15)
    drain(house, clock)
    assert told(house) == ["jia", "yi", "leader", "office"]  # the leader is silent, too


def test_a_deputy_who_is_away_has_one(tmp_path, clock):
    text = ROSTERED.replace('mail = "yi@agency.example"', 'mail = "yi@agency.example"\ndeputy = "office"')
    house = house_of(tmp_path, absences=[away("yi")], text=text)
    drain(house, clock)
    clock.move(minutes=15)
    drain(house, clock)

    assert told(house) == ["jia", "office"]


def test_without_anybody_to_stand_in_that_is_kept_in_the_history(tmp_path, clock):
    house = house_of(tmp_path, absences=[away("yi")])
    drain(house, clock)
    clock.move(minutes=15)
    drain(house, clock)

    assert told(house) == ["jia"]
    assert why(house)[-1] == "skipped silent: jia"


@pytest.mark.parametrize("to", [State.ACKNOWLEDGED, State.RESOLVED])
def test_who_has_acted_needs_no_deputy(tmp_path, clock, to):
    house = house_of(tmp_path)
    drain(house, clock)
    move(house, to, clock)
    clock.move(minutes=20)
    drain(house, clock)

    assert told(house) == ["jia"]


@both
def test_a_restart_forgets_nobody_and_tells_nobody_twice(tmp_path, clock):
    house = house_of(tmp_path)
    drain(house, clock)
    house.store.close()

    clock.move(minutes=15)
    for _ in range(2):
        again = build(tmp_path, Web(), ROSTERED)
        drain(again, clock)
        again.store.close()
    assert told(house) == ["jia", "yi"]


# empty steps


@both
def test_an_empty_step_is_skipped_at_once_and_told(tmp_path, clock):
    house = house_of(tmp_path, shifts=())
    drain(house, clock)

    (mail,) = [mail for mail in mails(house) if "险情" in mail["Subject"]]
    assert mail["To"].addresses[0].username == "leader"
    assert "按规定应通知的值班员此时无人值班，也没有人替班，因此直接通知您。" in text_of(mail)
    assert why(house)[1:] == ["skipped nobody: duty", "told opened: leader"]
    assert only_record(house).step == 2


def test_a_danger_reaches_somebody_when_every_step_is_empty(tmp_path, clock):
    house = house_of(tmp_path, shifts=(), absences=[away("leader"), away("office")])
    drain(house, clock)

    assert told(house) == ["jia"]
    assert transitions(house, only_record(house)) == ["opened", "skipped", "skipped", "told"]


def test_and_when_everybody_is_away_all_are_told(tmp_path, clock):
    people = ("jia", "yi", "leader", "office")
    house = house_of(tmp_path, absences=[away(name) for name in people])
    drain(house, clock)

    assert sorted(told(house)) == sorted(people)


def test_what_is_no_danger_waits_for_somebody_to_come_back(tmp_path, clock):
    gone = [away(name, end=(5, 9)) for name in ("jia", "yi", "leader", "office")]
    house = house_of(tmp_path, absences=gone, items=[item()])
    drain(house, clock)
    assert (told(house, "个人信息"), transitions(house, only_record(house))[-1]) == ([], "unreached")

    clock.now = local(2026, 11, 5, 10, 1)
    drain(house, clock)
    assert "jia" in told(house, "个人信息")


def test_before_going_live_nothing_else_goes_above_the_duty(tmp_path, clock):
    house = house_of(tmp_path, shifts=(), items=[item()])
    with house.store.write() as tx:
        marks.take(tx, marks.LIVE)
    drain(house, clock)

    assert mails(house) == []
    assert transitions(house, only_record(house))[-1] == "unreached"


def test_before_going_live_a_danger_still_reaches_somebody(tmp_path, clock):
    house = house_of(tmp_path, shifts=())
    with house.store.write() as tx:
        marks.take(tx, marks.LIVE)
    drain(house, clock)

    assert len(told(house)) == 1


# what is kept


@both
def test_a_new_roster_replaces_and_cuts(tmp_path):
    house = house_of(tmp_path)
    new = [shift("office", (4, 12, 0), (6, 8, 30))]
    with house.store.write() as tx:
        assert duties.replace_shifts(tx, new) == 3
        assert duties.replace_shifts(tx, new) == 0  # the same again changes nothing
        kept = duties.shifts(tx, local(2026, 11, 1))

    assert [(each.person, each.start, each.end) for each in kept] == [
        ("jia", local(2026, 11, 4, 8, 30), local(2026, 11, 4, 12)),
        ("office", local(2026, 11, 4, 12), local(2026, 11, 6, 8, 30)),
        ("jia", local(2026, 11, 6, 8, 30), local(2026, 11, 30, 8, 30)),
    ]


@both
def test_who_is_told_again_while_awaited_is_awaited_once(tmp_path, clock):
    house = house_of(tmp_path)
    drain(house, clock)
    number = all_records(house)[0].id
    with house.store.write() as tx:
        duties.await_answer(tx, number, "jia", clock() + 9 * HOUR)
        due, until = clock() + 15 * timedelta(minutes=1), clock() + HOUR
        assert duties.claim_unanswered(tx, due - timedelta(seconds=1), until) is None
        assert duties.claim_unanswered(tx, due, until) == (number, "jia")
        assert duties.claim_unanswered(tx, due, until) is None  # leased
        assert duties.claim_unanswered(tx, until, until + HOUR) == (number, "jia")
        with pytest.raises(LeaseLostError):
            duties.forget_unanswered(tx, number, "jia", until)
        duties.release(tx)
        assert duties.claim_unanswered(tx, due, until) == (number, "jia")
        duties.forget_unanswered(tx, number, "jia", until)
        assert not duties.any_unanswered(tx, clock() + DAY)
