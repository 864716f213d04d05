"""What a script on a page would write, hide or open, read without running anything.

Strings are put together and unpacked as far as they stand there: escapes, ``unescape``, ``atob``, ``fromCharCode``,
reversed and joined strings, the common packer. Everything is bounded: three rounds, and never much longer than it was.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NoBase64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from urllib.parse import unquote

_ROUNDS = 3
_LONGEST = 1_000_000
_SHORT = 2000  # code points of a script that is remembered
_CODES = re.compile(
    r"(?:String\s*\.\s*)?fromCharCode(?:\.apply\(\s*\w+\s*,\s*\[|\(\s*(?:\.\.\.)?\[?)([0-9a-fA-Fx,\s]++)\]?\)"
)
_MAPPED = re.compile(r"\[([0-9a-fA-Fx,\s]++)\]\.map\([^\[\]\n]{0,80}?fromCharCode")
_CONCAT = re.compile(r"([\"'`])([^\"'`\n]*+)\1\.concat\(([^()]*+)\)")
_REPLACED = re.compile(
    r"([\"'`])([^\"'`\n]*+)\1\.replace\(\s*(?:[\"']([^\"'\n]{1,40})[\"']|/([^/\n\\]{1,20})/[gi]{0,2})\s*,\s*[\"']([^\"'\n]{0,9})[\"']\s*\)"
)
_CALL = re.compile(r"(?:window\.)?\b(unescape|decodeURIComponent|decodeURI|atob)\(\s*([\"'])([^\"'\n]*+)\2\s*\)")
_ESCAPED = re.compile(r"\\x([0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})|\\([0-7]{3})")
_JOINED = re.compile(r"(?<!\\)[\"'`]\s*+\+\s*+[\"'`]")
_MIXED = re.compile(r"([\"'`])([^\"'`\n]*+)\1\s*+\+\s*+(?!\1)([\"'`])([^\"'`\n]*+)\3")
_REVERSED = re.compile(r"([\"'])([^\"'\n]*+)\1\.split\([\"']{2}\)\.reverse\(\)\.join\([\"']{2}\)")
_NAMED = re.compile(
    r"\b(?P<call>unescape|decodeURIComponent|decodeURI|atob)\(\s*(?P<value>\w{1,60})\s*\)"
    r"|\b(?P<turned>\w{1,60})(?=\.split\([\"']{2}\)\.reverse)"
)
_STYLE = re.compile(r"<style[^>]{0,100}>([^<]{1,5000})", re.IGNORECASE)
_LISTED = re.compile(r"\[([^\[\]]*+)\]\.(reverse\(\)\.)?join\(([\"'])([^\"'\n]{0,9})\3\)")
_QUOTED = re.compile(r"\"((?:[^\"\\\n]|\\.)*+)\"|'((?:[^'\\\n]|\\.)*+)'|`([^`]*+)`", re.DOTALL)
_INDEX = re.compile(r"\[\s*[\"'](\w{1,40})[\"']\s*\]")
_PACKED = re.compile(
    r"\((?:'(?P<code>(?:[^'\\]|\\.)*+)'|\"(?P<other>(?:[^\"\\]|\\.)*+)\"),\s*(?P<base>\d+),\s*\d+,"
    r"\s*([\"'])(?P<names>[^\"']*+)\4\.split\([\"']\|[\"']\)",
    re.DOTALL,
)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WORD = re.compile(r"\b\w+\b")
_UNICODE = re.compile(r"%u([0-9a-fA-F]{4})")
_CONSTANT = re.compile(
    r"\b(\w{1,60})\s*=\s*(?:\"([^\"\n]{0,2000})\"|'([^'\n]{0,2000})'|`([^`\n]{0,2000})`)\s*(?=[;,\n}]|$)"
)
_LIST = re.compile(r"\b(\w{1,60})\s*+=\s*+\[([^\[\]\n]{0,5000}+)\]")

_WRITE = re.compile(
    r"(?:\bdocument\s*\.\s*write(?:ln)?|\.insertAdjacentHTML|\.append|\.prepend|\.html|\.after|\.before)\s*\(|\.innerHTML\s*\+?=(?!=)"
)
_GO = re.compile(
    r"\b(?:location(?:\s*\.\s*(?:href|replace|assign))?|navigate|window\s*\.\s*open)\s*(?:=(?!=)|\()\s*([^;\n}]{1,400})"
)
_TITLE = re.compile(r"\bdocument\s*\.\s*title\s*=(?!=)\s*([^;\n}]{1,400})")
_LOADED = re.compile(r"\.(?:src\s*=|getScript\()\s*([^;\n}]{1,400})")
_SPIDERS = re.compile(
    r"baidu|sogou|soso|haosou|so\\?\.com|360spider|bing|google|spider|yisou|sm\\?\.cn|shenma|yahoo|bytespider|toutiao",
    re.IGNORECASE,
)
_VISITOR = re.compile(r"referrer|userAgent|visitor|refer\b|\bua\b", re.IGNORECASE)
_STATEMENT = re.compile(r"[;\n{}]")
_FOUND = r"(?:document\s*\.\s*)?(?:getElementById\(\s*[\"'](?P<id>[\w-]+)[\"']\s*\)|getElementsByClassName\(\s*[\"'](?P<class>[\w-]+)[\"']\s*\)\s*\[\s*\w+\s*\]|querySelector(?:All)?\(\s*[\"'](?P<css>[^\"']{1,100})[\"']\s*\)|all\s*\.\s*(?P<all>\w+)|(?P<name>\b\w+))"
_STYLED = re.compile(
    _FOUND
    + r"\s*\.\s*style\s*\.\s*(?:setProperty\(\s*[\"'])?(?P<property>[\w-]+)[\"']?\s*[=,]\s*[\"'](?P<value>[^\"']{0,300})[\"']"
)
_REMOVED = re.compile(
    _FOUND + r"\s*\.\s*(?:remove\(\s*\)|(?:inner|outer)HTML\s*=\s*(?:\"\"|'')(?!\s*\+)|hidden\s*=\s*(?:true|!0))"
)
_CHILD = re.compile(r"\.\s*removeChild\(\s*" + _FOUND + r"\s*\)")
_SET = re.compile(_FOUND + r"\s*\.\s*setAttribute\(\s*[\"']style[\"']\s*,\s*[\"'](?P<value>[^\"']{0,300})[\"']")
_JQUERY = re.compile(
    r"(?:\$|jQuery)\(\s*[\"'](?P<css>[^\"']{1,100})[\"']\s*\)\s*\.\s*(?:(?:hide|remove|empty)\(\s*\d*\s*\)|(?:css|attr)\((?P<value>[^)]{1,300})\))"
)
_PAIR = re.compile(r"[{,]\s*[\"']?([\w-]{1,40})[\"']?\s*:\s*[\"']([^\"'\n]{0,300})[\"']")  # of an object
_SHEET = re.compile(
    r"(?:\.(?:innerHTML|innerText|textContent|cssText)\s*\+?=(?!=)|\b(?:insertRule|createTextNode)\()\s*([^\n]{1,2000})"
)
_CREATED = re.compile(r"\b(\w{1,60})\s*=\s*document\s*\.\s*createElement\(\s*[\"'](\w{1,20})[\"']\s*\)")
_SIZED = re.compile(r"\b(\w{1,60})\s*\.\s*(?:style\s*\.\s*)?(width|height)\s*=\s*[\"']?([01])(?:px)?[\"']?\s*[;,\n}]")
_OWNED = re.compile(r"\b(\w{1,60})\s*\.\s*(innerHTML|src)\s*=\s*([^;\n}]{1,2000})")
_ALIAS = re.compile(r"\b(\w{1,60})\s*=\s*document\s*\.\s*getElementById\(\s*[\"']([\w-]+)[\"']\s*\)")
_CLASSED = re.compile(
    _FOUND + r"\s*\.\s*(?:className\s*\+?=\s*|classList\s*\.\s*add\(\s*)[\"'](?P<value>[\w -]{1,60})[\"']"
)
_JQUERY_CLASS = re.compile(
    r"(?:\$|jQuery)\(\s*[\"'](?P<css>[^\"']{1,100})[\"']\s*\)\s*\.\s*addClass\(\s*[\"'](?P<value>[\w -]{1,60})[\"']"
)
_ONLY_HIDE = (_STYLED, _JQUERY, _REMOVED, _CHILD)
_LATER = re.compile(
    r"function\s+\w+\s*\(|click|mouse|hover|blur|scroll|toggle|close|setTimeout|setInterval|addEventListener\(\s*[\"'](?!load|DOMContent)|=>",
    re.IGNORECASE,
)
_SHOWS = re.compile(
    r"show|toggle|slide|fade|[\"'](?:block|visible|inline(?:-block)?|flex)[\"']|classlist|addclass|removeclass|open|animate|"
    r"\.eq\(|tab|popup|layer|modal|(?<!re)move|scroll|swiper|mouseover|hover|click|setinterval|classname|\.style\.(?:left|top)\s*=\s*[^\"']",
    re.IGNORECASE,
)
_NAME = re.compile(r"[\w-]{1,64}")
_HANDLED = re.compile(r"\(\s*[\"']#?\.?([\w-]{1,64})[\"']|[\"']#?\.?([\w-]{1,64})[\"']")
_BEFORE = 300
_NAMES = 40  # that are replaced in one expression
_PIECES = 50  # of each sort, in one script


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

    def written(self) -> Iterator[str]:
        """Pieces of HTML that it writes into the page."""
        ends = 0
        for match in _first(_WRITE, self.plain):
            if match.start() < ends:
                continue
            ends = _statement_end(self.plain, match.end())
            html = "".join(_strings(self._values(self.plain[match.end() : ends])))
            if "<" in html:
                yield html.replace("\\/", "/").replace('\\"', '"').replace("\\'", "'")

    def created(self) -> Iterator[str]:
        """Elements that it makes and hides, and frames, as HTML."""
        made = (
            {match[1]: match[2].lower() for match in _first(_CREATED, self.plain)}
            if "createElement" in self.plain
            else {}
        )
        if not made:
            return
        style = {match[1]: f"{match[2]}:{match[3]}px;overflow:hidden" for match in _first(_SIZED, self.plain)}
        style |= {match["name"]: _css(match.groupdict()) for match in _first(_STYLED, self.plain) if match["name"]}
        for match in _first(_OWNED, self.plain):
            tag, hidden = made.get(match[1]), style.get(match[1])
            held = "".join(_strings(self._values(match[3]))).replace("\\/", "/").replace('\\"', '"')
            if tag and held and (hidden or tag == "iframe"):
                inner = f' src="{held}"></{tag}>' if match[2] == "src" else f">{held}</{tag}>"
                yield f'<{tag} style="{hidden or ""}"{inner}'

    def styles(self) -> Iterator[str]:
        """Style blocks among what it writes, and rules that it adds."""
        for match in _first(_SHEET, self.plain):
            css = next(_strings(self._values(match[1])), "")
            if "{" in css and "<" not in css and not self._is_later(match):
                yield css
        if _STYLE.search(self.plain):
            yield from (match[1] for html in self.written() for match in _first(_STYLE, html))

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
        for match in _first(pattern, self.plain):
            strings = list(_strings(_JOINED.sub("", self._values(match[1]))))
            if strings:
                yield strings[0].replace("\\/", "/")

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
        return _JOINED.sub("", named)

    def hides(self) -> Iterator[tuple[str, str]]:
        """Selectors and the declarations that it gives them while the page loads."""
        alias = {match[1]: match[2] for match in _first(_ALIAS, self.plain)}
        for pattern in (_STYLED, _SET, _JQUERY, _REMOVED, _CHILD):
            for match in _first(pattern, self.plain):
                if not self._is_later(match):
                    yield _selector(match.groupdict(), alias), _css(match.groupdict())

    def classes(self) -> Iterator[tuple[str, list[str]]]:
        """Selectors and the classes that it gives them while the page loads."""
        alias = {match[1]: match[2] for match in _first(_ALIAS, self.plain)}
        for pattern in (_CLASSED, _JQUERY_CLASS):
            for match in _first(pattern, self.plain):
                if not self._is_later(match):
                    yield _selector(match.groupdict(), alias), match["value"].split()

    def _is_later(self, match: re.Match[str]) -> bool:
        """Whether it happens when something else does, not while the page loads."""
        return _LATER.search(self.plain, max(0, match.start() - _BEFORE), match.start()) is not None

    def shown(self) -> set[str]:
        """Names in strings of a script that opens something; not of statements that only hide."""
        if not _SHOWS.search(self.plain):
            return set()
        only_hides = {match.start() for pattern in _ONLY_HIDE for match in _first(pattern, self.plain)}
        return {
            name
            for match in _first(_QUOTED, self.plain, 2000)
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
    pairs = [each for pair in _PAIR.findall(value) for each in pair] or list(_strings(value))
    if "css" not in groups or not pairs:
        return value
    return ";".join(map(":".join, zip(pairs[::2], pairs[1::2], strict=False))).removeprefix("style:")


def _first(pattern: re.Pattern[str], text: str, most: int = _PIECES) -> Iterator[re.Match[str]]:
    for count, match in enumerate(pattern.finditer(text)):
        if count == most:
            return
        yield match


def _strings(text: str) -> Iterator[str]:
    for match in _QUOTED.finditer(text):
        yield next(filter(None, match.groups()), "")


def _statement_end(text: str, begin: int) -> int:
    """Where a call that began ends: a closing bracket before the end of a statement, outside of strings."""
    for match in re.compile(_QUOTED.pattern + r"|(\)\s*;|\)\s*\n|\)\s*\}|\)\s*$|;\s*$)", re.DOTALL).finditer(
        text, begin, begin + 100_000
    ):
        if match[4]:
            return match.end()
    return min(len(text), begin + 100_000)


def read(script: str) -> Script:
    """The script, unpacked."""
    return _read_once(script) if len(script) <= _SHORT else _read(script)


def _read(script: str) -> Script:
    raw = script[:_LONGEST]
    plain = raw
    for _ in range(_ROUNDS):
        unpacked = _unpacked(plain)[:_LONGEST]
        if unpacked == plain:
            break
        plain = unpacked
    return Script(raw, plain, _constants(plain))


_read_once = lru_cache(maxsize=64)(_read)


def _constants(text: str) -> dict[str, str]:
    """Names that stand for a string, and places of lists: ``name[0]``."""
    found = {match[1]: match[2] or match[3] or match[4] or "" for match in _first(_CONSTANT, text)}
    for match in _first(_LIST, text):
        found |= {f"{match[1]}[{place}]": value for place, value in enumerate(_strings(match[2]))}
    return found


def _value(constants: Mapping[str, str], match: re.Match[str]) -> str:
    name = match[0] if match[1] is None else f"{match[0].partition('[')[0]}[{int(match[1], 0)}]"
    return f'"{constants[name]}"' if name in constants else match[0]


def _resolved(constants: Mapping[str, str], match: re.Match[str]) -> str:
    value = constants.get(match["value"] or match["turned"])
    if value is None:
        return match[0]
    return f'{match["call"]}("{value}")' if match["call"] else f'"{value}"'


def _unpacked(text: str) -> str:
    text = _ESCAPED.sub(_character, text)
    text = _PACKED.sub(_unpack, text)
    text = _NAMED.sub(partial(_resolved, _constants(text)), text)
    text = _MAPPED.sub(lambda match: _as_string(_from_codes(match[1])) + ".map(", text)
    text = _CODES.sub(lambda match: _as_string(_from_codes(match[1])), text)
    text = _CALL.sub(lambda match: _as_string(_decoded(match[1], match[3])), text)
    text = _REVERSED.sub(lambda match: _as_string(match[2][::-1]), text)
    text = _LISTED.sub(_join, text)
    text = _CONCAT.sub(lambda match: _as_string(match[2] + "".join(_strings(match[3]))), text)
    text = _REPLACED.sub(lambda match: _as_string(match[2].replace(match[3] or match[4], match[5])), text)
    for _ in range(_ROUNDS):
        text = _MIXED.sub(r"\1\2\4\1", text)
    return _INDEX.sub(r".\1", _JOINED.sub("", text))


def _character(match: re.Match[str]) -> str:
    """What an escape stands for; a quote stays escaped, so that strings end where they did."""
    found = chr(int(match[3], 8) if match[3] else int(match[1] or match[2], 16))
    return "\\" + found if found in "\"'\\" else found


def _as_string(text: str) -> str:
    """As a string of its own: one that is run is what it holds."""
    return f"\n{text}\n" if ";" in text or "location" in text else "`" + text.replace("`", "'") + "`"


def _from_codes(codes: str) -> str:
    found = []
    for code in codes.split(",")[:100_000]:
        try:
            number = int(code.strip(), 0)
        except ValueError:
            return ""
        found.append(chr(number) if number < 0x11_0000 else "")
    return "".join(found)


def _decoded(how: str, text: str) -> str:
    if how != "atob":
        return unquote(_UNICODE.sub(lambda match: chr(int(match[1], 16)), text))
    try:
        return b64decode(text + "=" * (-len(text) % 4)).decode("utf-8", "replace")
    except (NoBase64, ValueError):
        return ""


def _join(match: re.Match[str]) -> str:
    parts = list(_strings(match[1]))
    return _as_string(match[4].join(reversed(parts) if match[2] else parts))


def _unpack(match: re.Match[str]) -> str:
    """The packer of Dean Edwards: words by number, in base 2 to 62."""
    base, names = min(max(int(match["base"][:3]), 2), 62), match["names"].split("|")
    code = match["code"] or match["other"] or ""
    room = _LONGEST

    def name(word: re.Match[str]) -> str:
        nonlocal room
        number = 0
        for digit in word[0][:6]:
            number = number * base + max(_DIGITS.find(digit), 0)
        found = names[number] if number < len(names) and names[number] else word[0]
        room -= len(found)
        return found if room > 0 else ""

    return "\n" + _WORD.sub(name, code.replace("\\'", "'").replace('\\"', '"')) + "\n"


def names(handler: str) -> Iterator[re.Match[str]]:
    """Names in the strings of an event's handler."""
    return _first(_HANDLED, handler)
