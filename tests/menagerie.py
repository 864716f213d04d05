"""Everything that fetches, brought before one misbehaving server: what a pass ends in, what it cost, whom it asked."""

from __future__ import annotations

import json
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from io import BytesIO
from ipaddress import ip_network

from demo import animals
from demo.bestiary import TRAP, Trick
from demo.zoo import Route, Zoo
from monitor import proof
from monitor.collectors import account, accountapi, board, feed, listing, sitemap
from monitor.errors import CollectError
from monitor.fetch import Fetcher, FetchLimits
from monitor.mapping import Account, Board, Listing
from monitor.model import Collected, Cursor, Platform
from tests import columns
from tests.fetching import fetcher
from tests.houses import T

LIMITS = FetchLimits(total=timedelta(seconds=5), max_bytes=200_000, max_redirects=5)
HASTE = replace(LIMITS, total=timedelta(seconds=0.4))
HTML, JSON = "text/html", "application/json"
ONLY_ZOO = (ip_network("127.0.0.1/32"),)
TOKEN = "huiyin-0123456789"
READING = Listing(entry="ul.col li", date="span")
MAPPING = Board(items="data.list", number="id", title="title", text="content", posted="createTime")
ACCOUNT = Account(appid="wx0000000000000000")


@dataclass
class Seen:
    """What a pass ended in ("" for well), why its articles were not read, what it took, what was read."""

    code: str = ""
    inner: str = ""
    left_out: str = ""
    detail: str = ""
    took: float = 0.0
    requests: int = 0
    items: int = 0
    texts: list[str] = field(default_factory=list)
    cursor: Cursor | None = None


@dataclass
class Keeper:
    """A zoo whose platforms live below ``base``, and a client whose fetches are the only ones."""

    zoo: Zoo
    client: Fetcher
    prover: Fetcher
    base: str
    limits: FetchLimits
    cursors: dict[str, Cursor] = field(default_factory=dict)

    def url(self, path: str) -> str:
        return self.base + path

    def platform(self, path: str, kind: str, **options: object) -> Platform:
        usual = {"networks": ONLY_ZOO, "title": "P", "prefixes": (self.url("/"),)}
        return Platform(name=kind, kind=kind, url=self.url(path), **(usual | options))  # type: ignore[arg-type]

    def visit(self, kind: str, trick: Trick) -> Seen:
        """One pass of ``kind`` while the server plays ``trick`` at the place that the kind is about."""
        read = KINDS[kind](self, trick)
        self.zoo.seen.clear()
        begun, cursor = time.monotonic(), self.cursors.get(kind, Cursor(platform=kind))
        try:
            collected = read(cursor)
            self.cursors[kind] = collected.cursor
            seen = _seen(collected)
        except CollectError as error:
            self.cursors[kind] = replace(cursor, fetches=cursor.fetches + 1)
            seen = Seen(code=error.code, detail=str(error))
        seen.took, seen.requests = time.monotonic() - begun, len(self.zoo.seen)
        return seen

    def show(self, path: str, route: Route) -> None:
        self.zoo.routes[path] = route


def _seen(collected: Collected) -> Seen:
    trouble, left = collected.trouble, collected.left_out
    memory = json.loads(collected.cursor.memory or "{}")
    return Seen(
        code=trouble.code if trouble else "",
        inner=memory.get("why", "").partition("\n")[0],
        left_out=left.code if left else "",
        detail=str(trouble or left or ""),
        items=len(collected.items),
        texts=[f"{item.title}\n{item.text}" for item in collected.items],
        cursor=collected.cursor,
    )


Read = Callable[[Cursor], Collected]


def honest(body: bytes, media: str) -> Route:
    return animals.answer(body, media)


def _page(*urls: str) -> bytes:
    row = '<li><a href="{url}">城区停水通知第{n}号</a><span>2026-11-0{n}</span></li>'
    rows = "".join(row.format(url=url, n=n) for n, url in enumerate(urls, 1))
    return columns.shell(f'<ul class="col">{rows}</ul>').encode()


