"""Message boards for tests: entries as their JSON has them, and boards on a real server that serve them in pages."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import select

from demo import animals
from demo.zoo import Zoo
from monitor.collectors import board
from monitor.errors import CollectError
from monitor.fetch import FetchLimits
from monitor.mapping import Board
from monitor.model import Collected, Cursor, Item, Platform, Reply
from monitor.store.tables import cursor, item
from tests.fetching import LOOPBACK, fetcher
from tests.houses import CONFIGURATION, T, Web, build, drain, mails

JSON = "application/json; charset=utf-8"
MORNING = datetime(2026, 11, 3, 0, 12, tzinfo=UTC)  # 08:12 in Shanghai
MAPPING = Board(
    items="data.list",
    number="id",
    place="address",
    title="title",
    text="content",
    posted="createTime",
    replied="replyTime",
    reply="replyContent",
    withdrawn="deleted",
)
FRESH = Cursor(platform="board")
CLIENT = fetcher(FetchLimits(total=timedelta(seconds=20), max_bytes=64_000_000))


def entry(number, text="路灯坏了，请来修。", *, day=3, **fields):
    """One message as a common framework writes it; ``day`` of November."""
    usual = {"id": number, "title": f"第{number}封", "content": text, "createTime": f"2026-11-{day:02d} 08:12"}
    return usual | {"address": "", "replyTime": None, "replyContent": None, "userName": "见义勇为的老赵"} | fields


def answered(number, reply="已修好。", replied="2026-11-05 09:30:00", **fields):
    return entry(number, replyContent=reply, replyTime=replied, **fields)


def answer(entries, **beside):
    return json.dumps({"code": 200, "data": {"list": entries, **beside}}, ensure_ascii=False)


def paged(pages, beyond=None, **beside):
    """A route that serves ``pages`` (lists of entries) by ``?page=``, and after the last one ``beyond``, or nothing."""
    bodies = [page if callable(page) else animals.answer(answer(page, **beside), JSON) for page in pages]
    after = beyond or animals.answer(answer([], **beside), JSON)

    def route(request, wire):
        number = int(parse_qs(urlsplit(request.target).query).get("page", ["1"])[0])
        (bodies[number - 1] if 0 < number <= len(bodies) else after)(request, wire)

    return route


def platform(zoo, mapping=MAPPING, query="?page={page}", **options):
    url = zoo.url("/api/list")
    usual = {"title": "局长信箱", "messages": True, "networks": LOOPBACK, "full_every": 12}
    prefixes = options.pop("prefixes", (zoo.url("/"),))
    return Platform(name="board", kind="board", url=url + query, prefixes=prefixes, board=mapping, **(usual | options))


def collected(route, at=FRESH, mapping=MAPPING, query="?page={page}", **options):
    """What one pass brings, and the pages that were asked for."""
    with Zoo({"/api/list": route}) as zoo:
        found = board.collect(platform(zoo, mapping, query, **options), at, CLIENT.get)
        return found, [request.target.partition("page=")[2] for request in zoo.seen]


def raw(body, content_type=JSON, mapping=MAPPING, **options):
    """The one page of a board that answers with just this."""
    found, _ = collected(animals.answer(body, content_type), mapping=mapping, query="", **options)
    return found


def only(fields, mapping=MAPPING):
    """The one message that an entry with these fields beside the usual ones becomes."""
    (item,) = raw(answer([entry(7) | fields]), mapping=mapping).items
    return item


def mapped(**paths):
    return replace(MAPPING, **paths)


def numbers(found):
    return [item.external_id for item in found.items]


@dataclass
class Box:
    """A message board as the stages see it: what stands there now, in whole listings unless it says otherwise."""

    messages: dict[str, Item] = field(default_factory=dict)
    complete: bool = True
    gone: tuple[str, ...] = ()
    trouble: CollectError | None = None

    def collect(self, _platform, cursor, _fetch):
        if self.trouble is not None and not self.messages:
            raise self.trouble
        after = replace(cursor, fetches=cursor.fetches + 1, had_items=True, decoded_by="utf-8")
        complete = self.complete and self.trouble is None
        return Collected(tuple(self.messages.values()), after, self.gone, complete, self.trouble)

    def post(self, number, at, text="路灯坏了，请来修。", **fields):
        usual = {"title": f"第{number}封", "text": text, "link": f"number:{number}", "message": True}
        self.messages[number] = Item(external_id=number, published_at=at, **(usual | fields))

    def change(self, number, **fields):
        self.messages[number] = replace(self.messages[number], **fields)

    def answer(self, number, at=None):
        self.change(number, reply=Reply(at=at))


ANSWERING = CONFIGURATION.replace(
    "[policy.default]\n",
    'kind = "board"\nanswer_within = "15d"\n[platform.fields]\nreply = "reply"\n[policy.default]\n',
)


def board_house(folder, box, text=ANSWERING, now=T):
    return replace(build(folder, Web(), text, now), collectors={"board": box.collect})


MIDNIGHT = datetime(2026, 11, 19, 16, tzinfo=UTC)  # the 20th begins in Shanghai: a message of the 4th is late


def at(house, clock, moment, *, every=timedelta(days=1)):
    """Live until ``moment``, reading the board now and then."""
    while clock.now < moment:
        clock.now = min(clock.now + every, moment)
        drain(house, clock)


def remembered(house, *columns):
    """What is remembered of each message, by number."""
    with house.store.read() as tx:
        rows = tx.execute(select(item.c.external_id, *(item.c[name] for name in columns))).all()
    return {row[0]: tuple(row[1:]) if len(columns) > 1 else row[1] for row in rows}


def reach(house):
    """The day back to which the next pass goes."""
    with house.store.read() as tx:
        return f"{tx.execute(select(cursor.c.reach)).scalar():%m-%d}"


def alerts(house):
    """Mails about records: no digest, and no warning before an answer is late."""
    others = ("周报", "快到答复时限", "due soon")
    return [mail for mail in mails(house) if not any(words in mail["Subject"] for words in others)]


def passes(house, clock, n):
    for _ in range(n):
        clock.move(minutes=6)
        drain(house, clock)
