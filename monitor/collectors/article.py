"""One article page: its main text, apart from the furniture around it. Nothing is fetched here.

Portal systems mark the main text in a few ways, which are known. Elsewhere it is the smallest element that holds nearly
all sentences: furniture says names, numbers and links, but hardly any sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborHTMLParser, LexborNode

from classifiers.page import parsed
from monitor import dates
from monitor.collectors import bylines, cleaning, listpage

MAX_TEXT = 100_000  # code points
MAX_STYLES = 200_000  # characters of style sheets that are kept for judging what is hidden
MAX_NODES = 200_000  # of a page that are weighed

_KNOWN = (  # where portal systems put the main text
    "#UCAP-CONTENT, #zoom, #Zoom, #ZOOM, #fontzoom, #fontZoom",
    ".TRS_Editor, .TRS_UEDITOR, .trs_editor_view, .trs_paper_default, .view.TRS_UEDITOR",
    "#vsb_content, #vsb_content_2, #vsb_content_4, .v_news_content, .wp_articlecontent, .Article_Content",
    ".article-content, .article_content, .articleContent, .news_content, .pages_content, .content-body, .art_con",
    "#artibody, #article-content, #articleContent, #js_content, .bt_content, .arc_cont, [itemprop=articleBody]",
)
_NO_TEXT = frozenset("script style noscript head header footer nav aside form select button iframe a title".split())
_WHOLE = frozenset(
    "p li dd dt tr td th h1 h2 h3 h4 h5 h6 span font strong b em blockquote pre table tbody ul ol".split()
)
_ASIDE = re.compile(
    r"(?:^|[\s_-])(?:foot|footer|bottom|copyright|nav|crumb|menu|side|sidebar|share|related)", re.IGNORECASE
)
_SENTENCE = re.compile("[，。；：！？、]")
_NEARLY_ALL = 0.85  # of the sentences
_SMALL_TALK = re.compile(  # lines of furniture that stand inside the main text, and change by themselves
    r"(?:浏览|阅读|点击|访问|查看)(?:次数|量|数|人次|率)?\s?[:：]?\s?\d|字(?:号|体)(?:大小)?\s?[:：【\[]|^(?:打印|关闭|分享|收藏|返回)"
    r"|^(?:上|下)一(?:篇|条)\s?[:：]|扫一扫|分享到"
)
_LITTLE = 100  # code points that a page which asks to log in says at most
_LINE = 80  # code points of such a line at most
_SIGNED = re.compile(
    r"(?P<before>(?:责任编辑|责编|编辑|作者|撰稿人?|供稿人?|记者|通讯员|审核人?|校对|发布人|录入员?|摄影|编审)\s?[:：]\s?)"
    r"[^\s，。；、|()（）\[\]【】<>]{2,12}"
)
_NAMES = "meta[name=ArticleTitle i], meta[property='og:title' i]"
_DATES = "meta[name=PubDate i], meta[name=publishdate i], meta[property='article:published_time' i]"
_WRITERS = "meta[name=Author i], meta[name=Editor i]"
_PUBLISHED = re.compile(
    r"(?:发布|发文|公开|更新|成文)?(?:时间|日期)\s{0,9}[:：]?\s{0,9}(\d{4}[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}[^\n]{0,20})"
)
_TITLE_END = re.compile(r"\s*[-_|–—]\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """``html`` is the main part with the style sheets that hold for it; ``around`` the pieces of the page beside it."""

    title: str
    text: str
    html: str
    at: datetime | None
    around: tuple[str, ...]
    found: bool  # whether there was any main part
    asks_to_log_in: bool  # and says next to nothing
    is_cut: bool  # it breaks off in the middle of a word or a tag


def read(text: str, selector: str, zone: ZoneInfo) -> Article:
    """What stands on an article page. ``selector`` is the configured one of the main text, "" for none.

    Raises CollectError "bad_selector".
    """
    tree = parsed(text)
    parts = listpage.select(tree, selector, "text") if selector else _main(tree)
    parts = _outermost(parts)
    markup = "\n".join(part.html or "" for part in parts)
    writers = bylines.names(node.attributes.get("content") or "" for node in tree.css(_WRITERS))
    shown = _kept(listpage.visible(markup))
    return Article(
        title=_title(tree),
        text=_unsigned(bylines.out_of_text(shown, writers))[:MAX_TEXT],
        html=_styles(tree) + cleaning.clean(markup),
        at=_published(tree, zone),
        around=tuple(_around(parts)),
        found=bool(parts),
        is_cut=listpage.breaks_off(text),
        asks_to_log_in=len(shown) < _LITTLE and listpage.asks_to_log_in(tree),
    )


def _main(tree: LexborHTMLParser) -> list[LexborNode]:
    for selector in _KNOWN:
        known = [node for node in tree.css(selector) if len(listpage.said(node)) > 1 or node.css_first("img, a, video")]
        if known:
            return [max(known, key=lambda node: len(node.text()))]
    return _weightiest(tree)


def _outermost(parts: list[LexborNode]) -> list[LexborNode]:
    ids = {part.mem_id for part in parts}
    return [part for part in parts if not any(above.mem_id in ids for above in _above(part))]


def _above(node: LexborNode) -> Iterator[LexborNode]:
    while (above := node.parent) is not None:
        yield above
        node = above


def _weightiest(tree: LexborHTMLParser) -> list[LexborNode]:
    """The smallest element with nearly all sentences of the page; the whole body where nothing is said in any."""
    body = tree.body
    if body is None:
        return []
    weights = _weights(body)
    at = body
    while True:
        inner = [child for child in at.iter() if child.tag not in _WHOLE]
        best = max(inner, key=lambda child: weights.get(child.mem_id, 0.0), default=None)
        if best is None or weights.get(best.mem_id, 0.0) < _NEARLY_ALL * weights.get(at.mem_id, 0.0):
            return [at]
        if not weights.get(best.mem_id):
            return [at]
        at = best


def _weights(body: LexborNode) -> dict[int, float]:
    """What is said in sentences in each element, in characters; the rest counts a fiftieth."""
    weights: dict[int, float] = {}
    stack: list[tuple[LexborNode, bool]] = [(body, False)]
    for _ in range(2 * MAX_NODES):
        if not stack:
            break
        node, done = stack.pop()
        if node.is_text_node:
            said = "".join((node.text_content or "").split())
            weights[node.mem_id] = len(said) if _SENTENCE.search(said) else len(said) / 50
        elif done:
            weights[node.mem_id] = sum(
                weights.pop(each.mem_id, 0.0) if each.is_text_node else weights.get(each.mem_id, 0.0)
                for each in node.iter(include_text=True)
            )
        elif node.tag not in _NO_TEXT and not _is_aside(node):
            stack.append((node, True))
            stack += ((each, False) for each in node.iter(include_text=True))
    return weights


def _is_aside(node: LexborNode) -> bool:
    named = node.attributes
    return bool(_ASIDE.search(named.get("id") or "") or _ASIDE.search(named.get("class") or ""))


def _kept(text: str) -> str:
    """The text without the lines of furniture in it."""
    return "\n".join(
        line for line in text.split("\n") if len(line) > _LINE or not _SMALL_TALK.search(line.strip())
    ).strip()


def _unsigned(text: str) -> str:
    """Who wrote, edited or photographed goes no further."""
    return _SIGNED.sub(lambda found: found["before"] + bylines.HOLE, text)


def _title(tree: LexborHTMLParser) -> str:
    named = [cleaning.line(node.attributes.get("content") or "") for node in tree.css(_NAMES)]
    heads = [listpage.said(node) for node in tree.css("h1")]
    title = tree.css_first("title")
    whole = cleaning.line(title.text()) if title else ""
    return next((each for each in (*named, *heads, _TITLE_END.split(whole)[0]) if each), "")[: listpage.MAX_TITLE]


def _published(tree: LexborHTMLParser, zone: ZoneInfo) -> datetime | None:
    for node in tree.css(_DATES):
        moment = dates.parse(node.attributes.get("content") or "", zone)
        if moment:
            return moment
    body = tree.body
    found = _PUBLISHED.search(body.text(separator=" ")[:MAX_TEXT]) if body else None
    return dates.parse(found[1], zone) if found else None


def _styles(tree: LexborHTMLParser) -> str:
    """The style sheets of the page, as many as fit; none is cut, since a cut one would swallow what follows."""
    kept = ""
    for sheet in (node.html or "" for node in tree.css("style")):
        kept += sheet if len(kept) + len(sheet) <= MAX_STYLES else ""
    return kept


def _around(parts: list[LexborNode]) -> Iterator[str]:
    """The elements and comments beside the main part and beside all it stands in; without titles and descriptions."""
    if not parts:
        return
    inside = {part.mem_id for part in parts}
    path = [*_above(parts[0])]
    inside |= {node.mem_id for node in path}
    for node in path:
        for each in node.iter(include_text=True):
            if each.mem_id in inside or each.is_text_node:
                continue
            if each.tag == "head":
                yield from (one.html or "" for one in each.iter() if one.tag not in ("title", "meta"))
            else:
                yield each.html or ""
