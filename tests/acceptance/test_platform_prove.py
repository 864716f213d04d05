"""``huiyin platform prove`` against a real site, and what the other commands say before and after."""

import re

import pytest
from click.testing import CliRunner

from demo import animals
from demo.zoo import Zoo
from monitor import proof
from monitor.cli import cli
from monitor.settings import load
from monitor.store import proofs
from monitor.store.database import open_store
from tests.houses import CONFIGURATION, Clock, Web, build, configuration, drain, only_record, transitions
from tests.owned import FILE, look

TOKEN = re.compile(r"huiyin-[a-z2-7]{26}")


def huiyin(folder, *words, expect=0):
    result = CliRunner().invoke(cli, ["--config", str(folder / "huiyin.toml"), *words])
    assert result.exit_code == expect, result.output
    return result.output


@pytest.fixture
def site():
    with Zoo({}) as zoo:
        yield zoo


@pytest.fixture
def folder(tmp_path, site):
    """An installation, just set up."""
    second = '[[platform]]\nname = "other"\ntitle = "别处"\nurl = "http://news.agency.invalid/x/feed.xml"\n'
    text = CONFIGURATION.replace("[policy.default]", second + "[policy.default]")
    configuration(tmp_path, text.replace("http://127.0.0.1:9/", site.url("/col/")))
    huiyin(tmp_path, "init")
    return tmp_path


def english(folder):
    path = folder / "huiyin.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("[agency]", '[agency]\nlanguage = "en"'), encoding="utf-8")


def token(folder, site):
    return TOKEN.search(huiyin(folder, "platform", "prove", "website", expect=1))[0]


def test_what_to_publish_is_printed_ready_to_copy_and_works(folder, site):
    said = huiyin(folder, "platform", "prove", "website", expect=1)
    place = next(line.split()[-1] for line in said.splitlines() if FILE in line)
    (tag,) = re.findall(r"<meta [^>]*>", said)
    title = re.search(r"标题 +(.*)", said)[1]
    assert said.count("网址已经不存在") == 2

    site.routes[place.removeprefix(site.url(""))] = animals.answer(TOKEN.search(said)[0], "text/plain")
    assert f"验证文件，{place}" in huiyin(folder, "platform", "prove", "website")
    site.routes = {"/col/": animals.answer(f"<html><head>{tag}</head><body></body></html>", "text/html")}
    assert f"网页标签，{site.url('/col/')}" in huiyin(folder, "platform", "prove", "website")
    site.routes = {"/col/2026/9.html": animals.answer(f"<title>{title}</title>", "text/html")}
    article = site.url("/col/2026/9.html")
    assert f"栏目文章，{article}" in huiyin(folder, "platform", "prove", "website", "--article", article)
    assert f"栏目文章，{article}" in huiyin(folder, "platform", "prove", "website")  # it is remembered


def test_the_dns_record_is_printed_for_a_host_with_a_name(folder):
    said = huiyin(folder, "platform", "prove", "other", expect=1)

    assert "_huiyin.news.agency.invalid" in said
    assert re.search(r"huiyin-verification=huiyin-[a-z2-7]{26}$", said, re.MULTILINE)


@pytest.mark.parametrize(
    ("route", "why"),
    [
        (animals.redirect("/elsewhere"), "网址有跳转"),
        (animals.answer("huiyin-" + "a" * 26, "text/plain"), "给别的网址或别的安装用的"),
        (animals.answer("<!DOCTYPE html><title>404</title>", "text/html"), "那里没有验证码"),
        (animals.answer("x" * 3_000_000, "text/plain"), "内容过大"),
        (animals.reset(b""), "连接断开"),
    ],
)
def test_it_says_precisely_why_not(folder, site, route, why):
    site.routes[FILE] = route

    said = huiyin(folder, "platform", "prove", "website", expect=1)

    assert why in said[said.index("验证文件") : said.index("网页标签")]


@pytest.mark.parametrize(
    ("path", "why"),
    [("/other/1.html", "范围之内"), ("/col/deep/1.html", "更深的文件夹"), ("/col/?q=", "含有验证码")],
)
def test_an_article_elsewhere_is_refused_and_not_remembered(folder, site, path, why):
    url = site.url(path) + (token(folder, site) if path.endswith("=") else "")

    assert why in huiyin(folder, "platform", "prove", "website", "--article", url, expect=1)
    assert not [request for request in site.seen if request.path.endswith("1.html")]


