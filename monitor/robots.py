"""What robots.txt allows (RFC 9309). PURE.

Not ``urllib.robotparser``: it takes "*" and "$" in a path literally and the first rule that fits instead of the
longest, so that it allows what most portals forbid.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote, unquote, urlsplit

AGENT = "huiyin"  # how robots.txt may name us
MOST_BYTES = 512_000  # of a robots.txt that are read: what RFC 9309 asks for at least
EVERYBODY = "*"
NOTHING = "-/"  # the rules of a host of which nothing may be asked
_MARKS = {"allow": "+", "disallow": "-"}
_SAFE = "/%:@!$&'()*+,;=?~"
_KEPT = ("%2A", "%24", "%2F", "%3F")


def rules(text: str) -> str:
    """Those of a robots.txt that hold for us, one a line: "+" or "-" and a path; "" allows everything.

    All groups that name us hold; where none does, all groups for everybody.
    """
    groups: dict[str, list[str]] = {AGENT: [], EVERYBODY: []}
    named: set[str] = set()
    at_rules, ours = True, False
    for key, value in _lines(text):
        if key == "user-agent":
            named = set() if at_rules else named
            name, at_rules = value.lower().partition("/")[0].strip(), False
            named.add(name)
            ours = ours or name == AGENT
        elif key in _MARKS:
            at_rules = True
            for name in named & groups.keys() if value else ():
                groups[name].append(_MARKS[key] + _pattern(value))
    return "\n".join(dict.fromkeys(groups[AGENT if ours else EVERYBODY]))


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.removeprefix("\ufeff").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield key.strip().lower(), value.strip()


def allows(rules: str, url: str) -> bool:
    """Whether ``url`` may be asked for: the longest rule that fits decides, of two as long the one that allows."""
    parts = urlsplit(url)
    path = _canonical(f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}")
    path = path.replace("*", "%2A").replace("$", "%24")
    fitting = [(len(rule), rule[0] == "+") for rule in rules.split("\n") if rule and _fits(rule[1:], path)]
    return max(fitting, default=(0, True))[1]


def _pattern(value: str) -> str:
    """Of a rule: "*" is anything, "$" at its end the end; each other is a letter."""
    return _canonical(value.removesuffix("$")).replace("$", "%24") + "$" * value.endswith("$")


def _canonical(path: str) -> str:
    """Written one way, however it was escaped; what would mean something else unescaped stays as it is."""
    for kept in _KEPT:
        path = path.replace(kept.lower(), kept).replace(kept, f"%25{kept[1:]}")
    return quote(unquote(path, errors="replace"), safe=_SAFE)


def _fits(pattern: str, path: str) -> bool:
    """Whether ``path`` begins as ``pattern`` says. Each piece is sought once, so that no pattern takes long."""
    first, *others = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    for piece in others:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return not pattern.endswith("$") or (path.endswith(others[-1]) if others else at == len(path))
