"""What a script on a page would write, load or open, and where it leads, read without running anything.

Strings are unpacked first (``unpacking``); of each sort a bounded number of statements is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from classifiers import changes, unpacking
from classifiers.late import late
from classifiers.unpacking import JOINED, LONGEST, QUOTED, added, constants, first, strings

_SHORT = 2000  # code points of a script that is remembered
_STYLE = late(r"<style[^>]{0,100}>([^<]{1,5000})", re.IGNORECASE)

_WRITE = late(
    r"(?:\bdocument\s*\.\s*write(?:ln)?|\.insertAdjacentHTML|\.append|\.prepend|\.html|\.after|\.before|\.replaceWith|\.createContextualFragment|\.parseFromString|\.setHTMLUnsafe)\s*\(|\$\((?=\s*[\"'`]<)|\.(?:inner|outer)HTML\s*\+?=(?!=)"
)
_WHERE = late(r"\s*[\"'](?:before|after)(?:begin|end)[\"']\s*,", re.IGNORECASE)
_ASKS = late(
    r"\bfetch\(|\bXMLHttpRequest\b|\.ajax\(|\.get(?:JSON)?\(|\.post\(|\.open\(|sendBeacon\(|\bImage\(|WebSocket\(|EventSource\("
)
_GO = late(
    r"(?:\b(?:location(?:\s*\)?\s*\.\s*(?:href|replace|assign|host|hostname))?|navigate|(?<![\w.])open|window\s*\.\s*open)\s*"
    r"(?:=(?!=)|\(|\.\s*(?:call|bind)\(\s*[\w.]{1,40}\s*,)"
    r"|\$\([\w.\s]{0,9}location\s*\)\s*\.\s*(?:attr|prop)\(\s*[\"']href[\"']\s*,)\s*([^;\n}]{1,400})"
)
_CLICKED = late(r"\.href\s*=(?!=)\s*([^;\n}]{1,400})")
_REFRESHED = late(r"\b\d{1,3}\s*;\s*url\s*=\s*([^\"'`\s<>]{4,300})", re.IGNORECASE)
_HREF = late(r"(?:\.href\s*=(?!=)|\b(?:setAttribute|attr|prop)\(\s*[\"']href[\"']\s*,)\s*([^;\n}]{1,400})")
_CONTENT = late(r"(?:\.content\s*=(?!=)|\b(?:setAttribute|attr)\(\s*[\"']content[\"']\s*,)\s*([^;\n}]{1,400})")
_SUBMITS = late(r"\.submit\(\)")
_EMPTY = late(r"href=(?:[\"'](?=[\"'])|(?=[\s>]))")  # of a link whose address is put in
_NAMED_ELEMENT = (
    r"(?:getElementById\(\s*[\"']|querySelector\(\s*[\"'][#.]|\$\(\s*[\"'][#.])(\w{1,60})[\"']\s*\)(?:\[0\])?\s*\.\s*"
)
_FILLED = late(
    _NAMED_ELEMENT + r"(?:innerHTML\s*\+?=(?!=)|html\(|append\(|prepend\(|insertAdjacentHTML\()\s*([^;\n]{1,2000})"
)
_CLICKS = late(_NAMED_ELEMENT + r"(?:click\(\s*\)|trigger\(\s*[\"']click)")
_SMALL = 600  # code points of a script that has one thing to do
_FOLLOWS = late(
    r"\blocation(?:\.href)?\s*=\s*\w+(?:\.\w+)*\s*(?:[;})]|$)|location\.replace\(\s*[a-zA-Z_][\w.]*\s*\)|\beval\(\s*[a-zA-Z_][\w.]*\s*\)"
)
_FICKLE = late(
    r"getHours|getDay\(|Math\.random\(\)\s*[<>]|getTimezone|timeZone|referrer|history\.length|cookie\.(?:indexOf|match|search|includes)"
)
_WAYS = ("location", "navigate", "open", "href", "src")  # by which a script leads somewhere
_INSTEAD = late(r"_(?:self|top|parent)\b")
_ADDRESS = late(r"[\"'`]((?:https?:)?//[^\"'`\s<>]{4,300})")
_CHANGES = late(r"location|\.write|innerHTML|\beval\b|\.html\(|\.append", re.IGNORECASE)
_TITLE = late(
    r"(?:\bdocument\s*\.\s*title\s*=(?!=)|\([\"']title[\"']\)(?:\[0\])?\s*\.\s*(?:\w{1,20}\s*=(?!=)|(?:text|html)\())\s*"
    r"([^;\n}]{1,400})"
)
_LOADED = late(
    r"(?:\.(?:src\s*=|getScript\()|\bimportScripts\(|\bimport\(|serviceWorker\s*\.\s*register\()\s*([^;\n}]{1,400})"
)
_SPIDERS = late(
    r"baidu|sogou|soso|haosou|so\\?\.com|360spider|bing|google|spider|yisou|sm\\?\.cn|shenma|yahoo|bytespider|toutiao",
    re.IGNORECASE,
)
_VISITOR = late(r"referrer|userAgent|visitor|refer\b|\bua\b", re.IGNORECASE)
_STATEMENT = late(r"[;\n{}]")
_SHOWS = late(
    r"show|toggle(?!attribute)|slide|fade|[\"'](?:block|visible|inline(?:-block)?|flex)[\"']|classlist|addclass|removeclass|open|animate|"
    r"\.eq\(|tab|getselection|display\s*=\s*[\"'][\"']|popup|layer|modal|dialog|(?<!re)move|scroll|swiper|mouseover|hover|click|setinterval|(?<!elementsby)classname|\.style\.(?:left|top)\s*=\s*[^\"']",
    re.IGNORECASE,
)
_SHEET = late(
    r"(?:\.(?:innerHTML|innerText|textContent|cssText)\s*\+?=(?!=)|\b(?:insertRule|addRule|createTextNode|replaceSync)\()\s*([^\n]{1,2000})"
)
_NAME = late(r"[\w-]{1,64}")
_HANDLED = late(r"\(\s*[\"']#?\.?([\w-]{1,64})[\"']|[\"']#?\.?([\w-]{1,64})[\"']")
_NAMED = late(r"(?<![\w\"'./<-])[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)?(?:\[(\d{1,3}|0x[0-9a-f]{1,2})\])?(?![\w\"'(])")
_ANCHORS = 10  # strings with links in one script
_NAMES = 40  # that are replaced in one expression


@dataclass(frozen=True, slots=True)
class Script:
    """``raw`` as it stands there, ``plain`` unpacked."""

    raw: str
    plain: str
    constants: Mapping[str, str]

    def is_packed(self, text: str) -> bool:
        """Whether the script keeps this text from being read."""
        return text not in self.raw

    def is_disguised(self, url: str, host: str) -> bool:
        """Whether it keeps from being read where it leads, or that it leads anywhere."""
        scheme = url[: url.find("//") + 2].lower()
        lowered = self.raw.lower().replace("\\/", "/")
        return (
            host not in lowered
            or (scheme.startswith("http") and scheme not in lowered)
            or not any(each in lowered for each in _WAYS)
        )

    def knows_spiders(self) -> bool:
        """Whether it asks if a search engine sent the visitor, or is the visitor."""
        return bool(_VISITOR.search(self.plain) and _SPIDERS.search(self.plain))

    def turns_back(self) -> bool:
        """Whether it sends those elsewhere who go back to where they came from."""
        return "popstate" in self.plain and "pushState" in self.plain

    def turns_opener(self) -> bool:
        """Whether it sends the page that opened this one elsewhere."""
        return "opener.location" in self.plain

    def written(self, *, words: bool = False) -> Iterator[str]:
        """Pieces of HTML that it writes into the page, and mere ``words``."""
        ends = 0
        for match in first(_WRITE, self.plain):
            if match.start() < ends:
                continue
            ends = _statement_end(self.plain, match.end())
            begin = place.end() if (place := _WHERE.match(self.plain, match.end())) else match.end()
            html = "".join(strings(self._values(self.plain[begin:ends])))
            if "<" in html or words:
                html = html.replace("\\/", "/").replace('\\"', '"').replace("\\'", "'")
                yield self._addressed(html) if "href=" in html else html

    def _addressed(self, html: str) -> str:
        """Links whose address is put together with the first address that it holds."""
        url = next(self.addresses(), "#")
        return _EMPTY.sub(lambda match: match[0] + url, html)

    def created(self) -> Iterator[str]:
        """Elements that it makes and hides, and frames, as HTML."""
        for tag, style, classes, name, value in changes.created(self.plain):
            said = "".join(strings(self._values(value))).replace("\\/", "/").replace('\\"', '"')
            for held in filter(None, (said or next(self.addresses(), ""),)):
                inner = f' {name}="{held}"></{tag}>' if name != "innerHTML" else f">{held}</{tag}>"
                yield f'<{tag} style="{style}" class="{classes}"{inner}'

    def styles(self) -> Iterator[str]:
        """Style blocks among what it writes, and rules that it adds."""
        for match in first(_SHEET, self.plain):
            parts = list(islice(strings(self._values(match[1])), 2))
            css = "{".join(parts) + "}" if "addRule" in match[0] else "".join(parts[:1])
            if "{" in css and "<" not in css and not changes.is_later(self.plain, match.start()):
                yield css
        if _STYLE.search(self.plain):
            yield from (match[1] for html in self.written() for match in first(_STYLE, html))

    def targets(self) -> Iterator[tuple[str, bool]]:
        """Addresses that it sends the visitor to, and whether only when something else happens."""
        for match in first(_GO, self.plain):
            opens = "open" in match[0][: match.start(1) - match.start()] and not _INSTEAD.search(match[1])
            anywhere = changes.is_anywhere(self.plain, match.start())
            later = not anywhere and (opens or changes.is_later(self.plain, match.start(), timed=False))
            host = ".host" in match[0][: match.start(1) - match.start()]
            for url in self._first_string(match):
                yield f"//{url}" if host else url, later
        for match in first(_CLICKED, self.plain) if ".click()" in self.plain else ():
            for url in self._first_string(match):
                yield url, changes.is_later(self.plain, match.start(), timed=False)
        for match in first(_REFRESHED, self.plain) if "refresh" in self.plain.lower() else ():
            yield match[1], changes.is_later(self.plain, match.start(), timed=False)

    def relinked(self) -> Iterator[str]:
        """Addresses that it gives to links."""
        return self._first_strings(_HREF) if "href" in self.plain else iter(())

    def filled(self) -> Iterator[tuple[str, str]]:
        """Names of elements, and the HTML that it puts into them while the page loads."""
        for match in first(_FILLED, self.plain):
            if not changes.is_later(self.plain, match.start()):
                yield match[1], "".join(strings(self._values(match[2])))

    def clicked(self) -> Iterator[str]:
        """Names of elements that it clicks on by itself."""
        return (match[1] for match in first(_CLICKS, self.plain) if not changes.is_later(self.plain, match.start()))

    def described(self) -> Iterator[str]:
        """What it says that the page is about."""
        return self._first_strings(_CONTENT) if "content" in self.plain else iter(())

    def names_once(self, selector: str) -> bool:
        """Whether it says a name or selector only once."""
        name = selector.lstrip("#.")
        return (
            sum(self.plain.count(f"{sign}{each}{sign}") for sign in "\"'" for each in (f"#{name}", f".{name}", name))
            < 2
        )

    def addresses(self) -> Iterator[str]:
        """All addresses in the strings of a short script."""
        return (match[1] for match in first(_ADDRESS, self.plain)) if len(self.raw) <= _SHORT else iter(())

    def anchors(self) -> Iterator[str]:
        """Strings that hold links, whatever it does with them."""
        if "<a" not in self.plain:
            return
        for text in islice((text for text in strings(self.plain) if "<a" in text), _ANCHORS):
            yield text.replace("\\/", "/").replace('\\"', '"').replace("\\'", "'")

    def submits(self) -> bool:
        """Whether it sends a form off by itself."""
        return any(not changes.is_later(self.plain, match.start()) for match in first(_SUBMITS, self.plain))

    def asked(self) -> Iterator[str]:
        """Addresses of others that it may ask for something."""
        return self.addresses() if len(self.raw) <= _SHORT and _ASKS.search(self.plain) else iter(())

    def is_fickle(self) -> bool:
        """Whether it does the one today and the other tomorrow, by the hour, by chance, or by where somebody comes from."""
        return _FICKLE.search(self.plain) is not None

    def follows(self) -> bool:
        """Whether it goes where it is told by what it asks for."""
        return len(self.raw) <= _SHORT and _FOLLOWS.search(self.plain) is not None

    def is_for_spiders(self) -> bool:
        """Whether it does nothing but look who the visitor is."""
        return len(self.raw) <= _SMALL and "userAgent" in self.plain and self.knows_spiders()

    def changes_page(self) -> bool:
        """Whether it can send the visitor elsewhere or write into the page."""
        return _CHANGES.search(self.plain) is not None

    def titles(self) -> Iterator[str]:
        """What it calls the page."""
        return self._first_strings(_TITLE)

    def loaded(self) -> Iterator[str]:
        """Addresses that it loads more from."""
        return self._first_strings(_LOADED)

    def _first_strings(self, pattern: re.Pattern[str]) -> Iterator[str]:
        for match in first(pattern, self.plain):
            yield from self._first_string(match)

    def _first_string(self, match: re.Match[str]) -> Iterator[str]:
        for found in islice(strings(JOINED.sub("", self._values(match[1]))), 1):
            yield found.replace("\\/", "/")

    def _values(self, expression: str) -> str:
        """Names of constant strings replaced by what they stand for."""
        constants = self.constants
        if not constants:
            return expression
        whole = added(expression, 0, constants)
        if whole is not None:
            return _quoted(whole)
        return JOINED.sub("", _NAMED.sub(lambda match: _value(constants, match), expression, count=_NAMES))

    def shown(self) -> set[str]:
        """Names in strings of a script that opens something; not of statements that only hide."""
        if not _SHOWS.search(self.plain):
            return set()
        only_hides = changes.hiding_statements(self.plain)
        return {
            name
            for match in first(QUOTED, self.plain, 2000)
            if not any(start <= match.start() <= start + 60 for start in only_hides) or _is_shown_at(self.plain, match)
            for name in _NAME.findall(next(filter(None, match.groups()), "")[:200])
        }


def _is_shown_at(text: str, match: re.Match[str]) -> bool:
    end = _STATEMENT.search(text, match.end())
    return _SHOWS.search(text, match.start(), end.start() if end else len(text)) is not None


def _statement_end(text: str, begin: int) -> int:
    """Where a call that began ends: a closing bracket before the end of a statement, outside of strings."""
    for match in re.compile(QUOTED.pattern + r"|(\)\s*;|\)\s*\n|\)\s*\}|\)\s*$|;\s*$)", re.DOTALL).finditer(
        text, begin, begin + 100_000
    ):
        if match[4]:
            return match.end()
    return min(len(text), begin + 100_000)


def read(script: str) -> Script:
    """The script, unpacked."""
    return _read_once(script) if len(script) <= _SHORT else _read(script)


def _read(script: str) -> Script:
    raw = script[:LONGEST]
    plain = unpacking.plain(raw)
    return Script(raw, plain, constants(plain))


_read_once = lru_cache(maxsize=64)(_read)


def _value(constants: Mapping[str, str], match: re.Match[str]) -> str:
    name = match[0] if match[1] is None else f"{match[0].partition('[')[0]}[{int(match[1], 0)}]"
    return _quoted(constants[name]) if name in constants else match[0]


def _quoted(text: str) -> str:
    return "`" + text.replace("`", "'") + "`" if '"' in text else f'"{text}"'


def names(handler: str) -> Iterator[re.Match[str]]:
    """Names in the strings of an event's handler."""
    return first(_HANDLED, handler)
