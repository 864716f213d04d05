"""List pages, sitemaps and friends in the configuration."""

import pytest

from tests.pure.test_settings import EXAMPLE, read

COLUMN = f"""{EXAMPLE}
[[platform]]
name = "col"
title = "栏目"
kind = "list"
url = "https://www.agency.example/col/index.html"
[platform.page]
"""


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ("", "entry"),
        ('entry = " "', "entry"),
        ('entry = "li"\nmore = "index_2.html"', "more"),
        ('entry = "li"\nmore_from = 3', "more_from"),
        ('entry = "li"\nwriter = "b"', "writer"),
    ],
)
def test_what_a_list_page_lacks_is_named(options, key):
    _, problems, _ = read(COLUMN + options)

    assert [problem.split(":")[0] for problem in problems] == [f"platform[col].page.{key}"]


def test_a_list_page_and_a_sitemap_have_their_selectors():
    page, problems, _ = read(COLUMN + 'entry = "li"\ntext = "#zoom"')
    site, more, _ = read(COLUMN.replace('"list"', '"sitemap"'))

    assert problems == more == []
    assert (page.platforms["col"].listing.entry, page.platforms["col"].listing.text) == ("li", "#zoom")
    assert (site.platforms["col"].listing.entry, site.platforms["website"].listing) == ("", None)


@pytest.mark.parametrize("host", ["", "school", "https://www.school.example", "a b.example", "x@school.example", "."])
def test_what_is_no_name_of_a_friend_is_told(host):
    _, problems, _ = read(EXAMPLE.replace("\n[agency]\n", f'\n[agency]\nfriends = ["{host}"]\n'))

    assert [problem.split(":")[0] for problem in problems] == ["agency.friends"]


def test_friends_are_compared_in_small_letters():
    found, problems, _ = read(EXAMPLE.replace("\n[agency]\n", '\n[agency]\nfriends = ["WWW.School.example"]\n'))

    assert (found.friends, problems) == ({"www.school.example"}, [])
