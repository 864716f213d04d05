"""Proof of control over a URL prefix: what must stand where, whether it does, and until when it counts. PURE.

A token is made for one installation and one prefix. It proves exactly this prefix, except in the DNS, whose owner has
the whole host. docs/adr/0020 says what each way proves, and against whom.
"""

from __future__ import annotations

import hmac
import re
from base64 import b32encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from urllib.parse import unquote

from classifiers.page import parsed
from monitor import guard
from monitor.decoding import decode
from monitor.errors import CollectError
from monitor.model import Fetched, Platform
from monitor.polling import doubled, jittered

NAME = "huiyin-verification"  # of the file, the meta tag and the DNS record
FILE = f"{NAME}.txt"
LABEL = "_huiyin"  # no host can be called so: whoever may choose a host's name below a domain still can't have it
ARTICLE_TITLE = "articletitle"  # how government websites mark an article's title (网页标签规范)

EVERY = timedelta(days=7)
GRACE = timedelta(days=30)  # how long a platform is still read when its proof is gone
STANDS = EVERY + timedelta(days=1) + GRACE  # the week, with its jitter, and the grace
FIRST_RETRY = timedelta(hours=1)
LONGEST_RETRY = timedelta(days=1)
GONE_AFTER = 4  # tries that the site answered: seven hours
UNREACHABLE_AFTER = 10  # tries that it did not: five days; that it is down is told by others
LONGEST_FILE = 1000  # characters of its first line that are looked at
SHORTEST_PART = 8  # characters of a token that no URL may hold
UNESCAPED = 5  # times that escapes in a URL are taken away

_TOKEN = re.compile(r"(?<![a-z0-9-])huiyin-[a-z2-7]{26}(?![a-z0-9-])")
_DATED = re.compile(r"[0-9-]+")  # a folder that says nothing but when
_ANSWERED = frozenset({"no_token", "other_token", "redirect", "http_404", "http_410", "no_record"})


class Way(StrEnum):
    FILE = "file"  # directly in the folder that the prefix names
    META = "meta"  # in the head of the prefix's own page
    DNS = "dns"  # beside the host's own name
    ARTICLE = "article"  # in the title of an article in the agency's column


class Hold(StrEnum):
    """What a proof allows."""

    PROVEN = "proven"
    GRACE = "grace"  # it is gone, or was never asked for by an older version: read until a known day
    OVER = "over"  # the grace has ended: not read
    NEVER = "never"  # never proven: not read


class Lapse(StrEnum):
    """What people are told: the rule of a finding."""

    MISSING = "proof_missing"  # never given; read before proofs were asked for
    GONE = "proof_lapsed"  # the site answers, and the token stands there no longer
    UNREACHABLE = "proof_unreachable"  # the site doesn't answer, so nobody can see it
    OVER = "proof_over"  # reading has stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What is remembered of the proof that a URL prefix is the agency's own."""

    prefix: str  # canonical
    way: str = ""  # how it was proven last, "" if never
    article: str = ""  # the address of the article that carries the token, where one does
    proven_at: datetime | None = None  # when the token was seen last
    until: datetime | None = None  # what stands below it is read until then; None: not at all
    checked_at: datetime | None = None
    next_check_at: datetime | None = None
    failures: int = 0  # looks in a row that missed it
    error: str = ""  # why the last look missed it
    detail: str = ""  # the same in words


@dataclass(frozen=True, slots=True)
class Tried:
    """One way looked at: ``code`` is "" where the token stands, else why not, as CollectError says it."""

    way: Way
    where: str
    code: str = ""
    detail: str = ""


@lru_cache(maxsize=10_000)
def canonical(prefix: str) -> str:
    """The one spelling of a prefix: host in lower-case ASCII, escapes as they must be, a folder, no query.

    Raises CollectError "bad_url".
    """
    target = guard.parse(prefix)
    return replace(target, path=target.path.rstrip("/") + "/", query="").url


def claimed(platform: Platform) -> tuple[str, ...]:
    """What must be proven before the platform is read; nothing where its own credentials prove it."""
    return () if platform.proven_by_credentials else tuple(dict.fromkeys(map(canonical, platform.prefixes)))


