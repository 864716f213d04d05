"""A stage of the way through: read the file whose turn it is. Stands beside ``pipeline``, as ``telling`` does.

The file is fetched into one without a name in the data folder, which is gone with the process whatever happens, and
read by a process of its own. Nothing of it is kept but what was found, masked, with its places.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from classifiers.finding import Kind
from monitor import door, logs, masking, polling
from monitor.attachments import apart
from monitor.attachments.apart import Scanned
from monitor.attachments.limits import Limits
from monitor.errors import CollectError
from monitor.fetch import FetchLimits
from monitor.house import Clock, House
from monitor.model import Entry, Fetched, Platform, Surface, Transition
from monitor.sections import AttachmentSettings
from monitor.store import attached, linked, passes, proofs, records
from monitor.store.attached import After, Claim
from monitor.store.database import Tx

GONE = frozenset({"http_404", "http_410"})
AGAIN = frozenset({"too_slow", "crashed", "unreadable"})  # may have been our own bad day: read again, even if unchanged
SAVED_AS_PAGES = frozenset({"xls", "et", "doc", "wps"})  # what offices and their systems write as a web page, too
KINDS = (Kind.PERSONAL_DATA, Kind.CREDENTIAL)  # what is looked for in files
_PAGE = re.compile(
    rb"\s{0,99}(?:\xef\xbb\xbf)?\s{0,99}<(?:!doctype\s{1,9}html|html|head|script|meta|body)", re.IGNORECASE
)

_HEAD = 65_536  # bytes that tell whether it is a page
_PIECE = 1_048_576


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What one look brought: ``scanned`` is None where the file is as it was, or could not be had."""

    fetched: Fetched | None = None
    digest: str = ""
    scanned: Scanned | None = None
    trouble: CollectError | None = None


def attach(house: House, clock: Clock) -> bool:
    """Read one attachment that is due; store what was found, and when it is looked at again."""
    now, pace, limits = clock(), house.settings.pace, house.settings.attachments
    platforms = _open_to_us(house)
    if not platforms:
        return False
    until = now + pace.visit + limits.fetching + limits.reading
    with house.store.write() as tx:
        proven = proofs.standing(tx, platforms, now)
        claim = attached.claim(tx, proven, now, until, passes.Rest(pace.host_gap, pace.per_host)) if proven else None
    if claim is None:
        return False
    seen = _look(house, platforms[claim.platform], claim)
    now = clock()
    after, entry = _after(house, claim, seen, now), _entry(house, claim, seen)
    with house.store.write() as tx:
        item = attached.finish(tx, claim, after, entry, now)
        if seen.trouble is not None and seen.trouble.retry_after and pace.retry_after == "host":
            passes.block_host(tx, claim.link, after.next_check_at)
        if after.error in {"", "gone"}:  # what was asked for as a file need not be asked for as a link
            linked.heard(tx, claim.link, now if after.error else now + house.settings.links.every)
        what = "file_gone" if after.error == "gone" else "file_clean" if entry and not after.findings else ""
        if what and claim.findings and item is not None:
            _note(tx, item, what, now)
    read = seen.scanned is not None
    logs.event(
        "attachment", platform=claim.platform, id=claim.id, read=read, findings=after.findings, error=after.error
    )
    return True


def _open_to_us(house: House) -> dict[str, Platform]:
    """The platforms whose files may be fetched while they are proven to be our own. The one place that decides it.

    None where the configuration says so; nothing of a private surface, which leaks nothing.
    """
    if not house.settings.attachments.read:
        return {}
    return {name: each for name, each in house.settings.platforms.items() if each.surface is Surface.PUBLIC}


def _look(house: House, platform: Platform, claim: Claim) -> _Seen:
    limits = house.settings.attachments
    most = FetchLimits(total=limits.fetching, max_bytes=limits.max_bytes)
    validators = {"etag": claim.etag, "last_modified": claim.last_modified}
    with tempfile.TemporaryFile(dir=house.settings.data, prefix="attachment-") as file:
        try:
            fetched = house.save(platform, claim.link, file, most, **validators)
        except CollectError as error:
            return _Seen(trouble=error)
        if fetched.not_modified:
            return _Seen(fetched=fetched, digest=claim.digest)
        digest = _digest(house.key, file)
        if digest == claim.digest:
            return _Seen(fetched=fetched, digest=digest)
        scanned = apart.scan_open(file, _limits(limits))
        if not scanned.findings and _is_page_instead(file, claim.name):
            return _Seen(trouble=CollectError("became_html", "a web page where the file should be"))
        return _Seen(fetched=fetched, digest=digest, scanned=scanned)


