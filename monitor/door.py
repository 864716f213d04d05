"""From an Item as it was fetched to an Entry that may be stored. PURE: everything behind it sees masked text."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote

from classifiers.finding import Document, Finding, Kind
from classifiers.hosts import host_of, registrable
from classifiers.place import place
from monitor import filelinks, guard, masking, pagelinks
from monitor.attachment import Attachment
from monitor.bymail import KEYED, Answer, Letter
from monitor.errors import CollectError
from monitor.filelinks import File
from monitor.model import Entry, Hit, Item, Platform, Reply, Seen, Surface

SURE = 0.5  # of what the source hides: a doubt that comes and goes is no change
LONGEST_REPLY = 4_000  # code points of an answer that are kept


def entry(key: bytes, platform: Platform, item: Item, friends: frozenset[str] = frozenset()) -> Entry:
    """``item`` masked, with the findings of the door; ``key`` is the installation key.

    Links to ``friends`` are right. What is found in the source of a page, beside its text, makes a Version too:
    a page that looks as before may have been given a hidden link. Where an item has no text, its page has none either.
    """
    document = Document(text=item.text or " ", title=item.title, html=item.html, url=item.link)
    own = frozenset(registrable(host) for host in map(host_of, (platform.url, *platform.prefixes)) if host)
    masked = masking.door(document, platform.surface, own | friends)
    found = hits(key, masked.findings)
    unseen = {hit.match_digest for hit in found if hit.seen.field == "html" and hit.seen.score >= SURE}
    return Entry(
        external_id=masking.identity(key, item.external_id),
        digest=masking.version_digest(key, item.title, item.text, *sorted(unseen)),
        title=masked.document.title,
        text=masked.document.text if item.text else "",
        link=masked.document.url,
        published_at=item.published_at,
        place=masking.mask_text(item.place) if item.place else "",
        telephone=masked.telephone,
        label=item.label,
        message=item.message,
        reply=_reply(item.reply) if item.reply else None,
        letter=_letter(key, item.letter) if item.letter else None,
        hits=found,
        attachments=_attachments(key, platform, item) if platform.surface is Surface.PUBLIC else (),
        part=item.part,
    )


def _attachments(key: bytes, platform: Platform, item: Item) -> tuple[Attachment, ...]:
    """What hangs on the item. On a private surface nothing is looked for: what nobody can read leaks nothing."""
    return tuple(_attachment(key, platform, file) for file in filelinks.files(item))


def _attachment(key: bytes, platform: Platform, file: File) -> Attachment:
    """An address with personal data in it can't be kept, and so not be fetched: the page itself is found for it."""
    plain = unquote(file.url, errors="replace")
    masked, _, name = masking.mask_text(f"{plain}\n{file.name}").rpartition("\n")
    error = "personal_address" if masked != plain else ""
    if file.ending in filelinks.UNREAD:
        error = error or "unsupported"
    try:
        guard.permit(file.url, platform.prefixes)
    except CollectError as refused:
        error = error or refused.code
    return Attachment(
        external_id=masking.identity(key, f"file:{plain}"),
        link=masked if masked != plain else file.url,
        name=name,
        error=error,
    )


def links(platform: Platform, item: Item) -> tuple[str, ...]:
    """Where a page of the agency leads. An address with personal data in it can't be kept; nobody answers for those
    in citizens' messages.
    """
    if platform.surface is not Surface.PUBLIC or item.message:
        return ()
    found = pagelinks.links(item)
    plain = [unquote(url, errors="replace") for url in found]
    masked, at, kept = masking.mask_text("\n".join(plain)) if plain else "", 0, []
    for url, shown in zip(found, plain, strict=True):
        kept += [url] if masked[at : at + len(shown)] == shown else []
        at += len(shown) + 1
    return tuple(kept)


def _letter(key: bytes, letter: Letter) -> Letter:
    return Letter(letter.spot, masking.identity(key, KEYED + letter.name) if letter.name else "")


def answer(key: bytes, given: Answer) -> Answer:
    """``given`` masked, with the keyed digests of what it answers."""
    names = tuple(masking.identity(key, KEYED + name) for name in given.names)
    return Answer(names, given.at, _reply(Reply(text=given.text)).text)


def _reply(reply: Reply) -> Reply:
    """Masked, and cut after that, so that no number is halved and shows."""
    text = masking.mask_text(reply.text[: 2 * LONGEST_REPLY])[:LONGEST_REPLY]
    return Reply(at=reply.at, text=text, unit=masking.mask_text(reply.unit) if reply.unit else "")


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


def where(document: Document, found: Iterable[Finding], told: str) -> str:
    """The place of a danger in masked ``document``, "" when nothing dangerous was found.

    ``told`` is what the platform has a field for; what the message itself says is added to it once.
    """
    danger = next((each for each in found if each.kind in {Kind.HAZARD, Kind.CRISIS}), None)
    if danger is None:
        return ""
    in_text = danger.field == "text" and danger.start is not None and danger.end is not None
    said = place(document, (danger.start or 0, danger.end or 0) if in_text else (0, 0))
    if told in said or not told:
        return said
    return told if said in told else f"{told} {said}"
