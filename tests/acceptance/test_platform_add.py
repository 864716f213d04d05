"""``huiyin platform add``: what an address is, what is shown of it, and what is written to the configuration."""

import json
import subprocess
import sys
import tomllib

import pytest
from click.testing import CliRunner

from demo import animals
from demo.animals import JSON_FEED, RSS
from demo.zoo import Zoo
from monitor.cli import adding, cli
from monitor.errors import SettingsError
from monitor.settings import load
from tests import boards, columns
from tests.columns import TITLES, article, entries, shell, url
from tests.houses import CONFIGURATION

HTML = "text/html; charset=utf-8"
LOOPBACK = ("--network", "127.0.0.0/8")
CHALLENGE = "<html><script>document.cookie='k=1';location.reload()</script></html>"
SITEMAP = (
    "<urlset><url><loc>{0}/a.html</loc><lastmod>2026-11-03</lastmod></url><url><loc>{0}/b.html</loc></url></urlset>"
)


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "huiyin.toml"
    path.write_text(CONFIGURATION, encoding="utf-8")
    return path


@pytest.fixture
def zoo():
    with Zoo({}) as opened:
        yield opened


def add(config, address, *options, answer=None):
    asked = [] if answer else ["--yes"]
    words = ["--config", str(config), "platform", "add", address, *LOOPBACK, *asked, *options]
    return CliRunner().invoke(cli, words, input=answer, env={"COLUMNS": "200"})


def written(config, before=CONFIGURATION):
    """The platform that was added; all before it must stand as it stood."""
    text = config.read_text(encoding="utf-8")
    assert text.startswith(before)
    load(config)
    return tomllib.loads(text)["platform"][-1]


def put_column(zoo, made):
    zoo.routes[made.at.partition("?")[0]] = animals.answer(made.html.encode(made.encoding), "text/html")
    for n, title in enumerate(TITLES):
        page = animals.answer(article(title, "<p>现将有关名单予以公示，欢迎监督。</p>"), HTML)
        zoo.routes |= {url(n): page, f"/gsgg{url(n)}": page}


# what it is


def test_a_list_page_is_shown_and_written(zoo, config):
    put_column(zoo, columns.plain())
    zoo.routes["/gsgg/index_2.html"] = animals.answer(columns.plain().html.replace("/art/", "/old/"), HTML)
    done = add(config, zoo.url("/gsgg/index.html"))

    assert done.exit_code == 0, done.output
    assert "这一页有8条" in done.output
    assert "8条中8条有日期" in done.output
    assert "现将有关名单予以公示" in done.output
    assert written(config) == {
        "name": "gsgg",
        "title": "通知公告",
        "kind": "list",
        "url": zoo.url("/gsgg/index.html"),
        "prefixes": [zoo.url("/art/"), zoo.url("/gsgg/")],
        "networks": ["127.0.0.0/8"],
        "page": {"entry": "div.right-con li", "date": "span", "more": zoo.url("/gsgg/index_{page}.html")},
    }


def test_further_pages_that_are_none_are_not_written(zoo, config):
    put_column(zoo, columns.plain())
    zoo.routes["/gsgg/index_2.html"] = animals.answer(columns.plain().html, HTML)
    done = add(config, zoo.url("/gsgg/index.html"))

    assert "看不出怎样翻到后面各页" in done.output
    assert "more" not in written(config)["page"]


@pytest.mark.parametrize(("body", "count"), [(RSS, 2), (JSON_FEED, 2)])
def test_a_feed(zoo, config, body, count):
    zoo.routes["/feed.xml"] = animals.answer(body)
    done = add(config, zoo.url("/feed.xml"), "--name", "news", "--title", "要闻")

    assert f"这是订阅源，现有{count}条" in done.output
    assert {key: written(config)[key] for key in ("name", "title", "kind")} == {
        "name": "news",
        "title": "要闻",
        "kind": "feed",
    }


