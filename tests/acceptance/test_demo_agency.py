"""The loopback agency of ``huiyin demo``, platform by platform, and the words in which the demo speaks."""

import string
import tomllib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from demo import planted
from demo.agency import Agency
from monitor import daemon, settings
from monitor.cli.demo import _unused
from monitor.cli.live import fitted
from monitor.collectors import board, feed, listing
from monitor.errors import CollectError
from monitor.fetch import Fetcher, FetchLimits
from monitor.model import Cursor
from monitor.words import Words

ROOT = Path(__file__).resolve().parents[2]
TABLES = {
    language: tomllib.loads((ROOT / "config" / f"demo.{language}.toml").read_text(encoding="utf-8"))
    for language in settings.LANGUAGES
}


@pytest.fixture
def agency(tmp_path):
    """The agency at its beginning, its platforms as configured, and a fetcher."""
    words = Words("zh", TABLES["zh"])
    with Agency(3600) as agency:
        agency.forum_dies()
        (tmp_path / "huiyin.toml").write_text(agency.configuration(words), encoding="utf-8")
        fetcher = Fetcher(FetchLimits(), clock=daemon.clock)
        yield settings.load(tmp_path / "huiyin.toml").platforms, fetcher.get


def collected(agency, place, cursor=None):
    platforms, fetch = agency
    return feed.collect(platforms[place], cursor or Cursor(platform=place), fetch)


def test_the_website_lies_about_its_encoding_and_names_no_zone(agency):
    website = collected(agency, planted.WEBSITE)

    assert website.cursor.decoded_by == "gb18030"
    ages = [daemon.clock() - item.published_at for item in website.items]
    assert all(timedelta(minutes=59) < age < timedelta(days=1) for age in ages)


def test_the_disclosure_column_says_when_nothing_has_changed(agency):
    first = collected(agency, planted.DISCLOSURE)
    again = collected(agency, planted.DISCLOSURE, first.cursor)

    assert first.items
    assert again.items == ()
    assert collected(agency, planted.DISCLOSURE, replace(again.cursor, etag="")).items == first.items


def test_the_column_is_read_article_by_article_whatever_it_calls_its_encoding(agency):
    platforms, fetch = agency
    column = listing.collect(platforms[planted.NOTICES], Cursor(platform=planted.NOTICES), fetch)

    assert column.cursor.decoded_by == "declaration"
    assert [item.title for item in column.items] == ["老旧小区加装电梯方案公示", "公示公告"]
    assert column.items[0].text.startswith("翠屏小区3号楼")
    assert column.items[0].published_at is not None


def test_the_mailbox_lies_about_its_encoding_and_serves_pages(agency):
    platforms, fetch = agency
    letters = board.collect(platforms[planted.LETTERS], Cursor(platform=planted.LETTERS), fetch)

    assert letters.cursor.decoded_by == "gb18030"
    assert letters.complete
    assert [item.external_id for item in letters.items] == ["2026-0885", "2026-0880", "2026-0871"]
    assert not [author for author in planted.AUTHORS if author in repr(letters)]


def test_no_writer_leaves_the_collector(agency):
    items = collected(agency, planted.COMMENTS).items

    assert items
    assert not [
        author for author in planted.AUTHORS for item in items if author in repr(item) or quote(author) in item.link
    ]


@pytest.mark.parametrize(("place", "code"), [(planted.FORUM, "refused"), (planted.SUPERVISION, "became_html")])
def test_broken_platforms_are_broken(agency, place, code):
    with pytest.raises(CollectError) as caught:
        collected(agency, place)

    assert caught.value.code == code


def leaves(table, path=""):
    for key, value in table.items():
        yield from leaves(value, f"{path}{key}.") if isinstance(value, dict) else [(f"{path}{key}", value)]


def test_both_languages_say_the_same():
    """The same keys with the same names to fill in."""

    def holes(text):
        return [{name for _, name, _, _ in string.Formatter().parse(part) if name} for part in text.split("|")]

    zh, en = (dict(leaves(TABLES[language])) for language in ("zh", "en"))
    assert list(zh) == list(en)
    assert [key for key in zh if any(hole != holes(zh[key])[0] for hole in holes(en[key]))] == []


def test_cut_texts_keep_their_width():
    assert fitted("居民留言板", 12) == "居民留言板  "
    assert fitted("居民留言板", 9) == "居民留.. "


def test_each_run_gets_a_folder_of_its_own(tmp_path):
    folders = [_unused(tmp_path)]
    folders[0].mkdir()
    folders.append(_unused(tmp_path))

    assert not folders[1].exists()
    assert all(folder.parent == tmp_path for folder in folders)
