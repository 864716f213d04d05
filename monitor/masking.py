"""The door: original text in, masked text and the findings of the door out. PURE.

A mask replaces character by character, so lengths never change and spans are valid in original and stored text.
"""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from classifiers import credential, personal_data
from classifiers.finding import Document, Finding, Kind, excerpt, mask
from classifiers.folding import fold
from classifiers.page import visible_text
from monitor.model import Surface

LONGEST_ID = 300  # code points of an external id that is kept as it is


@dataclass(frozen=True, slots=True)
class Masked:
    """``document`` has no ``html``; its ``text`` is what is stored. ``findings`` are of every score."""

    document: Document
    findings: tuple[Finding, ...]


def door(document: Document, surface: Surface) -> Masked:
    """Mask every hit of ``personal_data`` and ``credential`` in text, title and URL.

    Of a page without ``text`` the visible text is taken. On a private surface leaked data is masked and no finding.
    Excerpts are cut anew from the masked text, so that none shows what another classifier found beside it.
    """
    if document.html is not None and not document.text:
        document = replace(document, text=visible_text(document.html))
    found = [*personal_data.find(document), *credential.find(document)]
    shown = {field: _masked(getattr(document, field), field, found) for field in ("text", "title", "url")}
    masked = Document(shown["text"], shown["title"], None, shown["url"])
    if surface is Surface.PRIVATE:
        return Masked(masked, ())
    return Masked(masked, tuple(_quoted(each, shown) for each in found))


def mask_text(text: str) -> str:
    """A single string (a file name, an error's words) with every hit masked."""
    return door(Document(text), Surface.PRIVATE).document.text


def identity(key: bytes, external_id: str) -> str:
    """The external id; a keyed digest of it when it carries personal data or is too long to keep."""
    if len(external_id) <= LONGEST_ID and mask_text(external_id) == external_id:
        return external_id
    return "hmac:" + _digest(key, external_id)


def match_digest(key: bytes, found: Finding) -> str:
    """What a dismissal remembers: keyed, over kind, rule and the letters and digits of the match as they are meant."""
    meant = "".join(character for character in fold(found.match).text if character.isalnum())
    return _digest(key, found.kind, found.rule, meant)


def version_digest(key: bytes, title: str, text: str) -> str:
    """What makes a Version: keyed, over title and main text, normalised by NFKC and in white space."""
    return _digest(key, *(" ".join(unicodedata.normalize("NFKC", part).split()) for part in (title, text)))


def _digest(key: bytes, *parts: str) -> str:
    return hmac.new(key, "\0".join(parts).encode("utf-8", "surrogatepass"), sha256).hexdigest()


def _masked(text: str, field: str, found: Sequence[Finding]) -> str:
    spans = [
        (each.start, each.end, *_kept(each))
        for each in found
        if each.field == field and each.start is not None and each.end is not None
    ]
    return mask(text, spans)


def _kept(found: Finding) -> tuple[int, int]:
    return personal_data.kept_of(found.rule, found.match) if found.kind is Kind.PERSONAL_DATA else (0, 0)


def _quoted(found: Finding, shown: dict[str, str]) -> Finding:
    if found.start is None or found.end is None:
        return replace(found, excerpt=mask_text(found.excerpt))
    return replace(found, excerpt=excerpt(shown[found.field], found.start, found.end))
