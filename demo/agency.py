"""The loopback agency of ``huiyin demo``: seven platforms as life has them, on 127.0.0.1 only.

A website in GB18030 that twice says it is UTF-8, with dates that name no zone; a disclosure column in Atom with ETags,
edited in mid-play; a column without a feed, whose list page is given a hidden link; a comment feed that names its
writers wherever it can; a mailbox in JSON and GBK that says it is UTF-8, three letters a page; a forum that dies; a
page that shows a login form where its feed should be.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from types import TracebackType
from urllib.parse import quote, urlsplit
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from demo import animals, planted
from demo.planted import COMMENTS, DISCLOSURE, FORUM, LETTERS, NOTICES, PLACES, POSTS, SUPERVISION, WEBSITE, Post
from demo.zoo import Request, Wire, Zoo
from monitor.words import Words

ZONE = ZoneInfo("Asia/Shanghai")
FEEDS = {
    WEBSITE: "/www/feed.xml",
    DISCLOSURE: "/open/feed.xml",
    NOTICES: "/gsgg/index.html",
    COMMENTS: "/bbs/feed.xml",
    LETTERS: "/letters/list.json?page={page}",
    FORUM: "/forum/feed.xml",
    SUPERVISION: "/duban/feed.xml",
}
EVERY = dict.fromkeys(PLACES, "2s") | {WEBSITE: "3s", COMMENTS: "1s", LETTERS: "1s"}
A_PAGE = 3  # letters
MAILBOX = """kind = "board"
surface = "private"
answer_within = "15d"
[platform.fields]
items = "data.rows"
number = "no"
place = "site"
title = "subject"
text = "body"
posted = "time"
replied = "answered"
reply = "answer"
withdrawn = "revoked"
"""
COLUMN = """kind = "list"
[platform.page]
entry = "ul.list li"
date = "span"
"""


class Agency:
    """Serves while the ``with`` block runs; what it shows changes over ``seconds``."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._began = time.monotonic()
        self._opened = datetime.now(UTC).replace(microsecond=0)
        self._open = ExitStack()
        self._zoo = Zoo(
            {
                FEEDS[WEBSITE]: self._website,
                FEEDS[DISCLOSURE]: self._disclosure,
                **{post.path: self._notices for post in POSTS if post.place == NOTICES},
                FEEDS[COMMENTS]: self._comments,
                FEEDS[LETTERS].partition("?")[0]: self._letters,
                FEEDS[SUPERVISION]: animals.answer(planted.LOGIN_PAGE, "text/html; charset=utf-8"),
                **{paper.path: animals.answer(paper.body, "application/octet-stream") for paper in planted.PAPERS},
            }
        )
        self._forum = Zoo({})
        self._forum_port = self._forum.address[1]
        self._alive = ExitStack()

    def __enter__(self) -> Agency:
        self._alive.enter_context(self._forum)
        self._open.enter_context(self._alive)
        self._open.enter_context(self._zoo)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def verify(self, tokens: Mapping[str, str]) -> None:
        """Put verification files in their places, by address; the forum, while it lives, has one too."""
        for url, token in tokens.items():
            zoo = self._forum if url.startswith(self._forum.url()) else self._zoo
            zoo.routes[urlsplit(url).path] = animals.answer(token, "text/plain")

    def forum_dies(self) -> None:
        """Its port stays taken, but nobody listens any more: refused."""
        self._alive.close()
        dead = self._open.enter_context(socket.socket())
        dead.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        dead.bind(("127.0.0.1", self._forum_port))

    @property
    def base(self) -> str:
        return self._zoo.url("")

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._began

    @property
    def share(self) -> float:
        """How much of the play is over; more than 1 after its end."""
        return self.elapsed / self._seconds

    def url(self, place: str) -> str:
        return (self._forum.url("") if place == FORUM else self.base) + FEEDS[place]

    def configuration(self, words: Words) -> str:
        """The TOML of a service that watches this agency, in the language of ``words``."""
        language = f"language = {_toml(words.language)}"
        contacts = (_contact(words, name) for name in ("duty", "leader"))
        platforms = (self._platform(words, place) for place in PLACES)
        return "\n".join(
            [
                f"# {words.say('demo.config_note')}",
                f"[agency]\nname = {_toml(words.say('demo.agency'))}\n{language}\n",
                '[mail]\nway = "folder"\nfolder = "mails"\nsender = "huiyin@agency.example"\n',
                '[pace]\ntick = "1s"\nbroken_after = 3\nhost_gap = "0s"\nper_host = 4\n',
                "[links]\noutside = false\n",
                '[emergency]\ngas = "0000-5550100"\nfire = "119"\nduty = "0000-5550101"\n',
                *contacts,
                *platforms,
                '[policy.default]\nowner = "duty"\nsteps = [{ after = "0m", tell = ["duty"] }]\n',
                f"# {words.say('demo.config_steps')}",
                "[policy.hazard]",
                'steps = [{ after = "0m", tell = ["duty"] }, { after = "6s", tell = ["leader"] }]\n',
                '[digest]\nto = ["leader"]\n',
            ]
        )

    def _platform(self, words: Words, place: str) -> str:
        every = f"every_max = {_toml(EVERY[place])}\n"
        return (
            f"[[platform]]\nname = {_toml(place)}\ntitle = {_toml(words.say(f'demo.platforms.{place}'))}\n"
            f"url = {_toml(self.url(place))}\nevery = {_toml(EVERY[place])}\n"
            'networks = ["127.0.0.0/8"]\n'
        ) + {LETTERS: MAILBOX, NOTICES: every + COLUMN}.get(place, every)

    def _standing(self, place: str) -> Iterator[tuple[Post, str]]:
        """What stands there now, newest first, with what it says."""
        share = self.share
        for post in reversed(POSTS):
            if post.place == place and post.at <= share:
                yield post, post.says(share)

    def _published(self, post: Post) -> datetime:
        """When the reader is told it was published; what stood there from the beginning is some hours old."""
        shown = timedelta(seconds=int(post.at * self._seconds)) if post.at else -timedelta(hours=1 + POSTS.index(post))
        return self._opened + shown - timedelta(days=post.days)

    def _website(self, request: Request, wire: Wire) -> None:
        items = (
            f"<item><title>{escape(post.title)}</title><link>{self.base}{post.path}</link><guid>{post.path}</guid>"
            f"<pubDate>{self._published(post).astimezone(ZONE):%Y-%m-%d %H:%M:%S}</pubDate>"
            f"<description><![CDATA[{text}]]></description></item>"
            for post, text in self._standing(WEBSITE)
        )
        feed = f'<rss version="2.0"><channel><title>通知公告</title>{"".join(items)}</channel></rss>'
        body = f'<?xml version="1.0" encoding="utf-8"?>\n{feed}'.encode("gb18030")
        animals.answer(body, "text/xml; charset=utf-8")(request, wire)

    def _disclosure(self, request: Request, wire: Wire) -> None:
        entries = "".join(
            f'<entry><id>{post.path}</id><title>{escape(post.title)}</title><link href="{self.base}{post.path}"/>'
            f"<published>{self._published(post).astimezone(ZONE).isoformat()}</published>"
            f'<content type="text">{escape(text)}</content></entry>'
            for post, text in self._standing(DISCLOSURE)
        )
        feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>政务公开</title><id>urn:open</id>{entries}</feed>'
        etag = f'"{sha256(feed.encode()).hexdigest()[:16]}"'
        animals.conditional(feed, etag, content_type="application/atom+xml")(request, wire)

    def _notices(self, request: Request, wire: Wire) -> None:
        """The list with what stands beside it, or one article."""
        standing = {post.path: (post, text) for post, text in self._standing(NOTICES)}
        if request.path not in standing:
            animals.answer("", status=404)(request, wire)
            return
        itself, text = standing.pop(request.path)
        dated = ((post, self._published(post).astimezone(ZONE)) for post, _ in standing.values())
        rows = "".join(f'<li><a href="{post.path}">{post.title}</a><span>{at:%m-%d}</span></li>' for post, at in dated)
        is_list = itself.path == FEEDS[NOTICES]
        body = f'<ul class="list">{rows}</ul>{text}' if is_list else f'<div id="zoom">{text}</div>'
        page = f'<html><head><meta charset="gb2312"><title>{itself.title}</title></head><body>{body}</body></html>'
        animals.answer(page.encode("gb18030"), "text/html")(request, wire)

    def _comments(self, request: Request, wire: Wire) -> None:
        items = (
            f"<item><title>{escape(_byline(post))}</title><dc:creator>{escape(post.author)}</dc:creator>"
            f"<link>{self.base}{post.path}?by={quote(post.author)}</link><guid>{post.path}</guid>"
            f"<pubDate>{format_datetime(self._published(post), usegmt=True)}</pubDate>"
            f"<description>{escape(text)}</description></item>"
            for post, text in self._standing(COMMENTS)
        )
        feed = (
            '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<channel><title>留言</title>{''.join(items)}</channel></rss>"
        )
        animals.answer(feed, "application/rss+xml")(request, wire)

    def _letters(self, request: Request, wire: Wire) -> None:
        """Newest first; after the last page there is an empty one."""
        page = int(request.target.rpartition("=")[2])
        newest_first = sorted(self._standing(LETTERS), key=lambda found: self._published(found[0]), reverse=True)
        rows = [self._letter(post, text) for post, text in newest_first]
        answer = {"code": "0", "data": {"rows": rows[A_PAGE * (page - 1) : A_PAGE * page], "total": len(rows)}}
        body = json.dumps(answer, ensure_ascii=False).encode("gbk")
        animals.answer(body, "application/json; charset=utf-8")(request, wire)

    def _letter(self, post: Post, text: str) -> dict[str, object]:
        posted = int(self._published(post).timestamp() * 1000)
        return {
            "no": post.path,
            "writer": post.author,
            "subject": post.title,
            "body": text,
            "site": post.where or None,
            "time": posted,
            "answer": post.reply or None,
            "answered": posted + 86_400_000 if post.reply else None,
            "revoked": int(self.share >= post.withdrawn_at),
        }


def _byline(post: Post) -> str:
    """A title as comment feeds have it: with the writer's name or without."""
    if not post.title:
        return f"By: {post.author}"
    ways = (post.title, f"《{post.title}》的评论 By: {post.author}", f"{post.author}对《{post.title}》的评论")
    return ways[POSTS.index(post) % len(ways)]


def _contact(words: Words, name: str) -> str:
    title = _toml(words.say(f"demo.contacts.{name}"))
    return f'[[contact]]\nname = "{name}"\ntitle = {title}\nmail = "{name}@agency.example"\n'


def _toml(value: str) -> str:
    """A JSON string is a TOML string."""
    return json.dumps(value, ensure_ascii=False)
