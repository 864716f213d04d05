"""One small feed in every encoding and under every wrong label that Chinese servers are known to send.

The title has characters that GB 18030 writes in four bytes (rare names of places and people).
"""

from __future__ import annotations

import codecs
from typing import NamedTuple

TITLE = "𠮷祥路与䶮泰桥路灯不亮"
PLAIN_TITLE = "东湖路路灯不亮"  # two bytes a character in GBK
BIG5_TITLE = "東湖路路燈不亮"
JAPANESE_TITLE = "東湖通りの街灯が消えています"
LATIN_TITLE = "Lampe cassée [rue du Lac]!"


class Sample(NamedTuple):
    name: str
    body: bytes
    content_type: str
    rule: str  # which rule of monitor.decoding should win
    title: str = TITLE


def feed(declared: str = "", title: str = TITLE) -> str:
    """An RSS feed of one entry; ``declared`` is the encoding it claims, "" for no XML declaration."""
    declaration = f'<?xml version="1.0" encoding="{declared}"?>\n' if declared else ""
    return (
        f'{declaration}<rss version="2.0"><channel><title>云溪市信箱</title><item><title>{title}</title>'
        f"<guid>m-1</guid><description>{title}，已经三天，请派人查看。</description></item></channel></rss>"
    )


def _gb(text: str) -> bytes:
    return text.encode("gb18030")


XML = "application/xml"
_CUT = feed("utf-8").encode().partition("请派".encode())[0] + "请".encode()[:-1]
_CUT_GB = _gb(feed("gbk")).partition(_gb("请派"))[0] + _gb("请")[:-1]
_HOLE = feed("utf-8").encode().replace("三".encode(), "三".encode()[:-1])

SAMPLES = (
    Sample("utf-8", feed("utf-8").encode(), XML, "utf-8"),
    Sample("utf-8-said-to-be-gbk", feed("gbk").encode(), XML, "utf-8-mislabelled"),
    Sample("utf-8-header-says-gbk", feed().encode(), "text/xml; charset=gbk", "utf-8-mislabelled"),
    Sample("utf-8-mark", codecs.BOM_UTF8 + feed().encode(), XML, "bom"),
    Sample("utf-8-cut", _CUT, "text/xml; charset=utf-8", "utf-8-repaired"),
    Sample("utf-8-cut-no-label", _CUT.partition(b"\n")[2], XML, "utf-8-repaired"),
    Sample("utf-8-hole-said-to-be-gbk", _HOLE, "text/xml; charset=gbk", "utf-8-repaired"),
    Sample("gbk", _gb(feed("gbk")), XML, "declaration"),
    Sample("gb2312", _gb(feed("gb2312")), XML, "declaration"),
    Sample("gb18030", _gb(feed("gb18030")), XML, "declaration"),
    Sample("gbk-said-to-be-utf-8", _gb(feed("utf-8")), XML, "gb18030"),
    Sample("gbk-header-says-utf-8", _gb(feed()), "text/xml; charset=utf-8", "gb18030"),
    Sample("gbk-header-alone-says-utf-8", _gb(feed("gbk")), "text/xml; charset=utf-8", "header-mislabelled"),
    Sample("gbk-header", _gb(feed()), "text/xml; charset=gbk", "header"),
    Sample("gbk-unlabelled", _gb(feed()), XML, "gb18030"),
    Sample("gbk-cut", _CUT_GB, XML, "declaration"),
    Sample("gbk-false-utf-8-mark", codecs.BOM_UTF8 + _gb(feed()), XML, "gb18030"),
    Sample(
        "plain-gbk-header-says-latin-1",
        _gb(feed("gbk", PLAIN_TITLE)),
        "text/xml; charset=iso-8859-1",
        "declaration",
        PLAIN_TITLE,
    ),
    Sample("gbk-only-latin-1-said", _gb(feed()), "text/xml; charset=ISO-8859-1", "gb18030"),
    Sample("gbk-said-twice", _gb(feed()), "text/xml; charset=utf-8; charset=gbk", "header"),
    Sample("gbk-said-with-a-slip", _gb(feed()), "text/xml; charset: 'GB2312'", "header"),
    Sample("gbk-by-another-name", _gb(feed("x-gbk")), XML, "declaration"),
    Sample("gbk-no-such-label", _gb(feed("chinese-text")), XML, "gb18030"),
    Sample("utf-16-mark", feed().encode("utf-16"), XML, "bom"),
    Sample("utf-16-le", feed("utf-16").encode("utf-16-le"), XML, "wide"),
    Sample("utf-16-be", feed("utf-16").encode("utf-16-be"), XML, "wide"),
    Sample("utf-16-cut", feed("utf-16").encode("utf-16-le")[:-1], XML, "wide"),
    Sample("utf-32-mark", feed().encode("utf-32"), XML, "bom"),
    Sample("utf-32-le", feed().encode("utf-32-le"), XML, "wide"),
    Sample("utf-32-be", feed().encode("utf-32-be"), XML, "wide"),
    Sample("utf-8-said-twice", feed().encode(), "text/xml; charset=utf-8; charset=utf-8", "utf-8"),
    Sample("utf-8-said-with-a-slip", feed().encode(), "text/xml; charset: utf-8", "utf-8"),
    Sample("big5", feed("big5", BIG5_TITLE).encode("big5", "ignore"), XML, "declaration", BIG5_TITLE),
    Sample(
        "shift-jis", feed("shift_jis", JAPANESE_TITLE).encode("shift_jis", "ignore"), XML, "declaration", JAPANESE_TITLE
    ),
    Sample("ebcdic", feed("cp500", LATIN_TITLE).encode("cp500", "ignore"), XML, "declaration", LATIN_TITLE),
)
