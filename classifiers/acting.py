"""What the scripts of a page do that hides something, or leads visitors elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from selectolax.lexbor import LexborNode

from classifiers import lures, scripts
from classifiers.blocks import Block, Link
from classifiers.concealed import Walk
from classifiers.elements import is_over_all, rule_of
from classifiers.hosts import host_of, is_number, registrable
from classifiers.inspected import PLAIN, Inspected, Seen, is_strange_host
from classifiers.selectors import face_of
from classifiers.telling import STRONG, WEAK

_PARTS = 10  # elements of a piece, and scripts that are read together
_SMALL = 5000  # code points of these


def acts(page: Inspected) -> Iterator[Seen]:
    """What each script does, and what small ones do together."""
    for script, node in page.walk.programs:
        yield from _Act(page, script, node).findings()
    raws = [script.raw for script, _ in page.walk.programs[: _PARTS + 1]]
    if not 1 < len(raws) <= _PARTS or not any("location" in raw for raw in raws) or sum(map(len, raws)) > _SMALL:
        return
    for url, later in scripts.read(";\n".join(raws)).targets():
        if not later and page.is_unsaid(url, page.hosts.outside(url)):
            yield "redirect", WEAK, page.walk.programs[0][1], url


class _Act:
    """One script, and where it stands."""

    def __init__(self, page: Inspected, script: scripts.Script, node: LexborNode) -> None:
        self.page = page
        self.script = script
        self.node = node
        self.spiders = script.knows_spiders()

    def findings(self) -> Iterator[Seen]:
        yield from self._targets()
        yield from self._forms()
        for title in self.script.titles():
            if lures.lures(title) and (self.spiders or self.script.is_packed(title)):
                yield "foreign_title", 0.9, self.node, title
        for url in self.script.loaded():
            if (host := self.page.hosts.outside(url)) and (self.script.is_packed(host) or is_strange_host(host)):
                yield "packed_script", WEAK, self.node, url
        for html in (*self.script.written(words=self.spiders), *self.script.created()):
            if score := self._written(html):
                yield "script_written", score, self.node, html
        yield from self._said()
        yield from self._touched()

    def _targets(self) -> Iterator[Seen]:
        script, turned = self.script, self.script.turns_opener() or self.script.turns_back()
        for url, later in script.targets():
            host = self.page.hosts.outside(url) or (host_of(url) if is_number(url) else "")
            if host and (self.spiders or turned or script.is_disguised(url, host) or lures.is_lure_host(host)):
                yield ("search_redirect" if self.spiders else "redirect"), 0.9, self.node, url
            elif not later and self.page.is_unsaid(url, host, fickle=script.is_fickle()):
                yield "redirect", WEAK, self.node, url
        for url in script.addresses() if self.spiders and script.changes_page() else ():
            if (host := self.page.hosts.outside(url)) and registrable(host) not in self.page.read:
                yield "search_redirect", 0.7, self.node, url
        for url in script.asked() if script.follows() else ():
            if self.page.is_unsaid(url, self.page.hosts.outside(url)):
                yield "redirect", WEAK, self.node, url

    def _forms(self) -> Iterator[Seen]:
        """Forms that it sends off to others."""
        for form in self.page.outside(self.page.walk.forms) if ".submit()" in self.script.plain else ():
            if self.spiders:
                yield "search_redirect", 0.9, form.node, form.url
            elif self.script.submits() and self.page.is_unsaid(form.url, self.page.hosts.outside(form.url)):
                yield "redirect", WEAK, form.node, form.url

    def _written(self, html: str) -> float:
        """How surely a piece is hidden as on the page itself, or for search engines, or unreadable in the source."""
        inner = self.page.parsed(html)
        if inner is None:
            return 0.0
        outside, baits = self.page.outside(inner.shown), lures.lures(inner.words.words)
        disguised = any(self.script.is_packed(host_of(link.url)) for link in outside)
        if (self.spiders and (baits or outside)) or disguised:
            return 0.9
        score = max((self.page.weighed(block) for block in (*inner.judged(), *self._styled(inner))), default=0.0)
        return max(score, STRONG) if (outside and baits) or self._loads(inner) else score

    def _loads(self, inner: Walk) -> bool:
        """Whether a piece brings in something of an outsider that is hidden, fills the window or can't be read."""
        loading = inner.tree.css("script[src], iframe[src]")
        hosts = [host for each in loading if (host := self.page.hosts.outside(each.attributes["src"] or ""))]
        odd = self.spiders or self.script.is_fickle()
        if any(odd or self.script.is_packed(host) or is_strange_host(host) for host in hosts):
            return True
        frames = [*inner.frames, *(frame for block in inner.blocks for frame in block.frames)]
        frames += [Link(each.attributes["src"] or "", "", each) for each in loading if is_over_all(each)]
        return any(self.page.frames(frames))

    def _styled(self, inner: Walk) -> Iterator[Block]:
        """What is hidden of a piece by the styles of the page."""
        for node in inner.tree.css("body > [class], body > [id]")[:_PARTS]:
            face = face_of(node)
            if rule := rule_of(face, self.page.walk.sheet.style(face, (), "")):
                yield Block(rule, node, links=inner.shown, text=inner.words.text)

    def _said(self) -> Iterator[Seen]:
        """Lures, and where they lead, in what it holds, whatever it does with that."""
        for said in self.script.described():
            if len(lures.lures(said)) > 1:
                yield "foreign_title", 0.9, self.node, said
        for url in (*self.script.relinked(), *self.script.asked()):
            if lures.is_lure_host(self.page.hosts.outside(url), PLAIN):
                yield "script_written", STRONG, self.node, url
        for html in self.script.anchors():
            inner = self.page.parsed(html)
            if inner and self.page.outside(inner.shown) and lures.lures(inner.words.words):
                yield "script_written", STRONG, self.node, html

    def _touched(self) -> Iterator[Seen]:
        """What it does to elements of the page: fills what is hidden, clicks on links."""
        for name, html in self.script.filled():
            hidden = self.page.by_name.get(name)
            if hidden is None or (inner := self.page.parsed(html)) is None:
                continue
            if score := self.page.weighed(replace(hidden, links=inner.shown, text=inner.words.text)):
                yield "script_written", score, self.node, html
        clicked = frozenset(self.script.clicked())
        for link in self.page.named_links if clicked else ():
            host = self.page.hosts.outside(link.url)
            if link.node.attributes["id"] in clicked and self.page.is_unsaid(link.url, host):
                yield "redirect", WEAK, self.node, link.url
