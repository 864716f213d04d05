"""Loops of scripts that put a text together from codes: the usual few are known by their form, none is run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import NamedTuple

from classifiers.late import late

_LONGEST = 20_000  # codes of a text
_PARTS = 200  # of a list that is put together
_CODES = late(r"\b(\w{1,60})\s*=\s*\[([0-9a-fA-Fx,\s\"'-]{3,100000}+)\]")
_STEP = r"\s*(?:([-+^*/])\s*(0x[0-9a-fA-F]{1,4}|\d{1,5}|[A-Za-z_]\w{0,20}))?\s*\)"
_NUMBER = late(r"\b([A-Za-z_]\w{0,20})\s*=\s*(0x[0-9a-fA-F]{1,4}|\d{1,5})\b(?!\s*[-+*/^%.<>&|?])")
# codes.forEach(function(c){text+=String.fromCharCode(c-3)})
_EACH = late(
    r"(?:\[([0-9a-fA-Fx,\s\"'-]++)\]|\b(\w{1,60}))\.forEach\([^;\n]{0,60}?\b(\w{1,60})\s*\+=\s*String\.fromCharCode\(\s*(?:parseInt\(\s*)?\w{1,60}"
    rf"(?:\s*,\s*(\d\d)\s*\))?{_STEP}\s*;?\s*\}}?\s*\)"
)
# new TextDecoder().decode(new Uint8Array([104,116]))
_BYTES = late(
    r"(?:new\s+TextDecoder\([^()]{0,20}\)\s*\.decode\(\s*)?(?:new\s+Uint8Array|Uint8Array\.from)\(\s*\[([0-9a-fA-Fx,\s]++)\]\s*\)\s*\)?"
)
_INDEX = r"(?:\[\w{1,20}\]|\.charCodeAt\(\s*\w{1,20}\s*\))"
# text += String.fromCharCode(codes[i] ^ 5)
_LOOP = late(
    rf"\b(\w{{1,60}})\s*(?:\+=|=\s*\w{{1,60}}\s*\+)\s*String\.fromCharCode\(\s*(?:parseInt\(\s*)?(\w{{1,60}}){_INDEX}(?:\s*,\s*(\d\d)\s*\))?{_STEP}"
)
# codes.map(function(c){return String.fromCharCode(c-3)}).join("")
_MAP = late(
    r"(?:\[([0-9a-fA-Fx,\s-]++)\]|([\"'`])([^\"'`\n]{1,5000}+)\2\.split\(([\"'])([^\"'\n]{0,5})\4\)|\b(\w{1,60}))"
    rf"\.map\([^;\n]{{0,60}}?fromCharCode\(\s*(?:parseInt\(\s*)?\w{{1,60}}(?:\.charCodeAt\(0?\)|\s*,\s*(\d\d)\s*\))?{_STEP}"
    r"[^;\n]{0,9}?\)(?:\.join\([\"']{2}\))?"
)
# for(i=text.length-1;i>=0;i--) turned += text.charAt(i)
_TURNED = late(
    r"=\s*(\w{1,60})\.length\s*-\s*1;[^;)]{1,40};[^)]{1,20}\)\s*\{?\s*(\w{1,60})\s*\+=\s*\1(?:\.charAt\(\w{1,20}\)|\[\w{1,20}\])"
)
# text += parts[i]
_GATHERED = late(r"\b(\w{1,60})\s*\+=\s*(\w{1,60})\[\s*[a-zA-Z_]\w{0,20}\s*\](?!\s*[.\[(])")
# "687474".replace(/../g, function(x){return String.fromCharCode(parseInt(x,16))}), and with "%$1"
_PAIRS = late(
    r"([\"'`])((?:[0-9a-fA-F]{2}){3,2000}+)\1\.(?:replace|match)\(\s*/\(?(?:\.\.|\.\{2\}|\[0-9a-f\]\{2\}|\\w\{2\}|\\w\\w)\)?/gi?\s*(?:,\s*|\)\.map\()"
    r"(?:[\"']%\$[1&][\"']\s*\)|[^;\n]{0,80}?parseInt\([^()\n]{1,20},\s*16\s*\)\s*\)\s*;?\s*\}?\s*\)(?:\.join\([\"']{2}\))?)"
)
_ROTATED = late(
    r"([\"'`])([^\"'`\n]{1,2000}+)\1\.replace\(\s*/\[[azAZ-]{3,9}\]/gi?\s*,[^\n]{0,160}?13[^\n]{0,60}?26[\s)+0-9]{0,20};?\s*\}\s*\)"
)
# o+=String.fromCharCode(parseInt(s.substr(i,2),16))
_IN_PAIRS = late(
    r"\b(\w{1,60})\s*\+=\s*String\.fromCharCode\(\s*parseInt\(\s*(?:[\"']0x[\"']\s*\+\s*)?(\w{1,60})\.(?:substr|substring|slice)\([^()]{1,30}\)\s*,\s*16\s*\)\s*\)"
)
# Functions that decode what they are given, and other names of such.
_DECODER = late(
    r"(?:function\s+(\w{1,40})\(\s*(\w{1,40})\s*\)\s*\{\s*return\s+(?:window\.)?(?:(atob|unescape|decodeURIComponent)\(\s*\2\s*\)"
    r"|(\2\.split\([\"']{2}\)\.reverse\(\)\.join\([\"']{2}\)))|\b(\w{1,40})\s*=\s*(?:window\.)?(atob|unescape|decodeURIComponent|eval)\s*[;,\n])"
)
_PLACE = late(r"\b(\w{1,40})\s*=\s*(?:window\.|document\.|top\.)?location\s*[;,\n]")
_SHIFTER = late(
    r"function\s+(\w{1,40})\(\s*(\w{1,40})\s*(?:,\s*(\w{1,40})\s*)?\)\s*\{[^\n]{0,200}?fromCharCode\(\s*\2(?:\[\w{1,20}\]|\.charCodeAt\(\s*\w{1,20}\s*\))"
    r"\s*([-+^])\s*(0x[0-9a-fA-F]{1,4}|\d{1,5}|\w{1,20})\s*\)"
)
_DECODERS = 20  # of a script
_LONGEST_CALLER = 100_000  # code points of a script whose functions are looked at
_TURNS: dict[str, Callable[[int, int], int]] = {
    "-": lambda code, by: code - by,
    "+": lambda code, by: code + by,
    "^": lambda code, by: code ^ by,
    "*": lambda code, by: code * by,
    "/": lambda code, by: code // max(by, 1),
}
_FROM = "abcdefghijklmnopqrstuvwxyz"
_ROTATION = str.maketrans(_FROM + _FROM.upper(), _FROM[13:] + _FROM[:13] + _FROM[13:].upper() + _FROM[:13].upper())


def _gathered(constants: Mapping[str, str], match: re.Match[str]) -> str:
    parts: list[str] = []
    while (part := constants.get(f"{match[2]}[{len(parts)}]")) is not None and len(parts) < _PARTS:
        parts.append(part)
    return f"{match[1]}={_quoted(''.join(parts))};" if parts else match[0]


def looped(text: str, constants: Mapping[str, str]) -> str:
    """The script with what its loops put together written out where they stand."""
    if "fromCharCode" in text:
        lists = {match[1]: match[2] for match in _CODES.finditer(text)} if "[" in text else {}
        known = _Known(lists, constants, dict(_NUMBER.findall(text)))
        text = _LOOP.sub(partial(_of_loop, known), text)
        text = _IN_PAIRS.sub(partial(_of_pairs, constants), text)
        if ".map(" in text:
            text = _MAP.sub(partial(_of_map, known), text)
        if ".forEach(" in text:
            text = _EACH.sub(partial(_of_each, known), text)
    if "Uint8Array" in text:
        text = _BYTES.sub(_of_bytes, text)
    if "+=" in text:
        text = _GATHERED.sub(partial(_gathered, constants), text)
    if "length" in text:
        text = _TURNED.sub(partial(_turned, constants), text)
    return text


def called(text: str) -> str:
    """The script with what its own decoding functions are called with decoded, and other names replaced."""
    if len(text) > _LONGEST_CALLER:
        return text
    if "location" in text:
        for match in islice(_PLACE.finditer(text), _DECODERS):
            text = re.sub(rf"(?<![\w.]){match[1]}(?=\s*\.\s*(?:href|replace|assign)\b)", "location", text)
    for match in islice(_DECODER.finditer(text), _DECODERS):
        name, call = match[1] or match[5], match[3] or match[6]
        given = re.compile(rf"(?<![\w.])(?<!n ){re.escape(name)}\(\s*(\"[^\"\n]*+\"|'[^'\n]*+')\s*\)")
        turned = r"\1.split('').reverse().join('')"
        text = given.sub(rf"{call}(\1)" if call else turned, text)
    for match in islice(_SHIFTER.finditer(text), _DECODERS) if "fromCharCode" in text else ():
        given = re.compile(
            rf"(?<![\w.])(?<!n ){re.escape(match[1])}\(\s*[\"']([^\"'\n]*+)[\"']\s*(?:,\s*(\d{{1,5}})\s*)?\)"
        )
        text = given.sub(partial(_shifted, match), text)
    return text


def _shifted(shifter: re.Match[str], match: re.Match[str]) -> str:
    by = match[2] if shifter[5] == shifter[3] else shifter[5]
    told = _told(map(ord, match[1]), shifter[4], by)
    return _quoted(told) if told else match[0]


def replaced(text: str) -> str:
    """The same for strings of which a replacement makes others."""
    text = _PAIRS.sub(lambda match: _quoted(bytes.fromhex(match[2]).decode("utf-8", "replace")), text)
    if "26" not in text or "13" not in text:
        return text
    return _ROTATED.sub(lambda match: _quoted(match[2].translate(_ROTATION)), text)


def _quoted(text: str) -> str:
    return "`" + text.replace("`", "'") + "`"


class _Known(NamedTuple):
    """What names stand for: codes, texts, numbers."""

    lists: Mapping[str, str]
    texts: Mapping[str, str]
    numbers: Mapping[str, str]


def _of_loop(known: _Known, match: re.Match[str]) -> str:
    name, source, base, sign, by = match.groups()
    if source in known.lists:
        codes = _numbers(known.lists[source].split(","), base)
    elif source in known.texts:
        codes = map(ord, known.texts[source][:_LONGEST])
    else:
        return match[0]
    return f"{name}={_quoted(_told(codes, sign, known.numbers.get(by, by)))};"


def _of_map(known: _Known, match: re.Match[str]) -> str:
    listed, _, text, _, between, name, base, sign, by = match.groups()
    if listed or name:
        codes = _numbers((listed or known.lists.get(name, "")).split(","), base)
    elif between:
        codes = _numbers(text.split(between), base)
    else:
        codes = map(ord, text)
    told = _told(codes, sign, known.numbers.get(by, by))
    return _quoted(told) if told else match[0]


def _of_each(known: _Known, match: re.Match[str]) -> str:
    listed, name, text, base, sign, by = match.groups()
    codes = _numbers((listed or known.lists.get(name, "")).split(","), base)
    told = _told(codes, sign, known.numbers.get(by, by))
    return f"{text}={_quoted(told)};" if told else match[0]


def _of_pairs(constants: Mapping[str, str], match: re.Match[str]) -> str:
    digits = constants.get(match[2], "")
    try:
        return f"{match[1]}={_quoted(bytes.fromhex(digits).decode('utf-8', 'replace'))};"
    except ValueError:
        return match[0]


def _of_bytes(match: re.Match[str]) -> str:
    codes = [code for code in _numbers(match[1].split(","), None) if 0 <= code < 0x100]
    return _quoted(bytes(codes).decode("utf-8", "replace"))


def _turned(constants: Mapping[str, str], match: re.Match[str]) -> str:
    source = constants.get(match[1])
    return match[0] if source is None else f"=0;;){match[2]}={_quoted(source[::-1])};"


def _numbers(parts: list[str], base: str | None) -> Iterator[int]:
    for part in parts[:_LONGEST]:
        try:
            yield int(part.strip("\"' \n\t"), int(base) if base in ("16", "8") else 0)
        except ValueError:
            return


def _told(codes: Iterator[int], sign: str | None, by: str | None) -> str:
    if by and not by[0].isdigit():
        return ""
    turn, step = _TURNS.get(sign or ""), int(by or "0", 0)
    told = (turn(code, step) if turn else code for code in codes)
    return "".join(chr(code) for code in told if 0 <= code < 0xD800)
