"""Days and nights in the configuration."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from monitor.sections import Pace
from tests.pure.test_settings import EXAMPLE, read


def test_what_ends_when_is_a_day_with_or_without_quotes():
    two = '[[expiry]]\nwhat = "证书"\non = 2027-03-01\n[[expiry]]\nwhat = "域名"\non = "2027-04-02"\n'

    found, problems, _ = read(EXAMPLE + two)

    assert problems == []
    assert [f"{each.what} {each.on}" for each in found.expiries] == ["证书 2027-03-01", "域名 2027-04-02"]


@pytest.mark.parametrize("on", ['"2027-02-30"', '"soon"', "2027-02-03T00:00:00Z", "true", "20270203"])
def test_a_day_that_is_none_is_said_so(on):
    _, problems, _ = read(f'{EXAMPLE}[[expiry]]\nwhat = "证书"\non = {on}\n')

    assert ["is no day" in problem and problem.startswith("expiry[#1].on") for problem in problems] == [True]


def test_something_that_ends_on_no_day_is_missing_one():
    _, problems, _ = read(f'{EXAMPLE}[[expiry]]\nwhat = "证书"\n')

    assert problems == ["expiry[#1].on: is missing"]


@pytest.mark.parametrize("night", ['"23:00-06:00"', '"23:00 – 06:00"'])
def test_a_night_is_two_times_of_day(night):
    found, problems, _ = read(EXAMPLE.replace('# night = ""', f"night = {night}"))

    assert problems == []
    assert found.platforms["website"].night == (time(23), time(6))


@pytest.mark.parametrize("night", ['"23-6"', '"24:00-06:00"', '"06:00-06:00"', "true"])
def test_a_night_that_is_none_is_said_so(night):
    _, problems, _ = read(EXAMPLE.replace('# night = ""', f"night = {night}"))

    assert [problem.split(":")[0] for problem in problems] == ["platform[website].night"]


def test_what_asks_a_host_is_held_while_it_waits_for_its_turns():
    minute = timedelta(minutes=1)
    pace = Pace(tick=minute, broken_after=3, lease=minute, host_gap=2 * minute, per_host=2, retry_after="host")

    assert pace.visit == 41 * minute
    assert replace(pace, host_gap=timedelta(0)).visit == minute


def test_how_often_links_are_asked_and_how_many_can_be_set():
    switched = EXAMPLE.replace('# every = "7d" ', 'every = "14d" ').replace("# outside = true", "outside = false")
    found, problems, _ = read(switched.replace("# most = 1000", "most = 50"))

    assert problems == []
    links = found.links
    assert (links.check, links.every.days, links.outside, links.most) == (True, 14, False, 50)


def test_an_address_is_not_asked_more_than_once_a_day():
    text = EXAMPLE.replace('# every = "7d" ', 'every = "1h" ').replace("# most = 1000", "most = 0")
    _, problems, _ = read(text.replace("# outside = true", 'outside = "no"'))

    assert [problem.partition(":")[0] for problem in problems] == ["links.every", "links.outside", "links.most"]
