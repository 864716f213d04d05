"""``huiyin platform try`` as a process: permanent interface."""

import json
import os
import subprocess
import sys

import pytest

from demo.animals import ATOM, JSON_FEED, LOGIN, RDF, ROUTES, RSS
from demo.encodings import SAMPLES
from demo.zoo import Zoo
from tests.feeds import entry
from tests.houses import CONFIGURATION
from tests.sites import Serving, Site

COMMAND = [sys.executable, "-m", "monitor.cli"]
SOURCE = {"source", "items", "error", "decoded_by"}
ITEM = {"source", "id", "title", "text", "link", "published"}


def attempt(*sources, options=(), config="missing.toml"):
    """Exit code, lines of items, lines of sources."""
    words = [*COMMAND, "--config", str(config), "platform", "try", *options, *sources]
    done = subprocess.run(words, capture_output=True, timeout=120, check=False)
    assert b"Traceback" not in done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return (
        done.returncode,
        [line for line in lines if set(line) == ITEM],
        [line for line in lines if set(line) == SOURCE],
    )


@pytest.fixture
def file(tmp_path):
    def written(body, name="feed.xml"):
        path = tmp_path / name
        path.write_bytes(body if isinstance(body, bytes) else body.encode())
        return str(path)

    return written


@pytest.mark.parametrize(("text", "count"), [(RSS, 2), (ATOM, 1), (RDF, 1), (JSON_FEED, 2)])
def test_a_file_of_every_format(file, text, count):
    path = file(text)

    code, items, sources = attempt(path)

    assert code == 0
    assert sources == [{"source": path, "items": count, "error": None, "decoded_by": "utf-8"}]
    assert [item["source"] for item in items] == [path] * count
    assert "author" not in json.dumps(items)


def test_an_item_as_it_would_be_stored(file):
    _, (first, second), _ = attempt(file(RSS))

    assert first | {"source": ""} == {
        "source": "",
        "id": "notice-1",
        "title": "关于东湖路停水的通知",
        "text": "周日上午停水检修。",
        "link": "http://yunxi.example/1.html",
        "published": "2024-05-11T01:12:33+00:00",
    }
    assert (second["text"], second["published"]) == ("3 路公交绕行。", "2024-05-10T00:00:00+00:00")


def test_every_encoding_and_lie(file):
    samples = {
        file(sample.body, f"{sample.name}.xml"): sample for sample in SAMPLES if "charset" not in sample.content_type
    }

    code, items, sources = attempt(*samples)

    assert code == 0
    assert [item["title"] for item in items] == [sample.title for sample in samples.values()]
    assert [line["decoded_by"] for line in sources] == [sample.rule for sample in samples.values()]


def test_leaked_data_and_writers_do_not_come_out(file):
    inside = "<title>青山客：公示</title><author>青山客</author><description>身份证号210726196411200006</description>"
    links = "<guid>http://a.example/13800001111</guid><link>http://a.example/?id=210726196411200006</link>"

    _, (item,), _ = attempt(file(entry(inside + links)))

    said = json.dumps(item, ensure_ascii=False)
    assert "210726196411200006" not in said
    assert "13800001111" not in said
    assert "青山客" not in said


def test_one_bad_source_never_stops_the_rest(file, tmp_path):
    sources = {
        file(RSS): None,
        str(tmp_path / "nowhere.xml"): "unreadable",
        str(tmp_path): "unreadable",
        file(b"", "empty.xml"): "broken_feed",
        file(LOGIN, "login.xml"): "became_html",
        file(bytes(range(256)) * 50, "noise.xml"): "broken_feed",
        "/dev/zero": "too_large",
        file(entry("<a>" * 100_000), "deep.xml"): "broken_feed",
        "file:///etc/passwd": "outside_prefix",
        file(ATOM, "last.xml"): None,
    }

    code, items, said = attempt(*sources)

    assert code == 1
    assert [line["source"] for line in said] == list(sources)
    assert [line["error"] and line["error"].partition(":")[0] for line in said] == list(sources.values())
    assert [(line["items"], line["decoded_by"]) for line in said if line["error"]] == [(0, None)] * 8
    assert len(items) == 3


