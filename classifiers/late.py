"""Regular expressions that are compiled when a text first needs them.

To compile a pattern costs up to a thousand times what it costs to look for it, and most texts need few.
"""

from __future__ import annotations

import re
from typing import Any, cast

_VERBS = ("search", "match", "fullmatch", "finditer", "findall", "split", "sub")


class _Late:
    """Has the methods of a pattern as its own attributes, from the first use of any of them on."""

    def __init__(self, expression: str, flags: int) -> None:
        self.pattern, self.flags = expression, flags

    def __getattr__(self, name: str) -> Any:
        if name not in _VERBS:
            raise AttributeError(name)
        compiled = re.compile(self.pattern, self.flags)
        self.__dict__.update((verb, getattr(compiled, verb)) for verb in _VERBS)
        return getattr(compiled, name)


def late(expression: str, flags: int = 0) -> re.Pattern[str]:
    """Whatever uses a pattern can use this one; a mistake in ``expression`` shows at its first use."""
    return cast(re.Pattern[str], _Late(expression, flags))
