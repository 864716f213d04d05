"""Entries per second and share of right titles, beside feedparser as it is and fastfeedparser.

Ours: bytes and header -> decoded, mended, read, titles and texts as a reader sees them, absolute links, dates in UTC,
identities, writers taken out. feedparser sanitises markup and resolves links in it; fastfeedparser returns it as it
came. A peer's title counts as right when it is so after its markup is taken off. Interleaved rounds in one process;
ratios are medians over the rounds. The texts are made up.
"""

from __future__ import annotations

import html
import random
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple
from xml.sax.saxutils import escape

import feedparser

from demo.encodings import TITLE
from monitor.collectors import feed
from monitor.model import Cursor, Fetched, Platform

try:
    import fastfeedparser
except ImportError:
    sys.exit("fastfeedparser is missing: `make bench` installs it (requirements/bench.txt)")

ENTRIES = 300
ROUNDS = 7
XML = "application/xml"
URL = "http://yunxi.example/feed.xml"
PARTS = (
    "我们小区的路灯坏了半个月，晚上走路很不方便，希望尽快修好。",
    "请问公租房今年什么时候开始申请，需要带哪些材料？",
    "物业收了费却不做事，垃圾堆在楼道口没人清，意见很大。",
    "感谢窗口的工作人员，一次就把手续办好了，态度也好。",
    "地铁施工的围挡占了人行道，接送孩子只能走机动车道。",
    "暖气只有十五度，老人受不了，打电话没有人接。",
)


class Sample(NamedTuple):
    name: str
    body: bytes
    content_type: str = XML


class Reader(NamedTuple):
    name: str
    titles: Callable[[Sample], list[str]]


def titles() -> list[str]:
    """Half of them with characters that GB 18030 writes in four bytes."""
    luck = random.Random(7)
    return [f"{n}号：{TITLE if n % 2 else ''}{luck.choice(PARTS)}" for n in range(ENTRIES)]


def text(declared: str = "utf-8") -> str:
    luck = random.Random(8)
    entries = []
    for n, title in enumerate(titles()):
        said = escape(f"<p>{''.join(luck.choices(PARTS, k=5))}</p><p>编号<b>{n}</b></p>")
        entries.append(
            f"<item><title>{escape(title)}</title><link>http://yunxi.example/{n}.html</link><guid>n-{n}</guid>"
            f"<pubDate>Sat, 11 May 2024 09:12:33 +0800</pubDate><description>{said}</description></item>"
        )
    declaration = f'<?xml version="1.0" encoding="{declared}"?>\n' if declared else ""
    return f'{declaration}<rss version="2.0"><channel><title>云溪市信箱</title>{"".join(entries)}</channel></rss>'


def gb(sample: str) -> bytes:
    return sample.encode("gb18030")


def sound() -> Iterator[Sample]:
    yield Sample("UTF-8", text().encode())


def chinese() -> Iterator[Sample]:
    yield Sample("labelled gb18030", gb(text("gb18030")))
    yield Sample("labelled gbk", gb(text("gbk")))
    yield Sample("labelled gb2312", gb(text("gb2312")))
    yield Sample("labelled utf-8", gb(text()))
    yield Sample("gbk in the header only", gb(text("")), "text/xml; charset=gbk")
    yield Sample("labelled gbk, header says latin-1", gb(text("gbk")), "text/xml; charset=iso-8859-1")
    yield Sample("no label", gb(text("")))


