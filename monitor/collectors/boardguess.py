"""How a message board's JSON is probably mapped, by the names its fields mostly have: English, pinyin, Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from monitor.mapping import Board

_DEEPEST = 4  # levels at which the list may stand
_SAMPLE = 20  # entries whose fields are looked at
_PAGE_PARAMETER = re.compile(
    r"([?&](?:page|pageno|pagenum|pageindex|page_no|curpage|currentpage|p)=)([01])(?=&|$)", re.IGNORECASE
)

_NAMES = {  # the best first; compared in small letters, without anything but letters
    "number": "number no code bh lybh xjbh letterno messageid msgid mailid id uuid guid 编号 信件编号 留言编号",
    "title": "title subject theme bt lybt xjbt lettertitle msgtitle messagetitle mailtitle name 标题 主题",
    "text": "content body text nr lynr xjnr lettercontent msgcontent messagecontent mailcontent question askcontent "
    "description detail 内容 留言内容 信件内容",
    "posted": "createtime createdat createdate posttime postdate writetime lettertime submittime submitdate addtime "
    "asktime askdate sendtime lysj xjsj lxsj rq sj date time publishtime pubdate inputtime "
    "时间 日期 留言时间 来信时间 提交时间",
    "replied": "replytime replydate repliedat answertime answerdate handletime dealtime feedbacktime hfsj dfsj bjsj "
    "回复时间 答复时间 办结时间",
    "reply": "replycontent answercontent reply answer feedback handleresult replytext answertext hfnr dfnr hf "
    "回复内容 答复内容 回复 答复",
    "unit": "replyunit answerunit replydept handledept deptname department dept unit unitname orgname hfdw dfdw bldw "
    "cbdw 回复单位 答复单位 承办单位 办理单位",
    "place": "address place location addr site dz dd fssd 地址 地点 事发地点",
    "withdrawn": "revoked withdrawn isdeleted deleted isdel 已撤回",
    "link": "url link href detailurl pageurl 链接",
}
_TELLING = ("title", "text", "posted", "replied", "reply")  # of which some must be there


def guess(document: object) -> Board | None:
    """The mapping of the list with the most entries that look like messages; None where nothing does."""
    best: tuple[int, int, Board] | None = None
    for path, entries in _lists(document, "", 0):
        board = _mapped(entries)
        fits = sum(bool(getattr(board, name)) for name in _TELLING)
        if board.number and board.text and fits >= 2 and (best is None or (fits, len(entries)) > best[:2]):
            best = (fits, len(entries), replace(board, items=path))
    return best[2] if best else None


def paged(url: str) -> tuple[str, int]:
    """The address with ``{page}`` where it names the first page, and the number of that; as it is without one."""
    found = _PAGE_PARAMETER.search(url)
    if found is None:
        return url, 1
    return f"{url[: found.start(2)]}{{page}}{url[found.end(2) :]}", int(found[2])


def _lists(value: object, path: str, depth: int) -> Iterator[tuple[str, Sequence[Mapping[str, object]]]]:
    """Every list of objects, with its dotted path."""
    if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        yield path, value
    elif isinstance(value, dict) and depth < _DEEPEST:
        for key, inner in list(value.items())[:100]:
            if isinstance(key, str) and "." not in key:
                yield from _lists(inner, f"{path}.{key}".lstrip("."), depth + 1)


def _mapped(entries: Sequence[Mapping[str, object]]) -> Board:
    fields: dict[str, str] = {}  # as compared -> path
    for entry in entries[:_SAMPLE]:
        for path, _ in _leaves(entry):
            fields.setdefault(_compared(path), path)
    found: dict[str, str] = {}
    for name, known in _NAMES.items():
        path = next((fields[each] for each in known.split() if each in fields), "")
        if path and path not in found.values():
            found[name] = path
    named = dict.fromkeys(_NAMES, "") | found
    return Board(
        number=named["number"],
        place=named["place"],
        title=named["title"],
        text=named["text"],
        posted=named["posted"],
        replied=named["replied"],
        reply=named["reply"],
        unit=named["unit"],
        withdrawn=named["withdrawn"],
        link=named["link"],
    )


def _leaves(entry: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """The fields of an entry and those one level down, "reply.content" among them."""
    for key, value in list(entry.items())[:200]:
        if isinstance(value, dict):
            yield from ((f"{key}.{inner}", each) for inner, each in list(value.items())[:50])
        yield key, value


def _compared(path: str) -> str:
    return "".join(character for character in path.lower() if character.isalnum())
