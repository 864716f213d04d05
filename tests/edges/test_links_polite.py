"""Following links troubles nobody: robots.txt, nights, lines that are down, huge pages, sudden death."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from demo import animals
from monitor import daemon, door, links
from monitor.errors import CollectError
from tests.dying import Dying, die, in_child
from tests.files import HARMLESS, file
from tests.houses import CONFIGURATION, Clock, T, all_records, drain
from tests.linking import MISSING, days, linking
from tests.linking import links as rows

TEXT = "text/plain; charset=utf-8"
NIGHT = CONFIGURATION.replace("[policy.default]", 'night = "20:00-09:00"\n[policy.default]')
ENDLESS = animals.flood(animals.head(200) + b"User-agent: *\nDisallow: /private\n", b"Allow: /open\n" * 5000)
STAGES = ("collect", "links", "escalate", "deliver")


@pytest.fixture
def site():
    with linking() as site:
        yield site


def asked(site, house, clock, *paths):
    """Which of these the other server was asked for within eight days."""
    site.put(*map(site.outside, paths))
    drain(house, clock)
    for _ in range(8):
        clock.move(days=1)
        drain(house, clock, STAGES)
    return sorted(set(site.elsewhere()))


def robots(site, *routes):
    site.others.routes["/robots.txt"] = animals.in_turn(*routes)


@pytest.mark.parametrize(
    ("route", "allowed"),
    [
        (animals.answer("User-agent: *\nDisallow: /private\n", TEXT), ["/open", "/x.html"]),
        (animals.answer("User-agent: *\nDisallow: /*.html$\n", TEXT), ["/open", "/private"]),
        (animals.answer("User-agent: other\nDisallow: /\n\nUser-agent: huiyin\nAllow: /\n", TEXT), None),
        (animals.answer("User-agent: *\nAllow: /\n\nUser-agent: Huiyin/1\nDisallow: /\n", TEXT), []),
        (animals.answer("", status=404), None),
        (animals.answer("", status=403), None),
        (animals.answer("", status=500), []),
        (animals.answer("", status=503), []),
        (animals.raw(b""), []),
        (animals.drip(animals.head(200)), []),
        (animals.redirect("/robots2.txt"), ["/open", "/x.html"]),
        (animals.redirect("http://127.0.0.3:9/robots.txt"), []),
        (animals.redirect("/robots.txt"), []),
        (
            animals.flood(animals.head(200) + b"User-agent: *\nDisallow: /private\n", b"Allow: /open\n" * 5000),
            ["/open", "/x.html"],
        ),
        (animals.answer(b"\xff\xfe\0\0\x00" * 999, TEXT), None),
    ],
)
def test_robots_txt_of_others_is_obeyed(tmp_path, clock, site, route, allowed):
    robots(site, route)
    site.others.routes["/robots2.txt"] = animals.answer("User-agent: *\nDisallow: /private\n", TEXT)
    house = site.linked(tmp_path, text=f'[http]\ntotal = "1s"\n{CONFIGURATION}')
    everything = ["/open", "/private", "/x.html"]
    found = asked(site, house, clock, *everything)

    assert found == (everything if allowed is None else allowed)
    assert site.elsewhere("GET").count("/robots.txt") <= 8 * 6  # with its redirects


def test_robots_txt_is_read_once_a_day_and_what_it_says_now_holds(tmp_path, clock, site):
    nothing = animals.answer("User-agent: *\nDisallow: /\n", TEXT)
    robots(site, nothing)
    house = site.linked(tmp_path)
    before = asked(site, house, clock, "/a", "/b", "/c")
    times = site.elsewhere("GET").count("/robots.txt")
    robots(site, animals.answer("", status=404))
    days(house, clock, 8)

    assert before == []
    assert 1 <= times <= 3
    assert sorted(set(site.elsewhere())) == ["/a", "/b", "/c"]


def test_nobody_is_asked_at_night(tmp_path, clock, site):
    """Ten in the morning there; the night begins at eight."""
    site.put("/a.html", "/b.html", "/c.html", site.outside("/fine"))
    house = site.linked(tmp_path, text=NIGHT)
    drain(house, clock)
    quiet, loud = [], []
    for hour in range(14 * 24):
        clock.now = T + timedelta(hours=hour + 0.5)
        before = len(site.asked) + len(site.others.seen)
        drain(house, clock, ("links",))
        local = clock.now.astimezone(house.settings.zone).hour
        (quiet if local >= 20 or local < 9 else loud).append(len(site.asked) + len(site.others.seen) - before)

    assert sum(quiet) == 0
    assert sum(loud) > 4


def test_while_the_platform_or_our_own_line_is_down_nothing_is_asked_or_told(tmp_path, clock, site):
    site.put("/a.html", site.outside("/gone"))
    house = site.linked(tmp_path)
    drain(house, clock)
    site.web.error = CollectError("unreachable")
    days(house, clock, 4)
    silent = site.asked + site.elsewhere()
    site.web.error = None
    days(house, clock, 5)

    assert silent == []
    assert [record.kind for record in all_records(house)].count("broken_links") == 1


def test_a_line_that_breaks_while_links_are_asked_makes_none_of_them_broken(tmp_path, clock, site):
    """The platform was read a moment ago, and then nothing answers any more: neither the link nor its page."""
    site.put("/a.html", "/b.html")
    house = site.linked(tmp_path)

    def dead(*_given, **_named):
        raise CollectError("dns", "no line")

    for day in range(6):
        drain(house, clock, ("collect",))
        clock.move(days=1, hours=day)
        drain(replace(house, save=dead, fetch=dead, head=dead), clock, ("links", "escalate"))

    assert all_records(house) == []


def test_a_page_with_very_many_links_stays_within_its_limits(tmp_path, clock, site):
    house = site.linked(tmp_path, "most = 700\n")
    pages = [site.put(*(f"/{name}/{number}.html" for number in range(100_000)), name=name) for name in "12"]
    began = time.perf_counter()
    found = [door.links(house.settings.platforms["website"], page) for page in pages]
    took = time.perf_counter() - began
    site.web.items = [replace(page, html=page.html[:200_000]) for page in pages]
    drain(house, clock, ("collect",))
    kept = rows(house)
    clock.move(days=2)
    drain(house, clock, ("collect",))

    assert took < 15  # of nearly five megabytes each; two seconds
    assert [len(each) for each in found] == [500, 500]
    assert len(kept) == 700
    assert rows(house) == kept


def test_what_is_kept_are_the_newest_and_what_is_broken(tmp_path, clock, site):
    site.put("/broken.html", name="0")
    house = site.linked(tmp_path, "most = 10\n")
    days(house, clock, 4)
    for number in range(1, 6):
        site.web.items = []  # like a list, of which each article is read once
        site.put(*(f"/{number}-{each}.html" for each in range(4)), name=str(number))
        clock.move(days=2)
        drain(house, clock, ("collect",))

    names = [row[0].rpartition("/")[2] for row in rows(house)]
    assert (len(names), names[0], names[-1]) == (10, "broken.html", "5-3.html")


def test_an_attachment_is_not_asked_for_as_a_link_as_well(tmp_path, clock, site):
    site.put("/a.pdf", "/gone.pdf")
    site.serve("/a.pdf", file(HARMLESS))
    house = site.linked(tmp_path)
    days(house, clock, 6)

    assert site.asked.count("/a.pdf") == 1
    assert [record.kind for record in all_records(house)] == ["broken_links"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_killed_around_any_commit_it_is_asked_again_and_told_once(tmp_path, site, n, when):
    clock = Clock()
    site.put("/a.html")
    house = site.linked(tmp_path)
    days(house, clock, 1)
    clock.move(days=2)
    house.store.close()

    def work():
        mortal = site.linked(tmp_path)
        mortal = replace(mortal, store=Dying(mortal.store, n, when))
        while links.follow(mortal, clock):
            pass
        die()

    assert in_child(work)
    house = site.linked(tmp_path)
    with daemon.alone(house):
        days(house, clock, 4)

    assert [record.kind for record in all_records(house)] == ["broken_links"]


def test_a_lease_ends_by_itself(tmp_path, clock, site):
    site.put("/a.html")
    house = site.linked(tmp_path)
    drain(house, clock)
    clock.move(days=2)

    def work():
        mortal = site.linked(tmp_path)
        links.follow(replace(mortal, save=lambda *_given, **_named: die()), clock)

    assert in_child(work)
    drain(house, clock, ("links",))
    held = rows(house, "lease IS NOT NULL, failures")
    clock.move(minutes=11)
    drain(house, clock, ("links",))

    assert (held, rows(house, "lease IS NOT NULL, failures")) == ([(1, 0)], [(0, 1)])


def test_the_contact_is_told_to_whoever_is_asked(tmp_path, clock, site):
    site.put("/a.html", site.outside("/fine"))
    site.serve("/a.html", MISSING)
    house = site.linked(tmp_path, text=f'[http]\ncontact = "web@agency.example"\n{CONFIGURATION}')
    days(house, clock, 2)

    seen = [request.headers["user-agent"] for request in (*site.zoo.seen, *site.others.seen)]
    assert len(seen) >= 3
    assert all(each.startswith("Huiyin/") and "web@agency.example" in each for each in seen)
