"""Links on real list pages: what stands in a menu, in the list and in its articles."""

from dataclasses import replace

import pytest

from demo import animals
from monitor.cli import wiring
from tests.houses import CONFIGURATION, mails, only_record, text_of
from tests.linking import HTML, days, linking, links

MENU = '<div class="nav"><a href="/old-menu.html">旧栏目</a><a href="/index.html">首页</a></div>'
TEXT = "<div id='zoom'><p>办理时，请带身份证、户口本；详见<a href='{}'>指南</a>。</p></div>"
COLUMN = CONFIGURATION.replace(
    'feed.xml"', 'list/index.html"\nkind = "list"\nprefixes = ["http://127.0.0.1:9/"]'
).replace("[policy.default]", '[platform.page]\nentry = "ul li"\n[policy.default]', 1)


@pytest.fixture
def site():
    with linking() as site:
        yield site


def page(body):
    return animals.answer(f"<html><head><title>通知公告</title></head><body>{MENU}{body}</body></html>", HTML)


def column(site, folder, text=COLUMN):
    """Three articles, the second with a broken link; the menu has one on each page."""
    entries = "".join(f'<li><a href="/list/{n}.html">第{n}号通知</a> 2026-11-0{n}</li>' for n in (1, 2, 3))
    site.serve("/list/index.html", page(f"<ul>{entries}</ul>"))
    for number, target in ((1, "/index.html"), (2, "/gone.html"), (3, "/index.html")):
        site.serve(f"/list/{number}.html", page(TEXT.format(target)))
    site.serve("/index.html", page("首页"))
    house = site.linked(folder, text=text.replace("http://127.0.0.1:9/", f"{site.base}/"))
    client = wiring.fetcher(house.settings)
    return replace(house, collectors=wiring.collectors(house.key, client))


def listed(house):
    (mail, *_) = [text_of(each) for each in mails(house) if "链接失效" in each["Subject"]]
    return [line for line in mail.splitlines() if line.startswith("- ") and "http" in line]


def test_a_broken_link_of_the_menu_is_told_once_and_that_of_an_article_with_its_page(tmp_path, clock, site):
    house = column(site, tmp_path)
    days(house, clock, 5)
    article, menu = sorted(listed(house))

    assert f"{site.base}/gone.html" in article
    assert f"在页面“第2号通知”（{site.base}/list/2.html）上" in article
    assert f"{site.base}/old-menu.html" in menu
    assert "“通知公告”" in menu
    assert only_record(house).state == "open"


def test_when_the_menu_is_mended_and_the_article_corrected_the_record_closes(tmp_path, clock, site):
    house = column(site, tmp_path)
    days(house, clock, 5)
    site.serve("/old-menu.html", page("旧栏目"))
    site.serve("/list/2.html", page(TEXT.format("/index.html")))
    days(house, clock, 3)

    assert only_record(house).state == "resolved"


def test_what_two_columns_have_in_common_is_one_record(tmp_path, clock, site):
    other = COLUMN[COLUMN.index("[[platform]]") : COLUMN.index("[policy.default]")]
    other = other.replace('"website"', '"second"').replace("list/index.html", "other/index.html")
    text = COLUMN.replace("[policy.default]", f"{other}[policy.default]", 1)
    site.serve("/other/index.html", page('<ul><li><a href="/list/1.html">第1号通知</a> 2026-11-01</li></ul>'))
    site.serve("/gone.html", page("指南"))
    house = column(site, tmp_path, text)
    days(house, clock, 5)

    assert len([row for row in links(house) if row[0].endswith("old-menu.html")]) == 1
    assert only_record(house).platform in {"website", "second"}
