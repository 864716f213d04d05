"""What a script does to the elements of a page while it loads, read from its unpacked text: hides, gives classes, makes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from classifiers.late import late
from classifiers.unpacking import first

_SELECTOR = r"[^\"']{1,100}(?:[\"'][^\"')]{1,60}[\"']\][^\"']{0,60})?"  # what it holds in brackets may be quoted
_STEP = (  # from an element to another
    r"(?:\s*\.\s*(?:parentNode|parentElement|(?:next|previous)(?:Element)?Sibling|(?:first|last)(?:Element)?Child|(?:children|childNodes)\[\s*\d{1,2}\s*\]"
    r"|(?:closest|querySelector)\(\s*[\"'][^\"']{1,60}[\"']\s*\)))?"
)
_QUERY_STEP = r"(?:(?:parent|children|next|prev|first|last)\(\s*\)\s*\.\s*|(?:closest|parents|find|children)\(\s*[\"'][^\"']{1,60}[\"']\s*\)\s*\.\s*)?"
_STEPPED = late(r"(\w{1,30})(?:\(\s*[\"']?([^\"')]{0,60})[\"']?\s*\)|\[\s*(\d{1,2})\s*\])?\s*(?:\.|$)")
_FOUND = (
    r"(?:document\s*\.\s*)?(?:getElementById\(\s*[\"'](?P<id>[\w-]+)[\"']\s*\)"
    r"|getElementsByClassName\(\s*[\"'](?P<class>[\w-]+)[\"']\s*\)\s*(?:\[\s*\w+\s*\]|\.item\(\s*\w+\s*\))"
    r"|getElementsByTagName\(\s*[\"'](?P<tag>\w+)[\"']\s*\)\s*(?:\[|\.item\()\s*(?P<place>\w+)\s*[\])]"
    r"|querySelector\(\s*[\"'](?P<css>" + _SELECTOR + r")[\"']\s*\)"
    r"|querySelectorAll\(\s*[\"'](?P<all_css>[^\"']{1,100})[\"']\s*\)\s*\[\s*(?P<nth>\w+)\s*\]"
    r"|currentScript\s*\.\s*(?P<near>\w{1,40})"
    r"|all\s*\.\s*(?P<all>\w+)|(?P<name>\b\w+)(?:\[\s*\w+\s*\])?)(?P<up>" + 3 * _STEP + ")"
)
_VALUE = r"(?:[\"'`](?P<value>[^\"'`]{0,300})[\"'`]|(?P<number>-?\d[\d.]{0,8})\b)"
_STYLED = late(
    _FOUND
    + r"\s*\.\s*style\s*(?:\.\s*(?:setProperty\(\s*[\"'])?(?P<property>[\w-]+)[\"']?\s*(?:\+?=(?!=)|,)|=(?!=))\s*"
    + _VALUE
)
_ASSIGNED = late(r"Object\.assign\(\s*" + _FOUND + r"\s*\.\s*style\s*,(?P<pairs>[^)]{1,300})\)")
_REMOVED = late(
    _FOUND
    + r"\s*\.\s*(?:remove\(\s*\)|replaceWith\(\s*(?:\"\"|'')?\s*\)|replaceChildren\(\s*\)|hidden\s*=\s*(?:true|!0)"
    + r"|(?:innerHTML|outerHTML|innerText|textContent)\s*=\s*(?:\"\"|'')(?!\s*\+)"
    + r"|setAttribute\(\s*[\"']hidden[\"']|toggleAttribute\(\s*[\"']hidden[\"'](?!\s*,\s*(?:false|!1)))"
)
_LAST = late(
    r"(?:getElementsByTagName\([^()]{1,20}\)|[\w.]{1,40})\[\s*[\w.]{1,40}\.length\s*-\s*1\s*\](?=\s*\.\s*(?:parent|previous))"
)
_SHADOWED = late(_FOUND + r"\s*\.\s*attachShadow\(")  # what stands in it has no place any more
_CHILD = late(r"\.\s*removeChild\(\s*" + _FOUND + r"\s*\)")
_EACH = late(
    r"querySelectorAll\(\s*[\"'](?P<css>"
    + _SELECTOR
    + r")[\"']\s*\)\s*(?:\)?\s*\.\s*forEach\(|,|\)\s*\{?)[^;]{0,60}?(?:\.style\s*\.\s*(?P<property>[\w-]+)\s*=\s*"
    + _VALUE
    + r"|\.remove\(\s*\)|\.removeChild\(|\.hidden\s*=\s*(?:true|!0)|\.outerHTML\s*=\s*[\"']{2})"
)
_SET = late(_FOUND + r"\s*\.\s*setAttribute\(\s*[\"']style[\"']\s*,\s*[\"'](?P<value>[^\"']{0,300})[\"']")
_QUERY = r"(?:\$|jQuery)\(\s*[\"'](?P<css>" + _SELECTOR + r")[\"']\s*\)\s*\.\s*"
_JQUERY = late(
    _QUERY
    + r"(?P<up>"
    + 3 * _QUERY_STEP
    + r")(?:each\(\s*function\s*\(\w{0,20}\)\s*\{\s*(?:\$|jQuery)\(\s*this\s*\)\s*\.\s*)?"
    + r"(?:(?:hide|remove|empty|detach|fadeOut|slideUp|width|height)\(\s*(?:0|)\s*\)|fadeTo\(\s*0\s*,\s*0\s*\)|toggle\(\s*(?:false|!1)\s*\)"
    + r"|(?:prop|attr)\(\s*[\"']hidden[\"']\s*,\s*(?:true|!0|[\"']\w*[\"'])\s*\)|(?:css|attr)\((?P<pairs>[^)]{1,300})\))"
)
_PAIR = late(r"[{,]\s*[\"']?([\w-]{1,40})[\"']?\s*:\s*[\"']?([^\"'\n,}]{0,300})")  # of an object
_CREATED = late(r"\b(\w{1,60})\s*=\s*document\s*\.\s*createElement\(\s*[\"'`](\w{1,20})[\"'`]\s*\)")
_SIZED = late(
    r"\b(\w{1,60})\s*\.\s*(?:(?:style\s*\.\s*)?(?:width|height)\s*=|setAttribute\(\s*[\"'](?:width|height)[\"']\s*,)\s*"
    r"[\"']?([01])(?:px)?[\"']?\s*[;,\n})]"
)
_OWNED = late(
    r"\b(\w{1,60})\s*\.\s*(?:(innerHTML|src|href)\s*=(?!=)|setAttribute\(\s*[\"'](src|href)[\"']\s*,)\s*([^;\n}]{1,2000})"
)
_HIDDEN = late(r"\b(\w{1,60})\s*\.\s*hidden\s*=\s*(?:true|!0)")
_HELD = late(r"\b(\w{1,60})\s*\.\s*(?:appendChild|append|prepend)\(\s*(\w{1,60})\s*\)")
_ALIAS = late(
    r"\b(\w{1,60})\s*=\s*document\s*\.\s*(?:(getElementById|getElementsByClassName|querySelector(?:All)?)\(\s*[\"']([\w #.>-]{1,60})[\"']\s*\))"
)
_CLASSED = late(
    _FOUND
    + r"\s*\.\s*(?:className\s*\+?=\s*|classList\s*\.\s*(?:add\(|toggle\((?=[^,()]{1,60},\s*(?:true|!0))|replace\(\s*[\"'][\w-]{1,60}[\"']\s*,)\s*|setAttribute\(\s*[\"']class[\"']\s*,\s*)[\"'](?P<value>[\w -]{1,60})[\"']"
)
_JQUERY_CLASS = late(_QUERY + r"(?:addClass|toggleClass)\(\s*[\"'](?P<value>[\w -]{1,60})[\"']")
_Cued = tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]  # patterns, each with what a match must contain
_ONLY_HIDE: _Cued = (
    (_STYLED, ("style",)),
    (_ASSIGNED, ("Object.assign",)),
    (_EACH, ("querySelectorAll",)),
    (_JQUERY, ("$(", "jQuery(")),
    (_REMOVED, ("remove", "replace", "HTML", "Text", "textContent", "hidden")),
    (_CHILD, ("removeChild",)),
)
_HIDES: _Cued = (*_ONLY_HIDE, (_SET, ("setAttribute",)))
_CLASSES: _Cued = ((_CLASSED, ("className", "classList", "setAttribute")), (_JQUERY_CLASS, ("addClass", "toggleClass")))
_BY_NAME = {"getElementById": "#", "getElementsByClassName": "."}
_LATER = late(
    r"(?:function\s+(?P<name>\w{1,40})\s*\(|\b(?P<held>\w{1,40})\s*[=:]\s*(?:async\s*)?(?:function\b|(?:\([\w,\s]{0,60}\)|\w{1,40})\s*=>)"
    r"|[,{]\s*(?P<method>(?!(?:function|if|for|while|switch|with)\b)\w{1,40})\([\w,\s]{0,60}\)\s*\{)|(?P<app>MicroMessenger|inApp|isApp|navigator\.language)|click|mouse|hover|blur|scroll|toggle|close|setTimeout|setInterval|addEventListener\(\s*[\"'](?!load|DOMContent|pageshow|hashchange|readystate)|=>",
    re.IGNORECASE,
)
_CALL = late(
    r"(?:^|(?<=[;)}\s])|setTimeout\(\s*[\"'])(\w{1,40})\(\s*\)(?!\s*\{)"
    r"|(?:onload\s*=|[\"'](?:load|DOMContentLoaded)[\"']\s*,|setTimeout\(|\$\()\s*(\w{1,40})\s*(?:[;,)\n]|$)"
)
_BEFORE = 300
_ANSWERS = frozenset(
    "success complete done error callback onload onpageshow onreadystatechange onerror onpopstate onbeforeunload onpagehide onhashchange".split()
)  # functions that a browser calls by itself
_EVENTS = r"(?:click|mousedown|mouseup|mousemove|touchstart|touchend|pointerdown|scroll|keydown|copy|visibilitychange|pagehide|beforeunload|blur)"
_ANYWHERE = late(
    r"(?:\b(?:document|window|body|documentElement)\s*\.\s*(?:addEventListener\(\s*[\"']"
    + _EVENTS
    + r"[\"']\s*,|on"
    + _EVENTS
    + r"\s*=)"
    r"|(?:\$|jQuery)\(\s*(?:document|window|[\"'](?:body|html)[\"']|document\.body)\s*\)\s*\.\s*(?:(?:on|one|bind)\(\s*[\"']"
    + _EVENTS
    + r"[\"']\s*,|click\())\s*(?:function\s*\w{0,20}\(\)|\(\)\s*=>|function\s*\(\w+\)\s*\{[^(]{0,60}$|\(?\w+\)?\s*=>[^(]{0,60}$)[^}]{0,200}$"
)
_NOW = late(
    r"(?:\(\s*(?:async\s*)?\(\s*\)|(?:load[\"']\s*,|DOMContentLoaded[\"']\s*,|onload\s*=|ready\(|\$\()\s*(?:\w+|\(\w*\)))\s*$"
)
_SOON = late(r"\}\s*,\s*\d{1,2}\s*\)")  # the end of what happens some hundredths of a second later


class Change(NamedTuple):
    """``place``: which of the elements, None for all of them; ``steps``: how to get from there to those that are meant."""

    selector: str
    place: int | None
    steps: tuple[tuple[str, str], ...] = ()  # each with what it is given
    css: str = ""
    classes: tuple[str, ...] = ()


def hides(text: str) -> Iterator[Change]:
    """Elements and the declarations that they are given while the page loads."""
    text = _LAST.sub("currentScript", text) if ".length" in text and "script" in text else text
    shadowed: _Cued = () if "slot" in text else ((_SHADOWED, ("attachShadow",)),)
    for selector, place, groups in _at_once((*_HIDES, *shadowed), text):
        yield Change(selector, place, _steps(groups), css=_css(groups))


def classes(text: str) -> Iterator[Change]:
    """Elements and the classes that they are given while the page loads."""
    for selector, place, groups in _at_once(_CLASSES, text):
        yield Change(selector, place, _steps(groups), classes=tuple((groups["value"] or "").split()))


def hiding_statements(text: str) -> set[int]:
    """Where statements begin that only hide."""
    return {match.start() for pattern in _cued(_ONLY_HIDE, text) for match in first(pattern, text)}


class Made(NamedTuple):
    """An element that a script makes: what it looks like, and the name and the value of what it is given."""

    tag: str
    style: str
    classes: str
    name: str
    value: str


def created(text: str) -> Iterator[Made]:
    """Elements that are made and hidden or named while the page loads, and frames."""
    if "createElement" not in text:
        return
    made = {match[1]: match[2].lower() for match in first(_CREATED, text)}
    style = {match[1]: f"width:{match[2]}px;overflow:hidden" for match in first(_SIZED, text)}
    for match in first(_STYLED, text) if "style" in text else ():
        if match["name"]:
            style[match["name"]] = ";".join(filter(None, (style.get(match["name"]), _css(match.groupdict()))))
    for match in first(_SET, text) if "setAttribute" in text else ():
        if match["name"]:
            style[match["name"]] = match["value"]
    for match in first(_HIDDEN, text) if "hidden" in text else ():
        style[match[1]] = "display:none"
    named = (
        {match["name"]: match["value"] for match in first(_CLASSED, text) if match["name"]} if "class" in text else {}
    )
    around = {match[2]: match[1] for match in first(_HELD, text)}
    for match in first(_OWNED, text):
        hidden = style.get(match[1]) or style.get(around.get(match[1], ""))
        if match[1] not in made or is_later(text, match.start(), timed=False):
            continue
        if hidden or named.get(match[1]) or made[match[1]] == "iframe":
            yield Made(
                made[match[1]], hidden or "", named.get(match[1], ""), match[2] or match[3], match[4].rstrip(") ")
            )


def is_later(text: str, begin: int, *, timed: bool = True) -> bool:
    """Whether a statement is run when something else happens, not while the page loads; ``timed``: or some time after."""
    for match in _LATER.finditer(text, max(0, begin - _BEFORE), begin):
        if match[0] == "=>" and _NOW.search(text, max(0, match.start() - 60), match.start()):
            continue
        if match[0].startswith("set") and (not timed or _SOON.search(text, begin, begin + _BEFORE)):
            continue
        if not _is_inside(text, match.end(), begin) or (match["app"] and not timed):
            continue
        name = match["name"] or match["held"] or match["method"]
        if name is None or not (name in _called(text) or name in _ANSWERS):
            return True
    return False


def _is_inside(text: str, begin: int, end: int) -> bool:
    """Whether the brackets that open behind a cue are still open."""
    opened = text.count("{", begin, end)
    return opened == 0 or opened > text.count("}", begin, end)


def is_anywhere(text: str, begin: int) -> bool:
    """Whether a statement is run when the visitor does something anywhere on the page, whatever that is."""
    return _ANYWHERE.search(text, max(0, begin - _BEFORE), begin) is not None


@lru_cache(maxsize=1)
def _called(text: str) -> frozenset[str]:
    """Functions that are called by themselves."""
    return frozenset(name for names in _CALL.findall(text) for name in names)


def _at_once(patterns: _Cued, text: str) -> Iterator[tuple[str, int | None, dict[str, str | None]]]:
    alias = {match[1]: _BY_NAME.get(match[2], "") + match[3] for match in first(_ALIAS, text)}
    for pattern in _cued(patterns, text):
        for match in first(pattern, text):
            if not is_later(text, match.start()):
                groups = match.groupdict()
                place = groups.get("place") or groups.get("nth") or ""
                yield _selector(groups, alias), int(place) if place.isdecimal() else None, groups


def _steps(groups: Mapping[str, str | None]) -> tuple[tuple[str, str], ...]:
    said = (groups.get("up") or "").strip(" .\n\t")
    return tuple((match[1], match[2] or match[3] or "") for match in _STEPPED.finditer(said))


def _selector(groups: Mapping[str, str | None], alias: Mapping[str, str]) -> str:
    if groups.get("near"):
        return f":{groups['near']}"
    if groups.get("class"):
        return f".{groups['class']}"
    css = groups.get("css") or groups.get("all_css") or groups.get("tag")
    name = groups.get("id") or groups.get("all") or groups.get("name") or ""
    return css or alias.get(name, f"#{name}")


def _css(groups: Mapping[str, str | None]) -> str:
    value, name, pairs = groups.get("value") or groups.get("number"), groups.get("property"), groups.get("pairs")
    if pairs is not None:
        found = [each for pair in _PAIR.findall(pairs) for each in pair] or [
            each.strip("\"'` ") for each in pairs.split(",", 1)
        ]
        named = (_dashed(each) for each in found[::2])
        return ";".join(map(":".join, zip(named, found[1::2], strict=False))).removeprefix("style:")
    if value is None and name is None:
        return "display:none"
    return f"{_dashed(name)}:{value or ''}" if name and name != "cssText" else value or ""


def _dashed(name: str) -> str:
    return re.sub("[A-Z]", lambda match: "-" + match[0].lower(), name)


def _cued(patterns: _Cued, text: str) -> list[re.Pattern[str]]:
    """Those that can match: a search for a cue costs next to nothing."""
    return [pattern for pattern, cues in patterns if any(cue in text for cue in cues)]
