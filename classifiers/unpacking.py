"""Strings in a script put together and unpacked as far as they stand there, without running anything.

Escapes, ``unescape``, ``atob``, ``fromCharCode``, reversed, joined and replaced strings, sums of strings and names, the
common packer; loops over codes are in ``decoding``. Everything is bounded: three rounds, and never much longer than it was.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NoBase64
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from urllib.parse import unquote

from classifiers import decoding
from classifiers.late import late

_ROUNDS = 3
LONGEST = 1_000_000
_CODES = late(
    r"(?:String\s*\.\s*)?fromCharCode(?:\.apply\(\s*+\w+\s*+,\s*+\[|\(\s*+(?:\.\.\.)?\[?)([0-9a-fA-Fx,\s]++)\]?\)"
)
_CONCAT = late(r"([\"'`])([^\"'`\n]*+)\1\.concat\(([^()]*+)\)")
_REPLACED = late(
    r"([\"'`])([^\"'`\n]*+)\1\.replace\(\s*(?:[\"']([^\"'\n]{1,40})[\"']|/([^/\n\\]{1,20})/[gi]{0,2})\s*,\s*[\"']([^\"'\n]{0,9})[\"']\s*\)"
)
_CALL = late(
    r"(?:window\.)?\b(unescape|decodeURIComponent|decodeURI|atob|escape|String)\(\s*([\"'`])([^\"'`\n]*+)\2\s*\)"
)
_ESCAPED = late(r"\\x([0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})|\\([0-7]{3})")
JOINED = late(r"(?<!\\)([\"'`])\s*+\+\s*+\1")
_MIXED = late(r"([\"'`])([^\"'`\n]*+)\1\s*+\+\s*+(?!\1)([\"'`])([^\"'`\n]*+)\3")
_REVERSED = late(r"([\"'])([^\"'\n]*+)\1\.split\([\"']{2}\)\.reverse\(\)\.join\([\"']{2}\)")
_NAMED = late(
    r"\b(?P<call>unescape|decodeURIComponent|decodeURI|atob)\(\s*(?P<value>[\w.]{1,60}(?:\[\w{1,6}\])?)\s*\)"
    r"|\b(?P<turned>\w{1,60})(?=\.split\([\"']{2}\)\.reverse)"
)
_LISTED = late(r"\[([^\[\]]*+)\]\.(reverse\(\)\.)?join\(([\"'])([^\"'\n]{0,9})\3\)")
QUOTED = late(r"\"((?:[^\"\\\n]|\\.)*+)\"|'((?:[^'\\\n]|\\.)*+)'|`([^`]*+)`", re.DOTALL)
_INDEX = late(r"\[\s*[\"'`](\w{1,40})[\"'`]\s*\]")
_RUN = late(r"\b(?:eval|new\s+Function|execScript)\(\s*(?:\"((?:[^\"\\\n]|\\.)*+)\"|'((?:[^'\\\n]|\\.)*+)')\s*\)")
_PUSHED = late(r"\b(\w{1,60})\.push\(\s*(?:\"([^\"\n]{0,500})\"|'([^'\n]{0,500})')\s*\)")
_PACKED = late(
    r"\((?:'(?P<code>(?:[^'\\]|\\.)*+)'|\"(?P<other>(?:[^\"\\]|\\.)*+)\"),\s*(?P<base>\d+),\s*\d+,"
    r"\s*([\"'])(?P<names>[^\"']*+)\4\.split\([\"']\|[\"']\)",
    re.DOTALL,
)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WORD = late(r"\b\w+\b")
_UNICODE = late(r"%u([0-9a-fA-F]{4})")
_SET = late(r"(?<![\w.])([\w.]{1,60})\s*(\+?)=(?!=)\s*")
_TERM = late(
    r"\s*(?:\"((?:[^\"\\\n]|\\.){0,2000}+)\"|'((?:[^'\\\n]|\\.){0,2000}+)'|`([^`\n]{0,2000})`|([A-Za-z_$][\w.]{0,60}(?:\[\w{1,6}\])?))\s*(\+(?!\+)|)"
)
_OBJECT = late(r"\b(\w{1,60})\s*=\s*\{([^{}]{1,5000})\}")
_MEMBER = late(r"(?:^|,)\s*[\"']?(\w{1,40})[\"']?\s*:\s*(?:\"([^\"\n]{0,500})\"|'([^'\n]{0,500})')")
_PLACEHOLDER = late(r"\$\{\s*(?:([\w.]{1,60})|[\"']([^\"'`{}]{0,200})[\"'])\s*\}")
_BRACKET = late(r"(?<=[\w)\]])\[\s*([A-Za-z_$\"'][^\[\]\n]{0,80}(?:\[\w{1,6}\]|)[^\[\]\n]{0,40})\]")
_CUT_OUT = late(r"([\"'`])([^\"'`\n]*+)\1\.(slice|substr|substring)\(\s*(-?\d{1,4})\s*(?:,\s*(-?\d{1,4})\s*)?\)")
_NAMED_LIST = late(r"\b(\w{1,60})\.(reverse\(\)\.)?join\(([\"'])([^\"'\n]{0,9})\3\)")
_PRODUCT = late(r"(?<![\w.*/)\]-])(\d{1,6})\s*\*\s*(\d{1,6})(?![\w.*])")
_FIGURE = late(r"[\"']\s*\+\s*\(?(\d{1,9})\)?\s*\+\s*[\"']")  # between strings
_COUNTED = late(r"[\"']\s*\+\s*([A-Za-z_]\w{0,40})\s*\+\s*[\"']|\$\{\s*(-?\d{1,9})\s*\}")  # a name between strings
_NUMBER = late(r"\b([A-Za-z_]\w{0,40})\s*=\s*(-?\d{1,9})\s*[;,\n]")
_SPLIT = late(r"([\"'])([^\"'\n\\]{1,20000}+)\1\.split\(([\"'])([^\"'\n]{1,3})\3\)(?!\s*[.)])")
_PARTS = 5000  # of a string that is split
_SET_AT_ONCE = late(r"\bObject\.assign\(\s*([\w.]{1,60})\s*,\s*\{([^{}]{1,500})\}\s*\)")
_FIELD = late(r"(?:^|,)\s*[\"']?(\w{1,40})[\"']?\s*:\s*([\"'`][^\"'`]{0,300}[\"'`]|[^,\"'`]{1,60})")
_REFLECTED = late(r"\bReflect\.set\(\s*([\w.]{1,60})\s*,\s*[\"'](\w{1,40})[\"']\s*,")
_CODE = late(r"\s*(?:(?:var|let|const|if|for|try)\b|[(!]|[\w$]{1,60}(?:\(|\.[\w$.]{1,60}\s*[(=]))")
_ESCAPED_QUOTE = late(r"\\([\"'\\])")
_BEGUN = late(r"[\"'`]((?:https?:)?//[^\"'`\n/]{4,100}/?[^\"'`\n]{0,200})[\"'`]")
_MARKUP = ("href", "src", "action", "data")  # names that stand in HTML too
_ENDS = ("", ";", ",", "\n", "}", ")", "]")  # of an expression
_LONGEST_VALUE = 5000
_TERMS = 40  # of a sum
_LIST = late(r"\b(\w{1,60})\s*+=\s*+\[([^\[\]\n]{0,5000}+)\]")
_PIECES = 50  # of each sort, in one script
_SETTINGS = 400  # of names


def plain(script: str) -> str:
    """The script with its strings unpacked."""
    for _ in range(_ROUNDS):
        unpacked = _unpacked(script)[:LONGEST]
        if unpacked == script:
            break
        script = unpacked
    return script


def data_of(url: str, kinds: Collection[str]) -> str:
    """What stands in a ``data:`` address itself, where it is one of these kinds; "" for another address."""
    kind, comma, data = url.partition(",")
    said = kind.lower().strip()
    if not comma or not said.startswith("data:") or said[5:].partition(";")[0] not in kinds:
        return ""
    return decoded("atob" if "base64" in said else "unescape", data.strip())


def unescaped(text: str) -> str:
    """Data of a script with its escapes read."""
    return _ESCAPED.sub(_character, text)


def first(pattern: re.Pattern[str], text: str, most: int = _PIECES) -> Iterator[re.Match[str]]:
    for count, match in enumerate(pattern.finditer(text)):
        if count == most:
            return
        yield match


def strings(text: str) -> Iterator[str]:
    for match in QUOTED.finditer(text):
        yield next(filter(None, match.groups()), "")


def constants(text: str) -> dict[str, str]:
    """Names that stand for a string, members of objects (``name.member``) and places of lists (``name[0]``)."""
    found: dict[str, str] = {}
    for match in first(_LIST, text):
        found |= {f"{match[1]}[{place}]": value for place, value in enumerate(strings(match[2]))}
    for match in first(_PUSHED, text) if ".push(" in text else ():
        place = next((place for place in range(_PIECES) if f"{match[1]}[{place}]" not in found), _PIECES)
        found[f"{match[1]}[{place}]"] = match[2] or match[3] or ""
    for match in first(_OBJECT, text) if "{" in text else ():
        found |= {f"{match[1]}.{each[1]}": each[2] or each[3] or "" for each in _MEMBER.finditer(match[2])}
    for match in first(_SET, text, _SETTINGS):
        value = added(text, match.end(), found)
        if (
            value is None and match[1] not in _MARKUP and (begun := _BEGUN.match(text, match.end()))
        ):  # an address with something unknown behind it
            value = begun[1]
        if value is not None and (not match[2] or match[1] in found):
            found[match[1]] = (found[match[1]] + value if match[2] else value)[:_LONGEST_VALUE]
    return found


def added(text: str, place: int, constants: Mapping[str, str]) -> str | None:
    """The sum of strings and known names that begins at a place; None for another expression."""
    value = ""
    for _ in range(_TERMS):
        match = _TERM.match(text, place)
        if match is None:
            return None
        part = constants.get(_place(match[4])) if match[4] else match[1] or match[2] or match[3] or ""
        if part is None:
            return None
        value, place = value + part, match.end()
        if not match[5]:
            return value if text[place : place + 1] in _ENDS else None
    return None


def _place(name: str) -> str:
    """A place in a list as it is kept: with a plain number."""
    before, _, number = name.partition("[0x")
    try:
        return f"{before}[{int(number[:-1], 16)}]" if number else name
    except ValueError:
        return name


def _resolved(constants: Mapping[str, str], match: re.Match[str]) -> str:
    value = constants.get(_place(match["value"] or match["turned"]))
    if value is None:
        return match[0]
    return f'{match["call"]}("{value}")' if match["call"] else f'"{value}"'


def _member(constants: Mapping[str, str], match: re.Match[str]) -> str:
    name = added(match[1].strip(), 0, constants)
    return f".{name}" if name is not None and name.isidentifier() else match[0]


def _unpacked(text: str) -> str:
    text = _ESCAPED.sub(_character, text)
    text = _PACKED.sub(_unpack, text)
    if "eval(" in text or "Function(" in text:
        text = _RUN.sub(_inside, text)
    text = decoding.called(text)
    known = constants(text)
    text = _NAMED.sub(partial(_resolved, known), text)
    if "${" in text:
        text = _PLACEHOLDER.sub(lambda match: known.get(match[1], match[0]) if match[1] else match[2], text)
    if known:
        text = _BRACKET.sub(partial(_member, known), text)
        text = _NAMED_LIST.sub(partial(_join_named, known), text)
    text = _at_once(_summed(text))
    text = decoding.looped(text, known)
    text = _CODES.sub(lambda match: _as_string(_from_codes(match[1])), text)
    text = _CALL.sub(lambda match: _as_string(decoded(match[1], match[3])), text)
    text = _REVERSED.sub(lambda match: _as_string(match[2][::-1]), text)
    text = _LISTED.sub(_join, text)
    if ".s" in text:
        text = _CUT_OUT.sub(_cut, text)
    if ".concat(" in text or ".replace(" in text:
        text = _CONCAT.sub(lambda match: _as_string(match[2] + "".join(strings(match[3]))), text)
        text = decoding.replaced(text)
        text = _REPLACED.sub(lambda match: _as_string(match[2].replace(match[3] or match[4], match[5])), text)
    for _ in range(_ROUNDS if "+" in text else 0):
        text = _MIXED.sub(r"\1\2\4\1", text)
    return _INDEX.sub(r".\1", JOINED.sub("", text))


def _inside(match: re.Match[str]) -> str:
    """A string that is run, as what is run."""
    return "\n" + _ESCAPED_QUOTE.sub(r"\1", match[1] or match[2] or "") + "\n"


def _summed(text: str) -> str:
    """The script with numbers multiplied, and put into the strings that they stand between."""
    if "*" in text:
        text = _PRODUCT.sub(lambda match: str(int(match[1]) * int(match[2])), text)
    text = _FIGURE.sub(r"\1", text)
    if _COUNTED.search(text) is not None:
        numbers = dict(_NUMBER.findall(text))
        text = _COUNTED.sub(lambda match: match[2] or numbers.get(match[1], match[0]), text)
    return text


def _at_once(text: str) -> str:
    """The script with lists instead of split strings, and one statement for each of what is set at once."""
    if ".split(" in text:
        text = _SPLIT.sub(_listed, text)
    if "Object.assign(" in text or "Reflect.set(" in text:
        text = _SET_AT_ONCE.sub(_one_by_one, text)
        text = _REFLECTED.sub(r"\1.\2=", text)
    return text


def _join_named(constants: Mapping[str, str], match: re.Match[str]) -> str:
    parts: list[str] = []
    while (part := constants.get(f"{match[1]}[{len(parts)}]")) is not None and len(parts) < _PIECES:
        parts.append(part)
    return _as_string(match[4].join(parts[::-1] if match[2] else parts)) if parts else match[0]


def _listed(match: re.Match[str]) -> str:
    """A string that is split as the list that it makes."""
    parts = match[2].split(match[4])
    return match[0] if len(parts) > _PARTS else "[" + ",".join(f'"{part}"' for part in parts) + "]"


def _one_by_one(match: re.Match[str]) -> str:
    """What an object gets all at once, as statements."""
    return ";".join(f"{match[1]}.{name}={value.strip()}" for name, value in _FIELD.findall(match[2])) + ";"


def _character(match: re.Match[str]) -> str:
    """What an escape stands for; a quote stays escaped, so that strings end where they did."""
    found = chr(int(match[3], 8) if match[3] else int(match[1] or match[2], 16))
    return "\\" + found if found in "\"'\\" else found


def _as_string(text: str) -> str:
    """As a string of its own: one that is run is what it holds."""
    runs = (";" in text or "location" in text or _CODE.match(text)) and not text.lstrip().startswith("<")
    runs = runs and not text.isidentifier()
    return f"\n{text}\n" if runs else "`" + text.replace("`", "'") + "`"


def _from_codes(codes: str) -> str:
    found = []
    for code in codes.split(",")[:100_000]:
        try:
            number = int(code.strip(), 0)
        except ValueError:
            return ""
        found.append(chr(number) if number < 0x11_0000 else "")
    return "".join(found)


def decoded(how: str, text: str) -> str:
    """What a function of that name makes of the text; "" where it can't."""
    if how in ("escape", "String"):
        return text
    if how != "atob":
        return unquote(_UNICODE.sub(lambda match: chr(int(match[1], 16)), text))
    try:
        return b64decode(text + "=" * (-len(text) % 4)).decode("utf-8", "replace")
    except (NoBase64, ValueError):
        return ""


def _join(match: re.Match[str]) -> str:
    parts = list(strings(match[1]))
    return _as_string(match[4].join(reversed(parts) if match[2] else parts))


def _cut(match: re.Match[str]) -> str:
    """A part of a string, by where it begins and where it ends or how long it is."""
    begin, end = int(match[4]), int(match[5]) if match[5] else None
    if end is not None and match[3] == "substr":
        end = max(end, 0) + begin if begin >= 0 else None
    return _as_string(match[2][begin:end])


def _unpack(match: re.Match[str]) -> str:
    """The packer of Dean Edwards: words by number, in base 2 to 62."""
    base, names = min(max(int(match["base"][:3]), 2), 62), match["names"].split("|")
    code = match["code"] or match["other"] or ""
    room = LONGEST

    def name(word: re.Match[str]) -> str:
        nonlocal room
        number = 0
        for digit in word[0][:6]:
            number = number * base + max(_DIGITS.find(digit), 0)
        found = names[number] if number < len(names) and names[number] else word[0]
        room -= len(found)
        return found if room > 0 else ""

    return "\n" + _WORD.sub(name, code.replace("\\'", "'").replace('\\"', '"')) + "\n"
