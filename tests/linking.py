"""A house beside real web servers on loopback: one of the agency's own, whose pages have links, and somebody else's."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from demo import animals
from demo.zoo import Request, Wire, Zoo
from monitor.cli import wiring
from monitor.fetch import Fetcher, FetchLimits
from monitor.house import House
from monitor.model import Item
from tests.files import Route, Site
from tests.houses import CONFIGURATION, Clock, T, build, drain

HTML = "text/html; charset=utf-8"
LOOPBACK = (ip_network("127.0.0.0/8"),)
FINE = animals.answer("<p>正文</p>", HTML)
MISSING = animals.answer("<h1>404</h1>", HTML, status=404)
DEAD = "dead.example"


def with_links(text: str = CONFIGURATION, extra: str = "") -> str:
    return text.replace("[links]\ncheck = false\n", f"[links]\ncheck = true\n{extra}")


@dataclass
class Linked(Site):
    """``pages`` are served as they are listed: what is changed in one is changed for both."""

    others: Zoo | None = None

    def put(self, *hrefs: str, name: str = "1", **more: Any) -> Item:
        """An article with these links, listed and served."""
        html = "".join(f'<a href="{href}">见</a>' for href in hrefs)
        self.serve(f"/{name}.html", animals.answer(f"<body>{html}</body>", HTML))
        given = {"title": "办事指南", "text": "见链接", "published_at": T} | more
        item = Item(external_id=name, html=html, link=f"{self.base}/{name}.html", **given)
        self.web.items = [*(each for each in self.web.items if each.external_id != name), item]
        return item

    def serve(self, path: str, route: Route) -> None:
        assert self.zoo is not None
        self.routes[path] = route
        self.zoo.routes[path] = self

    def outside(self, path: str) -> str:
        assert self.others is not None
        return self.others.url(path)

    def elsewhere(self, method: str = "HEAD") -> list[str]:
        """What the other server was asked for."""
        assert self.others is not None
        return [request.target for request in self.others.seen if request.method == method]

    def linked(self, folder: Path, extra: str = "", text: str = CONFIGURATION) -> House:
        house = build(folder, self.web, with_links(self.configuration(text=text), extra))
        return self.over(house)

    def over(self, house: House) -> House:
        """The way to other servers leads over loopback, where the guard lets nobody go by itself."""
        client = Fetcher(
            FetchLimits(total=timedelta(seconds=2)),
            user_agent=wiring.user_agent(house.settings),
            clock=lambda: T,
            resolve=_resolve,
        )

        def save(platform: Any, *given: Any, **named: Any) -> Any:
            return client.save(replace(platform, networks=LOOPBACK), *given, **named)

        return replace(house, save=save, head=lambda url, total: client.head(url, total, networks=LOOPBACK))


def _resolve(host: str, _port: int) -> list[str]:
    if host == DEAD:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")
    return [host]


@contextmanager
def linking() -> Iterator[Linked]:
    site = Linked({})

    def elsewhere(request: Request, wire: Wire) -> None:
        FINE(request, wire)

    with Zoo({}) as zoo, Zoo({"/fine": elsewhere}, host="127.0.0.2") as others:
        site.zoo, site.others = zoo, others
        yield site


def days(house: House, clock: Clock, count: float, hours: float = 12) -> None:
    """Time passes, and the stages that matter here have their turn a few times a day."""
    for _ in range(int(count * 24 / hours)):
        clock.move(hours=hours)
        drain(house, clock, ("collect", "attach", "links", "escalate", "deliver"))


def links(house: House, columns: str = "url, error, failures") -> list[tuple[Any, ...]]:
    """What is remembered of each link that stands on a page, by its number."""
    with house.store.read() as tx:
        rows = tx.exec_driver_sql(f"SELECT {columns} FROM link WHERE NOT gone ORDER BY id")
        return [tuple(row) for row in rows]
