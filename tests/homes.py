"""A home page on a real server: it lives, is defaced, redesigned, and shows search engines something else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from demo import animals
from demo.zoo import Request, Wire, Zoo
from monitor.cli import wiring
from monitor.fetch import Fetcher, FetchLimits
from monitor.house import House
from monitor.model import Escalation
from monitor.store import standing
from tests.fetching import TRUST
from tests.houses import CONFIGURATION, Clock, Web, all_records, build, drain

Route = Callable[[Request, Wire], None]
HTML = "text/html; charset=utf-8"
STAGES = ("collect", "look", "escalate")
TITLE = "青岚县住房和城乡建设局"
MENU = ("首页", "机构职能", "政务公开", "办事服务", "互动交流", "专题专栏", "数据发布", "网站地图")
MATTERS = ("老旧小区改造", "燃气安全检查", "公租房配租", "物业信用评价", "城区排水防涝", "农村危房改造", "工地扬尘治理")
DOINGS = ("工作推进会召开", "情况通报", "公示公告", "方案征求意见", "结果公布", "专项整治行动启动", "答记者问")
BET = "https://bet-777.invalid/"
HIDDEN = f'<div style="display:none"><a href="{BET}">真人百家乐开户</a></div>'
DEFACED = "<html><head><title>Hacked by nobody</title></head><body><h1>owned</h1><p>greetings to all</p></body></html>"
LOGIN = (
    '<html><title>统一身份认证</title><body><form method="post"><input type="password" name="p"></form></body></html>'
)
CHALLENGE = '<html><body><script>document.cookie="__jsl_clearance=1";location.reload()</script></body></html>'


@dataclass
class Home:
    """``routes`` by path stand before the page, which is made for each request; ``as_robot`` is for search engines."""

    clock: Clock
    routes: dict[str, Route] = field(default_factory=dict)
    page: Callable[[datetime], str] | None = None
    as_robot: Route | None = None
    seen: list[Request] = field(default_factory=list)
    zoo: Zoo | None = None
    frozen: datetime | None = None  # nobody updates it any more
    beside: str = ""  # at the end of the page
    head: str = ""
    title: str = TITLE
    encoding: str = "utf-8"
    etag: str = ""

    def __call__(self, request: Request, wire: Wire) -> None:
        self.seen.append(request)
        route = self.routes.get(request.path) or self._page
        if self.as_robot is not None and "Baiduspider" in request.headers["user-agent"]:
            route = self.as_robot
        route(request, wire)

    def _page(self, request: Request, wire: Wire) -> None:
        body = (self.page or self.lively)(self.frozen or self.clock()).encode(self.encoding)
        if self.etag:
            animals.conditional(body, self.etag, content_type=HTML)(request, wire)
        else:
            animals.answer(body, "text/html")(request, wire)

    def lively(self, now: datetime) -> str:
        return lively(now, title=self.title, head=self.head, beside=self.beside, charset=self.encoding)

    @property
    def robots(self) -> int:
        return sum("Baiduspider" in request.headers["user-agent"] for request in self.seen)

    def configuration(self, extra: str = "", top: str = "") -> str:
        assert self.zoo is not None
        base = self.zoo.url("")
        more = f'networks = ["127.0.0.0/8"]\nprefixes = ["{base}/"]\nhome = "{base}/"\n{extra}\n'
        text = CONFIGURATION.replace("http://127.0.0.1:9/feed.xml", f"{base}/feed.xml")
        return text.replace('networks = ["127.0.0.0/8"]\n', more).replace("[pace]", f"{top}\n[pace]")

    def house(self, folder: Path, extra: str = "", top: str = "", web: Web | None = None) -> House:
        """Its first day is over, unless ``web`` brings something to read."""
        house = build(folder, web or Web(), self.configuration(extra, top), self.clock())
        if web is None:
            with house.store.write() as tx:
                standing.told(tx, ["website"], self.clock())
        given: dict[str, Any] = {"clock": self.clock, "ssl_context": TRUST}
        limits = FetchLimits(total=timedelta(seconds=10), max_bytes=2_000_000)
        as_robot = Fetcher(
            limits, user_agent=f"{wiring.SEARCH_ENGINE} Huiyin", referer="https://www.baidu.com/", **given
        )
        return replace(house, fetch=Fetcher(limits, **given).get, as_robot=as_robot.get)


@contextmanager
def serving(clock: Clock, **more: Any) -> Iterator[Home]:
    home = Home(clock, **more)
    with Zoo({}) as zoo:
        zoo.routes = _Everything(home)
        home.zoo = zoo
        yield home


class _Everything(dict[str, Route]):
    def __init__(self, home: Home) -> None:
        super().__init__()
        self.home = home

    def get(self, _path: str, _default: object = None) -> Route:  # type: ignore[override]
        return self.home


def lively(now: datetime, *, title: str = TITLE, head: str = "", beside: str = "", charset: str = "utf-8") -> str:
    """A home page as it stands there at ``now``: news, a banner, counters, on some days a festival or a grey filter."""
    luck = Random(f"{now:%Y%m%d}")
    hours = Random(f"{now:%Y%m%d%H}")
    menu = "".join(f'<li class="nav-item"><a href="/col{n}/index.html">{name}</a></li>' for n, name in enumerate(MENU))
    blocks = "".join(_block(n, now) for n in range(4))
    grey = ' style="filter:grayscale(100%)" class="grey"' if luck.random() < 0.08 else ""
    festival = (
        '<div class="festival"><img src="/i/lantern.png"><span>欢度佳节</span></div>' if luck.random() < 0.2 else ""
    )
    floating = f'<div id="ad{luck.randrange(999)}" class="floatAd"><a href="/zt/{luck.randrange(99)}/">专题</a></div>'
    slides = "".join(
        f'<div class="slide s{n}" id="s{luck.randrange(9999)}"><a href="/a/{luck.randrange(9999)}.html">'
        f'<img src="/p/{luck.randrange(9999)}.jpg"></a></div>'
        for n in range(luck.randrange(3, 7))
    )
    media = "".join(
        f'<a href="https://news{luck.randrange(400)}.example/{n}">媒体报道{luck.randrange(99)}</a>' for n in range(3)
    )
    friends = "".join(f'<a href="https://dept{n}.example/">青岚县某局{n}</a>' for n in range(12))
    return (
        f'<!DOCTYPE html><html{grey}><head><meta charset="{charset}"><title>{title}</title>{head}'
        f'<script src="/js/jquery.js?v={luck.randrange(9999)}"></script>'
        '<script src="https://stat.county.example/count.js"></script></head><body>'
        f'{festival}<div class="top"><span>今天是{now:%Y年%m月%d日} {hours.randrange(-9, 39)}℃</span></div>'
        f'<div class="header"><ul class="nav">{menu}</ul></div>{floating}<div class="banner">{slides}</div>'
        f'<div class="main">{blocks}<div class="media">{media}</div></div><div class="friends">{friends}</div>'
        f'<div class="footer"><p>主办：{TITLE}</p><p>访问量：<b id="hits">{hours.randrange(10**7)}</b></p>'
        f"<p>网站标识码：0000000000</p></div>{beside}</body></html>"
    )


def _block(number: int, now: datetime) -> str:
    rows = []
    for n in range(7):
        day = now - timedelta(days=n * (number + 1))
        luck = Random(f"{day:%Y%m%d}{number}")
        text = f"青岚县{luck.choice(MATTERS)}{luck.choice(DOINGS)}"
        mark = ' class="top1"' if luck.random() < 0.1 else ""
        rows.append(f'<li{mark}><a href="/art/{luck.randrange(10**6)}.html">{text}</a><span>{day:%m-%d}</span></li>')
    return f'<div class="block b{number}"><h2>栏目{number}</h2><ul class="list">{"".join(rows)}</ul></div>'


def redesigned(now: datetime) -> str:
    """The same agency in a new dress."""
    rows = "".join(f'<article class="card"><a href="/n/{n}">{MATTERS[n]}{DOINGS[n]}</a></article>' for n in range(7))
    menu = "".join(f'<a class="tab" href="/c/{n}">{name}</a>' for n, name in enumerate(MENU[:5]))
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{TITLE}官方网站</title></head><body id="app">'
        f'<header class="hero"><nav class="tabs">{menu}</nav></header><section class="grid">{rows}</section>'
        f'<aside class="side"><p class="tip">{now:%Y-%m-%d}</p></aside><footer class="foot"><small>{TITLE}</small>'
        "</footer></body></html>"
    )


def pass_time(house: House, clock: Clock, span: timedelta, step: timedelta = timedelta(hours=6)) -> None:
    """Look and judge every ``step``."""
    end = clock.now + span
    while clock.now < end:
        clock.now += step
        drain(house, clock, STAGES)


def again(house: House, clock: Clock, times: int = 1) -> None:
    """The next look of a page that looked strange."""
    for _ in range(times):
        clock.move(minutes=15)
        drain(house, clock, STAGES)


def said(house: House) -> list[tuple[str, str]]:
    return sorted((str(record.kind), str(record.state)) for record in all_records(house))


def rules(house: House, record: Escalation) -> list[str]:
    with house.store.read() as tx:
        return sorted(
            tx.exec_driver_sql(f"SELECT rule FROM finding WHERE escalation_id = {int(record.id)}").scalars().all()
        )


def row(house: House, columns: str) -> tuple[Any, ...]:
    with house.store.read() as tx:
        return tuple(tx.exec_driver_sql(f"SELECT {columns} FROM page ORDER BY id").first() or ())