def covers(prefixes: Iterable[str], url: str) -> bool:
    """Whether ``url`` stands below one of ``prefixes``."""
    try:
        guard.permit(url, prefixes)
    except CollectError:
        return False
    return True


def token(key: bytes, prefix: str) -> str:
    """What must stand in a file, a page or a title for this prefix and no other."""
    return _token(key, "prefix", canonical(prefix))


def host_token(key: bytes, prefix: str) -> str:
    """What must stand in the DNS: it proves every prefix of the host."""
    return _token(key, "host", guard.parse(prefix).host)


def _token(key: bytes, *parts: str) -> str:
    digest = hmac.new(key, "\0".join(("proof", *parts)).encode(), sha256).digest()
    return f"huiyin-{b32encode(digest).decode()[:26].lower()}"


def ways(prefix: str) -> tuple[Way, ...]:
    """How this prefix can be proven. An address has no name in the DNS; an article never proves a whole host."""
    target = guard.parse(prefix)
    found = [Way.FILE, Way.META]
    found += [] if guard.literal(target.host) else [Way.DNS]
    found += [] if target.path == "/" else [Way.ARTICLE]
    return tuple(found)


def file_url(prefix: str) -> str:
    return canonical(prefix) + FILE


def meta_tag(key: bytes, prefix: str) -> str:
    return f'<meta name="{NAME}" content="{token(key, prefix)}">'


def record_name(prefix: str) -> str:
    return f"{LABEL}.{guard.parse(prefix).host}"


def record(key: bytes, prefix: str) -> str:
    """The whole text of the TXT record."""
    return f"{NAME}={host_token(key, prefix)}"


def article_url(key: bytes, prefix: str, url: str) -> str:
    """``url`` as it is fetched, if an article there may prove ``prefix``.

    It must stand in the very folder, with nothing but dates between: an article in a column proves that column and
    not the portal around it. And nothing of the token may stand in the URL, or a page that repeats what it was asked
    for would prove anything. Raises CollectError "outside_prefix", "bad_url", "whole_host", "too_deep", "token_in_url".
    """
    target, folder = guard.permit(url, (canonical(prefix),)), guard.parse(canonical(prefix)).path
    if Way.ARTICLE not in ways(prefix):
        raise CollectError("whole_host", "an article proves a folder, never a whole host", permanent=True)
    between = target.path.removeprefix(folder).split("/")[:-1]
    if not all(_DATED.fullmatch(part) for part in between):
        raise CollectError("too_deep", f"an article in {'/'.join(between)}/ proves that folder only", permanent=True)
    secret, asked = token(key, prefix).removeprefix("huiyin-"), _unescaped(url).lower()
    if any(secret[at : at + SHORTEST_PART] in asked for at in range(len(secret) - SHORTEST_PART + 1)):
        raise CollectError("token_in_url", "the token stands in the address itself", permanent=True)
    return target.url


def _unescaped(url: str) -> str:
    for _ in range(UNESCAPED):
        url = unquote(url)
    return url


def in_file(fetched: Fetched, wanted: str) -> str:
    """Why a file is no proof; "" if its first line is the token and nothing else."""
    lines = decode(fetched.body, fetched.content_type).text.lstrip("\ufeff").splitlines()
    return _judged([lines[0][:LONGEST_FILE].strip()] if lines else [], wanted, whole=True)


def in_head(fetched: Fetched, wanted: str) -> str:
    """Why a page is no proof; "" if a meta tag in its head has the token. What visitors write is never in the head."""
    tags = parsed(decode(fetched.body, fetched.content_type).text).css("head > meta")
    return _judged([tag.attributes.get("content") or "" for tag in tags if _named(tag.attributes) == NAME], wanted)


def in_title(fetched: Fetched, wanted: str) -> str:
    """Why an article is no proof; "" if the token stands in its title, where no comment below it can write."""
    tree = parsed(decode(fetched.body, fetched.content_type).text)
    titles = [title.text() for title in tree.css("head > title")]
    tags = [tag.attributes for tag in tree.css("head > meta")]
    return _judged(titles + [tag.get("content") or "" for tag in tags if _named(tag) == ARTICLE_TITLE], wanted)


