"""A link that lets one person act on one record at one step, until it expires. PURE.

The token names the record, the step and the end; the person is only inside the signature, so that no address and
no name stands in a URL that a proxy may log. Who reads a token says which contacts there are.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

LIFETIME = timedelta(days=7)
PURPOSE = b"huiyin link 1"
FIELDS = struct.Struct(">QIQ")
SEAL_BYTES = 20
TOKEN_CHARS = 54


@dataclass(frozen=True)
class Claim:
    """What a link allows: `contact` may act on `record` for the mail of `step` until `until`."""

    record: int
    step: int
    contact: str
    until: datetime


@dataclass(frozen=True)
class SigningKey:
    """A key of the operator. `retired`: when another took its place; it signs nothing since."""

    secret: bytes
    retired: datetime | None = None

    def accepts(self, until: datetime) -> bool:
        """Whether a link that ends then can have been signed before the key was retired."""
        return self.retired is None or until <= self.retired + LIFETIME


def sign(claim: Claim, key: SigningKey) -> str:
    """The token of a claim, fit for a URL. Raises ValueError for a retired key: it would outlive its rotation."""
    if key.retired is not None:
        raise ValueError("a retired key signs nothing")
    body = FIELDS.pack(claim.record, claim.step, int(claim.until.timestamp()))
    token = base64.urlsafe_b64encode(body + _seal(body, claim.contact, key))
    return token.rstrip(b"=").decode("ascii")


def read(token: str, keys: Iterable[SigningKey], contacts: Iterable[str], now: datetime) -> Claim | None:
    """What a token allows one of `contacts` now; None for one that is forged, altered, expired or of nobody here."""
    raw = _bytes(token)
    if raw is None:
        return None
    body, seal = raw[: FIELDS.size], raw[FIELDS.size :]
    record, step, seconds = FIELDS.unpack(body)
    left = seconds - now.timestamp()
    if not 0 < left <= LIFETIME.total_seconds():
        return None
    until = datetime.fromtimestamp(seconds, now.tzinfo)
    current = [key for key in keys if key.accepts(until)]
    for contact in contacts:
        if any(hmac.compare_digest(seal, _seal(body, contact, key)) for key in current):
            return Claim(record, step, contact, until)
    return None


def same_address(typed: str, address: str) -> bool:
    """Whether a person typed this address; the time it takes tells nothing of how much of it was right."""
    return hmac.compare_digest(_folded(typed), _folded(address))


def _bytes(token: str) -> bytes | None:
    """The bytes of a token in its one spelling: of two spellings of the same bytes only one is a token."""
    if len(token) != TOKEN_CHARS or not token.isascii():
        return None
    try:
        raw = base64.urlsafe_b64decode(token + "==")
    except binascii.Error:
        return None
    spelled = base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
    return raw if spelled == token else None


def _seal(body: bytes, contact: str, key: SigningKey) -> bytes:
    return hmac.digest(key.secret, PURPOSE + body + contact.encode(), hashlib.sha256)[:SEAL_BYTES]


def _folded(address: str) -> bytes:
    """An input method may have typed full-width letters."""
    return unicodedata.normalize("NFKC", address).strip().casefold().encode("utf-8", "replace")