def _article(n: int) -> bytes:
    text = f"<p>为保障施工安全，城南路第{n}段今晚十时起停水，请居民提前储水，不便之处，敬请谅解。</p>"
    return columns.article(f"城区停水通知第{n}号", text).encode()


def _map(root: str, name: str, *urls: str) -> bytes:
    place = f"<{name}><loc>{{url}}</loc><lastmod>2026-11-0{{n}}</lastmod></{name}>"
    places = "".join(place.format(url=url, n=n) for n, url in enumerate(urls, 1))
    return f'<?xml version="1.0" encoding="utf-8"?>\n<{root}>{places}</{root}>'.encode()


def _messages(first: int) -> bytes:
    entries = [
        {"id": n, "title": f"第{n}封", "content": "路灯坏了三天，请派人来修。", "createTime": f"2026-11-0{n} 08:12"}
        for n in (first, first - 1)
    ]
    return json.dumps({"data": {"list": entries}}, ensure_ascii=False).encode()


def _feed(keeper: Keeper, trick: Trick) -> Read:
    keeper.show("/feed.xml", trick(animals.RSS.encode(), animals.XML))
    at = keeper.platform("/feed.xml", "feed", full_every=3)
    return lambda cursor: feed.collect(at, cursor, keeper.client.get)


def _articles(keeper: Keeper, trick: Trick) -> list[str]:
    for n in range(1, 5):
        keeper.show(f"/t{n}.html", trick(_article(n), HTML))
    return [keeper.url(f"/t{n}.html") for n in range(1, 5)]


def _list(keeper: Keeper, trick: Trick, inner: Trick = honest) -> Read:
    keeper.show("/index.html", trick(_page(*_articles(keeper, inner)), HTML))
    at = keeper.platform("/index.html", "list", listing=READING, full_every=3)
    return lambda cursor: listing.collect(at, cursor, keeper.client.get)


def _list_articles(keeper: Keeper, trick: Trick) -> Read:
    return _list(keeper, honest, trick)


def _sitemap(keeper: Keeper, trick: Trick, inner: Trick = honest) -> Read:
    keeper.show("/sitemap.xml", trick(_map("urlset", "url", *_articles(keeper, inner)), animals.XML))
    at = keeper.platform("/sitemap.xml", "sitemap", listing=Listing(), full_every=3)
    return lambda cursor: sitemap.collect(at, cursor, keeper.client.get)


def _sitemap_articles(keeper: Keeper, trick: Trick) -> Read:
    return _sitemap(keeper, honest, trick)


def _submap(keeper: Keeper, trick: Trick) -> Read:
    keeper.show("/news.xml", trick(_map("urlset", "url", *_articles(keeper, honest)), animals.XML))
    keeper.show("/index.xml", animals.answer(_map("sitemapindex", "sitemap", keeper.url("/news.xml"))))
    at = keeper.platform("/index.xml", "submap", listing=Listing(), full_every=3)
    return lambda cursor: sitemap.collect(at, cursor, keeper.client.get)


def _board(keeper: Keeper, trick: Trick) -> Read:
    keeper.show("/api/list", trick(_messages(9), JSON))
    at = keeper.platform("/api/list", "board", board=MAPPING, full_every=3)
    return lambda cursor: board.collect(at, cursor, keeper.client.get)


def _later_page(keeper: Keeper, trick: Trick) -> Read:
    keeper.show("/list/1", animals.answer(_messages(9), JSON))
    keeper.show("/list/2", trick(_messages(7), JSON))
    keeper.show("/list/3", animals.answer('{"data": {"list": []}}', JSON))
    at = keeper.platform("/list/{page}", "later page", board=MAPPING, full_every=3)
    return lambda cursor: board.collect(at, cursor, keeper.client.get)


