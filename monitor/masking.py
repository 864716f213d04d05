"""The door: original text in, masked text and the findings of the door out. PURE.

A mask replaces character by character, so lengths never change and spans are valid in original and stored text.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from classifiers import credential, hidden_link, page, personal_data
from classifiers.finding import Document, Finding
from classifiers.folding import fold
from classifiers.reporting import report
from monitor.bymail import KEYED
from monitor.model import Surface

LONGEST_ID = 300  # code points of an external id that is kept as it is
_LANDLINE = re.compile(
    r"(?<![\d-])[(（]?0\d{2,3}[)）]?[- ]?[2-8]\d{6,7}(?![\d-])"
    r"|(?:电话|電話|座机|固话|联系|致电|打给我|tel)[^\d\n。；;]{0,8}[2-8]\d{6,7}(?![\d元])",
    re.IGNORECASE,
)
_SEVEN = re.compile("[2-8]" + "[0-9]" * 6)  # each of them has so many digits in a row: quick to look for


@dataclass(frozen=True, slots=True)
class Masked:
    """``document`` has no ``html``; its ``text`` is what is stored. ``findings`` are of every score.

    ``telephone``: title or text held a mobile number or a landline to ring back, which the original still shows.
    """

    document: Document
    findings: tuple[Finding, ...]
    telephone: bool


def door(document: Document, surface: Surface, approved: frozenset[str] = frozenset()) -> Masked:
    """Mask every hit of ``personal_data`` and ``credential`` in text, title and URL.

    Of a page without ``text`` the visible text is taken. On a private surface leaked data is masked and no finding.
    What a public page hides is found here too, since its source is not kept; links to ``approved`` hosts are right.
    No excerpt shows what another classifier found beside it.
    """
    document, read = page.shown(document)
    findings, shown = report(read, personal_data.see, credential.see)
    masked = Document(shown.get("text", ""), shown.get("title", ""), None, shown.get("url", ""))
    telephone = _has_telephone(read, findings)
    if surface is Surface.PRIVATE:
        return Masked(masked, (), telephone)
    return Masked(masked, (*findings, *hidden_link.find(document, approved=approved)), telephone)


def _has_telephone(read: Sequence[page.Passage], found: Sequence[Finding]) -> bool:
    texts = [passage.folded.text for passage in read if passage.field in ("title", "text")]
    return any(each.rule in {"mobile", "home_phone"} and each.field != "url" for each in found) or any(
        _SEVEN.search(text) and _LANDLINE.search(text) for text in texts
    )


def mask_text(text: str) -> str:
    """A single string (a file name, an error's words) with every hit masked."""
    return door(Document(text), Surface.PRIVATE).document.text


def identity(key: bytes, external_id: str) -> str:
    """The external id; a keyed digest of it when it carries personal data, is too long to keep or is ``KEYED``."""
    if len(external_id) <= LONGEST_ID and not external_id.startswith(KEYED) and mask_text(external_id) == external_id:
        return external_id
    return "hmac:" + _digest(key, external_id)


def match_digest(key: bytes, found: Finding) -> str:
    """What a dismissal remembers: keyed, over kind, rule and the letters and digits of the match as they are meant."""
    meant = "".join(character for character in fold(found.match).text if character.isalnum())
    return _digest(key, found.kind, found.rule, meant)


def version_digest(key: bytes, title: str, text: str, *unseen: str) -> str:
    """What makes a Version: keyed, over title and main text, normalised by NFKC and in white space.

    ``unseen`` are the digests of what was found in the source of a page.
    """
    return _digest(key, *(" ".join(unicodedata.normalize("NFKC", part).split()) for part in (title, text)), *unseen)


def content_digest(key: bytes, pieces: Iterable[bytes]) -> str:
    """What makes a Version of a file: keyed, over its bytes."""
    digest = hmac.new(key, b"file\0", sha256)
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def _digest(key: bytes, *parts: str) -> str:
    return hmac.new(key, "\0".join(parts).encode("utf-8", "surrogatepass"), sha256).hexdigest()
