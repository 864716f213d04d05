"""Which files of which pages are fetched, and that one stays one: a real web server, both databases."""

from dataclasses import replace

import pytest

from tests.attached import ID
from tests.files import HARMLESS, LIST, file, rows, serving
from tests.houses import drain, only_record

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def site():
    with serving({f"/{name}": file(HARMLESS) for name in ("list.xlsx", "a.pdf")}) as site:
        yield site


def test_the_same_file_on_a_hundred_pages_is_fetched_once(tmp_path, clock, site):
    site.routes["/list.xlsx"] = file(LIST)
    house = site.house(tmp_path)
    site.web.items = [site.page("list.xlsx", name=str(n)) for n in range(100)]
    drain(house, clock)

    assert site.asked.count("/list.xlsx") == 1
    assert only_record(house).page_link == f"{site.base}/0.html"


def test_an_address_with_a_token_that_changes_at_each_look_is_one_file(tmp_path, clock, site):
    site.routes["/list.xlsx"] = file(LIST)
    house = site.house(tmp_path)
    for n in range(6):
        site.web.items = [site.page(f"list.xlsx?t={n}", "a.pdf")]
        drain(house, clock)
        clock.move(hours=6)

    assert sorted(rows(house)) == [("a.pdf", "", 0), ("list.xlsx", "", 1)]
    assert [row[0] for row in rows(house, "link") if "t=" in row[0]] == [f"{site.base}/list.xlsx?t=5"]
    assert site.asked.count("/list.xlsx") <= 3
    assert only_record(house).subject == "list.xlsx"


def test_a_file_whose_address_changes_while_it_is_read_is_one_all_the_same(tmp_path, clock, site):
    site.routes["/list.xlsx"] = file(LIST)
    house = site.house(tmp_path)
    site.web.items = [site.page("list.xlsx?t=0")]
    drain(house, clock)
    clock.move(days=2)

    def save(*given, **named):
        site.web.items = [site.page("list.xlsx?t=1")]
        drain(house, clock, ["collect"])
        site.routes["/list.xlsx"] = file(LIST + b"changed")
        return house.save(*given, **named)

    drain(replace(house, save=save), clock, ["attach"])
    drain(house, clock)

    assert [row[0].rpartition("?")[2] for row in rows(house, "link")] == ["t=1"]
    assert only_record(house).subject == "list.xlsx"


def test_two_files_of_one_name_are_two_and_a_replaced_one_is_another(tmp_path, clock, site):
    """The old one may still be there though nobody links to it."""
    site.routes["/list.xlsx"] = file(LIST)
    house = site.house(tmp_path)
    site.web.items = [site.page("list.xlsx?id=1", "list.xlsx?id=2")]
    drain(house, clock)
    clock.move(hours=6)
    site.web.items = [site.page("list.xlsx?id=1", "list.xlsx?id=2", "n/list.xlsx")]
    drain(house, clock)

    assert [row[0].removeprefix(site.base) for row in rows(house, "link")] == [
        "/list.xlsx?id=1",
        "/list.xlsx?id=2",
        "/n/list.xlsx",
    ]


def test_a_page_whose_files_are_others_at_each_look_ends_somewhere(tmp_path, clock, site):
    house = site.house(tmp_path)
    for n in range(4):
        site.web.items = [site.page(*(f"none/{n}-{k}.pdf" for k in range(30)))]
        drain(house, clock, ["collect"])
        clock.move(hours=2)

    assert len(rows(house)) == 50


def test_what_is_outside_is_counted_and_never_fetched(tmp_path, clock, site):
    house = site.house(tmp_path)
    site.web.items = [site.page("http://127.0.0.2:9/x.pdf", "a.rar", f"{ID}.pdf", "a.pdf")]
    drain(house, clock)

    assert sorted(row[1] for row in rows(house)) == ["", "outside_prefix", "personal_address", "unsupported"]
    assert site.asked == ["/a.pdf"]
    assert ID not in str(rows(house, "*"))


def test_a_file_that_is_configured_later_is_fetched_then(tmp_path, clock, site):
    house = site.house(tmp_path)
    site.web.items = [site.page("a.pdf")]
    narrow = replace(house.settings.platforms["website"], prefixes=(f"{site.base}/other/",))
    drain(_with(house, narrow), clock)
    asked = list(site.asked)
    clock.move(hours=2)
    drain(house, clock)

    assert (asked, site.asked) == ([], ["/a.pdf"])
    assert rows(house) == [("a.pdf", "", 0)]


def _with(house, platform):
    return replace(house, settings=replace(house.settings, platforms={platform.name: platform}))


@pytest.mark.parametrize("extra", ["[attachments]\nread = false\n"])
def test_it_can_be_switched_off(tmp_path, clock, site, extra):
    house = site.house(tmp_path, extra)
    site.web.items = [site.page("a.pdf")]
    drain(house, clock)

    assert (site.asked, rows(house)) == ([], [])


def test_switched_off_later_nothing_more_is_fetched(tmp_path, clock, site):
    house = site.house(tmp_path)
    site.web.items = [site.page("a.pdf")]
    drain(house, clock, ["collect"])
    off = replace(house.settings, attachments=replace(house.settings.attachments, read=False))
    drain(replace(house, settings=off), clock)

    assert site.asked == []


def test_nothing_of_a_private_surface_is_fetched(tmp_path, clock, site):
    house = site.house(tmp_path)
    house = _with(house, replace(house.settings.platforms["website"], surface="private"))
    site.web.items = [site.page("a.pdf")]
    drain(house, clock)

    assert (site.asked, rows(house)) == ([], [])
