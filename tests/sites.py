"""A column of a site on a real server, for the tests of list pages and sitemaps: it grows, changes and breaks."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from demo import animals
from demo.zoo import Zoo
from monitor.collectors import listing, sitemap
from monitor.fetch import FetchLimits
from monitor.mapping import Listing
from monitor.model import Cursor, Platform
from tests.columns import article, shell
from tests.fetching import LOOPBACK, fetcher

HTML = "text/html; charset=utf-8"
READING = Listing(entry="ul.col li", date="span", more="index_{page}.html", more_from=2)
FRESH = Cursor(platform="column")
CLIENT = fetcher(FetchLimits(total=timedelta(seconds=10), max_bytes=8_000_000))
A_PAGE = 5  # entries


@dataclass
class Site:
    """``articles`` by number, the newest first on the pages; ``routes`` stand before them."""

    articles: dict[int, str] = field(default_factory=dict)
    routes: dict = field(default_factory=dict)
    titles: dict[int, str] = field(default_factory=dict)
    encoding: str = "utf-8"
    etags: bool = False
    beside: str = ""  # on the list page
    around: str = ""  # on each article page

    def post(self, *numbers, text="为保障施工安全，城南路今晚十时起停水，请居民提前储水。"):
        self.articles |= dict.fromkeys(numbers, text)

    def serve(self, request, wire):
        route = self.routes.get(request.target) or self.routes.get(request.path)
        (route or self._route(request.path))(request, wire)

    def _route(self, path):
        name = path.rpartition("/")[2]
        number = name[1:].partition(".")[0]
        if name.startswith("t") and number.isdecimal() and int(number) in self.articles:
            n = int(number)
            text = f"<p>{self.articles[n]}</p>"
            return self._answer(article(self.title(n), text, beside=self.around, charset=self.encoding))
        if name.startswith("index"):
            page = int(name[6:].partition(".")[0]) if "_" in name else 1
            wanted = sorted(self.articles, reverse=True)[A_PAGE * (page - 1) : A_PAGE * page]
            return self._answer(self.page(wanted)) if wanted or page == 1 else animals.answer("", status=404)
        return animals.answer("", status=404)

    def title(self, number):
        return self.titles.get(number, f"城区停水通知第{number}号")

    def page(self, numbers):
        rows = "".join(f'<li><a href="t{n}.html">{self.title(n)}</a><span>2026-11-{n:02d}</span></li>' for n in numbers)
        return shell(f'<ul class="col">{rows}</ul>{self.beside}', charset=self.encoding)

    def _answer(self, html):
        body = html.encode(self.encoding)
        if self.etags:
            return animals.conditional(body, f'"{hash(body)}"', content_type=HTML)
        return animals.answer(body, "text/html")


class Serving(Zoo):
    """The site while the ``with`` block runs; ``read`` is one pass, and goes on where the one before ended."""

    def __init__(self, site, reading=READING, kind="list", path="/gs/index.html", **options):
        super().__init__({})
        self.routes = _Everything(site)
        self.reading, self.kind, self.path, self.options = reading, kind, path, options
        self.cursor = FRESH

    def platform(self):
        usual = {"title": "公示公告", "networks": LOOPBACK, "full_every": 1000, "listing": self.reading}
        url = self.url(self.path)
        return Platform(name="column", kind=self.kind, url=url, prefixes=(self.url("/"),), **(usual | self.options))

    def read(self, **changes):
        self.seen.clear()
        collect = {"list": listing.collect, "sitemap": sitemap.collect}[self.kind]
        found = collect(self.platform(), replace(self.cursor, **changes), CLIENT.get)
        self.cursor = found.cursor
        return found

    @property
    def asked(self):
        """What was asked for in the last pass, by the names of the files."""
        return [request.path.rpartition("/")[2] for request in self.seen]


class _Everything(dict):
    def __init__(self, site):
        super().__init__()
        self.site = site

    def get(self, _path, _default=None):
        return self.site.serve


def articles(found):
    """The numbers of the articles that came, without the page itself and what stands around."""
    names = [item.external_id.rpartition("/")[2] for item in found.items]
    return [int(name[1:-5]) for name in names if name.startswith("t") and name.endswith(".html")]


def item_of(found, ending):
    (item,) = [item for item in found.items if item.external_id.endswith(ending)]
    return item
