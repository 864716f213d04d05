"""Papers to be signed: what each says, and that the .docx holds it and nothing else."""

import re
import tomllib
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.finding import Kind
from monitor import settings
from monitor.document import docx
from monitor.letter import Code, Facts, Items, Link, Paragraph, Phone, Picture, Section, Table
from monitor.model import Surface
from monitor.papers import PAPERS, Known, Matter, Paper, Route, left
from monitor.sections import Expiry
from monitor.words import Words
from tests.houses import CONFIGURATION
from tests.letters import BROKEN, CONFIG, NOW, RECORD, ZONE

TABLES = [
    {
        key: value
        for part in ("words", "papers")
        for key, value in tomllib.loads((CONFIG / f"{part}.{language}.toml").read_text(encoding="utf-8")).items()
    }
    for language in ("zh", "en")
]
ZH, EN = Words("zh", TABLES[0]), Words("en", TABLES[1])
LOADED = settings.read(Path("huiyin.toml"), tomllib.loads(CONFIGURATION), [])
COMMANDS = {  # what the command says, or hands in
    *("written", "exists", "dns", "clock", "secret_mail", "secret_ring", "secret_database"),
    *(f"why_{what}" for what in ("platform", "mail", "ring", "chat", "proxy", "database", "dns", "clock")),
}
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def known(**changes):
    usual = Known(
        agency="青岚县住房和城乡建设局",
        zone=ZONE,
        now=NOW,
        platforms=LOADED.platforms,
        contacts=LOADED.contacts,
        policies=LOADED.policies,
        emergency=LOADED.emergency,
        pace=LOADED.pace,
        agent="Huiyin/9",
        proxied=False,
    )
    return replace(usual, **changes)


def said(paper):
    """All of a paper as one text, a line a block or cell."""
    lines = [paper.title, paper.to, paper.opening]
    for section in paper.sections:
        lines.append(section.title)
        for block in section.blocks:
            match block:
                case Paragraph(text):
                    lines.append(text)
                case Items(entries):
                    lines += entries
                case Facts(pairs):
                    lines += [f"{name} {value}" for name, value in pairs]
                case Table(head, rows):
                    lines += [" | ".join(row) for row in (head, *rows)]
    return "\n".join([*lines, *paper.signature, paper.footer])


def parts(file):
    with ZipFile(BytesIO(file)) as package:
        assert package.testzip() is None
        return {name: package.read(name).decode() for name in package.namelist()}


def written(file):
    """The lines of the document, cells included."""
    root = ET.fromstring(parts(file)["word/document.xml"])
    return ["".join(each.text or "" for each in line.iter(f"{W}t")) for line in root.iter(f"{W}p")]


def platform(**changes):
    return {"website": replace(LOADED.platforms["website"], **changes)}


@pytest.mark.parametrize("name", PAPERS)
@pytest.mark.parametrize("words", [ZH, EN])
def test_every_paper_can_be_made_of_the_least_that_is_known(name, words):
    paper = PAPERS[name](known(), words)
    file = docx(paper, NOW, words.language)

    for part, text in parts(file).items():
        assert ET.fromstring(text) is not None, part
    assert set(filter(None, said(paper).replace(" | ", "\n").splitlines())) & set(written(file))
    assert paper.title in written(file)
    assert "{" not in said(paper)


def test_the_provider_hears_what_to_let_through_and_how_often():
    text = said(PAPERS["provider"](known(), ZH))

    assert "http://127.0.0.1:9/" in text
    assert "Huiyin/9" in text
    assert "隔0秒" in text
    assert "目前没有需要处理的内容" in text
    assert "目前各平台都读取正常" in text
    slower = known(pace=replace(LOADED.pace, host_gap=timedelta(minutes=2)))
    assert "隔2分钟" in said(PAPERS["provider"](slower, ZH))


def test_the_provider_hears_what_to_take_down_with_page_and_place():
    record = replace(RECORD, platform="website", locator="https://www.agency.example/list.xlsx")
    paper = PAPERS["provider"](known(matters=(Matter(record=record, where=("Sheet1!C7", "Sheet1!C8")),)), ZH)

    assert "2026-0007 | 个人信息外泄 | https://www.agency.example/list.xlsx\nSheet1!C7、Sheet1!C8 |" in said(paper)


