"""A list page as the stages see it: its articles are judged, and what the page and its articles hide."""

from dataclasses import replace

import pytest

from classifiers.finding import Kind
from monitor import door
from monitor.cli import rehearse
from monitor.collectors import listing, sitemap
from monitor.model import State
from tests.houses import CONFIGURATION, LEAK, Clock, T, Web, all_records, build, drain, mails, move, only_record
from tests.sites import READING, Serving, Site

HIDDEN = '<div style="display:none"><a href="https://bet-777.invalid/">真人百家乐开户</a></div>'
COLUMN = """kind = "list"
every = "1m"
every_max = "1m"
[platform.page]
entry = "ul.col li"
date = "span"
more = "index_{page}.html"
articles = 4
"""


@pytest.fixture
def made():
    return Site()


@pytest.fixture
def serving(made):
    with Serving(made, READING) as opened:
        yield opened


def watched(folder, serving, friends="", now=T):
    text = CONFIGURATION.replace("http://127.0.0.1:9/feed.xml", serving.url(serving.path))
    text = text.replace('networks = ["127.0.0.0/8"]\n', 'networks = ["127.0.0.0/8"]\n' + COLUMN)
    text = text.replace("[pace]", f"{friends}\n[pace]")
    return replace(build(folder, Web(), text, now), collectors={"list": listing.collect, "sitemap": sitemap.collect})


def test_a_leak_in_a_new_article_opens_a_record(tmp_path, made, serving):
    house, clock = watched(tmp_path, serving), Clock()
    made.post(1)
    drain(house, clock)
    made.post(4, text=LEAK)
    clock.move(minutes=2)
    drain(house, clock)

    record = only_record(house)
    assert (record.kind, record.subject) == (Kind.PERSONAL_DATA, "城区停水通知第4号")
    assert record.locator.endswith("/gs/t4.html")


def test_what_stood_there_is_a_baseline_however_many_passes_it_takes_to_read(tmp_path, made, serving):
    house, clock = watched(tmp_path, serving, now=T.replace(day=27)), Clock(T.replace(day=27))
    made.post(*range(1, 12))
    made.post(1, 9, text=LEAK)
    drain(house, clock)
    assert not mails(house)  # not all has been read
    for _ in range(4):
        clock.move(minutes=1, seconds=10)
        drain(house, clock)

    assert not all_records(house)
    assert len(mails(house)) == 1
    assert "原有2件事项" in mails(house)[0]["Subject"]


def test_a_hidden_link_that_a_page_is_given_later_opens_one_record(tmp_path, made, serving):
    house, clock = watched(tmp_path, serving), Clock()
    made.post(1)
    drain(house, clock)
    made.beside = HIDDEN
    for _ in range(3):
        clock.move(minutes=2)
        drain(house, clock)

    record = only_record(house)
    assert (record.kind, record.locator) == (Kind.HIDDEN_LINK, serving.url(serving.path))


def test_a_hidden_link_that_was_taken_away_and_comes_back_opens_a_new_record(tmp_path, made, serving):
    house, clock = watched(tmp_path, serving), Clock()
    made.post(1)
    drain(house, clock)
    for beside in (HIDDEN, "", HIDDEN):
        made.beside = beside
        clock.move(minutes=2)
        drain(house, clock)
        if beside and len(all_records(house)) == 1:
            move(house, State.RESOLVED, clock)

    assert [record.state for record in all_records(house)].count(State.OPEN) == 1
    assert len(all_records(house)) == 2


def test_a_hidden_link_around_articles_is_one_matter_however_many_articles_have_it(tmp_path, made, serving):
    house, clock = watched(tmp_path, serving), Clock()
    made.post(1)
    drain(house, clock)
    made.around = HIDDEN
    made.post(3, 4)
    clock.move(minutes=2)
    drain(house, clock)

    record = only_record(house)
    assert (record.kind, record.locator) == (Kind.HIDDEN_LINK, serving.url("/gs/t4.html"))


def test_hosts_of_friends_may_be_linked_to_unseen(tmp_path, made, serving):
    house, clock = watched(tmp_path, serving, 'friends = ["museum-stat.invalid"]'), Clock()
    made.post(1)
    drain(house, clock)
    made.beside = '<div style="display:none"><a href="https://museum-stat.invalid/">统计</a></div>'
    clock.move(minutes=2)
    drain(house, clock)
    assert not all_records(house)

    made.beside = made.beside.replace("museum", "other")
    clock.move(minutes=2)
    drain(house, clock)
    assert only_record(house).kind is Kind.HIDDEN_LINK


def test_articles_that_the_door_could_not_take_are_read_once_more(tmp_path, made, serving, monkeypatch):
    house, clock = watched(tmp_path, serving), Clock()
    made.post(1)
    entry = door.entry

    def broken(key, platform, item, friends):
        if item.external_id.endswith("t1.html"):
            raise ValueError("no")
        return entry(key, platform, item, friends)

    with monkeypatch.context() as patched:
        patched.setattr(door, "entry", broken)
        drain(house, clock)
    clock.move(minutes=2)
    drain(house, clock)

    assert "t1.html" in [request.path.rpartition("/")[2] for request in serving.seen[2:]]


def test_a_rehearsal_reads_a_column_from_end_to_end_and_nothing_twice(tmp_path, made, serving):
    made.post(*range(1, 12))
    house = watched(tmp_path, serving)
    _, pages = rehearse._source("website", house.settings, {})

    read = [item.external_id.rpartition("/")[2] for page in pages for item in page]
    assert sorted(name for name in read if name.startswith("t")) == sorted(f"t{n}.html" for n in range(1, 12))
