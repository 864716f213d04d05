"""Where on a page of the agency's the collectors find what they read: what is *configured*. PURE."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """How a message board's JSON is read. Fields are dotted paths inside one entry, "" where it has none.

    ``items`` is the dotted path to the list of entries ("" when the answer itself is the list).
    ``{page}`` in the platform's URL is replaced by the number of the page, from ``first_page`` on.
    """

    items: str = ""
    number: str = "id"
    place: str = ""
    title: str = "title"
    text: str = "content"
    posted: str = ""
    replied: str = ""
    reply: str = ""
    unit: str = ""  # which office answered
    purpose: str = ""  # what the message is for: question, complaint, suggestion, correction
    withdrawn: str = ""  # says that it was taken back: anything but nothing, 0, false or no
    link: str = ""  # a path, or a template like "https://…/{number}.html"
    first_page: int = 1
    pages: int = 50  # the most that are read in one pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """How a list page and its articles are read. All but ``more`` are CSS selectors; "" where the usual will do.

    ``link``, ``title`` and ``date`` are looked for inside an entry; ``@name`` behind one takes that attribute instead
    of the text. ``{page}`` in ``more``, the address of the further pages, is replaced by their number.
    """

    entry: str = ""  # one line of the list; a sitemap has none
    link: str = "a"
    title: str = ""  # "": what the link says
    date: str = ""  # "": whatever date stands beside the link
    text: str = ""  # the main text of an article; "": found by itself
    more: str = ""  # like "index_{page}.html"
    more_from: int = 2  # the number of the second page
    next: str = ""  # the link to the following page, where ``more`` can't be written
    pages: int = 20  # the most that are read back at first contact
    articles: int = 30  # the most that are read in one pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Calls are counted in days of Beijing, as the interface counts them. Its limits for a new account are 100 lists of
    articles a day, and more of comments.
    """

    appid: str
    articles_a_day: int = 90
    comments_a_day: int = 5_000
    back: timedelta = timedelta(days=365)  # how old articles may be that are read at first contact


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotView:
    """Pages of a platform are looked at as a search engine would, where its provider has agreed."""

    agreed: str = ""  # when and in which letter; "": never
    pages_a_day: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """Single pages that are looked at for themselves: the address of the home page, and others."""

    home: str = ""
    others: tuple[str, ...] = ()
    every: timedelta = timedelta(hours=1)
    robot_view: RobotView = field(default_factory=RobotView)

    @property
    def all(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(filter(None, (self.home, *self.others))))