def test_a_wrong_article_is_not_remembered(folder, site):
    site.routes["/col/1.html"] = animals.answer("<title>通知</title>", "text/html")
    huiyin(folder, "platform", "prove", "website", "--article", site.url("/col/1.html"), expect=1)
    site.routes[FILE] = animals.answer(token(folder, site), "text/plain")
    huiyin(folder, "platform", "prove", "website", "--article", site.url("/col/1.html"))

    settings = load(folder / "huiyin.toml")
    store = open_store(settings.database)
    with store.read() as tx:
        (known,) = proofs.of(tx, [site.url("/col/")]).values()
    store.close()
    assert (known.way, known.article) == ("file", "")


def test_a_look_by_hand_that_fails_changes_nothing(folder, site):
    site.routes[FILE] = animals.answer(token(folder, site), "text/plain")
    huiyin(folder, "platform", "prove", "website")
    del site.routes[FILE]
    for _ in range(12):
        said = huiyin(folder, "platform", "prove", "website", expect=1)

    assert "已证明（验证文件）" in said
    assert "已证明（验证文件）" in huiyin(folder, "check-config")


@pytest.mark.parametrize(
    ("language", "never", "proven"),
    [("zh", "还没有归属证明，不读取", "已证明"), ("en", "not read yet: no proof", "proven")],
)
def test_every_command_says_what_is_not_read(folder, site, language, never, proven):
    if language == "en":
        english(folder)
    once = huiyin(folder, "once")
    assert once.count(never) == 2
    assert proof.FILE in once
    assert never in huiyin(folder, "health", expect=1)
    assert never in huiyin(folder, "check-config")
    assert never.split("，")[0][:5] in huiyin(folder, "platform", "list")
    assert "platform prove website" in huiyin(folder, "rehearse", "website", expect=1)

    site.routes[FILE] = animals.answer(token(folder, site), "text/plain")
    huiyin(folder, "platform", "prove", "website")
    site.routes["/col/feed.xml"] = animals.answer("<rss version='2.0'><channel><title>x</title></channel></rss>")
    assert huiyin(folder, "once").count(never) == 1
    assert "/col/feed.xml" in {request.path for request in site.seen}
    assert f"{proven} (" in huiyin(folder, "check-config").replace("（", " (").replace("  ", " ")


def test_before_there_is_a_database_nothing_is_proven(tmp_path):
    configuration(tmp_path)
    huiyin(tmp_path, "check-config")

    assert "还没有归属证明" in huiyin(tmp_path, "check-config")
    assert "huiyin init" in huiyin(tmp_path, "platform", "prove", expect=2)


def test_a_platform_nobody_knows_is_said(folder):
    assert "website, other" in huiyin(folder, "platform", "prove", "nobody", expect=1)


def test_many_prefixes_are_not_all_explained_at_the_start(tmp_path):
    more = "".join(
        f'[[platform]]\nname = "p{n}"\ntitle = "p{n}"\nurl = "http://127.0.0.1:9/{n}/feed.xml"\n' for n in range(8)
    )
    configuration(tmp_path, CONFIGURATION.replace("[policy.default]", more + "[policy.default]"))
    huiyin(tmp_path, "init")
    said = huiyin(tmp_path, "once")

    assert said.count("huiyin-verification.txt") == 5
    assert "另有4个网址" in said


def test_proving_by_hand_closes_the_record(tmp_path, site):
    clock = Clock()
    text = CONFIGURATION.replace("http://127.0.0.1:9/", site.url("/col/"))
    house = build(tmp_path, Web(), text, proven=False)
    right = animals.answer(proof.token(house.key, site.url("/col/")), "text/plain")
    site.routes[FILE] = right
    drain(house, clock)
    del site.routes[FILE]
    for _ in range(12):
        look(house, clock, days=1)
    assert "opened" in transitions(house, only_record(house))

    site.routes[FILE] = right
    huiyin(tmp_path, "platform", "prove")
    assert transitions(house, only_record(house))[-1] == "proven"
