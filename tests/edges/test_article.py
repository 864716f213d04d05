"""Article pages: the main text apart from the furniture, dates, titles, and what is kept to be judged for hiding."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from demo import planted
from monitor.collectors import article
from tests.columns import shell

ZONE = ZoneInfo("Asia/Shanghai")
PARTS = (
    "为做好城区供水管网改造工作，现将有关事项通知如下。",
    "一、改造范围：城南路、东苑小区及周边道路，涉及用户三百余户。",
    "二、施工期间，请沿线居民提前储水，车辆注意绕行，服从现场人员指挥。",
)
TEXT = "\n".join(PARTS)
PARAGRAPHS = "".join(f"<p>{part}</p>" for part in PARTS)


def read(html, selector=""):
    return article.read(html, selector, ZONE)


LAYOUTS = {
    "TRS": f'<div class="TRS_Editor"><style>.TRS_Editor P{{color:red}}</style>{PARAGRAPHS}</div>',
    "TRS in itself": f'<div class="TRS_Editor"><div class="TRS_Editor">{PARAGRAPHS}</div></div>',
    "zoom": f'<div id="zoom">{PARAGRAPHS}</div><p>上一篇：<a href="/1.html">关于某事的通知，请查收。</a></p>',
    "UCAP": f'<div class="pages_content" id="UCAP-CONTENT"><span>{"</span><br><span>".join(PARTS)}</span></div>',
    "school": f'<form name="f"><div id="vsb_content"><div class="v_news_content">{PARAGRAPHS}</div></div></form>',
    "unmarked": f'<div class="x"><div class="y">{PARAGRAPHS}</div></div>',
    "breaks": f'<div class="x"><h2>通知</h2><div class="y">{"<br>".join(PARTS)}</div></div>',
    "divisions": f'<div class="y">{"".join(f"<div>{part}</div>" for part in PARTS)}</div>',
    "table": f"<table><tr><td>{PARAGRAPHS}</td></tr></table>",
    "nested tables": f"<table><tr><td><table><tr><td>{'<br>'.join(PARTS)}</td></tr></table></td></tr></table>",
    "fonts": f'<div class="y">{"".join(f"<p><font><span>{part}</span></font></p>" for part in PARTS)}</div>',
    "in one paragraph": f'<div class="y"><p>{"<br>".join(PARTS)}</p></div>',
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_the_main_text_is_found_in_many_layouts(layout):
    found = read(shell(layout))

    assert TEXT in found.text
    assert len(found.text) <= len(TEXT) + 10


def test_one_short_sentence_is_enough():
    assert read(shell('<div class="a"><div class="b">今晚停水，请储水。</div></div>')).text == "今晚停水，请储水。"


def test_a_list_of_names_is_main_text_too():
    rows = "".join(f"<tr><td>{n}</td><td>张某某{n}</td><td>东苑小区{n}号楼</td></tr>" for n in range(30))
    found = read(shell(f'<div class="con"><p>现将名单公示如下：</p><table>{rows}</table></div>'))

    assert "张某某29\t东苑小区29号楼" in found.text


def test_a_configured_selector_is_taken_whatever_else_there_is():
    mine = f'<div class="mine">{PARAGRAPHS}</div><div class="mine">附件说明。</div>'
    html = shell(f'<div id="zoom">别的文字，也有句子。</div>{mine}')

    assert read(html, ".mine").text == TEXT + "\n附件说明。"
    assert (read(html, ".none").found, read(html, ".none").text) == (False, "")


@pytest.mark.parametrize(
    ("head", "body", "at"),
    [
        ('<meta name="PubDate" content="2026-11-03 10:22">', "", datetime(2026, 11, 3, 2, 22, tzinfo=UTC)),
        ('<meta name="pubdate" content="坏的">', "发布时间：2026-11-03", datetime(2026, 11, 2, 16, tzinfo=UTC)),
        ("", "发文日期 2026年11月3日 10:22:33", datetime(2026, 11, 3, 2, 22, 33, tzinfo=UTC)),
        ("", "时间：[ 2026/11/3 ]", None),
        ("", "会议定于十一月三日召开", None),
    ],
)
def test_dates_of_publication(head, body, at):
    assert read(f"<html><head>{head}</head><body><p>{body}</p></body></html>").at == at


@pytest.mark.parametrize(
    ("html", "title"),
    [
        ('<meta name="ArticleTitle" content="甲"><title>丙-某局</title><h1>乙</h1>', "甲"),
        ("<title>丙-某局</title><body><h1>乙</h1>", "乙"),
        ("<title>丙-某局</title><body><p>x", "丙"),
        ("<p>x", ""),
    ],
)
def test_titles(html, title):
    assert read(html).title == title


@pytest.mark.parametrize(
    "line",
    [
        "浏览次数：1024",
        "【字体：大 中 小】",
        "字号：[大] [中] [小]",
        "打印本页 关闭窗口",
        "上一篇：关于某事的通知",
        "扫一扫在手机打开当前页",
        "分享到：",
    ],
)
def test_furniture_inside_the_main_text_is_left_out_since_it_changes_by_itself(line):
    assert read(shell(f'<div id="zoom">{PARAGRAPHS}<p>{line}</p></div>')).text == TEXT


@pytest.mark.parametrize(
    "signed", ["责任编辑：赵某某", "（记者：赵某某）", "作者: 赵某某", "审核：赵某某 校对：赵某某"]
)
def test_names_of_writers_go_no_further(signed):
    html = shell(f'<div id="zoom">{PARAGRAPHS}<p>{signed}</p></div>')

    assert "赵某某" not in read(html).text


def test_names_in_the_head_of_the_page_are_taken_out_of_the_first_line():
    html = f'<head><meta name="Author" content="赵某某"></head><body><div id="zoom"><p>赵某某</p>{PARAGRAPHS}</div>'

    assert "赵某某" not in read(html).text


# what is kept for judging


def test_the_main_part_keeps_its_links_and_the_style_sheets_that_hold_for_it():
    main = f'<div id="zoom">{PARAGRAPHS}<a href="/f/a.pdf">附件</a></div>'
    found = read(f"<head><style>.h{{display:none}}</style></head><body>{main}")

    assert '<a href="/f/a.pdf">' in found.html
    assert ".h{display:none}" in found.html


def test_what_stands_around_is_kept_apart_without_titles_and_the_main_part():
    body = f'<!-- c --><div><div id="zoom">{PARAGRAPHS}</div><i>旁</i></div><b>脚</b>'
    html = f"<head><title>题</title><script>x()</script></head><body>{body}"
    around = "".join(read(html).around)

    assert all(piece in around for piece in ("<!-- c -->", "<i>旁</i>", "<b>脚</b>", "x()"))
    assert "题" not in around
    assert PARTS[0] not in around


HOSTILE = {
    "deep": "<div>" * 50_000 + "文字，文字。",
    "wide": "<p>句子，句子。</p>" * 60_000,
    "styles": "<style>a{}" + "x" * 300_000 + "</style><div id=zoom>文字，文字。</div>",
    "unclosed style": "<div id=zoom>文字，文字。</div><style>" + "x" * 300_000,
    "nested known": "<div class=TRS_Editor>" * 500 + "文字，文字。",
    "nothing": "",
    "no body": "<frameset><frame src=x></frameset>",
}


@pytest.mark.parametrize("html", HOSTILE.values(), ids=HOSTILE)
def test_hostile_pages_end_soon(html):
    found = read(html)

    assert "文字" not in html or "文字" in found.text
    assert len(found.html) < 3_000_000


def test_the_login_page_of_the_demo_says_little():
    assert len(read(planted.LOGIN_PAGE).text) < 200
