"""JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1), read tolerantly: what has the wrong type isn't there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from monitor.collectors.entry import Feed, FeedEntry, Written
from monitor.errors import CollectError

_VERSION = "jsonfeed.org/version/"


def parse(text: str) -> Feed:
    """Raises CollectError "broken_feed" for what is no JSON."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CollectError("broken_feed", "the feed is no JSON") from error
    if not isinstance(document, dict) or _VERSION not in _text(document, "version"):
        return Feed((), known=False, broken=False)
    entries = tuple(_entry(item) for item in _list(document, "items") if isinstance(item, dict))
    return Feed(entries, known=True, broken=not isinstance(document.get("items"), list))


def _entry(item: dict[str, Any]) -> FeedEntry:
    contents = (
        Written(_text(item, "content_html"), html=True),
        Written(_text(item, "content_text"), html=False),
        Written(_text(item, "summary"), html=False),
    )
    return FeedEntry(
        id=_text(item, "id"),
        link=_text(item, "url") or _text(item, "external_url"),
        files=tuple(
            filter(None, (_text(each, "url") for each in _list(item, "attachments") if isinstance(each, dict)))
        ),
        title=Written(_text(item, "title"), html=False),
        contents=contents,
        dates=(_text(item, "date_published"), _text(item, "date_modified")),
        writers=tuple(_writers(item)),
    )


def _writers(item: dict[str, Any]) -> Iterator[str]:
    for writer in (item.get("author"), *_list(item, "authors")):
        if isinstance(writer, dict):
            yield from (_text(writer, "name"), _text(writer, "url"))


def _text(table: dict[str, Any], key: str) -> str:
    """Numbers are taken for text, as the standard asks of ids."""
    value = table.get(key)
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return str(value)


def _list(table: dict[str, Any], key: str) -> list[Any]:
    value = table.get(key)
    return value if isinstance(value, list) else []