@pytest.mark.parametrize(("kind", "surface"), [(Kind.HAZARD, Surface.PUBLIC), (Kind.PERSONAL_DATA, Surface.PRIVATE)])
def test_the_provider_hears_of_nothing_that_isnt_on_its_pages(kind, surface):
    matter = Matter(record=replace(RECORD, kind=kind, platform="website"))

    paper = PAPERS["provider"](known(matters=(matter,), platforms=platform(surface=surface)), ZH)

    assert RECORD.number not in said(paper)


def test_a_record_of_a_platform_that_is_no_longer_configured_is_still_named():
    paper = PAPERS["provider"](known(matters=(Matter(record=RECORD),)), ZH)
    handed = PAPERS["successor"](known(matters=(Matter(record=RECORD),)), ZH)

    assert RECORD.number in said(paper)
    assert "board：补贴名单公示" in said(handed)


def test_the_provider_hears_what_cant_be_read_and_since_when():
    never = replace(BROKEN, title="新栏目", last_good_at=None, error="http_403")
    well = replace(BROKEN, title="旧栏目", error="")

    text = said(PAPERS["provider"](known(health=(BROKEN, never, well)), ZH))

    assert "市民留言板：返回的是网页（可能是登录页面），不是应有的信息列表，最近一次正常是2026年11月23日" in text
    assert "新栏目：对方拒绝访问，最近一次正常是（从未正常过）" in text
    assert "旧栏目" not in text


def test_the_data_centre_hears_of_every_way_out():
    routes = (Route("www.agency.example", 443, "读取局网站"), Route("mail.agency.example", 587, "发通知邮件"))

    text = said(PAPERS["data-centre"](known(routes=routes, kept=(("/data/huiyin.db", "database"),)), ZH))

    assert "www.agency.example | 443 | 读取局网站" in text
    assert "/data/huiyin.db | 数据库（SQLite" in text
    assert "代理" not in text
    assert "只需开放代理一处" in said(PAPERS["data-centre"](known(proxied=True), ZH))


def test_a_successor_gets_all_that_ends_soonest_first_and_no_password():
    ends = (
        Expiry("网站证书", date(2027, 3, 1)),
        Expiry("维护合同", date(2026, 11, 20)),
        Expiry("域名", date(2026, 11, 23)),
    )
    secrets = (("HUIYIN_MAIL_PASSWORD", "发邮件"),)

    text = said(PAPERS["successor"](known(expiries=ends, secrets=secrets), ZH))

    assert text.index("维护合同 | 2026年11月20日 | 已过期3天") < text.index("域名 | 2026年11月23日 | 今天到期")
    assert "网站证书 | 2027年3月1日 | 还有98天" in text
    assert "发邮件 HUIYIN_MAIL_PASSWORD" in text


def test_a_successor_gets_the_ends_of_certificates_that_were_seen():
    seen = replace(BROKEN, title="局网站", certified_until=NOW + timedelta(days=30))

    text = said(PAPERS["successor"](known(health=(BROKEN, seen)), ZH))

    assert "局网站的网站证书（读取时看到的） | 2026年12月23日 | 还有30天" in text
    assert "市民留言板的网站证书" not in text


def test_days_are_counted_in_the_agencys_zone():
    assert left(Expiry("x", date(2026, 11, 24)), date(2026, 11, 23), EN) == "1 day"
    assert left(Expiry("x", date(2026, 11, 22)), date(2026, 11, 23), EN) == "ended 1 day ago"


def test_the_duty_desk_sees_numbers_and_who_is_told_when():
    text = said(PAPERS["duty-desk"](known(), ZH))

    assert "燃气泄漏 0000-5550100" in text
    assert "电梯困人" not in text  # no number for it is known
    assert "有人需要紧急帮助、险情 | 立即 | 值班员" in text
    assert "配置里没有写" in text


def test_the_duty_desk_sees_how_originals_are_opened_and_steps_that_differ():
    crisis = replace(LOADED.policies[Kind.CRISIS], steps=LOADED.policies[Kind.CRISIS].steps[:1])
    told = known(policies={**LOADED.policies, Kind.CRISIS: crisis}, platforms=platform(at_night="登录后台"))

    text = said(PAPERS["duty-desk"](told, ZH))

    assert "有人需要紧急帮助 | 立即 | 值班员\n险情 | 立即 | 值班员\n | 30分钟 | 分管领导" in text
    assert "局网站 登录后台" in text