def test_a_page_that_names_a_feed_of_what_it_lists_is_read_by_that_feed_unless_told_otherwise(zoo, config):
    made = columns.plain()
    link = '<link rel="alternate" type="application/rss+xml" title="公告订阅" href="/gsgg/rss.xml">'
    zoo.routes["/gsgg/index.html"] = animals.answer(made.html.replace("<title>", link + "<title>", 1), HTML)
    items = entries(lambda n, title, href, at: f"<item><title>{title}</title><link>{href}</link></item>")
    zoo.routes["/gsgg/rss.xml"] = animals.answer(f"<rss><channel><title>站</title>{items}</channel></rss>")
    add(config, zoo.url("/gsgg/index.html"))
    assert (written(config)["kind"], written(config)["title"]) == ("feed", "公告订阅")

    add(config, zoo.url("/gsgg/index.html"), "--kind", "list")
    assert (written(config)["kind"], written(config)["name"]) == ("list", "gsgg-2")


def test_a_feed_of_something_else_is_not_taken_for_the_list(zoo, config):
    link = '<link rel="alternate" type="application/rss+xml" href="/rss.xml">'
    zoo.routes["/gsgg/index.html"] = animals.answer(columns.plain().html.replace("<title>", link + "<title>", 1), HTML)
    zoo.routes["/rss.xml"] = animals.answer(RSS)
    add(config, zoo.url("/gsgg/index.html"))

    assert written(config)["kind"] == "list"


def test_a_message_board(zoo, config):
    rows = [boards.answered(2), boards.entry(1)]
    zoo.routes["/api/list"] = animals.answer(boards.answer(rows), boards.JSON)
    done = add(config, zoo.url("/api/list?page=1&size=20"), "--private")

    assert "这是留言板的 JSON，这一页有2条" in done.output
    found = written(config)
    assert (found["url"], found["surface"]) == (zoo.url("/api/list?page={page}&size=20"), "private")
    assert found["fields"] == {
        "items": "data.list",
        "place": "address",
        "posted": "createTime",
        "replied": "replyTime",
        "reply": "replyContent",
    }


PINYIN = {"lybh": "7", "lybt": "路灯", "lynr": "路灯坏了", "lysj": "2026-11-03", "hfsj": "", "hfnr": ""}
ANSWER = {"内容": "已修", "时间": "2026-11-04"}
CHINESE = {"编号": "7", "标题": "路灯", "内容": "路灯坏了", "留言时间": "2026-11-03", "答复": ANSWER}


@pytest.mark.parametrize(
    ("row", "fields"),
    [
        (PINYIN, "lybh lybt lynr lysj hfsj hfnr"),
        (CHINESE, "编号 标题 内容 留言时间 答复.时间 答复.内容"),
    ],
    ids=["pinyin", "Chinese"],
)
def test_boards_name_their_fields_in_pinyin_and_chinese(zoo, config, row, fields):
    zoo.routes["/api"] = animals.answer(json.dumps({"rows": [row], "logs": [{"id": 1}]}), boards.JSON)
    done = add(config, zoo.url("/api"))

    assert "网址里没有页码" in done.output
    names = ("number", "title", "text", "posted", "replied", "reply")
    assert written(config)["fields"] == {"items": "rows"} | dict(zip(names, fields.split(), strict=True))


def test_a_sitemap(zoo, config):
    zoo.routes["/sitemap.xml"] = animals.answer(SITEMAP.format(zoo.url("")))
    done = add(config, zoo.url("/sitemap.xml"))

    assert "列出2个网址" in done.output
    assert written(config)["kind"] == "sitemap"


@pytest.mark.parametrize(
    ("route", "why"),
    [
        (animals.answer("<title>统一登录</title><input type=password>", HTML), "登录"),
        (animals.answer(CHALLENGE, HTML, status=412), "安全防护"),
        (animals.answer(CHALLENGE, HTML), "安全防护"),
        (animals.answer("<p>网站建设中", HTML), "认不出是哪一种平台"),
        (animals.answer('{"rows": [{"id": 1, "url": "x"}]}', boards.JSON), "认不出是哪一种平台"),
        (animals.answer("", status=404), "网址已经不存在"),
        (animals.redirect("http://127.0.0.2/"), "跳转"),
    ],
    ids=["login", "challenge", "challenge with 200", "nothing", "other JSON", "gone", "elsewhere"],
)
def test_what_is_none_is_told_and_nothing_written(zoo, config, route, why):
    zoo.routes["/x"] = route
    done = add(config, zoo.url("/x"))

    assert (done.exit_code, why in done.output) == (1, True), done.output
    assert config.read_text(encoding="utf-8") == CONFIGURATION


