"""First contact is a baseline, and nobody above the duty officer is told before the installation goes live."""

from datetime import timedelta

import pytest
from click.testing import CliRunner

from classifiers.finding import Kind
from monitor.cli import cli
from monitor.model import State
from monitor.store import marks, records, standing
from tests.houses import (
    CONFIGURATION,
    LEAK,
    Web,
    all_records,
    build,
    drain,
    item,
    mails,
    only_record,
    text_of,
    transitions,
)

pytestmark = pytest.mark.usefixtures("each_database")
GAS = "和平小区3号楼楼道里煤气味很重，阀门在漏气，没人来修"


def huiyin(folder, *words, expect=0):
    result = CliRunner().invoke(cli, ["--config", str(folder / "huiyin.toml"), *words])
    assert result.exit_code == expect, result.output
    return result.output


def addressed(house):
    return [mail["To"].addresses[0].username for mail in mails(house)]


@pytest.fixture
def old(clock):
    return clock.now - timedelta(days=4)


@pytest.fixture
def web(clock, old):
    """A platform with an old leak, an old danger and a leak of today."""
    return Web(
        [
            item(published=old),
            item(GAS, name="2", title="漏气", published=None),
            item(name="3", title="今天的公示", published=clock.now - timedelta(hours=1)),
        ]
    )


def test_what_stood_there_is_judged_but_alerts_nobody_and_one_mail_lists_it(tmp_path, clock, web):
    house = build(tmp_path, web)

    drain(house, clock)

    assert only_record(house).subject == "今天的公示"
    summary, alert = sorted(mails(house), key=lambda mail: "2026-0001" in mail["Subject"])
    assert "资格公示" in text_of(summary)
    assert "漏气" in text_of(summary)
    assert "今天的公示" not in text_of(summary)
    assert addressed(house) == ["duty", "duty"]
    assert "2026-0001" in alert["Subject"]


def test_the_summary_comes_once(tmp_path, clock, web):
    house = build(tmp_path, web)
    drain(house, clock)

    for _ in range(3):
        clock.move(minutes=20)
        drain(house, clock, ("collect", "classify", "escalate", "deliver"))

    assert sum("#" in text_of(mail) for mail in mails(house)) == 1


def test_nothing_old_means_no_summary(tmp_path, clock):
    house = build(tmp_path, Web([item("谢谢")]))

    drain(house, clock)

    assert mails(house) == []
    with house.store.read() as tx:
        assert marks.at(tx, "baseline:website") == clock.now


def test_an_old_item_that_changes_is_new(tmp_path, clock, web, old):
    house = build(tmp_path, web)
    drain(house, clock)

    web.items[0] = item(LEAK + "，电话 13900000000", published=old)
    clock.move(hours=2)
    drain(house, clock)

    assert {record.subject for record in all_records(house)} == {"今天的公示", "资格公示"}


def test_after_first_contact_an_old_date_makes_nothing_old(tmp_path, clock, web, old):
    house = build(tmp_path, web)
    drain(house, clock)

    web.items.append(item(name="4", title="补发的旧公示", published=old))
    clock.move(hours=2)
    drain(house, clock)

    assert "补发的旧公示" in {record.subject for record in all_records(house)}


def test_adopting_makes_records_of_what_is_chosen(tmp_path, clock, web):
    house = build(tmp_path, web)
    drain(house, clock)
    with house.store.read() as tx:
        danger = next(each for each in standing.standing(tx, ["website"]) if each.kind is Kind.HAZARD)
    listed = huiyin(tmp_path, "adopt")
    assert "漏气" in listed
    assert "资格公示" in listed

    huiyin(tmp_path, "adopt", str(danger.item))
    drain(house, clock)

    assert Kind.HAZARD in {record.kind for record in all_records(house)}
    assert "漏气" not in huiyin(tmp_path, "adopt")
    huiyin(tmp_path, "adopt", "--all")
    drain(house, clock)
    assert len(all_records(house)) == 3
    assert "没有首次读取时留下的事项" in huiyin(tmp_path, "adopt")


def test_adopting_what_is_not_on_the_list_is_refused(tmp_path, clock, web):
    drain(build(tmp_path, web), clock)

    assert "999" in huiyin(tmp_path, "adopt", "999", expect=1)


def test_a_summary_that_was_never_sent_is_not_lost_in_a_crash(tmp_path, clock, web):
    house = build(tmp_path, web)
    drain(house, clock, ("collect", "classify", "escalate"))
    again = build(tmp_path, web, now=clock.now)

    drain(again, clock)

    assert sum("#" in text_of(mail) for mail in mails(again)) == 1


def not_live(folder, web):
    house = build(folder, web)
    with house.store.write() as tx:
        tx.exec_driver_sql("DELETE FROM mark")
    return house


def test_before_go_live_only_the_duty_officer_is_told(tmp_path, clock):
    house = not_live(tmp_path, Web([item()]))
    for _ in range(4):
        drain(house, clock)
        clock.move(hours=2)

    assert {*addressed(house)} == {"duty"}
    assert "held" in transitions(house, only_record(house))


def test_the_digest_does_not_go_above_either_and_says_that_it_is_a_trial(tmp_path, clock):
    text = '\n[digest]\nto = ["leader", "duty"]\n'
    configuration = CONFIGURATION.replace('[digest]\nto = ["leader"]\n', text)
    house = build(tmp_path, Web([item("谢谢")]), configuration)
    with house.store.write() as tx:
        tx.exec_driver_sql("DELETE FROM mark")
    drain(house, clock)

    clock.move(days=7)
    drain(house, clock)

    (digest,) = mails(house)
    assert digest["To"].addresses[0].username == "duty"
    assert "huiyin go-live" in text_of(digest)


def test_go_live_tells_the_next_level_from_then_on(tmp_path, clock):
    house = not_live(tmp_path, Web([item()]))
    drain(house, clock)
    clock.move(hours=1)
    drain(house, clock)
    assert addressed(house) == ["duty"]

    assert "分管领导" in huiyin(tmp_path, "go-live")
    assert "已在逐级通知" in huiyin(tmp_path, "go-live")
    clock.move(days=2)
    drain(house, clock)

    assert "leader" in addressed(house)
    with house.store.read() as tx:
        assert records.by_number(tx, "2026-0001").state is State.OPEN
