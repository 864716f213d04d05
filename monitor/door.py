"""From an Item as it was fetched to an Entry that may be stored. PURE: everything behind it sees masked text."""

from __future__ import annotations

from collections.abc import Iterable

from classifiers.finding import Document, Finding
from classifiers.hosts import host_of, registrable
from monitor import masking
from monitor.model import Entry, Hit, Item, Platform, Seen


def entry(key: bytes, platform: Platform, item: Item) -> Entry:
    """``item`` masked, with the findings of the door; ``key`` is the installation key."""
    document = Document(text=item.text, title=item.title, html=item.html, url=item.link)
    own = frozenset(registrable(host) for host in map(host_of, (platform.url, *platform.prefixes)) if host)
    masked = masking.door(document, platform.surface, own)
    return Entry(
        external_id=masking.identity(key, item.external_id),
        digest=masking.version_digest(key, item.title, item.text),
        title=masked.document.title,
        text=masked.document.text,
        link=masked.document.url,
        published_at=item.published_at,
        place=masking.mask_text(item.place) if item.place else "",
        message=item.message,
        reply=item.reply,
        hits=hits(key, masked.findings),
    )


def hits(key: bytes, findings: Iterable[Finding]) -> tuple[Hit, ...]:
    """Findings as they are stored: without the match, which only its keyed digest remembers."""
    return tuple(
        Hit(
            Seen(
                kind=found.kind,
                rule=found.rule,
                score=found.score,
                excerpt=found.excerpt,
                field=found.field,
                start=found.start,
                end=found.end,
                where=found.where,
            ),
            masking.match_digest(key, found),
        )
        for found in findings
    )
