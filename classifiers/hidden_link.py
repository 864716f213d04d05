"""Links and words on a page that a visitor can't see but a search engine reads (暗链). The worse error is a false alarm.

Reads the tree and the style of a page, never its raw text, and runs nothing. What is hidden counts when it leads to
outsiders or advertises; what opens on demand counts only when it advertises.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from selectolax.lexbor import LexborNode

from classifiers import lures, unparsed
from classifiers.acting import acts
from classifiers.blocks import Block
from classifiers.concealed import Walk
from classifiers.finding import MASK, Document, Finding, Kind
from classifiers.hosts import disguise, host_of, imitates, is_below, registrable
from classifiers.inspected import PLAIN, Inspected, Seen, is_strange_host
from classifiers.late import late
from classifiers.page import css_path, parsed
from classifiers.telling import WEAK

_MOST = 50  # findings of a page
_LOOKED_AT = 2000  # of which these are chosen
_SCATTERED = 100  # blocks whose lures are put together
_HEADS = 50  # titles and descriptions
_AT_ONCE = 200  # texts in attributes that are looked at together
_HELD = 20  # times
_SAYS_OFFICE = late("[\u4e00-\u9fff]{2}[局厅委]|人民政府|政务|学校|中学|小学|医院|公示|公告|通知|住建|协会|中心")
_AGAIN = 3  # times that no honest title says the same


def find(document: Document, *, approved: frozenset[str] = frozenset()) -> list[Finding]:
    """What is hidden on a page, surest first; [] for a document without ``html``.

    ``approved`` are hosts (with all below them) that the caller allows beside those of the data file.
    """
    if not document.html:
        return []
    html = unparsed.opened(document.html)
    page = _Page(html, Walk(parsed(html)), lures.words("hosts", "approved") | approved, document.url)
    seen = sorted(islice(page.findings(), _LOOKED_AT), key=lambda each: -each[1])
    return [_finding(*each) for each in seen[:_MOST]]


class _Page(Inspected):
    """A page with all that is found on it."""

    def findings(self) -> Iterator[Seen]:
        for block in self.walk.judged():
            yield from self._block(block)
        yield from self._scattered()
        yield from self.frames(self.walk.frames)
        yield from self._links()
        for text, node in self.walk.comments:
            yield from self._comment(text, node)
        yield from self._heads()
        yield from self._attributes()
        yield from acts(self)
        yield from self._loaded()
        yield from self._inner()
        yield from self._lost()
        yield from self._imitations()

    def _links(self) -> Iterator[Seen]:
        for url, node in self.walk.head.refreshes:
            host = self.hosts.outside(url)
            if host and (lures.is_lure_host(host) or self.is_unsaid(url, host)):
                yield "redirect", 0.85 if lures.is_lure_host(host) else WEAK, node, url
        for url, node in self.walk.enacted.clicks:
            host, said = self.hosts.outside(url), node.attributes.get("href") or "#"
            if host and (node.tag == "body" or (said[0] not in "#j" and self.hosts.outside(said) != host)):
                yield "redirect", WEAK, node, url
        for link in self.walk.bare:
            host, title = self.hosts.outside(link.url), link.node.attributes.get("title") or ""
            if title and not lures.lures(title) and not lures.is_lure_host(host) and link.node.child is None:
                continue  # a picture may be drawn there
            if host and registrable(host) not in self.read:
                yield "bare_link", WEAK, link.node, link.url
        for url in (*self.walk.head.own, *self.walk.head.related):
            host, root = self.hosts.outside(url), self.walk.tree.root
            if root is not None and lures.is_lure_host(host, PLAIN):
                yield "foreign_address", WEAK, root, host

    def _attributes(self) -> Iterator[Seen]:
        """Lures in what nobody sees at once: several of them, and none that can be read on the page."""
        return islice(self._held(), _MOST)

    def _held(self) -> Iterator[Seen]:
        held = self.walk.held
        for begin in range(0, min(len(held), _HELD * _AT_ONCE), _AT_ONCE):
            part = held[begin : begin + _AT_ONCE]
            if lures.mentioned("\n".join(text for text, _ in part)):
                yield from (("attribute", 0.7, node, text) for text, node in part if self._advertises(text, node))
            for text, node in part:
                yield from self._comment(text, node) if "<a" in text else ()

    def _advertises(self, text: str, node: LexborNode) -> bool:
        baits = {bait for bait in lures.lures(text) if bait not in self.walk.words.words}
        return len(baits) > 1 or (
            bool(baits) and bool(self.hosts.outside(node.attributes.get("href") or node.attributes.get("value") or ""))
        )

    def _loaded(self) -> Iterator[Seen]:
        for link in self.walk.loaded:
            host = self.hosts.outside(link.url)
            if host and (is_strange_host(host) or imitates(host)):
                yield "foreign_script", 0.7, link.node, link.url

    def _inner(self) -> Iterator[Seen]:
        """Pages inside the page, in ``srcdoc`` or ``data:``."""
        for html, node, hidden in self.walk.inner:
            if (inner := self.parsed(html)) is None:
                return
            links = [*inner.shown, *(link for block in inner.blocks for link in block.links)]
            leads = any(
                self.hosts.outside(url)
                for script, _ in inner.programs
                for url in (*dict(script.targets()), *script.loaded())
            )
            if hidden and (leads or self.outside(links)):
                yield "hidden_frame", 0.85, node, html

    def _lost(self) -> Iterator[Seen]:
        """What the parser of a bounded page leaves out."""
        for url in unparsed.thin_frames(self.html):
            if (root := self.walk.tree.root) is not None and self.hosts.outside(url):
                yield "hidden_frame", 0.85, root, url
        for block in (block for each in self.drawn for block in each.judged()):
            if score := self.weighed(block):
                yield block.rule, score, block.node, block.words

    def _block(self, block: Block) -> Iterator[Seen]:
        if score := self.weighed(block):
            yield block.rule, score, block.node, " ".join([block.words, *(link.url for link in block.links)])
        if not block.on_demand:
            yield from self.frames(block.frames)

    def _scattered(self) -> Iterator[Seen]:
        """Several lures in several hidden places, each of which is too little alone."""
        found: dict[str, Block] = {}
        for block in islice(self.walk.judged(), _SCATTERED):
            if not block.on_demand and not block.links:
                found |= dict.fromkeys(lures.lures(block.words), block)
        strange = [block for bait, block in found.items() if bait not in self.walk.words.words]
        if len({block.node.mem_id for block in strange}) > 1:
            yield strange[0].rule, WEAK, strange[0].node, strange[0].words

    def _comment(self, text: str, node: LexborNode) -> Iterator[Seen]:
        inner = self.parsed(text)
        if inner is None:
            return
        links = [*inner.shown, *(link for block in inner.blocks for link in block.links)]
        outside = self.outside(links)
        words = " ".join([inner.words.words, *(link.text for link in links)])
        if outside and (
            lures.lures(words)
            or any(lures.is_lure_host(host_of(link.url)) or lures.is_ware(link.text) for link in outside)
        ):
            yield "comment", 0.85, node, words

    def _heads(self) -> Iterator[Seen]:
        said = self.walk.words.words
        described = sorted(self.walk.head.described, key=lambda each: each[1].tag != "title")[:_HEADS]
        found = [(lures.lures(text), text, node) for text, node in described]
        cloaked = any(any(script.titles()) and script.knows_spiders() for script, _ in self.walk.programs)
        times = Counter(bait for baits, _, _ in found for bait in baits)
        several = len({bait for bait in times if bait not in said}) > 1
        for baits, text, node in found:
            if not baits and lures.is_offer(text) and not text.isascii() and text[:9] not in self.html:
                yield "packed_title", WEAK, node, text
            strange = [bait for bait in baits if bait not in said]
            if any(times[bait] > self.raw.count(bait) for bait in strange):
                yield "packed_title", 0.9, node, text
            elif (
                strange
                and len(strange) == len(baits)
                and (cloaked or several or _is_stuffed(strange, text) or _is_strange(node, text, said))
            ):
                yield "foreign_title", WEAK, node, text

    def _imitations(self) -> Iterator[Seen]:
        for link in self.walk.all_links():
            host = host_of(link.url)
            known = is_below(host, self.hosts.approved)
            pretended = disguise(link.url)
            if not known and (imitates(host) or (pretended and is_below(pretended, self.hosts.approved))):
                yield "imitated_host", 0.85, link.node, link.url


def _is_strange(node: LexborNode, text: str, said: str) -> bool:
    """Whether a title that names no office stands over the page of one."""
    return node.tag == "title" and not _SAYS_OFFICE.search(text) and _SAYS_OFFICE.search(said) is not None


def _is_stuffed(baits: Iterable[str], text: str) -> bool:
    """Whether a text says the same bait again and again."""
    return any(text.lower().count(bait) >= _AGAIN for bait in baits)


def _finding(rule: str, score: float, node: LexborNode, match: str) -> Finding:
    """The excerpt says how much was hidden, never what: lures and addresses stay out of mails and logs."""
    quoted = MASK * min(len("".join(match.split())), 12)
    return Finding(Kind.HIDDEN_LINK, rule, None, None, score, quoted, "html", css_path(node), match[:2000])
