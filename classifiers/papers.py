"""Passports, permits and other papers whose numbers have no check digit we know: only their label makes them findings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifiers.late import late

_REACH = 24  # characters between a label and its number
_LONGEST = 12  # how far a number may stand out of this reach
_STOP = late(r"[。；;！!？?\n]")
_EDGE, _END = r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])"


def _paper(form: str) -> re.Pattern[str]:
    return late(rf"{_EDGE}(?:{form}){_END}", re.IGNORECASE)


# (rule, what names the paper in lower case, the form of its number, score). Forms: National Immigration Administration notices.
_PAPERS = tuple(
    (rule, late(names), _paper(form), score)
    for rule, names, form, score in (
        (
            "passport",
            r"护\s?照|護照|passport|ppt(?<!\wppt)\b",
            r"(?:E[A-HJ-NP-Z]|[DSP]E|MA|KJ)[ -]?\d{7}|[EGDSPKHM][ -]?\d{8}|1[45]\d{7}",
            0.9,
        ),
        (
            "passport",
            r"护\s?照|護照|passport|ppt(?<!\wppt)\b",
            r"[A-Z]{1,2}[ -]?\d{6,8}|[A-Z]\d{2}[A-Z]{2}\d{4}|\d{9}",
            0.75,
        ),
        (
            "travel_permit",
            r"通行证|通行證|回乡证|回鄉證|台胞证|台胞證|臺胞證|港澳证|大陆证",
            r"[HMCWTL][A-Z]?[ -]?\d{7,10}|\d{8}(?:\d{2})?(?:[（(][A-Z\d][)）])?",
            0.9,
        ),
        ("residence_permit", r"永久居留|永居", r"[A-Z]{3}[ -]?\d{12}", 0.9),
        ("foreign_id", r"香港.{0,8}身[份分]|港人身份|hkid|香港居民", r"[A-Z]{1,2}\d{6}\s?[（(]?[0-9A][)）]?", 0.85),
        ("foreign_id", r"澳[门門].{0,8}身[份分]|澳門居民|澳门居民", r"[1578]\d{6}\s?[（(/]?\d[)）]?", 0.8),
        ("foreign_id", r"身[份分][证證]|[台臺][湾灣]居民", r"[A-Z][1289]\d{8}", 0.85),
        ("bank_card", r"存折|存摺|折号", r"\d{10,21}|\d{2}-\d{12,18}", 0.75),
        (
            "service_card",
            r"军官|军人|士兵|士官|文职|警官|退伍|退役|优待证",
            r"[\u4e00-\u9fff]?字?第?\s?\d{6,8}(?=号)|[军武文士]字?第?\d{6,8}",
            0.7,
        ),
    )
)
_HINT = late(  # no paper is named without one of these
    "存折|折号|存摺|护|護照|assport|ASSPORT|ppt|通行|回乡|回鄉|胞|港澳证|大陆证|永居|永久居留|香港|港人|HKID|hkid|身份|身分|澳门|澳門|台湾|臺灣|臺湾|台灣"
    "|军|士兵|士官|文职|警官|退伍|退役|优待证"
)
_LONG = late("[0-9][0-9](?:[A-Za-z]{2})?[0-9]{4}")  # nor has any a number without digits like these
_HOME = late(
    r"(?:我家|家里|家庭|家中|住宅|宅内)的?(?:座机|固话|固定电话|电话|宅电)(?:号码|号)?(?:是|为)?[:：\s]{0,3}"
    r"((?:0\d{2,3}[- ]?)?[2-8]\d{6,7})(?!\d)"
)
_HOME_HINT = late("我家|家里|家庭|家中|住宅|宅内")


def papers(text: str) -> Iterator[tuple[str, int, int, float]]:
    """(rule, start, end, score) of each number of the folded ``text`` that stands behind the name of its paper."""
    taken: set[int] = set()
    lowered = text.lower() if _LONG.search(text) and _HINT.search(text) else ""
    for rule, names, form, score in _PAPERS if lowered else ():
        for start, end in _labelled(text, names.finditer(lowered), form):
            if start not in taken:
                taken.add(start)
                yield rule, start, end, score
    if _HOME_HINT.search(text):
        for match in _HOME.finditer(text):
            yield "home_phone", match.start(1), match.end(1), 0.55


def _labelled(text: str, names: Iterator[re.Match[str]], form: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Numbers of this form up to ``_REACH`` characters behind the name, or directly before it, in one sentence."""
    last, long = 0, _LONG.search(text)
    for name in names:
        begin = max(name.end(), last)
        if long is not None and long.start() < begin:
            long = _LONG.search(text, begin)
        if long is None:
            return
        if long.start() >= begin + _REACH + _LONGEST:
            continue
        stop = _STOP.search(text, begin, begin + _REACH)
        limit = stop.start() if stop else begin + _REACH
        for match in form.finditer(text, begin, limit + _LONGEST):
            if match.start() < limit:
                last = match.end()
                yield match.start(), match.end()