def _named(attributes: dict[str, str | None]) -> str:
    return (attributes.get("name") or "").strip().lower()


def in_records(records: Iterable[str], wanted: str) -> str:
    """Why TXT records are no proof; ``wanted`` is the whole text of one."""
    found = [record.strip() for record in records]
    return "" if wanted in found else "other_token" if any(_TOKEN.search(each) for each in found) else "no_record"


def _judged(texts: Sequence[str], wanted: str, *, whole: bool = False) -> str:
    texts = [text.lower() for text in texts]
    found = [match for text in texts for match in _TOKEN.findall(text)]
    if wanted in (texts if whole else found):
        return ""
    return "other_token" if found else "no_token"


def order(proof: Proof) -> tuple[Way, ...]:
    """The ways to look at, the one that it was proven by last first."""
    possible = [way for way in ways(proof.prefix) if way is not Way.ARTICLE or proof.article]
    return tuple(sorted(possible, key=lambda way: way != proof.way))


def after(proof: Proof, tried: Sequence[Tried], now: datetime, luck: float) -> Proof:
    """What is remembered when every way of ``order`` up to the first good one has been looked at.

    A proof that is gone keeps its grace, counted from the first look that missed it; nothing prolongs it but the
    token. ``luck`` in 0..1 spreads the checks.
    """
    good = next((each for each in tried if not each.code), None)
    if good is not None:
        seen = replace(proof, way=str(good.way), proven_at=now, until=now + STANDS, failures=0, error="", detail="")
        return replace(seen, checked_at=now, next_check_at=now + jittered(EVERY, luck))
    failures, until = proof.failures + 1, proof.until and min(proof.until, now + GRACE)
    wait = jittered(doubled(FIRST_RETRY, failures - 1, LONGEST_RETRY), luck)
    why = tried[0]  # of the way it was proven by
    return replace(
        proof,
        until=until,
        checked_at=now,
        next_check_at=now + wait,
        failures=failures,
        error=why.code,
        detail=why.detail,
    )


def hold(proof: Proof | None, now: datetime) -> Hold:
    """What a proof allows at ``now``. None is a prefix that nobody has looked at yet."""
    if proof is None or proof.until is None:
        return Hold.NEVER
    if proof.until <= now:
        return Hold.OVER
    return Hold.GRACE if proof.proven_at is None or _is_gone(proof) else Hold.PROVEN


def _is_gone(proof: Proof) -> bool:
    """Whether it has been missed too often to come back by itself."""
    return proof.failures >= (GONE_AFTER if proof.error in _ANSWERED else UNREACHABLE_AFTER)


def lapse(proof: Proof, now: datetime) -> Lapse | None:
    """What people must hear of a proof that was missed; None as long as it may come back by itself, or never stood."""
    held = hold(proof, now)
    if held is Hold.OVER:
        return Lapse.OVER
    if held is Hold.NEVER or not _is_gone(proof):
        return None
    if proof.proven_at is None:
        return Lapse.MISSING
    return Lapse.GONE if proof.error in _ANSWERED else Lapse.UNREACHABLE


def worst(proofs: Iterable[Proof], now: datetime) -> Proof | None:
    """The proof that keeps a platform from being read, or will do so first; None where none is needed."""
    ranks = (Hold.NEVER, Hold.OVER, Hold.GRACE, Hold.PROVEN)
    return min(proofs, key=lambda each: (ranks.index(hold(each, now)), each.until or now), default=None)


def missing(proofs: Iterable[Proof], now: datetime) -> Proof | None:
    """The proof for which something must be done, lest a platform isn't read or won't be; None where all is well."""
    found = worst(proofs, now)
    return None if found is None or hold(found, now) is Hold.PROVEN else found


def allows(proofs: Iterable[Proof], now: datetime) -> bool:
    """Whether a platform with these proofs is read."""
    found = worst(proofs, now)
    return found is None or hold(found, now) in {Hold.PROVEN, Hold.GRACE}
