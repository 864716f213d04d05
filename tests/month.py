"""A month in the life of 300 platforms of many kinds, for the soak: what they publish, and how they fail, by seed.

The websites are read by the real client through a proxy on loopback, since a name without a private network is what
tells a site from our own line; the mailbox, the account and the folder have servers and files of their own.
"""

from __future__ import annotations

import json
import random
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from urllib.parse import urlsplit

from demo import animals
from demo.zoo import Route
from monitor.model import LINE
from tests import accounts, columns, exporting
from tests.accounts import Service
from tests.exporting import Folder
from tests.houses import CONFIGURATION, Clock, T
from tests.imap_servers import Account
from tests.mails import mail

KINDS = {"feed": 241, "list": 36, "sitemap": 18, "board": 2, "exports": 1, "mailbox": 1, "account": 1}
BY_WEB = ("feed", "list", "sitemap", "board")
SHOWN = 60  # entries that a feed or a list shows
HOSTS = 120
LONGEST_WAIT = timedelta(hours=27)  # every_max, moved by a tenth, and a step
BLIPS = 0.02  # of all answers, which break
FEW_BLIPS = 0.002  # of a board's: it is asked so often that one in fifty visits of a week would rightly be told
FAULTS = ("reset", "hang-up", "http_503", "login", "http_404", "empty", "short", "loop")
TABLE = """
[[platform]]
name = "{name}"
title = "栏目{name}"
kind = "{kind}"
url = "{url}"
"""
SLOWLY = 'every = "6h"\nevery_max = "24h"\n'
PAGES = {"feed": "feed.xml", "list": "index.html", "sitemap": "sitemap.xml", "board": "list/{page}"}
MORE = {
    "feed": SLOWLY,
    "list": SLOWLY + '[platform.page]\nentry = "ul.col li"\ndate = "span"\n',
    "sitemap": SLOWLY,
    "board": "[platform.fields]\n"
    + "".join(
        f'{field} = "{name}"\n'
        for field, name in (
            ("items", "data.list"),
            ("number", "id"),
            ("title", "title"),
            ("text", "content"),
            ("posted", "createTime"),
            ("reply", "reply"),
            ("replied", "replyTime"),
        )
    ),
}


@dataclass
class Life:
    """What one platform really does: when it publishes, and when it fails and how."""

    name: str
    kind: str
    published: list[datetime]
    outages: list[tuple[datetime, datetime, str]] = field(default_factory=list)

    def fault(self, now: datetime) -> str:
        return next((how for start, end, how in self.outages if start <= now < end), "")

    def out(self, now: datetime) -> int:
        """How much has been published by now."""
        return bisect_right(self.published, now)


class World:
    """Short faults come often, long ones seldom; once our own line is dead."""

    def __init__(self, days: float, seed: int, clock: Clock) -> None:
        luck = random.Random(seed)
        self.clock, self.blips, self.end = clock, luck, T + timedelta(days=days)
        middle = T + timedelta(days=days) / 2
        self.line = (middle, middle + timedelta(hours=min(14, 2 * days)))
        kinds = [kind for kind, many in KINDS.items() for _ in range(many)]
        self.lives = {f"p{n}": _life(f"p{n}", kind, luck, self.end) for n, kind in enumerate(kinds)}
        self.letters, self.wechat, self._served = Account(), Service(clock), dict.fromkeys(self.lives, 0)
        self.broke: frozenset[str] = frozenset()  # whose last answer was a blip
        self.asked = 0

    # the servers

    def get(self, path: str, _default: object = None) -> Route:
        """The zoo's routes: a request to the proxy names the whole address."""
        self.asked += 1
        number, _, page = urlsplit(path).path.strip("/").partition("/")
        life, now = self.lives[f"p{number}"], self.clock.now
        blips = FEW_BLIPS if life.kind == "board" else BLIPS
        broke, self.broke = self.broke, self.broke - {life.name}
        if self.blips.random() < blips and life.name not in broke:  # three in a row would rightly be told
            self.broke |= {life.name}
            return _faulty("reset", life, b"")
        if self.line[0] <= now < self.line[1]:
            return _faulty("reset", life, b"")
        body, media = _page(life, page, path.rpartition("/")[0], now)
        fault = life.fault(now)
        return _faulty(fault, life, body) if fault else animals.answer(body, media)

    def move(self, folder: Folder) -> None:
        """What is not asked for by a URL arrives by itself."""
        now = self.clock.now
        for life in (each for each in self.lives.values() if each.kind not in BY_WEB):
            before, out = self._served[life.name], life.out(now)
            new = [(n, life.published[n]) for n in range(before, out)]
            if life.kind == "mailbox":
                self.letters.says = {"hello": b"* BYE too busy\r\n"} if life.fault(now) else {}
                for n, at in new:
                    self.letters.inbox.add(mail(_text(life, n), subject=f"第{n}封", name=f"m{n}"), at)
            elif life.kind == "account":
                fault = {"freepublish/batchget": [(-1, "busy")] * 99}
                self.wechat.errors = fault if life.fault(now) else {}
                for n, at in new:
                    self.wechat.articles.insert(0, accounts.article(n + 1, int(at.timestamp()), need_open_comment=0))
            elif new:
                rows = [exporting.row(f"2026{n:07d}", _text(life, n), posted=_local(at)) for n, at in new]
                folder.drop(f"{now:%Y%m%d%H%M}.csv", exporting.table(rows))
            self._served[life.name] = out

    # what was really so

    def was_away(self, name: str, at: datetime) -> bool:
        """Whether the platform (or all of them) really failed at that moment, or had just begun to answer again."""
        spans = [self.line] if name == LINE else [self.line, *((s, e) for s, e, _ in self.lives[name].outages)]
        return any(start <= at <= end + timedelta(hours=2) for start, end in spans)

    def share_away(self, name: str, at: datetime) -> float:
        """Of the week before ``at``, as far as anybody looked."""
        begin = max(T, at - timedelta(days=7))
        spans = [self.line, *((start, end) for start, end, _ in self.lives[name].outages)]
        away = sum((max(min(end, at) - max(start, begin), timedelta(0)) for start, end in spans), timedelta(0))
        return away / max(at - begin, timedelta(hours=1))

    def configuration(self, proxy: str, account: str, mailbox: str, folder: str) -> str:
        head, _, rest = CONFIGURATION.partition("[[platform]]")
        policy = "[policy" + rest.partition("[policy")[2]
        urls = {"account": account, "exports": f"file://{folder}"}
        fields = "\n".join(f'{name} = "{getattr(exporting.FIELDS, name)}"' for name in _FIELDS)
        more = MORE | {
            "exports": f"[platform.fields]\n{fields}\n",
            "mailbox": mailbox,
            "account": f'networks = ["127.0.0.0/8"]\n[platform.account]\nappid = "{accounts.APPID}"\n',
        }
        tables = []
        for n, life in enumerate(self.lives.values()):
            page = PAGES.get(life.kind, "")
            url = urls.get(life.kind, f"http://www.host{n % HOSTS}.example/{n}/{page}")
            shown = "" if life.kind == "mailbox" else TABLE.format(name=life.name, kind=life.kind, url=url)
            tables.append(shown + more[life.kind].replace("{name}", life.name))
        return f'{head}[http]\nproxy = "{proxy}"\n{"".join(tables)}{policy}'


