"""What a message is for: a question, a complaint, a suggestion, or a correction of what the agency publishes. PURE.

What the platform itself says of a message stands first, then the label in its title, then the way title and text ask. No
word here says who wrote, or is about a person. In doubt there is no purpose: the message then has the ordinary time, and
that is the better error, because a wrong purpose promises an answer for another day.
"""

from __future__ import annotations

from itertools import chain

from classifiers.finding import Purpose
from classifiers.late import late

READ = 600  # code points of a text
LONGEST = 200  # of a title or a label
_LABELS = {
    Purpose.CORRECTION: late("纠错|找错|报错|勘误|correction|erratum", 2),
    Purpose.COMPLAINT: late("投诉|举报|检举|控告|complain", 2),
    Purpose.SUGGESTION: late("建议|建言|献策|意见|suggest|proposal", 2),
    Purpose.QUESTION: late("咨询|询问|求询|提问|question|enquir|inquir|consult", 2),
}
_MARKED = late(r"[【\[（(〔《]([^】\])）〕》]{1,12})[】\])）〕》]|([^：:]{2,6})[：:]")
_BEGINS = (  # titles, and how far behind their beginning
    (Purpose.COMPLAINT, late(r"[^\s，,。]{0,8}?(?:投诉|举报|检举|控告)")),
    (Purpose.SUGGESTION, late(r"[^\s，,。]{0,4}?建议")),
    (Purpose.QUESTION, late(r"[^\s，,。]{0,4}?(?:咨询|请问|询问|想问|求问)")),
)
_ENDS = (
    (Purpose.COMPLAINT, late("(?:的|进行|实名)(?:投诉|举报)$")),
    (Purpose.SUGGESTION, late("的(?:几点|一点|若干|小)?(?:合理化)?(?:建议|意见建议|意见和建议)$")),
    (Purpose.QUESTION, late("(?:的|进行)?咨询$")),
)
_PUBLISHED = "(?:网站|网页|官网|页面|栏目|链接|公众号|公告|通知|文章|附件|办事指南|门户)"
_WRONG = "(?:错别字|错字|打不开|无法打开|有误|写错|笔误|失效|死链|更正|勘误|纠错|过期|乱码|已经停机|空号)"
_CORRECTS = late(f"{_PUBLISHED}[^。！？!?\n]{{0,30}}{_WRONG}|{_WRONG}[^。！？!?\n]{{0,12}}{_PUBLISHED}")
_COMPLAINS = late(
    "特此投诉|要?投诉|举报|扰民|违法|违规|违建|偷排|乱收费|污染|恶臭|臭气|发臭|黑臭|噪音|噪声|欺骗|虚假|不作为|拖欠|强制|维权|"
    "严重影响|无人管|没人管|不管|置之不理|不合理|查处|乱象|损坏|破坏|质量问题"
)
_SUGGESTS = late("(?:我|本人|个人|特|强烈|谨|提)?建议|能否考虑|能不能考虑|是否可以考虑")
_ASKS = late("请问|咨询|想问|问一下|想了解|想知道|求解答|请解答|请告知|怎么办理|如何办理|需要什么|哪些材料|什么条件")


def purpose(title: str, text: str, label: str = "") -> Purpose:
    """What a message is for; ``label`` is how its platform calls its type, where it has a field for it."""
    title, text = title.strip()[:LONGEST], text[:READ]
    marked = _MARKED.match(title)
    for said in (label[:LONGEST], (marked[1] or marked[2]) if marked else ""):
        if known := _only(said):
            return known
    if _CORRECTS.search(title) or (_CORRECTS.search(text) and not _COMPLAINS.search(title)):
        return Purpose.CORRECTION
    begins = (known for known, sign in _BEGINS if sign.match(title))
    ends = (known for known, sign in _ENDS if sign.search(title))
    return next(chain(begins, ends), None) or _by_text(f"{title}\n{text}")


def _only(said: str) -> Purpose:
    """The one purpose that a label names; where it names several ("咨询投诉") it is the name of a column and says nothing."""
    named = [each for each, sign in _LABELS.items() if sign.search(said)]
    return named[0] if len(named) == 1 else Purpose.UNKNOWN


def _by_text(said: str) -> Purpose:
    """By what a text says more than once, or alone."""
    counts = {
        Purpose.COMPLAINT: len(_COMPLAINS.findall(said)),
        Purpose.SUGGESTION: 2 * len(_SUGGESTS.findall(said)),
        Purpose.QUESTION: len(_ASKS.findall(said)),
    }
    first, second, _ = sorted(counts, key=lambda each: -counts[each])
    return first if counts[first] > 2 * counts[second] else Purpose.UNKNOWN
