"""The ``[[platform]]`` tables of the configuration, each to a frozen Platform. PURE: problems go into the table."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from monitor.mapping import Board, Listing
from monitor.model import Platform, Surface
from monitor.options import Options, is_web_address
from monitor.polling import MESSAGES_EVERY

COLLECTORS = ("feed", "board", "list", "sitemap")


def read(top: Options, zone: ZoneInfo) -> dict[str, Platform]:
    found: dict[str, Platform] = {}
    for table in top.tables("platform"):
        platform = _platform(table, zone)
        if platform.name in found:
            table.problem("name", f"{platform.name!r} is used twice")
        found[platform.name] = platform
    if not found:
        top.problem("platform", "at least one [[platform]] is needed")
    return found


def _platform(table: Options, zone: ZoneInfo) -> Platform:
    url = table.text("url")
    kind = table.text("kind", "feed", one_of=COLLECTORS)
    messages = table.flag("messages", kind == "board")
    every = table.duration("every", "5m" if messages else "15m", "1s", "5m" if messages else "7d")
    board = _board(table.table("fields")) if kind == "board" else None
    within = table.duration("answer_within", "15d", "1d", "999d") if kind == "board" else None
    platform = Platform(
        name=table.name("name"),
        kind=kind,
        title=table.text("title"),
        url=url,
        prefixes=table.texts("prefixes") or (_folder(url),),
        own=table.flag("own", False),
        surface=Surface(table.text("surface", "public", one_of=[str(surface) for surface in Surface])),
        unit=table.text("unit", ""),
        messages=messages,
        every=every,
        every_max=max(every, MESSAGES_EVERY if messages else table.duration("every_max", "1h", "1s", "7d")),
        stale_after=None if messages else table.duration("stale_after", "180d", "1d", "9999d"),
        answer_within=within if board and (board.reply or board.replied) else None,  # else no answer is ever seen
        at_night=table.text("at_night", ""),
        board=board,
        listing=_listing(table.table("page"), kind) if kind in {"list", "sitemap"} else None,
        zone=table.zone("zone", zone.key),
        networks=table.networks("networks"),
        full_every=table.number("full_every", 12, 1, 1000),
    )
    for key, address in (("url", url), *(("prefixes", prefix) for prefix in platform.prefixes)):
        if not is_web_address(address):
            table.problem(key, f"{address!r} is no web address; it must start with http:// or https:// and name a host")
    if not platform.own:
        table.problem("own", f"write `own = true` if {url or 'this place'} is the agency's own; others are never read")
    table.finish()
    return platform


def _board(table: Options) -> Board:
    usual = Board()
    board = Board(
        items=table.text("items", usual.items),
        number=table.text("number", usual.number),
        place=table.text("place", usual.place),
        title=table.text("title", usual.title),
        text=table.text("text", usual.text),
        posted=table.text("posted", usual.posted),
        replied=table.text("replied", usual.replied),
        reply=table.text("reply", usual.reply),
        unit=table.text("unit", usual.unit),
        withdrawn=table.text("withdrawn", usual.withdrawn),
        link=table.text("link", usual.link),
        first_page=table.number("first_page", usual.first_page, 0, 1),
        pages=table.number("pages", usual.pages, 1, 10_000),
    )
    for key in ("number", "text"):
        if not getattr(board, key):
            table.problem(key, "must not be empty: which field of an entry it is")
    table.finish()
    return board


def _listing(table: Options, kind: str) -> Listing:
    usual = Listing()
    listing = Listing(
        entry=table.text("entry", usual.entry),
        link=table.text("link", usual.link),
        title=table.text("title", usual.title),
        date=table.text("date", usual.date),
        text=table.text("text", usual.text),
        more=table.text("more", usual.more),
        more_from=table.number("more_from", usual.more_from, 0, 2),
        next=table.text("next", usual.next),
        pages=table.number("pages", usual.pages, 1, 1000),
        articles=table.number("articles", usual.articles, 1, 200),
    )
    if kind == "list" and not listing.entry.strip():
        table.problem("entry", "is missing: the selector of one line of the list; `huiyin platform add URL` finds it")
    if listing.more and "{page}" not in listing.more:
        table.problem("more", "must contain {page}, where the number of the page stands")
    table.finish()
    return listing


def _folder(url: str) -> str:
    """The folder a URL stands in: what may be fetched when nothing else is said."""
    parts = url.split("?")[0].split("#")[0]
    head, slash, _ = parts.rpartition("/")
    return head + slash if head.count("/") >= 2 else parts.rstrip("/") + "/"
