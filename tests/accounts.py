"""The interface of official accounts as it is documented, on loopback, with its error codes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from demo.animals import answer
from demo.zoo import Request, Wire, Zoo
from monitor.collectors import account
from monitor.collectors.accountapi import Door
from monitor.fetch import Fetcher, FetchLimits
from monitor.mapping import Account
from monitor.model import Collected, Cursor, Platform
from tests.fetching import LOOPBACK, TRUST
from tests.houses import Clock

APPID, SECRET = "wx0000000000000000", "correct-horse-battery"
PATHS = ("stable_token", "freepublish/batchget", "comment/list")
BIZ = "MzI0MDAwMDAwMA=="


def article(number: int, at: int, **parts: object) -> dict[str, Any]:
    """One published message with one article; ``at`` in seconds since 1970."""
    url = f"http://mp.weixin.qq.com/s?__biz={BIZ}&mid={number}&idx=1&sn=0f3a&chksm=00ff#rd"
    part = {
        "title": f"停水通知 {number}",
        "author": "办公室",
        "digest": "",
        "content": f"<p>第{number}号：东苑路停水</p>",
        "content_source_url": "",
        "need_open_comment": 1,
        "url": url,
        "is_deleted": False,
    }
    content = {"news_item": [part | parts], "create_time": at, "update_time": at}
    return {"article_id": f"a{number}", "content": content, "update_time": at}


def comment(number: int, at: int, text: str = "什么时候来水", reply: str = "") -> dict[str, Any]:
    """With what says who wrote it, which nobody may read."""
    said = {"content": reply, "create_time": at + 60} if reply else {}
    who = {"openid": "oOPENID0000000000000000000000", "nick_name": "某昵称"}
    return {"user_comment_id": number, "create_time": at, "content": text, "comment_type": 0, "reply": said, **who}


@dataclass
class Service:
    """Gives tokens and what is published; ``errors`` by path are given once each, in order."""

    clock: Clock
    articles: list[dict[str, Any]] = field(default_factory=list)  # the newest first
    comments: dict[tuple[int, int], list[dict[str, Any]]] = field(default_factory=dict)
    errors: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    limits: dict[str, int] = field(default_factory=dict)
    secret: str = SECRET
    calls: Counter[str] = field(default_factory=Counter)
    tokens: int = 1  # the newest is valid
    asked: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, path: str) -> Callable[[Request, Wire], None]:
        def route(request: Request, wire: Wire) -> None:
            said = json.dumps(self.said(path, request), ensure_ascii=False)
            answer(said, "text/plain; charset=utf-8")(request, wire)

        return route

    def said(self, path: str, request: Request) -> dict[str, Any]:
        self.calls[path] += 1
        asked = json.loads(request.body)
        self.asked.append(asked)
        if self.errors.get(path):
            code, message = self.errors[path].pop(0)
            return {"errcode": code, "errmsg": message}
        if self.calls[path] > self.limits.get(path, 1_000_000):
            return {"errcode": 45009, "errmsg": "reach max api daily quota limit rid: 0-0-0"}
        if path == "stable_token":
            return self.token(asked)
        if parse_qs(urlsplit(request.target).query).get("access_token") != [f"token-{self.tokens}"]:
            return {"errcode": 40001, "errmsg": "invalid credential, access_token is invalid or not latest"}
        return self.listed(asked) if path.startswith("free") else self.thread(asked)

    def token(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["appid"] != APPID:
            return {"errcode": 40013, "errmsg": "invalid appid rid: 0"}
        if asked["secret"] != self.secret:
            return {"errcode": 40125, "errmsg": f"invalid appsecret {asked['secret']}, rid: 0"}
        self.tokens += asked["force_refresh"]
        return {"access_token": f"token-{self.tokens}", "expires_in": 7200}

    def listed(self, asked: dict[str, Any]) -> dict[str, Any]:
        assert 1 <= asked["count"] <= 20
        found = self.articles[asked["offset"] : asked["offset"] + asked["count"]]
        return {"total_count": len(self.articles), "item_count": len(found), "item": found}

    def thread(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["count"] >= 50:
            return {"errcode": 88010, "errmsg": "count range error"}
        found = self.comments.get((asked["msg_data_id"], asked["index"]))
        if found is None:
            return {"errcode": 88001, "errmsg": "msg_data is not exists"}
        some = found[asked["begin"] : asked["begin"] + asked["count"]]
        return {"errcode": 0, "errmsg": "ok", "total": len(found), "comment": some}


@dataclass
class Reader:
    """What reads it, pass after pass."""

    door: Door
    platform: Platform
    cursor: Cursor = field(default_factory=lambda: Cursor(platform="wechat"))

    def read(self) -> Collected:
        found = account.collect(self.door, self.platform, self.cursor, lambda *_, **__: None)  # type: ignore[arg-type,return-value]
        self.cursor = found.cursor
        return found


@contextmanager
def serving(service: Service, **options: Any) -> Iterator[Reader]:
    """``options`` are of the Account."""
    with Zoo({f"/cgi-bin/{path}": service(path) for path in PATHS}) as zoo:
        yield Reader(door(service.clock), platform(zoo.url(""), **options))


def door(clock: Clock) -> Door:
    client = Fetcher(FetchLimits(), clock=clock, ssl_context=TRUST)
    return Door(client.post, clock)


def platform(url: str, **options: Any) -> Platform:
    return Platform(
        name="wechat",
        kind="account",
        title="公众号",
        url=url,
        prefixes=(url,),
        messages=True,
        secret=SECRET,
        account=Account(**{"appid": APPID} | options),
        networks=LOOPBACK,
    )
