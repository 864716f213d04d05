"""A house beside a real web server on loopback whose pages have files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demo import animals
from demo.zoo import Request, Wire, Zoo
from monitor.house import House
from monitor.model import Item
from tests.attached import ID, drawn, pdf, sheet, xlsx
from tests.houses import CONFIGURATION, T, Web, build

Route = Callable[[Request, Wire], None]
OCTETS = "application/octet-stream"
LIST = xlsx(sheet({"A1": "姓名", "B1": "身份证号"}, {"A2": "张某", "B2": ID}))
HARMLESS = pdf(drawn(60, 700, "申请须知：请携带户口本"))


def file(body: bytes) -> Route:
    return animals.answer(body, OCTETS)


@dataclass
class Site:
    """``routes`` can be changed while it serves; ``asked`` are the paths that were asked for, in order."""

    routes: dict[str, Route]
    asked: list[str] = field(default_factory=list)
    web: Web = field(default_factory=Web)
    zoo: Zoo | None = None

    def __call__(self, request: Request, wire: Wire) -> None:
        path = request.target.partition("?")[0]
        self.asked.append(path)
        self.routes.get(path, animals.answer("", status=404))(request, wire)

    @property
    def base(self) -> str:
        assert self.zoo is not None
        return self.zoo.url("")

    def page(self, *hrefs: str, name: str = "1", **more: Any) -> Item:
        """An article with links to files."""
        links = "".join(f'<a href="{href}">见</a>' for href in hrefs)
        given = {"title": "配租公示", "text": "名单见附件", "published_at": T} | more
        return Item(external_id=name, html=f"<p>{links}</p>", link=f"{self.base}/{name}.html", **given)

    def configuration(self, extra: str = "", text: str = CONFIGURATION) -> str:
        return text.replace("http://127.0.0.1:9/feed.xml", f"{self.base}/feed.xml").replace("[pace]", f"{extra}[pace]")

    def house(self, folder: Path, extra: str = "") -> House:
        return build(folder, self.web, self.configuration(extra))


@contextmanager
def serving(routes: dict[str, Route]) -> Iterator[Site]:
    site = Site(routes)
    known = dict.fromkeys(routes, site)
    with Zoo(known) as zoo:
        site.zoo = zoo
        yield site


def rows(house: House, columns: str = "name, error, findings") -> list[tuple[Any, ...]]:
    """What is remembered of each file, by its number."""
    with house.store.read() as tx:
        return [tuple(row) for row in tx.exec_driver_sql(f"SELECT {columns} FROM attachment ORDER BY id")]
