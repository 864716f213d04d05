"""An official account, read through its documented interface: published articles, and the comments below them. EDGE.

The interface gives few calls a day, so they are counted, spread over the day, and kept below what is documented. Of a
comment only its words, time and answer are looked at: who wrote it is never read.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

from classifiers.page import visible_text
from monitor.collectors import bylines, cleaning
from monitor.collectors.accountapi import Door, until_renewal
from monitor.collectors.accountmemory import Memory, Thread
from monitor.errors import CollectError
from monitor.mapping import Account
from monitor.model import Collected, Cursor, Fetched, Item, Platform, Reply

PASS_TIME = 45.0  # seconds after which no further call is made
PAGE = 20  # articles, the most that are given
COMMENTS = 49  # in one call: fifty are refused
PASSES = 5  # lists of articles in one pass
THREAD = 2_000  # comments of an article
MAX_TITLE = 500  # code points
MAX_TEXT = 100_000

_NAMED = ("__biz", "mid", "idx", "sn")  # what an article's address needs
_ELSEWHERE = frozenset({"account_quota", "account_forbidden", "too_large"})  # troubles that comments may not have
_BEFORE = frozenset({"account_credentials", "account_address"})  # no call of the interface was made
_FOR_NOW = frozenset({"account_no_comments", "account_forbidden"})


def collect(door: Door, platform: Platform, cursor: Cursor, _fetch: Callable[..., Fetched]) -> Collected:
    """The newest articles and the comments whose turn it is, and the cursor with ``memory``.

    What stops a pass is never raised: what was read before is good. That the account may not read comments is
    ``left_out``.
    """
    reading = _Reading(door, platform, Memory.read(cursor.memory))
    reading.run()
    closed = reading.memory.closed
    return Collected(
        tuple(reading.items.values()),
        cursor.passed(reading.memory.written(), had_items=bool(reading.items)),
        trouble=reading.trouble,
        behind=reading.trouble is None and reading.behind,
        left_out=CollectError("account_no_comments", "comments are not read") if closed else None,
    )


@dataclass(slots=True)
class _Reading:
    """One pass: what it has read so far."""

    door: Door
    platform: Platform
    memory: Memory
    items: dict[str, Item] = field(default_factory=dict)
    trouble: CollectError | None = None
    behind: bool = False
    page: int = PAGE
    last: float = field(default_factory=lambda: time.monotonic() + PASS_TIME)

    @property
    def account(self) -> Account:
        assert self.platform.account is not None
        return self.platform.account

    def run(self) -> None:
        self.memory.begin(self.door.clock())
        for read in (self._articles, self._comments):
            try:
                read()
            except CollectError as error:
                self.trouble = self.trouble or error
                if error.code not in _ELSEWHERE:
                    return
        if self.trouble is not None and not {"articles", "comments"} <= {*self.memory.spent}:
            self.trouble.retry_after = None  # what is not spent must not wait

    def _call(self, interface: str, path: str, asked: dict[str, object]) -> dict[str, object]:
        """Counted unless it was not let through to the interface."""
        try:
            answer = self.door.call(self.platform, path, asked)
        except CollectError as error:
            if error.code.startswith("account_") and error.code not in _BEFORE:
                self.memory.made(interface)
            if error.code == "account_quota":
                self.memory.spent.append(interface)
            raise
        self.memory.made(interface)
        return dict(answer)

    def _refuse_if_spent(self, interface: str) -> None:
        """Once the interface has said that no call is left, it isn't asked again that day."""
        if interface in self.memory.spent:
            wait = until_renewal(self.door.clock())
            raise CollectError("account_quota", f"no call for {interface} is left today", retry_after=wait)

    # articles

    def _articles(self) -> None:
        """Raises what stopped it; that stands until a list is read, though it isn't asked for again at once."""
        self._refuse_if_spent("articles")
        memory, now = self.memory, int(self.door.clock().timestamp())
        rests = memory.listed <= now < memory.listed + 86_400 // self.account.articles_a_day
        if memory.failed and (rests or not memory.left("articles", self.account.articles_a_day)):
            raise CollectError(*memory.failed)
        if memory.walk is None and rests:
            return
        try:
            self._lists(now)
        except CollectError as error:
            memory.listed, memory.failed = now, [error.code, str(error)]
            if error.code in _BEFORE or not error.code.startswith("account_"):
                memory.listed = 0
            raise

    def _lists(self, now: int) -> None:
        for _ in range(PASSES):
            if not self.memory.left("articles", self.account.articles_a_day) or time.monotonic() > self.last:
                return
            offset = self.memory.walk or 0
            found, more = self._page(offset)
            self.memory.listed, self.memory.failed = now, []
            self.memory.walk = self._next(offset, found, now) if more and self.memory.walk is not None else None
            if self.memory.walk is None:
                return
        self.behind = True

    def _next(self, offset: int, found: list[dict[str, object]], now: int) -> int | None:
        """Where the first contact goes on; it takes at most half the calls of a day."""
        oldest = min((_number(entry.get("update_time")) for entry in found), default=0)
        far = oldest < now - self.account.back.total_seconds()
        spent = self.memory.calls.get("articles", 0) * 2 >= self.account.articles_a_day
        return None if far or spent else offset + len(found)

    def _page(self, offset: int) -> tuple[list[dict[str, object]], bool]:
        """One page of articles, a smaller one where that is too large, and whether there are more behind it."""
        while True:
            asked = {"offset": offset, "count": self.page, "no_content": 0}
            try:
                answer = self._call("articles", "freepublish/batchget", {**asked})
                break
            except CollectError as error:
                if error.code != "too_large" or self.page == 1:
                    raise
                self.page //= 4
        found = _objects(answer.get("item"))
        for entry in found:
            self._take_article(entry)
        return found, bool(found) and offset + len(found) < _number(answer.get("total_count"))

    def _take_article(self, entry: dict[str, object]) -> None:
        content = entry.get("content")
        content = content if isinstance(content, dict) else {}
        published = _number(content.get("create_time")) or _number(entry.get("update_time"))
        for number, part in enumerate(_objects(content.get("news_item")), 1):
            if part.get("is_deleted") is True:
                continue
            item = _article(f"{_text(entry.get('article_id'))}:{number}", part, published)
            self.items[item.external_id] = item
            if _text(part.get("need_open_comment")) == "1" and (thread := _thread(item.link)):
                self.memory.found([(thread, Thread(_short(item.link), published))])

    # comments

    def _comments(self) -> None:
        if self.memory.closed:
            return
        self._refuse_if_spent("comments")
        now = self.door.clock()
        share = self._share(now)
        for name in self.memory.due(int(now.timestamp())):
            while share and time.monotonic() < self.last and not self.memory.closed:
                share -= 1
                if self._some_of(name, int(now.timestamp())):
                    break
            else:
                return

    def _some_of(self, name: str, now: int) -> bool:
        """One call for the comments of a thread; whether it has been read to its end."""
        thread = self.memory.threads[name]
        message, _, index = name.partition(":")
        asked = {"msg_data_id": int(message), "index": int(index), "begin": thread.begin, "count": COMMENTS, "type": 0}
        try:
            answer = self._call("comments", "comment/list", {**asked})
        except CollectError as error:
            if error.code in _FOR_NOW:
                self.memory.closed = True
                return False
            if error.code != "account_no_article":
                raise
            thread.missed += 1
            answer = {}
        found = _objects(answer.get("comment"))
        self.items |= {item.external_id: item for entry in found if (item := _comment(name, entry, thread.link))}
        thread.begin += len(found)
        if found and thread.begin < min(_number(answer.get("total")), THREAD):
            return False
        thread.begin, thread.read = 0, now
        return True

    def _share(self, now: datetime) -> int:
        """How many calls this pass may make, so that some are left for every pass until midnight."""
        passes = until_renewal(now) // max(self.platform.every, timedelta(seconds=1)) + 1
        left = self.memory.left("comments", self.account.comments_a_day)
        return min(left, max(1, left // passes))


# from answers to Items


def _article(external_id: str, part: dict[str, object], published: int) -> Item:
    writers = bylines.names([_text(part.get("author"))])
    markup = cleaning.clean(_text(part.get("content")))
    text = bylines.out_of_text(cleaning.clean(visible_text(markup)).strip(), writers)
    digest = cleaning.line(_text(part.get("digest")))
    if digest and digest[:20] not in " ".join(text.split()):
        text = f"{digest}\n{text}"
    return Item(
        external_id=external_id,
        title=bylines.out_of_title(cleaning.line(_text(part.get("title"))), writers)[:MAX_TITLE],
        text=text[:MAX_TEXT],
        html=markup or None,
        link=cleaning.link(_text(part.get("url")), ""),
        published_at=_moment(published),
    )


def _comment(thread: str, entry: dict[str, object], link: str) -> Item | None:
    """None for one without a number or words."""
    number, text = _text(entry.get("user_comment_id")), cleaning.clean(_text(entry.get("content"))).strip()
    if not number or not text:
        return None
    answer = entry.get("reply")
    said = cleaning.clean(_text(answer.get("content"))).strip() if isinstance(answer, dict) else ""
    at = _moment(_number(answer.get("create_time"))) if isinstance(answer, dict) else None
    return Item(
        external_id=f"{thread}:{number}",
        text=text[:MAX_TEXT],
        link=link,
        published_at=_moment(_number(entry.get("create_time"))),
        message=True,
        reply=Reply(at=at, text=bylines.out_of_reply(said[:MAX_TEXT])) if said else None,
    )


def _thread(link: str) -> str:
    """By what the comments of an article are asked for, as its address tells it: ``msg_data_id:index``; ""."""
    asked = parse_qs(urlsplit(link).query)
    message, index = asked.get("mid", [""])[0], asked.get("idx", ["1"])[0]
    known = message.isdecimal() and len(message) < 20 and index.isdecimal() and 1 <= int(index[:3]) <= 99
    return f"{message}:{int(index) - 1}" if known else ""


def _short(link: str) -> str:
    """An article's address without what it works without."""
    asked = parse_qs(urlsplit(link).query)
    kept = urlencode([(name, asked[name][0]) for name in _NAMED if name in asked], safe="=")
    return f"{link.partition('?')[0]}?{kept}"


def _objects(value: object) -> list[dict[str, object]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> int:
    """A whole number of the interface's, which come as text here; 0 for anything else."""
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 12 else 0


def _moment(seconds: int) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < 4_000_000_000 else None
