"""What is lost when a page is bounded and parsed: sets of frames, links in drawings, ``noscript`` in the head."""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifiers.late import late
from classifiers.presenting import DRAWING

_HEAD = 200_000  # code points in which the head of a page ends
_MOST = 20  # sets of frames, and drawings

_IN_HEAD = late(
    r"<noscript\b[^>]{0,200}>\s*(?:<(?!/?noscript|style|link|meta|img|iframe)[a-z][^>]{0,300}>[^<]{0,300}){0,3}<a\s",
    re.IGNORECASE,
)
_FRAMESET = late(r"<frameset\b([^>]{1,500})>", re.IGNORECASE)
_ROWS = late(r"\b(?:rows|cols)\s*=\s*[\"']?([\d%*,.\s]{1,200})", re.IGNORECASE)
_FRAME = late(r"<frame\s[^>]{0,500}?\bsrc\s*=\s*[\"']?([^\"'\s>]{1,500})", re.IGNORECASE)
_DRAWING = late(r"<svg\b([^>]{0,500})>", re.IGNORECASE)


def opened(html: str) -> str:
    """The page with its head closed before links for those who run no scripts, as they would push it out of there."""
    head = html[:_HEAD]
    if "<noscript" not in head.lower():
        return html
    found = _IN_HEAD.search(head)
    if found is None or "<body" in head[: found.start()].lower() or "<head" not in head[: found.start()].lower():
        return html
    return f"{html[: found.start()]}</head>{html[found.start() :]}"


def thin_frames(html: str) -> Iterator[str]:
    """Addresses of frames that have no room in their set."""
    if "<frameset" not in html.lower():
        return
    for count, frameset in enumerate(_FRAMESET.finditer(html)):
        sizes = _ROWS.search(frameset[1])
        if sizes is None or count == _MOST:
            return
        frames = _FRAME.finditer(html, frameset.end(), frameset.end() + 10_000)
        for size, frame in zip(sizes[1].split(","), frames, strict=False):
            if size.strip().rstrip("%").strip() in ("0", "1"):
                yield frame[1]


def drawings(html: str) -> Iterator[str]:
    """Drawings with links in them, as ordinary elements of the same size and style."""
    if "<svg" not in html.lower():
        return
    for count, drawing in enumerate(_DRAWING.finditer(html)):
        inside = html[drawing.end() : drawing.end() + 5000].partition("</svg")[0].partition("<svg")[0]
        if count == _MOST:
            return
        if "<a " in inside.lower():
            yield f"<{DRAWING}{drawing[1].rstrip('/')}>{inside}</{DRAWING}>"
