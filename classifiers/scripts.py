"""What a script on a page would write, hide or open, read without running anything.

Strings are unpacked first (``unpacking``); of each sort a bounded number of statements is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from classifiers import unpacking
from classifiers.late import late
from classifiers.unpacking import JOINED, LONGEST, QUOTED, constants, first, strings

_SHORT = 2000  # code points of a script that is remembered
_STYLE = late(r"<style[^>]{0,100}>([^<]{1,5000})", re.IGNORECASE)

_WRITE = late(
    r"(?:\bdocument\s*\.\s*write(?:ln)?|\.insertAdjacentHTML|\.append|\.prepend|\.html|\.after|\.before)\s*\(|\.innerHTML\s*\+?=(?!=)"
)
_GO = late(
    r"\b(?:location(?:\s*\.\s*(?:href|replace|assign))?|navigate|window\s*\.\s*open)\s*(?:=(?!=)|\()\s*([^;\n}]{1,400})"
)
_TITLE = late(
    r"(?:\bdocument\s*\.\s*title\s*=(?!=)|\([\"']title[\"']\)(?:\[0\])?\s*\.\s*(?:\w{1,20}\s*=(?!=)|(?:text|html)\())\s*"
    r"([^;\n}]{1,400})"
)
_LOADED = late(r"\.(?:src\s*=|getScript\()\s*([^;\n}]{1,400})")
_SPIDERS = late(
    r"baidu|sogou|soso|haosou|so\\?\.com|360spider|bing|google|spider|yisou|sm\\?\.cn|shenma|yahoo|bytespider|toutiao",
    re.IGNORECASE,
)
_VISITOR = late(r"referrer|userAgent|visitor|refer\b|\bua\b", re.IGNORECASE)
_STATEMENT = late(r"[;\n{}]")
_FOUND = r"(?:document\s*\.\s*)?(?:getElementById\(\s*[\"'](?P<id>[\w-]+)[\"']\s*\)|getElementsByClassName\(\s*[\"'](?P<class>[\w-]+)[\"']\s*\)\s*\[\s*\w+\s*\]|querySelector(?:All)?\(\s*[\"'](?P<css>[^\"']{1,100})[\"']\s*\)|all\s*\.\s*(?P<all>\w+)|(?P<name>\b\w+))"
_STYLED = late(
    _FOUND
    + r"\s*\.\s*style\s*\.\s*(?:setProperty\(\s*[\"'])?(?P<property>[\w-]+)[\"']?\s*[=,]\s*[\"'](?P<value>[^\"']{0,300})[\"']"
)
_REMOVED = late(
    _FOUND + r"\s*\.\s*(?:remove\(\s*\)|(?:inner|outer)HTML\s*=\s*(?:\"\"|'')(?!\s*\+)|hidden\s*=\s*(?:true|!0))"
)
_CHILD = late(r"\.\s*removeChild\(\s*" + _FOUND + r"\s*\)")
_SET = late(_FOUND + r"\s*\.\s*setAttribute\(\s*[\"']style[\"']\s*,\s*[\"'](?P<value>[^\"']{0,300})[\"']")
_JQUERY = late(
    r"(?:\$|jQuery)\(\s*[\"'](?P<css>[^\"']{1,100})[\"']\s*\)\s*\.\s*(?:(?:hide|remove|empty)\(\s*\d*\s*\)|(?:css|attr)\((?P<value>[^)]{1,300})\))"
)
_PAIR = late(r"[{,]\s*[\"']?([\w-]{1,40})[\"']?\s*:\s*[\"']([^\"'\n]{0,300})[\"']")  # of an object
_SHEET = late(
    r"(?:\.(?:innerHTML|innerText|textContent|cssText)\s*\+?=(?!=)|\b(?:insertRule|createTextNode)\()\s*([^\n]{1,2000})"
)
_CREATED = late(r"\b(\w{1,60})\s*=\s*document\s*\.\s*createElement\(\s*[\"'](\w{1,20})[\"']\s*\)")
_SIZED = late(r"\b(\w{1,60})\s*\.\s*(?:style\s*\.\s*)?(width|height)\s*=\s*[\"']?([01])(?:px)?[\"']?\s*[;,\n}]")
_OWNED = late(r"\b(\w{1,60})\s*\.\s*(innerHTML|src|href)\s*=\s*([^;\n}]{1,2000})")
_ALIAS = late(r"\b(\w{1,60})\s*=\s*document\s*\.\s*getElementById\(\s*[\"']([\w-]+)[\"']\s*\)")
_CLASSED = late(_FOUND + r"\s*\.\s*(?:className\s*\+?=\s*|classList\s*\.\s*add\(\s*)[\"'](?P<value>[\w -]{1,60})[\"']")
_JQUERY_CLASS = late(
    r"(?:\$|jQuery)\(\s*[\"'](?P<css>[^\"']{1,100})[\"']\s*\)\s*\.\s*addClass\(\s*[\"'](?P<value>[\w -]{1,60})[\"']"
)
_Cued = tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]  # patterns, each with what a match must contain
_ONLY_HIDE: _Cued = (
    (_STYLED, ("style",)),
    (_JQUERY, ("$(", "jQuery(")),
    (_REMOVED, ("remove", "HTML", "hidden")),
    (_CHILD, ("removeChild",)),
)
_HIDES: _Cued = (*_ONLY_HIDE, (_SET, ("setAttribute",)))
_CLASSES: _Cued = ((_CLASSED, ("className", "classList")), (_JQUERY_CLASS, ("addClass",)))
_LATER = late(
    r"function\s+\w+\s*\(|click|mouse|hover|blur|scroll|toggle|close|setTimeout|setInterval|addEventListener\(\s*[\"'](?!load|DOMContent)|=>",
    re.IGNORECASE,
)
_SHOWS = late(
    r"show|toggle|slide|fade|[\"'](?:block|visible|inline(?:-block)?|flex)[\"']|classlist|addclass|removeclass|open|animate|"
    r"\.eq\(|tab|popup|layer|modal|(?<!re)move|scroll|swiper|mouseover|hover|click|setinterval|classname|\.style\.(?:left|top)\s*=\s*[^\"']",
    re.IGNORECASE,
)
_NAME = late(r"[\w-]{1,64}")
_HANDLED = late(r"\(\s*[\"']#?\.?([\w-]{1,64})[\"']|[\"']#?\.?([\w-]{1,64})[\"']")
_BEFORE = 300
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

    def knows_spiders(self) -> bool:
        """Whether it asks if a search engine sent the visitor, or is the visitor."""
        return bool(_VISITOR.search(self.plain) and _SPIDERS.search(self.plain))

    def turns_opener(self) -> bool:
        """Whether it sends the page that opened this one elsewhere."""
        return "opener.location" in self.plain

    def written(self) -> Iterator[str]:
        """Pieces of HTML that it writes into the page."""
        ends = 0
        for match in first(_WRITE, self.plain):
            if match.start() < ends:
                continue
            ends = _statement_end(self.plain, match.end())
            html = "".join(strings(self._values(self.plain[match.end() : ends])))
            if "<" in html:
                yield html.replace("\\/", "/").replace('\\"', '"').replace("\\'", "'")

    def created(self) -> Iterator[str]:
        """Elements that it makes and hides, and frames, as HTML."""
        made = (
            {match[1]: match[2].lower() for match in first(_CREATED, self.plain)}
            if "createElement" in self.plain
            else {}
        )
        if not made:
            return
        style = {match[1]: f"{match[2]}:{match[3]}px;overflow:hidden" for match in first(_SIZED, self.plain)}
        style |= {match["name"]: _css(match.groupdict()) for match in first(_STYLED, self.plain) if match["name"]}
        for match in first(_OWNED, self.plain):
            tag, hidden = made.get(match[1]), style.get(match[1])
            held = "".join(strings(self._values(match[3]))).replace("\\/", "/").replace('\\"', '"')
            if tag and held and (hidden or tag == "iframe"):
                inner = f' {match[2]}="{held}"></{tag}>' if match[2] != "innerHTML" else f">{held}</{tag}>"
                yield f'<{tag} style="{hidden or ""}"{inner}'

    def styles(self) -> Iterator[str]:
        """Style blocks among what it writes, and rules that it adds."""
        for match in first(_SHEET, self.plain):
            css = next(strings(self._values(match[1])), "")
            if "{" in css and "<" not in css and not self._is_later(match):
                yield css
        if _STYLE.search(self.plain):
            yield from (match[1] for html in self.written() for match in first(_STYLE, html))

    def targets(self) -> Iterator[str]:
        """Addresses that it sends the visitor to."""
        return self._first_strings(_GO)

    def titles(self) -> Iterator[str]:
        """What it calls the page."""
        return self._first_strings(_TITLE)

    def loaded(self) -> Iterator[str]:
        """Addresses that it loads more from."""
        return self._first_strings(_LOADED)

    def _first_strings(self, pattern: re.Pattern[str]) -> Iterator[str]:
        for match in first(pattern, self.plain):
            found = list(strings(JOINED.sub("", self._values(match[1]))))
            if found:
                yield found[0].replace("\\/", "/")

    def _values(self, expression: str) -> str:
        """Names of constant strings replaced by what they stand for."""
        constants = self.constants
        if not constants:
            return expression
        named = re.sub(
            r"(?<![\w\"'./<-])[A-Za-z_$][\w$]*(?:\[(\d{1,3}|0x[0-9a-f]{1,2})\])?(?![\w\"'(])",
            lambda match: _value(constants, match),
            expression,
            count=_NAMES,
        )
        return JOINED.sub("", named)

    def hides(self) -> Iterator[tuple[str, str]]:
        """Selectors and the declarations that it gives them while the page loads."""
        return ((selector, _css(groups)) for selector, groups in self._at_once(_HIDES))

    def classes(self) -> Iterator[tuple[str, list[str]]]:
        """Selectors and the classes that it gives them while the page loads."""
        return ((selector, (groups["value"] or "").split()) for selector, groups in self._at_once(_CLASSES))

    def _at_once(self, patterns: _Cued) -> Iterator[tuple[str, dict[str, str | None]]]:
        """What it does to a selector while the page loads."""
        alias = {match[1]: match[2] for match in first(_ALIAS, self.plain)}
        for pattern in _cued(patterns, self.plain):
            for match in first(pattern, self.plain):
                if not self._is_later(match):
                    yield _selector(match.groupdict(), alias), match.groupdict()

    def _is_later(self, match: re.Match[str]) -> bool:
        """Whether it happens when something else does, not while the page loads."""
        return _LATER.search(self.plain, max(0, match.start() - _BEFORE), match.start()) is not None

    def shown(self) -> set[str]:
        """Names in strings of a script that opens something; not of statements that only hide."""
        if not _SHOWS.search(self.plain):
            return set()
        only_hides = {
            match.start() for pattern in _cued(_ONLY_HIDE, self.plain) for match in first(pattern, self.plain)
        }
        return {
            name
            for match in first(QUOTED, self.plain, 2000)
            if not any(start <= match.start() <= start + 60 for start in only_hides) or _is_shown_at(self.plain, match)
            for name in _NAME.findall(next(filter(None, match.groups()), "")[:200])
        }


def _is_shown_at(text: str, match: re.Match[str]) -> bool:
    end = _STATEMENT.search(text, match.end())
    return _SHOWS.search(text, match.start(), end.start() if end else len(text)) is not None


def _selector(groups: Mapping[str, str | None], alias: Mapping[str, str]) -> str:
    if groups.get("class"):
        return f".{groups['class']}"
    name = groups.get("id") or groups.get("all") or groups.get("name") or ""
    return groups.get("css") or f"#{alias.get(name, name)}"


def _css(groups: dict[str, str | None]) -> str:
    value, name = groups.get("value"), groups.get("property")
    if value is None:
        return "display:none"
    if name is not None:
        return value if name == "cssText" else re.sub("[A-Z]", lambda match: "-" + match[0].lower(), name) + ":" + value
    pairs = [each for pair in _PAIR.findall(value) for each in pair] or list(strings(value))
    if "css" not in groups or not pairs:
        return value
    return ";".join(map(":".join, zip(pairs[::2], pairs[1::2], strict=False))).removeprefix("style:")


def _cued(patterns: _Cued, text: str) -> list[re.Pattern[str]]:
    """Those that can match: a search for a cue costs next to nothing."""
    return [pattern for pattern, cues in patterns if any(cue in text for cue in cues)]


def _statement_end(text: str, begin: int) -> int:
    """Where a call that began ends: a closing bracket before the end of a statement, outside of strings."""
    for match in late(QUOTED.pattern + r"|(\)\s*;|\)\s*\n|\)\s*\}|\)\s*$|;\s*$)", re.DOTALL).finditer(
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
    return f'"{constants[name]}"' if name in constants else match[0]


def names(handler: str) -> Iterator[re.Match[str]]:
    """Names in the strings of an event's handler."""
    return first(_HANDLED, handler)
