"""Passwords and keys that stand in public: by their own form, or by a label that says what they are.

Two ways lead to a finding. Issuers give keys a form of their own (``AKIA...``, ``-----BEGIN ... PRIVATE KEY-----``, a
robot's address); the form is enough. Everything else needs a label (``password:``, 初始密码为, ``-u user:``) and a
value that is neither a placeholder nor a rule about passwords. Every pattern is bounded: linear on hostile input.
"""

from __future__ import annotations

from collections.abc import Iterator

from classifiers.credential_commands import commands, inserts
from classifiers.credential_forms import Hit, by_form, connections, private_keys, sessions
from classifiers.credential_labels import labelled
from classifiers.credential_lines import pairs, spelled, tables
from classifiers.finding import Document, Finding, Kind
from classifiers.folding import Folded
from classifiers.late import late
from classifiers.page import Passage, passages
from classifiers.reporting import Seen, report

# No secret is without a word of these, or without two letters (or an address's slashes) side by side.
_HAN = late("密[ 码碼钥匙鑰]|口[ 令]|授权码|秘[钥匙]|私[钥鑰]|令牌")
_LATIN = late("[A-Za-z/:][A-Za-z /]")
_SOURCES = (private_keys, by_form, sessions, connections, labelled, commands, inserts, pairs, spelled, tables)


def find(document: Document) -> list[Finding]:
    """Secrets in title, text, URL and the source of a page; spans cover the secret alone, excerpts hide every secret."""
    return report(passages(document), see)[0]


def see(passage: Passage) -> list[Seen]:
    """The same in one passage, in the order of its text."""
    folded = passage.folded
    return [
        Seen(Kind.CREDENTIAL, hit.rule, *folded.span(hit.start, hit.end), hit.score) for hit in _apart(_hits(folded))
    ]


def _hits(folded: Folded) -> Iterator[Hit]:
    if _may_hold(folded.text):
        for source in _SOURCES:
            yield from source(folded)


def _may_hold(text: str) -> bool:
    return (_LATIN.search(text) or _HAN.search(text)) is not None


def _apart(hits: Iterator[Hit]) -> list[Hit]:
    """The best of overlapping hits, in the order of the text."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.score, -hit.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
        elif hit.score > kept[-1].score:
            kept[-1] = hit
    return kept
