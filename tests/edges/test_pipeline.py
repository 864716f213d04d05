"""The main path on a real database and a real folder of mails, hour by hour on a clock that is moved."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from classifiers.finding import Kind
from monitor import pipeline
from monitor.errors import CollectError, LeaseLostError
from monitor.model import State
from monitor.store import passes, views
from monitor.store.tables import cursor, metadata
from tests.houses import (
    CONFIGURATION,
    LEAK,
    Web,
    all_records,
    build,
    drain,
    item,
    mails,
    move,
    only_record,
    text_of,
    transitions,
)

pytestmark = pytest.mark.usefixtures("each_database")


def test_a_leak_becomes_a_record_and_a_mail(tmp_path, clock):
    house = build(tmp_path, Web([item()]))

    drain(house, clock)

    record = only_record(house)
    assert (record.number, record.kind, record.state) == ("2026-0001", Kind.PERSONAL_DATA, State.OPEN)
    assert (clock.now + timedelta(hours=4), "duty") == (record.deadline, record.owner)
    (mail,) = mails(house)
    assert "duty@agency.example" in mail["To"]
    assert "2026-0001" in mail["Subject"]
    assert "局网站" in text_of(mail).splitlines()[0]


def test_nothing_of_the_original_is_kept(tmp_path, clock):
    house = build(tmp_path, Web([item()]))

    drain(house, clock)

    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    with house.store.read() as tx:
        kept += "".join(str(tx.execute(select(table)).all()) for table in metadata.sorted_tables).encode()
    kept += "".join(text_of(mail) for mail in mails(house)).encode()
    assert b"210726196411200006" not in kept
    assert "李桂香".encode() not in kept
    assert "东苑小区".encode() in kept


def test_an_ordinary_message_opens_nothing(tmp_path, clock):
    house = build(tmp_path, Web([item("你们的办事效率太低了，局长该下台")]))

    drain(house, clock)

    assert all_records(house) == []
    assert mails(house) == []


def test_a_second_pass_changes_nothing(tmp_path, clock):
    web = Web([item()])
    house = build(tmp_path, web)
    drain(house, clock)

    clock.move(minutes=17)
    drain(house, clock)

    assert web.passes == 2
    assert len(mails(house)) == 1
    assert transitions(house, only_record(house)) == ["opened", "told"]


def test_a_platform_is_read_again_only_when_it_is_due(tmp_path, clock):
    web = Web()
    house = build(tmp_path, web)
    drain(house, clock)

    clock.move(minutes=14)
    drain(house, clock)

    assert web.passes == 1


def test_nobody_acts_so_the_leader_is_told(tmp_path, clock):
    house = build(tmp_path, Web([item()]))
    drain(house, clock)

    clock.move(minutes=30)
    drain(house, clock)

    assert [mail["To"].addresses[0].addr_spec for mail in mails(house)] == [
        "duty@agency.example",
        "leader@agency.example",
    ]


def test_acknowledging_stops_the_telling_until_the_deadline(tmp_path, clock):
    house = build(tmp_path, Web([item()]))
    drain(house, clock)
    move(house, State.ACKNOWLEDGED, clock)

    clock.move(minutes=60)
    drain(house, clock)
    assert len(mails(house)) == 1

    clock.move(hours=4)
    drain(house, clock)
    assert [mail["To"].addresses[0].addr_spec for mail in mails(house)[1:]] == ["duty@agency.example"]
    assert transitions(house, only_record(house)) == ["opened", "told", "acknowledged", "overdue"]


def test_the_last_step_is_repeated_until_somebody_acts(tmp_path, clock):
    house = build(tmp_path, Web([item()]))
    for _ in range(4):
        drain(house, clock)
        clock.move(days=1)

    leaders = [mail for mail in mails(house) if "leader@" in mail["To"]]
    assert len(leaders) >= 3


def test_a_new_version_joins_the_open_record_and_restarts_nothing(tmp_path, clock):
    web = Web([item()])
    house = build(tmp_path, web)
    drain(house, clock)
    before = only_record(house)

    web.items = [item(LEAK + "，补充一人：410105198711039981")]
    clock.move(minutes=17)
    drain(house, clock)

    record = only_record(house)
    assert (before.number, before.deadline, before.step) == (record.number, record.deadline, record.step)
    assert transitions(house, record) == ["opened", "told", "joined"]
    assert len(mails(house)) == 1


def test_after_resolving_a_new_version_opens_a_new_record(tmp_path, clock):
    web = Web([item()])
    house = build(tmp_path, web)
    drain(house, clock)
    move(house, State.RESOLVED, clock)

    web.items = [item(LEAK + "。已更正")]
    clock.move(minutes=17)
    drain(house, clock)

    assert [record.number for record in all_records(house)] == ["2026-0002", "2026-0001"]


def test_after_dismissing_the_same_match_never_opens_a_record_again(tmp_path, clock):
    web = Web([item()])
    house = build(tmp_path, web)
    drain(house, clock)
    move(house, State.DISMISSED, clock)

    web.items = [item("更正：" + LEAK)]
    clock.move(minutes=17)
    drain(house, clock)
    assert len(all_records(house)) == 1

    web.items = [item("再更正：" + LEAK + "，410105198711039981")]
    clock.move(minutes=17)
    drain(house, clock)
    assert len(all_records(house)) == 2


def test_two_items_are_two_matters(tmp_path, clock):
    house = build(tmp_path, Web([item(), item(name="2")]))

    drain(house, clock)

    assert {"2026-0001", "2026-0002"} == {record.number for record in all_records(house)}


def test_a_private_surface_is_masked_and_opens_nothing(tmp_path, clock):
    text = CONFIGURATION.replace('name = "website"', 'name = "website"\nsurface = "private"')
    house = build(tmp_path, Web([item()]), text)

    drain(house, clock)

    assert all_records(house) == []
    with house.store.read() as tx:
        (stored,) = views.find_items(tx, "1")
    assert "210726196411200006" not in stored.text


def test_a_hazard_on_a_private_surface_tells_people(tmp_path, clock):
    text = CONFIGURATION.replace('name = "website"', 'name = "website"\nsurface = "private"')
    house = build(tmp_path, Web([item("东苑小区3栋楼道里煤气味很重，阀门一直在漏气，快派人来！")]), text)

    drain(house, clock)

    assert Kind.HAZARD is only_record(house).kind


def test_a_score_below_the_threshold_opens_nothing_and_says_so(tmp_path, clock):
    house = build(tmp_path, Web([item()]), CONFIGURATION + "[policy.personal_data]\nthreshold = 1\n")

    drain(house, clock)

    assert all_records(house) == []
    with house.store.read() as tx:
        assert {"below_threshold"} == {each.verdict for each in views.explain(tx)}


def test_a_platform_that_breaks_is_told_once_and_closed_when_it_is_back(tmp_path, clock):
    web = Web(error=CollectError("became_html", "登录 13812345678"))
    house = build(tmp_path, web)

    for _ in range(2):
        drain(house, clock)
        clock.move(hours=2)
    assert all_records(house) == []
    for _ in range(3):
        drain(house, clock)
        clock.move(hours=2)
    record = only_record(house)
    assert (record.kind, record.state) == (Kind.SOURCE_BROKEN, State.OPEN)
    assert "13812345678" not in "".join(text_of(mail) for mail in mails(house))

    web.error = None
    drain(house, clock)
    assert State.RESOLVED is only_record(house).state
    assert transitions(house, record)[-1] == "back"


def test_a_broken_platform_dismissed_stays_quiet_until_it_has_been_well(tmp_path, clock):
    web = Web(error=CollectError("timeout"))
    house = build(tmp_path, web)
    for _ in range(3):
        drain(house, clock)
        clock.move(hours=2)
    move(house, State.DISMISSED, clock)
    for _ in range(3):
        drain(house, clock)
        clock.move(hours=2)
    assert len(all_records(house)) == 1

    web.error = None
    drain(house, clock)
    web.error = CollectError("timeout")
    for _ in range(4):
        clock.move(hours=2)
        drain(house, clock)
    assert len(all_records(house)) == 2


def test_errors_back_off_and_never_give_up(tmp_path, clock):
    web = Web(error=CollectError("timeout"))
    house = build(tmp_path, web)
    waits = []
    for _ in range(12):
        drain(house, clock, ["collect"])
        with house.store.read() as tx:
            due = tx.execute(select(cursor.c.next_check_at)).scalar_one()
        waits.append((due - clock.now) / timedelta(minutes=1))
        clock.now = due

    assert waits[:6] == [1, 2, 4, 8, 16, 32]
    assert {60} == set(waits[6:])


def test_retry_after_is_kept(tmp_path, clock):
    web = Web(error=CollectError("http_503", retry_after=timedelta(hours=7)))
    house = build(tmp_path, web)
    drain(house, clock)

    clock.move(hours=6, minutes=59)
    drain(house, clock)
    assert web.passes == 1
    clock.move(minutes=1)
    drain(house, clock)
    assert web.passes == 2


def test_one_item_that_cant_be_masked_is_refused_and_the_rest_goes_on(tmp_path, clock):
    poison = replace(item(name="2"), text=None)
    house = build(tmp_path, Web([poison, item()]))

    drain(house, clock)

    assert len(all_records(house)) == 1
    with house.store.read() as tx:
        (row,) = tx.exec_driver_sql("SELECT etag, error FROM cursor").all()
    assert tuple(row) == ("", "items_refused")  # or a 304 would hide the refused item for ever


def test_one_item_that_cant_be_stored_is_a_savepoint_not_a_failed_pass(tmp_path, clock):
    poison = replace(item(name="2"), link="http://127.0.0.1:9/\ud800")
    house = build(tmp_path, Web([poison, item()]))

    drain(house, clock)

    assert len(all_records(house)) == 1


def test_one_text_that_cant_be_judged_is_left_for_later_and_the_rest_goes_on(tmp_path, clock, monkeypatch):
    def picky(document):
        if "毒" in document.text:
            raise ZeroDivisionError
        return []

    monkeypatch.setattr(pipeline, "CLASSIFIERS", (picky, *pipeline.CLASSIFIERS))
    house = build(tmp_path, Web([item("毒", name="2"), item("煤气一直在漏，楼道里全是味，快来人！", name="3")]))

    drain(house, clock)

    assert Kind.HAZARD is only_record(house).kind
    with house.store.read() as tx:
        assert views.waits(tx).versions == 1


def test_a_finished_lease_is_refused(tmp_path, clock):
    house = build(tmp_path, Web())
    with house.store.write() as tx:
        first = passes.claim_platform(tx, house.settings.platforms, clock(), clock() + timedelta(minutes=10))
        assert passes.claim_platform(tx, house.settings.platforms, clock(), clock() + timedelta(minutes=10)) is None
    clock.move(minutes=11)
    with house.store.write() as tx:
        second = passes.claim_platform(tx, house.settings.platforms, clock(), clock() + timedelta(minutes=10))
    with pytest.raises(LeaseLostError), house.store.write() as tx:
        passes.finish_pass(tx, first, first.cursor, (), clock())
    with house.store.write() as tx:
        passes.finish_pass(tx, second, second.cursor, (), clock())


def test_ten_versions_are_kept(tmp_path, clock):
    web = Web()
    house = build(tmp_path, web)
    for n in range(14):
        web.items = [item(f"第{n}稿")]
        drain(house, clock)
        clock.move(minutes=17)

    with house.store.read() as tx:
        (stored,) = views.find_items(tx, "1")
    assert (stored.versions, stored.text) == (10, "第13稿")


GAS = "和平小区3号楼2单元楼道里煤气味很重，阀门在漏气，没人来修，我的电话13800000000"


def test_a_danger_keeps_its_place_and_says_that_a_number_was_left(tmp_path, clock):
    house = build(tmp_path, Web([item(GAS, title="漏气")]))

    drain(house, clock)

    record = next(each for each in all_records(house) if each.kind is Kind.HAZARD)
    assert record.place.startswith("和平小区3号楼2单元")
    assert record.telephone
    alert = next(mail for mail in mails(house) if record.number in mail["Subject"])
    assert "和平小区3号楼2单元" in text_of(alert).splitlines()[0]
    assert "13800000000" not in text_of(alert)


def test_of_what_is_no_danger_no_place_is_kept(tmp_path, clock):
    house = build(tmp_path, Web([item("和平小区的路灯什么时候修")]))

    drain(house, clock)

    with house.store.read() as tx:
        assert tx.exec_driver_sql("SELECT place FROM item").scalars().all() == [""]
