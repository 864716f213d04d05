"""How telling a hidden block is: whose hosts its links lead to, what it advertises, whether it looks like something that opens."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from classifiers import lures
from classifiers.blocks import Block, Link
from classifiers.hosts import Hosts, host_of, is_number, registrable
from classifiers.late import late

STRONG = 0.8
WEAK = 0.65
DOUBT = 0.3
_CONTACT = late(
    r"(?:微信|薇信|威信|[vｖ]x|qq|扣扣|电话|手机|联系|tg|飞机|[+加])[^\u4e00-\u9fff\w]{0,3}(?:[号：:]{0,2})\s*[a-z\d_-]{5,}",
    re.IGNORECASE,
)
_UNSURE = frozenset({"not_displayed", "noscript", "same_colour", "folded", "template", "fallback"})
_MANY_OFFERS = 3  # goods without a lure
_FALLBACK = frozenset({"noscript", "fallback"})  # shown to those whose browser can do less


def weighed(block: Block, hosts: Hosts, seen: Collection[str]) -> float:
    """The score of a block; ``seen`` are outsiders that the page links to where everybody sees it."""
    words = block.words
    outside = [link for link in block.links if hosts.outside(link.url)]
    baits = lures.lures(words)
    excused = (block.rule in _FALLBACK and lures.is_hint(words)) or (
        not baits and bool(lures.mentioned(words)) and lures.warns(words)
    )
    elsewhere = outside or any(is_number(link.url) for link in block.links)
    if (elsewhere and baits) or any(lures.is_lure_host(host_of(link.url)) for link in outside):
        return DOUBT if excused else 0.95
    goods = (ware for ware in lures.wares(words) if not any(ware in bait or bait in ware for bait in baits))
    offers = len(baits) + sum(1 for _ in goods)
    if offers and not block.fields and not excused and (score := _advertised(block, words, len(baits), offers)):
        return score
    unknown = [link for link in outside if registrable(host_of(link.url)) not in seen]
    if not unknown:
        return 0.0
    own = len(block.links) - len(outside)
    on_demand = block.on_demand and (block.opened or not _is_farm(block, unknown))
    if on_demand or block.fields or own >= len(unknown) or not block.sure or excused:
        return WEAK if any(lures.is_ware(link.text) for link in unknown) and not excused else DOUBT
    return WEAK if block.rule in _UNSURE else STRONG


def _is_farm(block: Block, unknown: Sequence[Link]) -> bool:
    """Whether it holds nothing but links to one outsider, more than one."""
    said = sum(map(str.isalnum, "".join(link.text for link in block.links)))
    hosts = {registrable(host_of(link.url)) for link in unknown}
    return 1 < len(unknown) == len(block.links) and len(hosts) == 1 and 0 < sum(map(str.isalnum, block.words)) <= said


def _advertised(block: Block, words: str, baits: int, offers: int) -> float:
    """For what advertises without a way out: several lures, or one beside a link of the page's own or a way to ask."""
    if baits > 1:
        return DOUBT if block.on_demand and not block.links else 0.85
    if block.on_demand or (offers < _MANY_OFFERS and not baits):
        return 0.0
    return WEAK if offers > 1 or block.links or _CONTACT.search(words) else 0.0