def test_each_source_has_its_time_and_no_more(file, tmp_path):
    """One that never begins, one that is slow to read, and one after them."""
    os.mkfifo(tmp_path / "never")
    odd = file("<rss version='2.0'><channel><item><title>" + "<a/" * 2_000_000, "odd.xml")

    code, items, said = attempt(str(tmp_path / "never"), odd, file(ATOM), options=["--limit", "2"])

    assert code == 1
    assert [line["error"] and line["error"].partition(":")[0] for line in said] == ["timeout", "timeout", None]
    assert len(items) == 1


def test_thousands_in_one_call(file):
    paths = [file(ATOM if n % 10 else b"<rss", f"{n}.xml") for n in range(2000)]

    code, items, said = attempt(*paths)

    assert (code, len(items), len(said)) == (1, 1800, 2000)


def test_a_name_that_is_no_text_comes_back_as_it_is(tmp_path):
    path = tmp_path / os.fsdecode(b"\xb5\xe7.xml")
    path.write_text(ATOM, encoding="utf-8")

    code, _, (line,) = attempt(str(path))

    assert (code, line["source"]) == (0, str(path))


@pytest.fixture
def agency(tmp_path):
    """A zoo, and a configuration with one platform in it."""
    with Zoo(ROUTES) as zoo:
        config = tmp_path / "huiyin.toml"
        config.write_text(CONFIGURATION.replace("http://127.0.0.1:9/feed.xml", zoo.url()), encoding="utf-8")
        yield zoo, config


def test_an_address_under_a_platform_is_fetched(agency):
    zoo, config = agency

    code, items, sources = attempt(zoo.url("/rss"), zoo.url("/encoding/gbk-header"), zoo.url("/login"), config=config)

    assert code == 1
    assert [item["id"] for item in items] == ["notice-1", "notice-2", "m-1"]
    assert [line["decoded_by"] for line in sources] == ["utf-8", "header", None]
    assert "统一身份认证平台" in sources[2]["error"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/rss", "http://elsewhere.example/", "http://127.0.0.1@a.example/"])
def test_another_address_is_refused_with_what_to_do(agency, url):
    zoo, config = agency

    code, _, (line,) = attempt(url, config=config)

    assert code == 1
    assert line["error"].startswith(("outside_prefix: ", "bad_url: "))
    assert "[[platform]]" in line["error"] or "user name" in line["error"]
    assert zoo.seen == []


def test_without_a_configuration_no_address_is_fetched(agency):
    zoo, _ = agency

    code, _, (line,) = attempt(zoo.url("/rss"))

    assert code == 1
    assert "[[platform]]" in line["error"]
    assert "missing.toml" in line["error"]
    assert zoo.seen == []


def test_the_words_are_in_the_agencys_language(agency):
    _, config = agency
    chinese = attempt("http://elsewhere.example/", "/nowhere", config=config)[2]
    config.write_text(
        config.read_text(encoding="utf-8").replace("[agency]", '[agency]\nlanguage = "en"'), encoding="utf-8"
    )
    english = attempt("http://elsewhere.example/", "/nowhere", config=config)[2]

    assert ["本单位" in chinese[0]["error"], "打不开" in chinese[1]["error"]] == [True, True]
    assert ["own platforms" in english[0]["error"], "can't be read" in english[1]["error"]] == [True, True]


def test_a_wrong_configuration_is_told_first(tmp_path, file):
    (tmp_path / "huiyin.toml").write_text("[agency", encoding="utf-8")

    assert attempt(file(ATOM), config=tmp_path / "huiyin.toml") == (2, [], [])


def test_a_list_page_is_read_with_some_of_its_articles(tmp_path):
    site = Site()
    site.post(*range(1, 13))
    with Serving(site) as serving:
        config = tmp_path / "huiyin.toml"
        column = 'kind = "list"\n[platform.page]\nentry = "ul.col li"\nmore = "index_{page}.html"\n'
        text = CONFIGURATION.replace("http://127.0.0.1:9/feed.xml", serving.url(serving.path))
        config.write_text(text.replace("[policy.default]\n", column + "[policy.default]\n"), encoding="utf-8")
        code, items, (source,) = attempt(serving.url(serving.path), config=config)

    assert (code, source["error"], source["items"]) == (0, None, 7)  # five on the first page, itself, what is around
    assert [item["title"] for item in items][:2] == ["城区停水通知第12号", "城区停水通知第11号"]
    assert items[5]["id"] == serving.url(serving.path)
    assert items[5]["text"] == ""