def _limits(settings: AttachmentSettings) -> Limits:
    return Limits(
        seconds=settings.reading.total_seconds(),
        memory=settings.max_memory,
        size=settings.max_bytes,
        pages=settings.max_pages,
    )


def _digest(key: bytes, file: BinaryIO) -> str:
    file.seek(0)
    return masking.content_digest(key, iter(lambda: file.read(_PIECE), b""))


def _is_page_instead(file: BinaryIO, name: str) -> bool:
    """Whether what came is a page, a login form perhaps. One with a table may be what such files are."""
    file.seek(0)
    head = file.read(_HEAD)
    saved_so = name.rpartition(".")[2].lower() in SAVED_AS_PAGES and b"<table" in head.lower()
    return _PAGE.match(head) is not None and not saved_so


def _after(house: House, claim: Claim, seen: _Seen, now: datetime) -> After:
    if seen.trouble is not None:
        return _after_trouble(house, claim, seen.trouble, now)
    fetched, scanned, luck = seen.fetched, seen.scanned, house.luck()
    findings, error = claim.findings, claim.error
    if scanned is not None:
        findings = sum(_is_sure(house, each.kind, each.score) for each in scanned.findings)
        codes = [each.code for each in scanned.troubles]
        error = next((code for code in codes if code in AGAIN), codes[0] if codes else "")
    since = claim.published_at or claim.found_at
    at = polling.after_file(since, now, luck, leaks=findings > 0)
    if error in AGAIN or fetched is None:
        return After(next_check_at=at, findings=findings, error=error)
    kept = claim if fetched.not_modified else None
    return After(
        next_check_at=at,
        etag=fetched.etag or (kept.etag if kept else ""),
        last_modified=fetched.last_modified or (kept.last_modified if kept else ""),
        digest=seen.digest,
        findings=findings,
        error=error,
    )


def _after_trouble(house: House, claim: Claim, trouble: CollectError, now: datetime) -> After:
    """Gone, it is asked for once a month; larger than the limit or out of bounds, as if it had been read.

    Nothing else is remembered of it, so that the next good answer is read whole and says how it stands.
    """
    luck, failures = house.luck(), claim.failures + 1
    at = polling.after_file_failure(failures, trouble.retry_after, now, luck)
    if trouble.code in GONE:
        return After(next_check_at=now + polling.jittered(polling.FILE_YOUNG, luck), error="gone")
    if trouble.code == "too_large" or trouble.permanent:
        at = polling.after_file(claim.published_at or claim.found_at, now, luck, leaks=False)
    return After(next_check_at=at, findings=claim.findings, failures=failures, error=trouble.code)


def _entry(house: House, claim: Claim, seen: _Seen) -> Entry | None:
    """The file as an item without a text: its name, and what was found in it.

    One that was read and is gone now is a Version too, and so is a part that was read: what comes (back) after is new.
    """
    gone = seen.trouble is not None and seen.trouble.code in GONE and claim.item_id is not None
    if seen.scanned is None and not gone:
        return None
    in_part = seen.scanned is not None and any(each.code in AGAIN for each in seen.scanned.troubles)
    return Entry(
        external_id=claim.external_id,
        digest="gone" if gone else f"part:{seen.digest[:32]}" if in_part else seen.digest,
        title=claim.name,
        text="",
        link=claim.link,
        published_at=claim.published_at,
        hits=door.hits(house.key, seen.scanned.findings) if seen.scanned is not None else (),
        old=claim.baseline and claim.item_id is None,
    )


def _is_sure(house: House, kind: Kind, score: float) -> bool:
    return score >= house.settings.policies[kind].threshold


def _note(tx: Tx, item: int, what: str, now: datetime) -> None:
    """Say in the open records about a file that it is gone, or that nothing is found in it any more."""
    for kind in KINDS:
        record = records.active(tx, kind, f"item:{item}")
        if record is not None:
            records.note(tx, record.id, Transition(now, what, "system"))
