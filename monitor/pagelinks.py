"""Where a page leads: the addresses behind its links and pictures, which can be asked whether they still open. PURE."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from urllib.parse import urldefrag, urlsplit

from classifiers.page import parsed
from monitor import guard
from monitor.errors import CollectError
from monitor.filelinks import joined
from monitor.model import Item

MOST = 500  # of one page that are kept, in its order
LOOKED_AT = 20_000  # elements of a page
LONGEST = 1000  # characters of an address that is kept
_LINKS = "a[href], area[href], img[src], iframe[src], embed[src], object[data]"


def links(item: Item) -> tuple[str, ...]:
    """Each address once, canonical, in the order of the page, at most MOST; none that leads to the page itself."""
    found = addresses(item.html, item.link) if item.html else iter(())
    here = urldefrag(item.link)[0]
    return tuple(islice((url for url in found if url != here), MOST))


def addresses(html: str, base: str) -> Iterator[str]:
    """Where ``html``, which stands at ``base``, leads on the web; what no browser would ask for is left out."""
    if "href" not in html and "src" not in html and "data" not in html:
        return
    page = parsed(html)
    first = page.css_first("base[href]")
    bases = (base, first.attributes.get("href") or "") if first is not None else (base,)
    seen: set[str] = set()
    for node in islice(page.css(_LINKS), LOOKED_AT):
        at = node.attributes
        raw = at.get("href") or at.get("src") or at.get("data") or ""
        url = _leads_to(raw, *bases)
        if url and url not in seen:
            seen.add(url)
            yield url


def _leads_to(raw: str, *bases: str) -> str:
    """The canonical address, "" for what is none.

    A query that isn't ASCII is left out: browsers write it in the encoding of the page, which is forgotten here.
    """
    try:
        if not raw or raw.startswith(("#", "data:", "javascript:")) or not urlsplit(raw).query.isascii():
            return ""
        url = guard.parse(joined(*bases, raw)).url
    except (CollectError, ValueError):
        return ""
    return url if len(url) <= LONGEST else ""