@pytest.mark.parametrize(
    ("address", "options"),
    [("ftp://a.example/", ()), ("http://user@a.example/", ()), ("http://127.0.0.1:9/", ("--network", "x"))],
)
def test_bad_addresses_are_refused(config, address, options):
    assert add(config, address, *options).exit_code == 1


def test_private_addresses_are_asked_only_when_their_network_is_given(zoo, config):
    done = CliRunner().invoke(cli, ["--config", str(config), "platform", "add", zoo.url("/"), "--yes"])

    assert (done.exit_code, zoo.seen) == (1, [])
    assert "内部地址" in done.output


# what is written


def test_nothing_is_written_unless_somebody_says_yes(zoo, config):
    put_column(zoo, columns.plain())

    assert add(config, zoo.url("/gsgg/index.html"), answer="n\n").exit_code == 1
    assert config.read_text(encoding="utf-8") == CONFIGURATION
    assert add(config, zoo.url("/gsgg/index.html"), answer="y\n").exit_code == 0
    assert written(config)["name"] == "gsgg"


def test_the_same_address_is_not_added_twice(zoo, config):
    put_column(zoo, columns.plain())
    add(config, zoo.url("/gsgg/index.html"))
    before = config.read_bytes()
    done = add(config, zoo.url("/gsgg/index.html"))

    assert (done.exit_code, "已经配置过了" in done.output, config.read_bytes()) == (1, True, before)


@pytest.mark.parametrize("before", [b"x = 1", b"x = 1\r\n", b"\xef\xbb\xbfx = 1\n# \xe6\xb3\xa8\n\n"])
def test_the_file_keeps_every_byte_its_line_ends_and_its_rights(config, before, monkeypatch):
    config.write_bytes(before)
    config.chmod(0o640)
    monkeypatch.setattr(adding, "load", lambda path: None)
    adding.append(config, "[[platform]]\nname = 1\n")

    after = config.read_bytes()
    assert after.startswith(before)
    assert after.count(b"\r\n") == (after.count(b"\n") if b"\r\n" in before else 0)
    assert config.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in config.parent.iterdir()] == ["huiyin.toml"]


def test_a_block_that_can_not_be_loaded_leaves_the_file_as_it_was(config):
    with pytest.raises(SettingsError) as error:
        adding.append(config, '[[platform]]\nname = "website"\n')

    assert all(problem.startswith(f"{config}: ") for problem in error.value.problems)
    assert config.read_text(encoding="utf-8") == CONFIGURATION
    assert [path.name for path in config.parent.iterdir()] == ["huiyin.toml"]


def test_a_hostile_title_stays_a_title(zoo, config):
    html = shell("<ul class='a'>" + columns.entries(lambda n, t, h, at: f"<li><a href={h}>{t}</a> {at}</li>") + "</ul>")
    evil = '"]\n[agency]\nname="x" [red]\x07\\ 13900000000'
    zoo.routes["/c/"] = animals.answer(html.replace(f"<title>{columns.NAME}", f"<title>{evil}"), HTML)
    add(config, zoo.url("/c/"))

    found = written(config)
    assert found["title"].startswith('"] [agency] name="x" [red]')
    assert "13900000000" not in config.read_text(encoding="utf-8")


def test_as_a_process_in_english(zoo, config):
    put_column(zoo, columns.trs())
    config.write_text(CONFIGURATION.replace("[agency]\n", '[agency]\nlanguage = "en"\n'), encoding="utf-8")
    command = [sys.executable, "-m", "monitor.cli", "--config", str(config), "platform", "add"]
    done = subprocess.run(
        [*command, zoo.url("/gsgg/index.html"), *LOOPBACK, "--yes"], capture_output=True, timeout=120, check=False
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert "8 of 8 have a date" in done.stdout.decode()
