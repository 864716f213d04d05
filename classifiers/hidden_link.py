"""Links and words on a page that a visitor can't see but a search engine reads (暗链). The worse error is a false alarm.

Reads the tree and the style of a page, never its raw text, and runs nothing. What is hidden counts when it leads to
outsiders or advertises; what opens on demand counts only when it advertises.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from itertools import islice

from selectolax.lexbor import LexborNode

from classifiers import lures, scripts, unparsed
from classifiers.blocks import Block, Link
from classifiers.concealed import Walk
from classifiers.elements import is_over_all, rule_of
from classifiers.finding import MASK, Document, Finding, Kind
from classifiers.hosts import Hosts, disguise, host_of, imitates, is_below, is_number, nearly, registrable
from classifiers.late import late
from classifiers.page import css_path, parsed
from classifiers.selectors import face_of
from classifiers.telling import STRONG, WEAK, weighed

_MOST = 50  # findings of a page
_LOOKED_AT = 2000  # of which these are chosen
_PIECES = 40  # comments, and pieces written by scripts, that are parsed
_LONGEST = 200_000  # code points of all of them
_PLAIN = 3  # letters of a host's lure that tell without anything hidden
_SCATTERED = 100  # blocks whose lures are put together
_PARTS = 10  # elements of a piece, and scripts that are read together
_SMALL = 5000  # code points of these
_NAMED = 50  # links with an id
_HEADS = 50  # titles and descriptions
_AT_ONCE = 200  # texts in attributes that are looked at together
_HELD = 50  # times
_FOR_PHONES = frozenset("m wap 3g 4g h5 mobile wx app touch".split())  # first parts of hosts
_SIGNED_IN = late(r"\b(?:sso|login|passport|auth|oauth2?|cas|iam|uc|signin|account)\b", re.IGNORECASE)
_SAYS_OFFICE = late("[\u4e00-\u9fff]{2}[局厅委]|人民政府|政务|学校|中学|小学|医院|公示|公告|通知|住建|协会|中心")
_AGAIN = 3  # times that no honest title says the same

_Seen = tuple[str, float, LexborNode, str]  # rule, score, where, what


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


class _Page:
    """A page that was walked, and whose links are its own."""

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

    def findings(self) -> Iterator[_Seen]:
        for block in self.walk.judged():
            yield from self._block(block)
        yield from self._scattered()
        yield from self._frames(self.walk.frames)
        yield from self._links()
        for text, node in self.walk.comments:
            yield from self._comment(text, node)
        yield from self._heads()
        yield from self._attributes()
        for script, node in self.walk.programs:
            yield from self._script(script, node)
        yield from self._together()
        yield from self._loaded()
        yield from self._inner()
        yield from self._lost()
        yield from self._imitations()

    def _links(self) -> Iterator[_Seen]:
        for url, node in self.walk.head.refreshes:
            host = self.hosts.outside(url)
            if host and (lures.is_lure_host(host) or self._is_unsaid(url, host)):
                yield "redirect", 0.85 if lures.is_lure_host(host) else WEAK, node, url
        for link in self.walk.bare:
            host, title = self.hosts.outside(link.url), link.node.attributes.get("title") or ""
            if title and not lures.lures(title) and not lures.is_lure_host(host) and link.node.child is None:
                continue  # a picture may be drawn there
            if host and registrable(host) not in self.read:
                yield "bare_link", WEAK, link.node, link.url
        for url in (*self.walk.head.own, *self.walk.head.related):
            host, root = self.hosts.outside(url), self.walk.tree.root
            if root is not None and lures.is_lure_host(host, _PLAIN):
                yield "foreign_address", WEAK, root, host

    def _is_unsaid(self, url: str, host: str, *, fickle: bool = False) -> bool:
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

    def _attributes(self) -> Iterator[_Seen]:
        """Lures in what nobody sees at once: several of them, and none that can be read on the page."""
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

    def _loaded(self) -> Iterator[_Seen]:
        for link in self.walk.loaded:
            host = self.hosts.outside(link.url)
            if host and (_is_strange_host(host) or imitates(host)):
                yield "foreign_script", 0.7, link.node, link.url

    def _inner(self) -> Iterator[_Seen]:
        """Pages inside the page, in ``srcdoc`` or ``data:``."""
        for html, node, hidden in self.walk.inner[:_PIECES]:
            if (inner := self._parsed(html)) is None:
                return
            links = [*inner.shown, *(link for block in inner.blocks for link in block.links)]
            leads = any(
                self.hosts.outside(url)
                for script, _ in inner.programs
                for url in (*dict(script.targets()), *script.loaded())
            )
            if hidden and (leads or self._outside(links)):
                yield "hidden_frame", 0.85, node, html

    def _lost(self) -> Iterator[_Seen]:
        """What the parser of a bounded page leaves out."""
        for url in unparsed.thin_frames(self.html):
            if (root := self.walk.tree.root) is not None and self.hosts.outside(url):
                yield "hidden_frame", 0.85, root, url
        for block in (block for each in self.drawn for block in each.judged()):
            if score := self._weighed(block):
                yield block.rule, score, block.node, block.words

    def _outside(self, links: Iterable[Link]) -> list[Link]:
        return [link for link in links if self.hosts.outside(link.url)]

    def _block(self, block: Block) -> Iterator[_Seen]:
        if score := self._weighed(block):
            yield block.rule, score, block.node, " ".join([block.words, *(link.url for link in block.links)])
        if not block.on_demand:
            yield from self._frames(block.frames)

    def _scattered(self) -> Iterator[_Seen]:
        """Several lures in several hidden places, each of which is too little alone."""
        found: dict[str, Block] = {}
        for block in islice(self.walk.judged(), _SCATTERED):
            if not block.on_demand and not block.links:
                found |= dict.fromkeys(lures.lures(block.words), block)
        strange = [block for bait, block in found.items() if bait not in self.walk.words.words]
        if len({block.node.mem_id for block in strange}) > 1:
            yield strange[0].rule, WEAK, strange[0].node, strange[0].words

    def _weighed(self, block: Block) -> float:
        return weighed(block, self.hosts, self.seen)

    def _frames(self, frames: Iterable[Link]) -> Iterator[_Seen]:
        for frame in self._outside(frames):
            yield "hidden_frame", 0.85, frame.node, frame.url

    def _comment(self, text: str, node: LexborNode) -> Iterator[_Seen]:
        inner = self._parsed(text)
        if inner is None:
            return
        links = [*inner.shown, *(link for block in inner.blocks for link in block.links)]
        outside = self._outside(links)
        words = " ".join([inner.words.words, *(link.text for link in links)])
        if outside and (
            lures.lures(words)
            or any(lures.is_lure_host(host_of(link.url)) or lures.is_ware(link.text) for link in outside)
        ):
            yield "comment", 0.85, node, words

    def _parsed(self, html: str) -> Walk | None:
        """A piece of HTML inside the page; None when there were too many or too long ones."""
        self.room -= len(html)
        self.pieces -= 1
        return Walk(parsed(html)) if self.room > 0 and self.pieces > 0 else None

    def _heads(self) -> Iterator[_Seen]:
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

    def _script(self, script: scripts.Script, node: LexborNode) -> Iterator[_Seen]:
        spiders = script.knows_spiders()
        yield from self._targets(script, spiders, node)
        for title in script.titles():
            if lures.lures(title) and (spiders or script.is_packed(title)):
                yield "foreign_title", 0.9, node, title
        for url in script.loaded():
            if (host := self.hosts.outside(url)) and (script.is_packed(host) or _is_strange_host(host)):
                yield "packed_script", WEAK, node, url
        for html in (*script.written(words=spiders), *script.created()):
            yield from self._piece(html, script, spiders, node)
        yield from self._touched(script, node)
        for html in script.anchors():
            inner = self._parsed(html)
            if inner and self._outside(inner.shown) and lures.lures(inner.words.words):
                yield "script_written", STRONG, node, html

    def _touched(self, script: scripts.Script, node: LexborNode) -> Iterator[_Seen]:
        """What a script does to elements of the page: fills what is hidden, leads links elsewhere, clicks on them."""
        for said in script.described():
            if len(lures.lures(said)) > 1:
                yield "foreign_title", 0.9, node, said
        for url in (*script.relinked(), *script.asked()):
            if lures.is_lure_host(self.hosts.outside(url), _PLAIN):
                yield "script_written", STRONG, node, url
        if script.follows():
            for url in script.asked():
                host = self.hosts.outside(url)
                if self._is_unsaid(url, host):
                    yield "redirect", WEAK, node, url
        for name, html in script.filled():
            hidden = self.by_name.get(name)
            if hidden is not None and (inner := self._parsed(html)) is not None:
                score = self._weighed(replace(hidden, links=inner.shown, text=inner.words.text))
                yield from [("script_written", score, node, html)] if score else []
        clicked = frozenset(script.clicked())
        for link in self.named_links if clicked else ():
            if link.node.attributes["id"] in clicked and self._is_unsaid(link.url, self.hosts.outside(link.url)):
                yield "redirect", WEAK, node, link.url

    def _targets(self, script: scripts.Script, spiders: bool, node: LexborNode) -> Iterator[_Seen]:
        turned = script.turns_opener() or script.turns_back()
        for url, later in script.targets():
            host = self.hosts.outside(url) or (host_of(url) if is_number(url) else "")
            if host and (spiders or turned or script.is_disguised(url, host) or lures.is_lure_host(host)):
                yield ("search_redirect" if spiders else "redirect"), 0.9, node, url
            elif host and not later and self._is_unsaid(url, host, fickle=script.is_fickle()):
                yield "redirect", WEAK, node, url
        for form in self._outside(self.walk.forms) if ".submit()" in script.plain else ():
            if spiders or (script.submits() and self._is_unsaid(form.url, self.hosts.outside(form.url))):
                yield "search_redirect" if spiders else "redirect", 0.9 if spiders else WEAK, form.node, form.url
        for url in script.addresses() if spiders and script.changes_page() else ():
            if (host := self.hosts.outside(url)) and registrable(host) not in self.read:
                yield "search_redirect", 0.7, node, url

    def _piece(self, html: str, script: scripts.Script, spiders: bool, node: LexborNode) -> Iterator[_Seen]:
        """What a script writes: hidden as on the page itself, or for search engines, or unreadable in the source."""
        inner = self._parsed(html)
        if inner is None:
            return
        score = max((self._weighed(block) for block in (*inner.judged(), *self._styled(inner))), default=0.0)
        outside, baits = self._outside(inner.shown), lures.lures(inner.words.words)
        disguised = any(script.is_packed(host_of(link.url)) for link in outside)
        if (spiders and (baits or outside)) or disguised:
            score = 0.9
        elif outside and baits:
            score = max(score, STRONG)
        if self._loads(inner, script, spiders):
            score = max(score, STRONG)
        if score:
            yield "script_written", score, node, html

    def _loads(self, inner: Walk, script: scripts.Script, spiders: bool) -> bool:
        """Whether a piece brings in something of an outsider that is hidden, fills the window or can't be read."""
        loading = inner.tree.css("script[src], iframe[src]")
        urls = [each.attributes["src"] or "" for each in loading]
        hosts = filter(None, map(self.hosts.outside, urls))
        frames = [*inner.frames, *(frame for block in inner.blocks for frame in block.frames)]
        frames += [Link(each.attributes["src"] or "", "", each) for each in loading if is_over_all(each)]
        odd = spiders or script.is_fickle()
        return any(odd or script.is_packed(host) or _is_strange_host(host) for host in hosts) or any(
            self._frames(frames)
        )

    def _styled(self, inner: Walk) -> Iterator[Block]:
        """What is hidden of a piece by the styles of the page."""
        for node in inner.tree.css("body > [class], body > [id]")[:_PARTS]:
            face = face_of(node)
            if rule := rule_of(face, self.walk.sheet.style(face, (), "")):
                yield Block(rule, node, links=inner.shown, text=inner.words.text)

    def _together(self) -> Iterator[_Seen]:
        """Where small scripts lead that only say so together."""
        raws = [script.raw for script, _ in self.walk.programs[:_PARTS]]
        if not 1 < len(raws) <= _PARTS or not any("location" in raw for raw in raws) or sum(map(len, raws)) > _SMALL:
            return
        for url, later in scripts.read("\n".join(raws)).targets():
            if not later and self._is_unsaid(url, self.hosts.outside(url)):
                yield "redirect", WEAK, self.walk.programs[0][1], url

    def _imitations(self) -> Iterator[_Seen]:
        for link in self.walk.all_links():
            host = host_of(link.url)
            known = is_below(host, self.hosts.approved)
            pretended = disguise(link.url)
            if not known and (imitates(host) or (pretended and is_below(pretended, self.hosts.approved))):
                yield "imitated_host", 0.85, link.node, link.url


def _is_strange(node: LexborNode, text: str, said: str) -> bool:
    """Whether a title that names no office stands over the page of one."""
    return node.tag == "title" and not _SAYS_OFFICE.search(text) and _SAYS_OFFICE.search(said) is not None


def _names(node: LexborNode) -> frozenset[str]:
    """The id and the classes of an element."""
    return frozenset(((node.attributes.get("class") or "") + " " + (node.attributes.get("id") or "")).split())


def _is_strange_host(host: str) -> bool:
    """Whether nobody honest would load anything from there."""
    return nearly(host) or lures.is_lure_host(host, _PLAIN)


def _is_stuffed(baits: Iterable[str], text: str) -> bool:
    """Whether a text says the same bait again and again."""
    return any(text.lower().count(bait) >= _AGAIN for bait in baits)


def _finding(rule: str, score: float, node: LexborNode, match: str) -> Finding:
    """The excerpt says how much was hidden, never what: lures and addresses stay out of mails and logs."""
    quoted = MASK * min(len("".join(match.split())), 12)
    return Finding(Kind.HIDDEN_LINK, rule, None, None, score, quoted, "html", css_path(node), match[:2000])