def _account(keeper: Keeper, trick: Trick, token: Trick = honest) -> Read:
    part = {"title": "停水通知", "content": "<p>东苑路停水</p>", "url": "http://mp.weixin.qq.com/s?mid=7", "digest": ""}
    entry = {"article_id": "a7", "content": {"news_item": [part], "create_time": int(T.timestamp())}}
    listed = json.dumps({"total_count": 1, "item_count": 1, "item": [entry]}, ensure_ascii=False).encode()
    keeper.show("/cgi-bin/stable_token", token(b'{"access_token": "token", "expires_in": 7200}', JSON))
    keeper.show("/cgi-bin/freepublish/batchget", trick(listed, JSON))
    at = keeper.platform("", "account", account=ACCOUNT, secret="correct-horse", messages=True)
    door = accountapi.Door(keeper.client.post_in_turn, lambda: T)
    return lambda cursor: account.collect(door, at, cursor, keeper.client.get)


def _token(keeper: Keeper, trick: Trick) -> Read:
    return _account(keeper, honest, trick)


def _file(keeper: Keeper, trick: Trick) -> Read:
    keeper.show("/list.csv", trick("姓名,住址\n李桂香,东苑小区\n".encode() * 20, "text/csv"))
    at = keeper.platform("/list.csv", "file")

    def read(cursor: Cursor) -> Collected:
        keeper.client.save(at, at.url, BytesIO(), keeper.limits)
        return Collected((), cursor)

    return read


def _proof(keeper: Keeper, trick: Trick) -> Read:
    keeper.show("/huiyin.txt", trick(f"{TOKEN}\n".encode(), "text/plain"))
    at = keeper.platform("/huiyin.txt", "proof")

    def read(cursor: Cursor) -> Collected:
        code = proof.in_file(keeper.prover.get(at, at.url), TOKEN)
        if code:
            raise CollectError(code)
        return Collected((), cursor)

    return read


KINDS: dict[str, Callable[[Keeper, Trick], Read]] = {
    "feed": _feed,
    "list": _list,
    "list article": _list_articles,
    "sitemap": _sitemap,
    "sitemap article": _sitemap_articles,
    "map of an index": _submap,
    "board": _board,
    "later page of a board": _later_page,
    "account": _account,
    "token of an account": _token,
    "file": _file,
    "proof": _proof,
}


class Connections:
    """The addresses to which this process opened connections while the ``with`` block ran, as the interpreter tells."""

    _heard: list[tuple[object, ...]] | None = None

    def __enter__(self) -> Connections:
        self.addresses: list[tuple[object, ...]] = []
        Connections._heard = self.addresses
        return self

    def __exit__(self, *_: object) -> None:
        Connections._heard = None

    @classmethod
    def hear(cls, event: str, told: tuple[object, ...]) -> None:
        if event == "socket.connect" and cls._heard is not None and isinstance(told[1], tuple):
            cls._heard.append(told[1][:2])


sys.addaudithook(Connections.hear)


@contextmanager
def trapped(port: int) -> Iterator[Callable[[], bool]]:
    """Listen at the same port of other addresses of this machine; says whether anybody has come."""
    with (
        closing(socket.create_server((TRAP, port))) as trap,
        closing(socket.create_server(("::1", port), family=socket.AF_INET6)) as other,
    ):

        def sprung() -> bool:
            for each in (trap, other):
                each.setblocking(False)
                try:
                    each.accept()[0].close()
                except BlockingIOError:
                    continue
                return True
            return False

        yield sprung


@contextmanager
def keeping(limits: FetchLimits = LIMITS, host: str = "", **options: object) -> Iterator[Keeper]:
    """A zoo, called ``host``, and all that fetches from it; ``options`` are of the client."""
    with Zoo({}) as zoo:
        once = replace(limits, max_redirects=0)
        yield Keeper(zoo, fetcher(limits, **options), fetcher(once, **options), zoo.url("", host), limits)
