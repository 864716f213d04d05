"""Which links of a published text lead to files, what these are called, and what passes the door."""

import pytest

from monitor import door, filelinks
from monitor.attachment import MOST, Attachment
from monitor.filelinks import files
from monitor.model import Item, Platform, Surface

KEY = b"k" * 32
PAGE = "https://www.agency.example/n/1.html"
ID = "330326198008199900"


def found(html, *, link=PAGE, beside=()):
    """Address without the host, name and ending of each file."""
    files_ = files(Item(external_id="1", html=html, link=link, files=beside))
    return [(file.url.removeprefix("https://www.agency.example"), file.name, file.ending) for file in files_]


@pytest.mark.parametrize(
    ("html", "file"),
    [
        ("<a href='a.pdf'>a</a>", ("/n/a.pdf", "a.pdf", "pdf")),
        ("<a href='/x/A.XLSX?v=2#top'>下载</a>", ("/x/A.XLSX?v=2", "A.XLSX", "xlsx")),
        ("<a href='P0202611.doc'>公租房配租名单</a>", ("/n/P0202611.doc", "公租房配租名单.doc", "doc")),
        ("<a href='P0202611.doc'>附件1</a>", ("/n/P0202611.doc", "P0202611.doc", "doc")),
        ("<a href='P1.wps'>附件：名单.wps（25KB）</a>", ("/n/P1.wps", "附件：名单.wps", "wps")),
        ("<a href='a.et' title='低保名单.et'>a</a>", ("/n/a.et", "低保名单.et", "et")),
        ("<a href='a.csv' download='花名册.csv'>a</a>", ("/n/a.csv", "花名册.csv", "csv")),
        ("<a href='名单 2.zip'>见</a>", ("/n/%E5%90%8D%E5%8D%95%202.zip", "名单 2.zip", "zip")),
        ("<a href='/d.do?f=%E5%90%8D%E5%8D%95.xls'>下载</a>", ("/d.do?f=%E5%90%8D%E5%8D%95.xls", "名单.xls", "xls")),
        ("<a href='/downloadFile?id=7'>名单.xlsx</a>", ("/downloadFile?id=7", "名单.xlsx", "xlsx")),
        ("<a href='/attach/7' download='b.txt'>取</a>", ("/attach/7", "b.txt", "txt")),
        ("<iframe src='/up/c.pdf'></iframe>", ("/up/c.pdf", "c.pdf", "pdf")),
        ("<object data='c.pdf'></object>", ("/n/c.pdf", "c.pdf", "pdf")),
        ("<embed src='c.pdf'>", ("/n/c.pdf", "c.pdf", "pdf")),
        ("<iframe src='/pdfjs/viewer.html?file=/up/d.pdf'></iframe>", ("/up/d.pdf", "d.pdf", "pdf")),
        ("<a href='/x/e.pdf;jsessionid=12'>见</a>", ("/x/e.pdf;jsessionid=12", "e.pdf", "pdf")),
        ("<a href='a.rar'>压缩包</a>", ("/n/a.rar", "a.rar", "rar")),
        ("<base href='/other/'><a href='a.pdf'>a</a>", ("/other/a.pdf", "a.pdf", "pdf")),
        ("<a href='//cdn.example/a.pdf'>a</a>", ("https://cdn.example/a.pdf", "a.pdf", "pdf")),
        ("<a href='a\n.pdf'>a</a>", ("/n/a.pdf", "a.pdf", "pdf")),
    ],
)  # fmt: skip
def test_a_link_to_a_file(html, file):
    assert found(html) == [file]


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<p>名单.xlsx 见局公示栏</p>",
        "<a href='list.html'>名单.xlsx</a>",
        "<a href='/detail/12'>关于印发方案.doc的通知</a>",
        "<a href='/a.zip/index.jsp'>x</a>",
        "<a href='javascript:down(\"a.pdf\")'>a.pdf</a>",
        "<a href='mailto:a@b.zip'>a</a>",
        "<a href='http://[::1/a.pdf'>a</a>",
        "<a href='/a/..%2f..%2fb.pdf'>a</a>",
        "<a href='http://u:p@www.agency.example/a.pdf'>a</a>",
        "<a href='/viewer.html?file=/up/d.pdf?x=1'>x</a>",
        "<a href='/viewer.html?file=none'>d.pdf</a>",
        "<a href='/n/.pdf'>a</a>",
        "<a>a.pdf</a>",
    ],
)
def test_no_link_to_a_file(html):
    assert found(html) == []


def test_without_markup_only_what_the_feed_names():
    assert found(None, beside=("https://www.agency.example/e.csv", "https://www.agency.example/e.mp3")) == [
        ("/e.csv", "e.csv", "csv")
    ]


def test_each_once_and_not_too_many():
    html = "".join(f"<a href='{n % 80}.pdf'>a</a>" for n in range(200))

    assert len(found(html)) == MOST
    assert found("<a href='a.pdf'>a</a>" * 3, beside=("https://www.agency.example/n/a.pdf",)) == [
        ("/n/a.pdf", "a.pdf", "pdf")
    ]


def test_a_hostile_page_costs_little():
    assert found("<a href='" + "a." * 200_000 + "pdf'>" + ".doc" * 50_000 + "</a>") == []
    assert len(found("<a href='a.pdf'>" + "名" * 500_000 + "</a>")[0][1]) <= filelinks.LONGEST_NAME + 4


def entered(html, surface=Surface.PUBLIC):
    prefixes = ("https://www.agency.example/n/",)
    platform = Platform(name="p", kind="feed", title="P", url=PAGE, prefixes=prefixes, surface=surface)
    return door.entry(KEY, platform, Item(external_id="1", html=html, link=PAGE)).attachments


def test_what_passes_the_door_is_named_and_known_by_its_address():
    url = "https://www.agency.example/n/a.pdf"

    assert entered("<a href='a.pdf'>配租名单</a>") == (
        Attachment(external_id=f"file:{url}", link=url, name="配租名单.pdf"),
    )


def test_on_a_private_surface_no_file_is_looked_for():
    assert entered("<a href='a.pdf'>a</a>", Surface.PRIVATE) == ()


@pytest.mark.parametrize(
    ("href", "error"),
    [
        ("/other/a.pdf", "outside_prefix"),
        ("https://elsewhere.example/n/a.pdf", "outside_prefix"),
        ("a.rar", "unsupported"),
        (f"{ID}.pdf", "personal_address"),
        ("%EF%BC%93%EF%BC%93%EF%BC%90326198008199900.pdf", "personal_address"),
        (f"/other/{ID}.rar", "personal_address"),
    ],
)
def test_what_is_never_fetched_says_why(href, error):
    (attachment,) = entered(f"<a href='{href}'>a</a>")

    assert attachment.error == error
    assert ID not in repr(attachment)
    assert "330326198008199900" not in attachment.link


def test_the_name_is_masked():
    (attachment,) = entered(f"<a href='a.pdf'>张某{ID}.pdf</a>")

    assert attachment.name == "张某330*************00.pdf"
    assert attachment.error == ""
