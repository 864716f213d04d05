"""What the zoo shows: routes that answer rightly, wrongly, too slowly, too much or not at all.

Functions take what may vary and return a Route; ``ROUTES`` has one of each under a fixed path.
"""

from __future__ import annotations

import gzip
import io
import itertools
import json
from collections.abc import Mapping
from functools import cache

from demo.encodings import SAMPLES, XML
from demo.zoo import Request, Route, Wire

PAUSE = 0.02  # seconds between the drops of a slow server


def answer(
    body: bytes | str, content_type: str = XML, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Route:
    """A well-formed answer; ``str`` is sent as UTF-8."""
    data = body.encode() if isinstance(body, str) else body

    def route(request: Request, wire: Wire) -> None:
        fields = {"Content-Type": content_type, "Content-Length": str(len(data)), **(headers or {})}
        wire.send(head(status, fields) + (b"" if request.method == "HEAD" else data))

    return route


def head(status: int = 200, fields: Mapping[str, str] | None = None) -> bytes:
    """Status line and headers; field values may hold bytes beyond ASCII as Latin-1."""
    lines = [f"HTTP/1.1 {status} Whatever", "Connection: close", *(f"{k}: {v}" for k, v in (fields or {}).items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def raw(data: bytes) -> Route:
    """Exactly these bytes."""
    return lambda _, wire: wire.send(data)


def tired(status: int, retry_after: str) -> Route:
    """Asks for a pause."""
    return answer("", status=status, headers={"Retry-After": retry_after})


def redirect(location: str, status: int = 302) -> Route:
    return raw(head(status, {"Location": location, "Content-Length": "0"}))


def endless_redirect() -> Route:
    """Another address below the same path each time."""
    count = itertools.count()

    def route(request: Request, wire: Wire) -> None:
        redirect(f"{request.path}?{next(count)}")(request, wire)

    return route


def conditional(body: bytes | str, etag: str, modified: str = "", content_type: str = XML) -> Route:
    """Answers 304 to the right validators."""
    fields = {"ETag": etag} | ({"Last-Modified": modified} if modified else {})
    full = answer(body, content_type, headers=fields)

    def route(request: Request, wire: Wire) -> None:
        same = request.headers.get("if-none-match") == etag
        (raw(head(304, fields)) if same else full)(request, wire)

    return route


def in_turn(*routes: Route) -> Route:
    """The first request gets the first route, and so on; the last one stays."""
    waiting = list(routes)

    def route(request: Request, wire: Wire) -> None:
        (waiting.pop(0) if len(waiting) > 1 else waiting[0])(request, wire)

    return route


def drip(first: bytes, drop: bytes = b" ") -> Route:
    """``first`` at once, then a drop now and then, for ever."""

    def route(_: Request, wire: Wire) -> None:
        wire.send(first)
        while wire.rest(PAUSE):
            wire.send(drop)

    return route


def silent() -> Route:
    """Takes the request and says nothing."""

    def route(_: Request, wire: Wire) -> None:
        while wire.rest(1):
            pass

    return route


def flood(first: bytes, block: bytes) -> Route:
    """``first``, then ``block`` as fast as the other side takes it, for ever."""

    def route(_: Request, wire: Wire) -> None:
        wire.send(first)
        while wire.rest(0):
            wire.send(block)

    return route


def reset(first: bytes) -> Route:
    """``first``, then the connection breaks."""

    def route(_: Request, wire: Wire) -> None:
        wire.send(first)
        wire.reset()

    return route


@cache
def bomb(size: int, members: int = 1) -> bytes:
    """Gzip of ``size`` spaces, in ``members`` parts."""
    packed = io.BytesIO()
    for _ in range(members):
        with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as part:
            for _ in range(size // members // 65_536):
                part.write(b" " * 65_536)
    return packed.getvalue()


# 50 million spaces in brotli
BROTLI_BOMB = bytes.fromhex("cfffff7ff82540e2b14020f7fe9ffffffff04b00c4610180eefd7ffec1ebe3970088c322001d747d")


def bombing(size: int, members: int = 1) -> Route:
    """A ``bomb``, made when somebody asks for it."""

    def route(request: Request, wire: Wire) -> None:
        packed(bomb(size, members))(request, wire)

    return route


def packed(body: bytes, encoding: str = "gzip", content_type: str = XML) -> Route:
    """``body`` as it is, said to be packed that way."""
    return answer(body, content_type, headers={"Content-Encoding": encoding})


LOGIN = """<!DOCTYPE html>
<html lang="zh"><head><meta charset="utf-8"><title>统一身份认证平台</title></head>
<body><form method="post"><input name="user"><input name="password" type="password"></form></body></html>
"""
RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>云溪市公告</title><link>http://yunxi.example/</link>
<item><title>关于东湖路停水的通知</title><link>http://yunxi.example/1.html</link><guid>notice-1</guid>
<pubDate>Sat, 11 May 2024 09:12:33 +0800</pubDate><description>周日上午停水检修。</description></item>
<item><title>关于公交改道的通知</title><link>http://yunxi.example/2.html</link><guid>notice-2</guid>
<pubDate>2024-05-10 08:00:00</pubDate><description>&lt;p&gt;3 路公交绕行。&lt;/p&gt;</description></item>
</channel></rss>
"""
ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>云溪市信箱</title><id>urn:yunxi:box</id>
<entry><id>urn:yunxi:7</id><title>路灯不亮</title><link href="http://yunxi.example/7"/>
<updated>2024-05-11T09:12:33+08:00</updated><summary>东湖路三盏路灯不亮。</summary></entry></feed>
"""
RDF = """<?xml version="1.0" encoding="utf-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="http://yunxi.example/"><title>云溪市要闻</title><link>http://yunxi.example/</link></channel>
<item rdf:about="http://yunxi.example/n/3"><title>汛期值班安排</title><link>http://yunxi.example/n/3</link>
<dc:date>2024-05-11T01:12:33Z</dc:date><description>值班电话已公布。</description></item></rdf:RDF>
"""
EMPTY_RSS = '<?xml version="1.0"?><rss version="2.0"><channel><title>云溪市公告</title></channel></rss>'
JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "云溪市信箱",
        "items": [
            {
                "id": "m-1",
                "url": "http://yunxi.example/m/1",
                "title": "井盖松动",
                "content_html": "<p>东湖路口<b>井盖</b>松动。</p>",
                "date_published": "2024-05-11T09:12:33+08:00",
            },
            {"id": 2, "content_text": "公交站牌倒了", "date_published": "2024-05-11 10:00:00"},
        ],
    },
    ensure_ascii=False,
)

ROUTES: dict[str, Route] = {
    "/rss": answer(RSS, "application/rss+xml"),
    "/atom": answer(ATOM, "application/atom+xml"),
    "/rdf": answer(RDF),
    "/json": answer(JSON_FEED, "application/feed+json"),
    "/gzip": packed(gzip.compress(RSS.encode())),
    "/two-members": packed(gzip.compress(RSS[:200].encode()) + gzip.compress(RSS[200:].encode())),
    "/bomb": bombing(50_000_000),
    "/bombs": bombing(50_000_000, members=50),
    "/brotli": packed(b"\x0b\x02\x80hello\x03", "br"),
    "/brotli-bomb": packed(BROTLI_BOMB, "br"),
    "/not-gzip": packed(RSS.encode()),
    "/cut-gzip": packed(gzip.compress(RSS.encode())[:-20]),
    "/empty": answer(b""),
    "/login": answer(LOGIN, "text/html; charset=utf-8"),
    "/always-304": raw(head(304, {"ETag": '"1"'})),
    "/cut-xml": answer(RSS[: RSS.index("公交绕行")]),
    "/short": raw(head(200, {"Content-Type": XML, "Content-Length": "9999"}) + RSS.encode()),
    "/long": raw(head(200, {"Content-Type": XML, "Content-Length": "20"}) + RSS.encode()),
    "/two-lengths": raw(head(200, {"Content-Length": "5", "content-length": "6"}) + b"hello!"),
    "/bad-chunks": raw(head(200, {"Transfer-Encoding": "chunked"}) + b"zz\r\nhello\r\n0\r\n\r\n"),
    "/cut-chunks": raw(head(200, {"Transfer-Encoding": "chunked"}) + b"5\r\nhello\r\n9\r\nwor"),
    "/chunks": raw(head(200, {"Transfer-Encoding": "chunked"}) + b"5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n"),
    "/no-length": raw(head(200, {"Content-Type": XML}) + RSS.encode()),
    "/huge-header": raw(head(200, {"X-Huge": "x" * 200_000, "Content-Length": "2"}) + b"ok"),
    "/many-headers": flood(b"HTTP/1.1 200 OK\r\n", b"X-Line: 1\r\n" * 100),
    "/interim": flood(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100),
    "/not-http": raw(b"SSH-2.0-OpenSSH_9.9\r\n"),
    "/hang-up": raw(b""),
    "/silent": silent(),
    "/drip-head": drip(b"HTTP/1.1 200 OK\r\nX-Slow: "),
    "/drip-body": drip(head(200, {"Content-Type": XML})),
    "/flood": flood(head(200, {"Content-Type": XML}), b" " * 65_536),
    "/gzip-name": flood(head(200, {"Content-Encoding": "gzip"}) + b"\x1f\x8b\x08\x08" + bytes(6), b"a" * 65_536),
    "/reset": reset(head(200, {"Content-Length": "9999"}) + b"hello"),
    "/round": redirect("/round"),
    "/round-and-round": endless_redirect(),
    "/to-rss": redirect("/rss", 301),
    "/to-nowhere": redirect(""),
    "/missing": answer("gone", "text/plain", status=404),
} | {f"/encoding/{sample.name}": answer(sample.body, sample.content_type) for sample in SAMPLES}