def damaged() -> Iterator[Sample]:
    whole = text()
    middle = whole.index(f"<guid>n-{ENTRIES // 2}<")
    end = whole.rindex("</description>")
    yield Sample("bare ampersands", whole.replace("号：", "号 & ").encode())
    yield Sample("entities of HTML", whole.replace("号：", "号：&nbsp;").encode())
    yield Sample("control characters", whole.replace("号：", "号：\x0b").encode())
    yield Sample("undeclared prefix", (whole[:middle] + "<a:b>x</a:b>" + whole[middle:]).encode())
    yield Sample("a tag nobody closes", (whole[:middle] + "<br>" + whole[middle:]).encode())
    yield Sample("a warning before it", b"<br />\n<b>Warning</b>: x in <b>y</b><br />\n" + whole.encode())
    yield Sample("cut in the last entry", whole[: end - 20].encode())
    yield Sample("cut inside a character", whole[: end - 40].encode() + "请".encode()[:2])
    yield Sample("gbk labelled utf-8, cut", gb(whole[: end - 20]))


def expected(sample: Sample) -> list[str]:
    mark = {"bare ampersands": "号 & ", "entities of HTML": "号： "}.get(sample.name, "号：")
    return [folded(title.replace("号：", mark)) for title in titles()]


def folded(title: str) -> str:
    return " ".join(title.split())


def bare(title: str) -> str:
    return folded(html.unescape(re.sub(r"<[^<>]*>", "", title)))


def ours(sample: Sample) -> list[str]:
    platform = Platform(name="p", kind="feed", title="P", url=URL, prefixes=(URL,))
    fetched = Fetched(url=URL, status=200, body=sample.body, content_type=sample.content_type)
    collected = feed.collect(platform, Cursor(platform="p"), lambda *_, **__: fetched)
    return [item.title for item in collected.items]


def feedparsers(sample: Sample) -> list[str]:
    found = feedparser.parse(sample.body, response_headers={"content-type": sample.content_type})
    return [entry.get("title", "") for entry in found.entries]


def fast(sample: Sample) -> list[str]:
    """Takes no headers."""
    return [entry.get("title", "") for entry in fastfeedparser.parse(sample.body).entries]


READERS = (Reader("huiyin", ours), Reader("feedparser", feedparsers), Reader("fastfeedparser", fast))


def timed(reader: Reader, sample: Sample) -> tuple[float, list[str]]:
    """Seconds, and the titles; none when the reader gives up."""
    begun = time.perf_counter()
    try:
        found = reader.titles(sample)
    except (ArithmeticError, LookupError, TypeError, ValueError):
        found = []
    return time.perf_counter() - begun, found


def share(sample: Sample, found: list[str]) -> float:
    """Of the titles that are there, by place; bare, because a peer's title may be markup."""
    pairs = zip(expected(sample), map(bare, found), strict=False)
    return sum(right == seen for right, seen in pairs) / ENTRIES


def measure(name: str, samples: list[Sample]) -> None:
    right = {reader.name: [share(sample, timed(reader, sample)[1]) for sample in samples] for reader in READERS}
    seconds: dict[str, list[float]] = {reader.name: [] for reader in READERS}
    for _ in range(ROUNDS):
        for reader in READERS:
            seconds[reader.name].append(sum(timed(reader, sample)[0] for sample in samples))
    for reader, spent in seconds.items():
        speed = ENTRIES * len(samples) / statistics.median(spent)
        ratio = statistics.median(theirs / own for theirs, own in zip(seconds["feedparser"], spent, strict=True))
        print(f"{name:22} {reader:15} {speed:10,.0f} {ratio:12.1f} {statistics.mean(right[reader]):13.1%}")
    if len(samples) > 1:
        print(f"    {'right titles':36}" + "".join(f"{reader.name[:9]:>10}" for reader in READERS))
        for sample, *shares in zip(samples, *right.values(), strict=True):
            print(f"    {sample.name:36}" + "".join(f"{each:10.0%}" for each in shares))


def main() -> None:
    print(f"{'feeds':22} {'reader':15} {'entries/s':>10} {'x feedparser':>12} {'right titles':>13}")
    for name, samples in (("sound UTF-8", sound()), ("GB 18030", chinese()), ("damaged", damaged())):
        measure(name, list(samples))


if __name__ == "__main__":
    main()
