"""A mail that is too large to be fetched whole: its outline (BODYSTRUCTURE), of which only the texts are fetched."""

from __future__ import annotations

from collections.abc import Callable
from itertools import takewhile

from monitor.collectors.imapwords import Word, text
from monitor.collectors.mime import MAX_DEPTH, MAX_PARTS, Part

_SUBJECT, _ENVELOPE, _INNER, _DISPOSITION = 1, 7, 8, 9  # places in a list (RFC 3501, 7.4.2)

Fetch = Callable[[str], bytes]


def outline(found: Word, fetch: Fetch, section: str = "", depth: int = 0) -> Part:
    """The mail with the texts that ``fetch`` gives by their section numbers; everything else is empty.

    What a server leaves out or writes otherwise is a part without text.
    """
    entries = found if isinstance(found, list) and depth < MAX_DEPTH else []
    if entries and isinstance(entries[0], list):
        parts = list(takewhile(lambda entry: isinstance(entry, list), entries))
        kind = text(entries[len(parts)] if len(parts) < len(entries) else None).lower()
        return Part(
            _fields(f"multipart/{kind or 'mixed'}"),
            parts=tuple(
                outline(part, fetch, f"{section}.{number}".lstrip("."), depth + 1)
                for number, part in enumerate(parts[:MAX_PARTS], start=1)
            ),
        )
    kind = f"{text(_at(entries, 0))}/{text(_at(entries, 1))}".lower()
    if kind == "message/rfc822":
        return _sent_along(entries, fetch, section, depth)
    wanted = (kind.startswith("text/") and not _is_attached(entries)) or kind == "application/ms-tnef"
    body = fetch(section or "1") if wanted else b""
    charset = _parameter(_at(entries, 2), "CHARSET")
    return Part(_fields(kind, charset, text(_at(entries, 5))), body)


def _sent_along(entries: list[Word], fetch: Fetch, section: str, depth: int) -> Part:
    inner = _at(entries, _INNER)
    is_multipart = isinstance(inner, list) and bool(inner) and isinstance(inner[0], list)
    section = section or "1"
    mail = outline(inner, fetch, section if is_multipart else f"{section}.1", depth + 1)
    subject = _at(_at(entries, _ENVELOPE), _SUBJECT)
    told = {"subject": (subject,)} if isinstance(subject, bytes) else {}
    return Part(_fields("message/rfc822"), parts=(Part({**mail.fields, **told}, mail.body, mail.parts),))


def _at(found: Word, place: int) -> Word:
    return found[place] if isinstance(found, list) and place < len(found) else None


def _is_attached(entries: list[Word]) -> bool:
    """Of a text; only a server that tells of it fills this place."""
    return text(_at(_at(entries, _DISPOSITION), 0)).upper() == "ATTACHMENT"


def _parameter(found: Word, name: str) -> str:
    entries = found if isinstance(found, list) else []
    named = zip(entries[::2], entries[1::2], strict=False)
    return next((text(value) for key, value in named if text(key).upper() == name), "")


def _fields(kind: str, charset: str = "", way: str = "") -> dict[str, tuple[bytes, ...]]:
    label = f'{kind}; charset="{charset}"' if charset else kind
    return {"content-type": (label.encode("latin-1"),), "content-transfer-encoding": (way.encode("latin-1"),)}