def test_the_public_is_told_where_danger_is_told_and_when_an_answer_comes():
    answering = known(platforms=platform(answer_within=timedelta(days=15)))

    assert "再打燃气抢修0000-5550100" in said(PAPERS["public-notice"](known(), ZH))
    assert "您的留言将在15天内得到答复" in said(PAPERS["public-notice"](answering, ZH))
    assert "您的留言会有工作人员答复" in said(PAPERS["public-notice"](known(), ZH))


def pieces(table):
    """The longest part of each wording that nothing is filled into."""
    for value in table.values():
        if isinstance(value, dict):
            yield from pieces(value)
        else:
            yield from (max(re.split(r"\{\w+\}", one), key=len).strip() for one in value.split("|"))


@pytest.mark.parametrize("words", [ZH, EN])
def test_nothing_is_worded_that_no_paper_says(words):
    ends = tuple(Expiry("x", NOW.date() + timedelta(days=days)) for days in (-2, -1, 0, 1, 2))
    kept = tuple(("x", what) for what in ("config", "database", "server", "key"))
    matters = (Matter(record=replace(RECORD, platform="website")),)
    lift = replace(LOADED.emergency, lift="96333")
    full = known(
        expiries=ends,
        kept=kept,
        emergency=lift,
        proxied=True,
        secrets=(("X", "x"),),
        proofs=(("X", "x"),),
        matters=matters,
    )
    rostered = known(contacts=LOADED.contacts | {"duty": replace(LOADED.contacts["duty"], mail="")})
    answering = known(
        platforms=platform(answer_within=timedelta(days=1)),
        health=(replace(BROKEN, last_good_at=None, certified_until=NOW),),
        pace=replace(LOADED.pace, host_gap=timedelta(seconds=1)),
    )
    days = known(platforms=platform(answer_within=timedelta(days=15)))
    made = [one(each, words) for one in PAPERS.values() for each in (known(), full, answering, days, rostered)]
    text = "\n".join([*map(said, made), *(paper.name for paper in made)])
    table = {
        key: {name: one for name, one in value.items() if name not in COMMANDS} if isinstance(value, dict) else value
        for key, value in words.table["paper"].items()
        if key not in COMMANDS
    }

    assert [piece for piece in pieces(table) if piece not in text] == []


def blocks(*found, **changes):
    return Paper(**{"name": "x", "title": "题", "opening": "", "sections": (Section("", found),)} | changes)


def test_values_of_every_kind_are_set_as_they_are():
    facts = Facts((("a", Link("https://www.agency.example/?a=1&b=<2>")), ("b", Code("huiyin")), ("c", Phone("119"))))

    lines = written(
        docx(blocks(facts, Items(("一", "二")), Table(("甲", "乙"), (("1", "第一行\n第二行"),))), NOW, "zh")
    )

    assert lines[1:7] == ["a", "https://www.agency.example/?a=1&b=<2>", "b", "huiyin", "c", "119"]
    assert lines[8:10] == ["一", "二"]
    assert lines[10:15] == ["甲", "乙", "1", "第一行", "第二行"]


def test_a_paper_without_opening_signature_or_footer():
    assert written(docx(blocks(Paragraph("只有这句")), NOW, "zh")) == ["题", "只有这句"]


def test_a_paper_has_no_pictures():
    with pytest.raises(ValueError, match="no pictures"):
        docx(blocks(Picture("<svg/>")), NOW, "zh")


@given(st.text())
def test_hostile_words_stay_words(text):
    file = docx(blocks(Paragraph(text), Table((text,), ((text,),)), title=text, footer=text), NOW, "en")

    for part in parts(file).values():
        ET.fromstring(part)
    assert file == docx(blocks(Paragraph(text), Table((text,), ((text,),)), title=text, footer=text), NOW, "en")


def test_nothing_in_a_file_points_anywhere():
    file = docx(PAPERS["provider"](known(matters=(Matter(record=RECORD),)), ZH), NOW, "zh")

    for name, part in parts(file).items():
        assert "External" not in part, name
        assert "<w:hyperlink" not in part, name
        assert "<w:instrText" not in part, name
