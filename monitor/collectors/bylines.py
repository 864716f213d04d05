"""Take the writer out of what is not the message: title, identity and link (charter, rule 3).

Comment feeds put the writer's name where it is stored with the message ("By: X", "X 对《…》的评论").
The names an entry gives as its authors are replaced wherever they stand there, and the usual
phrases lose their name even when the entry names nobody. Better a hole in a title than a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus, urlsplit

HOLE = "…"
MAX_NAME = 80  # code points; a longer "author" is no name
MAX_NAMES = 20  # of one entry
_MAX_FIELD = 500  # code points of an author field that are looked at

_BETWEEN_NAMES = re.compile(r"[,，、;；/&|<>()（）\[\]]")
_NO_SENTENCE = r"\n，。！？；：,!?;:《》“”"  # a message must not be lost for a name
_NAME = rf"(?P<name>[^\s{_NO_SENTENCE}][^{_NO_SENTENCE}]{{0,29}}?)"
_SUBJECT = r"[《〈“\"「『\[【].*[》〉”\"」』\]】]"
_WHAT = r"(?:评论|留言|回复|跟帖|回应)"
_PHRASES = tuple(
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for pattern in (
        rf"(?P<before>(?:by|author|作者|评论者|留言者|留言人|发布者|发布人|发帖人)\s?[:：]\s?){_NAME}",
        rf"(?P<before>comment on .+ by ){_NAME}",
        rf"(?P<before>{_SUBJECT}的{_WHAT}[,，:：]?\s?(?:来自|由|by|作者)\s?[:：]?\s?){_NAME}",
        rf"{_NAME}(?P<after>\s?(?:对|在|就)\s?{_SUBJECT}\s?(?:上|中|下|里)?(?:的|发表的?)?\s?{_WHAT})",
        rf"{_NAME}(?P<after>\s?(?:评论|回复)了?\s?[:：]?\s?{_SUBJECT})",
        rf"{_NAME}(?P<after> (?:commented on|replied to) .+)",
        rf"{_NAME}(?P<after>\s?(?:说|写道|says|wrote)\s?[:：])",
    )
)
_OPENS, _CLOSES = r"[“\"「『【\[［(（《<‘']", r"[”\"」』】\]］)）》>’']"
_CALLED = re.compile(  # a nickname in quotation marks
    rf"(?P<before>(?:网友|市民|网民|用户|尊敬的|亲爱的)\s?{_OPENS})[^\n”\"」』】\]］)）》>’']{{1,40}}(?P<after>{_CLOSES})"
    rf"|(?P<opens>{_OPENS})[^\n“”\"「」『』【】\[\]［］()（）《》<>‘’']{{1,40}}(?P<closes>{_CLOSES}\s?(?:网友|网民|用户))"
)
_GREETED = re.compile(
    rf"(?P<before>\s*(?:尊敬的|亲爱的)?)(?P<name>(?:网友\s)?[^\s{_NO_SENTENCE}]{{1,20}}?)"
    r"(?P<after>(?:先生|女士|小姐|同志|同学|老师|师傅|网友|网民)?\s?(?:[:：,，!！]\s?)?(?:您好|你好)|(?:先生|女士|小姐|同志)?[:：])"
)
_NOBODY = re.compile(  # a greeting that names no one, or no greeting
    r"(?:来信|写信|信访|留言|问政|热心|广大|各位|平台|网友|网民|市民|群众|居民|村民|业主|家长|读者|朋友|先生|女士|人|们|[、_])+|.*(?:[回答]复|如下)"
)
_REPLY = re.compile(rf"(?P<before>\s*(?:in reply to|回复给|作为对)\s?){_NAME}(?P<after>[.。]|\s?的回复)", re.IGNORECASE)


def names(raw: Iterable[str]) -> tuple[str, ...]:
    """What an entry's author fields call its writers, longest first: each as a whole and in its parts."""
    whole = [" ".join(name[:_MAX_FIELD].split()) for name in list(raw)[:MAX_NAMES]]
    parts = [part.strip() for name in whole for part in _BETWEEN_NAMES.split(name)]
    found = {name for name in (*whole, *parts) if 2 <= len(name) <= MAX_NAME and any(map(str.isalnum, name))}
    return tuple(sorted(found, key=lambda name: (-len(name), name))[:MAX_NAMES])


def out_of_title(title: str, writers: Iterable[str]) -> str:
    """``title`` with a hole for each name."""
    for phrase in _PHRASES:
        found = phrase.fullmatch(title)
        if found:
            parts = found.groupdict()
            return parts.get("before", "") + HOLE + _without(parts.get("after", ""), writers)
    return _without(title, writers)


def out_of_text(text: str, writers: Iterable[str]) -> str:
    """``text`` with a hole in its first line, if that is short and names the writer or who is answered.

    Names further down are what the writer wrote, and stay.
    """
    reply = _REPLY.match(text)
    if reply:
        return f"{reply['before']}{HOLE}{reply['after']}{text[reply.end() :]}"
    first, cut, rest = text.partition("\n")
    return _without(first, writers) + cut + rest if len(first) <= MAX_NAME else text


def out_of_account(text: str, callers: Iterable[str]) -> str:
    """What somebody at a hotline wrote down, with a hole for the caller's name wherever it stands."""
    return _without(text, callers)


def out_of_reply(text: str) -> str:
    """An agency's answer with a hole for whom it greets."""
    text = _CALLED.sub(_emptied, text)
    greeted = _GREETED.match(text)
    if greeted is None or _NOBODY.fullmatch(greeted["name"]):
        return text
    return f"{greeted['before']}{HOLE}{greeted['after']}{text[greeted.end() :]}"


def _emptied(called: re.Match[str]) -> str:
    return f"{called['before'] or called['opens']}{HOLE}{called['after'] or called['closes']}"


def out_of_link(link: str, writers: Iterable[str]) -> str:
    """``link`` with a hole for each name in path, query or fragment, however it is escaped; never in the host."""
    writers = tuple(writers)
    if not writers:
        return link
    try:
        parts = urlsplit(link)
    except ValueError:
        return _without(link, writers)
    start = link.find(parts.netloc) + len(parts.netloc) if parts.netloc else 0
    return link[:start] + _without(link[start:], [form for name in writers for form in _escaped(name)])


def _escaped(name: str) -> set[str]:
    gb = quote(name, encoding="gb18030", errors="ignore")
    return {name, quote(name, safe=""), quote(name), quote_plus(name), gb, name.replace(" ", "-")}


def _without(text: str, writers: Iterable[str]) -> str:
    for name in writers:
        text = _pattern(name).sub(HOLE, text)
    return text


def _pattern(name: str) -> re.Pattern[str]:
    """A Latin name only as a whole word; spaces may be of any kind."""
    body = r"\s+".join(re.escape(part) for part in name.split())
    before = r"(?<![A-Za-z0-9])" if name[0].isascii() and name[0].isalnum() else ""
    after = r"(?![A-Za-z0-9])" if name[-1].isascii() and name[-1].isalnum() else ""
    return re.compile(before + body + after, re.IGNORECASE)
