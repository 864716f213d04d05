"""The ``[[platform]]`` tables of the configuration, each to a frozen Platform. PURE: problems go into the table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

from monitor import proof
from monitor.bymail import Mailbox
from monitor.errors import CollectError
from monitor.mapping import Account, Board, Listing, Pages, RobotView
from monitor.model import Delay, Platform, Surface
from monitor.options import Options, is_folder, is_mail_server, is_web_address
from monitor.polling import MESSAGES_EVERY
from monitor.promises import Answers

COLLECTORS = ("feed", "board", "list", "sitemap", "mailbox", "exports", "account")
WITH_MESSAGES = ("board", "mailbox", "exports", "account")
SECRETS = {"mailbox": ("password", "username"), "account": ("secret", "appid")}  # and to which option they belong
OF_OUR_OWN = ("mailbox", "exports")  # private unless somebody says otherwise
PROVEN = (*OF_OUR_OWN, "account")  # by credentials; read at one address only
TAKEN = ("database", "mail", "replies")  # their passwords are other ones
OWN_IS_GONE = (
    "is not known any more: take the line away. That a place is the agency's own is proven now; "
    "`huiyin platform prove` says how (docs/operating.md, Migration note)"
)

Secret = Callable[[str, Options], str]
Promised = Callable[[Options], Answers]


def read(top: Options, zone: ZoneInfo, secret: Secret, promised: Promised) -> dict[str, Platform]:
    """``secret`` gives what the environment keeps under a name, "" where it keeps nothing; ``promised`` what
    ``[platform.answers]`` promises.
    """
    found: dict[str, Platform] = {}
    for table in top.tables("platform"):
        platform = _platform(table, zone, secret, promised)
        if platform.name in found:
            table.problem("name", f"{platform.name!r} is used twice")
        for address in platform.pages.all:
            if any(address in other.pages.all for other in found.values()):
                table.problem("home", f"{address!r} is looked at for another platform already")
        found[platform.name] = platform
    if not found:
        top.problem("platform", "at least one [[platform]] is needed")
    return found


def _platform(table: Options, zone: ZoneInfo, secret: Secret, promised: Promised) -> Platform:
    url = table.text("url")
    kind = table.text("kind", "feed", one_of=COLLECTORS)
    messages = table.flag("messages", kind in WITH_MESSAGES)
    every = table.duration("every", "5m" if messages else "15m", "1s", "5m" if messages else "7d")
    board = _board(table.table("fields")) if kind in ("board", "exports") else None
    promise = promised(table.table("answers")) if kind in WITH_MESSAGES else Answers()
    within = _whole_days(table, promise.within) if kind in WITH_MESSAGES else None
    asked = "answer_within" in table  # few comments ask for anything: there it must be said
    name = table.name("name")
    mailbox = _mailbox(table.table("mailbox")) if kind == "mailbox" else None
    account = _account(table.table("account")) if kind == "account" else None
    seen = (board and (board.reply or board.replied)) or (mailbox and mailbox.sent) or (account and asked)
    usual = Surface.PRIVATE if kind in OF_OUR_OWN else Surface.PUBLIC
    platform = Platform(
        name=name,
        kind=kind,
        title=table.text("title"),
        url=url,
        prefixes=table.texts("prefixes") or ((url,) if kind in PROVEN else (_folder(url),)),
        surface=Surface(table.text("surface", usual, one_of=[str(surface) for surface in Surface])),
        unit=table.text("unit", ""),
        messages=messages,
        every=every,
        every_max=max(every, MESSAGES_EVERY if messages else table.duration("every_max", "1h", "1s", "7d")),
        stale_after=None if messages else table.duration("stale_after", "180d", "1d", "9999d"),
        answer_within=within if seen else None,  # else no answer is ever seen
        by_purpose=promise.by_purpose,
        night=None if messages else table.window("night"),
        at_night=table.text("at_night", ""),
        board=board,
        listing=_listing(table.table("page"), kind) if kind in {"list", "sitemap"} else None,
        mailbox=mailbox,
        account=account,
        secret=_secret(name, kind, table, secret) if kind in SECRETS else "",
        zone=table.zone("zone", zone.key),
        networks=table.networks("networks"),
        full_every=table.number("full_every", 12, 1, 1000),
        proven_by_credentials=kind in PROVEN,
        pages=_pages(table),
    )
    _check_addresses(table, platform)
    _check_pages(table, platform)
    _claims(table, platform)
    table.finish()
    return platform


def _check_addresses(table: Options, platform: Platform) -> None:
    if platform.mailbox is not None:
        if not is_mail_server(platform.url):
            table.problem("url", f'{platform.url!r} is no mail server; write it like "imaps://mail.agency.example"')
        return
    if platform.kind == "exports":
        if not is_folder(platform.url):
            table.problem("url", f'{platform.url!r} is no folder; write it like "file:///srv/huiyin/hotline"')
        return
    for key, address in (("url", platform.url), *(("prefixes", prefix) for prefix in platform.prefixes)):
        if not is_web_address(address):
            table.problem(key, f"{address!r} is no web address; it must start with http:// or https:// and name a host")
    if platform.account is not None and not platform.url.startswith("https://") and not platform.networks:
        table.problem("url", f"{platform.url!r} would carry the secret in the clear; write https://")


def _check_pages(table: Options, platform: Platform) -> None:
    """Single pages are proven like everything else that is fetched."""
    pages = platform.pages
    for key, addresses in (("home", [pages.home] if pages.home else []), ("pages", pages.others)):
        for address in addresses:
            if platform.proven_by_credentials:
                table.problem(key, f"a {platform.kind} has no pages; write it where the website is")
            elif not is_web_address(address):
                table.problem(key, f"{address!r} is no web address; write it whole, like {platform.url!r}")
            elif not proof.covers(platform.prefixes, address):
                table.problem(key, f"{address!r} is not below a prefix of this platform; add the one it stands in")
    if pages.robot_view.agreed and not pages.all:
        table.problem("robot_view.agreed", "needs pages to be looked at: write home or pages")


def secret_name(name: str, kind: str) -> str:
    """The environment variable that holds what platform ``name`` is read with; "" for kinds that need none."""
    return f"HUIYIN_{name.upper().replace('-', '_')}_{SECRETS[kind][0].upper()}" if kind in SECRETS else ""


def _secret(name: str, kind: str, table: Options, secret: Secret) -> str:
    """What a platform is read with; ``HUIYIN_<NAME>_PASSWORD`` or ``HUIYIN_<NAME>_SECRET`` in the environment."""
    what, key = SECRETS[kind]
    if kind == "mailbox" and name.lower() in TAKEN:
        table.problem("name", f"{name!r} can't be the name of a mailbox: its password would be that of [{name}]")
        return ""
    variable = secret_name(name, kind)
    found = secret(variable, table)
    if not found:
        table.problem(f"{kind}.{key}", f"needs a {what}: set {variable} or {variable}_FILE")
    return found


def _account(table: Options) -> Account:
    usual = Account(appid="")
    account = Account(
        appid=table.text("appid"),
        articles_a_day=table.number("articles_a_day", usual.articles_a_day, 1, 100_000),
        comments_a_day=table.number("comments_a_day", usual.comments_a_day, 0, 1_000_000),
        back=table.duration("back", "365d", "1d", "3650d"),
    )
    table.finish()
    return account


def _whole_days(table: Options, usual: Delay | None) -> Delay:
    """Until when messages are answered: whole days, rounded up, or working days; ``usual`` where nothing is said."""
    asked = "answer_within" in table
    within = table.delay("answer_within", "15d", "1d", "999d")
    if usual is not None and not asked:
        return usual
    if isinstance(within, timedelta):
        return timedelta(days=-(-within // timedelta(days=1)))
    if not within.days:
        table.problem("answer_within", 'is counted in whole days: "15d", or working days: "5wd"')
    return within


def _mailbox(table: Options) -> Mailbox:
    usual = Mailbox(username="")
    mailbox = Mailbox(
        username=table.text("username"),
        folders=table.texts("folders", usual.folders) or usual.folders,
        sent=table.text("sent", usual.sent),
        back=table.duration("back", "90d", "1d", "3650d"),
        ca_file=table.text("ca_file", usual.ca_file),
    )
    if mailbox.sent in mailbox.folders:
        table.problem("sent", "is one of the folders that are read: the agency's own mail would wait for an answer")
    table.finish()
    return mailbox


def _claims(table: Options, platform: Platform) -> None:
    """Each prefix must be one that can be proven; to say that it is one's own doesn't count any more."""
    if "own" in table:
        table.forget("own", OWN_IS_GONE)
    for prefix in filter(is_web_address, platform.prefixes):
        try:
            proof.canonical(prefix)
        except CollectError as error:
            table.problem("prefixes", f"{prefix!r}: {error}")


def _pages(table: Options) -> Pages:
    return Pages(
        home=table.text("home", ""),
        others=table.texts("pages"),
        every=table.duration("look_every", "1h", "5m", "1d"),
        robot_view=_robot_view(table.table("robot_view")),
    )


def _robot_view(table: Options) -> RobotView:
    usual = RobotView()
    view = RobotView(
        agreed=table.text("agreed", usual.agreed).strip(),
        pages_a_day=table.number("pages_a_day", usual.pages_a_day, 1, 50),
    )
    table.finish()
    return view


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
        purpose=table.text("purpose", usual.purpose),
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