_FIELDS = ("number", "title", "text", "place", "posted", "replied", "reply", "unit")


def _life(name: str, kind: str, luck: random.Random, end: datetime) -> Life:
    life, at = Life(name, kind, []), T - timedelta(hours=luck.uniform(0, 24))
    seldom = 1 if kind in ("feed", "list") else 4
    while at < end:
        life.published.append(at)
        at += seldom * timedelta(hours=luck.choice((2, 6, 20, 30)) * luck.uniform(0.5, 1.5))
    at = T + timedelta(days=luck.uniform(1, 20))
    while at < end - timedelta(days=2) and kind != "exports":
        span = timedelta(hours=luck.choice((0.2, 0.5, 2, 10, 30)))
        life.outages.append((at, at + span, luck.choice(FAULTS)))
        at += span + timedelta(days=luck.uniform(3, 12))
    return life


def _text(life: Life, number: int) -> str:
    return f"关于{life.name}第{number}号事项的通知，请各单位按时办理，并于月底前报送情况。"


def _local(at: datetime) -> str:
    return f"{at + timedelta(hours=8):%Y-%m-%d %H:%M}"


def _faulty(how: str, life: Life, body: bytes) -> Route:
    empty = {
        "feed": animals.EMPTY_RSS,
        "list": "<html><body><p>暂无</p></body></html>",
        "sitemap": "<urlset></urlset>",
        "board": '{"data": {"list": []}}',
    }
    routes = {
        "reset": animals.reset(b"HTTP/1.1 2"),
        "hang-up": animals.raw(b""),
        "http_503": animals.answer("busy", status=503),
        "http_404": animals.answer("gone", status=404),
        "login": animals.answer(animals.LOGIN, "text/html; charset=utf-8"),
        "empty": animals.answer(empty.get(life.kind, "")),
        "short": animals.raw(animals.head(200, {"Content-Length": str(len(body) + 999)}) + body),
        "loop": animals.endless_redirect(),
    }
    return routes[how]


def _page(life: Life, page: str, base: str, now: datetime) -> tuple[bytes, str]:
    """What stands at one address of a platform, and its media type."""
    out = life.out(now)
    latest = [(n, life.published[n]) for n in range(out - 1, max(-1, out - 1 - SHOWN), -1)]
    if page.startswith("a"):
        n = int(page[1:].partition(".")[0])
        return columns.article(f"通知{n}", f"<p>{_text(life, n)}</p>").encode(), "text/html"
    if life.kind == "feed":
        return _feed(life, latest).encode(), animals.XML
    if life.kind == "list":
        rows = "".join(f'<li><a href="a{n}.html">通知第{n}号</a><span>{_local(at)}</span></li>' for n, at in latest)
        return columns.shell(f'<ul class="col">{rows}</ul>').encode(), "text/html"
    if life.kind == "sitemap":
        places = (f"<url><loc>{base}/a{n}.html</loc><lastmod>{at.isoformat()}</lastmod></url>" for n, at in latest)
        return f"<urlset>{''.join(places)}</urlset>".encode(), animals.XML
    return _messages(life, latest if page == "list/1" else [], now).encode(), "application/json"


def _feed(life: Life, latest: list[tuple[int, datetime]]) -> str:
    entries = (
        f"<item><title>通知{n}</title><guid>{life.name}-{n}</guid><pubDate>{at.isoformat()}</pubDate>"
        f"<description>{escape(_text(life, n))}</description></item>"
        for n, at in latest
    )
    return f'<rss version="2.0"><channel><title>{life.name}</title>{"".join(entries)}</channel></rss>'


def _messages(life: Life, latest: list[tuple[int, datetime]], now: datetime) -> str:
    """Answered after three days."""
    soon = timedelta(days=3)
    entries = [
        {"id": n, "title": f"第{n}封", "content": _text(life, n), "createTime": _local(at)}
        | (
            {"reply": "已办结。", "replyTime": _local(at + soon)}
            if at + soon <= now
            else {"reply": "", "replyTime": ""}
        )
        for n, at in latest
    ]
    return json.dumps({"data": {"list": entries}}, ensure_ascii=False)
