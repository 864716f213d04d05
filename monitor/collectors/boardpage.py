"""One page of a message board: what a mapping finds in its JSON, however loosely that was written.

Numbers may be strings and strings numbers; a list may be an object (PHP), a string of JSON, or null where it is
empty (Go); dates come as text, as seconds or milliseconds, as "/Date(…)/" (.NET) or as lists (Java). Only the mapped
fields are looked at, and none of them says who wrote.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from urllib.parse import quote

from classifiers.page import visible_text
from monitor import dates
from monitor.collectors import bylines, cleaning
from monitor.errors import CollectError
from monitor.mapping import Board
from monitor.model import NUMBER, Item, Platform, Reply

MAX_TITLE = 500  # code points
MAX_PLACE = 200
MAX_UNIT = 60
MAX_TEXT = 100_000
MAX_NUMBER = 300  # characters; a longer one is replaced by its digest
MAX_DIGITS = 40  # of a number; a longer one stays as it was written
KEYS_SHOWN = 20  # in an error

_JSONP = re.compile(r"(?:/\*\*/)?\s{0,9}[\w$.]{1,100}\s{0,9}\(")
_PAGE = re.compile(r"<(?:!doctype\s{1,9}html|html|head|body|script|meta|title|div|center|form|h1|p)\b", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][^<>]{0,1000}>|<!--", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,9});", re.IGNORECASE)
_DOTNET_DATE = re.compile(r"/?Date\((-?\d{1,16})(?:[+-]\d{4})?\)/?")
_COMPACT_DATE = re.compile(r"((?:19|20)\d{6})(\d{6})")
_NO = frozenset({"", "0", "false", "no", "n", "null", "none", "否"})
_NO_REPLY = frozenset(
    {"null", "none", "undefined", "暂无", "无", "暂无回复", "暂无答复", "暂未回复", "未回复", "未答复", "待回复"}
)
_TOTAL = re.compile(r"(?:records)?total(?:elements|count|num|records?|rows?|size)?", re.IGNORECASE)
_NAMELESS = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """``found`` are the mapped fields that stood in at least one entry; ``total`` is what the board says it has."""

    items: tuple[Item, ...] = ()
    gone: tuple[str, ...] = ()  # external ids of what is marked as withdrawn, or has been emptied
    entries: int = 0
    found: frozenset[str] = frozenset()
    total: int | None = None


def read(text: str, platform: Platform, board: Board, base: str) -> Page:
    """The messages on one page; ``base`` is its address.

    Raises CollectError "became_html", "broken_board" (no JSON), or "fields_missing" (no list where it should be, or a
    needed field that no entry has).
    """
    document = parse(text)
    page = mapped(_entries(document, board), platform, board, base)
    return replace(page, total=_total(document, board))


def mapped(entries: Sequence[Mapping[str, object]], platform: Platform, board: Board, base: str) -> Page:
    """The messages in entries that ``parse`` made. Raises CollectError "fields_missing"."""
    found = frozenset(
        name for name, path in _paths(board).items() if any(at(entry, path) is not _NAMELESS for entry in entries)
    )
    needed = [name for name in ("number", "text", "posted") if name in _paths(board)]
    for name in needed:
        if entries and name not in found:
            path = _paths(board)[name]
            raise CollectError("fields_missing", f"{name} = {path!r} is in no entry; there are: {_keys(entries[0])}")
    items = _alone([item(entry, platform, board, base) for entry in entries])
    if len(items) > 2 and len({written(at(entry, board.number)) for entry in entries}) == 1:
        raise CollectError("fields_missing", f"number = {board.number!r} is the same in all entries")
    gone = [each.external_id for each, entry in zip(items, entries, strict=True) if is_gone(each, entry, board)]
    return Page(
        items=tuple(each for each in items if each.external_id not in set(gone)),
        gone=tuple(gone),
        entries=len(entries),
        found=found,
    )


def _paths(board: Board) -> dict[str, str]:
    """The mapped fields, by their names in the configuration."""
    names = ("number", "place", "title", "text", "posted", "replied", "reply", "withdrawn")
    return {name: path for name in names if (path := getattr(board, name))}


def at(value: object, path: str) -> object:
    """What stands at a dotted path, in which a figure counts places of a list; a mark of its own when nothing does."""
    if isinstance(value, dict) and path in value:
        return value[path]
    for part in path.split(".") if path else ():
        if isinstance(value, dict):
            value = value.get(part, _NAMELESS)
        elif isinstance(value, list) and part.removeprefix("-").isdecimal() and -len(value) <= int(part) < len(value):
            value = value[int(part)]
        else:
            return _NAMELESS
    return value


def written(value: object) -> str:
    """A value as text; what is neither text nor a number says nothing."""
    if isinstance(value, list):
        return "\n".join(each for each in value if isinstance(each, str))
    return value if isinstance(value, str) else ""


# from text to entries


def parse(text: str) -> object:
    """JSON, in which numbers stay as they were written: 7 and "7" are the same, and none is too large. NaN is nothing.

    Raises CollectError "became_html", and "broken_board" for what is no JSON.
    """
    start = text.lstrip("\ufeff \t\r\n\0")
    if _PAGE.match(start):
        raise CollectError("became_html", f"a web page instead of JSON{cleaning.page_title(start)}")
    call = _JSONP.match(start)
    if call:
        start = start[call.end() :].rstrip().removesuffix(";").rstrip().removesuffix(")")
    try:
        found: object = json.loads(
            start, strict=False, parse_int=str, parse_float=_number, parse_constant=lambda _: None
        )
    except (ValueError, RecursionError) as error:
        raise CollectError("broken_board", "the answer is no JSON, or is cut") from error
    return found


def _number(raw: str) -> str:
    """A number with a point or an exponent: 12.0 and 1.2E1 are 12, as they are where a library made floats of ids."""
    try:
        number = Decimal(raw) if len(raw) <= MAX_DIGITS else Decimal("NaN")
    except InvalidOperation:
        return raw
    if not number.is_finite() or number.adjusted() > MAX_DIGITS or number != number.to_integral_value():
        return raw
    return str(int(number))


def _entries(document: object, board: Board) -> list[dict[str, object]]:
    """Raises CollectError "fields_missing" when there is no list; null and "" are an empty one."""
    found = _unpacked(at(_unpacked(document), board.items))
    if found is None or found == "":
        return []
    if isinstance(found, dict) and found:
        found = [found] if at(found, board.number) is not _NAMELESS else list(found.values())
    elif isinstance(found, dict) and board.items:
        return []  # PHP's empty list
    if not isinstance(found, list) or (found and not any(isinstance(each, dict) for each in found)):
        raise CollectError("fields_missing", f"items = {board.items!r} is no list; there are: {_keys(document)}")
    return [each for each in found if isinstance(each, dict)]


def _unpacked(value: object) -> object:
    """JSON that was written into a string of JSON."""
    if isinstance(value, str) and value.lstrip()[:1] in {"[", "{"}:
        return parse(value)
    return value


def _keys(value: object) -> str:
    keys = list(value)[:KEYS_SHOWN] if isinstance(value, dict) else []
    return ", ".join(cleaning.line(key)[:40] for key in keys) or "none"


def _total(document: object, board: Board) -> int | None:
    """How many entries the board says it has, where that stands beside the list; only ever a hint."""
    parent = at(_unpacked(document), board.items.rpartition(".")[0])
    totals = [
        int(value)
        for place in (parent, document)
        if isinstance(place, dict)
        for key, value in place.items()
        if isinstance(value, str) and _TOTAL.fullmatch(key) and value.isdecimal() and len(value) < 10
    ]
    return totals[0] if totals else None


# from an entry to an Item


def item(entry: Mapping[str, object], platform: Platform, board: Board, base: str) -> Item:
    def of(path: str) -> object:
        return at(entry, path) if path else None

    markup, text = _text(written(of(board.text)))
    title = cleaning.line(_text(written(of(board.title)))[1])[:MAX_TITLE]
    posted = _date(of(board.posted), platform)
    number = cleaning.line(written(of(board.number)))
    return Item(
        external_id=_identity(number) or _digest(title, text, posted),
        title=title,
        text=text[:MAX_TEXT],
        html=markup,
        link=_link(entry, board, number, base),
        published_at=posted,
        place=cleaning.line(_text(written(of(board.place)))[1])[:MAX_PLACE],
        label=cleaning.line(_text(written(of(board.purpose)))[1])[:MAX_UNIT],
        message=True,
        reply=_reply(entry, platform, board),
    )


def _text(raw: str) -> tuple[str | None, str]:
    """Markup (None when there is none) and what a reader sees. "5 < 6" is no markup; what was escaped twice is."""
    if "<" not in raw and "&" not in raw:
        return None, cleaning.clean(raw).strip()
    raw = cleaning.clean(raw)
    if _TAG.search(raw):
        return raw, cleaning.clean(visible_text(raw)).strip()
    if not _REFERENCE.search(raw):
        return None, raw.strip()
    seen = cleaning.clean(visible_text(raw))
    return (seen, cleaning.clean(visible_text(seen)).strip()) if _TAG.search(seen) else (None, seen.strip())


def _date(value: object, platform: Platform) -> datetime | None:
    if isinstance(value, list):
        figures = [each for each in value[:6] if isinstance(each, str) and each.isdecimal() and len(each) <= 4]
        day, clock = "-".join(figures[:3]), ":".join([*figures[3:], "0"][:3])
        return dates.parse(f"{day} {clock}" if len(figures) > 3 else day, platform.zone)
    raw = written(value).strip()
    if not raw:
        return None
    dotnet, compact = _DOTNET_DATE.fullmatch(raw), _COMPACT_DATE.fullmatch(raw)
    if compact:
        raw = f"{compact[1]}T{compact[2]}"
    return dates.parse(dotnet[1] if dotnet else raw, platform.zone)


def _reply(entry: Mapping[str, object], platform: Platform, board: Board) -> Reply | None:
    """Where the text of the answer is mapped, it must say something; a date alone then proves nothing."""
    moment = _date(at(entry, board.replied), platform) if board.replied else None
    unit = cleaning.line(_text(written(at(entry, board.unit)))[1])[:MAX_UNIT] if board.unit else ""
    if not board.reply:
        return Reply(at=moment, unit=unit) if moment else None
    said = _text(written(at(entry, board.reply)))[1]
    empty = said.strip(" 。.!！[]【】()（）").lower() in _NO_REPLY or not any(map(str.isalnum, said))
    return None if empty else Reply(at=moment, text=bylines.out_of_reply(said[:MAX_TEXT]), unit=unit)


def is_gone(item: Item, entry: Mapping[str, object], board: Board) -> bool:
    marked = at(entry, board.withdrawn) if board.withdrawn else None
    withdrawn = marked is True or written(marked).strip().lower() not in _NO
    return withdrawn or not (item.title or item.text or item.html)


def _identity(number: str) -> str:
    return number if len(number) <= MAX_NUMBER else sha256(number.encode()).hexdigest()


def _link(entry: Mapping[str, object], board: Board, number: str, base: str) -> str:
    """The address of the original; where there is none, the message's number is what people ask for."""
    if "{number}" in board.link:
        found = cleaning.link(board.link.replace("{number}", quote(number, safe="")), base) if number else ""
    else:
        found = cleaning.link(written(at(entry, board.link)), base) if board.link else ""
    return found or (f"{NUMBER}{number[:MAX_NUMBER]}" if number else "")


def _alone(items: Sequence[Item]) -> list[Item]:
    """A number that several different messages of one page claim is nobody's alone: what they say parts them."""
    claims = Counter(number for number, _ in {(item.external_id, _said(item)) for item in items})
    return list(_parted(items, claims))


def _parted(items: Sequence[Item], claims: Mapping[str, int]) -> Iterator[Item]:
    for item in items:
        if claims[item.external_id] == 1:
            yield item
        else:
            yield replace(item, external_id=f"{item.external_id}#{_digest(*_said(item))}")


def _said(item: Item) -> tuple[object, ...]:
    return item.title, item.text, item.published_at


def _digest(*told: object) -> str:
    return sha256("\n".join(map(str, told)).encode()).hexdigest()[:32]
