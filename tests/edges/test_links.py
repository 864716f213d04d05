"""Links of pages are followed: one record holds what is broken, and closes when nothing is any more. Both databases."""

import pytest

from demo import animals
from monitor.model import State
from tests.houses import all_records, mails, move, only_record, text_of, transitions
from tests.linking import DEAD, FINE, MISSING, days, linking

pytestmark = pytest.mark.usefixtures("each_database")
DOWN = animals.answer("", status=500)


@pytest.fixture
def site():
    with linking() as site:
        yield site


def told(house):
    return [text_of(mail) for mail in mails(house) if "链接失效" in mail["Subject"]]


def test_a_link_that_stays_broken_opens_one_record_that_lists_it_and_closes_when_it_is_mended(tmp_path, clock, site):
    site.put("/gone.html", "/fine.html")
    site.serve("/fine.html", FINE)
    house = site.linked(tmp_path)
    days(house, clock, 1)
    early = all_records(house)
    days(house, clock, 3)
    record = only_record(house)
    first, *_ = told(house)
    site.serve("/gone.html", FINE)
    days(house, clock, 2)

    assert early == []
    assert (record.kind, record.subject, record.locator) == ("broken_links", "局网站", f"{site.base}/feed.xml")
    assert "“局网站”上有1个链接打不开" in first.splitlines()[0]
    assert f"- {site.base}/gone.html：页面不存在（404），11月" in first
    assert f"在页面“办事指南”（{site.base}/1.html）上" in first
    assert "fine.html" not in first
    assert only_record(house).state == "resolved"
    assert transitions(house, record)[-1] == "mended"


def test_what_breaks_together_is_one_mail_and_what_breaks_later_joins(tmp_path, clock, site):
    site.put("/a.html", "/b.html")
    site.put("/c.html", "/d.html", name="2")
    site.serve("/d.html", FINE)
    house = site.linked(tmp_path)
    days(house, clock, 4)
    opened = told(house)
    site.serve("/d.html", MISSING)
    days(house, clock, 12)
    record = only_record(house)

    assert ["3个链接" in text.splitlines()[0] for text in opened] == [True] * len(opened)
    assert transitions(house, record).count("opened") == 1
    assert "joined" in transitions(house, record)
    assert len({mail["Message-ID"] for mail in mails(house) if "链接失效" in mail["Subject"]}) == len(told(house))
    assert "4个链接" in told(house)[-1].splitlines()[0]


def test_a_link_that_is_well_is_asked_once_a_week_wherever_it_stands(tmp_path, clock, site):
    for name in "123":
        site.put("/x.html", name=name)
    site.serve("/x.html", FINE)
    house = site.linked(tmp_path)
    days(house, clock, 21)

    assert 3 <= site.asked.count("/x.html") <= 4


def test_nothing_is_said_of_a_link_that_was_taken_off_its_page(tmp_path, clock, site):
    site.put("/x.html")
    house = site.linked(tmp_path)
    days(house, clock, 1)
    listed = list(site.web.items)
    site.put("/fine.html")
    site.web.items = listed  # the feed is behind its page
    days(house, clock, 3)

    assert all_records(house) == []


def test_a_record_closes_when_the_link_or_its_page_is_gone(tmp_path, clock, site):
    site.put("/x.html")
    site.put("/y.html", name="2")
    house = site.linked(tmp_path)
    days(house, clock, 4)
    record = only_record(house)
    site.put("/fine.html")
    site.serve("/fine.html", FINE)
    days(house, clock, 2)
    still = only_record(house).state
    site.web.items = site.web.items[-1:]
    site.serve("/2.html", MISSING)
    days(house, clock, 3)

    assert (record.state, still, only_record(house).state) == ("open", "open", "resolved")


def test_a_record_closes_when_its_last_link_is_taken_off_though_none_is_left_to_ask(tmp_path, clock, site):
    site.put("/x.html")
    house = site.linked(tmp_path)
    days(house, clock, 4)
    opened = only_record(house).state
    site.put()
    days(house, clock, 0.5)

    assert (opened, only_record(house).state) == ("open", "resolved")


def test_a_link_that_another_page_has_as_well_is_found_there(tmp_path, clock, site):
    site.put("/x.html")
    site.put("/x.html", name="2")
    house = site.linked(tmp_path)
    days(house, clock, 1)
    site.put("/fine.html")
    days(house, clock, 5)

    assert f"（{site.base}/2.html）上" in told(house)[0]


def test_what_is_called_done_but_is_not_is_told_anew_and_what_is_dismissed_is_not(tmp_path, clock, site):
    site.put("/x.html")
    house = site.linked(tmp_path)
    days(house, clock, 4)
    move(house, State.RESOLVED, clock)
    days(house, clock, 3)
    again = [each.state for each in all_records(house)]
    move(house, State.DISMISSED, clock)
    days(house, clock, 10)

    assert again == ["open", "resolved"]
    assert [each.state for each in all_records(house)] == ["dismissed", "resolved"]


def test_while_the_page_cant_be_read_nothing_is_said(tmp_path, clock, site):
    site.put("/x.html")
    house = site.linked(tmp_path)
    site.serve("/1.html", DOWN)
    days(house, clock, 6)
    silent = all_records(house)
    site.put("/x.html")
    days(house, clock, 3)

    assert silent == []
    assert only_record(house).kind == "broken_links"


def test_other_peoples_links_count_when_they_are_gone_for_a_week(tmp_path, clock, site):
    site.put(site.outside("/gone"), site.outside("/fine"), f"http://{DEAD}/")
    house = site.linked(tmp_path)
    days(house, clock, 6)
    early = all_records(house)
    days(house, clock, 12)
    first = told(house)[0]

    assert early == []
    assert f"{site.outside('/gone')}：页面不存在（404）" in first
    assert f"http://{DEAD}/：域名不存在" in first
    assert "/fine" not in first
    assert {request.method for request in site.others.seen if request.path != "/robots.txt"} == {"HEAD"}
    assert 2 <= site.elsewhere().count("/gone") <= 3
    assert {request.headers["user-agent"].partition("/")[0] for request in site.others.seen} == {"Huiyin"}
