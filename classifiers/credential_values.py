"""What may be a password or a key, by its looks and by what leads to it from its label."""

from __future__ import annotations

from classifiers.credential_forms import CODE, has_digit, has_han, is_hollow, is_random
from classifiers.late import late

SURE = 0.9
_ARROWS = ("=>", "->", "-->", "—>", "——>")
_DATE, _DATE_ENDS = late(r"[0-9]+[-~—.:/][0-9.:/-]+|[0-9.]+%"), frozenset("0123456789.:/-%")
_HASH = late("(?=.{0,30}[0-9])(?=.{0,30}[A-Fa-f])(?:[0-9A-Fa-f]{32}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64}|[0-9A-Fa-f]{128})")
_BOUNDARY = late("[，。；、,;)）]")
_VARIED = late("[0-9@#$!%^&*]")
_NAME_IN_CODE = late(
    r"(?i)`|(?:^|_)(?:pass|password|passwd|pwd|psk|secret|token|key|param|input|hash)(?:_|$)(?!.*[0-9@#$!%^&*])"
)
_MARKED = late(r"[A-Za-z]{2,16}[@#!$%&*][A-Za-z0-9]{2,16}(?![\w.])")
_PROSE = late(r"[ ][a-z]{2,12}[ ][a-z]{1,12}\b")
_GROUPED = late("[A-Z0-9]{5}(?:-[A-Z0-9]{5}){5}")


def password_score(value: str, link: str, quoted: bool, after: str) -> float:
    """How surely ``value`` is a password, after a label that says so; 0 for no."""
    if len(value) < 4 or len(value) > 128 or is_hollow(value) or has_han(value):
        return 0.0
    if (
        (len(value) >= 32 and _HASH.fullmatch(value))
        or _is_code(value, link, quoted)
        or _is_no_value(value, link, after)
    ):
        return 0.0
    if value.isdigit():
        return 0.75 if link else 0.6 if len(value) >= 6 or _BOUNDARY.match(after) else 0.0
    if not any(map(str.isalnum, value)) or value[0] in "￥¥" or (value[-1] in _DATE_ENDS and _DATE.fullmatch(value)):
        return 0.0
    if has_digit(value) or not value.isalpha():
        return SURE if link or has_digit(value) else 0.6 if _MARKED.fullmatch(value) else 0.0
    return 0.6 if link and value.isascii() and not _PROSE.match(after) and (quoted or link.lower() != "is") else 0.0


def _is_code(value: str, link: str, quoted: bool) -> bool:
    """A name, a call, a path or a comparison."""
    if quoted:
        return False
    if link in ("==", "===") or value[0] in "/+?-=}>])" or (value[0] in "@_." and not link):
        return True
    return CODE.match(value) is not None or _NAME_IN_CODE.search(value) is not None


def _is_no_value(value: str, link: str, after: str) -> bool:
    """Whether what leads here leads to values of this sort only by chance: a table's bar, the comma of a list."""
    if link == "|":
        return not has_digit(value)
    if link == ",":
        return value.isdigit() or not _VARIED.search(value)
    if link in _ARROWS:
        return link == "->" and value.isalpha()
    return link.endswith(">") and not after.startswith("<")


def key_score(value: str, link: str, kind: str, quoted: bool) -> float:
    """The same of a key; ``kind`` is that of its label."""
    if is_random(value, 16) or _GROUPED.fullmatch(value):
        return SURE
    firm = link in {"=", ":", "：", "=>", ":=", "value=", ","} or quoted
    return 0.7 if kind == "key" and is_random(value, 8 if firm else 12) else 0.0
