"""Single pages in the configuration, and when they are looked at."""

import tomllib
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from monitor import polling, proof, settings
from monitor.errors import CollectError
from monitor.guard import follow, parse
from monitor.mapping import Pages, RobotView
from monitor.model import Platform
from tests.houses import CONFIGURATION, T

BEGIN = 'networks = ["127.0.0.0/8"]\n'


def read(more, kind=""):
    problems = []
    text = CONFIGURATION.replace(BEGIN, BEGIN + more).replace(
        "http://127.0.0.1:9/feed.xml", "http://www.agency.example/col/feed.xml"
    )
    found = settings.read(Path("huiyin.toml"), tomllib.loads(text), problems)
    return found.platforms["website"], problems


def test_pages_are_read_and_each_is_one():
    more = 'prefixes = ["http://www.agency.example/"]\nhome = "http://www.agency.example/"\n'
    more += 'pages = ["http://www.agency.example/a.html", "http://www.agency.example/"]\nlook_every = "2h"\n'
    platform, problems = read(more + '[platform.robot_view]\nagreed = " 第12号函 "\npages_a_day = 3\n')

    assert problems == []
    assert platform.pages.all == ("http://www.agency.example/", "http://www.agency.example/a.html")
    assert (platform.pages.every, platform.pages.robot_view) == (
        timedelta(hours=2),
        RobotView(agreed="第12号函", pages_a_day=3),
    )
    assert read("")[0].pages.all == ()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('home = "www.agency.example"', "platform[website].home: 'www.agency.example' is no web address"),
        ('home = "http://www.agency.example/"', "is not below a prefix of this platform; add the one it stands in"),
        ('pages = ["http://other.example/col/"]', "platform[website].pages: 'http://other.example/col/' is not below"),
        ('look_every = "1s"', "platform[website].look_every: '1s' is out of range"),
        ('[platform.robot_view]\nagreed = "x"', "platform[website].robot_view.agreed: needs pages to be looked at"),
        ("[platform.robot_view]\npages_a_day = 0", "platform[website].robot_view.pages_a_day: must be a whole number"),
        ("[platform.robot_view]\nyes = true", "platform[website].robot_view.yes: is not known"),
        ('kind = "exports"\nhome = "http://www.agency.example/"', "home: a exports has no pages"),
    ],
)
def test_mistakes_are_named(more, said):
    _, problems = read(f"{more}\n")

    assert any(said in problem for problem in problems), problems


def test_a_page_that_two_platforms_name_is_told_of_once():
    home = 'prefixes = ["http://www.agency.example/"]\nhome = "http://www.agency.example/"\n'
    second = '[[platform]]\nname = "other"\ntitle = "x"\nurl = "http://www.agency.example/b.xml"\n' + home
    _, problems = read(home + second)

    assert problems == ["platform[other].home: 'http://www.agency.example/' is looked at for another platform already"]


def test_a_prefix_that_cant_be_read_covers_nothing():
    assert proof.covers(["http://a.example/x/"], "http://a.example/x/y")
    assert not proof.covers(["http://a.example/x/"], "http://a.example/y")
    assert not proof.covers(["nonsense"], "http://a.example/y")


def place(**more):
    return Platform(name="p", kind="feed", title="P", url="http://a.example/", prefixes=(), **more)


def test_a_page_is_looked_at_hourly_and_soon_when_it_looked_strange():
    assert polling.after_look(place(), T, 0.5, again=False) - T == timedelta(hours=1)
    assert polling.after_look(place(), T, 0.5, again=True) - T == timedelta(minutes=10)
    quick = place(pages=Pages(every=timedelta(minutes=5)))
    assert polling.after_look(quick, T, 0.5, again=True) - T == timedelta(minutes=5)


def test_a_night_is_kept():
    night = place(night=(time(22), time(6)))
    late = datetime(2026, 11, 4, 13, 30, tzinfo=UTC)  # 21:30 in Shanghai
    assert not polling.is_night(night, late)
    assert polling.is_night(night, late + timedelta(hours=1))
    assert not polling.is_night(place(), late)
    assert polling.after_look(night, late, 0.0, again=False) == datetime(2026, 11, 4, 22, 0, tzinfo=UTC)
    assert polling.is_night(place(night=(time(1), time(6))), datetime(2026, 11, 4, 18, 0, tzinfo=UTC))


def test_a_refused_redirect_says_where_it_wanted_to_lead():
    target = parse("http://a.example/x/")
    with pytest.raises(CollectError) as error:
        follow(target, "//evil.example/y?z=1", ["http://a.example/x/"])
    assert (error.value.code, error.value.leads_to) == ("redirect_outside", "http://evil.example/y?z=1")
    with pytest.raises(CollectError) as error:
        follow(target, "http://[::1", ["http://a.example/x/"])
    assert (error.value.code, error.value.leads_to) == ("redirect_outside", "")
