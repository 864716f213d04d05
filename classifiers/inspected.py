"""A page that was walked, with what its hosts are and what of it can be read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice

from selectolax.lexbor import LexborNode

from classifiers import lures, unparsed
from classifiers.blocks import Block, Link
from classifiers.concealed import Walk
from classifiers.hosts import Hosts, host_of, nearly, registrable
from classifiers.late import late
from classifiers.page import parsed
from classifiers.telling import weighed

_PIECES = 40  # comments, and pieces written by scripts, that are parsed
_LONGEST = 200_000  # code points of all of them
PLAIN = 3  # letters of a host's lure that tell without anything hidden
_NAMED = 50  # links with an id
_FOR_PHONES = frozenset("m wap 3g 4g h5 mobile wx app touch".split())  # first parts of hosts
_SIGNED_IN = late(r"\b(?:sso|login|passport|auth|oauth2?|cas|iam|uc|signin|account)\b", re.IGNORECASE)

Seen = tuple[str, float, LexborNode, str]  # rule, score, where, what


class Inspected:
    """A page, and whose links are its own."""

    def __init__(self, html: str, walk: Walk, approved: frozenset[str], url: str) -> None:
        self.html = html
        self.raw = html.lower()
        self.walk = walk
        said = (host for host in map(host_of, walk.head.own) if not lures.is_lure_host(host))
        own = {registrable(host) for host in (host_of(url), *said) if host}
        base = host_of(walk.head.base)
        self.hosts = Hosts(frozenset(own), approved, base if base and registrable(base) not in own else "")
        self.drawn = [Walk(parsed(drawing), drawn=True) for drawing in unparsed.drawings(html)]
        drawn = {link.url for each in self.drawn for block in each.blocks for link in block.links}
        shown = (self.hosts.outside(link.url) for link in walk.shown if link.url not in drawn)
        self.seen = {registrable(host) for host in shown if host}
        read = (link for link in walk.shown if any(map(str.isalnum, link.text)) and link.node.mem_id not in walk.unread)
        self.read = {registrable(host_of(link.url)) for link in read}
        self.room = _LONGEST
        self.pieces = _PIECES

    @cached_property
    def by_name(self) -> dict[str, Block]:
        """What is hidden, by the ids and classes of its elements."""
        return {name: block for block in self.walk.judged() for name in _names(block.node)}

    @cached_property
    def named_links(self) -> list[Link]:
        """Links with an id, the first few."""
        named = (link for link in self.walk.all_links() if "id" in link.node.attributes)
        return list(islice(named, _NAMED))

    def is_unsaid(self, url: str, host: str, *, fickle: bool = False) -> bool:
        """Whether a page that has something to say doesn't say that it leads there, to an outsider."""
        words = self.walk.words.words
        return (
            bool(host)
            and registrable(host) not in self.read
            and (fickle or host.partition(".")[0] not in _FOR_PHONES)
            and not _SIGNED_IN.search(url)
            and any(map(str.isalnum, words))
            and not lures.is_moving(words)
        )

    def outside(self, links: Iterable[Link]) -> list[Link]:
        return [link for link in links if self.hosts.outside(link.url)]

    def weighed(self, block: Block) -> float:
        return weighed(block, self.hosts, self.seen)

    def frames(self, frames: Iterable[Link]) -> Iterator[Seen]:
        for frame in self.outside(frames):
            yield "hidden_frame", 0.85, frame.node, frame.url

    def parsed(self, html: str) -> Walk | None:
        """A piece of HTML inside the page; None when there were too many or too long ones."""
        self.room -= len(html)
        self.pieces -= 1
        return Walk(parsed(html)) if self.room > 0 and self.pieces > 0 else None


def _names(node: LexborNode) -> frozenset[str]:
    """The id and the classes of an element."""
    return frozenset(((node.attributes.get("class") or "") + " " + (node.attributes.get("id") or "")).split())


def is_strange_host(host: str) -> bool:
    """Whether nobody honest would load anything from there."""
    return nearly(host) or lures.is_lure_host(host, PLAIN)
